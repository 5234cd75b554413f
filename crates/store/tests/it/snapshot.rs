//! The property that every client rests on: a snapshot brought up to date by the feed is what a fresh
//! snapshot would be, whatever happened in between.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use switchboard_model::{
    AssistantId, ItemId, MessageId, PersonId, QuestionId, SteerId, ThreadId, TurnId,
    approval::{Decision, Question},
    item::{Item, ItemBody, ItemStatus},
    message::Message,
    steer::Steer,
    turn::{Outcome, Turn},
};
use switchboard_store::{Change, Claimed, Feed, Page, Reader, StoreError, ThreadPatch, ThreadRow};

use crate::{
    talk::may_i,
    world::{ROOMY, World, failure, post},
};

/// What a client knows.
#[derive(Debug, Clone, Default)]
struct View {
    threads: BTreeMap<ThreadId, ThreadRow>,
    messages: BTreeMap<MessageId, Message>,
    turns: BTreeMap<TurnId, Turn>,
    items: BTreeMap<ItemId, Item>,
    questions: BTreeMap<QuestionId, Question>,
    steers: BTreeMap<SteerId, Steer>,
}

impl View {
    /// Reads everything, page by page, and where to follow the feed from: the oldest page's position.
    async fn fresh(reader: &Reader, person: PersonId) -> (Self, i64) {
        let mut view = Self::default();
        let mut oldest = i64::MAX;
        for archived in [false, true] {
            let page: Page<ThreadRow> =
                reader.threads(person, archived, None, 1_000).await.unwrap();
            oldest = oldest.min(page.position.pos);
            view.threads
                .extend(page.items.into_iter().map(|row| (row.thread.id, row)));
        }
        for thread in view.threads.keys() {
            let page = reader.messages(*thread, None, 1_000).await.unwrap();
            oldest = oldest.min(page.position.pos);
            view.messages.extend(
                page.messages
                    .into_iter()
                    .map(|message| (message.id, message)),
            );
            view.turns
                .extend(page.turns.into_iter().map(|turn| (turn.id, turn)));
        }
        for turn in view.turns.keys() {
            let (items, position) = reader.items(*turn).await.unwrap();
            oldest = oldest.min(position.pos);
            view.items
                .extend(items.into_iter().map(|item| (item.id, item)));
            let questions = reader.questions(*turn).await.unwrap();
            view.questions.extend(
                questions
                    .into_iter()
                    .map(|question| (question.id, question)),
            );
            let steers = reader.steers(*turn).await.unwrap();
            view.steers
                .extend(steers.into_iter().map(|steer| (steer.id, steer)));
        }
        (view, oldest)
    }

    /// Goes on from `pos` with pages of `limit` changes, to the end of the feed.
    async fn follow(&mut self, reader: &Reader, mut pos: i64, limit: usize) {
        loop {
            let Feed::Changes { changes, upto } = reader.changes_after(pos, limit).await.unwrap()
            else {
                panic!("{pos} is not old")
            };
            for (_, change) in changes {
                self.upsert(change);
            }
            if upto == pos {
                return;
            }
            pos = upto;
        }
    }

    /// All that a client does with a change.
    fn upsert(&mut self, change: Change) {
        match change {
            Change::Thread(row) => drop(self.threads.insert(row.thread.id, *row)),
            Change::ThreadDeleted(gone) => {
                self.threads.remove(&gone);
                self.messages.retain(|_, message| message.thread != gone);
                self.turns.retain(|_, turn| turn.thread != gone);
                self.items.retain(|_, item| item.thread != gone);
                self.questions.retain(|_, question| question.thread != gone);
                self.steers.retain(|_, steer| steer.thread != gone);
            }
            Change::Message(message) => drop(self.messages.insert(message.id, *message)),
            Change::Turn(turn) => {
                // What it did before it was last claimed was taken back.
                let since = |item: &Item| {
                    turn.started_at
                        .is_some_and(|claimed| item.started_at >= claimed)
                };
                self.items
                    .retain(|_, item| item.turn != turn.id || since(item));
                self.turns.insert(turn.id, *turn);
            }
            Change::Item(item) => drop(self.items.insert(item.id, *item)),
            Change::Question(question) => drop(self.questions.insert(question.id, *question)),
            Change::Steer(steer) => drop(self.steers.insert(steer.id, *steer)),
            // Each to one person, or a word to read something again.
            Change::Assistant(_)
            | Change::Person(_)
            | Change::Member { .. }
            | Change::Mark { .. }
            | Change::Backend(_)
            | Change::Queue { .. } => {}
        }
    }

