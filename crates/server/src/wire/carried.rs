//! Forks on the wire.

use serde::{Deserialize, Serialize};
use switchboard_model::carried::CarriedLine;
use switchboard_store as store;
use utoipa::ToSchema;

use super::{Speaker, ToWire};

/// Where to fork a thread.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewFork {
    /// The last message that is carried over.
    pub message: String,
    /// The same id again gives the same fork. `Idempotency-Key` means the same.
    #[serde(default)]
    pub client_id: Option<String>,
}

/// A message to change and to ask again.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Resend {
    /// What it is to say. May be empty beside attachments, which go along.
    pub text: String,
    /// The same id again is the same wish. `Idempotency-Key` means the same.
    #[serde(default)]
    pub client_id: Option<String>,
}

/// What a fork carries over, in short.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CarriedFrom {
    /// The title of the thread that was forked, as it was.
    pub title: String,
    /// How many messages are carried over.
    pub messages: i64,
    /// How many older ones are not.
    pub left_out: i64,
}

/// What a fork carries over: a copy, which follows nothing that happens to its source.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Carried {
    /// The title of the thread that was forked, as it was.
    pub title: String,
    /// Where that is; null if one may not see it, or it is gone.
    pub source: Option<CarriedSource>,
    /// What was said there, oldest first; the newest 50 messages at most.
    pub messages: Vec<CarriedMessage>,
    /// How many older messages are not among them.
    pub left_out: i64,
}

/// Where a fork comes from.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CarriedSource {
    /// The thread.
    pub thread_id: String,
    /// The last message that was carried over, by `seq`; 0 if there was none.
    pub seq: i64,
}

/// A message as it was when it was carried over.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CarriedMessage {
    /// Whose voice.
    pub role: Speaker,
    /// Its author's name.
    pub name: String,
    /// Its author's handle.
    pub handle: String,
    /// As written: Markdown. A long text is cut in its middle, and says so.
    pub text: String,
    /// The names of its files, which are not carried over.
    pub files: Vec<String>,
    /// When it was posted.
    pub created_at: i64,
}

impl Carried {
    /// As somebody sees it who may see its source, or may not.
    pub fn new(carried: &store::Carried, sees_source: bool) -> Self {
        let source = CarriedSource {
            thread_id: carried.source.to_string(),
            seq: carried.seq,
        };
        Self {
            title: carried.title.clone(),
            source: sees_source.then_some(source),
            messages: carried.lines.iter().map(ToWire::to_wire).collect(),
            left_out: carried.left_out,
        }
    }
}

impl ToWire for store::CarriedFrom {
    type Wire = CarriedFrom;

    fn to_wire(&self) -> CarriedFrom {
        CarriedFrom {
            title: self.title.clone(),
            messages: self.messages,
            left_out: self.left_out,
        }
    }
}

impl ToWire for CarriedLine {
    type Wire = CarriedMessage;

    fn to_wire(&self) -> CarriedMessage {
        CarriedMessage {
            role: self.speaker.to_wire(),
            name: self.name.clone(),
            handle: self.handle.clone(),
            text: self.text.clone(),
            files: self.files.clone(),
            created_at: self.at.0,
        }
    }
}
