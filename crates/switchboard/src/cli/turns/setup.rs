//! `switchboard setup`: looks for Codex and remembers where it is, makes the folders, and says what a program that calls us needs to
//! know.

use std::{fs, os::unix::fs::DirBuilderExt as _, path::PathBuf, process::ExitCode, time::Duration};

use anyhow::{Context as _, Result};
use clap::Args;
use serde::{Deserialize, Serialize};
use switchboard_backends::{
    codex::{self, native::native_codex},
    process::find::{is_executable, programs},
};
use switchboard_engine::folder::{Gc, Sweep, Turns};

use super::{Layout, refusal::Refusal};
use crate::{
    compose::House,
    config::{Config, Flags},
};

/// How long the folder of a turn that has ended is kept.
const KEPT: Duration = Duration::from_hours(7 * 24);

/// What was found, in the home.
const FOUND: &str = "codex.json";

const EXAMPLES: &str = "\
Examples:
  switchboard setup
  switchboard setup --json

Needed once at most: `new` finds Codex by itself where it is on the PATH or in a usual place. Also removes the folders of turns \
that ended more than 7 days ago.";

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Setup {
    /// Print it as JSON on one line, and errors as JSON too
    #[arg(long)]
    json: bool,
}

/// Where Codex was found.
#[derive(Debug, Serialize, Deserialize)]
struct Found {
    program: PathBuf,
    version: Option<String>,
}

/// Codex, as a turn takes it: named by the configuration, and then nothing else; or where it is found without asking anybody, or where
/// `setup` found it.
pub fn program(config: &Config) -> Option<PathBuf> {
    if let Some(named) = &config.settings.providers.chatgpt.program {
        return is_executable(named).then(|| named.clone());
    }
    let noted = || {
        let text = fs::read_to_string(config.home.join(FOUND)).ok()?;
        let found: Found = serde_json::from_str(&text).ok()?;
        Some(found.program).filter(|program| is_executable(program))
    };
    let found = programs("codex", &config.env).into_iter().next();
    found.or_else(noted)
}

impl Setup {
    pub async fn run(self, home: Option<PathBuf>, flags: Flags) -> Result<ExitCode> {
        super::super::logs("warn");
        let house = House::open(Config::read(home, flags)?).await?;
        let done = self.set_up(&house).await;
        house.store.close().await;
        match done {
            Ok(()) => Ok(ExitCode::SUCCESS),
            Err(refusal) => Ok(refusal.tell(self.json)),
        }
    }

    async fn set_up(&self, house: &House) -> Result<(), Refusal> {
        let config = &house.config;
        house.local_admin().await?;
        let turns = config.home.join("turns");
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&turns)
            .with_context(|| format!("cannot make {}", turns.display()))?;
        let probe = house.registry.probe("codex").await;
        let Some(program) = probe.program else {
            let missing = probe.problem.unwrap_or_else(codex::install::missing);
            return Err(missing.into());
        };
        let found = Found {
            program: native_codex(&program),
            version: probe.version,
        };
        let text = serde_json::to_string_pretty(&found).context("cannot note where Codex is")?;
        fs::write(config.home.join(FOUND), text).context("cannot note where Codex is")?;
        let swept = Turns::new(&config.home).gc(Gc {
            now: house.engine.now(),
            older_than: KEPT,
            keep_bytes: None,
            sweep: Sweep::ForReal,
        });
        let swept = swept.context("cannot remove old turns")?.removed.len();
        let login = codex::login::on_plan(&config.codex_home);
        let account = login.as_ref().map(codex::login::Plan::words);
        if self.json {
            let told = serde_json::json!({
                "codex": found,
                "codex_home": config.codex_home,
                "home": config.home,
                "turns": turns,
                "signed_in": account.as_ref().ok(),
                "login_needed": login.as_ref().err().map(|failure| &failure.message),
                "removed_turns": swept,
            });
            return Ok(Layout::OneLine.print(&told)?);
        }
        let signed_in = match account {
            Ok(account) => account,
            Err(failure) => format!("no: {}; run `codex login`", failure.message),
        };
        let removed = match swept {
            0 => String::new(),
            many => format!("Removed      {many} turns that ended more than 7 days ago\n"),
        };
        let text = format!(
            "Codex        {}, {}\nTurns        {}\nSigned in    {signed_in}\n{removed}\n{FOR_PROGRAMS}\n",
            found.version.as_deref().unwrap_or("of unknown version"),
            found.program.display(),
            turns.display()
        );
        super::print(text.as_bytes())?;
        Ok(())
    }
}

const FOR_PROGRAMS: &str = "\
For programs that call this:
  switchboard new \"PROMPT\"      prints one line of JSON and returns at once; the turn runs on
  out_path                      grows as the answer is written
  done_marker, error_marker     exactly one of them appears when the turn has ended
  switchboard wait TURN         blocks until then and prints the answer
  switchboard status TURN       says where it stands, as JSON
Exit codes: 0 complete, 1 failed, 2 login needed, 3 cancelled, 4 timed out, 5 abandoned, 6 missing, 7 still running,
64 usage, 69 Codex is missing.";
