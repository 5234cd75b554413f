//! A client of the event stream, as simple as one can be: it keeps what it was told under (kind, id), and
//! reads afresh what it is told to. Knows the API and nothing of the server.

use std::collections::{BTreeMap, BTreeSet};

use axum::body::{Body, BodyDataStream};
use futures_util::StreamExt;
use serde_json::Value;

use crate::house::{House, Someone};

/// One event, as it came.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    pub id: Option<String>,
    pub name: String,
    pub data: Value,
}

/// An open event stream.
pub struct Events {
    body: BodyDataStream,
    rest: String,
}

impl Events {
    /// Opens the stream after a position, or from now on.
    pub async fn open(house: &House, who: &Someone, after: Option<&str>) -> Self {
        let mut request = house.request(Some(who), "GET", "/api/events");
        if let Some(after) = after {
            request = request.header("last-event-id", after);
        }
        Self::of(house, request.body(Body::empty()).unwrap()).await
    }

    pub async fn of(house: &House, request: axum::http::Request<Body>) -> Self {
        use tower::ServiceExt;
        let response = house.router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status().as_u16(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert_eq!(response.headers()["x-accel-buffering"], "no");
        assert_eq!(response.headers()["cache-control"], "no-store");
        Self {
            body: response.into_body().into_data_stream(),
            rest: String::new(),
        }
    }

    /// The next event; `None` when the stream ended.
    pub async fn next(&mut self) -> Option<Event> {
        loop {
            while let Some(end) = self.rest.find("\n\n") {
                let block: String = self.rest.drain(..end + 2).collect();
                if let Some(event) = Self::event(&block) {
                    return Some(event);
                }
            }
            let piece = self.body.next().await?.unwrap();
            self.rest.push_str(std::str::from_utf8(&piece).unwrap());
        }
    }

    /// Reads on until an event of this name.
    pub async fn until(&mut self, name: &str) -> Event {
        loop {
            let event = self
                .next()
                .await
                .unwrap_or_else(|| panic!("the stream ended before {name}"));
            if event.name == name {
                return event;
            }
        }
    }

    /// Waits for a comment, with nothing before it; `None` when the stream ended.
    pub async fn comment(&mut self) -> Option<String> {
        assert_eq!(self.rest, "");
        let piece = self.body.next().await?.unwrap();
        Some(std::str::from_utf8(&piece).unwrap().trim_end().to_owned())
    }

    fn event(block: &str) -> Option<Event> {
        let (mut id, mut name, mut data) = (None, None, None);
        for line in block.lines().filter(|line| !line.is_empty()) {
            match line.split_once(": ") {
                Some(("id", value)) => id = Some(value.to_owned()),
                Some(("event", value)) => name = Some(value.to_owned()),
                Some(("data", value)) => data = Some(serde_json::from_str(value).unwrap()),
                Some(("retry", _)) => {}
                _ if line.starts_with(':') => {}
                other => panic!("a line that is none: {other:?}"),
            }
        }
        name.map(|name| Event {
            id,
            name,
            data: data.unwrap(),
        })
    }
}

/// Everything somebody sees, by id. Equal to a fresh one if nothing was missed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct View {
    pub threads: BTreeMap<String, Value>,
    pub messages: BTreeMap<String, Value>,
    pub turns: BTreeMap<String, Value>,
    pub items: BTreeMap<String, Value>,
    /// What waits of one's own, by thread; an empty queue is none.
    pub queues: BTreeMap<String, Value>,
}

fn text(value: &Value, key: &str) -> String {
    value[key]
        .as_str()
        .unwrap_or_else(|| panic!("no {key} in {value}"))
        .to_owned()
}

impl View {
    /// A snapshot of everything, and the oldest position in it.
    pub async fn fresh(house: &House, who: &Someone) -> (Self, String) {
        let mut view = Self::default();
        let mut pos = None;
        for archived in [false, true] {
            let page = house
                .get(who, &format!("/api/threads?limit=200&archived={archived}"))
                .await;
            pos.get_or_insert(text(&page, "pos"));
            for thread in page["items"].as_array().unwrap() {
                view.threads.insert(text(thread, "id"), thread.clone());
                view.read_thread(house, who, &text(thread, "id")).await;
            }
        }
        (view, pos.unwrap())
    }

