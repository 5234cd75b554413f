//! Words sent into running turns, on the wire.

use serde::Serialize;
use switchboard_model::steer as model;
use utoipa::ToSchema;

use super::ToWire;

/// Words sent into a running turn.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Steer {
    /// Which.
    pub id: String,
    /// Into which turn.
    pub turn_id: String,
    /// Where that turn is.
    pub thread_id: String,
    /// Who wrote it.
    pub author: String,
    /// What.
    pub text: String,
    /// Where it stands.
    pub state: SteerState,
    /// When it was written.
    pub created_at: i64,
}

/// Where words sent into a turn stand.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SteerState {
    /// Not yet given to the assistant.
    Queued,
    /// Given, not yet confirmed.
    Sent,
    /// The turn has it.
    Taken,
    /// The turn did not take it: it is its author's next message.
    Refused,
    /// Nobody knows whether it arrived.
    Unsure,
}

impl ToWire for model::Steer {
    type Wire = Steer;

    fn to_wire(&self) -> Steer {
        Steer {
            id: self.id.to_string(),
            turn_id: self.turn.to_string(),
            thread_id: self.thread.to_string(),
            author: self.author.to_string(),
            text: self.text.clone(),
            state: match self.state {
                model::SteerState::Queued => SteerState::Queued,
                model::SteerState::Sent => SteerState::Sent,
                model::SteerState::Taken => SteerState::Taken,
                model::SteerState::Refused => SteerState::Refused,
                model::SteerState::Unsure => SteerState::Unsure,
            },
            created_at: self.created_at.0,
        }
    }
}
