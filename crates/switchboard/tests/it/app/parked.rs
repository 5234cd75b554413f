//! Turns that failed for want of a login go on after one, by whatever way it came, with the real Codex CLI.

use std::fs;

use serde_json::{Value, json};
use switchboard_testkit::{Client, House, Stop, until};
use switchboard_upstream::auth;

use super::{direct, signed_out_house};
use crate::support::text;

const LOGIN: &str = "/api/backends/codex/login";

/// Asks, signed out; the thread, and the turn that waits.
async fn asks(client: &Client, words: &str) -> (String, String) {
    let thread = client.thread().await;
    let script = format!("@chatgpt\nmock: text \"{words}\"");
    let turn = client.ask(&thread, &script).await;
    let ended = client.ended(&turn).await;
    assert_eq!(ended["error"]["code"], "not_signed_in", "{ended}");
    assert_eq!(ended["parked"], true, "{ended}");
    (thread, turn)
}

async fn signs_in_on_the_page(house: &House, client: &Client) {
    client.post(LOGIN, json!({ "method": "device" })).await;
    house.upstream.device_waiting().await;
    house.upstream.approve_device();
}

fn signs_in_in_a_terminal(house: &House) {
    let file = house.codex_home().join("auth.json");
    fs::write(file, auth::fake_login().to_string()).unwrap();
}

/// What was said in answer.
async fn answers(client: &Client, thread: &str) -> Vec<String> {
    let messages = client.messages(thread).await;
    let replies = messages.iter().filter(|one| one["role"] == "assistant");
    replies.map(|one| text(one, "text").to_owned()).collect()
}

