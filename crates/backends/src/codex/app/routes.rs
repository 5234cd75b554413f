//! Who hears what an app server says: each of its threads has one listener at most. Owns finding the listener; never
//! knows what is said.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use serde_json::Value;
use tokio::{sync::mpsc, time::Instant};

use crate::jsonrpc::Incoming;

/// How much one listener may have waiting. Beyond it the app server waits, and with it all its threads.
const QUEUE: usize = 1_024;

/// What is said of a thread before anybody listens to it is kept for who comes; the oldest goes first.
const EARLY: usize = 256;

/// A request is kept as long at least: an agent that works within a turn asks before the turn's listener knows of it.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// The listeners of one app server. Cheap to clone.
#[derive(Clone, Default)]
pub(super) struct Routes(Arc<Mutex<Inner>>);

#[derive(Default)]
struct Inner {
    listeners: HashMap<String, (u64, mpsc::Sender<Incoming>)>,
    /// Tells a listener from one that took its place.
    count: u64,
    early: VecDeque<(String, Instant, Incoming)>,
    closed: bool,
}

/// Hears what is said of one thread. Dropping it ends that.
pub(super) struct Listener {
    routes: Routes,
    thread: String,
    number: u64,
    /// Other threads that are heard here as well.
    adopted: Vec<String>,
    said: mpsc::Receiver<Incoming>,
}

impl Routes {
    /// Listens to a thread; what was said of it before anybody did comes first. Who listened before hears no more.
    pub(super) fn listen(&self, thread: &str) -> Listener {
        let (sender, said) = mpsc::channel(QUEUE);
        let mut inner = self.lock();
        let (ours, others) = std::mem::take(&mut inner.early)
            .into_iter()
            .partition::<VecDeque<_>, _>(|(of, ..)| of == thread);
        inner.early = others;
        for (.., early) in ours {
            let _ = sender.try_send(early);
        }
        inner.count += 1;
        let number = inner.count;
        if !inner.closed {
            inner.listeners.insert(thread.to_owned(), (number, sender));
        }
        drop(inner);
        Listener {
            routes: self.clone(),
            thread: thread.to_owned(),
            number,
            adopted: Vec::new(),
            said,
        }
    }

    /// Hands something on to who listens to its thread, or will within a little while.
    pub(super) async fn hand_on(&self, thread: &str, incoming: Incoming) {
        let listener = self.lock().listeners.get(thread).map(|(_, to)| to.clone());
        if let Some(listener) = listener {
            // Not while the lock is held: a full listener holds up this server alone.
            let _ = listener.send(incoming).await;
            return;
        }
        let mut inner = self.lock();
        // Requests stay until somebody refuses them.
        if inner.early.len() >= EARLY
            && let Some(oldest) = inner
                .early
                .iter()
                .position(|(.., early)| matches!(early, Incoming::Told { .. }))
        {
            inner.early.remove(oldest);
        }
        inner
            .early
            .push_back((thread.to_owned(), Instant::now(), incoming));
    }

    /// The requests that nobody came for: they are to be refused, so that who asked does not wait for ever.
    pub(super) fn unheard(&self, patience: Duration) -> Vec<(Value, String)> {
        let mut inner = self.lock();
        let mut unheard = Vec::new();
        inner.early.retain(|(_, since, early)| match early {
            Incoming::Asked { id, method, .. } if since.elapsed() >= patience => {
                unheard.push((id.clone(), method.clone()));
                false
            }
            _ => true,
        });
        unheard
    }

    /// Nothing more will be said: every listener hears its end.
    pub(super) fn close(&self) {
        let mut inner = self.lock();
        inner.closed = true;
        inner.listeners.clear();
        inner.early.clear();
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // Held for a lookup only; a panic cannot leave it half changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Listener {
    /// Hears another thread as well, from what was said of it before.
    pub(super) fn adopt(&mut self, thread: &str) {
        let mut inner = self.routes.lock();
        let Some(sender) = inner.listeners.get(&self.thread).map(|(_, to)| to.clone()) else {
            return;
        };
        let (ours, others) = std::mem::take(&mut inner.early)
            .into_iter()
            .partition::<VecDeque<_>, _>(|(of, ..)| of == thread);
        inner.early = others;
        for (.., early) in ours {
            let _ = sender.try_send(early);
        }
        inner
            .listeners
            .insert(thread.to_owned(), (self.number, sender));
        drop(inner);
        self.adopted.push(thread.to_owned());
    }

    /// Whether it hears that thread as well.
    pub(super) fn has_adopted(&self, thread: &str) -> bool {
        self.adopted.iter().any(|adopted| adopted == thread)
    }

    /// What was said and not heard yet; never waits.
    pub(super) fn at_once(&mut self) -> Option<Incoming> {
        self.said.try_recv().ok()
    }

    /// The next thing said; `None` once the app server is gone. Safe to drop.
    pub(super) async fn next(&mut self) -> Option<Incoming> {
        self.said.recv().await
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let mut inner = self.routes.lock();
        // Somebody may listen to the thread by now in our place.
        inner
            .listeners
            .retain(|_, (number, _)| *number != self.number);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn told(method: &str) -> Incoming {
        Incoming::Told {
            method: method.into(),
            params: Value::Null,
        }
    }

    fn asked() -> Incoming {
        Incoming::Asked {
            id: 0.into(),
            method: "m".into(),
            params: Value::Null,
        }
    }

    #[tokio::test]
    async fn what_was_said_before_anybody_listened_is_heard_first() {
        let routes = Routes::default();
        routes.hand_on("a", told("one")).await;
        routes.hand_on("b", told("other")).await;
        let mut listener = routes.listen("a");
        routes.hand_on("a", told("two")).await;
        assert_eq!(listener.next().await, Some(told("one")));
        assert_eq!(listener.next().await, Some(told("two")));
        routes.close();
        assert_eq!(listener.next().await, None);
        let after = routes.listen("a").next().await;
        assert_eq!(after, None, "nor does anybody after it");
    }

    #[tokio::test]
    async fn a_listener_goes_and_leaves_the_one_that_took_its_place() {
        let routes = Routes::default();
        let first = routes.listen("a");
        let mut second = routes.listen("a");
        drop(first);
        routes.hand_on("a", asked()).await;
        assert_eq!(second.next().await, Some(asked()));
    }

    #[tokio::test]
    async fn what_an_agent_asks_before_it_is_known_reaches_the_turn_that_adopts_it() {
        let routes = Routes::default();
        let mut listener = routes.listen("a");
        routes.hand_on("agent", asked()).await;
        listener.adopt("agent");
        assert_eq!(listener.next().await, Some(asked()));
        routes.hand_on("agent", told("more")).await;
        assert_eq!(listener.next().await, Some(told("more")));
    }

    #[tokio::test]
    async fn a_request_that_nobody_comes_for_is_given_back_to_be_refused() {
        let routes = Routes::default();
        routes.hand_on("a", asked()).await;
        for n in 0..EARLY * 2 {
            routes.hand_on("a", told(&n.to_string())).await;
        }
        assert_eq!(routes.unheard(PATIENCE), [], "not at once");
        let unheard = routes.unheard(Duration::ZERO);
        assert_eq!(unheard, [(0.into(), "m".to_owned())]);
        assert_eq!(routes.unheard(Duration::ZERO), [], "once");
    }
}
