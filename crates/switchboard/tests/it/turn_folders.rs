//! The commands that read the folders of detached turns, as they are typed, while a worker writes there, ends and dies. The worker
//! is this test.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _},
    os::unix::{fs::PermissionsExt as _, process::CommandExt as _},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
};

use serde_json::{Value, json};
use switchboard_engine::folder::{Auth, Ending, Meta, Phase, Scribe, TurnFolder, Turns};
use switchboard_model::{
    Millis, ThreadId, TurnId,
    item::{Item, ItemBody, ItemStatus},
    outcome::{Failure, OutcomeCode},
    turn::Outcome,
    usage::Usage,
};
use tempfile::TempDir;

use crate::support::BINARY;

const BEGAN: Millis = Millis(1_764_000_000_000);

/// A home in which nothing is but turns.
struct Home(TempDir);

impl Home {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn turns(&self) -> Turns {
        Turns::new(self.0.path())
    }

    fn scribe(&self, n: u32) -> Scribe {
        let meta = meta(n);
        let held = self.turns().make(id(n), "what is 2 + 2?", &meta);
        let held = held.unwrap().name().unwrap();
        Scribe::new(held, meta)
    }

    fn command(&self, words: &[&str]) -> Command {
        command(Path::new(BINARY), self.0.path(), words)
    }

    fn run(&self, words: &[&str]) -> Said {
        said(&mut self.command(words))
    }
}

fn command(program: &Path, home: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(program);
    command
        .args(words)
        .env_clear()
        .env("SWITCHBOARD_HOME", home)
        .stdin(Stdio::null());
    command
}

/// What a command said and exited with.
#[derive(Debug, PartialEq, Eq)]
struct Said {
    out: String,
    err: String,
    code: i32,
}

impl Said {
    fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|_| panic!("{self:?}"))
    }
}

fn said(command: &mut Command) -> Said {
    command.output().unwrap().into()
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        Self {
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
            code: output.status.code().unwrap(),
        }
    }
}

fn id(n: u32) -> TurnId {
    format!("019acb2e-0000-7000-8000-0000{n:08x}")
        .parse()
        .unwrap()
}

fn meta(n: u32) -> Meta {
    Meta {
        pid: Some(4242),
        model: Some("gpt-5.5".into()),
        ..Meta::new(id(n), Path::new("/srv/project"), BEGAN)
    }
}

fn says(scribe: &mut Scribe, text: &str, status: ItemStatus) {
    let thread: ThreadId = id(0).to_string().parse().unwrap();
    scribe.items(&[Item {
        id: id(0).to_string().parse().unwrap(),
        turn: scribe.folder().id(),
        thread,
        seq: 1,
        status,
        body: ItemBody::Text,
        text: text.into(),
        started_at: BEGAN,
        ended_at: None,
        agent: None,
    }]);
}

fn end(mut scribe: Scribe, outcome: &Outcome) {
    let ending = Ending::new(scribe.meta(), outcome, scribe.usage(), BEGAN);
    scribe.end(&ending).unwrap();
    scribe.mark().unwrap();
}

fn replied() -> Outcome {
    Outcome::Replied { text: "4".into() }
}

fn failed(code: OutcomeCode) -> Outcome {
    Outcome::Failed(Failure::new(code, "no \u{1b}[2Jluck").hint("try again"))
}

