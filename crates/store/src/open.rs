//! Opening a database: which one, where, and the checks before the first write.

use std::{
    fs, io,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    str::FromStr,
    sync::Arc,
    time::Duration,
};

use sqlx::{
    ConnectOptions, Connection as _, PgConnection, PgPool, SqliteConnection, SqlitePool,
    error::DatabaseError,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use switchboard_model::IdSource;
use tokio::{
    sync::{Mutex, mpsc},
    task::JoinHandle,
    time::{Instant, sleep, timeout},
};
use tokio_util::{
    sync::{CancellationToken, DropGuard},
    task::TaskTracker,
};

use crate::{
    Bus, Inner, OpenError, Reader, Store, StoreError,
    blobs::{Blobs, hex},
    bus::{Cluster, WalWatch},
    db::Driver,
    disk::Disk,
    migrate, retention,
    ticket::Ticket,
    writer::Batcher,
};

/// Which database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Database {
    /// One file, for one host.
    Sqlite(PathBuf),
    /// A server, for several nodes.
    Postgres(String),
}

impl FromStr for Database {
    type Err = OpenError;

    /// `sqlite:PATH`, `sqlite://PATH`, or a `postgres://` or `postgresql://` URL.
    fn from_str(text: &str) -> Result<Self, OpenError> {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Self::Postgres(text.to_owned()));
        }
        let path = text
            .strip_prefix("sqlite://")
            .or_else(|| text.strip_prefix("sqlite:"));
        match path {
            Some(path) if !path.is_empty() => Ok(Self::Sqlite(path.into())),
            _ => Err(OpenError::BadUrl),
        }
    }
}

/// How to open a store.
#[derive(Debug, Clone)]
pub struct OpenOptions {
    /// Which database.
    pub database: Database,
    /// The folder for blobs and locks (`SWITCHBOARD_HOME`).
    pub home: PathBuf,
    /// Where ids and times come from.
    pub ids: IdSource,
    /// New posts and turns are refused while less than this is free, in bytes.
    pub disk_floor: u64,
    /// How many connections may read an SQLite file at once; each is a thread. [`SEVERAL_READERS`], or one where one thing is done
    /// after the other: a pool opens the next one while the last is still on its way back.
    pub readers: u32,
}

/// As many readers as a server has use for.
pub const SEVERAL_READERS: u32 = 6;

/// The tasks of an open store, and how they are told to end.
pub(crate) struct Life {
    tasks: TaskTracker,
    /// What writes to an SQLite file, until it is told to end; it gives its connection back.
    writing: Mutex<Option<JoinHandle<Option<SqliteConnection>>>>,
    stop: CancellationToken,
    /// Ends the tasks when the last clone of the store is dropped, too.
    _last: DropGuard,
}

impl Life {
    fn begin() -> (Self, CancellationToken) {
        let stop = CancellationToken::new();
        let life = Self {
            tasks: TaskTracker::new(),
            writing: Mutex::default(),
            stop: stop.clone(),
            _last: stop.clone().drop_guard(),
        };
        (life, stop)
    }
}

/// How many connections a node has to PostgreSQL, besides the one that listens.
const CONNECTIONS: u32 = 16;

/// How many deltas may wait to be sent to other nodes; more are lost, and readers see the gap.
const OUTBOX: usize = 4096;

/// How long to wait for a connection, and for a lock on the SQLite file that somebody holds too long.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long a server may take to answer at all.
const REACH: Duration = Duration::from_secs(3);

/// How long to leave a busy server alone.
const PAUSE: Duration = Duration::from_millis(100);

impl Store {
    /// Opens, migrates if needed, and starts the writer. A newer database is refused untouched.
    pub async fn open(options: OpenOptions) -> Result<Self, OpenError> {
        match options.database.clone() {
            Database::Sqlite(path) => open_sqlite(&path, options).await,
            Database::Postgres(url) => open_postgres(&url, options).await,
        }
    }

    /// The reading half.
    pub fn reader(&self) -> &Reader {
        &self.inner.reader
    }

