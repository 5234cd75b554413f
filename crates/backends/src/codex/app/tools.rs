//! The MCP servers of a turn, in Codex's words and back. Pure: from servers to what a thread is given, and from what
//! Codex says about one to what its person calls it. Owns that a value goes to the one server that it is for, and over
//! the pipe only; never reaches a server.

use std::{
    borrow::Cow,
    ffi::OsString,
    hash::{DefaultHasher, Hash as _, Hasher as _},
};

use serde_json::{Map, Value, json};
use switchboard_model::mcp::{McpServer, Seen, SeenState, Tool, Transport};

use super::read::{at, flag, maybe, text};

/// How long a server may take to start; the first start of some loads their program.
const START_SECONDS: u64 = 30;

/// How long one call may take.
const CALL_SECONDS: u64 = 300;

/// A word with which Codex says of a thread's server how it starts.
const STARTUP: &str = "mcpServer/startupStatus/updated";

/// Marks the processes of servers, so that they can be ended: Codex keeps those of a thread for a while after it was let
/// go.
const MARK: &str = "SWITCHBOARD_TOOLS";

/// What is said of a server that wants somebody to sign in.
const SIGN_IN: &str = "it wants you to sign in, which you do in Settings > Tools";

/// The servers of one turn.
#[derive(Debug, Clone, Default)]
pub struct Tools {
    /// Label and name of each.
    names: Vec<(String, String)>,
    /// What `mcp_servers` of the thread's configuration is.
    config: Map<String, Value>,
    /// The labels of those that cannot be had, and why.
    missing: Vec<(String, String)>,
    /// What the processes of all of them carry.
    mark: Option<String>,
}

impl Tools {
    /// These servers, with the values of their variables from this environment, for use by `user`.
    pub fn of(servers: &[McpServer], env: &[(OsString, OsString)], user: &str) -> Self {
        let mut tools = Self::default();
        for server in servers {
            let label = server.label.clone();
            tools.names.push((label.clone(), server.name.clone()));
            match config(&server.transport, env) {
                Ok(mut config) => {
                    if matches!(server.transport, Transport::Stdio { .. }) {
                        config["env"][MARK] = json!(user);
                        tools.mark = Some(format!("{MARK}={user}"));
                    }
                    tools.config.insert(label, config);
                }
                Err(why) => tools.missing.push((label, why)),
            }
        }
        tools
    }

    /// What a thread is given.
    pub fn config(&self) -> Option<Value> {
        (!self.config.is_empty()).then(|| Value::Object(self.config.clone()))
    }

    /// What tells their processes from all others, if they have any.
    pub fn mark(&self) -> Option<&str> {
        self.mark.as_deref()
    }

    /// Tells one set of servers, with all that they are given, from another.
    pub fn print(&self) -> u64 {
        let mut print = DefaultHasher::new();
        Value::Object(self.config.clone())
            .to_string()
            .hash(&mut print);
        print.finish()
    }

    /// Those that cannot be had, by label, and how that looks.
    pub fn missing(&self) -> impl Iterator<Item = (&str, Seen)> {
        self.missing
            .iter()
            .map(|(label, why)| (label.as_str(), failed(why.clone())))
    }

    /// The same for whoever reads the answer.
    pub fn notes(&self) -> Vec<String> {
        self.missing
            .iter()
            .map(|(label, why)| format!("it went without your tool {}: {why}", self.name(label)))
            .collect()
    }

    /// The labels of those that a thread starts once it is given them.
    pub fn starting(&self) -> Vec<&str> {
        self.config.keys().map(String::as_str).collect()
    }

    /// How a server is doing, if this says so. Its label comes first.
    pub fn seen<'a>(&self, method: &str, params: &'a Value) -> Option<(&'a str, Seen)> {
        let label = text(params, "name");
        if method != STARTUP || !self.names.iter().any(|(ours, _)| ours == label) {
            return None;
        }
        let seen = match text(params, "status") {
            "ready" => Seen {
                state: SeenState::Ready,
                message: None,
                tools: None,
            },
            "failed" if wants_sign_in(params) => Seen {
                state: SeenState::NeedsSignIn,
                message: None,
                tools: None,
            },
            "failed" => failed(plain(text(params, "error"))),
            _ => return None,
        };
        Some((label, seen))
    }

    /// What Codex says or asks, with servers by the names that their person knows. What a tool is given and what it
    /// returns stays as it is.
    pub fn named<'a>(&self, method: &str, params: &'a Value) -> Cow<'a, Value> {
        let is_call = || text(at(params, "item"), "type") == "mcpToolCall";
        match method {
            STARTUP => {
                let mut named = params.clone();
                if wants_sign_in(params) {
                    named["error"] = json!(SIGN_IN);
                } else if let Some(error) = maybe(params, "error") {
                    named["error"] = json!(self.in_words(&plain(error)));
                }
                self.rename(&mut named["name"]);
                Cow::Owned(named)
            }
            "item/started" | "item/completed" if is_call() => {
                let mut named = params.clone();
                self.rename(&mut named["item"]["server"]);
                if let Some(error) = maybe(at(at(params, "item"), "error"), "message") {
                    named["item"]["error"]["message"] = json!(self.in_words(error));
                }
                Cow::Owned(named)
            }
            "mcpServer/elicitation/request" => {
                let mut named = params.clone();
                self.rename(&mut named["serverName"]);
                // Codex writes the words of its own questions, a server those of all others.
                if maybe(at(params, "_meta"), "codex_approval_kind").is_some() {
                    named["message"] = json!(self.in_words(text(params, "message")));
                }
                Cow::Owned(named)
            }
            _ => Cow::Borrowed(params),
        }
    }

    /// Whether a request is about one of them: they stand in no home, so that none keeps anything of them.
    pub fn gave(&self, params: &Value) -> bool {
        let label = text(params, "serverName");
        self.names.iter().any(|(ours, _)| ours == label)
    }

    /// The name that their person knows one by.
    pub fn name<'a>(&'a self, label: &'a str) -> &'a str {
        let known = self.names.iter().find(|(ours, _)| ours == label);
        known.map_or(label, |(_, name)| name)
    }

    fn rename(&self, label: &mut Value) {
        if let Some(text) = label.as_str() {
            *label = json!(self.name(text));
        }
    }

    fn in_words(&self, words: &str) -> String {
        self.names
            .iter()
            .fold(words.to_owned(), |words, (label, name)| {
                words.replace(label.as_str(), name)
            })
    }
}

