//! What the wires of the providers have in common: an answer begins, says, thinks, calls, and ends in one of a few ways.
//! Owns the words between a player and the shapes of one provider; knows no shape itself.

use std::time::Duration;

use serde_json::Value;

use crate::call::Call;
use crate::seen::Seen;

/// The shapes of one provider's answer, event by event, in the order in which they leave.
pub(crate) trait Wire: Send + Sync + 'static {
    /// A message that is still being said.
    type Message: Send;

    /// How a person gets the real model to answer.
    const SIGN_IN: &'static str;
    /// Whether its program usually lets the model run commands.
    const HAS_SHELL: bool;

    /// What is wrong with a request whatever the script says.
    fn fault(asked: &Seen) -> Option<Refusal>;
    /// What leaves before anything is said.
    fn created(&mut self) -> Vec<Value>;
    fn open_message(&mut self, phase: Phase) -> (Self::Message, Vec<Value>);
    fn say(&mut self, message: &mut Self::Message, piece: &str) -> Value;
    fn close_message(&mut self, message: Self::Message) -> Vec<Value>;
    fn thought(&mut self, thought: &Thought) -> Vec<Value>;
    /// Calls that are made at once.
    fn calls(&mut self, calls: &[Call]) -> Vec<Value>;
    /// A look at the web, which the provider takes by itself.
    fn search(&mut self, search: &Search) -> Vec<Value>;
    /// The conversation in short, with what a script has to remember of it.
    fn compaction(&mut self, remembered: &str) -> Vec<Value>;
    /// From here on the answer counts so many tokens.
    fn count(&mut self, usage: Usage);
    fn completed(&mut self) -> Value;
    /// The model was cut at its longest answer.
    fn incomplete(&mut self) -> Value;
    /// The answer ends badly, for a reason with this name.
    fn failed(&mut self, code: &str) -> Value;
    /// What would have been refused, had the answer not begun already.
    fn broken(&mut self, refusal: Refusal) -> Value;
    /// What a refusal with this status says.
    fn refusal(status: u16, resets_in: Option<u64>) -> Refusal;
    /// The answer's own name, and its items for the next request.
    fn output(&self) -> (String, Vec<Value>);
}

/// What the model thinks, part by part.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Thought {
    pub told: Told,
    pub parts: Vec<String>,
    /// Word by word, with so long a pause before each; without a pause a part arrives in one piece.
    pub every: Duration,
}

/// How much of a thought is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    Summary,
    /// All of it, as it was thought.
    Raw,
}

/// What a message is for, where the model says so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Phase {
    #[default]
    Untold,
    /// Said along the way.
    Commentary,
    FinalAnswer,
}

/// What the model looks for on the web.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Search {
    Query(String),
    Open { url: String },
    Find { url: String, pattern: String },
}

/// Tokens that a response counts. What is not set is reckoned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Usage {
    pub input: Option<u64>,
    /// A part of the input.
    pub cached: Option<u64>,
    pub output: Option<u64>,
    /// A part of the output.
    pub reasoning: Option<u64>,
}

/// An error instead of an answer.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    pub status: u16,
    pub error: Value,
}
