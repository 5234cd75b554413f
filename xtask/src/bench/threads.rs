//! The threads of a large Codex home, listed. Owns planting such a home and the target; starts no server.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use super::Extent;
use super::house::{Assistant, House, Programs};
use super::report::{Figure, Row};
use crate::shell;

/// How many sessions there are.
const SESSIONS: u32 = 50_000;

/// About as long as Codex writes a first line: its instructions stand in it.
const FIRST_LINE: usize = 21_000;

/// So many are opened at most, and so have a first line here. The others are empty: nobody looks into them.
const OPENED: u32 = 50;

pub fn list(programs: &Programs, extent: Extent) -> Result<Figure> {
    let other = "`find -printf '%T@ %f'`";
    let mut list = Row::new("`switchboard list`", "ms", Some(300.0)).against(other);
    let mut show = Row::new("`switchboard show THREAD`", "ms", None).against(other);
    let house = House::with(programs, Assistant::StandIn)?;
    let sessions = house.codex_home().join("sessions");
    plant(&sessions)?;
    let newest = id(SESSIONS - 1);
    for _ in 0..extent.starts {
        let (took, told) = timed(|| house.run(&["list"]))?;
        let told: Value = serde_json::from_str(&told)?;
        let rows = told.as_array().context("a list is an array")?;
        ensure!(
            rows.len() == OPENED as usize && rows[0]["thread_id"] == *newest,
            "it lists others"
        );
        ensure!(
            rows.iter().all(|row| row["cwd"] == "/srv/project"),
            "it does not look into them"
        );
        let mut find = shell::program("find");
        find.arg(&sessions)
            .args(["-type", "f", "-printf", "%T@ %f\n"]);
        let (bare, names) = timed(|| shell::read(&mut find))?;
        ensure!(
            names.lines().count() == SESSIONS as usize,
            "find finds others"
        );
        list.push_pair(ms(took), ms(bare));
        let (took, told) = timed(|| house.run(&["show", &newest]))?;
        ensure!(told.contains(&newest), "it shows another");
        show.push_pair(ms(took), ms(bare));
    }
    Ok(Figure {
        title: format!("The newest threads of {SESSIONS} Codex sessions"),
        method: format!(
            "{} times, the whole command from the start of its process: a Codex home with {SESSIONS} session files in the folders \
             of a year, written to in an order that is not theirs, of which the newest {OPENED} begin with a line of {FIRST_LINE} \
             bytes and the others are empty, since nobody opens them. The system has the folders in its cache. The alternative \
             reads the same names and times and does nothing with them.",
            extent.starts
        ),
        rows: vec![list, show],
    })
}

/// Writes the sessions, the last one the newest.
fn plant(sessions: &Path) -> Result<()> {
    for number in 0..SESSIONS {
        // Far from the order of time: an old session that goes on stays in its old folder.
        let day = number * 7919 % 336;
        let folder = sessions.join(format!("2026/{:02}/{:02}", day / 28 + 1, day % 28 + 1));
        fs::create_dir_all(&folder)?;
        let name = format!("rollout-2026-01-01T00-00-00-{}.jsonl", id(number));
        let mut file = File::create(folder.join(name))?;
        if number >= SESSIONS - OPENED {
            let instructions = "x".repeat(FIRST_LINE);
            writeln!(
                file,
                r#"{{"type":"session_meta","payload":{{"base_instructions":"{instructions}","cwd":"/srv/project"}}}}"#
            )?;
        }
        file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(number.into()))?;
    }
    Ok(())
}

fn id(number: u32) -> String {
    format!("01a22450-544f-7543-af41-{number:012x}")
}

fn timed<T>(act: impl FnOnce() -> Result<T>) -> Result<(Duration, T)> {
    let start = Instant::now();
    let done = act()?;
    Ok((start.elapsed(), done))
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
