//! From changes to events. Owns which change becomes which event for whom; never decides when, and
//! keeps nothing.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    sync::Arc,
};

use bytes::Bytes;

use switchboard_engine::{Engine, line::Next};
use switchboard_model::{
    MessageId, Millis, PersonId, ThreadId,
    item::{Item, ItemStatus},
    message::{Message, Speaker},
    person::Role,
    queue::Queue,
    room::Line,
    turn::TurnState,
};
use switchboard_store::{Change, Delta, Mark, StoreError, ThreadRow};

use super::{
    frame::{Audience, Frame, Payload, event},
    lines::Lines,
    lookup::Lookup,
    seats::Seats,
};
use crate::wire::{self, ToWire};

/// Turns changes into frames. Cheap to clone.
#[derive(Clone)]
pub(super) struct Encoder {
    engine: Engine,
    lookup: Lookup,
    /// Whom to encode for where each is told something else.
    seats: Seats,
}

impl Encoder {
    /// An encoder with an empty cache.
    pub(super) fn new(engine: Engine, seats: Seats) -> Self {
        let lookup = Lookup::new(engine.reader().clone());
        Self {
            engine,
            lookup,
            seats,
        }
    }

    /// Takes note of changes that nobody wants to see.
    pub(super) fn learn(&self, changes: &[(i64, Change)]) {
        self.lookup.learn(changes);
    }

    /// Where queued turns stand around these changes.
    pub(super) async fn lines(&self, changes: &[(i64, Change)]) -> Result<Lines, StoreError> {
        Lines::of(&self.engine, changes).await
    }

    /// The frames of these changes, in order of position.
    pub(super) async fn changes(
        &self,
        changes: &[(i64, Change)],
        lines: &Lines,
    ) -> Result<Vec<Frame>, StoreError> {
        self.learn(changes);
        let client_ids = self.client_ids(changes).await?;
        let mut frames = Vec::with_capacity(changes.len());
        let mut rosters = HashSet::new();
        for (pos, change) in changes {
            let payload = match change {
                Change::Message(message) => self.message(*pos, message, &client_ids).await?,
                Change::Turn(turn) => {
                    self.moved_up(lines, *pos, &mut frames).await?;
                    self.text("turn", *pos, &wire::Turn::at(turn, lines.line(turn.id)))
                }
                Change::Assistant(id) => Payload::Assistant(*id),
                Change::Person(id) => self.person(*pos, *id).await?,
                Change::Member { thread, person } => {
                    // Once is enough: it is who is in the thread now. Without an id, because what has it
                    // comes after.
                    if rosters.insert(*thread) {
                        frames.push(self.members(*pos, *thread).await?);
                    }
                    let payload = self.text(
                        "reset",
                        *pos,
                        &wire::Reset {
                            thread_id: Some(thread.to_string()),
                        },
                    );
                    frames.push(Frame {
                        pos: *pos,
                        audience: Audience::Only(*person),
                        payload,
                    });
                    continue;
                }
                Change::Thread(row) => self.thread(*pos, row).await?,
                Change::Queue { thread, person } => {
                    frames.extend(self.queue(*pos, *thread, *person).await?);
                    continue;
                }
                Change::Mark { thread, person } => {
                    frames.extend(self.mark(*pos, *thread, *person).await?);
                    continue;
                }
                Change::ThreadDeleted(id) => self.text(
                    "thread",
                    *pos,
                    &wire::ThreadEvent::Deleted(wire::Deleted::of(id)),
                ),
                Change::Item(item) => self.text("item", *pos, &self.newest(item).to_wire()),
                Change::Question(question) => self.text("approval", *pos, &question.to_wire()),
                Change::Steer(steer) => self.text("steer", *pos, &steer.to_wire()),
                // Much of a backend is no row: `backends` tells of it, whatever changed.
                Change::Backend(_) => continue,
            };
            let audience = match change.thread() {
                Some(thread) => self.lookup.audience(thread).await?,
                None => Audience::Everyone,
            };
            frames.push(Frame {
                pos: *pos,
                audience,
                payload,
            });
        }
        Ok(frames)
    }

    /// The frame of a piece of text in flight.
    pub(super) async fn delta(&self, delta: &Delta) -> Result<Frame, StoreError> {
        let data = wire::Delta {
            thread_id: delta.thread.to_string(),
            turn_id: delta.turn.to_string(),
            item_id: delta.item.to_string(),
            offset: delta.offset,
            text: &delta.text,
        };
        Ok(Frame {
            pos: 0,
            audience: self.lookup.audience(delta.thread).await?,
            payload: Payload::Text(event("delta", None, &data)),
        })
    }

