//! Turns on the plan of a workspace whose administrator demands something of Codex: what it asks about the network, with what each
//! decision does upstream, and what a turn works with where its permission is not allowed.

use std::{fs, path::Path};

use serde_json::{Value, json};
use switchboard_testkit::{Client, House, Options};
use switchboard_upstream::auth;

use super::{direct, folder};
use crate::support::{BINARY, text};

/// Commands reach the network through Codex's proxy alone, which asks about each host.
const PROXY: &str = "[experimental_network]\nenabled = true\nallow_local_binding = true\n";

/// A house on such a plan.
async fn house_of(demands: &str) -> House {
    let options = Options {
        login: Some(auth::managed_login()),
        ..Options::default()
    };
    let mut house = House::prepare(BINARY, options).await;
    house.upstream.demand(demands);
    house.serve();
    house
}

/// A command that asks the upstream for this page.
fn fetch(house: &House, page: &str) -> String {
    let url = format!("{}/{page}", house.upstream.origin());
    format!("mock: shell \"curl -sS -m 20 --noproxy '' {url}\"\nmock: text \"ok\"")
}

/// How often that page was asked for.
fn reached(house: &House, page: &str) -> usize {
    let requests = house.upstream.requests();
    let path = format!("/{page}");
    requests.iter().filter(|seen| seen.path == path).count()
}

fn offered(question: &Value) -> Vec<&str> {
    let offered = question["offered"].as_array().unwrap();
    offered.iter().map(|word| word.as_str().unwrap()).collect()
}

