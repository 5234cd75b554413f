//! Proof of life by a lock, never by a pid.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use switchboard_engine::instance::{self, Instance, Life};
use switchboard_model::{
    IdSource, Millis,
    clock::{FakeChance, FakeClock},
};
use tempfile::TempDir;

fn ids() -> IdSource {
    let clock = Arc::new(FakeClock::at(Millis(1)));
    IdSource::new(clock, Arc::new(FakeChance::seeded(1)))
}

#[test]
fn who_holds_its_lock_is_alive_and_who_let_go_is_dead() {
    let run = TempDir::new().unwrap();
    let one = Instance::hold(run.path(), &ids()).unwrap();
    let id = one.id().to_owned();
    assert_eq!(instance::life(run.path(), &id), Life::Alive);
    assert_eq!(
        instance::life(run.path(), &id),
        Life::Alive,
        "asking changes nothing"
    );
    drop(one);
    assert_eq!(instance::life(run.path(), &id), Life::Dead);
    assert_eq!(
        instance::life(run.path(), &id),
        Life::Dead,
        "asking changes nothing"
    );
    assert_eq!(
        instance::life(run.path(), "of another host"),
        Life::Elsewhere
    );
}

#[test]
fn only_the_dead_are_listed_and_only_they_are_forgotten() {
    let run = TempDir::new().unwrap();
    let ids = ids();
    let alive = Instance::hold(run.path(), &ids).unwrap();
    let dead = Instance::hold(run.path(), &ids).unwrap().id().to_owned();
    std::fs::write(run.path().join("address"), "not a lock").unwrap();
    assert_eq!(instance::dead(run.path()), std::slice::from_ref(&dead));
    instance::forget(run.path(), &dead);
    instance::forget(run.path(), alive.id());
    assert!(instance::dead(run.path()).is_empty());
    assert_eq!(instance::life(run.path(), alive.id()), Life::Alive);
    assert_eq!(instance::life(run.path(), &dead), Life::Elsewhere);
    assert!(run.path().join("address").exists());
}

#[test]
fn no_instance_loses_its_file_to_somebody_who_forgets_the_dead() {
    let run = TempDir::new().unwrap();
    let over = Arc::new(AtomicBool::new(false));
    let sweeper = thread::spawn({
        let (run, over) = (run.path().to_owned(), Arc::clone(&over));
        move || {
            while !over.load(Ordering::SeqCst) {
                for id in instance::dead(&run) {
                    instance::forget(&run, &id);
                }
            }
        }
    });
    let ids = ids();
    for _ in 0..500 {
        let one = Instance::hold(run.path(), &ids).unwrap();
        assert_eq!(instance::life(run.path(), one.id()), Life::Alive);
    }
    over.store(true, Ordering::SeqCst);
    sweeper.join().unwrap();
}
