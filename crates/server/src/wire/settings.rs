//! How assistants work in a thread, and what turns ran with and used, on the wire.

use serde::{Deserialize, Serialize};
use switchboard_model::{home, settings as model, usage};
use utoipa::ToSchema;

use super::{ToWire, named};

/// A thread's choices for the turns to come.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ThreadSettings {
    /// The backend that the model belongs to.
    pub backend: Option<String>,
    /// The model; null takes the backend's default.
    pub model: Option<String>,
    /// How hard it thinks, one of the model's own levels; null is high.
    pub effort: Option<String>,
    /// Whether to ask for the model's faster tier.
    pub fast: bool,
    /// What turns may touch.
    pub permission: Permission,
    /// Where they work; null is a private empty folder.
    pub folder: Option<String>,
    /// Whose home its program works in, as far as that may be.
    pub home: Home,
    /// Whether it plans first and does nothing yet.
    pub plan: bool,
    /// Whether the page shows what it thinks.
    pub show_reasoning: bool,
}

/// What turns may touch.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    /// It reads, and asks before every command.
    ReadOnly,
    /// It writes in its folder, and asks before it leaves it.
    Standard,
    /// Everything that the server's user may do, unasked.
    Full,
}

/// What the commands of a turn could reach. Web searches and MCP servers go their own ways.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Network {
    /// Nothing.
    Off,
    /// Nothing unless somebody approved it.
    Asks,
    /// Everything that the server's machine can.
    On,
}

/// Whose home a program works in.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Home {
    /// A private one, with the owner's login and nothing else of theirs.
    House,
    /// The own home of whoever the server runs as: for an admin whose login it is, in a thread with nobody else's words.
    Own,
}

/// Choices to change; what is left out stays.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SettingsPatch {
    /// See `ThreadSettings`; null takes it back.
    #[serde(deserialize_with = "named")]
    #[schema(value_type = Option<String>)]
    pub backend: Option<Option<String>>,
    /// See `ThreadSettings`; null takes it back.
    #[serde(deserialize_with = "named")]
    #[schema(value_type = Option<String>)]
    pub model: Option<Option<String>>,
    /// See `ThreadSettings`; null takes it back.
    #[serde(deserialize_with = "named")]
    #[schema(value_type = Option<String>)]
    pub effort: Option<Option<String>>,
    /// See `ThreadSettings`.
    pub fast: Option<bool>,
    /// See `ThreadSettings`.
    pub permission: Option<Permission>,
    /// See `ThreadSettings`; null takes it back.
    #[serde(deserialize_with = "named")]
    #[schema(value_type = Option<String>)]
    pub folder: Option<Option<String>>,
    /// See `ThreadSettings`.
    pub home: Option<Home>,
    /// See `ThreadSettings`.
    pub plan: Option<bool>,
    /// See `ThreadSettings`.
    pub show_reasoning: Option<bool>,
}

/// What a turn really ran with.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RanWith {
    /// The model.
    pub model: Option<String>,
    /// How hard it thought.
    pub effort: Option<String>,
    /// The tier of service, if not the usual one.
    pub tier: Option<String>,
    /// What it could touch.
    pub permission: Permission,
    /// Where it worked; null is a private folder.
    pub folder: Option<String>,
    /// What its commands could reach; null where its backend does not say.
    pub network: Option<Network>,
    /// Whose home its program worked in.
    pub home: Home,
    /// What could not be met as chosen, and why.
    pub notes: Vec<String>,
}

/// What a turn used of its model, in tokens.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct Usage {
    /// Given to the model.
    pub input: i64,
    /// Of these, how many it had kept from before.
    pub cached: i64,
    /// Said by the model, its thoughts included.
    pub output: i64,
    /// Of these, how many were thoughts.
    pub reasoning: i64,
    /// How full the conversation was at the end.
    pub context: i64,
    /// How much of it fits the model.
    pub window: Option<i64>,
}

impl ToWire for model::Permission {
    type Wire = Permission;

    fn to_wire(&self) -> Permission {
        match self {
            Self::ReadOnly => Permission::ReadOnly,
            Self::Standard => Permission::Standard,
            Self::Full => Permission::Full,
        }
    }
}

impl From<Permission> for model::Permission {
    fn from(permission: Permission) -> Self {
        match permission {
            Permission::ReadOnly => Self::ReadOnly,
            Permission::Standard => Self::Standard,
            Permission::Full => Self::Full,
        }
    }
}

impl ToWire for model::Network {
    type Wire = Network;

    fn to_wire(&self) -> Network {
        match self {
            Self::Off => Network::Off,
            Self::Asks => Network::Asks,
            Self::On => Network::On,
        }
    }
}

impl ToWire for home::Home {
    type Wire = Home;

    fn to_wire(&self) -> Home {
        match self {
            Self::House => Home::House,
            Self::Own => Home::Own,
        }
    }
}

impl From<Home> for home::Home {
    fn from(home: Home) -> Self {
        match home {
            Home::House => Self::House,
            Home::Own => Self::Own,
        }
    }
}

impl ToWire for model::ThreadSettings {
    type Wire = ThreadSettings;

    fn to_wire(&self) -> ThreadSettings {
        ThreadSettings {
            backend: self.backend.clone(),
            model: self.model.clone(),
            effort: self.effort.clone(),
            fast: self.fast,
            permission: self.permission.to_wire(),
            folder: self.folder.clone(),
            home: self.home.to_wire(),
            plan: self.plan,
            show_reasoning: self.show_reasoning,
        }
    }
}

impl From<SettingsPatch> for model::SettingsPatch {
    fn from(patch: SettingsPatch) -> Self {
        Self {
            backend: patch.backend,
            model: patch.model,
            effort: patch.effort,
            fast: patch.fast,
            permission: patch.permission.map(Into::into),
            folder: patch.folder,
            home: patch.home.map(Into::into),
            plan: patch.plan,
            show_reasoning: patch.show_reasoning,
        }
    }
}

impl ToWire for model::RanWith {
    type Wire = RanWith;

    fn to_wire(&self) -> RanWith {
        RanWith {
            model: self.model.clone(),
            effort: self.effort.clone(),
            tier: self.tier.clone(),
            permission: self.permission.to_wire(),
            folder: self.folder.clone(),
            network: self.network.as_ref().map(ToWire::to_wire),
            home: self.home.to_wire(),
            notes: self.notes.clone(),
        }
    }
}

impl ToWire for usage::Usage {
    type Wire = Usage;

    fn to_wire(&self) -> Usage {
        Usage {
            input: self.input,
            cached: self.cached,
            output: self.output,
            reasoning: self.reasoning,
            context: self.context,
            window: self.window,
        }
    }
}
