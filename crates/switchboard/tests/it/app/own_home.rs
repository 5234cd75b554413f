//! Turns in a person's own Codex home: what lies there counts, for its owner alone, and nothing is written there but by
//! Codex itself.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};
use switchboard_testkit::{Client, House, Options, Stop, until};
use switchboard_upstream::auth;

use super::{
    crashes::{finished_unheard, goes_on, replies},
    direct, folder,
};
use crate::support::{BINARY, files_below, house, over_exec, text};

/// What a person may keep in their home, each thing with a sign that it was obeyed.
struct Planted {
    /// Made by a hook, and by an MCP server.
    hook: PathBuf,
    server: PathBuf,
    config: String,
}

impl Planted {
    fn in_home(house: &House) -> Self {
        let home = house.codex_home();
        let (hook, server) = (home.join("hooked"), house.folder().join("served"));
        fs::write(home.join("AGENTS.md"), "planted-instruction: say banana").unwrap();
        fs::create_dir_all(home.join("rules")).unwrap();
        fs::write(
            home.join("rules/default.rules"),
            "prefix_rule(pattern = [\"touch\"], decision = \"allow\")\n",
        )
        .unwrap();
        let touch = "touch $CODEX_HOME/hooked";
        let hooks = json!({ "hooks": { "SessionStart": [{ "hooks": [{ "type": "command", "command": touch }] }] } });
        fs::write(home.join("hooks.json"), hooks.to_string()).unwrap();
        // The words of a person who knows TOML better than we: none of them may change.
        let config = format!(
            "# mine\nmodel_provider = \"elsewhere\"\n\
             [model_providers.elsewhere]\nname = \"elsewhere\"\nbase_url = \"http://127.0.0.1:9/v1\"\n\n\
             [features]\nplugins = false\napps = false\n\n\
             [mcp_servers.planted]\ncommand = \"sh\"\nargs = [\"-c\", \"touch {}; cat\"]\n\n\
             [hooks.state.\"{}/hooks.json:session_start:0:0\"]\ntrusted_hash = \"{LOOKED_AT}\"\n",
            server.display(),
            home.display()
        );
        fs::write(home.join("config.toml"), &config).unwrap();
        Self {
            hook,
            server,
            config,
        }
    }
}

/// What Codex writes down of that hook once its person has looked at it: it runs no other.
const LOOKED_AT: &str = "sha256:bcafc7418e87a510e9cd033ba71cac445ce603b2c567302941e0c1c8d8c1dde3";

async fn choose(client: &Client, thread: &str, settings: Value) -> Value {
    client
        .patch(
            &format!("/api/threads/{thread}"),
            json!({ "settings": settings }),
        )
        .await
}

/// The newest of what the model was told.
fn told(house: &House) -> String {
    let request = house.upstream.last_model_request().unwrap();
    request.input_texts().join("\n")
}