    fn differences(&self, fresh: &Self) -> Vec<String> {
        let mut all = differences(&self.threads, &fresh.threads);
        all.extend(differences(&self.messages, &fresh.messages));
        all.extend(differences(&self.turns, &fresh.turns));
        all.extend(differences(&self.items, &fresh.items));
        all.extend(differences(&self.questions, &fresh.questions));
        all.extend(differences(&self.steers, &fresh.steers));
        all
    }

    /// A page of messages shows the last five attempts of each delivery; the feed told of all.
    fn without_older_attempts(mut self) -> Self {
        let newest: BTreeMap<_, i64> =
            self.turns
                .values()
                .fold(BTreeMap::new(), |mut newest, turn| {
                    let attempt = newest.entry(turn.delivery).or_default();
                    *attempt = turn.attempt.max(*attempt);
                    newest
                });
        self.turns
            .retain(|_, turn| newest[&turn.delivery] - 5 < turn.attempt);
        self.items
            .retain(|_, item| self.turns.contains_key(&item.turn));
        self.questions
            .retain(|_, question| self.turns.contains_key(&question.turn));
        self.steers
            .retain(|_, steer| self.turns.contains_key(&steer.turn));
        self
    }
}

/// A workspace in which things happen by chance.
struct Play {
    world: World,
    /// splitmix64, so that a seed tells the whole story.
    chance: u64,
    person: PersonId,
    assistants: [AssistantId; 2],
    threads: Vec<ThreadId>,
    turns: Vec<TurnId>,
    running: Vec<Claimed>,
    questions: Vec<QuestionId>,
}

impl Play {
    async fn begin(world: World, seed: u64) -> Self {
        let person = world.person("mara").await;
        let assistants = [
            world.assistant("helper", person).await,
            world.assistant("other", person).await,
        ];
        let (threads, turns, running, questions) = Default::default();
        Self {
            world,
            chance: seed,
            person,
            assistants,
            threads,
            turns,
            running,
            questions,
        }
    }

