//! What goes, and what never does.
#![allow(clippy::unwrap_used)]

use std::fs::{File, FileTimes};

use switchboard_model::turn::Outcome;

use super::{
    super::{
        Ending,
        script::{BEGAN, home, made, meta, names, scribe, turn},
    },
    *,
};

const HOUR: Duration = Duration::from_hours(1);

/// A turn that ended so long after the first one could.
fn ended(turns: &Turns, n: u16, after: Duration) {
    let mut scribe = scribe(turns, n);
    let outcome = Outcome::Replied { text: "4".into() };
    let ending = Ending::new(&meta(n), &outcome, None, BEGAN.plus(after));
    scribe.end(&ending).unwrap();
    scribe.mark().unwrap();
}

fn rules(sweep: Sweep) -> Gc {
    Gc {
        now: BEGAN.plus(10 * HOUR),
        older_than: 5 * HOUR,
        keep_bytes: None,
        sweep,
    }
}

fn removed(swept: &Swept) -> Vec<TurnId> {
    swept.removed.iter().map(|turn| turn.turn_id).collect()
}

#[test]
fn what_ended_long_ago_goes_and_what_lives_stays() {
    let (_home, turns) = home();
    for (n, after) in [(1, 4), (2, 1), (3, 6)] {
        ended(&turns, n, after * HOUR);
    }
    let _alive = made(&turns, 4);
    let told = turns.gc(rules(Sweep::DryRun)).unwrap();
    assert_eq!(removed(&told), [turn(2), turn(1)], "oldest end first");
    assert_eq!(turns.newest(9).unwrap().len(), 4, "nothing was done");
    let swept = turns.gc(rules(Sweep::ForReal)).unwrap();
    assert_eq!(swept, told);
    assert_eq!((swept.kept, swept.removed.len()), (2, 2));
    assert!(swept.removed_bytes > 0 && swept.kept_bytes > 0);
    let left: Vec<_> = turns
        .newest(9)
        .unwrap()
        .iter()
        .map(TurnFolder::id)
        .collect();
    assert_eq!(left, [turn(4), turn(3)]);
    assert_eq!(turns.of(turn(1)).look().state, State::Missing);
}

#[test]
fn no_rule_takes_a_turn_that_lives_even_if_its_end_is_written() {
    let (_home, turns) = home();
    let mut alive = scribe(&turns, 1);
    let ending = Ending::new(&meta(1), &Outcome::Cancelled, None, BEGAN);
    alive.end(&ending).unwrap();
    let everything = Gc {
        older_than: Duration::ZERO,
        keep_bytes: Some(0),
        ..rules(Sweep::ForReal)
    };
    assert_eq!(turns.gc(everything).unwrap().kept, 1);
    alive.mark().unwrap();
    drop(alive);
    assert_eq!(turns.gc(everything).unwrap().kept, 0);
}

#[test]
fn of_too_many_bytes_those_go_that_ended_first() {
    let (_home, turns) = home();
    for (n, after) in [(1, 8), (2, 7), (3, 9)] {
        ended(&turns, n, after * HOUR);
    }
    let all = turns.gc(rules(Sweep::DryRun)).unwrap();
    assert!(all.removed.is_empty());
    let most = |bytes| Gc {
        keep_bytes: Some(bytes),
        ..rules(Sweep::ForReal)
    };
    assert!(turns.gc(most(all.kept_bytes)).unwrap().removed.is_empty());
    let swept = turns.gc(most(all.kept_bytes - 1)).unwrap();
    assert_eq!(removed(&swept), [turn(2)]);
    assert_eq!(swept.kept_bytes + swept.removed_bytes, all.kept_bytes);
}

#[test]
fn a_dry_run_ends_no_abandoned_turn_and_a_real_one_says_so() {
    let (_home, turns) = home();
    drop(made(&turns, 1));
    let before = names(&turns.of(turn(1)));
    turns.gc(rules(Sweep::DryRun)).unwrap();
    assert_eq!(names(&turns.of(turn(1))), before);
    let swept = turns.gc(rules(Sweep::ForReal)).unwrap();
    assert_eq!(swept.settled_abandoned, [turn(1)]);
}

#[test]
fn what_was_left_of_folders_goes_and_one_that_is_being_made_does_not() {
    let (_home, turns) = home();
    drop(made(&turns, 9));
    let new = |n: u16| turns.path().join(format!("{}{}", files::NEW, turn(n)));
    let set = |path: &Path, at: Millis| {
        let at = std::time::UNIX_EPOCH + Duration::from_millis(u64::try_from(at.0).unwrap());
        let times = FileTimes::new().set_modified(at);
        File::open(path).unwrap().set_times(times).unwrap();
    };
    let now = rules(Sweep::ForReal).now;
    for n in [1, 2, 3] {
        fs::create_dir(new(n)).unwrap();
    }
    let lock = File::create(new(2).join(files::LOCK)).unwrap();
    lock.lock().unwrap();
    for (n, at) in [
        (1, now.minus(2 * LEFT_OVER)),
        (2, now.minus(HOUR)),
        (3, now),
    ] {
        set(&new(n), at);
    }
    let gone = turns.path().join(format!("{}x", files::GONE));
    fs::create_dir(&gone).unwrap();
    let swept = turns.gc(rules(Sweep::ForReal)).unwrap();
    assert_eq!(swept.left_over.len(), 2, "{:?}", swept.left_over);
    let there = [new(1), new(2), new(3), gone].map(|path| path.exists());
    assert_eq!(there, [false, true, true, false]);
}

#[test]
fn two_who_take_turns_away_at_once_do_not_stumble() {
    let (_home, turns) = home();
    for n in 1..=40 {
        ended(&turns, n, HOUR);
    }
    let sweep = || turns.gc(rules(Sweep::ForReal)).unwrap().failed;
    let failed = std::thread::scope(|scope| {
        let sweepers: Vec<_> = (0..4).map(|_| scope.spawn(sweep)).collect();
        let failed = sweepers.into_iter().map(|sweeper| sweeper.join().unwrap());
        failed.flatten().collect::<Vec<_>>()
    });
    assert!(failed.is_empty(), "{failed:?}");
    assert!(turns.names().unwrap().is_empty());
}
