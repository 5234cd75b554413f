//! A backend that hangs on strings: every turn it is given is handed to the test, which reports, asks and
//! ends it as it likes. Owns no behaviour but how it takes a stop.

use std::time::Duration;

use futures_util::{FutureExt, future::BoxFuture};
use switchboard_engine::{
    TurnIo,
    backend::{
        Backend, BackendError, Capability, Family, Operation, Performed, Purpose, Spec, Stop,
        TurnEnd, TurnOutcome, TurnRequest, Work,
    },
    turn_io::LeaseLost,
};
use switchboard_model::{
    approval::{Asking, Decision},
    item::{ItemBody, ItemEvent, ItemStatus},
};
use tokio::{
    sync::{mpsc, oneshot},
    time::timeout,
};

/// The longest a test waits for anything.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// How a backend takes it when it is told to stop.
#[derive(Clone, Copy, PartialEq)]
pub enum Manners {
    /// It ends as interrupted, at once.
    Obedient,
    /// It goes on.
    Deaf,
    /// It lets go of its end of the turn at once, and so hears nothing.
    Aloof,
    /// It panics before its first await.
    Rash,
    /// It keeps sessions, and never says what became of a turn in one.
    Silent,
}

/// The backend.
pub struct Strings {
    spec: Spec,
    manners: Manners,
    stage: mpsc::UnboundedSender<Puppet>,
}

/// One turn on its strings. Dropping it leaves the turn hanging.
pub struct Puppet {
    pub request: TurnRequest,
    pub io: TurnIo,
    end: Option<oneshot::Sender<End>>,
    /// Closed when the backend's future is gone.
    gone: oneshot::Receiver<()>,
}

enum End {
    With(Result<TurnEnd, BackendError>),
    Panic,
}

impl Strings {
    pub fn new(name: &str, manners: Manners, stage: mpsc::UnboundedSender<Puppet>) -> Self {
        let spec = Spec {
            name: name.into(),
            handle: name.into(),
            title: name.into(),
            account_words: "plan".into(),
            purpose: Purpose::Work,
            capabilities: match manners {
                Manners::Silent => vec![Capability::Resumes],
                _ => Vec::new(),
            },
            lacks: Vec::new(),
            accepts: Vec::new(),
            note: String::new(),
            family: Family::Codex,
            seeds: Vec::new(),
            sign_ins: Vec::new(),
        };
        Self {
            spec,
            manners,
            stage,
        }
    }
}

impl Backend for Strings {
    fn spec(&self) -> &Spec {
        &self.spec
    }

    fn run_turn(
        &self,
        request: TurnRequest,
        io: TurnIo,
    ) -> BoxFuture<'_, Result<TurnEnd, BackendError>> {
        let (end, ended) = oneshot::channel();
        let (here, gone) = oneshot::channel();
        let manners = self.manners;
        assert!(manners != Manners::Rash, "a backend that is rash");
        // Nobody else may hold the end of a backend that let go of it.
        let held = (manners != Manners::Aloof).then(|| io.clone());
        let handed = if manners == Manners::Aloof {
            TurnIo::overheard().0
        } else {
            io
        };
        let puppet = Puppet {
            request,
            io: handed,
            end: Some(end),
            gone,
        };
        let stage = self.stage.clone();
        async move {
            let _here: oneshot::Sender<()> = here;
            stage.send(puppet).unwrap();
            let stopped = async {
                match &held {
                    Some(io) if manners == Manners::Obedient => io.stopping().await,
                    _ => std::future::pending().await,
                }
            };
            tokio::select! {
                Ok(end) = ended => match end {
                    End::With(end) => end,
                    End::Panic => panic!("as the test wants it"),
                },
                _ = stopped => Err(BackendError::Interrupted),
            }
        }
        .boxed()
    }

    fn perform(&self, operation: Operation) -> BoxFuture<'_, Result<Performed, BackendError>> {
        let recovers = matches!(operation, Operation::Recover { .. });
        if self.manners == Manners::Silent && recovers {
            return std::future::pending().boxed();
        }
        async { Err(BackendError::Unsupported) }.boxed()
    }
}

impl Puppet {
    pub fn prompt(&self) -> &str {
        match &self.request.work {
            Work::Prompt(prompt) => prompt,
            Work::Compact => panic!("nobody asked for that"),
        }
    }

    pub async fn say(&self, key: &str, text: &str) -> Result<(), LeaseLost> {
        let (key, text) = (key.into(), text.into());
        self.io.emit(ItemEvent::Delta { key, text }).await
    }

    pub async fn runs_command(&self, key: &str, status: ItemStatus) {
        let event = ItemEvent::Put {
            key: key.into(),
            body: ItemBody::Command {
                command: "sleep 9".into(),
                cwd: None,
                exit_code: None,
                took: None,
            },
            text: None,
            status,
        };
        self.io.emit(event).await.unwrap();
    }

    /// Asks for a decision and goes on; the handle is what the backend would wait on.
    pub fn asks(&self, key: &str) -> tokio::task::JoinHandle<Result<Decision, LeaseLost>> {
        let io = self.io.clone();
        let asking = asking(key);
        tokio::spawn(async move { io.ask(asking).await })
    }

    pub fn replies(&mut self, text: &str) {
        self.ends(Ok(TurnEnd::Finished(TurnOutcome {
            text: text.into(),
            empty_detail: Some("run it by hand".into()),
        })));
    }

    pub fn ends(&mut self, end: Result<TurnEnd, BackendError>) {
        // A backend that was dropped meanwhile does not hear it, which some tests are about.
        let _ = self.end.take().unwrap().send(End::With(end));
    }

    pub fn panics(&mut self) {
        assert!(self.end.take().unwrap().send(End::Panic).is_ok());
    }

    /// Returns once it was told to stop.
    pub async fn told_to_stop(&self) -> Stop {
        timeout(PATIENCE, self.io.stopping()).await.unwrap()
    }

    /// Returns once the backend's future is gone.
    pub async fn gone(&mut self) {
        let gone = timeout(PATIENCE, &mut self.gone).await.unwrap();
        assert!(gone.is_err());
    }
}

pub fn asking(key: &str) -> Asking {
    Asking {
        key: key.into(),
        kind: "command".into(),
        body: "{}".into(),
        offered: vec!["accept".into(), "decline".into()],
    }
}

pub fn decision(choice: &str) -> Decision {
    Decision {
        choice: choice.into(),
        answer: None,
        feedback: None,
    }
}
