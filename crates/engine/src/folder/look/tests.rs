//! Where a turn stands, whatever its worker left behind.
#![allow(clippy::unwrap_used)]

use std::{
    fs::{self, File},
    path::Path,
    sync::Barrier,
    thread,
};

use switchboard_model::{
    item::{ItemBody, ItemStatus},
    outcome::{Failure, OutcomeCode},
    turn::Outcome,
    usage::Usage,
};

use super::{
    super::{
        Auth, Scribe, Turns, Unnamed, events,
        script::{BEGAN, command, delta, home, item, made, meta, names, read, scribe, turn},
        text,
    },
    *,
};

fn replied() -> Ending {
    let outcome = Outcome::Replied { text: "4".into() };
    Ending::new(&meta(1), &outcome, Some(Usage::default()), BEGAN)
}

/// The folder of the first turn as its worker's death would leave it now, in a home of its own.
fn death(turns: &Turns) -> (tempfile::TempDir, TurnFolder) {
    let (home, copies) = home();
    let copy = copies.of(turn(1));
    fs::create_dir_all(copy.path()).unwrap();
    for entry in fs::read_dir(turns.of(turn(1)).path()).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), copy.path().join(entry.file_name())).unwrap();
    }
    (home, copy)
}

/// What must hold of every folder, once it was looked at and no worker lives.
fn is_settled(folder: &TurnFolder) -> Look {
    let look = folder.look();
    assert!(look.state.is_over(), "{look:?}");
    assert!(!folder.look().settled_abandoned, "it is settled once");
    let result = look.result.clone().unwrap();
    assert_eq!(result.state, look.state);
    let again = folder.look();
    assert_eq!(
        Look {
            settled_abandoned: look.settled_abandoned,
            ..again
        },
        look
    );
    let markers = [folder.done_marker(), folder.error_marker()].map(|marker| marker.exists());
    let complete = look.state == State::Complete;
    assert_eq!(markers, [complete, !complete]);
    let events = read(&folder.events_path());
    assert!(events.ends_with('\n'));
    let lines: Vec<_> = events.lines().map(str::as_bytes).collect();
    for line in &lines {
        serde_json::from_slice::<serde_json::Value>(line).unwrap();
    }
    let ends = lines.iter().filter(|line| events::is_last(line)).count();
    assert_eq!(ends, 1, "{events}");
    assert!(events::is_last(lines.last().unwrap()), "{events}");
    assert_eq!(events.contains("\"turn.completed\""), complete, "{events}");
    let out = read(&folder.out_path());
    let last = text::last_line(&result);
    assert!(out.ends_with(&last), "{out}");
    assert_eq!(out.matches(&last).count(), 1, "{out}");
    look
}

#[test]
fn an_id_leads_to_its_folder_and_nowhere_else() {
    let (_home, turns) = home();
    for id in [
        "",
        ".",
        "..",
        "../019acb2e-0000-7000-8000-000000000001",
        "019acb2e-0000-7000-8000-000000000001/",
        "019acb2e-0000-7000-8000-000000000001\0",
        "019ACB2E-0000-7000-8000-000000000001",
        "019acb2e000070008000000000000001",
        "{019acb2e-0000-7000-8000-000000000001}",
        "\u{1b}[2J",
    ] {
        let error = turns.folder(id).unwrap_err().to_string();
        assert!(!error.contains(char::is_control), "{error:?}");
    }
    let folder = turns.folder(&turn(1).to_string()).unwrap();
    assert_eq!(folder.path().parent(), Some(turns.path()));
    let look = folder.look();
    assert_eq!((look.state, look.exit_code()), (State::Missing, 6));
}

#[test]
fn a_turn_is_what_its_worker_says_while_that_lives() {
    let (_home, turns) = home();
    let folder = turns.of(turn(1));
    let mut scribe = scribe(&turns, 1);
    assert_eq!(folder.look().state, State::Starting);
    for (phase, state) in [
        (Phase::Queued, State::Queued),
        (Phase::Starting, State::Starting),
        (Phase::Running, State::Running),
        (Phase::WaitingApproval, State::WaitingApproval),
        (Phase::Running, State::Running),
    ] {
        scribe.phase(phase);
        let look = folder.look();
        assert_eq!((look.state, look.exit_code()), (state, 7));
        assert_eq!(look.hint.is_some(), state == State::WaitingApproval);
    }
    fs::write(folder.meta_path(), "{\"torn").unwrap();
    assert_eq!(folder.look().state, State::Starting);
    fs::remove_file(folder.meta_path()).unwrap();
    assert_eq!(folder.look().state, State::Starting);
    assert!(!folder.error_marker().exists());
}

