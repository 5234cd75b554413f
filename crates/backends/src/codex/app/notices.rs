//! Remarks of the app server: their words, and which of its notifications carry nothing for a reader.
//! Pure; every notification of the pinned version is named here or in `items`.

use serde_json::Value;

use super::read::{at, flag, list, maybe, snake, text};

/// Known to carry nothing that a reader of the turn would miss: states that are told otherwise, remarks
/// about other things, and answers to calls that we do not make.
pub const CHATTER: &[&str] = &[
    "thread/started",
    "thread/status/changed",
    "thread/readState/changed",
    "thread/settings/updated",
    "thread/name/updated",
    "thread/archived",
    "thread/unarchived",
    "thread/deleted",
    "thread/closed",
    "thread/reverted",
    "thread/section/changed",
    "thread/attachment/updated",
    "thread/prediction/updated",
    "thread/goal/cleared",
    "thread/queue/changed",
    "thread/project/updated",
    "thread/environment/connected",
    "thread/environment/disconnected",
    "project/changed",
    "skills/changed",
    "app/list/updated",
    "fs/changed",
    "remoteControl/status/changed",
    "externalAgentConfig/import/progress",
    "externalAgentConfig/import/completed",
    "fuzzyFileSearch/sessionUpdated",
    "fuzzyFileSearch/sessionCompleted",
    // The driver takes the question down.
    "serverRequest/resolved",
    // Only a boundary: deltas name their part.
    "item/reasoning/summaryPartAdded",
    // What is typed into a terminal comes back in its output, where the terminal echoes it.
    "item/commandExecution/terminalInteraction",
    // Output of calls of our own, which are answered there.
    "command/exec/outputDelta",
    "process/outputDelta",
    "process/exited",
    "windowsSandbox/setupCompleted",
];

/// Known to carry something, which has no place among items: the driver may write it down.
pub const UNDRAWN: &[&str] = &[
    "deprecationNotice",
    "thread/goal/updated",
    "turn/moderationMetadata",
    "account/gatewayOAuth/changed",
    "mcpServer/oauthLogin/completed",
    "mcpServer/event/stream/notification",
    "thread/realtime/started",
    "thread/realtime/itemAdded",
    "thread/realtime/item/started",
    "thread/realtime/item/transcript/delta",
    "thread/realtime/item/completed",
    "thread/realtime/transcript/delta",
    "thread/realtime/transcript/done",
    "thread/realtime/outputAudio/delta",
    "thread/realtime/sdp",
    "thread/realtime/error",
    "thread/realtime/closed",
];

/// A remark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// One of its own for each thing that goes on, if it does: the same key again replaces it.
    pub key: Option<String>,
    /// What it says.
    pub words: String,
}

/// The remark in a notification. `None` if this method makes none; no words if it has nothing to say.
pub fn remark(method: &str, params: &Value) -> Option<Remark> {
    let once = |words: String| Remark { key: None, words };
    let words = |parts: [&str; 2]| {
        let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        parts.join("\n")
    };
    Some(match method {
        "guardianWarning" => once(prefixed("guardian_warning", text(params, "message"))),
        // What is odd about the configuration is told once for the process and once more for each thread.
        "warning" | "configWarning" => {
            let said = words([
                maybe(params, "summary").unwrap_or_else(|| text(params, "message")),
                text(params, "details"),
            ]);
            // True on every machine without its own bubblewrap; the bundled one does.
            if said.contains("could not find bubblewrap") {
                return Some(once(String::new()));
            }
            once(prefixed("warning", &said))
        }
        "windows/worldWritableWarning" => {
            let paths = super::read::texts(params, "samplePaths").join(", ");
            once(prefixed("world_writable", &paths))
        }
        "model/rerouted" => once(prefixed(
            "model_rerouted",
            &format!(
                "{} answers instead of {} ({})",
                text(params, "toModel"),
                text(params, "fromModel"),
                snake(text(params, "reason")).replace('_', " ")
            ),
        )),
        "model/verification" => once(prefixed(
            "model_verification",
            &super::read::texts(params, "verifications")
                .into_iter()
                .map(snake)
                .collect::<Vec<_>>()
                .join(", "),
        )),
        "model/safetyBuffering/updated" => Remark {
            key: Some("safety-buffering".into()),
            words: if flag(params, "showBufferingUi") {
                format!(
                    "safety_buffering: what {} says is checked before it is shown",
                    text(params, "model")
                )
            } else {
                String::new()
            },
        },
        "modelProvider/authRecoveryStarted" | "modelProvider/authRecoveryCompleted" => Remark {
            key: Some("auth-recovery".into()),
            words: prefixed("auth_recovery", text(params, "message")),
        },
        "mcpServer/startupStatus/updated" => match text(params, "status") {
            state @ ("failed" | "cancelled") => once(format!(
                "mcp_server_{state}: {}",
                prefixed(text(params, "name"), text(params, "error"))
            )),
            _ => once(String::new()),
        },
        "autoApprovalReview/strictReviewRequired" => {
            once("strict_review: every further action of this turn is reviewed".into())
        }
        "item/autoApprovalReview/started" | "item/autoApprovalReview/completed" => {
            review(params, method.ends_with("started"))
        }
        _ => return None,
    })
}

