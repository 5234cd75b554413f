//! `switchboard status`: where a turn stands.

use std::{path::PathBuf, process::ExitCode};

use anyhow::Result;
use clap::Args;
use serde::Serialize;
use switchboard_engine::folder::{Auth, Look, State, Tokens, TurnFolder, moment};

use super::Layout;

const HELP: &str = "\
Examples:
  switchboard status 019acb2e-5f3a-7c41-9d52-3f6f5b8e2a10
  switchboard status 019acb2e-5f3a-7c41-9d52-3f6f5b8e2a10 --json | jq -r .state

States: queued, starting, running, waiting-approval; complete, failed, cancelled, timed-out, abandoned; missing. \
Exits with 0 whatever the state is, and with 64 if the id is none.";

#[derive(Args)]
#[command(after_help = HELP)]
pub struct Status {
    /// The id that `switchboard new` printed
    turn: String,
    /// Print it on one line
    #[arg(long)]
    json: bool,
}

/// Where a turn stands, for programs.
#[derive(Serialize)]
pub struct Told {
    turn_id: String,
    state: State,
    /// The same, for programs that know it by this name.
    status: State,
    thread_id: Option<String>,
    cwd: Option<String>,
    started_at: Option<String>,
    last_event_at: Option<String>,
    pid: Option<u32>,
    reason: Option<String>,
    hint: Option<String>,
    auth: Option<Auth>,
    usage: Option<Tokens>,
    /// Over which of Codex's ways it runs.
    over: Option<String>,
}

impl Status {
    pub fn run(self, home: Option<PathBuf>) -> Result<ExitCode> {
        let folder = match super::folder(home, &self.turn) {
            Ok(folder) => folder,
            Err(refusal) => return Ok(refusal.tell(self.json)),
        };
        let look = folder.look();
        Layout::of_flag(self.json).print(&Told::new(&folder, look))?;
        Ok(ExitCode::SUCCESS)
    }
}

impl Told {
    pub fn new(folder: &TurnFolder, look: Look) -> Self {
        let (meta, result) = (look.meta, look.result);
        let started_at = meta.as_ref().map(|meta| meta.started_at);
        let ended = result.as_ref().and_then(|result| result.started_at);
        let threads = [
            result.as_ref().and_then(|result| result.thread_id.clone()),
            meta.as_ref().and_then(|meta| meta.thread_id.clone()),
        ];
        let auths = [
            result.as_ref().and_then(|result| result.auth.clone()),
            meta.as_ref().and_then(|meta| meta.auth.clone()),
        ];
        Self {
            turn_id: folder.id().to_string(),
            state: look.state,
            status: look.state,
            thread_id: threads.into_iter().flatten().next(),
            cwd: meta.as_ref().map(|meta| meta.cwd.clone()),
            started_at: started_at.or(ended).map(moment),
            last_event_at: look.last_event_at.map(moment),
            pid: meta.as_ref().and_then(|meta| meta.pid),
            over: meta.and_then(|meta| meta.over),
            reason: look.reason,
            hint: look.hint,
            auth: auths.into_iter().flatten().next(),
            usage: result.and_then(|result| result.usage),
        }
    }
}
