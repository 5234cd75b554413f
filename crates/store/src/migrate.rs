//! The schema and its versions. Owns the check before the first write, the order of migrations and
//! the facts that a new database is born with. Migrations only add, so that this version and the one
//! before may write side by side.

use std::{fs, io, os::unix::fs::OpenOptionsExt, path::Path};

use sqlx::{ConnectOptions, Connection, PgPool, SqlitePool, sqlite::SqliteJournalMode};
use switchboard_model::IdSource;

use crate::{
    OpenError, Position, StoreError,
    blobs::{Blobs, hex},
    db::{Conn, vals},
    feed,
    open::{not_writable, reading_pool, sqlite_options},
    ticket::{Hold, Ticket},
};

/// One step of the schema.
struct Migration {
    /// For both databases, in PostgreSQL's spelling.
    both: &'static str,
    /// What only one of them has, such as its way of searching.
    sqlite: &'static str,
    postgres: &'static str,
}

/// All migrations, in order; the version of a database is how many of them it has had.
const MIGRATIONS: &[Migration] = &[
    Migration {
        both: include_str!("../migrations/0001_first.sql"),
        sqlite: include_str!("../migrations/0001_search_sqlite.sql"),
        postgres: include_str!("../migrations/0001_search_postgres.sql"),
    },
    Migration {
        both: include_str!("../migrations/0002_app_server.sql"),
        sqlite: "",
        postgres: "",
    },
    Migration {
        both: include_str!("../migrations/0003_mcp_servers.sql"),
        sqlite: "",
        postgres: "",
    },
    Migration {
        both: include_str!("../migrations/0004_branches.sql"),
        sqlite: "",
        postgres: "",
    },
    Migration {
        both: include_str!("../migrations/0005_logins.sql"),
        sqlite: "",
        postgres: "",
    },
    Migration {
        both: include_str!("../migrations/0006_detached.sql"),
        sqlite: "",
        postgres: "",
    },
    Migration {
        both: include_str!("../migrations/0008_records.sql"),
        sqlite: "",
        postgres: "",
    },
    Migration {
        both: include_str!("../migrations/0009_left_sessions.sql"),
        sqlite: "",
        postgres: "",
    },
];

/// Keeps other nodes from migrating the same PostgreSQL database. Any number will do, if it stays.
const SCHEMA_LOCK: i64 = 0x5357_4254_0000_0002;

/// The version that this program makes.
pub(crate) fn known() -> i64 {
    i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX)
}

/// Connections that read the file, and where its feed stands, if it is there and up to date. A newer one is refused before anything
/// of it is touched: they cannot write.
pub(crate) async fn current(
    path: &Path,
    readers: u32,
    blobs: &Blobs,
) -> Result<Option<(SqlitePool, Position)>, OpenError> {
    let schema = Ticket::of_schema(path).map_err(not_writable)?;
    let _looking = schema.hold(Hold::Shared).await.map_err(StoreError::from)?;
    if is_empty(path)? {
        return Ok(None);
    }
    let pool = reading_pool(path, readers).await?;
    match position_if_current(&pool, blobs).await {
        Ok(Some(position)) => Ok(Some((pool, position))),
        other => {
            pool.close().await;
            other.map(|_| None)
        }
    }
}

/// Both over one connection: a pool has the next one opened while this one is on its way back.
async fn position_if_current(
    pool: &SqlitePool,
    blobs: &Blobs,
) -> Result<Option<Position>, OpenError> {
    let mut reading = pool.acquire().await.map_err(StoreError::from)?;
    let mut conn = Conn::sqlite(&mut reading, blobs);
    if version(&mut conn).await? != known() {
        return Ok(None);
    }
    Ok(Some(feed::position(&mut conn).await?))
}

/// Brings the file up to date; makes it if there is none. A newer one is refused before anything of
/// it is touched: the look is over a read-only connection that sets no pragma.
pub(crate) async fn sqlite(
    path: &Path,
    ticket: &Ticket,
    blobs: &Blobs,
    ids: &IdSource,
) -> Result<(), OpenError> {
    let schema = Ticket::of_schema(path).map_err(not_writable)?;
    let looking = schema.hold(Hold::Shared).await.map_err(StoreError::from)?;
    if version_of_file(path, blobs).await? == known() {
        return Ok(());
    }
    drop(looking);

    let _alone = schema.hold(Hold::Alone).await.map_err(StoreError::from)?;
    let version = version_of_file(path, blobs).await?;
    if version == known() {
        return Ok(());
    }
    if version == 0 {
        make_file(path).map_err(|error| not_writable((path.to_path_buf(), error)))?;
    }
    // Changing to WAL cannot wait for other connections; under this lock there are none.
    let options = sqlite_options(path).journal_mode(SqliteJournalMode::Wal);
    let mut connection = options.connect().await.map_err(StoreError::from)?;
    let _turn = ticket.take().await.map_err(StoreError::from)?;
    let mut conn = Conn::sqlite(&mut connection, blobs);
    conn.run("BEGIN IMMEDIATE", &[]).await?;
    migrate(&mut conn, version, ids).await?;
    conn.run("COMMIT", &[]).await?;
    connection.close().await.map_err(StoreError::from)?;
    Ok(())
}

