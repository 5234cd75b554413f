//! The folders of detached turns, `$SWITCHBOARD_HOME/turns/TURN/`: what stands in one, who may write it, and what can be told from
//! it alone, whoever died when. Owns files; knows no database, no backend and no clock.
//!
//! | file | what | written by |
//! | --- | --- | --- |
//! | `turn.lock` | held exclusively by the turn's worker, and by nobody else, from before the folder is there until it ends | the worker |
//! | `prompt.txt`, `meta.json` | what was asked, and how it is run | the worker |
//! | `events.jsonl` | thread events, one JSON object a line | the worker |
//! | `raw.jsonl` | what the backend's program said, line by line | the worker |
//! | `out.txt` | the same for people, growing as it comes | the worker |
//! | `result.json` | how it ended, all at once | the worker, or whoever finds it dead |
//! | `done`, `error` | empty; exactly one of them, last of all | the same |
//!
//! An end is written in this order, so that a crash anywhere leaves something from which the next who looks can go on: the record
//! under another name (from here on it is decided), the last lines of `events.jsonl` and `out.txt`, the record's name, the marker.

mod ending;
mod events;
pub mod exit;
mod files;
mod gc;
mod lock;
mod look;
mod moment;
mod raw;
mod record;
mod scribe;
#[cfg(test)]
mod script;
mod stream;
mod tail;
mod text;
mod watch;

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use switchboard_model::TurnId;

pub use self::{
    gc::{Gc, Removed, Sweep, Swept},
    lock::{Held, Unnamed},
    look::Look,
    moment::words as moment,
    record::{Auth, Ending, Meta, Phase, State, Tokens},
    scribe::Scribe,
    tail::{Growing, Until},
    text::safe as fit_for_terminal,
};

/// A text that is no turn's id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no turn id; `switchboard list-turns` shows those there are")]
pub struct BadId(String);

/// All detached turns of a home.
#[derive(Debug, Clone)]
pub struct Turns(PathBuf);

/// The folder of one detached turn, for reading. It need not be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TurnFolder {
    id: TurnId,
    path: PathBuf,
}

impl Turns {
    /// Those of the home in this folder.
    pub fn new(home: &Path) -> Self {
        Self(home.join("turns"))
    }

    /// Where they are.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The folder of the turn of this id, given as somebody typed it.
    pub fn folder(&self, id: &str) -> Result<TurnFolder, BadId> {
        // An id has one spelling, so nothing that passes here leads anywhere else.
        let parsed = id.parse().map_err(|_| BadId(id.to_owned()))?;
        Ok(self.of(parsed))
    }

    /// The folder of a turn.
    pub fn of(&self, id: TurnId) -> TurnFolder {
        TurnFolder {
            id,
            path: self.0.join(id.to_string()),
        }
    }

    /// The newest of them, newest first. Only names are read: ids sort by time of birth, and so do their names.
    pub fn newest(&self, limit: usize) -> io::Result<Vec<TurnFolder>> {
        let mut names = self.names()?;
        names.sort_unstable_by(|a, b| b.cmp(a));
        let folders = names.iter().filter_map(|name| self.folder(name).ok());
        Ok(folders.take(limit).collect())
    }

    /// Everything that lies there, in no order.
    fn names(&self) -> io::Result<Vec<String>> {
        let entries = match fs::read_dir(&self.0) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let names = entries.flatten().map(|entry| entry.file_name());
        Ok(names.filter_map(|name| name.into_string().ok()).collect())
    }
}

impl TurnFolder {
    /// Whose it is.
    pub fn id(&self) -> TurnId {
        self.id
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What was asked.
    pub fn prompt_path(&self) -> PathBuf {
        self.path.join(files::PROMPT)
    }

    /// How it is run.
    pub fn meta_path(&self) -> PathBuf {
        self.path.join(files::META)
    }

    /// What happens in it, for programs.
    pub fn events_path(&self) -> PathBuf {
        self.path.join(files::EVENTS)
    }

    /// What happens in it, for people.
    pub fn out_path(&self) -> PathBuf {
        self.path.join(files::OUT)
    }

    /// How it ended.
    pub fn result_path(&self) -> PathBuf {
        self.path.join(files::RESULT)
    }

    /// There once it completed.
    pub fn done_marker(&self) -> PathBuf {
        self.path.join(files::DONE)
    }

    /// There once it ended otherwise.
    pub fn error_marker(&self) -> PathBuf {
        self.path.join(files::ERROR)
    }
}
