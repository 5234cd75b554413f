//! Every command line that the skills tell an agent to type, typed: each does what it says, against the real Codex CLI.

#[path = "../../src/cli/documented/typed.rs"]
mod typed;

use std::{
    fs,
    io::Write as _,
    process::{Output, Stdio},
};

use serde_json::Value;
use switchboard_testkit::{House, Options};

use crate::{
    attachments::{PNG, bytes},
    support::{BINARY, text},
};

/// What stands for a turn, and for a thread of Codex's, in the examples.
const TURN: &str = "0199a213-81c0-7800-8aa1-bbab2a035a53";
const THREAD: &str = "01a22450-544f-7543-af41-4eff72e5833d";

/// What does not come to an end, asks the network, or is only spoken of in a sentence.
const NOT_TYPED: [&str; 6] = [
    "serve",
    "doctor",
    "tokens create --name agent",
    "new",
    "skills install",
    "approve",
];

/// A house with whatever the examples name.
async fn with_examples() -> House {
    let house = House::prepare(BINARY, Options::default()).await;
    let here = house.folder().join("repository");
    for folder in [
        &here,
        &house.person().join("src/shop"),
        &house.person().join("notes"),
    ] {
        fs::create_dir_all(folder.join(".git")).unwrap();
    }
    for name in ["question.md", "next.md"] {
        fs::write(here.join(name), "Why?").unwrap();
    }
    for name in ["answer.json", "verdict.json"] {
        fs::write(here.join(name), r#"{"type":"object"}"#).unwrap();
    }
    for name in ["a.png", "b.png", "before.png", "after.png"] {
        fs::write(here.join(name), bytes(PNG)).unwrap();
    }
    house
}

fn run(house: &House, words: &[String]) -> Output {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let mut command = house.command(&words);
    let typed = command
        .current_dir(house.folder().join("repository"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut typed = typed.spawn().unwrap();
    // Most do not read it.
    let _ = typed
        .stdin
        .take()
        .unwrap()
        .write_all(b"From standard input");
    typed.wait_with_output().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_command_line_in_the_skills_can_be_typed() {
    let house = with_examples().await;
    let words = |line: &str| line.split(' ').map(str::to_owned).collect::<Vec<_>>();
    run(&house, &words("skills install --to codex"));
    let begun = run(&house, &words("new Hello"));
    let begun: Value = serde_json::from_slice(&begun.stdout).unwrap();
    let turn = text(&begun, "turn_id").to_owned();
    let ended = run(&house, &words(&format!("wait {turn} --json")));
    let ended: Value = serde_json::from_slice(&ended.stdout).unwrap();
    let thread = text(&ended, "thread_id").to_owned();
    let person = house.person().display().to_string();
    let filled = |word: &str| match word {
        "TURN" | "$TURN" | TURN => turn.clone(),
        "THREAD" | THREAD => thread.clone(),
        word => match word.strip_prefix("~/") {
            Some(rest) => format!("{person}/{rest}"),
            None => word.to_owned(),
        },
    };
    let mut turns = Vec::new();
    let mut typed = 0;
    for (path, text_of) in self::typed::texts() {
        if !path.components().any(|part| part.as_os_str() == "skills") {
            continue;
        }
        for call in self::typed::calls(&text_of) {
            // A command is spoken of by its name alone.
            if call.len() < 2 || NOT_TYPED.contains(&&*call[1..].join(" ")) {
                continue;
            }
            let call: Vec<String> = call[1..].iter().map(|word| filled(word)).collect();
            let said = run(&house, &call);
            let err = String::from_utf8_lossy(&said.stderr);
            let place = format!("{}: {} {err}", path.display(), call.join(" "));
            let code = said.status.code().unwrap();
            let lists = call.iter().any(|word| word == "--list");
            match &*call[0] {
                // The turn has ended, so it asks nothing.
                "approve" if !lists => {
                    assert!(code == 1 && err.contains("asks nothing"), "{place}");
                }
                _ => assert_eq!(code, 0, "{place}"),
            }
            if let "new" | "continue" = &*call[0] {
                let begun: Value = serde_json::from_slice(&said.stdout).unwrap();
                // The script answers in words, which meet no schema.
                let schema = call.iter().any(|word| word == "--schema");
                turns.push((text(&begun, "turn_id").to_owned(), i32::from(schema), place));
            }
            typed += 1;
        }
    }
    assert!(typed >= 60, "{typed} lines were typed");
    for (turn, code, place) in turns {
        let waited = run(&house, &words(&format!("wait {turn}")));
        let err = String::from_utf8_lossy(&waited.stderr);
        assert_eq!(waited.status.code(), Some(code), "{place} {err}");
    }
    house.is_quiet().await;
}