#[test]
fn every_end_is_told_as_it_was() {
    let failure = |code| Outcome::Failed(Failure::new(code, "no luck").hint("try again"));
    let rows = [
        (Outcome::Replied { text: "4".into() }, State::Complete, 0),
        (failure(OutcomeCode::Crashed), State::Failed, 1),
        (failure(OutcomeCode::NotSignedIn), State::Failed, 2),
        (failure(OutcomeCode::ApiKeyLogin), State::Failed, 2),
        (failure(OutcomeCode::RateLimited), State::Failed, 1),
        (Outcome::Cancelled, State::Cancelled, 3),
        (failure(OutcomeCode::TimedOut), State::TimedOut, 4),
        (failure(OutcomeCode::Abandoned), State::Abandoned, 5),
        (failure(OutcomeCode::NotInstalled), State::Failed, 69),
    ];
    for (outcome, state, exit_code) in rows {
        let (_home, turns) = home();
        let folder = turns.of(turn(1));
        let mut scribe = scribe(&turns, 1);
        scribe.bound("t-1");
        scribe.auth(Auth {
            mode: "chatgpt".into(),
            plan: Some("plus".into()),
        });
        let ending = Ending::new(scribe.meta(), &outcome, None, BEGAN);
        scribe.end(&ending).unwrap();
        let look = folder.look();
        assert_eq!((look.state, look.exit_code()), (state, exit_code));
        assert_eq!(look.result.as_ref(), Some(&ending));
        assert_eq!(ending.thread_id.as_deref(), Some("t-1"));
        assert!(ending.auth.is_some() && !look.settled_abandoned);
        let marked = || folder.done_marker().exists() || folder.error_marker().exists();
        assert!(
            !marked(),
            "its worker writes the marker, when the store knows"
        );
        scribe.mark().unwrap();
        drop(scribe);
        assert_eq!(is_settled(&folder), look);
        let codes = ["not_signed_in", "api_key_login"];
        let wants_login = ending
            .code
            .as_deref()
            .is_some_and(|code| codes.contains(&code));
        assert_eq!(exit_code == 2, wants_login);
    }
}

#[test]
fn a_dead_worker_is_found_and_its_turn_ended_once() {
    let (_home, turns) = home();
    let folder = turns.of(turn(1));
    let mut scribe = scribe(&turns, 1);
    scribe.phase(Phase::Running);
    scribe.items(&[item(1, ItemBody::Text, "half an ans", ItemStatus::Open)]);
    drop(scribe);
    let last_heard = folder.look_at(Settling::No).last_event_at;
    let first = folder.look();
    assert_eq!((first.state, first.exit_code()), (State::Abandoned, 5));
    assert!(first.settled_abandoned);
    let result = first.result.unwrap();
    assert_eq!(result.code.as_deref(), Some("abandoned"));
    assert_eq!(
        (Some(result.ended_at), first.last_event_at),
        (last_heard, last_heard)
    );
    assert!(
        is_settled(&folder)
            .hint
            .unwrap()
            .contains("switchboard new")
    );
    let out = read(&folder.out_path());
    assert!(
        out.starts_with("half an ans\n[turn.failed] its worker died"),
        "{out}"
    );
}

#[test]
fn of_many_who_find_it_dead_one_ends_it_and_nobody_takes_another_for_its_worker() {
    let (_home, turns) = home();
    for n in 1..=50 {
        drop(made(&turns, n));
        let folder = turns.of(turn(n));
        let together = Barrier::new(8);
        let look = || {
            together.wait();
            folder.look()
        };
        let looks: Vec<_> = thread::scope(|scope| {
            let lookers: Vec<_> = (0..8).map(|_| scope.spawn(look)).collect();
            lookers
                .into_iter()
                .map(|looker| looker.join().unwrap())
                .collect()
        });
        assert!(looks.iter().all(|look| look.state == State::Abandoned));
        let settled = looks.iter().filter(|look| look.settled_abandoned).count();
        assert_eq!(settled, 1);
    }
}

