//! The data of events on the wire. What an event is called and when it is sent is decided in `live`.

use serde::Serialize;
use utoipa::ToSchema;

use super::{
    Assistant, Backend, Item, Members, Message, PersonEvent, Presence, Question, Queue, Steer,
    Thread, Turn,
};

/// Text in flight: a piece of an open item's text. Drop what you have of it already; on a gap, ask for
/// the turn's items.
#[derive(Debug, Serialize, ToSchema)]
pub struct Delta<'a> {
    /// Where.
    pub thread_id: String,
    /// Whose.
    pub turn_id: String,
    /// Of which item.
    pub item_id: String,
    /// How many UTF-8 bytes of the item's text come before it.
    pub offset: u64,
    /// What was added.
    #[schema(value_type = String)]
    pub text: &'a str,
}

/// Something is gone.
#[derive(Debug, Serialize, ToSchema)]
pub struct Deleted {
    /// What.
    pub id: String,
    /// Always true.
    pub deleted: bool,
}

impl Deleted {
    /// That the thing with this id is gone.
    pub fn of(id: impl std::fmt::Display) -> Self {
        Self {
            id: id.to_string(),
            deleted: true,
        }
    }
}

/// Everything up to here was sent; from now on events come as they happen.
#[derive(Debug, Serialize, ToSchema)]
pub struct Ready {
    /// Where the stream stands.
    pub pos: String,
}

/// Read afresh: one thread, which was gained or lost, or everything.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct Reset {
    /// Which thread; left out, everything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thread_id: Option<String>,
}

/// The data of each event of `GET /api/events`, by the event's name. No such object is ever sent: it is
/// the table from which clients are generated.
#[derive(Serialize, ToSchema)]
pub struct Event<'a> {
    /// A message was posted.
    pub message: Option<Message>,
    /// A thread changed, or is gone.
    pub thread: Option<ThreadEvent>,
    /// A turn changed.
    pub turn: Option<Turn>,
    /// An item changed.
    pub item: Option<Item>,
    /// A question was asked or settled.
    pub approval: Option<Question>,
    /// Words were sent into a turn, or it took them.
    pub steer: Option<Steer>,
    /// An assistant changed, or is gone.
    pub assistant: Option<AssistantEvent>,
    /// A backend is otherwise than it was, for the one who listens.
    pub backend: Option<Backend>,
    /// A person changed, or is gone.
    pub person: Option<PersonEvent>,
    /// What one has waiting in a thread.
    pub queue: Option<Queue>,
    /// Somebody joined or left a thread.
    pub members: Option<Members>,
    /// Somebody came, went, looks at a thread or types in it. Never stored.
    pub presence: Option<Presence>,
    /// Text in flight.
    #[schema(value_type = Option<Delta>)]
    pub delta: Option<Delta<'a>>,
    /// Read afresh.
    pub reset: Option<Reset>,
    /// The stream has caught up.
    pub ready: Option<Ready>,
}

/// A thread as it is now, or that it is gone.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub enum ThreadEvent {
    /// As it is now.
    Changed(Box<Thread>),
    /// Gone.
    Deleted(Deleted),
}

/// An assistant as it is now, or that it is gone.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub enum AssistantEvent {
    /// As it is now, for the one who listens.
    Changed(Box<Assistant>),
    /// Gone.
    Deleted(Deleted),
}
