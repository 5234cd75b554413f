//! An engine to test, on a database of its own, and short ways to say who does what. Owns the waiting:
//! for the next turn on the stage, and for something in the store to become so.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use sqlx::{Connection as _, PgConnection, SqliteConnection, sqlite::SqliteConnectOptions};
use switchboard_engine::{
    Engine, Instance, News, OpenThread, Places, Registry, Settings, Supervisor, backend::Backend,
    folder::Turns,
};
use switchboard_model::{
    Clock, IdSource, Millis, PersonId, ThreadId, TurnId,
    approval::Question,
    assistant::{Access, Assistant, Limits},
    clock::FakeChance,
    item::Item,
    message::{Message, Speaker},
    outcome::OutcomeCode,
    person::{Person, Role},
    settings::SettingsPatch,
    thread::Visibility,
    turn::{Turn, TurnState},
};
use switchboard_store::{
    AssistantPatch, Claimed, Database, NewAssistant, NewPerson, OpenOptions, Posted, Reader,
    SEVERAL_READERS, Store,
};
use switchboard_testkit::{database::fresh_postgres, until};
use tempfile::TempDir;
use tokio::{
    sync::{Mutex, mpsc},
    time::timeout,
};

use crate::puppet::{Manners, PATIENCE, Puppet, Strings};

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
                if let Some(world) = World::on_postgres().await {
                    check(world).await;
                }
            }
        }
    )*};
}

/// Moves by a millisecond whenever it is asked, so that no two things happen at once.
struct Ticking(AtomicI64);

impl Clock for Ticking {
    fn now(&self) -> Millis {
        Millis(self.0.fetch_add(1, Ordering::SeqCst))
    }
}

/// Caps that no test reaches by accident.
pub const ROOMY: Settings = Settings {
    per_login: 100,
    per_person: 100,
    most: 100,
    stop_grace: Duration::from_millis(300),
};

/// The rooms of one process, without the server.
pub struct World {
    pub home: TempDir,
    pub database: Database,
    pub store: Store,
    pub engine: Engine,
    pub supervisor: Supervisor,
    /// `None` once this process is dead.
    instance: Option<Arc<Instance>>,
    pub ids: IdSource,
    stage: Mutex<mpsc::UnboundedReceiver<Puppet>>,
    pub mara: Person,
}

impl World {
    pub async fn on_sqlite() -> Self {
        let home = TempDir::new().unwrap();
        let database = Database::Sqlite(home.path().join("switchboard.db"));
        Self::open(database, home, 1).await
    }

    pub async fn on_postgres() -> Option<Self> {
        let database = Database::Postgres(fresh_postgres().await?);
        Some(Self::open(database, TempDir::new().unwrap(), 1).await)
    }

    /// With one more backend, which is no puppet.
    pub async fn with_backend(backend: Arc<dyn Backend>) -> Self {
        let home = TempDir::new().unwrap();
        let database = Database::Sqlite(home.path().join("switchboard.db"));
        Self::open_with(database, home, 1, Some(backend)).await
    }

    async fn open(database: Database, home: TempDir, seed: u64) -> Self {
        Self::open_with(database, home, seed, None).await
    }

    async fn open_with(
        database: Database,
        home: TempDir,
        seed: u64,
        more: Option<Arc<dyn Backend>>,
    ) -> Self {
        let clock = Arc::new(Ticking(AtomicI64::new(
            1_700_000_000_000 + seed as i64 * 1_000_000,
        )));
        let ids = IdSource::new(clock.clone(), Arc::new(FakeChance::seeded(seed)));
        let store = Store::open(OpenOptions {
            database: database.clone(),
            home: home.path().into(),
            ids: ids.clone(),
            disk_floor: 0,
            readers: SEVERAL_READERS,
        })
        .await
        .unwrap();
        let (stage_in, stage) = mpsc::unbounded_channel();
        let backends = [
            ("obedient", Manners::Obedient),
            ("deaf", Manners::Deaf),
            ("aloof", Manners::Aloof),
            ("rash", Manners::Rash),
            ("silent", Manners::Silent),
        ]
        .map(|(name, manners)| {
            Arc::new(Strings::new(name, manners, stage_in.clone())) as Arc<dyn Backend>
        });
        let backends = backends.into_iter().chain(more).collect();
        let registry = Registry::new(backends, clock, News::default());
        let run = home.path().join("run");
        let instance = Arc::new(Instance::hold(&run, &ids).unwrap());
        let supervisor = Supervisor::new();
        let engine = Engine::new(
            store.clone(),
            registry,
            supervisor.clone(),
            instance.clone(),
        );
        let mara = match store.reader().person_by_handle("mara").await.unwrap() {
            Some(mara) => mara,
            None => person(&store, "mara").await,
        };
        Self {
            home,
            database,
            store,
            engine,
            supervisor,
            instance: Some(instance),
            ids,
            stage: Mutex::new(stage),
            mara,
        }
    }

