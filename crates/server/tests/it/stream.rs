//! The event stream, one behaviour at a time.

use std::time::{Duration, Instant};

use axum::{body::Body, http::StatusCode};
use serde_json::json;
use switchboard_model::{
    Millis, ThreadId,
    item::{Item, ItemBody, ItemStatus},
    person::Role,
    turn::Outcome,
};
use switchboard_store::{Claimed, Delta};

use crate::{
    follower::{Event, Events},
    house::{House, Someone},
};

/// A turn at work in a fresh thread.
async fn at_work(house: &House, who: &Someone) -> (ThreadId, Claimed) {
    house.assistant("helper", who).await;
    let thread = house.thread(who, &json!({})).await;
    house.say(who, thread, "@helper go").await;
    (thread, house.claim().await.unwrap())
}

fn text_item(house: &House, claimed: &Claimed, text: &str) -> Item {
    Item {
        id: house.store.ids().make(),
        turn: claimed.turn.id,
        thread: claimed.turn.thread,
        seq: 1,
        status: ItemStatus::Open,
        body: ItemBody::Text,
        agent: None,
        text: text.to_owned(),
        started_at: Millis(1),
        ended_at: None,
    }
}

#[tokio::test]
async fn a_stream_without_a_cursor_begins_with_ready_and_goes_on_from_there() {
    let house = House::new().await;
    let mara = house.person("mara", Role::Admin).await;
    let thread = house.thread(&mara, &json!({})).await;
    let mut events = Events::open(&house, &mara, None).await;
    let ready = events.next().await.unwrap();
    assert_eq!((ready.name.as_str(), ready.id), ("ready", None));
    house.say(&mara, thread, "hello").await;
    let message = events.until("message").await;
    assert_eq!(message.data["text"], "hello");
    let epoch = ready.data["pos"]
        .as_str()
        .unwrap()
        .rsplit_once('.')
        .unwrap()
        .0
        .to_owned();
    assert!(message.id.unwrap().starts_with(&epoch));
}

#[tokio::test]
async fn a_stream_resumes_after_the_last_event_without_gap_or_double() {
    let house = House::new().await;
    let mara = house.person("mara", Role::Admin).await;
    let thread = house.thread(&mara, &json!({})).await;
    let mut events = Events::open(&house, &mara, None).await;
    events.until("ready").await;
    house.say(&mara, thread, "one").await;
    let mut last = events.until("message").await;
    drop(events);
    let mut heard = vec![last.data["text"].clone()];
    for (written, text) in ["two", "three", "four"].into_iter().enumerate() {
        house.say(&mara, thread, text).await;
        // Each time the stream breaks after the first message that is new.
        if written != 1 {
            let mut events = Events::open(&house, &mara, last.id.as_deref()).await;
            let new = if written == 0 { 1 } else { 2 };
            for _ in 0..new {
                last = events.until("message").await;
                heard.push(last.data["text"].clone());
            }
        }
    }
    assert_eq!(heard, ["one", "two", "three", "four"]);
}

#[tokio::test]
async fn the_query_names_the_first_cursor_and_the_header_outranks_it() {
    let house = House::new().await;
    let mara = house.person("mara", Role::Admin).await;
    let first = house.get(&mara, "/api/threads").await["pos"]
        .as_str()
        .unwrap()
        .to_owned();
    let thread = house.thread(&mara, &json!({})).await;
    let later = house.get(&mara, "/api/threads").await["pos"]
        .as_str()
        .unwrap()
        .to_owned();
    house.say(&mara, thread, "hello").await;

    let request = || house.request(Some(&mara), "GET", &format!("/api/events?after={first}"));
    let mut events = Events::of(&house, request().body(Body::empty()).unwrap()).await;
    let mut by_query = Vec::new();
    while let Some(event) = events.next().await.filter(|event| event.name != "ready") {
        by_query.push(event.name);
    }
    assert!(
        by_query.contains(&"reset".to_owned()),
        "being made a member comes after the first: {by_query:?}"
    );
    let mut events = Events::of(
        &house,
        request()
            .header("last-event-id", later)
            .body(Body::empty())
            .unwrap(),
    )
    .await;
    let mut by_header = Vec::new();
    while let Some(event) = events.next().await.filter(|event| event.name != "ready") {
        by_header.push(event.name);
    }
    assert_eq!(by_header, ["message", "thread"]);
}

