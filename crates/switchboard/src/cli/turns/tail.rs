//! `switchboard tail`: what a turn has written, to its last byte.

use std::{
    fs::File,
    io::{self, Read as _, Seek as _, SeekFrom},
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use anyhow::Result;
use clap::Args;
use switchboard_engine::folder::{State, Watch};

const HELP: &str = "\
Examples:
  switchboard tail 019acb2e-5f3a-7c41-9d52-3f6f5b8e2a10 --follow
  switchboard tail 019acb2e-5f3a-7c41-9d52-3f6f5b8e2a10 --follow --json | jq -r .type

Exits with 0 if the turn is complete, or runs and nobody follows it; else 1 failed, 2 login needed, 3 cancelled, 4 timed out,
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
        let folder = super::folder(home, &self.turn)?;
        let path = if self.json {
            folder.events_path()
        } else {
            folder.out_path()
        };
        let mut growing = Growing::default();
        let watch = self.follow.then(|| Watch::on(&folder));
        loop {
            // The state first: whatever an ended turn wrote, it wrote before.
            let look = folder.look();
            if look.state == State::Missing {
                eprintln!("{}", super::state_line(&folder, &look));
                return Ok(look.exit_code().into());
            }
            growing.drain(&path)?;
            match &watch {
                _ if look.state.is_over() => return Ok(look.exit_code().into()),
                Some(watch) => watch.wait(Duration::MAX),
                None => return Ok(ExitCode::SUCCESS),
            }
        }
    }
}

/// A file that grows, and how far it is printed.
#[derive(Default)]
struct Growing {
    file: Option<File>,
    printed: u64,
}

impl Growing {
    /// Prints what is there and was not printed.
    fn drain(&mut self, path: &Path) -> Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            none => match File::open(path) {
                Ok(file) => none.insert(file),
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
                Err(error) => return Err(error.into()),
            },
        };
        // What a full disk kept from being whole was taken back.
        self.printed = self.printed.min(file.metadata()?.len());
        file.seek(SeekFrom::Start(self.printed))?;
        let mut piece = vec![0; 64 << 10];
        loop {
            match file.read(&mut piece)? {
                0 => return Ok(()),
                read => {
                    super::print(&piece[..read])?;
                    self.printed += read as u64;
                }
            }
        }
    }
}