    pub fn start(&self) {
        self.start_with(ROOMY);
    }

    pub fn start_with(&self, settings: Settings) {
        let places = Places {
            run: self.run(),
            turns: Turns::new(self.run().parent().unwrap_or(&self.run())),
        };
        self.engine.start(settings, places);
    }

    /// The folder of the instance locks.
    pub fn run(&self) -> PathBuf {
        self.home.path().join("run")
    }

    pub fn instance(&self) -> &Instance {
        self.instance.as_ref().unwrap()
    }

    /// Another process on the same files, alive as long as the value.
    pub fn neighbour(&self) -> Instance {
        Instance::hold(&self.run(), &self.ids).unwrap()
    }

    /// Ends this process at once and starts another on the same files.
    pub async fn restarted(mut self, seed: u64) -> Self {
        self.supervisor.shutdown(Duration::ZERO).await;
        self.instance = None;
        self.store.close().await;
        let Self {
            home,
            database,
            engine,
            ..
        } = self;
        // The engine holds the instance too: dead is who holds no lock any more.
        drop(engine);
        Self::open(database, home, seed).await
    }

    /// Another machine, with a backup of this one restored.
    pub async fn restored(&self, seed: u64) -> Self {
        let saved = self.home.path().join("saved");
        self.store.backup(&saved).await.unwrap();
        let home = TempDir::new().unwrap();
        let database = Database::Sqlite(home.path().join("switchboard.db"));
        let options = OpenOptions {
            database: database.clone(),
            home: home.path().into(),
            ids: self.ids.clone(),
            disk_floor: 0,
            readers: SEVERAL_READERS,
        };
        Store::restore(&saved, options).await.unwrap();
        Self::open(database, home, seed).await
    }

    pub fn reader(&self) -> &Reader {
        self.store.reader()
    }

    pub async fn person(&self, handle: &str) -> Person {
        person(&self.store, handle).await
    }

    /// An assistant of Mara's that everyone may use.
    pub async fn assistant(&self, handle: &str, backend: &str) -> Assistant {
        self.assistant_of(&self.mara, handle, backend).await
    }

    pub async fn assistant_of(&self, owner: &Person, handle: &str, backend: &str) -> Assistant {
        let new = NewAssistant {
            handle: handle.into(),
            name: handle.to_uppercase(),
            backend: backend.into(),
            owner: owner.id,
        };
        let (assistant, _) = self.store.add_assistant(None, new).await.unwrap();
        self.open_to(&assistant, Access::Everyone, Vec::new()).await;
        assistant
    }

    /// Says who may use an assistant.
    pub async fn open_to(&self, assistant: &Assistant, access: Access, named: Vec<PersonId>) {
        let patch = AssistantPatch {
            access: Some((access, named)),
            ..AssistantPatch::default()
        };
        self.set(assistant, patch).await;
    }

    /// Changes an assistant in its owner's name.
    pub async fn set(&self, assistant: &Assistant, patch: AssistantPatch) {
        let (by, id) = (assistant.owner, assistant.id);
        assert!(self.store.change_assistant(by, id, patch).await.unwrap());
    }

    /// An assistant whose turns may take this long in all, and be silent for so long.
    pub async fn hurried(&self, handle: &str, backend: &str, total: u64, idle: u64) -> Assistant {
        let assistant = self.assistant(handle, backend).await;
        let limits = Limits {
            mention_deadline: Some(Duration::from_millis(total)),
            direct_deadline: None,
            idle: Some(Duration::from_millis(idle)),
        };
        let patch = AssistantPatch {
            limits: Some(limits),
            ..AssistantPatch::default()
        };
        self.set(&assistant, patch).await;
        assistant
    }

    /// A thread that everyone may see.
    pub async fn thread(&self) -> ThreadId {
        self.open_thread(None).await
    }

    pub async fn open_thread(&self, assistant: Option<&str>) -> ThreadId {
        let thread = OpenThread {
            title: None,
            visibility: Visibility::Open,
            assistant: assistant.map(Into::into),
            client_id: None,
            settings: SettingsPatch::default(),
        };
        let (row, _) = self.engine.open_thread(&self.mara, thread).await.unwrap();
        row.thread.id
    }

    pub async fn post(&self, by: &Person, thread: ThreadId, text: &str) -> Posted {
        self.engine.post(by, thread, text.into()).await.unwrap()
    }

    /// Mara posts this in a thread of its own, and the first turn it owes is returned.
    pub async fn ask(&self, text: &str) -> TurnId {
        let thread = self.thread().await;
        self.post(&self.mara, thread, text).await.turns[0].id
    }

