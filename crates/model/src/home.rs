//! Whose home an assistant's program runs in. Owns who may have it run in their own and when; never knows where one is,
//! or what lies in it.

use serde::{Deserialize, Serialize};

use crate::{ids::PersonId, person::Person};

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

/// Whose words, besides those of whoever asks, reach the model in a thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Strangers {
    /// Those of others, from now on.
    #[error("others can write in this thread")]
    Write,
    /// Those that others have written; a session remembers them.
    #[error("others have written in this thread")]
    Wrote,
    /// Those that others wrote in the thread that it is a fork of.
    #[error("others wrote some of what this thread carries over")]
    CameAlong,
}

/// Why a turn may not work in its person's own home.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotOwn {
    /// There is one own home on a machine: that of whoever's login it is.
    #[error("the own home is that of the assistant's owner")]
    NotTheirs,
    /// What lies in that home may run commands as the server's user.
    #[error("only an admin's turns may work in their own home")]
    NotAdmin,
    /// What lies in that home is for its owner's words alone.
    #[error(transparent)]
    Strangers(#[from] Strangers),
}

/// Whether this person's turns with an assistant of this owner may work in the own home, as long as nobody else's words
/// are in the thread.
pub fn may_be_own(person: &Person, owner: PersonId) -> Result<(), NotOwn> {
    if person.id != owner {
        Err(NotOwn::NotTheirs)
    } else if !person.is_admin() {
        Err(NotOwn::NotAdmin)
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        clock::{FakeChance, FakeClock, Millis},
        ids::IdSource,
        person::Role,
    };

    #[test]
    fn the_own_home_is_for_an_admin_whose_login_it_is() {
        let ids = IdSource::new(
            std::sync::Arc::new(FakeClock::at(Millis(0))),
            std::sync::Arc::new(FakeChance::seeded(1)),
        );
        let (mara, other): (PersonId, PersonId) = (ids.make(), ids.make());
        for (role, owner, expected) in [
            (Role::Admin, mara, Ok(())),
            (Role::Member, mara, Err(NotOwn::NotAdmin)),
            (Role::Admin, other, Err(NotOwn::NotTheirs)),
            (Role::Member, other, Err(NotOwn::NotTheirs)),
        ] {
            let person = Person {
                id: mara,
                handle: "mara".into(),
                name: "Mara".into(),
                role,
                invited: false,
                created_at: Millis(0),
            };
            assert_eq!(may_be_own(&person, owner), expected, "{role:?}");
        }
    }

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
