//! A turn over one outside program that says what it does line by line. Owns the order in which its words, its end and a
//! wish to stop are heard, and the failures that any such program can have; knows no program's language.

use std::{
    ffi::OsString,
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use switchboard_engine::{
    TurnIo,
    backend::{BackendError, SessionRef, Stop},
    turn_io::LeaseLost,
};
use switchboard_model::{
    item::ItemEvent,
    outcome::{Failure, OutcomeCode},
    settings::RanWith,
    usage::Usage,
};
use tokio::time::{Instant, sleep_until};

use crate::process::{self, Child, ExitStatus, Finder, Frame, Launcher, Spawn, SpawnError, find};

/// A program that says so many lines that are not its protocol is not the one it is taken for.
const NONSENSE: u32 = 1_000;

/// When all its processes are gone, what it said is still in the pipe; a stranger may hold that open.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// A program, in the words of its failures.
#[derive(Debug, Clone, Copy)]
pub struct Program {
    /// As in "the Codex CLI was not found".
    pub title: &'static str,
    /// What people type: `codex`.
    pub command: &'static str,
    /// How to install it.
    pub install: &'static str,
    /// The variable that names its home.
    pub home_variable: &'static str,
    /// The setting that names its file.
    pub setting: &'static str,
}

/// What a line of output amounts to.
#[derive(Debug)]
pub enum Said {
    /// These things happened; often none.
    Items(Vec<ItemEvent>),
    /// Its conversation has this name, and this is what it runs with.
    Began(SessionRef, RanWith),
    /// It used this so far, in all.
    Used(Usage),
    /// It is not what the program says.
    Nonsense,
    /// There is no point in listening on.
    Enough(Vec<ItemEvent>),
}

/// How a program's turn ended.
#[derive(Debug)]
pub struct Ended {
    /// How the program did.
    pub status: ExitStatus,
    /// What it last said on standard error, redacted.
    pub stderr: String,
    /// How many lines of its output were nonsense.
    nonsense: u32,
    /// It was told to stop, by us or by the runner.
    stopped: bool,
}

impl Program {
    /// Runs it for one turn: every line goes through `hear`, and what that finds is reported. Returns when nothing of it
    /// is left.
    pub async fn run(
        &self,
        launcher: &Launcher,
        spawn: Spawn,
        io: &TurnIo,
        mut hear: impl FnMut(&[u8]) -> Said + Send,
    ) -> Result<Ended, BackendError> {
        let started = launcher.spawn(spawn).await;
        let Child {
            mut stdout,
            stderr,
            mut tree,
            ..
        } = started.map_err(|error| self.not_started(error))?;
        let mut nonsense = 0;
        let mut hang_up: Option<Instant> = None;
        let stopped = loop {
            tokio::select! {
                // What was said counts, also when its end is known already.
                biased;
                how = io.stopping() => break Some(how),
                frame = stdout.next() => match frame {
                    None => break None,
                    Some(Frame::Line(line)) => {
                        io.raw(&line);
                        let said = hear(&line);
                        let enough = matches!(said, Said::Enough(_));
                        match said {
                            Said::Items(items) | Said::Enough(items) => {
                                if report(io, items).await.is_err() || enough {
                                    break Some(Stop::Now);
                                }
                            }
                            Said::Began(session, ran_with) => {
                                if began(io, session, ran_with).await.is_err() {
                                    break Some(Stop::Now);
                                }
                            }
                            Said::Used(usage) => {
                                if io.used(usage).await.is_err() {
                                    break Some(Stop::Now);
                                }
                            }
                            Said::Nonsense => nonsense += 1,
                        }
                    }
                    Some(Frame::Oversize { .. }) => nonsense += 1,
                    Some(Frame::TooMuchOutput { limit }) => {
                        tree.stop(process::Stop::Now);
                        tree.wait().await;
                        return Err(self.too_much(limit));
                    }
                },
                // Told also when somebody has killed the guard, whose orphans keep the pipe open.
                _ = tree.wait(), if hang_up.is_none() => {
                    hang_up = Some(Instant::now() + LAST_WORDS);
                }
                () = sleep_until(hang_up.unwrap_or_else(Instant::now)), if hang_up.is_some() => {
                    break None;
                }
            }
            if nonsense >= NONSENSE {
                break Some(Stop::Now);
            }
        };
        if let Some(how) = stopped {
            tree.stop(if how == Stop::Now {
                process::Stop::Now
            } else {
                process::Stop::Gently
            });
        }
        let exit = tree.wait().await;
        Ok(Ended {
            status: exit.status,
            stderr: stderr.text(),
            nonsense,
            stopped: stopped.is_some(),
        })
    }

    /// Where it is. `named` is a file named by configuration, which outranks everything: nothing else is taken in its
    /// place.
    pub async fn find(&self, finder: &Finder, named: Option<&Path>) -> Result<PathBuf, Failure> {
        match named {
            Some(named) if find::is_executable(named) => Ok(named.to_owned()),
            Some(named) => Err(self.not_there(named)),
            None => finder
                .find(self.command)
                .await
                .ok_or_else(|| self.not_installed()),
        }
    }

    fn not_there(&self, named: &Path) -> Failure {
        Failure::new(
            OutcomeCode::NotInstalled,
            format!(
                "{} named by the configuration, {}, is not a program",
                self.title,
                named.display()
            ),
        )
        .hint(format!(
            "correct {}, or remove it to have the program searched for; {}",
            self.setting, self.install
        ))
    }

    /// That it is not on this machine, and how to get it.
    pub fn not_installed(&self) -> Failure {
        Failure::new(
            OutcomeCode::NotInstalled,
            format!(
                "{} ({}) was not found on this machine",
                self.title, self.command
            ),
        )
        .hint(self.install)
    }

    /// The exact command line, without the prompt, for a person to run by hand.
    pub fn by_hand(&self, spawn: &Spawn) -> String {
        let home = spawn
            .env
            .iter()
            .find(|(key, _)| key == self.home_variable)
            .map(|(_, home)| quote(home))
            .unwrap_or_default();
        let words: Vec<String> = spawn.args.iter().map(quote).collect();
        format!(
            "{}={home} {} {}",
            self.home_variable,
            quote(&spawn.program.clone().into()),
            words.join(" ")
        )
    }

    fn not_started(&self, error: SpawnError) -> BackendError {
        match error {
            SpawnError::NotFound { .. } => BackendError::LoginRequired(self.not_installed()),
            other => BackendError::Crashed {
                status: "it could not be started".into(),
                stderr_tail: other.to_string(),
            },
        }
    }

    fn too_much(&self, limit: u64) -> BackendError {
        BackendError::Rejected(Failure::new(
            OutcomeCode::TooMuchOutput,
            format!("{} wrote more than {} MB", self.title, limit / 1024 / 1024),
        ))
    }
}

impl Ended {
    /// An error if the program did not come to an end of its own.
    pub fn by_itself(&self, program: &Path, words: &Program) -> Result<(), BackendError> {
        if self.nonsense >= NONSENSE {
            return Err(BackendError::Protocol(format!(
                "{NONSENSE} lines of it are not what {} says; is {} {}?",
                words.command,
                program.display(),
                words.title
            )));
        }
        if self.stopped {
            return Err(BackendError::Interrupted);
        }
        Ok(())
    }

    /// It ended in a way that nothing explains.
    pub fn crashed(&self) -> BackendError {
        let nonsense = match self.nonsense {
            0 => String::new(),
            n => format!("\n({n} lines of its output were not its protocol)"),
        };
        BackendError::Crashed {
            status: self.status.to_string(),
            stderr_tail: format!("{}{nonsense}", self.stderr),
        }
    }
}

/// Our own folders cannot be prepared.
pub fn folder_failed(folder: &Path, error: &io::Error) -> BackendError {
    BackendError::Rejected(
        Failure::new(
            OutcomeCode::AssistantUnavailable,
            "Switchboard cannot prepare its private folder",
        )
        .hint("check the free space and the permissions of Switchboard's home folder")
        .detail(format!("{}: {error}", folder.display())),
    )
}

async fn began(io: &TurnIo, session: SessionRef, ran_with: RanWith) -> Result<(), LeaseLost> {
    io.waits(None).await?;
    io.bind(session).await?;
    io.ran_with(ran_with).await
}

async fn report(io: &TurnIo, items: Vec<ItemEvent>) -> Result<(), LeaseLost> {
    for item in items {
        io.emit(item).await?;
    }
    Ok(())
}

fn quote(word: &OsString) -> String {
    let word = word.to_string_lossy();
    let plain = word
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || "-_./=:,@".contains(c));
    if plain {
        word.into_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}
