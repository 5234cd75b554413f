//! The assistants' programs on this machine: which, of what version, signed in or not; and what they
//! need themselves.

use switchboard_backends::clis::{Finding, NODE, Tested};
use switchboard_model::outcome::{Failure, OutcomeCode};
use switchboard_server::{Check, CheckState};

use super::{
    Subject,
    codes::Code,
    report::{known, off, ok, warning},
};
use crate::config::Answers;

/// All of them, and what was found for whoever wants to know more.
pub async fn check(subject: &Subject) -> (Vec<Check>, Vec<Finding>) {
    let (findings, sandbox, node) = tokio::join!(
        subject.machine.findings(),
        subject.machine.sandbox(),
        subject.machine.version_of("node")
    );
    let mut checks = Vec::new();
    for finding in &findings {
        checks.extend(program(finding, needed(subject, finding, &findings)));
        if finding.command == "codex" {
            checks.push(self::sandbox(sandbox.as_ref()));
        }
    }
    checks.push(self::node(node.as_deref(), &findings));
    (checks, findings)
}

/// Whether something here cannot do its work without a program.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Needed {
    Yes,
    No,
}

/// Before anything is registered one usable program will do; afterwards those that are switched on count.
fn needed(subject: &Subject, finding: &Finding, all: &[Finding]) -> Needed {
    let of_ours = |finding: &Finding| finding.tested.is_some();
    let registered = subject.registered.as_deref().unwrap_or_default();
    let needed = match subject.config.answers {
        Answers::Script => false,
        Answers::Codex if registered.is_empty() => {
            let none_is_well = !all
                .iter()
                .any(|finding| of_ours(finding) && finding.problem.is_none());
            none_is_well && finding.command == "codex"
        }
        Answers::Codex => registered
            .iter()
            .any(|assistant| assistant.enabled && assistant.backend == finding.command),
    };
    if needed { Needed::Yes } else { Needed::No }
}

/// The checks of one program.
struct Codes {
    program: Code,
    version: Code,
    login: Code,
}

fn codes(command: &str) -> Codes {
    match command {
        "codex" => Codes {
            program: Code::CodexProgram,
            version: Code::CodexVersion,
            login: Code::CodexLogin,
        },
        "gemini" => Codes {
            program: Code::GeminiProgram,
            version: Code::GeminiVersion,
            login: Code::GeminiLogin,
        },
        _ => Codes {
            program: Code::ClaudeProgram,
            version: Code::ClaudeProgram,
            login: Code::ClaudeProgram,
        },
    }
}

fn program(finding: &Finding, needed: Needed) -> Vec<Check> {
    let codes = codes(finding.command);
    let Some(tested) = &finding.tested else {
        let said = match (&finding.program, &finding.version) {
            (Some(program), Some(version)) => {
                format!(
                    "{version} at {}, not used by this version",
                    program.display()
                )
            }
            (Some(program), None) => format!("{}, not used by this version", program.display()),
            (None, _) => "not found, and not used by this version".into(),
        };
        return vec![off(codes.program, said, None)];
    };
    let Some(place) = &finding.program else {
        return finding
            .problem
            .iter()
            .map(|problem| missing(codes.program, problem, needed))
            .collect();
    };
    let others = finding.others.iter().map(|other| {
        let version = other.version.as_deref().unwrap_or("of unknown version");
        format!("not used: {version} at {}", other.program.display())
    });
    let places: Vec<String> = std::iter::once(place.display().to_string())
        .chain(others)
        .collect();
    let login = match &finding.problem {
        Some(problem) => missing(codes.login, problem, needed),
        None => ok(
            codes.login,
            finding.account.as_deref().unwrap_or("an account"),
        ),
    };
    vec![
        ok(codes.program, places.join("\n")),
        version(codes.version, finding.version.as_deref(), tested),
        login,
    ]
}

/// What stands in the way, as bad as it is here.
fn missing(code: Code, problem: &Failure, needed: Needed) -> Check {
    match needed {
        Needed::Yes => known(code, CheckState::Failed, problem),
        Needed::No if problem.code == OutcomeCode::NotInstalled => off(
            code,
            "not found, and nothing here needs it",
            Some(problem.hint.clone()),
        ),
        Needed::No => known(code, CheckState::Warning, problem),
    }
}

fn version(code: Code, found: Option<&str>, tested: &Tested) -> Check {
    let fix = format!("nothing, if it works; else install version {}", tested.to);
    let Some(found) = found else {
        return warning(code, "it does not tell its version", fix);
    };
    if numbers(found) > numbers(tested.to) {
        warning(code, format!("{found}, newer than tested ({tested})"), fix)
    } else if numbers(found) < numbers(tested.from) {
        warning(
            code,
            format!("{found}, older than tested ({tested})"),
            format!("update it to version {}, which is tested", tested.to),
        )
    } else {
        ok(code, format!("{found}, tested"))
    }
}

/// The numbers of a version; a part that is no number counts as zero.
fn numbers(version: &str) -> Vec<u64> {
    let plain = version.split(['-', '+']).next().unwrap_or_default();
    plain
        .split('.')
        .map(|part| part.parse().unwrap_or(0))
        .collect()
}

