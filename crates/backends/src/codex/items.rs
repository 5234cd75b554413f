//! From Codex's events to our items. Pure: one event in, at most one item event out, and what the
//! turn came to. Never does anything itself.

use serde_json::Value;
use switchboard_model::item::{FileChange, ItemBody, ItemEvent, ItemStatus, PlanStep};

use super::wire::{Event, Item};

/// What has been seen of a turn so far.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Progress {
    /// The newest message of the assistant: the reply, if the turn completes.
    pub reply: String,
    /// Whether the turn completed.
    pub completed: bool,
    /// Why it failed.
    pub failed: Option<String>,
    /// The sandbox refused something; the words that say so.
    pub denied: Option<String>,
    notices: usize,
}

/// What an event asks of the backend.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// Report this.
    Item(ItemEvent),
    /// Nothing to show.
    Nothing,
}

impl Progress {
    /// Takes in one event.
    pub fn take(&mut self, event: Event) -> Step {
        match event {
            Event::ItemStarted { item } | Event::ItemUpdated { item } => {
                Step::Item(self.item(&item, Phase::Open))
            }
            Event::ItemCompleted { item } => Step::Item(self.item(&item, Phase::Complete)),
            Event::TurnCompleted { .. } => {
                self.completed = true;
                Step::Nothing
            }
            Event::TurnFailed { error } => {
                self.failed = Some(error.message);
                Step::Nothing
            }
            // A retry is not a failure; only `turn.failed` and the exit decide.
            Event::Error { message } => {
                self.notices += 1;
                Step::Item(ItemEvent::Put {
                    key: if is_retry(&message) {
                        "retry".into()
                    } else {
                        format!("notice-{}", self.notices)
                    },
                    body: ItemBody::Notice,
                    text: Some(message),
                    status: ItemStatus::Done,
                })
            }
            Event::ThreadStarted { .. } | Event::TurnStarted | Event::Unknown => Step::Nothing,
        }
    }

    fn item(&mut self, item: &Item, phase: Phase) -> ItemEvent {
        let (body, text) = match item.kind.as_str() {
            "agent_message" => {
                item.text("text").clone_into(&mut self.reply);
                (ItemBody::Text, Some(item.text("text")))
            }
            "reasoning" => (ItemBody::Reasoning, Some(item.text("text"))),
            "command_execution" => {
                self.look_for_denial(item.text("aggregated_output"));
                let exit_code = item.fields.get("exit_code").and_then(Value::as_i64);
                let command = item.text("command").to_owned();
                (
                    ItemBody::Command {
                        command,
                        cwd: None,
                        exit_code,
                        took: None,
                    },
                    Some(item.text("aggregated_output")),
                )
            }
            "file_change" => {
                if item.text("status") == "failed" {
                    self.denied = Some("a change to files was refused".into());
                }
                (
                    ItemBody::FileChange {
                        changes: item.list("changes").iter().map(change).collect(),
                    },
                    None,
                )
            }
            "mcp_tool_call" => {
                let arguments = item
                    .fields
                    .get("arguments")
                    .map(Value::to_string)
                    .unwrap_or_default();
                let (server, tool) = (item.text("server").to_owned(), item.text("tool").to_owned());
                (
                    ItemBody::ToolCall {
                        server,
                        tool,
                        arguments,
                        progress: None,
                    },
                    None,
                )
            }
            "web_search" => (
                ItemBody::WebSearch {
                    query: item.text("query").to_owned(),
                },
                None,
            ),
            "todo_list" => (
                ItemBody::Plan {
                    steps: item.list("items").iter().map(step).collect(),
                },
                None,
            ),
            "error" => {
                self.look_for_denial(item.text("message"));
                (ItemBody::Notice, Some(item.text("message")))
            }
            other => {
                let text = serde_json::to_string(&item.fields).unwrap_or_default();
                let body = ItemBody::Other {
                    source_kind: other.to_owned(),
                };
                return put(&item.id, body, Some(text), status(item, phase));
            }
        };
        put(&item.id, body, text.map(str::to_owned), status(item, phase))
    }

