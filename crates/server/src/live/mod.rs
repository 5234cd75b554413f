//! The event stream: one per browser or program, for all threads of its person. Owns resuming without
//! a gap or a double, and who may hear what. Nothing here is the truth: a stream is a way of hearing
//! early what the store already holds.
//!
//! ```text
//! store (feed) + bus (text in flight) -> feed: one task, encodes once -> broadcast
//!     -> viewer: filters, writes; catches up from the store by its own cursor when it must
//! ```
//!
//! A viewer listens first and reads the store then, and skips what it was told of what it has read.
//! Every event is the thing as it is now, so a client that puts each in the place of the old one ends
//! with what a fresh snapshot would show.

mod backends;
mod encode;
mod feed;
mod frame;
mod lines;
mod lookup;
mod presence;
pub(crate) mod seats;
mod tell;
mod viewer;

use std::{convert::Infallible, sync::Arc};

use bytes::Bytes;
use futures_util::Stream;
use switchboard_auth::Via;
use switchboard_engine::{Engine, Supervisor};
use switchboard_model::{PersonId, ThreadId};
use switchboard_store::Position;
use tokio::sync::{broadcast, watch};

use self::{
    encode::Encoder, feed::FeedTask, frame::Signal, presence::Presence, seats::Seats,
    viewer::Source,
};
use crate::{error::ApiError, extract::Caller};

/// A browser needs one stream for all its tabs; this leaves room for many devices and programs.
const STREAMS: usize = 32;

/// How far a viewer may fall behind the feed before it reads the store instead. Shared by all.
const BEHIND: usize = 256;

/// The event streams of this node. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Live {
    source: Source,
    seats: Seats,
}

impl Live {
    /// Starts following the feed.
    pub(crate) fn start(engine: &Engine, supervisor: &Supervisor) -> Self {
        let (signals, _) = broadcast::channel(BEHIND);
        let (started, is_started) = watch::channel(false);
        let seats = Seats::new(STREAMS, usize::MAX);
        let encoder = Encoder::new(engine.clone(), seats.clone());
        let feed = FeedTask {
            engine: engine.clone(),
            encoder: encoder.clone(),
            signals: signals.clone(),
            started,
            stop: supervisor.soft(),
        };
        supervisor.spawn("feed", feed.run());
        let presence = Presence::default();
        let gossip = tell::Gossip {
            presence: presence.clone(),
            encoder: encoder.clone(),
            signals: signals.clone(),
            stop: supervisor.soft(),
        };
        supervisor.spawn("presence", gossip.run());
        let told = backends::Told::default();
        let teller = backends::Teller {
            engine: engine.clone(),
            told: told.clone(),
            signals: signals.clone(),
            stop: supervisor.soft(),
        };
        supervisor.spawn("backends", teller.run());
        let source = Source {
            engine: engine.clone(),
            encoder,
            presence,
            backends: told,
            signals,
            started: is_started,
            stop: supervisor.soft(),
        };
        Self { source, seats }
    }

    /// A stream for the caller, after `after` or from now on.
    pub(crate) fn watch(
        &self,
        caller: Caller,
        after: Option<Position>,
    ) -> Result<impl Stream<Item = Result<Bytes, Infallible>> + Send + 'static, ApiError> {
        let seat = self
            .seats
            .take(caller.person.id)
            .ok_or_else(ApiError::too_many_streams)?;
        let viewer = viewer::Viewer::new(self.source.clone(), caller, seat, after);
        Ok(futures_util::stream::unfold(
            viewer,
            |mut viewer| async move { viewer.next().await.map(|text| (Ok(text), viewer)) },
        ))
    }

    /// A person says which thread they look at, and whether they type in it.
    pub(crate) fn say(&self, person: PersonId, thread: Option<ThreadId>, typing: bool) {
        self.source.presence.say(person, thread, typing);
    }

    /// Ends the streams of credentials that hold no longer.
    pub(crate) fn revoke(&self, via: Via) {
        // Fails only if nobody listens.
        let _ = self.source.signals.send(Arc::new(Signal::Revoked(via)));
    }

    /// How many streams are open.
    pub(crate) fn viewers(&self) -> usize {
        self.seats.taken()
    }
}