    /// The bell.
    pub fn bus(&self) -> &Bus {
        &self.inner.bus
    }

    /// The source of ids and time that this store stamps rows with.
    pub fn ids(&self) -> &IdSource {
        &self.inner.ids
    }

    /// Waits for queued writes, then closes. Later writes fail as unavailable.
    pub async fn close(&self) {
        let life = &self.inner.life;
        life.stop.cancel();
        life.tasks.close();
        life.tasks.wait().await;
        let mut writing = life.writing.lock().await;
        let writer = match writing.take() {
            Some(task) => task.await.unwrap_or_default(),
            None => None,
        };
        match &self.inner.reader.pool {
            Driver::Sqlite(pool) => pool.close().await,
            Driver::Postgres(pool) => pool.close().await,
        }
        // The last one, because those that only read leave behind what stands in the `-wal` file.
        if let Some(writer) = writer {
            let _ = writer.close().await;
        }
    }
}

async fn open_sqlite(path: &Path, options: OpenOptions) -> Result<Store, OpenError> {
    let path = sqlite_path(path)?;
    let blobs = Blobs::beside(&options.home);
    let connect = sqlite_options(&path).journal_mode(SqliteJournalMode::Wal);
    let ticket = Ticket::of_writers(&path).map_err(not_writable)?;
    let there = migrate::current(&path, options.readers, &blobs).await?;
    let (pool, position) = if let Some(there) = there {
        there
    } else {
        migrate::sqlite(&path, &ticket, &blobs, &options.ids).await?;
        let made = migrate::current(&path, options.readers, &blobs).await?;
        made.ok_or_else(|| StoreError::Unavailable("the database file was taken away".into()))?
    };
    let pos = position.pos;
    let reader = Reader {
        pool: Driver::Sqlite(pool),
        epoch: position.epoch.into(),
        blobs: blobs.clone(),
    };
    let bus = Bus::at(pos, None);
    let folder = path.parent().unwrap_or(&path).to_path_buf();
    let disk = Disk {
        folders: vec![folder, options.home],
        floor: options.disk_floor,
    };

    let (mut life, stop) = Life::begin();
    let watch = WalWatch {
        options: reading_options(&path),
        database: path,
        blobs: blobs.clone(),
        bus: bus.clone(),
    };
    life.tasks.spawn(watch.run(stop.clone()));
    let batcher = Batcher {
        options: connect,
        ticket,
        ids: options.ids.clone(),
        blobs,
        disk: disk.clone(),
        bus: bus.clone(),
    };
    let (jobs, task) = batcher.start(stop);
    life.writing = Mutex::new(Some(life.tasks.spawn(task)));
    let writer = Driver::Sqlite(jobs);
    Ok(begin(Inner {
        reader,
        writer,
        bus,
        ids: options.ids,
        disk,
        life,
    }))
}

async fn open_postgres(url: &str, options: OpenOptions) -> Result<Store, OpenError> {
    let pool = postgres_pool(url).await?;
    let blobs = Blobs::beside(&options.home);
    migrate::postgres(&pool, &blobs, &options.ids).await?;

    let (reader, pos) = reader_over(Driver::Postgres(pool.clone()), blobs).await?;
    let (outbox, deltas) = mpsc::channel(OUTBOX);
    let bus = Bus::at(pos, Some(outbox));
    let disk = Disk {
        folders: vec![options.home],
        floor: options.disk_floor,
    };

    let (life, stop) = Life::begin();
    let node = hex(&options.ids.secret()[..8]);
    let cluster = Cluster {
        node,
        pool: pool.clone(),
        reader: reader.clone(),
        bus: bus.clone(),
    };
    life.tasks.spawn(cluster.clone().tell(deltas, stop.clone()));
    life.tasks.spawn(cluster.listen(url.to_owned(), stop));
    let writer = Driver::Postgres(pool);
    Ok(begin(Inner {
        reader,
        writer,
        bus,
        ids: options.ids,
        disk,
        life,
    }))
}

