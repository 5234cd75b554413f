//! What people do with turns: stop one, try one again, decide what it asked. Never runs one.

use switchboard_model::{
    QuestionId, QueuedId, TurnId,
    approval::{Decision, Question, QuestionState, SECRET_ANSWER},
    person::Person,
    steer::Steer,
    turn::{Turn, TurnState},
};
use switchboard_store::{DecideError, RetryError, StopError, StoreError};

use crate::{
    Engine,
    backend::Capability,
    chat::{ChatError, checked_text},
};

/// Why something about a turn was not done.
#[derive(Debug, Clone, thiserror::Error)]
pub enum TurnError {
    /// It is not there, or not for this person to see.
    #[error("there is no such turn")]
    NotFound,
    /// It ended before.
    #[error("the turn has ended already")]
    Ended(Box<Turn>),
    /// Its assistant takes no words while it works, or it does not work yet.
    #[error("this turn takes no words while it works: let the message wait in the queue")]
    NotSteerable,
    /// What was given makes no sense; the text says why.
    #[error("{0}")]
    Invalid(String),
    /// It is open, was answered, or has a newer attempt.
    #[error("this turn cannot be retried: it is open, was answered, or has a newer attempt")]
    NotRetryable,
    /// Only the person who started the turn decides, and sees its program's words.
    #[error("only the person who asked may do this")]
    NotYours,
    /// The decision was not among those offered.
    #[error("this decision was not offered")]
    NotOffered,
    /// The question is settled.
    #[error("this question is settled already")]
    Settled(Box<Question>),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Engine {
    /// What the program of a turn said last, word for word, line by line: for a bug report of whoever started the turn.
    /// Empty once newer turns have taken its place, and of a turn that ran elsewhere.
    pub async fn said_in_turn(&self, by: &Person, id: TurnId) -> Result<Vec<u8>, TurnError> {
        let turn = self.visible_turn(by, id).await?;
        if turn.person != by.id {
            return Err(TurnError::NotYours);
        }
        Ok(self.running().said(id))
    }

    /// Wants a turn to stop. It ends as cancelled; its text so far stays.
    pub async fn stop_turn(&self, by: &Person, id: TurnId) -> Result<Turn, TurnError> {
        self.visible_turn(by, id).await?;
        let turn = self
            .store()
            .request_stop(id)
            .await
            .map_err(|error| match error {
                StopError::NoTurn => TurnError::NotFound,
                StopError::Ended(turn) => TurnError::Ended(turn),
                StopError::Store(error) => TurnError::Store(error),
            })?;
        self.running().stop(id);
        Ok(turn)
    }

    /// Tries a turn again that failed, was cancelled or abandoned.
    pub async fn retry_turn(&self, by: &Person, id: TurnId) -> Result<Turn, TurnError> {
        let turn = self.visible_turn(by, id).await?;
        let assistant = self
            .reader()
            .assistant(turn.assistant)
            .await?
            .ok_or(TurnError::NotRetryable)?;
        // Trying again may need a fresh look at the machine: the remedy was often applied just now.
        self.registry().forget(&assistant.backend);
        if self.refusal(by.id, &assistant).await?.is_some() && turn.person != by.id {
            return Err(TurnError::NotYours);
        }
        self.store()
            .retry(id, by.id)
            .await
            .map_err(|error| match error {
                RetryError::NoTurn => TurnError::NotFound,
                RetryError::NotRetryable => TurnError::NotRetryable,
                RetryError::Store(error) => TurnError::Store(error),
            })
    }

    /// Sends words into a running turn, as whoever asked for it. What the turn does not take is their next message.
    pub async fn steer_turn(
        &self,
        by: &Person,
        id: TurnId,
        text: &str,
    ) -> Result<Steer, TurnError> {
        let turn = self.steerable(by, id).await?;
        let text = checked_text(text, false).map_err(|error| match error {
            ChatError::Store(error) => TurnError::Store(error),
            other => TurnError::Invalid(other.to_string()),
        })?;
        let added = self.store().add_steer(id, by.id, text).await?;
        added.ok_or_else(|| TurnError::Ended(Box::new(turn)))
    }

    /// Sends a message that waits into a running turn of its thread instead.
    pub async fn steer_queued(&self, by: &Person, id: QueuedId) -> Result<Steer, TurnError> {
        let queued = self.reader().queued(by.id, id).await?;
        let queued = queued.ok_or(TurnError::NotFound)?;
        if !queued.attachments.is_empty() {
            return Err(TurnError::Invalid(
                "files cannot be sent into a running turn: let the message wait".to_owned(),
            ));
        }
        let open = self.reader().open_turns(queued.thread).await?;
        for turn in open {
            if let Ok(turn) = self.steerable(by, turn.id).await {
                let steered = self.store().steer_queued(by.id, id, turn.id).await?;
                return steered.ok_or_else(|| TurnError::Ended(Box::new(turn)));
            }
        }
        Err(TurnError::NotSteerable)
    }

    /// A running turn that takes words, as its author or whoever asked for it.
    async fn steerable(&self, by: &Person, id: TurnId) -> Result<Turn, TurnError> {
        let turn = self.visible_turn(by, id).await?;
        if turn.person != by.id {
            return Err(TurnError::NotYours);
        }
        if turn.state.is_ended() {
            return Err(TurnError::Ended(Box::new(turn)));
        }
        let assistant = self.reader().assistant(turn.assistant).await?;
        let backend = assistant.and_then(|assistant| self.registry().get(&assistant.backend));
        let takes = backend.is_some_and(|backend| backend.spec().has(Capability::Steers));
        match turn.state {
            TurnState::Running { .. } if takes => Ok(turn),
            _ => Err(TurnError::NotSteerable),
        }
    }

    /// Decides a question of a turn, once, in the name of the person who started it.
    pub async fn decide(
        &self,
        by: &Person,
        id: QuestionId,
        decision: Decision,
    ) -> Result<Question, TurnError> {
        let question = self
            .reader()
            .question(id)
            .await?
            .ok_or(TurnError::NotFound)?;
        // Only an attempt that may succeed is noted, and it is noted first.
        if self.visible_turn(by, question.turn).await?.person != by.id {
            return Err(TurnError::NotYours);
        }
        // What does not fit is refused while it can still be put right; a settled one says so first.
        if question.state == QuestionState::Asked {
            let asking = &question.asking;
            if !asking.offered.contains(&decision.choice) {
                return Err(TurnError::NotOffered);
            }
            asking.fits(&decision).map_err(TurnError::Invalid)?;
        }
        self.note(
            by.id,
            "approval.decide",
            format!("approval {id}"),
            format!("{}: {}", question.asking.kind, decision.choice),
        )
        .await?;
        let decision = self.veil(&question, decision)?;
        self.store()
            .decide(id, by.id, decision)
            .await
            .map_err(|error| match error {
                DecideError::NoQuestion => TurnError::NotFound,
                DecideError::NotYours => TurnError::NotYours,
                DecideError::NotOffered => TurnError::NotOffered,
                DecideError::Settled(question) => TurnError::Settled(question),
                DecideError::Store(error) => TurnError::Store(error),
            })
    }

    /// Takes a secret answer out of a decision, so that it is never written; its turn takes it from memory.
    fn veil(&self, question: &Question, mut decision: Decision) -> Result<Decision, TurnError> {
        if let (true, Some(answer)) = (question.asking.is_secret(), &mut decision.answer) {
            if !self.running().has(question.turn) {
                return Err(TurnError::Invalid(
                    "a secret answer is never written down, so it has to be given to the server that runs the turn"
                        .to_owned(),
                ));
            }
            let secret = std::mem::replace(answer, SECRET_ANSWER.to_owned());
            self.secrets().put(question.id, secret);
        }
        Ok(decision)
    }

    /// A turn, if this person may see its thread.
    pub async fn visible_turn(&self, by: &Person, id: TurnId) -> Result<Turn, TurnError> {
        let turn = self.reader().turn(id).await?.ok_or(TurnError::NotFound)?;
        match self.visible_thread(by, turn.thread).await {
            Ok(_) => Ok(turn),
            Err(ChatError::Store(error)) => Err(TurnError::Store(error)),
            Err(_) => Err(TurnError::NotFound),
        }
    }
}
