//! What the doctor found, on the wire; also what whoever checks hands to this crate.

use serde::Serialize;
use utoipa::ToSchema;

/// Everything that was checked.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Doctor {
    /// Whether nothing failed: everything that is switched on can do its work.
    pub ok: bool,
    /// When this was so.
    pub checked_at: i64,
    /// In the order checked, those of a group together.
    pub checks: Vec<Check>,
    /// All settings, each with where its value comes from. Empty for members.
    pub settings: Vec<Setting>,
}

impl Doctor {
    /// A report of these checks, well if none of them failed.
    pub fn new(checked_at: i64, checks: Vec<Check>, settings: Vec<Setting>) -> Self {
        let ok = checks.iter().all(|check| check.state != CheckState::Failed);
        Self {
            ok,
            checked_at,
            checks,
            settings,
        }
    }
}

/// One thing that was checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Check {
    /// Its stable name: `codex.login`. Several checks have the same where there are several of a kind.
    pub code: String,
    /// What it belongs to.
    pub group: CheckGroup,
    /// How it came out.
    pub state: CheckState,
    /// What was looked at.
    pub title: String,
    /// What was found.
    pub said: String,
    /// What to do about it.
    pub fix: Option<String>,
    /// The code with which a turn fails for this reason, if there is one.
    pub outcome: Option<String>,
    /// The handle of the assistant that this is about, if it is about one.
    pub assistant: Option<String>,
}

/// What a check belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CheckGroup {
    /// The server, its settings and its machine.
    Server,
    /// Where everything is kept.
    Storage,
    /// Who can get in.
    People,
    /// The assistants and their programs.
    Assistants,
    /// What happened lately.
    Turns,
}

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CheckState {
    /// As it should be.
    Ok,
    /// Worth knowing; everything works nevertheless.
    Warning,
    /// Something that is switched on cannot do its work.
    Failed,
    /// Not there, and nothing here needs it.
    Off,
}

/// One setting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Setting {
    /// As in `config.toml`, with dots.
    pub name: String,
    /// Its value, never a secret; null where there is none.
    pub value: Option<String>,
    /// `default`, a flag, a variable or a file.
    pub origin: String,
}