fn review(params: &Value, started: bool) -> Remark {
    let (action, review) = (at(params, "action"), at(params, "review"));
    let what = [
        "command", "program", "stdin", "target", "toolName", "reason",
    ]
    .iter()
    .find_map(|name| maybe(action, name))
    .map_or_else(
        || {
            let files = super::read::texts(action, "files").join(", ");
            if files.is_empty() {
                snake(text(action, "type"))
            } else {
                files
            }
        },
        str::to_owned,
    );
    let verdict = if started {
        "under review".to_owned()
    } else {
        snake(text(review, "status")).replace('_', " ")
    };
    let why = maybe(review, "rationale").map_or_else(String::new, |why| format!("\n{why}"));
    Remark {
        key: Some(format!("review/{}", text(params, "reviewId"))),
        words: format!("approval_review: {verdict}: {what}{why}"),
    }
}

/// What an error says while it is tried again: `Reconnecting... 2/5 (why)`.
pub fn retry(error: &Value) -> String {
    let message = text(error, "message");
    match maybe(error, "additionalDetails") {
        Some(details) if !message.contains(details) => format!("{message} ({details})"),
        _ => message.to_owned(),
    }
}

/// The steps of a plan as they are told.
pub fn steps(params: &Value) -> Vec<switchboard_model::item::PlanStep> {
    list(params, "plan")
        .iter()
        .map(|step| switchboard_model::item::PlanStep {
            text: text(step, "step").to_owned(),
            done: text(step, "status") == "completed",
            doing: text(step, "status") == "inProgress",
        })
        .collect()
}

fn prefixed(what: &str, words: &str) -> String {
    if words.is_empty() {
        what.to_owned()
    } else {
        format!("{what}: {words}")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn remarks_say_what_they_are_about() {
        for (method, params, expected) in [
            ("warning", json!({ "message": "hot" }), "warning: hot"),
            (
                "guardianWarning",
                json!({ "message": "careful" }),
                "guardian_warning: careful",
            ),
            (
                "configWarning",
                json!({ "summary": "odd", "details": "key x" }),
                "warning: odd\nkey x",
            ),
            (
                "configWarning",
                json!({ "summary": "Codex could not find bubblewrap on PATH. Install bubblewrap" }),
                "",
            ),
            (
                "model/rerouted",
                json!({ "fromModel": "a", "toModel": "b", "reason": "highRiskCyberActivity" }),
                "model_rerouted: b answers instead of a (high risk cyber activity)",
            ),
            (
                "model/verification",
                json!({ "verifications": ["trustedAccessForCyber"] }),
                "model_verification: trusted_access_for_cyber",
            ),
            (
                "model/safetyBuffering/updated",
                json!({ "model": "a", "showBufferingUi": true }),
                "safety_buffering: what a says is checked before it is shown",
            ),
            (
                "model/safetyBuffering/updated",
                json!({ "showBufferingUi": false }),
                "",
            ),
            (
                "modelProvider/authRecoveryStarted",
                json!({ "message": "again" }),
                "auth_recovery: again",
            ),
            (
                "mcpServer/startupStatus/updated",
                json!({ "name": "s", "status": "failed", "error": "no such program" }),
                "mcp_server_failed: s: no such program",
            ),
            (
                "mcpServer/startupStatus/updated",
                json!({ "name": "s", "status": "cancelled" }),
                "mcp_server_cancelled: s",
            ),
            (
                "mcpServer/startupStatus/updated",
                json!({ "name": "s", "status": "ready" }),
                "",
            ),
            (
                "item/autoApprovalReview/started",
                json!({ "reviewId": "r", "action": { "type": "command", "command": "ls" }, "review": { "status": "inProgress" } }),
                "approval_review: under review: ls",
            ),
            (
                "item/autoApprovalReview/completed",
                json!({ "reviewId": "r", "action": { "type": "applyPatch", "files": ["a", "b"] }, "review": { "status": "timedOut", "rationale": "slow" } }),
                "approval_review: timed out: a, b\nslow",
            ),
            (
                "windows/worldWritableWarning",
                json!({ "samplePaths": ["C:\\a"] }),
                "world_writable: C:\\a",
            ),
        ] {
            assert_eq!(remark(method, &params).unwrap().words, expected);
        }
        assert_eq!(remark("turn/sparkled", &json!({})), None);
    }

    #[test]
    fn a_retry_says_why_once() {
        for (details, expected) in [
            (json!(null), "Reconnecting... 2/5"),
            (json!("lost"), "Reconnecting... 2/5 (lost)"),
            (json!("2/5"), "Reconnecting... 2/5"),
        ] {
            let error = json!({ "message": "Reconnecting... 2/5", "additionalDetails": details });
            assert_eq!(retry(&error), expected);
        }
    }
}
