//! Whose home an assistant's program runs in. Owns who may have it run in their own and when; never knows where one is,
//! or what lies in it.

use serde::{Deserialize, Serialize};

/// Whose home a program runs in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Home {
    /// Ours: private, with the owner's login and nothing else of theirs. Required wherever others' text reaches the
    /// model.
    #[default]
    House,
    /// That of whoever the server runs as, with their instructions, rules, tools and history.
    Own,
}

impl Home {
    /// The name in SQL and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::House => "house",
            Self::Own => "own",
        }
    }

    /// What the sessions of a backend that live in it are filed under.
    pub fn of_sessions(self, backend: &str) -> String {
        format!("{backend}/{}", self.as_str())
    }

    /// The home that a backend's sessions are filed under by this name.
    pub fn named(name: &str, backend: &str) -> Option<Self> {
        let (of, home) = name.rsplit_once('/')?;
        let mut homes = [Self::House, Self::Own].into_iter();
        homes.find(|known| of == backend && known.as_str() == home)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sessions_are_found_by_the_name_that_they_are_filed_under() {
        for home in [Home::House, Home::Own] {
            let name = home.of_sessions("codex");
            assert_eq!(Home::named(&name, "codex"), Some(home));
            assert_eq!(Home::named(&name, "other"), None);
        }
        for other in ["codex/", "codex", "own", "codex/elsewhere"] {
            assert_eq!(Home::named(other, "codex"), None, "{other}");
        }
    }
}
