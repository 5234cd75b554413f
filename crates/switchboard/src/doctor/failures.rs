//! What went wrong in the last day: each kind of failure once, with the remedy that its card shows.

use std::time::Duration;

use switchboard_model::{Millis, outcome::Failure};
use switchboard_server::{Check, CheckState};

use super::{
    Subject,
    codes::Code::TurnsFailures,
    report::{known, ok, warning},
};

/// How far back it looks.
const DAY: Duration = Duration::from_hours(24);

/// How many turns it looks at; more would only repeat the same few kinds.
const TURNS: u32 = 500;

pub async fn check(subject: &Subject) -> Vec<Check> {
    let Some(reader) = subject.reader() else {
        return Vec::new();
    };
    match reader.recent_failures(subject.now.minus(DAY), TURNS).await {
        Err(error) => vec![warning(
            TurnsFailures,
            error.to_string(),
            "look at the database check",
        )],
        Ok(turns) => tell(
            turns.iter().filter_map(|turn| turn.state.failure()),
            subject.now,
        ),
    }
}

/// One check per code; the failures come newest first.
fn tell<'a>(failures: impl Iterator<Item = &'a Failure>, now: Millis) -> Vec<Check> {
    let mut kinds: Vec<(&Failure, usize)> = Vec::new();
    for failure in failures {
        match kinds
            .iter_mut()
            .find(|(known, _)| known.code == failure.code)
        {
            Some((_, count)) => *count += 1,
            None => kinds.push((failure, 1)),
        }
    }
    if kinds.is_empty() {
        return vec![ok(TurnsFailures, "none in the last 24 hours")];
    }
    kinds
        .into_iter()
        .map(|(newest, count)| kind(newest, count, now))
        .collect()
}

fn kind(newest: &Failure, count: usize, now: Millis) -> Check {
    let code = newest.code.as_str();
    let times = if count == 1 {
        "once".into()
    } else {
        format!("{count} times")
    };
    let resets = match newest.retry_at {
        None => String::new(),
        Some(at) if at <= now => "; the limit has reset since".into(),
        Some(at) => format!("; resets in {} min", at.since(now).as_secs().div_ceil(60)),
    };
    Check {
        said: format!(
            "{code} {times} in the last 24 hours: {}{resets}",
            newest.message
        ),
        ..known(TurnsFailures, CheckState::Warning, newest)
    }
}

#[cfg(test)]
mod tests {
    use switchboard_model::outcome::OutcomeCode;

    use super::*;

    const NOW: Millis = Millis(1_795_153_530_000);

    #[test]
    fn each_kind_of_failure_is_told_once_with_the_newest_remedy() {
        let failures = [
            Failure::new(OutcomeCode::TimedOut, "too slow").hint("the newest"),
            Failure::new(OutcomeCode::RateLimited, "used up")
                .retry_at(Some(NOW.plus(Duration::from_secs(90)))),
            Failure::new(OutcomeCode::TimedOut, "too slow").hint("an older one"),
        ];
        let checks = tell(failures.iter(), NOW);
        let told: Vec<_> = checks
            .iter()
            .map(|check| (check.outcome.as_deref(), check.fix.as_deref()))
            .collect();
        let limited = OutcomeCode::RateLimited.hint();
        assert_eq!(
            told,
            [
                (Some("timed_out"), Some("the newest")),
                (Some("rate_limited"), Some(limited))
            ]
        );
        assert!(checks[0].said.contains("2 times"));
        assert!(checks[1].said.contains("resets in 2 min"));
    }

    #[test]
    fn a_day_without_failures_is_well() {
        let checks = tell([].into_iter(), NOW);
        assert_eq!(checks, [ok(TurnsFailures, "none in the last 24 hours")]);
    }
}
