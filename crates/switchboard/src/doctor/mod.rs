//! The doctor: looks at everything that a turn needs and says how to fix what is missing. Owns the list
//! of checks and what each of them may look at. Changes nothing: works before the first start and beside
//! a running server, whose page and API show the same.
//!
//! A check that failed means that the main job, answering a mention, cannot be done.

mod assistants;
mod database;
mod failures;
mod home;
mod people;
mod place;
mod programs;
mod report;
mod settings;

use std::{fs, path::PathBuf, sync::Arc};

use anyhow::{Context as _, Result};
use futures_util::FutureExt as _;
use switchboard_backends::{
    clis::Machine,
    homes::private_folder,
    process::{Finder, GuardExe, Launcher},
};
use switchboard_engine::Instance;
use switchboard_model::{Clock as _, Millis, SessionId};
use switchboard_server::Check;
use switchboard_store::{Look, OpenError, Reader};
use tokio::sync::Mutex;

pub use settings::unreadable;

use crate::{compose::House, config::Config, sources};

/// What the checks look at.
struct Subject {
    config: Config,
    machine: Machine,
    /// The database, looked at once.
    look: Result<Look, OpenError>,
    now: Millis,
}

impl Subject {
    /// The database to read from, if there is one that this version understands.
    fn reader(&self) -> Option<&Reader> {
        match &self.look {
            Ok(Look::Ready { reader, .. }) => Some(reader),
            _ => None,
        }
    }

    /// What a check says that has no database to read from: how it is before the first start, unless
    /// there is one that nobody could look into.
    fn without_database(&self, code: &str, title: &str, before_the_first_start: &str) -> Check {
        match self.look {
            Ok(_) => report::ok(code, title, before_the_first_start),
            Err(_) => report::warn(
                code,
                title,
                "cannot be told without the database",
                "look at the database check",
            ),
        }
    }
}

/// What a running server shows.
pub fn source(house: &House) -> switchboard_server::Doctor {
    let (config, machine) = (house.config.clone(), house.machine());
    // Each examination starts a handful of programs: one after another, whoever asks.
    let turn = Arc::new(Mutex::new(()));
    Arc::new(move || {
        let (config, machine, turn) = (config.clone(), machine.clone(), turn.clone());
        async move {
            let _alone = turn.lock().await;
            examine(config, machine).await
        }
        .boxed()
    })
}

/// Looks at the machine from outside of any server.
pub async fn visit(config: Config) -> Result<Vec<Check>> {
    let bench = Bench::make()?;
    let launcher = bench.launcher();
    let machine = Machine {
        finder: Finder::new(launcher.clone(), &config.env),
        launcher,
        env: config.env.clone(),
        codex_home: config.codex_home.clone(),
        codex_program: config.settings.providers.chatgpt.program.clone(),
    };
    Ok(examine(config, machine).await)
}

async fn examine(config: Config, machine: Machine) -> Vec<Check> {
    let look = match config.database() {
        Ok(database) => database.look(&config.home).await,
        Err(_) => Err(OpenError::BadUrl),
    };
    let subject = Subject {
        config,
        machine,
        look,
        now: sources::SystemClock.now(),
    };
    let (programs, assistants, failures, people, place) = tokio::join!(
        // Starting programs takes large futures.
        Box::pin(programs::check(&subject)),
        assistants::check(&subject),
        failures::check(&subject),
        people::check(&subject),
        place::check(&subject),
    );
    let quick = [
        home::check(&subject),
        settings::check(&subject),
        database::check(&subject),
    ];
    quick
        .into_iter()
        .chain([place, people, programs, assistants, failures])
        .flatten()
        .collect()
}

/// A place to start programs from while no server runs: a folder with a lock of our own, so that nothing
/// is made in the home. Gone when dropped.
struct Bench {
    folder: PathBuf,
    instance: Instance,
}

impl Bench {
    fn make() -> Result<Self> {
        let ids = sources::ids();
        let folder =
            std::env::temp_dir().join(format!("switchboard-doctor-{}", ids.make::<SessionId>()));
        private_folder(&folder)
            .and_then(|()| Instance::hold(&folder, &ids))
            .with_context(|| format!("cannot use the temporary folder {}", folder.display()))
            .map(|instance| Self { folder, instance })
    }

    fn launcher(&self) -> Launcher {
        Launcher::new(GuardExe::this_program(), self.instance.lock_path())
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}
