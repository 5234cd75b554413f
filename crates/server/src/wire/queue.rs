//! Messages that wait, on the wire.

use serde::{Deserialize, Serialize};
use switchboard_model::{QueuedId, queue as model};
use utoipa::ToSchema;

use super::{Attachment, ToWire};
use crate::error::ApiError;

/// A message that waits until its author's turns in the thread have ended. Only its author sees it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Queued {
    /// Which; also the `client_id` that it is posted with.
    pub id: String,
    /// Where it goes.
    pub thread_id: String,
    /// As written: Markdown.
    pub text: String,
    /// The files that come with it, in order.
    pub attachments: Vec<Attachment>,
    /// When it was written.
    pub created_at: i64,
    /// 1 is the next; 0 waits no more.
    pub place: i64,
    /// Why the queue does not go on by itself; null if it does. The same for all of a queue.
    pub held: Option<Held>,
}

/// Why a queue is held.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Held {
    /// The outcome of the last turn: an outcome code or `cancelled`. `refused`: the next message cannot be
    /// posted as it is, and sending it now says why.
    pub code: String,
    /// When it goes on by itself; null if only its author lets it go on.
    pub until: Option<i64>,
}

/// What waits of one person in one thread, the next one first.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Queue {
    /// Where.
    pub thread_id: String,
    /// All of it.
    pub items: Vec<Queued>,
}

/// A message to queue.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewQueued {
    /// Markdown. May be empty beside attachments.
    #[serde(default)]
    pub text: String,
    /// The ids of files that were uploaded before, in order.
    #[serde(default)]
    pub attachments: Vec<String>,
    /// The same id with the same text and files again is the same message. `Idempotency-Key` means the same.
    #[serde(default)]
    pub client_id: Option<String>,
}

/// What to change on a message that waits; what is left out stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct QueuedPatch {
    /// Markdown.
    pub text: Option<String>,
    /// Puts it before this one of the same queue; null puts it at the end.
    #[serde(deserialize_with = "super::named")]
    #[schema(value_type = Option<String>)]
    pub before: Option<Option<String>>,
}

impl QueuedPatch {
    /// Where to put it, if anywhere else.
    pub fn place(&self) -> Result<Option<Option<QueuedId>>, ApiError> {
        let parse = |id: &String| {
            id.parse()
                .map_err(|_| ApiError::unprocessable("before is not an id"))
        };
        let before = self.before.as_ref();
        before
            .map(|before| before.as_ref().map(parse).transpose())
            .transpose()
    }
}

/// A new order of what waits.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QueueOrder {
    /// The messages to come first, in order; the others follow as they stood.
    pub order: Vec<String>,
}

impl QueueOrder {
    /// Their ids. More than can wait are never in order.
    pub fn ids(&self) -> Result<Vec<QueuedId>, ApiError> {
        if self.order.len() > model::MOST {
            return Err(ApiError::unprocessable(
                "order names more messages than can wait",
            ));
        }
        let ids = self.order.iter().map(|id| id.parse());
        ids.collect::<Result<_, _>>()
            .map_err(|_| ApiError::unprocessable("order holds something that is no id"))
    }
}

/// A text in the place of the one before.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewText {
    /// Markdown.
    pub text: String,
}

impl Queued {
    /// An entry at a place of its queue.
    pub fn new(queued: &model::Queued, place: i64, held: Option<model::Hold>) -> Self {
        Self {
            id: queued.id.to_string(),
            thread_id: queued.thread.to_string(),
            text: queued.text.clone(),
            attachments: queued.attachments.iter().map(ToWire::to_wire).collect(),
            created_at: queued.created_at.0,
            place,
            held: held.map(|hold| Held {
                code: hold.why.as_str().to_owned(),
                until: hold.until.map(|at| at.0),
            }),
        }
    }
}

impl ToWire for model::Queue {
    type Wire = Vec<Queued>;

    fn to_wire(&self) -> Vec<Queued> {
        let places = (1..).zip(&self.items);
        places
            .map(|(place, queued)| Queued::new(queued, place, self.held))
            .collect()
    }
}
