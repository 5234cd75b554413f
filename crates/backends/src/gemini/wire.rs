//! What `gemini --output-format stream-json` writes, as far as we use it. Small and tolerant: unknown fields and events
//! are ignored. Source: Gemini CLI 0.61 observed.

use serde::Deserialize;
use serde_json::Value;

/// One line of standard output.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    /// A piece of what was said, by `user` or `assistant`.
    Message {
        /// Who.
        role: String,
        /// The piece.
        content: String,
    },
    /// The model calls a tool.
    ToolUse {
        /// Which tool.
        tool_name: String,
        /// Which call.
        tool_id: String,
        /// With what.
        #[serde(default)]
        parameters: Value,
    },
    /// The tool answered.
    ToolResult {
        /// Which call.
        tool_id: String,
        /// `success` or `error`.
        #[serde(default)]
        status: String,
        /// What it said.
        #[serde(default)]
        output: Option<String>,
    },
    /// Something went wrong; a `warning` is not the end.
    Error {
        /// `warning` or `error`.
        #[serde(default)]
        severity: String,
        /// What.
        message: String,
    },
    /// The end. No more is said.
    Result {
        /// `success` or `error`.
        status: String,
        /// Why not.
        #[serde(default)]
        error: Option<Failed>,
    },
    /// An event that we do not use, or one of a newer version.
    #[serde(other)]
    Unknown,
}

/// Why a turn failed.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Failed {
    /// In words, often Google's whole answer as JSON in brackets.
    pub message: String,
}
