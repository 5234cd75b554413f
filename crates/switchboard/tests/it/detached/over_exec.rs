//! Detached turns where the app server of Codex does not start: the same folder, from `codex exec`.

use std::{fs, os::unix::fs::PermissionsExt as _};

use serde_json::{Value, json};
use switchboard_testkit::{Codex, House, Options, codex, until};

use super::{begin, code, ends::has_spoken, json, prepared, repository, run};

/// A house whose Codex is the real one, but for its app server.
pub async fn without_app_server() -> House {
    let house = prepared(Options {
        codex: Codex::At("codex"),
        ..Options::default()
    })
    .await;
    let program = format!(
        "#!/bin/sh\nif [ \"$1\" = app-server ]; then echo \"no such command\" >&2; exit 2; fi\nexec '{}' \"$@\"\n",
        codex().display()
    );
    let file = house.folder().join("codex");
    fs::write(&file, program).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    house
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_turn_without_an_app_server_leaves_the_same_folder_and_says_so() {
    let house = without_app_server().await;
    let script = "hello\nmock: shell \"echo seen\"\nmock: usage in=10 cached=4 out=3 reasoning=1 ; text \"good day\"";
    let turn = begin(&house, &["new", script]);
    let result = turn.complete().await;
    assert_eq!(result["answer"], "good day");
    assert!(result["usage"]["output_tokens"].as_i64().unwrap() >= 3);
    let (meta, status) = (turn.meta(), json(&house, &["status", &turn.id]));
    assert_eq!(
        (&meta["over"], &status["over"]),
        (&json!("exec"), &json!("exec"))
    );
    assert_eq!(meta["thread_id"], result["thread_id"]);
    assert!(meta["thread_id"].is_string(), "{meta}");
    let out = turn.read("out.txt");
    for line in [
        "[warning] the app server of Codex did not start",
        " (exit 0)\n  seen\n",
        "\ngood day\n",
        "[turn.completed] input=",
    ] {
        assert!(out.contains(line), "{line:?} in {out}");
    }
    let events = turn.events();
    let kinds: Vec<_> = events
        .iter()
        .map(|event| event["type"].as_str().unwrap())
        .collect();
    assert_eq!(kinds.first(), Some(&"thread.started"), "{events:#?}");
    assert_eq!(kinds.last(), Some(&"turn.completed"), "{events:#?}");
    let commands = events
        .iter()
        .filter(|event| event["item"]["type"] == "command_execution");
    let told: Vec<_> = commands
        .map(|event| (&event["type"], &event["item"]["exit_code"]))
        .collect();
    assert_eq!(
        told,
        [
            (&json!("item.started"), &Value::Null),
            (&json!("item.completed"), &json!(0))
        ]
    );
    let request = house.upstream.last_model_request().unwrap();
    assert_eq!(request.newest_user_text().as_deref(), Some(script));
    house.is_quiet().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_turn_asks_for_reaches_codex_exec_as_well() {
    let house = without_app_server().await;
    let here = repository(&house);
    let schema = r#"{"type":"object","properties":{"n":{"type":"integer"}},"required":["n"],"additionalProperties":false}"#;
    fs::write(here.join("answer.json"), schema).unwrap();
    fs::write(
        here.join("b,c.png"),
        crate::attachments::bytes(crate::attachments::PNG),
    )
    .unwrap();
    // What a folder names is not run only because it may be written in.
    let proof = house.folder().join("planted");
    fs::create_dir_all(here.join(".codex")).unwrap();
    let planted = format!(
        "[mcp_servers.planted]\ncommand = \"touch\"\nargs = [\"{}\"]\n",
        proof.display()
    );
    fs::write(here.join(".codex/config.toml"), planted).unwrap();
    fs::write(here.join("AGENTS.md"), "words-of-the-folder").unwrap();
    // What commands may do by the person's settings is no matter.
    let config = house.codex_home().join("config.toml");
    let settings = fs::read_to_string(&config).unwrap_or_default();
    let settings = format!("default_permissions = \":danger-full-access\"\n{settings}");
    fs::write(&config, settings).unwrap();
    let before = fs::read_to_string(&config).unwrap_or_default();
    let script = "mock: shell \"echo hi > made.txt\"\nmock: text \"{\\\"n\\\":3}\"";
    let asked = [
        "--schema",
        "answer.json",
        "--image",
        "b,c.png",
        "--effort",
        "low",
        "--model",
        "scripted-1",
    ];
    for (sandbox, made) in [("read-only", false), ("workspace-write", true)] {
        let args = [&["new", "--sandbox", sandbox][..], &asked, &[script]].concat();
        let turn = begin(&house, &args);
        assert_eq!(turn.complete().await["answer"], r#"{"n":3}"#);
        assert_eq!(
            here.join("made.txt").exists(),
            made,
            "{sandbox}: {}",
            turn.read("out.txt")
        );
        let request = house.upstream.last_model_request().unwrap();
        assert_eq!(
            request.body["text"]["format"]["schema"]["required"],
            json!(["n"])
        );
        assert_eq!(
            (&request.body["model"], &request.body["reasoning"]["effort"]),
            (&json!("scripted-1"), &json!("low"))
        );
        let shown = Value::Array(request.input.clone()).to_string();
        assert_eq!(shown.matches("data:image/png").count(), 1);
        assert!(shown.contains("words-of-the-folder"), "{sandbox}: {shown}");
    }
    assert!(!proof.exists());
    let after = fs::read_to_string(&config).unwrap_or_default();
    assert_eq!(after, before, "the folder is not marked as trusted");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn going_on_is_in_the_same_thread_and_counts_what_this_turn_used() {
    let house = without_app_server().await;
    let asked = |words: &str| {
        format!("{words}\nmock: usage in=100 cached=40 out=30 reasoning=10 ; text \"noted\"")
    };
    let first = begin(&house, &["new", &asked("remember-1")])
        .complete()
        .await;
    let second = begin(&house, &["continue", "--last", &asked("and-2")]);
    let result = second.complete().await;
    assert_eq!(result["thread_id"], first["thread_id"]);
    assert_eq!(result["usage"], first["usage"]);
    assert_eq!(result["usage"]["input_tokens"], 100, "{result}");
    let request = house.upstream.last_model_request().unwrap();
    assert_eq!(request.count("remember-1"), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_goes_wrong_over_codex_exec_ends_as_it_does_elsewhere() {
    let house = without_app_server().await;
    let failed = begin(&house, &["new", "mock: fail context_length_exceeded"]);
    let result = failed.ended().await;
    assert_eq!(
        (&result["state"], &result["code"]),
        (&json!("failed"), &json!("context_too_long")),
        "{result}"
    );
    let nobody = begin(&house, &["new", "--model", "no-such-model", "x"]);
    assert_eq!(nobody.ended().await["code"], "no_model");
    let slow = begin(&house, &["new", "--timeout", "3", "mock: gate forever"]);
    assert_eq!(slow.ended().await["exit_code"], 4);
    let script = "mock: text \"so far\" ; shell \"setsid -f sleep 4341; sleep 4342\"";
    let turn = begin(&house, &["new", "--sandbox", "danger-full-access", script]);
    until("the command runs", || async {
        let mut children = house.children();
        children.retain(|child| child.command.contains("sleep 4342"));
        (!children.is_empty()).then_some(())
    })
    .await;
    has_spoken(&turn).await;
    assert_eq!(code(&run(&house, &["cancel", &turn.id])), 0);
    assert_eq!(turn.ended().await["state"], "cancelled");
    assert!(
        turn.read("out.txt").contains("so far"),
        "{}",
        turn.read("out.txt")
    );
    house.is_quiet().await;
}
