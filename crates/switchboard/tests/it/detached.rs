//! Detached turns as they are typed: the real Codex CLI in the home of whoever starts them, without a server and beside one.

mod ask;
mod beside;
mod checks;
mod ends;
mod held;
mod kills;
mod many;
mod over_exec;
mod scenarios;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Output,
};

use serde_json::Value;
use switchboard_testkit::{House, Options, until};

use crate::support::{BINARY, text};

/// A house without a server, with a git repository to work in.
async fn prepared(options: Options) -> House {
    let house = House::prepare(BINARY, options).await;
    fs::create_dir_all(repository(&house).join(".git")).unwrap();
    house
}

fn repository(house: &House) -> PathBuf {
    house.folder().join("repository")
}

/// Runs a command in the repository.
fn run(house: &House, args: &[&str]) -> Output {
    let mut command = house.command(args);
    command.current_dir(repository(house)).output().unwrap()
}

/// What a command that must succeed printed, as JSON.
fn json(house: &House, args: &[&str]) -> Value {
    let output = run(house, args);
    let err = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{args:?}: {} {err}", output.status);
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A turn that was begun.
struct Begun {
    id: String,
    dir: PathBuf,
}

/// Begins a turn; the first of `args` is `new` or `continue`.
fn begin(house: &House, args: &[&str]) -> Begun {
    let line = json(house, args);
    for field in [
        "out_path",
        "events_path",
        "done_marker",
        "error_marker",
        "meta_path",
    ] {
        assert!(Path::new(text(&line, field)).is_absolute(), "{line}");
    }
    Begun {
        id: text(&line, "turn_id").to_owned(),
        dir: text(&line, "dir").into(),
    }
}

impl Begun {
    fn read(&self, file: &str) -> String {
        fs::read_to_string(self.dir.join(file)).unwrap_or_default()
    }

    fn meta(&self) -> Value {
        serde_json::from_str(&self.read("meta.json")).unwrap()
    }

    fn result(&self) -> Value {
        serde_json::from_str(&self.read("result.json")).unwrap()
    }

    fn events(&self) -> Vec<Value> {
        let events = self.read("events.jsonl");
        let lines = events.lines();
        lines
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    /// The marker, once there is one, as an agent that knows nothing else would wait for it.
    async fn marked(&self) -> &'static str {
        until("the turn's marker", || async {
            let there = |name: &&&str| self.dir.join(**name).exists();
            [&"done", &"error"].into_iter().find(there).copied()
        })
        .await
    }

    /// Waits for its end, and gives its record.
    async fn ended(&self) -> Value {
        self.marked().await;
        self.result()
    }

    async fn complete(&self) -> Value {
        let result = self.ended().await;
        assert_eq!(
            result["state"],
            "complete",
            "{result}\n{}\n{}",
            self.read("worker.log"),
            self.read("events.jsonl")
        );
        result
    }
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}
