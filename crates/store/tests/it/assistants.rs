//! Assistants: registering, who may use them, and leaving.

use std::time::Duration;

use switchboard_model::{
    AssistantId, PersonId,
    assistant::{Access, Limits},
    outcome::OutcomeCode,
    turn::TurnState,
};
use switchboard_store::{AssistantPatch, HandleTaken, NewAssistant};

use crate::world::World;

async fn named(world: &World, id: AssistantId) -> Vec<PersonId> {
    let named = world.reader().named_users(id).await.unwrap();
    named.iter().map(|person| person.id).collect()
}

on_both_databases! {
    async fn the_same_handle_and_backend_again_is_the_same_assistant(world: World) {
        let mara = world.person("mara").await;
        let new = NewAssistant {
            handle: "helper".into(),
            name: "Helper".into(),
            backend: "helper-cli".into(),
            owner: mara,
        };
        let (first, fresh) = world.store.add_assistant(None, new.clone()).await.unwrap();
        assert!(fresh && first.enabled);
        assert_eq!((first.access, first.owner_name.as_str()), (Access::Owner, "MARA"));
        assert_eq!(world.store.add_assistant(None, new.clone()).await.unwrap(), (first.clone(), false));
        for taken in [
            NewAssistant { backend: "other-cli".into(), ..new.clone() },
            NewAssistant { handle: "mara".into(), ..new },
        ] {
            let refused = world.store.add_assistant(None, taken).await;
            assert!(matches!(refused, Err(HandleTaken::Taken(_))));
        }
        assert_eq!(world.reader().assistants().await.unwrap(), [first]);
    }

    async fn what_is_set_on_an_assistant_is_read_back(world: World) {
        let (mara, eve) = (world.person("mara").await, world.person("eve").await);
        let helper = world.assistant("helper", mara).await;
        let limits = Limits { mention_deadline: Some(Duration::from_secs(7)), ..Limits::default() };
        let store = &world.store;
        let leave = AssistantPatch::default();
        assert!(store.change_assistant(mara, helper, AssistantPatch { limits: Some(limits), ..leave.clone() }).await.unwrap());
        assert!(store.change_assistant(mara, helper, AssistantPatch { enabled: Some(false), ..leave.clone() }).await.unwrap());
        assert!(store.change_assistant(mara, helper, AssistantPatch { access: Some((Access::Named, vec![mara, eve, eve])), ..leave.clone() }).await.unwrap());
        assert!(store.set_client_pair(mara, helper, "client-1".into(), [7; 32]).await.unwrap());
        let read = world.reader().assistant(helper).await.unwrap().unwrap();
        assert_eq!((read.limits, read.enabled, read.access), (limits, false, Access::Named));
        assert_eq!(read.client_id.as_deref(), Some("client-1"));
        assert_eq!(named(&world, helper).await, [eve, mara]);
        assert!(store.change_assistant(mara, helper, AssistantPatch { access: Some((Access::Everyone, vec![eve])), ..leave.clone() }).await.unwrap());
        assert_eq!(named(&world, helper).await, []);
    }

    async fn a_removed_assistant_frees_its_handle_and_stays_the_author_of_its_replies(world: World) {
        let mara = world.person("mara").await;
        let helper = world.assistant("helper", mara).await;
        let thread = world.thread(mara).await;
        world.ask(thread, mara, helper).await;
        let reply = world.reply(&world.claim().await.unwrap(), "4").await.reply.unwrap();
        assert!(world.store.remove_assistant(mara, helper).await.unwrap());
        assert!(!world.store.remove_assistant(mara, helper).await.unwrap());
        assert_eq!(world.reader().assistant(helper).await.unwrap(), None);
        assert_eq!(world.reader().assistants().await.unwrap(), []);
        assert!(!world.store.change_assistant(mara, helper, AssistantPatch { enabled: Some(true), ..AssistantPatch::default() }).await.unwrap());
        let author = world.reader().message(reply).await.unwrap().unwrap().author;
        assert_eq!((author.handle.as_str(), author.name.as_str()), ("helper", "HELPER"));
        let successor = world.assistant("helper", mara).await;
        assert_ne!(successor, helper);
    }

    async fn a_removed_assistants_queued_turns_fail_visibly(world: World) {
        let mara = world.person("mara").await;
        let (helper, other) = (world.assistant("helper", mara).await, world.assistant("other", mara).await);
        let posted = world.post(world.thread(mara).await, mara, "both", &[helper, other]).await;
        let running = world.ask(world.thread(mara).await, mara, helper).await;
        world.store.request_stop(posted.turns[0].id).await.unwrap();
        let claimed = loop {
            let claimed = world.claim().await.unwrap();
            if claimed.turn.id == running.id {
                break claimed;
            }
        };
        let waiting = world.ask(world.thread(mara).await, mara, helper).await;
        world.store.remove_assistant(mara, helper).await.unwrap();
        match world.turn(waiting.id).await.state {
            TurnState::Failed(why) => assert_eq!(why.code, OutcomeCode::AssistantUnavailable),
            other => panic!("{other:?}"),
        }
        assert_eq!(world.turn(posted.turns[0].id).await.state, TurnState::Cancelled);
        assert_eq!(world.reply(&claimed, "I was faster").await.state, TurnState::Done);
    }
}
