//! Stopping turns, and trying them again.

use futures_util::future::join;
use switchboard_model::{
    message::Speaker,
    turn::{Outcome, TurnState},
};
use switchboard_store::{RetryError, StopError};

use crate::world::{World, is_running, stored};

on_both_databases! {
    async fn a_queued_turn_is_cancelled_at_once(world: World) {
        let mara = world.person("mara").await;
        let helper = world.assistant("helper", mara).await;
        let owed = world.ask(world.thread(mara).await, mara, helper).await;
        let stopped = world.store.request_stop(owed.id).await.unwrap();
        assert_eq!(stopped.state, TurnState::Cancelled);
        assert_eq!(world.turn(owed.id).await, stopped);
        assert!(world.claim().await.is_none());
    }

    async fn a_running_turn_is_told_and_ends_as_cancelled_whatever_it_says(world: World) {
        let mara = world.person("mara").await;
        let helper = world.assistant("helper", mara).await;
        let thread = world.thread(mara).await;
        world.ask(thread, mara, helper).await;
        let claimed = world.claim().await.unwrap();
        let told = world.store.request_stop(claimed.turn.id).await.unwrap();
        assert!(is_running(&told) && told.stop_wanted);
        assert_eq!(world.store.request_stop(claimed.turn.id).await.unwrap(), told, "asking twice is fine");
        assert_eq!(world.turn(claimed.turn.id).await, told);
        let late = Outcome::Replied { text: "4".into() };
        let ended = stored(world.store.finish(claimed.turn.id, claimed.fence, late).await.unwrap());
        assert_eq!((ended.state, ended.reply), (TurnState::Cancelled, None));
        let page = world.reader().messages(thread, None, 10).await.unwrap();
        assert!(page.messages.iter().all(|message| message.role == Speaker::User));
    }

    async fn a_dead_process_turn_that_was_to_stop_is_cancelled_not_repeated(world: World) {
        let mara = world.person("mara").await;
        let helper = world.assistant("helper", mara).await;
        for _ in 0..2 {
            world.ask(world.thread(mara).await, mara, helper).await;
        }
        let (one, two) = (world.claim().await.unwrap(), world.claim().await.unwrap());
        world.store.request_stop(one.turn.id).await.unwrap();
        world.store.request_stop(two.turn.id).await.unwrap();
        assert!(world.store.revert(one.turn.id, one.fence).await.unwrap());
        assert!(world.store.abandon(two.turn.id, two.fence, crate::world::failure()).await.unwrap());
        for claimed in [one, two] {
            assert_eq!(world.turn(claimed.turn.id).await.state, TurnState::Cancelled);
        }
    }

    async fn an_ended_turn_is_not_stopped(world: World) {
        let mara = world.person("mara").await;
        let helper = world.assistant("helper", mara).await;
        world.ask(world.thread(mara).await, mara, helper).await;
        let ended = world.reply(&world.claim().await.unwrap(), "4").await;
        match world.store.request_stop(ended.id).await {
            Err(StopError::Ended(turn)) => assert_eq!(*turn, ended),
            other => panic!("{other:?}"),
        }
        let nowhere = world.store.ids().make();
        assert!(matches!(world.store.request_stop(nowhere).await, Err(StopError::NoTurn)));
    }

    async fn a_turn_that_ended_badly_gets_a_new_attempt_in_the_retriers_name(world: World) {
        let (mara, eve) = (world.person("mara").await, world.person("eve").await);
        let helper = world.assistant("helper", mara).await;
        let owed = world.ask(world.thread(mara).await, mara, helper).await;
        let failed = world.fail(&world.claim().await.unwrap()).await;
        world.tick(3);
        let second = world.store.retry(failed.id, eve).await.unwrap();
        assert_eq!((second.attempt, second.delivery, second.message), (2, owed.delivery, owed.message));
        assert_eq!((second.person, &second.state), (eve, &TurnState::Queued));
        assert_eq!(world.turn(second.id).await, second);
        assert_eq!(world.turn(failed.id).await, failed);
        let third = world.store.request_stop(second.id).await.unwrap();
        assert_eq!(world.store.retry(third.id, mara).await.unwrap().attempt, 3);
    }

    async fn an_open_or_answered_turn_or_an_older_attempt_is_not_retried(world: World) {
        let mara = world.person("mara").await;
        let helper = world.assistant("helper", mara).await;
        let owed = world.ask(world.thread(mara).await, mara, helper).await;
        let refused = async |id| {
            matches!(world.store.retry(id, mara).await, Err(RetryError::NotRetryable))
        };
        assert!(refused(owed.id).await, "queued");
        let claimed = world.claim().await.unwrap();
        assert!(refused(owed.id).await, "running");
        world.fail(&claimed).await;
        let second = world.store.retry(owed.id, mara).await.unwrap();
        assert!(refused(owed.id).await, "a newer attempt is open");
        world.reply(&world.claim().await.unwrap(), "4").await;
        assert!(refused(owed.id).await, "a newer attempt was answered");
        assert!(refused(second.id).await, "done");
        let nowhere = world.store.ids().make();
        assert!(matches!(world.store.retry(nowhere, mara).await, Err(RetryError::NoTurn)));
    }

    async fn of_two_retries_at_once_one_makes_an_attempt(world: World) {
        let mara = world.person("mara").await;
        let helper = world.assistant("helper", mara).await;
        world.ask(world.thread(mara).await, mara, helper).await;
        let failed = world.fail(&world.claim().await.unwrap()).await;
        let (one, two) = join(world.store.retry(failed.id, mara), world.store.retry(failed.id, mara)).await;
        assert!(one.is_ok() != two.is_ok());
        assert_eq!(world.reader().turn_counts().await.unwrap(), (1, 0));
    }

    async fn stop_and_claim_at_once_leave_no_turn_running_unasked(world: World) {
        let mara = world.person("mara").await;
        let helper = world.assistant("helper", mara).await;
        for _ in 0..5 {
            let owed = world.ask(world.thread(mara).await, mara, helper).await;
            let (claimed, stopped) = join(world.claim(), world.store.request_stop(owed.id)).await;
            let stopped = stopped.unwrap();
            match claimed {
                Some(_) => assert!(is_running(&stopped) && stopped.stop_wanted),
                None => assert_eq!(stopped.state, TurnState::Cancelled),
            }
        }
    }
}
