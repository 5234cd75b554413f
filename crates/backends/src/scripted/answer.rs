//! From the upstream's events and refusals to our items and outcomes. Pure: one event in, at most one
//! item event out. Knows the part of the Responses wire that a script can say.

use std::time::Duration;

use serde_json::Value;
use switchboard_engine::backend::BackendError;
use switchboard_model::{
    Millis,
    item::{ItemBody, ItemEvent, ItemStatus},
    outcome::{Failure, OutcomeCode},
};

/// What a command is answered with.
pub(super) const NOT_RUN: &str = "not run: the demo's scripted assistant runs no commands; with the Codex CLI installed, it would run in a read-only sandbox";

/// What has been heard of one answer.
#[derive(Debug, Default)]
pub(super) struct Answer {
    /// The newest message: the reply, if no calls follow.
    pub reply: String,
    /// Calls for commands, as they came.
    pub calls: Vec<Value>,
}

/// What an event means.
#[derive(Debug, PartialEq)]
pub(super) enum Heard {
    Item(ItemEvent),
    Nothing,
    /// The answer is complete.
    End,
}

impl Answer {
    /// Takes in one event.
    pub fn hear(&mut self, event: &Value, now: Millis) -> Result<Heard, BackendError> {
        let text = |name: &str| event[name].as_str().unwrap_or_default().to_owned();
        Ok(match event["type"].as_str().unwrap_or_default() {
            "response.output_item.added" => {
                put(&event["item"], ItemStatus::Open).map_or(Heard::Nothing, Heard::Item)
            }
            "response.output_text.delta" | "response.reasoning_summary_text.delta" => {
                Heard::Item(ItemEvent::Delta {
                    key: text("item_id"),
                    text: text("delta"),
                })
            }
            "response.output_item.done" => self.finished(&event["item"]),
            "response.completed" => Heard::End,
            "response.incomplete" => {
                return Err(unavailable(
                    "the answer broke off before its end",
                    &event["response"]["incomplete_details"],
                ));
            }
            "response.failed" => return Err(failed(&event["response"]["error"], now)),
            _ => Heard::Nothing,
        })
    }

    fn finished(&mut self, item: &Value) -> Heard {
        match item["type"].as_str() {
            Some("message") => self.reply = words(item),
            Some("function_call") => self.calls.push(item.clone()),
            _ => {}
        }
        put(item, ItemStatus::Done).map_or(Heard::Nothing, Heard::Item)
    }
}

/// An item as it is now, if it is of a kind that people see.
fn put(item: &Value, status: ItemStatus) -> Option<ItemEvent> {
    let key = item["id"].as_str()?.to_owned();
    Some(match item["type"].as_str()? {
        "message" => ItemEvent::Put {
            key,
            body: ItemBody::Text,
            text: Some(words(item)),
            status,
        },
        "reasoning" => ItemEvent::Put {
            key,
            body: ItemBody::Reasoning,
            text: Some(words(item)),
            status,
        },
        "function_call" => ItemEvent::Put {
            key,
            body: ItemBody::Command {
                command: command(item),
                cwd: None,
                exit_code: None,
                took: None,
            },
            text: Some(NOT_RUN.into()),
            status: ItemStatus::Declined,
        },
        _ => return None,
    })
}

/// All words of a message or of a summary.
fn words(item: &Value) -> String {
    let parts = [&item["content"], &item["summary"]]
        .into_iter()
        .filter_map(Value::as_array)
        .flatten();
    parts.filter_map(|part| part["text"].as_str()).collect()
}

/// The command that a call wants to run.
fn command(call: &Value) -> String {
    let arguments = call["arguments"].as_str().unwrap_or_default();
    let parsed: Value = serde_json::from_str(arguments).unwrap_or_default();
    parsed["cmd"].as_str().unwrap_or(arguments).to_owned()
}

