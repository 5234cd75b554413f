//! One open event stream. Owns its cursor: catches up from the store, then follows what the feed tells,
//! and catches up again if it fell behind. Never encodes what others can share.

use std::{sync::Arc, time::Duration};

use bytes::{Bytes, BytesMut};
use switchboard_auth::Via;
use switchboard_engine::{ChatError, Engine};
use switchboard_model::{
    AssistantId, PersonId,
    person::{Person, Role},
};
use switchboard_store::{Feed, Position, StoreError, ThreadRow};
use tokio::{
    sync::{broadcast, watch},
    time::{Instant, Interval, MissedTickBehavior},
};
use tokio_util::sync::CancellationToken;

use super::{
    backends::Told,
    encode::Encoder,
    feed::BATCH,
    frame::{Frame, Payload, Signal, event},
    presence::{Here, Presence},
    seats::Seat,
    tell,
};
use crate::{
    extract::{Caller, Machine},
    names::Names,
    wire,
};

/// Proxies cut what is silent for a minute; a viewer that is gone shows itself by a failed write.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// Browsers that lose the stream come back after a second.
const RETRY: &[u8] = b"retry: 1000\n\n";

/// Small events that wait together are written together, up to this much.
const WRITE: usize = 32 * 1024;

/// What all viewers of a node share.
#[derive(Clone)]
pub(super) struct Source {
    pub(super) engine: Engine,
    pub(super) encoder: Encoder,
    pub(super) presence: Presence,
    pub(super) backends: Told,
    pub(super) signals: broadcast::Sender<Arc<Signal>>,
    pub(super) started: watch::Receiver<bool>,
    pub(super) stop: CancellationToken,
}

/// One open event stream.
pub(super) struct Viewer {
    source: Source,
    person: Box<Person>,
    via: Via,
    machine: Machine,
    /// Counts as one of the person's streams while it lives.
    _seat: Seat,
    /// They are here while it lives.
    _here: Here,
    signals: broadcast::Receiver<Arc<Signal>>,
    heartbeat: Interval,
    /// Everything up to here was sent, or was not for this person.
    pos: i64,
    phase: Phase,
}

/// What a viewer does next.
enum Phase {
    /// Says where the stream stands. `None`: it starts here and now.
    Greet(Option<Position>),
    /// Reads what it missed from the store; `greeted` is false while `ready` was not sent.
    CatchUp { greeted: bool },
    /// Sends what the feed tells.
    Follow,
    /// Ends.
    End,
}

impl Viewer {
    /// A stream that goes on after `after`, or starts now.
    pub(super) fn new(source: Source, caller: Caller, seat: Seat, after: Option<Position>) -> Self {
        let mut heartbeat = tokio::time::interval_at(Instant::now() + HEARTBEAT, HEARTBEAT);
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self {
            signals: source.signals.subscribe(),
            _here: source.presence.arrive(caller.person.id),
            source,
            person: Box::new(caller.who.person),
            via: caller.who.via,
            machine: caller.machine,
            _seat: seat,
            heartbeat,
            pos: 0,
            phase: Phase::Greet(after),
        }
    }

    /// The next piece of the stream; `None` at its end.
    pub(super) async fn next(&mut self) -> Option<Bytes> {
        loop {
            // The rare paths are boxed, so that an idle viewer keeps no room for them.
            let step = match std::mem::replace(&mut self.phase, Phase::End) {
                Phase::Greet(after) => Box::pin(self.greet(after)).await,
                Phase::CatchUp { greeted } => Box::pin(self.catch_up(greeted)).await,
                Phase::Follow => self.follow().await,
                Phase::End => return None,
            };
            match step {
                Ok(text) if text.is_empty() => {}
                Ok(text) => return Some(text),
                Err(error) => {
                    // The browser comes back with its cursor and loses nothing.
                    tracing::warn!(%error, "an event stream could not go on");
                    return None;
                }
            }
        }
    }

    async fn greet(&mut self, after: Option<Position>) -> Result<Bytes, StoreError> {
        // Waiting fails only when the feed is gone, and then the stream ends with it.
        if self
            .source
            .started
            .wait_for(|started| *started)
            .await
            .is_err()
        {
            return Ok(Bytes::new());
        }
        let mut text = BytesMut::from(RETRY);
        match after {
            Some(after) if after.epoch == self.source.engine.reader().epoch() => {
                self.pos = after.pos;
            }
            Some(_) => text.extend_from_slice(&self.reset().await?),
            None => self.pos = self.source.engine.reader().position().await?.pos,
        }
        self.phase = Phase::CatchUp { greeted: false };
        Ok(text.freeze())
    }

