//! What every test here needs: an upstream, somebody who is signed in, and eyes for its answers.

use futures_util::StreamExt as _;
use reqwest::{Client, Response};
use serde_json::{Value, json};
use switchboard_upstream::{Options, Running, Upstream, auth};

pub async fn upstream() -> Running {
    Upstream::start(Options::for_tests()).await.unwrap()
}

pub fn http() -> Client {
    Client::builder().no_proxy().build().unwrap()
}

pub fn bearer(login: &Value) -> String {
    format!(
        "Bearer {}",
        login["tokens"]["access_token"].as_str().unwrap()
    )
}

pub fn user(text: &str) -> Value {
    json!({ "type": "message", "role": "user", "content": [{ "type": "input_text", "text": text }] })
}

/// Asks the model over POST, signed in.
pub async fn ask(up: &Running, prompt: &str) -> Response {
    post(up, &json!({ "model": "scripted-1", "stream": true, "prompt_cache_key": "thread", "input": [user(prompt)] })).await
}

pub async fn post(up: &Running, body: &Value) -> Response {
    http()
        .post(format!("{}/responses", up.responses_url()))
        .header("authorization", bearer(&auth::fake_login()))
        .json(body)
        .send()
        .await
        .unwrap()
}

/// A streamed answer: its events, and whether the stream came to a proper end.
pub struct Streamed {
    pub events: Vec<Value>,
    pub whole: bool,
}

impl Streamed {
    pub async fn read(response: Response) -> Self {
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        let (mut bytes, mut whole) = (Vec::new(), true);
        let mut chunks = response.bytes_stream();
        while let Some(chunk) = chunks.next().await {
            match chunk {
                Ok(chunk) => bytes.extend(chunk),
                Err(_) => whole = false,
            }
        }
        let text = String::from_utf8(bytes).unwrap();
        let data = text.lines().filter_map(|line| line.strip_prefix("data: "));
        Self {
            events: data
                .map(|event| serde_json::from_str(event).unwrap())
                .collect(),
            whole,
        }
    }

    pub fn kinds(&self) -> Vec<&str> {
        self.events.iter().map(kind).collect()
    }

    pub fn last(&self) -> &Value {
        self.events.last().unwrap()
    }
}

pub fn kind(event: &Value) -> &str {
    event["type"].as_str().unwrap()
}

/// Every piece of text that was said, in order.
pub fn said(events: &[Value]) -> Vec<&str> {
    let deltas = events
        .iter()
        .filter(|event| kind(event) == "response.output_text.delta");
    deltas
        .map(|event| event["delta"].as_str().unwrap())
        .collect()
}
