//! The one task per node that follows the changes feed and the text in flight, encodes each once, and
//! tells all viewers. Owns the node's cursor; knows no viewer.

use std::{collections::HashMap, sync::Arc, time::Duration};

use switchboard_model::{TurnId, room::Waits};
use switchboard_store::{Change, Delta, Feed, StoreError};
use tokio::{
    sync::{broadcast, watch},
    time::MissedTickBehavior,
};
use tokio_util::sync::CancellationToken;

use super::{
    encode::Encoder,
    frame::{Frame, Signal},
};
use switchboard_engine::Engine;

/// A lost ring delays by this much.
const POLL: Duration = Duration::from_secs(1);

/// How many changes are read and told at once. Each may hold a megabyte of text.
pub(super) const BATCH: usize = 32;

/// How many pieces of text in flight are told at once.
const DELTAS: usize = 64;

/// What the task needs.
pub(super) struct FeedTask {
    pub(super) engine: Engine,
    pub(super) encoder: Encoder,
    pub(super) signals: broadcast::Sender<Arc<Signal>>,
    /// Set once the cursor is: a viewer that listens earlier could miss what lies before it.
    pub(super) started: watch::Sender<bool>,
    pub(super) stop: CancellationToken,
}

impl FeedTask {
    /// Runs until told to stop.
    pub(super) async fn run(self) {
        let stop = self.stop.clone();
        tokio::select! {
            () = stop.cancelled() => {}
            () = self.follow() => {}
        }
    }

    async fn follow(self) {
        let mut bell = self.engine.bus().position();
        let mut deltas = self.engine.bus().deltas();
        let mut poll = tokio::time::interval(POLL);
        poll.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut cursor = self.start(&mut poll).await;
        let mut waits = HashMap::new();
        loop {
            tokio::select! {
                biased;
                rung = bell.changed() => {
                    if rung.is_err() {
                        // The store is closed; there is nothing more to follow.
                        return;
                    }
                }
                _ = poll.tick() => {}
                delta = deltas.recv() => {
                    let told = match delta {
                        Ok(delta) => self.tell_deltas(delta, &mut deltas).await,
                        Err(broadcast::error::RecvError::Lagged(_)) => self.tell_open_items().await,
                        Err(broadcast::error::RecvError::Closed) => return,
                    };
                    if let Err(error) = told {
                        tracing::warn!(%error, "text in flight could not be told");
                    }
                    continue;
                }
            }
            let announced = *bell.borrow_and_update();
            if let Err(error) = self.tell_changes(&mut cursor, &mut waits, announced).await {
                tracing::warn!(%error, "the changes feed could not be read, trying again");
                tokio::time::sleep(POLL).await;
                poll.reset_immediately();
            }
        }
    }

    /// Where the feed stands now.
    async fn start(&self, poll: &mut tokio::time::Interval) -> i64 {
        loop {
            poll.tick().await;
            match self.engine.reader().position().await {
                Ok(position) => {
                    self.started.send_replace(true);
                    return position.pos;
                }
                Err(error) => tracing::warn!(%error, "the changes feed cannot be read yet"),
            }
        }
    }

    /// Tells everything after the cursor, at least up to what the bell announced. The cursor moves only
    /// past what was told. `waits` is what the turns that wait for room were last told to wait for.
    async fn tell_changes(
        &self,
        cursor: &mut i64,
        waits: &mut HashMap<TurnId, Waits>,
        announced: i64,
    ) -> Result<(), StoreError> {
        loop {
            let feed = self.engine.reader().changes_after(*cursor, BATCH).await?;
            let Feed::Changes { changes, upto } = feed else {
                *cursor = self.engine.reader().position().await?.pos;
                self.tell(Signal::Jumped);
                return Ok(());
            };
            let of_backend = |(_, change): &(i64, Change)| matches!(change, Change::Backend(_));
            if changes.iter().any(of_backend) {
                self.engine.registry().news().ring();
            }
            if !changes.is_empty() {
                // Asked after reading: who starts to listen from here on reads past these themselves.
                if self.signals.receiver_count() == 0 {
                    self.encoder.learn(&changes);
                } else {
                    let lines = self.encoder.lines(&changes).await?;
                    let mut frames = self.encoder.changes(&changes, &lines).await?;
                    let news = lines.news(waits);
                    frames.extend(self.encoder.in_line(upto, &news).await?);
                    self.tell(Signal::Changes { upto, frames });
                }
            }
            let stands_still = upto <= *cursor;
            *cursor = upto;
            if stands_still || upto >= announced {
                return Ok(());
            }
        }
    }

    async fn tell_deltas(
        &self,
        first: Arc<Delta>,
        rest: &mut broadcast::Receiver<Arc<Delta>>,
    ) -> Result<(), StoreError> {
        if self.signals.receiver_count() == 0 {
            return Ok(());
        }
        let mut frames = vec![self.encoder.delta(&first).await?];
        while frames.len() < DELTAS {
            // A lag shows itself at the next `recv`.
            let Ok(delta) = rest.try_recv() else { break };
            frames.push(self.encoder.delta(&delta).await?);
        }
        self.tell(Signal::Loose(frames));
        Ok(())
    }

    /// Pieces were lost on the way here: whole texts mend the gap for everyone.
    async fn tell_open_items(&self) -> Result<(), StoreError> {
        let frames: Vec<Frame> = self.encoder.open_items().await?;
        self.tell(Signal::Loose(frames));
        Ok(())
    }

    fn tell(&self, signal: Signal) {
        // Fails only if nobody listens.
        let _ = self.signals.send(Arc::new(signal));
    }
}