    /// One batch from the store. After the last one, open items with their text so far.
    async fn catch_up(&mut self, greeted: bool) -> Result<Bytes, StoreError> {
        let feed = self
            .source
            .engine
            .reader()
            .changes_after(self.pos, BATCH)
            .await?;
        let Feed::Changes { changes, upto } = feed else {
            self.phase = Phase::CatchUp { greeted };
            return self.reset().await;
        };
        let mut text = BytesMut::new();
        if upto > self.pos {
            // Things that are gone leave holes in a batch, so only standing still means the end.
            let lines = self.source.encoder.lines(&changes).await?;
            let frames = self.source.encoder.changes(&changes, &lines).await?;
            self.phase = Phase::CatchUp { greeted };
            self.write(&mut text, &frames).await?;
            self.pos = upto;
            return Ok(text.freeze());
        }
        // Who was removed between the check of their credentials and the place where this stream starts
        // hears nothing of it.
        if !greeted && !self.holds().await? {
            return Ok(Bytes::new());
        }
        if !greeted {
            let pos = self.source.encoder.id(self.pos);
            text.extend_from_slice(&event("ready", None, &wire::Ready { pos }));
            let here = self.source.presence.everyone();
            let here = tell::frames(&self.source.encoder, &here).await?;
            self.write(&mut text, &here).await?;
        }
        let items = self.source.encoder.open_items().await?;
        self.write(&mut text, &items).await?;
        // What is told of these has no place in the feed, so nobody knows what this viewer missed.
        let waiting = self.source.encoder.waiting().await?;
        self.write(&mut text, &waiting).await?;
        let backends = self.source.backends.all();
        self.write(&mut text, &backends).await?;
        self.phase = Phase::Follow;
        Ok(text.freeze())
    }

    /// Waits for something to send.
    async fn follow(&mut self) -> Result<Bytes, StoreError> {
        let signal = tokio::select! {
            () = self.source.stop.cancelled() => return Ok(Bytes::new()),
            signal = self.signals.recv() => signal,
            _ = self.heartbeat.tick() => return Box::pin(self.beat()).await,
        };
        self.phase = Phase::Follow;
        let mut text = Bytes::new();
        match signal {
            Ok(signal) => self.hear(&signal, &mut text).await?,
            Err(broadcast::error::RecvError::Lagged(_)) => self.fall_back(),
            Err(broadcast::error::RecvError::Closed) => self.phase = Phase::End,
        }
        // What else waits goes into the same write.
        while text.len() < WRITE && matches!(self.phase, Phase::Follow) {
            match self.signals.try_recv() {
                Ok(signal) => self.hear(&signal, &mut text).await?,
                Err(broadcast::error::TryRecvError::Lagged(_)) => self.fall_back(),
                Err(_) => break,
            }
        }
        Ok(text)
    }

    /// Slower than the feed: what was missed is read from the store by the cursor.
    fn fall_back(&mut self) {
        self.signals = self.signals.resubscribe();
        self.phase = Phase::CatchUp { greeted: true };
    }

    async fn hear(&mut self, signal: &Signal, text: &mut Bytes) -> Result<(), StoreError> {
        match signal {
            Signal::Changes { upto, frames } if *upto > self.pos => {
                self.append(text, frames).await?;
                self.pos = *upto;
            }
            Signal::Loose(frames) => self.append(text, frames).await?,
            Signal::Jumped => self.fall_back(),
            Signal::Revoked(via) if *via == self.via => self.phase = Phase::End,
            // Somebody else's, or read from the store before the feed told it.
            Signal::Revoked(_) | Signal::Changes { .. } => {}
        }
        Ok(())
    }

    /// Adds the frames that are new and for this person. The usual case, one shared frame, is not copied.
    async fn append(&mut self, text: &mut Bytes, frames: &[Frame]) -> Result<(), StoreError> {
        if let (
            [
                Frame {
                    payload: Payload::Text(only),
                    pos,
                    audience,
                },
            ],
            true,
        ) = (frames, text.is_empty())
        {
            if (*pos == 0 || *pos > self.pos) && audience.has(self.person.id) {
                *text = only.clone();
            }
            return Ok(());
        }
        let mut grown = BytesMut::from(&text[..]);
        self.write(&mut grown, frames).await?;
        *text = grown.freeze();
        Ok(())
    }

