//! Questions of turns, and decisions, on the wire.

use serde::{Deserialize, Serialize};
use switchboard_model::approval as model;
use utoipa::ToSchema;

use super::ToWire;

/// A question that stops a turn.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Question {
    /// Which.
    pub id: String,
    /// Whose.
    pub turn_id: String,
    /// Where.
    pub thread_id: String,
    /// Who started the turn: the only one who decides.
    pub person_id: String,
    /// Who asks.
    pub assistant_id: String,
    /// `command`, `file_change`, `permissions`, `question`, `form`, `link` or `tool`.
    pub kind: String,
    /// What is shown, any JSON; exact, never Markdown.
    pub body: serde_json::Value,
    /// The decisions offered, in order.
    pub offered: Vec<String>,
    /// Where it stands.
    pub state: QuestionState,
    /// When it was asked.
    pub asked_at: i64,
    /// When silence counts as a refusal.
    pub expires_at: Option<i64>,
    /// Who decided.
    pub decided_by: Option<String>,
    /// When.
    pub decided_at: Option<i64>,
    /// The decision: one of those offered.
    pub decision: Option<String>,
    /// What was said beside it; it follows as words into the turn.
    pub feedback: Option<String>,
}

/// Where a question stands.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum QuestionState {
    /// Waits for the person who started the turn.
    Asked,
    /// Decided; on its way to the assistant.
    Decided,
    /// The assistant has the decision.
    Delivered,
    /// Nobody needs an answer any more.
    Void,
}

/// What a person decides.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(
    clippy::struct_field_names,
    reason = "the field is what the body is about, and callers write it"
)]
pub struct Decision {
    /// One of the decisions offered.
    pub decision: String,
    /// What goes with it: a form's answer, what is granted. Any JSON.
    #[serde(default)]
    pub content: Option<serde_json::Value>,
    /// Words to the assistant beside it: why not, or what instead. They follow as words into the turn.
    #[serde(default)]
    pub feedback: Option<String>,
}

impl From<Decision> for model::Decision {
    fn from(decision: Decision) -> Self {
        Self {
            choice: decision.decision,
            answer: decision.content.map(|content| content.to_string()),
            feedback: decision
                .feedback
                .filter(|feedback| !feedback.trim().is_empty()),
        }
    }
}

impl ToWire for model::Question {
    type Wire = Question;

    fn to_wire(&self) -> Question {
        let text = || serde_json::Value::String(self.asking.body.clone());
        Question {
            id: self.id.to_string(),
            turn_id: self.turn.to_string(),
            thread_id: self.thread.to_string(),
            person_id: self.person.to_string(),
            assistant_id: self.assistant.to_string(),
            kind: self.asking.kind.clone(),
            body: serde_json::from_str(&self.asking.body).unwrap_or_else(|_| text()),
            offered: self.asking.offered.clone(),
            state: match self.state {
                model::QuestionState::Asked => QuestionState::Asked,
                model::QuestionState::Decided => QuestionState::Decided,
                model::QuestionState::Delivered => QuestionState::Delivered,
                model::QuestionState::Void => QuestionState::Void,
            },
            asked_at: self.asked_at.0,
            expires_at: self.expires_at.map(|at| at.0),
            decided_by: self.decided.map(|(person, _)| person.to_string()),
            decided_at: self.decided.map(|(_, at)| at.0),
            decision: self
                .decision
                .as_ref()
                .map(|decision| decision.choice.clone()),
            feedback: self
                .decision
                .as_ref()
                .and_then(|decision| decision.feedback.clone()),
        }
    }
}
