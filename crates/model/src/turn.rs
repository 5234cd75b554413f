//! The turn: one piece of work by one assistant, from input to outcome. Owns its states and which
//! event may follow which; never knows how a backend reaches its assistant.

use crate::{
    clock::Millis,
    ids::{AssistantId, DeliveryId, MessageId, PersonId, ThreadId, TurnId},
    outcome::Failure,
    settings::RanWith,
    usage::Usage,
};

/// Where a turn stands. `waiting_approval` is not a state: it is a running turn with open questions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TurnState {
    /// Owed, not yet claimed.
    Queued,
    /// Claimed by a process; every write of the turn carries the fence.
    Running {
        /// Taken at the claim; a write with another fence is a zombie's and changes nothing.
        fence: i64,
        /// When it was claimed.
        since: Millis,
    },
    /// Ended with a reply.
    Done,
    /// Ended with a visible failure.
    Failed(Failure),
    /// Ended because a person stopped it.
    Cancelled,
    /// Its process died and it may have had an effect; only a person may repeat it.
    Abandoned(Failure),
}

/// What can happen to a turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TurnEvent {
    /// A process takes it.
    Claimed {
        /// The fence of this claim.
        fence: i64,
        /// When.
        at: Millis,
    },
    /// Its work ended.
    Ended(Outcome),
    /// Its process died before anything happened; it is owed again.
    Reverted,
    /// Its process died and nobody knows what was done.
    Abandoned(Failure),
}

/// How the work of a turn ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// With this text as the reply.
    Replied {
        /// The reply, Markdown, never empty.
        text: String,
    },
    /// With this failure; the text so far stays with the items.
    Failed(Failure),
    /// Stopped by a person.
    Cancelled,
}

/// An event that does not fit the state.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a turn that is {state} cannot be {event}")]
pub struct InvalidTransition {
    state: &'static str,
    event: &'static str,
}

impl TurnState {
    /// The name in SQL and JSON.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running { .. } => "running",
            Self::Done => "done",
            Self::Failed(_) => "failed",
            Self::Cancelled => "cancelled",
            Self::Abandoned(_) => "abandoned",
        }
    }

    /// Whether nothing can happen to it any more.
    pub fn is_ended(&self) -> bool {
        !matches!(self, Self::Queued | Self::Running { .. })
    }

    /// How it failed, if it did.
    pub fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Failed(failure) | Self::Abandoned(failure) => Some(failure),
            _ => None,
        }
    }

    /// The state after `event`, or why there is none.
    pub fn apply(self, event: TurnEvent) -> Result<Self, InvalidTransition> {
        match (self, event) {
            (Self::Queued, TurnEvent::Claimed { fence, at }) => {
                Ok(Self::Running { fence, since: at })
            }
            // A queued turn can be stopped, or fail because its assistant cannot run at all.
            (Self::Queued | Self::Running { .. }, TurnEvent::Ended(Outcome::Cancelled)) => {
                Ok(Self::Cancelled)
            }
            (Self::Queued | Self::Running { .. }, TurnEvent::Ended(Outcome::Failed(failure))) => {
                Ok(Self::Failed(failure))
            }
            (Self::Running { .. }, TurnEvent::Ended(Outcome::Replied { .. })) => Ok(Self::Done),
            (Self::Running { .. }, TurnEvent::Reverted) => Ok(Self::Queued),
            // A queued one too, if it is its process's and nobody else's.
            (Self::Queued | Self::Running { .. }, TurnEvent::Abandoned(failure)) => {
                Ok(Self::Abandoned(failure))
            }
            (state, event) => Err(InvalidTransition {
                state: state.as_str(),
                event: event.as_str(),
            }),
        }
    }
}

impl TurnEvent {
    fn as_str(&self) -> &'static str {
        match self {
            Self::Claimed { .. } => "claimed",
            Self::Ended(Outcome::Replied { .. }) => "answered",
            Self::Ended(Outcome::Failed(_)) => "failed",
            Self::Ended(Outcome::Cancelled) => "cancelled",
            Self::Reverted => "put back",
            Self::Abandoned(_) => "abandoned",
        }
    }
}

