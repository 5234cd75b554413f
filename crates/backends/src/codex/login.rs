//! Which login a Codex home holds, read from its `auth.json` as Codex 0.169 writes it. Owns telling a
//! plan from an API key; never keeps, logs or returns a token.

use std::path::Path;

use base64::Engine as _;
use serde::Deserialize;
use switchboard_engine::backend::LoginFile;
use switchboard_model::outcome::{Failure, OutcomeCode};

use super::errors;
use crate::homes::read_bounded;

/// What a home's login is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Login {
    /// Signed in with a ChatGPT plan.
    Plan {
        /// `plus`, `pro`, `team`, … as the token says.
        plan: Option<String>,
        /// The account's e-mail address, as the token says.
        email: Option<String>,
    },
    /// Signed in with an API key.
    ApiKey,
    /// No login, or one that cannot be read; the text says which.
    Missing(&'static str),
}

impl Login {
    /// The account in words if it is a plan, else the failure that says how to sign in.
    pub fn plan(self, home: &Path) -> Result<String, Failure> {
        match self {
            Self::Plan { plan, email } => Ok(Plan { plan, email }.words()),
            Self::ApiKey => Err(Failure::new(
                OutcomeCode::ApiKeyLogin,
                "the Codex CLI is signed in with an API key, which would be billed per token",
            )
            .hint(
                "sign out in Settings > Models and sign in with ChatGPT there, or run `codex logout`, then \
                 `codex login`",
            )),
            Self::Missing(why) => Err(Failure::new(
                OutcomeCode::NotSignedIn,
                "the Codex CLI is not signed in",
            )
            .hint(match why {
                IN_KEYRING => SIGN_IN_TO_FILE,
                _ => errors::SIGN_IN,
            })
            .detail(format!("{why} in {}", home.display()))),
        }
    }
}

/// A ChatGPT plan that a home is signed in with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// `plus`, `pro`, `team`, … as the token says.
    pub plan: Option<String>,
    /// The account's e-mail address, as the token says.
    pub email: Option<String>,
}

impl Plan {
    /// The account in words.
    pub fn words(&self) -> String {
        match (&self.plan, &self.email) {
            (Some(plan), Some(email)) => format!("{email}, ChatGPT {plan}"),
            (Some(plan), None) => format!("ChatGPT {plan}"),
            (None, Some(email)) => email.clone(),
            (None, None) => "a ChatGPT plan".into(),
        }
    }
}

/// The plan that the Codex home `home` is signed in with, or the failure that says how to sign in. Looks at files only.
pub fn on_plan(home: &Path) -> Result<Plan, Failure> {
    match read(home) {
        Login::Plan { plan, email } => Ok(Plan { plan, email }),
        other => Err(other
            .plan(home)
            .err()
            .unwrap_or_else(|| Failure::new(OutcomeCode::NotSignedIn, "no login"))),
    }
}

/// What is said of a home whose program keeps its logins where no file of it is.
const IN_KEYRING: &str =
    "Codex is set to keep its login in the system's keyring, and there is no auth.json";

/// The remedy for that: a plain `codex login` would put it there again.
const SIGN_IN_TO_FILE: &str = "sign in with ChatGPT in Settings > Models, or run \
                               `codex -c cli_auth_credentials_store=file login`";

/// A login file is a few kilobytes; more is not one.
const LIMIT: u64 = 1024 * 1024;

#[derive(Deserialize, Default)]
struct AuthFile {
    auth_mode: Option<String>,
    #[serde(rename = "OPENAI_API_KEY")]
    api_key: Option<String>,
    tokens: Option<Tokens>,
}

#[derive(Deserialize, Default)]
struct Tokens {
    #[serde(default)]
    id_token: String,
    #[serde(default)]
    access_token: String,
}

#[derive(Deserialize, Default)]
struct Claims {
    email: Option<String>,
    #[serde(rename = "https://api.openai.com/profile", default)]
    profile: Profile,
    #[serde(rename = "https://api.openai.com/auth", default)]
    auth: AuthClaims,
}

#[derive(Deserialize, Default)]
struct Profile {
    email: Option<String>,
}

#[derive(Deserialize, Default)]
struct AuthClaims {
    chatgpt_plan_type: Option<String>,
}

/// The file that holds the login of the Codex home `home`.
pub fn file(home: &Path) -> LoginFile {
    LoginFile::now(home.join("auth.json"))
}

/// Reads the login of the Codex home `home`. Truth is only known upstream: a plan's token may be
/// refused there, which the turn then reports.
pub fn read(home: &Path) -> Login {
    match read_bounded(&home.join("auth.json"), LIMIT) {
        Ok(text) => parse(&text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Login::Missing(if keeps_in_keyring(home) {
                IN_KEYRING
            } else {
                "there is no auth.json"
            })
        }
        Err(_) => Login::Missing("auth.json cannot be read"),
    }
}

