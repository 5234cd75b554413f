//! `switchboard feedback`: adds to the log of the installed skill, and says when recent entries have something in common.

use std::{path::PathBuf, process::ExitCode};

use anyhow::{Context as _, Result};
use clap::{Args, Subcommand, ValueEnum};
use switchboard_engine::folder::moment;
use switchboard_model::{
    Clock as _,
    feedback::{Entry, Pattern, Went},
};

use super::turns::refusal::Refusal;
use crate::{
    config::{Config, Flags},
    skills::{Place, TURNS, log::Log},
    sources::SystemClock,
};

const ADD: &str = "\
Examples:
  switchboard feedback add --task \"Review of the parser\" --outcome success --rating 4
  switchboard feedback add --task \"Fix the test\" --outcome failure --issues \"timed out\"

Writes on top of feedback/log.md, beside the skill's SKILL.md. Without a rating or a note, and if nothing went wrong, nothing is \
written.";

#[derive(Subcommand)]
pub enum Feedback {
    /// Record how a session went
    #[command(after_help = ADD)]
    Add(Add),
    /// Print one line if recent entries show a pattern, and else nothing
    Check {
        /// Of which installed skill: claude, codex or a folder that holds skills [default: the first that has it]
        #[arg(long, value_name = "claude|codex|DIR", value_parser = Place::parse)]
        to: Option<Place>,
        /// Print it as JSON: an object with a pattern, or null
        #[arg(long)]
        json: bool,
    },
}

#[derive(Args)]
pub struct Add {
    /// What the session was about
    #[arg(long, value_name = "TEXT")]
    task: Option<String>,
    /// How it went
    #[arg(long, value_enum, value_name = "OUTCOME")]
    outcome: Option<Outcome>,
    /// What the person gives it, from 1 to 5
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=5))]
    rating: Option<u8>,
    /// What the person had to correct
    #[arg(long, value_name = "TEXT")]
    corrections: Option<String>,
    /// What went wrong
    #[arg(long, value_name = "TEXT")]
    issues: Option<String>,
    /// The person's own words
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    /// Of which installed skill: claude, codex or a folder that holds skills [default: the first that has it]
    #[arg(long, value_name = "claude|codex|DIR", value_parser = Place::parse)]
    to: Option<Place>,
    /// Print what was done, and errors, as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Outcome {
    Success,
    PartialSuccess,
    Failure,
    Error,
}

impl Feedback {
    pub fn run(self, home: Option<PathBuf>, flags: Flags) -> ExitCode {
        let json = match &self {
            Self::Add(add) => add.json,
            Self::Check { json, .. } => *json,
        };
        let done = Config::read(home, flags).and_then(|config| match self {
            Self::Add(add) => add.run(&config),
            Self::Check { to, json } => check(&config, to, json),
        });
        match done {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => Refusal::from(error).tell(json),
        }
    }
}

impl Add {
    fn run(self, config: &Config) -> Result<()> {
        let log = Log::find(config, self.to).with_context(|| {
            format!("{TURNS} is not installed there; `switchboard skills install` does that")
        })?;
        let path = log.path();
        let entry = Entry {
            at: moment(SystemClock.now()),
            version: log.version()?,
            task: self.task,
            went: self.outcome.map(|outcome| match outcome {
                Outcome::Success => Went::Success,
                Outcome::PartialSuccess => Went::PartialSuccess,
                Outcome::Failure => Went::Failure,
                Outcome::Error => Went::Error,
            }),
            rating: self.rating,
            corrections: self.corrections,
            issues: self.issues,
            note: self.note,
        };
        let recorded = entry.is_worth_keeping();
        if recorded {
            log.add(&entry)
                .with_context(|| format!("cannot write {}", path.display()))?;
        }
        if self.json {
            println!(
                "{}",
                serde_json::json!({ "recorded": recorded, "path": path })
            );
        } else if recorded {
            eprintln!("Recorded in {}.", path.display());
        } else {
            eprintln!("Nothing was said and nothing went wrong, so nothing is recorded.");
        }
        Ok(())
    }
}

/// Says nothing at all where there is nothing to say: an agent runs it before every session.
fn check(config: &Config, to: Option<Place>, json: bool) -> Result<()> {
    let log = Log::find(config, to);
    let pattern = match &log {
        Some(log) => log
            .pattern()
            .with_context(|| format!("cannot read {}", log.path().display()))?,
        None => None,
    };
    let line = pattern.map(|pattern| {
        if is_japanese(config) {
            japanese(&pattern)
        } else {
            english(&pattern)
        }
    });
    match line {
        line if json => println!(
            "{}",
            serde_json::json!(line.map(|line| serde_json::json!({ "pattern": line })))
        ),
        Some(line) => println!("{line}"),
        None => {}
    }
    Ok(())
}

/// Whether messages are wanted in Japanese, as POSIX has it: the first of these that is set decides.
fn is_japanese(config: &Config) -> bool {
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .iter()
        .find_map(|name| config.var(name));
    let locale = locale.unwrap_or_default().to_string_lossy();
    let language = locale.split(['_', '.', '@']).next().unwrap_or_default();
    language.eq_ignore_ascii_case("ja")
}

fn english(pattern: &Pattern) -> String {
    let what = match pattern {
        Pattern::Word { word, entries, of } => {
            format!("\"{word}\" in {entries} of the last {of} entries")
        }
        Pattern::Rating { mean } => format!("an average rating of {mean:.1}"),
    };
    format!(
        "Past feedback shows a pattern: {what}. /skill-improve --skill {TURNS} can suggest improvements."
    )
}

fn japanese(pattern: &Pattern) -> String {
    let what = match pattern {
        Pattern::Word { word, entries, of } => format!("直近{of}件中{entries}件に「{word}」"),
        Pattern::Rating { mean } => format!("平均評価{mean:.1}"),
    };
    format!(
        "過去のフィードバックで類似パターンを検出: {what}。/skill-improve --skill {TURNS} で改善案を分析できます。"
    )
}
