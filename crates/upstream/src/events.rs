//! The events of one streamed response of OpenAI's. Owns their shapes, numbering and order, and those of refusals; knows
//! nothing of scripts or sockets.

use serde_json::{Value, json};

use crate::auth;
use crate::record::Seen;
use crate::shared::now;
use crate::wire::{Refusal, Wire};

/// Writes one response, event by event, and remembers its output for the end and for the next request.
#[derive(Debug)]
pub(crate) struct Composer {
    number: u64,
    sequence: u64,
    tools: ToolMode,
    output: Vec<Value>,
    input_tokens: usize,
    output_letters: usize,
}

/// A message that is still being said.
#[derive(Debug)]
pub(crate) struct OpenMessage {
    id: String,
    index: usize,
    text: String,
}

/// Which way the model reaches the shell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ToolMode {
    /// A function call of its own.
    Direct,
    /// A program for the one `exec` tool.
    Code,
}

impl Composer {
    /// The response to `asked`. `number` is unique among the responses of one upstream: ids are made from it.
    pub fn new(number: u64, asked: &Seen) -> Self {
        let letters = asked.input_texts().iter().map(String::len).sum();
        Self::of(number, letters, tool_mode(&asked.body))
    }

    /// One that nobody asked for with words.
    pub fn of(number: u64, input_letters: usize, tools: ToolMode) -> Self {
        Self {
            number,
            sequence: 0,
            tools,
            output: Vec::new(),
            input_tokens: tokens(input_letters),
            output_letters: 0,
        }
    }

    pub fn response_id(&self) -> String {
        format!("resp_scripted_{}", self.number)
    }

    fn response_failed(&mut self, error: Value) -> Value {
        let mut response = self.ended("failed");
        response["error"] = error;
        self.event("response.failed", json!({ "response": response }))
    }

    fn item_done(&mut self, item: Value) -> Value {
        let event = self.event(
            "response.output_item.done",
            json!({ "output_index": self.output.len(), "item": item }),
        );
        self.output.push(item);
        event
    }

    fn ended(&self, status: &str) -> Value {
        let output_tokens = tokens(self.output_letters);
        json!({
            "id": self.response_id(),
            "object": "response",
            "status": status,
            "output": self.output,
            "usage": {
                "input_tokens": self.input_tokens,
                "input_tokens_details": { "cached_tokens": 0 },
                "output_tokens": output_tokens,
                "output_tokens_details": { "reasoning_tokens": 0 },
                "total_tokens": self.input_tokens + output_tokens,
            },
        })
    }

    fn item_id(&self, kind: &str) -> String {
        format!("{kind}_scripted_{}_{}", self.number, self.output.len())
    }

    fn event(&mut self, kind: &str, with: Value) -> Value {
        let event = merged(
            json!({ "type": kind, "sequence_number": self.sequence }),
            with,
        );
        self.sequence += 1;
        event
    }
}

impl Wire for Composer {
    type Message = OpenMessage;

    const SIGN_IN: &'static str = "sign in with `codex login`";
    const HAS_SHELL: bool = true;

    fn created(&mut self) -> Vec<Value> {
        let response = json!({ "id": self.response_id(), "object": "response", "status": "in_progress", "output": [] });
        vec![self.event("response.created", json!({ "response": response }))]
    }

    fn open_message(&mut self) -> (OpenMessage, Vec<Value>) {
        let message = OpenMessage {
            id: self.item_id("msg"),
            index: self.output.len(),
            text: String::new(),
        };
        let item = json!({ "type": "message", "id": message.id, "role": "assistant", "status": "in_progress", "content": [] });
        let part = json!({ "type": "output_text", "text": "", "annotations": [] });
        let events = vec![
            self.event(
                "response.output_item.added",
                json!({ "output_index": message.index, "item": item }),
            ),
            self.event(
                "response.content_part.added",
                message.place(json!({ "part": part })),
            ),
        ];
        (message, events)
    }

    fn say(&mut self, message: &mut OpenMessage, piece: &str) -> Value {
        message.text.push_str(piece);
        self.event(
            "response.output_text.delta",
            message.place(json!({ "delta": piece })),
        )
    }

    fn close_message(&mut self, message: OpenMessage) -> Vec<Value> {
        self.output_letters += message.text.len();
        let part = json!({ "type": "output_text", "text": message.text, "annotations": [] });
        let item = json!({
            "type": "message", "id": message.id, "role": "assistant", "status": "completed", "content": [part],
        });
        let mut events = vec![
            self.event(
                "response.output_text.done",
                message.place(json!({ "text": message.text })),
            ),
            self.event(
                "response.content_part.done",
                message.place(json!({ "part": part })),
            ),
        ];
        events.push(self.item_done(item));
        events
    }

    fn reasoning(&mut self, text: &str) -> Vec<Value> {
        self.output_letters += text.len();
        let (id, index) = (self.item_id("rs"), self.output.len());
        let place = |more: Value| {
            merged(
                json!({ "item_id": id, "output_index": index, "summary_index": 0 }),
                more,
            )
        };
        let part = json!({ "type": "summary_text", "text": text });
        let empty = json!({ "type": "summary_text", "text": "" });
        let mut events = vec![
            self.event(
                "response.output_item.added",
                json!({ "output_index": index, "item": { "type": "reasoning", "id": id, "summary": [] } }),
            ),
            self.event("response.reasoning_summary_part.added", place(json!({ "part": empty }))),
            self.event("response.reasoning_summary_text.delta", place(json!({ "delta": text }))),
            self.event("response.reasoning_summary_text.done", place(json!({ "text": text }))),
            self.event("response.reasoning_summary_part.done", place(json!({ "part": part }))),
        ];
        let sealed = "scripted-reasoning";
        events.push(self.item_done(
            json!({ "type": "reasoning", "id": id, "summary": [part], "encrypted_content": sealed }),
        ));
        events
    }

