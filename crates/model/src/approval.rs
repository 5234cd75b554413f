//! Questions that stop a turn, and their decisions. Owns the states and who may decide; never knows
//! how an answer travels back to the backend.

mod fit;
mod forms;

use std::time::Duration;

use crate::{
    clock::Millis,
    ids::{AssistantId, PersonId, QuestionId, ThreadId, TurnId},
};

/// Where a question stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuestionState {
    /// Waits for the person who started the turn.
    Asked,
    /// Decided; the backend has not confirmed yet.
    Decided,
    /// The backend has the decision.
    Delivered,
    /// Nobody needs an answer any more: the turn ended, or it was settled elsewhere.
    Void,
}

impl QuestionState {
    /// The name in SQL and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Decided => "decided",
            Self::Delivered => "delivered",
            Self::Void => "void",
        }
    }

    /// The state of that name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Asked, Self::Decided, Self::Delivered, Self::Void]
            .into_iter()
            .find(|s| s.as_str() == name)
    }
}

/// How long a question waits for its person before silence counts as a refusal.
pub const PATIENCE: Duration = Duration::from_mins(30);

/// Stands for an answer that nobody may read again.
pub const SECRET_ANSWER: &str = r#"{"secret":true}"#;

/// What a backend asks. Its key makes it idempotent: the same key again is the same question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asking {
    /// The backend's own name for the question, unique in the turn.
    pub key: String,
    /// What sort of question: `command`, `file_change`, `permissions`, `question`, `form`, `link`,
    /// `tool`.
    pub kind: String,
    /// What is shown, as JSON text; exact bytes, never Markdown.
    pub body: String,
    /// The decisions offered, in order.
    pub offered: Vec<String>,
}

impl Asking {
    /// What it is about, in a line for whoever reads along; what is to be decided stands in the body.
    pub fn title(&self) -> String {
        let body: serde_json::Value = serde_json::from_str(&self.body).unwrap_or_default();
        let named = ["command", "message", "reason", "title", "url"]
            .iter()
            .find_map(|name| body[name].as_str())
            .unwrap_or_default();
        let words: String = named.chars().take(300).collect();
        let kind = self.kind.replace('_', " ");
        if words.is_empty() {
            kind
        } else {
            format!("{kind}: {words}")
        }
    }

    /// Whether its answer is nobody's to read again.
    pub fn is_secret(&self) -> bool {
        serde_json::from_str::<serde_json::Value>(&self.body)
            .is_ok_and(|body| body["secret"] == true)
    }
}

/// A question as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Which.
    pub id: QuestionId,
    /// Whose.
    pub turn: TurnId,
    /// Where.
    pub thread: ThreadId,
    /// Who started the turn: the only one who decides.
    pub person: PersonId,
    /// Who asks.
    pub assistant: AssistantId,
    /// What was asked.
    pub asking: Asking,
    /// Where it stands.
    pub state: QuestionState,
    /// When it was asked.
    pub asked_at: Millis,
    /// When silence counts as a refusal.
    pub expires_at: Option<Millis>,
    /// Who decided, and when.
    pub decided: Option<(PersonId, Millis)>,
    /// The decision, one of those offered, or a form's answer.
    pub decision: Option<Decision>,
}

/// What a person decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// One of the decisions offered.
    pub choice: String,
    /// The form's answer as JSON text, if the question was a form.
    pub answer: Option<String>,
    /// Words to the assistant beside the decision: why not, or what instead.
    pub feedback: Option<String>,
}
