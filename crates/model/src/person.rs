//! People: who writes, who decides, and what their role allows. Never holds a secret.

use crate::{clock::Millis, ids::PersonId};

/// What a person may do in the workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Invites people, opens assistants to others, reads the audit.
    Admin,
    /// Writes in threads and uses what was opened to them.
    Member,
}

impl Role {
    /// The name in SQL and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Member => "member",
        }
    }

    /// The role of that name.
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "admin" => Some(Self::Admin),
            "member" => Some(Self::Member),
            _ => None,
        }
    }
}

/// A human who signs in, or in whose name a token acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Who.
    pub id: PersonId,
    /// The name after the `@`: lower case, unique across people and assistants.
    pub handle: String,
    /// The name as shown.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// When they joined.
    pub created_at: Millis,
}

/// The author of a message, as much as a reader needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author {
    /// A person's id, or an assistant's.
    pub id: PersonId,
    /// Without the `@`.
    pub handle: String,
    /// As shown.
    pub name: String,
}

/// A name that cannot be a handle, with the rule it breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a handle has 2 to 32 lower-case letters, digits, '-' or '_', and starts with a letter")]
pub struct InvalidHandle;

/// Checks and lower-cases a handle. Scoped handles (`vendor/slug`) have two such parts.
pub fn handle(text: &str) -> Result<String, InvalidHandle> {
    let text = text.trim().trim_start_matches('@').to_lowercase();
    let part = |p: &str| {
        (2..=32).contains(&p.len())
            && p.starts_with(|c: char| c.is_ascii_lowercase())
            && p.chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_')
    };
    let fits = match text.split_once('/') {
        Some((vendor, slug)) => part(vendor) && part(slug),
        None => part(&text),
    };
    if fits { Ok(text) } else { Err(InvalidHandle) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handles_are_folded_and_checked() {
        for (given, expected) in [
            ("@Mara", Ok("mara".to_owned())),
            ("acme/ledger", Ok("acme/ledger".to_owned())),
            ("x", Err(InvalidHandle)),
            ("9lives", Err(InvalidHandle)),
            ("a b", Err(InvalidHandle)),
            ("a/b/c", Err(InvalidHandle)),
            ("", Err(InvalidHandle)),
        ] {
            assert_eq!(handle(given), expected, "{given:?}");
        }
    }
}