    fn shell(&mut self, command: &str, escalate: bool) -> Vec<Value> {
        let mut arguments = json!({ "cmd": command });
        if escalate {
            arguments["sandbox_permissions"] = json!("require_escalated");
            arguments["justification"] = json!("needs to leave the sandbox");
        }
        self.output_letters += command.len();
        let index = self.output.len();
        let (id, call_id) = (self.item_id("fc"), self.item_id("call"));
        let item = match self.tools {
            ToolMode::Direct => json!({
                "type": "function_call", "id": id, "call_id": call_id, "status": "completed",
                "name": "exec_command", "arguments": arguments.to_string(),
            }),
            ToolMode::Code => json!({
                "type": "custom_tool_call", "id": id, "call_id": call_id, "status": "completed",
                "name": "exec", "input": format!("const ran = await tools.exec_command({arguments}); text(ran.output);"),
            }),
        };
        vec![
            self.event(
                "response.output_item.added",
                json!({ "output_index": index, "item": item }),
            ),
            self.item_done(item),
        ]
    }

    fn completed(&mut self) -> Value {
        let response = self.ended("completed");
        self.event("response.completed", json!({ "response": response }))
    }

    fn incomplete(&mut self) -> Value {
        let mut response = self.ended("incomplete");
        response["incomplete_details"] = json!({ "reason": "max_output_tokens" });
        self.event("response.incomplete", json!({ "response": response }))
    }

    fn failed(&mut self, code: &str) -> Value {
        let error = json!({ "code": code, "message": format!("Scripted failure {code}") });
        self.response_failed(error)
    }

    fn broken(&mut self, refusal: Refusal) -> Value {
        self.response_failed(refusal.error)
    }

    fn refusal(status: u16, resets_in: Option<u64>) -> Refusal {
        refusal(status, resets_in)
    }

    fn output(&self) -> (String, Vec<Value>) {
        (self.response_id(), self.output.clone())
    }
}

impl OpenMessage {
    fn place(&self, more: Value) -> Value {
        merged(
            json!({ "item_id": self.id, "output_index": self.index, "content_index": 0 }),
            more,
        )
    }
}

/// What a refusal with this status says.
pub(crate) fn refusal(status: u16, resets_in: Option<u64>) -> Refusal {
    let error = match (status, resets_in) {
        (429, Some(seconds)) => json!({
            "type": "usage_limit_reached",
            "message": "The usage limit has been reached",
            "plan_type": auth::PLAN,
            "resets_at": now().saturating_add_unsigned(seconds),
            "resets_in_seconds": seconds,
        }),
        (401, _) => {
            return unauthorized(
                "token_expired",
                "Provided authentication token is expired. Please try signing in again.",
            );
        }
        (429, None) => json!({
            "type": "rate_limit_exceeded", "code": "rate_limit_exceeded", "message": "Too many requests",
        }),
        (503, _) => json!({
            "type": "server_error", "code": "server_is_overloaded", "message": "The server is overloaded",
        }),
        (500.., _) => {
            json!({ "type": "server_error", "code": "server_error", "message": "Scripted server error" })
        }
        _ => {
            json!({ "type": "invalid_request_error", "code": "scripted", "message": "Scripted refusal" })
        }
    };
    Refusal { status, error }
}

/// What somebody without a valid login is told.
pub(crate) fn unauthorized(code: &str, message: &str) -> Refusal {
    let error = json!({ "type": "invalid_request_error", "code": code, "message": message });
    Refusal { status: 401, error }
}

/// A model in code mode is offered `exec` and no shell tool.
fn tool_mode(body: &Value) -> ToolMode {
    let offered = |name: &str| {
        body["tools"]
            .as_array()
            .into_iter()
            .flatten()
            .any(|tool| tool["name"] == name)
    };
    if offered("exec") && !offered("exec_command") {
        ToolMode::Code
    } else {
        ToolMode::Direct
    }
}

/// Roughly what a tokenizer would say, and never nothing.
pub(crate) fn tokens(letters: usize) -> usize {
    letters / 4 + 1
}

fn merged(mut into: Value, from: Value) -> Value {
    if let (Value::Object(into), Value::Object(from)) = (&mut into, from) {
        into.extend(from);
    }
    into
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    #[test]
    fn events_are_numbered_and_the_end_repeats_every_item() {
        let mut composer = Composer::of(7, 400, ToolMode::Direct);
        let mut events = composer.created();
        events.extend(composer.reasoning("look"));
        let (mut message, opened) = composer.open_message();
        events.extend(opened);
        events.push(composer.say(&mut message, "do"));
        events.push(composer.say(&mut message, "ne"));
        events.extend(composer.close_message(message));
        events.extend(composer.shell("ls", false));
        events.push(composer.completed());

        for (at, event) in events.iter().enumerate() {
            assert_eq!(event["sequence_number"], at);
        }
        let end = &events.last().unwrap()["response"];
        let kinds: Vec<_> = end["output"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item["type"].as_str().unwrap())
            .collect();
        assert_eq!(kinds, ["reasoning", "message", "function_call"]);
        assert_eq!(end["output"][1]["content"][0]["text"], "done");
        assert_eq!(end["id"], "resp_scripted_7");
        assert_eq!(composer.output().1.len(), 3);
    }
}
