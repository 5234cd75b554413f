//! Detached turns beside a server on the same files: the page has them too, because they are the same turns.

use serde_json::json;
use switchboard_testkit::{Options, until};

use super::{begin, json, prepared};
use crate::support::{soon, text};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_shows_a_detached_turn_and_stops_it() {
    let mut house = prepared(Options::default()).await;
    house.serve();
    let client = house.client();
    let turn = begin(
        &house,
        &["new", "seen-1\nmock: text \"so far\" ; gate page"],
    );
    soon("the model is asked", house.upstream.waiting("page")).await;
    let thread = until("its thread is known", || async {
        turn.meta()["conversation"].as_str().map(str::to_owned)
    })
    .await;
    let messages = client.messages(&thread).await;
    assert!(
        text(&messages[0], "text").contains("seen-1"),
        "{messages:?}"
    );
    let shown = client.get(&format!("/api/turns/{}", turn.id)).await;
    assert_eq!(
        (&shown["state"], &shown["detached"]),
        (&json!("running"), &json!(true)),
        "{shown}"
    );
    let stopped = client
        .call("POST", &format!("/api/turns/{}/cancel", turn.id), None)
        .await;
    assert!(stopped.status < 300, "{stopped:?}");
    assert_eq!(turn.ended().await["state"], "cancelled");
    house.is_quiet().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_server_never_takes_a_detached_turn_for_its_own() {
    let mut house = prepared(Options::default()).await;
    house.serve();
    let client = house.client();
    let turns: Vec<_> = (0..4)
        .map(|n| begin(&house, &["new", &format!("mock: text \"answer {n}\"")]))
        .collect();
    for (n, turn) in turns.iter().enumerate() {
        let result = turn.complete().await;
        assert_eq!(result["answer"], format!("answer {n}"));
        let shown = client.get(&format!("/api/turns/{}", turn.id)).await;
        assert_eq!(shown["state"], "done", "{shown}");
        let conversation = turn.meta()["conversation"].as_str().unwrap().to_owned();
        let messages = client.messages(&conversation).await;
        assert_eq!(messages.len(), 2, "{messages:?}");
    }
    assert_eq!(house.upstream.model_requests().len(), 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_tells_the_page_of_a_worker_that_died() {
    let mut house = prepared(Options::default()).await;
    house.serve();
    let client = house.client();
    let turn = begin(&house, &["new", "mock: gate dies"]);
    soon("the model is asked", house.upstream.waiting("dies")).await;
    let pid = turn.meta()["pid"].as_i64().unwrap();
    let pid = rustix::process::Pid::from_raw(i32::try_from(pid).unwrap()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
    until("the page is told", || async {
        let shown = client.get(&format!("/api/turns/{}", turn.id)).await;
        (shown["state"] == "abandoned").then_some(())
    })
    .await;
    assert_eq!(json(&house, &["status", &turn.id])["state"], "abandoned");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_steers_a_detached_turn_and_answers_what_it_asks() {
    let mut house = prepared(Options::default()).await;
    house.serve();
    let client = house.client();
    let outside = house.folder().join("outside.txt");
    let turn = begin(
        &house,
        &[
            "new",
            "--sandbox",
            "workspace-write",
            "mock: slow 4 20ms ; gate speaks",
        ],
    );
    until("it speaks", || async {
        turn.read("out.txt").contains("chunk 3").then_some(())
    })
    .await;
    let words = format!(
        "and-this\nmock: shell \"echo hi > {}\" escalate=1 reason=\"needs to write\"\nmock: text \"two\"",
        outside.display()
    );
    let path = format!("/api/turns/{}/steer", turn.id);
    client.post(&path, json!({ "text": words })).await;
    client.steered(&turn.id).await;
    house.upstream.open("speaks");
    client.accept(&turn.id).await;
    assert_eq!(turn.complete().await["answer"], "two");
    assert!(outside.exists());
}