    /// The same, and the turn is on the stage.
    pub async fn asked(&self, text: &str) -> (TurnId, Puppet) {
        let turn = self.ask(text).await;
        let puppet = self.puppet().await;
        assert_eq!(puppet.request.turn, turn);
        (turn, puppet)
    }

    /// The next turn that a backend is given.
    pub async fn puppet(&self) -> Puppet {
        let next = async { self.stage.lock().await.recv().await };
        timeout(PATIENCE, next)
            .await
            .expect("a turn is run")
            .unwrap()
    }

    /// Whether no turn waits to be taken from the stage.
    pub async fn stage_is_empty(&self) -> bool {
        self.stage.lock().await.is_empty()
    }

    /// Claims the next turn as another process would.
    pub async fn claim_as(&self, instance: &str) -> Claimed {
        let rules = switchboard_model::room::Caps {
            per_login: 100,
            per_person: 100,
        };
        self.store.claim(instance, rules).await.unwrap().unwrap()
    }

    pub async fn turn(&self, id: TurnId) -> Turn {
        self.reader().turn(id).await.unwrap().unwrap()
    }

    /// The turn, once it is as wanted.
    pub async fn turn_once(&self, id: TurnId, is: impl Fn(&Turn) -> bool) -> Turn {
        until(&format!("turn {id} is as wanted"), async || {
            Some(self.turn(id).await).filter(&is)
        })
        .await
    }

    pub async fn ended(&self, id: TurnId) -> Turn {
        self.turn_once(id, |turn| turn.state.is_ended()).await
    }

    pub async fn done(&self, id: TurnId) -> Turn {
        let turn = self.ended(id).await;
        assert_eq!(turn.state, TurnState::Done);
        turn
    }

    pub async fn failed(&self, id: TurnId) -> (OutcomeCode, String) {
        match self.ended(id).await.state {
            TurnState::Failed(failure) => (failure.code, failure.message),
            other => panic!("{other:?}"),
        }
    }

    pub async fn items(&self, turn: TurnId) -> Vec<Item> {
        self.reader().items(turn).await.unwrap().0
    }

    /// The texts of the stored items of a turn, once they are as wanted.
    pub async fn texts_once(&self, turn: TurnId, texts: &[&str]) {
        until("the items are written", async || {
            let items = self.items(turn).await;
            let stored: Vec<&str> = items.iter().map(|item| item.text.as_str()).collect();
            (stored == texts).then_some(())
        })
        .await;
    }

    pub async fn messages(&self, thread: ThreadId) -> Vec<Message> {
        self.reader()
            .messages(thread, None, 100)
            .await
            .unwrap()
            .messages
    }

    /// What assistants said in a thread, in order.
    pub async fn replies(&self, thread: ThreadId) -> Vec<String> {
        let messages = self.messages(thread).await;
        let said = messages
            .into_iter()
            .filter(|m| m.role == Speaker::Assistant);
        said.map(|message| message.text).collect()
    }

    /// The only question of a turn, once it is as wanted.
    pub async fn question_once(&self, turn: TurnId, is: impl Fn(&Question) -> bool) -> Question {
        until("the question is as wanted", async || {
            let questions = self.reader().questions(turn).await.unwrap();
            questions.into_iter().find(&is)
        })
        .await
    }

    /// Runs SQL beside the store, as an operator would.
    pub async fn sql(&self, sql: &str) {
        let sql = sqlx::AssertSqlSafe(sql.to_owned());
        match &self.database {
            Database::Sqlite(file) => {
                let mut conn = self.beside(file).await;
                sqlx::raw_sql(sql).execute(&mut conn).await.unwrap();
                conn.close().await.unwrap();
            }
            Database::Postgres(url) => {
                let mut conn = PgConnection::connect(url).await.unwrap();
                sqlx::raw_sql(sql).execute(&mut conn).await.unwrap();
                conn.close().await.unwrap();
            }
        }
    }

    /// A connection to the SQLite file that is not the store's.
    pub async fn beside(&self, file: &std::path::Path) -> SqliteConnection {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .busy_timeout(PATIENCE);
        SqliteConnection::connect_with(&options).await.unwrap()
    }
}

pub fn is_queued(turn: &Turn) -> bool {
    turn.state == TurnState::Queued
}

pub fn is_running(turn: &Turn) -> bool {
    matches!(turn.state, TurnState::Running { .. })
}

async fn person(store: &Store, handle: &str) -> Person {
    let new = NewPerson {
        handle: handle.into(),
        name: handle.to_uppercase(),
        role: if handle == "mara" {
            Role::Admin
        } else {
            Role::Member
        },
    };
    store.add_person(new).await.unwrap()
}
