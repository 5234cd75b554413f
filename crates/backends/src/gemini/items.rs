//! From Gemini's events to our items. Pure: one event in, the events about items out, and what the turn came to. Never
//! does anything itself.

use std::mem::take;

use switchboard_model::{
    item::{ItemBody, ItemEvent, ItemStatus},
    usage::Usage,
};

use super::wire::{Event, Stats};

/// What has been seen of a turn so far.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Progress {
    /// What was said since the last tool call.
    said: String,
    /// What was said before it; the reply if nothing follows.
    before: String,
    /// Tool calls under way.
    calls: Vec<(String, ItemBody)>,
    /// How many messages and notices there were, for their keys.
    messages: usize,
    notices: usize,
    /// What the last warning said.
    pub warning: Option<String>,
    /// Why it failed.
    pub failed: Option<String>,
    /// Whether it ended, and said that it ended well.
    pub succeeded: bool,
    /// What it used, as far as it said.
    pub used: Option<Usage>,
}

impl Progress {
    /// Takes in one event.
    pub fn take(&mut self, event: Event) -> Vec<ItemEvent> {
        match event {
            Event::Message { role, content } if role == "assistant" => self.say(content),
            // Our own prompt, repeated.
            Event::Message { .. } | Event::Unknown => Vec::new(),
            Event::ToolUse {
                tool_name,
                tool_id,
                parameters,
            } => {
                let mut items = self.end_message();
                let body = ItemBody::ToolCall {
                    server: String::new(),
                    tool: tool_name,
                    arguments: parameters.to_string(),
                    progress: None,
                };
                self.calls.push((tool_id.clone(), body.clone()));
                items.push(put(&tool_id, body, None, ItemStatus::Open));
                items
            }
            Event::ToolResult {
                tool_id,
                status,
                output,
            } => {
                let Some(at) = self.calls.iter().position(|(id, _)| *id == tool_id) else {
                    return Vec::new();
                };
                let (_, body) = self.calls.swap_remove(at);
                let status = if status == "success" {
                    ItemStatus::Done
                } else {
                    ItemStatus::Failed
                };
                vec![put(&tool_id, body, output, status)]
            }
            Event::Error { severity, message } if severity == "warning" => {
                self.warning = Some(message.clone());
                self.notices += 1;
                let key = format!("notice-{}", self.notices);
                vec![put(&key, ItemBody::Notice, Some(message), ItemStatus::Done)]
            }
            // Told before the result, which then has no words of its own.
            Event::Error { message, .. } => {
                self.failed.get_or_insert(message);
                Vec::new()
            }
            Event::Result {
                status,
                error,
                stats,
            } => {
                self.used = stats.map(used).filter(|used| *used != Usage::default());
                self.succeeded = status == "success" && self.failed.is_none();
                if !self.succeeded {
                    let told = error.map(|error| error.message).unwrap_or_default();
                    self.failed.get_or_insert(told);
                }
                self.end_message()
            }
        }
    }

    /// The reply: what was said last. Empty if nothing was.
    pub fn reply(&self) -> &str {
        if self.said.trim().is_empty() {
            &self.before
        } else {
            &self.said
        }
    }

    fn say(&mut self, piece: String) -> Vec<ItemEvent> {
        if piece.is_empty() {
            return Vec::new();
        }
        if self.said.is_empty() {
            self.messages += 1;
        }
        self.said.push_str(&piece);
        vec![ItemEvent::Delta {
            key: self.message_key(),
            text: piece,
        }]
    }

    fn end_message(&mut self) -> Vec<ItemEvent> {
        if self.said.is_empty() {
            return Vec::new();
        }
        self.before = take(&mut self.said);
        vec![put(
            &self.message_key(),
            ItemBody::Text,
            Some(self.before.clone()),
            ItemStatus::Done,
        )]
    }

    fn message_key(&self) -> String {
        format!("message-{}", self.messages)
    }
}

