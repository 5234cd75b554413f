//! The tools that a model calls, in the words of a script. Owns what is asked of each; knows neither their names on any
//! wire nor how they are asked.

use serde_json::Value;

/// One call of a tool.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Call {
    Shell(Shell),
    /// Typed into the newest command that still runs.
    Stdin(String),
    /// A patch in the words of the patch tool.
    Patch(String),
    Plan(Plan),
    /// Questions to the person, asked at once.
    Ask(Vec<Question>),
    Permissions {
        wanted: Permissions,
        reason: Option<String>,
    },
    /// A tool of an MCP server.
    Mcp {
        server: String,
        tool: String,
        arguments: Value,
    },
    /// A look at a picture on the disk.
    Image(String),
    /// Any other tool, by the name under which it is offered.
    Tool {
        name: String,
        arguments: Value,
    },
    /// A program for a model in code mode.
    Program(String),
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Shell {
    pub command: String,
    pub access: Access,
    pub reason: Option<String>,
    /// The beginning of commands that are to be allowed along with this one.
    pub prefix: Vec<String>,
    /// How many milliseconds the call waits before it returns what was said so far.
    pub yield_ms: Option<u64>,
    pub terminal: bool,
}

/// What a command may do beyond the sandbox.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Access {
    #[default]
    Sandboxed,
    /// Stays in the sandbox, which is opened so far.
    More(Permissions),
    /// Leaves the sandbox.
    Escalated,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Permissions {
    pub network: bool,
    pub read: Vec<String>,
    pub write: Vec<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Plan {
    pub steps: Vec<String>,
    /// How many of the steps are done.
    pub done: usize,
    /// How many of those that follow are being done.
    pub doing: usize,
    pub explanation: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Question {
    pub id: String,
    pub header: String,
    pub text: String,
    /// Labels, each with what it means.
    pub options: Vec<(String, String)>,
    pub secret: bool,
    pub other: bool,
}
