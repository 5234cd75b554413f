//! How OpenAI's models call the tools of the Codex CLI: by what name, with what input, and whether a call goes out by
//! itself or inside a program. Owns these shapes; does not know how a response carries them.

use std::collections::{BTreeSet, HashSet};

use serde_json::{Value, json};

use crate::call::{Access, Call, Permissions, Plan, Question, Shell};
use crate::seen::Seen;

/// The one tool of a model in code mode. Its input is a program, which calls the other tools.
const PROGRAM: &str = "exec";
/// What is told when a command is to leave the sandbox and nobody says why.
const WHY: &str = "needs to leave the sandbox";

/// The tools that a request offers, and what they can be used on.
#[derive(Clone, Debug, Default)]
pub(crate) struct Offered {
    names: HashSet<String>,
    /// The MCP servers of which some tool is offered, by itself or from programs.
    servers: BTreeSet<String>,
    /// The newest command that still runs.
    running: Option<u64>,
}

impl Offered {
    pub fn in_request(asked: &Seen) -> Self {
        let tools = asked.body["tools"].as_array().into_iter().flatten();
        let running = asked.running_command();
        Self {
            names: tools.flat_map(names).collect(),
            servers: servers(&asked.body["tools"].to_string()),
            running: running.and_then(|id| id.parse().ok()),
        }
    }

    /// How a model that is offered these makes calls at once. Those that are not offered by themselves are called from
    /// one program where programs are taken; elsewhere they are called all the same, as a model may that errs.
    pub fn items(&self, calls: &[Call]) -> Vec<Item> {
        let mut items = Vec::new();
        let mut lines = Vec::new();
        for call in calls {
            let tool = self.tool(call);
            let is_offered = tool.name == PROGRAM || self.names.contains(&tool.offered_as());
            match tool.input {
                _ if self.names.contains(PROGRAM) && !is_offered => lines.push(tool.in_program()),
                Input::Words(_) => items.push(tool.custom()),
                Input::Fields(_) => items.push(tool.function()),
            }
        }
        items.extend(program(&lines).map(|program| words(PROGRAM, &program).custom()));
        items
    }

    fn tool(&self, call: &Call) -> Tool {
        match call {
            Call::Shell(shell) => fields("exec_command", command(shell)),
            Call::Stdin(chars) => {
                let input = json!({ "session_id": self.running.unwrap_or(0), "chars": chars });
                fields("write_stdin", input)
            }
            Call::Patch(patch) => words("apply_patch", patch),
            Call::Plan(plan) => fields("update_plan", plan_steps(plan)),
            Call::Ask(questions) => {
                let questions: Vec<Value> = questions.iter().map(question).collect();
                fields("request_user_input", json!({ "questions": questions }))
            }
            Call::Permissions { wanted, reason } => {
                let mut wanted = json!({ "permissions": permissions(wanted) });
                if let Some(reason) = reason {
                    wanted["reason"] = json!(reason);
                }
                fields("request_permissions", wanted)
            }
            Call::Mcp {
                server,
                tool,
                arguments,
            } => {
                let server = self.server(&identifier(server));
                fields(&identifier(tool), arguments.clone()).of(&format!("mcp__{server}"))
            }
            Call::Image(path) => fields("view_image", json!({ "path": path })),
            Call::Tool { name, arguments } => match name.split_once('.') {
                Some((namespace, name)) => fields(name, arguments.clone()).of(namespace),
                None => fields(name, arguments.clone()),
            },
            Call::Program(program) => words(PROGRAM, program),
        }
    }
}

impl Offered {
    /// What a server is called that people call so: the name itself, or the one that begins with it and ends in what
    /// only its program knows.
    fn server(&self, name: &str) -> String {
        let longer = format!("{name}_");
        let is_it = |known: &&String| {
            let end = known.strip_prefix(&longer);
            end.is_some_and(|end| end.len() == 8 && end.bytes().all(|b| b.is_ascii_hexdigit()))
        };
        match self.servers.iter().find(is_it) {
            Some(known) if !self.servers.contains(name) => known.clone(),
            _ => name.to_owned(),
        }
    }
}

/// The MCP servers whose tools are named in a text.
fn servers(told: &str) -> BTreeSet<String> {
    let is_of_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    told.split("mcp__")
        .skip(1)
        .map(|rest| {
            let end = rest
                .find(|letter| !is_of_name(letter))
                .unwrap_or(rest.len());
            let name = &rest[..end];
            name.split_once("__")
                .map_or(name, |(server, _)| server)
                .to_owned()
        })
        .collect()
}

/// The names that one entry of a request's tools offers: its own, or those in its namespace.
fn names(tool: &Value) -> Vec<String> {
    let name = tool["name"].as_str().unwrap_or_default();
    match tool["tools"].as_array() {
        None => vec![name.to_owned()],
        Some(inner) => inner
            .iter()
            .filter_map(|tool| tool["name"].as_str())
            .map(|tool| format!("{name}__{tool}"))
            .collect(),
    }
}

/// A call as an item of a response, which lacks no more than its ids.
#[derive(Debug)]
pub(crate) struct Item {
    pub fields: Value,
    /// What ids of such an item begin with.
    pub kind: &'static str,
    /// How much the model had to write.
    pub letters: usize,
}