async fn decide(client: &Client, question: &Value, decision: &str) {
    let body = json!({ "decision": decision });
    client.decide(question, body).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_is_reached_only_if_it_was_accepted_and_each_decision_has_its_end() {
    let house = house_of(PROXY).await;
    let client = house.client();
    let path = folder(&house);
    for model in ["scripted-1", "scripted-code"] {
        let settings = json!({ "permission": "standard", "folder": path, "model": model });
        let thread = direct(&client, settings).await;
        for (decision, state, reaches) in [
            ("decline", "done", 0),
            ("cancel", "cancelled", 0),
            ("accept", "done", 1),
            ("accept_for_session", "done", 1),
        ] {
            let page = format!("{model}-{decision}");
            let turn = client.ask(&thread, &fetch(&house, &page)).await;
            let question = client.asked(&turn, 1).await.remove(0);
            assert_eq!(question["kind"], "command", "{question}");
            let body = &question["body"];
            let network = json!({ "host": "127.0.0.1", "protocol": "http" });
            assert_eq!(body["network"], network, "{question}");
            assert!(text(body, "reason").contains("127.0.0.1"), "{question}");
            assert_eq!(
                offered(&question),
                ["accept", "accept_for_session", "decline", "cancel"],
                "a private home remembers nothing"
            );
            assert_eq!(reached(&house, &page), 0, "not before it was accepted");
            decide(&client, &question, decision).await;
            let ended = client.ended(&turn).await;
            assert_eq!(ended["state"], state, "{model} {decision}: {ended}");
            assert_eq!(reached(&house, &page), reaches, "{model} {decision}");
        }
        let turn = client.ask(&thread, &fetch(&house, "unasked")).await;
        client.answered(&turn).await;
    }
    assert_eq!(reached(&house, "unasked"), 2, "once in either session");
    let rules = house.home().join("homes/codex/rules");
    assert!(!rules.exists());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_that_was_accepted_still_asks_before_it_reaches_a_host() {
    let house = house_of(PROXY).await;
    let client = house.client();
    let thread = direct(&client, json!({})).await;
    for (second, reaches) in [("decline", 0), ("accept", 1)] {
        let turn = client.ask(&thread, &fetch(&house, second)).await;
        let command = client.asked(&turn, 1).await.remove(0);
        assert!(text(&command["body"], "command").contains("curl"));
        decide(&client, &command, "accept").await;
        let host = client.asked(&turn, 1).await.remove(0);
        assert_eq!(host["body"]["network"]["host"], "127.0.0.1", "{host}");
        decide(&client, &host, second).await;
        client.answered(&turn).await;
        assert_eq!(reached(&house, second), reaches);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_that_is_remembered_is_a_rule_of_the_own_home_and_of_no_other() {
    let house = house_of(PROXY).await;
    let client = house.client();
    let path = folder(&house);
    let settings = |home: &str| json!({ "permission": "standard", "folder": path, "home": home });
    let thread = direct(&client, settings("own")).await;
    let turn = client.ask(&thread, &fetch(&house, "first")).await;
    let question = client.asked(&turn, 1).await.remove(0);
    assert_eq!(
        offered(&question),
        [
            "accept",
            "accept_for_session",
            "accept_with_network_amendment",
            "decline",
            "cancel"
        ]
    );
    decide(&client, &question, "accept_with_network_amendment").await;
    client.answered(&turn).await;
    assert_eq!(reached(&house, "first"), 1);
    let rules = fs::read_to_string(house.codex_home().join("rules/default.rules")).unwrap();
    assert!(
        rules.contains("network_rule(host=\"127.0.0.1\""),
        "the very host that was shown: {rules}"
    );
    // It is kept in the home: another thread there is not asked either, and one in the private home is.
    let another = direct(&client, settings("own")).await;
    for thread in [&thread, &another] {
        let turn = client.ask(thread, &fetch(&house, "again")).await;
        client.answered(&turn).await;
    }
    assert_eq!(reached(&house, "again"), 2);
    let private = direct(&client, settings("house")).await;
    let turn = client.ask(&private, &fetch(&house, "private")).await;
    let question = client.asked(&turn, 1).await.remove(0);
    decide(&client, &question, "decline").await;
    client.answered(&turn).await;
    assert_eq!(reached(&house, "private"), 0);
    assert!(!house.home().join("homes/codex/rules").exists());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_allowed_becomes_the_next_best_and_the_turn_says_so() {
    let on_request = "allowed_approval_policies = [\"on-request\"]\n";
    let reads = "allowed_sandbox_modes = [\"read-only\"]\n";
    let writes = "allowed_sandbox_modes = [\"read-only\", \"workspace-write\"]\n";
    for (demands, rows) in [
        (
            on_request,
            [
                ("read_only", "read_only", "it asks on-request"),
                ("standard", "standard", "it asks on-request"),
                ("full", "full", "it asks as the administrator wants"),
            ],
        ),
        (
            reads,
            [
                ("read_only", "read_only", ""),
                (
                    "standard",
                    "read_only",
                    "allows no standard access: it worked with read-only access",
                ),
                (
                    "full",
                    "read_only",
                    "allows no full access: it worked with read-only access",
                ),
            ],
        ),
        (
            writes,
            [
                ("read_only", "read_only", ""),
                ("standard", "standard", ""),
                (
                    "full",
                    "standard",
                    "allows no full access: it worked with standard access",
                ),
            ],
        ),
    ] {
        let house = house_of(demands).await;
        let client = house.client();
        let path = folder(&house);
        for (chosen, permission, note) in rows {
            let settings = json!({ "permission": chosen, "folder": path });
            let thread = direct(&client, settings).await;
            // The second turn resumes a thread that is loaded.
            for round in 1..=2 {
                let file = Path::new(&path).join(format!("{chosen}-{round}"));
                let script = format!(
                    "mock: shell \"touch {}\"\nmock: text \"ok\"",
                    file.display()
                );
                let turn = client.ask(&thread, &script).await;
                // What its sandbox forbids, and what is asked about each time, is done only with a yes.
                while client.asked_or_ended(&turn).await {
                    assert!(!file.exists(), "{demands}: {chosen}");
                    let question = client.asked(&turn, 1).await.remove(0);
                    decide(&client, &question, "decline").await;
                }
                let ended = client.answered(&turn).await;
                let ran_with = &ended["ran_with"];
                assert_eq!(ran_with["permission"], permission, "{demands}: {ended}");
                let notes = ran_with["notes"].to_string();
                assert_eq!(notes == "[]", note.is_empty(), "{demands}: {ended}");
                assert!(notes.contains(note), "{demands}: {ended}");
                assert_eq!(
                    file.exists(),
                    permission != "read_only",
                    "{demands}: {chosen} {ended}"
                );
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_model_decides_in_a_persons_place() {
    let house = house_of("allowed_approvals_reviewers = [\"auto_review\"]\n").await;
    let client = house.client();
    let thread = direct(&client, json!({})).await;
    let turn = client
        .ask(&thread, "mock: shell \"ls\"\nmock: text \"ok\"")
        .await;
    let ended = client.ended(&turn).await;
    assert_eq!(ended["error"]["code"], "codex_start_failed", "{ended}");
    let hint = text(&ended["error"], "hint");
    assert!(hint.contains("allowed_approvals_reviewers"), "{ended}");
    assert_eq!(house.upstream.model_requests().len(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn demands_that_cannot_be_read_fail_the_turn_with_whom_to_ask() {
    let house = house_of("this is no configuration [").await;
    let client = house.client();
    let thread = direct(&client, json!({})).await;
    let turn = client.ask(&thread, "mock: text \"ok\"").await;
    let ended = client.ended(&turn).await;
    assert_eq!(ended["error"]["code"], "upstream_failed", "{ended}");
    let hint = text(&ended["error"], "hint");
    assert!(hint.contains("administrator"), "{ended}");
    assert_eq!(house.upstream.model_requests().len(), 0);
}
