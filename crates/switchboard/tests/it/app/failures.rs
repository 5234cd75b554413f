//! How turns over the app server fail: each in its own way, with a code and a remedy, keeping what was said.

use std::fs;

use serde_json::{Value, json};
use switchboard_testkit::{Client, Codex, House, Options, until};
use switchboard_upstream::auth;

use super::direct;
use crate::support::{BINARY, house, text};

/// Asks, and waits for a failure; the turn's error.
async fn fails(client: &Client, thread: &str, script: &str) -> Value {
    let turn = client.ask(thread, script).await;
    let turn = client.ended(&turn).await;
    assert_eq!(turn["state"], "failed", "{script}: {turn}");
    turn["error"].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_failure_of_the_provider_has_a_code_of_its_own() {
    let house = house().await;
    let client = house.client();
    for (script, code) in [
        ("mock: status 429 resets_in=600", "rate_limited"),
        ("mock: fail rate_limit_exceeded", "rate_limited"),
        ("mock: fail context_length_exceeded", "context_too_long"),
        ("mock: fail server_is_overloaded", "upstream_failed"),
        ("mock: text \"so far\" ; cut", "upstream_failed"),
    ] {
        let thread = direct(&client, json!({})).await;
        let error = fails(&client, &thread, script).await;
        assert_eq!(error["code"], code, "{script}: {error}");
        assert!(!text(&error, "hint").is_empty(), "{error}");
        // The session is as good as before.
        let turn = client.ask(&thread, "mock: text \"ok\"").await;
        client.answered(&turn).await;
    }
    let thread = direct(&client, json!({ "model": "no-such-model" })).await;
    let error = fails(&client, &thread, "mock: text \"ok\"").await;
    assert_eq!(error["code"], "no_model", "{error}");
    let thread = direct(&client, json!({})).await;
    let error = fails(&client, &thread, "mock: empty").await;
    assert_eq!(error["code"], "empty_reply", "{error}");
    let long = format!("mock: text \"ok\"\n{}", "x".repeat(1_048_550));
    let error = fails(&client, &thread, &long).await;
    assert_eq!(error["code"], "context_too_long", "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_retry_is_a_retry_and_not_a_failure() {
    let house = house().await;
    let client = house.client();
    let thread = client.thread().await;
    let turn = client
        .ask(&thread, "@chatgpt mock: cut times=3 ; text \"at last\"")
        .await;
    client.answered(&turn).await;
    let items = client.items(&turn).await;
    assert!(
        items
            .iter()
            .any(|item| item["kind"] == "notice" && text(item, "text").contains("Reconnecting")),
        "{items:#?}"
    );
    let reply = client.messages(&thread).await.pop().unwrap();
    assert_eq!(reply["text"], "at last");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_login_that_the_provider_refuses_is_told_and_a_new_one_is_taken_up() {
    let house = house().await;
    let client = house.client();
    let thread = direct(&client, json!({})).await;
    house.upstream.refuse_login();
    let error = fails(&client, &thread, "mock: text \"ok\"").await;
    assert_eq!(error["code"], "not_signed_in", "{error}");
    house.upstream.accept_login();
    fs::write(
        house.codex_home().join("auth.json"),
        auth::fake_login().to_string(),
    )
    .unwrap();
    let turn = client.ask(&thread, "mock: text \"back\"").await;
    client.answered(&turn).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_login_that_is_missing_or_billed_by_the_token_starts_nothing() {
    for (login, code) in [
        (Value::Null, "not_signed_in"),
        (json!({ "OPENAI_API_KEY": "sk-test" }), "api_key_login"),
    ] {
        let options = Options {
            login: Some(login),
            ..Options::default()
        };
        let house = House::start(BINARY, options).await;
        let client = house.client();
        let thread = client.thread().await;
        let error = fails(&client, &thread, "@chatgpt hello").await;
        assert_eq!(error["code"], code, "{error}");
        assert_eq!(house.warm().len(), 0, "nothing was started");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_that_is_no_app_server_is_told_with_its_last_words() {
    let mut house = House::prepare(
        BINARY,
        Options {
            codex: Codex::At("program/codex"),
            ..Options::default()
        },
    )
    .await;
    switchboard_testkit::program::plain(
        house.folder(),
        "codex",
        "echo 'error: unrecognized subcommand app-server' >&2; exit 2",
    );
    house.serve();
    let client = house.client();
    let thread = client.thread().await;
    let error = fails(&client, &thread, "@chatgpt hello").await;
    assert_eq!(error["code"], "codex_start_failed", "{error}");
    assert!(
        text(&error, "detail").contains("unrecognized subcommand"),
        "{error}"
    );
    assert!(text(&error, "hint").contains("exec"), "{error}");
    // It falls over each time: it is not started without end. How long that lasts doubles, so also a slow machine sees it.
    until("it backs off and says so", || async {
        let error = fails(&client, &thread, "@chatgpt hello").await;
        text(&error, "message").contains("in a row").then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_is_gone_is_told_and_trying_again_begins_a_new_one() {
    let mut house = house().await;
    let client = house.client();
    let thread = direct(&client, json!({})).await;
    let turn = client.ask(&thread, "remember-7c\nmock: text \"ok\"").await;
    client.answered(&turn).await;
    // What still writes there would make them anew.
    house.crash().await;
    let sessions = house.home().join("homes/codex/sessions");
    assert!(sessions.exists(), "codex keeps its record there");
    fs::remove_dir_all(&sessions).unwrap();
    for file in ["state_5.sqlite", "state.sqlite"] {
        let _ = fs::remove_file(house.home().join("homes/codex").join(file));
    }
    house.serve();
    let client = house.client();
    let turn = client.ask(&thread, "and now?\nmock: text \"ok\"").await;
    let failed = client.ended(&turn).await;
    assert_eq!(failed["error"]["code"], "session_lost", "{failed}");
    let again = client.retry(&turn).await;
    client.answered(&again).await;
    let request = house.upstream.last_model_request().unwrap();
    assert_eq!(
        request.count("remember-7c"),
        1,
        "told again, as a quotation"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_server_leaves_no_process_and_settles_what_its_turn_asked() {
    let mut house = house().await;
    let client = house.client();
    let thread = client.thread().await;
    let turn = client
        .ask(&thread, "@chatgpt\nmock: shell \"ls\"\nmock: text \"ok\"")
        .await;
    let asked = client.asked(&turn, 1).await.remove(0);
    house.crash().await;
    house.serve();
    let client = house.client();
    // Whatever becomes of the turn: it may be asked again, and then has a card of its own.
    until("the old card is down", || async {
        let open = client.get("/api/approvals").await;
        let mut open = open["items"].as_array().unwrap().iter();
        open.all(|question| question["id"] != asked["id"])
            .then_some(())
    })
    .await;
}
