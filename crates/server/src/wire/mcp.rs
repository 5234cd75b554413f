//! MCP servers on the wire. Owns their shape; what may stand in one is `model`'s to say.

use serde::{Deserialize, Serialize};
use switchboard_engine::backend::SignIn;
use switchboard_model::mcp::{self, KnownServer, Seen};
use switchboard_store::McpPatch;
use utoipa::ToSchema;

use super::{
    ToWire,
    backend::{Login, login},
};
use crate::extract::Machine;

/// An MCP server that the caller gives an assistant.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct McpServer {
    /// What the caller calls it.
    pub name: String,
    /// How it is reached.
    pub transport: McpTransport,
    /// Whether turns get it.
    pub enabled: bool,
    /// Why turns do not get it all the same; null if they do.
    pub barred: Option<String>,
    /// How it was when it was last used.
    pub state: McpState,
    /// What was said about that; foreign text.
    pub message: Option<String>,
    /// Its tools, as it last listed them; null before it was tested.
    pub tools: Option<Vec<McpTool>>,
    /// When that was.
    pub seen_at: Option<i64>,
    /// The newest sign-in that was begun here.
    pub login: Option<Login>,
}

/// How a server is reached. Secrets are only named: their values are in the environment of the Switchboard server.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum McpTransport {
    /// A command that runs as the server's user. For admins.
    Stdio {
        /// The program.
        command: String,
        /// Its arguments.
        #[serde(default)]
        args: Vec<String>,
        /// Where it runs; null is where the turn works.
        #[serde(default)]
        folder: Option<String>,
        /// Names of variables that it gets.
        #[serde(default)]
        variables: Vec<String>,
    },
    /// A server over streamable HTTP. Members give https addresses with public names; admins any.
    Http {
        /// Its address.
        url: String,
        /// The name of the variable with a bearer token for it. For admins.
        #[serde(default)]
        bearer_variable: Option<String>,
    },
}

/// How a server was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum McpState {
    /// Nothing has used it yet.
    Unknown,
    /// It worked.
    Ready,
    /// It did not start, or was not reached.
    Failed,
    /// It wants the caller to sign in.
    NeedsSignIn,
}

/// A tool in the words of its server: foreign text.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct McpTool {
    /// Its name.
    pub name: String,
    /// What it says that it does.
    pub description: String,
    /// Whether it says that it changes nothing: then it runs unasked.
    pub reads_only: bool,
}

/// A server to add.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMcpServer {
    /// 1 to 24 of a to z, digits and hyphens.
    pub name: String,
    /// How it is reached.
    pub transport: McpTransport,
}

/// What to change on a server; what is left out stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct McpServerPatch {
    /// Another way to reach it; a sign-in is lost.
    pub transport: Option<McpTransport>,
    /// Whether turns get it.
    pub enabled: Option<bool>,
}

impl McpServer {
    /// A server, and the newest try to sign in to it, for somebody whose browser is on that machine.
    pub(crate) fn of(known: &KnownServer, sign_in: Option<&SignIn>, machine: Machine) -> Self {
        let seen = known.seen.as_ref();
        let tools = seen.and_then(|(seen, _)| seen.tools.as_ref());
        Self {
            name: known.server.name.clone(),
            transport: known.server.transport.to_wire(),
            enabled: known.server.enabled,
            barred: known.barred(),
            state: seen.map_or(McpState::Unknown, |(seen, _)| state(seen)),
            message: seen.and_then(|(seen, _)| seen.message.clone()),
            tools: tools.map(|tools| tools.iter().map(ToWire::to_wire).collect()),
            seen_at: seen.map(|(_, at)| at.0),
            login: sign_in.map(|sign_in| login(sign_in, machine)),
        }
    }
}

fn state(seen: &Seen) -> McpState {
    match seen.state {
        mcp::SeenState::Ready => McpState::Ready,
        mcp::SeenState::Failed => McpState::Failed,
        mcp::SeenState::NeedsSignIn => McpState::NeedsSignIn,
    }
}

impl ToWire for mcp::Tool {
    type Wire = McpTool;

    fn to_wire(&self) -> McpTool {
        McpTool {
            name: self.name.clone(),
            description: self.description.clone(),
            reads_only: self.reads_only,
        }
    }
}

impl ToWire for mcp::Transport {
    type Wire = McpTransport;

    fn to_wire(&self) -> McpTransport {
        match self.clone() {
            Self::Stdio {
                command,
                args,
                folder,
                variables,
            } => McpTransport::Stdio {
                command,
                args,
                folder,
                variables,
            },
            Self::Http { url, bearer } => McpTransport::Http {
                url,
                bearer_variable: bearer,
            },
        }
    }
}

impl From<McpTransport> for mcp::Transport {
    fn from(transport: McpTransport) -> Self {
        match transport {
            McpTransport::Stdio {
                command,
                args,
                folder,
                variables,
            } => Self::Stdio {
                command,
                args,
                folder,
                variables,
            },
            McpTransport::Http {
                url,
                bearer_variable,
            } => Self::Http {
                url,
                bearer: bearer_variable,
            },
        }
    }
}

impl From<McpServerPatch> for McpPatch {
    fn from(patch: McpServerPatch) -> Self {
        Self {
            transport: patch.transport.map(Into::into),
            enabled: patch.enabled,
        }
    }
}