    /// Reads one thread afresh.
    async fn refresh(&mut self, house: &House, who: &Someone, id: &str) {
        self.forget(id);
        let mut answer = house.ask(who, "GET", &format!("/api/threads/{id}")).await;
        if answer.status == 200 {
            answer.body.as_object_mut().unwrap().remove("members");
            self.threads.insert(id.to_owned(), answer.body);
            self.read_thread(house, who, id).await;
        }
    }

    async fn read_thread(&mut self, house: &House, who: &Someone, id: &str) {
        let answer = house
            .ask(who, "GET", &format!("/api/threads/{id}/messages?limit=200"))
            .await;
        if answer.status != 200 {
            return;
        }
        for message in answer.body["items"].as_array().unwrap() {
            self.messages.insert(text(message, "id"), message.clone());
        }
        let queue = house
            .ask(who, "GET", &format!("/api/threads/{id}/queue"))
            .await;
        self.keep_queue(id, &queue.body["items"]);
        for turn in answer.body["turns"].as_array().unwrap() {
            let id = text(turn, "id");
            self.turns.insert(id.clone(), turn.clone());
            let items = house
                .ask(who, "GET", &format!("/api/turns/{id}/items"))
                .await;
            if items.status == 200 {
                for item in items.body["items"].as_array().unwrap() {
                    self.items.insert(text(item, "id"), item.clone());
                }
            }
        }
    }

    fn keep_queue(&mut self, thread: &str, items: &Value) {
        match items.as_array() {
            Some(waiting) if !waiting.is_empty() => {
                self.queues.insert(thread.to_owned(), items.clone());
            }
            _ => drop(self.queues.remove(thread)),
        }
    }

    fn forget(&mut self, thread: &str) {
        self.threads.remove(thread);
        self.queues.remove(thread);
        for things in [&mut self.messages, &mut self.turns, &mut self.items] {
            things.retain(|_, thing| thing["thread_id"] != thread);
        }
    }

    /// Takes an event in.
    pub async fn take(&mut self, house: &House, who: &Someone, event: &Event) {
        let data = &event.data;
        match event.name.as_str() {
            "thread" if data["deleted"] == true => self.forget(&text(data, "id")),
            "thread" => drop(self.threads.insert(text(data, "id"), data.clone())),
            "message" => drop(self.messages.insert(text(data, "id"), data.clone())),
            "turn" => drop(self.turns.insert(text(data, "id"), data.clone())),
            "item" => drop(self.items.insert(text(data, "id"), data.clone())),
            "queue" => self.keep_queue(&text(data, "thread_id"), &data["items"]),
            "delta" => self.grow(data),
            "reset" => match data["thread_id"].as_str() {
                Some(thread) => self.refresh(house, who, thread).await,
                None => *self = Self::fresh(house, who).await.0,
            },
            "ready" | "approval" | "assistant" | "backend" | "person" | "members" | "presence" => {}
            other => panic!("an event that is none: {other}"),
        }
    }

    /// Adds text in flight to an open item: what is new of it, unless something before it is missing.
    fn grow(&mut self, delta: &Value) {
        let Some(item) = self.items.get_mut(&text(delta, "item_id")) else {
            return;
        };
        let mut so_far = text(item, "text");
        let offset = usize::try_from(delta["offset"].as_u64().unwrap()).unwrap();
        let added = text(delta, "text");
        let known = so_far.len().checked_sub(offset);
        if let Some(new) = known
            .and_then(|known| added.get(known..))
            .filter(|_| item["status"] == "open")
        {
            so_far.push_str(new);
            item["text"] = so_far.into();
        }
    }

    /// Leaves out what a snapshot does not show: attempts long before the newest, and what they produced.
    #[must_use]
    pub fn of_turns_in(mut self, fresh: &Self) -> Self {
        self.turns.retain(|id, _| fresh.turns.contains_key(id));
        self.items
            .retain(|_, item| fresh.turns.contains_key(&text(item, "turn_id")));
        self
    }

    /// What is not the same, both ways.
    pub fn differences(&self, other: &Self) -> Vec<(Option<Value>, Option<Value>)> {
        let mut found = Vec::new();
        for (mine, theirs) in [
            (&self.threads, &other.threads),
            (&self.messages, &other.messages),
            (&self.turns, &other.turns),
            (&self.items, &other.items),
            (&self.queues, &other.queues),
        ] {
            let ids: BTreeSet<&String> = mine.keys().chain(theirs.keys()).collect();
            let pairs = ids
                .into_iter()
                .map(|id| (mine.get(id).cloned(), theirs.get(id).cloned()));
            found.extend(pairs.filter(|(mine, theirs)| mine != theirs));
        }
        found
    }
}
