//! Backup and restore of a whole workspace. A backup is a folder with one SQLite file and the blobs,
//! whichever database it was taken from, so it can be restored into either. Owns no schema: tables
//! and columns are read from the file itself.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use futures_util::TryStreamExt;
use sqlx::{ConnectOptions, Connection, PgPool, sqlite::SqliteJournalMode};

use crate::{
    Database, OpenError, OpenOptions, Store, StoreError,
    blobs::{Blobs, in_background},
    db::{Conn, Driver, Val, vals},
    migrate,
    open::{make_private, not_writable, postgres_pool, sqlite_options, sqlite_path},
    ticket::{Hold, Ticket},
};

/// The database's name in the folder of a backup.
pub(crate) const FILE: &str = "switchboard.db";

impl Store {
    /// Writes a consistent copy of the database and the blobs into an empty or new folder.
    pub async fn backup(&self, folder: &Path) -> Result<(), OpenError> {
        make_empty(folder)?;
        let blobs = self.inner.reader.blobs.clone();
        let copies = Blobs::beside(folder);
        let file = folder.join(FILE);
        migrate::make_file(&file).map_err(|error| not_writable((file.clone(), error)))?;
        match &self.inner.reader.pool {
            Driver::Sqlite(pool) => {
                // Before the snapshot, so that no blob of it is swept away meanwhile; and after it,
                // because it may hold newer ones.
                copy_blobs(&blobs, &copies).await?;
                // SQLite opens the copy as it opened the original, so this connection may write.
                let options = sqlite_options(pool.connect_options().get_filename());
                let mut connection = options.connect().await.map_err(StoreError::from)?;
                let name = file.to_str().ok_or_else(|| {
                    StoreError::Unavailable("the folder's name is not UTF-8".into())
                })?;
                Conn::sqlite(&mut connection, &blobs)
                    .run("VACUUM INTO $1", &vals![name])
                    .await?;
                copy_blobs(&blobs, &copies).await?;
            }
            Driver::Postgres(_) => {
                let ids = self.inner.ids.clone();
                let ticket = Ticket::of_writers(&file).map_err(not_writable)?;
                migrate::sqlite(&file, &ticket, &copies, &ids).await?;
                let to = file.clone();
                self.inner
                    .reader
                    .read(move |from| Box::pin(export(from, to, copies)))
                    .await?;
                Ticket::remove(&file).map_err(StoreError::from)?;
            }
        }
        in_background(move || fs::File::open(file)?.sync_all()).await?;
        Ok(())
    }

    /// Makes a database of a backup, with an epoch of its own, so that whoever followed the old one
    /// starts afresh. Refused if there is anything where it would go.
    pub async fn restore(folder: &Path, options: OpenOptions) -> Result<(), OpenError> {
        let backup = folder.join(FILE);
        if !backup.is_file() {
            return Err(OpenError::NoBackup(folder.to_path_buf()));
        }
        let (saved, blobs) = (Blobs::beside(folder), Blobs::beside(&options.home));
        match options.database.clone() {
            Database::Sqlite(path) => {
                let path = sqlite_path(&path)?;
                let _alone = Ticket::of_schema(&path)
                    .map_err(not_writable)?
                    .hold(Hold::Alone)
                    .await
                    .map_err(StoreError::from)?;
                if holds_something(&path) || holds_something(&wal_of(&path)) {
                    return Err(OpenError::NotEmpty);
                }
                let draft = Draft::of(&backup, path.parent().unwrap_or(&path), &options).await?;
                copy_blobs(&saved, &blobs).await?;
                draft.move_to(path).await?;
            }
            Database::Postgres(url) => {
                let pool = postgres_pool(&url).await?;
                let draft = Draft::of(&backup, &options.home, &options).await?;
                import(&draft.file, &pool, &saved, &options).await?;
                pool.close().await;
            }
        }
        Ok(())
    }
}

/// A working copy of a backup: of this version, and with a new epoch.
struct Draft {
    /// Goes away with everything in it.
    folder: PathBuf,
    file: PathBuf,
}

