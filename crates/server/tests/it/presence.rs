//! Who hears where somebody is.

use axum::http::StatusCode;
use serde_json::{Value, json};
use switchboard_model::person::Role;

use crate::{
    follower::Events,
    house::{House, Someone},
};

async fn say(house: &House, who: &Someone, thread: Option<&str>, typing: bool) -> StatusCode {
    let body = json!({ "thread_id": thread, "typing": typing });
    house.tell(who, "POST", "/api/presence", &body).await.status
}

/// What is told of somebody next.
async fn heard(events: &mut Events, of: &Someone) -> Value {
    loop {
        let event = events.until("presence").await;
        if event.data["person_id"] == of.person.id.to_string() {
            assert_eq!(event.id, None, "nothing to resume after");
            return event.data;
        }
    }
}

#[tokio::test]
async fn who_comes_is_told_to_all_and_who_is_here_to_who_comes() {
    let house = House::new().await;
    let (mara, kim) = (
        house.person("mara", Role::Member).await,
        house.person("kim", Role::Member).await,
    );
    let mut first = Events::open(&house, &mara, None).await;
    first.until("ready").await;
    let mut second = Events::open(&house, &kim, None).await;
    second.until("ready").await;
    assert_eq!(
        heard(&mut second, &mara).await["here"],
        true,
        "the snapshot"
    );
    let came = heard(&mut first, &kim).await;
    assert_eq!(
        came,
        json!({ "person_id": kim.person.id.to_string(), "here": true, "thread_id": null,
                "typing": false, "expires_at": null })
    );
}

#[tokio::test]
async fn only_those_in_a_private_thread_hear_who_types_in_it() {
    let house = House::new().await;
    let (mara, kim, ines) = (
        house.person("mara", Role::Member).await,
        house.person("kim", Role::Member).await,
        house.person("ines", Role::Member).await,
    );
    let secret = house.thread(&mara, &json!({})).await.to_string();
    let open = house
        .thread(&mara, &json!({ "visibility": "open" }))
        .await
        .to_string();
    let path = format!("/api/threads/{secret}/members");
    house
        .tell(&mara, "POST", &path, &json!({ "person": "kim" }))
        .await;
    let mut inside = Events::open(&house, &kim, None).await;
    inside.until("ready").await;
    let mut outside = Events::open(&house, &ines, None).await;
    outside.until("ready").await;

    assert_eq!(say(&house, &mara, Some(&secret), true).await, 204);
    let typing = loop {
        let told = heard(&mut inside, &mara).await;
        if told["typing"] == true {
            break told;
        }
    };
    assert_eq!(typing["thread_id"], secret);
    let ends = typing["expires_at"].as_i64().unwrap() - house.engine.now().0;
    assert!((5_000..=6_000).contains(&ends), "{ends}");

    let mut late = Events::open(&house, &ines, None).await;
    late.until("ready").await;
    assert_eq!(heard(&mut late, &mara).await["thread_id"], Value::Null);
    assert_eq!(say(&house, &mara, Some(&open), false).await, 204);
    loop {
        let told = heard(&mut outside, &mara).await;
        assert_ne!(told["thread_id"], secret);
        assert_eq!(told["typing"], false);
        if told["thread_id"] == open {
            break;
        }
    }
    let gone = heard(&mut inside, &mara).await;
    assert_eq!(
        (&gone["thread_id"], &gone["typing"]),
        (&Value::Null, &json!(false))
    );
}

#[tokio::test]
async fn nobody_can_say_to_be_in_a_thread_that_they_do_not_see() {
    let house = House::new().await;
    let (mara, kim) = (
        house.person("mara", Role::Member).await,
        house.person("kim", Role::Admin).await,
    );
    let secret = house.thread(&mara, &json!({})).await.to_string();
    for thread in [secret.as_str(), "0192f0c1-2345-7abc-8def-0123456789ab", "x"] {
        assert_eq!(say(&house, &kim, Some(thread), true).await, 404, "{thread}");
    }
}

#[tokio::test]
async fn a_hundred_words_at_once_are_told_as_the_last_of_them() {
    let house = House::new().await;
    let (mara, kim) = (
        house.person("mara", Role::Member).await,
        house.person("kim", Role::Member).await,
    );
    let open = |title: &str| json!({ "visibility": "open", "title": title });
    let threads = [
        house.thread(&mara, &open("one")).await.to_string(),
        house.thread(&mara, &open("two")).await.to_string(),
    ];
    let mut events = Events::open(&house, &kim, None).await;
    events.until("ready").await;
    for round in 0..100 {
        say(&house, &mara, Some(&threads[round % 2]), true).await;
    }
    say(&house, &mara, None, false).await;
    let mut told = 0;
    loop {
        let word = heard(&mut events, &mara).await;
        told += 1;
        if word["here"] == true && word["thread_id"].is_null() && told > 1 {
            break;
        }
    }
    assert!(told < 20, "{told} were told");
}
