//! Each decision that is offered and that no other test makes, with what it does on disk, upstream or at an MCP server.

use std::{fs, path::Path};

use serde_json::{Value, json};
use switchboard_testkit::{
    Client, House, Options,
    tools::{self, Tools},
    until,
};

use super::{direct, folder, tools::ask_for};
use crate::support::{BINARY, house};

/// The one question that a turn asks now, which must be of that kind.
async fn asked(client: &Client, turn: &str, kind: &str) -> Value {
    let question = client.asked(turn, 1).await.remove(0);
    assert_eq!(question["kind"], kind, "{question}");
    question
}

async fn decide(client: &Client, question: &Value, decision: &str) {
    let body = json!({ "decision": decision });
    client.decide(question, body).await;
}

/// Says no to whatever a turn still asks; its end.
async fn refused(client: &Client, turn: &str) -> Value {
    while client.asked_or_ended(turn).await {
        let question = client.asked(turn, 1).await.remove(0);
        decide(client, &question, "decline").await;
    }
    client.ended(turn).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_that_is_accepted_for_the_session_is_made_unasked_in_that_file_only() {
    let house = house().await;
    let client = house.client();
    let path = folder(&house);
    let settings = json!({ "permission": "read_only", "folder": path });
    let thread = direct(&client, settings).await;
    let read = |name: &str| fs::read_to_string(Path::new(&path).join(name)).unwrap();
    for name in ["a.txt", "b.txt"] {
        fs::write(Path::new(&path).join(name), "one\n").unwrap();
    }
    let change = |name: &str, from: &str, to: &str| {
        format!("mock: patch update {name} \"{from}\" \"{to}\"\nmock: text \"ok\"")
    };
    let turn = client.ask(&thread, &change("a.txt", "one", "two")).await;
    let question = asked(&client, &turn, "file_change").await;
    decide(&client, &question, "accept_for_session").await;
    client.answered(&turn).await;
    assert_eq!(read("a.txt"), "two\n");
    let turn = client.ask(&thread, &change("a.txt", "two", "three")).await;
    client.answered(&turn).await;
    assert_eq!(read("a.txt"), "three\n", "unasked");
    let turn = client.ask(&thread, &change("b.txt", "one", "two")).await;
    let question = asked(&client, &turn, "file_change").await;
    decide(&client, &question, "decline").await;
    client.answered(&turn).await;
    assert_eq!(read("b.txt"), "one\n");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn permissions_last_for_the_turn_or_for_the_session_as_they_were_given() {
    let house = house().await;
    let client = house.client();
    let path = folder(&house);
    let outside = house.folder().join("outside");
    fs::create_dir_all(&outside).unwrap();
    let settings = json!({ "permission": "standard", "folder": path });
    let thread = direct(&client, settings).await;
    let write = |name: &str| {
        let file = outside.join(name);
        format!(
            "mock: shell \"touch {}\"\nmock: text \"ok\"",
            file.display()
        )
    };
    let script = |name: &str| {
        format!(
            "mock: permissions write={}\n{}",
            outside.display(),
            write(name)
        )
    };
    for (decision, now, later) in [
        ("decline", false, false),
        ("accept", true, false),
        ("accept_for_session", true, true),
    ] {
        let name = format!("{decision}-now");
        let turn = client.ask(&thread, &script(&name)).await;
        let question = asked(&client, &turn, "permissions").await;
        decide(&client, &question, decision).await;
        refused(&client, &turn).await;
        assert_eq!(outside.join(&name).exists(), now, "{decision}");
        let name = format!("{decision}-later");
        let turn = client.ask(&thread, &write(&name)).await;
        refused(&client, &turn).await;
        assert_eq!(outside.join(&name).exists(), later, "{decision}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_network_is_there_once_it_was_given() {
    let house = house().await;
    let client = house.client();
    let path = folder(&house);
    let settings = json!({ "permission": "standard", "folder": path });
    for decision in ["decline", "accept"] {
        let thread = direct(&client, settings.clone()).await;
        let url = format!("{}/{decision}", house.upstream.origin());
        let script = format!(
            "mock: permissions network=1\nmock: shell \"curl -sS -m 20 {url}\"\nmock: text \"ok\""
        );
        let turn = client.ask(&thread, &script).await;
        let question = asked(&client, &turn, "permissions").await;
        assert_eq!(question["body"]["asks"][0]["what"], "network", "{question}");
        decide(&client, &question, decision).await;
        refused(&client, &turn).await;
        let requests = house.upstream.requests();
        let mut reached = requests.iter().map(|seen| seen.path.as_str());
        let reached = reached.any(|path| path == format!("/{decision}"));
        assert_eq!(reached, decision == "accept", "{decision}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_question_that_is_cancelled_ends_the_turn_and_tells_the_model_nothing() {
    let house = house().await;
    let client = house.client();
    let thread = direct(&client, json!({})).await;
    let script =
        "mock: ask color \"Which color?\" options=\"Red=warm,Blue=cold\"\nmock: text \"ok\"";
    let turn = client.ask(&thread, script).await;
    let question = asked(&client, &turn, "question").await;
    let before = house.upstream.model_requests().len();
    decide(&client, &question, "cancel").await;
    let ended = client.ended(&turn).await;
    assert_eq!(ended["state"], "cancelled", "{ended}");
    assert_eq!(house.upstream.model_requests().len(), before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_answer_to_a_servers_form_and_link_reaches_it() {
    let house = house().await;
    let client = house.client();
    let server = Tools::over_pipes(&house);
    tools::give(&client, "notes", server.command(&[])).await;
    let thread = direct(&client, json!({})).await;
    for (tool, kind, decision, state) in [
        ("ask", "form", "decline", "done"),
        ("ask", "form", "cancel", "cancelled"),
        ("link", "link", "accept", "done"),
        ("link", "link", "cancel", "cancelled"),
    ] {
        let before = server.log().len();
        let turn = ask_for(&client, &thread, tool).await;
        let question = asked(&client, &turn, kind).await;
        decide(&client, &question, decision).await;
        let ended = client.ended(&turn).await;
        assert_eq!(ended["state"], state, "{tool} {decision}: {ended}");
        // A cancelled turn doesn't wait until its server has heard the answer.
        let answer = until("the server has its answer", async || {
            let answers = server.log().split_off(before);
            answers
                .iter()
                .find_map(|line| line.get("answered").cloned())
        })
        .await;
        assert_eq!(answer["action"], decision, "{tool}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_ends_the_turn_reaches_a_server_that_is_slow_to_read_it() {
    let house = house().await;
    let client = house.client();
    let server = Tools::over_pipes(&house);
    let mut command = server.command(&[]);
    let slow = "while IFS= read -r line; do case $line in *cancel*) sleep 1;; esac; \
                printf '%s\\n' \"$line\"; done | \"$0\" \"$@\"";
    let mut args = vec![json!("-c"), json!(slow), command["command"].take()];
    args.extend(command["args"].as_array().into_iter().flatten().cloned());
    command["command"] = json!("/bin/sh");
    command["args"] = json!(args);
    tools::give(&client, "notes", command).await;
    let thread = direct(&client, json!({})).await;
    let turn = ask_for(&client, &thread, "ask").await;
    let question = asked(&client, &turn, "form").await;
    decide(&client, &question, "cancel").await;
    let ended = client.ended(&turn).await;
    assert_eq!(ended["state"], "cancelled", "{ended}");
    let answer = until("the server has its answer", async || {
        let mut log = server.log().into_iter();
        log.find_map(|line| line.get("answered").cloned())
    })
    .await;
    assert_eq!(answer["action"], "cancel");
    house.is_quiet().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_always_accepted_is_kept_in_the_own_home_for_the_servers_that_stand_there() {
    let mut house = House::prepare(BINARY, Options::default()).await;
    let server = Tools::over_pipes(&house);
    let command = server.command(&[]);
    let config = format!(
        "[features]\nplugins = false\napps = false\n\n[mcp_servers.mine]\ncommand = \"node\"\nargs = {}\n",
        command["args"]
    );
    let file = house.codex_home().join("config.toml");
    fs::write(&file, config).unwrap();
    house.serve();
    let client = house.client();
    tools::give(&client, "notes", command).await;
    let add = |name: &str| format!("mock: mcp {name} add {{\"a\":1,\"b\":2}}\nmock: text \"ok\"");
    let own = json!({ "home": "own" });
    // One that Switchboard gives stands in no file: nothing could be kept of it.
    let thread = direct(&client, own.clone()).await;
    let turn = client.ask(&thread, &add("notes")).await;
    let question = asked(&client, &turn, "tool").await;
    let offered = ["accept", "accept_for_session", "decline", "cancel"];
    assert_eq!(question["offered"], json!(offered), "{question}");
    assert_eq!(question["body"]["persist"], json!(["session"]));
    decide(&client, &question, "decline").await;
    client.answered(&turn).await;

    let turn = client.ask(&thread, &add("mine")).await;
    let question = asked(&client, &turn, "tool").await;
    decide(&client, &question, "accept_always").await;
    client.answered(&turn).await;
    assert_eq!(server.called(), ["add"]);
    let kept = fs::read_to_string(&file).unwrap();
    assert!(
        kept.contains("[mcp_servers.mine.tools.add]\napproval_mode = \"approve\""),
        "{kept}"
    );
    let another = direct(&client, own).await;
    let turn = client.ask(&another, &add("mine")).await;
    client.answered(&turn).await;
    assert_eq!(server.called(), ["add", "add"], "unasked");
}
