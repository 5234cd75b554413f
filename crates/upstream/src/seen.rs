//! One request as it was understood, and what can be read from it: the prompt, how far a script is, what still runs. Owns
//! no list and never answers anything.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// The tool that waits for a program to go on. It is no step of a script.
pub(crate) const WAIT: &str = "wait";

/// What a short form of a conversation begins with, before the number of rounds that it stands for.
pub(crate) const REMEMBERED: &str = "scripted-rounds-";

/// How messages begin that the CLI adds in the person's name.
const NO_PROMPTS: [&str; 4] = [
    "<environment_context>",
    "<user_shell_command>",
    "<turn_aborted>",
    "<subagent_notification>",
];

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

    /// Whether this asks for nothing but a short form of the conversation.
    pub(crate) fn wants_compaction(&self) -> bool {
        let last = self.input.last();
        last.is_some_and(|item| item["type"] == "compaction_trigger")
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

    /// How many answers since the newest prompt called for tools.
    pub(crate) fn rounds_since_prompt(&self) -> usize {
        let from = self.newest_user_item().map_or(0, |at| at + 1);
        let since = &self.input[from..];
        // Of what was made short in the meantime, the short form remembers the number.
        let short = since.iter().rposition(|item| item["type"] == "compaction");
        let before = short.and_then(|at| {
            let remembered = since[at]["encrypted_content"].as_str()?;
            remembered.strip_prefix(REMEMBERED)?.parse().ok()
        });
        let calls = since[short.unwrap_or(0)..].iter().filter(|item| {
            let kind = item["type"].as_str();
            matches!(kind, Some("function_call" | "custom_tool_call")) && item["name"] != WAIT
        });
        // What calls of one answer have in common is all of their id but its end.
        let answers = calls.map(|call| {
            let id = call["call_id"].as_str().unwrap_or_default();
            id.rsplit_once('_').map_or(id, |(answer, _)| answer)
        });
        before.unwrap_or(0) + answers.collect::<BTreeSet<_>>().len()
    }

    /// Whether the model is offered a tool, by itself or from programs.
    pub(crate) fn offers(&self, tool: &str) -> bool {
        let tools = self.body["tools"].as_array().into_iter().flatten();
        tools
            .filter_map(|entry| Some((entry["name"].as_str()?, entry["description"].as_str())))
            .any(|(name, description)| {
                let from_programs =
                    description.is_some_and(|told| told.contains(&format!("`{tool}`")));
                name == tool || name == "exec" && from_programs
            })
    }

    /// What the person answered to the newest questions.
    pub(crate) fn answers(&self) -> Vec<String> {
        let results = self.input.iter().rev().take_while(|item| is_output(item));
        let told = results
            .flat_map(texts)
            .filter_map(|text| serde_json::from_str::<Value>(text).ok());
        let answers =
            told.flat_map(|told| told["answers"].as_object().cloned().unwrap_or_default());
        let words = answers
            .flat_map(|(_, answer)| answer["answers"].as_array().cloned().unwrap_or_default());
        words
            .filter_map(|word| word.as_str().map(str::to_owned))
            .collect()
    }

    /// The program that went on running when the newest calls returned, as the CLI names it.
    pub(crate) fn running_program(&self) -> Option<&str> {
        let results = self.input.iter().rev().take_while(|item| is_output(item));
        results
            .flat_map(texts)
            .find_map(|text| number_after(text, "Script running with cell ID "))
    }

    /// The newest command that went on running after its call returned.
    pub(crate) fn running_command(&self) -> Option<&str> {
        let results = self.input.iter().rev().filter(|item| is_output(item));
        results.flat_map(texts).find_map(|text| {
            number_after(text, "Process running with session ID ")
                .or_else(|| number_after(text, "\"session_id\":"))
        })
    }

    fn newest_user_item(&self) -> Option<usize> {
        let is_of_cli = |text: &str| {
            NO_PROMPTS
                .iter()
                .any(|mark| text.trim_start().starts_with(mark))
        };
        self.input
            .iter()
            .rposition(|item| item["role"] == "user" && !texts(item).any(is_of_cli))
    }
}

/// Whether an item is what a call returned.
fn is_output(item: &Value) -> bool {
    let kind = item["type"].as_str();
    kind.is_some_and(|kind| kind.ends_with("_call_output"))
}

/// The number that follows these words in a text.
fn number_after<'a>(text: &'a str, words: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(words)?;
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    (digits > 0).then(|| &rest[..digits])
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
