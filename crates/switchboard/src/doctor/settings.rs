//! The configuration: whether it can be read, and the variables that only look like settings.

use switchboard_server::Check;

use super::{
    Subject,
    codes::Code::{ConfigFile, ConfigVariables},
    report::{failed, ok, warning},
};

pub fn check(subject: &Subject) -> Vec<Check> {
    let config = &subject.config;
    let file = config.home.join("config.toml");
    let lines: Vec<String> = config
        .origins
        .iter()
        .map(|(name, value, origin)| format!("{name} = {value} ({origin})"))
        .collect();
    let said = match (lines.is_empty(), file.exists()) {
        (true, true) => format!("defaults only ({} changes nothing)", file.display()),
        (true, false) => "defaults only".into(),
        (false, _) => lines.join("\n"),
    };
    let variables = if config.strangers.is_empty() {
        ok(ConfigVariables, "all known")
    } else {
        warning(
            ConfigVariables,
            format!(
                "not a setting, so it changes nothing: {}",
                config.strangers.join(", ")
            ),
            "correct the name, or unset it",
        )
    };
    vec![ok(ConfigFile, said), variables]
}

/// A configuration that nobody can work with.
pub fn unreadable(error: &anyhow::Error) -> Check {
    failed(
        ConfigFile,
        format!("{error:#}"),
        "correct it there, then look again",
    )
}
