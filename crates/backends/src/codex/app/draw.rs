//! From one item of the app server to what we show of it. Pure: knows no other item and no order; what
//! grows (speech, thoughts) is not drawn here but in `items`.

use std::{fmt::Write as _, path::Path};

use serde_json::{Map, Value};
use switchboard_model::item::{ItemBody, ItemStatus};

use super::{
    diffs,
    read::{at, flag, list, maybe, number, snake, text, texts},
};

/// An item as shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawn {
    /// What it is.
    pub body: ItemBody,
    /// Its whole text, where the source gives it whole.
    pub text: Option<String>,
    /// Where it stands by its own word: `Open` if it says nothing, or that it goes on.
    pub status: ItemStatus,
}

/// Draws an item of this kind.
pub fn draw(kind: &str, item: &Value, cwd: &Path) -> Drawn {
    match kind {
        "commandExecution" => command(item),
        "fileChange" => Drawn {
            body: ItemBody::FileChange {
                changes: diffs::changes(item, cwd),
            },
            text: None,
            status: status(item),
        },
        "mcpToolCall" => mcp(item),
        "dynamicToolCall" => dynamic(item),
        "functionCallOutput" => Drawn {
            body: tool(maybe(item, "namespace"), text(item, "name"), &Value::Null),
            text: Some(match at(item, "output") {
                Value::String(output) => output.clone(),
                _ => contents(list(item, "output")),
            }),
            status: ItemStatus::Open,
        },
        "webSearch" => web_search(item),
        "collabAgentToolCall" => collab(item),
        "subAgentActivity" => Drawn {
            body: ItemBody::Subagent {
                tool: snake(text(item, "kind")),
                agents: vec![text(item, "agentPath").to_owned()],
            },
            text: None,
            status: ItemStatus::Open,
        },
        "imageView" => Drawn {
            body: ItemBody::Image {
                path: diffs::relative(text(item, "path"), cwd),
            },
            text: None,
            status: ItemStatus::Open,
        },
        "imageGeneration" => image(item, cwd),
        "hookPrompt" => Drawn {
            body: ItemBody::Hook {
                event: "prompt".into(),
            },
            text: Some(joined(
                list(item, "fragments")
                    .iter()
                    .map(|fragment| text(fragment, "text")),
            )),
            status: ItemStatus::Open,
        },
        "contextCompaction" => Drawn {
            body: ItemBody::Compaction,
            text: None,
            status: ItemStatus::Open,
        },
        "enteredReviewMode" => said("review_started", text(item, "review")),
        "exitedReviewMode" => said("review_ended", text(item, "review")),
        "sleep" => {
            let seconds = number(item, "durationMs").unwrap_or_default() as f64 / 1000.0;
            said("waits", &format!("{seconds} s"))
        }
        other => Drawn {
            body: ItemBody::Other {
                source_kind: other.to_owned(),
            },
            text: Some(rest(item)),
            status: status(item),
        },
    }
}

/// A program that hangs in the work.
pub fn hook(run: &Value) -> Drawn {
    let mut words: Vec<String> = list(run, "entries")
        .iter()
        .map(|entry| match text(entry, "kind") {
            "" | "context" => text(entry, "text").to_owned(),
            kind => format!("{kind}: {}", text(entry, "text")),
        })
        .collect();
    words.extend(maybe(run, "statusMessage").map(str::to_owned));
    Drawn {
        body: ItemBody::Hook {
            event: snake(text(run, "eventName")),
        },
        text: Some(joined(words.iter().map(String::as_str))),
        status: match text(run, "status") {
            "failed" => ItemStatus::Failed,
            "blocked" => ItemStatus::Declined,
            "completed" | "stopped" => ItemStatus::Done,
            _ => ItemStatus::Open,
        },
    }
}

fn status(item: &Value) -> ItemStatus {
    match text(item, "status") {
        "completed" => ItemStatus::Done,
        "failed" | "errored" => ItemStatus::Failed,
        "declined" => ItemStatus::Declined,
        "interrupted" => ItemStatus::Cut,
        _ => ItemStatus::Open,
    }
}

fn said(what: &str, words: &str) -> Drawn {
    Drawn {
        body: ItemBody::Notice,
        text: Some(format!("{what}: {words}")),
        status: ItemStatus::Open,
    }
}

fn command(item: &Value) -> Drawn {
    let exit_code = number(item, "exitCode");
    let status = match status(item) {
        ItemStatus::Done if exit_code.is_some_and(|code| code != 0) => ItemStatus::Failed,
        status => status,
    };
    Drawn {
        body: ItemBody::Command {
            command: text(item, "command").to_owned(),
            cwd: maybe(item, "cwd").map(str::to_owned),
            exit_code,
            took: number(item, "durationMs"),
        },
        text: at(item, "aggregatedOutput").as_str().map(str::to_owned),
        status,
    }
}

fn tool(server: Option<&str>, tool: &str, arguments: &Value) -> ItemBody {
    ItemBody::ToolCall {
        server: server.unwrap_or_default().to_owned(),
        tool: tool.to_owned(),
        arguments: arguments.to_string(),
        progress: None,
    }
}

