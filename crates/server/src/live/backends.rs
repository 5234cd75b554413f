//! The one task per node that tells how the backends are, as this node sees them. Owns what it told last: it tells what
//! is otherwise than that, and who comes later is told all of it. Never looks by itself; the engine rings.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures_util::future::join_all;
use switchboard_engine::{Engine, backends::BackendView};
use switchboard_model::person::Role;
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

use super::frame::{Audience, Backend, Frame, Payload, Signal, event};
use crate::{extract::Machine, wire};

/// After a database that did not answer.
const AGAIN: Duration = Duration::from_secs(1);

/// What was told last, by name. Cheap to clone.
#[derive(Clone, Default)]
pub(super) struct Told(Arc<Mutex<BTreeMap<String, Arc<Backend>>>>);

impl Told {
    /// All of it.
    pub(super) fn all(&self) -> Vec<Frame> {
        self.lock().values().cloned().map(frame).collect()
    }

    /// Takes note of how one is, and says whether that is news.
    fn is_news(&self, name: &str, now: &Arc<Backend>) -> bool {
        let before = self.lock().insert(name.to_owned(), now.clone());
        before.as_ref() != Some(now)
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Arc<Backend>>> {
        // Held for a lookup only; a panic cannot leave it half changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the task needs.
pub(super) struct Teller {
    pub(super) engine: Engine,
    pub(super) told: Told,
    pub(super) signals: broadcast::Sender<Arc<Signal>>,
    pub(super) stop: CancellationToken,
}

impl Teller {
    /// Runs until told to stop.
    pub(super) async fn run(self) {
        let stop = self.stop.clone();
        tokio::select! {
            () = stop.cancelled() => {}
            () = self.tell() => {}
        }
    }

    async fn tell(self) {
        let mut news = self.engine.registry().news().listen();
        loop {
            // Noted before the look, so that what rings meanwhile is looked at once more.
            news.mark_unchanged();
            let specs = self.engine.registry().specs();
            // One that is slow to look at keeps no other waiting.
            let looks = specs.iter().map(|spec| self.look(&spec.name));
            if join_all(looks).await.contains(&false) {
                tokio::time::sleep(AGAIN).await;
            } else if news.changed().await.is_err() {
                return;
            }
        }
    }

    /// Tells how one is, if that is news; `false` if it could not be read.
    async fn look(&self, name: &str) -> bool {
        let view = match self.engine.backend(name).await {
            Ok(view) => view,
            Err(error) => {
                tracing::warn!(%error, "how {name} is cannot be told yet");
                return false;
            }
        };
        let now = Arc::new(encoded(&view));
        if self.told.is_news(name, &now) {
            // Fails only if nobody listens.
            let _ = self.signals.send(Arc::new(Signal::Loose(vec![frame(now)])));
        }
        true
    }
}

fn encoded(view: &BackendView) -> Backend {
    let seen_by = |role, machine| {
        let backend = wire::Backend::seen_by(role, machine, view);
        event("backend", None, &backend)
    };
    Backend {
        text: seen_by(Role::Member, Machine::Another),
        for_admins: seen_by(Role::Admin, Machine::Another),
        for_admins_here: seen_by(Role::Admin, Machine::Same),
    }
}

fn frame(backend: Arc<Backend>) -> Frame {
    Frame {
        pos: 0,
        audience: Audience::Everyone,
        payload: Payload::Backend(backend),
    }
}
