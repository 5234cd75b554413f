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
    /// Which agent did it that the assistant set to work, by its name at the source. Absent: the assistant itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
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
    /// `command`: how long it ran, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub took: Option<i64>,
    /// `file_change`: which, and how.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changes: Option<Vec<FileChange>>,
    /// `tool_call`: of which server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    /// `tool_call`: which tool. `subagent`: what was done, as in `spawn_agent`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool: Option<String>,
    /// `tool_call`: what it was given, any JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arguments: Option<serde_json::Value>,
    /// `tool_call`: what it last said about how far it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub progress: Option<String>,
    /// `web_search`: for what.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    /// `plan`: its steps.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub steps: Option<Vec<PlanStep>>,
    /// `subagent`: which agents, by their names at the source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agents: Option<Vec<String>>,
    /// `image`: where it is on the server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// `hook`: when it runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
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
    /// Its thoughts as they are, where it gives a summary too.
    RawReasoning,
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
    /// A plan that it proposes before it works, in Markdown.
    Proposal,
    /// All changes of the turn together; the text is a unified diff.
    TurnDiff,
    /// What was said before was summed up to make room.
    Compaction,
    /// It set other agents to work; the text is what they were told.
    Subagent,
    /// It looked at a picture, or made one.
    Image,
    /// A program of the owner's ran beside the work; the text is what it said.
    Hook,
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
    /// Whether it is being done.
    pub doing: bool,
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
            agent: self.agent.clone(),
            text: self.text.clone(),
            started_at: self.started_at.0,
            ended_at: self.ended_at.map(|at| at.0),
            command: None,
            cwd: None,
            exit_code: None,
            took: None,
            changes: None,
            server: None,
            tool: None,
            arguments: None,
            progress: None,
            query: None,
            steps: None,
            agents: None,
            path: None,
            event: None,
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
            ItemBody::RawReasoning => ItemKind::RawReasoning,
            ItemBody::Proposal => ItemKind::Proposal,
            ItemBody::TurnDiff => ItemKind::TurnDiff,
            ItemBody::Compaction => ItemKind::Compaction,
            ItemBody::Notice => ItemKind::Notice,
            ItemBody::Command {
                command,
                cwd,
                exit_code,
                took,
            } => {
                self.command = Some(command.clone());
                self.cwd.clone_from(cwd);
                self.exit_code = *exit_code;
                self.took = *took;
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
                progress,
            } => {
                self.server = Some(server.clone());
                self.tool = Some(tool.clone());
                // What is not JSON is shown as the text it is.
                let text = || serde_json::Value::String(arguments.clone());
                self.arguments = Some(serde_json::from_str(arguments).unwrap_or_else(|_| text()));
                self.progress.clone_from(progress);
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
                    doing: step.doing,
                };
                self.steps = Some(steps.iter().map(step).collect());
                ItemKind::Plan
            }
            ItemBody::Subagent { tool, agents } => {
                self.tool = Some(tool.clone());
                self.agents = Some(agents.clone());
                ItemKind::Subagent
            }
            ItemBody::Image { path } => {
                self.path = Some(path.clone());
                ItemKind::Image
            }
            ItemBody::Hook { event } => {
                self.event = Some(event.clone());
                ItemKind::Hook
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
