//! Messages: one post in a thread, and the limits on it.

use serde::{Deserialize, Serialize};

use crate::{
    attachment::Attachment,
    clock::Millis,
    ids::{MessageId, ThreadId, TurnId},
    person::Author,
};

/// Whose voice a message has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Speaker {
    /// A person, or a program in a person's name.
    User,
    /// An assistant.
    Assistant,
    /// Switchboard itself, about what its author changed in the thread. No assistant is told it.
    Note,
}

impl Speaker {
    /// The name in SQL and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Assistant => "assistant",
            Self::Note => "note",
        }
    }

    /// The speaker of that name.
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "user" => Some(Self::User),
            "assistant" => Some(Self::Assistant),
            "note" => Some(Self::Note),
            _ => None,
        }
    }
}

/// One post. Only its text ever changes, by its author.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Which.
    pub id: MessageId,
    /// Where.
    pub thread: ThreadId,
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
    pub turn: Option<TurnId>,
    /// When it was stored.
    pub created_at: Millis,
    /// When its text was last changed, if it was.
    pub edited_at: Option<Millis>,
}

/// The longest text of a message, in bytes: 1 MiB.
pub const TEXT_LIMIT: usize = 1024 * 1024;

/// The longest client id, in bytes.
pub const CLIENT_ID_LIMIT: usize = 128;

/// Whether a text can be a client id. No database of ours stores a zero byte in a text.
pub fn is_client_id(text: &str) -> bool {
    !text.is_empty() && text.len() <= CLIENT_ID_LIMIT && !text.contains('\0')
}

/// Why a text cannot be posted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidText {
    /// Nothing but white space.
    #[error("the message is empty")]
    Empty,
    /// More than [`TEXT_LIMIT`].
    #[error("the message is longer than 1 MiB")]
    TooLong,
}

/// Checks a text at the door. U+0000 becomes U+FFFD, because PostgreSQL cannot hold it.
pub fn text(text: &str) -> Result<String, InvalidText> {
    if text.len() > TEXT_LIMIT {
        return Err(InvalidText::TooLong);
    }
    if text.trim().is_empty() {
        return Err(InvalidText::Empty);
    }
    Ok(text.replace('\0', "\u{FFFD}"))
}
