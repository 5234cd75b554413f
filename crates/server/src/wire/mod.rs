//! Our own wire: the JSON that pages and programs read and write. Owns its shapes and how the words of
//! `model` become them (`to_wire`) and back (`From`); never asks the store. Times are milliseconds since the epoch, ids are
//! UUIDv7 text, names are those of the glossary.

mod assistant;
mod attachment;
mod audit;
mod backend;
mod carried;
mod doctor;
mod event;
mod item;
mod mcp;
mod message;
mod person;
mod presence;
mod question;
mod queue;
mod search;
mod session;
mod settings;
mod steer;
mod thread;
mod turn;

pub use assistant::{
    Assistant, AssistantMade, AssistantPatch, AvailableAssistant, ClientPair, NewAssistant,
    OutcomeCode,
};
pub use attachment::{Attachment, AttachmentKind};
pub use audit::AuditPage;
pub use backend::{
    Backend, BackendPatch, Backends, ModelGroup, ModelList, NewLogin, PastedLogin, SwitchesPatch,
    ThreadsBehind,
};
pub use carried::{Carried, CarriedFrom, NewFork, Resend};
pub use doctor::{Check, CheckGroup, CheckState, Doctor, Setting};
pub use event::{AssistantEvent, Deleted, Delta, Event, Ready, Reset, ThreadEvent};
pub use item::Item;
pub use mcp::{McpServer, McpServerPatch, NewMcpServer};
pub use message::{Mention, MentionQuery, Message, MessagePage, NewMessage, Posted, Speaker};
pub use person::{
    Author, Invited, Members, NewMember, NewPerson, Person, PersonEvent, PersonLink, PersonPatch,
    Removed,
};
pub use presence::{Presence, Whereabouts};
pub use question::{Decision, Question};
pub use queue::{NewQueued, NewText, Queue, QueueOrder, Queued, QueuedPatch};
pub use search::Found;
pub use session::{Me, NewToken, Session, SignIn, Token, TokenMade, Workspace};
pub use settings::{RanWith, ThreadSettings, Usage};
pub use steer::Steer;
pub use thread::{NewThread, ReadUpTo, Thread, ThreadDetail, ThreadPage, ThreadPatch};
pub use turn::{Turn, TurnItems, TurnPage, TurnRow, TurnState};

use serde::Serialize;
use utoipa::ToSchema;

/// A word of `model` or `store` that has a shape of its own on the wire.
pub trait ToWire {
    /// The shape.
    type Wire;

    /// The same on the wire.
    fn to_wire(&self) -> Self::Wire;
}

/// Tells what is there and null from what is not there: an absent field stays `None`.
pub(crate) fn named<'de, T, D>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    T: serde::Deserialize<'de>,
    D: serde::Deserializer<'de>,
{
    serde::Deserialize::deserialize(deserializer).map(Some)
}

/// A whole list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct List<T> {
    /// In the order the endpoint names.
    pub items: Vec<T>,
}

impl<T> List<T> {
    /// A list of everything in `words`, on the wire.
    pub fn of<W: ToWire<Wire = T>>(words: &[W]) -> Self {
        Self {
            items: words.iter().map(ToWire::to_wire).collect(),
        }
    }
}
