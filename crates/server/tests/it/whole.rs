//! The promise of the event stream as one property: whatever happens, and wherever the stream breaks, a
//! snapshot with the events applied to it ends as a fresh snapshot.

use serde_json::json;
use switchboard_model::{
    Millis, ThreadId,
    clock::{Chance, FakeChance},
    item::{Item, ItemBody, ItemStatus},
    outcome::{Failure, OutcomeCode},
    person::Role,
    turn::Outcome,
};
use switchboard_store::{Claimed, Delta};

use crate::{
    follower::{Events, View},
    house::{House, Someone},
};

/// Repeatable dice.
struct Dice(FakeChance);

impl Dice {
    fn below(&self, sides: usize) -> usize {
        let mut bytes = [0; 4];
        self.0.fill(&mut bytes);
        u32::from_le_bytes(bytes) as usize % sides
    }

    fn pick<'a, T>(&self, from: &'a [T]) -> Option<&'a T> {
        if from.is_empty() {
            None
        } else {
            Some(&from[self.below(from.len())])
        }
    }
}

/// Changes the house at random, as people and turns do.
struct Life<'a> {
    house: &'a House,
    people: &'a [Someone],
    dice: Dice,
    threads: Vec<ThreadId>,
    working: Vec<(Claimed, Item)>,
}

impl Life<'_> {
    async fn go_on(&mut self) {
        let (house, who) = (self.house, self.dice.pick(self.people).unwrap().clone());
        let thread = self.dice.pick(&self.threads).copied();
        let path = thread
            .map(|thread| format!("/api/threads/{thread}"))
            .unwrap_or_default();
        match (self.dice.below(24), thread) {
            (0, _) | (_, None) => {
                let visibility = ["private", "open"][self.dice.below(2)];
                self.threads.push(
                    house
                        .thread(&who, &json!({ "visibility": visibility }))
                        .await,
                );
            }
            (1..=5, Some(thread)) => {
                let text =
                    ["hello @helper", "@other and @helper", "just words"][self.dice.below(3)];
                let path = format!("/api/threads/{thread}/messages");
                house
                    .tell(&who, "POST", &path, &json!({ "text": text }))
                    .await;
            }
            (6, _) => {
                let other = self.dice.pick(self.people).unwrap();
                let body = json!({ "person": other.person.handle });
                house
                    .tell(&who, "POST", &format!("{path}/members"), &body)
                    .await;
            }
            (7, Some(thread)) => {
                let other = self.dice.pick(self.people).unwrap();
                let path = format!("/api/threads/{thread}/members/{}", other.person.id);
                house.ask(&who, "DELETE", &path).await;
            }
            (8, _) => {
                let patch = [
                    json!({ "title": "another title" }),
                    json!({ "archived": true }),
                    json!({ "archived": false }),
                    json!({ "visibility": "open" }),
                    json!({ "visibility": "private" }),
                ];
                house
                    .tell(&who, "PATCH", &path, self.dice.pick(&patch).unwrap())
                    .await;
            }
            (9, _) if self.dice.below(3) == 0 => drop(house.ask(&who, "DELETE", &path).await),
            (10 | 11, _) => self.begin().await,
            (12..=16, _) => self.work().await,
            (17, _) => self.end().await,
            (18, Some(_)) => {
                let seq = self.dice.below(9);
                house
                    .tell(&who, "PUT", &format!("{path}/read"), &json!({ "seq": seq }))
                    .await;
            }
            (19..=21, Some(thread)) => self.queue(&who, thread).await,
            (_, Some(thread)) => {
                let page = house
                    .ask(&who, "GET", &format!("/api/threads/{thread}/messages"))
                    .await;
                let turns = page.body["turns"].as_array().cloned().unwrap_or_default();
                if let Some(turn) = self.dice.pick(&turns) {
                    let wish = ["cancel", "retry"][self.dice.below(2)];
                    house
                        .ask(
                            &who,
                            "POST",
                            &format!("/api/turns/{}/{wish}", turn["id"].as_str().unwrap()),
                        )
                        .await;
                }
            }
        }
    }

    /// Somebody queues a message, sends one or takes one back.
    async fn queue(&self, who: &Someone, thread: ThreadId) {
        let (house, path) = (self.house, format!("/api/threads/{thread}/queue"));
        let waiting = house.ask(who, "GET", &path).await;
        let waiting = waiting.body["items"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        match (self.dice.below(3), self.dice.pick(&waiting)) {
            (0, _) | (_, None) => {
                let text = json!({ "text": "later @helper" });
                house.tell(who, "POST", &path, &text).await;
            }
            (wish, Some(queued)) => {
                let path = format!("/api/queue/{}", queued["id"].as_str().unwrap());
                let (method, path) = match wish {
                    1 => ("POST", format!("{path}/send")),
                    _ => ("DELETE", path),
                };
                house.ask(who, method, &path).await;
            }
        }
    }

    /// A turn begins and says its first words.
    async fn begin(&mut self) {
        let Some(claimed) = self.house.claim().await else {
            return;
        };
        let item = Item {
            id: self.house.store.ids().make(),
            turn: claimed.turn.id,
            thread: claimed.turn.thread,
            seq: 1,
            status: ItemStatus::Open,
            body: ItemBody::Text,
            agent: None,
            text: "well".to_owned(),
            started_at: Millis(1),
            ended_at: None,
        };
        self.write(&claimed, &item).await;
        self.working.push((claimed, item));
    }

    /// A turn's text grows: now and then it is checkpointed, always it is told.
    async fn work(&mut self) {
        if self.working.is_empty() {
            return;
        }
        let at = self.dice.below(self.working.len());
        let added = [" é", " and so on", "\n\n"][self.dice.below(3)].to_owned();
        let (claimed, mut item) = self.working[at].clone();
        let offset = item.text.len() as u64;
        item.text.push_str(&added);
        self.house.engine.bus().send(Delta {
            thread: item.thread,
            turn: item.turn,
            item: item.id,
            offset,
            text: added,
        });
        if self.dice.below(3) == 0 {
            self.write(&claimed, &item).await;
        }
        self.working[at].1 = item;
    }

    async fn end(&mut self) {
        if self.working.is_empty() {
            return;
        }
        let (claimed, mut item) = self
            .working
            .swap_remove(self.dice.below(self.working.len()));
        item.status = ItemStatus::Done;
        item.ended_at = Some(Millis(2));
        self.write(&claimed, &item).await;
        let outcome = match self.dice.below(3) {
            0 => Outcome::Failed(Failure::new(OutcomeCode::TimedOut, "too slow")),
            1 => Outcome::Cancelled,
            _ => Outcome::Replied {
                text: item.text.clone(),
            },
        };
        self.house
            .store
            .finish(claimed.turn.id, claimed.fence, outcome)
            .await
            .unwrap();
    }

    async fn write(&self, claimed: &Claimed, item: &Item) {
        self.house
            .store
            .put_items(claimed.turn.id, claimed.fence, vec![item.clone()])
            .await
            .unwrap();
    }
}

