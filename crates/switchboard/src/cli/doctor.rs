//! `switchboard doctor`: what the doctor found, for people and for programs.

use std::{
    io::{IsTerminal as _, stdout},
    path::PathBuf,
    process::ExitCode,
};

use anyhow::Result;
use clap::Args;
use switchboard_server::{Check, CheckStatus};

use crate::{
    config::{self, Config, Flags},
    doctor,
};

#[derive(Args)]
pub struct Doctor {
    /// Print JSON, as `GET /api/doctor` answers it
    #[arg(long)]
    json: bool,
}

impl Doctor {
    pub async fn run(self, home: Option<PathBuf>, flags: Flags) -> Result<ExitCode> {
        super::logs("error");
        let checks = match Config::read(home, flags) {
            Ok(config) => doctor::visit(config).await?,
            Err(error) => vec![doctor::unreadable(&error)],
        };
        if self.json {
            println!("{:#}", serde_json::json!({ "checks": checks }));
        } else {
            let paint = Paint::of_terminal();
            for check in &checks {
                print!("{}", lines(check, paint));
            }
            println!("{}", summary(&checks));
        }
        let well = checks.iter().all(|check| check.status != CheckStatus::Fail);
        Ok(if well {
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

    fn mark(self, status: CheckStatus) -> String {
        let (word, colour) = match status {
            CheckStatus::Ok => ("ok", 32),
            CheckStatus::Warn => ("warn", 33),
            CheckStatus::Fail => ("fail", 31),
        };
        match self {
            Self::Plain => format!("{word:<4}"),
            Self::Colours => format!("\x1b[{colour}m{word:<4}\x1b[0m"),
        }
    }
}

/// A line, with what does not fit into it indented below.
fn lines(check: &Check, paint: Paint) -> String {
    let indent = format!("\n{:<29}", "");
    let detail = check.detail.trim().replace('\n', &indent);
    let code = if check.status == CheckStatus::Ok {
        String::new()
    } else {
        format!(" [{}]", check.code)
    };
    let fix = check
        .fix
        .as_ref()
        .map(|fix| format!("{indent}fix: {fix}"))
        .unwrap_or_default();
    format!(
        "{}  {:<22} {detail}{code}{fix}\n",
        paint.mark(check.status),
        check.title
    )
}

fn summary(checks: &[Check]) -> String {
    let count = |status| checks.iter().filter(|check| check.status == status).count();
    match (count(CheckStatus::Fail), count(CheckStatus::Warn)) {
        (0, 0) => "All is well.".into(),
        (0, warnings) => format!("Mentions can be answered; {warnings} to look at."),
        (failures, _) => format!("Mentions cannot be answered: {failures} to fix first."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_is_one_line_and_its_fix_another() {
        let check = Check {
            code: "not_signed_in".into(),
            status: CheckStatus::Fail,
            title: "Codex CLI (ChatGPT)".into(),
            detail: "not signed in".into(),
            fix: Some("run `codex login`".into()),
        };
        let told = "fail  Codex CLI (ChatGPT)    not signed in [not_signed_in]\n                             fix: run `codex login`\n";
        assert_eq!(lines(&check, Paint::Plain), told);
        assert!(lines(&check, Paint::Colours).starts_with("\x1b[31mfail\x1b[0m  "));
        assert_eq!(
            summary(&[check]),
            "Mentions cannot be answered: 1 to fix first."
        );
    }
}
