//! Mentions that cannot be answered: a visible failure at once, and no process.

use switchboard_engine::{ChatError, OpenThread, TurnError};
use switchboard_model::{
    assistant::Access,
    outcome::OutcomeCode,
    settings::SettingsPatch,
    thread::Visibility,
    turn::{Turn, TurnState},
};

use switchboard_store::AssistantPatch;

use crate::world::World;

fn code(turn: &Turn) -> OutcomeCode {
    match &turn.state {
        TurnState::Failed(failure) => failure.code,
        other => panic!("{other:?}"),
    }
}

on_both_databases! {
    async fn a_mention_of_an_assistant_that_nobody_registered_yet_is_not_met_with_silence(world: World) {
        let admin = world.mara.clone();
        world.start();
        let open = OpenThread { title: None, visibility: Visibility::Private, assistant: None, settings: SettingsPatch::default(), client_id: None };
        let thread = world.engine.open_thread(&admin, open).await.unwrap().0.thread.id;
        let posted = world.post(&admin, thread, "@obedient hello").await;
        let mut puppet = world.puppet().await;
        assert_eq!(puppet.request.turn, posted.turns[0].id);
        puppet.replies("hi");
        world.done(posted.turns[0].id).await;

        let registered = world.engine.reader().assistants().await.unwrap();
        let obedient = registered.iter().find(|assistant| assistant.handle == "obedient").unwrap();
        assert_eq!(obedient.owner, admin.id, "it is the admin's");
        world.store.remove_assistant(admin.id, obedient.id).await.unwrap();
        let posted = world.post(&admin, thread, "@obedient are you there?").await;
        assert!(posted.turns.is_empty(), "what a person removed stays removed");
    }

    async fn an_assistant_that_is_not_open_to_the_asker_fails_at_once(world: World) {
        let one = world.assistant("one", "obedient").await;
        world.assistant("two", "obedient").await;
        world.open_to(&one, Access::Owner, Vec::new()).await;
        let bob = world.person("bob").await;
        world.start();
        let thread = world.thread().await;
        let posted = world.post(&bob, thread, "@one @two hello").await;
        assert_eq!(code(&posted.turns[0]), OutcomeCode::AssistantNotAllowed);
        let mut puppet = world.puppet().await;
        assert_eq!(puppet.request.turn, posted.turns[1].id, "the refused one never runs");
        puppet.replies("hi");
        world.done(posted.turns[1].id).await;

        let refused = world.engine.retry_turn(&bob, posted.turns[0].id).await.unwrap();
        assert_eq!(world.failed(refused.id).await.0, OutcomeCode::AssistantNotAllowed);
        let cara = world.person("cara").await;
        let strangers = world.engine.retry_turn(&cara, refused.id).await;
        assert!(matches!(strangers, Err(TurnError::NotYours)), "{strangers:?}");

        world.open_to(&one, Access::Named, vec![bob.id]).await;
        let again = world.engine.retry_turn(&bob, refused.id).await.unwrap();
        world.puppet().await.replies("now I may");
        world.done(again.id).await;
        assert!(world.stage_is_empty().await);
    }

    async fn an_assistant_that_is_switched_off_fails_at_once_and_so_does_a_retry(world: World) {
        let one = world.assistant("one", "obedient").await;
        world.set(&one, AssistantPatch { enabled: Some(false), ..AssistantPatch::default() }).await;
        world.start();
        let thread = world.thread().await;
        let posted = world.post(&world.mara, thread, "@one hello").await;
        assert_eq!(code(&posted.turns[0]), OutcomeCode::AssistantUnavailable);
        let again = world.engine.retry_turn(&world.mara, posted.turns[0].id).await.unwrap();
        assert_eq!(world.failed(again.id).await.0, OutcomeCode::AssistantUnavailable);
        assert!(world.stage_is_empty().await);
        assert!(world.replies(thread).await.is_empty(), "a failure is no chat text");
    }

    async fn access_that_is_taken_back_while_a_turn_waits_is_gone_at_its_claim(world: World) {
        let one = world.assistant("one", "obedient").await;
        let bob = world.person("bob").await;
        let thread = world.thread().await;
        let posted = world.post(&bob, thread, "@one hello").await;
        world.open_to(&one, Access::Owner, Vec::new()).await;
        world.start();
        assert_eq!(world.failed(posted.turns[0].id).await.0, OutcomeCode::AssistantNotAllowed);
        assert!(world.stage_is_empty().await);
    }

    async fn an_assistant_without_a_backend_here_fails_visibly(world: World) {
        world.assistant("one", "unheard-of").await;
        world.start();
        let turn = world.ask("@one hello").await;
        assert_eq!(world.failed(turn).await.0, OutcomeCode::AssistantUnavailable);
    }

    async fn a_direct_thread_whose_assistant_is_gone_says_so(world: World) {
        let one = world.assistant("one", "obedient").await;
        world.assistant("two", "obedient").await;
        let thread = world.open_thread(Some("one")).await;
        world.store.remove_assistant(one.owner, one.id).await.unwrap();
        let refused = world.engine.post(&world.mara, thread, "hello".into()).await;
        assert!(matches!(refused, Err(ChatError::Invalid(_))), "{refused:?}");
        assert!(world.messages(thread).await.is_empty());
        assert_eq!(world.post(&world.mara, thread, "@two hello").await.turns.len(), 1);
    }
}
