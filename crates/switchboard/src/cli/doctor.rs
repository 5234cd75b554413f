//! `switchboard doctor`: what the doctor found, for people and for programs.

use std::{
    collections::HashSet,
    io::{IsTerminal as _, stdout},
    path::PathBuf,
    process::ExitCode,
};

use anyhow::Result;
use clap::Args;
use switchboard_server::{Check, CheckState};

use crate::{
    config::{self, Config, Flags},
    demo, doctor,
};

const EXAMPLES: &str = "\
Examples:
  switchboard doctor
  switchboard doctor --json | jq '.checks[] | select(.state == \"failed\")'

Changes nothing. Exits with 1 if something that is switched on cannot do its work.";

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Doctor {
    /// Print JSON, as `GET /api/doctor` answers it
    #[arg(long)]
    json: bool,
}

impl Doctor {
    pub async fn run(self, home: Option<PathBuf>, flags: Flags) -> Result<ExitCode> {
        super::logs("error");
        let report = match Config::read(home, flags) {
            Ok(mut config) => {
                demo::follow(&mut config);
                doctor::visit(config).await?
            }
            Err(error) => doctor::unreadable(&error),
        };
        if self.json {
            println!("{:#}", serde_json::to_value(&report)?);
        } else {
            let paint = Paint::of_terminal();
            for check in &report.checks {
                print!("{}", lines(check, paint));
            }
            println!("{}", summary(&report.checks));
        }
        Ok(if report.ok {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        })
    }
}

/// Whether marks have colours.
#[derive(Clone, Copy)]
enum Paint {
    Plain,
    Colours,
}

impl Paint {
    /// Colours on a terminal, unless the person wants none (no-color.org).
    fn of_terminal() -> Self {
        if stdout().is_terminal() && config::colours_allowed() {
            Self::Colours
        } else {
            Self::Plain
        }
    }

    fn mark(self, state: CheckState) -> String {
        let (word, colour) = match state {
            CheckState::Ok => ("ok", 32),
            CheckState::Warning => ("warning", 33),
            CheckState::Failed => ("failed", 31),
            CheckState::Off => ("off", 90),
        };
        match self {
            Self::Plain => format!("{word:<7}"),
            Self::Colours => format!("\x1b[{colour}m{word:<7}\x1b[0m"),
        }
    }
}

/// A line, with what does not fit into it indented below. Where something is to be done, the code to look up.
fn lines(check: &Check, paint: Paint) -> String {
    let indent = format!("\n{:<33}", "");
    let said = check.said.trim().replace('\n', &indent);
    let code = match (&check.outcome, check.state) {
        (_, CheckState::Ok | CheckState::Off) => String::new(),
        (Some(outcome), _) => format!(" [{}, {outcome}]", check.code),
        (None, _) => format!(" [{}]", check.code),
    };
    let fix = check
        .fix
        .as_ref()
        .map(|fix| format!("{indent}fix: {fix}"))
        .unwrap_or_default();
    format!(
        "{}  {:<23} {said}{code}{fix}\n",
        paint.mark(check.state),
        check.title
    )
}

/// One thing to do may mend several checks.
fn summary(checks: &[Check]) -> String {
    let count = |state| {
        let of_it = checks.iter().filter(|check| check.state == state);
        of_it.map(|check| &check.fix).collect::<HashSet<_>>().len()
    };
    match (count(CheckState::Failed), count(CheckState::Warning)) {
        (0, 0) => "All is well.".into(),
        (0, warnings) => format!("Mentions can be answered; {warnings} to look at."),
        (failures, _) => format!("Not every mention can be answered: {failures} to fix first."),
    }
}

#[cfg(test)]
mod tests {
    use switchboard_server::CheckGroup;

    use super::*;

    #[test]
    fn a_finding_is_one_line_and_its_fix_another() {
        let check = Check {
            code: "codex.login".into(),
            group: CheckGroup::Assistants,
            state: CheckState::Failed,
            title: "ChatGPT sign-in".into(),
            said: "not signed in".into(),
            fix: Some("run `codex login`".into()),
            outcome: Some("not_signed_in".into()),
            assistant: None,
        };
        let told = "failed   ChatGPT sign-in         not signed in [codex.login, not_signed_in]\n                                 fix: run `codex login`\n";
        assert_eq!(lines(&check, Paint::Plain), told);
        assert!(lines(&check, Paint::Colours).starts_with("\x1b[31mfailed \x1b[0m  "));
        assert_eq!(
            summary(&[check.clone(), check]),
            "Not every mention can be answered: 1 to fix first."
        );
    }
}
