//! File locks beside an SQLite database. The ticket puts the writers of all processes in a row, so
//! that none starves; the migration lock lets one process at a time change the schema. Never opens
//! the database file itself: closing it again would drop this process's locks on it.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::Arc,
};

/// A file to lock, named after the database and beside it.
#[derive(Debug, Clone)]
pub(crate) struct Ticket(Arc<File>);

/// Holds the lock until dropped.
#[derive(Debug)]
pub(crate) struct Held(Arc<File>);

/// Whether others may hold the same lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hold {
    Alone,
    Shared,
}

const WRITERS: &str = "ticket";
const SCHEMA: &str = "migrate.lock";

fn beside(database: &Path, suffix: &str) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(".");
    name.push(suffix);
    name.into()
}

impl Ticket {
    /// The lock that every write transaction of every process takes first.
    pub fn of_writers(database: &Path) -> Result<Self, (PathBuf, io::Error)> {
        Self::open(database, WRITERS)
    }

    /// The lock for looking at the schema (shared) and changing it (alone).
    pub fn of_schema(database: &Path) -> Result<Self, (PathBuf, io::Error)> {
        Self::open(database, SCHEMA)
    }

    /// Removes both files, of a database that nobody opens again.
    pub fn remove(database: &Path) -> io::Result<()> {
        fs::remove_file(beside(database, WRITERS))?;
        fs::remove_file(beside(database, SCHEMA))
    }

    fn open(database: &Path, suffix: &str) -> Result<Self, (PathBuf, io::Error)> {
        let path = beside(database, suffix);
        let opened = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(&path);
        match opened {
            Ok(file) => Ok(Self(Arc::new(file))),
            Err(error) => Err((path, error)),
        }
    }

    /// Waits until nobody else holds it.
    pub async fn take(&self) -> io::Result<Held> {
        self.hold(Hold::Alone).await
    }

    /// Waits for it.
    pub async fn hold(&self, hold: Hold) -> io::Result<Held> {
        let file = Arc::clone(&self.0);
        let tried = match hold {
            Hold::Alone => file.try_lock(),
            Hold::Shared => file.try_lock_shared(),
        };
        match tried {
            Ok(()) => return Ok(Held(file)),
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(error)) => return Err(error),
        }
        // The lock comes back as a guard, so a caller who goes away while waiting leaves it free.
        tokio::task::spawn_blocking(move || {
            match hold {
                Hold::Alone => file.lock()?,
                Hold::Shared => file.lock_shared()?,
            }
            Ok(Held(file))
        })
        .await
        .map_err(io::Error::other)?
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Err(error) = self.0.unlock() {
            tracing::error!(%error, "cannot give a file lock back");
        }
    }
}
