//! Detached turns from the command line. Those that only look go by a turn's folder and need nothing else: no database, no server, no
//! runtime, so that a script can call them as often as it likes. `ask` starts a turn, in a process of its own: `worker`.

pub mod approve;
pub mod ask;
pub mod cancel;
pub mod gc;
pub mod list_turns;
mod order;
pub mod refusal;
pub mod setup;
mod slots;
pub mod status;
pub mod tail;
pub mod wait;
pub mod worker;

use std::{
    io::{self, ErrorKind, Write as _},
    path::PathBuf,
};

use anyhow::Result;
use serde::Serialize;
use switchboard_engine::folder::{Look, TurnFolder, Turns, fit_for_terminal};

use self::refusal::Refusal;
use crate::config;

/// What a command line that cannot be understood ends with. As sysexits has it: 2, which is usual, says that a login is needed.
pub const USAGE: u8 = 64;

/// The detached turns of the home that was named, or of the usual one.
fn turns(home: Option<PathBuf>) -> Result<Turns> {
    Ok(Turns::new(&config::home(home)?))
}

/// The folder of the turn that was named.
fn folder(home: Option<PathBuf>, id: &str) -> Result<TurnFolder, Refusal> {
    Ok(turns(home)?.folder(id)?)
}

/// How a state is told to people.
fn state_line(folder: &TurnFolder, look: &Look) -> String {
    let mut line = format!("{} is {}", folder.id(), look.state);
    if let Some(reason) = &look.reason {
        line = format!("{line}: {reason}");
    }
    if let Some(hint) = &look.hint {
        line = format!("{line} ({hint})");
    }
    fit_for_terminal(&line)
}

/// How JSON is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// For people as well.
    Pretty,
    /// On one line.
    OneLine,
}

impl Layout {
    /// As `--json` asks.
    pub fn of_flag(json: bool) -> Self {
        if json { Self::OneLine } else { Self::Pretty }
    }

    /// Prints a value.
    pub fn print(self, value: &impl Serialize) -> Result<()> {
        let mut json = match self {
            Self::Pretty => serde_json::to_string_pretty(value)?,
            Self::OneLine => serde_json::to_string(value)?,
        };
        json.push('\n');
        print(json.as_bytes())
    }
}

/// Writes to stdout. A reader that went away wants no more, and that is no mistake.
fn print(bytes: &[u8]) -> Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}
