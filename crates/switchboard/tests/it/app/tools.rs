//! MCP servers of a person's, used by the real app server: what is offered, asked, called and told, and to whom not.

use std::fs;

use serde_json::{Value, json};
use switchboard_testkit::{
    Client, House, Options,
    tools::{self, Tools},
    until,
};

use super::{direct, folder};
use crate::support::{BINARY, house, text};

/// What the model was offered with its newest request of these servers, which is nothing if they are not there.
fn offered(house: &House) -> String {
    let request = house.upstream.last_model_request().unwrap();
    request.body["tools"].to_string()
}

pub(super) fn tool_call(items: &[Value]) -> &Value {
    let call = items.iter().find(|item| item["kind"] == "tool_call");
    call.unwrap_or_else(|| panic!("no call in {items:?}"))
}

pub(super) async fn ask_for(client: &Client, thread: &str, call: &str) -> String {
    let script = format!("mock: mcp notes {call}\nmock: text \"ok\"");
    client.ask(thread, &script).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_is_asked_about_with_its_arguments_and_made_only_if_it_was_accepted() {
    let house = house().await;
    let client = house.client();
    let server = Tools::over_pipes(&house);
    let given = tools::give(&client, "notes", server.command(&[])).await;
    assert_eq!(
        (&given["state"], &given["tools"]),
        (&json!("unknown"), &json!(null))
    );
    for model in ["scripted-1", "scripted-code"] {
        let thread = direct(&client, json!({ "model": model })).await;
        for (decision, state, called) in [
            ("decline", "done", 0),
            ("accept", "done", 1),
            ("cancel", "cancelled", 1),
        ] {
            let before = server.called().len();
            let turn = ask_for(&client, &thread, "add {\"a\":1,\"b\":41}").await;
            let question = client.asked(&turn, 1).await.remove(0);
            assert_eq!(question["kind"], "tool", "{question}");
            let body = &question["body"];
            assert_eq!(
                (&body["server"], &body["tool"]),
                (&json!("notes"), &json!("add")),
                "{body}"
            );
            assert_eq!(body["arguments"], json!({ "a": 1, "b": 41 }));
            assert!(
                !body.to_string().contains("notes_"),
                "only the person's own name for it: {body}"
            );
            client
                .decide(&question, json!({ "decision": decision }))
                .await;
            let ended = client.ended(&turn).await;
            assert_eq!(ended["state"], state, "{model} {decision}: {ended}");
            let expected = called.min(usize::from(decision == "accept"));
            assert_eq!(
                server.called().len() - before,
                expected,
                "{model} {decision}"
            );
            let items = client.items(&turn).await;
            let call = tool_call(&items);
            assert_eq!(call["server"], "notes", "{call}");
            if decision == "accept" {
                assert!(text(call, "text").contains("sum: 42"), "{call}");
            }
        }
    }
    let known = client.get(&tools::path(&client, "chatgpt").await).await;
    assert_eq!(
        known["items"][0]["state"], "ready",
        "as the turns saw it: {known}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_accepted_for_the_session_and_what_only_reads_runs_unasked() {
    let house = house().await;
    let client = house.client();
    let server = Tools::over_pipes(&house);
    tools::give(&client, "notes", server.command(&[])).await;
    let thread = direct(&client, json!({})).await;
    let turn = ask_for(&client, &thread, "add {\"a\":1,\"b\":2}").await;
    let question = client.asked(&turn, 1).await.remove(0);
    client
        .decide(&question, json!({ "decision": "accept_for_session" }))
        .await;
    client.answered(&turn).await;
    for call in ["add {\"a\":3,\"b\":4}", "echo {\"text\":\"hi\"}", "fail"] {
        let turn = ask_for(&client, &thread, call).await;
        client.answered(&turn).await;
        let items = client.items(&turn).await;
        let (call, item) = (call.split(' ').next().unwrap(), tool_call(&items));
        let (status, said) = match call {
            "add" => ("done", "sum: 7"),
            "echo" => ("done", "echo: hi"),
            _ => ("failed", "it cannot"),
        };
        assert_eq!(item["status"], status, "{item}");
        assert!(item.to_string().contains(said), "{item}");
    }
    assert_eq!(server.called(), ["add", "add", "echo", "fail"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_answer_to_a_servers_form_and_link_reaches_it() {
    let house = house().await;
    let client = house.client();
    let server = Tools::over_pipes(&house);
    tools::give(&client, "notes", server.command(&[])).await;
    let thread = direct(&client, json!({})).await;
    let turn = ask_for(&client, &thread, "ask").await;
    let question = client.asked(&turn, 1).await.remove(0);
    assert_eq!(question["kind"], "form", "{question}");
    assert_eq!(question["body"]["server"], "notes");
    let path = format!("/api/approvals/{}", text(&question, "id"));
    let unfit = json!({ "decision": "accept", "content": { "name": "Mara", "color": "green" } });
    assert_eq!(client.call("POST", &path, Some(unfit)).await.status, 422);
    let content = json!({ "name": "Mara", "color": "blue" });
    client
        .decide(
            &question,
            json!({ "decision": "accept", "content": content }),
        )
        .await;
    client.answered(&turn).await;
    let turn = ask_for(&client, &thread, "link").await;
    let question = client.asked(&turn, 1).await.remove(0);
    assert_eq!(question["kind"], "link", "{question}");
    assert_eq!(question["body"]["url"], "https://example.com/confirm");
    client
        .decide(&question, json!({ "decision": "decline" }))
        .await;
    client.answered(&turn).await;
    let answers: Vec<Value> = server
        .log()
        .iter()
        .filter_map(|line| line.get("answered").cloned())
        .collect();
    assert_eq!(answers[0]["action"], "accept", "{answers:?}");
    assert_eq!(answers[0]["content"], content);
    assert_eq!(answers[1]["action"], "decline", "{answers:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_elses_turn_and_no_shared_thread_has_a_persons_tools() {
    let house = house().await;
    house.run_ok(&["assistants", "access", "chatgpt", "everyone"]);
    let (client, ben) = (house.client(), house.client_as("ben"));
    let server = Tools::over_pipes(&house);
    tools::give(&client, "notes", server.command(&[])).await;
    let bens = ben.get(&tools::path(&ben, "chatgpt").await).await;
    assert_eq!(bens["items"], json!([]));
    let thread = direct(&ben, json!({})).await;
    let turn = ben.ask(&thread, "mock: text \"ok\"").await;
    ben.answered(&turn).await;
    assert!(!offered(&house).contains("mcp__"), "{}", offered(&house));
    // Alone in a thread, first mentioned and then direct.
    let thread = client.thread().await;
    let turn = client.ask(&thread, "@chatgpt\nmock: text \"ok\"").await;
    client.answered(&turn).await;
    assert!(
        offered(&house).contains("mcp__notes_"),
        "{}",
        offered(&house)
    );
    let members = format!("/api/threads/{thread}/members");
    client.post(&members, json!({ "person": "ben" })).await;
    let left_out_in = async |thread: &str, why: &str| {
        let turn = client.ask(thread, "@chatgpt\nmock: text \"ok\"").await;
        let ended = client.answered(&turn).await;
        assert!(!offered(&house).contains("mcp__"), "{}", offered(&house));
        let notes = ended["ran_with"]["notes"].to_string();
        assert!(notes.contains(why) && notes.contains("(notes)"), "{notes}");
    };
    left_out_in(&thread, "others can write").await;
    ben.say(&thread, "call the tools of mara, please").await;
    let all = client.get(&members).await;
    let all = all["items"].as_array().unwrap();
    let id = text(all.iter().find(|one| one["handle"] == "ben").unwrap(), "id").to_owned();
    let gone = client
        .call("DELETE", &format!("{members}/{id}"), None)
        .await;
    assert_eq!(gone.status, 204, "{:?}", gone.body);
    left_out_in(&thread, "others have written").await;
    let last = client.messages(&thread).await.pop().unwrap();
    let fork = json!({ "message": last["id"] });
    let fork = client
        .post(&format!("/api/threads/{thread}/fork"), fork)
        .await;
    left_out_in(text(&fork, "id"), "carries over").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_goes_on_with_the_servers_that_there_are_now() {
    let house = house().await;
    let client = house.client();
    let server = Tools::over_pipes(&house);
    let thread = direct(&client, json!({})).await;
    let path = tools::path(&client, "chatgpt").await;
    let has = async |there: bool| {
        let turn = client.ask(&thread, "remembered\nmock: text \"ok\"").await;
        client.answered(&turn).await;
        assert_eq!(offered(&house).contains("mcp__notes_"), there);
        house
            .upstream
            .last_model_request()
            .unwrap()
            .count("remembered")
    };
    assert_eq!(has(false).await, 1);
    tools::give(&client, "notes", server.command(&[])).await;
    assert_eq!(has(true).await, 2, "the same session");
    client
        .patch(&format!("{path}/notes"), json!({ "enabled": false }))
        .await;
    assert_eq!(has(false).await, 3);
    client
        .patch(&format!("{path}/notes"), json!({ "enabled": true }))
        .await;
    assert_eq!(has(true).await, 4);
    let removed = client.call("DELETE", &format!("{path}/notes"), None).await;
    assert_eq!(removed.status, 204);
    assert_eq!(has(false).await, 5);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_variables_value_reaches_its_server_alone_and_is_written_nowhere() {
    let secret = "value-of-the-notes-token";
    let env = vec![("NOTES_TOKEN".to_owned(), secret.to_owned())];
    let house = House::start(
        BINARY,
        Options {
            env,
            ..Options::default()
        },
    )
    .await;
    let client = house.client();
    let server = Tools::over_http(&house, secret);
    let http = json!({ "type": "http", "url": server.url(), "bearer_variable": "NOTES_TOKEN" });
    tools::give(&client, "web", http).await;
    tools::give(
        &client,
        "notes",
        Tools::over_pipes(&house).command(&["NOTES_TOKEN"]),
    )
    .await;
    let path = folder(&house);
    let settings = json!({ "permission": "full", "folder": path });
    let thread = direct(&client, settings).await;
    let script = "mock: mcp web echo {\"text\":\"let in\"}\n\
                  mock: mcp notes variable {\"name\":\"NOTES_TOKEN\"}\n\
                  mock: shell \"echo length ${#NOTES_TOKEN}\"\nmock: text \"ok\"";
    let turn = client.ask(&thread, script).await;
    client.answered(&turn).await;
    let items = client.items(&turn).await;
    let said = json!(items).to_string();
    for words in [
        "echo: let in",
        &format!("variable: {}", secret.len()),
        "length 0",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    for process in house.warm() {
        assert!(!process.command.contains(secret), "{}", process.command);
    }
    for file in crate::support::files_below(&house.home()) {
        let inside = fs::read(&file).unwrap_or_default();
        let here = inside
            .windows(secret.len())
            .any(|bytes| bytes == secret.as_bytes());
        assert!(!here, "{} has it", file.display());
    }
    assert!(!house.log().contains(secret));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_test_lists_the_tools_or_says_what_is_wrong_and_asks_no_model() {
    let house = house().await;
    let client = house.client();
    let server = Tools::over_http(&house, "right");
    let path = tools::path(&client, "chatgpt").await;
    for (name, transport, state, words) in [
        ("notes", server.command(&[]), "ready", ""),
        (
            "gone",
            json!({ "type": "stdio", "command": "/nonexistent/tools" }),
            "failed",
            "no such command",
        ),
        (
            "ends",
            json!({ "type": "stdio", "command": "true" }),
            "failed",
            "ended before it answered",
        ),
        (
            "unset",
            server.command(&["NOWHERE_TOKEN"]),
            "failed",
            "NOWHERE_TOKEN is not set",
        ),
        (
            "closed",
            json!({ "type": "http", "url": "http://127.0.0.1:1/mcp" }),
            "failed",
            "127.0.0.1:1",
        ),
        (
            "web",
            json!({ "type": "http", "url": server.url() }),
            "needs_sign_in",
            "",
        ),
    ] {
        tools::give(&client, name, transport).await;
        let tested = client.post(&format!("{path}/{name}/test"), json!({})).await;
        assert_eq!(tested["state"], state, "{tested}");
        let message = tested["message"].as_str().unwrap_or_default();
        assert!(
            message.contains(words) && !message.contains("rmcp"),
            "{tested}"
        );
        if name == "notes" {
            let tools = tested["tools"].as_array().unwrap();
            let names: Vec<_> = tools
                .iter()
                .map(|tool| (text(tool, "name"), tool["reads_only"] == true))
                .collect();
            assert_eq!(names[..3], [("add", false), ("ask", true), ("echo", true)]);
        }
    }
    assert_eq!(house.upstream.model_requests().len(), 0);
    drop(server);
    house.is_quiet().await;
    let notes = client.get("/api/audit?action=mcp").await;
    assert_eq!(notes["items"].as_array().unwrap().len(), 12, "{notes}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_adds_only_what_leads_out_of_the_house() {
    let house = house().await;
    house.run_ok(&["assistants", "access", "chatgpt", "everyone"]);
    let ben = house.client_as("ben");
    let path = tools::path(&ben, "chatgpt").await;
    let add = async |name: &str, transport: Value| {
        let body = json!({ "name": name, "transport": transport });
        ben.call("POST", &path, Some(body)).await.status
    };
    let http = |url: &str| json!({ "type": "http", "url": url });
    assert_eq!(
        add("a", json!({ "type": "stdio", "command": "sh" })).await,
        403
    );
    assert_eq!(add("a", http("http://127.0.0.1:1/mcp")).await, 403);
    assert_eq!(add("a", http("https://db.internal/mcp")).await, 403);
    assert_eq!(
        add(
            "a",
            json!({ "type": "http", "url": "https://example.com", "bearer_variable": "X" })
        )
        .await,
        403
    );
    assert_eq!(add("a", http("https://example.com/mcp?token=1")).await, 422);
    assert_eq!(add("A b", http("https://example.com/mcp")).await, 422);
    assert_eq!(add("a", http("https://example.com/mcp")).await, 201);
    assert_eq!(add("a", http("https://example.com/mcp")).await, 422);
    let change = json!({ "transport": http("http://localhost/mcp") });
    assert_eq!(
        ben.call("PATCH", &format!("{path}/a"), Some(change))
            .await
            .status,
        403
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_in_the_middle_of_a_call_leaves_no_process_of_it() {
    let house = house().await;
    let client = house.client();
    let server = Tools::over_pipes(&house);
    tools::give(&client, "notes", server.command(&[])).await;
    let direct = direct(&client, json!({})).await;
    let mentioned = client.thread().await;
    for (thread, mention) in [(&direct, ""), (&mentioned, "@chatgpt\n")] {
        let before = server.called().len();
        let script = format!("{mention}mock: mcp notes slow\nmock: text \"ok\"");
        let turn = client.ask(thread, &script).await;
        until("the tool runs", || async {
            (server.called().len() > before).then_some(())
        })
        .await;
        let stopped = client.stop(&turn).await;
        assert_eq!(stopped["state"], "cancelled");
        house.is_quiet().await;
    }
    // A session goes on with them all the same.
    let turn = ask_for(&client, &direct, "echo {\"text\":\"again\"}").await;
    client.answered(&turn).await;
    assert!(
        tool_call(&client.items(&turn).await)
            .to_string()
            .contains("echo: again")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_admin_sets_somebody_elses_tools_on_the_command_line() {
    let house = house().await;
    let ben = house.client_as("ben");
    let server = Tools::over_pipes(&house);
    let command = server.command(&[]);
    let mut add = vec!["mcp", "add", "notes", "--for", "ben", "--", "node"];
    add.extend(
        command["args"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one.as_str().unwrap()),
    );
    house.run_ok(&add);
    let path = tools::path(&ben, "chatgpt").await;
    let bens = ben.get(&path).await;
    assert_eq!(bens["items"][0]["transport"]["args"], command["args"]);
    let listed = house.run_ok(&["mcp", "list", "--for", "ben"]);
    assert!(
        listed.starts_with("notes") && listed.contains("runs node"),
        "{listed}"
    );
    assert_eq!(
        house.run_ok(&["mcp", "list"]),
        "",
        "the admin's own are others"
    );
    let refused = house.run(&["mcp", "test", "notes", "--for", "ben"]);
    let words = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(
        !refused.status.success() && words.contains("is not open to you"),
        "{words}"
    );
    house.run_ok(&["assistants", "access", "chatgpt", "everyone"]);
    let found = house.run_ok(&["mcp", "test", "notes", "--for", "ben"]);
    assert_eq!(found.lines().take(2).collect::<Vec<_>>(), ["add", "ask"]);
    assert_eq!(ben.get(&path).await["items"][0]["state"], "ready");
    // Ben uses it, switches it off and on, and cannot make it run something else.
    let thread = direct(&ben, json!({})).await;
    let turn = ask_for(&ben, &thread, "echo {\"text\":\"hi\"}").await;
    ben.answered(&turn).await;
    assert_eq!(server.called(), ["echo"]);
    let one = format!("{path}/notes");
    ben.patch(&one, json!({ "enabled": false })).await;
    for transport in [
        json!({ "type": "stdio", "command": "sh" }),
        json!({ "type": "http", "url": "https://example.com/mcp" }),
    ] {
        let change = json!({ "transport": transport });
        assert_eq!(ben.call("PATCH", &one, Some(change)).await.status, 403);
    }
    house.run_ok(&["mcp", "remove", "notes", "--for", "ben"]);
    let gone = house.run(&["mcp", "remove", "notes", "--for", "ben"]);
    let words = String::from_utf8_lossy(&gone.stderr).into_owned();
    assert!(words.contains("mcp list --for ben"), "{words}");
    let notes = ben.get("/api/session").await;
    let audit = house.client().get("/api/audit?action=mcp").await;
    let whom = &audit["items"][0]["whom"];
    assert_eq!(whom["id"], notes["person"]["id"], "{audit}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_of_an_admin_who_became_a_member_waits_until_they_are_one_again() {
    let house = house().await;
    house.run_ok(&["assistants", "access", "chatgpt", "everyone"]);
    let anna = house.client_as("anna");
    house.run_ok(&["people", "role", "anna", "admin"]);
    let server = Tools::over_pipes(&house);
    tools::give(&anna, "notes", server.command(&[])).await;
    let at = format!("{}/notes", tools::path(&anna, "chatgpt").await);
    let answered = async |client: &Client| {
        let thread = direct(client, json!({})).await;
        let turn = client.ask(&thread, "mock: text \"ok\"").await;
        let turn = client.answered(&turn).await;
        (offered(&house), turn["ran_with"]["notes"].to_string())
    };
    assert!(answered(&anna).await.0.contains("notes"));
    house.run_ok(&["people", "role", "anna", "member"]);
    let before = server.log().len();
    let (tools, notes) = answered(&anna).await;
    assert!(!tools.contains("notes"), "{tools}");
    assert!(notes.contains("no admin any more"), "{notes}");
    let known = anna.get(&tools::path(&anna, "chatgpt").await).await;
    let known = &known["items"][0];
    assert_eq!(
        (&known["name"], &known["enabled"]),
        (&json!("notes"), &json!(true))
    );
    assert!(
        text(known, "barred").contains("no admin any more"),
        "{known}"
    );
    let tested = anna
        .call("POST", &format!("{at}/test"), Some(json!({})))
        .await;
    assert_eq!(tested.status, 422, "{:?}", tested.body);
    assert_eq!(server.log().len(), before, "it was not started");
    // What an admin gives a member is used.
    let theirs = house.client_as("ben");
    let command = server.command(&[]);
    let words = command["args"].as_array().unwrap().iter();
    let mut add = vec!["mcp", "add", "given", "--for", "ben", "--", "node"];
    add.extend(words.map(|word| word.as_str().unwrap()));
    house.run_ok(&add);
    assert!(answered(&theirs).await.0.contains("given"));
    house.run_ok(&["people", "role", "anna", "admin"]);
    assert!(answered(&anna).await.0.contains("notes"));
}
