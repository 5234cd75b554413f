//! Waits until something happens in a turn's folder. Hears it from the system where that tells, and looks now and then all the same:
//! nobody tells that a worker died.

use std::{
    sync::mpsc::{Receiver, RecvTimeoutError, sync_channel},
    thread,
    time::{Duration, Instant},
};

use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};

use super::{Look, TurnFolder};

/// How long it waits without having heard anything.
const LOOK: Duration = Duration::from_millis(250);

impl TurnFolder {
    /// Where the turn stands once it has ended, or the time is up.
    pub fn wait(&self, most: Option<Duration>) -> Look {
        let began = Instant::now();
        let watch = Watch::on(self);
        loop {
            let look = self.look();
            let left = most.map_or(Duration::MAX, |most| most.saturating_sub(began.elapsed()));
            if look.state.is_over() || left.is_zero() {
                return look;
            }
            watch.wait(left);
        }
    }
}

/// Hears of writes in a turn's folder.
#[derive(Debug)]
pub(super) struct Watch {
    /// Its end is the end of hearing.
    _watcher: Option<RecommendedWatcher>,
    heard: Receiver<()>,
}

impl Watch {
    /// From now on nothing that is written in the folder is missed.
    pub(super) fn on(folder: &TurnFolder) -> Self {
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
    pub(super) fn wait(&self, most: Duration) {
        let most = most.min(LOOK);
        if let Err(RecvTimeoutError::Disconnected) = self.heard.recv_timeout(most) {
            thread::sleep(most);
        }
    }
}
