//! Records that backends have of their sessions: which are not as their threads are, and until when.

use switchboard_model::ThreadId;
use switchboard_store::{Claimed, DueRecord, Record, ThreadPatch};

use crate::world::World;

async fn bind(world: &World, claimed: &Claimed, session: &str) {
    bind_in(world, claimed, "home", session).await;
}

async fn bind_in(world: &World, claimed: &Claimed, home: &str, session: &str) {
    let (turn, fence) = (claimed.turn.id, claimed.fence);
    let bound = world
        .store
        .bind_session(turn, fence, home.into(), session.into());
    assert!(bound.await.unwrap());
}

async fn due(world: &World) -> Vec<DueRecord> {
    let other = world.reader().due_records("other", 10).await.unwrap();
    assert_eq!(other, []);
    world.reader().due_records("helper-cli", 10).await.unwrap()
}

/// The records that are due, and that they were all kept.
async fn kept(world: &World) -> Vec<(String, Record)> {
    let due = due(world).await;
    for due in due.clone() {
        world.store.record_is_kept(due).await.unwrap();
    }
    let records = due.into_iter();
    records.map(|due| (due.session, due.record)).collect()
}

async fn patch(world: &World, thread: ThreadId, patch: ThreadPatch) {
    let patched = world.store.patch_thread(None, thread, patch).await;
    assert!(patched.unwrap().is_some());
}

fn titled(title: &str) -> ThreadPatch {
    ThreadPatch {
        title: Some(title.into()),
        ..ThreadPatch::default()
    }
}

fn archived(archived: bool) -> ThreadPatch {
    ThreadPatch {
        archived: Some(archived),
        ..ThreadPatch::default()
    }
}

fn record(title: &str, archived: bool, busy: bool) -> Record {
    Record::Kept {
        title: title.into(),
        archived,
        busy,
    }
}

