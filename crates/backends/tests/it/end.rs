//! The end of a program, by itself, on request or by our death: whatever it did to escape, nobody of its
//! descent lives.

use crate::support::{
    House, NOBODY, PROGRAMS, eventually, frames, line, parent_of, soon, ticks_of,
};
use rustix::process::{Signal, kill_process};
use std::{
    fs::File,
    io::{BufRead, BufReader},
    process::{Command, Stdio},
    time::{Duration, Instant},
};
use switchboard_backends::process::{Child, ExitStatus, Frame, Limits, Stdin, Stop};
use tokio::io::AsyncWriteExt;

/// Every way of not going when told to, each ready when it has said so.
const HOSTILE: &[&[&str]] = &[
    &["say:ready", "stall"],
    &["ignore-term", "say:ready", "stall"],
    &["child", "say:ready", "stall"],
    &["ignore-term", "child-with-output", "say:ready", "stall"],
    &["double-fork", "say:ready", "stall"],
    &[
        "ignore-term",
        "double-fork",
        "child",
        "double-fork",
        "say:ready",
        "stall",
    ],
    &["bomb", "say:ready", "stall"],
    &["bomb", "double-fork", "ignore-term", "say:ready", "stall"],
];

/// Short grace periods, for programs that are known not to use them.
const IMPATIENT: Limits = Limits {
    line: 1 << 20,
    output: None,
    stdin_grace: Duration::from_millis(20),
    term_grace: Duration::from_millis(100),
};

async fn ready(house: &House, steps: &[&str]) -> Child {
    let mut spawn = house.assistant(steps);
    spawn.limits = IMPATIENT;
    let mut child = house.spawn(spawn).await.unwrap();
    assert_eq!(line(&mut child).await, "ready", "{steps:?}");
    child
}

#[tokio::test]
async fn the_exit_code_and_the_signal_are_reported() {
    let house = House::new();
    let check = async |step: &str, expected: ExitStatus| {
        let mut child = house.start(&[step]).await;
        assert_eq!(
            soon("the program's end", child.tree.exited()).await,
            expected,
            "{step}"
        );
        let exit = soon("the tree's end", child.tree.wait()).await;
        assert_eq!(
            (exit.status, exit.survivors),
            (expected, Vec::new()),
            "{step}"
        );
    };
    for code in [0, 1, 2, 7, 101, 255] {
        check(&format!("exit:{code}"), ExitStatus::Code(code)).await;
    }
    for signal in [
        Signal::KILL,
        Signal::TERM,
        Signal::ABORT,
        Signal::HUP,
        Signal::USR1,
    ] {
        check(
            &format!("signal:{}", signal.as_raw()),
            ExitStatus::Signal(signal.as_raw()),
        )
        .await;
    }
}

#[tokio::test]
async fn after_a_gentle_stop_no_descendant_lives() {
    for steps in HOSTILE {
        let house = House::new();
        let mut child = ready(&house, steps).await;
        child.tree.stop(Stop::Gently);
        let exit = soon("the end", child.tree.wait()).await;
        assert!(
            matches!(exit.status, ExitStatus::Signal(_)),
            "{steps:?}: {exit:?}"
        );
        assert_eq!(house.living(), NOBODY, "{steps:?}");
    }
}

#[tokio::test]
async fn after_an_immediate_stop_no_descendant_lives() {
    for steps in HOSTILE {
        let house = House::new();
        let mut child = ready(&house, steps).await;
        child.tree.stop(Stop::Now);
        let exit = soon("the end", child.tree.wait()).await;
        assert_eq!(
            exit.status,
            ExitStatus::Signal(Signal::KILL.as_raw()),
            "{steps:?}"
        );
        assert_eq!(house.living(), NOBODY, "{steps:?}");
    }
}

#[tokio::test]
async fn after_a_program_ends_by_itself_no_descendant_lives() {
    for steps in HOSTILE {
        let house = House::new();
        let alone: Vec<&str> = steps
            .iter()
            .copied()
            .filter(|step| *step != "stall")
            .chain(["exit:3"])
            .collect();
        let mut child = ready(&house, &alone).await;
        assert_eq!(
            soon("the end", child.tree.wait()).await.status,
            ExitStatus::Code(3),
            "{steps:?}"
        );
        assert_eq!(house.living(), NOBODY, "{steps:?}");
    }
}

#[tokio::test]
async fn a_dropped_tree_ends_without_anybody_waiting() {
    for steps in HOSTILE {
        let house = House::new();
        drop(ready(&house, steps).await);
        house.nobody_lives().await;
    }
}

#[tokio::test]
async fn a_dropped_start_leaves_nobody_behind() {
    let house = House::new();
    for micros in (0..6_000).step_by(400) {
        let start = house.spawn(house.assistant(&["double-fork", "stall"]));
        drop(tokio::time::timeout(Duration::from_micros(micros), start).await);
    }
    house.nobody_lives().await;
}

