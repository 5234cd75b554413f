//! Turns that wait for a login: which do, that each goes on once, and what takes that back.

use switchboard_model::{
    outcome::{Failure, OutcomeCode},
    parked::TRIES,
    turn::{Outcome, Turn, TurnState},
};
use switchboard_store::{Claimed, RetryError};

use crate::world::{World, stored};

async fn fails_with(world: &World, claimed: &Claimed, code: OutcomeCode) -> Turn {
    let outcome = Outcome::Failed(Failure::new(code, "no"));
    let finished = world.store.finish(claimed.turn.id, claimed.fence, outcome);
    stored(finished.await.unwrap())
}

async fn parked(world: &World) -> Vec<Turn> {
    world.reader().parked("helper-cli", 10).await.unwrap()
}

on_both_databases! {
    async fn only_a_turn_that_failed_for_want_of_a_login_is_parked(world: World) {
        let mara = world.person("mara").await;
        let helper = world.assistant("helper", mara).await;
        for code in OutcomeCode::ALL {
            world.ask(world.thread(mara).await, mara, helper).await;
            let ended = fails_with(&world, &world.claim().await.unwrap(), code).await;
            assert_eq!(ended.parked_at, ended.ended_at.filter(|_| code.wants_login()), "{}", code.as_str());
            assert_eq!(world.turn(ended.id).await, ended);
        }
        assert_eq!(parked(&world).await.len(), 2);
        assert!(world.reader().parked("other", 10).await.unwrap().is_empty());
    }

    async fn a_parked_turn_goes_on_once_whoever_notices_the_login(world: World) {
        let mara = world.person("mara").await;
        let helper = world.assistant("helper", mara).await;
        let owed = world.ask(world.thread(mara).await, mara, helper).await;
        fails_with(&world, &world.claim().await.unwrap(), OutcomeCode::NotSignedIn).await;
        let node = world.again(2, 0).await;
        let (one, two) = tokio::join!(world.store.go_on(owed.id), node.go_on(owed.id));
        let gone_on: Vec<_> = [one, two].into_iter().filter_map(Result::unwrap).collect();
        assert_eq!(gone_on.len(), 1, "{gone_on:?}");
        let next = &gone_on[0];
        assert_eq!((next.attempt, next.delivery, next.person), (2, owed.delivery, mara));
        assert_eq!(world.turn(owed.id).await.parked_at, None);
        assert!(parked(&world).await.is_empty());
        let answered = world.reply(&world.claim().await.unwrap(), "4").await;
        assert_eq!((answered.id, answered.parked_at), (next.id, None));
        assert_eq!(world.store.go_on(owed.id).await.unwrap(), None);
    }

    async fn a_debt_is_tried_again_by_itself_a_few_times_and_anew_once_somebody_asks(world: World) {
        let mara = world.person("mara").await;
        let helper = world.assistant("helper", mara).await;
        let mut turn = world.ask(world.thread(mara).await, mara, helper).await;
        for _ in 0..TRIES {
            let failed = fails_with(&world, &world.claim().await.unwrap(), OutcomeCode::NotSignedIn).await;
            assert!(failed.parked_at.is_some());
            turn = world.store.go_on(turn.id).await.unwrap().unwrap();
        }
        let last = fails_with(&world, &world.claim().await.unwrap(), OutcomeCode::NotSignedIn).await;
        assert_eq!((last.id, last.parked_at), (turn.id, None), "it does not go round for ever");
        world.store.retry(last.id, mara).await.unwrap();
        let asked = fails_with(&world, &world.claim().await.unwrap(), OutcomeCode::NotSignedIn).await;
        assert!(asked.parked_at.is_some());
    }

    async fn a_stop_an_edit_and_another_try_take_it_back(world: World) {
        let mara = world.person("mara").await;
        let helper = world.assistant("helper", mara).await;
        for what in ["stop", "edit", "retry", "remove", "delete"] {
            let asker = world.person(what).await;
            let thread = world.thread(asker).await;
            let posted = world.post(thread, asker, "what is 2+2?", &[helper]).await;
            let id = posted.turns[0].id;
            let failed = fails_with(&world, &world.claim().await.unwrap(), OutcomeCode::NotSignedIn).await;
            assert!(failed.parked_at.is_some());
            match what {
                "stop" => {
                    let left = world.store.request_stop(id).await.unwrap();
                    assert_eq!(left, Turn { parked_at: None, ..failed });
                    assert!(matches!(left.state, TurnState::Failed(_)), "it ended as it ended");
                    assert!(world.store.request_stop(id).await.is_err(), "once");
                }
                "edit" => {
                    let edit = world.store.edit_message(asker, posted.message.id, "what is 3+3?".into());
                    edit.await.unwrap();
                }
                "retry" => {
                    let again = world.store.retry(id, asker).await.unwrap();
                    world.store.request_stop(again.id).await.unwrap();
                }
                "remove" => {
                    world.store.remove_person(mara, asker).await.unwrap();
                }
                _ => {
                    world.store.delete_thread(None, thread).await.unwrap();
                }
            }
            assert!(parked(&world).await.is_empty(), "{what}");
            assert_eq!(world.store.go_on(id).await.unwrap(), None, "{what}");
            assert!(!matches!(world.store.retry(id, mara).await, Err(RetryError::Store(_))));
            while let Some(left) = world.claim().await {
                world.reply(&left, "4").await;
            }
        }
    }
}
