//! `events.jsonl`: what happens in a turn, for programs, in the thread events that programs know already. Owns how our items look as
//! their items and which events an item makes; never writes the file.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash as _, Hasher as _},
};

use serde::Serialize;
use serde_json::{Value, json};
use switchboard_model::{
    ItemId,
    item::{FileChange, Item, ItemBody, ItemStatus},
};

use super::record::{Ending, State, Tokens};

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
            self.tell(&Event {
                thread_id: Some(thread),
                ..Event::of("thread.started")
            });
        }
        std::mem::take(&mut self.lines)
    }

    /// It works.
    pub(super) fn turn_started(&mut self) -> Vec<u8> {
        if !self.turn_started {
            self.turn_started = true;
            self.tell(&Event::of("turn.started"));
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
        let known = self.known.get(&item.id);
        let began = known.is_some();
        let completed = known.is_some_and(|known| known.completed);
        if stepwise && !began {
            self.tell_item("item.started", item, ItemStatus::Open);
        }
        if over && !completed {
            self.tell_item("item.completed", item, item.status);
        } else if completed || began && matches!(item.body, ItemBody::Plan { .. }) {
            self.tell_item("item.updated", item, item.status);
        }
        std::mem::take(&mut self.lines)
    }

    /// Something that whoever reads along should know.
    pub(super) fn warning(&mut self, words: &str) -> Vec<u8> {
        self.tell(&Event {
            message: Some(words),
            ..Event::of("error")
        });
        std::mem::take(&mut self.lines)
    }

    fn tell_item(&mut self, event: &str, item: &Item, status: ItemStatus) {
        let Some(mut value) = value(item, status) else {
            return;
        };
        if let Some(agent) = &item.agent {
            // Beside their fields: who does not know it reads the item all the same.
            value["agent"] = agent.as_str().into();
        }
        let mut hasher = DefaultHasher::new();
        value.to_string().hash(&mut hasher);
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
        let id = format!("item_{}", known.number);
        if !(same && event == "item.updated") {
            self.tell(&Event {
                item: Some(Numbered { id, value }),
                ..Event::of(event)
            });
        }
    }

    fn tell(&mut self, event: &Event<'_>) {
        event.write_to(&mut self.lines);
    }
}

/// An event in their words.
#[derive(Debug, Default, Serialize)]
struct Event<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    thread_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    item: Option<Numbered>,
    #[serde(skip_serializing_if = "Option::is_none")]
    usage: Option<Tokens>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'a str>,
}

/// An item in their words, with its number.
#[derive(Debug, Serialize)]
struct Numbered {
    id: String,
    #[serde(flatten)]
    value: Value,
}

impl<'a> Event<'a> {
    fn of(kind: &'a str) -> Self {
        Self {
            kind,
            ..Self::default()
        }
    }

    fn write_to(&self, lines: &mut Vec<u8>) {
        // Nothing in it can fail to be JSON; a line that did would not be told at all.
        if let Ok(line) = serde_json::to_vec(self) {
            lines.extend_from_slice(&line);
            lines.push(b'\n');
        }
    }
}

/// The lines with which it ends.
pub(super) fn last_lines(ending: &Ending) -> Vec<u8> {
    let mut lines = Vec::new();
    if ending.state == State::Complete {
        let completed = Event {
            usage: Some(ending.usage.unwrap_or_default()),
            ..Event::of("turn.completed")
        };
        completed.write_to(&mut lines);
        return lines;
    }
    let message = ending.complaint();
    let error = Event {
        message: Some(&message),
        ..Event::of("error")
    };
    error.write_to(&mut lines);
    let failed = Event {
        error: Some(json!({"message": message})),
        ..Event::of("turn.failed")
    };
    failed.write_to(&mut lines);
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

#[cfg(test)]
mod tests;
