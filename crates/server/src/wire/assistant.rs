//! Assistants on the wire, as one person sees them, and the codes of failures.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use switchboard_engine::{
    AssistantChange, AssistantView,
    backend::{Purpose, Spec},
};
use switchboard_model::{
    assistant::{Access, Limits},
    ids::InvalidId,
    outcome,
};
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
    /// Whether it answers from a script and reaches no model.
    pub demo: bool,
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
    /// What bounds its turns.
    pub limits: AssistantLimits,
    /// Who may mention it with the access `named`. Its owner and admins see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub people: Option<Vec<Author>>,
    /// With which a program signs in as it, once it has a pair. Its owner and admins see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
}

/// What bounds an assistant's turns, in seconds; null is the default.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[expect(clippy::struct_field_names, reason = "the ending is the unit")]
pub struct AssistantLimits {
    /// The whole of a turn that answers a mention in a shared thread; 120 by default.
    pub mention_s: Option<u64>,
    /// The whole of a turn in a direct thread; 1800 by default.
    pub direct_s: Option<u64>,
    /// The longest silence; 300 by default.
    pub idle_s: Option<u64>,
}

/// An assistant to register.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAssistant {
    /// One of those that can be registered.
    pub handle: String,
}

/// An assistant that can be registered.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AvailableAssistant {
    /// The backend that would reach it.
    pub backend: String,
    /// The name after the `@` that it gets.
    pub handle: String,
    /// As shown.
    pub name: String,
    /// Whose account it uses, as in "Mara's ChatGPT plan".
    pub account: String,
    /// Whether it answers from a script and reaches no model.
    pub demo: bool,
    /// What to know before asking it.
    pub note: String,
}

/// A registered assistant with its client pair.
#[derive(Serialize, ToSchema)]
pub struct AssistantMade {
    /// The assistant.
    #[serde(flatten)]
    pub assistant: Assistant,
    /// The pair.
    #[serde(flatten)]
    pub pair: ClientPair,
}

/// With which an assistant signs itself in, over OAuth. One that runs on this machine needs none.
#[derive(Serialize, ToSchema)]
pub struct ClientPair {
    /// Public.
    pub client_id: String,
    /// In this answer and nowhere else.
    pub client_secret: String,
}

/// What to change on an assistant; what is left out stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AssistantPatch {
    /// Whether mentions are answered.
    pub enabled: Option<bool>,
    /// Who may mention it.
    pub access: Option<AssistantAccess>,
    /// The ids of the people, for the access `named` and only then.
    pub people: Option<Vec<String>>,
    /// All three limits; one that is left out or null goes back to its default.
    pub limits: Option<AssistantLimits>,
}

/// Who may mention an assistant.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
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
    AttachmentMissing,
    AttachmentUnsupported,
    ContextTooLong,
    NoModel,
    CodexStartFailed,
    SessionInUse,
    SessionLost,
    SchemaMismatch,
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
            Self::AttachmentMissing => OutcomeCode::AttachmentMissing,
            Self::AttachmentUnsupported => OutcomeCode::AttachmentUnsupported,
            Self::ContextTooLong => OutcomeCode::ContextTooLong,
            Self::NoModel => OutcomeCode::NoModel,
            Self::CodexStartFailed => OutcomeCode::CodexStartFailed,
            Self::SessionInUse => OutcomeCode::SessionInUse,
            Self::SessionLost => OutcomeCode::SessionLost,
            Self::SchemaMismatch => OutcomeCode::SchemaMismatch,
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
            demo: view.purpose == Purpose::Demo,
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
            limits: assistant.limits.into(),
            people: view
                .named
                .as_ref()
                .map(|named| named.iter().map(Author::of).collect()),
            client_id: view
                .named
                .as_ref()
                .and_then(|_| assistant.client_id.clone()),
        }
    }
}

impl From<Limits> for AssistantLimits {
    fn from(limits: Limits) -> Self {
        // Whole seconds are all that can be set here; what was set finer is shown as at least one.
        let seconds = |limit: Option<Duration>| limit.map(|limit| limit.as_secs().max(1));
        Self {
            mention_s: seconds(limits.mention_deadline),
            direct_s: seconds(limits.direct_deadline),
            idle_s: seconds(limits.idle),
        }
    }
}

impl From<AssistantLimits> for Limits {
    fn from(limits: AssistantLimits) -> Self {
        Self {
            mention_deadline: limits.mention_s.map(Duration::from_secs),
            direct_deadline: limits.direct_s.map(Duration::from_secs),
            idle: limits.idle_s.map(Duration::from_secs),
        }
    }
}

impl TryFrom<AssistantPatch> for AssistantChange {
    type Error = InvalidId;

    fn try_from(patch: AssistantPatch) -> Result<Self, InvalidId> {
        let people = patch.people.map(|people| {
            let ids = people.iter().map(|id| id.parse());
            ids.collect::<Result<_, InvalidId>>()
        });
        Ok(Self {
            enabled: patch.enabled,
            access: patch.access.map(|access| match access {
                AssistantAccess::Owner => Access::Owner,
                AssistantAccess::Named => Access::Named,
                AssistantAccess::Everyone => Access::Everyone,
            }),
            people: people.transpose()?,
            limits: patch.limits.map(Into::into),
        })
    }
}

impl AvailableAssistant {
    /// An assistant as its backend describes it.
    pub fn of(spec: &Spec) -> Self {
        Self {
            backend: spec.name.clone(),
            handle: spec.handle.clone(),
            name: spec.title.clone(),
            account: spec.account_words.clone(),
            demo: spec.purpose == Purpose::Demo,
            note: spec.note.clone(),
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
