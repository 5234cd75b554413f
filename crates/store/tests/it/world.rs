//! A store to test, and short ways to say who does what in it. Owns the databases of the tests: a
//! file in a folder of its own, or a database of its own on the server that
//! `SWITCHBOARD_TEST_POSTGRES` names.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use sqlx::{Connection, Executor, PgConnection};
use switchboard_model::{
    AssistantId, IdSource, Millis, PersonId, ThreadId, TurnId,
    clock::{FakeChance, FakeClock},
    item::{Item, ItemBody, ItemStatus},
    outcome::{Failure, OutcomeCode},
    person::Role,
    room::Caps,
    thread::Visibility,
    turn::{Outcome, Turn, TurnState},
};
use switchboard_store::{
    Addressed, Claimed, Database, Finished, NewAssistant, NewPerson, NewThread, NewToken,
    OpenOptions, Post, Posted, Reader, SEVERAL_READERS, Store,
};
use tempfile::TempDir;

/// Declares tests that run on both databases, each as `name::sqlite` and `name::postgres`. Without a
/// server the second says so and does nothing; `cargo xtask test` always has one.
macro_rules! on_both_databases {
    ($($(#[$attr:meta])* async fn $name:ident($world:ident: World) $body:block)*) => {$(
        $(#[$attr])*
        mod $name {
            use super::*;

            async fn check($world: World) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                check(World::on_sqlite().await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                match World::on_postgres().await {
                    Some(world) => check(world).await,
                    None => println!("skipped: SWITCHBOARD_TEST_POSTGRES names no server"),
                }
            }
        }
    )*};
}

/// A store with a clock that stands still.
pub struct World {
    pub store: Store,
    pub clock: Arc<FakeClock>,
    pub home: TempDir,
    pub database: Database,
}

/// Caps that no test reaches by accident.
pub const ROOMY: Caps = Caps {
    per_login: 100,
    per_person: 100,
};

impl World {
    pub async fn on_sqlite() -> Self {
        let home = TempDir::new().unwrap();
        let database = Database::Sqlite(home.path().join("switchboard.db"));
        Self::open(database, home, 0).await
    }

    pub async fn on_postgres() -> Option<Self> {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let server = std::env::var("SWITCHBOARD_TEST_POSTGRES").ok()?;
        let number = MADE.fetch_add(1, Ordering::SeqCst);
        let name = format!("switchboard_{}_{number}", std::process::id());
        let mut admin = PgConnection::connect(&server).await.unwrap();
        for sql in [
            format!("DROP DATABASE IF EXISTS {name}"),
            format!("CREATE DATABASE {name}"),
        ] {
            admin.execute(sqlx::AssertSqlSafe(sql)).await.unwrap();
        }
        admin.close().await.unwrap();
        let (base, _) = server.rsplit_once('/').unwrap();
        let database = Database::Postgres(format!("{base}/{name}"));
        Some(Self::open(database, TempDir::new().unwrap(), 0).await)
    }

    pub async fn open(database: Database, home: TempDir, disk_floor: u64) -> Self {
        let clock = Arc::new(FakeClock::at(Millis(1_700_000_000_000)));
        let store = open(&database, home.path().into(), clock.clone(), 1, disk_floor).await;
        Self {
            store,
            clock,
            home,
            database,
        }
    }

    /// Another store on the same database, as a second process has it.
    pub async fn again(&self, seed: u64, disk_floor: u64) -> Store {
        let home = self.home.path().into();
        open(&self.database, home, self.clock.clone(), seed, disk_floor).await
    }

    pub fn reader(&self) -> &Reader {
        self.store.reader()
    }

    pub fn tick(&self, millis: u64) {
        self.clock.advance(std::time::Duration::from_millis(millis));
    }

    pub async fn person(&self, handle: &str) -> PersonId {
        let person = NewPerson {
            handle: handle.into(),
            name: handle.to_uppercase(),
            role: Role::Member,
        };
        self.store.add_person(person).await.unwrap().id
    }

    pub async fn assistant(&self, handle: &str, owner: PersonId) -> AssistantId {
        let assistant = NewAssistant {
            handle: handle.into(),
            name: handle.to_uppercase(),
            backend: format!("{handle}-cli"),
            owner,
        };
        self.store
            .add_assistant(None, assistant)
            .await
            .unwrap()
            .0
            .id
    }

    pub async fn thread(&self, by: PersonId) -> ThreadId {
        let (row, _) = self.store.create_thread(private_thread(by)).await.unwrap();
        row.thread.id
    }

    pub async fn post(
        &self,
        thread: ThreadId,
        by: PersonId,
        text: &str,
        to: &[AssistantId],
    ) -> Posted {
        self.store
            .append_message(post(thread, by, text, to))
            .await
            .unwrap()
    }

    /// Posts to one assistant and returns the turn that is owed.
    pub async fn ask(&self, thread: ThreadId, by: PersonId, to: AssistantId) -> Turn {
        self.post(thread, by, "what is 2+2?", &[to])
            .await
            .turns
            .remove(0)
    }

    pub async fn claim(&self) -> Option<Claimed> {
        self.store.claim("one", ROOMY).await.unwrap()
    }

    pub async fn turn(&self, id: TurnId) -> Turn {
        self.reader().turn(id).await.unwrap().unwrap()
    }

    pub async fn reply(&self, claimed: &Claimed, text: &str) -> Turn {
        let outcome = Outcome::Replied { text: text.into() };
        stored(
            self.store
                .finish(claimed.turn.id, claimed.fence, outcome)
                .await
                .unwrap(),
        )
    }

    pub async fn fail(&self, claimed: &Claimed) -> Turn {
        let outcome = Outcome::Failed(failure());
        stored(
            self.store
                .finish(claimed.turn.id, claimed.fence, outcome)
                .await
                .unwrap(),
        )
    }

    /// An item of a claimed turn, not yet written.
    pub fn item(
        &self,
        claimed: &Claimed,
        seq: i64,
        body: ItemBody,
        status: ItemStatus,
        text: &str,
    ) -> Item {
        let now = self.store.ids().clock().now();
        Item {
            id: self.store.ids().make(),
            turn: claimed.turn.id,
            thread: claimed.turn.thread,
            seq,
            status,
            body,
            agent: None,
            text: text.into(),
            started_at: now,
            ended_at: (status != ItemStatus::Open).then_some(now),
        }
    }

    pub async fn put(&self, claimed: &Claimed, items: &[Item]) {
        let put = self
            .store
            .put_items(claimed.turn.id, claimed.fence, items.to_vec());
        assert!(put.await.unwrap(), "the fence holds");
    }
}

async fn open(
    database: &Database,
    home: PathBuf,
    clock: Arc<FakeClock>,
    seed: u64,
    disk_floor: u64,
) -> Store {
    Store::open(OpenOptions {
        database: database.clone(),
        home,
        ids: IdSource::new(clock, Arc::new(FakeChance::seeded(seed))),
        disk_floor,
        readers: SEVERAL_READERS,
    })
    .await
    .unwrap()
}

/// How to open a database with a clock of its own.
pub fn options(database: Database, home: &Path, seed: u64) -> OpenOptions {
    let clock = Arc::new(FakeClock::at(Millis(1_700_000_000_000)));
    let ids = IdSource::new(clock, Arc::new(FakeChance::seeded(seed)));
    OpenOptions {
        database,
        home: home.into(),
        ids,
        disk_floor: 0,
        readers: SEVERAL_READERS,
    }
}

pub fn private_thread(by: PersonId) -> NewThread {
    NewThread {
        settings: switchboard_model::settings::ThreadSettings::initial(),
        created_by: by,
        title: None,
        visibility: Visibility::Private,
        assistant: None,
        carried: None,
        client_id: None,
    }
}

pub fn token(person: PersonId, hash: [u8; 32]) -> NewToken {
    NewToken {
        by: person,
        person,
        name: "script".into(),
        hash,
        client_id: None,
    }
}

pub fn post(thread: ThreadId, author: PersonId, text: &str, to: &[AssistantId]) -> Post {
    Post {
        thread,
        author,
        text: text.into(),
        attachments: Vec::new(),
        client_id: None,
        addressed: to
            .iter()
            .map(|&assistant| Addressed {
                assistant,
                refused: None,
                detached: None,
            })
            .collect(),
        queued: None,
    }
}

pub fn failure() -> Failure {
    Failure::new(OutcomeCode::Crashed, "it fell over")
}

pub fn stored(finished: Finished) -> Turn {
    match finished {
        Finished::Stored(turn) => *turn,
        Finished::Zombie => panic!("the fence was an old one"),
    }
}

pub fn is_running(turn: &Turn) -> bool {
    matches!(turn.state, TurnState::Running { .. })
}
