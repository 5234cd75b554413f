//! `switchboard skills`: puts the skills that this program carries where agents look for them.

use std::{fmt::Write as _, path::PathBuf, process::ExitCode};

use anyhow::{Context as _, Result, bail};
use clap::{Args, Subcommand};

use super::turns::{Layout, refusal::Refusal};
use crate::{
    config::{Config, Flags},
    skills::{
        self, Place,
        install::{Done, Own, Report, install},
    },
};

const EXAMPLES: &str = "\
Examples:
  switchboard skills install                  for each agent on this machine
  switchboard skills install --to claude
  switchboard skills install --to ./skills    any folder; claude and codex alone are not folders

Safe to repeat; brings an older version up to date. If somebody changed a file of a skill, the skill is left as it is and the \
command exits with 1; --force puts the changed file aside as FILE.yours. The feedback log always stays.";

#[derive(Subcommand)]
pub enum Skills {
    /// Install them, or bring them up to date
    #[command(after_help = EXAMPLES)]
    Install(Install),
}

#[derive(Args)]
pub struct Install {
    /// Where: claude, codex or a folder that holds skills [default: each agent that is here]
    #[arg(long, value_name = "claude|codex|DIR", value_parser = Place::parse)]
    to: Option<Place>,
    /// Replace files that somebody changed, and keep theirs beside
    #[arg(long)]
    force: bool,
    /// Print what was done as JSON on one line, and errors as JSON too
    #[arg(long)]
    json: bool,
}

impl Skills {
    pub fn run(self, home: Option<PathBuf>, flags: Flags) -> ExitCode {
        let Self::Install(install) = self;
        let json = install.json;
        let done = Config::read(home, flags).and_then(|config| install.run(&config));
        done.unwrap_or_else(|error| Refusal::from(error).tell(json))
    }
}

impl Install {
    fn run(self, config: &Config) -> Result<ExitCode> {
        let places = match self.to {
            Some(place) => vec![place],
            None => Place::of_agents(config),
        };
        if places.is_empty() {
            bail!(
                "there is neither {} nor {}; say where with --to claude, --to codex or --to DIR",
                config.claude_home.display(),
                config.codex_home.display()
            );
        }
        let own = if self.force { Own::PutAside } else { Own::Keep };
        let mut all = Vec::new();
        for place in places {
            let folder = place.folder(config);
            for skill in &skills::ALL {
                let report = install(skill, &folder, own).with_context(|| {
                    format!("cannot install {} in {}", skill.name, folder.display())
                })?;
                if !self.json {
                    print!("{}", told(&report));
                }
                all.push(report);
            }
        }
        if self.json {
            Layout::OneLine.print(&all)?;
        }
        let mut left = all.iter().filter(|report| !report.installed).peekable();
        if left.peek().is_none() {
            return Ok(ExitCode::SUCCESS);
        }
        for report in left {
            eprintln!(
                "{} is left as it is: it was changed, or is not ours. --force replaces it and keeps yours beside.",
                report.folder
            );
        }
        Ok(ExitCode::FAILURE)
    }
}

/// What was done with a skill: a line for it, and one for each file that is not as it was.
fn told(report: &Report) -> String {
    let Report {
        skill,
        version,
        folder,
        ..
    } = report;
    let mut files = String::new();
    for file in &report.files {
        if file.done != Done::Unchanged {
            let _ = writeln!(files, "  {:<11} {}", word(file.done), file.path);
        }
    }
    let what = match &report.before {
        _ if !report.installed => "not installed".to_owned(),
        _ if files.is_empty() => "there already".to_owned(),
        Some(before) if before != version => format!("{before} before"),
        Some(_) => "mended".to_owned(),
        None => "new".to_owned(),
    };
    format!("{skill} {version} in {folder}: {what}\n{files}")
}

fn word(done: Done) -> &'static str {
    match done {
        Done::Written => "written",
        Done::Updated => "updated",
        Done::Unchanged => "unchanged",
        Done::Removed => "removed",
        Done::Kept => "yours, kept",
        Done::PutAside => "yours aside",
    }
}
