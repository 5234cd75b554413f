//! The events of one streamed response of OpenAI's. Owns their shapes, numbering and order, and those of refusals; knows
//! nothing of scripts or sockets.

use serde_json::{Value, json};

use crate::call::Call;
use crate::seen::Seen;
use crate::shared::now;
use crate::tools::{Item, Offered};
use crate::wire::{Phase, Refusal, Search, Thought, Told, Usage, Wire};
use crate::{auth, models};

/// Writes one response, event by event, and remembers its output for the end and for the next request.
#[derive(Debug)]
pub(crate) struct Composer {
    number: u64,
    sequence: u64,
    offered: Offered,
    usage: Usage,
    output: Vec<Value>,
    input_tokens: usize,
    output_letters: usize,
}

/// A message that is still being said.
#[derive(Debug)]
pub(crate) struct OpenMessage {
    id: String,
    index: usize,
    phase: Phase,
    text: String,
}

impl Composer {
    /// The response to `asked`. `number` is unique among the responses of one upstream: ids are made from it.
    pub fn new(number: u64, asked: &Seen) -> Self {
        let letters = asked.input_texts().iter().map(String::len).sum();
        Self::of(number, letters, Offered::in_request(asked))
    }

    /// One that nobody asked for with words.
    pub fn of(number: u64, input_letters: usize, offered: Offered) -> Self {
        Self {
            number,
            sequence: 0,
            offered,
            usage: Usage::default(),
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
        let reckoned = |letters: usize| tokens(letters) as u64;
        let input = self.usage.input.unwrap_or(self.input_tokens as u64);
        let output = self.usage.output.unwrap_or(reckoned(self.output_letters));
        json!({
            "id": self.response_id(),
            "object": "response",
            "status": status,
            "output": self.output,
            "usage": {
                "input_tokens": input,
                "input_tokens_details": { "cached_tokens": self.usage.cached.unwrap_or(0) },
                "output_tokens": output,
                "output_tokens_details": { "reasoning_tokens": self.usage.reasoning.unwrap_or(0) },
                "total_tokens": input + output,
            },
        })
    }

    fn call(&mut self, item: Item) -> Vec<Value> {
        let Item {
            fields,
            kind,
            letters,
        } = item;
        self.output_letters += letters;
        let index = self.output.len();
        let ids = json!({ "id": self.item_id(kind), "call_id": self.item_id("call") });
        let item = merged(ids, fields);
        // The input arrives after the item, as every text does.
        let (field, event) = match kind {
            "fc" => ("arguments", "response.function_call_arguments"),
            _ => ("input", "response.custom_tool_call_input"),
        };
        let mut empty = item.clone();
        empty["status"] = json!("in_progress");
        empty[field] = json!("");
        let place = |more| {
            merged(
                json!({ "item_id": item["id"], "output_index": index }),
                more,
            )
        };
        let mut events = vec![self.event(
            "response.output_item.added",
            json!({ "output_index": index, "item": empty }),
        )];
        let whole = item[field].as_str().unwrap_or_default();
        for line in whole.split_inclusive('\n') {
            let delta = place(json!({ "delta": line }));
            events.push(self.event(&format!("{event}.delta"), delta));
        }
        events.push(self.event(&format!("{event}.done"), place(json!({ field: whole }))));
        events.push(self.item_done(item.clone()));
        events
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

    fn fault(asked: &Seen) -> Option<Refusal> {
        let model = asked.body["model"].as_str()?;
        (!models::knows(model)).then(|| unknown_model(model))
    }

    fn created(&mut self) -> Vec<Value> {
        let response = json!({ "id": self.response_id(), "object": "response", "status": "in_progress", "output": [] });
        vec![self.event("response.created", json!({ "response": response }))]
    }

    fn open_message(&mut self, phase: Phase) -> (OpenMessage, Vec<Value>) {
        let message = OpenMessage {
            id: self.item_id("msg"),
            index: self.output.len(),
            phase,
            text: String::new(),
        };
        let item = message.item("in_progress", &[]);
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
        let item = message.item("completed", std::slice::from_ref(&part));
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

    fn thought(&mut self, thought: &Thought) -> Vec<Value> {
        let (id, index) = (self.item_id("rs"), self.output.len());
        // What is told as it was thought has no summary, and the other way round.
        let (part_added, text, part_done, held) = match thought.told {
            Told::Summary => (
                "response.reasoning_summary_part.added",
                "response.reasoning_summary_text",
                "response.reasoning_summary_part.done",
                "summary_index",
            ),
            Told::Raw => (
                "response.content_part.added",
                "response.reasoning_text",
                "response.content_part.done",
                "content_index",
            ),
        };
        let part = |text: &str| match thought.told {
            Told::Summary => json!({ "type": "summary_text", "text": text }),
            Told::Raw => json!({ "type": "reasoning_text", "text": text }),
        };
        let empty = json!({ "type": "reasoning", "id": id, "summary": [], "content": [] });
        let mut events = vec![self.event(
            "response.output_item.added",
            json!({ "output_index": index, "item": empty }),
        )];
        for (at, whole) in thought.parts.iter().enumerate() {
            self.output_letters += whole.len();
            let place = |more: Value| {
                merged(
                    json!({ "item_id": id, "output_index": index, held: at }),
                    more,
                )
            };
            events.push(self.event(part_added, place(json!({ "part": part("") }))));
            let pieces: Vec<&str> = if thought.every.is_zero() {
                vec![whole]
            } else {
                whole.split_inclusive(' ').collect()
            };
            for piece in pieces {
                events.push(self.event(&format!("{text}.delta"), place(json!({ "delta": piece }))));
            }
            events.push(self.event(&format!("{text}.done"), place(json!({ "text": whole }))));
            events.push(self.event(part_done, place(json!({ "part": part(whole) }))));
        }
        let parts: Vec<Value> = thought.parts.iter().map(|text| part(text)).collect();
        let mut item = json!({ "type": "reasoning", "id": id, "summary": [], "encrypted_content": "scripted-reasoning" });
        item[match thought.told {
            Told::Summary => "summary",
            Told::Raw => "content",
        }] = json!(parts);
        events.push(self.item_done(item));
        events
    }

    fn calls(&mut self, calls: &[Call]) -> Vec<Value> {
        let items = self.offered.items(calls);
        items.into_iter().flat_map(|item| self.call(item)).collect()
    }

    fn search(&mut self, search: &Search) -> Vec<Value> {
        let (id, index) = (self.item_id("ws"), self.output.len());
        let action = match search {
            Search::Query(query) => json!({ "type": "search", "query": query }),
            Search::Open { url } => json!({ "type": "open_page", "url": url }),
            Search::Find { url, pattern } => {
                json!({ "type": "find_in_page", "url": url, "pattern": pattern })
            }
        };
        let begun = json!({ "type": "web_search_call", "id": id, "status": "in_progress" });
        let mut events = vec![self.event(
            "response.output_item.added",
            json!({ "output_index": index, "item": begun }),
        )];
        for state in ["in_progress", "searching", "completed"] {
            let place = json!({ "output_index": index, "item_id": id });
            events.push(self.event(&format!("response.web_search_call.{state}"), place));
        }
        events.push(self.item_done(
            json!({ "type": "web_search_call", "id": id, "status": "completed", "action": action }),
        ));
        events
    }

    fn compaction(&mut self, remembered: &str) -> Vec<Value> {
        let (id, index) = (self.item_id("cmp"), self.output.len());
        let item = json!({ "type": "compaction", "id": id, "encrypted_content": remembered });
        vec![
            self.event(
                "response.output_item.added",
                json!({ "output_index": index, "item": item }),
            ),
            self.item_done(item),
        ]
    }

    fn count(&mut self, usage: Usage) {
        self.usage = usage;
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
    fn item(&self, status: &str, content: &[Value]) -> Value {
        let mut item = json!({
            "type": "message", "id": self.id, "role": "assistant", "status": status, "content": content,
        });
        match self.phase {
            Phase::Untold => {}
            Phase::Commentary => item["phase"] = json!("commentary"),
            Phase::FinalAnswer => item["phase"] = json!("final_answer"),
        }
        item
    }

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

fn unknown_model(model: &str) -> Refusal {
    let message = format!("The model `{model}` does not exist or you do not have access to it.");
    let error = json!({
        "type": "invalid_request_error", "code": "model_not_found", "param": null, "message": message,
    });
    Refusal { status: 404, error }
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
    use std::time::Duration;

    use super::*;

    #[test]
    fn events_are_numbered_and_the_end_repeats_every_item() {
        let mut composer = Composer::of(7, 400, Offered::default());
        let mut events = composer.created();
        let thought = Thought {
            told: Told::Summary,
            parts: vec!["look".to_owned()],
            every: Duration::ZERO,
        };
        events.extend(composer.thought(&thought));
        let (mut message, opened) = composer.open_message(Phase::Untold);
        events.extend(opened);
        events.push(composer.say(&mut message, "do"));
        events.push(composer.say(&mut message, "ne"));
        events.extend(composer.close_message(message));
        events.extend(composer.calls(&[Call::Image("a.png".to_owned())]));
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