async fn is_answered(client: &Client, thread: &str, words: &str) {
    until(&format!("{words} is said"), || async {
        let said = answers(client, thread).await;
        (!said.is_empty()).then_some(said)
    })
    .await;
    assert_eq!(answers(client, thread).await, [words]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_login_on_the_page_brings_every_answer_that_waited_for_it_once() {
    let house = signed_out_house().await;
    let client = house.client();
    let (first, turn) = asks(&client, "one").await;
    let (second, _) = asks(&client, "two").await;
    let (stopped, parked) = asks(&client, "never").await;
    let left = client
        .post(&format!("/api/turns/{parked}/cancel"), json!({}))
        .await;
    assert_eq!(
        (&left["state"], &left["parked"]),
        (&json!("failed"), &json!(false))
    );
    signs_in_on_the_page(&house, &client).await;
    is_answered(&client, &first, "one").await;
    is_answered(&client, &second, "two").await;
    assert_eq!(client.turn(&turn).await["parked"], false);
    // Another login brings nothing anew, and nothing that was taken back.
    signs_in_on_the_page(&house, &client).await;
    until("the second sign-in is done", || async {
        let backend = client.get("/api/backends/codex").await;
        (backend["login"]["state"] == "done").then_some(())
    })
    .await;
    let last = client.thread().await;
    let turn = client
        .ask(&last, "@chatgpt\nmock: text \"after all\"")
        .await;
    client.answered(&turn).await;
    for (thread, said) in [(&first, 1), (&second, 1), (&stopped, 0)] {
        assert_eq!(answers(&client, thread).await.len(), said);
    }
    assert_eq!(house.upstream.model_requests().len(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_login_in_a_terminal_counts_also_while_nothing_runs() {
    let mut house = signed_out_house().await;
    let client = house.client();
    let (thread, _) = asks(&client, "noticed").await;
    signs_in_in_a_terminal(&house);
    is_answered(&client, &thread, "noticed").await;
    fs::remove_file(house.codex_home().join("auth.json")).unwrap();
    until("it is signed out", || async {
        let backend = client.get("/api/backends/codex").await;
        (backend["state"] == "not_signed_in").then_some(())
    })
    .await;
    let (thread, _) = asks(&client, "found at the start").await;
    assert!(house.stop(Stop::Gently));
    signs_in_in_a_terminal(&house);
    house.serve();
    let client = house.client();
    is_answered(&client, &thread, "found at the start").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_between_the_failure_and_the_login_loses_nothing_and_doubles_nothing() {
    let mut house = signed_out_house().await;
    let (thread, _) = asks(&house.client(), "still here").await;
    house.kill();
    house.serve();
    signs_in_in_a_terminal(&house);
    is_answered(&house.client(), &thread, "still here").await;
    // The login is older than nothing that waits now.
    house.kill();
    house.serve();
    let client = house.client();
    let last = client.thread().await;
    let turn = client.ask(&last, "@chatgpt\nmock: text \"hi\"").await;
    client.answered(&turn).await;
    assert_eq!(answers(&client, &thread).await, ["still here"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_may_not_ask_any_more_is_not_answered_and_a_backend_that_is_off_waits() {
    let house = signed_out_house().await;
    let (admin, anna) = (house.client(), house.client_as("anna"));
    house.run_ok(&["assistants", "access", "chatgpt", "everyone"]);
    let (theirs, turn) = asks(&anna, "not for anna").await;
    let (mine, waits) = asks(&admin, "once it is on").await;
    house.run_ok(&["assistants", "access", "chatgpt", "owner"]);
    admin
        .patch("/api/backends/codex", json!({ "enabled": "off" }))
        .await;
    signs_in_in_a_terminal(&house);
    until("the login is noticed", || async {
        let backend = admin.get("/api/backends/codex").await;
        backend["problem"].is_null().then_some(())
    })
    .await;
    assert_eq!(admin.turn(&waits).await["parked"], true);
    admin
        .patch("/api/backends/codex", json!({ "enabled": "auto" }))
        .await;
    is_answered(&admin, &mine, "once it is on").await;
    until("what anna asked is left as it ended", || async {
        let turn = anna.turn(&turn).await;
        (turn["parked"] == false).then_some(())
    })
    .await;
    assert!(answers(&anna, &theirs).await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_login_that_is_refused_is_not_tried_without_end() {
    let house = signed_out_house().await;
    let client = house.client();
    let thread = direct(&client, json!({})).await;
    let turn = client.ask(&thread, "mock: text \"mended\"").await;
    assert_eq!(client.ended(&turn).await["parked"], true);
    house.upstream.refuse_login();
    signs_in_in_a_terminal(&house);
    let newest = || async {
        let page = client.get(&format!("/api/threads/{thread}/messages")).await;
        // Earlier attempts come before it.
        page["turns"].as_array().unwrap().last().unwrap().clone()
    };
    let refused = until("the new login is refused", || async {
        let turn = newest().await;
        (turn["attempt"] == 2 && turn["state"] == "failed").then_some(turn)
    })
    .await;
    assert_eq!(refused["error"]["code"], "not_signed_in", "{refused}");
    assert_eq!(refused["parked"], true, "it waits for a better one");
    // Signing in anew makes it one.
    signs_in_on_the_page(&house, &client).await;
    is_answered(&client, &thread, "mended").await;
    assert_eq!(newest().await["attempt"], 3, "one login, one try");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_servers_that_notice_the_same_login_try_once() {
    let house = signed_out_house().await;
    let other = house.another_server();
    let client = house.client();
    let (thread, _) = asks(&client, "from one of them").await;
    signs_in_in_a_terminal(&house);
    is_answered(&client, &thread, "from one of them").await;
    // Both have looked again by the time that either has answered something else.
    let there = Client::new(
        other.base(),
        &house.run_ok(&["tokens", "create", "--name", "there"]),
    );
    for client in [&client, &there] {
        until("it knows of the login", || async {
            let backend = client.get("/api/backends/codex").await;
            (backend["state"] == "ready").then_some(())
        })
        .await;
        let thread = client.thread().await;
        let turn = client.ask(&thread, "@chatgpt\nmock: text \"hi\"").await;
        client.answered(&turn).await;
    }
    assert_eq!(answers(&client, &thread).await, ["from one of them"]);
    assert_eq!(house.upstream.model_requests().len(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_said_otherwise_forked_archived_or_deleted_meanwhile_is_answered_once_or_not_at_all()
 {
    let house = signed_out_house().await;
    let client = house.client();
    let (again, first) = asks(&client, "as it was").await;
    let (edited, _) = asks(&client, "never").await;
    let (source, _) = asks(&client, "where it was asked").await;
    let (gone, _) = asks(&client, "nobody is there").await;
    let (put_away, _) = asks(&client, "found in the archive").await;
    let asked = async |thread: &str| {
        let messages = client.messages(thread).await;
        text(&messages[0], "id").to_owned()
    };
    // Sent again in its place: the same debt, asked otherwise, and it fails and waits as the one before did.
    let message = asked(&again).await;
    let resent = client
        .post(
            &format!("/api/messages/{message}/resend"),
            json!({ "text": "@chatgpt\nmock: text \"as it is\"", "client_id": "again" }),
        )
        .await;
    assert_eq!(resent["message"]["thread_id"], json!(again), "{resent}");
    until("only the newest attempt waits", || async {
        let page = client.get(&format!("/api/threads/{again}/messages")).await;
        let turns = page["turns"].as_array().unwrap();
        let waits = |turn: &Value| turn["parked"] == true;
        let newest = turns.iter().filter(|turn| waits(turn)).collect::<Vec<_>>();
        (newest.len() == 1 && newest[0]["id"] != json!(first)).then_some(())
    })
    .await;
    // Only edited: nobody asked for that.
    let message = asked(&edited).await;
    client
        .patch(
            &format!("/api/messages/{message}"),
            json!({ "text": "@chatgpt\nmock: text \"nor this\"" }),
        )
        .await;
    let message = asked(&source).await;
    let fork = client
        .post(
            &format!("/api/threads/{source}/fork"),
            json!({ "message": message }),
        )
        .await;
    let fork = text(&fork, "id").to_owned();
    let deleted = client
        .call("DELETE", &format!("/api/threads/{gone}"), None)
        .await;
    assert_eq!(deleted.status, 204);
    let archive = format!("/api/threads/{put_away}");
    client.patch(&archive, json!({ "archived": true })).await;

    signs_in_in_a_terminal(&house);
    is_answered(&client, &again, "as it is").await;
    is_answered(&client, &source, "where it was asked").await;
    is_answered(&client, &put_away, "found in the archive").await;
    let archived = client.get(&archive).await;
    assert!(
        !archived["archived_at"].is_null(),
        "it stays there: {archived}"
    );
    // Whatever would go on has been looked at by now, and would stand before this.
    let last = client.thread().await;
    let turn = client.ask(&last, "@chatgpt\nmock: text \"last\"").await;
    client.answered(&turn).await;
    for (thread, said) in [
        (&again, 1),
        (&edited, 0),
        (&source, 1),
        (&fork, 0),
        (&put_away, 1),
    ] {
        assert_eq!(answers(&client, thread).await.len(), said, "{thread}");
    }
    assert_eq!(house.upstream.model_requests().len(), 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_edited_sent_again_archived_and_deleted_while_the_login_is_noticed_is_asked_once_at_most()
 {
    let house = signed_out_house().await;
    let client = house.client();
    let mut waiting = Vec::new();
    for words in ["edited", "resent", "archived", "deleted", "retried"] {
        let (thread, turn) = asks(&client, words).await;
        let message = client.messages(&thread).await.remove(0);
        waiting.push((words, thread, turn, text(&message, "id").to_owned()));
    }
    signs_in_in_a_terminal(&house);
    // All at once, while the server notices the login and tries them again by itself.
    let changes = waiting.iter().map(async |(words, thread, turn, message)| {
        let script = format!("@chatgpt\nmock: text \"{words} anew\"");
        let (method, path, body) = match *words {
            "edited" => (
                "PATCH",
                format!("/api/messages/{message}"),
                json!({ "text": script }),
            ),
            "resent" => (
                "POST",
                format!("/api/messages/{message}/resend"),
                json!({ "text": script, "client_id": "resent" }),
            ),
            "archived" => (
                "PATCH",
                format!("/api/threads/{thread}"),
                json!({ "archived": true }),
            ),
            "deleted" => ("DELETE", format!("/api/threads/{thread}"), json!({})),
            _ => ("POST", format!("/api/turns/{turn}/retry"), json!({})),
        };
        let answer = client.call(method, &path, Some(body)).await;
        assert!(answer.status < 500, "{words}: {answer:?}");
        answer
    });
    let changed = futures_util::future::join_all(changes).await;
    let last = client.thread().await;
    let turn = client.ask(&last, "@chatgpt\nmock: text \"last\"").await;
    client.answered(&turn).await;
    until("nothing waits or runs any more", || async {
        let listed = client.get("/api/turns").await;
        let turns = listed["items"].as_array().unwrap();
        let mut over = turns.iter().map(|listed| {
            let turn = &listed["turn"];
            !turn["ended_at"].is_null() && turn["parked"] == false
        });
        over.all(|over| over).then_some(())
    })
    .await;
    for ((words, thread, _, _), answer) in waiting.iter().zip(changed) {
        let said = match *words {
            "deleted" => continue,
            // Sent again once it was answered, it is asked in a fork.
            "resent" => {
                let to = text(&answer.body["message"], "thread_id").to_owned();
                let mut said = answers(&client, &to).await;
                if to != *thread {
                    said.extend(answers(&client, thread).await);
                }
                said
            }
            _ => answers(&client, thread).await,
        };
        let new = format!("{words} anew");
        for words in [*words, new.as_str()] {
            assert!(
                said.iter().filter(|one| *one == words).count() <= 1,
                "{said:?}"
            );
        }
        let least = usize::from(*words != "edited");
        assert!(said.len() >= least, "{words}: {said:?} {answer:?}");
    }
}
