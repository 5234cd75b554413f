//! Waits until something happens in a turn's folder. Hears it from the system where that tells, and looks now and then all the same:
//! nobody tells that a worker died.

use std::{
    sync::mpsc::{Receiver, sync_channel},
    time::Duration,
};

use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};

use super::TurnFolder;

/// How long it waits without having heard anything.
const LOOK: Duration = Duration::from_millis(250);

/// Waits for a turn.
#[derive(Debug)]
pub struct Watch {
    /// Its end is the end of hearing.
    _watcher: Option<RecommendedWatcher>,
    heard: Receiver<()>,
}

impl Watch {
    /// From now on nothing that is written in the folder is missed.
    pub fn on(folder: &TurnFolder) -> Self {
        // One ring is as good as many.
        let (ring, heard) = sync_channel(1);
        let watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            if event.is_ok_and(|event| !matches!(event.kind, EventKind::Access(_))) {
                let _ = ring.try_send(());
            }
        });
        let watcher = watcher.and_then(|mut watcher| {
            watcher.watch(folder.path(), RecursiveMode::NonRecursive)?;
            Ok(watcher)
        });
        Self {
            _watcher: watcher
                .inspect_err(|error| tracing::debug!(%error, "cannot watch the folder of a turn"))
                .ok(),
            heard,
        }
    }

    /// Returns when something was written, or it is time to look again; at the latest after `most`.
    pub fn wait(&self, most: Duration) {
        let most = most.min(LOOK);
        if let Err(std::sync::mpsc::RecvTimeoutError::Disconnected) = self.heard.recv_timeout(most)
        {
            std::thread::sleep(most);
        }
    }
}
