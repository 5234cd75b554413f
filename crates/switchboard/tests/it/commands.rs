//! The commands that others rely on, as they are typed.

use std::process::Command;

use serde_json::json;
use switchboard_testkit::{Client, House, Options, until};

use crate::support::{BINARY, house, on_both, text};

async fn prepared() -> House {
    House::prepare(BINARY, Options::default()).await
}

/// Both streams of a command that must succeed.
fn said(command: &mut Command) -> (String, String) {
    let output = command.output().unwrap();
    let [out, err] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    assert!(output.status.success(), "{out}\n{err}");
    (out, err)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tokens_create_prints_the_token_alone_whether_the_server_runs_or_not() {
    for options in on_both(Options::default()).await {
        let mut house = House::prepare(BINARY, options).await;
        let before = said(&mut house.command(&["tokens", "create", "--name", "early"])).0;
        house.serve();
        let during = said(&mut house.command(&["tokens", "create", "--name", "late"])).0;
        for printed in [before, during] {
            let token = printed.strip_suffix('\n').unwrap();
            assert!(token.len() > 20, "{token:?}");
            assert!(!token.contains(char::is_whitespace), "{token:?}");
            let client = Client::new(house.base(), token);
            let me = client.get("/api/session").await;
            assert_eq!(me["person"]["handle"], "mara", "{me}");
            assert_eq!(me["person"]["role"], "admin", "{me}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tokens_act_as_the_person_they_were_made_for() {
    let house = house().await;
    let ben = house.client_as("ben");
    assert_eq!(ben.get("/api/session").await["person"]["handle"], "ben");
    let refused = house.run(&["tokens", "create", "--name", "x", "--as", "nobody"]);
    assert!(!refused.status.success());
    let words = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(
        words.contains("nobody") && words.contains("people list"),
        "{words}"
    );
    let listed = house.run_ok(&["tokens", "list", "--as", "ben"]);
    let id = listed.split_whitespace().next().unwrap();
    house.run_ok(&["tokens", "revoke", id, "--as", "ben"]);
    assert_eq!(ben.call("GET", "/api/session", None).await.status, 401);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn assistants_add_shows_the_secret_once_and_rotate_makes_a_new_one() {
    let house = prepared().await;
    let value = |out: &str, name: &str| {
        let line = out.lines().find_map(|line| line.strip_prefix(name));
        line.map(|value| value.trim_start_matches('=').to_owned())
    };
    let (out, err) = said(&mut house.command(&["assistants", "add", "chatgpt"]));
    let id = value(&out, "CHATGPT_CLIENT_ID").unwrap();
    let secret = value(&out, "CHATGPT_CLIENT_SECRET").unwrap();
    assert_eq!(out.lines().count(), 2, "{out}");
    assert!(err.contains("does not need the pair"), "{err}");
    let (out, err) = said(&mut house.command(&["assistants", "add", "@chatgpt"]));
    assert_eq!(value(&out, "CHATGPT_CLIENT_ID").as_ref(), Some(&id));
    assert!(!out.contains("SECRET") && !out.contains(&secret), "{out}");
    assert!(err.contains("assistants rotate chatgpt"), "{err}");
    let (out, _) = said(&mut house.command(&["assistants", "rotate", "chatgpt"]));
    let new = value(&out, "CHATGPT_CLIENT_SECRET").unwrap();
    assert_ne!(new, secret);
    for word in [&secret, &new] {
        let found = Command::new("grep")
            .args(["-rlaF", word])
            .arg(house.home())
            .output()
            .unwrap();
        assert!(found.stdout.is_empty(), "the secret is stored in clear");
    }
    assert!(house.run_ok(&["assistants", "list"]).contains("ready"));
    let unknown = house.run(&["assistants", "add", "nobody"]);
    assert!(!unknown.status.success());
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("chatgpt"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_command_changes_is_in_the_audit_in_the_admins_name() {
    let house = house().await;
    let client = house.client();
    for command in [
        "people invite ben",
        "tokens create --name ci --as ben",
        "assistants add chatgpt",
        "assistants disable chatgpt",
        "assistants enable chatgpt",
        "assistants access chatgpt named ben",
        "assistants limits chatgpt --mention 60",
        "assistants rotate chatgpt",
        "assistants remove chatgpt",
        "people rename ben --name Ben_B.",
        "people rename ben --to benno",
        "people role benno admin",
        "people link benno",
        "people remove benno",
    ] {
        let words: Vec<_> = command
            .split(' ')
            .map(|word| word.replace('_', " "))
            .collect();
        let words: Vec<_> = words.iter().map(String::as_str).collect();
        house.run_ok(&words);
    }
    let me = client.get("/api/session").await;
    let audit = client.get("/api/audit").await;
    let mut notes: Vec<String> = audit["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|note| note["actor"]["id"] == me["person"]["id"])
        .map(|note| {
            let object = text(note, "object");
            // Tokens are known by their ids alone.
            let object = object.split(' ').next().filter(|noun| *noun == "token");
            let object = object.unwrap_or_else(|| text(note, "object"));
            let whom = note["whom"]["handle"].as_str().unwrap_or_default();
            let (action, detail) = (text(note, "action"), text(note, "detail"));
            format!("{action} / {object} / {whom} / {detail}")
        })
        .collect();
    notes.reverse();
    assert_eq!(
        notes,
        [
            "token.create / token / mara / test",
            "person.invite / person @ben / benno / member",
            "token.create / token / benno / ci",
            "assistant.rotate / assistant @chatgpt /  / ",
            "assistant.disable / assistant @chatgpt /  / ",
            "assistant.enable / assistant @chatgpt /  / ",
            "assistant.access / assistant @chatgpt /  / named @ben",
            "assistant.limits / assistant @chatgpt /  / mention 60 s, direct default, idle default",
            "assistant.rotate / assistant @chatgpt /  / ",
            "assistant.remove / assistant @chatgpt /  / ",
            "person.rename / person @ben / benno / Ben B.",
            "person.rename / person @ben / benno / @benno",
            "person.role / person @benno / benno / admin",
            "person.link / person @benno / benno / ",
            "person.remove / person @benno / benno / ",
        ]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_assistant_that_serve_registered_gets_its_pair_when_it_is_added_by_hand() {
    let house = house().await;
    let first = house.run_ok(&["assistants", "add", "chatgpt"]);
    assert!(first.contains("CHATGPT_CLIENT_SECRET="), "{first}");
    let second = house.run_ok(&["assistants", "add", "chatgpt"]);
    assert!(!second.contains("SECRET"), "{second}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_assistant_that_was_removed_stays_removed_and_can_come_back() {
    let mut house = house().await;
    house.run_ok(&["assistants", "remove", "chatgpt"]);
    house.kill();
    house.serve();
    let client = house.client();
    assert_eq!(client.get("/api/assistants").await["items"], json!([]));
    house.run_ok(&["assistants", "add", "chatgpt"]);
    assert_eq!(client.assistant("chatgpt").await["state"], "ready");
    house.run_ok(&["assistants", "disable", "chatgpt"]);
    assert_eq!(client.assistant("chatgpt").await["state"], "disabled");
    house.run_ok(&["assistants", "enable", "chatgpt"]);
    assert_eq!(client.assistant("chatgpt").await["state"], "ready");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn serve_prints_a_sign_in_link_as_long_as_nobody_is_signed_in() {
    let house = prepared().await;
    let mut child = house
        .command(&["serve", "--listen", "127.0.0.1:0"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(child.stdout.take().unwrap()));
    let mut next = || lines.next().unwrap().unwrap();
    let first = next();
    let second = next();
    let base = first.strip_prefix("listening on ").unwrap().to_owned();
    let (_, link) = second.split_once(": ").unwrap();
    let (page, secret) = link.split_once('#').unwrap();
    assert_eq!(page, format!("{base}/sign-in"));
    let signed_in = reqwest::Client::new()
        .post(format!("{base}/api/session"))
        .header("origin", &base)
        .json(&json!({ "secret": secret }))
        .send()
        .await
        .unwrap();
    assert_eq!(signed_in.status(), 201);
    child.kill().unwrap();
    child.wait().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_are_invited_listed_and_let_in_by_links() {
    let house = house().await;
    let link = house.run_ok(&["people", "invite", "Anna", "--name", "Anna B"]);
    assert!(
        link.starts_with(house.base()) && link.contains("/sign-in#"),
        "{link}"
    );
    let listed = house.run_ok(&["people", "list"]);
    assert!(
        listed.contains("mara") && listed.contains("admin"),
        "{listed}"
    );
    assert!(
        listed.contains("anna") && listed.contains("Anna B"),
        "{listed}"
    );
    let again = house.run_ok(&["people", "link", "anna"]);
    assert_ne!(again, link, "a fresh one");
    let secret = again.split_once('#').unwrap().1;
    let signed_in = reqwest::Client::new()
        .post(format!("{}/api/session", house.base()))
        .header("origin", house.base())
        .json(&json!({ "secret": secret }))
        .send()
        .await
        .unwrap();
    let me: serde_json::Value = signed_in.json().await.unwrap();
    assert_eq!(me["person"]["handle"], "anna", "{me}");
    assert_eq!(me["person"]["role"], "member", "{me}");
    for taken in ["anna", "chatgpt"] {
        let refused = house.run(&["people", "invite", taken]);
        assert!(!refused.status.success(), "@{taken} is taken");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_of_a_running_server_is_restored_into_an_empty_home() {
    let house = house().await;
    let token = house.run_ok(&["tokens", "create", "--name", "kept"]);
    let client = Client::new(house.base(), &token);
    let thread = client.thread().await;
    let turn = client.ask(&thread, "@chatgpt hello").await;
    client.ended(&turn).await;
    let folder = house.folder().join("backup");
    house.run_ok(&["backup", folder.to_str().unwrap()]);
    client.say(&thread, "after the backup").await;

    let mut other = prepared().await;
    other.run_ok(&["restore", folder.to_str().unwrap()]);
    other.serve();
    let restored = Client::new(other.base(), &token);
    let messages = restored.messages(&thread).await;
    assert_eq!(messages.len(), 2, "{messages:#?}");
    assert_eq!(messages[..], client.messages(&thread).await[..2]);
    let again = restored.ask(&thread, "@chatgpt still there?").await;
    restored.answered(&again).await;
    let refused = other.run(&["restore", folder.to_str().unwrap()]);
    assert!(!refused.status.success(), "it would overwrite a home");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_servers_on_the_same_files_see_each_others_posts() {
    for options in on_both(Options::default()).await {
        let house = House::start(BINARY, options).await;
        let second = house.another_server();
        let token = house.run_ok(&["tokens", "create", "--name", "both"]);
        let [here, there] = [house.base(), second.base()].map(|base| Client::new(base, &token));
        let thread = here.thread().await;
        let mut heard = there.events(None).await;
        heard.next_where(|event| event.name == "ready").await;
        let posted = here.say(&thread, "hello from here").await;
        let event = heard.next_where(|event| event.name == "message").await;
        assert_eq!(event.data["id"], posted["message"]["id"]);
        // One of them runs it, both tell of it, and either may stop it.
        let turn = there.ask(&thread, "@chatgpt mock: gate forever").await;
        here.in_state(&turn, "running").await;
        for stopper in [&here, &there] {
            let path = format!("/api/turns/{turn}/cancel");
            let answer = stopper.call("POST", &path, Some(json!({}))).await;
            assert!([200, 409].contains(&answer.status), "{answer:?}");
        }
        let ended = there.ended(&turn).await;
        assert_eq!(ended["state"], "cancelled", "{ended}");
        let turn = there.ask(&thread, "@chatgpt hello").await;
        here.answered(&turn).await;
        drop(second);
        until("the crash of the other is noticed by nobody", || async {
            (here.get("/api/threads").await["items"][0]["state"] == "idle").then_some(())
        })
        .await;
        assert_eq!(text(&here.messages(&thread).await[2], "role"), "user");
    }
}
