//! Hears other processes on the same SQLite file: watches the database's folder for writes to the
//! `-wal` file, then compares `PRAGMA data_version`. Also looks every second, in case the system
//! loses or lacks such events, and only then in a process that hears loosely.

use std::{path::PathBuf, sync::Arc, time::Duration};

use notify::{EventKind, RecursiveMode, Watcher};
use sqlx::{ConnectOptions, Connection as _, SqliteConnection, sqlite::SqliteConnectOptions};
use tokio::{sync::Notify, time};
use tokio_util::sync::CancellationToken;

use super::{Bus, Hearing};
use crate::{
    StoreError,
    blobs::Blobs,
    db::{Conn, vals},
    feed,
};

/// How often it looks without having heard anything.
const LOOK: Duration = Duration::from_secs(1);

/// After a write to the `-wal` file it takes an fsync until the commit can be seen, so it looks again
/// and again, first after this and then after twice as long each time.
const AGAIN: Duration = Duration::from_millis(1);

/// By then it was a rollback or a checkpoint, or the next look finds it.
const GIVE_UP: Duration = Duration::from_millis(128);

/// The task that listens, over a reading connection of its own.
pub(crate) struct WalWatch {
    pub database: PathBuf,
    pub options: SqliteConnectOptions,
    pub blobs: Blobs,
    pub bus: Bus,
}

impl WalWatch {
    pub async fn run(self, stop: CancellationToken) {
        let written = Arc::new(Notify::new());
        let mut hearing = self.bus.hearing();
        let mut watcher = None;
        let mut eye: Option<Eye> = None;
        loop {
            match *hearing.borrow_and_update() {
                Hearing::Closely if watcher.is_none() => {
                    watcher = Some(self.watch(Arc::clone(&written)));
                }
                Hearing::Loosely => watcher = None,
                Hearing::Closely => {}
            }
            let heard = tokio::select! {
                () = stop.cancelled() => break,
                // What was committed meanwhile is found at once.
                Ok(()) = hearing.changed() => false,
                () = written.notified() => true,
                () = time::sleep(LOOK) => false,
            };
            let mut pause = AGAIN;
            loop {
                match self.look(&mut eye).await {
                    Ok(false) if heard && pause <= GIVE_UP => {
                        time::sleep(pause).await;
                        pause *= 2;
                    }
                    Ok(_) => break,
                    Err(error) => {
                        tracing::debug!(%error, "cannot look for changes of other processes");
                        eye = None;
                        break;
                    }
                }
            }
        }
        if let Some(eye) = eye {
            let _ = eye.conn.close().await;
        }
    }

    /// Rings `written` on writes to the `-wal` file. The folder is watched, because the file comes
    /// and goes.
    fn watch(&self, written: Arc<Notify>) -> Option<notify::RecommendedWatcher> {
        let mut wal = self.database.file_name()?.to_owned();
        wal.push("-wal");
        let ring = move |event: Result<notify::Event, notify::Error>| {
            let ours = |event: &notify::Event| {
                !matches!(event.kind, EventKind::Access(_))
                    && event
                        .paths
                        .iter()
                        .any(|path| path.file_name() == Some(&wal))
            };
            if event.is_ok_and(|event| ours(&event)) {
                written.notify_one();
            }
        };
        let watcher = notify::recommended_watcher(ring).and_then(|mut watcher| {
            watcher.watch(
                self.database.parent().unwrap_or(&self.database),
                RecursiveMode::NonRecursive,
            )?;
            Ok(watcher)
        });
        watcher
            .inspect_err(|error| tracing::warn!(%error, "cannot watch the database's folder; looking every second"))
            .ok()
    }

    /// Whether anything was committed since the last look; if so, the bus has heard it.
    async fn look(&self, eye: &mut Option<Eye>) -> Result<bool, StoreError> {
        let eye = match eye {
            Some(eye) => eye,
            None => eye.insert(Eye {
                conn: self.options.connect().await?,
                version: None,
            }),
        };
        let mut conn = Conn::sqlite(&mut eye.conn, &self.blobs);
        let version = conn
            .one("PRAGMA data_version", &vals![])
            .await?
            .map(|line| line.int("data_version"))
            .transpose()?;
        if version == eye.version {
            return Ok(false);
        }
        self.bus.rise(feed::position(&mut conn).await?.pos);
        eye.version = version;
        Ok(true)
    }
}

/// `data_version` only means something on one connection.
struct Eye {
    conn: SqliteConnection,
    version: Option<i64>,
}
