//! The bell: says that something changed and carries text in flight. Owns no truth: a lost ring
//! delays, never loses, because listeners also look every second.

mod cluster;
mod wal;

use std::sync::Arc;

pub(crate) use cluster::Cluster;
use switchboard_model::{ItemId, ThreadId, TurnId};
use tokio::sync::{broadcast, mpsc, watch};
pub(crate) use wal::WalWatch;

/// How many deltas a listener may be behind before it is told that it lagged.
const BACKLOG: usize = 1024;

/// A piece of an item's text in flight. The only thing announced without being written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delta {
    /// Where.
    pub thread: ThreadId,
    /// Whose.
    pub turn: TurnId,
    /// Of which item.
    pub item: ItemId,
    /// How many bytes of the item's text come before it.
    pub offset: u64,
    /// What was added.
    pub text: String,
}

/// How closely a process hears what others commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hearing {
    /// At once.
    Closely,
    /// Within a second, where hearing at once takes work: of hundreds of processes that only wait, each would do that work for each
    /// commit of any of them.
    Loosely,
}

/// A concrete bus: local broadcast, pg-notify between nodes, the `-wal` watch between processes.
#[derive(Debug, Clone)]
pub struct Bus(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// The newest position that is known, whoever committed it.
    position: watch::Sender<i64>,
    /// The newest position that we committed ourselves: what other nodes are told.
    committed: watch::Sender<i64>,
    deltas: broadcast::Sender<Arc<Delta>>,
    /// How closely other processes are heard.
    hearing: watch::Sender<Hearing>,
    /// To other nodes, if there can be any.
    outbox: Option<mpsc::Sender<Arc<Delta>>>,
}

impl Bus {
    /// A bus at a position. With an outbox, deltas go there too.
    pub(crate) fn at(pos: i64, outbox: Option<mpsc::Sender<Arc<Delta>>>) -> Self {
        Self(Arc::new(Inner {
            position: watch::Sender::new(pos),
            committed: watch::Sender::new(pos),
            deltas: broadcast::Sender::new(BACKLOG),
            hearing: watch::Sender::new(Hearing::Closely),
            outbox,
        }))
    }

    /// The newest known position of the changes feed; changes when something was committed, by
    /// this process or another. Copy the number out: a borrow held over an await stops the bell.
    pub fn position(&self) -> watch::Receiver<i64> {
        self.0.position.subscribe()
    }

    /// Deltas from now on. A slow listener is told that it lagged and then asks for the item.
    pub fn deltas(&self) -> broadcast::Receiver<Arc<Delta>> {
        self.0.deltas.subscribe()
    }

    /// Hears other processes so closely from now on. A process begins closely.
    pub fn listen(&self, hearing: Hearing) {
        self.0.hearing.send_replace(hearing);
    }

    /// Announces a delta. Nobody is waited for: a listener who misses it sees the gap in the offsets.
    pub fn send(&self, delta: Delta) {
        let delta = Arc::new(delta);
        if let Some(outbox) = &self.0.outbox {
            let _ = outbox.try_send(Arc::clone(&delta));
        }
        self.hear(delta);
    }

    /// How closely other processes are to be heard, now and from now on.
    pub(crate) fn hearing(&self) -> watch::Receiver<Hearing> {
        self.0.hearing.subscribe()
    }

    /// We committed up to here.
    pub(crate) fn committed(&self, pos: i64) {
        raise(&self.0.committed, pos);
        raise(&self.0.position, pos);
    }

    /// Somebody committed up to here.
    pub(crate) fn rise(&self, pos: i64) {
        raise(&self.0.position, pos);
    }

    /// A delta for the listeners of this process.
    fn hear(&self, delta: Arc<Delta>) {
        // Nobody listening is fine.
        let _ = self.0.deltas.send(delta);
    }

    fn own_commits(&self) -> watch::Receiver<i64> {
        self.0.committed.subscribe()
    }
}

fn raise(place: &watch::Sender<i64>, pos: i64) {
    place.send_if_modified(|known| {
        let newer = pos > *known;
        *known = pos.max(*known);
        newer
    });
}
