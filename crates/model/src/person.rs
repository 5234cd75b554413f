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
    /// Whether somebody invited them and they never signed in.
    pub invited: bool,
    /// When they joined.
    pub created_at: Millis,
}

impl Person {
    /// Whether they look after the workspace.
    pub fn is_admin(&self) -> bool {
        self.role == Role::Admin
    }
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

/// A handle made from a name, which may be almost anything: what is left of it in plain letters.
pub fn handle_from(name: &str) -> Option<String> {
    let plain: String = name
        .to_lowercase()
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || c == '_' {
                c
            } else {
                '-'
            }
        })
        .skip_while(|c| !c.is_ascii_alphabetic())
        .take(32)
        .collect();
    handle(plain.trim_end_matches('-')).ok()
}

/// The longest name, in characters.
pub const NAME_LIMIT: usize = 80;

/// A text that cannot be a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a name has 1 to {NAME_LIMIT} characters")]
pub struct InvalidName;

/// A name as shown, on one line. Characters that nobody sees, or that turn the text around them, are
/// left out: a name must not be able to look like another one's.
pub fn name(text: &str) -> Result<String, InvalidName> {
    let seen: String = text
        .split_whitespace()
        .map(|word| word.chars().filter(|c| !is_unseen(*c)).collect::<String>())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ");
    let says_something = seen.chars().any(|c| !is_joiner(c));
    if says_something && seen.chars().count() <= NAME_LIMIT {
        Ok(seen)
    } else {
        Err(InvalidName)
    }
}

/// Controls, and the marks that direct text or take no room.
fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{FEFF}'
            | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}')
}

/// Marks that some languages, and some emoji, cannot be written without.
fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200C}' | '\u{200D}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_gives_a_handle_if_anything_plain_is_left_of_it() {
        for (name, expected) in [
            ("mara", Some("mara")),
            ("Mara.Lind", Some("mara-lind")),
            (r"CORP\mara", Some("corp-mara")),
            ("42mara", Some("mara")),
            ("_apt", Some("apt")),
            ("", None),
            ("x", None),
            ("马拉", None),
            (&"m".repeat(80), Some(&*"m".repeat(32))),
        ] {
            assert_eq!(handle_from(name).as_deref(), expected, "{name}");
        }
    }

    #[test]
    fn names_are_one_line_and_hide_nothing() {
        for (given, expected) in [
            ("  Mara   Lind ", Ok("Mara Lind")),
            ("Zoë\n日本", Ok("Zoë 日本")),
            ("Mara\u{202E}dniL", Ok("MaradniL")),
            ("<b>Mara</b>", Ok("<b>Mara</b>")),
            ("a\0b\u{200B}", Ok("ab")),
            (" \u{200B} ", Err(InvalidName)),
            ("\u{200D}", Err(InvalidName)),
            ("", Err(InvalidName)),
        ] {
            assert_eq!(
                name(given).as_deref(),
                expected.as_ref().copied(),
                "{given:?}"
            );
        }
        assert!(name(&"é".repeat(NAME_LIMIT)).is_ok());
        assert_eq!(name(&"é".repeat(NAME_LIMIT + 1)), Err(InvalidName));
    }

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
