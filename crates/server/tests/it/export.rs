//! Threads as files.

use serde_json::{Value, json};
use switchboard_model::{
    outcome::{Failure, OutcomeCode},
    person::Role,
    turn::Outcome,
};

use crate::house::House;

#[tokio::test]
async fn a_thread_is_saved_with_its_messages_and_what_became_of_them() {
    let house = House::new().await;
    let mara = house.person("mara", Role::Member).await;
    let kim = house.person("kim", Role::Member).await;
    house.assistant("helper", &mara).await;
    let thread = house
        .thread(&mara, &json!({ "title": "Plän */..\\ <b>" }))
        .await;
    for (text, outcome) in [
        (
            "@helper hello",
            Outcome::Replied {
                text: "**hi**".to_owned(),
            },
        ),
        (
            "@helper again",
            Outcome::Failed(Failure::new(OutcomeCode::TimedOut, "too slow")),
        ),
    ] {
        house.say(&mara, thread, text).await;
        let claimed = house.claim().await.unwrap();
        let (turn, fence) = (claimed.turn.id, claimed.fence);
        house.store.finish(turn, fence, outcome).await.unwrap();
    }
    for n in 0..30 {
        house.say(&mara, thread, &format!("and {n}")).await;
    }
    let path = format!("/api/threads/{thread}/export");
    let saved = house.ask(&mara, "GET", &path).await;
    assert_eq!(saved.status, 200);
    assert_eq!(
        saved.headers["content-type"],
        "text/markdown; charset=utf-8"
    );
    let name = saved.headers["content-disposition"].to_str().unwrap();
    assert!(
        name.starts_with("attachment; filename=\"") && !name.contains(['/', '\\']),
        "{name}"
    );
    let text = saved.body.as_str().unwrap();
    assert!(
        text.starts_with("# Plän \\*/..\\\\ \\<b\\>\n\nMARA (@mara)\n\n---\n"),
        "{text}"
    );
    let hello = "**MARA** (@mara), 2027-01-15 08:00 UTC\n\n@helper hello\n";
    for part in [
        hello,
        "**HELPER** (@helper), ",
        "\n**hi**\n",
        "\n> no answer: too slow\n",
        "\nand 29\n",
    ] {
        assert!(text.contains(part), "{part:?} in {text}");
    }
    assert_eq!(text.matches("\n---\n").count(), 33);

    let saved = house
        .ask(&mara, "GET", &format!("{path}?format=json"))
        .await;
    assert_eq!(saved.headers["content-type"], "application/json");
    let file = saved.body;
    assert_eq!(file["thread"]["members"][0]["handle"], "mara");
    assert_eq!(file["thread"].get("unread"), None);
    let messages = file["messages"].as_array().unwrap();
    let seqs: Vec<_> = messages
        .iter()
        .map(|m| m["seq"].as_i64().unwrap())
        .collect();
    assert_eq!(seqs, (1..=33).collect::<Vec<_>>());
    assert_eq!(messages[0]["turns"][0]["state"], "done");
    assert_eq!(messages[2]["turns"][0]["error"]["code"], "timed_out");

    assert_eq!(house.ask(&kim, "GET", &path).await.status, 404);
    assert_eq!(
        house
            .ask(&mara, "GET", &format!("{path}?format=pdf"))
            .await
            .status,
        400
    );
}

#[tokio::test]
async fn an_empty_thread_is_a_file_too() {
    let house = House::new().await;
    let mara = house.person("mara", Role::Member).await;
    let thread = house.thread(&mara, &json!({})).await;
    let path = format!("/api/threads/{thread}/export");
    let saved = house.ask(&mara, "GET", &path).await;
    assert_eq!(saved.body, Value::from("# Untitled\n\nMARA (@mara)\n"));
    let saved = house
        .ask(&mara, "GET", &format!("{path}?format=json"))
        .await;
    assert_eq!(saved.body["messages"], json!([]));
}
