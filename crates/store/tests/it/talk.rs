//! Talk with a running turn: its questions, and steers into it.

use switchboard_model::{
    approval::{Asking, Decision, QuestionState},
    steer::SteerState,
    turn::Outcome,
};
use switchboard_store::DecideError;

use crate::world::World;

pub fn may_i(key: &str) -> Asking {
    Asking {
        key: key.into(),
        kind: "command".into(),
        body: r#"{"command":"rm -rf /"}"#.into(),
        offered: vec!["accept".into(), "decline".into()],
    }
}

fn say(choice: &str) -> Decision {
    Decision {
        choice: choice.into(),
        answer: None,
        feedback: None,
    }
}

on_both_databases! {
    async fn the_same_key_is_the_same_question(world: World) {
        let mara = world.person("mara").await;
        let helper = world.assistant("helper", mara).await;
        world.ask(world.thread(mara).await, mara, helper).await;
        let claimed = world.claim().await.unwrap();
        let (turn, fence) = (claimed.turn.id, claimed.fence);
        let first = world.store.ask(turn, fence, may_i("k1")).await.unwrap().unwrap();
        assert_eq!((first.state, first.asking.clone()), (QuestionState::Asked, may_i("k1")));
        assert_eq!(world.store.ask(turn, fence, may_i("k1")).await.unwrap(), Some(first.clone()));
        world.tick(1);
        let second = world.store.ask(turn, fence, may_i("k2")).await.unwrap().unwrap();
        assert_eq!(world.reader().questions(turn).await.unwrap(), [first, second]);
        assert_eq!(world.turn(turn).await.open_questions, 2);
        assert_eq!(world.store.ask(turn, fence - 1, may_i("k3")).await.unwrap(), None);
    }

    async fn a_question_is_decided_once_and_by_the_one_who_asked_only(world: World) {
        let (mara, eve) = (world.person("mara").await, world.person("eve").await);
        let helper = world.assistant("helper", mara).await;
        world.ask(world.thread(mara).await, mara, helper).await;
        let claimed = world.claim().await.unwrap();
        let asked = world.store.ask(claimed.turn.id, claimed.fence, may_i("k1")).await.unwrap().unwrap();
        let store = &world.store;
        let refused = store.decide(asked.id, eve, say("accept")).await;
        assert!(matches!(refused, Err(DecideError::NotYours)));
        let refused = store.decide(asked.id, mara, say("explode")).await;
        assert!(matches!(refused, Err(DecideError::NotOffered)));
        let refused = store.decide(store.ids().make(), mara, say("accept")).await;
        assert!(matches!(refused, Err(DecideError::NoQuestion)));
        world.tick(7);
        let decided = store.decide(asked.id, mara, say("accept")).await.unwrap();
        assert_eq!(decided.decided, Some((mara, asked.asked_at.plus(std::time::Duration::from_millis(7)))));
        assert_eq!(world.reader().question(asked.id).await.unwrap(), Some(decided.clone()));
        match store.decide(asked.id, mara, say("decline")).await {
            Err(DecideError::Settled(settled)) => assert_eq!(*settled, decided),
            other => panic!("{other:?}"),
        }
        assert_eq!(world.turn(claimed.turn.id).await.open_questions, 0);
        assert!(!store.delivered(asked.id, claimed.fence - 1).await.unwrap());
        assert!(store.delivered(asked.id, claimed.fence).await.unwrap());
        assert!(!store.delivered(asked.id, claimed.fence).await.unwrap());
        assert!(!store.void_question(asked.id, claimed.fence).await.unwrap());
        let delivered = world.reader().question(asked.id).await.unwrap().unwrap();
        assert_eq!(delivered.state, QuestionState::Delivered);
        assert_eq!(delivered.decision, Some(say("accept")));
    }

    async fn of_two_decisions_at_once_one_counts(world: World) {
        let mara = world.person("mara").await;
        let helper = world.assistant("helper", mara).await;
        world.ask(world.thread(mara).await, mara, helper).await;
        let claimed = world.claim().await.unwrap();
        let asked = world.store.ask(claimed.turn.id, claimed.fence, may_i("k1")).await.unwrap().unwrap();
        let accept = world.store.decide(asked.id, mara, say("accept"));
        let decline = world.store.decide(asked.id, mara, say("decline"));
        let (accept, decline) = futures_util::future::join(accept, decline).await;
        assert!(accept.is_ok() != decline.is_ok());
    }

    async fn a_turns_end_takes_its_questions_down(world: World) {
        let mara = world.person("mara").await;
        let helper = world.assistant("helper", mara).await;
        world.ask(world.thread(mara).await, mara, helper).await;
        let claimed = world.claim().await.unwrap();
        let asked = world.store.ask(claimed.turn.id, claimed.fence, may_i("k1")).await.unwrap().unwrap();
        let turn = world.reply(&claimed, "never mind").await;
        assert_eq!(turn.open_questions, 0);
        let gone = world.reader().question(asked.id).await.unwrap().unwrap();
        assert_eq!(gone.state, QuestionState::Void);
        let late = world.store.decide(asked.id, mara, say("accept")).await;
        assert!(matches!(late, Err(DecideError::Settled(settled)) if *settled == gone));
    }

    async fn steers_are_taken_in_order_and_settled_once(world: World) {
        let mara = world.person("mara").await;
        let helper = world.assistant("helper", mara).await;
        let owed = world.ask(world.thread(mara).await, mara, helper).await;
        let store = &world.store;
        assert_eq!(store.add_steer(owed.id, mara, "too early".into()).await.unwrap(), None);
        let claimed = world.claim().await.unwrap();
        let (turn, fence) = (claimed.turn.id, claimed.fence);
        let mut first = store.add_steer(turn, mara, "shorter".into()).await.unwrap().unwrap();
        world.tick(1);
        let second = store.add_steer(turn, mara, "in French".into()).await.unwrap().unwrap();
        assert_eq!(store.take_steer(turn, fence - 1).await.unwrap(), None);
        first.state = SteerState::Sent;
        assert_eq!(store.take_steer(turn, fence).await.unwrap(), Some(first.clone()));
        assert!(!store.settle_steer(second.id, fence, SteerState::Taken).await.unwrap());
        assert!(store.settle_steer(first.id, fence, SteerState::Taken).await.unwrap());
        assert!(!store.settle_steer(first.id, fence, SteerState::Refused).await.unwrap());
        first.state = SteerState::Taken;
        assert_eq!(world.reader().steers(turn).await.unwrap(), [first, second]);
    }

    async fn a_turns_end_queues_unsent_steers_and_doubts_sent_ones(world: World) {
        let mara = world.person("mara").await;
        let helper = world.assistant("helper", mara).await;
        let thread = world.thread(mara).await;
        world.ask(thread, mara, helper).await;
        let claimed = world.claim().await.unwrap();
        let (turn, fence) = (claimed.turn.id, claimed.fence);
        for text in ["refused", "sent", "unsent"] {
            world.store.add_steer(turn, mara, text.into()).await.unwrap().unwrap();
            world.tick(1);
        }
        let refused = world.store.take_steer(turn, fence).await.unwrap().unwrap();
        world.store.settle_steer(refused.id, fence, SteerState::Refused).await.unwrap();
        world.store.take_steer(turn, fence).await.unwrap().unwrap();
        world.store.finish(turn, fence, Outcome::Cancelled).await.unwrap();
        let states: Vec<_> = world.reader().steers(turn).await.unwrap().iter().map(|s| s.state).collect();
        assert_eq!(states, [SteerState::Refused, SteerState::Unsure, SteerState::Refused]);
        let waiting = world.reader().queue(thread, mara).await.unwrap().items;
        let texts: Vec<_> = waiting.iter().map(|queued| queued.text.as_str()).collect();
        assert_eq!(texts, ["@helper refused", "@helper unsent"], "what was sent may have been heard, and is not said twice");
        assert_eq!(world.store.add_steer(turn, mara, "too late".into()).await.unwrap(), None);
    }
}