fn keeps_in_keyring(home: &Path) -> bool {
    let config = read_bounded(&home.join("config.toml"), LIMIT).unwrap_or_default();
    let config: toml::Table = config.parse().unwrap_or_default();
    let store = config.get("cli_auth_credentials_store");
    store
        .and_then(toml::Value::as_str)
        .is_some_and(|store| store == "keyring" || store == "auto")
}

fn parse(text: &str) -> Login {
    let Ok(file) = serde_json::from_str::<AuthFile>(text) else {
        return Login::Missing("auth.json is not valid");
    };
    let has_key = file.api_key.is_some_and(|key| !key.trim().is_empty());
    let tokens = file.tokens.filter(|tokens| !tokens.access_token.is_empty());
    let mode = file.auth_mode.as_deref();
    // Codex prefers a stored key when no mode is named, so a file with both is an API-key login.
    if matches!(mode, Some("apikey" | "api_key" | "ApiKey"))
        || has_key && (mode.is_none() || tokens.is_none())
    {
        return Login::ApiKey;
    }
    match tokens {
        Some(tokens) => {
            let id = claims(&tokens.id_token);
            let access = claims(&tokens.access_token);
            Login::Plan {
                plan: id.auth.chatgpt_plan_type.or(access.auth.chatgpt_plan_type),
                email: id.email.or(id.profile.email).or(access.profile.email),
            }
        }
        None => Login::Missing("auth.json holds no login"),
    }
}

/// The claims of a token, for display only: nothing is verified here.
fn claims(jwt: &str) -> Claims {
    let payload = jwt.split('.').nth(1).unwrap_or_default();
    base64::engine::general_purpose::URL_SAFE_NO_PAD
        .decode(payload.trim_end_matches('='))
        .ok()
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jwt(claims: &str) -> String {
        format!(
            "h.{}.s",
            base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(claims)
        )
    }

    #[test]
    fn the_kinds_of_login_are_told_apart() {
        let id = jwt(
            r#"{"email":"m@example.org","https://api.openai.com/auth":{"chatgpt_plan_type":"pro"}}"#,
        );
        let plan = Login::Plan {
            plan: Some("pro".into()),
            email: Some("m@example.org".into()),
        };
        let tokens =
            format!(r#""tokens":{{"id_token":"{id}","access_token":"{id}","refresh_token":"r"}}"#);
        let rows = [
            (
                format!(r#"{{"auth_mode":"chatgpt","OPENAI_API_KEY":null,{tokens}}}"#),
                plan.clone(),
            ),
            (format!(r"{{{tokens}}}"), plan),
            (
                format!(r#"{{"OPENAI_API_KEY":"sk-x",{tokens}}}"#),
                Login::ApiKey,
            ),
            (
                r#"{"auth_mode":"apikey","OPENAI_API_KEY":"sk-x"}"#.into(),
                Login::ApiKey,
            ),
            (r#"{"OPENAI_API_KEY":"sk-x"}"#.into(), Login::ApiKey),
            ("{}".into(), Login::Missing("auth.json holds no login")),
            ("not json".into(), Login::Missing("auth.json is not valid")),
        ];
        for (text, expected) in rows {
            assert_eq!(parse(&text), expected, "{text}");
        }
    }

    /// What runs with a login goes on when its tokens are renewed, and gives way to somebody else's.
    #[test]
    fn a_login_is_the_same_while_only_its_tokens_change() {
        let login = |email: &str, issued_at: u32| {
            let token = jwt(&format!(r#"{{"email":"{email}","iat":{issued_at}}}"#));
            parse(&format!(
                r#"{{"auth_mode":"chatgpt","tokens":{{"id_token":"{token}","access_token":"{token}",
                "refresh_token":"r{issued_at}"}},"last_refresh":"2026-01-01T00:00:{issued_at}Z"}}"#
            ))
        };
        assert_eq!(login("m@example.org", 10), login("m@example.org", 20));
        assert_ne!(login("m@example.org", 10), login("n@example.org", 10));
    }

    #[test]
    fn a_login_in_a_keyring_is_told_from_none() {
        let home = tempfile::tempdir().unwrap();
        for (config, why) in [
            ("cli_auth_credentials_store = \"keyring\"", IN_KEYRING),
            ("cli_auth_credentials_store = \"auto\"", IN_KEYRING),
            (
                "cli_auth_credentials_store = \"file\"",
                "there is no auth.json",
            ),
            ("not = = toml", "there is no auth.json"),
        ] {
            std::fs::write(home.path().join("config.toml"), config).unwrap();
            assert_eq!(read(home.path()), Login::Missing(why), "{config}");
        }
    }

    #[test]
    fn a_home_without_a_login_file_has_none() {
        assert_eq!(
            read(Path::new("/nonexistent")),
            Login::Missing("there is no auth.json")
        );
    }
}