/// The store of these parts, which forgets what is old now and then.
fn begin(inner: Inner) -> Store {
    let inner = Arc::new(inner);
    let life = &inner.life;
    life.tasks.spawn(retention::now_and_then(
        Arc::downgrade(&inner),
        life.stop.clone(),
    ));
    Store { inner }
}

pub(crate) async fn postgres_pool(url: &str) -> Result<PgPool, OpenError> {
    let first = reach(url).await?;
    first.close().await.map_err(StoreError::from)?;
    let pool = PgPoolOptions::new()
        .max_connections(CONNECTIONS)
        .acquire_timeout(PATIENCE);
    Ok(pool.connect_lazy_with(postgres_options(url)?))
}

/// A first connection to the server. A pool would try until its patience ends, and forget why.
pub(crate) async fn reach(url: &str) -> Result<PgConnection, OpenError> {
    let options = postgres_options(url)?;
    let since = Instant::now();
    let reason = loop {
        match timeout(REACH, options.connect()).await {
            Ok(Ok(connection)) => return Ok(connection),
            Ok(Err(error)) if is_busy(&error) && since.elapsed() < PATIENCE => {
                sleep(PAUSE).await;
            }
            Ok(Err(sqlx::Error::Io(error))) => break error.to_string(),
            Ok(Err(sqlx::Error::Database(error))) => break error.message().to_owned(),
            Ok(Err(error)) => break error.to_string(),
            Err(_) => break format!("no answer within {} s", REACH.as_secs()),
        }
    };
    let server = format!("{}:{}", options.get_host(), options.get_port());
    Err(OpenError::Unreachable { server, reason })
}

/// Whether the server is there, but starting up or out of connections for the moment.
fn is_busy(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(DatabaseError::code);
    code.is_some_and(|code| code == "57P03" || code == "53300")
}

/// How to connect to the server.
pub(crate) fn postgres_options(url: &str) -> Result<PgConnectOptions, OpenError> {
    let connect: PgConnectOptions = url.parse().map_err(|_| OpenError::BadUrl)?;
    Ok(connect
        .application_name("switchboard")
        .disable_statement_logging())
}

/// Connections that cannot write.
pub(crate) async fn reading_pool(path: &Path, readers: u32) -> Result<SqlitePool, OpenError> {
    let pool = SqlitePoolOptions::new()
        .max_connections(readers)
        .acquire_timeout(PATIENCE)
        .test_before_acquire(false)
        .connect_with(reading_options(path))
        .await;
    Ok(pool.map_err(StoreError::from)?)
}

fn reading_options(path: &Path) -> SqliteConnectOptions {
    sqlite_options(path)
        .read_only(true)
        .pragma("query_only", "ON")
}

/// A reader, and where the feed stands.
pub(crate) async fn reader_over(
    pool: Driver<SqlitePool, PgPool>,
    blobs: Blobs,
) -> Result<(Reader, i64), StoreError> {
    let mut reader = Reader {
        pool,
        epoch: "".into(),
        blobs,
    };
    let position = reader.position().await?;
    reader.epoch = position.epoch.into();
    Ok((reader, position.pos))
}

/// The file's one true path, so that all who open it agree on the locks beside it. Makes its folder.
pub(crate) fn sqlite_path(path: &Path) -> Result<PathBuf, OpenError> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let name = path.file_name().ok_or(OpenError::BadUrl)?;
    let found = make_private(folder).and_then(|()| match path.canonicalize() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Ok(folder.canonicalize()?.join(name))
        }
        found => found,
    });
    found.map_err(|error| not_writable((folder.to_path_buf(), error)))
}

/// Makes a folder, and those above it, for its owner alone: a database holds what people wrote.
pub(crate) fn make_private(folder: &Path) -> io::Result<()> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
}

/// How to connect to the file, for writing. WAL is a property of the file, set when it is made.
pub(crate) fn sqlite_options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(PATIENCE)
        // What a statement may have to take back holds what people wrote, and is small.
        .pragma("temp_store", "MEMORY")
        .disable_statement_logging()
}

pub(crate) fn not_writable((path, reason): (PathBuf, io::Error)) -> OpenError {
    OpenError::NotWritable { path, reason }
}
