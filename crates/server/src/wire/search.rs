//! What was found, on the wire.

use serde::Serialize;
use switchboard_model::search;
use switchboard_store as store;
use utoipa::ToSchema;

use super::{Author, Speaker, ToWire};

/// A page of what was found, newest first.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Found {
    /// Newest first.
    pub items: Vec<Hit>,
    /// What to give as `before` for the next page; null at the end.
    pub next: Option<String>,
}

/// A thread or message that was found.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Hit {
    /// Where.
    pub thread: FoundThread,
    /// What was said; null if the title was found.
    pub message: Option<FoundMessage>,
    /// The part of the message or title to show, on one line.
    pub snippet: Vec<SnippetPiece>,
}

/// The thread of a hit.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FoundThread {
    /// Which.
    pub id: String,
    /// Its title.
    pub title: String,
}

/// The message of a hit, in short.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FoundMessage {
    /// Which.
    pub id: String,
    /// Its place in the thread: what `around` takes.
    pub seq: i64,
    /// Whose voice.
    pub role: Speaker,
    /// Who wrote it.
    pub author: Author,
    /// When it was stored.
    pub created_at: i64,
}

/// A piece of a text.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SnippetPiece {
    /// As written.
    pub text: String,
    /// Whether it is what was looked for.
    pub hit: bool,
}

impl ToWire for search::Piece {
    type Wire = SnippetPiece;

    fn to_wire(&self) -> SnippetPiece {
        SnippetPiece {
            text: self.text.clone(),
            hit: self.hit,
        }
    }
}

impl ToWire for store::Hit {
    type Wire = Hit;

    fn to_wire(&self) -> Hit {
        Hit {
            thread: FoundThread {
                id: self.thread.to_string(),
                title: self.title.clone(),
            },
            message: self.message.as_ref().map(|message| FoundMessage {
                id: message.id.to_string(),
                seq: message.seq,
                role: message.role.to_wire(),
                author: message.author.to_wire(),
                created_at: message.created_at.0,
            }),
            snippet: self.snippet.iter().map(ToWire::to_wire).collect(),
        }
    }
}

impl ToWire for store::Hits {
    type Wire = Found;

    fn to_wire(&self) -> Found {
        Found {
            items: self.items.iter().map(ToWire::to_wire).collect(),
            next: self.next.map(|doc| doc.to_string()),
        }
    }
}
