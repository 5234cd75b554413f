//! How long a turn may still take. Owns its two deadlines and that they stand still while a question
//! waits for a person; never ends anything itself.

use std::time::Duration;

use tokio::time::Instant;

/// How long a turn may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    /// In all, without the time in which a question waits for a person.
    pub(crate) total: Duration,
    /// Without a sign of life, while no command or tool call is open.
    pub(crate) idle: Duration,
}

/// The deadlines of a running turn.
#[derive(Debug)]
pub(crate) struct Deadlines {
    total: Instant,
    idle: Instant,
    silence: Duration,
    /// Set while they stand still.
    still_since: Option<Instant>,
}

impl Deadlines {
    pub(crate) fn from(now: Instant, bounds: Bounds) -> Self {
        Self {
            total: now + bounds.total,
            idle: now + bounds.idle,
            silence: bounds.idle,
            still_since: None,
        }
    }

    /// There was a sign of life.
    pub(crate) fn heard(&mut self, now: Instant) {
        self.idle = now + self.silence;
    }

    /// Stands still, or goes on from where it stood.
    pub(crate) fn stand_still(&mut self, still: bool, now: Instant) {
        match (self.still_since, still) {
            (None, true) => self.still_since = Some(now),
            (Some(since), false) => {
                self.still_since = None;
                self.total += now - since;
                // Whatever was heard meanwhile counts from when the clock goes on.
                self.idle = (self.idle + (now - since)).min(now + self.silence);
            }
            (None, false) | (Some(_), true) => {}
        }
    }

    /// Whether they go on.
    pub(crate) fn go_on(&self) -> bool {
        self.still_since.is_none()
    }

    /// When the turn has taken too long in all.
    pub(crate) fn total(&self) -> Instant {
        self.total
    }

    /// When it has been silent for too long.
    pub(crate) fn idle(&self) -> Instant {
        self.idle
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_deadlines_move_by_as_long_as_the_clock_stood_still() {
        let start = Instant::now();
        let after = |seconds| start + Duration::from_secs(seconds);
        let bounds = Bounds {
            total: Duration::from_secs(10),
            idle: Duration::from_secs(5),
        };
        let mut deadlines = Deadlines::from(start, bounds);
        deadlines.heard(after(1));
        deadlines.stand_still(true, after(2));
        deadlines.stand_still(true, after(30));
        assert!(!deadlines.go_on());
        deadlines.stand_still(false, after(102));
        assert!(deadlines.go_on());
        assert_eq!(
            (deadlines.total(), deadlines.idle()),
            (after(110), after(106))
        );
        deadlines.stand_still(false, after(103));
        assert_eq!(
            (deadlines.total(), deadlines.idle()),
            (after(110), after(106))
        );
    }

    #[test]
    fn a_sign_of_life_while_the_clock_stands_still_is_not_counted_twice() {
        let start = Instant::now();
        let after = |seconds| start + Duration::from_secs(seconds);
        let bounds = Bounds {
            total: Duration::from_secs(10),
            idle: Duration::from_secs(5),
        };
        let mut deadlines = Deadlines::from(start, bounds);
        deadlines.stand_still(true, after(0));
        deadlines.heard(after(50));
        deadlines.stand_still(false, after(60));
        assert_eq!(deadlines.idle(), after(65));
    }
}