    fn roll(&mut self, sides: usize) -> usize {
        self.chance = self.chance.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.chance;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) as usize % sides
    }

    fn pick<T: Clone>(&mut self, from: &[T]) -> Option<T> {
        if from.is_empty() {
            None
        } else {
            from.get(self.roll(from.len())).cloned()
        }
    }

    /// One thing happens, or is refused because it cannot.
    async fn step(&mut self) -> Result<(), StoreError> {
        self.world.tick(7);
        let store = self.world.store.clone();
        let claimed = self.pick(&self.running.clone());
        let thread = self.pick(&self.threads.clone());
        let turn = self.pick(&self.turns.clone());
        match (self.roll(16), claimed) {
            (0, _) if self.threads.len() < 4 => {
                self.threads.push(self.world.thread(self.person).await);
            }
            (1..=4, _) => {
                let Some(thread) = thread else { return Ok(()) };
                let asked = &self.assistants[..self.chance as usize % 3];
                if let Ok(posted) = store
                    .append_message(post(thread, self.person, "so?", asked))
                    .await
                {
                    self.turns.extend(posted.turns.iter().map(|turn| turn.id));
                }
            }
            (5 | 6, _) => self.running.extend(store.claim("one", ROOMY).await?),
            (7 | 8, Some(claimed)) => {
                let status = if self.roll(2) == 0 {
                    ItemStatus::Open
                } else {
                    ItemStatus::Done
                };
                let item = self.world.item(
                    &claimed,
                    self.chance as i64 % 1_000,
                    ItemBody::Text,
                    status,
                    "hm",
                );
                store
                    .put_items(claimed.turn.id, claimed.fence, vec![item])
                    .await?;
            }
            (9, Some(claimed)) => {
                let key = format!("k{}", self.roll(3));
                let asked = store
                    .ask(claimed.turn.id, claimed.fence, may_i(&key))
                    .await?;
                self.questions.extend(asked.map(|question| question.id));
            }
            (10, _) => {
                if let Some(question) = self.pick(&self.questions.clone()) {
                    let decision = Decision {
                        choice: "accept".into(),
                        answer: None,
                        feedback: None,
                    };
                    let _ = store.decide(question, self.person, decision).await;
                }
            }
            (11, Some(claimed)) => {
                let outcome = match self.roll(3) {
                    0 => Outcome::Failed(failure()),
                    1 => Outcome::Cancelled,
                    _ => Outcome::Replied { text: "4".into() },
                };
                store
                    .finish(claimed.turn.id, claimed.fence, outcome)
                    .await?;
            }
            (12, Some(claimed)) => drop(store.revert(claimed.turn.id, claimed.fence).await?),
            (13, _) => {
                let Some(turn) = turn else { return Ok(()) };
                if self.roll(2) == 0 {
                    let _ = store.request_stop(turn).await;
                } else if let Ok(turn) = store.retry(turn, self.person).await {
                    self.turns.push(turn.id);
                }
            }
            (14, Some(claimed)) => {
                store
                    .add_steer(claimed.turn.id, self.person, "rather this".into())
                    .await?;
                store.take_steer(claimed.turn.id, claimed.fence).await?;
            }
            (15, _) => {
                let Some(thread) = thread else { return Ok(()) };
                if self.roll(4) == 0 {
                    store.delete_thread(None, thread).await?;
                    self.threads.retain(|other| *other != thread);
                } else {
                    let archived = Some(self.roll(2) == 0);
                    store
                        .patch_thread(
                            None,
                            thread,
                            ThreadPatch {
                                archived,
                                ..Default::default()
                            },
                        )
                        .await?;
                }
            }
            _ => {}
        }
        Ok(())
    }
}

on_both_databases! {
    async fn a_snapshot_and_the_feed_after_it_are_a_fresh_snapshot(world: World) {
        let seed = std::env::var("SWITCHBOARD_TEST_SEED").map_or(u64::from(std::process::id()), |seed| seed.parse().unwrap());
        println!("seed {seed}");
        let mut play = Play::begin(world, seed).await;
        let reader = play.world.reader().clone();
        let mut earlier = Vec::new();
        for _ in 0..6 {
            earlier.push(View::fresh(&reader, play.person).await);
            for _ in 0..40 {
                play.step().await.unwrap();
            }
        }
        let (fresh, _) = View::fresh(&reader, play.person).await;
        assert!(!play.turns.is_empty() && !play.running.is_empty(), "something happened");
        for (number, (mut view, pos)) in earlier.into_iter().enumerate() {
            view.follow(&reader, pos, 1 + number * 5).await;
            let differences = view.without_older_attempts().differences(&fresh);
            assert!(differences.is_empty(), "from snapshot {number}, seed {seed}:\n{}", differences.join("\n"));
        }
    }
}

/// What the followed map and the fresh one do not agree on.
fn differences<K: Ord, V: PartialEq + fmt::Debug>(
    followed: &BTreeMap<K, V>,
    fresh: &BTreeMap<K, V>,
) -> Vec<String> {
    let keys: BTreeSet<_> = followed.keys().chain(fresh.keys()).collect();
    keys.into_iter()
        .map(|key| (followed.get(key), fresh.get(key)))
        .filter(|(followed, fresh)| followed != fresh)
        .map(|(followed, fresh)| format!("followed: {followed:?}\nfresh:    {fresh:?}"))
        .collect()
}