fn sandbox(tried: Option<&Result<(), Failure>>) -> Check {
    let code = Code::CodexSandbox;
    match tried {
        Some(Ok(())) => ok(code, "commands of an assistant run read-only"),
        Some(Err(failure)) => known(code, CheckState::Warning, failure),
        None => off(code, "cannot be tried without the Codex CLI", None),
    }
}

/// What is a script needs node, which was looked for where the script will look for it.
fn node(found: Option<&str>, findings: &[Finding]) -> Check {
    let code = Code::NodeVersion;
    let users: Vec<&str> = findings
        .iter()
        .filter(|finding| finding.tested.is_some() && finding.needs_node)
        .map(|finding| finding.title)
        .collect();
    let fix = format!("install Node.js {NODE} or newer");
    match found {
        None if users.is_empty() => off(code, "not found, and nothing here needs it", None),
        None => warning(
            code,
            format!("not found, and needed by {}", users.join(", ")),
            fix,
        ),
        Some(found) if !users.is_empty() && numbers(found) < numbers(NODE) => warning(
            code,
            format!("{found} is too old for {}", users.join(", ")),
            fix,
        ),
        Some(found) => ok(code, found),
    }
}

#[cfg(test)]
mod tests {
    use switchboard_backends::clis::Seen;

    use super::*;

    const TESTED: Tested = Tested {
        from: "0.160.0",
        to: "0.169.0",
    };

    fn finding() -> Finding {
        Finding {
            command: "codex",
            title: "Codex CLI (ChatGPT)",
            program: Some("/usr/bin/codex".into()),
            version: Some("0.169.0".into()),
            tested: Some(TESTED),
            account: Some("mara@example.org, ChatGPT plus".into()),
            problem: None,
            others: Vec::new(),
            needs_node: false,
        }
    }

    fn told(finding: &Finding, needed: Needed) -> Vec<(String, CheckState, String)> {
        program(finding, needed)
            .into_iter()
            .map(|check| (check.code, check.state, check.said))
            .collect()
    }

    #[test]
    fn a_version_outside_the_tested_range_is_a_warning() {
        for (found, state, word) in [
            (Some("0.169.0"), CheckState::Ok, "tested"),
            (Some("0.165.2"), CheckState::Ok, "tested"),
            (Some("0.170.0"), CheckState::Warning, "newer than tested"),
            (
                Some("0.1000.0-alpha.1"),
                CheckState::Warning,
                "newer than tested (0.160.0 to 0.169.0)",
            ),
            (Some("0.99.0"), CheckState::Warning, "older than tested"),
            (None, CheckState::Warning, "does not tell"),
        ] {
            let check = version(Code::CodexVersion, found, &TESTED);
            assert_eq!(check.state, state, "{found:?}");
            assert!(check.said.contains(word), "{}", check.said);
        }
    }

    #[test]
    fn a_program_that_is_well_says_which_was_taken_and_which_others_were_seen() {
        let finding = Finding {
            others: vec![Seen {
                program: "/home/mara/.bun/bin/codex".into(),
                version: Some("0.150.0".into()),
            }],
            ..finding()
        };
        let ok = CheckState::Ok;
        let place = "/usr/bin/codex\nnot used: 0.150.0 at /home/mara/.bun/bin/codex";
        assert_eq!(
            told(&finding, Needed::Yes),
            [
                ("codex.program".into(), ok, place.into()),
                ("codex.version".into(), ok, "0.169.0, tested".into()),
                (
                    "codex.login".into(),
                    ok,
                    "mara@example.org, ChatGPT plus".into()
                ),
            ]
        );
    }

    #[test]
    fn a_problem_has_the_code_and_the_remedy_that_a_turn_would_show() {
        let failure = Failure::new(OutcomeCode::NotSignedIn, "no login").hint("sign in");
        let finding = Finding {
            problem: Some(failure),
            ..finding()
        };
        for (needed, state) in [
            (Needed::Yes, CheckState::Failed),
            (Needed::No, CheckState::Warning),
        ] {
            let checks = program(&finding, needed);
            let login = &checks[2];
            assert_eq!(
                (login.code.as_str(), login.fix.as_deref(), login.state),
                ("codex.login", Some("sign in"), state)
            );
            assert_eq!(login.outcome.as_deref(), Some("not_signed_in"));
        }
    }

    #[test]
    fn what_is_missing_and_not_needed_is_off() {
        let finding = Finding {
            program: None,
            problem: Some(Failure::new(OutcomeCode::NotInstalled, "not found")),
            ..finding()
        };
        assert_eq!(program(&finding, Needed::Yes)[0].state, CheckState::Failed);
        let check = &program(&finding, Needed::No)[0];
        assert_eq!(check.state, CheckState::Off);
        assert!(check.fix.is_some());
    }

    #[test]
    fn node_is_asked_for_only_where_a_script_needs_it() {
        let script = Finding {
            needs_node: true,
            ..finding()
        };
        for (found, findings, state) in [
            (None, vec![finding()], CheckState::Off),
            (None, vec![script.clone()], CheckState::Warning),
            (Some("18.0.0"), vec![finding()], CheckState::Ok),
            (Some("18.0.0"), vec![script.clone()], CheckState::Warning),
            (Some("22.1.0"), vec![script], CheckState::Ok),
        ] {
            assert_eq!(node(found, &findings).state, state, "{found:?}");
        }
    }
}
