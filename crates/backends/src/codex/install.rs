//! The Codex program on this machine: where it is, and how to get it there. Looked for at every turn, so that an
//! install while the server runs is noticed.

use std::path::{Path, PathBuf};

use switchboard_model::outcome::Failure;

use crate::{codex::native::native_codex, process::Finder, turns::Program};

/// The versions that the tests have seen working.
pub const TESTED: &str = "0.169.0";

/// How to install it: the three ways its makers name.
const INSTALL: &str = "install the Codex CLI: `npm install -g @openai/codex`, `brew install codex`, or \
                           `bun install -g @openai/codex`; it is found at the next mention, no restart needed";

/// The program, in the words of its failures.
pub const CODEX: Program = Program {
    title: "the Codex CLI",
    command: "codex",
    install: INSTALL,
    home_variable: "CODEX_HOME",
    setting: "providers.chatgpt.program",
};

/// Where the native program is, behind any wrapper. `named` is a path given by configuration.
pub async fn find(finder: &Finder, named: Option<&Path>) -> Result<PathBuf, Failure> {
    let found = CODEX.find(finder, named).await?;
    Ok(native_codex(&found))
}

/// That it is not on this machine, and how to get it.
pub fn missing() -> Failure {
    CODEX.not_installed()
}