#[tokio::test]
async fn a_cursor_of_another_database_or_from_the_future_is_answered_by_reset() {
    let house = House::new().await;
    let mara = house.person("mara", Role::Admin).await;
    let now = house.get(&mara, "/api/threads").await["pos"]
        .as_str()
        .unwrap()
        .to_owned();
    let (epoch, _) = now.rsplit_once('.').unwrap();
    for cursor in [
        "elsewhere.1".to_owned(),
        format!("{epoch}.999999999"),
        "nonsense".to_owned(),
    ] {
        let mut events = Events::open(&house, &mara, Some(&cursor)).await;
        let reset = events.next().await.unwrap();
        assert_eq!(
            (reset.name.as_str(), &reset.data),
            ("reset", &json!({})),
            "{cursor}"
        );
        assert_eq!(
            reset.id.as_deref(),
            Some(now.as_str()),
            "the stream goes on from now"
        );
        assert_eq!(events.next().await.unwrap().name, "ready");
    }
}

#[tokio::test]
async fn text_in_flight_reaches_a_stream_and_carries_no_id() {
    let house = House::new().await;
    let mara = house.person("mara", Role::Admin).await;
    let (thread, claimed) = at_work(&house, &mara).await;
    let item = text_item(&house, &claimed, "");
    house
        .store
        .put_items(claimed.turn.id, claimed.fence, vec![item.clone()])
        .await
        .unwrap();
    let mut events = Events::open(&house, &mara, None).await;
    assert_eq!(events.next().await.unwrap().name, "ready");
    assert_eq!(
        events.next().await.unwrap().name,
        "item",
        "open items come on connecting"
    );
    let delta = Delta {
        thread,
        turn: claimed.turn.id,
        item: item.id,
        offset: 0,
        text: "hé\n".to_owned(),
    };
    house.engine.bus().send(delta);
    let expected = Event {
        id: None,
        name: "delta".to_owned(),
        data: json!({
            "thread_id": thread.to_string(),
            "turn_id": claimed.turn.id.to_string(),
            "item_id": item.id.to_string(),
            "offset": 0,
            "text": "hé\n",
        }),
    };
    assert_eq!(events.next().await.unwrap(), expected);
}

#[tokio::test]
async fn a_turn_that_ends_with_a_reply_says_both() {
    let house = House::new().await;
    let mara = house.person("mara", Role::Admin).await;
    let (_, claimed) = at_work(&house, &mara).await;
    let mut events = Events::open(&house, &mara, None).await;
    events.until("ready").await;
    let reply = Outcome::Replied {
        text: "4".to_owned(),
    };
    house
        .store
        .finish(claimed.turn.id, claimed.fence, reply)
        .await
        .unwrap();
    let (mut message, mut turn) = (None, None);
    while message.is_none() || turn.is_none() {
        let event = events.next().await.unwrap();
        match event.name.as_str() {
            "message" => message = Some(event.data),
            "turn" => turn = Some(event.data),
            _ => {}
        }
    }
    let (message, turn) = (message.unwrap(), turn.unwrap());
    assert_eq!(
        (&turn["state"], &turn["reply_id"]),
        (&json!("done"), &message["id"])
    );
    assert_eq!(message["turn_id"], turn["id"]);
}

