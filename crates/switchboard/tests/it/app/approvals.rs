//! Every kind of question, asked by the real app server, with what each decision does on disk or upstream.

use std::{fs, path::Path};

use serde_json::{Value, json};
use switchboard_testkit::{Client, House, until};

use super::{direct, folder};
use crate::support::{house, text};

async fn working_thread(house: &House, client: &Client) -> (String, String) {
    let path = folder(house);
    let settings = json!({ "permission": "standard", "folder": path });
    (direct(client, settings).await, path)
}

/// What the model was told of its newest call.
fn told(house: &House) -> String {
    let request = house.upstream.last_model_request().unwrap();
    let output = request
        .input
        .iter()
        .rev()
        .find(|item| item["type"] == "function_call_output");
    output.unwrap()["output"].to_string()
}

fn offered(question: &Value) -> Vec<&str> {
    let offered = question["offered"].as_array().unwrap();
    offered.iter().map(|word| word.as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_runs_only_if_it_was_accepted_and_each_decision_has_its_end() {
    let house = house().await;
    let client = house.client();
    let (thread, path) = working_thread(&house, &client).await;
    for model in ["scripted-1", "scripted-code"] {
        client
            .patch(
                &format!("/api/threads/{thread}"),
                json!({ "settings": { "model": model } }),
            )
            .await;
        for (decision, state, there) in [
            ("decline", "done", false),
            ("cancel", "cancelled", false),
            ("accept", "done", true),
            ("accept_for_session", "done", true),
        ] {
            let name = format!("{model}-{decision}.txt");
            let script = format!(
                "mock: shell \"echo hi > {name}\" escalate=1 reason=\"needs to write\"\nmock: text \"ok\""
            );
            let turn = client.ask(&thread, &script).await;
            let question = client.asked(&turn, 1).await.remove(0);
            assert_eq!(question["kind"], "command", "{question}");
            assert!(
                text(&question["body"], "command").contains(&format!("echo hi > {name}")),
                "the exact bytes: {question}"
            );
            assert_eq!(question["body"]["reason"], "needs to write");
            assert!(
                !offered(&question).contains(&"accept_with_amendment"),
                "a house home keeps no rules: {question}"
            );
            let lamp = client.get(&format!("/api/threads/{thread}")).await;
            assert_eq!(lamp["state"], "needs_you");
            let decided = client
                .decide(&question, json!({ "decision": decision }))
                .await;
            assert_eq!(decided["decision"], decision);
            let ended = client.ended(&turn).await;
            assert_eq!(ended["state"], state, "{model} {decision}: {ended}");
            assert_eq!(
                Path::new(&path).join(&name).exists(),
                there,
                "{model} {decision}"
            );
            let again = client
                .call(
                    "POST",
                    &format!("/api/approvals/{}", text(&question, "id")),
                    Some(json!({ "decision": "accept" })),
                )
                .await;
            assert_eq!(again.status, 409, "answered at most once: {:?}", again.body);
        }
    }
    // What was accepted for the session is not asked again in it.
    let name = "scripted-code-accept_for_session.txt";
    fs::remove_file(Path::new(&path).join(name)).unwrap();
    let script = format!(
        "mock: shell \"echo hi > {name}\" escalate=1 reason=\"needs to write\"\nmock: text \"ok\""
    );
    let turn = client.ask(&thread, &script).await;
    client.answered(&turn).await;
    assert!(Path::new(&path).join(name).exists());
    let decisions = client.get("/api/audit?action=approval").await;
    assert_eq!(
        decisions["items"].as_array().unwrap().len(),
        8 + 8,
        "each decision, and each attempt to decide again: {decisions}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_change_shows_its_diff_and_is_made_only_if_it_was_accepted() {
    let house = house().await;
    let client = house.client();
    let path = folder(&house);
    fs::write(Path::new(&path).join("old.txt"), "one\ntwo\n").unwrap();
    let settings = json!({ "permission": "read_only", "folder": path });
    let thread = direct(&client, settings).await;
    for (decision, state, there) in [
        ("decline", "done", false),
        ("cancel", "cancelled", false),
        ("accept", "done", true),
    ] {
        let name = format!("src/{decision}.txt");
        let script = format!(
            "mock: patch add {name} \"hello\\nworld\\n\" | update old.txt \"two\" \"two and {decision}\"\nmock: text \"ok\""
        );
        let turn = client.ask(&thread, &script).await;
        let question = client.asked(&turn, 1).await.remove(0);
        assert_eq!(question["kind"], "file_change", "{question}");
        let changes = question["body"]["changes"].as_array().unwrap();
        let diff = |path: &str| {
            let change = changes.iter().find(|change| change["path"] == path);
            text(change.unwrap_or_else(|| panic!("{question}")), "diff").to_owned()
        };
        assert!(diff(&name).contains("+hello\n+world"), "{question}");
        let update = diff("old.txt");
        assert!(
            update.contains("-two") && update.contains(&format!("+two and {decision}")),
            "{update}"
        );
        client
            .decide(&question, json!({ "decision": decision }))
            .await;
        let ended = client.ended(&turn).await;
        assert_eq!(ended["state"], state, "{decision}: {ended}");
        assert_eq!(Path::new(&path).join(&name).exists(), there, "{decision}");
    }
    let old = fs::read_to_string(Path::new(&path).join("old.txt")).unwrap();
    assert_eq!(old, "one\ntwo and accept\n");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn permissions_are_granted_in_part_and_refused_whole() {
    let house = house().await;
    let client = house.client();
    let (thread, _) = working_thread(&house, &client).await;
    let (a, b) = (house.folder().join("a"), house.folder().join("b"));
    for folder in [&a, &b] {
        fs::create_dir_all(folder).unwrap();
    }
    let script = format!(
        "mock: permissions write={},{} reason=\"two places\"\nmock: text \"ok\"",
        a.display(),
        b.display()
    );
    let turn = client.ask(&thread, &script).await;
    let question = client.asked(&turn, 1).await.remove(0);
    assert_eq!(question["kind"], "permissions", "{question}");
    assert_eq!(question["body"]["reason"], "two places");
    let asks = question["body"]["asks"].as_array().unwrap();
    assert_eq!(asks.len(), 2, "{question}");
    let first = asks
        .iter()
        .find(|ask| ask["path"] == a.display().to_string())
        .unwrap();
    client
        .decide(
            &question,
            json!({ "decision": "accept", "content": { "granted": [first["id"]] } }),
        )
        .await;
    client.answered(&turn).await;
    let granted = told(&house);
    assert!(granted.contains(&a.display().to_string()), "{granted}");
    assert!(!granted.contains(&b.display().to_string()), "{granted}");

    let turn = client.ask(&thread, &script).await;
    let question = client.asked(&turn, 1).await.remove(0);
    client
        .decide(&question, json!({ "decision": "decline" }))
        .await;
    client.answered(&turn).await;
    let granted = told(&house);
    assert!(!granted.contains(&a.display().to_string()), "{granted}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_question_is_answered_in_words_whose_commas_stay_and_a_secret_is_never_written() {
    let house = house().await;
    let client = house.client();
    let thread = direct(&client, json!({})).await;
    let script = "mock: ask color \"Which color?\" options=\"Red=warm,Blue=cold\" | pin \"Which pin?\" options=\"None=x\" secret=1\nmock: text \"ok\"";
    let turn = client.ask(&thread, script).await;
    let question = client.asked(&turn, 1).await.remove(0);
    assert_eq!(question["kind"], "question", "{question}");
    let asked = question["body"]["questions"].as_array().unwrap();
    assert_eq!(asked[0]["options"][0]["label"], "Red");
    assert_eq!(asked[1]["secret"], true);
    let secret = "0815-geheim";
    client
        .decide(
            &question,
            json!({ "decision": "answer", "content": { "answers": {
                "color": ["Red, or rather: green, with commas"], "pin": [secret],
            } } }),
        )
        .await;
    client.answered(&turn).await;
    let heard = told(&house);
    assert!(
        heard.contains("Red, or rather: green, with commas"),
        "{heard}"
    );
    assert!(heard.contains(secret), "the model has it");
    for file in crate::support::files_below(&house.home()) {
        let inside = fs::read(&file).unwrap_or_default();
        let here = inside
            .windows(secret.len())
            .any(|bytes| bytes == secret.as_bytes());
        // Codex keeps its own record of the session, which is the conversation itself.
        let codex = file.starts_with(house.home().join("homes"));
        assert!(!here || codex, "{} has the secret", file.display());
    }
    assert!(!house.log().contains(secret));
    assert!(!client.raw(&turn).await.contains(secret));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_questions_of_one_turn_are_open_at_once_and_each_gets_its_own_answer() {
    let house = house().await;
    let client = house.client();
    let (thread, path) = working_thread(&house, &client).await;
    let script = "mock: shell \"echo one > one.txt\" escalate=1 ; shell \"echo two > two.txt\" escalate=1\nmock: text \"ok\"";
    let turn = client.ask(&thread, script).await;
    let questions = client.asked(&turn, 2).await;
    let (yes, no): (Vec<_>, Vec<_>) = questions
        .iter()
        .partition(|question| text(&question["body"], "command").contains("two"));
    client.decide(yes[0], json!({ "decision": "accept" })).await;
    client.decide(no[0], json!({ "decision": "decline" })).await;
    client.answered(&turn).await;
    assert!(Path::new(&path).join("two.txt").exists());
    assert!(!Path::new(&path).join("one.txt").exists());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_no_with_a_reason_reaches_the_model_as_the_persons_words() {
    let house = house().await;
    let client = house.client();
    let (thread, _) = working_thread(&house, &client).await;
    let script = "mock: shell \"rm -rf build\" escalate=1\nmock: text \"ok\"";
    let turn = client.ask(&thread, script).await;
    let question = client.asked(&turn, 1).await.remove(0);
    let decided = client
        .decide(
            &question,
            json!({ "decision": "decline", "feedback": "use `make clean` instead" }),
        )
        .await;
    assert_eq!(decided["feedback"], "use `make clean` instead");
    client.ended(&turn).await;
    // In the turn itself, or as the next message, which may be on its way when the turn has ended. Or nobody can tell whether the
    // turn took them in its last moment: then they stand there as unsure, and are not said twice.
    until("the words are heard, wait, or are unsure", || async {
        let steers = client.get(&format!("/api/turns/{turn}/items")).await;
        if steers["steers"][0]["state"] == "unsure" {
            return Some(());
        }
        let waits = client.get(&format!("/api/threads/{thread}/queue")).await;
        let requests = house.upstream.model_requests();
        let mut requests = requests.iter();
        let heard = requests.any(|request| request.count("use `make clean` instead") == 1);
        (heard || waits["items"][0]["text"] == "use `make clean` instead").then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_who_started_the_turn_decides_and_a_stop_takes_its_questions_down() {
    let house = house().await;
    house.run_ok(&["assistants", "access", "chatgpt", "everyone"]);
    let client = house.client();
    let ben = house.client_as("ben");
    let thread = client.thread().await;
    client
        .post(
            &format!("/api/threads/{thread}/members"),
            json!({ "person": "ben" }),
        )
        .await;
    let turn = client
        .ask(&thread, "@chatgpt\nmock: shell \"ls\"\nmock: text \"ok\"")
        .await;
    let question = client.asked(&turn, 1).await.remove(0);
    let path = format!("/api/approvals/{}", text(&question, "id"));
    let others = ben
        .call("POST", &path, Some(json!({ "decision": "accept" })))
        .await;
    assert_eq!(others.status, 403, "{:?}", others.body);
    let seen = ben.get("/api/approvals?state=open").await;
    assert_eq!(
        seen["items"][0]["id"], question["id"],
        "he sees it all the same"
    );
    let stopped = client.stop(&turn).await;
    assert_eq!(stopped["state"], "cancelled");
    assert_eq!(client.get("/api/approvals").await["items"], json!([]));
    let settled = client.get("/api/approvals?state=settled").await;
    assert_eq!(settled["items"][0]["state"], "void", "{settled}");
    let late = client
        .call("POST", &path, Some(json!({ "decision": "accept" })))
        .await;
    assert_eq!(late.status, 409, "{:?}", late.body);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_written_outside_the_folder_under_standard_access_unless_it_was_accepted() {
    let house = house().await;
    let client = house.client();
    let (thread, _) = working_thread(&house, &client).await;
    let outside = house.folder().join("outside.txt");
    let write = format!("mock: shell \"echo hi > {}\"", outside.display());
    // Whether Codex asks once its sandbox has refused is its own race with the command's end: either is right, and
    // neither writes.
    let turn = client
        .ask(&thread, &format!("{write}\nmock: text \"ok\""))
        .await;
    if client.asked_or_ended(&turn).await {
        client.stop(&turn).await;
    }
    assert!(!outside.exists());
    let turn = client
        .ask(
            &thread,
            &format!("{write} escalate=1 reason=\"to write\"\nmock: text \"ok\""),
        )
        .await;
    let question = client.asked(&turn, 1).await.remove(0);
    assert_eq!(question["kind"], "command", "{question}");
    assert!(!outside.exists());
    client
        .decide(&question, json!({ "decision": "accept" }))
        .await;
    client.answered(&turn).await;
    assert!(outside.exists());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_accepted_change_is_made_in_the_private_folder_of_a_thread_as_well() {
    let house = house().await;
    let client = house.client();
    let thread = direct(&client, json!({})).await;
    let folder = house.home().join("threads").join(&thread);
    // What Codex does with a folder that is not there yet: its sandbox lets an accepted change write its files only.
    for (name, status) in [("main.rs", "done"), ("src/main.rs", "failed")] {
        let script = format!("mock: patch add {name} \"fn main() {{}}\\n\"\nmock: text \"ok\"");
        let turn = client.ask(&thread, &script).await;
        client.accept(&turn).await;
        client.answered(&turn).await;
        let items = client.items(&turn).await;
        let change = items.iter().find(|item| item["kind"] == "file_change");
        assert_eq!(change.unwrap()["status"], status, "{name}");
        assert_eq!(folder.join(name).exists(), status == "done", "{name}");
    }
}
