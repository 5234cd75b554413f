//! Detached turns: started from a command line and run by a process of their own, which goes on when whoever started it has
//! gone. Owns what is asked of such a turn beyond its message; never knows its files.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{assistant::Limits, settings::ThreadSettings};

/// What a detached turn is asked beyond its message and its thread's settings.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Detached {
    /// How it is to be done: its own choices, whatever its thread's are.
    pub settings: ThreadSettings,
    /// The JSON Schema that its answer has to meet, as JSON text.
    pub schema: Option<String>,
    /// The session of its backend that it goes on in; without one, it begins a new one.
    pub session: Option<KeptIn>,
    /// How long it may take in all, in seconds; its assistant's limit for direct threads, or two hours, if missing.
    pub timeout: Option<u64>,
    /// How long it may be silent while nothing runs, in seconds; its assistant's limit if missing.
    pub idle_timeout: Option<u64>,
}

impl Detached {
    /// Two hours: nobody sits and waits for it.
    pub const TOTAL: Duration = Duration::from_hours(2);

    /// Two minutes: in a terminal somebody may be about to leave.
    pub const PATIENCE: Duration = Duration::from_mins(2);

    /// How long the turn may take in all.
    pub fn total(&self, limits: &Limits) -> Duration {
        let usual = || limits.direct_deadline.unwrap_or(Self::TOTAL);
        self.timeout.map_or_else(usual, Duration::from_secs)
    }

    /// How long it may wait for its session, if another program has that: as long as it may take, if that was said.
    pub fn patience(&self) -> Duration {
        self.timeout.map_or(Self::PATIENCE, Duration::from_secs)
    }

    /// How long it may be silent.
    pub fn idle(&self, limits: &Limits) -> Duration {
        let usual = || limits.idle();
        self.idle_timeout.map_or_else(usual, Duration::from_secs)
    }
}

/// A session of a backend's, by the names of the backend.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptIn {
    /// The home it lives in.
    pub home: String,
    /// The session.
    pub session: String,
}
