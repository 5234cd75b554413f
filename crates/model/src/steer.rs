//! Steers: words sent into a running turn. Owns their states, so that no text is lost nor sent twice.

use crate::{
    clock::Millis,
    ids::{PersonId, SteerId, ThreadId, TurnId},
};

/// Where a steer stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SteerState {
    /// Not yet given to the backend.
    Queued,
    /// Given to the backend, not yet confirmed.
    Sent,
    /// The turn has it.
    Taken,
    /// The backend refused it; it becomes the next message.
    Refused,
    /// Nobody knows whether it arrived; it is checked before it is sent again.
    Unsure,
}

impl SteerState {
    /// The name in SQL and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sent => "sent",
            Self::Taken => "taken",
            Self::Refused => "refused",
            Self::Unsure => "unsure",
        }
    }

    /// The state of that name.
    pub fn parse(name: &str) -> Option<Self> {
        [
            Self::Queued,
            Self::Sent,
            Self::Taken,
            Self::Refused,
            Self::Unsure,
        ]
        .into_iter()
        .find(|s| s.as_str() == name)
    }
}

/// A steer as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Steer {
    /// Which.
    pub id: SteerId,
    /// Into which turn.
    pub turn: TurnId,
    /// Where that turn is.
    pub thread: ThreadId,
    /// Who wrote it.
    pub author: PersonId,
    /// What.
    pub text: String,
    /// Where it stands.
    pub state: SteerState,
    /// When it was written.
    pub created_at: Millis,
}
