//! Assistants: named participants that can be mentioned. Owns what one is and who may use it; never
//! knows a particular one.

use std::time::Duration;

use crate::{
    clock::Millis,
    ids::{AssistantId, PersonId},
};

/// Who may mention an assistant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Its owner alone: the default, because a mention spends the owner's plan.
    Owner,
    /// The owner and the people named.
    Named,
    /// Everyone in the workspace.
    Everyone,
}

impl Access {
    /// The name in SQL and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Named => "named",
            Self::Everyone => "everyone",
        }
    }

    /// The access of that name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Owner, Self::Named, Self::Everyone]
            .into_iter()
            .find(|a| a.as_str() == name)
    }
}

/// An assistant as registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assistant {
    /// Which; also the author id of its replies.
    pub id: AssistantId,
    /// The name after the `@`, unique across people and assistants.
    pub handle: String,
    /// As shown.
    pub name: String,
    /// The name of the backend that reaches it.
    pub backend: String,
    /// Whether mentions are answered.
    pub enabled: bool,
    /// Whose login it runs on.
    pub owner: PersonId,
    /// The owner's name, for "runs on NAME's plan".
    pub owner_name: String,
    /// Who may mention it.
    pub access: Access,
    /// The OAuth client id, once a pair was made.
    pub client_id: Option<String>,
    /// Its own limits, where they differ from the defaults.
    pub limits: Limits,
    /// When it was registered.
    pub created_at: Millis,
}

/// What bounds a turn of an assistant. `None` means the default.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Limits {
    /// Total time of a turn that answers a mention in a shared thread.
    pub mention_deadline: Option<Duration>,
    /// Total time of a turn in a direct thread.
    pub direct_deadline: Option<Duration>,
    /// The longest silence, while no command or tool call is open.
    pub idle: Option<Duration>,
}

impl Limits {
    /// 120 s: a mention in a shared thread is a question, not a project.
    pub const MENTION: Duration = Duration::from_mins(2);
    /// 30 minutes in a direct thread.
    pub const DIRECT: Duration = Duration::from_mins(30);
    /// 5 minutes without a sign of life.
    pub const IDLE: Duration = Duration::from_mins(5);

    /// The total deadline of a turn; direct threads may take longer.
    pub fn total(&self, direct: bool) -> Duration {
        if direct {
            self.direct_deadline.unwrap_or(Self::DIRECT)
        } else {
            self.mention_deadline.unwrap_or(Self::MENTION)
        }
    }

    /// The idle deadline.
    pub fn idle(&self) -> Duration {
        self.idle.unwrap_or(Self::IDLE)
    }
}
