//! The stages of `cargo xtask test`: what each runs and how its outcome is counted. Never decides which
//! of them run, and never installs anything.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result};
use clap::ValueEnum;

use super::counts::{self, Counts};
use super::postgres::Postgres;
use crate::shell::{self, Ended};
use crate::{generated, repo, tidy, web};

/// In the order in which they run: quick verdicts first, and the page before the build that embeds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Stage {
    Fmt,
    Tidy,
    Web,
    Clippy,
    Tests,
    Flows,
    Gen,
    Walks,
}

/// What a stage gives back: numbers for the table, and the words a failure prints.
pub struct Verdict {
    pub counts: Counts,
    pub why: String,
}

/// What every stage may use.
#[derive(Default)]
pub struct Surroundings {
    pub logs: PathBuf,
    /// Runs for as long as the stages that need it.
    pub postgres: Option<Postgres>,
    /// Variables for the programs under test.
    pub env: Vec<(&'static str, String)>,
}

const CHECK_LIMIT: Duration = Duration::from_mins(10);
const TEST_LIMIT: Duration = Duration::from_mins(30);
const TAIL: usize = 60;

/// Lints, tests and walks see one set of features, the one people get: with the page inside.
const FEATURES: &str = "switchboard/ui";

/// Settings and keys of the developer's own: a test that found them would use a person's account.
const PERSONAL: [&str; 6] = [
    "SWITCHBOARD_",
    "CODEX_",
    "OPENAI_",
    "ANTHROPIC_",
    "CLAUDE_",
    "GEMINI_",
];

impl Surroundings {
    /// The prepared variables instead of personal ones.
    fn lend(&self, command: &mut Command) {
        let personal = std::env::vars_os().map(|(name, _)| name).filter(|name| {
            let name = name.to_string_lossy();
            PERSONAL.iter().any(|prefix| name.starts_with(prefix))
                && !name.starts_with("SWITCHBOARD_TEST_")
        });
        personal.for_each(|name| _ = command.env_remove(name));
        command.envs(self.env.iter().map(|(name, value)| (name, value)));
    }
}

impl Stage {
    pub fn name(self) -> &'static str {
        match self {
            Self::Fmt => "fmt",
            Self::Clippy => "clippy",
            Self::Tidy => "tidy",
            Self::Web => "web",
            Self::Tests => "tests",
            Self::Flows => "flows",
            Self::Gen => "gen",
            Self::Walks => "walks",
        }
    }

    pub fn needs_npm(self) -> bool {
        matches!(
            self,
            Self::Web | Self::Tests | Self::Flows | Self::Gen | Self::Walks
        )
    }

    pub fn needs_postgres(self) -> bool {
        matches!(self, Self::Tests | Self::Flows | Self::Walks)
    }

    pub fn run(self, around: &Surroundings) -> Result<Verdict> {
        let log = around.logs.join(format!("{}.log", self.name()));
        fs::write(&log, "")?;
        match self {
            Self::Fmt => check(
                &mut cargo(&["fmt", "--all", "--check", "--", "--color", "never"]),
                &log,
            ),
            Self::Clippy => clippy(&log),
            Self::Tidy => Ok(own(tidy::run(tidy::Generated::CheckedElsewhere))),
            Self::Web => page(&log),
            Self::Tests => tests(around, &log),
            Self::Flows => flows(around, &log),
            Self::Gen => Ok(own(generated::check(&switchboard(&log)?))),
            Self::Walks => walks(around, &log),
        }
    }
}

fn clippy(log: &Path) -> Result<Verdict> {
    let mut command = cargo(&["clippy", "--workspace", "--all-targets", "--quiet"]);
    command.args(["--features", FEATURES, "--", "-D", "warnings"]);
    check(&mut command, log)
}

fn tests(around: &Surroundings, log: &Path) -> Result<Verdict> {
    let mut command = cargo(&["test", "--workspace", "--no-fail-fast"]);
    command.args(["--features", FEATURES]);
    libtest(command, around, log)
}

/// The flow suite once more, this time on PostgreSQL where a flow does not choose its own database. Runs
/// the binary that the tests were built into: another choice of packages would build another one.
fn flows(around: &Surroundings, log: &Path) -> Result<Verdict> {
    let built = cargo(&["test", "--workspace", "--no-run", "--features", FEATURES])
        .args(["--quiet", "--message-format", "json"])
        .output()?;
    let package = repo::root().join("crates/switchboard");
    let suite = flow_suite(&String::from_utf8_lossy(&built.stdout), &package)
        .context("the flow suite was not built: see the stage `tests`")?;
    let mut command = shell::program(suite);
    command
        .current_dir(package)
        .env("SWITCHBOARD_TEST_FLOWS_ON", "postgres");
    libtest(command, around, log)
}

