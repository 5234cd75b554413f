//! What a running turn and its person say to each other: questions one way, steers the other. Owns the
//! tasks that wait for either; never decides anything and never ends the turn.

use std::time::Duration;

use switchboard_model::{
    QuestionId, SteerId,
    approval::{Asking, Decision},
    steer::{Steer, SteerState},
};
use switchboard_store::StoreError;
use tokio::{
    sync::oneshot,
    task::JoinSet,
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;

use crate::{
    desk::{Desk, DeskError},
    turn_io::LeaseLost,
};

/// How long to wait before a database that failed is asked again.
const AGAIN: Duration = Duration::from_millis(500);

/// The talk of one turn.
pub(crate) struct Talk {
    desk: Desk,
    /// Questions that wait for their answer.
    open: JoinSet<Result<Answered, LeaseLost>>,
    /// Everything that holds nobody up: requests for a steer, and notes of how a question ended.
    errands: JoinSet<()>,
    /// Cancelled when the turn is over.
    over: CancellationToken,
}

/// How the wait for an answer ended.
enum Answered {
    /// The backend has it.
    Delivered(QuestionId),
    /// Nobody waits for it any more.
    Withdrawn(QuestionId),
}

impl Talk {
    pub(crate) fn new(desk: Desk) -> Self {
        Self {
            desk,
            open: JoinSet::new(),
            errands: JoinSet::new(),
            over: CancellationToken::new(),
        }
    }

    /// Asks, waits, and hands the decision over.
    pub(crate) fn ask(&mut self, asking: Asking, answer: oneshot::Sender<Decision>) {
        self.open.spawn(ask(self.desk.clone(), asking, answer));
    }

    /// Hands the next steer over, once there is one.
    pub(crate) fn steer(&mut self, give: oneshot::Sender<Steer>) {
        self.errands
            .spawn(steer(self.desk.clone(), give, self.over.clone()));
    }

    /// Whether a question waits for a person.
    pub(crate) fn waits(&self) -> bool {
        !self.open.is_empty()
    }

    /// Returns when something of it came to its end; safe to drop. `Err`: the turn is not ours.
    pub(crate) async fn ended(&mut self) -> Result<(), LeaseLost> {
        tokio::select! {
            Some(ended) = self.open.join_next() => match ended {
                Ok(Ok(answered)) => {
                    self.close(answered);
                    Ok(())
                }
                Ok(Err(lost)) => Err(lost),
                // It fell over: the backend hears that nobody will answer.
                Err(_) => Ok(()),
            },
            Some(_) = self.errands.join_next() => Ok(()),
            else => std::future::pending().await,
        }
    }

    /// The turn is over: takes nothing up any more, and waits a little until what was said is stored.
    /// Questions without an answer are taken down by the turn's ending.
    pub(crate) async fn finish(&mut self, patience: Duration) {
        self.over.cancel();
        while let Some(ended) = self.open.try_join_next() {
            if let Ok(Ok(answered)) = ended {
                self.close(answered);
            }
        }
        self.open.abort_all();
        let stored = async { while self.errands.join_next().await.is_some() {} };
        let _ = timeout(patience, stored).await;
    }

    fn close(&mut self, answered: Answered) {
        self.errands.spawn(close(self.desk.clone(), answered));
    }
}

async fn ask(
    desk: Desk,
    asking: Asking,
    mut answer: oneshot::Sender<Decision>,
) -> Result<Answered, LeaseLost> {
    let question = loop {
        match desk.ask(asking.clone()).await {
            Ok(question) => break question.id,
            Err(DeskError::Lost) => return Err(LeaseLost),
            Err(DeskError::Store(error)) => again("ask a question", &error).await,
        }
    };
    tokio::select! {
        decision = desk.answered(question) => Ok(match decision.map(|decision| answer.send(decision)) {
            Some(Ok(())) => Answered::Delivered(question),
            // Taken down elsewhere, or the backend let go in the last moment.
            Some(Err(_)) | None => Answered::Withdrawn(question),
        }),
        // The backend does not wait any more: settled elsewhere.
        () = answer.closed() => Ok(Answered::Withdrawn(question)),
    }
}

async fn close(desk: Desk, answered: Answered) {
    loop {
        let stored = match answered {
            Answered::Delivered(id) => desk.delivered(id).await,
            Answered::Withdrawn(id) => desk.withdraw(id).await,
        };
        match stored {
            Ok(()) => return,
            Err(error) => again("note how a question ended", &error).await,
        }
    }
}

async fn steer(desk: Desk, mut give: oneshot::Sender<Steer>, over: CancellationToken) {
    loop {
        let waits = tokio::select! {
            () = give.closed() => false,
            () = over.cancelled() => false,
            waits = desk.steer_waits() => waits,
        };
        if !waits {
            return;
        }
        // Not raced against anything: a steer that was taken reaches the backend or goes back.
        match desk.take_steer().await {
            Ok(Some(steer)) => {
                if let Err(steer) = give.send(steer) {
                    put_back(&desk, steer.id).await;
                }
                return;
            }
            Ok(None) => {}
            Err(error) => again("take a steer", &error).await,
        }
    }
}

async fn put_back(desk: &Desk, steer: SteerId) {
    while let Err(error) = desk.settle_steer(steer, SteerState::Queued).await {
        again("put a steer back", &error).await;
    }
}

async fn again(what: &str, error: &StoreError) {
    tracing::warn!(%error, "cannot {what} yet");
    sleep(AGAIN).await;
}
