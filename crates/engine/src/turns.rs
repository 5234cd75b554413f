//! What people do with turns: stop one, try one again, decide what it asked. Never runs one.

use switchboard_model::{
    QuestionId, TurnId,
    approval::{Decision, Question},
    person::Person,
    turn::Turn,
};
use switchboard_store::{DecideError, RetryError, StopError, StoreError};

use crate::{Engine, chat::ChatError};

/// Why something about a turn was not done.
#[derive(Debug, Clone, thiserror::Error)]
pub enum TurnError {
    /// It is not there, or not for this person to see.
    #[error("there is no such turn")]
    NotFound,
    /// It ended before.
    #[error("the turn has ended already")]
    Ended(Box<Turn>),
    /// It is open, was answered, or has a newer attempt.
    #[error("this turn cannot be retried: it is open, was answered, or has a newer attempt")]
    NotRetryable,
    /// Only the person who started the turn decides.
    #[error("only the person who asked may decide this")]
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
        self.note(
            by.id,
            "question.decide",
            format!("question {id}"),
            decision.choice.clone(),
        )
        .await?;
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
