//! Detached turns: one process's from the beginning, told apart from what a server runs, and ended as their folder says.

use switchboard_model::{
    PersonId, ThreadId, TurnId,
    detached::{Detached, KeptIn},
    outcome::OutcomeCode,
    turn::{Outcome, Turn, TurnEvent, TurnState},
};
use switchboard_store::{Addressed, NewDetached, Own, Post, PostDetached};

use crate::world::{World, failure, post, private_thread, stored};

/// Posts a turn of this instance's own, in a new thread unless one is given.
async fn detached(
    world: &World,
    by: PersonId,
    to: switchboard_model::AssistantId,
    (thread, instance): (Option<ThreadId>, &str),
) -> Turn {
    let own = NewDetached {
        turn: world.store.ids().make(),
        instance: instance.to_owned(),
        detached: Detached {
            timeout: Some(7),
            session: Some(KeptIn {
                home: "codex/own".into(),
                session: "s-1".into(),
            }),
            ..Detached::default()
        },
    };
    let place = thread.unwrap_or_else(|| world.store.ids().make());
    let post = Post {
        addressed: vec![Addressed {
            assistant: to,
            refused: None,
            detached: Some(own.clone()),
        }],
        ..post(place, by, "do it", &[])
    };
    let mut open = private_thread(by);
    open.assistant = Some(to);
    let new = PostDetached {
        open: thread.is_none().then_some(open),
        post,
    };
    let posted = world.store.post_detached(new).await.unwrap();
    assert_eq!(posted.turns[0].id, own.turn);
    posted.turns[0].clone()
}

async fn own(world: &World, turn: TurnId, instance: &str) -> Own {
    world.store.claim_own(turn, instance).await.unwrap()
}

