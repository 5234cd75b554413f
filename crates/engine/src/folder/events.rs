//! `events.jsonl`: what happens in a turn, for programs, in the thread events that programs know already. Owns how our items look as
//! their items and which events an item makes; never writes the file.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash as _, Hasher as _},
};

use serde_json::{Value, json};
use switchboard_model::{
    ItemId,
    item::{FileChange, Item, ItemBody, ItemStatus},
};

use super::record::{Ending, State};

/// What was told of a turn.
#[derive(Debug, Default)]
pub(super) struct Events {
    thread: Option<String>,
    turn_started: bool,
    known: HashMap<ItemId, Known>,
    lines: Vec<u8>,
}

/// What was told of an item.
#[derive(Debug)]
struct Known {
    /// Its number, in order of appearance.
    number: usize,
    completed: bool,
    /// Of what it was when it was told.
    hash: u64,
}

impl Events {
    /// The assistant's program has this thread for the turn.
    pub(super) fn thread_started(&mut self, thread: &str) -> Vec<u8> {
        if self.thread.as_deref() != Some(thread) {
            self.thread = Some(thread.to_owned());
            self.tell(&json!({"type": "thread.started", "thread_id": thread}));
        }
        std::mem::take(&mut self.lines)
    }

    /// It works.
    pub(super) fn turn_started(&mut self) -> Vec<u8> {
        if !self.turn_started {
            self.turn_started = true;
            self.tell(&json!({"type": "turn.started"}));
        }
        std::mem::take(&mut self.lines)
    }

    /// An item as it is now. May be told of it again and again.
    pub(super) fn item(&mut self, item: &Item) -> Vec<u8> {
        let over = item.status != ItemStatus::Open;
        let stepwise = has_a_beginning(&item.body);
        let wordless = item.text.is_empty() && !stepwise;
        let unnamed = matches!(&item.body, ItemBody::Command { command, .. } if command.is_empty());
        // What grows by words is told when it is complete.
        if !(over || stepwise) || wordless || unnamed {
            return Vec::new();
        }
        let began = self.known.contains_key(&item.id);
        if stepwise && !began {
            self.tell_item("item.started", item, ItemStatus::Open);
            if !over {
                return std::mem::take(&mut self.lines);
            }
        }
        let completed = self
            .known
            .get(&item.id)
            .is_some_and(|known| known.completed);
        let event = match (over, completed) {
            (true, false) => "item.completed",
            _ => "item.updated",
        };
        self.tell_item(event, item, item.status);
        std::mem::take(&mut self.lines)
    }

    /// Something that whoever reads along should know.
    pub(super) fn warning(&mut self, words: &str) -> Vec<u8> {
        self.tell(&json!({"type": "error", "message": words}));
        std::mem::take(&mut self.lines)
    }

    fn tell_item(&mut self, event: &str, item: &Item, status: ItemStatus) {
        let Some(mut value) = value(item, status) else {
            return;
        };
        let mut hasher = DefaultHasher::new();
        (event == "item.started", value.to_string()).hash(&mut hasher);
        let hash = hasher.finish();
        let next = self.known.len();
        let known = self.known.entry(item.id).or_insert(Known {
            number: next,
            completed: false,
            hash: 0,
        });
        let same = known.hash == hash;
        known.hash = hash;
        known.completed |= event == "item.completed";
        value["id"] = format!("item_{}", known.number).into();
        if !(same && event == "item.updated") {
            self.tell(&json!({"type": event, "item": value}));
        }
    }

    fn tell(&mut self, event: &Value) {
        self.lines.extend_from_slice(event.to_string().as_bytes());
        self.lines.push(b'\n');
    }
}

/// The lines with which it ends.
pub(super) fn last_lines(ending: &Ending) -> Vec<u8> {
    let events = if ending.state == State::Complete {
        let usage = ending.usage.unwrap_or_default();
        vec![json!({"type": "turn.completed", "usage": usage})]
    } else {
        let message = ending.complaint();
        vec![
            json!({"type": "error", "message": message}),
            json!({"type": "turn.failed", "error": {"message": message}}),
        ]
    };
    let mut lines = Vec::new();
    for event in events {
        lines.extend_from_slice(event.to_string().as_bytes());
        lines.push(b'\n');
    }
    lines
}

