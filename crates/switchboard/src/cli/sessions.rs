//! `switchboard list` and `show`: the threads that Codex keeps in the person's own home, as it wrote them. They ask
//! nobody, so they need no login; what they print is JSON, with `--json` on one line.

use std::{io, path::PathBuf, process::ExitCode};

use anyhow::{Context as _, Result};
use clap::Args;
use serde::Serialize;
use switchboard_backends::codex::sessions::{self, Id, Session};
use switchboard_engine::folder::moment;

use super::turns::Layout;
use crate::config::{Config, Flags};

const LISTED: &str = "\
Examples:
  switchboard list
  switchboard list --limit 5 | jq -r '.[].thread_id'

Prints an array, newest first: thread_id, path, cwd, mtime. Reads $CODEX_HOME (else ~/.codex), archived and compressed \
threads too. Needs no login; without a Codex home the array is empty.";

const SHOWN: &str = "\
Example:
  switchboard show 01a22450-544f-7543-af41-4eff72e5833d

Prints an object: thread_id, path, head (the first line), tail (the last 10 lines). A line of more than 64 KiB is cut \
and ends with …. Needs no login. Exits with 1 if there is no such thread.";

#[derive(Args)]
#[command(after_help = LISTED)]
pub struct List {
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u8).range(1..=50))]
    limit: u8,
    /// Print it on one line
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
#[command(after_help = SHOWN)]
pub struct Show {
    /// The thread's id, from `list` or from a turn's `meta.json`
    thread: Id,
    /// Print it on one line
    #[arg(long)]
    json: bool,
}

/// One row of `list`. The field names are part of the interface.
#[derive(Serialize)]
struct Listed {
    thread_id: String,
    path: String,
    cwd: Option<String>,
    mtime: String,
}

/// What `show` prints. The field names are part of the interface.
#[derive(Serialize)]
struct Shown {
    thread_id: String,
    path: String,
    head: String,
    tail: Vec<String>,
}

impl List {
    pub fn run(self, home: Option<PathBuf>, flags: Flags) -> Result<ExitCode> {
        let Self { limit, json } = self;
        let codex_home = Config::read(home, flags)?.codex_home;
        let found = sessions::newest(&codex_home, limit.into())
            .with_context(|| format!("cannot look through {}", codex_home.display()))?;
        let listed = |session: &Session| Listed {
            thread_id: session.id().to_string(),
            path: session.path().display().to_string(),
            // A file that cannot be read is still a thread; only where it worked is not known.
            cwd: session.start().unwrap_or_default().cwd,
            mtime: moment(session.modified_at()),
        };
        let listed: Vec<_> = found.iter().map(listed).collect();
        Layout::of_flag(json).print(&listed)?;
        Ok(ExitCode::SUCCESS)
    }
}

impl Show {
    pub fn run(self, home: Option<PathBuf>, flags: Flags) -> Result<ExitCode> {
        let Self { thread, json } = self;
        let codex_home = Config::read(home, flags)?.codex_home;
        let found = sessions::find(&codex_home, &thread)
            .with_context(|| format!("cannot look through {}", codex_home.display()))?
            .with_context(|| {
                format!(
                    "{} has no thread {thread}; `switchboard list` shows the newest",
                    codex_home.display()
                )
            })?;
        let shown = Shown {
            thread_id: thread.to_string(),
            path: found.path().display().to_string(),
            head: or_nothing("how it began", found.head()),
            tail: or_nothing("what came last", found.tail()),
        };
        Layout::of_flag(json).print(&shown)?;
        Ok(ExitCode::SUCCESS)
    }
}

/// What could be read; else nothing, and on stderr why.
fn or_nothing<T: Default>(what: &str, read: io::Result<T>) -> T {
    read.unwrap_or_else(|error| {
        eprintln!("{what} cannot be read: {error}");
        T::default()
    })
}
