//! The assistants' programs on this machine: which, of what version, signed in or not; and what they
//! need themselves.

use std::cmp::Ordering;

use switchboard_backends::clis::Finding;
use switchboard_server::{Check, CheckStatus};

use super::{
    Subject,
    report::{known, ok, warn},
};
use crate::config::Answers;

const SANDBOX: &str = "Sandbox";

pub async fn check(subject: &Subject) -> Vec<Check> {
    let (findings, sandbox, node) = tokio::join!(
        subject.machine.findings(),
        subject.machine.sandbox(),
        subject.machine.version_of("node")
    );
    let mut checks: Vec<Check> = findings
        .iter()
        .map(|finding| match (finding.tested, subject.config.answers) {
            // The one that the main job needs, and that a demo can do without.
            (Some(_), Answers::Codex) => program(finding, CheckStatus::Fail),
            (Some(_), Answers::Script) => ok(
                finding.command,
                finding.title,
                "not found; this demo answers without it",
            ),
            (None, _) => program(finding, CheckStatus::Warn),
        })
        .collect();
    checks.push(match sandbox {
        Some(Ok(())) => ok("sandbox", SANDBOX, "commands of an assistant run read-only"),
        Some(Err(failure)) => known(CheckStatus::Warn, SANDBOX, &failure),
        None => warn(
            "sandbox",
            SANDBOX,
            "cannot be tried without the Codex CLI",
            "install the Codex CLI",
        ),
    });
    checks.push(match node {
        Some(version) => ok("node", "Node.js", version),
        None => warn(
            "node",
            "Node.js",
            "not found",
            "install Node.js 20.19 or newer if you install assistants with npm, or build the page",
        ),
    });
    checks
}

/// One program. `missing` is how bad it is that it cannot be used.
fn program(finding: &Finding, missing: CheckStatus) -> Check {
    if let Some(problem) = &finding.problem {
        return known(missing, finding.title, problem);
    }
    let place = finding
        .program
        .as_ref()
        .map(|program| format!(" at {}", program.display()))
        .unwrap_or_default();
    let version = finding.version.as_deref().unwrap_or("of unknown version");
    let account = finding.account.as_deref().unwrap_or("an account");
    let detail = format!("{version}{place}, signed in: {account}");
    let Some(tested) = finding.tested else {
        return ok(finding.command, finding.title, detail);
    };
    let fix = format!("nothing, if it works; else install version {tested}, which is tested");
    match finding
        .version
        .as_deref()
        .map(|version| compare(version, tested))
    {
        Some(Ordering::Equal) => ok(finding.command, finding.title, detail),
        Some(Ordering::Greater) => warn(
            "newer_than_tested",
            finding.title,
            format!("{detail} (newer than tested)"),
            fix,
        ),
        Some(Ordering::Less) => warn(
            "older_than_tested",
            finding.title,
            format!("{detail} (older than tested)"),
            format!("update it to version {tested}, which is tested"),
        ),
        None => warn("unknown_version", finding.title, detail, fix),
    }
}

/// Compares the numbers of two versions; a part that is no number counts as zero.
fn compare(one: &str, other: &str) -> Ordering {
    let numbers = |version: &str| -> Vec<u64> {
        let plain = version.split(['-', '+']).next().unwrap_or_default();
        plain
            .split('.')
            .map(|part| part.parse().unwrap_or(0))
            .collect()
    };
    numbers(one).cmp(&numbers(other))
}

#[cfg(test)]
mod tests {
    use switchboard_model::outcome::{Failure, OutcomeCode};

    use super::*;

    fn finding(version: Option<&str>) -> Finding {
        Finding {
            command: "codex",
            title: "Codex CLI",
            program: Some("/usr/bin/codex".into()),
            version: version.map(str::to_owned),
            tested: Some("0.169.0"),
            account: Some("mara@example.org, ChatGPT plus".into()),
            problem: None,
            others: Vec::new(),
        }
    }

    #[test]
    fn a_version_outside_the_tested_range_is_a_warning() {
        for (version, code) in [
            (Some("0.169.0"), "codex"),
            (Some("0.170.0"), "newer_than_tested"),
            (Some("0.1000.0-alpha.1"), "newer_than_tested"),
            (Some("0.99.0"), "older_than_tested"),
            (None, "unknown_version"),
        ] {
            let check = program(&finding(version), CheckStatus::Fail);
            assert_eq!(check.code, code, "{version:?}");
            assert_ne!(check.status, CheckStatus::Fail, "it may well work");
        }
    }

    #[test]
    fn a_problem_has_the_code_and_the_remedy_that_a_turn_would_show() {
        let failure = Failure::new(OutcomeCode::NotSignedIn, "no login").hint("sign in");
        let finding = Finding {
            problem: Some(failure),
            ..finding(None)
        };
        for status in [CheckStatus::Warn, CheckStatus::Fail] {
            let check = program(&finding, status);
            assert_eq!(
                (check.code.as_str(), check.fix.as_deref(), check.status),
                ("not_signed_in", Some("sign in"), status)
            );
        }
    }
}
