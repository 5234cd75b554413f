//! Deleting a thread: what goes, what stays, and what happens to its turns.

use switchboard_model::{
    item::{ItemBody, ItemStatus},
    turn::TurnState,
};
use switchboard_store::{Change, Feed, PostError, RetryError, StopError};

use crate::world::{World, post, private_thread, stored};

on_both_databases! {
    async fn nothing_of_a_deleted_thread_can_be_seen_any_more(world: World) {
        let mara = world.person("mara").await;
        let helper = world.assistant("helper", mara).await;
        let mut new = private_thread(mara);
        new.client_id = Some("c1".into());
        let thread = world.store.create_thread(new.clone()).await.unwrap().0.thread.id;
        let other = world.thread(mara).await;
        let kept = world.post(other, mara, "stays", &[]).await.message;
        world.ask(thread, mara, helper).await;
        let claimed = world.claim().await.unwrap();
        world.put(&claimed, &[world.item(&claimed, 1, ItemBody::Text, ItemStatus::Done, &"x".repeat(99_000))]).await;
        let asked = world.store.ask(claimed.turn.id, claimed.fence, crate::talk::may_i("k1")).await.unwrap().unwrap();
        world.store.add_steer(claimed.turn.id, mara, "shorter".into()).await.unwrap().unwrap();
        let done = world.reply(&claimed, "4").await;

        assert!(world.store.delete_thread(None, thread).await.unwrap());
        assert!(!world.store.delete_thread(None, thread).await.unwrap());
        let reader = world.reader();
        assert_eq!(reader.thread(mara, thread).await.unwrap(), None);
        assert_eq!(reader.members(thread).await.unwrap(), []);
        assert_eq!(reader.messages(thread, None, 10).await.unwrap().messages, []);
        assert_eq!(reader.message(done.message).await.unwrap(), None);
        assert_eq!(reader.message(done.reply.unwrap()).await.unwrap(), None);
        assert_eq!(reader.turn(done.id).await.unwrap(), None);
        assert_eq!(reader.items(done.id).await.unwrap().0, []);
        assert_eq!(reader.question(asked.id).await.unwrap(), None);
        assert_eq!(reader.steers(done.id).await.unwrap(), []);
        assert_eq!(reader.open_turns(thread).await.unwrap(), []);
        let listed = reader.threads(mara, false, None, 10).await.unwrap().items;
        assert_eq!(listed.iter().map(|row| row.thread.id).collect::<Vec<_>>(), [other]);
        assert_eq!(reader.message(kept.id).await.unwrap(), Some(kept));

        let refused = world.store.append_message(post(thread, mara, "hello?", &[])).await;
        assert!(matches!(refused, Err(PostError::NoThread)));
        assert!(matches!(world.store.retry(done.id, mara).await, Err(RetryError::NoTurn)));
        assert!(matches!(world.store.request_stop(done.id).await, Err(StopError::NoTurn)));
        let (fresh, is_fresh) = world.store.create_thread(new).await.unwrap();
        assert!(is_fresh && fresh.thread.id != thread, "its client id is free again");
    }

    async fn whoever_catches_up_hears_of_the_deletion(world: World) {
        let mara = world.person("mara").await;
        let thread = world.thread(mara).await;
        world.post(thread, mara, "hello", &[]).await;
        let before = world.reader().position().await.unwrap().pos;
        world.store.delete_thread(None, thread).await.unwrap();
        for from in [0, before] {
            let Feed::Changes { changes, .. } = world.reader().changes_after(from, 100).await.unwrap() else {
                panic!("the feed reaches back to the beginning");
            };
            let about: Vec<_> = changes.iter().filter(|(_, change)| change.thread() == Some(thread)).collect();
            assert!(matches!(about.last(), Some((_, Change::ThreadDeleted(id))) if *id == thread));
            assert!(!about.iter().any(|(_, change)| matches!(change, Change::Message(_) | Change::Thread(_))));
        }
    }

    async fn queued_turns_of_a_deleted_thread_are_never_claimed(world: World) {
        let mara = world.person("mara").await;
        let helper = world.assistant("helper", mara).await;
        let thread = world.thread(mara).await;
        let owed = world.ask(thread, mara, helper).await;
        world.store.delete_thread(None, thread).await.unwrap();
        assert_eq!(world.reader().turn(owed.id).await.unwrap(), None);
        assert!(world.claim().await.is_none());
        assert_eq!(world.reader().turn_counts().await.unwrap(), (0, 0));
    }

    async fn a_running_turn_of_a_deleted_thread_is_told_to_stop_and_then_gone(world: World) {
        let mara = world.person("mara").await;
        let helper = world.assistant("helper", mara).await;
        let thread = world.thread(mara).await;
        world.ask(thread, mara, helper).await;
        let claimed = world.claim().await.unwrap();
        world.store.delete_thread(None, thread).await.unwrap();
        assert!(world.turn(claimed.turn.id).await.stop_wanted, "its runner can see the stop");
        let Feed::Changes { changes, .. } = world.reader().changes_after(0, 100).await.unwrap() else {
            panic!("the feed reaches back to the beginning");
        };
        assert!(!changes.iter().any(|(_, change)| matches!(change, Change::Turn(_))), "nobody else can");
        let item = world.item(&claimed, 1, ItemBody::Text, ItemStatus::Open, "late");
        world.put(&claimed, &[item]).await;
        assert_eq!(world.reader().items(claimed.turn.id).await.unwrap().0, []);
        assert_eq!(world.store.ask(claimed.turn.id, claimed.fence, crate::talk::may_i("k1")).await.unwrap(), None);
        let reply = switchboard_model::turn::Outcome::Replied { text: "late".into() };
        let ended = stored(world.store.finish(claimed.turn.id, claimed.fence, reply).await.unwrap());
        assert_eq!((ended.state, ended.reply), (TurnState::Cancelled, None));
        assert_eq!(world.reader().turn(claimed.turn.id).await.unwrap(), None);
        assert_eq!(world.reader().messages(thread, None, 10).await.unwrap().messages, []);
        assert_eq!(world.reader().turn_counts().await.unwrap(), (0, 0), "its login is free again");
    }

    async fn deleting_and_claiming_at_once_leave_no_turn_running_unasked(world: World) {
        let mara = world.person("mara").await;
        let helper = world.assistant("helper", mara).await;
        for _ in 0..5 {
            let thread = world.thread(mara).await;
            let owed = world.ask(thread, mara, helper).await;
            let (claimed, deleted) =
                futures_util::future::join(world.claim(), world.store.delete_thread(None, thread)).await;
            assert!(deleted.unwrap());
            let left = world.reader().turn(owed.id).await.unwrap();
            assert_eq!(left.is_some(), claimed.is_some());
            assert!(left.is_none_or(|turn| turn.stop_wanted));
        }
    }

    async fn a_dead_process_turn_of_a_deleted_thread_is_not_put_back(world: World) {
        let mara = world.person("mara").await;
        let helper = world.assistant("helper", mara).await;
        let thread = world.thread(mara).await;
        world.ask(thread, mara, helper).await;
        let claimed = world.claim().await.unwrap();
        world.store.delete_thread(None, thread).await.unwrap();
        assert!(world.store.revert(claimed.turn.id, claimed.fence).await.unwrap());
        assert_eq!(world.reader().turn_counts().await.unwrap(), (0, 0));
    }
}
