//! Forks, and messages that are asked again.

use switchboard_model::{
    Millis, PersonId, ThreadId,
    carried::CarriedLine,
    message::Speaker,
    turn::{Outcome, TurnState},
};
use switchboard_store::{
    Addressed, AgainError, AskAgain, Carried, CreateError, EditError, NewThread,
};

use crate::world::{World, failure, private_thread};

fn carried(source: ThreadId, seq: i64) -> Carried {
    Carried {
        source,
        seq,
        title: "Sums".into(),
        lines: vec![CarriedLine {
            speaker: Speaker::Assistant,
            name: "Helper".into(),
            handle: "helper".into(),
            text: "it is \"4\"".into(),
            files: vec!["a.png".into()],
            at: Millis(7),
        }],
        left_out: 3,
    }
}

fn fork(by: PersonId, source: ThreadId, seq: i64) -> NewThread {
    NewThread {
        carried: Some(carried(source, seq)),
        client_id: Some("f".into()),
        ..private_thread(by)
    }
}

on_both_databases! {
    async fn a_fork_keeps_what_it_carries_until_it_is_deleted(world: World) {
        let mara = world.person("mara").await;
        let source = world.thread(mara).await;
        let (row, new) = world.store.create_thread(fork(mara, source, 4)).await.unwrap();
        assert!(new);
        let id = row.thread.id;
        let short = row.carried.unwrap();
        assert_eq!((&*short.title, short.messages, short.left_out), ("Sums", 1, 3));
        assert_eq!(world.reader().carried(id).await.unwrap(), Some(carried(source, 4)));
        assert_eq!(world.reader().carried(source).await.unwrap(), None);
        // What it carries may read otherwise by now; where it was forked is what was asked for.
        let mut again = fork(mara, source, 4);
        again.carried.as_mut().unwrap().lines.clear();
        let (again, new) = world.store.create_thread(again).await.unwrap();
        assert_eq!((again.thread.id, new), (id, false));
        let other = world.store.create_thread(fork(mara, source, 5)).await;
        assert!(matches!(other, Err(CreateError::ClientIdReused)));
        world.store.delete_thread(Some(mara), source).await.unwrap();
        assert!(world.reader().carried(id).await.unwrap().is_some(), "it is a copy");
        world.store.delete_thread(Some(mara), id).await.unwrap();
        assert_eq!(world.reader().carried(id).await.unwrap(), None);
    }

    async fn a_message_without_an_answer_is_asked_again_and_an_answered_one_is_not(world: World) {
        let (mara, eve) = (world.person("mara").await, world.person("eve").await);
        let (one, two) = (world.assistant("one", mara).await, world.assistant("two", mara).await);
        let thread = world.thread(mara).await;
        let posted = world.post(thread, mara, "wto", &[one]).await;
        let again = AskAgain {
            person: mara,
            message: posted.message.id,
            text: "two".into(),
            addressed: vec![
                Addressed { assistant: one, refused: None, detached: None },
                Addressed { assistant: two, refused: Some(failure()), detached: None },
            ],
            client_id: Some("r".into()),
        };
        let open = world.store.ask_again(again.clone()).await;
        assert!(matches!(open, Err(AgainError::Edit(EditError::TurnOpen))), "{open:?}");
        let claimed = world.claim().await.unwrap();
        let outcome = Outcome::Failed(failure());
        world.store.finish(claimed.turn.id, claimed.fence, outcome).await.unwrap();
        let others = world.store.ask_again(AskAgain { person: eve, ..again.clone() }).await;
        assert!(matches!(others, Err(AgainError::Edit(EditError::NotYours))), "{others:?}");
        let asked = world.store.ask_again(again.clone()).await.unwrap();
        assert_eq!((&*asked.message.text, asked.repeated), ("two", false));
        assert_eq!(asked.turns.len(), 2);
        assert_eq!((asked.turns[0].attempt, &asked.turns[0].state), (2, &TurnState::Queued));
        assert_eq!(asked.turns[1].state, TurnState::Failed(failure()));
        let repeated = world.store.ask_again(again.clone()).await.unwrap();
        assert!(repeated.repeated);
        assert_eq!(repeated.turns, asked.turns);
        let claimed = world.claim().await.unwrap();
        assert_eq!(claimed.message.text, "two");
        world.reply(&claimed, "2").await;
        let answered = world.store.ask_again(AskAgain { client_id: None, ..again }).await;
        assert!(matches!(answered, Err(AgainError::Answered)), "{answered:?}");
    }
}
