//! Who is answered, how often, in which order, and from what.

use switchboard_engine::Incoming;
use switchboard_model::turn::TurnState;
use switchboard_store::AuditFilter;

use crate::world::{World, is_queued, is_running};

on_both_databases! {
    async fn a_mention_is_answered_once(world: World) {
        world.assistant("one", "obedient").await;
        world.start();
        let thread = world.thread().await;
        let posted = world.post(&world.mara, thread, "@one what is 2+2?").await;
        let mut puppet = world.puppet().await;
        assert_eq!(puppet.request.turn, posted.turns[0].id);
        assert_eq!(puppet.prompt().matches("what is 2+2?").count(), 1);
        puppet.replies("4");

        let turn = world.done(posted.turns[0].id).await;
        assert_eq!(turn.runs_on.as_deref(), Some("MARA's plan"));
        assert_eq!(world.replies(thread).await, ["4"]);
        assert!(world.reader().open_turns(thread).await.unwrap().is_empty());
    }

    async fn the_audit_names_the_turn_before_the_backend_has_it(world: World) {
        world.assistant("one", "obedient").await;
        world.start();
        let (turn, _puppet) = world.asked("@one hello").await;
        let (audits, _) = world.reader().audits(AuditFilter::default(), 10).await.unwrap();
        assert!(audits.iter().any(|a| a.action == "turn.start" && a.object.contains(&turn.to_string())));
    }

    async fn a_post_that_is_sent_again_is_answered_once(world: World) {
        world.assistant("one", "obedient").await;
        world.start();
        let thread = world.thread().await;
        let post = || {
            let hello = Incoming { client_id: Some("c1".into()), ..Incoming::from("@one hello") };
            world.engine.post(&world.mara, thread, hello)
        };
        let first = post().await.unwrap();
        world.puppet().await.replies("hi");
        world.done(first.turns[0].id).await;
        let again = post().await.unwrap();
        assert!(again.repeated);
        assert_eq!(again.turns[0].id, first.turns[0].id);
        assert_eq!(world.replies(thread).await, ["hi"]);
    }

    async fn two_assistants_answer_side_by_side(world: World) {
        world.assistant("one", "obedient").await;
        world.assistant("two", "obedient").await;
        world.start();
        let thread = world.thread().await;
        let posted = world.post(&world.mara, thread, "@one @two hello").await;
        let (mut a, mut b) = (world.puppet().await, world.puppet().await);
        assert_ne!(a.request.assistant, b.request.assistant);
        b.replies("b");
        a.replies("a");
        for turn in posted.turns {
            world.done(turn.id).await;
        }
        let mut replies = world.replies(thread).await;
        replies.sort();
        assert_eq!(replies, ["a", "b"]);
    }

    async fn assistants_asked_together_read_the_same_snapshot(world: World) {
        world.assistant("one", "obedient").await;
        world.assistant("two", "obedient").await;
        // One after the other, so that the second starts with the first's reply in the thread.
        world.start_with(switchboard_engine::Settings { per_person: 1, ..crate::world::ROOMY });
        let thread = world.thread().await;
        world.post(&world.mara, thread, "before").await;
        let posted = world.post(&world.mara, thread, "@one @two hello").await;
        world.puppet().await.replies("SECRET OF THE FIRST");
        let mut second = world.puppet().await;
        assert!(second.prompt().contains("before") && second.prompt().contains("hello"));
        assert!(!second.prompt().contains("SECRET"), "{}", second.prompt());
        second.replies("hi");
        for turn in posted.turns {
            world.done(turn.id).await;
        }
    }

    async fn messages_to_one_assistant_in_one_thread_are_answered_in_order(world: World) {
        world.assistant("one", "obedient").await;
        world.assistant("two", "obedient").await;
        world.start();
        let thread = world.thread().await;
        let mut turns = Vec::new();
        for n in 1..=3 {
            let posted = world.post(&world.mara, thread, &format!("@one question {n}")).await;
            turns.push(posted.turns[0].id);
        }
        let mut first = world.puppet().await;
        // Whatever could start has started once a later mention of somebody else runs.
        let (_, _other) = world.asked("@two hello").await;
        assert!(is_running(&world.turn(turns[0]).await));
        assert!(is_queued(&world.turn(turns[1]).await) && is_queued(&world.turn(turns[2]).await));
        first.replies("answer 1");
        for n in 2..=3 {
            let mut puppet = world.puppet().await;
            assert_eq!(puppet.request.turn, turns[n - 1]);
            puppet.replies(&format!("answer {n}"));
        }
        world.done(turns[2]).await;
        assert_eq!(world.replies(thread).await, ["answer 1", "answer 2", "answer 3"]);
    }

    async fn what_assistants_write_owes_nobody_an_answer(world: World) {
        world.assistant("one", "obedient").await;
        world.assistant("two", "obedient").await;
        world.start();
        let thread = world.thread().await;
        let posted = world.post(&world.mara, thread, "@one hello").await;
        world.puppet().await.replies("@two and @one, what do you think?");
        world.done(posted.turns[0].id).await;
        assert!(world.reader().open_turns(thread).await.unwrap().is_empty());
        assert_eq!(world.messages(thread).await.len(), 2);
    }

    async fn a_direct_thread_answers_every_message(world: World) {
        world.assistant("one", "obedient").await;
        world.start();
        let thread = world.open_thread(Some("@one")).await;
        for text in ["hello", "and again", "@one by name"] {
            let posted = world.post(&world.mara, thread, text).await;
            assert_eq!(posted.turns.len(), 1, "{text}");
            world.puppet().await.replies(text);
            world.done(posted.turns[0].id).await;
        }
        assert_eq!(world.replies(thread).await, ["hello", "and again", "@one by name"]);
    }

    async fn a_message_that_names_nobody_is_answered_by_nobody(world: World) {
        world.assistant("one", "obedient").await;
        let thread = world.thread().await;
        for text in ["hello", "mail one@one.example", "`@one`", "@nobody hello"] {
            assert!(world.post(&world.mara, thread, text).await.turns.is_empty(), "{text}");
        }
    }

    async fn a_retry_is_a_new_attempt_in_the_name_of_who_asked_for_it(world: World) {
        world.assistant("one", "obedient").await;
        let bob = world.person("bob").await;
        world.start();
        let (turn, mut puppet) = world.asked("@one hello").await;
        puppet.replies("  ");
        assert_eq!(world.failed(turn).await.0.as_str(), "empty_reply");
        let again = world.engine.retry_turn(&bob, turn).await.unwrap();
        assert_eq!((again.attempt, again.person), (2, bob.id));
        let mut puppet = world.puppet().await;
        assert_eq!((puppet.request.turn, puppet.request.attempt), (again.id, 2));
        puppet.replies("hi");
        let done = world.done(again.id).await;
        assert_eq!(world.replies(done.thread).await, ["hi"]);
        let refused = world.engine.retry_turn(&bob, turn).await;
        assert!(matches!(refused, Err(switchboard_engine::TurnError::NotRetryable)), "{refused:?}");
        assert!(matches!(world.turn(turn).await.state, TurnState::Failed(_)));
    }
}
