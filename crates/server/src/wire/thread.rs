//! Threads on the wire.

use serde::{Deserialize, Serialize};
use switchboard_engine::{OpenThread, ThreadChange};
use switchboard_model::thread as model;
use switchboard_store as store;
use utoipa::ToSchema;

use super::{Author, CarriedFrom, ThreadSettings, ToWire, settings::SettingsPatch};

/// A conversation, as a list shows it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Thread {
    /// Which.
    pub id: String,
    /// Empty until a person names it or its first message does.
    pub title: String,
    /// Who may see it.
    pub visibility: Visibility,
    /// In a direct thread: the assistant that answers every message.
    pub assistant_id: Option<String>,
    /// Who opened it.
    pub created_by: String,
    /// When it was opened.
    pub created_at: i64,
    /// The time of its newest message, or of its creation.
    pub last_message_at: i64,
    /// The `seq` of its newest message; 0 while there is none.
    pub last_seq: i64,
    /// Set while it is out of the way.
    pub archived_at: Option<i64>,
    /// Its lamp.
    pub state: ThreadState,
    /// Its newest message.
    pub last: Option<Last>,
    /// On a fork: what it carries over.
    pub carried: Option<CarriedFrom>,
    /// The `seq` up to which one has read it.
    pub read_seq: i64,
    /// How assistants work in it from the next turn on.
    pub settings: ThreadSettings,
    /// How many messages of others come after that; 1000 stands for that many or more. None in a thread
    /// that one is no member of.
    pub unread: i64,
}

/// A thread with those who are in it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ThreadDetail {
    /// The thread.
    #[serde(flatten)]
    pub thread: Thread,
    /// Its members, by handle.
    pub members: Vec<Author>,
}

/// The newest message of a thread, in short.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Last {
    /// Who wrote it.
    pub author_handle: String,
    /// Its first 140 characters.
    pub text: String,
}

/// Who may read and write in a thread.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// Its members only; to everyone else it does not exist.
    Private,
    /// Everyone in the workspace.
    Open,
}

/// What a thread's lamp shows.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ThreadState {
    /// Nothing runs, and the newest turn did not fail.
    Idle,
    /// A turn is queued or runs.
    Running,
    /// A running turn has an open question.
    NeedsYou,
    /// The newest turn failed.
    Failed,
}

/// A page of the list of threads, newest activity first.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ThreadPage {
    /// Newest activity first.
    pub items: Vec<Thread>,
    /// What to give as `before` for the next page; null at the end.
    pub next: Option<String>,
    /// Where the event stream goes on from this page.
    pub pos: String,
}

/// A thread to open.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct NewThread {
    /// Titled by its first message if there is none.
    pub title: Option<String>,
    /// Private unless said otherwise.
    pub visibility: Option<Visibility>,
    /// How assistants are to work in it, where not as usual.
    pub settings: Option<SettingsPatch>,
    /// An assistant's id or handle makes a direct thread: it answers every message.
    pub assistant: Option<String>,
    /// The same id again, with the same body, gives the same thread. `Idempotency-Key` means the same.
    pub client_id: Option<String>,
}

/// What to change on a thread; what is left out stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ThreadPatch {
    /// Empty goes back to an automatic title.
    pub title: Option<String>,
    /// Put it out of the way, or back.
    pub archived: Option<bool>,
    /// Who may see it.
    pub visibility: Option<Visibility>,
    /// Another assistant for a direct thread, by id or handle. What was said goes along, quoted.
    pub assistant: Option<String>,
    /// How assistants are to work in it.
    pub settings: Option<SettingsPatch>,
}

impl From<Visibility> for model::Visibility {
    fn from(visibility: Visibility) -> Self {
        match visibility {
            Visibility::Private => Self::Private,
            Visibility::Open => Self::Open,
        }
    }
}

impl From<NewThread> for OpenThread {
    fn from(thread: NewThread) -> Self {
        Self {
            title: thread.title,
            visibility: thread.visibility.unwrap_or(Visibility::Private).into(),
            assistant: thread.assistant,
            settings: thread.settings.unwrap_or_default().into(),
            client_id: thread.client_id,
        }
    }
}

impl From<ThreadPatch> for ThreadChange {
    fn from(patch: ThreadPatch) -> Self {
        Self {
            title: patch.title,
            archived: patch.archived,
            visibility: patch.visibility.map(Into::into),
            assistant: patch.assistant,
            settings: patch.settings.unwrap_or_default().into(),
        }
    }
}

/// How far one has read.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadUpTo {
    /// The `seq` of the newest message that was seen. It never moves back.
    pub seq: i64,
}

impl Thread {
    /// A thread as somebody sees it who stands at this mark.
    pub fn new(row: &store::ThreadRow, mark: store::Mark) -> Self {
        let thread = &row.thread;
        Self {
            id: thread.id.to_string(),
            title: thread.title.clone(),
            visibility: match thread.visibility {
                model::Visibility::Private => Visibility::Private,
                model::Visibility::Open => Visibility::Open,
            },
            assistant_id: thread.assistant.map(|id| id.to_string()),
            created_by: thread.created_by.to_string(),
            created_at: thread.created_at.0,
            last_message_at: thread.last_message_at.0,
            last_seq: thread.last_seq,
            archived_at: thread.archived_at.map(|at| at.0),
            state: match row.state {
                store::ThreadState::Idle => ThreadState::Idle,
                store::ThreadState::Running => ThreadState::Running,
                store::ThreadState::NeedsYou => ThreadState::NeedsYou,
                store::ThreadState::Failed => ThreadState::Failed,
            },
            last: row.last.as_ref().map(|(author, text)| Last {
                author_handle: author.clone(),
                text: text.clone(),
            }),
            carried: row.carried.as_ref().map(ToWire::to_wire),
            settings: thread.settings.to_wire(),
            read_seq: mark.read_seq,
            unread: mark.unread,
        }
    }
}
