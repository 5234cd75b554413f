//! Everything durable, and the bell that says it changed.
//!
//! [`Store`] writes, [`Reader`] only reads, [`Bus`] rings. One public writing method is one
//! transaction and one ring. This is the only crate with SQL, and the only one that knows that there
//! are two databases (SQLite and PostgreSQL).

mod assistants;
mod attachments;
mod audience;
mod audit;
mod backends;
mod backup;
mod begin;
mod blobs;
mod bus;
mod carried;
mod db;
mod disk;
mod error;
mod feed;
mod folders;
mod identity;
mod items;
mod look;
mod marks;
mod mcp;
mod messages;
mod migrate;
mod open;
mod questions;
mod queue;
mod reader;
mod retention;
mod rows;
mod search;
mod sessions;
mod steers;
mod threads;
mod ticket;
mod turns;
mod writer;

use std::sync::Arc;

use db::Driver;
use disk::Disk;
use open::Life;
use switchboard_model::IdSource;
use writer::Jobs;

pub use assistants::{AssistantPatch, NewAssistant};
pub use attachments::{AttachError, Contents, Kept, NewAttachment};
pub use audit::{Audit, AuditCursor, AuditEntry, AuditFilter};
pub use backends::{BackendPatch, BackendRow, Behind, KeptModels};
pub use blobs::BlobDraft;
pub use bus::{Bus, Delta, Hearing};
pub use carried::{Carried, CarriedFrom};
pub use error::{CreateError, OpenError, StoreError};
pub use feed::{Change, Feed, Position};
pub use identity::{
    HandleTaken, Invitation, NewPerson, NewToken, PersonError, PersonPatch, Session, Token,
};
pub use look::Look;
pub use marks::{MOST_UNREAD, Mark, Marks};
pub use mcp::{McpError, McpPatch, WhoseServers};
pub use messages::{
    Addressed, AgainError, AskAgain, EditError, MessagePage, Post, PostError, Posted,
};
pub use open::{Database, OpenOptions, SEVERAL_READERS};
pub use questions::DecideError;
pub use queue::{FromQueue, NewQueued, QueueError, When};
pub use reader::Reader;
pub use search::{FoundMessage, Hit, Hits};
pub use sessions::{DueRecord, KeptSession, Record};
pub use threads::{MemberError, NewThread, Page, ThreadPatch, ThreadRow, ThreadState};
pub use turns::{
    AskedBy, Claimed, Finished, InLine, NewDetached, Orphan, Own, PostDetached, RetryError,
    StopError, TurnRow, TurnsThat, Wanted,
};

/// The writing half. Cheap to clone. Everything a [`Reader`] can do is at [`Store::reader`].
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

/// What all clones of a [`Store`] share.
struct Inner {
    reader: Reader,
    writer: Driver<Jobs, sqlx::PgPool>,
    bus: Bus,
    ids: IdSource,
    disk: Disk,
    life: Life,
}
