//! From the app server's requests to questions for a person, and from decisions back to answers. Pure.
//! Owns what is offered and what each choice says on the wire; never decides, and never accepts anything
//! that the person was not shown.

use serde_json::{Map, Value, json};
use switchboard_model::{
    Millis,
    approval::{Asking, Decision},
    home::Home,
};

use super::{
    grants::Grants,
    items::Translator,
    read::{at, flag, list, maybe, text, texts},
};

/// The largest question, in bytes: more is not shown in part but declined.
pub const BODY_LIMIT: usize = 256 * 1024;

/// A question that a person can be asked, and how its answer travels back.
#[derive(Debug, Clone, PartialEq)]
pub struct Ask {
    /// What is asked.
    pub asking: Asking,
    back: Back,
}

/// Why a request is not asked. It is an answer on the wire, too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// As JSON-RPC has it.
    pub code: i64,
    /// In words.
    pub message: String,
}

/// What an answer is made of.
#[derive(Debug, Clone, PartialEq)]
enum Back {
    Command { amendment: Value, network: Value },
    FileChange,
    Permissions(Grants),
    Question { ids: Vec<String> },
    Form { schema: Value },
    Link,
    Tool,
}

const ACCEPT: &str = "accept";
/// Granted for more than once: to everybody who writes in the session.
pub const FOR_SESSION: &str = "accept_for_session";
const WITH_AMENDMENT: &str = "accept_with_amendment";
const WITH_NETWORK_AMENDMENT: &str = "accept_with_network_amendment";
const ALWAYS: &str = "accept_always";
const ANSWER: &str = "answer";
const DECLINE: &str = "decline";
const CANCEL: &str = "cancel";

/// How a decision that is to end the turn ends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndsBy {
    /// Codex ends it by itself once it is answered.
    Answer,
    /// It is interrupted unanswered: with an answer Codex would go on and ask the model.
    Interrupt,
    /// An outsider waits for the answer too; Codex would go on with the turn, so it is interrupted once the answer was taken.
    AnswerAndInterrupt,
}

/// What a request asks. `key` is the JSON text of its id.
pub fn ask(
    key: &str,
    method: &str,
    params: &Value,
    seen: &Translator,
    home: Home,
) -> Result<Ask, Refusal> {
    match method {
        "item/commandExecution/requestApproval" => command(key, params, seen, home),
        "item/fileChange/requestApproval" => file_change(key, params, seen),
        "item/permissions/requestApproval" => permissions(key, params),
        "item/tool/requestUserInput" => question(key, params),
        "mcpServer/elicitation/request" => elicitation(key, params, home),
        _ => Err(Refusal {
            code: -32601,
            message: format!("{method} is not answered here"),
        }),
    }
}

/// The answer to a request that needs no person.
pub fn at_once(method: &str, now: Millis) -> Option<Value> {
    (method == "currentTime/read").then(|| json!({ "currentTimeAt": now.0.div_euclid(1000) }))
}

fn command(key: &str, params: &Value, seen: &Translator, home: Home) -> Result<Ask, Refusal> {
    let known = seen.command(text(params, "itemId"));
    let command = maybe(params, "command").or(known.map(|(command, _)| command));
    let cwd = maybe(params, "cwd").or(known.and_then(|(_, cwd)| cwd));
    let context = at(params, "networkApprovalContext");
    let network = match maybe(context, "host") {
        Some(host) => json!({ "host": host, "protocol": text(context, "protocol") }),
        None => Value::Null,
    };
    let available = at(params, "availableDecisions").as_array();
    let offers = |name: &str| {
        available.is_none_or(|all| all.iter().any(|decision| decision.as_str() == Some(name)))
    };
    let given = |name: &str, field: &str| {
        available
            .into_iter()
            .flatten()
            .map(|decision| at(at(decision, name), field))
            .find(|amendment| !amendment.is_null())
            .cloned()
    };
    // What is kept for good is kept in the home.
    let amendment = given("acceptWithExecpolicyAmendment", "execpolicy_amendment")
        .or_else(|| {
            available
                .is_none()
                .then(|| at(params, "proposedExecpolicyAmendment").clone())
        })
        .filter(|amendment| home == Home::Own && amendment.is_array())
        .unwrap_or_default();
    let proposed = match available {
        Some(all) => all
            .iter()
            .map(|decision| {
                at(
                    at(decision, "applyNetworkPolicyAmendment"),
                    "network_policy_amendment",
                )
            })
            .collect(),
        None => list(params, "proposedNetworkPolicyAmendments")
            .iter()
            .collect::<Vec<_>>(),
    };
    // Only for the very host that the person is shown.
    let wider = proposed
        .into_iter()
        .find(|amendment| {
            text(amendment, "action") == "allow"
                && maybe(amendment, "host").is_some_and(|host| host == text(context, "host"))
        })
        .filter(|_| home == Home::Own)
        .cloned()
        .unwrap_or_default();
    let mut offered = Vec::new();
    for (choice, offers) in [
        (ACCEPT, offers("accept")),
        // Taken wherever a single yes is, although it is hardly ever named.
        (FOR_SESSION, offers("accept") || offers("acceptForSession")),
        (WITH_AMENDMENT, !amendment.is_null()),
        (WITH_NETWORK_AMENDMENT, !wider.is_null()),
        (DECLINE, true),
        (CANCEL, offers("cancel")),
    ] {
        if offers {
            offered.push(choice);
        }
    }
    let reason = match (text(params, "kind"), maybe(params, "reason")) {
        ("writeStdin", reason) => Some(format!(
            "types into a running command{}",
            reason.map_or_else(String::new, |reason| format!(": {reason}"))
        )),
        (_, reason) => reason.map(str::to_owned),
    };
    if command.is_none() && network.is_null() {
        return Err(unshown("the command is not told"));
    }
    let body = json!({
        "command": command,
        "cwd": cwd,
        "reason": reason,
        "network": network,
        "amendment": amendment,
        "permissions": at(params, "additionalPermissions"),
    });
    let back = Back::Command {
        amendment,
        network: wider,
    };
    made(key, "command", &body, &offered, back)
}

