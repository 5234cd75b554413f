//! `switchboard tail`: what a turn has written, to its last byte.

use std::{
    io::{self, ErrorKind},
    path::PathBuf,
    process::ExitCode,
};

use anyhow::Result;
use clap::Args;
use switchboard_engine::folder::{Growing, State, Until};

const HELP: &str = "\
Examples:
  switchboard tail 019acb2e-5f3a-7c41-9d52-3f6f5b8e2a10 --follow
  switchboard tail 019acb2e-5f3a-7c41-9d52-3f6f5b8e2a10 --follow --json | jq -r .type

Exits with 0 if the turn is complete, or runs and nobody follows it; else 1 failed, 2 login needed, 3 cancelled, 4 timed out, \
5 abandoned, 6 missing.";

#[derive(Args)]
#[command(after_help = HELP)]
pub struct Tail {
    /// The id that `switchboard new` printed
    turn: String,
    /// Go on until it has ended
    #[arg(long, short)]
    follow: bool,
    /// Print its events, one JSON object a line, instead of the text
    #[arg(long)]
    json: bool,
}

impl Tail {
    pub fn run(self, home: Option<PathBuf>) -> Result<ExitCode> {
        let folder = match super::folder(home, &self.turn) {
            Ok(folder) => folder,
            Err(refusal) => return Ok(refusal.tell(self.json)),
        };
        let which = if self.json {
            Growing::Events
        } else {
            Growing::Out
        };
        let until = if self.follow { Until::Over } else { Until::Now };
        let look = match folder.tail(which, until, io::stdout().lock()) {
            // Whoever read it has read enough.
            Err(error) if error.kind() == ErrorKind::BrokenPipe => return Ok(ExitCode::SUCCESS),
            look => look?,
        };
        match look.state {
            State::Missing => eprintln!("{}", super::state_line(&folder, &look)),
            state if !state.is_over() => return Ok(ExitCode::SUCCESS),
            _ => {}
        }
        Ok(look.exit_code().into())
    }
}