impl Draft {
    async fn of(backup: &Path, beside: &Path, options: &OpenOptions) -> Result<Self, OpenError> {
        let folder = beside.join(format!("restoring-{}", migrate::new_epoch(&options.ids)));
        let draft = Self {
            file: folder.join(FILE),
            folder,
        };
        make_private(&draft.folder).map_err(|error| not_writable((draft.folder.clone(), error)))?;
        let (from, to) = (backup.to_path_buf(), draft.file.clone());
        in_background(move || fs::copy(from, to)).await?;
        let ticket = Ticket::of_writers(&draft.file).map_err(not_writable)?;
        let blobs = Blobs::beside(&draft.folder);
        migrate::sqlite(&draft.file, &ticket, &blobs, &options.ids).await?;
        let connect = sqlite_options(&draft.file).journal_mode(SqliteJournalMode::Wal);
        let mut connection = connect.connect().await.map_err(StoreError::from)?;
        let epoch = migrate::new_epoch(&options.ids);
        Conn::sqlite(&mut connection, &blobs)
            .run(
                "UPDATE meta SET value = $1 WHERE key = 'epoch'",
                &vals![epoch],
            )
            .await?;
        // Whoever ran these turns runs them elsewhere, or not any more: here they are nobody's.
        Conn::sqlite(&mut connection, &blobs)
            .run(
                "UPDATE turns SET instance = NULL WHERE state = 'running'",
                &[],
            )
            .await?;
        connection.close().await.map_err(StoreError::from)?;
        Ok(draft)
    }

    async fn move_to(self, path: PathBuf) -> Result<(), StoreError> {
        in_background(move || {
            fs::File::open(&self.file)?.sync_all()?;
            fs::rename(&self.file, &path)?;
            path.parent()
                .map_or(Ok(()), |folder| fs::File::open(folder)?.sync_all())
        })
        .await
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.folder) {
            tracing::warn!(%error, folder = %self.folder.display(), "a folder is left over");
        }
    }
}

/// Fills an SQLite file with what one snapshot of a PostgreSQL database holds.
async fn export(from: &mut Conn<'_>, file: PathBuf, blobs: Blobs) -> Result<(), StoreError> {
    let mut connection = sqlite_options(&file)
        .journal_mode(SqliteJournalMode::Delete)
        .connect()
        .await?;
    let mut to = Conn::sqlite(&mut connection, &blobs);
    to.run("BEGIN IMMEDIATE", &[]).await?;
    let tables = tables(&mut to).await?;
    copy(&tables, from, &mut to).await?;
    to.run("COMMIT", &[]).await?;
    connection.close().await?;
    let hashes = from.all("SELECT hash FROM blob_bytes", &[]).await?;
    for hash in hashes {
        let hash = hash.text("hash")?;
        let Some(line) = from
            .one(
                "SELECT bytes FROM blob_bytes WHERE hash = $1",
                &vals![&hash],
            )
            .await?
        else {
            continue;
        };
        let (blobs, bytes) = (blobs.clone(), line.bytes("bytes")?);
        in_background(move || blobs.put(&hash, &bytes)).await?;
    }
    Ok(())
}

/// Fills an empty PostgreSQL database with what an SQLite file holds, in one transaction.
async fn import(
    file: &Path,
    pool: &PgPool,
    saved: &Blobs,
    options: &OpenOptions,
) -> Result<(), OpenError> {
    let mut transaction = pool.begin().await.map_err(StoreError::from)?;
    let mut to = Conn::postgres(&mut transaction, saved);
    if !migrate::make(&mut to, &options.ids).await? {
        return Err(OpenError::NotEmpty);
    }
    let mut connection = sqlite_options(file)
        .connect()
        .await
        .map_err(StoreError::from)?;
    let mut from = Conn::sqlite(&mut connection, saved);
    let tables = tables(&mut from).await?;
    copy(&tables, &mut from, &mut to).await?;
    for line in from.all("SELECT hash FROM blobs", &[]).await? {
        let hash = line.text("hash")?;
        let path = saved.file(&hash);
        let bytes = in_background(move || fs::read(path)).await?;
        to.run(
            "INSERT INTO blob_bytes (hash, bytes) VALUES ($1, $2)",
            &vals![hash, bytes],
        )
        .await?;
    }
    connection.close().await.map_err(StoreError::from)?;
    // Without it the server plans searches as if the tables were empty, until it looks by itself.
    to.run("ANALYZE", &[]).await?;
    transaction.commit().await.map_err(StoreError::from)?;
    Ok(())
}