fn file_change(key: &str, params: &Value, seen: &Translator) -> Result<Ask, Refusal> {
    let changes = seen.changes(text(params, "itemId")).unwrap_or_default();
    let root = maybe(params, "grantRoot");
    // Nobody is to approve of what they do not see.
    if changes.is_empty() && root.is_none() {
        return Err(unshown("the changes are not told"));
    }
    let body = json!({
        "changes": changes,
        "reason": maybe(params, "reason"),
        "grant_root": root,
    });
    let offered = [ACCEPT, FOR_SESSION, DECLINE, CANCEL];
    made(key, "file_change", &body, &offered, Back::FileChange)
}

fn permissions(key: &str, params: &Value) -> Result<Ask, Refusal> {
    let grants = Grants::read(at(params, "permissions"));
    if grants.asks().is_empty() {
        return Err(unshown("no permission is named"));
    }
    let body = json!({
        "reason": maybe(params, "reason"),
        "cwd": maybe(params, "cwd"),
        "asks": grants.asks(),
    });
    let offered = [ACCEPT, FOR_SESSION, DECLINE];
    made(
        key,
        "permissions",
        &body,
        &offered,
        Back::Permissions(grants),
    )
}

fn question(key: &str, params: &Value) -> Result<Ask, Refusal> {
    let asked = list(params, "questions");
    let questions: Vec<Value> = asked
        .iter()
        .map(|question| {
            let options: Vec<Value> = list(question, "options")
                .iter()
                .map(|option| {
                    json!({
                        "label": text(option, "label"),
                        "description": text(option, "description"),
                    })
                })
                .collect();
            json!({
                "id": text(question, "id"),
                "header": text(question, "header"),
                "question": text(question, "question"),
                "other": flag(question, "isOther"),
                "secret": flag(question, "isSecret"),
                "options": options,
            })
        })
        .collect();
    if questions.is_empty() {
        return Err(unshown("no question is named"));
    }
    let body = json!({
        "questions": questions,
        "secret": asked.iter().any(|question| flag(question, "isSecret")),
    });
    let ids = asked
        .iter()
        .map(|question| text(question, "id").to_owned())
        .collect();
    made(
        key,
        "question",
        &body,
        &[ANSWER, CANCEL],
        Back::Question { ids },
    )
}

fn elicitation(key: &str, params: &Value, home: Home) -> Result<Ask, Refusal> {
    let (server, message) = (text(params, "serverName"), text(params, "message"));
    let meta = at(params, "_meta");
    match (text(params, "mode"), text(meta, "codex_approval_kind")) {
        (_, "mcp_tool_call") => tool(key, params, home),
        // Some other deed of a client that we are not, such as installing a plugin.
        (_, kind) if !kind.is_empty() => Err(unshown(&format!("{kind} is not done here"))),
        ("form" | "openai/form" | "openaiForm", _) => {
            let schema = at(params, "requestedSchema").clone();
            let body = json!({ "server": server, "message": message, "schema": schema });
            let offered = [ACCEPT, DECLINE, CANCEL];
            made(key, "form", &body, &offered, Back::Form { schema })
        }
        ("url", _) => {
            let url = text(params, "url");
            if !(url.starts_with("https://") || url.starts_with("http://")) {
                return Err(unshown("the link leads nowhere on the web"));
            }
            let body = json!({ "server": server, "message": message, "url": url });
            made(key, "link", &body, &[ACCEPT, DECLINE, CANCEL], Back::Link)
        }
        (mode, _) => Err(unshown(&format!("{mode} is not asked here"))),
    }
}

/// An MCP tool wants to run.
fn tool(key: &str, params: &Value, home: Home) -> Result<Ask, Refusal> {
    let meta = at(params, "_meta");
    let mut persist = match at(meta, "persist").as_str() {
        Some(one) => vec![one],
        None => texts(meta, "persist"),
    };
    persist.retain(|scope| *scope == "session" || (*scope == "always" && home == Home::Own));
    let body = json!({
        "server": text(params, "serverName"),
        "tool": maybe(meta, "tool_name").or(maybe(meta, "tool_title")),
        "title": maybe(meta, "tool_title"),
        "description": maybe(meta, "tool_description"),
        "arguments": at(meta, "tool_params"),
        "message": text(params, "message"),
        "persist": persist,
    });
    let mut offered = vec![ACCEPT];
    if persist.contains(&"session") {
        offered.push(FOR_SESSION);
    }
    if persist.contains(&"always") {
        offered.push(ALWAYS);
    }
    offered.extend([DECLINE, CANCEL]);
    made(key, "tool", &body, &offered, Back::Tool)
}

