//! Trying an MCP server: a thread that is never asked anything starts with it alone, and Codex says what came of it.
//! Owns how long that may take, and that nothing of it stays; never judges what was found.

use std::time::Duration;

use serde_json::{Value, json};
use switchboard_engine::backend::{BackendError, Home};
use switchboard_model::{
    mcp::{McpServer, Seen},
    outcome::{Failure, OutcomeCode},
};

use super::{
    CodexApp, not_leased,
    server::{Lease, unload},
    tools::{self, Tools},
    turn::ANSWER,
};
use crate::{homes::TurnFolder, jsonrpc::CallError, turns::folder_failed};

/// How many may be tried at once: each may be a program that takes its time.
pub(super) const AT_ONCE: usize = 4;

/// From the start of the thread to what Codex knows of its server. A server has 30 s of it to start.
const DEADLINE: Duration = Duration::from_secs(45);

impl CodexApp {
    /// Tries whether a server works.
    pub(super) async fn test(&self, server: &McpServer) -> Result<Seen, BackendError> {
        let Ok(_place) = self.tests.try_acquire() else {
            return Err(BackendError::Unavailable(Failure::new(
                OutcomeCode::AssistantUnavailable,
                "several tools are being tested right now; try again in a moment",
            )));
        };
        let user = format!("test.{}", server.label);
        let tools = Tools::of(std::slice::from_ref(server), &self.setup.env, &user);
        let Some(servers) = tools.config() else {
            let missing = tools.missing().next();
            return Ok(missing.map_or_else(|| tools::failed(String::new()), |(_, seen)| seen));
        };
        let folder = TurnFolder::make(&self.setup.work, &user)
            .map_err(|error| folder_failed(&self.setup.work, &error))?;
        let lease = self.pool.lease(Home::House).await.map_err(not_leased)?;
        let peer = &lease.server.peer;
        let params = json!({
            "cwd": folder.work(),
            "sandbox": "read-only",
            "ephemeral": true,
            "config": { "mcp_servers": servers },
        });
        let told = peer.call("thread/start", params, ANSWER).await;
        let told = told.map_err(|error| failed(&error))?;
        let Some(thread) = told["thread"]["id"].as_str() else {
            return Err(BackendError::Protocol("a thread without an id".into()));
        };
        lease.server.has_tools(thread, &tools);
        let seen = look(&lease, thread, &server.label).await;
        let _ = unload(peer, thread).await;
        lease.server.end_tools(thread);
        lease.server.forget(thread);
        seen
    }
}

/// What Codex knows of a thread's server, once it started or did not.
async fn look(lease: &Lease, thread: &str, label: &str) -> Result<Seen, BackendError> {
    let mut listener = lease.server.listen(thread);
    let params = json!({ "threadId": thread, "serverName": label, "detail": "toolsAndAuthOnly" });
    let asked = lease
        .server
        .peer
        .call("mcpServerStatus/list", params, DEADLINE);
    // Nobody reads what is said meanwhile, and nobody may wait for it to be read.
    let heard = async { while listener.next().await.is_some() {} };
    let told = tokio::select! {
        told = asked => told,
        // The app server is gone.
        () = heard => Ok(Value::Null),
    };
    match told {
        Ok(told) => {
            let all = told["data"].as_array().into_iter().flatten();
            let mut found = all.filter(|status| status["name"] == label);
            let found = found.next().map(tools::tested);
            found.ok_or_else(|| BackendError::Protocol("nothing is said of the server".into()))
        }
        Err(CallError::TimedOut { .. }) => Ok(tools::failed(format!(
            "it did not answer within {} s",
            DEADLINE.as_secs()
        ))),
        Err(error) => Err(failed(&error)),
    }
}

fn failed(error: &CallError) -> BackendError {
    match error {
        CallError::Refused { error, .. } => BackendError::Invalid(error.message.clone()),
        error => BackendError::Protocol(error.to_string()),
    }
}