on_both_databases! {
    async fn a_record_is_due_when_its_session_begins_and_when_its_thread_changes(world: World) {
        let mara = world.person("mara").await;
        let helper = world.assistant("helper", mara).await;
        let thread = world.thread(mara).await;
        let first = world.post(thread, mara, "First words", &[helper]).await.message;
        assert_eq!(due(&world).await, []);
        let claimed = world.claim().await.unwrap();
        bind(&world, &claimed, "s").await;
        assert_eq!(kept(&world).await, [("s".into(), record("First words", false, true))]);
        assert_eq!(due(&world).await, [], "once");
        world.reply(&claimed, "4").await;
        world.store.edit_message(mara, first.id, "Better words".into()).await.unwrap();
        assert_eq!(kept(&world).await, [("s".into(), record("Better words", false, false))]);
        patch(&world, thread, titled("A name")).await;
        patch(&world, thread, archived(true)).await;
        assert_eq!(kept(&world).await, [("s".into(), record("A name", true, false))]);
        patch(&world, thread, archived(true)).await;
        patch(&world, thread, titled("A name")).await;
        assert_eq!(due(&world).await, [], "nothing has changed");
    }

    async fn a_turn_in_an_archived_thread_takes_its_record_out_and_it_is_due_again(world: World) {
        let mara = world.person("mara").await;
        let helper = world.assistant("helper", mara).await;
        let thread = world.thread(mara).await;
        for session in ["s", "s", "other"] {
            world.ask(thread, mara, helper).await;
            let claimed = world.claim().await.unwrap();
            bind(&world, &claimed, session).await;
            kept(&world).await;
            bind(&world, &claimed, session).await;
            assert_eq!(due(&world).await, [], "the same session of the same thread");
            patch(&world, thread, archived(true)).await;
            kept(&world).await;
            bind(&world, &claimed, session).await;
            let due = kept(&world).await;
            assert!(matches!(&due[..], [(_, Record::Kept { archived: true, busy: true, .. })]), "{due:?}");
            patch(&world, thread, archived(false)).await;
            kept(&world).await;
            world.reply(&claimed, "4").await;
        }
    }

    async fn what_changes_while_a_record_is_kept_stays_due(world: World) {
        let mara = world.person("mara").await;
        let helper = world.assistant("helper", mara).await;
        let thread = world.thread(mara).await;
        world.ask(thread, mara, helper).await;
        let claimed = world.claim().await.unwrap();
        bind(&world, &claimed, "s").await;
        let before = due(&world).await.remove(0);
        // In the same millisecond.
        patch(&world, thread, titled("Newer")).await;
        world.store.record_is_kept(before).await.unwrap();
        assert_eq!(kept(&world).await, [("s".into(), record("Newer", false, true))]);
    }

    async fn a_deleted_threads_record_goes_first_and_not_under_a_running_turn(world: World) {
        let mara = world.person("mara").await;
        let helper = world.assistant("helper", mara).await;
        let (thread, other) = (world.thread(mara).await, world.thread(mara).await);
        for (thread, session) in [(other, "other"), (thread, "s")] {
            world.ask(thread, mara, helper).await;
            bind(&world, &world.claim().await.unwrap(), session).await;
            world.tick(1);
        }
        world.store.delete_thread(None, thread).await.unwrap();
        let names = |due: &[DueRecord]| due.iter().map(|due| due.session.clone()).collect::<Vec<_>>();
        assert_eq!(names(&due(&world).await), ["other"], "its turn may still say something");
        let running = world.reader().running().await.unwrap();
        let turn = running.iter().find(|orphan| orphan.turn.thread == thread).unwrap();
        let reply = switchboard_model::turn::Outcome::Replied { text: "late".into() };
        world.store.finish(turn.turn.id, turn.fence, reply).await.unwrap();
        let due = due(&world).await;
        assert_eq!(names(&due), ["s", "other"]);
        assert_eq!((&due[0].record, due[0].thread), (&Record::Gone, thread));
        kept(&world).await;
        let bound = world.reader().bound_session(thread, helper).await.unwrap();
        assert_eq!(bound, None);
        assert!(world.reader().bound_session(other, helper).await.unwrap().is_some());
    }

    async fn the_record_of_a_session_that_was_left_follows_its_thread_to_the_end(world: World) {
        let mara = world.person("mara").await;
        let helper = world.assistant("helper", mara).await;
        let thread = world.thread(mara).await;
        for (home, session) in [("home", "s1"), ("own", "s2"), ("home", "s3")] {
            world.ask(thread, mara, helper).await;
            let claimed = world.claim().await.unwrap();
            bind_in(&world, &claimed, home, session).await;
            world.reply(&claimed, "4").await;
            world.tick(1);
        }
        let bound = async || world.reader().bound_session(thread, helper).await.unwrap();
        assert_eq!(bound().await, Some(("home".into(), "s3".into())));
        let names = |kept: Vec<(String, Record)>| {
            let mut names: Vec<_> = kept.into_iter().map(|(session, _)| session).collect();
            names.sort();
            names
        };
        kept(&world).await;
        patch(&world, thread, titled("A name")).await;
        assert_eq!(names(kept(&world).await), ["s1", "s2", "s3"]);
        // One that cannot be gone on in may still be there.
        world.store.forget_session(thread, helper).await.unwrap();
        assert_eq!(bound().await, None);
        assert_eq!(due(&world).await, []);
        patch(&world, thread, archived(true)).await;
        let mut all = due(&world).await;
        assert_eq!(all.len(), 3);
        all.retain(|due| due.record == record("A name", true, false));
        assert_eq!(all.len(), 3);
        // Whoever goes on in one after all has it once.
        world.ask(thread, mara, helper).await;
        let claimed = world.claim().await.unwrap();
        bind(&world, &claimed, "s1").await;
        world.reply(&claimed, "4").await;
        world.store.delete_thread(None, thread).await.unwrap();
        let gone = kept(&world).await;
        assert!(gone.iter().all(|(_, record)| *record == Record::Gone), "{gone:?}");
        assert_eq!(names(gone), ["s1", "s2", "s3"]);
        assert_eq!(due(&world).await, []);
    }

    async fn a_record_whose_session_is_left_while_it_is_kept_is_kept_once(world: World) {
        let mara = world.person("mara").await;
        let helper = world.assistant("helper", mara).await;
        let thread = world.thread(mara).await;
        world.ask(thread, mara, helper).await;
        let claimed = world.claim().await.unwrap();
        bind(&world, &claimed, "before").await;
        let found = due(&world).await.remove(0);
        bind(&world, &claimed, "after").await;
        world.store.record_is_kept(found).await.unwrap();
        let left = due(&world).await.into_iter();
        assert_eq!(left.map(|due| due.session).collect::<Vec<_>>(), ["after"]);
    }
}
