//! How a turn is started as `codex exec`: its command line, from what it is given. Pure; never starts anything.

use std::{ffi::OsString, path::Path};

use switchboard_engine::backend::{Home, Session, TurnRequest};
use toml::Value;

use crate::codex::{
    Setup,
    app::{start::TURN_MARK, way::sandbox_mode},
    home,
};

/// What of a turn stands in files.
pub(super) struct Files<'a> {
    /// Its pictures, named from the folder that the program starts in.
    pub(super) images: &'a [String],
    /// The schema of its answer.
    pub(super) schema: Option<&'a Path>,
    /// Where its last message is to be written.
    pub(super) last: &'a Path,
}

/// The command line of a turn, whose prompt comes on standard input.
pub(super) fn args(setup: &Setup, turn: &TurnRequest, files: &Files<'_>) -> Vec<OsString> {
    let mut args: Vec<OsString> = vec!["exec".into(), "--skip-git-repo-check".into()];
    let mut add = |words: &[&dyn AsRef<std::ffi::OsStr>]| {
        args.extend(words.iter().map(|word| word.as_ref().to_owned()));
    };
    add(&[&"--json"]);
    if turn.session == Session::Passing {
        // Else a copy of the conversation would stay in the home, where nobody deletes it.
        add(&[&"--ephemeral"]);
    }
    if turn.home == Home::House {
        add(&[&"--ignore-rules"]);
    }
    if let Some(model) = &turn.how.model {
        add(&[&format!("--model={model}")]);
    }
    if let Some(schema) = files.schema {
        add(&[&"--output-schema", &schema]);
    }
    add(&[&"--output-last-message", &files.last]);
    if let Some(folder) = &turn.how.folder {
        add(&[&"--cd", folder]);
    }
    for value in config(setup, turn) {
        add(&[&"-c", &value]);
    }
    if let Session::Resumed(session) = &turn.session {
        add(&[&"resume", &session.session]);
    }
    for name in files.images {
        // Not last: it would take the dash for one more image.
        add(&[&format!("--image=../attached/{name}")]);
    }
    add(&[&"-"]);
    args
}

/// What outranks the home's configuration, each as `key=value`.
fn config(setup: &Setup, turn: &TurnRequest) -> Vec<String> {
    let mut config = vec![format!(
        "shell_environment_policy.set.{TURN_MARK}=\"{}\"",
        turn.turn
    )];
    if let Some(effort) = &turn.how.effort {
        let effort = Value::from(effort.as_str());
        config.push(format!("model_reasoning_effort={effort}"));
    }
    // Asked for by its option, a sandbox that may write has Codex note that the folder is trusted, and then what the folder's
    // `.codex` names is run.
    let sandbox = sandbox_mode(turn.how.permission);
    config.push(format!("sandbox_mode=\"{sandbox}\""));
    if turn.how.folder.is_none() {
        // Else an `AGENTS.md` further up counts for it, where all of a person's home is in git.
        config.push("project_root_markers=[]".into());
    }
    config.extend(home::config(setup, turn.home));
    config
}
