//! How a turn is started on an app server: the parameters of its thread and of itself, and what came of what was
//! chosen. Pure; never calls anybody.

use std::path::Path;

use serde_json::{Map, Value, json};
use switchboard_engine::backend::{Home, How, Mode, Session, Speed, TurnRequest};
use switchboard_model::{
    provider::Model,
    settings::{Permission, RanWith},
};

use super::{
    tools::Tools,
    way::{Way, sandbox_mode},
};

/// Marks every command of a turn that is alone in its thread of Codex's.
pub(in crate::codex) const TURN_MARK: &str = "SWITCHBOARD_TURN";

/// Marks every command of a thread in which turns follow each other.
pub(super) const THREAD_MARK: &str = "SWITCHBOARD_THREAD";

/// What was chosen, as far as the model can meet it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Choices {
    pub(super) model: Option<String>,
    pub(super) effort: Option<String>,
    pub(super) tier: Option<String>,
    /// What could not be met, and why.
    pub(super) notes: Vec<String>,
}

impl Choices {
    /// Meets the choices with what is known of the account's models.
    pub(super) fn of(how: &How, models: &[Model]) -> Self {
        let named = how
            .model
            .as_ref()
            .and_then(|id| models.iter().find(|model| model.id == *id));
        let model = match &how.model {
            Some(_) => named,
            None => models.iter().find(|model| model.is_default),
        };
        let mut notes = how.notes.clone();
        let unknown = Model {
            name: how.model.clone().unwrap_or_default(),
            ..Model::default()
        };
        let known = model.unwrap_or(&unknown);
        let (effort, note) = known.effort(how.effort.as_deref());
        notes.extend(note);
        let tier = match how.speed {
            Speed::Usual => None,
            Speed::Fast if model.is_none() => Some("priority".to_owned()),
            Speed::Fast => {
                let tier = known.fast_tier().map(str::to_owned);
                if tier.is_none() {
                    notes.push(format!("{} has no fast mode: it runs as usual", known.name));
                }
                tier
            }
        };
        Self {
            model: how.model.clone(),
            effort,
            tier,
            notes,
        }
    }
}

/// What every command of a turn carries, as a variable of its environment.
pub(super) fn mark(turn: &TurnRequest, alone: bool) -> String {
    if alone {
        format!("{TURN_MARK}={}", turn.turn)
    } else {
        format!("{THREAD_MARK}={}.{}", turn.thread, turn.assistant)
    }
}

/// Who uses the MCP servers of a turn: its session, or itself if it is in none.
pub(super) fn user(turn: &TurnRequest) -> String {
    match turn.session {
        Session::Passing => turn.turn.to_string(),
        Session::New | Session::Resumed(_) => format!("{}.{}", turn.thread, turn.assistant),
    }
}

/// What `thread/start` and `thread/resume` have in common.
pub(super) fn thread(
    turn: &TurnRequest,
    choices: &Choices,
    way: &Way,
    (cwd, tools): (&Path, &Tools),
) -> Map<String, Value> {
    let mut marks = Map::new();
    marks.insert(TURN_MARK.to_owned(), json!(turn.turn.to_string()));
    marks.insert(
        THREAD_MARK.to_owned(),
        json!(format!("{}.{}", turn.thread, turn.assistant)),
    );
    let mut config = json!({
        "shell_environment_policy": { "set": marks },
    });
    if let Some(effort) = &choices.effort {
        config["model_reasoning_effort"] = json!(effort);
    }
    if turn.how.folder.is_none() {
        // Codex would run an interactive shell of the server's user for each new thread, to take over its aliases and
        // functions: nobody's business in a private folder, and the first words wait for it.
        config["features"] = json!({ "shell_snapshot": false });
        // Else an `AGENTS.md` further up counts for it, where all of a person's home is in git.
        config["projects"] = json!({ cwd.to_string_lossy(): { "trust_level": "untrusted" } });
    }
    if let Some(servers) = tools.config() {
        config["mcp_servers"] = servers;
    }
    let mut params = Map::new();
    params.insert("cwd".into(), json!(cwd));
    params.insert("config".into(), config);
    // Each turn says its own. For a thread that may write Codex notes that its folder is trusted, and then runs what the
    // folder's `.codex` names.
    params.insert("sandbox".into(), json!(sandbox_mode(Permission::ReadOnly)));
    if !way.policy.is_null() {
        params.insert("approvalPolicy".into(), way.policy.clone());
    }
    params.insert("approvalsReviewer".into(), json!("user"));
    if turn.home == Home::Own {
        // A profile of the person's would outrank the command line.
        params.insert("modelProvider".into(), json!("openai"));
    }
    if let Some(model) = &choices.model {
        params.insert("model".into(), json!(model));
    }
    if let Some(tier) = &choices.tier {
        params.insert("serviceTier".into(), json!(tier));
    }
    params
}

/// The parameters of `turn/start`. `model` is the one that the thread runs on.
pub(super) fn turn(
    turn: &TurnRequest,
    choices: &Choices,
    way: &Way,
    cwd: &Path,
    (thread, model): (&str, &str),
    input: &[Value],
) -> Value {
    let mut params = json!({
        "threadId": thread,
        "input": input,
        "cwd": cwd,
        "sandboxPolicy": way.sandbox_policy(),
        "approvalsReviewer": "user",
        "summary": "auto",
        // Also takes an earlier turn's tier back.
        "serviceTier": choices.tier,
        "clientUserMessageId": turn.turn.to_string(),
        // Sticky, so that it is said each time.
        "collaborationMode": {
            "mode": match turn.how.mode { Mode::Work => "default", Mode::Plan => "plan" },
            "settings": {
                "model": model,
                "reasoning_effort": choices.effort,
                "developer_instructions": null,
            },
        },
    });
    if !way.policy.is_null() {
        params["approvalPolicy"] = way.policy.clone();
    }
    if let Some(model) = &choices.model {
        params["model"] = json!(model);
    }
    if let Some(effort) = &choices.effort {
        params["effort"] = json!(effort);
    }
    if let Some(schema) = &turn.schema {
        params["outputSchema"] = schema.clone();
    }
    params
}

/// What a turn really runs with, in a thread that runs on this model.
pub(super) fn ran_with(
    turn: &TurnRequest,
    choices: Choices,
    (way, tools): (&Way, &Tools),
    model: Option<&str>,
) -> RanWith {
    let mut notes = choices.notes;
    notes.extend(tools.notes());
    notes.extend(way.notes(&turn.how));
    RanWith {
        model: choices.model.or_else(|| model.map(str::to_owned)),
        effort: choices.effort,
        tier: choices.tier,
        permission: way.permission,
        folder: turn
            .how
            .folder
            .as_ref()
            .map(|folder| folder.display().to_string()),
        network: Some(way.network()),
        home: turn.home,
        over: Some("app_server".to_owned()),
        notes,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tier_that_the_model_has_not_is_dropped_and_said() {
        let models = [Model {
            id: "one".into(),
            name: "One".into(),
            ..Model::default()
        }];
        let how = How {
            model: Some("one".into()),
            speed: Speed::Fast,
            ..How::default()
        };
        let choices = Choices::of(&how, &models);
        assert_eq!(choices.tier, None);
        assert!(choices.notes[0].contains("no fast mode"), "{choices:?}");
        let unknown = Choices::of(&how, &[]);
        assert_eq!(unknown.tier.as_deref(), Some("priority"));
    }
}
