//! `cargo xtask test`: prepares the machine, runs the stages one after the other, and sums up. A stage
//! that fails doesn't stop the next: one run tells everything that is wrong.

mod counts;
pub mod install;
mod postgres;
mod stages;

use std::fs;
use std::io::Write as _;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use clap::ValueEnum as _;

use crate::{repo, shell, web};
use counts::Counts;
use postgres::Postgres;
pub use stages::Stage;
use stages::{Surroundings, Verdict};

struct Row {
    name: &'static str,
    counts: Counts,
    took: Duration,
}

/// Runs all stages, or only one.
pub fn run(only: Option<Stage>) -> Result<()> {
    let chosen = only.map_or_else(|| Stage::value_variants().to_vec(), |one| vec![one]);
    let logs = repo::target().join("test-logs");
    fs::create_dir_all(&logs)?;
    let mut around = Surroundings {
        logs,
        ..Surroundings::default()
    };
    let mut rows = vec![timed("setup", || {
        prepare(&chosen, &mut around)?;
        Ok(Verdict {
            counts: Counts::default(),
            why: String::new(),
        })
    })];
    for stage in chosen {
        rows.push(timed(stage.name(), || stage.run(&around)));
    }
    drop(around);
    sum_up(&rows)
}

/// Runs one command with a private PostgreSQL, for work on one crate.
pub fn with_postgres(command: &[String]) -> Result<()> {
    install::system()?;
    let server = Postgres::start()?;
    let (name, rest) = command.split_first().context("no command given")?;
    shell::show(shell::program(name).args(rest).env(POSTGRES, server.url()))
}

const POSTGRES: &str = "SWITCHBOARD_TEST_POSTGRES";

/// Only what the chosen stages need, so that `--only fmt` stays a matter of seconds. What could be
/// prepared before something failed is of use to the stages all the same.
fn prepare(stages: &[Stage], around: &mut Surroundings) -> Result<()> {
    // Plain `cargo test` fuzzes for a second each.
    around.env.push(("SWITCHBOARD_FUZZ_SECONDS", "20".into()));
    if stages.iter().any(|stage| stage.needs_postgres()) {
        install::system()?;
        let server = around.postgres.insert(Postgres::start()?);
        around.env.push((POSTGRES, server.url().to_owned()));
        let browser = install::browser().context("no Chromium")?;
        around.env.push(("CHROMIUM", browser.display().to_string()));
    }
    if stages.iter().any(|stage| stage.needs_npm()) {
        web::check_node()?;
        install::npm(&repo::root().join("e2e"))?;
        let codex = install::codex()?.display().to_string();
        around.env.push(("SWITCHBOARD_TEST_CODEX", codex));
        install::npm(&web::folder())?;
    }
    Ok(())
}

/// One line per stage, begun when it begins, so that a glance tells where it is.
fn timed(name: &'static str, work: impl FnOnce() -> Result<Verdict>) -> Row {
    print!("{name:<8}");
    let _ = std::io::stdout().flush();
    let begin = Instant::now();
    let verdict = work().unwrap_or_else(|error| Verdict {
        counts: Counts::of_check(false),
        why: format!("{error:#}"),
    });
    let took = begin.elapsed();
    let row = Row {
        name,
        counts: verdict.counts,
        took,
    };
    println!("{:<7}{:>9}  {}", word(&row), seconds(took), row.counts);
    if row.counts.failed > 0 {
        println!("{}\n", indent(&verdict.why));
    }
    row
}

/// The table of times, and the summary as the very last line.
fn sum_up(rows: &[Row]) -> Result<()> {
    println!("\n{:<8}{:<7}{:>9}", "stage", "", "time");
    for row in rows {
        println!("{:<8}{:<7}{:>9}", row.name, word(row), seconds(row.took));
    }
    println!(
        "{:<15}{:>9}\n",
        "total",
        seconds(rows.iter().map(|row| row.took).sum())
    );
    let total: Counts = rows.iter().map(|row| row.counts).sum();
    println!("{total}");
    // Off Debian nobody installed what a skipped test lacks; here we did.
    if total.failed > 0 || (total.skipped > 0 && install::on_debian()) {
        std::io::stdout().flush()?;
        bail!(Red);
    }
    Ok(())
}

/// The run is red and has said so: there is nothing to add, the summary stays the last line.
#[derive(Debug)]
pub struct Red;

impl std::fmt::Display for Red {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("tests failed")
    }
}

impl std::error::Error for Red {}

fn word(row: &Row) -> &'static str {
    if row.counts.failed > 0 {
        "FAILED"
    } else {
        "ok"
    }
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}

fn indent(text: &str) -> String {
    text.trim_end()
        .lines()
        .map(|line| format!("    {line}"))
        .collect::<Vec<_>>()
        .join("\n")
}
