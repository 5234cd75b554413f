//! What can go wrong with a database, shaped by what the caller can do about it.

use std::{io, path::PathBuf};

/// A read or write that failed. Nothing of it was stored.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// Less free disk than the floor, or the disk is full; reads, endings and logins still work.
    #[error("the disk is almost full")]
    DiskFull,
    /// The database cannot be reached or refuses to write; trying again later may work.
    #[error("the database cannot be used right now: {0}")]
    Unavailable(String),
    /// A row that this version cannot make sense of.
    #[error("the database holds something unexpected: {0}")]
    Corrupt(String),
}

/// Why something that is made once for each client id was not made.
#[derive(Debug, Clone, thiserror::Error)]
pub enum CreateError {
    /// The client id was used for something else, or made what cannot be given twice.
    #[error("this client id was used before")]
    ClientIdReused,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A database that cannot be opened. It was not changed.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Made by a newer Switchboard.
    #[error("database_newer: the database has version {found}, this program knows up to {known}")]
    Newer {
        /// The version found.
        found: i64,
        /// The newest version this program knows.
        known: i64,
    },
    /// The text is not a database URL of a kind we know.
    #[error("not a database URL: use sqlite:PATH or postgres://USER@HOST/NAME")]
    BadUrl,
    /// The file or folder cannot be written.
    #[error("cannot write to {path}: {reason}")]
    NotWritable {
        /// Which.
        path: PathBuf,
        /// Why. Not a source: the sentence says it already.
        reason: io::Error,
    },
    /// The database server cannot be reached, or does not let us in.
    #[error("cannot connect to PostgreSQL at {server}: {reason}")]
    Unreachable {
        /// Its host and port.
        server: String,
        /// Why.
        reason: String,
    },
    /// A backup would mix with what is there.
    #[error("{0} is not empty: choose a new or empty folder")]
    FolderNotEmpty(PathBuf),
    /// A restore would overwrite something.
    #[error("there is a database already: restore into a new place, or move the old one away")]
    NotEmpty,
    /// The folder to restore from is not a backup.
    #[error("{0} is not a backup: it has no {file}", file = crate::backup::FILE)]
    NoBackup(PathBuf),
    /// Anything else the database said.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<io::Error> for StoreError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull,
            _ => Self::Unavailable(error.to_string()),
        }
    }
}
