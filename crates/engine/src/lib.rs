//! Makes things happen: posts messages, claims turns, runs them, settles what a crash left behind.
//!
//! A request is decided in `model`, remembered in `store` and performed here. The [`backend`] seam is
//! where assistants plug in; this crate knows none by name. No SQL, no HTTP, no processes.

pub mod assistants;
mod attached;
pub mod attachments;
pub mod backend;
pub mod backends;
mod book;
pub mod chat;
mod deadlines;
mod desk;
pub mod detached;
mod dispatch;
mod editing;
pub mod folder;
mod folders;
mod fork;
mod handover;
mod home;
pub mod instance;
pub mod line;
mod logins;
pub mod mcp;
mod members;
mod news;
mod pause;
mod people;
mod prepare;
mod queue;
mod reading;
mod records;
mod recovery;
pub mod registry;
mod runner;
mod running;
mod said;
mod secrets;
mod shift;
mod strangers;
pub mod supervisor;
mod talk;
pub mod turn_io;
pub mod turns;
mod wanted;

use std::{
    path::PathBuf,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

pub use assistants::{AssistantChange, AssistantView};
pub use chat::{ChatError, Incoming, OpenThread, ThreadChange};
pub use instance::Instance;
pub use news::News;
pub use registry::Registry;
pub use supervisor::Supervisor;
use switchboard_model::{Millis, TurnId, item::Item, room::Caps};
use switchboard_store::{Bus, Reader, Store};
pub use turn_io::TurnIo;
pub use turns::TurnError;

use crate::{folder::Turns, running::Running, secrets::Secrets};

/// How much runs at once, and how long it may take to stop.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// Running turns per login.
    pub per_login: u32,
    /// Running turns per asking person.
    pub per_person: u32,
    /// Running turns of this process in all.
    pub most: usize,
    /// How long a backend may take to stop before it is dropped, and its processes with it.
    pub stop_grace: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            per_login: 4,
            per_person: 2,
            most: 32,
            stop_grace: Duration::from_secs(8),
        }
    }
}

impl Settings {
    fn caps(self) -> Caps {
        Caps {
            per_login: self.per_login,
            per_person: self.per_person,
        }
    }
}

/// Where what is left of dead processes is found.
#[derive(Debug, Clone)]
pub struct Places {
    /// The instance locks.
    pub run: PathBuf,
    /// The folders of detached turns.
    pub turns: Turns,
}

/// The engine of one process. Cheap to clone.
#[derive(Clone)]
pub struct Engine(Arc<Inside>);

struct Inside {
    store: Store,
    registry: Registry,
    supervisor: Supervisor,
    running: Running,
    /// How much runs at once, once turns are run here.
    settings: OnceLock<Settings>,
    /// Answers that are never written.
    secrets: Secrets,
    instance: Arc<Instance>,
    /// Endings of this process that came too late and changed nothing.
    zombies: AtomicU64,
}

impl Engine {
    /// An engine that can post and read. It runs turns once [`Engine::start`] was called.
    pub fn new(
        store: Store,
        registry: Registry,
        supervisor: Supervisor,
        instance: Arc<Instance>,
    ) -> Self {
        Self(Arc::new(Inside {
            store,
            registry,
            supervisor,
            running: Running::default(),
            settings: OnceLock::new(),
            secrets: Secrets::default(),
            instance,
            zombies: AtomicU64::new(0),
        }))
    }

    /// Starts claiming turns and settling those of dead processes.
    pub fn start(&self, settings: Settings, places: Places) {
        // Whoever starts twice runs what was set first.
        let settings = *self.0.settings.get_or_init(|| settings);
        self.0
            .supervisor
            .spawn("recovery", recovery::run(self.clone(), places));
        self.0
            .supervisor
            .spawn("dispatch", dispatch::run(self.clone(), settings));
        self.0.supervisor.spawn("logins", logins::run(self.clone()));
        self.0
            .supervisor
            .spawn("records", records::run(self.clone()));
        self.0.supervisor.spawn("wanted", wanted::run(self.clone()));
    }

    /// The reading half of the store.
    pub fn reader(&self) -> &Reader {
        self.0.store.reader()
    }

    /// The bell.
    pub fn bus(&self) -> &Bus {
        self.0.store.bus()
    }

    /// The time, as everything here goes by it.
    pub fn now(&self) -> Millis {
        self.0.store.ids().clock().now()
    }

    /// The backends.
    pub fn registry(&self) -> &Registry {
        &self.0.registry
    }

    /// The open items of the turns that run in this process, with their text so far.
    pub fn live_items(&self) -> Vec<Item> {
        self.0.running.open_items()
    }

    /// The items of one turn as this process has them in memory; empty unless it runs here. Newer
    /// than the checkpoints in the store.
    pub fn live_item_texts(&self, turn: TurnId) -> Vec<Item> {
        self.0.running.items(turn)
    }

    /// How many endings came too late since this process started: their turn was somebody else's by then.
    pub fn zombies(&self) -> u64 {
        self.0.zombies.load(Ordering::Relaxed)
    }

    pub(crate) fn count_zombie(&self) {
        self.0.zombies.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn store(&self) -> &Store {
        &self.0.store
    }

    pub(crate) fn supervisor(&self) -> &Supervisor {
        &self.0.supervisor
    }

    pub(crate) fn secrets(&self) -> &Secrets {
        &self.0.secrets
    }

    /// How much runs at once; `None` where no turns are run.
    pub(crate) fn settings(&self) -> Option<Settings> {
        self.0.settings.get().copied()
    }

    pub(crate) fn running(&self) -> &Running {
        &self.0.running
    }

    pub(crate) fn instance(&self) -> &str {
        self.0.instance.id()
    }
}