/// Whether nothing comes after this line.
pub(super) fn is_last(line: &[u8]) -> bool {
    let event: Value = serde_json::from_slice(line).unwrap_or_default();
    matches!(
        event["type"].as_str(),
        Some("turn.completed" | "turn.failed")
    )
}

/// Whether an item is told of when it begins, not only when it is complete.
fn has_a_beginning(body: &ItemBody) -> bool {
    matches!(
        body,
        ItemBody::Command { .. }
            | ItemBody::FileChange { .. }
            | ItemBody::ToolCall { .. }
            | ItemBody::WebSearch { .. }
            | ItemBody::Plan { .. }
            | ItemBody::Subagent { .. }
    )
}

/// An item in their words; `None` if they have none for it.
fn value(item: &Item, status: ItemStatus) -> Option<Value> {
    let begins = status == ItemStatus::Open;
    let text = &item.text;
    let value = match &item.body {
        ItemBody::Text | ItemBody::Proposal => json!({"type": "agent_message", "text": text}),
        ItemBody::Reasoning | ItemBody::RawReasoning => {
            json!({"type": "reasoning", "text": text})
        }
        ItemBody::Command {
            command, exit_code, ..
        } => json!({
            "type": "command_execution",
            "command": command,
            "aggregated_output": if begins { "" } else { text },
            "exit_code": exit_code.filter(|_| !begins),
            "status": match status {
                ItemStatus::Declined => "declined",
                status => ended(status),
            },
        }),
        ItemBody::FileChange { changes } => json!({
            "type": "file_change",
            "changes": changes.iter().flat_map(file_change).collect::<Vec<_>>(),
            "status": ended(status),
        }),
        ItemBody::ToolCall {
            server,
            tool,
            arguments,
            ..
        } => {
            let words = || json!([{"type": "text", "text": text}]);
            let done = status == ItemStatus::Done;
            json!({
                "type": "mcp_tool_call",
                "server": server,
                "tool": tool,
                "arguments": serde_json::from_str::<Value>(arguments)
                    .unwrap_or_else(|_| arguments.clone().into()),
                "result": done.then(|| json!({"content": words(), "structured_content": null})),
                "error": (!done && !begins).then(|| json!({"message": text})),
                "status": ended(status),
            })
        }
        ItemBody::WebSearch { query } => json!({"type": "web_search", "query": query}),
        ItemBody::Plan { steps } => json!({
            "type": "todo_list",
            "items": steps
                .iter()
                .map(|step| json!({"text": step.text, "completed": step.done}))
                .collect::<Vec<_>>(),
        }),
        ItemBody::Subagent { tool, agents } => json!({
            "type": "collab_tool_call",
            "tool": tool,
            "receiver_thread_ids": agents,
            "prompt": text,
            "status": ended(status),
        }),
        ItemBody::Notice => json!({"type": "error", "message": text}),
        ItemBody::TurnDiff
        | ItemBody::Compaction
        | ItemBody::Image { .. }
        | ItemBody::Hook { .. }
        | ItemBody::Other { .. } => return None,
    };
    Some(value)
}

fn ended(status: ItemStatus) -> &'static str {
    match status {
        ItemStatus::Open => "in_progress",
        ItemStatus::Done => "completed",
        ItemStatus::Failed | ItemStatus::Declined | ItemStatus::Cut => "failed",
    }
}

/// A change in their words. They have none for a file that moved: it goes in one place and comes in another.
fn file_change(change: &FileChange) -> Vec<Value> {
    let one = |path: &str, kind: &str| json!({"path": path, "kind": kind});
    match (change.change.as_str(), change.path.split_once(" → ")) {
        ("move", Some((from, to))) => vec![one(from, "delete"), one(to, "add")],
        ("move", None) => vec![one(&change.path, "update")],
        (kind, _) => vec![one(&change.path, kind)],
    }
}
