//! How far people have read.

use switchboard_model::{PersonId, ThreadId, thread::Visibility};
use switchboard_store::{Change, Feed, Mark, NewThread};

use crate::world::{World, private_thread};

async fn mark(world: &World, thread: ThreadId, person: PersonId) -> (i64, i64) {
    let marks = world.reader().marks(&[thread], &[person]).await.unwrap();
    let Mark { read_seq, unread } = marks[&(thread, person)];
    (read_seq, unread)
}

on_both_databases! {
    async fn a_mark_only_moves_on_and_what_one_wrote_is_read(world: World) {
        let (mara, eve) = (world.person("mara").await, world.person("eve").await);
        let thread = world.thread(mara).await;
        world.store.add_member(mara, thread, eve).await.unwrap();
        for _ in 0..3 {
            world.post(thread, mara, "hello", &[]).await;
        }
        assert_eq!(mark(&world, thread, mara).await, (3, 0));
        assert_eq!(mark(&world, thread, eve).await, (0, 3));
        for (seq, expected) in [(2, (2, 1)), (1, (2, 1)), (-5, (2, 1)), (99, (3, 0))] {
            assert!(world.store.mark_read(thread, eve, seq).await.unwrap());
            assert_eq!(mark(&world, thread, eve).await, expected, "after {seq}");
        }
        world.post(thread, eve, "hi", &[]).await;
        assert_eq!(mark(&world, thread, eve).await, (4, 0));
        assert_eq!(mark(&world, thread, mara).await, (3, 1));
        // What came before one's own words is not read by them.
        world.post(thread, mara, "first", &[]).await;
        assert_eq!(mark(&world, thread, mara).await, (3, 1));
    }

    async fn replies_are_new_too(world: World) {
        let mara = world.person("mara").await;
        let helper = world.assistant("helper", mara).await;
        let thread = world.thread(mara).await;
        world.ask(thread, mara, helper).await;
        let claimed = world.claim().await.unwrap();
        world.reply(&claimed, "4").await;
        assert_eq!(mark(&world, thread, mara).await, (1, 1));
    }

    async fn nobody_has_anything_to_read_in_a_thread_that_they_did_not_join(world: World) {
        let (mara, eve) = (world.person("mara").await, world.person("eve").await);
        let open = NewThread { visibility: Visibility::Open, ..private_thread(mara) };
        let thread = world.store.create_thread(open).await.unwrap().0.thread.id;
        world.post(thread, mara, "hello", &[]).await;
        assert_eq!(mark(&world, thread, eve).await, (0, 0));
        world.store.add_member(mara, thread, eve).await.unwrap();
        assert_eq!(mark(&world, thread, eve).await, (0, 1));
        world.store.delete_thread(None, thread).await.unwrap();
        assert!(world.reader().marks(&[thread], &[eve]).await.unwrap().is_empty());
        assert!(!world.store.mark_read(thread, eve, 1).await.unwrap());
    }

    async fn counting_ends_at_a_thousand(world: World) {
        let (mara, eve) = (world.person("mara").await, world.person("eve").await);
        let thread = world.thread(mara).await;
        world.store.add_member(mara, thread, eve).await.unwrap();
        for _ in 0..1010 {
            world.post(thread, mara, "hello", &[]).await;
        }
        assert_eq!(mark(&world, thread, eve).await, (0, 1000));
        world.store.mark_read(thread, eve, 11).await.unwrap();
        assert_eq!(mark(&world, thread, eve).await, (11, 999));
    }

    async fn a_mark_that_moved_is_told_and_one_that_did_not_is_not(world: World) {
        let (mara, eve) = (world.person("mara").await, world.person("eve").await);
        let thread = world.thread(mara).await;
        world.store.add_member(mara, thread, eve).await.unwrap();
        world.post(thread, mara, "hello", &[]).await;
        let from = world.reader().position().await.unwrap().pos;
        for _ in 0..2 {
            world.store.mark_read(thread, eve, 1).await.unwrap();
        }
        let told = world.reader().changes_after(from, 100).await.unwrap();
        let change = Change::Mark { thread, person: eve };
        let expected = Feed::Changes { changes: vec![(from + 1, change)], upto: from + 1 };
        assert_eq!(told, expected);
    }
}
