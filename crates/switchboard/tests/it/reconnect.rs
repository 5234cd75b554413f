//! The event stream under disconnects: no reset, no gap, no double; and a snapshot brought forward by
//! the stream is the same as a fresh one.

use std::collections::{BTreeMap, HashSet};

use serde_json::Value;
use switchboard_testkit::{Client, Codex, Event, House, Options};

use crate::{
    kills::Dice,
    support::{BINARY, house_with_script, on_both, text},
};

/// Several steps, so that there is a middle to disconnect in.
const STEPS: &str = r#"
begin
for step in 1 2 3; do
  say $step "step $step of ${asked#@chatgpt }"
  sleep 0.02
done
say 4 "answer to ${asked#@chatgpt }"
end
"#;

/// What a page knows: everything by kind and id, the newest last.
#[derive(Default)]
struct View {
    things: BTreeMap<(String, String), Value>,
    /// Where to go on from.
    cursor: Option<String>,
    told: HashSet<String>,
    /// The position of the newest durable event.
    newest: u64,
}

impl View {
    async fn snapshot(client: &Client, thread: &str) -> Self {
        let page = client
            .get(&format!("/api/threads/{thread}/messages?limit=200"))
            .await;
        assert!(page["next"].is_null(), "one page");
        let mut view = Self {
            cursor: Some(text(&page, "pos").to_owned()),
            ..Self::default()
        };
        for message in page["items"].as_array().unwrap() {
            view.put("message", message);
        }
        for turn in page["turns"].as_array().unwrap() {
            view.put("turn", turn);
            for item in client.items(text(turn, "id")).await {
                view.put("item", &item);
            }
        }
        view
    }

    fn put(&mut self, kind: &str, thing: &Value) {
        let key = (kind.to_owned(), text(thing, "id").to_owned());
        self.things.insert(key, thing.clone());
    }

    /// Whether this turn has not ended yet, as far as is known.
    fn awaits(&self, turn: &str) -> bool {
        let known = self.things.get(&("turn".to_owned(), turn.to_owned()));
        known.is_none_or(|turn| {
            let state = text(turn, "state");
            ["queued", "running"].contains(&state)
        })
    }

    fn hear(&mut self, event: &Event) {
        assert_ne!(event.name, "reset", "{event:?}");
        if let Some(id) = &event.id {
            assert!(self.told.insert(id.clone()), "told twice: {event:?}");
            let (_, position) = id.split_once('.').unwrap();
            let position = position.parse().unwrap();
            assert!(position > self.newest, "out of order: {event:?}");
            self.newest = position;
            self.cursor = Some(id.clone());
        }
        if ["message", "turn", "item"].contains(&event.name.as_str()) {
            self.put(&event.name, &event.data);
        }
        if event.name == "turn" {
            // What a run produced that was put back is older than the turn's present start.
            let (turn, start) = (&event.data["id"], event.data["started_at"].as_i64());
            self.things.retain(|(kind, _), thing| {
                let mine = kind == "item" && thing["turn_id"] == *turn;
                !mine || start.is_some_and(|start| thing["started_at"].as_i64() >= Some(start))
            });
        }
    }

