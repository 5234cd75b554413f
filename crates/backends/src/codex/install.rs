//! The Codex program on this machine: where it is and which version. Looked for at every turn, so
//! that an install while the server runs is noticed; the version is remembered per file.

use std::{
    collections::HashMap,
    ffi::OsString,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::{Duration, SystemTime},
};

use switchboard_model::outcome::{Failure, OutcomeCode};

use crate::process::{Finder, Launcher, Spawn, find};

/// The versions that the tests have seen working.
pub const TESTED: &str = "0.169.0";

/// A `--version` that takes longer is not one.
const VERSION_DEADLINE: Duration = Duration::from_secs(5);

/// How to install it: the three ways its makers name.
pub const INSTALL: &str = "install the Codex CLI: `npm install -g @openai/codex`, `brew install codex`, or \
                           `bun install -g @openai/codex`; it is found at the next mention, no restart needed";

type Stamp = (PathBuf, u64, Option<SystemTime>);

/// Finds the program and remembers its version.
#[derive(Debug, Default)]
pub struct Install {
    versions: Mutex<HashMap<Stamp, String>>,
}

/// Where the native program is, behind any wrapper. `named` is a path given by configuration.
pub async fn find(finder: &Finder, named: Option<&Path>) -> Result<PathBuf, Failure> {
    let found = match named {
        Some(named) if find::is_executable(named) => Some(named.to_owned()),
        Some(named) => return Err(not_there(named)),
        None => finder.find("codex").await,
    };
    found
        .map(|found| find::native_codex(&found))
        .ok_or_else(|| {
            Failure::new(
                OutcomeCode::NotInstalled,
                "the Codex CLI (codex) was not found on this machine",
            )
            .hint(INSTALL)
        })
}

/// Configuration outranks everything, so nothing else is taken in its place.
fn not_there(named: &Path) -> Failure {
    Failure::new(
        OutcomeCode::NotInstalled,
        format!(
            "the Codex CLI named by the configuration, {}, is not a program",
            named.display()
        ),
    )
    .hint("correct providers.chatgpt.program, or remove it to have the program searched for")
}

impl Install {
    /// What the program says its version is: `0.169.0`.
    pub async fn version(
        &self,
        launcher: &Launcher,
        program: &Path,
        env: &[(OsString, OsString)],
    ) -> Option<String> {
        let meta = std::fs::metadata(program).ok()?;
        let stamp = (program.to_owned(), meta.len(), meta.modified().ok());
        if let Some(known) = self
            .versions
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&stamp)
        {
            return Some(known.clone());
        }
        let mut spawn = Spawn::new(program, "/");
        spawn.args = vec!["--version".into()];
        spawn.env = env.to_vec();
        let ran = launcher.run(spawn, VERSION_DEADLINE).await.ok()?;
        let text = String::from_utf8_lossy(&ran.stdout);
        let version = text.split_whitespace().last()?.to_owned();
        self.versions
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(stamp, version.clone());
        Some(version)
    }
}
