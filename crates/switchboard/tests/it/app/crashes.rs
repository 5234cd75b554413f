//! Switchboard is killed in the middle of a direct thread's turn: Codex's own record of the session says what came of it.
//!
//! Our death ends the app server at once, so that it can finish nothing afterwards. What it finished a moment before, and
//! we had not written down yet, is made by stopping our process, as a scheduler may, and killing it in that state.

use std::fs;

use serde_json::{Value, json};
use switchboard_testkit::{Client, House, until};

use super::direct;
use crate::support::{files_below, house, soon, text};

/// A direct thread in which `remember-1` was answered.
async fn begun(client: &Client, settings: Value) -> String {
    let thread = direct(client, settings).await;
    let turn = client
        .ask(&thread, "remember-1\nmock: text \"noted\"")
        .await;
    client.answered(&turn).await;
    thread
}

/// Stops the server's process, so that it takes in nothing more.
fn freeze(house: &House) {
    stop(house.pid());
}

fn stop(pid: u32) {
    let pid = rustix::process::Pid::from_raw(pid.cast_signed()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::STOP).unwrap();
}

/// Lets a turn in this Codex home go on to its end under a server that hears nothing of it, and kills that.
pub(super) async fn finished_unheard(house: &mut House, home: &str, gate: &str, reply: &str) {
    soon("the model is asked", house.upstream.waiting(gate)).await;
    freeze(house);
    house.upstream.open(gate);
    until(
        "codex has written down that the turn is complete",
        || async {
            let records = files_below(&house.folder().join(home).join("sessions"));
            let complete = |record: &String| {
                let mut lines = record.lines();
                lines.any(|line| line.contains("task_complete") && line.contains(reply))
            };
            let mut texts = records
                .iter()
                .filter_map(|file| fs::read_to_string(file).ok());
            texts.any(|text| complete(&text)).then_some(())
        },
    )
    .await;
    house.kill();
}

/// The thread goes on, and what the model is told holds each of these once.
pub(super) async fn goes_on(house: &House, client: &Client, thread: &str, once: &[&str]) {
    let turn = client.ask(thread, "and now?\nmock: text \"on\"").await;
    client.answered(&turn).await;
    let request = house.upstream.last_model_request().unwrap();
    for words in once {
        let texts = request.input_texts();
        assert_eq!(request.count(words), 1, "{words}: {texts:#?}");
    }
}