    fn look_for_denial(&mut self, output: &str) {
        const SIGNS: [&str; 4] = [
            "Read-only file system",
            "blocked by read-only sandbox",
            "sandbox denied",
            "Operation not permitted",
        ];
        if let Some(line) = output
            .lines()
            .find(|line| SIGNS.iter().any(|sign| line.contains(sign)))
        {
            self.denied = Some(line.trim().chars().take(300).collect());
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Phase {
    Open,
    Complete,
}

fn status(item: &Item, phase: Phase) -> ItemStatus {
    match (item.text("status"), phase) {
        ("failed", _) => ItemStatus::Failed,
        ("declined", _) => ItemStatus::Declined,
        (_, Phase::Open) => ItemStatus::Open,
        (_, Phase::Complete) => ItemStatus::Done,
    }
}

fn put(key: &str, body: ItemBody, text: Option<String>, status: ItemStatus) -> ItemEvent {
    ItemEvent::Put {
        key: key.to_owned(),
        body,
        text,
        status,
    }
}

fn change(value: &Value) -> FileChange {
    let text = |name: &str| {
        value
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    FileChange {
        path: text("path"),
        change: text("kind"),
        diff: value.get("diff").and_then(Value::as_str).map(str::to_owned),
    }
}

fn step(value: &Value) -> PlanStep {
    PlanStep {
        text: value
            .get("text")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned(),
        done: value
            .get("completed")
            .and_then(Value::as_bool)
            .unwrap_or_default(),
        doing: false,
    }
}

fn is_retry(message: &str) -> bool {
    message.starts_with("Reconnecting")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn take(progress: &mut Progress, line: &str) -> Step {
        progress.take(serde_json::from_str(line).unwrap())
    }

    #[test]
    fn a_whole_turn_becomes_items_and_a_reply() {
        let mut progress = Progress::default();
        let lines = [
            r#"{"type":"thread.started","thread_id":"T"}"#,
            r#"{"type":"turn.started"}"#,
            r#"{"type":"item.completed","item":{"id":"item_0","type":"reasoning","text":"**Step**"}}"#,
            r#"{"type":"item.started","item":{"id":"item_1","type":"command_execution","command":"ls","aggregated_output":"","exit_code":null,"status":"in_progress"}}"#,
            r#"{"type":"item.completed","item":{"id":"item_1","type":"command_execution","command":"ls","aggregated_output":"a\n","exit_code":0,"status":"completed"}}"#,
            r#"{"type":"item.completed","item":{"id":"item_2","type":"agent_message","text":"done"}}"#,
            r#"{"type":"turn.completed","usage":{"input_tokens":1}}"#,
        ];
        let steps: Vec<Step> = lines.iter().map(|line| take(&mut progress, line)).collect();
        let command = |exit_code| ItemBody::Command {
            command: "ls".into(),
            cwd: None,
            exit_code,
            took: None,
        };
        assert_eq!(steps[0], Step::Nothing, "an ephemeral session is not bound");
        assert_eq!(
            steps[2],
            Step::Item(put(
                "item_0",
                ItemBody::Reasoning,
                Some("**Step**".into()),
                ItemStatus::Done
            ))
        );
        assert_eq!(
            steps[3],
            Step::Item(put(
                "item_1",
                command(None),
                Some(String::new()),
                ItemStatus::Open
            ))
        );
        assert_eq!(
            steps[4],
            Step::Item(put(
                "item_1",
                command(Some(0)),
                Some("a\n".into()),
                ItemStatus::Done
            ))
        );
        assert_eq!(
            (progress.reply.as_str(), progress.completed, progress.failed),
            ("done", true, None)
        );
    }

    #[test]
    fn retry_notices_are_one_item_and_no_failure() {
        let mut progress = Progress::default();
        for n in 1..=3 {
            let step = take(
                &mut progress,
                &format!(r#"{{"type":"error","message":"Reconnecting... {n}/5 (x)"}}"#),
            );
            assert!(
                matches!(step, Step::Item(ItemEvent::Put { ref key, .. }) if key == "retry"),
                "{step:?}"
            );
        }
        assert_eq!(progress.failed, None);
    }

    #[test]
    fn unknown_events_and_items_survive() {
        let mut progress = Progress::default();
        assert_eq!(
            take(&mut progress, r#"{"type":"turn.sparkled","x":1}"#),
            Step::Nothing
        );
        let step = take(
            &mut progress,
            r#"{"type":"item.completed","item":{"id":"i","type":"hologram","w":3}}"#,
        );
        let Step::Item(ItemEvent::Put { body, text, .. }) = step else {
            panic!("{step:?}")
        };
        assert_eq!(
            body,
            ItemBody::Other {
                source_kind: "hologram".into()
            }
        );
        assert_eq!(text.unwrap(), r#"{"w":3}"#);
    }

    #[test]
    fn a_refusal_by_the_sandbox_is_noticed() {
        let mut progress = Progress::default();
        take(
            &mut progress,
            r#"{"type":"item.completed","item":{"id":"i","type":"command_execution","command":"touch x","aggregated_output":"touch: cannot touch 'x': Read-only file system\n","exit_code":1,"status":"failed"}}"#,
        );
        assert!(progress.denied.unwrap().contains("Read-only file system"));
    }
}
