//! Messages on the wire.

use serde::{Deserialize, Serialize};
use switchboard_model::{mention, message as model};
use switchboard_store as store;
use utoipa::ToSchema;

use super::{Attachment, Author, ToWire, Turn, TurnState, turn};
use crate::names::Names;

/// One post. Only its text ever changes, by its author.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Message {
    /// Which.
    pub id: String,
    /// Where.
    pub thread_id: String,
    /// Its place in the thread, from 1, without gaps.
    pub seq: i64,
    /// Whose voice.
    pub role: Speaker,
    /// Who wrote it.
    pub author: Author,
    /// As written: Markdown. Empty only if there are attachments.
    pub text: String,
    /// The files that came with it, in order.
    pub attachments: Vec<Attachment>,
    /// The turn whose reply this is.
    pub turn_id: Option<String>,
    /// When it was stored.
    pub created_at: i64,
    /// When its author last changed its text; null if never.
    pub edited_at: Option<i64>,
    /// On one's own messages: what they were posted with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// The names in the text that mean somebody.
    pub mentions: Vec<Mention>,
}

/// Whose voice a message has.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Speaker {
    /// A person, or a program in a person's name.
    User,
    /// An assistant.
    Assistant,
    /// Switchboard, about what the author changed in the thread; no assistant is told it.
    Note,
}

/// A name in a text that means somebody.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Mention {
    /// Without the `@`.
    pub handle: String,
    /// Where the `@` is, in UTF-8 bytes.
    pub offset: usize,
    /// How long it is with the `@`, in UTF-8 bytes.
    pub length: usize,
    /// Which assistant it means; null if it is a person.
    pub assistant_id: Option<String>,
}

/// A page of a thread, ascending.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MessagePage {
    /// By `seq`, ascending.
    pub items: Vec<Message>,
    /// Where the next page starts: what to give as `before` for older messages, or as `after` if the
    /// page was asked for with `after`. Null at the end.
    pub next: Option<String>,
    /// Where newer messages start: what to give as `after`. Null at the end of the thread.
    pub newer: Option<String>,
    /// The turns that these messages asked for, and all that are still open in the thread.
    pub turns: Vec<Turn>,
    /// Where the event stream goes on from this page.
    pub pos: String,
}

/// A message to post.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMessage {
    /// Markdown. A name of an assistant in it asks for an answer. May be empty beside attachments.
    #[serde(default)]
    pub text: String,
    /// The ids of files that were uploaded and that no message has yet, in order; at most 10.
    #[serde(default)]
    pub attachments: Vec<String>,
    /// The same id with the same text and files again is the same message. `Idempotency-Key` means the same.
    #[serde(default)]
    pub client_id: Option<String>,
}

/// What a post became.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Posted {
    /// The message as stored.
    pub message: Message,
    /// One per assistant that owes an answer.
    pub turns: Vec<PostedTurn>,
}

/// A turn that a post asked for.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PostedTurn {
    /// Which.
    pub id: String,
    /// Who answers.
    pub assistant: String,
    /// Where it stands.
    pub state: TurnState,
}

/// A text to look for names in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MentionQuery {
    /// As it would be posted.
    pub text: String,
}

impl Message {
    /// A message as everyone sees it; its author also sees what it was posted with.
    pub fn new(message: &model::Message, names: &Names, client_id: Option<String>) -> Self {
        Self {
            id: message.id.to_string(),
            thread_id: message.thread.to_string(),
            seq: message.seq,
            role: message.role.to_wire(),
            author: message.author.to_wire(),
            text: message.text.clone(),
            attachments: message.attachments.iter().map(ToWire::to_wire).collect(),
            turn_id: message.turn.map(|id| id.to_string()),
            created_at: message.created_at.0,
            edited_at: message.edited_at.map(|at| at.0),
            client_id,
            mentions: match message.role {
                model::Speaker::User => Mention::all(&message.text, names),
                // An assistant's text asks nobody, so no name in it is a mention.
                model::Speaker::Assistant | model::Speaker::Note => Vec::new(),
            },
        }
    }
}

impl ToWire for model::Speaker {
    type Wire = Speaker;

    fn to_wire(&self) -> Speaker {
        match self {
            Self::User => Speaker::User,
            Self::Assistant => Speaker::Assistant,
            Self::Note => Speaker::Note,
        }
    }
}

impl Mention {
    /// The names in a text that mean somebody.
    pub fn all(text: &str, names: &Names) -> Vec<Self> {
        mention::find(text)
            .into_iter()
            .filter(|found| names.knows(&found.handle))
            .map(|found| Self {
                assistant_id: names.assistant(&found.handle).map(|id| id.to_string()),
                handle: found.handle,
                offset: found.offset,
                length: found.length,
            })
            .collect()
    }
}

impl PostedTurn {
    /// A turn in short.
    pub fn of(turn: &switchboard_model::turn::Turn) -> Self {
        Self {
            id: turn.id.to_string(),
            assistant: turn.assistant.to_string(),
            state: turn::state(turn),
        }
    }
}

impl Posted {
    /// What a post became, as its author sees it.
    pub fn new(posted: &store::Posted, names: &Names, client_id: Option<String>) -> Self {
        Self {
            message: Message::new(&posted.message, names, client_id),
            turns: posted.turns.iter().map(PostedTurn::of).collect(),
        }
    }
}
