//! What commands tell that go on after the assistant's last word, and how they end.

use std::{fs, path::Path};

use serde_json::{Value, json};
use switchboard_testkit::until;

use super::{direct, folder};
use crate::support::house;

fn is_text(item: &Value, words: &str) -> bool {
    item["kind"] == "text" && item["text"] == words
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_that_ends_after_the_last_word_is_shown_to_its_end() {
    let house = house().await;
    let client = house.client();
    let path = folder(&house);
    let settings = json!({ "permission": "full", "folder": path });
    let thread = direct(&client, settings).await;
    let script = "mock: shell \"echo one; until [ -e go ]; do sleep 0.02; done; echo two; exit 5\" yield=250\n\
                  mock: text \"answered\"";
    let turn = client.ask(&thread, script).await;
    client
        .item_where(&turn, |item| is_text(item, "answered"))
        .await;
    fs::write(Path::new(&path).join("go"), "").unwrap();
    client.answered(&turn).await;
    let items = client.items(&turn).await;
    let command = items.iter().find(|item| item["kind"] == "command").unwrap();
    assert_eq!(command["text"], "one\ntwo\n", "{command}");
    assert_eq!(
        (&command["status"], &command["exit_code"]),
        (&json!("failed"), &json!(5)),
        "{command}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_that_does_not_end_is_ended_with_the_turn_and_keeps_what_it_said() {
    let house = house().await;
    let client = house.client();
    let path = folder(&house);
    let settings = json!({ "permission": "full", "folder": path });
    let thread = direct(&client, settings).await;
    for (stops, seconds) in [(false, "4324"), (true, "4325")] {
        let sleeps = format!("sleep {seconds}");
        // The shell's own command line ends so too.
        let living = || {
            let mut commands: Vec<_> = house
                .children()
                .into_iter()
                .map(|process| process.command)
                .collect();
            commands.retain(|command| command.ends_with(&sleeps));
            commands
        };
        let script = format!(
            "mock: shell \"echo serving; sleep {seconds}\" yield={}\nmock: text \"answered\"",
            if stops { 20_000 } else { 250 }
        );
        let turn = client.ask(&thread, &script).await;
        if stops {
            client
                .item_where(&turn, |item| item["kind"] == "command")
                .await;
            // It is there once the words before it were said.
            until("it runs", || async {
                living().contains(&sleeps).then_some(())
            })
            .await;
            client.stop(&turn).await;
        } else {
            client.answered(&turn).await;
            let reply = client.messages(&thread).await.pop().unwrap();
            assert_eq!(reply["text"], "answered");
        }
        let items = client.items(&turn).await;
        let command = items.iter().find(|item| item["kind"] == "command").unwrap();
        assert_eq!(command["text"], "serving\n", "{command}");
        assert_eq!(command["status"], "cut", "{command}");
        assert!(command["exit_code"].is_null(), "{command}");
        until("it is gone", || async { living().is_empty().then_some(()) }).await;
    }
}
