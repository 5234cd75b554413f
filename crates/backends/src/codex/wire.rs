//! What `codex exec --json` writes, as far as we use it. Small and tolerant: unknown fields are
//! ignored, unknown events and items survive as what they are. Source: codex-cli 0.169 observed.

use serde::Deserialize;
use serde_json::Value;

/// One line of standard output.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "type")]
pub enum Event {
    /// Work begins.
    #[serde(rename = "turn.started")]
    TurnStarted,
    /// An item began.
    #[serde(rename = "item.started")]
    ItemStarted {
        /// As it is now.
        item: Item,
    },
    /// An item changed.
    #[serde(rename = "item.updated")]
    ItemUpdated {
        /// As it is now.
        item: Item,
    },
    /// An item is complete.
    #[serde(rename = "item.completed")]
    ItemCompleted {
        /// As it is now.
        item: Item,
    },
    /// All went well.
    #[serde(rename = "turn.completed")]
    TurnCompleted,
    /// It did not.
    #[serde(rename = "turn.failed")]
    TurnFailed {
        /// Why.
        error: Failed,
    },
    /// Something went wrong; a retry may follow ("Reconnecting... 2/5 (…)").
    #[serde(rename = "error")]
    Error {
        /// What.
        message: String,
    },
    /// An event of a newer version.
    #[serde(other)]
    Unknown,
}

/// Why a turn failed.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Failed {
    /// In words; there is no code on this wire.
    pub message: String,
}

/// An item, its kind still as text.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Item {
    /// `item_0`, `item_1`, …
    pub id: String,
    /// `agent_message`, `reasoning`, `command_execution`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// Everything else, read by kind.
    #[serde(flatten)]
    pub fields: serde_json::Map<String, Value>,
}

impl Item {
    /// A text field; empty if it is missing or not text.
    pub fn text(&self, name: &str) -> &str {
        self.fields
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    /// A list field; empty if it is missing or not a list.
    pub fn list(&self, name: &str) -> &[Value] {
        self.fields
            .get(name)
            .and_then(Value::as_array)
            .map(Vec::as_slice)
            .unwrap_or_default()
    }
}