    /// What is compared: the thread's messages, turns and items, without what only an author or a
    /// queue sees.
    fn of_thread(&self, thread: &str) -> BTreeMap<(String, String), Value> {
        let mut things = self.things.clone();
        things.retain(|_, thing| thing["thread_id"] == thread);
        for thing in things.values_mut() {
            thing.as_object_mut().unwrap().remove("position");
        }
        things
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_disconnects_in_mid_stream_give_no_reset_no_gap_and_no_double() {
    let options = Options {
        codex: Codex::Script(STEPS.into()),
        ..Options::default()
    };
    for options in on_both(options).await {
        let mut dice = Dice::thrown();
        let house = House::start(BINARY, options).await;
        let client = house.client();
        let threads = [client.thread().await, client.thread().await];
        let mut view = View::default();
        let mut events = client.events(None).await;
        let ready = events.next_where(|event| event.name == "ready").await;
        view.cursor = Some(text(&ready.data, "pos").to_owned());
        let mut turns = Vec::new();
        for round in 0..50_usize {
            let asked = format!("@chatgpt question {round}");
            turns.push(client.ask(&threads[round % 2], &asked).await);
            // At least eight things are told of each turn, so there is always a next event.
            for _ in 0..dice.below(8) {
                view.hear(&events.next().await.unwrap());
            }
            drop(events);
            events = client.events(view.cursor.as_deref()).await;
        }
        while turns.iter().any(|turn| view.awaits(turn)) {
            view.hear(&events.next().await.unwrap());
        }
        for thread in &threads {
            let fresh = View::snapshot(&client, thread).await.of_thread(thread);
            assert_eq!(fresh.len(), 25 * (2 + 1 + 4), "all of it is there");
            assert_eq!(view.of_thread(thread), fresh);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_snapshot_and_the_stream_after_it_are_a_fresh_snapshot() {
    let mut dice = Dice::thrown();
    let house = house_with_script(STEPS).await;
    let client = house.client();
    let thread = client.thread().await;
    for round in 0..12 {
        // Opened first: a turn tells at least eight things, of which some may be over by now.
        let mut before = client.events(None).await;
        let turn = client
            .ask(&thread, &format!("@chatgpt question {round}"))
            .await;
        for _ in 0..dice.below(8) {
            before.next().await;
        }
        let mut view = View::snapshot(&client, &thread).await;
        let mut events = client.events(view.cursor.as_deref()).await;
        while view.awaits(&turn) {
            view.hear(&events.next().await.unwrap());
        }
        let fresh = View::snapshot(&client, &thread).await;
        assert_eq!(
            view.of_thread(&thread),
            fresh.of_thread(&thread),
            "round {round}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn deltas_and_items_tell_the_same_text() {
    let house = crate::support::house().await;
    let client = house.client();
    let thread = client.thread().await;
    let mut events = client.events(None).await;
    let turn = client
        .ask(&thread, "@chatgpt mock: slow 20 chunks 5ms")
        .await;
    let mut texts: BTreeMap<String, String> = BTreeMap::new();
    loop {
        let event = events.next().await.unwrap();
        match event.name.as_str() {
            "delta" if event.data["turn_id"] == turn.as_str() => {
                let so_far = texts
                    .entry(text(&event.data, "item_id").to_owned())
                    .or_default();
                let offset = event.data["offset"].as_u64().unwrap() as usize;
                if offset <= so_far.len() {
                    so_far.truncate(offset);
                    so_far.push_str(text(&event.data, "text"));
                }
            }
            "item" => {
                texts.insert(
                    text(&event.data, "id").to_owned(),
                    text(&event.data, "text").to_owned(),
                );
            }
            "turn" if event.data["state"] == "done" => break,
            _ => {}
        }
    }
    for item in client.items(&turn).await {
        assert_eq!(texts[text(&item, "id")], text(&item, "text"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cursor_of_another_database_is_answered_with_a_reset() {
    let house = crate::support::house().await;
    let client = house.client();
    for foreign in ["0000.1", "nonsense", ""] {
        let mut events = client.events(Some(foreign)).await;
        let first = events.next().await.unwrap();
        let expected = if foreign.is_empty() { "ready" } else { "reset" };
        assert_eq!(first.name, expected, "{foreign:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_and_a_restart_of_the_server_are_no_reset_either() {
    let options = Options {
        codex: Codex::Script(STEPS.into()),
        ..Options::default()
    };
    for options in on_both(options).await {
        let mut house = House::start(BINARY, options).await;
        let token = house.run_ok(&["tokens", "create", "--name", "viewer"]);
        let mut client = Client::new(house.base(), &token);
        let thread = client.thread().await;
        let mut view = View::snapshot(&client, &thread).await;
        let mut turn = String::new();
        for round in 0..5 {
            let mut events = client.events(view.cursor.as_deref()).await;
            turn = client
                .ask(&thread, &format!("@chatgpt question {round}"))
                .await;
            // The crash comes when the page has seen steps, which the next attempt starts without.
            loop {
                let event = events.next().await.unwrap();
                view.hear(&event);
                if event.name == "item" && event.data["turn_id"] == turn.as_str() {
                    break;
                }
            }
            house.kill();
            house.serve();
            client = Client::new(house.base(), &token);
        }
        let mut events = client.events(view.cursor.as_deref()).await;
        while view.awaits(&turn) {
            view.hear(&events.next().await.unwrap());
        }
        let fresh = View::snapshot(&client, &thread).await;
        assert_eq!(view.of_thread(&thread), fresh.of_thread(&thread));
    }
}
