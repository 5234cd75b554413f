//! How MCP servers start as a turn begins: what it waits for, what it goes without, and what is said of it.

use serde_json::{Value, json};
use switchboard_testkit::tools::{self, Tools};

use super::{
    direct,
    tools::{ask_for, tool_call},
};
use crate::support::{house, text};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_does_not_start_is_said_and_the_turn_goes_on() {
    let house = house().await;
    let client = house.client();
    let server = Tools::over_pipes(&house);
    tools::give(&client, "notes", server.command(&[])).await;
    let broken = json!({ "type": "stdio", "command": "/nonexistent/tools" });
    tools::give(&client, "broken", broken).await;
    tools::give(&client, "unset", server.command(&["NOWHERE_TOKEN"])).await;
    let thread = direct(&client, json!({})).await;
    // It is tried again, and said again, in the next turn of the same session.
    for _ in 0..2 {
        let turn = ask_for(&client, &thread, "echo {\"text\":\"on\"}").await;
        let ended = client.answered(&turn).await;
        let items = client.items(&turn).await;
        let notice = notice(&items);
        assert!(
            notice.contains("mcp_server_failed: broken: there is no such command"),
            "{notice}"
        );
        assert!(tool_call(&items).to_string().contains("echo: on"));
        let notes = ended["ran_with"]["notes"].to_string();
        assert!(
            notes.contains("unset") && notes.contains("NOWHERE_TOKEN"),
            "{notes}"
        );
    }
    let known = client.get(&tools::path(&client, "chatgpt").await).await;
    let states: Vec<_> = known["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| text(one, "state"))
        .collect();
    assert_eq!(states, ["ready", "failed", "failed"], "{known}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_turn_waits_for_a_server_that_takes_its_time_to_start() {
    let house = house().await;
    let client = house.client();
    let slow = Tools::over_pipes(&house).command(&[]);
    tools::give(&client, "notes", after("sleep 2", slow)).await;
    let thread = direct(&client, json!({})).await;
    let turn = ask_for(&client, &thread, "echo {\"text\":\"on\"}").await;
    client.answered(&turn).await;
    let items = client.items(&turn).await;
    assert!(tool_call(&items).to_string().contains("echo: on"));
    assert!(
        notice(&items).starts_with("tools_started: "),
        "what it waited for is told: {items:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_never_starts_is_said_and_the_turn_begins_without_it() {
    let house = house().await;
    let client = house.client();
    let server = Tools::over_pipes(&house);
    tools::give(&client, "notes", server.command(&[])).await;
    let hangs = after("sleep 600", server.command(&[]));
    tools::give(&client, "stuck", hangs).await;
    let thread = direct(&client, json!({})).await;
    let turn = ask_for(&client, &thread, "echo {\"text\":\"on\"}").await;
    client.answered(&turn).await;
    let items = client.items(&turn).await;
    assert!(tool_call(&items).to_string().contains("echo: on"));
    let notice = notice(&items);
    assert!(
        notice.starts_with("tools_slow: began without stuck, which had not started after "),
        "{notice}"
    );
}

/// The command of a server that begins only after this.
fn after(first: &str, mut command: Value) -> Value {
    let mut args = vec![json!("-c"), json!(format!("{first}; exec \"$0\" \"$@\""))];
    args.push(command["command"].take());
    args.extend(command["args"].as_array().into_iter().flatten().cloned());
    command["command"] = json!("/bin/sh");
    command["args"] = json!(args);
    command
}

/// The words of the one notice.
fn notice(items: &[Value]) -> &str {
    let notice = items.iter().find(|item| item["kind"] == "notice");
    text(notice.unwrap_or_else(|| panic!("{items:?}")), "text")
}
