//! The kill rounds of the flow tests, a thousand of them: too long for every run of the tests, and the
//! one figure that is a promise and not a speed. Fails if the promise does not hold.

use anyhow::{Context as _, Result};

use super::Extent;
use super::report::{Figure, Row};
use crate::{repo, shell};

const TEST: &str = "kills::a_hundred_rounds_with_forty_kills_lose_nothing_and_answer_nothing_twice";

pub fn kills(extent: Extent) -> Result<Figure> {
    let mut test = repo::cargo();
    test.args([
        "test",
        "--quiet",
        "--package",
        "switchboard",
        "--test",
        "it",
        "--",
    ])
    .args(["--exact", TEST, "--nocapture"])
    .env(
        "SWITCHBOARD_TEST_KILL_ROUNDS",
        extent.kill_rounds.to_string(),
    )
    .stderr(std::process::Stdio::piped());
    let ended = test.output().with_context(|| shell::line(&test))?;
    let said = String::from_utf8_lossy(&ended.stderr);
    anyhow::ensure!(ended.status.success(), "{}\n{said}", shell::line(&test));
    let counted = said
        .lines()
        .find_map(counts)
        .with_context(|| format!("no counts in:\n{said}"))?;
    let row = |what: &str, target, value| {
        let mut row = Row::new(what, "", target);
        row.push(value);
        row
    };
    Ok(Figure {
        title: "Kill rounds".into(),
        method: format!(
            "{} rounds of the flow test, debug build: posts go on while the server is killed with SIGKILL at random \
             moments and started again on the same files (SQLite). Afterwards every acknowledged message is there \
             once, and each mention has exactly one reply or one visible failure; if not, there is no figure.",
            extent.kill_rounds
        ),
        rows: vec![
            row("server killed", None, counted.kills),
            row("turns put back and run again", None, counted.put_back),
            row(
                "messages lost, mentions answered twice, turns left running",
                Some(0.0),
                0.0,
            ),
        ],
    })
}

#[derive(Debug, PartialEq)]
struct Counts {
    kills: f64,
    put_back: f64,
}

/// What the test says at its end: `1000 rounds, 400 kills, 350 turns put back; in the end {…}`.
fn counts(line: &str) -> Option<Counts> {
    let (_, rest) = line.split_once(" rounds, ")?;
    let (kills, rest) = rest.split_once(" kills, ")?;
    let (put_back, _) = rest.split_once(" turns put back")?;
    Some(Counts {
        kills: kills.parse().ok()?,
        put_back: put_back.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_counts_of_the_test_are_read() {
        let line = r#"1000 rounds, 400 kills, 350 turns put back; in the end {"done": 1205}"#;
        assert_eq!(
            counts(line),
            Some(Counts {
                kills: 400.0,
                put_back: 350.0
            })
        );
        assert_eq!(counts("running 1 test"), None);
    }
}
