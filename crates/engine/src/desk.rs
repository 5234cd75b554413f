//! What one running turn needs of the house, and nothing more. The runner knows only this. Owns the
//! fence: after the first refused write the turn is somebody else's.

use switchboard_model::{
    IdSource, Millis, QuestionId, SteerId, TurnId,
    approval::{Asking, Decision, Question, QuestionState},
    item::Item,
    message::Message,
    steer::{Steer, SteerState},
    turn::Outcome,
};
use switchboard_store::{Audit, Claimed, Delta, Finished, Store, StoreError};

use crate::backend::SessionRef;

/// What went wrong at the desk.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum DeskError {
    /// The turn is not ours any more.
    #[error("the turn is not ours any more")]
    Lost,
    /// The database failed; nothing was written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The desk of one turn, over this process's store.
#[derive(Clone)]
pub(crate) struct Desk {
    store: Store,
    turn: TurnId,
    fence: i64,
}

impl Desk {
    pub(crate) fn new(store: Store, claimed: &Claimed) -> Self {
        Self {
            store,
            turn: claimed.turn.id,
            fence: claimed.fence,
        }
    }

    pub(crate) fn ids(&self) -> &IdSource {
        self.store.ids()
    }

    pub(crate) fn now(&self) -> Millis {
        self.store.ids().clock().now()
    }

    /// The messages before the one that asked, oldest first.
    pub(crate) async fn context(
        &self,
        asked: &Message,
        limit: usize,
    ) -> Result<Vec<Message>, StoreError> {
        self.store
            .reader()
            .context(asked.thread, asked.seq, limit)
            .await
    }

    /// Notes that a process is about to start. No note, no process.
    pub(crate) async fn audit(&self, audit: Audit) -> Result<(), StoreError> {
        self.store.audit(audit).await
    }

    /// Says whose plan the turn runs on.
    pub(crate) async fn runs_on(&self, words: String) -> Result<(), DeskError> {
        held(self.store.set_runs_on(self.turn, self.fence, words).await?)
    }

    /// Keeps the backend's own session.
    pub(crate) async fn bind(&self, session: SessionRef) -> Result<(), DeskError> {
        held(
            self.store
                .bind_session(self.turn, self.fence, session.home, session.session)
                .await?,
        )
    }

    /// Writes items as they are now.
    pub(crate) async fn append(&self, items: Vec<Item>) -> Result<(), DeskError> {
        held(self.store.put_items(self.turn, self.fence, items).await?)
    }

    /// Announces text in flight.
    pub(crate) fn announce(&self, delta: Delta) {
        self.store.bus().send(delta);
    }

    /// Stores a question.
    pub(crate) async fn ask(&self, asking: Asking) -> Result<Question, DeskError> {
        self.store
            .ask(self.turn, self.fence, asking)
            .await?
            .ok_or(DeskError::Lost)
    }

    /// Waits until a question is decided; `None` once it is void.
    pub(crate) async fn answered(&self, id: QuestionId) -> Option<Decision> {
        let mut position = self.store.bus().position();
        loop {
            position.mark_unchanged();
            match self.store.reader().question(id).await {
                Ok(Some(question)) => match question.state {
                    QuestionState::Asked => {}
                    QuestionState::Decided | QuestionState::Delivered => return question.decision,
                    QuestionState::Void => return None,
                },
                Ok(None) => return None,
                // A failed read is not an answer; the next ring asks again.
                Err(error) => tracing::warn!(%error, "cannot read a question"),
            }
            if position.changed().await.is_err() {
                return None;
            }
        }
    }

    /// The backend has the decision.
    pub(crate) async fn delivered(&self, id: QuestionId) -> Result<(), DeskError> {
        held(self.store.delivered(id, self.fence).await?)
    }

    /// Takes a question down.
    pub(crate) async fn withdraw(&self, id: QuestionId) -> Result<(), DeskError> {
        held(self.store.void_question(id, self.fence).await?)
    }

    /// Waits for the next steer.
    pub(crate) async fn next_steer(&self) -> Option<Steer> {
        let mut position = self.store.bus().position();
        loop {
            position.mark_unchanged();
            // Looked at by reading: the bell rings for everybody, and a write per ring would ring again.
            match self.store.reader().steers(self.turn).await {
                Ok(steers) if steers.iter().any(|steer| steer.state == SteerState::Queued) => {
                    match self.store.take_steer(self.turn, self.fence).await {
                        Ok(Some(steer)) => return Some(steer),
                        Ok(None) => {}
                        Err(error) => tracing::warn!(%error, "cannot take a steer"),
                    }
                }
                Ok(_) => {}
                Err(error) => tracing::warn!(%error, "cannot read steers"),
            }
            if position.changed().await.is_err() {
                return None;
            }
        }
    }

    /// Notes what became of a steer.
    pub(crate) async fn settle_steer(
        &self,
        id: SteerId,
        state: SteerState,
    ) -> Result<(), DeskError> {
        held(self.store.settle_steer(id, self.fence, state).await?)
    }

    /// Whether a person wants it to stop, as far as the database knows; also whether it is still ours.
    pub(crate) async fn stop_wanted(&self) -> Result<bool, DeskError> {
        match self.store.reader().turn(self.turn).await? {
            Some(turn) if !turn.state.is_ended() => Ok(turn.stop_wanted),
            _ => Err(DeskError::Lost),
        }
    }

    /// Ends the turn. `Zombie` changed nothing.
    pub(crate) async fn finish(&self, outcome: Outcome) -> Result<Finished, StoreError> {
        self.store.finish(self.turn, self.fence, outcome).await
    }
}

fn held(held: bool) -> Result<(), DeskError> {
    if held { Ok(()) } else { Err(DeskError::Lost) }
}
