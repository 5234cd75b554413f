//! How often something may happen, in memory. Owns the count of sign-in attempts and the note of who was
//! seen a moment ago; never decides what a refusal looks like.

use std::{
    collections::{HashMap, VecDeque},
    hash::Hash,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use switchboard_model::Millis;

/// At most so many admissions in any window of time.
pub(crate) struct Throttle {
    limit: usize,
    window: Duration,
    admitted: Mutex<VecDeque<Millis>>,
}

impl Throttle {
    pub(crate) fn new(limit: usize, window: Duration) -> Self {
        Self {
            limit,
            window,
            admitted: Mutex::default(),
        }
    }

    /// Counts one attempt, or says how long to wait for the next. Counting before the attempt is made
    /// keeps many at once from slipping through together.
    pub(crate) fn admit(&self, now: Millis) -> Result<(), Duration> {
        let mut admitted = self.admitted.lock().unwrap_or_else(PoisonError::into_inner);
        // An attempt in the future means that the clock was set back; it must not block until then.
        admitted.retain(|&at| at <= now && now.since(at) < self.window);
        match admitted.front() {
            Some(&oldest) if admitted.len() >= self.limit => {
                Err(self.window.saturating_sub(now.since(oldest)))
            }
            _ => {
                admitted.push_back(now);
                Ok(())
            }
        }
    }

    /// Takes an attempt back: it succeeded, and only failures are to count.
    pub(crate) fn forgive(&self) {
        self.admitted
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop_back();
    }
}

/// Who was noted within the last while, so that noting costs one write per while and not one per request.
pub(crate) struct Recently<K> {
    span: Duration,
    noted: Mutex<HashMap<K, Millis>>,
}

impl<K: Eq + Hash> Recently<K> {
    pub(crate) fn new(span: Duration) -> Self {
        Self {
            span,
            noted: Mutex::default(),
        }
    }

    /// Whether `key` is due to be noted again; if so, counts it as noted. `last` is when the store last
    /// heard of it.
    pub(crate) fn is_due(&self, key: K, last: Option<Millis>, now: Millis) -> bool {
        if last.is_some_and(|last| now.since(last) < self.span) {
            return false;
        }
        let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        noted.retain(|_, &mut at| at <= now && now.since(at) < self.span);
        if noted.contains_key(&key) {
            return false;
        }
        noted.insert(key, now);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_mins(1);

    #[test]
    fn attempts_beyond_the_limit_wait_for_the_oldest_to_pass() {
        let throttle = Throttle::new(2, MINUTE);
        assert_eq!(throttle.admit(Millis(0)), Ok(()));
        assert_eq!(throttle.admit(Millis(20_000)), Ok(()));
        assert_eq!(
            throttle.admit(Millis(30_000)),
            Err(Duration::from_secs(30)),
            "a refusal does not count itself"
        );
        assert_eq!(throttle.admit(Millis(60_000)), Ok(()));
        assert_eq!(throttle.admit(Millis(60_000)), Err(Duration::from_secs(20)));
    }

    #[test]
    fn a_forgiven_attempt_does_not_count() {
        let throttle = Throttle::new(1, MINUTE);
        for at in 0..10 {
            assert_eq!(throttle.admit(Millis(at)), Ok(()));
            throttle.forgive();
        }
    }

    #[test]
    fn a_clock_set_back_blocks_nobody() {
        let throttle = Throttle::new(1, MINUTE);
        assert_eq!(throttle.admit(Millis(3_600_000)), Ok(()));
        assert_eq!(throttle.admit(Millis(0)), Ok(()));
    }

    #[test]
    fn a_key_is_due_once_per_span() {
        let recently = Recently::new(MINUTE);
        assert!(recently.is_due("a", Some(Millis(0)), Millis(60_000)));
        assert!(!recently.is_due("a", Some(Millis(0)), Millis(60_001)));
        assert!(!recently.is_due("b", Some(Millis(1)), Millis(60_000)));
        assert!(recently.is_due("b", None, Millis(60_000)));
        assert!(recently.is_due("a", Some(Millis(60_000)), Millis(120_000)));
    }
}
