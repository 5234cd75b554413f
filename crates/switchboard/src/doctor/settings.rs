//! The configuration: which values are not the defaults, and where each came from.

use switchboard_server::Check;

use super::{
    Subject,
    report::{fail, ok, warn},
};

const TITLE: &str = "Configuration";

pub fn check(subject: &Subject) -> Vec<Check> {
    let config = &subject.config;
    let file = config.home.join("config.toml");
    let lines: Vec<String> = config
        .origins
        .iter()
        .map(|(name, value, origin)| format!("{name} = {value} ({origin})"))
        .collect();
    let detail = match (lines.is_empty(), file.exists()) {
        (true, true) => format!("defaults only ({} changes nothing)", file.display()),
        (true, false) => "defaults only".into(),
        (false, _) => lines.join("\n"),
    };
    if config.strangers.is_empty() {
        return vec![ok("configuration", TITLE, detail)];
    }
    let names = config.strangers.join(", ");
    vec![warn(
        "unknown_variable",
        TITLE,
        format!("{detail}\nnot a setting, so it changes nothing: {names}"),
        "correct the name, or unset it",
    )]
}

/// A configuration that nobody can work with.
pub fn unreadable(error: &anyhow::Error) -> Check {
    fail(
        "configuration",
        TITLE,
        format!("{error:#}"),
        "correct it there, then look again",
    )
}