/// Follows the stream, which breaks at random, until the marker is heard. Says how often it broke.
async fn follow(
    house: &House,
    who: &Someone,
    dice: &Dice,
    marker: &str,
    mut view: View,
    pos: String,
) -> (View, usize, usize) {
    let (mut cursor, mut breaks, mut resets) = (pos, 0, 0);
    loop {
        let mut events = Events::open(house, who, Some(&cursor)).await;
        for _ in 0..=dice.below(25) {
            let event = events.next().await.unwrap();
            view.take(house, who, &event).await;
            if event.name == "reset" && event.data.get("thread_id").is_none() {
                resets += 1;
            }
            if let Some(id) = &event.id {
                cursor.clone_from(id);
            }
            if event.name == "thread" && event.data["last"]["text"] == marker {
                return (view, breaks, resets);
            }
        }
        breaks += 1;
    }
}

/// One life, watched by three people on another node. Says how often their streams broke.
async fn live_and_watch(house: &House, watched_at: &House, seed: u64) -> usize {
    let mut people = Vec::new();
    for handle in ["mara", "kim", "ines"] {
        people.push(house.person(handle, Role::Member).await);
    }
    for handle in ["helper", "other"] {
        house.assistant(handle, &people[0]).await;
    }
    // The last to be told is a message of each person to themselves.
    let mut own = Vec::new();
    for someone in &people {
        own.push(house.thread(someone, &json!({})).await);
    }
    let mut life = Life {
        house,
        people: &people,
        dice: Dice(FakeChance::seeded(seed)),
        threads: Vec::new(),
        working: Vec::new(),
    };
    for _ in 0..30 {
        life.go_on().await;
    }
    let live = async {
        for _ in 0..120 {
            life.go_on().await;
        }
        while !life.working.is_empty() {
            life.end().await;
        }
        for (someone, thread) in people.iter().zip(&own) {
            house.say(someone, *thread, "the end").await;
        }
    };
    let watch = |at: usize| {
        let who = &people[at];
        async move {
            let dice = Dice(FakeChance::seeded(1000 + seed * 10 + at as u64));
            let (view, pos) = View::fresh(watched_at, who).await;
            follow(watched_at, who, &dice, "the end", view, pos).await
        }
    };
    let ((), mara, kim, ines) = tokio::join!(live, watch(0), watch(1), watch(2));
    let mut broken = 0;
    for (who, (view, breaks, resets)) in people.iter().zip([mara, kim, ines]) {
        let (fresh, _) = View::fresh(house, who).await;
        let differences = view.of_turns_in(&fresh).differences(&fresh);
        let handle = &who.person.handle;
        assert!(
            differences.is_empty(),
            "{handle}, seed {seed}: {differences:#?}"
        );
        assert_eq!(resets, 0, "within retention nothing is reset, seed {seed}");
        broken += breaks;
    }
    broken
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_snapshot_and_the_stream_end_as_a_fresh_snapshot() {
    let mut broken = 0;
    for seed in 0..10 {
        let house = House::new().await;
        broken += live_and_watch(&house, &house, seed).await;
    }
    assert!(broken >= 50, "the streams broke only {broken} times");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_another_node_too_the_stream_ends_as_a_fresh_snapshot() {
    for seed in 100..103 {
        let house = House::new().await;
        live_and_watch(&house, &house.another_node().await, seed).await;
    }
    for seed in 200..203 {
        let Some(house) = House::on_postgres().await else {
            return;
        };
        live_and_watch(&house, &house.another_node().await, seed).await;
    }
}