#[test]
fn a_death_between_any_two_writes_leaves_a_turn_that_ends_and_never_lies() {
    let (_home, turns) = home();
    let mut scribe = scribe(&turns, 1);
    let mut deaths = 0;
    let mut abandoned = |scribe: &mut Scribe, act: &dyn Fn(&mut Scribe)| {
        act(scribe);
        let (_copy, folder) = death(&turns);
        assert_eq!(is_settled(&folder).state, State::Abandoned);
        deaths += 1;
    };
    abandoned(&mut scribe, &|_| {});
    abandoned(&mut scribe, &|scribe| scribe.phase(Phase::Running));
    abandoned(&mut scribe, &|scribe| scribe.bound("t"));
    abandoned(&mut scribe, &|scribe| scribe.raw(b"{\"a\":1}"));
    let ls = |status| item(1, command("ls", None), "a", status);
    abandoned(&mut scribe, &|scribe| scribe.items(&[ls(ItemStatus::Open)]));
    abandoned(&mut scribe, &|scribe| scribe.items(&[ls(ItemStatus::Done)]));
    let said = |status| item(2, ItemBody::Text, "4", status);
    abandoned(&mut scribe, &|scribe| {
        scribe.items(&[said(ItemStatus::Open)]);
    });
    abandoned(&mut scribe, &|scribe| scribe.delta(&delta(2, 1, "!")));
    abandoned(&mut scribe, &|scribe| scribe.asked("may I?"));
    assert_eq!(deaths, 9);

    // From here on write by write, as `Scribe::end` does it.
    let live = turns.of(turn(1));
    let ending = replied();
    let dies = |state: State| {
        let (_copy, folder) = death(&turns);
        let look = is_settled(&folder);
        assert_eq!(look.state, state);
        assert!(!names(&folder).contains(&files::RESERVE.to_owned()));
        if state == State::Complete {
            assert_eq!(look.result.unwrap().answer.as_deref(), Some("4"));
        }
    };
    files::remove(&live.path().join(files::RESERVE)).unwrap();
    dies(State::Abandoned);
    let decided = files::in_json(&ending).unwrap();
    for len in (0..decided.len() - 1).step_by(29) {
        fs::write(live.path().join(files::DECIDED), &decided[..len]).unwrap();
        dies(State::Abandoned);
    }
    ending::decide(live.path(), &ending).unwrap();
    dies(State::Complete);
    torn(&live.events_path(), &events::last_lines(&ending), || {
        dies(State::Complete);
    });
    torn(
        &live.out_path(),
        text::last_line(&ending).as_bytes(),
        || dies(State::Complete),
    );
    ending::tell(live.path()).unwrap();
    dies(State::Complete);
    ending::mark(live.path(), ending.state).unwrap();
    dies(State::Complete);
}

/// Appends lines, after having died at each of their bytes.
fn torn(path: &Path, lines: &[u8], dies: impl Fn()) {
    let before = fs::read(path).unwrap();
    // Each costs a dozen syncs of the disk.
    let cuts = (0..lines.len())
        .step_by(9)
        .chain([lines.len() - 1, lines.len()]);
    for len in cuts {
        fs::write(path, [&before, &lines[..len]].concat()).unwrap();
        dies();
    }
}

#[test]
fn what_a_death_tore_in_the_middle_of_a_line_is_cut_off() {
    let (_home, turns) = home();
    let mut scribe = scribe(&turns, 1);
    scribe.phase(Phase::Running);
    scribe.raw(b"1");
    drop(scribe);
    let folder = turns.of(turn(1));
    let raw = folder.path().join(files::RAW);
    for (path, torn) in [
        (
            folder.events_path(),
            format!("{{\"type\":\"{}", "x".repeat(200_000)),
        ),
        (raw.clone(), "\"torn".to_owned()),
    ] {
        let whole = read(&path);
        fs::write(&path, whole + &torn).unwrap();
    }
    is_settled(&folder);
    assert!(
        read(&folder.events_path()).starts_with("{\"type\":\"turn.started\"}\n{\"type\":\"error\"")
    );
    assert_eq!(read(&raw), "1\n");
}

