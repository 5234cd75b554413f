//! Stop means stopped: whatever a turn's program does, none of its processes outlives the turn.

use serde_json::json;
use switchboard_testkit::{House, Options, Stop, until};

use crate::support::{BINARY, house, house_with_script, on_both, soon, text};

/// Says something, hides a process that has left its parents, its session, its environment and its
/// folder behind, and ignores every polite signal.
const HOSTILE: &str = r#"
trap '' TERM INT HUP
(env -i setsid /bin/sh -c 'trap "" TERM INT HUP; cd /; while :; do sleep 1; done' "$here/hidden" &)
begin
say 1 "so far"
while :; do sleep 1; done
"#;

async fn hostile_at_work(house: &House) -> String {
    let client = house.client();
    let thread = client.thread().await;
    let turn = client.ask(&thread, "@chatgpt hello").await;
    client
        .item_where(&turn, |item| item["text"] == "so far")
        .await;
    until("a process has hidden itself", || async {
        let children = house.children();
        children
            .iter()
            .any(|process| process.command.ends_with("/hidden"))
            .then_some(())
    })
    .await;
    turn
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_queued_turn_is_stopped_before_it_starts() {
    for options in on_both(Options::default()).await {
        let house = House::start(BINARY, options).await;
        let client = house.client();
        let thread = client.thread().await;
        let first = client
            .ask(&thread, "@chatgpt mock: gate first ; text \"ok\"")
            .await;
        soon("the first runs", house.upstream.waiting("first")).await;
        let second = client.ask(&thread, "@chatgpt never-asked").await;
        let stopped = client.stop(&second).await;
        assert_eq!(stopped["state"], "cancelled", "{stopped}");
        assert_eq!(stopped["started_at"], json!(null));
        house.upstream.open("first");
        client.answered(&first).await;
        for request in house.upstream.model_requests() {
            assert_eq!(request.count("never-asked"), 0);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_running_turn_is_stopped_with_the_command_it_runs() {
    for options in on_both(Options::default()).await {
        let house = House::start(BINARY, options).await;
        let client = house.client();
        let thread = client.thread().await;
        let turn = client
            .ask(&thread, "@chatgpt\nmock: shell \"sleep 1234\"")
            .await;
        client.accept(&turn).await;
        client
            .item_where(&turn, |item| {
                item["kind"] == "command" && item["status"] == "open"
            })
            .await;
        until("the command runs", || async {
            let children = house.children();
            children
                .iter()
                .any(|process| process.command.ends_with("sleep 1234"))
                .then_some(())
        })
        .await;
        let stopped = client.stop(&turn).await;
        assert_eq!(stopped["state"], "cancelled", "{stopped}");
        house.is_quiet().await;
        let items = client.items(&turn).await;
        assert!(
            items.iter().all(|item| item["status"] != "open"),
            "{items:#?}"
        );
        let again = client
            .call(
                "POST",
                &format!("/api/turns/{turn}/cancel"),
                Some(json!({})),
            )
            .await;
        assert_eq!(again.status, 409);
        assert_eq!(again.body["code"], "turn_ended");
        assert_eq!(client.messages(&thread).await.len(), 1, "no reply");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_said_before_a_stop_is_kept_and_a_retry_starts_afresh() {
    let house = house().await;
    let client = house.client();
    let thread = client.thread().await;
    let turn = client
        .ask(
            &thread,
            "@chatgpt\nmock: text \"so far\" ; gate now\nmock: text \"never said\"",
        )
        .await;
    client
        .item_where(&turn, |item| item["text"] == "so far")
        .await;
    let stopped = client.stop(&turn).await;
    assert_eq!(stopped["state"], "cancelled");
    let items = client.items(&turn).await;
    assert!(
        items.iter().any(|item| item["text"] == "so far"),
        "{items:#?}"
    );
    house.upstream.open("now");
    let again = client.retry(&turn).await;
    let done = client.ended(&again).await;
    assert_eq!(done["state"], "done", "{done}");
    assert_eq!(done["attempt"], 2);
    assert_eq!(client.messages(&thread).await.len(), 2);
    house.is_quiet().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn deleting_a_thread_stops_what_runs_in_it() {
    let house = house().await;
    let client = house.client();
    let thread = client.thread().await;
    client.ask(&thread, "@chatgpt mock: gate forever").await;
    soon("it runs", house.upstream.waiting("forever")).await;
    let deleted = client
        .call("DELETE", &format!("/api/threads/{thread}"), None)
        .await;
    assert_eq!(deleted.status, 204);
    house.is_quiet().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hostile_assistant_leaves_nothing_after_a_stop() {
    let house = house_with_script(HOSTILE).await;
    let turn = hostile_at_work(&house).await;
    let client = house.client();
    let stopped = client.stop(&turn).await;
    assert_eq!(stopped["state"], "cancelled", "{stopped}");
    house.is_quiet().await;
    let items = client.items(&turn).await;
    assert_eq!(text(&items[0], "text"), "so far");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hostile_assistant_leaves_nothing_after_its_deadline() {
    let house = house_with_script(HOSTILE).await;
    let client = house.client();
    // A busy machine may take a while until the program has hidden anything.
    for limit in ["2", "8", "32"] {
        house.run_ok(&["assistants", "limits", "chatgpt", "--mention", limit]);
        let thread = client.thread().await;
        let turn = client.ask(&thread, "@chatgpt hello").await;
        let ended = client.ended(&turn).await;
        assert_eq!(ended["error"]["code"], "timed_out", "{ended}");
        house.is_quiet().await;
        // It hides before it speaks.
        if !client.items(&turn).await.is_empty() {
            return;
        }
    }
    panic!("it never came to hide anything");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hostile_assistant_leaves_nothing_after_a_crash_of_the_server() {
    let mut house = house_with_script(HOSTILE).await;
    hostile_at_work(&house).await;
    house.kill();
    house.is_quiet().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hostile_assistant_leaves_nothing_when_the_server_ends() {
    let mut house = house_with_script(HOSTILE).await;
    hostile_at_work(&house).await;
    assert!(house.stop(Stop::Now));
    house.is_quiet().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_turn_that_the_servers_end_cut_is_answered_after_the_next_start() {
    for options in on_both(Options::default()).await {
        let mut house = House::start(BINARY, options).await;
        let client = house.client();
        let thread = client.thread().await;
        let turn = client
            .ask(&thread, "@chatgpt mock: gate now ; text \"ok\"")
            .await;
        soon("it runs", house.upstream.waiting("now")).await;
        assert!(house.stop(Stop::Now));
        house.is_quiet().await;
        house.upstream.open("now");
        house.serve();
        let client = house.client();
        let done = client.ended(&turn).await;
        assert_eq!(done["state"], "done", "{done}");
        assert_eq!(client.messages(&thread).await.len(), 2);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_asked_to_end_lets_running_turns_end() {
    let mut house = house().await;
    let client = house.client();
    let thread = client.thread().await;
    let turn = client
        .ask(&thread, "@chatgpt mock: wait 700ms ; text \"done\"")
        .await;
    client.in_state(&turn, "running").await;
    assert!(house.stop(Stop::Gently));
    house.serve();
    let client = house.client();
    let done = client.turn(&turn).await;
    assert_eq!(done["state"], "done", "{done}");
}