enum Input {
    Fields(Value),
    Words(String),
}

/// A tool by name and what it is given.
struct Tool {
    namespace: Option<String>,
    name: String,
    input: Input,
}

fn fields(name: &str, fields: Value) -> Tool {
    Tool {
        namespace: None,
        name: name.to_owned(),
        input: Input::Fields(fields),
    }
}

fn words(name: &str, words: &str) -> Tool {
    Tool {
        namespace: None,
        name: name.to_owned(),
        input: Input::Words(words.to_owned()),
    }
}

/// A program that runs these lines at once, and each to its end whatever becomes of the others.
fn program(lines: &[String]) -> Option<String> {
    let many = || {
        let calls = lines
            .iter()
            .map(|line| format!("  (async () => {{ {line} }})(),"));
        let calls = calls.collect::<Vec<_>>().join("\n");
        format!(
            "const ends = await Promise.allSettled([\n{calls}\n]);\n\
             ends.forEach((end) => end.reason && text(String(end.reason)));"
        )
    };
    match lines {
        [] => None,
        [line] => Some(line.clone()),
        _ => Some(many()),
    }
}

/// A name as it is offered, and as a program writes it.
fn identifier(name: &str) -> String {
    name.replace(|letter: char| !letter.is_ascii_alphanumeric(), "_")
}

impl Tool {
    fn of(self, namespace: &str) -> Self {
        Self {
            namespace: Some(namespace.to_owned()),
            ..self
        }
    }

    fn offered_as(&self) -> String {
        match &self.namespace {
            Some(namespace) => format!("{namespace}__{}", self.name),
            None => self.name.clone(),
        }
    }

    /// The line of a program that makes the call and shows what it returns.
    fn in_program(&self) -> String {
        let name = identifier(&self.offered_as());
        let input = match &self.input {
            Input::Fields(fields) => fields.to_string(),
            Input::Words(words) => json!(words).to_string(),
        };
        let shown = if name == "view_image" {
            "image"
        } else {
            "text"
        };
        format!("{shown}(await tools.{name}({input}));")
    }

    fn function(self) -> Item {
        let arguments = match self.input {
            Input::Fields(fields) => fields.to_string(),
            Input::Words(words) => words,
        };
        let letters = arguments.len();
        let mut fields = json!({
            "type": "function_call", "status": "completed", "name": self.name, "arguments": arguments,
        });
        if let Some(namespace) = self.namespace {
            fields["namespace"] = json!(namespace);
        }
        Item {
            fields,
            kind: "fc",
            letters,
        }
    }

    fn custom(self) -> Item {
        let input = match self.input {
            Input::Fields(fields) => fields.to_string(),
            Input::Words(words) => words,
        };
        let letters = input.len();
        let fields = json!({
            "type": "custom_tool_call", "status": "completed", "name": self.name, "input": input,
        });
        Item {
            fields,
            kind: "ctc",
            letters,
        }
    }
}

fn command(shell: &Shell) -> Value {
    let mut fields = json!({ "cmd": shell.command });
    let mut set = |name: &str, value: Value| fields[name] = value;
    match &shell.access {
        Access::Sandboxed => {}
        Access::More(more) => {
            set("sandbox_permissions", json!("with_additional_permissions"));
            set("additional_permissions", permissions(more));
        }
        Access::Escalated => {
            set("sandbox_permissions", json!("require_escalated"));
            set("justification", json!(WHY));
        }
    }
    if let Some(reason) = &shell.reason {
        set("justification", json!(reason));
    }
    if !shell.prefix.is_empty() {
        set("prefix_rule", json!(shell.prefix));
    }
    if let Some(millis) = shell.yield_ms {
        set("yield_time_ms", json!(millis));
    }
    if shell.terminal {
        set("tty", json!(true));
    }
    fields
}

fn permissions(wanted: &Permissions) -> Value {
    let mut files = json!({});
    if !wanted.read.is_empty() {
        files["read"] = json!(wanted.read);
    }
    if !wanted.write.is_empty() {
        files["write"] = json!(wanted.write);
    }
    let mut permissions = json!({});
    if wanted.network {
        permissions["network"] = json!({ "enabled": true });
    }
    if files != json!({}) {
        permissions["file_system"] = files;
    }
    permissions
}

fn plan_steps(plan: &Plan) -> Value {
    let status = |at: usize| match at {
        at if at < plan.done => "completed",
        at if at < plan.done + plan.doing => "in_progress",
        _ => "pending",
    };
    let steps = plan.steps.iter().enumerate();
    let steps: Vec<Value> = steps
        .map(|(at, step)| json!({ "step": step, "status": status(at) }))
        .collect();
    let mut fields = json!({ "plan": steps });
    if let Some(explanation) = &plan.explanation {
        fields["explanation"] = json!(explanation);
    }
    fields
}

fn question(question: &Question) -> Value {
    let options: Vec<Value> = question
        .options
        .iter()
        .map(|(label, description)| json!({ "label": label, "description": description }))
        .collect();
    let mut fields = json!({
        "id": question.id, "header": question.header, "question": question.text, "options": options,
    });
    if question.secret {
        fields["isSecret"] = json!(true);
    }
    if question.other {
        fields["isOther"] = json!(true);
    }
    fields
}
