//! The registered assistants: whether each answers, and whom.

use switchboard_engine::assistants::switched_off;
use switchboard_model::assistant::{Access, Assistant};
use switchboard_server::{Check, CheckStatus};

use super::{
    Subject,
    report::{known, ok, warn},
};

const TITLE: &str = "Assistants";

pub async fn check(subject: &Subject) -> Vec<Check> {
    let Some(reader) = subject.reader() else {
        return vec![subject.without_database(
            "assistants",
            TITLE,
            "none yet; the first start registers those whose program is found",
        )];
    };
    match reader.assistants().await {
        Err(error) => vec![warn(
            "assistants",
            TITLE,
            error.to_string(),
            "look at the database check",
        )],
        Ok(none) if none.is_empty() => vec![warn(
            "no_assistant",
            TITLE,
            "none is registered",
            format!("run `{}`", subject.config.command("assistants add NAME")),
        )],
        Ok(assistants) => assistants.iter().map(assistant).collect(),
    }
}

fn assistant(assistant: &Assistant) -> Check {
    let title = format!("@{}", assistant.handle);
    if !assistant.enabled {
        return known(CheckStatus::Warn, &title, &switched_off(assistant));
    }
    let whom = match assistant.access {
        Access::Owner => "its owner alone",
        Access::Named => "its owner and the people named",
        Access::Everyone => "everyone",
    };
    let detail = format!("runs on {}'s account, answers {whom}", assistant.owner_name);
    ok("assistant", &title, detail)
}
