//! Messages that wait: each goes when its author's turns have ended, in order, once, and not after
//! something went wrong.

use switchboard_engine::{
    ThreadChange,
    backend::BackendError,
    chat::{ChatError, Incoming},
};
use switchboard_model::{
    QueuedId, ThreadId,
    outcome::{Failure, OutcomeCode},
    person::Person,
    queue::{Hold, Queue, Why},
    thread::Visibility,
};
use switchboard_testkit::until;

use crate::world::World;

async fn queue(world: &World, by: &Person, thread: ThreadId, text: &str) -> QueuedId {
    let queued = world.engine.enqueue(by, thread, text.into()).await.unwrap();
    queued.0.id
}

async fn waiting(world: &World, by: &Person, thread: ThreadId) -> Queue {
    world.reader().queue(thread, by.id).await.unwrap()
}

async fn held_once(world: &World, by: &Person, thread: ThreadId) -> Hold {
    until("the queue is held", async || {
        waiting(world, by, thread).await.held
    })
    .await
}

async fn empty_once(world: &World, by: &Person, thread: ThreadId) {
    until("nothing waits", async || {
        waiting(world, by, thread)
            .await
            .items
            .is_empty()
            .then_some(())
    })
    .await;
}

/// What was said in a thread, in order.
async fn said(world: &World, thread: ThreadId) -> Vec<String> {
    let messages = world.messages(thread).await;
    messages.into_iter().map(|message| message.text).collect()
}