/// The label of the server that this says something of, and whether it is done starting, whatever came of it.
pub fn started<'a>(method: &str, params: &'a Value) -> Option<(&'a str, bool)> {
    (method == STARTUP).then(|| (text(params, "name"), text(params, "status") != "starting"))
}

/// What `mcpServerStatus/list` says of a server.
pub fn tested(status: &Value) -> Seen {
    let mut tools: Vec<Tool> = at(status, "tools")
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, tool)| Tool {
            name: name.clone(),
            description: text(tool, "description").to_owned(),
            reads_only: flag(at(tool, "annotations"), "readOnlyHint"),
        })
        .collect();
    tools.sort_by(|a, b| a.name.cmp(&b.name));
    let needs_sign_in = text(status, "runtimeStatus") == "authenticationRequired"
        || text(status, "authStatus") == "notLoggedIn";
    match maybe(status, "toolsError") {
        Some(_) if needs_sign_in => Seen {
            state: SeenState::NeedsSignIn,
            message: None,
            tools: None,
        },
        Some(error) => failed(plain(error)),
        None => Seen {
            state: SeenState::Ready,
            message: None,
            tools: Some(tools),
        },
    }
}

/// A server that does not work, and why.
pub fn failed(why: String) -> Seen {
    Seen {
        state: SeenState::Failed,
        message: Some(why),
        tools: None,
    }
}

/// What Codex is given of one server. The values go over the pipe to the app server, which hands them to this server
/// alone: they are in no file, on no command line and in no environment that a command of a model's inherits.
fn config(transport: &Transport, env: &[(OsString, OsString)]) -> Result<Value, String> {
    let value = |name: &str| {
        let found = env.iter().find(|(known, _)| known == name);
        let value = found.and_then(|(_, value)| value.to_str());
        value.ok_or_else(|| {
            format!("the variable {name} is not set in the environment of the Switchboard server")
        })
    };
    let mut config = match transport {
        Transport::Stdio {
            command,
            args,
            folder,
            variables,
        } => {
            let mut env = Map::new();
            for name in variables {
                env.insert(name.clone(), json!(value(name)?));
            }
            let mut config = json!({ "command": command, "args": args, "env": env });
            if let Some(folder) = folder {
                config["cwd"] = json!(folder);
            }
            config
        }
        Transport::Http { url, bearer } => {
            let mut config = json!({ "url": url });
            if let Some(name) = bearer {
                let bearer = format!("Bearer {}", value(name)?.trim());
                config["http_headers"] = json!({ "Authorization": bearer });
            }
            config
        }
    };
    config["enabled"] = json!(true);
    config["startup_timeout_sec"] = json!(START_SECONDS);
    config["tool_timeout_sec"] = json!(CALL_SECONDS);
    Ok(config)
}

fn wants_sign_in(params: &Value) -> bool {
    text(params, "failureReason") == "reauthenticationRequired"
        || text(params, "error").contains("is not logged in")
}

/// Why a server does not start, without the names of Codex's own parts around it.
fn plain(error: &str) -> String {
    let bare = error
        .rsplit_once("MCP startup failed: ")
        .map_or(error, |(_, why)| why);
    let bare = bare.split_once(">] error: ").map_or(bare, |(_, why)| why);
    let bare = bare.split(", when send ").next().unwrap_or(bare);
    if bare.contains("timed out") || error.contains("timed out") {
        format!("it did not answer within {START_SECONDS} s")
    } else if bare.contains("connection closed: initialize") || bare.contains("Broken pipe") {
        "the command ended before it answered; run it by hand to see why".to_owned()
    } else if bare.contains("os error 2") {
        "there is no such command on the server, or no such folder".to_owned()
    } else {
        bare.to_owned()
    }
}

#[cfg(test)]
mod tests;
