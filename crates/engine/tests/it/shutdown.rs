//! How a process ends: gently, or at once.

use std::time::Duration;

use switchboard_engine::{Settings, backend::Stop};
use switchboard_model::item::ItemStatus;

use crate::{
    puppet::PATIENCE,
    world::{ROOMY, World, is_queued, is_running},
};

on_both_databases! {
    async fn a_soft_shutdown_claims_nothing_and_lets_a_turn_finish(world: World) {
        world.assistant("one", "obedient").await;
        world.start();
        let (turn, mut puppet) = world.asked("@one hello").await;
        let supervisor = world.supervisor.clone();
        let shutdown = tokio::spawn(async move { supervisor.shutdown(PATIENCE).await });
        world.supervisor.soft().cancelled().await;
        let next = world.ask("@one hello again").await;
        puppet.say("text", "goes on").await.unwrap();
        puppet.replies("goes on to its end");
        shutdown.await.unwrap();
        world.done(turn).await;
        assert!(is_queued(&world.turn(next).await));
        assert!(world.stage_is_empty().await);
    }

    async fn a_hard_shutdown_leaves_a_turn_to_recovery(world: World) {
        world.assistant("one", "obedient").await;
        world.start();
        let (turn, puppet) = world.asked("@one hello").await;
        puppet.say("text", "so far").await.unwrap();
        world.supervisor.shutdown(Duration::ZERO).await;
        assert_eq!(puppet.told_to_stop().await, Stop::Now);
        assert!(is_running(&world.turn(turn).await));
        assert_eq!(world.items(turn).await[0].text, "so far");

        let world = world.restarted(2).await;
        world.start();
        let mut puppet = world.puppet().await;
        assert_eq!(puppet.request.turn, turn);
        puppet.replies("hi");
        world.done(turn).await;
    }

    async fn an_answer_that_comes_in_the_last_moment_counts(world: World) {
        world.assistant("one", "deaf").await;
        world.start_with(Settings { stop_grace: PATIENCE, ..ROOMY });
        let (turn, mut puppet) = world.asked("@one hello").await;
        puppet.runs_command("c", ItemStatus::Done).await;
        let supervisor = world.supervisor.clone();
        let shutdown = tokio::spawn(async move { supervisor.shutdown(Duration::ZERO).await });
        assert_eq!(puppet.told_to_stop().await, Stop::Now);
        puppet.replies("just in time");
        shutdown.await.unwrap();
        let ended = world.done(turn).await;
        assert_eq!(world.replies(ended.thread).await, ["just in time"]);
    }

    async fn a_deaf_backend_does_not_keep_a_process_alive(world: World) {
        world.assistant("one", "deaf").await;
        world.start();
        let (turn, mut puppet) = world.asked("@one hello").await;
        world.supervisor.shutdown(Duration::ZERO).await;
        puppet.gone().await;
        assert!(is_running(&world.turn(turn).await), "its process may have done anything");
    }
}