    async fn write(&mut self, text: &mut BytesMut, frames: &[Frame]) -> Result<(), StoreError> {
        let me: PersonId = self.person.id;
        for frame in frames {
            let told = frame.pos != 0 && frame.pos <= self.pos;
            if told || !frame.audience.has(me) {
                continue;
            }
            match &frame.payload {
                Payload::Message { author, own, .. } if *author == me => {
                    text.extend_from_slice(own);
                }
                Payload::Presence { of, .. } if *of == me => {}
                Payload::Removed { person, .. } if *person == me => {
                    self.phase = Phase::End;
                    return Ok(());
                }
                Payload::Text(shared)
                | Payload::Message { text: shared, .. }
                | Payload::Presence { text: shared, .. }
                | Payload::Removed { text: shared, .. } => {
                    text.extend_from_slice(shared);
                }
                Payload::Thread { row, texts } => {
                    if let Some(shared) = texts.get(&me) {
                        text.extend_from_slice(shared);
                    } else {
                        let own = Box::pin(self.thread(frame.pos, row)).await?;
                        text.extend_from_slice(&own);
                    }
                }
                Payload::Person {
                    person,
                    text: shared,
                    for_admins,
                } => {
                    if person.id == me {
                        let role = std::mem::replace(&mut *self.person, Person::clone(person)).role;
                        // Who becomes an admin sees more of the backends, which end a catching up.
                        if role != self.person.role && matches!(self.phase, Phase::Follow) {
                            self.phase = Phase::CatchUp { greeted: true };
                        }
                    }
                    text.extend_from_slice(match self.person.role {
                        Role::Admin => for_admins,
                        Role::Member => shared,
                    });
                }
                Payload::Backend(backend) => {
                    text.extend_from_slice(match (self.person.role, self.machine) {
                        (Role::Member, _) => &backend.text,
                        (Role::Admin, Machine::Another) => &backend.for_admins,
                        (Role::Admin, Machine::Same) => &backend.for_admins_here,
                    });
                }
                Payload::Assistant(id) => {
                    let own = Box::pin(self.assistant(frame.pos, *id)).await?;
                    text.extend_from_slice(&own);
                }
            }
        }
        Ok(())
    }

    /// A thread as this person sees it, who did not sit here yet when it was encoded.
    async fn thread(&self, pos: i64, row: &ThreadRow) -> Result<Bytes, StoreError> {
        let (thread, me) = (row.thread.id, self.person.id);
        let reader = self.source.engine.reader();
        let marks = reader.marks(&[thread], &[me]).await?;
        let mark = marks.get(&(thread, me)).copied().unwrap_or_default();
        Ok(self.source.encoder.thread_at(pos, row, mark))
    }

    /// An assistant as this person sees it.
    async fn assistant(&self, pos: i64, id: AssistantId) -> Result<Bytes, StoreError> {
        let cursor = self.source.encoder.id(pos);
        let engine = &self.source.engine;
        let views = match engine.assistants(&self.person).await {
            Ok(views) => views,
            Err(ChatError::Store(error)) => return Err(error),
            Err(error) => return Err(StoreError::Unavailable(error.to_string())),
        };
        let data = match views.iter().find(|view| view.assistant.id == id) {
            Some(view) => {
                let names = Names::read(engine.reader()).await?;
                wire::AssistantEvent::Changed(Box::new(wire::Assistant::new(view, &names)))
            }
            None => wire::AssistantEvent::Deleted(wire::Deleted::of(id)),
        };
        Ok(event("assistant", Some(&cursor), &data))
    }

    /// The cursor cannot be gone on from: everything is to be read afresh, and the stream goes on here.
    async fn reset(&mut self) -> Result<Bytes, StoreError> {
        self.pos = self.source.engine.reader().position().await?.pos;
        let cursor = self.source.encoder.id(self.pos);
        Ok(event("reset", Some(&cursor), &wire::Reset::default()))
    }

    /// A sign of life, unless the credentials were taken back meanwhile, here or on another node.
    async fn beat(&mut self) -> Result<Bytes, StoreError> {
        if self.holds().await? {
            self.phase = Phase::Follow;
            Ok(Bytes::from_static(b": beat\n\n"))
        } else {
            Ok(Bytes::new())
        }
    }

    /// Whether what the caller showed us still lets them in.
    async fn holds(&self) -> Result<bool, StoreError> {
        let reader = self.source.engine.reader();
        Ok(match self.via {
            Via::Session(id) => reader
                .sessions(self.person.id)
                .await?
                .iter()
                .any(|s| s.id == id),
            Via::Token(id) => reader
                .tokens(self.person.id)
                .await?
                .iter()
                .any(|t| t.id == id),
        })
    }
}
