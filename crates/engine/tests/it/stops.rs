//! Turns that are cut short: by a person, by their own backend, by too much of it, by a lost fence.

use switchboard_engine::{
    TurnError,
    backend::{BackendError, Stop},
    turn_io::LeaseLost,
};
use switchboard_model::{
    item::{ITEM_TEXT_LIMIT, ItemStatus},
    outcome::{Failure, OutcomeCode},
    person::Role,
    turn::TurnState,
};
use switchboard_store::NewPerson;

use crate::world::{World, is_running};

on_both_databases! {
    async fn a_stop_ends_the_turn_as_cancelled_and_keeps_its_text(world: World) {
        world.assistant("one", "obedient").await;
        world.start();
        let (turn, puppet) = world.asked("@one hello").await;
        puppet.say("text", "so far").await.unwrap();
        let stopping = world.engine.stop_turn(&world.mara, turn).await.unwrap();
        assert!(stopping.stop_wanted);
        assert_eq!(puppet.told_to_stop().await, Stop::Gently);
        let ended = world.ended(turn).await;
        assert_eq!(ended.state, TurnState::Cancelled);
        let items = world.items(turn).await;
        assert_eq!((items[0].text.as_str(), items[0].status), ("so far", ItemStatus::Cut));
        let again = world.engine.stop_turn(&world.mara, turn).await;
        assert!(matches!(again, Err(TurnError::Ended(_))), "{again:?}");
    }

    async fn a_stop_wins_over_an_answer_that_comes_later(world: World) {
        world.assistant("one", "deaf").await;
        world.start();
        let (turn, mut puppet) = world.asked("@one hello").await;
        world.engine.stop_turn(&world.mara, turn).await.unwrap();
        puppet.told_to_stop().await;
        puppet.replies("too late");
        let ended = world.ended(turn).await;
        assert_eq!(ended.state, TurnState::Cancelled);
        assert!(world.replies(ended.thread).await.is_empty());
    }

    async fn a_stop_that_only_the_database_knows_is_noticed(world: World) {
        world.assistant("one", "obedient").await;
        world.start();
        let (turn, puppet) = world.asked("@one hello").await;
        world.store.request_stop(turn).await.unwrap();
        assert_eq!(puppet.told_to_stop().await, Stop::Gently);
        assert_eq!(world.ended(turn).await.state, TurnState::Cancelled);
    }

    async fn a_turn_that_waits_is_cancelled_without_ever_running(world: World) {
        world.assistant("one", "obedient").await;
        let turn = world.ask("@one hello").await;
        let stopped = world.engine.stop_turn(&world.mara, turn).await.unwrap();
        assert_eq!(stopped.state, TurnState::Cancelled);
        world.start();
        let (_, _next) = world.asked("@one hello again").await;
        assert!(world.stage_is_empty().await);
    }

    async fn a_backend_that_ignores_a_stop_is_dropped_after_the_grace(world: World) {
        world.assistant("one", "deaf").await;
        world.start();
        let (turn, mut puppet) = world.asked("@one hello").await;
        world.engine.stop_turn(&world.mara, turn).await.unwrap();
        puppet.gone().await;
        assert_eq!(world.ended(turn).await.state, TurnState::Cancelled);
    }

    async fn what_runs_in_a_deleted_thread_is_stopped(world: World) {
        world.assistant("one", "obedient").await;
        world.start();
        let thread = world.thread().await;
        world.post(&world.mara, thread, "@one hello").await;
        let mut puppet = world.puppet().await;
        world.engine.delete_thread(&world.mara, thread).await.unwrap();
        puppet.gone().await;
        assert!(world.messages(thread).await.is_empty());
    }

    async fn what_a_removed_person_asked_for_is_stopped_and_nothing_of_theirs_starts(world: World) {
        world.assistant("one", "obedient").await;
        world.start();
        let new = NewPerson { handle: "ada".into(), name: "Ada".into(), role: Role::Admin };
        let (ada, bob) = (world.store.add_person(new).await.unwrap(), world.person("bob").await);
        let thread = world.thread().await;
        let running = world.post(&bob, thread, "@one hello").await.turns.remove(0);
        let mut puppet = world.puppet().await;
        let waiting = world.post(&bob, thread, "@one and then?").await.turns.remove(0);
        world.engine.remove_person(&ada, bob.id).await.unwrap();
        puppet.gone().await;
        for turn in [running, waiting] {
            assert_eq!(world.ended(turn.id).await.state, TurnState::Cancelled);
        }
        // On its way while they were removed.
        let late = world.post(&bob, thread, "@one still there?").await.turns.remove(0);
        assert_eq!(world.failed(late.id).await.0, OutcomeCode::AssistantNotAllowed);
        assert!(world.stage_is_empty().await);
    }

    async fn a_panic_in_a_backend_is_the_crash_of_that_turn_alone(world: World) {
        world.assistant("one", "obedient").await;
        world.assistant("two", "rash").await;
        world.start();
        let (other, mut goes_on) = world.asked("@one hello").await;
        let (late, mut puppet) = world.asked("@one hello").await;
        puppet.panics();
        let early = world.ask("@two hello").await;
        assert_eq!(world.failed(late).await.0, OutcomeCode::Crashed);
        assert_eq!(world.failed(early).await.0, OutcomeCode::Crashed);
        goes_on.replies("still here");
        world.done(other).await;
    }

    async fn every_way_a_backend_fails_is_the_failure_that_people_see(world: World) {
        world.assistant("one", "obedient").await;
        world.start();
        let failure = |code| Failure::new(code, "as it says").detail("the last words");
        for (error, code) in [
            (BackendError::LoginRequired(failure(OutcomeCode::NotSignedIn)), OutcomeCode::NotSignedIn),
            (BackendError::Unavailable(failure(OutcomeCode::RateLimited)), OutcomeCode::RateLimited),
            (BackendError::Rejected(failure(OutcomeCode::UpstreamFailed)), OutcomeCode::UpstreamFailed),
            (BackendError::Protocol("nonsense".into()), OutcomeCode::Crashed),
            (
                BackendError::Crashed { status: "exit 3".into(), stderr_tail: "oh".into() },
                OutcomeCode::Crashed,
            ),
            (BackendError::Interrupted, OutcomeCode::Crashed),
            (BackendError::Unsupported, OutcomeCode::AssistantUnavailable),
        ] {
            let (turn, mut puppet) = world.asked("@one hello").await;
            puppet.say("text", "partial").await.unwrap();
            let expected = error.clone().into_failure();
            puppet.ends(Err(error));
            let ended = world.ended(turn).await;
            assert_eq!(ended.state.failure(), Some(&expected));
            assert_eq!(expected.code, code);
            assert_eq!(world.items(turn).await[0].text, "partial");
            assert!(world.replies(ended.thread).await.is_empty());
        }
    }

    async fn a_flood_of_text_ends_the_turn(world: World) {
        world.assistant("one", "obedient").await;
        world.start();
        let (turn, puppet) = world.asked("@one hello").await;
        let flood = "x".repeat(ITEM_TEXT_LIMIT);
        for n in 0..100 {
            if puppet.say(&n.to_string(), &flood).await.is_err() {
                break;
            }
        }
        assert_eq!(world.failed(turn).await.0, OutcomeCode::TooMuchOutput);
    }

    async fn a_lost_fence_ends_the_work_without_writing(world: World) {
        world.assistant("one", "deaf").await;
        world.start();
        let (turn, mut puppet) = world.asked("@one hello").await;
        let TurnState::Running { fence, .. } = world.turn(turn).await.state else {
            panic!("it runs");
        };
        // As whoever took us for dead would do.
        assert!(world.store.revert(turn, fence).await.unwrap());
        assert_eq!(puppet.told_to_stop().await, Stop::Now);
        let mut next = world.puppet().await;
        assert_eq!(next.request.turn, turn);
        let _ = puppet.say("text", "of the zombie").await;
        puppet.replies("of the zombie");
        puppet.gone().await;
        assert!(is_running(&world.turn(turn).await));
        next.replies("the answer");
        let ended = world.done(turn).await;
        assert_eq!(world.replies(ended.thread).await, ["the answer"]);
        assert!(world.items(turn).await.is_empty());
    }

    async fn a_backend_that_ignores_a_lost_fence_is_dropped_after_the_grace(world: World) {
        world.assistant("one", "deaf").await;
        world.start();
        let (turn, mut puppet) = world.asked("@one hello").await;
        let TurnState::Running { fence, .. } = world.turn(turn).await.state else {
            panic!("it runs");
        };
        let failure = Failure::new(OutcomeCode::Abandoned, "as another process says");
        assert!(world.store.abandon(turn, fence, failure.clone()).await.unwrap());
        puppet.gone().await;
        assert_eq!(world.turn(turn).await.state, TurnState::Abandoned(failure));
    }

    async fn what_is_reported_after_the_end_is_dropped(world: World) {
        world.assistant("one", "obedient").await;
        world.start();
        let (turn, mut puppet) = world.asked("@one hello").await;
        puppet.say("text", "in time").await.unwrap();
        puppet.replies("in time");
        puppet.gone().await;
        world.done(turn).await;
        assert_eq!(puppet.say("text", " and late").await, Err(LeaseLost));
        assert_eq!(puppet.asks("late").await.unwrap(), Err(LeaseLost));
        assert_eq!(puppet.told_to_stop().await, Stop::Now);
        let items = world.items(turn).await;
        assert_eq!((items[0].text.as_str(), items[0].status), ("in time", ItemStatus::Done));
    }

    async fn a_backend_that_lets_go_of_its_end_may_still_answer(world: World) {
        world.assistant("one", "aloof").await;
        world.start();
        let (turn, mut puppet) = world.asked("@one hello").await;
        puppet.replies("without a word in between");
        world.done(turn).await;
    }
}
