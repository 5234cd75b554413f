//! What `codex exec --json` writes, as far as we use it. Small and tolerant: unknown fields are
//! ignored, unknown events and items survive as what they are. Source: codex-cli 0.169 observed.

use serde::Deserialize;
use serde_json::Value;
use switchboard_model::usage::Usage;

/// One line of standard output.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "type")]
pub enum Event {
    /// The conversation, also one that goes on.
    #[serde(rename = "thread.started")]
    ThreadStarted {
        /// Its name.
        thread_id: String,
    },
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
    TurnCompleted {
        /// What the conversation has used since it was begun.
        #[serde(default)]
        usage: Counted,
    },
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

/// Tokens, as Codex counts them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Counted {
    /// Given to the model.
    pub input_tokens: i64,
    /// Of these, how many it had kept from before.
    pub cached_input_tokens: i64,
    /// Said by the model, its thoughts included.
    pub output_tokens: i64,
    /// Of these, how many were thoughts.
    pub reasoning_output_tokens: i64,
}

impl Counted {
    /// What was used beyond `before`; `None` if that is nothing.
    pub fn since(self, before: Self) -> Option<Usage> {
        let used = Usage {
            input: self.input_tokens.saturating_sub(before.input_tokens),
            cached: self
                .cached_input_tokens
                .saturating_sub(before.cached_input_tokens),
            output: self.output_tokens.saturating_sub(before.output_tokens),
            reasoning: self
                .reasoning_output_tokens
                .saturating_sub(before.reasoning_output_tokens),
            ..Usage::default()
        };
        (used != Usage::default()).then_some(used)
    }
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
