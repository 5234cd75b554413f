//! The queue: messages that wait until their author's turns in the thread have ended. Owns what waits and
//! why a queue is held; never decides when somebody looks.

use crate::{
    attachment::Attachment,
    clock::Millis,
    ids::{PersonId, QueuedId, ThreadId},
    outcome::OutcomeCode,
    turn::TurnState,
};

/// How many messages of one person may wait in one thread.
pub const MOST: usize = 20;

/// A message that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queued {
    /// Which; also the client id that it is posted with.
    pub id: QueuedId,
    /// Where it goes.
    pub thread: ThreadId,
    /// Whose it is.
    pub person: PersonId,
    /// As written: Markdown. Empty only if there are attachments.
    pub text: String,
    /// The files that come with it, in order.
    pub attachments: Vec<Attachment>,
    /// When it was written.
    pub created_at: Millis,
}

/// What waits of one person in one thread.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Queue {
    /// The next one first.
    pub items: Vec<Queued>,
    /// Why none of it goes on by itself.
    pub held: Option<Hold>,
}

/// Why a queue is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hold {
    /// What happened.
    pub why: Why,
    /// When it ends by itself; `None`: when its person posts again.
    pub until: Option<Millis>,
}

/// What a queue is held for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// The last turn failed or was abandoned.
    Failed(OutcomeCode),
    /// The last turn was stopped by a person.
    Stopped,
    /// The next message cannot be posted as it is.
    Refused,
}

impl Why {
    /// The name in SQL and JSON: that of the outcome, `cancelled` or `refused`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Failed(code) => code.as_str(),
            Self::Stopped => "cancelled",
            Self::Refused => "refused",
        }
    }

    /// The reason of that name.
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "cancelled" => Some(Self::Stopped),
            "refused" => Some(Self::Refused),
            name => OutcomeCode::parse(name).map(Self::Failed),
        }
    }
}

impl Hold {
    /// What the end of a turn means for what waits behind it. `None`: it goes on.
    pub fn after(state: &TurnState) -> Option<Self> {
        let why = match state {
            TurnState::Queued | TurnState::Running { .. } | TurnState::Done => return None,
            TurnState::Failed(failure) | TurnState::Abandoned(failure) => Why::Failed(failure.code),
            TurnState::Cancelled => Why::Stopped,
        };
        // Only a limit ends by itself.
        let limited = why == Why::Failed(OutcomeCode::RateLimited);
        let resets = state.failure().and_then(|failure| failure.retry_at);
        Some(Self {
            why,
            until: resets.filter(|_| limited),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::Failure;

    #[test]
    fn a_queue_goes_on_after_an_answer_and_waits_after_anything_else() {
        let failed = |code, at| Failure::new(code, "no").retry_at(at);
        let soon = Some(Millis(9));
        for (state, expected) in [
            (TurnState::Done, None),
            (TurnState::Cancelled, Some((Why::Stopped, None))),
            (
                TurnState::Failed(failed(OutcomeCode::RateLimited, soon)),
                Some((Why::Failed(OutcomeCode::RateLimited), soon)),
            ),
            (
                TurnState::Failed(failed(OutcomeCode::RateLimited, None)),
                Some((Why::Failed(OutcomeCode::RateLimited), None)),
            ),
            (
                TurnState::Failed(failed(OutcomeCode::Crashed, soon)),
                Some((Why::Failed(OutcomeCode::Crashed), None)),
            ),
            (
                TurnState::Abandoned(failed(OutcomeCode::Abandoned, None)),
                Some((Why::Failed(OutcomeCode::Abandoned), None)),
            ),
        ] {
            let hold = Hold::after(&state);
            assert_eq!(
                hold.map(|hold| (hold.why, hold.until)),
                expected,
                "{state:?}"
            );
        }
    }

    #[test]
    fn every_reason_is_read_back_by_its_name() {
        let outcomes = OutcomeCode::ALL.map(Why::Failed);
        for why in outcomes.into_iter().chain([Why::Stopped, Why::Refused]) {
            assert_eq!(Why::parse(why.as_str()), Some(why));
        }
        assert_eq!(Why::parse("nonsense"), None);
    }
}
