//! What is refused before anything is made, in words that say what to do, and what never reaches Codex.

use std::{fs, os::unix::fs::symlink, process::Stdio};

use serde_json::{Value, json};
use switchboard_testkit::{Codex, House, Options};
use switchboard_upstream::auth;

use super::{begin, code, prepared, repository, run};

fn words(output: &std::process::Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// No folder of a turn was made.
fn nothing_was_made(house: &House) {
    let turns = fs::read_dir(house.home().join("turns"));
    assert_eq!(turns.map_or(0, Iterator::count), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_makes_no_sense_is_refused_with_64_and_makes_nothing() {
    let house = prepared(Options::default()).await;
    let here = repository(&house);
    fs::write(here.join("no-schema.json"), "[1]").unwrap();
    fs::write(here.join("no-picture.png"), "text").unwrap();
    fs::write(here.join("empty.md"), " \n").unwrap();
    fs::write(here.join("binary.md"), [0xff, 0xfe]).unwrap();
    let outside = house.folder().to_str().unwrap().to_owned();
    let unknown = "01a22450-544f-7543-af41-4eff72e5833d";
    let rows: [(&[&str], &str); 15] = [
        (&["new", ""], "empty"),
        (&["new"], "PROMPT"),
        (&["new", "x", "--cwd", "nowhere"], "no folder nowhere"),
        (&["new", "x", "--cwd", &outside], "--skip-git-check"),
        (&["new", "x", "--schema", "missing.json"], "missing.json"),
        (&["new", "x", "--schema", "no-schema.json"], "no object"),
        (&["new", "x", "--image", "missing.png"], "missing.png"),
        (&["new", "x", "--image", "no-picture.png"], "no picture"),
        (&["new", "--prompt-file", "empty.md"], "empty"),
        (&["new", "--prompt-file", "binary.md"], "UTF-8"),
        (&["new", "x", "--timeout", "abc"], "abc"),
        (&["new", "x", "--timeout", "0"], "0"),
        (&["continue", "x"], "--last"),
        (&["continue", "--thread", "../../x", "y"], "no thread id"),
        (&["continue", "--thread", unknown, "y"], "no record of it"),
    ];
    for (args, about) in rows {
        let refused = run(&house, args);
        assert_eq!(code(&refused), 64, "{args:?}: {}", words(&refused));
        assert!(
            words(&refused).contains(about),
            "{args:?}: {}",
            words(&refused)
        );
        assert!(refused.stdout.is_empty(), "{args:?}");
    }
    nothing_was_made(&house);
    assert!(house.upstream.requests().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_id_that_leads_elsewhere_is_no_id() {
    let house = prepared(Options::default()).await;
    for id in [
        "../x",
        "..",
        "/etc/passwd",
        "x",
        "",
        "0199A213-81C0-7800-8AA1-BBAB2A035A53",
    ] {
        for command in ["status", "tail", "wait", "cancel", "approve"] {
            let refused = run(&house, &[command, "--json", id]);
            assert_eq!(code(&refused), 64, "{command} {id:?}: {}", words(&refused));
            let told: Value = serde_json::from_slice(&refused.stdout).unwrap();
            assert_eq!(told["error"]["exit"], 64, "{command}: {told}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_turn_that_is_not_there_is_missing_whatever_is_asked_of_it() {
    let house = prepared(Options::default()).await;
    let id = "0199a213-81c0-7800-8aa1-bbab2a035a53";
    let rows: [&[&str]; 6] = [
        &["tail", id],
        &["wait", id],
        &["wait", "--json", id],
        &["cancel", id],
        &["approve", id],
        &["approve", "--list", id],
    ];
    for args in rows {
        assert_eq!(code(&run(&house, args)), 6, "{args:?}");
    }
    let refused = run(&house, &["approve", "--json", id]);
    let told: Value = serde_json::from_slice(&refused.stdout).unwrap();
    assert_eq!(told["error"]["code"], "missing", "{told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_does_not_want_to_know_which_turn_it_is_has_begun_it_all_the_same() {
    let house = prepared(Options::default()).await;
    let mut command = house.command(&["new", "mock: text \"done\""]);
    let new = command
        .current_dir(repository(&house))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut new = new.spawn().unwrap();
    drop(new.stdout.take());
    let output = new.wait_with_output().unwrap();
    assert_eq!((code(&output), words(&output)), (0, String::new()));
    let listed = super::json(&house, &["list-turns"]);
    let id = listed[0]["turn_id"].as_str().unwrap();
    assert_eq!(code(&run(&house, &["wait", id])), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_kind_of_login_that_is_no_plan_ends_with_2_and_the_guide() {
    let no_login = [
        Value::Null,
        json!({}),
        auth::api_key_login(),
        json!({ "auth_mode": "chatgpt", "tokens": null }),
    ];
    for login in no_login {
        let house = prepared(Options {
            login: Some(login.clone()),
            ..Options::default()
        })
        .await;
        for args in [
            &["new", "x"][..],
            &["new", "--json", "x"],
            &["continue", "--last", "x"],
        ] {
            let refused = run(&house, args);
            assert_eq!(code(&refused), 2, "{login} {args:?}: {}", words(&refused));
            assert!(
                words(&refused).contains("codex login"),
                "{}",
                words(&refused)
            );
        }
        let refused = run(&house, &["new", "--json", "x"]);
        let told: Value = serde_json::from_slice(&refused.stdout).unwrap();
        assert_eq!(told["error"]["exit"], 2, "{told}");
        nothing_was_made(&house);
        assert!(house.upstream.requests().is_empty());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_login_in_the_keyring_is_said_to_be_of_no_use() {
    let house = prepared(Options {
        login: Some(Value::Null),
        ..Options::default()
    })
    .await;
    let config = house.codex_home().join("config.toml");
    fs::write(config, "cli_auth_credentials_store = \"keyring\"\n").unwrap();
    let refused = run(&house, &["new", "x"]);
    assert_eq!(code(&refused), 2);
    assert!(words(&refused).contains("keyring"), "{}", words(&refused));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_codex_new_and_setup_end_with_69_and_say_how_to_install_it() {
    let house = prepared(Options {
        codex: Codex::At("no-codex"),
        ..Options::default()
    })
    .await;
    for args in [&["new", "x"][..], &["setup"]] {
        let refused = run(&house, args);
        assert_eq!(code(&refused), 69, "{args:?}: {}", words(&refused));
        assert!(
            words(&refused).contains("npm install -g @openai/codex"),
            "{}",
            words(&refused)
        );
    }
    nothing_was_made(&house);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_turn_can_be_asked_from_standard_input_and_from_a_file() {
    use std::{io::Write as _, process::Stdio};
    let house = prepared(Options::default()).await;
    let here = repository(&house);
    fs::write(here.join("question.md"), "from a file\nmock: text \"read\"").unwrap();
    let turn = begin(&house, &["new", "--prompt-file", "question.md"]);
    assert_eq!(turn.complete().await["answer"], "read");
    let mut piped = house
        .command(&["new", "-"])
        .current_dir(&here)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = piped.stdin.take().unwrap();
    stdin
        .write_all(b"from a pipe\nmock: text \"heard\"")
        .unwrap();
    drop(stdin);
    let output = piped.wait_with_output().unwrap();
    let line: Value = serde_json::from_slice(&output.stdout).unwrap();
    let waited = run(
        &house,
        &["wait", line["turn_id"].as_str().unwrap(), "--answer"],
    );
    assert_eq!(String::from_utf8(waited.stdout).unwrap(), "heard\n");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_turn_takes_the_codex_that_setup_found() {
    let house = prepared(Options::default()).await;
    let bin = house.folder().join("bin");
    fs::create_dir_all(&bin).unwrap();
    symlink(switchboard_testkit::codex(), bin.join("codex")).unwrap();
    let run = |args: &[&str], path: &str| {
        let mut command = house.command(args);
        command
            .env_remove("SWITCHBOARD_PROVIDERS__CHATGPT__PROGRAM")
            .env("PATH", path)
            .current_dir(repository(&house));
        command.output().unwrap()
    };
    let found = run(&["setup"], &format!("{}:/usr/bin:/bin", bin.display()));
    assert_eq!(code(&found), 0, "{}", words(&found));
    let begun = run(&["new", "mock: text \"found\""], "/usr/bin:/bin");
    assert_eq!(code(&begun), 0, "{}", words(&begun));
    let line: Value = serde_json::from_slice(&begun.stdout).unwrap();
    let id = line["turn_id"].as_str().unwrap();
    let waited = run(&["wait", id, "--answer"], "/usr/bin:/bin");
    assert_eq!(String::from_utf8(waited.stdout).unwrap(), "found\n");
    // One that is named and not there is not replaced by another.
    let mut named = house.command(&["new", "x"]);
    named.env("SWITCHBOARD_PROVIDERS__CHATGPT__PROGRAM", "/nowhere/codex");
    let refused = named.current_dir(repository(&house)).output().unwrap();
    assert_eq!(code(&refused), 69, "{}", words(&refused));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_home_that_may_not_be_written_makes_no_turn_and_says_so() {
    let house = prepared(Options::default()).await;
    // Root may write everywhere, so a file stands where the folder of turns would be.
    fs::create_dir_all(house.home()).unwrap();
    fs::write(house.home().join("turns"), "").unwrap();
    let refused = run(&house, &["new", "x"]);
    assert_eq!(code(&refused), 1);
    assert!(
        words(&refused).contains("cannot make the turn's folder"),
        "{}",
        words(&refused)
    );
    assert!(house.upstream.requests().is_empty());
}
