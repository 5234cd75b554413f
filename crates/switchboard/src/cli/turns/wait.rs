//! `switchboard wait`: blocks until a turn has ended.

use std::{
    fs,
    io::{self, IsTerminal as _},
    path::PathBuf,
    process::ExitCode,
    time::Duration,
};

use anyhow::Result;
use clap::Args;
use switchboard_engine::folder::{State, TurnFolder, fit_for_terminal};

use super::{Layout, status::Told};

const HELP: &str = "\
Examples:
  switchboard wait 019acb2e-5f3a-7c41-9d52-3f6f5b8e2a10
  switchboard wait 019acb2e-5f3a-7c41-9d52-3f6f5b8e2a10 --answer --timeout 600

Of a turn that is complete it prints what it wrote; else where it stands and what it wrote go to stderr. \
Exits with 0 complete, 1 failed, 2 login needed, 3 cancelled, 4 timed out, 5 abandoned, 6 missing, 7 still running when the wait \
ran out.";

#[derive(Args)]
#[command(after_help = HELP)]
pub struct Wait {
    /// The id that `switchboard new` printed
    turn: String,
    /// Wait no longer than this
    #[arg(long, value_name = "SECONDS")]
    timeout: Option<u64>,
    /// Print the final message only
    #[arg(long, conflicts_with = "json")]
    answer: bool,
    /// Print the record of its end, or where it stands if it has none, on one line
    #[arg(long)]
    json: bool,
}

impl Wait {
    pub fn run(self, home: Option<PathBuf>) -> Result<ExitCode> {
        let folder = match super::folder(home, &self.turn) {
            Ok(folder) => folder,
            Err(refusal) => return Ok(refusal.tell(self.json)),
        };
        let look = folder.wait(self.timeout.map(Duration::from_secs));
        let code = look.exit_code();
        if self.json {
            match &look.result {
                Some(result) => Layout::OneLine.print(result)?,
                None => Layout::OneLine.print(&Told::new(&folder, look))?,
            }
        } else if look.state == State::Complete {
            let answer = look.result.and_then(|result| result.answer);
            match answer {
                Some(answer) if self.answer => super::print(&with_end(answer))?,
                _ => super::print(&written(&folder)?)?,
            }
        } else {
            eprintln!("{}", super::state_line(&folder, &look));
            eprint!("{}", String::from_utf8_lossy(&written(&folder)?));
        }
        Ok(code.into())
    }
}

fn written(folder: &TurnFolder) -> Result<Vec<u8>> {
    match fs::read(folder.out_path()) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        other => Ok(other?),
    }
}

/// The answer as it is, for a program; for a person nothing in it moves the terminal.
fn with_end(answer: String) -> Vec<u8> {
    let mut bytes = if io::stdout().is_terminal() {
        fit_for_terminal(&answer).into_bytes()
    } else {
        answer.into_bytes()
    };
    if !bytes.ends_with(b"\n") {
        bytes.push(b'\n');
    }
    bytes
}