/// A turn as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// Which.
    pub id: TurnId,
    /// The debt it pays.
    pub delivery: DeliveryId,
    /// Attempt 1, 2, … of that delivery.
    pub attempt: i64,
    /// Where its reply goes.
    pub thread: ThreadId,
    /// The message that asked.
    pub message: MessageId,
    /// Who answers.
    pub assistant: AssistantId,
    /// Who asked; the only one who decides its approvals.
    pub person: PersonId,
    /// Where it stands.
    pub state: TurnState,
    /// How many questions of it are open; a running turn with some is shown as waiting.
    pub open_questions: i64,
    /// Whether a person asked for it to stop.
    pub stop_wanted: bool,
    /// Whose plan it runs on, in words: "Mara's ChatGPT plan". Known once it was claimed.
    pub runs_on: Option<String>,
    /// Whether it was started from a command line and has a process of its own.
    pub detached: bool,
    /// While it is at work: which turn of its thread it is, 1 being the first.
    pub number: Option<i64>,
    /// When it was asked for.
    pub queued_at: Millis,
    /// When it was (last) claimed.
    pub started_at: Option<Millis>,
    /// When it ended.
    pub ended_at: Option<Millis>,
    /// Since when it waits for a login, after which it is tried again.
    pub parked_at: Option<Millis>,
    /// The message with its reply.
    pub reply: Option<MessageId>,
    /// What it really ran with, as soon as its backend knows.
    pub ran_with: Option<RanWith>,
    /// What it used of its model so far.
    pub used: Option<Usage>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::OutcomeCode;

    fn failure() -> Failure {
        Failure::new(OutcomeCode::Crashed, "it fell over")
    }

    fn running() -> TurnState {
        TurnState::Running {
            fence: 1,
            since: Millis(5),
        }
    }

    fn replied() -> TurnEvent {
        TurnEvent::Ended(Outcome::Replied { text: "4".into() })
    }

    #[test]
    fn the_table_of_state_and_event_holds() {
        let claimed = || TurnEvent::Claimed {
            fence: 1,
            at: Millis(5),
        };
        let failed = || TurnEvent::Ended(Outcome::Failed(failure()));
        let cancelled = || TurnEvent::Ended(Outcome::Cancelled);
        let rows = [
            (TurnState::Queued, claimed(), Some(running())),
            (TurnState::Queued, cancelled(), Some(TurnState::Cancelled)),
            (
                TurnState::Queued,
                failed(),
                Some(TurnState::Failed(failure())),
            ),
            (TurnState::Queued, replied(), None),
            (
                TurnState::Queued,
                TurnEvent::Abandoned(failure()),
                Some(TurnState::Abandoned(failure())),
            ),
            (TurnState::Queued, TurnEvent::Reverted, None),
            (running(), claimed(), None),
            (running(), replied(), Some(TurnState::Done)),
            (running(), failed(), Some(TurnState::Failed(failure()))),
            (running(), cancelled(), Some(TurnState::Cancelled)),
            (running(), TurnEvent::Reverted, Some(TurnState::Queued)),
            (
                running(),
                TurnEvent::Abandoned(failure()),
                Some(TurnState::Abandoned(failure())),
            ),
        ];
        for (state, event, expected) in rows {
            assert_eq!(
                state.clone().apply(event.clone()).ok(),
                expected,
                "{state:?} {event:?}"
            );
        }
    }

    #[test]
    fn an_ended_turn_refuses_everything() {
        for ended in [
            TurnState::Done,
            TurnState::Cancelled,
            TurnState::Failed(failure()),
            TurnState::Abandoned(failure()),
        ] {
            for event in [
                replied(),
                TurnEvent::Reverted,
                TurnEvent::Ended(Outcome::Cancelled),
            ] {
                assert!(ended.clone().apply(event).is_err());
            }
        }
    }
}
