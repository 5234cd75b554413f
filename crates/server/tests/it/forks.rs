//! Branching off: what a fork begins with, who sees where it comes from, and asking once more.

use serde_json::{Value, json};
use switchboard_model::{
    ThreadId,
    outcome::{Failure, OutcomeCode},
    person::Role,
    turn::Outcome,
};

use crate::house::{House, Someone};

/// A direct thread of two people with an assistant, in which "one" was answered with "1".
struct World {
    house: House,
    mara: Someone,
    eve: Someone,
    thread: ThreadId,
}

impl World {
    async fn new() -> Self {
        let house = House::new().await;
        let mara = house.person("mara", Role::Member).await;
        let eve = house.person("eve", Role::Member).await;
        house.assistant("helper", &mara).await;
        let body = json!({ "title": "Sums", "assistant": "helper" });
        let thread = house.thread(&mara, &body).await;
        let path = format!("/api/threads/{thread}/members");
        house
            .tell(&mara, "POST", &path, &json!({ "person": "eve" }))
            .await;
        let world = Self {
            house,
            mara,
            eve,
            thread,
        };
        world.ask("one").await;
        world.ends(Outcome::Replied { text: "1".into() }).await;
        world
    }

    /// Mara says this; the message.
    async fn ask(&self, text: &str) -> Value {
        let path = format!("/api/threads/{}/messages", self.thread);
        let posted = self
            .house
            .tell(&self.mara, "POST", &path, &json!({ "text": text }))
            .await;
        assert_eq!(posted.status, 201, "{}", posted.body);
        posted.body["message"].clone()
    }

    async fn ends(&self, outcome: Outcome) {
        let claimed = self.house.claim().await.unwrap();
        let store = &self.house.store;
        store
            .finish(claimed.turn.id, claimed.fence, outcome)
            .await
            .unwrap();
    }

    async fn messages(&self, thread: &str) -> Vec<Value> {
        let path = format!("/api/threads/{thread}/messages");
        let page = self.house.get(&self.mara, &path).await;
        page["items"].as_array().unwrap().clone()
    }

    async fn resend(&self, message: &Value, body: &Value) -> (u16, Value) {
        let path = format!("/api/messages/{}/resend", message["id"].as_str().unwrap());
        let answer = self.house.tell(&self.mara, "POST", &path, body).await;
        (answer.status.as_u16(), answer.body)
    }
}

fn failed() -> Outcome {
    Outcome::Failed(Failure::new(OutcomeCode::TimedOut, "too slow"))
}

