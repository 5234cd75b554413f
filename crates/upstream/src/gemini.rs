//! The model as Google serves it: `models/M:streamGenerateContent`, `:generateContent` and `:countTokens`. Owns that wire,
//! its refusals and who may pass; what is said is played elsewhere.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Extension, Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};

use crate::call::Call;
use crate::events::tokens;
use crate::play::{self, Frame};
use crate::responses;
use crate::seen::Seen;
use crate::shared::Shared;
use crate::wire::{Phase, Refusal, Search, Thought, Usage, Wire};

/// What lies under `/v1beta`.
pub(crate) fn api() -> Router<Arc<Shared>> {
    Router::new().route("/models/{call}", post(generate))
}

/// The texts that a conversation in Google's shape holds, as the items that a [`Seen`] keeps: the words of the system
/// and of the program, then what people and the model said, call by call.
pub(crate) fn input(body: &Value) -> Vec<Value> {
    let system = texts(&body["systemInstruction"]).map(|text| item("system", &[text]));
    let contents = body["contents"].as_array().into_iter().flatten();
    let contents = contents.enumerate();
    let contents = contents.flat_map(|(at, content)| items(at, content));
    system.chain(contents).collect()
}

fn items(at: usize, content: &Value) -> Vec<Value> {
    // The program tells of its surroundings in the same breath as of the prompt.
    let (told, said): (Vec<_>, Vec<_>) =
        texts(content).partition(|text| text.trim_start().starts_with("<session_context>"));
    let parts = content["parts"].as_array().into_iter().flatten();
    let calls = parts.filter_map(|part| {
        let (call, result) = (&part["functionCall"], &part["functionResponse"]);
        if call.is_object() {
            // Calls have no ids here; those of one answer stand together.
            Some(json!({
                "type": "function_call", "call_id": format!("call_{at}_"), "name": call["name"],
                "arguments": call["args"].to_string(),
            }))
        } else {
            result.is_object().then(
                || json!({ "type": "function_call_output", "output": result["response"].to_string() }),
            )
        }
    });
    let role = content["role"].as_str().unwrap_or("user");
    let told = (!told.is_empty()).then(|| item("system", &told));
    let said = (!said.is_empty()).then(|| item(role, &said));
    told.into_iter().chain(said).chain(calls).collect()
}

fn item(role: &str, texts: &[&str]) -> Value {
    let parts: Vec<Value> = texts.iter().map(|text| json!({ "text": text })).collect();
    json!({ "type": "message", "role": role, "content": parts })
}

fn texts(content: &Value) -> impl Iterator<Item = &str> {
    let parts = content["parts"].as_array().into_iter().flatten();
    parts.filter_map(|part| part["text"].as_str())
}

async fn generate(
    State(shared): State<Arc<Shared>>,
    Extension(seen): Extension<Arc<Seen>>,
    Path(call): Path<String>,
) -> Response {
    let Some((model, method)) = call.rsplit_once(':') else {
        return refused(&of_status(404, None));
    };
    if seen.header("x-goog-api-key").is_none_or(str::is_empty) {
        return refused(&no_key());
    }
    if shared.login_refused() {
        return refused(&invalid_key());
    }
    if method == "countTokens" {
        let letters = seen.input_texts().iter().map(String::len).sum();
        return Json(json!({ "totalTokens": tokens(letters) })).into_response();
    }
    let composer = Composer::new(shared.next_number(), model, &seen);
    let mut frames = play::start(&shared, seen, composer);
    let first = match frames.recv().await {
        Some(Frame::Refuse(refusal)) => return refused(&refusal),
        first => first,
    };
    if method == "streamGenerateContent" {
        let headers = [(header::CONTENT_TYPE, "text/event-stream")];
        let body = responses::body(first, frames, encode);
        return (headers, Body::from_stream(body)).into_response();
    }
    // All at once: the chunks of a stream, their texts in one.
    let (mut whole, mut text, mut next) = (Value::Null, String::new(), first);
    while let Some(Frame::Event(event)) = next {
        let said = &event["candidates"][0]["content"];
        texts(said).for_each(|piece| text.push_str(piece));
        whole = event;
        next = frames.recv().await;
    }
    whole["candidates"][0]["content"] = json!({ "parts": [{ "text": text }], "role": "model" });
    Json(whole).into_response()
}

fn encode(event: &Value) -> Bytes {
    format!("data: {event}\r\n\r\n").into()
}