#[tokio::test]
async fn when_the_parent_is_killed_no_descendant_lives() {
    for steps in HOSTILE {
        let house = House::new();
        let lock_path = house.folder.path().join("parents.lock");
        #[expect(
            clippy::disallowed_methods,
            reason = "it stands for a server, which nobody guards"
        )]
        let mut parent = Command::new(PROGRAMS)
            .arg("parent")
            .arg(&lock_path)
            .arg(&house.tag)
            .args(*steps)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut first = String::new();
        BufReader::new(parent.stdout.take().unwrap())
            .read_line(&mut first)
            .unwrap();
        assert_eq!(first, "ready\n");

        let lock = File::open(&lock_path).unwrap();
        assert!(
            lock.try_lock_shared().is_err(),
            "a living owner holds its lock"
        );
        parent.kill().unwrap();
        parent.wait().unwrap();
        assert!(lock.try_lock_shared().is_ok(), "a dead owner holds no lock");
        house.nobody_lives().await;
    }
}

#[tokio::test]
async fn a_released_instance_lock_ends_everything_though_the_channel_is_open() {
    let mut house = House::new();
    let mut child = ready(
        &house,
        &["double-fork", "ignore-term", "say:ready", "stall"],
    )
    .await;
    house.lock = None;
    let exit = soon("the end", child.tree.wait()).await;
    assert_eq!(exit.status, ExitStatus::Signal(Signal::KILL.as_raw()));
    assert_eq!(house.living(), NOBODY);
}

#[tokio::test]
async fn a_guard_that_waits_for_the_end_uses_no_processor() {
    let mut house = House::new();
    let mut spawn = house.assistant(&["ignore-term", "say:ready", "stall"]);
    spawn.limits.term_grace = Duration::from_secs(1);
    let mut child = house.spawn(spawn).await.unwrap();
    assert_eq!(line(&mut child).await, "ready");
    let guard = parent_of(child.tree.pid());
    house.lock = None;
    let mut ticks = 0;
    eventually("the guard ends", || match ticks_of(guard) {
        Some(now) => {
            ticks = now;
            false
        }
        None => true,
    })
    .await;
    assert!(ticks < 30, "{ticks} of some 100 ticks");
}

#[tokio::test]
async fn a_guard_that_is_told_to_terminate_ends_everything_first() {
    let house = House::new();
    let mut child = ready(
        &house,
        &["double-fork", "ignore-term", "say:ready", "stall"],
    )
    .await;
    kill_process(parent_of(child.tree.pid()), Signal::TERM).unwrap();
    let exit = soon("the end", child.tree.wait()).await;
    assert_eq!(exit.status, ExitStatus::Signal(Signal::KILL.as_raw()));
    assert_eq!(house.living(), NOBODY);
}

#[tokio::test]
async fn a_hang_up_or_ctrl_c_does_not_end_a_guard() {
    let house = House::new();
    let mut spawn = house.assistant(&["say:ready", "repeat-input"]);
    spawn.stdin = Stdin::Pipe;
    let mut child = house.spawn(spawn).await.unwrap();
    assert_eq!(line(&mut child).await, "ready");
    for signal in [Signal::HUP, Signal::INT, Signal::QUIT] {
        kill_process(parent_of(child.tree.pid()), signal).unwrap();
    }
    child
        .stdin
        .take()
        .unwrap()
        .write_all(b"still here\n")
        .await
        .unwrap();
    assert_eq!(line(&mut child).await, "still here");
    assert_eq!(
        soon("the end", child.tree.wait()).await.status,
        ExitStatus::Code(0)
    );
}

/// What is left when a program kills its own guard: its process group, as its orphans have gone to init.
#[tokio::test]
async fn a_program_that_kills_its_guard_is_killed_with_its_group() {
    let house = House::new();
    let mut child = house
        .start(&["child", "kill-parent", "say:free", "stall"])
        .await;
    assert_eq!(line(&mut child).await, "free");
    let exit = soon("the end", child.tree.wait()).await;
    assert_eq!(exit.status, ExitStatus::Unknown);
    house.nobody_lives().await;
}

#[tokio::test]
async fn closing_its_input_is_enough_for_a_polite_program() {
    let house = House::new();
    let mut spawn = house.assistant(&["say:ready", "count-input", "exit:5"]);
    spawn.stdin = Stdin::Pipe;
    spawn.limits.stdin_grace = Duration::from_mins(1);
    let mut child = house.spawn(spawn).await.unwrap();
    assert_eq!(line(&mut child).await, "ready");
    child.tree.stop(Stop::Gently);
    // The exit code proves that no signal was needed; the writer's half is still ours and is closed all the
    // same.
    assert_eq!(
        soon("the end", child.tree.wait()).await.status,
        ExitStatus::Code(5)
    );
    assert!(
        child
            .stdin
            .take()
            .unwrap()
            .write_all(b"late")
            .await
            .is_err()
    );
}