/// The failure behind an answer that is none.
pub(super) fn refused(status: u16, said: &str, now: Millis) -> BackendError {
    let said: Value = serde_json::from_str(said).unwrap_or_else(|_| said.into());
    let error = &said["error"];
    match status {
        401 | 403 => BackendError::LoginRequired(
            Failure::new(
                OutcomeCode::NotSignedIn,
                "the scripted upstream refused the demo's login",
            )
            .hint("restart the demo, then retry")
            .detail(error["message"].as_str().unwrap_or_default()),
        ),
        429 => limited(error, now),
        _ => unavailable(
            &format!("the scripted upstream answered with status {status}"),
            error,
        ),
    }
}

fn failed(error: &Value, now: Millis) -> BackendError {
    match error["code"].as_str().or(error["type"].as_str()) {
        Some("rate_limit_exceeded" | "usage_limit_reached" | "insufficient_quota") => {
            limited(error, now)
        }
        _ => unavailable(
            "the scripted upstream ended the answer with an error",
            error,
        ),
    }
}

fn limited(error: &Value, now: Millis) -> BackendError {
    let at = error["resets_at"]
        .as_i64()
        .map(|seconds| Millis(seconds.saturating_mul(1000)));
    let later = error["resets_in_seconds"]
        .as_u64()
        .map(|seconds| now.plus(Duration::from_secs(seconds)));
    let failure = Failure::new(OutcomeCode::RateLimited, "the demo plan's limit is used up");
    BackendError::Unavailable(
        failure
            .retry_at(at.or(later))
            .detail(error["message"].as_str().unwrap_or_default()),
    )
}

fn unavailable(message: &str, detail: &Value) -> BackendError {
    let detail = detail["message"]
        .as_str()
        .map_or_else(|| detail.to_string(), str::to_owned);
    BackendError::Unavailable(Failure::new(OutcomeCode::UpstreamFailed, message).detail(detail))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    const NOW: Millis = Millis(1_795_153_530_000);

    #[test]
    fn events_become_items() {
        let mut answer = Answer::default();
        let message = json!({"type": "message", "id": "m", "content": [{"type": "output_text", "text": "done"}]});
        let call = json!({"type": "function_call", "id": "c", "call_id": "1", "arguments": "{\"cmd\":\"ls\"}"});
        let put = |key: &str, body, text: &str, status| {
            Heard::Item(ItemEvent::Put {
                key: key.into(),
                body,
                text: Some(text.into()),
                status,
            })
        };
        let ls = ItemBody::Command {
            command: "ls".into(),
            cwd: None,
            exit_code: None,
            took: None,
        };
        for (event, expected) in [
            (json!({"type": "response.created"}), Heard::Nothing),
            (
                json!({"type": "response.output_item.added", "item": {"type": "message", "id": "m", "content": []}}),
                put("m", ItemBody::Text, "", ItemStatus::Open),
            ),
            (
                json!({"type": "response.output_text.delta", "item_id": "m", "delta": "do"}),
                Heard::Item(ItemEvent::Delta {
                    key: "m".into(),
                    text: "do".into(),
                }),
            ),
            (
                json!({"type": "response.output_item.done", "item": message}),
                put("m", ItemBody::Text, "done", ItemStatus::Done),
            ),
            (
                json!({"type": "response.output_item.done", "item": call}),
                put("c", ls, NOT_RUN, ItemStatus::Declined),
            ),
            (json!({"type": "something.new"}), Heard::Nothing),
            (json!({"type": "response.completed"}), Heard::End),
        ] {
            assert_eq!(answer.hear(&event, NOW).unwrap(), expected, "{event}");
        }
        assert_eq!((answer.reply.as_str(), answer.calls), ("done", vec![call]));
    }

    #[test]
    fn refusals_become_codes() {
        let limit = r#"{"error":{"type":"usage_limit_reached","resets_in_seconds":60}}"#;
        for (status, said, code, retry_at) in [
            (401, "{}", OutcomeCode::NotSignedIn, None),
            (
                429,
                limit,
                OutcomeCode::RateLimited,
                Some(NOW.plus(Duration::from_mins(1))),
            ),
            (429, "slow down", OutcomeCode::RateLimited, None),
            (500, "<html>", OutcomeCode::UpstreamFailed, None),
        ] {
            let failure = refused(status, said, NOW).into_failure();
            assert_eq!(
                (failure.code, failure.retry_at),
                (code, retry_at),
                "{status} {said}"
            );
        }
    }
}