fn made(key: &str, kind: &str, body: &Value, offered: &[&str], back: Back) -> Result<Ask, Refusal> {
    let body = body.to_string();
    if body.len() > BODY_LIMIT {
        return Err(unshown("it is longer than a question may be"));
    }
    Ok(Ask {
        asking: Asking {
            key: key.to_owned(),
            kind: kind.to_owned(),
            body,
            offered: offered.iter().map(|&choice| choice.to_owned()).collect(),
        },
        back,
    })
}

/// Nobody can be asked this.
fn unshown(why: &str) -> Refusal {
    Refusal {
        code: -32000,
        message: format!("this question is not put to anyone: {why}"),
    }
}

impl Ask {
    /// Whether a decision is one that was offered, with an answer that fits what was asked. The error says
    /// what is wrong with it.
    pub fn check(&self, decision: &Decision) -> Result<(), String> {
        self.asking.fits(decision)
    }

    /// How the turn is ended by a decision; `None`: it goes on.
    pub fn ends_by(&self, decision: &Decision) -> Option<EndsBy> {
        (decision.choice == CANCEL).then_some(match self.back {
            Back::Command { .. } | Back::FileChange => EndsBy::Answer,
            Back::Form { .. } | Back::Link => EndsBy::AnswerAndInterrupt,
            Back::Permissions(_) | Back::Question { .. } | Back::Tool => EndsBy::Interrupt,
        })
    }

    /// The result on the wire. A decision that does not pass [`Ask::check`] is none.
    pub fn answer(&self, decision: &Decision) -> Value {
        if self.check(decision).is_err() {
            return self.silence();
        }
        let choice = decision.choice.as_str();
        let answer: Value = decision
            .answer
            .as_deref()
            .and_then(|answer| serde_json::from_str(answer).ok())
            .unwrap_or_default();
        match &self.back {
            Back::Command { amendment, network } => json!({ "decision": match choice {
                ACCEPT => json!("accept"),
                FOR_SESSION => json!("acceptForSession"),
                WITH_AMENDMENT => json!({
                    "acceptWithExecpolicyAmendment": { "execpolicy_amendment": amendment }
                }),
                WITH_NETWORK_AMENDMENT => json!({
                    "applyNetworkPolicyAmendment": { "network_policy_amendment": network }
                }),
                CANCEL => json!("cancel"),
                _ => json!("decline"),
            }}),
            Back::FileChange => json!({ "decision": match choice {
                ACCEPT => "accept",
                FOR_SESSION => "acceptForSession",
                CANCEL => "cancel",
                _ => "decline",
            }}),
            Back::Permissions(grants) => match choice {
                ACCEPT => grants.granted(&answer, "turn"),
                FOR_SESSION => grants.granted(&answer, "session"),
                _ => Grants::none(),
            },
            Back::Question { .. } => {
                let mut answers = Map::new();
                if choice == ANSWER
                    && let Some(given) = at(&answer, "answers").as_object()
                {
                    for (id, texts) in given {
                        answers.insert(id.clone(), json!({ "answers": texts }));
                    }
                }
                json!({ "answers": answers })
            }
            Back::Form { .. } if choice == ACCEPT => {
                let content = if answer.is_null() { json!({}) } else { answer };
                elicited("accept", &content, &Value::Null)
            }
            Back::Tool => match choice {
                ACCEPT => elicited("accept", &Value::Null, &Value::Null),
                FOR_SESSION => elicited("accept", &Value::Null, &json!({ "persist": "session" })),
                ALWAYS => elicited("accept", &Value::Null, &json!({ "persist": "always" })),
                CANCEL => elicited("cancel", &Value::Null, &Value::Null),
                _ => elicited("decline", &Value::Null, &Value::Null),
            },
            Back::Form { .. } | Back::Link => {
                let action = match choice {
                    ACCEPT => "accept",
                    CANCEL => "cancel",
                    _ => "decline",
                };
                elicited(action, &Value::Null, &Value::Null)
            }
        }
    }

    /// The result on the wire when nobody answers: nothing is allowed, and the turn goes on.
    pub fn silence(&self) -> Value {
        match &self.back {
            Back::Command { .. } | Back::FileChange => json!({ "decision": "decline" }),
            Back::Permissions(_) => Grants::none(),
            Back::Question { .. } => json!({ "answers": {} }),
            Back::Form { .. } | Back::Link | Back::Tool => {
                elicited("decline", &Value::Null, &Value::Null)
            }
        }
    }
}

fn elicited(action: &str, content: &Value, meta: &Value) -> Value {
    json!({ "action": action, "content": content, "_meta": meta })
}

#[cfg(test)]
mod tests;