fn offers(question: &Value, decision: &str) -> bool {
    let offered = question["offered"].as_array().unwrap();
    offered.iter().any(|one| one == decision)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_lies_in_the_own_home_counts_in_threads_that_chose_it_and_nowhere_else() {
    let mut house = House::prepare(BINARY, Options::default()).await;
    let planted = Planted::in_home(&house);
    house.serve();
    let client = house.client();
    let path = folder(&house);
    let thread = direct(&client, json!({ "folder": path })).await;
    let touch =
        |name: &str| format!("mock: shell \"touch {path}/{name}\"\nmock: text \"ok {name}\"");
    let turn = client.ask(&thread, &touch("private")).await;
    let question = client.asked(&turn, 1).await.remove(0);
    client
        .decide(&question, json!({ "decision": "decline" }))
        .await;
    let done = client.answered(&turn).await;
    assert_eq!(done["ran_with"]["home"], "house", "{done}");
    assert!(!told(&house).contains("planted-instruction"));
    assert!(!planted.server.exists() && !planted.hook.exists());

    let moved = choose(&client, &thread, json!({ "home": "own" })).await;
    assert_eq!(moved["settings"]["home"], "own");
    let notes = client.messages(&thread).await;
    let note = notes.iter().find(|message| message["role"] == "note");
    assert_eq!(
        text(note.unwrap(), "text"),
        "@chatgpt works in its owner's own home from here on; it begins anew there and is told the 2 messages before"
    );
    for permission in ["read_only", "standard"] {
        choose(&client, &thread, json!({ "permission": permission })).await;
        let turn = client.ask(&thread, &touch(permission)).await;
        // Nobody is asked: the rule says so.
        let done = client.answered(&turn).await;
        assert_eq!(done["ran_with"]["home"], "own", "{done}");
        assert_eq!(done["ran_with"]["permission"], permission, "{done}");
        assert_eq!(done["ran_with"]["network"], "asks", "{done}");
        assert!(Path::new(&path).join(permission).exists(), "{permission}");
        assert!(told(&house).contains("planted-instruction"));
    }
    assert!(
        told(&house).contains("ok private"),
        "what was said before is told in the new session: {}",
        told(&house)
    );
    assert!(planted.server.exists(), "its MCP servers are there");
    assert!(planted.hook.exists(), "its hooks run");
    assert_eq!(
        fs::read_to_string(house.codex_home().join("config.toml")).unwrap(),
        planted.config,
        "a folder that may be written in is not marked as trusted there"
    );
    let starts = client.get("/api/audit?action=turn.start").await;
    let newest = text(&starts["items"][0], "detail");
    assert!(newest.contains(", in the own home"), "{newest}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn once_somebody_else_is_there_turns_work_in_the_private_home_and_say_so() {
    let mut house = House::prepare(BINARY, Options::default()).await;
    Planted::in_home(&house);
    house.serve();
    let (client, other) = (house.client(), house.client_as("nils"));
    house.run_ok(&["assistants", "access", "chatgpt", "everyone"]);
    let refused = async |who: &Client, thread: &str| {
        let body = json!({ "settings": { "home": "own" } });
        let path = format!("/api/threads/{thread}");
        let answer = who.call("PATCH", &path, Some(body)).await;
        assert_eq!(answer.status, 403, "{:?}", answer.body);
        assert_eq!(answer.body["code"], "home_not_own", "{:?}", answer.body);
        text(&answer.body, "detail").to_owned()
    };
    let theirs = direct(&other, json!({})).await;
    assert!(refused(&other, &theirs).await.contains("assistant's owner"));

    let thread = direct(&client, json!({ "home": "own" })).await;
    let named = json!({ "title": "named-by-somebody" });
    client.patch(&format!("/api/threads/{thread}"), named).await;
    let turn = client.ask(&thread, "alone-1\nmock: text \"one\"").await;
    client.answered(&turn).await;
    let heard = told(&house);
    assert!(heard.contains("planted-instruction"), "{heard}");
    assert!(
        !heard.contains("named-by-somebody"),
        "who gave the title is not known: {heard}"
    );
    let members = format!("/api/threads/{thread}/members");
    let me = text(&other.get("/api/session").await["person"], "id").to_owned();
    client.post(&members, json!({ "person": me })).await;
    let turn = client.ask(&thread, "shared-2\nmock: text \"two\"").await;
    let done = client.answered(&turn).await;
    assert_eq!(done["ran_with"]["home"], "house", "{done}");
    assert_eq!(
        done["ran_with"]["notes"],
        json!(["others can write in this thread, so it worked in the private home"])
    );
    let heard = told(&house);
    assert!(!heard.contains("planted-instruction"), "{heard}");
    assert!(
        heard.contains("alone-1") && heard.contains("named-by-somebody"),
        "{heard}"
    );
    let turn = other.ask(&thread, "theirs-3\nmock: text \"three\"").await;
    let done = other.answered(&turn).await;
    let why = "the own home is that of the assistant's owner, so it worked in the private home";
    assert_eq!(done["ran_with"]["notes"], json!([why]), "{done}");
    assert!(!told(&house).contains("planted-instruction"));
    // Whoever leaves leaves their words behind.
    let member = format!("{members}/{me}");
    client.call("DELETE", &member, None).await;
    let turn = client.ask(&thread, "again-4\nmock: text \"four\"").await;
    let done = client.answered(&turn).await;
    let why = "others have written in this thread, so it worked in the private home";
    assert_eq!(done["ran_with"]["notes"], json!([why]), "{done}");
    choose(&client, &thread, json!({ "home": "house" })).await;
    assert!(
        refused(&client, &thread)
            .await
            .starts_with("others have written")
    );
}

/// What Codex has written down in the own home.
fn records(house: &House) -> Vec<PathBuf> {
    files_below(&house.codex_home().join("sessions"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_conversation_is_in_the_persons_own_history_until_its_thread_is_deleted() {
    let mut house = house().await;
    let client = house.client();
    let thread = direct(&client, json!({ "home": "own" })).await;
    let turn = client
        .ask(&thread, "remember-1\nmock: text \"noted\"")
        .await;
    client.answered(&turn).await;
    let record = records(&house).remove(0);
    let name = record.file_stem().unwrap().to_str().unwrap();
    let session = &name[name.len() - 36..];
    assert!(
        house.stop(Stop::Gently),
        "its app server lets the session go"
    );

    // As the person would in a terminal.
    let urls = [
        format!("chatgpt_base_url=\"{}\"", house.upstream.backend_url()),
        format!("openai_base_url=\"{}\"", house.upstream.responses_url()),
    ];
    let resumed = resume(&house, session, &urls).await;
    assert!(resumed.status.success(), "{resumed:?}");
    let heard = told(&house);
    assert!(
        heard.contains("remember-1") && heard.contains("in-the-terminal"),
        "{heard}"
    );

    house.serve();
    let client = house.client();
    let turn = client.ask(&thread, "back-3\nmock: text \"on\"").await;
    client.answered(&turn).await;
    let heard = told(&house);
    assert!(
        heard.contains("in-the-terminal"),
        "what was said in the terminal is part of it: {heard}"
    );
    client
        .call("DELETE", &format!("/api/threads/{thread}"), None)
        .await;
    until("Codex has deleted its record", || async {
        records(&house).is_empty().then_some(())
    })
    .await;
}

#[expect(
    clippy::disallowed_methods,
    reason = "a person's terminal, which no guard of ours watches"
)]
async fn resume(house: &House, session: &str, config: &[String]) -> std::process::Output {
    let mut command = std::process::Command::new(switchboard_testkit::house::codex());
    command
        .args(["exec", "--skip-git-repo-check"])
        .args(config.iter().flat_map(|value| ["-c", value]))
        .args([
            "-c",
            "features.plugins=false",
            "-c",
            "analytics.enabled=false",
        ])
        .args(["resume", session, "in-the-terminal\nmock: text \"yes\""])
        .env_clear()
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .env("HOME", house.person())
        .env("CODEX_HOME", house.codex_home())
        .current_dir(house.folder())
        .stdin(std::process::Stdio::null());
    tokio::task::spawn_blocking(move || command.output().unwrap())
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_accepted_and_remembered_is_a_rule_of_the_own_home_and_is_not_asked_again() {
    let house = house().await;
    let client = house.client();
    let path = folder(&house);
    for model in ["scripted-1", "scripted-code"] {
        let settings = json!({ "folder": path, "model": model });
        // Else it would be tried in the sandbox first, and Codex does not always notice why it failed there.
        let outside = format!("mock: shell \"touch {model}.txt\" escalate=1\nmock: text \"ok\"");
        let script = format!("mock: shell \"touch {model}.txt\"\nmock: text \"ok\"");
        let file = Path::new(&path).join(format!("{model}.txt"));
        let thread = direct(&client, settings).await;
        let turn = client.ask(&thread, &outside).await;
        let question = client.asked(&turn, 1).await.remove(0);
        assert!(!offers(&question, "accept_with_amendment"), "{question}");
        client
            .decide(&question, json!({ "decision": "decline" }))
            .await;
        client.answered(&turn).await;

        choose(&client, &thread, json!({ "home": "own" })).await;
        let turn = client.ask(&thread, &outside).await;
        let question = client.asked(&turn, 1).await.remove(0);
        assert!(offers(&question, "accept_with_amendment"), "{question}");
        let remembered = &question["body"]["amendment"];
        assert_eq!(remembered, &json!(["touch", format!("{model}.txt")]));
        client
            .decide(&question, json!({ "decision": "accept_with_amendment" }))
            .await;
        client.answered(&turn).await;
        let rules = fs::read_to_string(house.codex_home().join("rules/default.rules")).unwrap();
        assert!(rules.contains(&format!("\"{model}.txt\"")), "{rules}");
        assert!(file.exists(), "{:#?}", client.items(&turn).await);
        fs::remove_file(&file).unwrap();
        // Also in another thread, as it is kept in the home.
        let another = direct(
            &client,
            json!({ "folder": path, "model": model, "home": "own" }),
        )
        .await;
        for thread in [&thread, &another] {
            let turn = client.ask(thread, &script).await;
            client.answered(&turn).await;
            assert!(file.exists(), "nobody was asked");
            fs::remove_file(&file).unwrap();
        }
        let house_home = house.home().join("homes/codex/rules");
        assert!(!house_home.exists(), "and not in the private home");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_turn_in_the_own_home_that_was_cut_short_is_found_in_its_record_there() {
    let mut house = house().await;
    let client = house.client();
    let thread = direct(&client, json!({ "home": "own" })).await;
    let turn = client
        .ask(&thread, "remember-1\nmock: text \"noted\"")
        .await;
    client.answered(&turn).await;
    let turn = client
        .ask(
            &thread,
            "asked-2\nmock: text \"so\" ; gate now ; text \"the whole answer\"",
        )
        .await;
    client.item_where(&turn, |item| item["text"] == "so").await;
    finished_unheard(&mut house, "person/.codex", "now", "the whole answer").await;
    let asked = house.upstream.model_requests().len();
    house.serve();
    let client = house.client();
    client.answered(&turn).await;
    assert_eq!(
        replies(&client, &thread).await,
        ["noted", "the whole answer"]
    );
    assert_eq!(house.upstream.model_requests().len(), asked);
    goes_on(&house, &client, &thread, &["remember-1", "asked-2"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_login_that_turns_do_not_use_is_refused_with_what_to_do_in_the_own_home_as_well() {
    let rows = [
        (
            auth::api_key_login(),
            "",
            "api_key_login",
            "sign in with ChatGPT",
        ),
        (
            Value::Null,
            "cli_auth_credentials_store = \"keyring\"\n",
            "not_signed_in",
            "cli_auth_credentials_store=file",
        ),
    ];
    for (login, config, code, hint) in rows {
        let options = Options {
            login: Some(login),
            ..Options::default()
        };
        let mut house = House::prepare(BINARY, options).await;
        fs::write(house.codex_home().join("config.toml"), config).unwrap();
        house.serve();
        house.run_ok(&["assistants", "add", "chatgpt"]);
        let client = house.client();
        for home in ["house", "own"] {
            let thread = direct(&client, json!({ "home": home })).await;
            let turn = client.ask(&thread, "hi").await;
            let ended = client.ended(&turn).await;
            assert_eq!(ended["error"]["code"], code, "{home}: {ended}");
            let said = text(&ended["error"], "hint");
            assert!(said.contains(hint), "{home}: {said}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_configuration_that_codex_cannot_read_is_told_and_its_session_goes_on_once_it_can() {
    let mut house = house().await;
    let client = house.client();
    let thread = direct(&client, json!({ "home": "own" })).await;
    let turn = client
        .ask(&thread, "remember-1\nmock: text \"noted\"")
        .await;
    client.answered(&turn).await;
    assert!(house.stop(Stop::Gently));
    let config = house.codex_home().join("config.toml");
    for broken in ["what is this\n", "[features]\nplugins = \"maybe\"\n"] {
        fs::write(&config, broken).unwrap();
        house.serve();
        let client = house.client();
        let turn = client.ask(&thread, "mock: text \"no\"").await;
        let ended = client.ended(&turn).await;
        assert_eq!(ended["error"]["code"], "codex_start_failed", "{ended}");
        let detail = text(&ended["error"], "detail");
        assert!(detail.contains("config.toml"), "{ended}");
        assert!(house.stop(Stop::Gently));
    }
    fs::remove_file(&config).unwrap();
    house.serve();
    let client = house.client();
    let turn = client.ask(&thread, "back-2\nmock: text \"yes\"").await;
    client.answered(&turn).await;
    let heard = house.upstream.last_model_request().unwrap();
    assert_eq!(heard.count("remember-1"), 1, "its session is the same");
    assert_eq!(records(&house).len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn codex_exec_works_in_the_own_home_as_well() {
    let mut house = House::prepare(BINARY, over_exec()).await;
    Planted::in_home(&house);
    house.serve();
    let client = house.client();
    let proof = house.folder().join("by-rule");
    let script = format!(
        "mock: shell \"touch {}\"\nmock: text \"ok\"",
        proof.display()
    );
    for home in ["house", "own"] {
        let thread = direct(&client, json!({ "home": home })).await;
        let turn = client.ask(&thread, &script).await;
        let ended = client.ended(&turn).await;
        let own = home == "own";
        assert_eq!(told(&house).contains("planted-instruction"), own, "{ended}");
        assert_eq!(proof.exists(), own, "{ended}");
        assert_eq!(ended["ran_with"]["home"] == "own", own, "{ended}");
    }
}