    /// Who may read a thread.
    pub(super) async fn audience(&self, thread: ThreadId) -> Result<Audience, StoreError> {
        self.lookup.audience(thread).await
    }

    /// The time, as everything here goes by it.
    pub(super) fn now(&self) -> Millis {
        self.engine.now()
    }

    /// The open items of all running turns with their text so far: from memory where the turn runs
    /// here, else as last checkpointed.
    pub(super) async fn open_items(&self) -> Result<Vec<Frame>, StoreError> {
        let mut items = self.engine.live_items();
        let known: HashSet<_> = items.iter().map(|item| item.id).collect();
        let stored = self.engine.reader().open_items().await?;
        items.extend(stored.into_iter().filter(|item| !known.contains(&item.id)));
        let mut frames = Vec::with_capacity(items.len());
        for item in items {
            frames.push(Frame {
                pos: 0,
                audience: self.lookup.audience(item.thread).await?,
                payload: Payload::Text(event("item", None, &item.to_wire())),
            });
        }
        Ok(frames)
    }

    /// The id of a position on the wire.
    pub(super) fn id(&self, pos: i64) -> String {
        format!("{}.{pos}", self.engine.reader().epoch())
    }

    fn text(&self, name: &str, pos: i64, data: &impl serde::Serialize) -> Payload {
        Payload::Text(event(name, Some(&self.id(pos)), data))
    }

    /// A thread for everyone who sits here, with how far they have read.
    async fn thread(&self, pos: i64, row: &ThreadRow) -> Result<Payload, StoreError> {
        let thread = row.thread.id;
        let audience = self.lookup.audience(thread).await?;
        let mut people = self.seats.people();
        people.retain(|person| audience.has(*person));
        let marks = self.engine.reader().marks(&[thread], &people).await?;
        // Many have read just as far.
        let mut encoded: HashMap<Mark, Bytes> = HashMap::new();
        let texts = people.into_iter().map(|person| {
            let mark = marks.get(&(thread, person)).copied().unwrap_or_default();
            let text = encoded
                .entry(mark)
                .or_insert_with(|| self.thread_at(pos, row, mark));
            (person, text.clone())
        });
        Ok(Payload::Thread {
            texts: texts.collect(),
            row: Arc::new(row.clone()),
        })
    }

    /// A thread as somebody sees it who stands at this mark.
    pub(super) fn thread_at(&self, pos: i64, row: &ThreadRow, mark: Mark) -> Bytes {
        let thread = wire::Thread::new(row, mark);
        event(
            "thread",
            Some(&self.id(pos)),
            &wire::ThreadEvent::Changed(Box::new(thread)),
        )
    }

    /// A thread for the one who has read on in it.
    async fn mark(
        &self,
        pos: i64,
        thread: ThreadId,
        person: PersonId,
    ) -> Result<Option<Frame>, StoreError> {
        if !self.seats.has(person) {
            return Ok(None);
        }
        let reader = self.engine.reader();
        let Some(row) = reader.thread(person, thread).await? else {
            return Ok(None);
        };
        let marks = reader.marks(&[thread], &[person]).await?;
        let mark = marks.get(&(thread, person)).copied().unwrap_or_default();
        Ok(Some(Frame {
            pos,
            audience: Audience::Only(person),
            payload: Payload::Text(self.thread_at(pos, &row, mark)),
        }))
    }

    /// A queue for the one whose it is.
    async fn queue(
        &self,
        pos: i64,
        thread: ThreadId,
        person: PersonId,
    ) -> Result<Option<Frame>, StoreError> {
        if !self.seats.has(person) {
            return Ok(None);
        }
        let reader = self.engine.reader();
        let queue = match reader.thread(person, thread).await? {
            Some(_) => reader.queue(thread, person).await?,
            // Lost, or gone: nothing of theirs waits there any more as far as they can see.
            None => Queue::default(),
        };
        let data = wire::Queue {
            thread_id: thread.to_string(),
            items: queue.to_wire(),
        };
        Ok(Some(Frame {
            pos,
            audience: Audience::Only(person),
            payload: self.text("queue", pos, &data),
        }))
    }

