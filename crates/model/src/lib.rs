//! The words and rules of Switchboard: what a thread, a mention, a turn or an item *is*, and which
//! change of state is allowed. Pure: no async, no input or output, no system clock, no randomness.
//! Everything that acts (SQL, processes, HTTP) lives in the other crates and speaks in these types.

pub mod approval;
pub mod assistant;
pub mod attachment;
pub mod carried;
pub mod clock;
pub mod detached;
pub mod feedback;
pub mod home;
pub mod ids;
pub mod item;
pub mod mcp;
pub mod mention;
pub mod message;
pub mod outcome;
pub mod parked;
pub mod person;
pub mod prompt;
pub mod provider;
pub mod queue;
pub mod room;
pub mod search;
pub mod settings;
pub mod steer;
pub mod thread;
pub mod turn;
pub mod usage;

pub use clock::{Clock, Millis};
pub use ids::{
    AssistantId, AttachmentId, DeliveryId, IdSource, ItemId, MessageId, PersonId, QuestionId,
    QueuedId, SessionId, SteerId, ThreadId, TokenId, TurnId,
};
