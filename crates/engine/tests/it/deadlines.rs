//! How long a turn may take, and what does not count.

use switchboard_engine::backend::Stop;
use switchboard_model::{item::ItemStatus, outcome::OutcomeCode};

use crate::{
    puppet::decision,
    world::{World, is_running},
};

/// So long that it never passes in a test.
const NEVER: u64 = 3_600_000;

on_both_databases! {
    async fn a_turn_that_takes_too_long_is_timed_out_with_its_text_kept(world: World) {
        world.hurried("one", "obedient", 1_500, NEVER).await;
        world.start();
        let (turn, puppet) = world.asked("@one hello").await;
        puppet.say("text", "so far").await.unwrap();
        assert_eq!(puppet.told_to_stop().await, Stop::Deadline);
        let (code, message) = world.failed(turn).await;
        assert_eq!(code, OutcomeCode::TimedOut);
        assert!(message.contains("did not finish"), "{message}");
        assert_eq!(world.items(turn).await[0].text, "so far");
    }

    async fn a_direct_thread_has_a_deadline_of_its_own(world: World) {
        world.hurried("one", "obedient", 200, NEVER).await;
        world.start();
        let direct = world.open_thread(Some("one")).await;
        world.post(&world.mara, direct, "hello").await;
        let mut patient = world.puppet().await;
        let (hurried, _puppet) = world.asked("@one hello").await;
        world.failed(hurried).await;
        patient.replies("no hurry");
        world.done(patient.request.turn).await;
    }

    async fn silence_is_timed_out(world: World) {
        world.hurried("one", "obedient", NEVER, 1_000).await;
        world.start();
        let (turn, _puppet) = world.asked("@one hello").await;
        let (code, message) = world.failed(turn).await;
        assert_eq!(code, OutcomeCode::TimedOut);
        assert!(message.contains("no sign of life"), "{message}");
    }

    async fn silence_while_a_command_is_open_is_work(world: World) {
        world.hurried("one", "obedient", 3_000, 1_000).await;
        world.start();
        let (turn, puppet) = world.asked("@one hello").await;
        puppet.runs_command("c", ItemStatus::Open).await;
        let (_, message) = world.failed(turn).await;
        assert!(message.contains("did not finish"), "only the total deadline counts: {message}");
        assert_eq!(world.items(turn).await[0].status, ItemStatus::Cut);
    }

    async fn silence_counts_again_once_the_command_ended(world: World) {
        world.hurried("one", "obedient", NEVER, 1_000).await;
        world.start();
        let (turn, puppet) = world.asked("@one hello").await;
        puppet.runs_command("c", ItemStatus::Open).await;
        puppet.runs_command("c", ItemStatus::Done).await;
        assert_eq!(world.failed(turn).await.0, OutcomeCode::TimedOut);
    }

    async fn the_clock_stands_still_while_a_question_waits(world: World) {
        world.hurried("one", "obedient", 2_000, 2_000).await;
        world.hurried("two", "obedient", 2_500, NEVER).await;
        world.start();
        let (asking, mut puppet) = world.asked("@one hello").await;
        let answer = puppet.asks("q");
        let question = world.question_once(asking, |_| true).await;
        // A turn that begins later and may take longer is over before anything happens to this one.
        let (clock, _puppet) = world.asked("@two hello").await;
        assert_eq!(world.failed(clock).await.0, OutcomeCode::TimedOut);
        assert!(is_running(&world.turn(asking).await));
        world.engine.decide(&world.mara, question.id, decision("accept")).await.unwrap();
        assert_eq!(answer.await.unwrap(), Ok(decision("accept")));
        puppet.replies("thanks");
        world.done(asking).await;
    }

    async fn the_clock_goes_on_once_the_question_is_answered(world: World) {
        world.hurried("one", "obedient", 2_000, NEVER).await;
        world.start();
        let (turn, puppet) = world.asked("@one hello").await;
        let answer = puppet.asks("q");
        let question = world.question_once(turn, |_| true).await;
        world.engine.decide(&world.mara, question.id, decision("decline")).await.unwrap();
        answer.await.unwrap().unwrap();
        assert_eq!(world.failed(turn).await.0, OutcomeCode::TimedOut);
    }

    async fn a_backend_that_ignores_its_deadline_is_dropped_after_the_grace(world: World) {
        world.hurried("one", "deaf", 200, NEVER).await;
        world.start();
        let (turn, mut puppet) = world.asked("@one hello").await;
        puppet.gone().await;
        assert_eq!(world.failed(turn).await.0, OutcomeCode::TimedOut);
    }
}