fn refused(refusal: &Refusal) -> Response {
    let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, Json(json!({ "error": refusal.error }))).into_response()
}

fn no_key() -> Refusal {
    let message = "Method doesn't allow unregistered callers (callers without established identity). Please use API \
                   Key or other form of API consumer identity to call this API.";
    error(403, "PERMISSION_DENIED", message, Vec::new())
}

fn invalid_key() -> Refusal {
    let info = json!({
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": "API_KEY_INVALID",
        "domain": "googleapis.com",
        "metadata": { "service": "generativelanguage.googleapis.com" },
    });
    let message = "API key not valid. Please pass a valid API key.";
    error(400, "INVALID_ARGUMENT", message, vec![info])
}

fn error(code: u16, status: &str, message: &str, details: Vec<Value>) -> Refusal {
    let mut error = json!({ "code": code, "message": message, "status": status });
    if !details.is_empty() {
        error["details"] = details.into();
    }
    Refusal {
        status: code,
        error,
    }
}

/// What Google says with this status. A quota that resets soon is one per minute; one that says nothing is per day.
fn of_status(status: u16, resets_in: Option<u64>) -> Refusal {
    match status {
        401 => error(
            401,
            "UNAUTHENTICATED",
            "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other \
             valid authentication credential.",
            Vec::new(),
        ),
        403 => error(
            403,
            "PERMISSION_DENIED",
            "Your API key was reported as leaked. Please use another API key.",
            Vec::new(),
        ),
        404 => error(
            404,
            "NOT_FOUND",
            "models/scripted is not found for API version v1beta, or is not supported for generateContent.",
            Vec::new(),
        ),
        429 => quota(resets_in),
        503 => error(
            503,
            "UNAVAILABLE",
            "The model is overloaded. Please try again later.",
            Vec::new(),
        ),
        500.. => error(
            status,
            "INTERNAL",
            "An internal error has occurred.",
            Vec::new(),
        ),
        _ => error(
            status,
            "INVALID_ARGUMENT",
            "Request contains an invalid argument.",
            Vec::new(),
        ),
    }
}

fn quota(resets_in: Option<u64>) -> Refusal {
    let (period, value) = if resets_in.is_some() {
        ("PerMinute", "10")
    } else {
        ("PerDay", "250")
    };
    let failure = json!({
        "@type": "type.googleapis.com/google.rpc.QuotaFailure",
        "violations": [{
            "quotaMetric": "generativelanguage.googleapis.com/generate_content_free_tier_requests",
            "quotaId": format!("GenerateRequests{period}PerProjectPerModel-FreeTier"),
            "quotaDimensions": { "location": "global", "model": "scripted" },
            "quotaValue": value,
        }],
    });
    let retry = resets_in.map(|seconds| {
        json!({ "@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": format!("{seconds}s") })
    });
    error(
        429,
        "RESOURCE_EXHAUSTED",
        "You exceeded your current quota, please check your plan and billing details.",
        std::iter::once(failure).chain(retry).collect(),
    )
}

/// Writes one answer, chunk by chunk. A chunk is a whole response with a piece of the text.
pub(crate) struct Composer {
    number: u64,
    model: String,
    input_tokens: usize,
    output_letters: usize,
    usage: Usage,
}

impl Composer {
    fn new(number: u64, model: &str, asked: &Seen) -> Self {
        let letters = asked.input_texts().iter().map(String::len).sum();
        Self {
            number,
            model: model.to_owned(),
            input_tokens: tokens(letters),
            output_letters: 0,
            usage: Usage::default(),
        }
    }

    fn part(&mut self, part: &Value) -> Value {
        self.chunk(&json!({ "content": { "parts": [part], "role": "model" }, "index": 0 }))
    }

    fn finish(&mut self, reason: &str) -> Value {
        let content = json!({ "parts": [{ "text": "" }], "role": "model" });
        self.chunk(&json!({ "content": content, "finishReason": reason, "index": 0 }))
    }

    fn chunk(&self, candidate: &Value) -> Value {
        let mut response = self.response();
        response["candidates"] = json!([candidate]);
        response
    }

    fn response(&self) -> Value {
        let input = self.usage.input.unwrap_or(self.input_tokens as u64);
        let thought = self.usage.reasoning.unwrap_or(0);
        let output = self
            .usage
            .output
            .unwrap_or(tokens(self.output_letters) as u64);
        json!({
            "usageMetadata": {
                "promptTokenCount": input,
                "cachedContentTokenCount": self.usage.cached.unwrap_or(0),
                "candidatesTokenCount": output.saturating_sub(thought),
                "thoughtsTokenCount": thought,
                "totalTokenCount": input + output,
            },
            "modelVersion": self.model,
            "responseId": format!("scripted-{}", self.number),
        })
    }
}

