//! What is new to whom, words found, and what was said changed: as callers see it.

use serde_json::{Value, json};
use switchboard_model::{ThreadId, person::Role, turn::Outcome};

use crate::{
    follower::Events,
    house::{House, Someone},
};

async fn read(house: &House, who: &Someone, thread: ThreadId, seq: i64) -> Value {
    let path = format!("/api/threads/{thread}/read");
    let answer = house.tell(who, "PUT", &path, &json!({ "seq": seq })).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body
}

fn mark(thread: &Value) -> (i64, i64) {
    let number = |key: &str| thread[key].as_i64().unwrap();
    (number("read_seq"), number("unread"))
}

/// The texts that are found, with the hits in brackets.
async fn found(house: &House, who: &Someone, query: &str) -> Vec<String> {
    let page = house.get(who, &format!("/api/search?{query}")).await;
    let items = page["items"].as_array().unwrap().iter();
    let text = |piece: &Value| {
        let text = piece["text"].as_str().unwrap();
        if piece["hit"].as_bool().unwrap() {
            format!("[{text}]")
        } else {
            text.to_owned()
        }
    };
    items
        .map(|item| {
            item["snippet"]
                .as_array()
                .unwrap()
                .iter()
                .map(text)
                .collect()
        })
        .collect()
}

#[tokio::test]
async fn everyone_has_their_own_mark_and_only_they_hear_of_it() {
    let house = House::new().await;
    let (mara, kim) = (
        house.person("mara", Role::Member).await,
        house.person("kim", Role::Member).await,
    );
    let thread = house.thread(&mara, &json!({})).await;
    let members = format!("/api/threads/{thread}/members");
    house
        .tell(&mara, "POST", &members, &json!({ "person": "kim" }))
        .await;
    let mut maras = Events::open(&house, &mara, None).await;
    let mut kims = Events::open(&house, &kim, None).await;
    maras.until("ready").await;
    kims.until("ready").await;
    // One after the other: what changes twice before it is heard is heard once.
    for posted in 1..=3 {
        house.say(&mara, thread, "hello").await;
        let (mara, kim) = (maras.until("thread").await, kims.until("thread").await);
        assert_eq!(
            (mark(&mara.data), mark(&kim.data)),
            ((posted, 0), (0, posted))
        );
    }
    assert_eq!(mark(&read(&house, &kim, thread, 2).await), (2, 1));
    assert_eq!(mark(&kims.until("thread").await.data), (2, 1));
    assert_eq!(mark(&read(&house, &kim, thread, 1).await), (2, 1));
    let list = house.get(&kim, "/api/threads").await;
    assert_eq!(mark(&list["items"][0]), (2, 1));
    let own = house.get(&kim, &format!("/api/threads/{thread}")).await;
    assert_eq!(mark(&own), (2, 1));
    // Mara's next thread event is that of the next message: she heard nothing of Kim's mark.
    house.say(&kim, thread, "hi").await;
    let next = maras.until("thread").await.data;
    assert_eq!(
        (next["last"]["text"].as_str(), mark(&next)),
        (Some("hi"), (3, 1))
    );
}

#[tokio::test]
async fn words_are_found_by_who_may_see_them_and_nobody_else() {
    let house = House::new().await;
    let (mara, kim) = (
        house.person("mara", Role::Member).await,
        house.person("kim", Role::Admin).await,
    );
    let thread = house.thread(&mara, &json!({ "title": "Résumé" })).await;
    house
        .say(&mara, thread, "the **résumé** of <b>Zoë</b>")
        .await;
    assert_eq!(
        found(&house, &mara, "q=resume").await,
        ["the **[résumé]** of <b>Zoë</b>", "[Résumé]"]
    );
    for query in ["q=resume", &format!("q=resume&thread={thread}")] {
        let answer = house
            .ask(&kim, "GET", &format!("/api/search?{query}"))
            .await;
        let items = answer.body["items"].as_array().map_or(0, Vec::len);
        assert_eq!(items, 0, "{query}: {}", answer.body);
    }
    let page = house.get(&mara, "/api/search?q=zo&limit=1").await;
    let hit = &page["items"][0];
    assert_eq!(
        hit["thread"],
        json!({ "id": thread.to_string(), "title": "Résumé" })
    );
    assert_eq!(hit["message"]["seq"], 1);
    assert_eq!(hit["message"]["author"]["handle"], "mara");
    assert_eq!(hit["message"]["role"], "user");
    assert_eq!(page["next"], Value::Null);
}

