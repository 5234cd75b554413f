//! How much runs at once: per person, per login, per process.

use std::collections::HashSet;

use switchboard_engine::Settings;
use switchboard_model::{
    TurnId,
    room::{Line, Room, Taken, Waits},
};

use crate::{
    puppet::Puppet,
    world::{ROOMY, World, is_queued},
};

fn turns(puppets: &[Puppet]) -> HashSet<TurnId> {
    puppets.iter().map(|puppet| puppet.request.turn).collect()
}

on_both_databases! {
    async fn one_person_has_two_running_turns_and_starves_nobody(world: World) {
        world.assistant("one", "obedient").await;
        let bob = world.person("bob").await;
        world.start_with(Settings { per_person: 2, ..ROOMY });
        let mut maras = Vec::new();
        for _ in 0..5 {
            maras.push(world.ask("@one hello").await);
        }
        let mut running = vec![world.puppet().await, world.puppet().await];
        assert_eq!(turns(&running), HashSet::from([maras[0], maras[1]]));
        let thread = world.thread().await;
        let bobs = world.post(&bob, thread, "@one hello").await.turns[0].id;
        assert_eq!(world.puppet().await.request.turn, bobs, "bob does not wait for mara");
        for turn in &maras[2..] {
            let turn = world.turn(*turn).await;
            assert!(is_queued(&turn));
            let waits = world.engine.line(&turn).await.unwrap().unwrap().waits;
            assert_eq!(waits, Some(Waits { room: Room::Person, taken: Taken::Work, turns: 2 }));
        }
        for next in &maras[2..] {
            running.remove(0).replies("done");
            running.push(world.puppet().await);
            assert_eq!(running[1].request.turn, *next);
        }
    }

    async fn one_login_runs_so_many_turns_whoever_asks(world: World) {
        world.assistant("one", "obedient").await;
        world.assistant("two", "obedient").await;
        let bob = world.person("bob").await;
        world.assistant_of(&bob, "bobs", "obedient").await;
        world.start_with(Settings { per_login: 2, ..ROOMY });
        let thread = world.thread().await;
        let waiting = async |by, text| world.post(by, thread, text).await.turns[0].id;
        let first = waiting(&world.mara, "@one hello").await;
        let second = waiting(&bob, "@two hello").await;
        let mut running = vec![world.puppet().await, world.puppet().await];
        assert_eq!(turns(&running), HashSet::from([first, second]));
        // Another thread, so that only the login is in the way.
        let third = world.ask("@one hello").await;
        let others = waiting(&bob, "@bobs hello").await;
        assert_eq!(world.puppet().await.request.turn, others, "another login");
        let queued = world.turn(third).await;
        assert!(is_queued(&queued));
        let waits = world.engine.line(&queued).await.unwrap().unwrap().waits;
        assert_eq!(waits, Some(Waits { room: Room::Login, taken: Taken::Work, turns: 2 }));
        running.remove(0).replies("done");
        assert_eq!(world.puppet().await.request.turn, third);
    }

    async fn a_process_runs_so_many_turns_in_all(world: World) {
        world.assistant("one", "obedient").await;
        world.start_with(Settings { most: 1, ..ROOMY });
        let first = world.ask("@one hello").await;
        let mut puppet = world.puppet().await;
        assert_eq!(puppet.request.turn, first);
        let second = world.ask("@one hello").await;
        let waits = Waits { room: Room::Server, taken: Taken::Work, turns: 1 };
        let line = world.engine.line(&world.turn(second).await).await.unwrap();
        assert_eq!(line, Some(Line { before: 0, waits: Some(waits) }));
        assert_eq!(world.engine.line(&world.turn(first).await).await.unwrap(), None);
        puppet.replies("done");
        world.done(first).await;
        assert_eq!(world.puppet().await.request.turn, second);
    }
}