fn texts(messages: &[Value]) -> Vec<&str> {
    messages
        .iter()
        .map(|message| message["text"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn a_fork_carries_over_what_was_said_up_to_a_message_and_follows_nothing_later() {
    let world = World::new().await;
    let (house, mara) = (&world.house, &world.mara);
    let at = format!("/api/threads/{}", world.thread);
    let reply = world
        .messages(&world.thread.to_string())
        .await
        .pop()
        .unwrap();
    let later = world.ask("later").await;
    world.ends(failed()).await;
    let body = json!({ "message": reply["id"], "client_id": "f" });
    let fork = house.tell(mara, "POST", &format!("{at}/fork"), &body).await;
    assert_eq!(fork.status, 201, "{}", fork.body);
    let fork = fork.body;
    assert_eq!(fork["title"], "Fork of Sums");
    assert_eq!(fork["visibility"], "private");
    assert_eq!(
        fork["assistant_id"],
        house.get(mara, &at).await["assistant_id"]
    );
    assert_eq!(
        fork["carried"],
        json!({ "title": "Sums", "messages": 2, "left_out": 0 })
    );
    let again = house.tell(mara, "POST", &format!("{at}/fork"), &body).await;
    assert_eq!(
        (again.status.as_u16(), &again.body["id"]),
        (200, &fork["id"])
    );
    let other = json!({ "message": later["id"], "client_id": "f" });
    let other = house
        .tell(mara, "POST", &format!("{at}/fork"), &other)
        .await;
    assert_eq!(other.status, 409);
    let first = &world.messages(&world.thread.to_string()).await[0];
    let edited = format!("/api/messages/{}", first["id"].as_str().unwrap());
    house
        .tell(mara, "PATCH", &edited, &json!({ "text": "one, better" }))
        .await;
    let there = format!("/api/threads/{}", fork["id"].as_str().unwrap());
    let carried = house.get(mara, &format!("{there}/carried")).await;
    assert_eq!(texts(carried["messages"].as_array().unwrap()), ["one", "1"]);
    assert_eq!(
        carried["source"],
        json!({ "thread_id": world.thread.to_string(), "seq": 2 })
    );
    // A fork of the fork goes on from the beginning of the first.
    let path = format!("{there}/messages");
    let said = house
        .tell(mara, "POST", &path, &json!({ "text": "two" }))
        .await
        .body;
    world.ends(failed()).await;
    let body = json!({ "message": said["message"]["id"] });
    let second = house
        .tell(mara, "POST", &format!("{there}/fork"), &body)
        .await
        .body;
    assert_eq!(second["title"], "Fork of Sums");
    let at = format!("/api/threads/{}", second["id"].as_str().unwrap());
    let carried = house.get(mara, &format!("{at}/carried")).await;
    assert_eq!(
        texts(carried["messages"].as_array().unwrap()),
        ["one", "1", "two"]
    );
}

#[tokio::test]
async fn where_a_fork_comes_from_is_told_only_to_those_who_may_go_there() {
    let world = World::new().await;
    let (house, mara, eve) = (&world.house, &world.mara, &world.eve);
    let reply = world
        .messages(&world.thread.to_string())
        .await
        .pop()
        .unwrap();
    let at = format!("/api/threads/{}", world.thread);
    let body = json!({ "message": reply["id"] });
    let fork = house
        .tell(eve, "POST", &format!("{at}/fork"), &body)
        .await
        .body;
    let there = format!("/api/threads/{}", fork["id"].as_str().unwrap());
    assert_eq!(
        house.ask(mara, "GET", &there).await.status,
        404,
        "it is Eve's alone"
    );
    let carried = house.get(eve, &format!("{there}/carried")).await;
    assert_eq!(carried["source"]["thread_id"], world.thread.to_string());
    let gone = format!("{at}/members/{}", eve.person.id);
    house.ask(mara, "DELETE", &gone).await;
    let carried = house.get(eve, &format!("{there}/carried")).await;
    assert_eq!(carried["source"], Value::Null);
    assert_eq!(
        texts(carried["messages"].as_array().unwrap()),
        ["one", "1"],
        "it is a copy"
    );
    let file = house.ask(eve, "GET", &format!("{there}/export")).await.body;
    let file = file.as_str().unwrap();
    assert!(
        file.contains("Carried over from Sums") && file.contains("> one"),
        "{file}"
    );
}

#[tokio::test]
async fn a_message_that_failed_is_changed_and_asked_again_in_its_place_once() {
    let world = World::new().await;
    let message = world.ask("wto").await;
    world.ends(failed()).await;
    let body = json!({ "text": "two", "client_id": "r" });
    let (status, resent) = world.resend(&message, &body).await;
    assert_eq!(
        (status, &resent["message"]["text"]),
        (201, &json!("two")),
        "{resent}"
    );
    assert_eq!(resent["message"]["id"], message["id"]);
    assert_eq!(resent["turns"][0]["state"], "queued");
    let (status, again) = world.resend(&message, &body).await;
    assert_eq!((status, &again["turns"]), (200, &resent["turns"]));
    let (status, open) = world.resend(&message, &json!({ "text": "2" })).await;
    assert_eq!((status, &open["code"]), (409, &json!("turn_open")));
    world.ends(Outcome::Replied { text: "2".into() }).await;
    let messages = world.messages(&world.thread.to_string()).await;
    assert_eq!(texts(&messages), ["one", "1", "two", "2"]);
}

#[tokio::test]
async fn a_message_that_was_answered_stays_and_is_asked_in_a_fork_that_begins_before_it() {
    let world = World::new().await;
    let (house, mara) = (&world.house, &world.mara);
    let message = world.ask("two").await;
    world.ends(Outcome::Replied { text: "2".into() }).await;
    let body = json!({ "text": "three", "client_id": "r" });
    let (status, resent) = world.resend(&message, &body).await;
    assert_eq!(status, 201, "{resent}");
    let fork = resent["message"]["thread_id"].as_str().unwrap();
    assert_ne!(fork, world.thread.to_string());
    assert_eq!(texts(&world.messages(fork).await), ["three"]);
    let carried = house
        .get(mara, &format!("/api/threads/{fork}/carried"))
        .await;
    assert_eq!(texts(carried["messages"].as_array().unwrap()), ["one", "1"]);
    let (status, again) = world.resend(&message, &body).await;
    assert_eq!(
        (status, &again["message"]["id"]),
        (200, &resent["message"]["id"])
    );
    let here = world.messages(&world.thread.to_string()).await;
    assert_eq!(
        texts(&here),
        ["one", "1", "two", "2"],
        "nothing is overwritten"
    );
}
