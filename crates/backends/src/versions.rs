//! Which version a program is, remembered per file, so that an upgrade is noticed and asking costs nothing.

use std::{
    collections::HashMap,
    ffi::OsString,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::{Duration, SystemTime},
};

use crate::process::{Launcher, Spawn};

/// A `--version` that takes longer is not one. Node-based programs take a second on a slow machine.
const DEADLINE: Duration = Duration::from_secs(5);

/// A file as it is now: another program has another one.
pub type Stamp = (PathBuf, u64, Option<SystemTime>);

/// The stamp of a program; `None` if it is not there.
pub fn stamp(program: &Path) -> Option<Stamp> {
    let meta = std::fs::metadata(program).ok()?;
    Some((program.to_owned(), meta.len(), meta.modified().ok()))
}

/// The versions of the programs that were asked for theirs.
#[derive(Debug, Default)]
pub struct Versions(Mutex<HashMap<Stamp, String>>);

impl Versions {
    /// What the program says its version is: `0.169.0`.
    pub async fn of(
        &self,
        launcher: &Launcher,
        program: &Path,
        env: &[(OsString, OsString)],
    ) -> Option<String> {
        let stamp = stamp(program)?;
        if let Some(known) = self.lock().get(&stamp) {
            return Some(known.clone());
        }
        let mut spawn = Spawn::new(program, "/");
        spawn.args = vec!["--version".into()];
        spawn.env = env.to_vec();
        let ran = launcher.run(spawn, DEADLINE).await.ok()?;
        let text = String::from_utf8_lossy(&ran.stdout);
        let version = text.split_whitespace().last()?.to_owned();
        self.lock().insert(stamp, version.clone());
        Some(version)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Stamp, String>> {
        // Held for a lookup only; a panic cannot leave it half changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
