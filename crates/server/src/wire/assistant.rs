//! Assistants on the wire, as one person sees them, and the codes of failures.

use serde::Serialize;
use switchboard_engine::AssistantView;
use switchboard_model::{assistant::Access, outcome};
use utoipa::ToSchema;

use super::{AttachmentKind, Author, ToWire};
use crate::names::Names;

/// A named participant that can be mentioned.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Assistant {
    /// Which; also the author id of its replies.
    pub id: String,
    /// The name after the `@`.
    pub handle: String,
    /// As shown.
    pub name: String,
    /// The backend that reaches it.
    pub backend: String,
    /// Whether mentions are answered.
    pub enabled: bool,
    /// Who may mention it.
    pub access: AssistantAccess,
    /// Whose login it runs on.
    pub owner: Author,
    /// The same in words.
    pub runs_on: String,
    /// Whether the caller may mention it and would get an answer.
    pub usable: bool,
    /// How it is doing.
    pub state: AssistantState,
    /// What is wrong with it, if something is.
    pub code: Option<OutcomeCode>,
    /// The same in a sentence.
    pub message: Option<String>,
    /// What to do about it.
    pub hint: Option<String>,
    /// What it can do.
    pub capabilities: Vec<String>,
    /// Which attachments it can take.
    pub accepts: Vec<AttachmentKind>,
    /// What to know before asking it.
    pub note: String,
}

/// Who may mention an assistant.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AssistantAccess {
    /// Its owner alone.
    Owner,
    /// The owner and the people named.
    Named,
    /// Everyone in the workspace.
    Everyone,
}

/// How an assistant is doing, for the caller.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AssistantState {
    /// It answers.
    Ready,
    /// Switched off.
    Disabled,
    /// Its program is not on the server's machine.
    NotInstalled,
    /// Its program has no login.
    NotSignedIn,
    /// Its program is signed in with an API key, where only a plan may be used.
    ApiKeyLogin,
    /// It cannot answer for another reason; `code` says which.
    Unavailable,
    /// Not open to the caller.
    NotAllowed,
}

/// Why a turn did not end well, or cannot begin. Programs match on these; what each means stands beside
/// the codes in `model::outcome`.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OutcomeCode {
    NotInstalled,
    NotSignedIn,
    ApiKeyLogin,
    TimedOut,
    SandboxDenied,
    SandboxUnavailable,
    AssistantUnavailable,
    AssistantNotAllowed,
    EmptyReply,
    RateLimited,
    UpstreamFailed,
    TooMuchOutput,
    Crashed,
    Abandoned,
}

impl ToWire for outcome::OutcomeCode {
    type Wire = OutcomeCode;

    fn to_wire(&self) -> OutcomeCode {
        match self {
            Self::NotInstalled => OutcomeCode::NotInstalled,
            Self::NotSignedIn => OutcomeCode::NotSignedIn,
            Self::ApiKeyLogin => OutcomeCode::ApiKeyLogin,
            Self::TimedOut => OutcomeCode::TimedOut,
            Self::SandboxDenied => OutcomeCode::SandboxDenied,
            Self::SandboxUnavailable => OutcomeCode::SandboxUnavailable,
            Self::AssistantUnavailable => OutcomeCode::AssistantUnavailable,
            Self::AssistantNotAllowed => OutcomeCode::AssistantNotAllowed,
            Self::EmptyReply => OutcomeCode::EmptyReply,
            Self::RateLimited => OutcomeCode::RateLimited,
            Self::UpstreamFailed => OutcomeCode::UpstreamFailed,
            Self::TooMuchOutput => OutcomeCode::TooMuchOutput,
            Self::Crashed => OutcomeCode::Crashed,
            Self::Abandoned => OutcomeCode::Abandoned,
        }
    }
}

impl Assistant {
    /// An assistant as the engine shows it to one person.
    pub fn new(view: &AssistantView, names: &Names) -> Self {
        let assistant = &view.assistant;
        let failure = view.failure.as_ref();
        Self {
            id: assistant.id.to_string(),
            handle: assistant.handle.clone(),
            name: assistant.name.clone(),
            backend: assistant.backend.clone(),
            enabled: assistant.enabled,
            access: match assistant.access {
                Access::Owner => AssistantAccess::Owner,
                Access::Named => AssistantAccess::Named,
                Access::Everyone => AssistantAccess::Everyone,
            },
            owner: Author {
                id: assistant.owner.to_string(),
                handle: names.handle(assistant.owner).unwrap_or_default().to_owned(),
                name: assistant.owner_name.clone(),
            },
            runs_on: view.runs_on.clone(),
            usable: view.usable,
            state: state(view.state),
            code: failure.map(|failure| failure.code.to_wire()),
            message: failure.map(|failure| failure.message.clone()),
            hint: failure.map(|failure| failure.hint.clone()),
            capabilities: view
                .capabilities
                .iter()
                .map(|&word| word.to_owned())
                .collect(),
            accepts: view.accepts.iter().map(ToWire::to_wire).collect(),
            note: view.note.clone(),
        }
    }
}

fn state(name: &str) -> AssistantState {
    match name {
        "ready" => AssistantState::Ready,
        "disabled" => AssistantState::Disabled,
        "not_installed" => AssistantState::NotInstalled,
        "not_signed_in" => AssistantState::NotSignedIn,
        "api_key_login" => AssistantState::ApiKeyLogin,
        "not_allowed" => AssistantState::NotAllowed,
        _ => AssistantState::Unavailable,
    }
}
