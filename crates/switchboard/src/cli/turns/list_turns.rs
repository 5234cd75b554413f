//! `switchboard list-turns`: the newest turns.

use std::{path::PathBuf, process::ExitCode};

use anyhow::Result;
use clap::Args;
use serde::Serialize;
use switchboard_engine::folder::{State, TurnFolder, moment};

use super::Layout;

#[derive(Args)]
#[command(
    after_help = "Example:\n  switchboard list-turns --limit 5 --json | jq -r '.[] | .turn_id + \" \" + .state'"
)]
pub struct ListTurns {
    /// How many
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: usize,
    /// Print them on one line
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Line {
    turn_id: String,
    state: State,
    thread_id: Option<String>,
    started_at: Option<String>,
    cwd: Option<String>,
}

impl ListTurns {
    pub fn run(self, home: Option<PathBuf>) -> Result<ExitCode> {
        let newest = super::turns(home)?.newest(self.limit)?;
        let lines: Vec<Line> = newest.iter().map(Line::of).collect();
        Layout::of_flag(self.json).print(&lines)?;
        Ok(ExitCode::SUCCESS)
    }
}

impl Line {
    fn of(folder: &TurnFolder) -> Self {
        let look = folder.look();
        let meta = look.meta.as_ref();
        Self {
            turn_id: folder.id().to_string(),
            state: look.state,
            thread_id: meta.and_then(|meta| meta.thread_id.clone()),
            started_at: meta.map(|meta| moment(meta.started_at)),
            cwd: meta.map(|meta| meta.cwd.clone()),
        }
    }
}
