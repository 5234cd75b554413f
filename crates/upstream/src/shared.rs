//! What every handler of one running upstream shares. Owns the knobs that tests turn while it runs; answers nothing.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::gates::Gates;
use crate::issuer::Issuer;
use crate::record::Record;
use crate::script::Times;

/// How the CLI may stream an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Transport {
    /// Over a WebSocket, as the real servers do.
    #[default]
    WebSocket,
    /// The upgrade is answered with 426, so that the CLI falls back to POST at once.
    PostOnly,
}

/// Who answers a prompt that holds no `mock:` line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Persona {
    /// Paced Markdown that says it is the scripted demo, with scenes for a few words.
    #[default]
    Demo,
    /// The same beside real assistants, where `mock:` lines are words like all others.
    Guest,
    /// `Echo: ` and the beginning of the prompt, at once.
    Echo,
}

/// How much of the plan's windows is used up, in percent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub primary: f64,
    pub secondary: f64,
}

#[derive(Debug)]
pub(crate) struct Shared {
    pub transport: Transport,
    pub persona: Persona,
    pub record: Record,
    pub gates: Gates,
    pub issuer: Issuer,
    /// Ends every stream; the listeners end with it.
    pub stop: CancellationToken,
    /// Every task of this upstream, so that a stop can wait for them.
    pub tasks: TaskTracker,
    limits: Mutex<Limits>,
    login_refused: AtomicBool,
    demands: Mutex<Option<String>>,
    numbers: AtomicU64,
    /// How often a failure with `times=N` has happened, by its place.
    happened: Mutex<HashMap<String, u32>>,
}

impl Shared {
    pub fn new(transport: Transport, persona: Persona, keep: usize) -> Self {
        Self {
            transport,
            persona,
            record: Record::new(keep),
            gates: Gates::default(),
            issuer: Issuer::default(),
            stop: CancellationToken::new(),
            tasks: TaskTracker::new(),
            limits: Mutex::new(Limits {
                primary: 12.0,
                secondary: 34.0,
            }),
            login_refused: AtomicBool::new(false),
            demands: Mutex::default(),
            numbers: AtomicU64::new(1),
            happened: Mutex::default(),
        }
    }

    pub fn limits(&self) -> Limits {
        *self.limits.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn set_limits(&self, limits: Limits) {
        *self.limits.lock().unwrap_or_else(PoisonError::into_inner) = limits;
    }

    pub fn login_refused(&self) -> bool {
        self.login_refused.load(Ordering::Relaxed)
    }

    pub fn refuse_login(&self, refused: bool) {
        self.login_refused.store(refused, Ordering::Relaxed);
    }

    pub fn demands(&self) -> Option<String> {
        let demands = self.demands.lock().unwrap_or_else(PoisonError::into_inner);
        demands.clone()
    }

    pub fn demand(&self, demands: &str) {
        let mut known = self.demands.lock().unwrap_or_else(PoisonError::into_inner);
        *known = Some(demands.to_owned());
    }

    /// A number that this upstream has not given before.
    pub fn next_number(&self) -> u64 {
        self.numbers.fetch_add(1, Ordering::Relaxed)
    }

    /// Whether a failure at `place` still happens; asking counts as happening.
    pub fn happens(&self, place: &str, times: Times) -> bool {
        let Times::First(limit) = times else {
            return true;
        };
        let mut happened = self.happened.lock().unwrap_or_else(PoisonError::into_inner);
        let count = happened.entry(place.to_owned()).or_default();
        *count += 1;
        *count <= limit
    }
}

/// Seconds since 1970, as the wire counts them.
pub(crate) fn now() -> i64 {
    since_epoch().as_secs().cast_signed()
}

/// The time since 1970.
#[expect(
    clippy::disallowed_methods,
    reason = "stands in for a server outside, which has a clock of its own"
)]
pub(crate) fn since_epoch() -> Duration {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.unwrap_or_default()
}
