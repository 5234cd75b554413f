//! Which login the Gemini CLI would find here: an API key of the server's environment, or Google's login that an
//! enterprise seat has. Owns telling them apart by looking; never starts the program, never keeps or returns a secret.
//!
//! The program must not be asked: it has no command for that, so `gemini auth status` would go to the model as a
//! question, and a plain `gemini` may open a browser.

use std::{ffi::OsStr, path::Path};

use serde::Deserialize;
use switchboard_model::outcome::{Failure, OutcomeCode};

use crate::homes::read_bounded;

/// The variable with the key.
pub const KEY: &str = "GEMINI_API_KEY";

/// The file with Google's login, in the person's `.gemini`.
pub const CREDENTIALS: &str = "oauth_creds.json";

/// Beside it: whose login it is.
pub const ACCOUNTS: &str = "google_accounts.json";

/// How to sign in, wherever that is the remedy.
pub const SIGN_IN: &str = "give the server an API key: set GEMINI_API_KEY and start it again; or, with an enterprise seat \
                           of Gemini Code Assist, start `gemini` once and sign in. Google switched consumer logins off in \
                           June 2026: consumer plans live in another, closed program";

/// A login file is a few kilobytes; more is not one.
const LIMIT: u64 = 1024 * 1024;

/// What login there is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Login {
    /// An API key, billed to whose it is.
    Key,
    /// Google's login, which works for enterprise seats only.
    Google {
        /// Whose, if that is known.
        email: Option<String>,
    },
    /// None, or one that cannot be read; the text says which.
    Missing(&'static str),
}

impl Login {
    /// The account in words, or the failure that says how to sign in.
    pub fn account(&self) -> Result<String, Failure> {
        match self {
            Self::Key => Ok("API key of the server's environment".into()),
            Self::Google { email } => {
                let email = email.as_deref().unwrap_or("Google login");
                Ok(format!("{email} (enterprise seats only)"))
            }
            Self::Missing(why) => Err(Failure::new(
                OutcomeCode::NotSignedIn,
                "the Gemini CLI has neither an API key nor a login",
            )
            .hint(SIGN_IN)
            .detail(*why)),
        }
    }
}

/// Reads the login: `key` is the value of [`KEY`], `folder` the person's `.gemini`. Truth is only known upstream: either
/// may be refused there, which the turn then reports.
pub fn read(key: Option<&OsStr>, folder: &Path) -> Login {
    if key.is_some_and(|key| !key.to_string_lossy().trim().is_empty()) {
        return Login::Key;
    }
    match read_bounded(&folder.join(CREDENTIALS), LIMIT) {
        Ok(text) => google(&text, folder),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Login::Missing("GEMINI_API_KEY is not set, and there is no ~/.gemini/oauth_creds.json")
        }
        Err(_) => Login::Missing("~/.gemini/oauth_creds.json cannot be read"),
    }
}

fn google(text: &str, folder: &Path) -> Login {
    #[derive(Deserialize, Default)]
    #[serde(default)]
    struct Credentials {
        refresh_token: String,
        access_token: String,
    }
    #[derive(Deserialize)]
    struct Accounts {
        active: Option<String>,
    }
    let Ok(credentials) = serde_json::from_str::<Credentials>(text) else {
        return Login::Missing("~/.gemini/oauth_creds.json is not valid");
    };
    if credentials.refresh_token.is_empty() && credentials.access_token.is_empty() {
        return Login::Missing("~/.gemini/oauth_creds.json holds no login");
    }
    let accounts = read_bounded(&folder.join(ACCOUNTS), LIMIT).unwrap_or_default();
    let accounts = serde_json::from_str::<Accounts>(&accounts).ok();
    Login::Google {
        email: accounts.and_then(|accounts| accounts.active),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::fs;

    use super::*;

    #[test]
    fn a_key_comes_first_and_googles_login_counts_if_it_holds_a_token() {
        let folder = tempfile::tempdir().unwrap();
        let read = |key: Option<&str>| read(key.map(OsStr::new), folder.path());
        assert_eq!(read(Some("k")), Login::Key);
        assert!(matches!(read(None), Login::Missing(_)));
        assert!(matches!(read(Some(" ")), Login::Missing(_)));
        for (text, found) in [
            (r#"{"refresh_token":"r"}"#, true),
            (r#"{"access_token":"a","expiry_date":1}"#, true),
            ("{}", false),
            ("torn", false),
        ] {
            fs::write(folder.path().join(CREDENTIALS), text).unwrap();
            assert_eq!(matches!(read(None), Login::Google { .. }), found, "{text}");
        }
        fs::write(folder.path().join(CREDENTIALS), r#"{"refresh_token":"r"}"#).unwrap();
        fs::write(
            folder.path().join(ACCOUNTS),
            r#"{"active":"m@example.org","old":[]}"#,
        )
        .unwrap();
        assert_eq!(
            read(None).account().unwrap(),
            "m@example.org (enterprise seats only)"
        );
        assert_eq!(read(Some("k")), Login::Key);
    }

    #[test]
    fn the_remedy_names_a_key_or_a_seat_and_no_command_that_would_ask_the_model() {
        let failure = Login::Missing("x").account().unwrap_err();
        assert_eq!(failure.code, OutcomeCode::NotSignedIn);
        for words in ["GEMINI_API_KEY", "enterprise seat", "June 2026", "closed"] {
            assert!(failure.hint.contains(words), "{words}");
        }
        assert!(!failure.hint.contains("auth"), "{}", failure.hint);
    }
}
