//! The scenarios of the skill, each under its name.

use std::{
    fs,
    io::Read as _,
    process::Stdio,
    time::{Duration, SystemTime},
};

use serde_json::{Value, json};
use switchboard_testkit::{Codex, Options, until};
use switchboard_upstream::auth;

use super::{begin, code, json as told, prepared, repository, run};
use crate::support::{soon, text};

const SCHEMA: &str = r#"{"type":"object","properties":{"n":{"type":"integer"}},"required":["n"],"additionalProperties":false}"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn new_returns_at_once_with_the_paths_of_a_turn() {
    let house = prepared(Options::default()).await;
    let line = told(&house, &["new", "mock: gate out ; text \"hello\""]);
    for field in [
        "turn_id",
        "out_path",
        "events_path",
        "done_marker",
        "error_marker",
        "meta_path",
        "dir",
        "status",
    ] {
        assert!(line[field].is_string(), "{field} in {line}");
    }
    // It does not wait for the model.
    soon("the model is asked", house.upstream.waiting("out")).await;
    house.upstream.open("out");
    let done = text(&line, "done_marker").to_owned();
    until("the marker", || async {
        fs::exists(&done).unwrap().then_some(())
    })
    .await;
    let out = fs::read_to_string(text(&line, "out_path")).unwrap();
    assert!(out.starts_with("hello\n"), "{out}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn continue_last_goes_on_in_the_newest_thread_of_this_directory() {
    let house = prepared(Options::default()).await;
    let other = house.folder().join("other");
    fs::create_dir_all(other.join(".git")).unwrap();
    begin(&house, &["new", "older-1\nmock: text \"a\""])
        .complete()
        .await;
    let newer = begin(&house, &["new", "newer-2\nmock: text \"b\""]);
    let thread = newer.complete().await["thread_id"].clone();
    let elsewhere = other.to_str().unwrap();
    begin(
        &house,
        &["new", "--cwd", elsewhere, "elsewhere-3\nmock: text \"c\""],
    )
    .complete()
    .await;
    let on = begin(&house, &["continue", "--last", "Go on\nmock: text \"d\""]);
    assert_eq!(on.complete().await["thread_id"], thread);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn continue_thread_goes_on_in_the_thread_that_is_named() {
    let house = prepared(Options::default()).await;
    let first = begin(&house, &["new", "the word is plover\nmock: text \"a\""]);
    let thread = first.complete().await["thread_id"].clone();
    begin(&house, &["new", "something else\nmock: text \"b\""])
        .complete()
        .await;
    let id = thread.as_str().unwrap();
    let on = begin(
        &house,
        &[
            "continue",
            "--thread",
            id,
            "Which word?\nmock: text \"plover\"",
        ],
    );
    assert_eq!(on.complete().await["thread_id"], thread);
    assert_eq!(on.meta()["resumed_from"], thread);
    let request = house.upstream.last_model_request().unwrap();
    assert_eq!(
        (
            request.count("the word is"),
            request.count("something else")
        ),
        (1, 0)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wait_prints_the_answer_and_ends_as_the_turn_did() {
    let house = prepared(Options::default()).await;
    let good = begin(&house, &["new", "mock: text \"well\""]);
    let bad = begin(&house, &["new", "mock: fail context_length_exceeded"]);
    let long = begin(&house, &["new", "mock: gate long ; text \"x\""]);
    good.complete().await;
    bad.ended().await;
    let waited = run(&house, &["wait", &good.id, "--timeout", "1"]);
    assert_eq!(code(&waited), 0);
    assert!(String::from_utf8_lossy(&waited.stdout).starts_with("well\n"));
    let waited = run(&house, &["wait", &bad.id, "--timeout", "1"]);
    assert_eq!(code(&waited), 1);
    assert!(String::from_utf8_lossy(&waited.stderr).contains("failed"));
    let waited = run(&house, &["wait", &long.id, "--timeout", "1"]);
    assert_eq!(code(&waited), 7);
    house.upstream.open("long");
    long.complete().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tail_follow_streams_what_comes_and_ends_as_the_turn_did() {
    let house = prepared(Options::default()).await;
    let turn = begin(&house, &["new", "mock: slow 40 20ms ; gate tail"]);
    let mut tail = house
        .command(&["tail", &turn.id, "--follow"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdout = tail.stdout.take().unwrap();
    // Some of it is there before the answer is whole.
    let mut first = [0; 8];
    stdout.read_exact(&mut first).unwrap();
    assert_eq!(&first, b"chunk 1 ");
    house.upstream.open("tail");
    let mut rest = Vec::new();
    stdout.read_to_end(&mut rest).unwrap();
    assert!(tail.wait().unwrap().success());
    let all = [&first[..], &rest].concat();
    assert_eq!(String::from_utf8(all).unwrap(), turn.read("out.txt"));
    let bad = begin(&house, &["new", "mock: fail context_length_exceeded"]);
    assert_eq!(code(&run(&house, &["tail", &bad.id, "--follow"])), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn status_of_a_running_turn_has_every_field() {
    let house = prepared(Options::default()).await;
    let turn = begin(&house, &["new", "mock: gate status"]);
    soon("the model is asked", house.upstream.waiting("status")).await;
    let status = told(&house, &["status", &turn.id]);
    assert_eq!(
        (&status["state"], &status["status"]),
        (&json!("running"), &json!("running"))
    );
    for field in ["turn_id", "thread_id", "cwd", "started_at", "last_event_at"] {
        assert!(status[field].is_string(), "{field} in {status}");
    }
    assert!(status["pid"].is_u64(), "{status}");
    run(&house, &["cancel", &turn.id]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_turn_that_just_started_is_never_called_abandoned() {
    let house = prepared(Options::default()).await;
    let turn = begin(&house, &["new", "mock: gate young"]);
    let order = ["queued", "starting", "running"];
    let mut reached = 0;
    while order[reached] != "running" {
        let status = told(&house, &["status", &turn.id]);
        let at = order.iter().position(|state| status["state"] == *state);
        let at = at.unwrap_or_else(|| panic!("{status}"));
        assert!(at >= reached, "{status}");
        reached = at;
    }
    run(&house, &["cancel", &turn.id]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_turn_whose_worker_died_is_abandoned() {
    let house = prepared(Options::default()).await;
    let turn = begin(&house, &["new", "mock: gate dead"]);
    soon("the model is asked", house.upstream.waiting("dead")).await;
    super::ends::kill(&turn);
    // Its number is that of a process that lives: this one.
    let mut meta = turn.meta();
    meta["pid"] = json!(std::process::id());
    fs::write(turn.dir.join("meta.json"), meta.to_string()).unwrap();
    until("it is seen", || async {
        (told(&house, &["status", &turn.id])["state"] == "abandoned").then_some(())
    })
    .await;
    assert!(turn.dir.join("error").exists());
    assert_eq!(code(&run(&house, &["wait", &turn.id])), 5);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn list_turns_gives_the_newest_first() {
    let house = prepared(Options::default()).await;
    let turns: Vec<_> = (0..7)
        .map(|n| begin(&house, &["new", &format!("mock: text \"{n}\"")]).id)
        .collect();
    let listed = told(&house, &["list-turns", "--limit", "5"]);
    let listed: Vec<_> = listed
        .as_array()
        .unwrap()
        .iter()
        .map(|turn| text(turn, "turn_id"))
        .collect();
    let newest: Vec<_> = turns.iter().rev().take(5).collect();
    assert_eq!(listed, newest);
    for id in &turns {
        run(&house, &["wait", id]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn setup_removes_the_folders_of_old_turns() {
    let house = prepared(Options::default()).await;
    let old = begin(&house, &["new", "mock: text \"old\""]);
    let young = begin(&house, &["new", "mock: text \"young\""]);
    let runs = begin(&house, &["new", "mock: gate runs ; text \"x\""]);
    old.complete().await;
    young.complete().await;
    let mut result = old.result();
    let long_ago = SystemTime::now() - Duration::from_hours(192);
    let long_ago = jiff::Timestamp::try_from(long_ago).unwrap();
    result["ended_at"] = json!(format!("{long_ago:.3}"));
    fs::write(old.dir.join("result.json"), result.to_string()).unwrap();
    let setup = told(&house, &["setup", "--json"]);
    assert_eq!(setup["removed_turns"], 1, "{setup}");
    assert!(setup["codex"]["program"].is_string(), "{setup}");
    assert!(!old.dir.exists() && young.dir.exists() && runs.dir.exists());
    house.upstream.open("runs");
    runs.complete().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_schema_reaches_the_model_and_the_answer_fits_it() {
    let house = prepared(Options::default()).await;
    fs::write(repository(&house).join("answer.json"), SCHEMA).unwrap();
    let good = begin(
        &house,
        &[
            "new",
            "--schema",
            "answer.json",
            r#"mock: text "{\"n\":3}""#,
        ],
    );
    assert_eq!(good.complete().await["answer"], r#"{"n":3}"#);
    let request = house.upstream.last_model_request().unwrap();
    let asked = &request.body["text"]["format"];
    assert_eq!(
        asked["schema"]["required"],
        json!(["n"]),
        "{}",
        request.body["text"]
    );
    let bad = begin(
        &house,
        &["new", "--schema", "answer.json", r#"mock: text "three""#],
    );
    let result = bad.ended().await;
    assert_eq!(
        (&result["state"], &result["code"]),
        (&json!("failed"), &json!("schema_mismatch"))
    );
    fs::write(
        repository(&house).join("wrong.json"),
        r#"{"type":"nonsense"}"#,
    )
    .unwrap();
    assert_eq!(
        code(&run(&house, &["new", "--schema", "wrong.json", "x"])),
        64
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn repeated_images_reach_the_model() {
    let house = prepared(Options::default()).await;
    let here = repository(&house);
    for name in ["a.png", "b,c.png"] {
        fs::write(
            here.join(name),
            crate::attachments::bytes(crate::attachments::PNG),
        )
        .unwrap();
    }
    let args = [
        "new",
        "--image",
        "a.png",
        "--image",
        "b,c.png",
        "Compare\nmock: text \"same\"",
    ];
    begin(&house, &args).complete().await;
    let request = house.upstream.last_model_request().unwrap();
    let shown = Value::Array(request.input.clone()).to_string();
    let pictures = shown.matches("data:image/png").count();
    assert_eq!(pictures, 2);
    assert_eq!(code(&run(&house, &["new", "--image", "gone.png", "x"])), 64);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_login_the_guide_is_printed_and_the_exit_code_is_2() {
    let house = prepared(Options {
        login: Some(Value::Null),
        env: vec![("OPENAI_API_KEY".into(), "sk-exported".into())],
        ..Options::default()
    })
    .await;
    let refused = run(&house, &["new", "Say hello"]);
    assert_eq!(code(&refused), 2);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("codex login"));
    assert_eq!(told(&house, &["list-turns"]), json!([]));
    assert!(house.upstream.requests().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_turn_uses_the_subscription() {
    let house = prepared(Options::default()).await;
    let elsewhere = "model_provider = \"other\"\n[model_providers.other]\nname = \"Other\"\n\
                     base_url = \"http://127.0.0.1:9/v1\"\nenv_key = \"OPENAI_API_KEY\"\n";
    fs::write(house.codex_home().join("config.toml"), elsewhere).unwrap();
    let turn = begin(&house, &["new", "mock: text \"ok\""]);
    turn.complete().await;
    let token = auth::fake_login()["tokens"]["access_token"]
        .as_str()
        .unwrap()
        .to_owned();
    for request in house.upstream.model_requests() {
        let sent = request.header("authorization").unwrap().to_owned();
        assert_eq!(sent.len(), format!("Bearer {token}").len());
        assert!(request.header("chatgpt-account-id").is_some());
    }
    let status = told(&house, &["status", &turn.id]);
    assert_eq!(status["auth"]["mode"], "chatgpt");
    assert!(status["auth"]["plan"].is_string(), "{status}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_exported_api_key_is_ignored() {
    let house = prepared(Options {
        env: ["OPENAI_API_KEY", "CODEX_API_KEY", "MY_TOKEN"]
            .map(|name| (name.to_owned(), "sk-exported-9f3".to_owned()))
            .into_iter()
            .chain([("KEEP_ME".to_owned(), "kept-7c1".to_owned())])
            .collect(),
        ..Options::default()
    })
    .await;
    let script = "mock: shell \"env; echo $KEEP_ME\"\nmock: text \"ok\"";
    let turn = begin(&house, &["new", script]);
    turn.complete().await;
    for request in house.upstream.requests() {
        let sent = format!("{:?} {}", request.headers, request.body);
        assert!(!sent.contains("sk-exported-9f3"), "{}", request.path);
    }
    // What is no secret of theirs reaches it.
    assert!(turn.read("out.txt").contains("kept-7c1"));
    for file in ["out.txt", "events.jsonl", "raw.jsonl", "meta.json"] {
        assert!(!turn.read(file).contains("sk-exported-9f3"), "{file}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_codex_setup_prints_how_to_install_it() {
    let house = prepared(Options {
        codex: Codex::At("no-codex"),
        ..Options::default()
    })
    .await;
    let refused = run(&house, &["setup"]);
    assert_eq!(code(&refused), 69);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("npm install -g @openai/codex"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_long_turn_outlives_the_command_that_started_it() {
    use std::os::unix::process::CommandExt as _;
    let house = prepared(Options::default()).await;
    let mut command = house.command(&["new", "mock: gate outlives ; text \"still here\""]);
    let started = command
        .current_dir(repository(&house))
        .process_group(0)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let group = rustix::process::Pid::from_raw(started.id().cast_signed()).unwrap();
    let output = started.wait_with_output().unwrap();
    let line: Value = serde_json::from_slice(&output.stdout).unwrap();
    soon("the model is asked", house.upstream.waiting("outlives")).await;
    // What a terminal that is closed does to all that it started.
    let _ = rustix::process::kill_process_group(group, rustix::process::Signal::HUP);
    let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    house.upstream.open("outlives");
    let waited = run(&house, &["wait", text(&line, "turn_id"), "--answer"]);
    assert_eq!(String::from_utf8(waited.stdout).unwrap(), "still here\n");
}
