//! Codex's own record of a direct thread is as the thread is, as another program of Codex's sees it.

use std::{
    fs,
    io::{BufRead as _, BufReader, Write as _},
    process::{Command, Stdio},
};

use serde_json::{Value, json};
use switchboard_testkit::{House, Stop, codex, until};

use super::direct;
use crate::support::{files_below, house, soon, text};

/// The names of all records of the house, those of the archived ones after those of the others.
#[expect(
    clippy::disallowed_methods,
    reason = "what another program of Codex's sees; it ends with its input"
)]
fn records(house: &House) -> [Vec<String>; 2] {
    let temp = house.folder().join("looking");
    fs::create_dir_all(&temp).unwrap();
    let mut child = Command::new(codex())
        .args(["app-server", "--listen", "stdio://"])
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("CODEX_HOME", house.home().join("homes/codex"))
        .env("TMPDIR", temp)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut says = child.stdin.take().unwrap();
    let mut heard = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut call = |id: u64, method: &str, params: Value| {
        let line = json!({ "id": id, "method": method, "params": params });
        writeln!(says, "{line}").unwrap();
        loop {
            let line: Value = serde_json::from_str(&heard.next().unwrap().unwrap()).unwrap();
            if line["id"] == id && line["method"].is_null() {
                return line["result"].clone();
            }
        }
    };
    let client = json!({ "clientInfo": { "name": "look", "title": "Look", "version": "1" } });
    call(1, "initialize", client);
    let listed = [false, true].map(|archived| {
        let told = call(2, "thread/list", json!({ "archived": archived }));
        let names = told["data"].as_array().unwrap().iter().map(|thread| {
            let id = text(thread, "id");
            let read = call(3, "thread/read", json!({ "threadId": id }));
            let name = read["thread"]["name"].as_str().unwrap_or_default();
            name.to_owned()
        });
        names.collect::<Vec<_>>()
    });
    drop(says);
    child.wait().unwrap();
    listed
}

/// Waits until the records of the house are these.
async fn are(house: &House, open: &[&str], archived: &[&str]) {
    until("the records are as the threads are", || async {
        let [told_open, told_archived] = records(house);
        (told_open == open && told_archived == archived).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_record_bears_its_threads_title_and_is_archived_and_taken_back_with_it() {
    let house = house().await;
    let client = house.client();
    let thread = direct(&client, json!({})).await;
    let at = format!("/api/threads/{thread}");
    let turn = client.ask(&thread, "First words\nmock: text \"one\"").await;
    client.answered(&turn).await;
    are(&house, &["First words"], &[]).await;
    client.patch(&at, json!({ "title": "A better name" })).await;
    are(&house, &["A better name"], &[]).await;
    client.patch(&at, json!({ "archived": true })).await;
    are(&house, &[], &["A better name"]).await;
    client.patch(&at, json!({ "title": "Put away" })).await;
    are(&house, &[], &["Put away"]).await;
    client.patch(&at, json!({ "archived": false })).await;
    are(&house, &["Put away"], &[]).await;
    let turn = client.ask(&thread, "again\nmock: text \"two\"").await;
    client.answered(&turn).await;
    let mention = client.thread().await;
    let turn = client.ask(&mention, "@chatgpt mock: text \"ok\"").await;
    client.answered(&turn).await;
    are(&house, &["Put away"], &[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_archived_thread_goes_on_in_its_session_and_no_turn_is_cut_short() {
    let house = house().await;
    let client = house.client();
    let thread = direct(&client, json!({})).await;
    let at = format!("/api/threads/{thread}");
    let turn = client.ask(&thread, "remember-me\nmock: text \"one\"").await;
    client.answered(&turn).await;
    client.patch(&at, json!({ "archived": true })).await;
    are(&house, &[], &["remember-me"]).await;
    let turn = client.ask(&thread, "mock: gate on ; text \"two\"").await;
    soon("the model is asked", house.upstream.waiting("on")).await;
    let request = house.upstream.last_model_request().unwrap();
    assert_eq!(request.count("remember-me"), 1, "the session is the same");
    are(&house, &["remember-me"], &[]).await;
    // While it runs, its thread comes back and goes again.
    client.patch(&at, json!({ "archived": false })).await;
    client
        .patch(&at, json!({ "archived": true, "title": "Later" }))
        .await;
    house.upstream.open("on");
    client.answered(&turn).await;
    let reply = client.messages(&thread).await.pop().unwrap();
    assert_eq!(reply["text"], "two");
    are(&house, &[], &["Later"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_could_not_be_told_is_told_once_an_app_server_runs_again() {
    let mut house = house().await;
    let client = house.client();
    let (kept, gone) = (
        direct(&client, json!({})).await,
        direct(&client, json!({})).await,
    );
    for (thread, words) in [(&kept, "kept"), (&gone, "gone")] {
        let turn = client
            .ask(thread, &format!("{words}\nmock: text \"ok\""))
            .await;
        client.answered(&turn).await;
    }
    until("both have their names", || async {
        let [mut names, _] = records(&house);
        names.sort();
        (names == ["gone", "kept"]).then_some(())
    })
    .await;
    assert!(house.stop(Stop::Gently));
    house.serve();
    let client = house.client();
    client
        .patch(
            &format!("/api/threads/{kept}"),
            json!({ "archived": true, "title": "Put away" }),
        )
        .await;
    let other = direct(&client, json!({})).await;
    let turn = client.ask(&other, "other\nmock: text \"ok\"").await;
    client.answered(&turn).await;
    until("the name and the place were told", || async {
        let [mut open, archived] = records(&house);
        open.sort();
        (open == ["gone", "other"] && archived == ["Put away"]).then_some(())
    })
    .await;
    // Deleted by a server that dies before Codex hears of it.
    let auth = house.codex_home().join("auth.json");
    let login = fs::read(&auth).unwrap();
    fs::remove_file(&auth).unwrap();
    client
        .call("DELETE", &format!("/api/threads/{gone}"), None)
        .await;
    house.kill();
    fs::write(&auth, login).unwrap();
    house.serve();
    are(&house, &["other"], &["Put away"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thread_that_moved_and_came_back_takes_all_its_records_with_it() {
    let house = house().await;
    let client = house.client();
    let thread = direct(&client, json!({})).await;
    let at = format!("/api/threads/{thread}");
    for (home, words) in [("house", "one"), ("own", "two"), ("house", "three")] {
        client
            .patch(&at, json!({ "settings": { "home": home } }))
            .await;
        let script = format!("mock: text \"{words}\"");
        let turn = client.ask(&thread, &script).await;
        let done = client.answered(&turn).await;
        assert_eq!(done["ran_with"]["home"], home, "{done}");
    }
    client.patch(&at, json!({ "title": "Moved" })).await;
    are(&house, &["Moved", "Moved"], &[]).await;
    client.patch(&at, json!({ "archived": true })).await;
    are(&house, &[], &["Moved", "Moved"]).await;
    let own = house.codex_home().join("sessions");
    assert_eq!(files_below(&own).len(), 1);
    client.call("DELETE", &at, None).await;
    are(&house, &[], &[]).await;
    until("the one in the own home is gone as well", || async {
        files_below(&own).is_empty().then_some(())
    })
    .await;
}
