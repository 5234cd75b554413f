//! In which words a Gemini CLI tells a turn: as it happens, or, in versions that know nothing else, at the end. Owns what is
//! known of the programs on this machine, each by its file and version, so that an upgrade is asked anew.

use std::{
    collections::HashSet,
    path::Path,
    sync::{Mutex, PoisonError},
};

use super::install;
use crate::versions::{Stamp, stamp};

/// How it is to tell what it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Output {
    /// Event by event.
    Stream,
    /// One report, at the end.
    Report,
}

impl Output {
    /// As the program calls it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stream => "stream-json",
            Self::Report => "json",
        }
    }
}

type Seen = (Stamp, Option<String>);

/// The programs that refused to stream.
#[derive(Debug, Default)]
pub struct Outputs(Mutex<HashSet<Seen>>);

impl Outputs {
    /// The best that is not known to be refused.
    pub fn of(&self, program: &Path) -> Output {
        match seen(program) {
            Some(seen) if self.lock().contains(&seen) => Output::Report,
            _ => Output::Stream,
        }
    }

    /// It refused to stream.
    pub fn refused(&self, program: &Path) {
        if let Some(seen) = seen(program) {
            self.lock().insert(seen);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashSet<Seen>> {
        // Held for a lookup only; a panic cannot leave it half changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// npm gives the files of every version the same time.
fn seen(program: &Path) -> Option<Seen> {
    Some((stamp(program)?, install::packaged_version(program)))
}