/// A table and its columns, with the types that our schema uses.
struct Table {
    name: String,
    columns: Vec<(String, Type)>,
}

enum Type {
    Int,
    Text,
    Bytes,
}

/// The tables of an SQLite file in the order they were made, so that what others refer to comes first.
/// The bytes of blobs are left out: in a backup they are files. So is the index for searching, which
/// each database makes for itself.
async fn tables(conn: &mut Conn<'_>) -> Result<Vec<Table>, StoreError> {
    let mut tables = Vec::new();
    let names = conn
        .all(
            "SELECT m.name FROM sqlite_master m JOIN pragma_table_list l ON l.schema = 'main' \
             AND l.name = m.name WHERE l.type = 'table' AND m.name NOT LIKE 'sqlite_%' \
             AND m.name <> 'blob_bytes' ORDER BY m.rowid",
            &[],
        )
        .await?;
    for name in names {
        let name = name.text("name")?;
        let columns = conn
            .all(
                "SELECT name, type FROM pragma_table_info($1) ORDER BY cid",
                &vals![&name],
            )
            .await?;
        let columns = columns
            .iter()
            .map(|column| {
                let kind = match column.text("type")?.as_str() {
                    "BIGINT" => Type::Int,
                    "TEXT" => Type::Text,
                    "BLOB" => Type::Bytes,
                    other => return Err(StoreError::Corrupt(format!("a column of type {other}"))),
                };
                Ok((column.text("name")?, kind))
            })
            .collect::<Result<_, _>>()?;
        tables.push(Table { name, columns });
    }
    Ok(tables)
}

/// Copies all rows of these tables; what the target was born with gives way.
async fn copy(tables: &[Table], from: &mut Conn<'_>, to: &mut Conn<'_>) -> Result<(), StoreError> {
    to.run("DELETE FROM meta", &[]).await?;
    for Table { name, columns } in tables {
        let names = columns
            .iter()
            .map(|(name, _)| format!("\"{name}\""))
            .collect::<Vec<_>>()
            .join(", ");
        let places = (1..=columns.len())
            .map(|place| format!("${place}"))
            .collect::<Vec<_>>()
            .join(", ");
        let select = format!("SELECT {names} FROM {name}");
        let insert = format!("INSERT INTO {name} ({names}) VALUES ({places})");
        let mut lines = from.lines(&select);
        while let Some(line) = lines.try_next().await? {
            let vals = columns
                .iter()
                .map(|(name, kind)| {
                    Ok(match kind {
                        Type::Int => Val::from(line.opt_int(name)?),
                        Type::Text => Val::from(line.opt_text(name)?),
                        Type::Bytes => Val::from(line.opt_bytes(name)?),
                    })
                })
                .collect::<Result<Vec<_>, StoreError>>()?;
            to.run(&insert, &vals).await?;
        }
    }
    Ok(())
}

fn make_empty(folder: &Path) -> Result<(), OpenError> {
    let found = make_private(folder).and_then(|()| fs::read_dir(folder)?.next().transpose());
    match found {
        Ok(None) => Ok(()),
        Ok(Some(_)) => Err(OpenError::FolderNotEmpty(folder.to_path_buf())),
        Err(error) => Err(not_writable((folder.to_path_buf(), error))),
    }
}

async fn copy_blobs(from: &Blobs, to: &Blobs) -> Result<(), StoreError> {
    let (from, to) = (from.clone(), to.clone());
    in_background(move || from.copy_to(&to)).await
}

fn holds_something(path: &Path) -> bool {
    match fs::metadata(path) {
        Ok(file) => file.len() > 0,
        Err(error) => error.kind() != io::ErrorKind::NotFound,
    }
}

/// A `-wal` file without its database would be played into the next one of that name.
fn wal_of(path: &Path) -> PathBuf {
    let mut wal = path.as_os_str().to_owned();
    wal.push("-wal");
    wal.into()
}
