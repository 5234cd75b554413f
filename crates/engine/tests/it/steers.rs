//! Words sent into a running turn: never lost, never sent twice.

use switchboard_model::{
    TurnId,
    steer::{Steer, SteerState},
};
use switchboard_testkit::until;
use tokio::time::timeout;

use crate::{
    puppet::{PATIENCE, Puppet},
    world::World,
};

async fn add(world: &World, turn: TurnId, text: &str) -> Steer {
    let added = world
        .store
        .add_steer(turn, world.mara.id, text.into())
        .await;
    added.unwrap().unwrap()
}

async fn next(puppet: &Puppet) -> Steer {
    timeout(PATIENCE, puppet.io.next_steer())
        .await
        .unwrap()
        .unwrap()
}

async fn states_once(world: &World, turn: TurnId, states: &[SteerState]) {
    until("the steers are as wanted", async || {
        let steers = world.reader().steers(turn).await.unwrap();
        let now: Vec<_> = steers.iter().map(|steer| steer.state).collect();
        (now == states).then_some(())
    })
    .await;
}

on_both_databases! {
    async fn steers_arrive_in_order_and_end_as_the_backend_says(world: World) {
        world.assistant("one", "obedient").await;
        world.start();
        let (turn, mut puppet) = world.asked("@one hello").await;
        add(&world, turn, "shorter").await;
        let first = next(&puppet).await;
        assert_eq!((first.text.as_str(), first.state), ("shorter", SteerState::Sent));
        let waiting = {
            let io = puppet.io.clone();
            tokio::spawn(async move { io.next_steer().await })
        };
        add(&world, turn, "in German").await;
        let second = timeout(PATIENCE, waiting).await.unwrap().unwrap().unwrap();
        assert_eq!(second.text, "in German");
        puppet.io.settle_steer(first.id, SteerState::Taken).await.unwrap();
        puppet.io.settle_steer(second.id, SteerState::Refused).await.unwrap();
        states_once(&world, turn, &[SteerState::Taken, SteerState::Refused]).await;
        // Said twice, it changes nothing and costs nothing.
        puppet.io.settle_steer(first.id, SteerState::Refused).await.unwrap();
        puppet.replies("done");
        world.done(turn).await;
        states_once(&world, turn, &[SteerState::Taken, SteerState::Refused]).await;
    }

    async fn a_steer_that_nobody_confirmed_is_unsure_at_the_end(world: World) {
        world.assistant("one", "obedient").await;
        world.start();
        let (turn, mut puppet) = world.asked("@one hello").await;
        add(&world, turn, "shorter").await;
        next(&puppet).await;
        puppet.replies("done");
        world.done(turn).await;
        states_once(&world, turn, &[SteerState::Unsure]).await;
    }

    async fn a_steer_that_nobody_asked_for_becomes_its_authors_next_message(world: World) {
        world.assistant("one", "obedient").await;
        world.start();
        let (turn, mut puppet) = world.asked("@one hello").await;
        add(&world, turn, "shorter").await;
        puppet.replies("done");
        world.done(turn).await;
        states_once(&world, turn, &[SteerState::Refused]).await;
        let next = world.puppet().await;
        assert!(next.prompt().ends_with("@one shorter"), "{}", next.prompt());
    }

    async fn a_request_that_was_dropped_takes_no_steer_from_the_next(world: World) {
        world.assistant("one", "obedient").await;
        world.start();
        let (turn, mut puppet) = world.asked("@one hello").await;
        for _ in 0..10 {
            // Polled once, so that the request is on its way, and dropped.
            tokio::select! {
                biased;
                steer = puppet.io.next_steer() => panic!("{steer:?}"),
                () = std::future::ready(()) => {}
            }
        }
        for text in ["a", "b", "c"] {
            add(&world, turn, text).await;
        }
        for text in ["a", "b", "c"] {
            let steer = next(&puppet).await;
            assert_eq!(steer.text, text);
            puppet.io.settle_steer(steer.id, SteerState::Taken).await.unwrap();
        }
        puppet.replies("done");
        world.done(turn).await;
        states_once(&world, turn, &[SteerState::Taken; 3]).await;
    }
}
