//! The real sources of time and chance. The only place that asks the system for either.

use std::{
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use switchboard_model::{Clock, IdSource, Millis, clock::Chance};

/// The system's clock.
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Millis {
        #[expect(
            clippy::disallowed_methods,
            reason = "this is the clock that the lint names"
        )]
        let now = SystemTime::now();
        let since = now.duration_since(UNIX_EPOCH).unwrap_or_default();
        Millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

/// The system's randomness.
struct SystemChance;

impl Chance for SystemChance {
    fn fill(&self, buffer: &mut [u8]) {
        // Without randomness every token would be guessable; there is nothing sensible to go on with.
        #[expect(
            clippy::expect_used,
            reason = "no secret may be made without randomness"
        )]
        getrandom::fill(buffer).expect("the system gives no random bytes");
    }
}

/// Ids, secrets and times of this process.
pub fn ids() -> IdSource {
    IdSource::new(Arc::new(SystemClock), Arc::new(SystemChance))
}