/// Where cargo says it put the integration tests of that package.
fn flow_suite(messages: &str, package: &Path) -> Option<PathBuf> {
    let manifest = package.join("Cargo.toml");
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .find(|message| {
            message["manifest_path"].as_str() == manifest.to_str()
                && message["target"]["kind"][0] == "test"
        })
        .and_then(|message| message["executable"].as_str().map(PathBuf::from))
}

/// Runs what prints as libtest does, and counts.
fn libtest(mut command: Command, around: &Surroundings, log: &Path) -> Result<Verdict> {
    around.lend(&mut command);
    let ended = shell::log(&mut command, log, TEST_LIMIT)?;
    let text = fs::read_to_string(log)?;
    let mut why = counts::libtest_failures(&text);
    if why.is_empty() {
        why = counts::tail(&text, TAIL);
    }
    Ok(Verdict {
        counts: counts::libtest(&text).agreeing_with(ended == Ended::Well),
        why: why + words(ended),
    })
}

fn page(log: &Path) -> Result<Verdict> {
    let ended = shell::log(web::npm(&["run", "check"]).env("CI", "1"), log, CHECK_LIMIT)?;
    let text = fs::read_to_string(log)?;
    let mut counts = counts::vitest(&text).agreeing_with(ended == Ended::Well);
    let mut why = if ended == Ended::Well {
        String::new()
    } else {
        counts::tail(&text, 2 * TAIL)
    };
    // The browser walks use whatever page builds, also when a check above has failed.
    match web::build(|npm| logged(npm, log)) {
        Ok(()) => counts.passed += 1,
        Err(error) => {
            counts.failed += 1;
            why = format!("{why}\n{error:#}");
        }
    }
    Ok(Verdict {
        counts,
        why: why + words(ended),
    })
}

fn walks(around: &Surroundings, log: &Path) -> Result<Verdict> {
    let binary = switchboard(log)?;
    let mut command = shell::program("npm");
    command
        .arg("test")
        .current_dir(repo::root().join("e2e"))
        .env("CI", "1");
    around.lend(&mut command);
    command.env("SWITCHBOARD_BIN", binary);
    let ended = shell::log(&mut command, log, TEST_LIMIT)?;
    let text = fs::read_to_string(log)?;
    let counts = counts::walks(&text).agreeing_with(ended == Ended::Well);
    Ok(Verdict {
        counts,
        why: counts::tail(&text, 3 * TAIL) + words(ended),
    })
}

/// The binary that `cargo test` built for its flow tests; after it this is a look at fingerprints.
fn switchboard(log: &Path) -> Result<PathBuf> {
    logged(
        &mut cargo(&[
            "test",
            "--workspace",
            "--no-run",
            "--quiet",
            "--features",
            FEATURES,
        ]),
        log,
    )?;
    Ok(repo::target().join("debug/switchboard"))
}

fn check(command: &mut Command, log: &Path) -> Result<Verdict> {
    let ended = shell::log(command, log, CHECK_LIMIT)?;
    let why = counts::tail(&fs::read_to_string(log)?, TAIL) + words(ended);
    Ok(Verdict {
        counts: Counts::of_check(ended == Ended::Well),
        why,
    })
}

/// A check of xtask's own, which returns its findings as an error.
fn own(done: Result<()>) -> Verdict {
    Verdict {
        counts: Counts::of_check(done.is_ok()),
        why: done
            .err()
            .map(|error| format!("{error:#}"))
            .unwrap_or_default(),
    }
}

/// Runs to success, or fails with what this command added to the log.
fn logged(command: &mut Command, log: &Path) -> Result<()> {
    let before = fs::metadata(log).map_or(0, |file| file.len());
    let ended = shell::log(command, log, TEST_LIMIT)?;
    if ended == Ended::Well {
        return Ok(());
    }
    let text = fs::read_to_string(log)?;
    let added = text.get(before as usize..).unwrap_or(&text);
    let line = shell::line(command);
    anyhow::bail!(
        "{line} failed{}\n{}",
        words(ended),
        counts::tail(added, TAIL)
    )
}

fn cargo(words: &[&str]) -> Command {
    let mut command = repo::cargo();
    command.args(words).env("CARGO_TERM_COLOR", "never");
    command
}

fn words(ended: Ended) -> &'static str {
    match ended {
        Ended::Well | Ended::Badly => "",
        Ended::TookTooLong => "\ntook too long and was killed",
    }
}
