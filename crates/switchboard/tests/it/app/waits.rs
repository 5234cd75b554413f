//! Turns that wait for room: what is told of them, and when it is another.

use serde_json::json;
use switchboard_testkit::{Event, House, Options};

use crate::support::{BINARY, says, soon, text};

fn waits(event: &Event, turn: &str, taken: &str) -> bool {
    says(event, turn, "queued") && event.data["waits"]["taken"] == taken
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_turn_waits_for_is_told_to_whoever_listens_asks_or_comes_later() {
    let options = Options {
        env: vec![("SWITCHBOARD_LIMITS__PER_PERSON".into(), "1".into())],
        ..Options::default()
    };
    let house = House::start(BINARY, options).await;
    let client = house.client();
    let mut events = client.events(None).await;
    let mut asking = Vec::new();
    for _ in 0..3 {
        let thread = client.thread().await;
        let asks = "@chatgpt mock: shell \"echo hi\"\nmock: text \"done\"";
        let turn = client.ask(&thread, asks).await;
        client.asked(&turn, 1).await;
        asking.push(turn);
    }
    // Those wait for a person, so this one is at work beside them.
    let thread = client.thread().await;
    let gated = "@chatgpt mock: gate works ; shell \"echo hi\"\nmock: text \"done\"";
    let works = client.ask(&thread, gated).await;
    soon("the model is asked", house.upstream.waiting("works")).await;

    let thread = client.thread().await;
    let next = client.ask(&thread, "@chatgpt mock: text \"at last\"").await;
    let heard = events.next_where(|event| waits(event, &next, "work")).await;
    let expected = json!({ "room": "person", "taken": "work", "turns": 1 });
    assert_eq!(heard.data["waits"], expected);
    assert_eq!(client.turn(&next).await["waits"], expected);
    let later = client
        .events(None)
        .await
        .next_where(|event| waits(event, &next, "work"))
        .await;
    assert_eq!(later.data["waits"], expected);
    let behind = client
        .ask(&thread, "@chatgpt mock: text \"after it\"")
        .await;
    let behind_it = client.turn(&behind).await;
    assert_eq!(
        (&behind_it["position"], &behind_it["waits"]),
        (&json!(1), &json!(null))
    );

    // Nothing happened to the turn itself; what it waits for is another thing now.
    house.upstream.open("works");
    client.asked(&works, 1).await;
    let heard = events
        .next_where(|event| waits(event, &next, "answers"))
        .await;
    assert_eq!(
        heard.data["waits"],
        json!({ "room": "person", "taken": "answers", "turns": 4 })
    );
    let page = client.get(&format!("/api/threads/{thread}/messages")).await;
    let turn = page["turns"]
        .as_array()
        .unwrap()
        .iter()
        .find(|turn| turn["id"] == next);
    assert_eq!(turn.unwrap()["waits"], heard.data["waits"]);

    client.accept(&asking[0]).await;
    let done = client.answered(&next).await;
    assert_eq!(
        (&done["waits"], &done["position"]),
        (&json!(null), &json!(null))
    );
    assert_eq!(text(&done, "state"), "done");
}
