//! What `gemini` writes as `stream-json`, and in older versions as `json`, as far as we use it. Small and tolerant: unknown
//! fields and events are ignored. Source: Gemini CLI 0.61 observed, which has both.

use std::collections::BTreeMap;

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
        /// What it used.
        #[serde(default)]
        stats: Option<Stats>,
    },
    /// An event that we do not use, or one of a newer version.
    #[serde(other)]
    Unknown,
}

/// All that `json` says, once, at the end. Where Google refused, it says nothing on the output.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Report {
    /// The answer; empty if nothing came.
    #[serde(default)]
    pub response: String,
    /// What kept it from one.
    #[serde(default)]
    pub error: Option<Failed>,
    /// What each model used.
    #[serde(default)]
    pub stats: ReportStats,
}

impl Report {
    /// The same as events, so that one translation does for both.
    pub fn events(self) -> [Event; 2] {
        let Self {
            response,
            error,
            stats,
        } = self;
        let status = if error.is_some() { "error" } else { "success" };
        let message = Event::Message {
            role: "assistant".into(),
            content: response,
        };
        let result = Event::Result {
            status: status.into(),
            error,
            stats: Some(stats.sum()),
        };
        [message, result]
    }
}

/// Tokens of a whole turn.
#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Stats {
    /// Given to the model.
    pub input_tokens: i64,
    /// Of these, kept from before.
    pub cached: i64,
    /// Said by it, without its thoughts.
    pub output_tokens: i64,
    /// All of it, with its thoughts.
    pub total_tokens: i64,
}

/// The tokens as `json` tells them.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct ReportStats {
    /// By the model's name.
    #[serde(default)]
    models: BTreeMap<String, OfModel>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
struct OfModel {
    #[serde(default)]
    tokens: Tokens,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Tokens {
    prompt: i64,
    cached: i64,
    candidates: i64,
    total: i64,
}

impl ReportStats {
    fn sum(&self) -> Stats {
        let mut all = Stats::default();
        for OfModel { tokens } in self.models.values() {
            all.input_tokens = all.input_tokens.saturating_add(tokens.prompt);
            all.cached = all.cached.saturating_add(tokens.cached);
            all.output_tokens = all.output_tokens.saturating_add(tokens.candidates);
            all.total_tokens = all.total_tokens.saturating_add(tokens.total);
        }
        all
    }
}

/// Why a turn failed.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Failed {
    /// In words, often Google's whole answer as JSON in brackets.
    pub message: String,
}