pub(super) async fn replies(client: &Client, thread: &str) -> Vec<String> {
    let mut messages = client.messages(thread).await;
    messages.retain(|message| message["role"] == "assistant");
    messages
        .iter()
        .map(|message| text(message, "text").to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_codex_finished_before_the_crash_is_adopted_once() {
    let mut house = house().await;
    let client = house.client();
    let thread = begun(&client, json!({})).await;
    let turn = client
        .ask(
            &thread,
            "asked-2\nmock: text \"so\" ; gate now ; text \"the whole answer\"",
        )
        .await;
    client.item_where(&turn, |item| item["text"] == "so").await;
    finished_unheard(&mut house, "home/homes/codex", "now", "the whole answer").await;
    let asked = house.upstream.model_requests().len();
    house.serve();
    let client = house.client();
    client.answered(&turn).await;
    assert_eq!(
        replies(&client, &thread).await,
        ["noted", "the whole answer"]
    );
    assert_eq!(
        house.upstream.model_requests().len(),
        asked,
        "nobody was asked again"
    );
    goes_on(&house, &client, &thread, &["remember-1", "asked-2"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_answer_of_a_session_is_adopted_with_what_was_done_for_it() {
    let mut house = house().await;
    let client = house.client();
    let thread = direct(&client, json!({ "permission": "standard" })).await;
    let script =
        "first-1\nmock: shell \"echo kept > note.txt\"\nmock: gate now ; text \"it is done\"";
    let turn = client.ask(&thread, script).await;
    // What was not written down before the crash is not told by the record.
    let command = |item: &Value| item["kind"] == "command" && item["status"] == "done";
    client.item_where(&turn, command).await;
    finished_unheard(&mut house, "home/homes/codex", "now", "it is done").await;
    house.serve();
    let client = house.client();
    client.answered(&turn).await;
    assert_eq!(replies(&client, &thread).await, ["it is done"]);
    let items = client.items(&turn).await;
    assert!(
        items.iter().any(|item| item["kind"] == "command"),
        "{items:#?}"
    );
    goes_on(&house, &client, &thread, &["first-1"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_turn_that_only_talked_is_asked_again_and_stands_in_its_session_once() {
    let mut house = house().await;
    let client = house.client();
    let thread = begun(&client, json!({})).await;
    let turn = client
        .ask(
            &thread,
            "asked-2\nmock: text \"so far\" ; gate now ; text \"all\"",
        )
        .await;
    client
        .item_where(&turn, |item| item["text"] == "so far")
        .await;
    house.crash().await;
    house.upstream.open("now");
    house.serve();
    let client = house.client();
    let done = client.answered(&turn).await;
    assert_eq!(done["attempt"], 1, "it is the same one: {done}");
    assert_eq!(replies(&client, &thread).await, ["noted", "all"]);
    let request = house.upstream.last_model_request().unwrap();
    assert_eq!(request.count("asked-2"), 1, "{:#?}", request.input_texts());
    goes_on(&house, &client, &thread, &["remember-1", "asked-2"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn words_that_were_on_their_way_at_a_crash_are_kept_and_not_sent_again() {
    let mut house = house().await;
    let client = house.client();
    let thread = begun(&client, json!({})).await;
    let script = "asked-2\nmock: text \"so far\" ; gate now ; text \"all\"";
    let turn = client.ask(&thread, script).await;
    client
        .item_where(&turn, |item| item["text"] == "so far")
        .await;
    // Codex hears nothing any more, so nobody knows what it would have made of them.
    for process in house.warm() {
        if process
            .command
            .ends_with("codex app-server --listen stdio://")
        {
            stop(process.pid);
        }
    }
    let steer = format!("/api/turns/{turn}/steer");
    client.post(&steer, json!({ "text": "steered-3" })).await;
    steer_is(&client, &turn, "sent").await;
    house.crash().await;
    house.upstream.open("now");
    house.serve();
    let client = house.client();
    client.answered(&turn).await;
    let steer = steer_is(&client, &turn, "unsure").await;
    assert_eq!(steer["text"], "steered-3");
    goes_on(&house, &client, &thread, &["asked-2"]).await;
    let request = house.upstream.last_model_request().unwrap();
    assert_eq!(
        request.count("steered-3"),
        0,
        "{:#?}",
        request.input_texts()
    );
}

/// Waits until the one steer of a turn is in that state.
async fn steer_is(client: &Client, turn: &str, state: &str) -> Value {
    until(&format!("the words are {state}"), || async {
        let page = client.get(&format!("/api/turns/{turn}/items")).await;
        let steer = page["steers"][0].clone();
        (steer["state"] == state).then_some(steer)
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_turn_that_did_something_is_for_a_person_to_repeat_and_its_session_is_told_so() {
    let mut house = house().await;
    let client = house.client();
    let thread = begun(&client, json!({ "permission": "standard" })).await;
    let script = "asked-2\nmock: shell \"echo done >> note.txt\"\nmock: gate now ; text \"all\"";
    let turn = client.ask(&thread, script).await;
    soon("the command is over", house.upstream.waiting("now")).await;
    house.crash().await;
    house.upstream.open("now");
    house.serve();
    let client = house.client();
    let ended = client.ended(&turn).await;
    assert_eq!(ended["state"], "abandoned", "{ended}");
    let again = client.retry(&turn).await;
    client.answered(&again).await;
    assert_eq!(replies(&client, &thread).await, ["noted", "all"]);
    let request = house.upstream.last_model_request().unwrap();
    let newest = request.newest_user_text().unwrap();
    assert!(
        newest.contains("an attempt to answer it ended early"),
        "{newest}"
    );
    assert_eq!(request.count("ended early"), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_than_reading_was_allowed_so_words_alone_prove_nothing() {
    let mut house = house().await;
    let client = house.client();
    let thread = begun(&client, json!({ "permission": "standard" })).await;
    let turn = client
        .ask(&thread, "mock: text \"so far\" ; gate now ; text \"all\"")
        .await;
    client
        .item_where(&turn, |item| item["text"] == "so far")
        .await;
    house.crash().await;
    house.upstream.open("now");
    house.serve();
    let client = house.client();
    let ended = client.ended(&turn).await;
    assert_eq!(ended["state"], "abandoned", "{ended}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_codex_cannot_be_asked_its_session_is_put_right_once_it_can() {
    let mut house = house().await;
    let client = house.client();
    let thread = begun(&client, json!({})).await;
    let turn = client
        .ask(
            &thread,
            "asked-2\nmock: text \"so far\" ; gate now ; text \"all\"",
        )
        .await;
    client
        .item_where(&turn, |item| item["text"] == "so far")
        .await;
    house.crash().await;
    house.upstream.open("now");
    let login = house.codex_home().join("auth.json");
    let kept = fs::read(&login).unwrap();
    fs::remove_file(&login).unwrap();
    house.serve();
    let client = house.client();
    let failed = client.ended(&turn).await;
    assert_eq!(failed["error"]["code"], "not_signed_in", "{failed}");
    fs::write(&login, kept).unwrap();
    // The server notices the login, and tries again by itself.
    until("it is answered", async || {
        let replies = replies(&client, &thread).await;
        (replies.len() == 2).then_some(())
    })
    .await;
    assert_eq!(replies(&client, &thread).await, ["noted", "all"]);
    let newest = house
        .upstream
        .last_model_request()
        .unwrap()
        .newest_user_text()
        .unwrap();
    assert!(
        newest.contains("an attempt to answer it ended early"),
        "{newest}"
    );
}