on_both_databases! {
    async fn a_detached_turn_is_claimed_by_its_own_process_and_nobody_else(world: World) {
        let mara = world.person("mara").await;
        let helper = world.assistant("helper", mara).await;
        let turn = detached(&world, mara, helper, (None, "one")).await;
        assert!(turn.detached);
        assert!(world.claim().await.is_none(), "a server took it");
        assert!(matches!(own(&world, turn.id, "two").await, Own::Gone));
        let Own::Claimed(claimed) = own(&world, turn.id, "one").await else { panic!("not claimed") };
        assert_eq!(claimed.detached.as_ref().unwrap().timeout, Some(7));
        assert_eq!(claimed.message.text, "do it");
        assert_eq!(claimed.thread.assistant, Some(helper));
        assert!(matches!(own(&world, turn.id, "one").await, Own::Ended(_)), "claimed twice");
    }

    async fn turns_of_one_thread_follow_each_other_and_a_server_waits_for_them_too(world: World) {
        let mara = world.person("mara").await;
        let helper = world.assistant("helper", mara).await;
        let first = detached(&world, mara, helper, (None, "one")).await;
        let second = detached(&world, mara, helper, (Some(first.thread), "two")).await;
        let served = world.ask(first.thread, mara, helper).await;
        assert!(matches!(own(&world, second.id, "two").await, Own::Waits));
        let Own::Claimed(claimed) = own(&world, first.id, "one").await else { panic!("not claimed") };
        assert!(matches!(own(&world, second.id, "two").await, Own::Waits));
        assert!(world.claim().await.is_none(), "the thread is busy");
        world.reply(&claimed, "4").await;
        assert!(matches!(own(&world, second.id, "two").await, Own::Claimed(_)));
        let ended = TurnEvent::Ended(Outcome::Replied { text: "5".into() });
        stored(world.store.end_detached(second.id, ended).await.unwrap());
        assert_eq!(world.claim().await.unwrap().turn.id, served.id);
    }

    async fn a_session_is_wanted_from_other_processes_until_its_turn_has_ended(world: World) {
        let mara = world.person("mara").await;
        let helper = world.assistant("helper", mara).await;
        let turn = detached(&world, mara, helper, (None, "one")).await;
        let wanted = async |instance: &str| world.reader().wanted_sessions(instance).await.unwrap();
        assert_eq!(wanted("one").await, []);
        let found = wanted("server").await;
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].session.session, "s-1");
        assert!(matches!(own(&world, turn.id, "one").await, Own::Claimed(_)));
        assert_eq!(wanted("server").await, found, "its own program may not have it yet");
        let ended = TurnEvent::Ended(Outcome::Replied { text: "5".into() });
        stored(world.store.end_detached(turn.id, ended).await.unwrap());
        assert_eq!(wanted("server").await, []);
    }

    async fn detached_turns_use_up_nobodys_share_of_a_server(world: World) {
        let mara = world.person("mara").await;
        let helper = world.assistant("helper", mara).await;
        for n in 0..3 {
            let instance = format!("worker {n}");
            let turn = detached(&world, mara, helper, (None, &instance)).await;
            assert!(matches!(own(&world, turn.id, &instance).await, Own::Claimed(_)));
        }
        let thread = world.thread(mara).await;
        world.ask(thread, mara, helper).await;
        let rules = switchboard_model::room::Caps { per_login: 1, per_person: 1 };
        assert!(world.store.claim("server", rules).await.unwrap().is_some());
    }

    async fn what_the_folder_says_outranks_a_stop_that_came_late(world: World) {
        let mara = world.person("mara").await;
        let helper = world.assistant("helper", mara).await;
        let turn = detached(&world, mara, helper, (None, "one")).await;
        assert!(matches!(own(&world, turn.id, "one").await, Own::Claimed(_)));
        world.store.request_stop(turn.id).await.unwrap();
        let told = TurnEvent::Ended(Outcome::Replied { text: "4".into() });
        let ended = stored(world.store.end_detached(turn.id, told.clone()).await.unwrap());
        assert_eq!(ended.state, TurnState::Done);
        // Told twice is told once.
        let again = world.store.end_detached(turn.id, told).await.unwrap();
        assert_eq!(again, switchboard_store::Finished::Zombie);
    }

    async fn one_that_never_ran_is_stopped_or_given_up(world: World) {
        let mara = world.person("mara").await;
        let helper = world.assistant("helper", mara).await;
        let stopped = detached(&world, mara, helper, (None, "one")).await;
        let ended = world.store.request_stop(stopped.id).await.unwrap();
        assert_eq!(ended.state, TurnState::Cancelled);
        assert!(matches!(own(&world, stopped.id, "one").await, Own::Ended(_)));
        let dead = detached(&world, mara, helper, (None, "two")).await;
        let orphans = world.reader().running().await.unwrap();
        let orphan = orphans.iter().find(|orphan| orphan.turn.id == dead.id).unwrap();
        assert_eq!(orphan.instance, "two");
        let given_up = TurnEvent::Abandoned(failure());
        let ended = stored(world.store.end_detached(dead.id, given_up).await.unwrap());
        assert!(matches!(ended.state, TurnState::Abandoned(_)));
        // An answer to what never ran is none.
        let odd = detached(&world, mara, helper, (None, "three")).await;
        let answered = TurnEvent::Ended(Outcome::Replied { text: "4".into() });
        let ended = stored(world.store.end_detached(odd.id, answered).await.unwrap());
        assert_eq!(ended.state, TurnState::Cancelled);
    }

    async fn one_that_wants_a_login_is_not_tried_again_by_itself(world: World) {
        let mara = world.person("mara").await;
        let helper = world.assistant("helper", mara).await;
        let turn = detached(&world, mara, helper, (None, "one")).await;
        assert!(matches!(own(&world, turn.id, "one").await, Own::Claimed(_)));
        let failure = switchboard_model::outcome::Failure::new(OutcomeCode::NotSignedIn, "no login");
        let ended = TurnEvent::Ended(Outcome::Failed(failure));
        let ended = stored(world.store.end_detached(turn.id, ended).await.unwrap());
        assert_eq!(ended.parked_at, None);
        // A person may: whoever is there then runs it.
        let again = world.store.retry(turn.id, mara).await.unwrap();
        assert!(!again.detached);
        assert_eq!(world.claim().await.unwrap().turn.id, again.id);
    }

    async fn the_thread_of_a_session_is_found_for_whoever_opened_it(world: World) {
        let (mara, eve) = (world.person("mara").await, world.person("eve").await);
        let helper = world.assistant("helper", mara).await;
        let turn = detached(&world, mara, helper, (None, "one")).await;
        let Own::Claimed(claimed) = own(&world, turn.id, "one").await else { panic!("not claimed") };
        let bound = world.store.bind_session(turn.id, claimed.fence, "codex/own".into(), "s-9".into());
        assert!(bound.await.unwrap());
        let found = |person| world.reader().thread_of_session(person, "s-9".into());
        assert_eq!(found(mara).await.unwrap(), Some((turn.thread, "codex/own".into())));
        assert_eq!(found(eve).await.unwrap(), None);
    }
}
