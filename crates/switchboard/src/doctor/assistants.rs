//! The registered assistants: whether each answers, and whom.

use switchboard_backends::clis::Finding;
use switchboard_engine::{AssistantView, assistants::switched_off};
use switchboard_model::{
    assistant::{Access, Assistant},
    outcome::Failure,
};
use switchboard_server::{Check, CheckState};

use super::{
    Subject,
    codes::Code::{AssistantsAnswering, AssistantsRegistered},
    report::{known, off, ok, warning},
};
use crate::{compose, config::Answers};

/// What people may mention, as their programs were found.
pub fn check(subject: &Subject, findings: &[Finding]) -> Vec<Check> {
    match &subject.registered {
        None => vec![subject.without_database(
            AssistantsRegistered,
            "none yet; the first start registers those whose program is found",
        )],
        Some(none) if none.is_empty() => vec![warning(
            AssistantsRegistered,
            "none is registered",
            format!("run `{}`", subject.config.command("assistants add NAME")),
        )],
        Some(assistants) => assistants
            .iter()
            .map(|assistant| {
                let scripted = subject.config.answers == Answers::Script;
                let program = findings
                    .iter()
                    .find(|finding| finding.command == assistant.backend);
                let problem = program.and_then(|finding| finding.problem.as_ref());
                one(
                    assistant,
                    &compose::runs_on(assistant),
                    problem.filter(|_| !scripted),
                )
            })
            .collect(),
    }
}

/// The same for a person who may know what a failed turn would say, and nothing of the machine.
pub fn usable(views: &[AssistantView]) -> Vec<Check> {
    let theirs = views.iter().filter(|view| view.usable);
    theirs
        .map(|view| one(&view.assistant, &view.runs_on, view.failure.as_ref()))
        .collect()
}

fn one(assistant: &Assistant, runs_on: &str, problem: Option<&Failure>) -> Check {
    let whom = match assistant.access {
        Access::Owner => "its owner alone",
        Access::Named => "its owner and the people named",
        Access::Everyone => "everyone",
    };
    let check = match (assistant.enabled, problem) {
        (true, None) => ok(
            AssistantsAnswering,
            format!("runs on {runs_on}, answers {whom}"),
        ),
        (true, Some(problem)) => {
            // The detail names paths; this is for everybody.
            let plain = Failure {
                detail: None,
                ..problem.clone()
            };
            known(AssistantsAnswering, CheckState::Failed, &plain)
        }
        (false, _) => {
            let failure = switched_off(assistant);
            Check {
                outcome: Some(failure.code.as_str().into()),
                ..off(AssistantsAnswering, failure.message, Some(failure.hint))
            }
        }
    };
    Check {
        title: format!("@{}", assistant.handle),
        assistant: Some(assistant.handle.clone()),
        ..check
    }
}