#[tokio::test]
async fn nothing_of_a_private_thread_reaches_others() {
    let house = House::new().await;
    let (mara, kim) = (
        house.person("mara", Role::Member).await,
        house.person("kim", Role::Admin).await,
    );
    let (thread, claimed) = at_work(&house, &mara).await;
    let mut events = Events::open(&house, &kim, None).await;
    events.until("ready").await;
    let item = text_item(&house, &claimed, "secret");
    house
        .store
        .put_items(claimed.turn.id, claimed.fence, vec![item.clone()])
        .await
        .unwrap();
    let delta = Delta {
        thread,
        turn: claimed.turn.id,
        item: item.id,
        offset: 6,
        text: "secret".to_owned(),
    };
    house.engine.bus().send(delta);
    house.say(&mara, thread, "secret").await;
    let open = house
        .thread(&mara, &json!({ "visibility": "open", "title": "for all" }))
        .await;
    house.say(&mara, open, "hello everyone").await;
    let mut heard = Vec::new();
    while !heard.iter().any(|event: &Event| event.name == "message") {
        heard.push(events.next().await.unwrap());
    }
    assert!(
        heard
            .iter()
            .all(|event| !event.data.to_string().contains(&thread.to_string())),
        "{heard:?}"
    );
}

#[tokio::test]
async fn who_gains_or_loses_a_thread_is_told_to_read_it_afresh() {
    let house = House::new().await;
    let (mara, kim) = (
        house.person("mara", Role::Member).await,
        house.person("kim", Role::Member).await,
    );
    let thread = house.thread(&mara, &json!({})).await;
    let mut events = Events::open(&house, &kim, None).await;
    events.until("ready").await;
    let expected = json!({ "thread_id": thread.to_string() });
    let path = format!("/api/threads/{thread}");

    house
        .tell(
            &mara,
            "POST",
            &format!("{path}/members"),
            &json!({ "person": "kim" }),
        )
        .await;
    assert_eq!(events.until("reset").await.data, expected);
    house
        .store
        .remove_member(mara.person.id, thread, kim.person.id)
        .await
        .unwrap();
    assert_eq!(events.until("reset").await.data, expected);
    assert_eq!(
        house.ask(&kim, "GET", &path).await.status,
        StatusCode::NOT_FOUND
    );
    house
        .tell(&mara, "PATCH", &path, &json!({ "visibility": "open" }))
        .await;
    assert_eq!(events.until("reset").await.data, expected);
    assert_eq!(house.ask(&kim, "GET", &path).await.status, StatusCode::OK);
    let last = events.until("thread").await.id;
    drop(events);

    house
        .tell(&mara, "PATCH", &path, &json!({ "visibility": "private" }))
        .await;
    let mut events = Events::open(&house, &kim, last.as_deref()).await;
    assert_eq!(
        events.until("reset").await.data,
        expected,
        "also when it happened while nobody listened"
    );
}

#[tokio::test]
async fn a_deleted_thread_is_told_to_those_who_could_see_it() {
    let house = House::new().await;
    let mara = house.person("mara", Role::Member).await;
    let thread = house.thread(&mara, &json!({})).await;
    let pos = house.get(&mara, "/api/threads").await["pos"]
        .as_str()
        .unwrap()
        .to_owned();
    house
        .ask(&mara, "DELETE", &format!("/api/threads/{thread}"))
        .await;
    let mut events = Events::open(&house, &mara, Some(&pos)).await;
    let gone = events.until("thread").await;
    assert_eq!(
        gone.data,
        json!({ "id": thread.to_string(), "deleted": true })
    );
}

#[tokio::test]
async fn the_author_of_a_message_hears_its_client_id_and_others_do_not() {
    let house = House::new().await;
    let (mara, kim) = (
        house.person("mara", Role::Member).await,
        house.person("kim", Role::Member).await,
    );
    let thread = house.thread(&mara, &json!({ "visibility": "open" })).await;
    let mut own = Events::open(&house, &mara, None).await;
    let mut others = Events::open(&house, &kim, None).await;
    own.until("ready").await;
    others.until("ready").await;
    let path = format!("/api/threads/{thread}/messages");
    house
        .tell(
            &mara,
            "POST",
            &path,
            &json!({ "text": "x", "client_id": "echo" }),
        )
        .await;
    assert_eq!(own.until("message").await.data["client_id"], "echo");
    assert!(
        others
            .until("message")
            .await
            .data
            .get("client_id")
            .is_none()
    );
}

