//! The app servers of this process. Owns which one a turn gets, that none crosses from one home to the other, and that
//! one which falls over again and again is not started without end; never knows what is done with one.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use switchboard_engine::backend::{BackendError, Home};
use switchboard_model::outcome::{Failure, OutcomeCode};
use tokio::time::Instant;

use super::server::{Key, Lease, Server};
use crate::{
    codex::{Setup, home, install, login},
    process,
};

/// One that ends so soon after its start did not work.
const SHORT_LIFE: Duration = Duration::from_secs(10);

/// After so many short lives in a row the next one has to wait.
const TRIES: u32 = 3;

/// How long; doubled with every further one, up to a limit.
const BACK_OFF: Duration = Duration::from_secs(5);
const LONGEST: Duration = Duration::from_mins(5);

/// The app servers of this process.
pub(super) struct Pool {
    setup: Setup,
    house: Room,
    /// Beside ours, so that what is wrong in a person's own home holds up nothing else.
    own: Room,
}

/// The app servers of one home.
#[derive(Default)]
struct Room {
    /// Held while one is started, so that many who ask at the same time start one and not one each.
    servers: tokio::sync::Mutex<Vec<Living>>,
    health: Mutex<Health>,
}

struct Living {
    server: Arc<Server>,
    since: Instant,
}

#[derive(Default)]
struct Health {
    /// Short lives in a row.
    falls: u32,
    /// Until when nobody tries, and what the last one said.
    wait: Option<(Instant, String)>,
}

impl Pool {
    pub(super) fn new(setup: Setup) -> Self {
        Self {
            setup,
            house: Room::default(),
            own: Room::default(),
        }
    }

    /// An app server in this home, for the login as it is now: a warm one, or a new one.
    pub(super) async fn lease(&self, home: Home) -> Result<Lease, Failure> {
        let program = install::find(&self.setup.finder, self.setup.program.as_deref()).await?;
        let login = login::read(&self.setup.codex_home);
        login.clone().plan(&self.setup.codex_home)?;
        let key = Key {
            program,
            login,
            home,
        };
        let folder = home::prepare(&self.setup, home).map_err(BackendError::into_failure)?;
        let room = match home {
            Home::House => &self.house,
            Home::Own => &self.own,
        };
        let mut servers = room.servers.lock().await;
        room.bury(&mut servers);
        for living in servers.iter() {
            if living.server.key != key {
                // Another login, or an upgrade: what runs goes on to its end, and nothing else starts there.
                living.server.retire();
            } else if let Some(lease) = living.server.enter() {
                return Ok(lease);
            }
        }
        room.may_start()?;
        let since = Instant::now();
        let config = home::config(&self.setup, home);
        let started = Server::start(&self.setup, key, &folder, &config).await;
        let server = Arc::new(started.inspect_err(|failure| {
            room.fell(failure.detail.clone().unwrap_or_default());
        })?);
        let lease = server.enter();
        servers.push(Living { server, since });
        lease.ok_or_else(|| {
            Failure::new(
                OutcomeCode::CodexStartFailed,
                "the Codex app server ended as soon as it had started",
            )
        })
    }

    /// The login of those that run was refused or replaced: the next turn gets a new one, which reads it afresh.
    pub(super) async fn retire_all(&self) {
        for room in [&self.house, &self.own] {
            for living in room.servers.lock().await.iter() {
                living.server.retire();
            }
        }
    }

    /// One of ours that runs, whatever its login: the records of all lie in one home. Starts none.
    pub(super) async fn warm(&self) -> Option<Lease> {
        let servers = self.house.servers.lock().await;
        servers.iter().find_map(|living| living.server.enter())
    }

    /// Another process wants a session: whichever has it lets go of it, unless a turn runs in it.
    pub(super) async fn let_go(&self, thread: &str) {
        for room in [&self.house, &self.own] {
            let servers = room.servers.lock().await;
            let all: Vec<_> = servers.iter().map(|living| living.server.clone()).collect();
            drop(servers);
            for server in all {
                server.hands_over(thread).await;
            }
        }
    }

    /// Ends all of them, and waits for it.
    pub(super) async fn stop(&self, how: process::Stop) {
        let mut servers = std::mem::take(&mut *self.house.servers.lock().await);
        servers.append(&mut *self.own.servers.lock().await);
        for living in &servers {
            living.server.stop(how);
        }
        for living in &servers {
            living.server.end().await;
        }
    }
}

impl Room {
    /// Forgets the dead, and notes how long they lived.
    fn bury(&self, servers: &mut Vec<Living>) {
        servers.retain(|living| {
            let gone = living.server.is_gone();
            if gone && !living.server.was_let_go() && living.since.elapsed() < SHORT_LIFE {
                self.fell(String::new());
            } else if living.since.elapsed() >= SHORT_LIFE {
                self.lock().falls = 0;
            }
            !gone
        });
    }

    /// One did not work.
    fn fell(&self, last_words: String) {
        let mut health = self.lock();
        health.falls += 1;
        if health.falls >= TRIES {
            let wait = BACK_OFF * 2_u32.saturating_pow((health.falls - TRIES).min(16));
            health.wait = Some((Instant::now() + wait.min(LONGEST), last_words));
        }
    }

    fn may_start(&self) -> Result<(), Failure> {
        let health = self.lock();
        match &health.wait {
            Some((until, last_words)) if Instant::now() < *until => {
                let seconds = (*until - Instant::now()).as_secs() + 1;
                let failure = Failure::new(
                    OutcomeCode::CodexStartFailed,
                    format!(
                        "the Codex app server fell over {} times in a row; it is tried again in {seconds} s",
                        health.falls
                    ),
                );
                Err(failure.detail(last_words.clone()))
            }
            _ => Ok(()),
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Health> {
        // Held for a note only; a panic cannot leave it half changed.
        self.health.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
