//! What comes of a notification of the app server. Owns the words between the translation and whoever
//! drives a turn; never knows the wire, but for the error that it hands on.

use serde_json::Value;
use switchboard_model::{
    item::ItemEvent,
    usage::{Limit, Usage},
};

use super::read::{at, maybe, text};

/// What came of a notification.
#[derive(Debug, Clone, PartialEq)]
pub enum Heard {
    /// An item began, grew or changed.
    Item(ItemEvent),
    /// What the turn used so far, in all.
    Usage(Usage),
    /// How much of the plan is used.
    Limits(Vec<Limit>),
    /// The turn is over; nothing of it is open any more but commands that go on.
    Ended(Ended),
    /// The account changed: ask again.
    Account,
    /// A notification, or a part of an item, that has no place among items.
    Unseen(String),
}

/// How a turn ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Ended {
    /// In which way.
    pub status: EndStatus,
    /// Why, if it failed.
    pub error: Option<TurnError>,
}

/// The ways in which a turn ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndStatus {
    /// By itself.
    Completed,
    /// It was told to stop.
    Interrupted,
    /// It could not go on.
    Failed,
}

/// Why a turn failed, as the app server says it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TurnError {
    /// In words.
    pub message: String,
    /// `codexErrorInfo`: a name, or a name with facts, or null.
    pub info: Value,
    /// More words.
    pub details: Option<String>,
}

impl TurnError {
    /// The error in such an object.
    pub fn read(error: &Value) -> Self {
        Self {
            message: text(error, "message").to_owned(),
            info: at(error, "codexErrorInfo").clone(),
            details: maybe(error, "additionalDetails").map(str::to_owned),
        }
    }
}