impl Wire for Composer {
    /// Nothing marks where a message begins or ends.
    type Message = ();

    const SIGN_IN: &'static str = "set `GEMINI_API_KEY` for the server";
    const HAS_SHELL: bool = false;

    /// Any name of a model will do.
    fn fault(_: &Seen) -> Option<Refusal> {
        None
    }

    fn created(&mut self) -> Vec<Value> {
        Vec::new()
    }

    fn open_message(&mut self, _: Phase) -> ((), Vec<Value>) {
        ((), Vec::new())
    }

    fn say(&mut self, (): &mut (), piece: &str) -> Value {
        self.output_letters += piece.len();
        self.part(&json!({ "text": piece }))
    }

    fn close_message(&mut self, (): ()) -> Vec<Value> {
        Vec::new()
    }

    fn thought(&mut self, thought: &Thought) -> Vec<Value> {
        let parts = thought.parts.iter();
        parts
            .map(|text| self.part(&json!({ "text": text, "thought": true })))
            .collect()
    }

    fn calls(&mut self, calls: &[Call]) -> Vec<Value> {
        let parts = calls.iter().map(call);
        parts.map(|part| self.part(&part)).collect()
    }

    /// Not a step that anybody sees.
    fn search(&mut self, _: &Search) -> Vec<Value> {
        Vec::new()
    }

    /// Never asked for.
    fn compaction(&mut self, _: &str) -> Vec<Value> {
        Vec::new()
    }

    fn count(&mut self, usage: Usage) {
        self.usage = usage;
    }

    fn completed(&mut self) -> Value {
        self.finish("STOP")
    }

    fn incomplete(&mut self) -> Value {
        self.finish("MAX_TOKENS")
    }

    /// `fail blocked` refuses the prompt; any other code is the reason with which the answer ends, as `SAFETY`.
    fn failed(&mut self, code: &str) -> Value {
        if code != "blocked" {
            return self.finish(code);
        }
        let mut response = self.response();
        response["promptFeedback"] = json!({ "blockReason": "PROHIBITED_CONTENT" });
        response
    }

    fn broken(&mut self, refusal: Refusal) -> Value {
        json!({ "error": refusal.error })
    }

    fn refusal(status: u16, resets_in: Option<u64>) -> Refusal {
        of_status(status, resets_in)
    }

    fn output(&self) -> (String, Vec<Value>) {
        (format!("scripted-{}", self.number), Vec::new())
    }
}

/// `ls FOLDER` calls the tool for that; any other command the shell, whether it is offered or not. Of the other tools
/// only those are called that a script names.
fn call(call: &Call) -> Value {
    let called = match call {
        Call::Shell(shell) => match shell.command.strip_prefix("ls ") {
            Some(folder) => json!({ "name": "list_directory", "args": { "dir_path": folder } }),
            None => json!({ "name": "run_shell_command", "args": { "command": shell.command } }),
        },
        Call::Tool { name, arguments } => json!({ "name": name, "args": arguments }),
        _ => return json!({ "text": "Google's models do not call that tool." }),
    };
    json!({ "functionCall": called })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_conversation_is_kept_call_by_call_with_the_prompt_last_said_by_a_user() {
        let body = json!({
            "systemInstruction": { "parts": [{ "text": "be kind" }] },
            "contents": [
                { "role": "user", "parts": [
                    { "text": "<session_context>\nlinux" }, { "text": "list it" },
                ] },
                { "role": "model", "parts": [{ "functionCall": { "name": "ls", "args": {} } }] },
                { "role": "user", "parts": [{ "functionResponse": { "response": { "output": "a file" } } }] },
            ],
        });
        let kept = input(&body);
        let kinds: Vec<_> = kept
            .iter()
            .map(|item| (item["type"].as_str(), item["role"].as_str()))
            .collect();
        assert_eq!(
            kinds,
            [
                (Some("message"), Some("system")),
                (Some("message"), Some("system")),
                (Some("message"), Some("user")),
                (Some("function_call"), None),
                (Some("function_call_output"), None),
            ]
        );
        assert_eq!(kept[2]["content"], json!([{ "text": "list it" }]));
    }
}
