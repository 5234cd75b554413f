//! What the upstream was asked, kept for tests to look at. Owns the list and its numbering; never answers anything.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;
use tokio::sync::watch;

/// How a request reached the upstream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Via {
    /// An ordinary request.
    Http,
    /// The request to turn a connection into a WebSocket.
    Upgrade,
    /// A `response.create` frame on a WebSocket.
    WebSocket,
}

/// One request, decoded.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Counts every request from 0.
    pub seq: usize,
    pub via: Via,
    pub method: String,
    /// The path with its query.
    pub path: String,
    /// Names are in lower case. A WebSocket frame has those of its upgrade.
    pub headers: BTreeMap<String, String>,
    /// The JSON body, decompressed; a string where it is not JSON, null where there is none.
    pub body: Value,
    /// The whole conversation in front of the model: on a WebSocket also what `previous_response_id` stands for.
    pub input: Vec<Value>,
}

impl Seen {
    /// Whether this asks the model for an answer. A prewarm, which has `generate: false`, does not.
    pub fn is_model_request(&self) -> bool {
        let asks = match self.via {
            Via::Http => self.method == "POST",
            Via::Upgrade => false,
            Via::WebSocket => self.body["generate"] != Value::Bool(false),
        };
        let path = self.path.split('?').next().unwrap_or_default();
        let of_google = path.starts_with("/v1beta/models/") && !path.ends_with(":countTokens");
        asks && (path.ends_with("/responses") || of_google)
    }

    /// Every text in front of the model, in order.
    pub fn input_texts(&self) -> Vec<String> {
        self.input
            .iter()
            .flat_map(texts)
            .map(str::to_owned)
            .collect()
    }

    /// How often `needle` occurs in front of the model.
    pub fn count(&self, needle: &str) -> usize {
        self.input
            .iter()
            .flat_map(texts)
            .map(|text| text.matches(needle).count())
            .sum()
    }

    /// The prompt of the running turn: the last thing a user said that the CLI did not add by itself.
    pub fn newest_user_text(&self) -> Option<String> {
        self.newest_user_item()
            .map(|at| texts(&self.input[at]).collect::<Vec<_>>().join("\n"))
    }

    /// A header by its lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// How many tool calls the model has made since the newest prompt.
    pub(crate) fn calls_since_prompt(&self) -> usize {
        let from = self.newest_user_item().map_or(0, |at| at + 1);
        self.input[from..]
            .iter()
            .filter(|item| {
                matches!(
                    item["type"].as_str(),
                    Some("function_call" | "custom_tool_call")
                )
            })
            .count()
    }

    fn newest_user_item(&self) -> Option<usize> {
        self.input.iter().rposition(|item| {
            item["role"] == "user"
                && !texts(item).any(|text| text.trim_start().starts_with("<environment_context>"))
        })
    }
}

/// The texts of an input item: of a message, or of a tool's output.
fn texts(item: &Value) -> impl Iterator<Item = &str> {
    [&item["content"], &item["output"]]
        .into_iter()
        .flat_map(|held| {
            let parts = held.as_array().into_iter().flatten();
            held.as_str()
                .into_iter()
                .chain(parts.filter_map(|part| part["text"].as_str()))
        })
}

/// The list of requests. Bounded, so that a demo left running does not grow for ever.
#[derive(Debug)]
pub(crate) struct Record {
    kept: Mutex<Kept>,
    limit: usize,
    changed: watch::Sender<()>,
}

#[derive(Debug, Default)]
struct Kept {
    requests: VecDeque<Arc<Seen>>,
    /// How many were ever added.
    total: usize,
    /// How many model requests have been dropped from the front.
    dropped_model_requests: usize,
}

impl Record {
    pub fn new(limit: usize) -> Self {
        Self {
            kept: Mutex::default(),
            limit,
            changed: watch::Sender::default(),
        }
    }

    /// Adds a request and gives it its number.
    pub fn add(&self, mut seen: Seen) -> Arc<Seen> {
        let seen = {
            let mut kept = self.lock();
            seen.seq = kept.total;
            kept.total += 1;
            let seen = Arc::new(seen);
            kept.requests.push_back(Arc::clone(&seen));
            if kept.requests.len() > self.limit
                && let Some(oldest) = kept.requests.pop_front()
            {
                kept.dropped_model_requests += usize::from(oldest.is_model_request());
            }
            seen
        };
        self.changed.send_replace(());
        seen
    }

    pub fn all(&self) -> Vec<Arc<Seen>> {
        self.lock().requests.iter().cloned().collect()
    }

    pub fn model_requests(&self) -> Vec<Arc<Seen>> {
        self.lock()
            .requests
            .iter()
            .filter(|seen| seen.is_model_request())
            .cloned()
            .collect()
    }

    /// Waits for the `n`-th model request, counted from 0.
    pub async fn model_request(&self, n: usize) -> Arc<Seen> {
        let mut changed = self.changed.subscribe();
        loop {
            if let Some(seen) = self.nth_model_request(n) {
                return seen;
            }
            // Fails only when the sender, which is ours, is gone.
            let _ = changed.changed().await;
        }
    }

    pub fn clear(&self) {
        *self.lock() = Kept::default();
    }

    fn nth_model_request(&self, n: usize) -> Option<Arc<Seen>> {
        let kept = self.lock();
        let n = n.checked_sub(kept.dropped_model_requests)?;
        kept.requests
            .iter()
            .filter(|seen| seen.is_model_request())
            .nth(n)
            .cloned()
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
