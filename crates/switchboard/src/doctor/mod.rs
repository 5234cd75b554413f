//! The doctor: looks at everything that a turn needs and says how to fix what is missing. Owns the list
//! of checks and what each of them may look at. Changes nothing: works before the first start and beside
//! a running server, whose page and API show the same.
//!
//! A check that failed means that something that is switched on cannot do its work. Everything is looked at
//! side by side, and whatever does not answer in time is told instead of waited for.

mod assistants;
mod codes;
mod database;
mod failures;
mod home;
mod machine;
mod people;
mod programs;
mod report;
mod server;
mod settings;
mod share;
pub mod troubleshooting;

use std::{fs, path::PathBuf, sync::Arc, time::Duration};

use anyhow::{Context as _, Result};
use futures_util::FutureExt as _;
use switchboard_backends::{
    clis::Machine,
    homes::private_folder,
    process::{Finder, GuardExe, Launcher},
};
use switchboard_engine::Instance;
use switchboard_model::{Clock as _, Millis, SessionId, assistant::Assistant};
use switchboard_server::{Check, Report, Scope};
use switchboard_store::{Look, OpenError, Reader, StoreError};
use tokio::{task::spawn_blocking, time::timeout};

use codes::Code;
use share::Share;

use crate::{compose::House, config::Config, sources};

/// How long one kind of check may take, its programs included, each of which has less.
const PATIENCE: Duration = Duration::from_secs(20);

/// What the checks look at.
struct Subject {
    config: Config,
    machine: Machine,
    /// The database, looked at once.
    look: Result<Look, OpenError>,
    /// The assistants in it; `None` without a database to read from.
    registered: Option<Vec<Assistant>>,
    now: Millis,
}

impl Subject {
    async fn new(config: Config, machine: Machine) -> Self {
        let look = match config.database() {
            Ok(database) => timeout(PATIENCE, database.look(&config.home))
                .await
                .unwrap_or_else(|_| {
                    let why = format!("no answer within {} s", PATIENCE.as_secs());
                    Err(StoreError::Unavailable(why).into())
                }),
            Err(_) => Err(OpenError::BadUrl),
        };
        let mut subject = Self {
            config,
            machine,
            look,
            registered: None,
            now: sources::SystemClock.now(),
        };
        if let Some(reader) = subject.reader() {
            let registered = timeout(PATIENCE, reader.assistants()).await;
            subject.registered = registered.ok().and_then(Result::ok);
        }
        subject
    }

    /// The database to read from, if there is one that this version understands.
    fn reader(&self) -> Option<&Reader> {
        match &self.look {
            Ok(Look::Ready { reader, .. }) => Some(reader),
            _ => None,
        }
    }

    /// What a check says that has no database to read from: how it is before the first start, unless
    /// there is one that nobody could look into.
    fn without_database(&self, code: Code, before_the_first_start: &str) -> Check {
        match self.look {
            Ok(Look::Missing | Look::Older { .. }) => report::ok(code, before_the_first_start),
            _ => report::warning(
                code,
                "cannot be told without the database",
                "look at the database check",
            ),
        }
    }
}

/// What a running server shows.
pub fn source(house: &House) -> switchboard_server::Doctor {
    let (config, machine) = (house.config.clone(), house.machine());
    let engine = house.engine.clone();
    // Each examination starts a handful of programs.
    let share: Arc<Share<Report>> = Arc::default();
    Arc::new(move |scope| {
        let (config, machine) = (config.clone(), machine.clone());
        let (engine, share) = (engine.clone(), share.clone());
        async move {
            Ok(match scope {
                Scope::Everything => share.get(examine(config, machine).boxed()).await,
                Scope::AssistantsOf(person) => {
                    let checks = assistants::usable(&engine.assistants(&person).await?);
                    Report::new(sources::SystemClock.now().0, checks, Vec::new())
                }
            })
        }
        .boxed()
    })
}

/// Looks at the machine from outside of any server.
pub async fn visit(config: Config) -> Result<Report> {
    let bench = Bench::make()?;
    let launcher = bench.launcher();
    let machine = Machine {
        finder: Finder::new(launcher.clone(), &config.env),
        launcher,
        env: config.env.clone(),
        codex_home: config.codex_home.clone(),
        codex_program: config.settings.providers.chatgpt.program.clone(),
        gemini_home: config.gemini_home.clone(),
        gemini_program: config.settings.providers.gemini.program.clone(),
    };
    Ok(examine(config, machine).await)
}

/// A report on a configuration that nobody can work with.
pub fn unreadable(error: &anyhow::Error) -> Report {
    let checks = vec![settings::unreadable(error)];
    Report::new(sources::SystemClock.now().0, checks, Vec::new())
}

async fn examine(config: Config, machine: Machine) -> Report {
    let subject = Arc::new(Subject::new(config, machine).await);
    let (quick, server, people, programs, turns) = tokio::join!(
        bounded(PATIENCE, Code::HomeFolder, at_once(subject.clone())),
        bounded(PATIENCE, Code::ServerPort, server::check(&subject)),
        bounded(PATIENCE, Code::PeopleSignedIn, people::check(&subject)),
        bounded(PATIENCE, Code::CodexProgram, async {
            // Starting programs takes large futures.
            let (mut checks, findings) = programs::check(&subject).boxed().await;
            checks.extend(assistants::check(&subject, &findings));
            checks
        }),
        bounded(PATIENCE, Code::TurnsFailures, failures::check(&subject)),
    );
    let mut checks: Vec<Check> = [quick, server, people, programs, turns]
        .into_iter()
        .flatten()
        .collect();
    checks.sort_by_key(|check| {
        Code::ALL
            .iter()
            .position(|code| code.as_str() == check.code)
    });
    Report::new(subject.now.0, checks, subject.config.settings_told())
}

/// What is only read from files, off the threads that serve: a file system may hang.
async fn at_once(subject: Arc<Subject>) -> Vec<Check> {
    let checks = spawn_blocking(move || {
        [
            settings::check(&subject),
            machine::check(&subject),
            home::check(&subject),
            database::check(&subject),
        ]
        .concat()
    });
    checks.await.unwrap_or_default()
}

/// Checks that come in time, or the word that they did not.
async fn bounded(
    patience: Duration,
    code: Code,
    checks: impl Future<Output = Vec<Check>>,
) -> Vec<Check> {
    timeout(patience, checks).await.unwrap_or_else(|_| {
        vec![report::warning(
            code,
            format!("cannot be told: no answer within {} s", patience.as_secs()),
            "look again; if it stays, a program or a disk of this machine hangs",
        )]
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_hangs_is_told_and_not_waited_for() {
        let hangs = std::future::pending();
        let checks = bounded(Duration::ZERO, Code::PeopleSignedIn, hangs).await;
        assert_eq!(checks[0].code, "people.signed_in");
        assert!(checks[0].said.contains("no answer within"));
    }
}
