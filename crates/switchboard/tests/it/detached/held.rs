//! Going on in a session that another program has: it is waited for, said who it is, and let go of by a server that only keeps it.

use std::process::{Child, Stdio};

use serde_json::{Value, json};
use switchboard_testkit::{House, Options, until};

use super::{Begun, begin, code, json, over_exec::without_app_server, prepared, repository, run};
use crate::support::{codex_as_typed, codex_in, files_below, soon, text};

/// The newest session in a home of Codex's.
fn newest_session(home: &std::path::Path) -> String {
    let files = files_below(&home.join("sessions")).into_iter();
    let name = files.map(|file| file.file_name().unwrap().to_str().unwrap().to_owned());
    let name = name.max().unwrap();
    name.trim_end_matches(".jsonl")[name.len() - 36 - ".jsonl".len()..].to_owned()
}

/// A session that somebody began in a terminal.
fn begun_in_terminal(house: &House) -> String {
    let words = [
        "exec",
        "--skip-git-repo-check",
        "remember-1\nmock: text \"noted\"",
    ];
    codex_in(house, &repository(house), &words);
    newest_session(&house.codex_home())
}

/// Somebody works in it, in a terminal, until the gate is opened.
async fn held_in_terminal(house: &House, session: &str, gate: &str) -> Child {
    let script = format!("mock: gate {gate} ; text \"theirs\"");
    let words = ["exec", "--skip-git-repo-check", "resume", session, &script];
    let mut command = codex_as_typed(house, &repository(house), &words);
    let holding = command.stdout(Stdio::null()).stderr(Stdio::null());
    let holding = holding.spawn().unwrap();
    soon("the terminal works in it", house.upstream.waiting(gate)).await;
    holding
}

/// The status of a turn once it says that it waits for another program.
async fn waits(house: &House, turn: &Begun) -> Value {
    until("it says for whom it waits", || async {
        let status = json(house, &["status", &turn.id]);
        let waits = status["state"] == "queued" && text(&status, "reason").contains("works in");
        waits.then_some(status)
    })
    .await
}

async fn waits_for_a_terminal(house: &House) {
    let session = begun_in_terminal(house);
    let mut holding = held_in_terminal(house, &session, "theirs").await;
    let goes_on = |words: &str| begin(house, &["continue", "--thread", &session, words]);
    let turn = goes_on("and-2\nmock: text \"mine\"");
    let status = waits(house, &turn).await;
    let who = format!("process {} (codex exec)", holding.id());
    assert!(text(&status, "reason").contains(&who), "{status}");
    assert!(
        text(&status, "hint").contains("switchboard cancel"),
        "{status}"
    );
    // It can be called off meanwhile, as can what comes after it.
    let off = goes_on("never-asked");
    assert_eq!(code(&run(house, &["cancel", &off.id])), 0);
    assert_eq!(off.ended().await["state"], "cancelled");
    let short = [
        "continue",
        "--timeout",
        "3",
        "--thread",
        &session,
        "never-asked",
    ];
    let ended = begin(house, &short).ended().await;
    assert_eq!(
        (&ended["state"], &ended["code"]),
        (&json!("failed"), &json!("session_in_use"))
    );
    assert!(text(&ended, "reason").contains(&who), "{ended}");
    house.upstream.open("theirs");
    assert!(holding.wait().unwrap().success());
    assert_eq!(turn.complete().await["answer"], "mine");
    let requests = house.upstream.model_requests();
    assert!(
        requests
            .iter()
            .all(|request| request.count("never-asked") == 0)
    );
    assert_eq!(requests.last().unwrap().count("remember-1"), 1);
    house.is_quiet().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_a_terminal_works_in_is_waited_for() {
    waits_for_a_terminal(&prepared(Options::default()).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_a_terminal_works_in_is_waited_for_over_codex_exec_too() {
    waits_for_a_terminal(&without_app_server().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_lets_go_of_a_session_that_it_only_keeps() {
    let mut house = prepared(Options::default()).await;
    house.serve();
    let client = house.client();
    let direct = || async {
        let thread = client.post("/api/threads", json!({ "assistant": "chatgpt" }));
        text(&thread.await, "id").to_owned()
    };
    let threads = [direct().await, direct().await];
    let turn = client
        .ask(&threads[0], "remember-1\nmock: text \"noted\"")
        .await;
    assert_eq!(client.ended(&turn).await["state"], "done");
    let session = newest_session(&house.home().join("homes/codex"));
    // With nothing else to do it lets go at once.
    let first = begin(
        &house,
        &[
            "continue",
            "--thread",
            &session,
            "and-2\nmock: text \"two\"",
        ],
    );
    assert_eq!(first.complete().await["answer"], "two");
    let turn = client.ask(&threads[0], "and-3\nmock: text \"three\"").await;
    assert_eq!(client.ended(&turn).await["state"], "done");
    // While its app server works for another thread, once that is done.
    let other = client
        .ask(&threads[1], "mock: gate other ; text \"theirs\"")
        .await;
    soon("the other is asked", house.upstream.waiting("other")).await;
    let second = begin(
        &house,
        &[
            "continue",
            "--thread",
            &session,
            "and-4\nmock: text \"four\"",
        ],
    );
    let status = waits(&house, &second).await;
    assert!(
        text(&status, "reason").contains("(codex app-server)"),
        "{status}"
    );
    house.upstream.open("other");
    assert_eq!(client.ended(&other).await["state"], "done");
    assert_eq!(second.complete().await["answer"], "four");
    let request = house.upstream.last_model_request().unwrap();
    for words in ["remember-1", "and-2", "and-3", "and-4"] {
        assert_eq!(request.count(words), 1, "{words}");
    }
    // One thread on the page, in which all of it stands.
    let messages = client.messages(&threads[0]).await;
    assert_eq!(messages.len(), 8, "{messages:?}");
}
