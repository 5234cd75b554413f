//! Messages that wait, as their author sees them and nobody else.

use serde_json::{Value, json};
use switchboard_model::{
    ThreadId,
    outcome::{Failure, OutcomeCode},
    person::Role,
    turn::Outcome,
};

use crate::{
    follower::Events,
    house::{House, Someone},
};

async fn queue(house: &House, who: &Someone, thread: ThreadId, text: &str) -> Value {
    let path = format!("/api/threads/{thread}/queue");
    let answer = house
        .tell(who, "POST", &path, &json!({ "text": text }))
        .await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    answer.body
}

fn path(queued: &Value) -> String {
    format!("/api/queue/{}", queued["id"].as_str().unwrap())
}

#[tokio::test]
async fn what_waits_is_shown_changed_sent_and_taken_back() {
    let house = House::new().await;
    let mara = house.person("mara", Role::Member).await;
    house.assistant("helper", &mara).await;
    let thread = house.thread(&mara, &json!({})).await;
    house.say(&mara, thread, "@helper hello").await;
    let mut events = Events::open(&house, &mara, None).await;
    events.until("ready").await;
    let first = queue(&house, &mara, thread, "first").await;
    let second = queue(&house, &mara, thread, "second").await;
    assert_eq!((&first["place"], &second["place"]), (&json!(1), &json!(2)));
    assert_eq!(
        (&first["held"], &first["attachments"]),
        (&Value::Null, &json!([]))
    );
    // What waits is told as it is when it is told: both at once, if the first was not told before the second came.
    loop {
        let told = events.until("queue").await.data;
        assert_eq!(told["thread_id"], thread.to_string());
        if told["items"].as_array().unwrap().len() == 2 {
            break;
        }
    }

    let new = json!({ "text": "the first" });
    let changed = house.tell(&mara, "PATCH", &path(&first), &new).await;
    assert_eq!(
        (changed.status.as_u16(), &changed.body["text"]),
        (200, &json!("the first"))
    );
    let listed = format!("/api/threads/{thread}/queue");
    let texts = |queue: &Value| {
        let items = queue["items"].as_array().unwrap().iter();
        items
            .map(|item| item["text"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        texts(&house.get(&mara, &listed).await),
        ["the first", "second"]
    );

    let claimed = house.claim().await.unwrap();
    let (turn, fence) = (claimed.turn.id, claimed.fence);
    let outcome = Outcome::Failed(Failure::new(OutcomeCode::TimedOut, "too slow"));
    house.store.finish(turn, fence, outcome).await.unwrap();
    let held = house.get(&mara, &listed).await["items"][0]["held"].clone();
    assert_eq!(held, json!({ "code": "timed_out", "until": null }));

    let sent = house
        .ask(&mara, "POST", &format!("{}/send", path(&second)))
        .await;
    assert_eq!(sent.status, 201, "{}", sent.body);
    assert_eq!(sent.body["message"]["client_id"], second["id"]);
    let left = house.get(&mara, &listed).await;
    assert_eq!(
        (texts(&left), &left["items"][0]["held"]),
        (vec!["the first".to_owned()], &Value::Null)
    );
    assert_eq!(house.ask(&mara, "DELETE", &path(&first)).await.status, 204);
    for (method, path) in [
        ("POST", format!("{}/send", path(&second))),
        ("DELETE", path(&first)),
    ] {
        assert_eq!(house.ask(&mara, method, &path).await.status, 404, "{path}");
    }
    loop {
        let told = events.until("queue").await.data;
        if told["items"] == json!([]) {
            break;
        }
    }
}

#[tokio::test]
async fn nobody_else_sees_what_waits() {
    let house = House::new().await;
    let (mara, kim) = (
        house.person("mara", Role::Member).await,
        house.person("kim", Role::Admin).await,
    );
    let thread = house.thread(&mara, &json!({ "visibility": "open" })).await;
    let hidden = house.thread(&mara, &json!({})).await;
    let mut events = Events::open(&house, &kim, None).await;
    events.until("ready").await;
    let queued = queue(&house, &mara, thread, "mine").await;
    let listed = house
        .get(&kim, &format!("/api/threads/{thread}/queue"))
        .await;
    assert_eq!(listed["items"], json!([]));
    let text = json!({ "text": "yours" });
    for (method, path) in [
        ("PATCH", path(&queued)),
        ("DELETE", path(&queued)),
        ("POST", format!("{}/send", path(&queued))),
        ("POST", format!("/api/threads/{hidden}/queue")),
    ] {
        let answer = house.tell(&kim, method, &path, &text).await;
        assert_eq!(answer.status, 404, "{method} {path}");
    }
    assert_eq!(
        house
            .ask(&kim, "GET", &format!("/api/threads/{hidden}/queue"))
            .await
            .status,
        404
    );
    // The next that Kim hears of is something else.
    house.say(&mara, thread, "for all").await;
    loop {
        let event = events.next().await.unwrap();
        assert_ne!(event.name, "queue");
        if event.name == "message" {
            break;
        }
    }
}

#[tokio::test]
async fn the_same_client_id_queues_once_and_a_full_queue_says_so() {
    let house = House::new().await;
    let mara = house.person("mara", Role::Member).await;
    let thread = house.thread(&mara, &json!({})).await;
    let path = format!("/api/threads/{thread}/queue");
    let body = json!({ "text": "hello", "client_id": "c-1" });
    let first = house.tell(&mara, "POST", &path, &body).await;
    let again = house.tell(&mara, "POST", &path, &body).await;
    assert_eq!((first.status.as_u16(), again.status.as_u16()), (201, 200));
    assert_eq!(first.body, again.body);
    let other = json!({ "text": "other", "client_id": "c-1" });
    let refused = house.tell(&mara, "POST", &path, &other).await;
    assert_eq!(
        (refused.status.as_u16(), refused.code()),
        (409, "client_id_reused")
    );
    for n in 1..20 {
        queue(&house, &mara, thread, &format!("{n}")).await;
    }
    let refused = house
        .tell(&mara, "POST", &path, &json!({ "text": "more" }))
        .await;
    assert_eq!(
        (refused.status.as_u16(), refused.code()),
        (409, "queue_full")
    );
    for body in [
        json!({ "text": " " }),
        json!({}),
        json!({ "text": "x", "attachments": ["y"] }),
    ] {
        let refused = house.tell(&mara, "POST", &path, &body).await;
        assert_eq!(refused.status, 422, "{body}: {}", refused.body);
    }
}

#[tokio::test]
async fn a_queue_is_read_arranged_changed_and_cleared_where_it_stands() {
    let house = House::new().await;
    let mara = house.person("mara", Role::Member).await;
    let thread = house.thread(&mara, &json!({})).await;
    let other = house.thread(&mara, &json!({})).await;
    house.assistant("helper", &mara).await;
    house.say(&mara, thread, "@helper go").await;
    let mut ids = Vec::new();
    for text in ["one", "two", "three"] {
        let queued = queue(&house, &mara, thread, text).await;
        ids.push(queued["id"].as_str().unwrap().to_owned());
    }
    let all = format!("/api/threads/{thread}/queue");
    let texts = |list: &serde_json::Value| {
        let items = list["items"].as_array().unwrap();
        let texts: Vec<_> = items
            .iter()
            .map(|one| one["text"].as_str().unwrap())
            .collect();
        texts.join(" ")
    };
    let order = json!({ "order": [ids[2], ids[0]] });
    let arranged = house.tell(&mara, "PATCH", &all, &order).await;
    assert_eq!(texts(&arranged.body), "three one two");
    for (order, status) in [
        (json!({ "order": [ids[0], ids[0]] }), 404),
        (json!({ "order": [mara.person.id.to_string()] }), 404),
        (json!({ "order": ["x"] }), 422),
        (json!({ "order": vec![&ids[0]; 21] }), 422),
        (json!({}), 422),
    ] {
        let refused = house.tell(&mara, "PATCH", &all, &order).await;
        assert_eq!(refused.status, status, "{order}: {}", refused.body);
    }
    assert_eq!(texts(&house.get(&mara, &all).await), "three one two");

    let one = format!("{all}/{}", ids[0]);
    let read = house.get(&mara, &one).await;
    assert_eq!((&read["text"], &read["place"]), (&json!("one"), &json!(2)));
    let patch = json!({ "text": "first", "before": ids[2] });
    let changed = house.tell(&mara, "PATCH", &one, &patch).await;
    assert_eq!(changed.body["place"], 1, "{}", changed.body);
    let elsewhere = format!("/api/threads/{other}/queue/{}", ids[0]);
    for method in ["GET", "DELETE"] {
        assert_eq!(house.ask(&mara, method, &elsewhere).await.status, 404);
    }
    assert_eq!(house.ask(&mara, "DELETE", &one).await.status, 204);
    assert_eq!(house.ask(&mara, "GET", &one).await.status, 404);
    assert_eq!(texts(&house.get(&mara, &all).await), "three two");
    for _ in 0..2 {
        assert_eq!(house.ask(&mara, "DELETE", &all).await.status, 204);
        assert_eq!(texts(&house.get(&mara, &all).await), "");
    }
}
