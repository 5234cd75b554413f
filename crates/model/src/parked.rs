//! Turns that failed for want of a login and go on by themselves after one. Owns which do, how often and for how long; never
//! notices a login.

use std::time::Duration;

use crate::{clock::Millis, outcome::OutcomeCode};

/// How long a turn waits for a login: whoever asked yesterday has found another way.
pub const LIFETIME: Duration = Duration::from_hours(24);

/// How often a debt is tried again by itself: a login that is there and refused each time must not go round for ever.
pub const TRIES: i64 = 3;

/// What becomes of a parked turn now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// There was no login since.
    Waits,
    /// It is tried again.
    GoesOn,
    /// It waited long enough.
    IsOver,
}

impl OutcomeCode {
    /// Whether a login mends it.
    pub fn wants_login(self) -> bool {
        matches!(self, Self::NotSignedIn | Self::ApiKeyLogin)
    }
}

/// What becomes of a turn that is parked since then, with the login that there is now, if any, made at that time. A login that
/// was there when the turn failed is none: it is what failed.
pub fn next(parked_at: Millis, login_at: Option<Millis>, now: Millis) -> Next {
    if now.since(parked_at) >= LIFETIME {
        return Next::IsOver;
    }
    match login_at {
        Some(login_at) if login_at > parked_at => Next::GoesOn,
        _ => Next::Waits,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_login_made_after_the_failure_lets_a_turn_go_on_and_only_for_a_day() {
        let day = i64::try_from(LIFETIME.as_millis()).unwrap();
        for (login_at, now, then) in [
            (None, 10, Next::Waits),
            (Some(4), 10, Next::Waits),
            (Some(5), 10, Next::Waits),
            (Some(6), 10, Next::GoesOn),
            (Some(6), 5 + day - 1, Next::GoesOn),
            (Some(6), 5 + day, Next::IsOver),
            (None, 5 + day, Next::IsOver),
        ] {
            let next = next(Millis(5), login_at.map(Millis), Millis(now));
            assert_eq!(next, then, "{login_at:?} {now}");
        }
    }

    #[test]
    fn what_no_login_mends_is_never_parked() {
        let mended = OutcomeCode::ALL
            .into_iter()
            .filter(|code| code.wants_login());
        let names: Vec<_> = mended.map(OutcomeCode::as_str).collect();
        assert_eq!(names, ["not_signed_in", "api_key_login"]);
    }
}
