//! How detached turns end badly: each with its code, its state, its marker and its exit, and with nothing of it left.

use serde_json::Value;
use switchboard_testkit::{House, Options, until};

use super::{Begun, begin, code, json, prepared, repository, run};
use crate::support::soon;

/// Ends a turn's worker as a crash would, and nothing else. One that has ended by itself is let be.
pub fn kill(turn: &Begun) {
    let pid = turn.meta()["pid"].as_i64().unwrap();
    let pid = rustix::process::Pid::from_raw(i32::try_from(pid).unwrap()).unwrap();
    let killed = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
    assert!([Ok(()), Err(rustix::io::Errno::SRCH)].contains(&killed));
}

/// Waits until a turn has written down that it said "so far".
pub async fn has_spoken(turn: &Begun) {
    until("it has said something", || async {
        turn.read("out.txt").contains("so far").then_some(())
    })
    .await;
}

async fn ends(house: &House, turn: &Begun, state: &str, exit: i32) -> Value {
    let result = turn.ended().await;
    assert_eq!(result["state"], state, "{result}");
    assert_eq!(result["exit_code"], exit, "{result}");
    assert!(turn.dir.join("error").exists() && !turn.dir.join("done").exists());
    let waited = run(house, &["wait", &turn.id]);
    assert_eq!(code(&waited), exit, "{result}");
    assert!(waited.stdout.is_empty());
    let status = json(house, &["status", &turn.id]);
    assert_eq!(status["state"], state);
    assert!(
        !status["reason"].as_str().unwrap_or_default().is_empty(),
        "{status}"
    );
    result
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_goes_wrong_upstream_has_its_code() {
    let house = prepared(Options::default()).await;
    for (script, code) in [
        ("mock: status 429 resets_in=600", "rate_limited"),
        ("mock: fail context_length_exceeded", "context_too_long"),
        ("mock: fail boom", "upstream_failed"),
        ("mock: status 400", "upstream_failed"),
    ] {
        let turn = begin(&house, &["new", script]);
        let result = ends(&house, &turn, "failed", 1).await;
        assert_eq!(result["code"], code, "{result}");
        assert!(
            turn.read("out.txt").contains("[turn.failed]"),
            "{}",
            turn.read("out.txt")
        );
    }
    house.is_quiet().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_of_another_shape_is_a_schema_mismatch_that_says_where() {
    let house = prepared(Options::default()).await;
    let schema = r#"{"type":"object","properties":{"n":{"type":"integer"}},"required":["n"]}"#;
    std::fs::write(repository(&house).join("answer.json"), schema).unwrap();
    for (answer, why) in [("three", "not JSON"), (r#"{\"n\":\"three\"}"#, "/n: ")] {
        let script = format!("mock: text \"{answer}\"");
        let turn = begin(&house, &["new", "--schema", "answer.json", &script]);
        let result = ends(&house, &turn, "failed", 1).await;
        assert_eq!(result["code"], "schema_mismatch", "{result}");
        assert!(result["reason"].as_str().unwrap().contains(why), "{result}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn notices_of_a_retry_are_no_failure() {
    let house = prepared(Options::default()).await;
    let turn = begin(&house, &["new", "mock: cut times=1 ; text \"at last\""]);
    assert_eq!(turn.complete().await["answer"], "at last");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancelled_turn_keeps_what_it_said_and_leaves_no_process() {
    let house = prepared(Options::default()).await;
    let script = "mock: text \"so far\" ; shell \"setsid -f sleep 4331; sleep 4332\"";
    let turn = begin(&house, &["new", "--sandbox", "danger-full-access", script]);
    until("the command runs", || async {
        let mut children = house.children();
        children.retain(|child| child.command.contains("sleep 4332"));
        (!children.is_empty()).then_some(())
    })
    .await;
    has_spoken(&turn).await;
    let cancelled = run(&house, &["cancel", &turn.id]);
    assert_eq!(code(&cancelled), 0);
    let status: Value = serde_json::from_slice(&cancelled.stdout).unwrap();
    assert_eq!(status["state"], "cancelled", "{status}");
    assert_eq!(status["reason"], "somebody stopped it");
    let result = turn.ended().await;
    assert_eq!(
        (&result["state"], &result["exit_code"]),
        (&"cancelled".into(), &3.into())
    );
    assert!(
        turn.read("out.txt").contains("so far"),
        "{}",
        turn.read("out.txt")
    );
    assert_eq!(code(&run(&house, &["wait", &turn.id])), 3);
    house.is_quiet().await;
    // Once it has ended there is nothing to cancel, and that is fine.
    assert_eq!(code(&run(&house, &["cancel", &turn.id])), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_turn_that_takes_too_long_is_timed_out() {
    let house = prepared(Options::default()).await;
    let turn = begin(&house, &["new", "--timeout", "2", "mock: gate forever"]);
    let result = ends(&house, &turn, "timed-out", 4).await;
    assert_eq!(result["code"], "timed_out");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn silence_counts_only_while_nothing_runs() {
    let house = prepared(Options::default()).await;
    let script = "mock: shell \"sleep 6; echo done\"\nmock: text \"after\"";
    let flags = [
        "new",
        "--sandbox",
        "danger-full-access",
        "--idle-timeout",
        "4",
    ];
    let turn = begin(&house, &[&flags[..], &[script]].concat());
    assert_eq!(turn.complete().await["answer"], "after");
    let turn = begin(&house, &[&flags[..], &["mock: gate silent"]].concat());
    let result = ends(&house, &turn, "timed-out", 4).await;
    assert!(
        result["reason"]
            .as_str()
            .unwrap()
            .contains("no sign of life"),
        "{result}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_worker_is_abandoned_at_once_and_nothing_of_it_goes_on() {
    let house = prepared(Options::default()).await;
    let turn = begin(&house, &["new", "mock: text \"so far\" ; gate never"]);
    soon("the model is asked", house.upstream.waiting("never")).await;
    assert_eq!(json(&house, &["status", &turn.id])["state"], "running");
    kill(&turn);
    until("the death is seen", || async {
        let state = json(&house, &["status", &turn.id])["state"].clone();
        assert!(state == "running" || state == "abandoned", "{state}");
        (state == "abandoned").then_some(())
    })
    .await;
    let result = ends(&house, &turn, "abandoned", 5).await;
    assert!(
        result["hint"].as_str().unwrap().contains("switchboard new"),
        "{result}"
    );
    house.is_quiet().await;
    // The thread goes on from where it was.
    let id = turn.meta()["thread_id"].as_str().unwrap().to_owned();
    let next = begin(&house, &["continue", "--thread", &id, "mock: text \"on\""]);
    assert_eq!(next.complete().await["answer"], "on");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_whose_home_is_taken_away_ends_with_all_that_it_started() {
    let house = prepared(Options::default()).await;
    let turn = begin(&house, &["new", "mock: gate taken"]);
    soon("the model is asked", house.upstream.waiting("taken")).await;
    assert!(!house.warm().is_empty());
    until("its home is gone", || async {
        // The worker may put something there meanwhile.
        let _ = std::fs::remove_dir_all(house.home());
        (!house.home().exists()).then_some(())
    })
    .await;
    until("nothing of it runs", || async {
        (house.children().is_empty() && house.warm().is_empty()).then_some(())
    })
    .await;
    assert!(!turn.dir.exists());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dead_token_is_known_when_the_turn_runs_and_ends_with_2() {
    let house = prepared(Options::default()).await;
    let turn = begin(&house, &["new", "mock: status 401"]);
    let result = turn.ended().await;
    assert_eq!(result["exit_code"], 2, "{result}");
    let waited = run(&house, &["wait", &turn.id]);
    assert_eq!(code(&waited), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn turns_of_one_thread_run_one_after_the_other() {
    let house = prepared(Options::default()).await;
    let first = begin(&house, &["new", "mock: text \"one\""]);
    let thread = first.complete().await["thread_id"]
        .as_str()
        .unwrap()
        .to_owned();
    let holding = begin(
        &house,
        &[
            "continue",
            "--thread",
            &thread,
            "mock: gate hold ; text \"two\"",
        ],
    );
    soon("the second is asked", house.upstream.waiting("hold")).await;
    let behind = begin(
        &house,
        &["continue", "--thread", &thread, "mock: text \"three\""],
    );
    until("it says what it waits for", || async {
        let status = json(&house, &["status", &behind.id]);
        assert_eq!(status["state"], "queued", "{status}");
        let reason = status["reason"].as_str().unwrap();
        reason.contains("another turn of its thread").then_some(())
    })
    .await;
    house.upstream.open("hold");
    assert_eq!(holding.complete().await["answer"], "two");
    assert_eq!(behind.complete().await["answer"], "three");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_turn_that_waits_for_another_is_cancelled_without_ever_running() {
    let house = prepared(Options::default()).await;
    let first = begin(&house, &["new", "mock: text \"one\""]);
    let thread = first.complete().await["thread_id"]
        .as_str()
        .unwrap()
        .to_owned();
    let holding = begin(
        &house,
        &[
            "continue",
            "--thread",
            &thread,
            "mock: gate hold2 ; text \"two\"",
        ],
    );
    soon("the second is asked", house.upstream.waiting("hold2")).await;
    let behind = begin(&house, &["continue", "--thread", &thread, "never-asked"]);
    assert_eq!(code(&run(&house, &["cancel", &behind.id])), 0);
    assert_eq!(behind.ended().await["state"], "cancelled");
    house.upstream.open("hold2");
    holding.complete().await;
    let asked = house.upstream.model_requests();
    assert!(
        asked
            .iter()
            .all(|request| request.count("never-asked") == 0)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn read_only_turns_write_nothing_and_ask_nobody() {
    let house = prepared(Options::default()).await;
    let script = "mock: shell \"echo hi > made.txt\"\nmock: text \"ok\"";
    let turn = begin(&house, &["new", script]);
    turn.complete().await;
    assert!(!repository(&house).join("made.txt").exists());
    let turn = begin(&house, &["new", "--sandbox", "workspace-write", script]);
    turn.complete().await;
    assert!(
        repository(&house).join("made.txt").exists(),
        "{}",
        turn.read("out.txt")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_turn_asks_is_answered_from_the_command_line() {
    let house = prepared(Options::default()).await;
    let outside = house.folder().join("outside.txt");
    let script = format!(
        "mock: shell \"echo hi > {}\" escalate=1 reason=\"needs to write\"\nmock: text \"ok\"",
        outside.display()
    );
    for (decision, there) in [("decline", false), ("accept", true)] {
        let turn = begin(&house, &["new", "--sandbox", "workspace-write", &script]);
        until("it asks", || async {
            let state = json(&house, &["status", &turn.id])["state"].clone();
            (state == "waiting-approval").then_some(())
        })
        .await;
        let asked = json(&house, &["approve", &turn.id, "--list"]);
        assert_eq!(asked["kind"], "command", "{asked}");
        let wrong = run(&house, &["approve", &turn.id, "--decision", "perhaps"]);
        assert_eq!(code(&wrong), 64);
        let which = run(&house, &["approve", &turn.id, "--question", "x"]);
        assert_eq!(code(&which), 64);
        let decided = json(&house, &["approve", &turn.id, "--decision", decision]);
        assert_eq!(decided["decision"], decision, "{decided}");
        turn.complete().await;
        assert_eq!(outside.exists(), there, "{decision}");
        assert!(
            turn.read("out.txt").contains("[question]"),
            "{}",
            turn.read("out.txt")
        );
    }
    let nothing = run(
        &house,
        &["approve", &begin(&house, &["new", "mock: text \"x\""]).id],
    );
    assert_eq!(code(&nothing), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_turns_at_once_all_come_to_their_end() {
    let house = prepared(Options::default()).await;
    let turns: Vec<Begun> = (0..20)
        .map(|n| begin(&house, &["new", &format!("mock: text \"answer {n}\"")]))
        .collect();
    for (n, turn) in turns.iter().enumerate() {
        assert_eq!(turn.complete().await["answer"], format!("answer {n}"));
    }
    house.is_quiet().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_codex_that_is_killed_fails_its_turn_and_keeps_what_was_said() {
    let house = prepared(Options::default()).await;
    let turn = begin(&house, &["new", "mock: text \"so far\" ; gate killed"]);
    has_spoken(&turn).await;
    let warm = house.warm();
    let program = warm.iter().find(|process| {
        let command = &process.command;
        command.contains("app-server") && !command.contains("guard")
    });
    let pid = i32::try_from(program.unwrap().pid).unwrap();
    let pid = rustix::process::Pid::from_raw(pid).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
    let result = ends(&house, &turn, "failed", 1).await;
    assert_eq!(result["code"], "crashed", "{result}");
    assert!(
        turn.read("out.txt").contains("so far"),
        "{}",
        turn.read("out.txt")
    );
    house.is_quiet().await;
}