#[tokio::test]
async fn nothing_that_is_typed_is_a_command_to_the_database() {
    let house = House::new().await;
    let mara = house.person("mara", Role::Member).await;
    let thread = house.thread(&mara, &json!({})).await;
    house.say(&mara, thread, "quoted words and more").await;
    for query in [
        "%22quoted",
        "quoted%22",
        "terms%3Aquoted",
        "quoted*",
        "NEAR(quoted",
        "quoted+AND",
        "-quoted",
        "quoted%00",
        "%27%3B+DROP+TABLE+messages%3B--",
        "quoted+%26+!",
        "(",
        "%5E",
        "😀%22",
        "a%CC%81%22*",
    ] {
        let answer = house
            .ask(&mara, "GET", &format!("/api/search?q={query}"))
            .await;
        assert_eq!(answer.status, 200, "{query}: {}", answer.body);
    }
    assert_eq!(found(&house, &mara, "q=").await, Vec::<String>::new());
    for (query, status) in [
        ("", 400),
        ("q=x&before=nonsense", 400),
        ("q=x&before=-1", 400),
        ("q=x&thread=nonsense", 404),
        ("q=x&nonsense=1", 400),
        (&format!("q={}", "x".repeat(1025)), 400),
    ] {
        let answer = house
            .ask(&mara, "GET", &format!("/api/search?{query}"))
            .await;
        assert_eq!(answer.status.as_u16(), status, "{query}");
    }
}

#[tokio::test]
async fn an_edit_is_told_and_shown_and_refused_to_everyone_else() {
    let house = House::new().await;
    let (mara, kim) = (
        house.person("mara", Role::Member).await,
        house.person("kim", Role::Member).await,
    );
    house.assistant("helper", &mara).await;
    let thread = house.thread(&mara, &json!({ "visibility": "open" })).await;
    let hidden = house.thread(&mara, &json!({})).await;
    let said = house.say(&mara, thread, "helo").await["message"].clone();
    assert_eq!(said["edited_at"], Value::Null);
    let path = |message: &Value| format!("/api/messages/{}", message["id"].as_str().unwrap());
    let mut events = Events::open(&house, &kim, None).await;
    events.until("ready").await;
    let text = json!({ "text": "hello @helper" });
    let edited = house.tell(&mara, "PATCH", &path(&said), &text).await;
    assert_eq!(edited.status, 200, "{}", edited.body);
    assert_eq!(edited.body["text"], "hello @helper");
    assert!(
        edited.body["edited_at"].as_i64().unwrap() > edited.body["created_at"].as_i64().unwrap()
    );
    assert_eq!(events.until("message").await.data["text"], "hello @helper");
    assert!(house.claim().await.is_none(), "an edit asks nobody");

    let secret = house.say(&mara, hidden, "secret").await["message"].clone();
    for (who, message, body, status) in [
        (&kim, &said, &text, 403),
        (&kim, &secret, &text, 404),
        (&mara, &said, &json!({ "text": " " }), 422),
        (&mara, &said, &json!({}), 422),
    ] {
        let answer = house.tell(who, "PATCH", &path(message), body).await;
        assert_eq!(answer.status.as_u16(), status, "{}", answer.body);
    }
    let asked = house.say(&mara, thread, "@helper hello").await["message"].clone();
    let refused = house.tell(&mara, "PATCH", &path(&asked), &text).await;
    assert_eq!(
        (refused.status.as_u16(), refused.code()),
        (409, "turn_open")
    );
    let claimed = house.claim().await.unwrap();
    let outcome = Outcome::Replied {
        text: "hi".to_owned(),
    };
    let (turn, fence) = (claimed.turn.id, claimed.fence);
    house.store.finish(turn, fence, outcome).await.unwrap();
    let answer = house.tell(&mara, "PATCH", &path(&asked), &text).await;
    assert_eq!(answer.status, 200);
    let page = house
        .get(&mara, &format!("/api/threads/{thread}/messages"))
        .await;
    let reply = &page["items"][2];
    assert_eq!(reply["text"], "hi");
    assert_eq!(
        house.tell(&mara, "PATCH", &path(reply), &text).await.status,
        403
    );
}

#[tokio::test]
async fn a_page_around_a_message_goes_on_both_ways() {
    let house = House::new().await;
    let mara = house.person("mara", Role::Member).await;
    let thread = house.thread(&mara, &json!({})).await;
    for n in 1..=9 {
        house.say(&mara, thread, &format!("{n}")).await;
    }
    let path = format!("/api/threads/{thread}/messages");
    let texts = |page: &Value| {
        let items = page["items"].as_array().unwrap().iter();
        items
            .map(|item| item["text"].as_str().unwrap().to_owned())
            .collect::<String>()
    };
    let page = house.get(&mara, &format!("{path}?around=5&limit=3")).await;
    assert_eq!(texts(&page), "456");
    let cursor = |page: &Value, key: &str| page[key].as_str().unwrap().to_owned();
    let (older, newer) = (cursor(&page, "next"), cursor(&page, "newer"));
    let older = house.get(&mara, &format!("{path}?before={older}")).await;
    assert_eq!(
        (texts(&older).as_str(), &older["next"]),
        ("123", &Value::Null)
    );
    let newer = house.get(&mara, &format!("{path}?after={newer}")).await;
    assert_eq!(
        (texts(&newer).as_str(), &newer["newer"]),
        ("789", &Value::Null)
    );
    for query in ["around=x", "around=3&before=s5", "around=3&after=s5"] {
        let answer = house.ask(&mara, "GET", &format!("{path}?{query}")).await;
        assert_eq!(answer.status, 400, "{query}");
    }
}