/// Brings a PostgreSQL database up to date.
pub(crate) async fn postgres(
    pool: &PgPool,
    blobs: &Blobs,
    ids: &IdSource,
) -> Result<(), OpenError> {
    let mut transaction = pool.begin().await.map_err(StoreError::from)?;
    let mut conn = Conn::postgres(&mut transaction, blobs);
    if version(&mut conn).await? == known() {
        return Ok(());
    }
    let version = version_alone(&mut conn).await?;
    if version < known() {
        migrate(&mut conn, version, ids).await?;
        transaction.commit().await.map_err(StoreError::from)?;
    }
    Ok(())
}

/// Makes the schema in an empty PostgreSQL database, in the caller's transaction. Says `false`, and
/// does nothing, if there is one already.
pub(crate) async fn make(conn: &mut Conn<'_>, ids: &IdSource) -> Result<bool, OpenError> {
    if version_alone(conn).await? > 0 {
        return Ok(false);
    }
    migrate(conn, 0, ids).await?;
    Ok(true)
}

/// The version, once no other node is changing it, and until this transaction ends.
async fn version_alone(conn: &mut Conn<'_>) -> Result<i64, OpenError> {
    conn.run("SELECT pg_advisory_xact_lock($1)", &vals![SCHEMA_LOCK])
        .await?;
    version(conn).await
}

/// Creates the file readable for us alone, as SQLite would not. Only to be called while no other opener
/// can be there: closing a file drops this process's SQLite locks on it.
pub(crate) fn make_file(path: &Path) -> io::Result<()> {
    match fs::File::options()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
    {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        made => made.map(|_| ()),
    }
}

/// The version of an SQLite file; 0 if it is missing or empty.
pub(crate) async fn version_of_file(path: &Path, blobs: &Blobs) -> Result<i64, OpenError> {
    if is_empty(path)? {
        return Ok(0);
    }
    let looking = sqlx::sqlite::SqliteConnectOptions::new()
        .filename(path)
        .read_only(true);
    let mut connection = looking.connect().await.map_err(StoreError::from)?;
    let version = version(&mut Conn::sqlite(&mut connection, blobs)).await;
    connection.close().await.map_err(StoreError::from)?;
    version
}

/// Whether nothing is in the file, or it is not there.
fn is_empty(path: &Path) -> Result<bool, OpenError> {
    match fs::metadata(path) {
        Ok(file) => Ok(file.len() == 0),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) => Err(not_writable((path.to_path_buf(), error))),
    }
}

/// The version of a database: 0 for an empty one, an error for a newer or a foreign one.
pub(crate) async fn version(conn: &mut Conn<'_>) -> Result<i64, OpenError> {
    let tables = if conn.is_postgres() {
        "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = current_schema()"
    } else {
        "SELECT name FROM sqlite_master WHERE type = 'table'"
    };
    let names = conn.all(tables, &[]).await?;
    let names = names
        .iter()
        .map(|line| line.text("name"))
        .collect::<Result<Vec<_>, _>>()?;
    if names.is_empty() {
        return Ok(0);
    }
    let found = if names.iter().any(|name| name == "meta") {
        conn.one("SELECT value FROM meta WHERE key = 'schema'", &[])
            .await?
    } else {
        None
    };
    let Some(found) = found else {
        return Err(StoreError::Corrupt("tables that are not Switchboard's".to_owned()).into());
    };
    let (found, known) = (found.id::<i64>("value")?, known());
    if found > known {
        Err(OpenError::Newer { found, known })
    } else {
        Ok(found)
    }
}

/// Runs what is missing after `version`, in the caller's transaction.
async fn migrate(conn: &mut Conn<'_>, version: i64, ids: &IdSource) -> Result<(), StoreError> {
    for migration in MIGRATIONS
        .iter()
        .skip(usize::try_from(version).unwrap_or(0))
    {
        if conn.is_postgres() {
            conn.script(migration.both).await?;
            conn.script(migration.postgres).await?;
        } else {
            conn.script(&migration.both.replace("BYTEA", "BLOB"))
                .await?;
            conn.script(migration.sqlite).await?;
        }
    }
    if version == 0 {
        let epoch = new_epoch(ids);
        conn.run(
            "INSERT INTO meta (key, value) VALUES ('schema', '0'), ('epoch', $1), ('pos', '0'), ('forgotten', '0')",
            &vals![epoch],
        )
        .await?;
    }
    conn.run(
        "UPDATE meta SET value = $1 WHERE key = 'schema'",
        &vals![known().to_string()],
    )
    .await?;
    Ok(())
}

/// A name for a database's life, from its creation or restore on. Never has a dot: a position is
/// written `epoch.pos`.
pub(crate) fn new_epoch(ids: &IdSource) -> String {
    hex(&ids.secret()[..8])
}