#[tokio::test]
async fn dropping_the_tree_closes_the_input_too() {
    let house = House::new();
    let mut spawn = house.assistant(&["say:ready", "count-input"]);
    spawn.stdin = Stdin::Pipe;
    spawn.limits.stdin_grace = Duration::from_mins(1);
    let mut child = house.spawn(spawn).await.unwrap();
    assert_eq!(line(&mut child).await, "ready");
    let Child {
        stdin,
        mut stdout,
        tree,
        ..
    } = child;
    drop(tree);
    assert_eq!(
        soon("the count", stdout.next()).await,
        Some(Frame::Line(b"0".into()))
    );
    drop(stdin);
    house.nobody_lives().await;
}

#[tokio::test]
async fn a_writer_that_waits_for_room_learns_of_the_stop() {
    let house = House::new();
    let mut spawn = house.assistant(&["ignore-term", "say:ready", "stall"]);
    spawn.stdin = Stdin::Pipe;
    let mut child = house.spawn(spawn).await.unwrap();
    assert_eq!(line(&mut child).await, "ready");
    let mut stdin = child.stdin.take().unwrap();
    let writing = async { stdin.write_all(&vec![0; 4 << 20]).await };
    let stopping = async {
        tokio::task::yield_now().await;
        child.tree.stop(Stop::Now);
    };
    let (written, ()) = soon("the writer's failure", async {
        tokio::join!(writing, stopping)
    })
    .await;
    assert!(written.is_err());
}

#[tokio::test]
async fn a_stop_may_become_more_urgent() {
    let house = House::new();
    let mut spawn = house.assistant(&["ignore-term", "double-fork", "say:ready", "stall"]);
    spawn.limits.term_grace = Duration::from_mins(10);
    let mut child = house.spawn(spawn).await.unwrap();
    assert_eq!(line(&mut child).await, "ready");
    child.tree.stop(Stop::Gently);
    child.tree.stop(Stop::Gently);
    child.tree.stop(Stop::Now);
    assert_eq!(
        soon("the end", child.tree.wait()).await.status,
        ExitStatus::Signal(Signal::KILL.as_raw())
    );
    assert_eq!(house.living(), NOBODY);
}

#[tokio::test]
async fn the_grace_periods_are_kept() {
    let house = House::new();
    let mut spawn = house.assistant(&["ignore-term", "say:ready", "stall"]);
    spawn.stdin = Stdin::Pipe;
    spawn.limits = Limits {
        stdin_grace: Duration::from_millis(150),
        term_grace: Duration::from_millis(250),
        ..Limits::default()
    };
    let mut child = house.spawn(spawn).await.unwrap();
    assert_eq!(line(&mut child).await, "ready");
    let asked = Instant::now();
    child.tree.stop(Stop::Gently);
    soon("the end", child.tree.wait()).await;
    assert!(
        asked.elapsed() >= Duration::from_millis(400),
        "killed after {:?}",
        asked.elapsed()
    );
}

#[tokio::test]
async fn the_output_ends_though_a_grandchild_holds_it_open() {
    let house = House::new();
    let mut child = ready(&house, &["child-with-output", "say:ready", "exit:0"]).await;
    assert_eq!(frames(&mut child).await, []);
    assert_eq!(
        soon("the end", child.tree.wait()).await.status,
        ExitStatus::Code(0)
    );
    assert_eq!(house.living(), NOBODY);
}

#[tokio::test]
async fn the_output_ends_though_the_guard_lives() {
    let house = House::new();
    let mut spawn = house.assistant(&["child", "exit:0"]);
    spawn.limits.term_grace = Duration::from_mins(10);
    spawn.args.retain(|arg| arg != "child");
    spawn.args.insert(2, "stubborn-child".into());
    let mut child = house.spawn(spawn).await.unwrap();
    // The grandchild has no hand on the pipe, and its guard is waiting for it with a patience of minutes.
    assert_eq!(frames(&mut child).await, []);
    child.tree.stop(Stop::Now);
    soon("the end", child.tree.wait()).await;
    assert_eq!(house.living(), NOBODY);
}

#[tokio::test]
async fn an_end_can_be_asked_for_and_waited_for_again() {
    let house = House::new();
    let mut child = house.start(&["exit:4"]).await;
    let first = soon("the end", child.tree.wait()).await;
    child.tree.stop(Stop::Gently);
    assert_eq!(soon("the end again", child.tree.wait()).await, first);
    assert_eq!(
        soon("the program's end", child.tree.exited()).await,
        ExitStatus::Code(4)
    );
}

#[tokio::test]
async fn waiting_may_be_given_up_and_taken_up_again() {
    let house = House::new();
    let mut spawn = house.assistant(&["say:ready", "count-input", "exit:6"]);
    spawn.stdin = Stdin::Pipe;
    let mut child = house.spawn(spawn).await.unwrap();
    for _ in 0..20 {
        let waited = tokio::time::timeout(Duration::from_millis(1), child.tree.wait()).await;
        assert!(waited.is_err());
    }
    drop(child.stdin.take());
    assert_eq!(
        soon("the end", child.tree.wait()).await.status,
        ExitStatus::Code(6)
    );
}
