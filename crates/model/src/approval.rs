//! Questions that stop a turn, and their decisions. Owns the states and who may decide; never knows
//! how an answer travels back to the backend.

use crate::{
    clock::Millis,
    ids::{PersonId, QuestionId, ThreadId, TurnId},
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

/// What a backend asks. Its key makes it idempotent: the same key again is the same question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asking {
    /// The backend's own name for the question, unique in the turn.
    pub key: String,
    /// What sort of question: `command`, `file_change`, `permissions`, `question`, `form`, `link`.
    pub kind: String,
    /// What is shown, as JSON text; exact bytes, never Markdown.
    pub body: String,
    /// The decisions offered, in order.
    pub offered: Vec<String>,
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
    /// What was asked.
    pub asking: Asking,
    /// Where it stands.
    pub state: QuestionState,
    /// When it was asked.
    pub asked_at: Millis,
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
}