on_both_databases! {
    async fn each_goes_after_the_answer_before_it_and_sees_it(world: World) {
        world.assistant("one", "obedient").await;
        world.start();
        let thread = world.thread().await;
        world.post(&world.mara, thread, "@one first").await;
        let mut puppet = world.puppet().await;
        let second = queue(&world, &world.mara, thread, "@one second").await;
        queue(&world, &world.mara, thread, "by the way").await;
        queue(&world, &world.mara, thread, "@one third").await;
        assert!(world.stage_is_empty().await);
        puppet.replies("answer to the first");
        let mut puppet = world.puppet().await;
        assert!(puppet.prompt().contains("answer to the first"));
        let messages = world.messages(thread).await;
        let client_ids = world.reader().client_ids(&[messages[2].id]).await.unwrap();
        assert_eq!(client_ids[&messages[2].id], second.to_string());
        assert_eq!(waiting(&world, &world.mara, thread).await.items.len(), 2);
        puppet.replies("answer to the second");
        let mut puppet = world.puppet().await;
        assert!(puppet.prompt().contains("by the way"));
        puppet.replies("answer to the third");
        empty_once(&world, &world.mara, thread).await;
        until("all is said", async || (said(&world, thread).await.len() == 7).then_some(())).await;
        assert_eq!(
            said(&world, thread).await,
            [
                "@one first",
                "answer to the first",
                "@one second",
                "answer to the second",
                "by the way",
                "@one third",
                "answer to the third"
            ]
        );
    }

    async fn a_failure_holds_the_queue_until_one_is_sent(world: World) {
        world.assistant("one", "obedient").await;
        world.start();
        let thread = world.thread().await;
        world.post(&world.mara, thread, "@one first").await;
        let mut puppet = world.puppet().await;
        queue(&world, &world.mara, thread, "@one second").await;
        let third = queue(&world, &world.mara, thread, "@one third").await;
        puppet.ends(Err(BackendError::Protocol("nonsense".into())));
        let held = held_once(&world, &world.mara, thread).await;
        assert_eq!(held, Hold { why: Why::Failed(OutcomeCode::Crashed), until: None });
        // Ahead of the others, whatever holds them.
        let posted = world.engine.send_queued(&world.mara, third).await.unwrap();
        assert_eq!(posted.message.text, "@one third");
        let mut puppet = world.puppet().await;
        assert_eq!(puppet.request.turn, posted.turns[0].id);
        assert!(matches!(
            world.engine.send_queued(&world.mara, third).await,
            Err(ChatError::NotFound("queued message"))
        ));
        puppet.replies("answer to the third");
        let mut puppet = world.puppet().await;
        assert!(puppet.prompt().contains("answer to the third"));
        puppet.replies("answer to the second");
        empty_once(&world, &world.mara, thread).await;
    }

    async fn a_stop_holds_the_queue_and_sending_now_waits_for_nothing(world: World) {
        world.assistant("one", "obedient").await;
        world.start();
        let thread = world.thread().await;
        let turn = world.post(&world.mara, thread, "@one first").await.turns[0].id;
        let _puppet = world.puppet().await;
        let second = queue(&world, &world.mara, thread, "second").await;
        let third = queue(&world, &world.mara, thread, "third").await;
        world.engine.send_queued(&world.mara, third).await.unwrap();
        assert_eq!(said(&world, thread).await, ["@one first", "third"]);
        world.engine.stop_turn(&world.mara, turn).await.unwrap();
        let held = held_once(&world, &world.mara, thread).await;
        assert_eq!(held.why, Why::Stopped);
        world.engine.send_queued(&world.mara, second).await.unwrap();
        assert_eq!(waiting(&world, &world.mara, thread).await, Queue::default());
    }

    async fn a_change_that_was_accepted_is_what_is_posted_however_close_they_come(world: World) {
        let thread = world.thread().await;
        let mara = &world.mara;
        // No dispatcher yet: nothing but the request sends it.
        for n in 0..20 {
            let id = queue(&world, mara, thread, "old words").await;
            let (sent, changed) = tokio::join!(
                world.engine.send_queued(mara, id),
                world.engine.change_queued(mara, id, Some("new words"), None),
            );
            let expected = if changed.is_ok() { "new words" } else { "old words" };
            assert_eq!(sent.unwrap().message.text, expected, "{n}");
        }
        // The same with the dispatcher, which sends it as soon as it sees it.
        world.start();
        for n in 0..20 {
            let before = said(&world, thread).await.len();
            let id = queue(&world, mara, thread, "old words").await;
            let changed = world.engine.change_queued(mara, id, Some("new words"), None).await;
            empty_once(&world, mara, thread).await;
            let expected = if changed.is_ok() { "new words" } else { "old words" };
            assert_eq!(said(&world, thread).await[before], expected, "{n}");
        }
    }

    async fn a_limit_that_resets_lets_the_queue_go_on(world: World) {
        world.assistant("one", "obedient").await;
        world.start();
        let thread = world.thread().await;
        world.post(&world.mara, thread, "@one first").await;
        let mut puppet = world.puppet().await;
        queue(&world, &world.mara, thread, "@one second").await;
        let resets = resets_in(&world, 5_000);
        let limited = Failure::new(OutcomeCode::RateLimited, "no more").retry_at(Some(resets));
        puppet.ends(Err(BackendError::Unavailable(limited)));
        let held = held_once(&world, &world.mara, thread).await;
        assert_eq!(held.until, Some(resets));
        assert!(world.stage_is_empty().await);
        // The clock moves whenever somebody looks at it.
        while world.ids.clock().now() < resets {}
        world.puppet().await.replies("there you are");
        empty_once(&world, &world.mara, thread).await;
    }

    async fn two_peoples_queues_do_not_wait_for_each_other(world: World) {
        world.assistant("one", "obedient").await;
        world.assistant("two", "obedient").await;
        let bob = world.person("bob").await;
        world.start();
        let thread = world.thread().await;
        world.post(&world.mara, thread, "@one first").await;
        let _maras = world.puppet().await;
        queue(&world, &world.mara, thread, "mara waits").await;
        queue(&world, &bob, thread, "@two bob does not").await;
        let mut bobs = world.puppet().await;
        assert_eq!(bobs.request.person, bob.id);
        queue(&world, &bob, thread, "bob waits now").await;
        bobs.ends(Err(BackendError::Protocol("nonsense".into())));
        held_once(&world, &bob, thread).await;
        assert_eq!(waiting(&world, &world.mara, thread).await.held, None);
        assert!(matches!(
            world.engine.take_back_queued(&bob, waiting(&world, &world.mara, thread).await.items[0].id).await,
            Err(ChatError::NotFound("queued message"))
        ));
    }

    async fn what_waits_survives_a_restart_and_goes_once(world: World) {
        world.assistant("one", "obedient").await;
        world.start();
        let thread = world.thread().await;
        world.post(&world.mara, thread, "@one first").await;
        let puppet = world.puppet().await;
        queue(&world, &world.mara, thread, "@one second").await;
        drop(puppet);
        let world = world.restarted(2).await;
        assert_eq!(waiting(&world, &world.mara, thread).await.items.len(), 1);
        world.start();
        // Nothing was done yet, so the first is tried again.
        world.puppet().await.replies("answer to the first");
        world.puppet().await.replies("answer to the second");
        empty_once(&world, &world.mara, thread).await;
        until("all is said", async || (said(&world, thread).await.len() == 4).then_some(())).await;
        assert_eq!(said(&world, thread).await[2], "@one second");
    }

    async fn two_processes_post_what_waits_once(world: World) {
        world.assistant("one", "obedient").await;
        let thread = world.thread().await;
        for n in 0..10 {
            queue(&world, &world.mara, thread, &format!("{n}")).await;
        }
        // The same database under two engines, each with a dispatcher of its own.
        world.start();
        world.start();
        empty_once(&world, &world.mara, thread).await;
        let expected: Vec<_> = (0..10).map(|n| n.to_string()).collect();
        assert_eq!(said(&world, thread).await, expected);
    }

    async fn who_may_not_see_the_thread_any_more_has_nothing_waiting(world: World) {
        world.assistant("one", "obedient").await;
        let bob = world.person("bob").await;
        world.start();
        let thread = world.thread().await;
        world.post(&bob, thread, "@one first").await;
        let mut puppet = world.puppet().await;
        let waits = queue(&world, &bob, thread, "second").await;
        let private = ThreadChange { visibility: Some(Visibility::Private), ..ThreadChange::default() };
        world.engine.change_thread(&world.mara, thread, private).await.unwrap();
        assert!(matches!(
            world.engine.send_queued(&bob, waits).await,
            Err(ChatError::NotFound("thread"))
        ));
        puppet.replies("answer to the first");
        empty_once(&world, &bob, thread).await;
        assert_eq!(said(&world, thread).await, ["@one first", "answer to the first"]);
    }

    async fn what_cannot_be_posted_any_more_holds_the_queue_and_says_so(world: World) {
        let one = world.assistant("one", "obedient").await;
        world.start();
        let thread = world.open_thread(Some("one")).await;
        world.post(&world.mara, thread, "first").await;
        let mut puppet = world.puppet().await;
        let waits = queue(&world, &world.mara, thread, "second").await;
        assert!(world.store.remove_assistant(world.mara.id, one.id).await.unwrap());
        puppet.replies("answer to the first");
        let held = until("the queue is refused", async || {
            let held = waiting(&world, &world.mara, thread).await.held;
            held.filter(|held| held.why == Why::Refused)
        });
        assert_eq!(held.await.until, None);
        let refused = world.engine.send_queued(&world.mara, waits).await;
        assert!(matches!(refused, Err(ChatError::Invalid(_))));
        assert_eq!(waiting(&world, &world.mara, thread).await.items.len(), 1);
    }

    async fn what_could_not_be_posted_now_is_not_queued(world: World) {
        let bob = world.person("bob").await;
        let thread = world.thread().await;
        let private = ThreadChange { visibility: Some(Visibility::Private), ..ThreadChange::default() };
        world.engine.change_thread(&world.mara, thread, private).await.unwrap();
        let refused = |by: &Person, message: Incoming| {
            let (engine, by) = (world.engine.clone(), by.clone());
            async move { engine.enqueue(&by, thread, message).await.unwrap_err() }
        };
        assert!(matches!(refused(&bob, "hi".into()).await, ChatError::NotFound("thread")));
        assert!(matches!(refused(&world.mara, " ".into()).await, ChatError::Invalid(_)));
        let missing = Incoming { attachments: vec![world.ids.make()], ..Incoming::from("hi") };
        assert!(matches!(refused(&world.mara, missing).await, ChatError::NoAttachment(_)));
        let long = "x".repeat(1024 * 1024 + 1);
        assert!(matches!(refused(&world.mara, long.as_str().into()).await, ChatError::TooLong));
        assert_eq!(waiting(&world, &world.mara, thread).await, Queue::default());
    }
}

fn resets_in(world: &World, millis: i64) -> switchboard_model::Millis {
    switchboard_model::Millis(world.ids.clock().now().0 + millis)
}