fn mcp(item: &Value) -> Drawn {
    let result = at(item, "result");
    let mut words = contents(list(result, "content"));
    if words.is_empty() && !at(result, "structuredContent").is_null() {
        words = at(result, "structuredContent").to_string();
    }
    let error = maybe(at(item, "error"), "message");
    if let Some(error) = error {
        words = joined([words.as_str(), error].into_iter());
    }
    Drawn {
        body: tool(
            maybe(item, "server"),
            text(item, "tool"),
            at(item, "arguments"),
        ),
        text: Some(words).filter(|words| !words.is_empty()),
        status: if error.is_some() {
            ItemStatus::Failed
        } else {
            status(item)
        },
    }
}

fn dynamic(item: &Value) -> Drawn {
    let words = contents(list(item, "contentItems"));
    Drawn {
        body: tool(
            maybe(item, "namespace"),
            text(item, "tool"),
            at(item, "arguments"),
        ),
        text: Some(words).filter(|words| !words.is_empty()),
        status: match status(item) {
            ItemStatus::Done if at(item, "success") == &Value::Bool(false) => ItemStatus::Failed,
            status => status,
        },
    }
}

/// The texts of what a tool gave; what is no text is named.
fn contents(parts: &[Value]) -> String {
    let words: Vec<String> = parts
        .iter()
        .map(|part| {
            if let Some(words) = maybe(part, "text").or_else(|| maybe(at(part, "resource"), "text"))
            {
                return words.to_owned();
            }
            let link = maybe(part, "uri").or_else(|| maybe(at(part, "resource"), "uri"));
            match (text(part, "type"), link) {
                ("text" | "inputText" | "input_text", _) => String::new(),
                (_, Some(link)) => link.to_owned(),
                ("", None) => part.to_string(),
                (kind, None) => format!("[{}]", snake(kind).trim_start_matches("input_")),
            }
        })
        .collect();
    joined(words.iter().map(String::as_str))
}

fn web_search(item: &Value) -> Drawn {
    let action = at(item, "action");
    let query = maybe(item, "query")
        .or_else(|| maybe(action, "query"))
        .map(str::to_owned)
        .or_else(|| Some(texts(action, "queries").join(", ")).filter(|all| !all.is_empty()))
        .or_else(|| match (maybe(action, "pattern"), maybe(action, "url")) {
            (Some(pattern), Some(url)) => Some(format!("{pattern} in {url}")),
            (pattern, url) => pattern.or(url).map(str::to_owned),
        })
        .unwrap_or_default();
    let found: Vec<String> = list(item, "results")
        .iter()
        .map(
            |result| match (maybe(result, "title"), maybe(result, "url")) {
                (Some(title), Some(url)) => format!("{title}: {url}"),
                _ => result.to_string(),
            },
        )
        .collect();
    Drawn {
        body: ItemBody::WebSearch { query },
        text: Some(found.join("\n")).filter(|found| !found.is_empty()),
        status: ItemStatus::Open,
    }
}

fn collab(item: &Value) -> Drawn {
    let states = at(item, "agentsStates").as_object();
    let mut agents: Vec<String> = texts(item, "receiverThreadIds")
        .into_iter()
        .map(str::to_owned)
        .collect();
    if agents.is_empty() {
        agents.extend(states.into_iter().flat_map(Map::keys).cloned());
    }
    let mut words = text(item, "prompt").to_owned();
    for (agent, state) in states.into_iter().flatten() {
        if let Some(message) = maybe(state, "message") {
            let gap = if words.is_empty() { "" } else { "\n\n" };
            let _ = write!(words, "{gap}{agent}: {message}");
        }
    }
    Drawn {
        body: ItemBody::Subagent {
            tool: snake(text(item, "tool")),
            agents,
        },
        text: Some(words).filter(|words| !words.is_empty()),
        status: status(item),
    }
}

/// The picture itself, which the source may give inline, is not kept.
fn image(item: &Value, cwd: &Path) -> Drawn {
    let path = maybe(item, "savedPath").or_else(|| maybe(item, "fileId"));
    let failure = at(item, "failure");
    let refused = maybe(failure, "type").map(snake);
    Drawn {
        body: ItemBody::Image {
            path: diffs::relative(path.unwrap_or_default(), cwd),
        },
        text: refused
            .clone()
            .or_else(|| maybe(item, "revisedPrompt").map(str::to_owned)),
        status: if refused.is_some() {
            ItemStatus::Failed
        } else {
            status(item)
        },
    }
}

/// What the assistant asks in passing, below what it says.
pub fn questions(item: &Value) -> String {
    let mut words = String::new();
    for question in list(item, "questions") {
        let _ = write!(words, "\n\n**{}**", text(question, "title"));
        for option in texts(question, "options") {
            let _ = write!(words, "\n- {option}");
        }
    }
    words
}

/// Whether the source kept part of what the assistant said back.
pub fn moderated(item: &Value) -> bool {
    flag(at(item, "moderation"), "moderated")
}

fn joined<'a>(parts: impl Iterator<Item = &'a str>) -> String {
    parts
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join("\n")
}

/// Everything of an item that is not told otherwise.
fn rest(item: &Value) -> String {
    let mut fields = item.as_object().cloned().unwrap_or_default();
    for told in ["id", "type", "startedAtMs", "completedAtMs"] {
        fields.remove(told);
    }
    Value::Object(fields).to_string()
}

#[cfg(test)]
mod tests;
