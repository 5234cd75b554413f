//! Items of turns on the wire: one flat shape; which of the optional fields it has depends on its kind.

use serde::Serialize;
use switchboard_model::item as model;
use utoipa::ToSchema;

use super::ToWire;

/// Something a turn produced.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Item {
    /// Which.
    pub id: String,
    /// Whose.
    pub turn_id: String,
    /// Where.
    pub thread_id: String,
    /// Its place in the turn, from 1.
    pub seq: i64,
    /// What it is.
    pub kind: ItemKind,
    /// Where it stands.
    pub status: ItemStatus,
    /// An answer, a thought, a command's output: its text so far.
    pub text: String,
    /// When it began.
    pub started_at: i64,
    /// When it ended.
    pub ended_at: Option<i64>,
    /// `command`: as run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// `command`: where.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cwd: Option<String>,
    /// `command`: how it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i64>,
    /// `file_change`: which, and how.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changes: Option<Vec<FileChange>>,
    /// `tool_call`: of which server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    /// `tool_call`: which tool.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool: Option<String>,
    /// `tool_call`: what it was given, any JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arguments: Option<serde_json::Value>,
    /// `web_search`: for what.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    /// `plan`: its steps.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub steps: Option<Vec<PlanStep>>,
    /// `other`: its name at the source; the text is its JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_kind: Option<String>,
}

/// What an item is.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ItemKind {
    /// The assistant speaks, in Markdown.
    Text,
    /// It thinks aloud, in Markdown.
    Reasoning,
    /// It ran a command; the text is the output.
    Command,
    /// It changed files.
    FileChange,
    /// It called a tool; the text is the result.
    ToolCall,
    /// It searched the web.
    WebSearch,
    /// Its plan.
    Plan,
    /// Something the reader should know.
    Notice,
    /// Something without a shape of its own yet.
    Other,
}

/// Where an item stands.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ItemStatus {
    /// Still growing.
    Open,
    /// Complete.
    Done,
    /// It ended badly.
    Failed,
    /// A person or a policy refused it.
    Declined,
    /// Its turn ended before it did.
    Cut,
}

/// One file in a file change.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FileChange {
    /// Relative to the working folder where possible.
    pub path: String,
    /// `add`, `update` or `delete`.
    pub change: String,
    /// Unified diff, where there is one.
    pub diff: Option<String>,
}

/// One step of a plan.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PlanStep {
    /// What is to be done.
    pub text: String,
    /// Whether it is done.
    pub done: bool,
}

impl ToWire for model::Item {
    type Wire = Item;

    fn to_wire(&self) -> Item {
        let mut item = Item {
            id: self.id.to_string(),
            turn_id: self.turn.to_string(),
            thread_id: self.thread.to_string(),
            seq: self.seq,
            kind: ItemKind::Other,
            status: status(self.status),
            text: self.text.clone(),
            started_at: self.started_at.0,
            ended_at: self.ended_at.map(|at| at.0),
            command: None,
            cwd: None,
            exit_code: None,
            changes: None,
            server: None,
            tool: None,
            arguments: None,
            query: None,
            steps: None,
            source_kind: None,
        };
        item.describe(&self.body);
        item
    }
}

fn status(status: model::ItemStatus) -> ItemStatus {
    match status {
        model::ItemStatus::Open => ItemStatus::Open,
        model::ItemStatus::Done => ItemStatus::Done,
        model::ItemStatus::Failed => ItemStatus::Failed,
        model::ItemStatus::Declined => ItemStatus::Declined,
        model::ItemStatus::Cut => ItemStatus::Cut,
    }
}

impl Item {
    /// Sets the kind and the fields that belong to it.
    fn describe(&mut self, body: &model::ItemBody) {
        use model::ItemBody;
        self.kind = match body {
            ItemBody::Text => ItemKind::Text,
            ItemBody::Reasoning => ItemKind::Reasoning,
            ItemBody::Notice => ItemKind::Notice,
            ItemBody::Command {
                command,
                cwd,
                exit_code,
            } => {
                self.command = Some(command.clone());
                self.cwd.clone_from(cwd);
                self.exit_code = *exit_code;
                ItemKind::Command
            }
            ItemBody::FileChange { changes } => {
                self.changes = Some(changes.iter().map(FileChange::of).collect());
                ItemKind::FileChange
            }
            ItemBody::ToolCall {
                server,
                tool,
                arguments,
            } => {
                self.server = Some(server.clone());
                self.tool = Some(tool.clone());
                // What is not JSON is shown as the text it is.
                let text = || serde_json::Value::String(arguments.clone());
                self.arguments = Some(serde_json::from_str(arguments).unwrap_or_else(|_| text()));
                ItemKind::ToolCall
            }
            ItemBody::WebSearch { query } => {
                self.query = Some(query.clone());
                ItemKind::WebSearch
            }
            ItemBody::Plan { steps } => {
                let step = |step: &model::PlanStep| PlanStep {
                    text: step.text.clone(),
                    done: step.done,
                };
                self.steps = Some(steps.iter().map(step).collect());
                ItemKind::Plan
            }
            ItemBody::Other { source_kind } => {
                self.source_kind = Some(source_kind.clone());
                ItemKind::Other
            }
        };
    }
}

impl FileChange {
    fn of(change: &model::FileChange) -> Self {
        Self {
            path: change.path.clone(),
            change: change.change.clone(),
            diff: change.diff.clone(),
        }
    }
}