#[test]
fn a_turn_is_told_while_it_runs_and_after_it_ended() {
    let home = Home::new();
    let turn = id(1).to_string();
    let mut scribe = home.scribe(1);
    scribe.bound("t-1");
    scribe.auth(Auth {
        mode: "chatgpt".into(),
        plan: Some("plus".into()),
    });
    scribe.phase(Phase::Running);
    says(&mut scribe, "2 + 2 ", ItemStatus::Open);
    let status = home.run(&["status", &turn]);
    assert_eq!(status.code, 0);
    assert!(status.out.contains("\n  \"turn_id\": "), "{}", status.out);
    let told = status.json();
    let mut expected = json!({
        "turn_id": turn, "state": "running", "status": "running", "thread_id": "t-1", "cwd": "/srv/project",
        "started_at": "2025-11-24T16:00:00.000Z", "last_event_at": told["last_event_at"], "pid": 4242,
        "over": null, "reason": null, "hint": null, "auth": {"mode": "chatgpt", "plan": "plus"}, "usage": null,
    });
    assert_eq!(told, expected);
    assert!(told["last_event_at"].is_string());
    let tail = home.run(&["tail", &turn]);
    assert_eq!((tail.out.as_str(), tail.code), ("2 + 2 ", 0));
    let waited = home.run(&["wait", &turn, "--timeout", "0"]);
    assert_eq!((waited.out.as_str(), waited.code), ("", 7));
    assert!(waited.err.contains("is running\n2 + 2 "), "{}", waited.err);
    let waited = home.run(&["wait", &turn, "--timeout", "0", "--json"]);
    assert_eq!(
        (waited.json()["state"].clone(), waited.code),
        (json!("running"), 7)
    );

    says(&mut scribe, "2 + 2 is 4", ItemStatus::Done);
    scribe.used(Usage {
        input: 10,
        ..Usage::default()
    });
    end(scribe, &replied());
    let told = home.run(&["status", &turn, "--json"]);
    assert_eq!(told.out.lines().count(), 1);
    let told = told.json();
    for (name, value) in [
        ("state", json!("complete")),
        ("status", json!("complete")),
        ("last_event_at", told["last_event_at"].clone()),
        (
            "usage",
            json!({"input_tokens": 10, "cached_input_tokens": 0, "output_tokens": 0, "reasoning_output_tokens": 0}),
        ),
    ] {
        expected[name] = value;
    }
    assert_eq!(told, expected);
    let out = "2 + 2 is 4\n[turn.completed] input=10 cached=0 output=0 reasoning=0\n";
    for words in [["wait", &turn], ["tail", &turn]] {
        let said = home.run(&words);
        assert_eq!(
            (said.out.as_str(), said.err.as_str(), said.code),
            (out, "", 0)
        );
    }
    assert_eq!(home.run(&["wait", &turn, "--answer"]).out, "4\n");
    let record = home.run(&["wait", &turn, "--json"]);
    let on_disk = fs::read_to_string(home.turns().of(id(1)).result_path()).unwrap();
    assert_eq!(
        record.json(),
        serde_json::from_str::<Value>(&on_disk).unwrap()
    );
    let events = home.run(&["tail", &turn, "--json", "--follow"]).out;
    assert!(
        events
            .lines()
            .all(|line| serde_json::from_str::<Value>(line).is_ok())
    );
    assert!(events.lines().last().unwrap().contains("turn.completed"));
    let left: Vec<_> = fs::read_dir(home.0.path()).unwrap().flatten().collect();
    assert_eq!(left.len(), 1, "no database and no run folder: {left:?}");
}

#[test]
fn each_end_has_its_exit_code_and_what_was_written_goes_to_stderr() {
    let home = Home::new();
    let rows = [
        (failed(OutcomeCode::Crashed), "failed", 1),
        (failed(OutcomeCode::NotSignedIn), "failed", 2),
        (Outcome::Cancelled, "cancelled", 3),
        (failed(OutcomeCode::TimedOut), "timed-out", 4),
        (failed(OutcomeCode::Abandoned), "abandoned", 5),
    ];
    for (n, (outcome, state, code)) in (1..).zip(rows) {
        let turn = id(n).to_string();
        let mut scribe = home.scribe(n);
        says(&mut scribe, "half", ItemStatus::Open);
        end(scribe, &outcome);
        let waited = home.run(&["wait", &turn, "--answer"]);
        assert_eq!((waited.out.as_str(), waited.code), ("", code), "{state}");
        assert!(
            waited.err.starts_with(&format!("{turn} is {state}")),
            "{}",
            waited.err
        );
        assert!(waited.err.contains("\nhalf\n[turn."), "{}", waited.err);
        assert!(
            !waited.err.contains('\u{1b}'),
            "nothing in it moves a terminal"
        );
        let followed = home.run(&["tail", &turn, "--follow"]);
        assert_eq!(
            (followed.out.starts_with("half\n"), followed.code),
            (true, code)
        );
        let record = home.run(&["wait", &turn, "--json"]);
        assert_eq!(
            (record.json()["state"].clone(), record.code),
            (json!(state), code)
        );
    }
    let nobody = id(99).to_string();
    for words in [
        vec!["wait", &nobody],
        vec!["tail", &nobody],
        vec!["tail", &nobody, "--follow"],
    ] {
        let said = home.run(&words);
        assert_eq!((said.out.as_str(), said.code), ("", 6), "{words:?}");
        assert!(said.err.contains("list-turns"), "{}", said.err);
    }
    let status = home.run(&["status", &nobody]);
    assert_eq!(
        (status.json()["state"].clone(), status.code),
        (json!("missing"), 0)
    );
}

