//! What the wires of the providers have in common: an answer begins, says, thinks, calls, and ends in one of a few ways.
//! Owns the words between a player and the shapes of one provider; knows no shape itself.

use serde_json::Value;

/// The shapes of one provider's answer, event by event, in the order in which they leave.
pub(crate) trait Wire: Send + Sync + 'static {
    /// A message that is still being said.
    type Message: Send;

    /// How a person gets the real model to answer.
    const SIGN_IN: &'static str;
    /// Whether its program usually lets the model run commands.
    const HAS_SHELL: bool;

    /// What leaves before anything is said.
    fn created(&mut self) -> Vec<Value>;
    fn open_message(&mut self) -> (Self::Message, Vec<Value>);
    fn say(&mut self, message: &mut Self::Message, piece: &str) -> Value;
    fn close_message(&mut self, message: Self::Message) -> Vec<Value>;
    fn reasoning(&mut self, text: &str) -> Vec<Value>;
    fn shell(&mut self, command: &str, escalate: bool) -> Vec<Value>;
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

/// An error instead of an answer.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    pub status: u16,
    pub error: Value,
}
