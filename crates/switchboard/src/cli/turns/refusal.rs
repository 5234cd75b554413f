//! Why a command about turns does nothing, in words for people and for programs.

use std::process::ExitCode;

use serde::{Deserialize, Serialize};
use switchboard_engine::folder::{BadId, Look, exit};
use switchboard_model::outcome::Failure;

use super::USAGE;

/// A command that was understood and refused.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Refusal {
    /// A stable name.
    pub code: String,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub hint: String,
    /// What the command exits with.
    pub exit: u8,
}

impl Refusal {
    /// What was given makes no sense.
    pub fn usage(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            code: "usage".to_owned(),
            message: message.into(),
            hint: hint.into(),
            exit: USAGE,
        }
    }

    /// It cannot be done now.
    pub fn failed(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            code: "failed".to_owned(),
            message: message.into(),
            hint: hint.into(),
            exit: exit::FAILED,
        }
    }

    /// There is no such turn, as a look at its folder found.
    pub fn missing(look: Look) -> Self {
        Self {
            code: "missing".to_owned(),
            exit: look.exit_code(),
            message: look.reason.unwrap_or_default(),
            hint: look.hint.unwrap_or_default(),
        }
    }

    /// Tells it, and gives what to exit with.
    pub fn tell(&self, json: bool) -> ExitCode {
        if json {
            println!("{}", serde_json::json!({ "error": self }));
        }
        eprintln!("error: {}", self.message);
        if self.exit == exit::LOGIN_NEEDED {
            eprint!("\n{LOGIN_GUIDE}");
        } else if !self.hint.is_empty() {
            eprintln!("{}", self.hint);
        }
        ExitCode::from(self.exit)
    }
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        Self {
            code: failure.code.as_str().to_owned(),
            message: match failure.detail {
                Some(detail) => format!("{} ({detail})", failure.message),
                None => failure.message,
            },
            hint: failure.hint,
            exit: exit::of_failure(failure.code).unwrap_or(exit::FAILED),
        }
    }
}

impl From<BadId> for Refusal {
    fn from(error: BadId) -> Self {
        Self::usage(error.to_string(), "")
    }
}

impl From<anyhow::Error> for Refusal {
    fn from(error: anyhow::Error) -> Self {
        Self::failed(format!("{error:#}"), "")
    }
}

const LOGIN_GUIDE: &str = "\
Turns run on a ChatGPT plan (Plus, Pro, Business, …) and on nothing else: no API key is ever used.

  1. Sign in once, in a terminal on this machine:   codex login
     Without a browser here, as over SSH:           codex login --device-auth
  2. Was Codex signed in with an API key before?    codex logout, then codex login
  3. Does Codex keep its login in the keyring?      put  cli_auth_credentials_store = \"file\"
     into ~/.codex/config.toml, then codex login
  4. Start the turn again. `switchboard doctor` shows who is signed in.
";
