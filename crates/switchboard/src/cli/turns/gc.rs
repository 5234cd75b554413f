//! `switchboard gc`: takes old turns away.

use std::{path::PathBuf, process::ExitCode, time::Duration};

use anyhow::Result;
use clap::Args;
use serde::Serialize;
use switchboard_engine::folder::{self, Sweep, Swept};
use switchboard_model::Clock as _;

use super::Layout;
use crate::sources::SystemClock;

const HELP: &str = "\
Examples:
  switchboard gc --dry-run
  switchboard gc --older-than 12h --keep-bytes 500000000

Counts from when a turn ended. A turn that runs is never taken away.";

#[derive(Args)]
#[command(after_help = HELP)]
pub struct Gc {
    /// Take away what ended longer ago than this: a number and s, m, h or d
    #[arg(long, value_name = "AGE", default_value = "7d", value_parser = age)]
    older_than: Duration,
    /// Of the rest, take away what ended first until all of them have at most so many bytes
    #[arg(long, value_name = "N")]
    keep_bytes: Option<u64>,
    /// Only say what would go
    #[arg(long)]
    dry_run: bool,
    /// Print it on one line
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Told {
    dry_run: bool,
    #[serde(flatten)]
    swept: Swept,
}

impl Gc {
    pub fn run(self, home: Option<PathBuf>) -> Result<ExitCode> {
        let rules = folder::Gc {
            now: SystemClock.now(),
            older_than: self.older_than,
            keep_bytes: self.keep_bytes,
            sweep: if self.dry_run {
                Sweep::DryRun
            } else {
                Sweep::ForReal
            },
        };
        let swept = super::turns(home)?.gc(rules)?;
        for failure in &swept.failed {
            eprintln!("not taken away: {failure}");
        }
        let code = u8::from(!swept.failed.is_empty());
        Layout::of_flag(self.json).print(&Told {
            dry_run: self.dry_run,
            swept,
        })?;
        Ok(code.into())
    }
}

/// How long ago: `90s`, `30m`, `12h`, `7d`.
fn age(text: &str) -> Result<Duration, String> {
    let wrong = || format!("{text:?} is no age: write a number and s, m, h or d, as in 7d");
    let unit = text.chars().next_back().ok_or_else(wrong)?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 60 * 60,
        'd' => 24 * 60 * 60,
        _ => return Err(wrong()),
    };
    let number: u64 = text[..text.len() - 1].parse().map_err(|_| wrong())?;
    let seconds = number.checked_mul(seconds).ok_or_else(wrong)?;
    Ok(Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_is_a_number_and_a_unit_and_nothing_else() {
        let rows = [
            ("90s", Some(90)),
            ("2m", Some(120)),
            ("12h", Some(43_200)),
            ("7d", Some(604_800)),
            ("0s", Some(0)),
            ("7", None),
            ("", None),
            ("d", None),
            ("-1d", None),
            ("1.5h", None),
            ("7 d", None),
            ("7ｄ", None),
            ("99999999999999999999d", None),
            ("99999999999999999d", None),
        ];
        for (text, seconds) in rows {
            assert_eq!(age(text).ok(), seconds.map(Duration::from_secs), "{text:?}");
        }
    }
}