#[test]
fn what_is_no_turn_is_a_mistake_in_the_command_line() {
    let home = Home::new();
    for id in [
        "..",
        "../x",
        "",
        "\u{1b}[2J",
        "019ACB2E-0000-7000-8000-000000000001",
    ] {
        for verb in ["status", "tail", "wait"] {
            let said = home.run(&[verb, id]);
            assert_eq!((said.out.as_str(), said.code), ("", 64), "{verb} {id:?}");
            assert!(said.err.contains("no turn id"), "{}", said.err);
            assert!(!said.err.contains('\u{1b}'));
        }
    }
}

/// Holds a turn's lock as a worker of its own would.
fn another_worker(folder: &TurnFolder) -> Child {
    let mut child = Command::new("sh")
        .args(["-c", "exec 9<turn.lock; flock 9; echo held; read forever"])
        .current_dir(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap())
        .read_line(&mut line)
        .unwrap();
    assert_eq!(line, "held\n");
    child
}

#[test]
fn who_follows_or_waits_notices_that_the_worker_was_killed() {
    let home = Home::new();
    let turn = id(1).to_string();
    let mut scribe = home.scribe(1);
    scribe.phase(Phase::Running);
    says(&mut scribe, "half an ans", ItemStatus::Open);
    drop(scribe);
    let mut worker = another_worker(&home.turns().of(id(1)));
    assert_eq!(home.run(&["status", &turn]).json()["state"], "running");
    let mut following = home
        .command(&["tail", &turn, "--follow"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut half = [0; 11];
    following
        .stdout
        .as_mut()
        .unwrap()
        .read_exact(&mut half)
        .unwrap();
    let waiting = home
        .command(&["wait", &turn])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    worker.kill().unwrap();
    worker.wait().unwrap();
    let followed = Said::from(following.wait_with_output().unwrap());
    assert!(
        followed.out.starts_with("\n[turn.failed] its worker died"),
        "{followed:?}"
    );
    let waited = Said::from(waiting.wait_with_output().unwrap());
    assert_eq!((followed.code, waited.code), (5, 5));
    assert!(
        waited
            .err
            .contains("is abandoned: its worker died (safe to leave"),
        "{waited:?}"
    );
    let told = home.run(&["status", &turn]).json();
    assert_eq!(
        (told["state"].clone(), told["hint"].is_string()),
        (json!("abandoned"), true)
    );
}

#[test]
fn a_reader_that_goes_away_is_no_mistake() {
    let home = Home::new();
    let turn = id(1).to_string();
    let mut scribe = home.scribe(1);
    says(&mut scribe, &"x".repeat(1 << 20), ItemStatus::Done);
    end(scribe, &replied());
    for words in [["tail", &turn], ["wait", &turn]] {
        let mut child = home
            .command(&words)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut one = [0];
        let mut out = child.stdout.take().unwrap();
        out.read_exact(&mut one).unwrap();
        drop(out);
        let said = Said::from(child.wait_with_output().unwrap());
        assert_eq!((said.err.as_str(), said.code), ("", 0), "{words:?}");
    }
}

#[test]
fn of_ten_thousand_turns_the_newest_are_listed() {
    let home = Home::new();
    end(home.scribe(20_000), &Outcome::Cancelled);
    let _alive = home.scribe(20_001);
    for n in 0..10_000 {
        let folder = home.turns().of(id(n));
        fs::create_dir(folder.path()).unwrap();
        fs::write(folder.meta_path(), serde_json::to_vec(&meta(n)).unwrap()).unwrap();
        fs::write(folder.done_marker(), "").unwrap();
    }
    let listed = home.run(&["list-turns"]).json();
    let lines = listed.as_array().unwrap();
    assert_eq!(lines.len(), 20);
    let line = |n: u32, state: &str| {
        json!({"turn_id": id(n).to_string(), "state": state, "thread_id": null, "cwd": "/srv/project",
            "started_at": "2025-11-24T16:00:00.000Z"})
    };
    let newest = [
        line(20_001, "starting"),
        line(20_000, "cancelled"),
        line(9_999, "complete"),
    ];
    assert_eq!(lines[..3], newest);
    assert_eq!(
        home.run(&["list-turns", "--limit", "2"]).json(),
        json!(newest[..2])
    );
    let everything = home.run(&["gc", "--older-than", "0s", "--json"]).json();
    assert_eq!(everything["removed"].as_array().unwrap().len(), 10_001);
    assert_eq!(
        (everything["kept"].clone(), everything["dry_run"].clone()),
        (json!(1), json!(false))
    );
    assert_eq!(home.run(&["list-turns"]).json(), json!([newest[0]]));
}

#[test]
fn gc_says_what_would_go_and_takes_seven_days_by_default() {
    let home = Home::new();
    assert_eq!(home.run(&["gc"]).json()["kept"], 0);
    end(home.scribe(1), &replied());
    let would = home.run(&["gc", "--dry-run"]).json();
    assert_eq!(would["removed"][0]["turn_id"], id(1).to_string());
    assert_eq!(would["removed"][0]["ended_at"], "2025-11-24T16:00:00.000Z");
    assert_eq!(
        home.run(&["status", &id(1).to_string()]).json()["state"],
        "complete"
    );
    home.run(&["gc"]);
    assert_eq!(
        home.run(&["status", &id(1).to_string()]).json()["state"],
        "missing"
    );
    for words in [["--older-than", "7"], ["--keep-bytes", "many"]] {
        let refused = home.run(&["gc", words[0], words[1]]);
        assert!(
            refused.code != 0 && refused.err.contains(words[1]),
            "{refused:?}"
        );
    }
}

#[test]
fn a_folder_that_only_can_be_read_is_told_truly_and_left_alone() {
    // Root may write everywhere, so somebody else asks, with a program that they can reach.
    let home = Home::new();
    end(home.scribe(1), &replied());
    drop(home.scribe(2));
    let program = home.0.path().join("switchboard");
    // By another process: while ours has it open for writing, what other tests start may have it open too, and it cannot be run.
    let copied = Command::new("cp").arg(BINARY).arg(&program).status();
    assert!(copied.unwrap().success());
    let all = || {
        let folders = home.turns().newest(9).unwrap();
        let mut paths: Vec<PathBuf> = vec![
            home.0.path().into(),
            home.turns().path().into(),
            program.clone(),
        ];
        for folder in folders {
            let files = fs::read_dir(folder.path()).unwrap();
            paths.extend(files.map(|file| file.unwrap().path()));
            paths.push(folder.path().into());
        }
        paths.sort();
        paths
    };
    for path in all() {
        fs::set_permissions(path, fs::Permissions::from_mode(0o555)).unwrap();
    }
    let before = all();
    for (n, state, code) in [(1, "complete", 0), (2, "abandoned", 5)] {
        for verb in ["status", "wait"] {
            let mut command = command(
                &program,
                home.0.path(),
                &[verb, &id(n).to_string(), "--json"],
            );
            if fs::metadata("/proc/self")
                .is_ok_and(|me| std::os::unix::fs::MetadataExt::uid(&me) == 0)
            {
                command.uid(65_534).gid(65_534);
            }
            let said = said(&mut command);
            let code = if verb == "wait" { code } else { 0 };
            assert_eq!(
                (said.json()["state"].clone(), said.code),
                (json!(state), code),
                "{verb}"
            );
        }
    }
    assert_eq!(all(), before);
    for path in before {
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }
}

#[test]
fn who_only_watches_the_text_and_the_markers_misses_nothing() {
    let home = Home::new();
    let mut scribe = home.scribe(1);
    let folder = scribe.folder().clone();
    let watching = std::thread::spawn(move || {
        let mut text = fs::File::open(folder.out_path()).unwrap();
        let mut read = String::new();
        loop {
            let marked = folder.done_marker().exists() || folder.error_marker().exists();
            text.read_to_string(&mut read).unwrap();
            if marked {
                return read;
            }
            std::thread::yield_now();
        }
    });
    says(&mut scribe, "2 + 2 ", ItemStatus::Open);
    says(&mut scribe, "2 + 2 is 4", ItemStatus::Done);
    end(scribe, &replied());
    let read = watching.join().unwrap();
    assert_eq!(
        read,
        "2 + 2 is 4\n[turn.completed] input=0 cached=0 output=0 reasoning=0\n"
    );
}
