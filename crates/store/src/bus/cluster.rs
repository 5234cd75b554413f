//! Hears and tells other nodes on the same PostgreSQL server: one notifier sends what this node
//! committed and streamed, at most every 10 ms and never inside a user's transaction; one connection
//! listens; and a look every second finds what was lost.

use std::{sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};
use sqlx::{PgPool, postgres::PgListener};
use tokio::{sync::mpsc, time};
use tokio_util::sync::CancellationToken;

use super::{Bus, Delta};
use crate::{Reader, StoreError};

/// One channel per database: PostgreSQL keeps databases apart itself.
const CHANNEL: &str = "switchboard";

/// The least time between two notifications of one node.
const PAUSE: Duration = Duration::from_millis(10);

/// How often it looks without having heard anything, and tries again after a failure.
const LOOK: Duration = Duration::from_secs(1);

/// PostgreSQL refuses a payload of 8000 bytes.
const LARGEST: usize = 7900;

/// The most bytes of text in one delta on the wire: JSON makes six of the worst byte.
const LARGEST_TEXT: usize = 1200;

/// What nodes tell each other.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Ring {
    /// Who rings; a node does not listen to itself.
    node: String,
    pos: i64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    deltas: Vec<Wire>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Wire {
    thread: switchboard_model::ThreadId,
    turn: switchboard_model::TurnId,
    item: switchboard_model::ItemId,
    offset: u64,
    text: String,
}

/// The two tasks of one node.
#[derive(Clone)]
pub(crate) struct Cluster {
    /// Unique to this opening of the store.
    pub node: String,
    pub pool: PgPool,
    pub reader: Reader,
    pub bus: Bus,
}

impl Cluster {
    /// Tells other nodes.
    pub async fn tell(self, mut outbox: mpsc::Receiver<Arc<Delta>>, stop: CancellationToken) {
        let mut commits = self.bus.own_commits();
        loop {
            let mut deltas = Vec::new();
            tokio::select! {
                () = stop.cancelled() => return,
                Ok(()) = commits.changed() => {}
                Some(delta) = outbox.recv() => deltas.extend(split(&delta)),
            }
            while let Ok(delta) = outbox.try_recv() {
                deltas.extend(split(&delta));
            }
            let pos = *commits.borrow_and_update();
            if let Err(error) = self.notify(pos, deltas).await {
                tracing::debug!(%error, "cannot tell other nodes; they look every second");
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = time::sleep(PAUSE) => {}
            }
        }
    }

    async fn notify(&self, pos: i64, deltas: Vec<Wire>) -> Result<(), StoreError> {
        for payload in payloads(&self.node, pos, deltas)? {
            sqlx::query("SELECT pg_notify($1, $2)")
                .bind(CHANNEL)
                .bind(payload)
                .execute(&self.pool)
                .await?;
        }
        Ok(())
    }

    /// Hears other nodes, over a connection outside the pool.
    pub async fn listen(self, url: String, stop: CancellationToken) {
        let mut listener = None;
        let mut look = time::interval(LOOK);
        look.set_missed_tick_behavior(time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = look.tick() => {
                    if listener.is_none() {
                        listener = subscribe(&url).await;
                    }
                    if let Ok(position) = self.reader.position().await {
                        self.bus.rise(position.pos);
                    }
                }
                heard = hear(&mut listener) => match heard {
                    Ok(payload) => self.heard(&payload),
                    Err(error) => {
                        tracing::warn!(%error, "lost the connection that listens; looking every second");
                        listener = None;
                    }
                },
            }
        }
    }

    fn heard(&self, payload: &str) {
        let Ok(ring) = serde_json::from_str::<Ring>(payload) else {
            return;
        };
        if ring.node == self.node {
            return;
        }
        self.bus.rise(ring.pos);
        for Wire {
            thread,
            turn,
            item,
            offset,
            text,
        } in ring.deltas
        {
            self.bus.hear(Arc::new(Delta {
                thread,
                turn,
                item,
                offset,
                text,
            }));
        }
    }
}

async fn subscribe(url: &str) -> Option<PgListener> {
    let subscribed = async {
        let mut listener = PgListener::connect(url).await?;
        listener.listen(CHANNEL).await?;
        Ok::<_, sqlx::Error>(listener)
    };
    subscribed
        .await
        .inspect_err(|error| tracing::warn!(%error, "cannot listen to other nodes"))
        .ok()
}

async fn hear(listener: &mut Option<PgListener>) -> Result<String, sqlx::Error> {
    match listener {
        Some(listener) => Ok(listener.recv().await?.payload().to_owned()),
        None => std::future::pending().await,
    }
}

/// A delta as pieces that fit into a notification whatever is in them.
fn split(delta: &Delta) -> Vec<Wire> {
    let Delta {
        thread,
        turn,
        item,
        offset,
        ref text,
    } = *delta;
    let mut pieces = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let end = text.floor_char_boundary(at + LARGEST_TEXT);
        pieces.push(Wire {
            thread,
            turn,
            item,
            offset: offset + at as u64,
            text: text[at..end].to_owned(),
        });
        at = end;
    }
    pieces
}

/// As few notifications as hold it all; the position is in every one.
fn payloads(node: &str, pos: i64, deltas: Vec<Wire>) -> Result<Vec<String>, StoreError> {
    let write = |deltas: Vec<Wire>| {
        serde_json::to_string(&Ring {
            node: node.to_owned(),
            pos,
            deltas,
        })
        .map_err(|error| StoreError::Unavailable(error.to_string()))
    };
    let mut done = Vec::new();
    let mut filling = Vec::new();
    let mut size = write(Vec::new())?.len();
    let empty = size;
    for delta in deltas {
        let weight = serde_json::to_string(&delta).map_or(LARGEST, |json| json.len() + 16);
        if size + weight > LARGEST && !filling.is_empty() {
            done.push(write(std::mem::take(&mut filling))?);
            size = empty;
        }
        size += weight;
        filling.push(delta);
    }
    done.push(write(filling)?);
    Ok(done)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use switchboard_model::{
        IdSource,
        clock::{FakeChance, FakeClock, Millis},
    };

    use super::*;

    #[test]
    fn no_text_makes_a_notification_that_postgres_refuses() {
        let ids = IdSource::new(
            Arc::new(FakeClock::at(Millis(1))),
            Arc::new(FakeChance::seeded(1)),
        );
        for text in [
            "x".repeat(40_000),
            "\u{1}".repeat(10_000),
            "日本".repeat(3_000),
            "a".to_owned(),
        ] {
            let delta = Delta {
                thread: ids.make(),
                turn: ids.make(),
                item: ids.make(),
                offset: 7,
                text: text.clone(),
            };
            let payloads = payloads("node", 3, split(&delta)).unwrap();
            let mut whole = String::new();
            for payload in &payloads {
                assert!(payload.len() < 8000, "{}", payload.len());
                for piece in serde_json::from_str::<Ring>(payload).unwrap().deltas {
                    assert_eq!(piece.offset, 7 + whole.len() as u64);
                    whole.push_str(&piece.text);
                }
            }
            assert_eq!(whole, text);
        }
    }

    #[test]
    fn a_position_alone_is_one_notification() {
        assert_eq!(
            payloads("n", 9, Vec::new()).unwrap(),
            [r#"{"node":"n","pos":9}"#]
        );
    }
}
