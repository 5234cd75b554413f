//! Items: what a turn produced. Owns their kinds and how events from a backend change them; never
//! knows a foreign wire format.

use serde::{Deserialize, Serialize};

use crate::{
    clock::Millis,
    ids::{ItemId, ThreadId, TurnId},
};

/// Where an item stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemStatus {
    /// Still growing.
    Open,
    /// Complete.
    Done,
    /// It ended badly: a command that failed, a tool that gave an error.
    Failed,
    /// A person or a policy refused it.
    Declined,
    /// Its turn ended before it did.
    Cut,
}

impl ItemStatus {
    /// The name in SQL and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Declined => "declined",
            Self::Cut => "cut",
        }
    }

    /// The status of that name.
    pub fn parse(name: &str) -> Option<Self> {
        [
            Self::Open,
            Self::Done,
            Self::Failed,
            Self::Declined,
            Self::Cut,
        ]
        .into_iter()
        .find(|s| s.as_str() == name)
    }
}

/// What an item is, with its facts. Its growing text (an answer, reasoning, a command's output) is
/// [`Item::text`], because that is what deltas append to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ItemBody {
    /// The assistant speaks; text is Markdown.
    Text,
    /// It thinks aloud; text is Markdown, a summary where the source has both.
    Reasoning,
    /// Its thoughts as they are, where the source gives them beside a summary.
    RawReasoning,
    /// It ran a command; text is the output.
    Command {
        /// As run.
        command: String,
        /// Where.
        cwd: Option<String>,
        /// How it ended.
        exit_code: Option<i64>,
        /// How long it ran, in milliseconds, where the source says so.
        #[serde(default)]
        took: Option<i64>,
    },
    /// It changed files.
    FileChange {
        /// Which, and how.
        changes: Vec<FileChange>,
    },
    /// It called a tool of an MCP server; text is the result.
    ToolCall {
        /// The server's name.
        server: String,
        /// The tool's name.
        tool: String,
        /// What it was given, as JSON text.
        arguments: String,
        /// What it last said about how far it is.
        #[serde(default)]
        progress: Option<String>,
    },
    /// It searched the web.
    WebSearch {
        /// For what.
        query: String,
    },
    /// Its plan.
    Plan {
        /// In order.
        steps: Vec<PlanStep>,
    },
    /// A plan that it proposes before it works; text is Markdown.
    Proposal,
    /// All changes of the turn together; text is a unified diff, replaced when it grows.
    TurnDiff,
    /// What was said before was summed up to make room.
    Compaction,
    /// It set other agents to work, or heard from them; text is what they were told.
    Subagent {
        /// What it did: `spawn_agent`, `wait`, …
        tool: String,
        /// Which agents, by their names at the source.
        agents: Vec<String>,
    },
    /// It looked at a picture, or made one.
    Image {
        /// Where it is.
        path: String,
    },
    /// A program that the owner hung into the work ran; text is what it said.
    Hook {
        /// When it runs: `pre_tool_use`, …
        event: String,
    },
    /// Something the reader should know: a warning, a retry in progress; text says what.
    Notice,
    /// Something we do not draw yet; text is its JSON.
    Other {
        /// Its name at the source.
        source_kind: String,
    },
}

impl ItemBody {
    /// The name in SQL and JSON.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Reasoning => "reasoning",
            Self::RawReasoning => "raw_reasoning",
            Self::Command { .. } => "command",
            Self::FileChange { .. } => "file_change",
            Self::ToolCall { .. } => "tool_call",
            Self::WebSearch { .. } => "web_search",
            Self::Plan { .. } => "plan",
            Self::Proposal => "proposal",
            Self::TurnDiff => "turn_diff",
            Self::Compaction => "compaction",
            Self::Subagent { .. } => "subagent",
            Self::Image { .. } => "image",
            Self::Hook { .. } => "hook",
            Self::Notice => "notice",
            Self::Other { .. } => "other",
        }
    }

    /// Whether having done this may have changed something outside the conversation. A turn with
    /// such an item is never repeated on its own.
    pub fn may_have_effect(&self) -> bool {
        match self {
            Self::Text
            | Self::Reasoning
            | Self::RawReasoning
            | Self::WebSearch { .. }
            | Self::Plan { .. }
            | Self::Proposal
            | Self::Compaction
            | Self::Notice => false,
            Self::Command { .. }
            | Self::FileChange { .. }
            | Self::TurnDiff
            | Self::Subagent { .. }
            | Self::Image { .. }
            | Self::Hook { .. }
            | Self::ToolCall { .. }
            | Self::Other { .. } => true,
        }
    }
}

/// One file in a file change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileChange {
    /// Relative to the working folder where possible. Of a file that moved: `from → to`.
    pub path: String,
    /// `add`, `update`, `delete` or `move`.
    pub change: String,
    /// Unified diff, where the backend gives one.
    pub diff: Option<String>,
}

/// One step of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanStep {
    /// What is to be done.
    pub text: String,
    /// Whether it is done.
    pub done: bool,
    /// Whether it is being done.
    #[serde(default)]
    pub doing: bool,
}

/// An item as stored and shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Which.
    pub id: ItemId,
    /// Whose.
    pub turn: TurnId,
    /// Where that turn is.
    pub thread: ThreadId,
    /// Its place in the turn, from 1.
    pub seq: i64,
    /// Where it stands.
    pub status: ItemStatus,
    /// What it is.
    pub body: ItemBody,
    /// Which agent did it that the assistant set to work, by its name at the source; `None`: itself.
    pub agent: Option<String>,
    /// Its text so far.
    pub text: String,
    /// When it began.
    pub started_at: Millis,
    /// When it ended.
    pub ended_at: Option<Millis>,
}

/// What a backend reports about an item. `key` is the backend's own name for it, unique in the turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ItemEvent {
    /// It began, or its facts changed. `text` replaces the text so far when given.
    Put {
        /// The backend's name for it.
        key: String,
        /// What it is now.
        body: ItemBody,
        /// The whole text so far, if the backend reports it whole.
        text: Option<String>,
        /// Where it stands now.
        status: ItemStatus,
    },
    /// It is the doing of an agent that the assistant set to work.
    Of {
        /// The backend's name for it; it has begun, or is about to.
        key: String,
        /// The agent's name at the source.
        agent: String,
    },
    /// Its text grew.
    Delta {
        /// The backend's name for it.
        key: String,
        /// What was added.
        text: String,
    },
}

/// The largest text one item keeps, in bytes; more is dropped and said so.
pub const ITEM_TEXT_LIMIT: usize = 4 * 1024 * 1024;
