//! Starting a program: what it is given, what it is not, and why it may not start.

use crate::support::{House, NOBODY, frames, line, soon};
use rustix::process::Signal;
use std::{fs, os::unix::fs::PermissionsExt, time::Duration};
use switchboard_backends::process::{
    ExitStatus, Frame, GuardExe, Launcher, Limits, RunError, Spawn, SpawnError, Stdin,
};

#[tokio::test]
async fn a_program_gets_exactly_the_environment_it_is_given() {
    let house = House::new();
    let mut spawn = house.assistant(&["env"]);
    spawn.env = vec![
        ("CODEX_HOME".into(), "/house".into()),
        ("LANG".into(), "C.UTF-8".into()),
    ];
    let mut child = house.spawn(spawn).await.unwrap();
    let mut seen = frames(&mut child).await;
    seen.sort_by_key(|frame| format!("{frame:?}"));
    assert_eq!(
        seen,
        [
            Frame::Line(b"CODEX_HOME=/house".into()),
            Frame::Line(b"LANG=C.UTF-8".into())
        ]
    );
}

#[tokio::test]
async fn a_program_works_in_its_folder() {
    let house = House::new();
    let mut child = house.start(&["cwd"]).await;
    let folder = fs::canonicalize(house.folder.path()).unwrap();
    assert_eq!(line(&mut child).await, folder.to_str().unwrap());
}

#[tokio::test]
async fn a_program_inherits_none_of_our_files() {
    let house = House::new();
    // Others start at the same moment, with pipes of their own that must not be caught.
    let mut children = Vec::new();
    for _ in 0..8 {
        children.push(house.start(&["open-files"]).await);
    }
    for mut child in children {
        assert_eq!(line(&mut child).await, inheritable().join(" "));
    }
}

/// The three streams, and what whoever started the tests meant to be inherited or forgot to close.
fn inheritable() -> Vec<String> {
    let mut numbers = vec!["0".to_owned(), "1".to_owned(), "2".to_owned()];
    for entry in fs::read_dir("/proc/self/fdinfo").unwrap().flatten() {
        let number = entry.file_name().into_string().unwrap();
        let info = fs::read_to_string(entry.path()).unwrap_or_default();
        let flags = info
            .lines()
            .find_map(|line| line.strip_prefix("flags:"))
            .unwrap_or("02000000");
        let close_on_exec = i32::from_str_radix(flags.trim(), 8).unwrap() & 0o2_000_000 != 0;
        if !close_on_exec && !numbers.contains(&number) {
            numbers.push(number);
        }
    }
    numbers.sort_unstable();
    numbers
}

#[tokio::test]
async fn a_program_can_be_interrupted_though_its_guard_cannot() {
    let house = House::new();
    let mut spawn = Spawn::new("/bin/sh", "/");
    spawn.args = vec![
        "-c".into(),
        "exec /usr/bin/grep -E '^Sig(Blk|Ign)' /proc/self/status".into(),
    ];
    let mut child = house.spawn(spawn).await.unwrap();
    let ours = [
        Signal::HUP,
        Signal::INT,
        Signal::QUIT,
        Signal::PIPE,
        Signal::TERM,
        Signal::CHILD,
    ];
    let ours = ours
        .into_iter()
        .fold(0_u64, |mask, signal| mask | 1 << (signal.as_raw() - 1));
    for name in ["SigBlk", "SigIgn"] {
        let seen = line(&mut child).await;
        let mask = seen
            .strip_prefix(name)
            .unwrap()
            .trim_start_matches(':')
            .trim();
        assert_eq!(u64::from_str_radix(mask, 16).unwrap() & ours, 0, "{seen}");
    }
}

#[tokio::test]
async fn a_missing_program_is_not_found() {
    let house = House::new();
    let gone = house.folder.path().join("codex");
    let refused = house.spawn(Spawn::new(&gone, "/")).await;
    assert!(matches!(refused, Err(SpawnError::NotFound { program }) if program == gone));
}

#[tokio::test]
async fn a_program_without_its_interpreter_or_permission_cannot_be_started() {
    let house = House::new();
    let check = async |content: &str, mode: u32| {
        let file = house.folder.path().join("codex");
        fs::write(&file, content).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
        let refused = house.spawn(Spawn::new(&file, "/")).await;
        assert!(
            matches!(&refused, Err(SpawnError::NotExecutable { .. })),
            "{content:?}: {refused:?}"
        );
    };
    check("#!/no/such/node\n", 0o755).await;
    check("#!/bin/sh\n", 0o644).await;
    check("\u{7f}ELF but not really", 0o755).await;
}