    async fn message(
        &self,
        pos: i64,
        message: &Message,
        client_ids: &HashMap<MessageId, String>,
    ) -> Result<Payload, StoreError> {
        let names = self.lookup.names().await?;
        let id = self.id(pos);
        let text = event(
            "message",
            Some(&id),
            &wire::Message::new(message, &names, None),
        );
        Ok(match client_ids.get(&message.id) {
            None => Payload::Text(text),
            Some(client_id) => Payload::Message {
                text,
                author: message.author.id,
                own: event(
                    "message",
                    Some(&id),
                    &wire::Message::new(message, &names, Some(client_id.clone())),
                ),
            },
        })
    }

    async fn person(&self, pos: i64, id: PersonId) -> Result<Payload, StoreError> {
        let changed = |role, person| {
            let seen = wire::Person::seen_by(role, person);
            event(
                "person",
                Some(&self.id(pos)),
                &wire::PersonEvent::Changed(seen),
            )
        };
        let Some(person) = self.engine.reader().person(id).await? else {
            let gone = wire::PersonEvent::Removed(wire::Removed {
                id: id.to_string(),
                removed: true,
            });
            return Ok(Payload::Removed {
                person: id,
                text: event("person", Some(&self.id(pos)), &gone),
            });
        };
        Ok(Payload::Person {
            text: changed(Role::Member, &person),
            for_admins: changed(Role::Admin, &person),
            person: Arc::new(person),
        })
    }

    async fn members(&self, pos: i64, thread: ThreadId) -> Result<Frame, StoreError> {
        let members = self.engine.reader().members(thread).await?;
        let data = wire::Members {
            thread_id: thread.to_string(),
            members: members.iter().map(wire::Author::of).collect(),
        };
        Ok(Frame {
            pos,
            audience: self.lookup.audience(thread).await?,
            payload: Payload::Text(event("members", None, &data)),
        })
    }

    /// An item with all the text there is: a checkpoint is older than what viewers have by deltas.
    fn newest<'i>(&self, item: &'i Item) -> Cow<'i, Item> {
        if item.status != ItemStatus::Open {
            return Cow::Borrowed(item);
        }
        let live = self.engine.live_item_texts(item.turn);
        let newer = live.into_iter().find(|live| live.id == item.id);
        newer.map_or(Cow::Borrowed(item), Cow::Owned)
    }

    async fn client_ids(
        &self,
        changes: &[(i64, Change)],
    ) -> Result<HashMap<MessageId, String>, StoreError> {
        let posts: Vec<_> = changes
            .iter()
            .filter_map(|(_, change)| match change {
                Change::Message(message) if message.role == Speaker::User => Some(message.id),
                _ => None,
            })
            .collect();
        if posts.is_empty() {
            return Ok(HashMap::new());
        }
        self.engine.reader().client_ids(&posts).await
    }

    /// When a turn leaves a queue, those behind it move up although their rows did not change. They are
    /// sent again with their new places, without an id, and before the event that has one: a viewer
    /// that breaks off between the two then hears all of it again.
    async fn moved_up(
        &self,
        lines: &Lines,
        at: i64,
        frames: &mut Vec<Frame>,
    ) -> Result<(), StoreError> {
        for (thread, turn) in lines.moved_up(at) {
            let told = wire::Turn::at(turn, lines.line(turn.id));
            frames.push(self.loose_turn(at, thread, &told).await?);
        }
        Ok(())
    }

    /// These turns with what they wait for, as far as they still do: their rows did not change.
    pub(super) async fn in_line(&self, pos: i64, next: &[Next]) -> Result<Vec<Frame>, StoreError> {
        let mut frames = Vec::with_capacity(next.len());
        for one in next {
            let turn = self.engine.reader().turn(one.turn).await?;
            if let Some(turn) = turn.filter(|turn| turn.state == TurnState::Queued) {
                let line = Line {
                    before: 0,
                    waits: one.waits,
                };
                let told = wire::Turn::at(&turn, Some(line));
                frames.push(self.loose_turn(pos, one.thread, &told).await?);
            }
        }
        Ok(frames)
    }

    /// All turns that wait for room, for a viewer who may have missed what was told of them.
    pub(super) async fn waiting(&self) -> Result<Vec<Frame>, StoreError> {
        let mut waiting = self.engine.next_turns().await?;
        waiting.retain(|one| one.waits.is_some());
        self.in_line(0, &waiting).await
    }

    async fn loose_turn(
        &self,
        pos: i64,
        thread: ThreadId,
        turn: &wire::Turn,
    ) -> Result<Frame, StoreError> {
        Ok(Frame {
            pos,
            audience: self.lookup.audience(thread).await?,
            payload: Payload::Text(event("turn", None, turn)),
        })
    }
}