/// Thoughts are counted in the whole only; how full the conversation was after its last request is not told.
fn used(stats: Stats) -> Usage {
    let spoken = stats.total_tokens.saturating_sub(stats.input_tokens);
    let output = spoken.max(stats.output_tokens);
    Usage {
        input: stats.input_tokens,
        cached: stats.cached,
        output,
        reasoning: output.saturating_sub(stats.output_tokens),
        ..Usage::default()
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::gemini::wire::Report;

    fn heard(lines: &[&str]) -> (Progress, Vec<ItemEvent>) {
        let mut progress = Progress::default();
        let items = lines
            .iter()
            .flat_map(|line| progress.take(serde_json::from_str(line).unwrap()))
            .collect();
        (progress, items)
    }

    const SAY: &str = r#"{"type":"message","role":"assistant","content":"one ","delta":true}"#;
    const MORE: &str = r#"{"type":"message","role":"assistant","content":"two","delta":true}"#;
    const WELL: &str = r#"{"type":"result","status":"success","stats":{}}"#;

    #[test]
    fn a_streamed_answer_becomes_one_item_and_the_reply() {
        let (progress, items) = heard(&[
            r#"{"type":"init","session_id":"s","model":"flash"}"#,
            r#"{"type":"message","role":"user","content":"the question"}"#,
            SAY,
            MORE,
            WELL,
        ]);
        let delta = |text: &str| ItemEvent::Delta {
            key: "message-1".into(),
            text: text.into(),
        };
        let whole = put(
            "message-1",
            ItemBody::Text,
            Some("one two".into()),
            ItemStatus::Done,
        );
        assert_eq!(items, [delta("one "), delta("two"), whole]);
        assert_eq!(
            (
                progress.reply(),
                progress.succeeded,
                progress.failed.as_deref()
            ),
            ("one two", true, None)
        );
    }

    #[test]
    fn what_is_said_after_a_tool_call_is_the_reply_and_else_what_was_said_before() {
        let call = r#"{"type":"tool_use","tool_name":"list_directory","tool_id":"t","parameters":{"dir_path":"."}}"#;
        let result = r#"{"type":"tool_result","tool_id":"t","status":"error","output":"no"}"#;
        let (progress, items) = heard(&[SAY, call, result, MORE, WELL]);
        assert_eq!(progress.reply(), "two");
        let statuses: Vec<_> = items
            .iter()
            .filter_map(|item| match item {
                ItemEvent::Put { key, status, .. } => Some((key.as_str(), *status)),
                ItemEvent::Delta { .. } | ItemEvent::Of { .. } => None,
            })
            .collect();
        assert_eq!(
            statuses,
            [
                ("message-1", ItemStatus::Done),
                ("t", ItemStatus::Open),
                ("t", ItemStatus::Failed),
                ("message-2", ItemStatus::Done),
            ]
        );
        assert_eq!(heard(&[SAY, call, result, WELL]).0.reply(), "one ");
    }

    #[test]
    fn an_error_before_the_result_is_why_and_success_is_no_success_then() {
        let error = r#"{"type":"error","severity":"error","message":"no finish"}"#;
        for result in [r#"{"type":"result","status":"error"}"#, WELL] {
            let (progress, _) = heard(&[SAY, error, result]);
            assert_eq!(
                (
                    progress.succeeded,
                    progress.failed.as_deref(),
                    progress.reply()
                ),
                (false, Some("no finish"), "one ")
            );
        }
        let told =
            r#"{"type":"result","status":"error","error":{"type":"unknown","message":"why"}}"#;
        assert_eq!(heard(&[told]).0.failed.as_deref(), Some("why"));
    }

    #[test]
    fn a_report_at_the_end_comes_to_the_same_as_a_stream() {
        let whole = |report: &str| {
            let report: Report = serde_json::from_str(report).unwrap();
            let mut progress = Progress::default();
            let items: Vec<_> = report
                .events()
                .into_iter()
                .flat_map(|event| progress.take(event))
                .collect();
            (progress, items)
        };
        let tokens = r#""stats":{"models":{"a":{"tokens":{"prompt":10,"cached":3,"candidates":5,"total":17,"thoughts":2}},"b":{"tokens":{"prompt":1,"total":1}}}}"#;
        let (progress, items) = whole(&format!(
            r#"{{"session_id":"s","response":"one two",{tokens}}}"#
        ));
        let stats = r#"{"input_tokens":11,"cached":3,"output_tokens":5,"total_tokens":18}"#;
        let result = format!(r#"{{"type":"result","status":"success","stats":{stats}}}"#);
        let (streamed, same) = heard(&[SAY, MORE, &result]);
        assert_eq!(progress, streamed);
        assert_eq!(items.last(), same.last());
        assert_eq!(
            progress.used,
            Some(Usage {
                input: 11,
                cached: 3,
                output: 7,
                reasoning: 2,
                ..Usage::default()
            })
        );
        let failed = r#"{"response":"","error":{"type":"INVALID_STREAM","message":"why"}}"#;
        let (progress, items) = whole(failed);
        assert_eq!(
            (progress.succeeded, progress.failed.as_deref(), items),
            (false, Some("why"), vec![])
        );
    }

    #[test]
    fn unknown_events_are_nothing() {
        let (progress, items) = heard(&[r#"{"type":"sparkle","x":1}"#]);
        assert_eq!((progress, items), (Progress::default(), vec![]));
    }
}