#[test]
fn a_folder_of_a_tool_that_knows_markers_only_is_read_as_that_tool_reads_it() {
    for (marker, state) in [("done", State::Complete), ("error", State::Failed)] {
        let (_home, turns) = home();
        let folder = turns.of(turn(1));
        fs::create_dir_all(folder.path()).unwrap();
        let theirs = r#"{"turn_id":"019acb2e-0000-7000-8000-000000000001","thread_id":"t","pid":7,
            "started_at":"2026-01-02T03:04:05.678Z","cwd":"/srv","model":null,"resumed_from":null,"new":1}"#;
        fs::write(folder.meta_path(), theirs).unwrap();
        fs::write(folder.path().join(marker), "").unwrap();
        let look = folder.look();
        assert_eq!((look.state, look.result), (state, None));
        assert_eq!(look.meta.unwrap().thread_id.as_deref(), Some("t"));
        assert_eq!(names(&folder), [marker, "meta.json"]);
    }
}

#[test]
fn a_folder_that_is_never_named_is_not_seen_and_goes_away() {
    let (home, turns) = home();
    let inside = || fs::read_dir(home.path().join("turns")).unwrap().count();
    let unnamed = turns.make(turn(1), "what is 2 + 2?", &meta(1)).unwrap();
    assert_eq!(inside(), 1);
    assert_eq!(turns.newest(9).unwrap(), vec![]);
    assert_eq!(turns.of(turn(1)).look().state, State::Missing);
    drop(unnamed);
    assert_eq!(inside(), 0);
}

#[test]
fn a_folder_is_not_seen_before_its_lock_is_held_and_all_of_it_is_there() {
    let (home, turns) = home();
    let held = made(&turns, 1);
    let expected = [
        ".reserve",
        "events.jsonl",
        "meta.json",
        "out.txt",
        "prompt.txt",
        "raw.jsonl",
        "turn.lock",
    ];
    assert_eq!(names(held.folder()), expected);
    assert_eq!(read(&held.folder().prompt_path()), "what is 2 + 2?");
    assert!(
        turns
            .make(turn(1), "", &meta(1))
            .and_then(Unnamed::name)
            .is_err(),
        "it is never made twice"
    );
    assert_eq!(held.folder().look().state, State::Starting);

    use std::os::unix::fs::PermissionsExt as _;
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&home.path().join("turns")), 0o700);
    assert_eq!(mode(held.folder().path()), 0o700);
    let mut scribe = Scribe::new(held, meta(1));
    scribe.bound("t");
    scribe.end(&replied()).unwrap();
    scribe.mark().unwrap();
    for name in names(scribe.folder()) {
        assert_eq!(mode(&scribe.folder().path().join(&name)), 0o600, "{name}");
    }
    assert!(!names(scribe.folder()).contains(&".reserve".to_owned()));
}

#[test]
fn an_end_that_could_not_be_written_can_be_written_again() {
    let (_home, turns) = home();
    let folder = turns.of(turn(1));
    let mut scribe = scribe(&turns, 1);
    assert!(scribe.mark().is_err(), "nothing has ended yet");
    // Stands for a disk that takes nothing.
    fs::create_dir(folder.result_path()).unwrap();
    assert!(scribe.end(&replied()).is_err());
    assert_eq!(folder.look().state, State::Starting);
    fs::remove_dir(folder.result_path()).unwrap();
    let other = Ending::new(&meta(1), &Outcome::Cancelled, None, BEGAN);
    let told = scribe.end(&other).unwrap();
    assert_eq!(told, replied(), "what is decided once is the end");
    assert_eq!(scribe.end(&other).unwrap(), told);
    scribe.mark().unwrap();
    drop(scribe);
    assert_eq!(is_settled(&folder).state, State::Complete);
}

#[test]
fn the_newest_are_found_by_name_among_whatever_else_lies_there() {
    let (_home, turns) = home();
    assert!(turns.newest(5).unwrap().is_empty());
    for n in [3, 1, 2] {
        drop(made(&turns, n));
    }
    File::create(turns.path().join("notes")).unwrap();
    fs::create_dir(turns.path().join(".new-x")).unwrap();
    let newest: Vec<_> = turns
        .newest(2)
        .unwrap()
        .iter()
        .map(TurnFolder::id)
        .collect();
    assert_eq!(newest, [turn(3), turn(2)]);
    assert_eq!(turns.newest(99).unwrap().len(), 3);
}
