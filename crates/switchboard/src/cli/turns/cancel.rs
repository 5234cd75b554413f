//! `switchboard cancel`: stops a turn, and sees to it that nothing of it is left.

use std::{
    fs,
    path::PathBuf,
    process::ExitCode,
    time::{Duration, Instant},
};

use anyhow::Result;
use clap::Args;
use rustix::process::{Pid, Signal, kill_process};
use switchboard_engine::{
    TurnError,
    folder::{Look, State, TurnFolder},
};

use super::{Layout, refusal::Refusal, status::Told};
use crate::{
    compose::House,
    config::{Config, Flags},
};

/// By then its worker has ended it, with all that it started.
const GENTLY: Duration = Duration::from_millis(4500);

/// By then the guard has ended what a killed worker left.
const AFTER_KILL: Duration = Duration::from_secs(5);

const LOOK: Duration = Duration::from_millis(25);

const EXAMPLES: &str = "\
Example:
  switchboard cancel 0199a213-81c0-7800-8aa1-bbab2a035a53

What it wrote so far stays in its folder. Prints its status; exits with 0 once it has ended, however it did.";

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Cancel {
    /// The turn's id, as `new` printed it
    #[arg(value_name = "TURN")]
    turn: String,
    /// Print it on one line, and errors as JSON too
    #[arg(long)]
    json: bool,
}

impl Cancel {
    pub async fn run(self, home: Option<PathBuf>, flags: Flags) -> Result<ExitCode> {
        super::super::logs("warn");
        let folder = match super::folder(home.clone(), &self.turn) {
            Ok(folder) => folder,
            Err(refusal) => return Ok(refusal.tell(self.json)),
        };
        let config = Config::read(home, flags)?;
        if !folder.look().state.is_over() {
            let house = House::open(config.clone()).await?;
            let me = house.local_admin().await?;
            let stopped = house.engine.stop_turn(&me, folder.id()).await;
            house.store.close().await;
            if let Err(error) = stopped
                && !matches!(error, TurnError::Ended(_))
            {
                return Err(error.into());
            }
            if over_within(&folder, GENTLY).is_none() {
                kill_worker(&folder);
                over_within(&folder, AFTER_KILL);
            }
        }
        let look = folder.look();
        let state = look.state;
        Layout::of_flag(self.json).print(&Told::new(&folder, look))?;
        Ok(match state {
            State::Missing => ExitCode::from(state.exit_code()),
            state if state.is_over() => ExitCode::SUCCESS,
            _ => {
                Refusal::failed("the turn does not end", "run `switchboard doctor`").tell(self.json)
            }
        })
    }
}

fn over_within(folder: &TurnFolder, patience: Duration) -> Option<Look> {
    let until = Instant::now() + patience;
    loop {
        let look = folder.look();
        if look.state.is_over() {
            return Some(look);
        }
        if Instant::now() > until {
            return None;
        }
        std::thread::sleep(LOOK);
    }
}

/// Ends a worker that does not hear. Its number counts only while it holds the lock, and only if it is one of ours.
fn kill_worker(folder: &TurnFolder) {
    let pid = folder.look().meta.and_then(|meta| meta.pid);
    let Some(pid) = pid else { return };
    let named = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    let is_worker = named.split(|byte| *byte == 0).any(|word| word == b"worker");
    if let (true, Some(pid)) = (is_worker, Pid::from_raw(pid.cast_signed())) {
        let _ = kill_process(pid, Signal::KILL);
    }
}