#[tokio::test]
async fn a_missing_folder_is_told_apart_from_a_missing_program() {
    let house = House::new();
    let gone = house.folder.path().join("gone");
    let mut spawn = house.assistant(&[]);
    spawn.cwd.clone_from(&gone);
    let refused = house.spawn(spawn).await;
    assert!(matches!(refused, Err(SpawnError::NoFolder { cwd }) if cwd == gone));
}

#[tokio::test]
async fn without_a_held_instance_lock_nothing_starts() {
    let mut house = House::new();
    house.lock = None;
    let refused = house.spawn(house.assistant(&["stall"])).await;
    assert!(
        matches!(refused, Err(SpawnError::Guard { .. })),
        "{refused:?}"
    );
    house.nobody_lives().await;
}

#[tokio::test]
async fn a_guard_that_cannot_start_is_our_fault_and_not_the_programs() {
    let house = House::new();
    for guard in ["/no/such/guard", "/bin/true"] {
        let launcher = Launcher::new(GuardExe::new(guard, []), house.lock_path());
        let refused = launcher.spawn(house.assistant(&[])).await;
        assert!(
            matches!(refused, Err(SpawnError::Guard { .. })),
            "{guard}: {refused:?}"
        );
    }
}

#[tokio::test]
async fn input_of_200_kb_arrives_whole_and_ends() {
    let house = House::new();
    let mut spawn = house.assistant(&["count-input"]);
    spawn.stdin = Stdin::Bytes(vec![b'p'; 200 * 1024]);
    let mut child = house.spawn(spawn).await.unwrap();
    assert_eq!(line(&mut child).await, "204800");
}

#[tokio::test]
async fn no_input_is_an_end_and_not_a_wait() {
    let house = House::new();
    let mut child = house.start(&["count-input"]).await;
    assert_eq!(line(&mut child).await, "0");
}

#[tokio::test]
async fn a_program_that_leaves_its_input_unread_harms_nobody() {
    let house = House::new();
    let mut spawn = house.assistant(&["say:done"]);
    spawn.stdin = Stdin::Bytes(vec![b'p'; 4 << 20]);
    let mut child = house.spawn(spawn).await.unwrap();
    assert_eq!(line(&mut child).await, "done");
    assert_eq!(
        soon("the end", child.tree.wait()).await.status,
        ExitStatus::Code(0)
    );
}

#[tokio::test]
async fn a_short_program_is_run_to_its_end() {
    let house = House::new();
    let spawn = house.assistant(&["say:codex-cli 0.169.0", "moan:Not logged in", "exit:1"]);
    let ran = house
        .launcher
        .run(spawn, Duration::from_secs(20))
        .await
        .unwrap();
    assert_eq!(ran.status, ExitStatus::Code(1));
    assert_eq!(ran.stdout, b"codex-cli 0.169.0");
    assert_eq!(ran.stderr, "Not logged in\n");
}

#[tokio::test]
async fn a_short_program_that_takes_too_long_or_says_too_much_is_killed() {
    let house = House::new();
    let stalled = house
        .launcher
        .run(
            house.assistant(&["double-fork", "stall"]),
            Duration::from_millis(300),
        )
        .await;
    assert!(matches!(stalled, Err(RunError::TimedOut { .. })));
    assert_eq!(house.living(), NOBODY);

    let mut spawn = house.assistant(&["flood:1000000", "stall"]);
    spawn.limits = Limits {
        output: Some(10_000),
        ..Limits::default()
    };
    let flooded = house.launcher.run(spawn, Duration::from_secs(20)).await;
    assert!(matches!(
        flooded,
        Err(RunError::TooMuchOutput { limit: 10_000 })
    ));
    assert_eq!(house.living(), NOBODY);
}

#[tokio::test]
async fn a_program_that_closes_its_output_is_still_waited_for() {
    let house = House::new();
    let mut spawn = Spawn::new("/bin/sh", "/");
    spawn.args = vec!["-c".into(), "exec >&- 2>&-; read -r _; exit 7".into()];
    spawn.stdin = Stdin::Pipe;
    let mut child = house.spawn(spawn).await.unwrap();
    assert_eq!(frames(&mut child).await, []);
    drop(child.stdin.take());
    assert_eq!(
        soon("the end", child.tree.wait()).await.status,
        ExitStatus::Code(7)
    );
}
