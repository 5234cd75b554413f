//! A worker that dies at any moment: what the folder says is true, nothing in it is torn, and the turn is neither lost nor run twice.
//! And disks that are full, or may not be written.

use std::{fs, os::unix::fs::PermissionsExt as _, process::Command, time::Duration};

use serde_json::Value;
use switchboard_testkit::{Options, until};

use super::{Begun, begin, code, ends::kill, json, prepared, run};
use crate::{kills::Dice, support::soon};

/// What every folder holds, whatever happened: whole records, whole lines, one marker that fits.
fn is_sound(turn: &Begun, state: &str) {
    for file in ["events.jsonl", "raw.jsonl"] {
        let text = turn.read(file);
        assert!(
            text.is_empty() || text.ends_with('\n'),
            "{file} is torn: {text}"
        );
        for line in text.lines() {
            let parsed: Result<Value, _> = serde_json::from_str(line);
            assert!(parsed.is_ok(), "{file}: {line}");
        }
    }
    let result = turn.result();
    assert_eq!(result["state"], state, "{result}");
    let (done, error) = (
        turn.dir.join("done").exists(),
        turn.dir.join("error").exists(),
    );
    assert_eq!(
        (done, error),
        (state == "complete", state != "complete"),
        "{result}"
    );
    if state == "complete" {
        let answer = result["answer"].as_str().unwrap();
        assert!(
            turn.read("out.txt").contains(answer),
            "{}",
            turn.read("out.txt")
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_killed_at_any_moment_leaves_a_true_folder_and_is_never_run_twice() {
    let mut house = prepared(Options::default()).await;
    let mut dice = Dice::thrown();
    let mut seen = Vec::new();
    for round in 0..20 {
        // Five at a time, each killed at a moment of its own.
        let mut turns = Vec::new();
        for n in 0..5 {
            let words = format!("round-{round}-{n}.");
            let script = format!("{words}\nmock: slow 4 20ms");
            turns.push((begin(&house, &["new", &script]), words));
        }
        for (turn, _) in &turns {
            // tidy: sleeps because the moment of the kill is the point: any one must be survived
            tokio::time::sleep(Duration::from_millis(dice.below(250))).await;
            if turn.dir.join("result.json").exists() {
                continue;
            }
            kill(turn);
        }
        for (turn, words) in turns {
            let state = until("the turn is over", || async {
                let status = json(&house, &["status", &turn.id]);
                let state = status["state"].as_str().unwrap().to_owned();
                assert_ne!(state, "missing", "{status}");
                let over = ["complete", "abandoned"].contains(&&*state);
                // The record comes first, and the marker once also the store knows.
                let marked = ["done", "error"].map(|name| turn.dir.join(name).exists());
                (over && marked != [false, false]).then_some(state)
            })
            .await;
            is_sound(&turn, &state);
            seen.push((turn, words, state));
        }
    }
    let abandoned = seen
        .iter()
        .filter(|(.., state)| state == "abandoned")
        .count();
    assert!(
        abandoned > 10,
        "only {abandoned} of {} were killed in time",
        seen.len()
    );
    let requests = house.upstream.model_requests();
    for (_, words, _) in &seen {
        let asked = requests
            .iter()
            .filter(|request| request.count(words) > 0)
            .count();
        assert!(asked <= 1, "{words} was asked {asked} times");
    }
    // The page is told the same of each.
    house.serve();
    let client = house.client();
    for (turn, _, state) in &seen {
        let expected = if state == "complete" {
            "done"
        } else {
            "abandoned"
        };
        until("the page knows", || async {
            let shown = client.get(&format!("/api/turns/{}", turn.id)).await;
            let now = shown["state"].as_str().unwrap().to_owned();
            assert!(
                ["queued", "running", expected].contains(&&*now),
                "{shown} {state}"
            );
            (now == expected).then_some(())
        })
        .await;
    }
    house.is_quiet().await;
}

/// A small disk of its own at this folder; gone when dropped.
struct Disk<'h>(&'h std::path::Path);

impl<'h> Disk<'h> {
    /// `None` where this user may not mount one.
    fn mount(at: &'h std::path::Path, size: &str) -> Option<Self> {
        fs::create_dir_all(at).unwrap();
        let mounted = Command::new("mount")
            .args([
                "-t",
                "tmpfs",
                "-o",
                &format!("size={size},mode=0700"),
                "tmpfs",
            ])
            .arg(at)
            .status();
        mounted
            .is_ok_and(|status| status.success())
            .then_some(Self(at))
    }
}

impl Drop for Disk<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0).status();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_fills_up_meanwhile_costs_the_stream_and_not_the_answer() {
    let house = prepared(Options::default()).await;
    let turns = house.home().join("turns");
    let Some(_disk) = Disk::mount(&turns, "1m") else {
        eprintln!("skipped: no disk can be mounted here");
        return;
    };
    let turn = begin(&house, &["new", "mock: gate full ; text \"the answer\""]);
    soon("the model is asked", house.upstream.waiting("full")).await;
    // All that is left of the disk.
    let filler = turns.join("filler");
    let _ = fs::write(&filler, vec![b'x'; 1 << 20]);
    house.upstream.open("full");
    let result = turn.complete().await;
    assert_eq!(result["answer"], "the answer");
    assert_eq!(code(&run(&house, &["wait", &turn.id, "--answer"])), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_without_room_makes_no_turn_and_says_so() {
    let house = prepared(Options::default()).await;
    let turns = house.home().join("turns");
    let Some(_disk) = Disk::mount(&turns, "1m") else {
        eprintln!("skipped: no disk can be mounted here");
        return;
    };
    let _ = fs::write(turns.join("filler"), vec![b'x'; 1 << 20]);
    let refused = run(&house, &["new", "mock: text \"x\""]);
    assert_eq!(code(&refused), 1);
    let words = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(words.contains("No space left"), "{words}");
    assert!(house.upstream.model_requests().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_folder_is_nobody_elses_to_read() {
    let house = prepared(Options::default()).await;
    let turn = begin(&house, &["new", "mock: text \"x\""]);
    turn.complete().await;
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&turn.dir), 0o700);
    for entry in fs::read_dir(&turn.dir).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
}

/// The connections of a process, as its system lists them.
fn connections(pid: u32) -> Vec<String> {
    let folder = format!("/proc/{pid}/fd");
    let sockets: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .filter_map(|entry| fs::read_link(entry.ok()?.path()).ok())
        .filter_map(|link| {
            link.to_str()?
                .strip_prefix("socket:[")?
                .strip_suffix(']')
                .map(str::to_owned)
        })
        .collect();
    let tables = ["tcp", "tcp6", "udp", "udp6"];
    let lines: Vec<String> = tables
        .iter()
        .filter_map(|table| fs::read_to_string(format!("/proc/{pid}/net/{table}")).ok())
        .flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>())
        .collect();
    lines
        .into_iter()
        .filter(|line| {
            let inode = line.split_whitespace().nth(9);
            inode.is_some_and(|inode| sockets.iter().any(|socket| socket == inode))
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_worker_itself_opens_no_connection() {
    // To a database that is a server it has to.
    let house = prepared(Options {
        own_file: true,
        ..Options::default()
    })
    .await;
    let turn = begin(&house, &["new", "mock: gate network ; text \"x\""]);
    soon("the model is asked", house.upstream.waiting("network")).await;
    let pid = u32::try_from(turn.meta()["pid"].as_u64().unwrap()).unwrap();
    let open = connections(pid);
    assert!(open.is_empty(), "{open:?}");
    house.upstream.open("network");
    turn.complete().await;
}
