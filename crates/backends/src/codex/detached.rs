//! Codex for a turn without a chat: over its app server, and over `codex exec` where that does not start. Owns the choice, which is
//! made before anything is asked; never drives a turn.

use futures_util::{FutureExt as _, future::BoxFuture};
use switchboard_engine::{
    TurnIo,
    backend::{Backend, BackendError, Operation, Performed, Spec, Stop, TurnEnd, TurnRequest},
};
use switchboard_model::outcome::OutcomeCode;

use super::{CodexApp, CodexExec, Setup};

/// What is said of a turn that runs over `codex exec` although nobody chose it.
const FELL_BACK: &str = "the app server of Codex did not start, so this ran as `codex exec`: it asks nothing, takes no words while it \
                         works, and tells each text once it is whole";

/// The backend. It is what the app server is: a turn that has to do without one says so.
pub struct CodexDetached {
    app: CodexApp,
    exec: CodexExec,
    first: First,
}

/// What is tried first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum First {
    /// The app server.
    App,
    /// `codex exec`, and nothing else: somebody set so.
    Exec,
}

impl CodexDetached {
    /// A backend over this setup. Starts nothing yet.
    pub fn new(setup: Setup, first: First) -> Self {
        Self {
            app: CodexApp::new(setup.clone()),
            exec: CodexExec::new(setup),
            first,
        }
    }

    async fn run(&self, mut turn: TurnRequest, io: TurnIo) -> Result<TurnEnd, BackendError> {
        if self.first == First::App {
            match self.app.stands_ready(turn.home).await {
                Err(failure) if failure.code == OutcomeCode::CodexStartFailed => {
                    tracing::warn!(detail = ?failure.detail, "the app server did not start");
                    turn.how.notes.push(FELL_BACK.to_owned());
                }
                // Whatever else is wrong is wrong with the other as well.
                _ => return self.app.run_turn(turn, io).await,
            }
        }
        self.exec.run_turn(turn, io).await
    }
}

impl Backend for CodexDetached {
    fn spec(&self) -> &Spec {
        self.app.spec()
    }

    fn run_turn(
        &self,
        turn: TurnRequest,
        io: TurnIo,
    ) -> BoxFuture<'_, Result<TurnEnd, BackendError>> {
        self.run(turn, io).boxed()
    }

    fn perform(&self, operation: Operation) -> BoxFuture<'_, Result<Performed, BackendError>> {
        self.app.perform(operation)
    }

    fn stop(&self, how: Stop) -> BoxFuture<'_, ()> {
        self.app.stop(how)
    }
}