#[tokio::test]
async fn those_behind_in_a_queue_hear_that_they_moved_up() {
    let house = House::new().await;
    let mara = house.person("mara", Role::Admin).await;
    let (thread, claimed) = at_work(&house, &mara).await;
    let mut waiting = Vec::new();
    for text in ["@helper second", "@helper third"] {
        waiting.push(house.say(&mara, thread, text).await["turns"][0]["id"].clone());
    }
    let last = waiting[1].as_str().unwrap();
    let before = house.get(&mara, &format!("/api/turns/{last}")).await["position"]
        .as_i64()
        .unwrap();
    let mut events = Events::open(&house, &mara, None).await;
    events.until("ready").await;
    house
        .store
        .finish(claimed.turn.id, claimed.fence, Outcome::Cancelled)
        .await
        .unwrap();
    house.claim().await.unwrap();
    loop {
        let turn = events.until("turn").await;
        if turn.data["id"] == *last && turn.data["position"].as_i64() < Some(before) {
            assert_eq!(turn.id, None, "its row did not change");
            break;
        }
    }
}

#[tokio::test]
async fn a_revoked_session_or_token_ends_its_streams_at_once() {
    let house = House::new().await;
    let mara = house.person("mara", Role::Admin).await;
    let cookie = house.cookie(&mara).await;
    let request = house
        .request(None, "GET", "/api/events")
        .header("cookie", format!("sb={cookie}"));
    let mut by_session = Events::of(&house, request.body(Body::empty()).unwrap()).await;
    let mut by_token = Events::open(&house, &mara, None).await;
    by_session.until("ready").await;
    by_token.until("ready").await;
    let session = house.identity.sessions(mara.person.id).await.unwrap()[0].id;
    house
        .ask(&mara, "DELETE", &format!("/api/sessions/{session}"))
        .await;
    assert_eq!(by_session.next().await, None);
    let token = house.identity.tokens(mara.person.id).await.unwrap()[0].id;
    house
        .ask(&mara, "DELETE", &format!("/api/tokens/{token}"))
        .await;
    assert_eq!(by_token.next().await, None);
}

#[tokio::test]
async fn a_stream_ends_when_the_server_is_told_to_stop() {
    let house = House::new().await;
    let mara = house.person("mara", Role::Admin).await;
    let mut events = Events::open(&house, &mara, None).await;
    events.until("ready").await;
    house.supervisor.shutdown(Duration::from_secs(5)).await;
    assert_eq!(events.next().await, None);
}

#[tokio::test]
async fn a_person_has_a_bounded_number_of_streams() {
    let house = House::new().await;
    let mara = house.person("mara", Role::Admin).await;
    let mut open = Vec::new();
    for _ in 0..32 {
        open.push(Events::open(&house, &mara, None).await);
    }
    let refused = house.ask(&mara, "GET", "/api/events").await;
    assert_eq!(
        (refused.status, refused.code()),
        (StatusCode::TOO_MANY_REQUESTS, "too_many_streams")
    );
    open.pop();
    open.push(Events::open(&house, &mara, None).await);
    assert_eq!(open.len(), 32);
}

#[tokio::test]
async fn a_viewer_that_reads_nothing_for_long_still_hears_everything_once() {
    let house = House::new().await;
    let mara = house.person("mara", Role::Admin).await;
    let thread = house.thread(&mara, &json!({})).await;
    let mut events = Events::open(&house, &mara, None).await;
    events.until("ready").await;
    // More than the feed keeps for those who fall behind.
    for number in 0..1100 {
        house.say(&mara, thread, &format!("{number}")).await;
    }
    let mut heard = Vec::new();
    while heard.last().is_none_or(|last| *last != 1099) {
        let message = events.until("message").await;
        heard.push(
            message.data["text"]
                .as_str()
                .unwrap()
                .parse::<i32>()
                .unwrap(),
        );
    }
    assert_eq!(heard, (0..1100).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_silent_stream_beats_at_least_every_25_seconds() {
    let house = House::new().await;
    let mara = house.person("mara", Role::Admin).await;
    let mut events = Events::open(&house, &mara, None).await;
    events.until("ready").await;
    let begun = Instant::now();
    let beat = events.comment().await;
    assert_eq!(beat.as_deref(), Some(": beat"));
    let silent = begun.elapsed();
    assert!(silent < Duration::from_secs(25), "{silent:?}");
}
