//! Sessions that another program has: which program that is, and waiting until it lets go. Reads only; never ends what it finds.

use std::{
    fs,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    time::Duration,
};

use switchboard_engine::{TurnIo, backend::BackendError};
use switchboard_model::outcome::{Failure, OutcomeCode};
use tokio::time::{Instant, sleep};

/// How often to try, at first and later.
const SOON: Duration = Duration::from_millis(100);
const LATER: Duration = Duration::from_secs(1);

/// A turn's wait for its session.
pub(super) struct Wait<'t> {
    io: &'t TurnIo,
    /// The Codex home that the session lives in.
    home: PathBuf,
    session: String,
    since: Instant,
    patience: Duration,
    /// What was said of it last, if it waits.
    told: Option<String>,
}

impl<'t> Wait<'t> {
    /// One that has not begun.
    pub(super) fn new(io: &'t TurnIo, home: PathBuf, session: &str, patience: Duration) -> Self {
        Self {
            io,
            home,
            session: session.to_owned(),
            since: Instant::now(),
            patience,
            told: None,
        }
    }

    /// Another program has it: says which, and returns when it is time to try again; or why not to.
    pub(super) async fn again(&mut self) -> Result<(), BackendError> {
        let who = holder(&self.home, &self.session);
        let who = who.unwrap_or_else(|| "another program".to_owned());
        if self.since.elapsed() >= self.patience {
            return Err(self.in_vain(&who));
        }
        let words = format!("{who} works in its thread of Codex's");
        if self.told.as_ref() != Some(&words) {
            let told = self.io.waits(Some(words.clone())).await;
            told.map_err(|_| BackendError::Interrupted)?;
            self.told = Some(words);
        }
        let waited = self.since.elapsed();
        let pause = if waited < LATER { SOON } else { LATER };
        tokio::select! {
            () = sleep(pause.min(self.patience.saturating_sub(waited))) => Ok(()),
            _ = self.io.stopping() => Err(BackendError::Interrupted),
        }
    }

    /// The turn has it, or something else is wrong.
    pub(super) async fn over(&mut self) -> Result<(), BackendError> {
        if self.told.take().is_none() {
            return Ok(());
        }
        let told = self.io.waits(None).await;
        told.map_err(|_| BackendError::Interrupted)
    }

    fn in_vain(&self, who: &str) -> BackendError {
        let failure = Failure::new(
            OutcomeCode::SessionInUse,
            format!(
                "{who} works in Codex's session of this thread, and did not let go of it within {} s",
                self.patience.as_secs()
            ),
        );
        BackendError::Rejected(failure)
    }
}

/// Who has a session of this Codex home, in words; `None` if that cannot be told.
fn holder(home: &Path, session: &str) -> Option<String> {
    let lock = home
        .join("thread-writer-locks")
        .join(format!("{session}.lock"));
    let inode = fs::metadata(lock).ok()?.ino();
    let locks = fs::read_to_string("/proc/locks").ok()?;
    let pid = locks.lines().find_map(|line| locked(line, inode))?;
    let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    Some(format!("process {pid} ({})", command(&line)))
}

/// Whose lock a line of `/proc/locks` is, if it is on this file: `7: FLOCK  ADVISORY  WRITE 31487 fe:00:2384019 0 EOF`.
fn locked(line: &str, inode: u64) -> Option<u32> {
    let mut words = line.split_whitespace().skip(1);
    // What waits for a lock has an arrow here.
    if words.next()? != "FLOCK" {
        return None;
    }
    let pid = words.nth(2)?;
    let file = words.next()?;
    let (_, on) = file.rsplit_once(':')?;
    (on.parse() == Ok(inode)).then(|| pid.parse().ok())?
}

/// A program by its name and what it was told to be, as in `codex app-server`; nothing of what stands behind that, which may be anything.
fn command(line: &[u8]) -> String {
    let text = String::from_utf8_lossy(line);
    let mut words = text.split('\0');
    let name = words.next().and_then(|path| path.rsplit('/').next());
    let plain = |word: &&str| {
        !word.is_empty()
            && word
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'-')
    };
    let name = name.filter(plain).unwrap_or("a program");
    match words
        .next()
        .filter(plain)
        .filter(|word| !word.starts_with('-'))
    {
        Some(what) => format!("{name} {what}"),
        None => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_is_known_by_its_file_and_whoever_waits_for_it_has_none() {
        let held = "8: FLOCK  ADVISORY  WRITE 31487 fe:00:2384514 0 EOF";
        assert_eq!(locked(held, 2_384_514), Some(31_487));
        assert_eq!(locked(held, 384_514), None);
        for other in [
            "8: -> FLOCK  ADVISORY  WRITE 31487 fe:00:2384514 0 EOF",
            "8: POSIX  ADVISORY  WRITE 31487 fe:00:2384514 0 EOF",
            "8: FLOCK  ADVISORY",
            "",
        ] {
            assert_eq!(locked(other, 2_384_514), None, "{other}");
        }
    }

    #[test]
    fn a_program_is_called_by_its_name_and_its_command_only() {
        for (line, words) in [
            ("/opt/bin/codex\0app-server\0--listen\0", "codex app-server"),
            ("codex\0", "codex"),
            ("codex\0--model\0secret\0", "codex"),
            ("codex\0do \x1b[2J this\0", "codex"),
            ("\x1b]0;\0exec\0", "a program exec"),
            ("", "a program"),
        ] {
            assert_eq!(command(line.as_bytes()), words, "{line:?}");
        }
    }
}
