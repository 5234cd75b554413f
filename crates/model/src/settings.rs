//! How an assistant is to work in a thread: on which model, how hard, and what it may touch. Owns the choices and what
//! they start from; never knows which of them a backend can meet.

use serde::{Deserialize, Serialize};

use crate::home::Home;

/// What a turn may touch.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    /// Reads, and asks before every command.
    #[default]
    ReadOnly,
    /// Writes in its working folder, and asks before it leaves it.
    Standard,
    /// Everything that the server's user may do, unasked.
    Full,
}

impl Permission {
    /// The name in SQL and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ReadOnly => "read_only",
            Self::Standard => "standard",
            Self::Full => "full",
        }
    }
}

/// What the commands of a turn could reach. Web searches and MCP servers go their own ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Network {
    /// Nothing.
    Off,
    /// Nothing unless somebody approved it.
    Asks,
    /// Everything that the server's machine can.
    On,
}

/// A thread's choices for the turns to come.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ThreadSettings {
    /// The backend that the model belongs to.
    pub backend: Option<String>,
    /// The model; without one, the backend's default.
    pub model: Option<String>,
    /// How hard it thinks, one of the model's own levels.
    pub effort: Option<String>,
    /// Whether to ask for the model's faster tier.
    pub fast: bool,
    /// What turns may touch.
    pub permission: Permission,
    /// Where they work, an absolute path; without one, in a private empty folder.
    pub folder: Option<String>,
    /// Whose home its program works in, as far as that may be.
    pub home: Home,
    /// Whether it plans first and does nothing yet.
    pub plan: bool,
    /// Whether the page shows what it thinks.
    pub show_reasoning: bool,
}

impl ThreadSettings {
    /// What a new thread begins with.
    pub fn initial() -> Self {
        Self {
            show_reasoning: true,
            ..Self::default()
        }
    }
}

/// Some of a thread's choices to change; `None` leaves one as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SettingsPatch {
    /// See [`ThreadSettings::backend`]; `Some(None)` takes it back.
    pub backend: Option<Option<String>>,
    /// See [`ThreadSettings::model`].
    pub model: Option<Option<String>>,
    /// See [`ThreadSettings::effort`].
    pub effort: Option<Option<String>>,
    /// See [`ThreadSettings::fast`].
    pub fast: Option<bool>,
    /// See [`ThreadSettings::permission`].
    pub permission: Option<Permission>,
    /// See [`ThreadSettings::folder`].
    pub folder: Option<Option<String>>,
    /// See [`ThreadSettings::home`].
    pub home: Option<Home>,
    /// See [`ThreadSettings::plan`].
    pub plan: Option<bool>,
    /// See [`ThreadSettings::show_reasoning`].
    pub show_reasoning: Option<bool>,
}

impl SettingsPatch {
    /// Whether it changes nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Changes `settings`.
    pub fn apply(self, settings: &mut ThreadSettings) {
        fn set<T>(place: &mut T, new: Option<T>) {
            if let Some(new) = new {
                *place = new;
            }
        }
        set(&mut settings.backend, self.backend);
        set(&mut settings.model, self.model);
        set(&mut settings.effort, self.effort);
        set(&mut settings.fast, self.fast);
        set(&mut settings.permission, self.permission);
        set(&mut settings.folder, self.folder);
        set(&mut settings.home, self.home);
        set(&mut settings.plan, self.plan);
        set(&mut settings.show_reasoning, self.show_reasoning);
    }
}

/// What a turn really ran with, as its backend found out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RanWith {
    /// The model.
    pub model: Option<String>,
    /// How hard it thought.
    pub effort: Option<String>,
    /// The tier of service, if not the usual one.
    pub tier: Option<String>,
    /// What it could touch.
    pub permission: Permission,
    /// Where it worked, if not in a private empty folder.
    pub folder: Option<String>,
    /// What its commands could reach, where its backend says.
    pub network: Option<Network>,
    /// Whose home it worked in.
    pub home: Home,
    /// Over which of its program's ways, where the program has several.
    pub over: Option<String>,
    /// What could not be met as chosen, and why: sentences without a full stop.
    pub notes: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patch_changes_what_it_names_and_can_take_a_choice_back() {
        let mut settings = ThreadSettings {
            model: Some("a".into()),
            effort: Some("high".into()),
            ..ThreadSettings::initial()
        };
        let patch = SettingsPatch {
            model: Some(None),
            permission: Some(Permission::Standard),
            ..SettingsPatch::default()
        };
        assert!(!patch.is_empty());
        patch.apply(&mut settings);
        assert_eq!(
            settings,
            ThreadSettings {
                effort: Some("high".into()),
                permission: Permission::Standard,
                show_reasoning: true,
                ..ThreadSettings::default()
            }
        );
    }

    #[test]
    fn settings_of_another_version_are_read_as_far_as_they_are_known() {
        let read: ThreadSettings =
            serde_json::from_str(r#"{"model":"a","sparkle":true}"#).unwrap_or_default();
        assert_eq!(read.model.as_deref(), Some("a"));
        assert_eq!(read.permission, Permission::ReadOnly);
    }
}
