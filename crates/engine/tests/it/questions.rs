//! Questions that stop a turn: who decides, once, and what becomes of those that nobody decides.

use switchboard_engine::{TurnError, backend::Stop, turn_io::LeaseLost};
use switchboard_model::{approval::QuestionState, turn::TurnState};
use switchboard_store::AuditFilter;

use crate::{
    puppet::decision,
    world::{World, is_running},
};

on_both_databases! {
    async fn a_question_is_decided_once_by_who_asked_and_then_delivered(world: World) {
        world.assistant("one", "obedient").await;
        let bob = world.person("bob").await;
        world.start();
        let (turn, mut puppet) = world.asked("@one hello").await;
        let answer = puppet.asks("q");
        let asked = world.question_once(turn, |q| q.state == QuestionState::Asked).await;
        let waiting = world.turn(turn).await;
        assert!(is_running(&waiting) && waiting.open_questions == 1, "waiting_approval is this view");

        let decide = |by, choice| world.engine.decide(by, asked.id, decision(choice));
        let strangers = decide(&bob, "accept").await;
        assert!(matches!(strangers, Err(TurnError::NotYours)), "{strangers:?}");
        let invented = decide(&world.mara, "accept for ever").await;
        assert!(matches!(invented, Err(TurnError::NotOffered)), "{invented:?}");
        let decided = decide(&world.mara, "accept").await.unwrap();
        assert_eq!(decided.decided.unwrap().0, world.mara.id);
        assert_eq!(answer.await.unwrap(), Ok(decision("accept")));
        let delivered = world.question_once(turn, |q| q.state == QuestionState::Delivered).await;
        assert_eq!(delivered.decision, Some(decision("accept")));
        let twice = decide(&world.mara, "decline").await;
        assert!(matches!(twice, Err(TurnError::Settled(_))), "{twice:?}");

        puppet.replies("done");
        assert_eq!(world.done(turn).await.open_questions, 0);
        world.question_once(turn, |q| q.state == QuestionState::Delivered).await;
    }

    async fn a_decision_is_noted_in_the_audit_and_an_attempt_by_others_is_not(world: World) {
        world.assistant("one", "obedient").await;
        let bob = world.person("bob").await;
        world.start();
        let (turn, puppet) = world.asked("@one hello").await;
        let answer = puppet.asks("q");
        let asked = world.question_once(turn, |_| true).await;
        world.engine.decide(&bob, asked.id, decision("accept")).await.unwrap_err();
        world.engine.decide(&world.mara, asked.id, decision("decline")).await.unwrap();
        answer.await.unwrap().unwrap();
        let (audits, _) = world.reader().audits(AuditFilter::default(), 100).await.unwrap();
        let noted: Vec<_> = audits.iter().filter(|a| a.action == "approval.decide").collect();
        assert_eq!(noted.len(), 1);
        assert_eq!(noted[0].detail, "command: decline");
    }

    async fn several_questions_are_open_at_once_and_each_gets_its_own_answer(world: World) {
        world.assistant("one", "obedient").await;
        world.start();
        let (turn, mut puppet) = world.asked("@one hello").await;
        let answers = [("a", "accept"), ("b", "decline"), ("c", "accept")]
            .map(|(key, choice)| (key, choice, puppet.asks(key)));
        world.turn_once(turn, |turn| turn.open_questions == 3).await;
        for (key, choice, answer) in answers.into_iter().rev() {
            let question = world.question_once(turn, |q| q.asking.key == key).await;
            world.engine.decide(&world.mara, question.id, decision(choice)).await.unwrap();
            assert_eq!(answer.await.unwrap(), Ok(decision(choice)), "{key}");
        }
        puppet.replies("done");
        world.done(turn).await;
        for question in world.reader().questions(turn).await.unwrap() {
            assert_eq!(question.state, QuestionState::Delivered, "{}", question.asking.key);
        }
    }

    async fn a_question_that_is_open_at_the_end_is_void(world: World) {
        world.assistant("one", "obedient").await;
        world.start();
        let (turn, mut puppet) = world.asked("@one hello").await;
        let answer = puppet.asks("q");
        let asked = world.question_once(turn, |_| true).await;
        puppet.replies("never mind");
        assert_eq!(answer.await.unwrap(), Err(LeaseLost));
        assert_eq!(world.done(turn).await.open_questions, 0);
        world.question_once(turn, |q| q.state == QuestionState::Void).await;
        let late = world.engine.decide(&world.mara, asked.id, decision("accept")).await;
        assert!(matches!(late, Err(TurnError::Settled(_))), "{late:?}");
    }

    async fn letting_go_of_a_question_takes_the_card_down_and_the_turn_goes_on(world: World) {
        world.assistant("one", "obedient").await;
        world.start();
        let (turn, mut puppet) = world.asked("@one hello").await;
        let answer = puppet.asks("q");
        world.turn_once(turn, |turn| turn.open_questions == 1).await;
        answer.abort();
        world.question_once(turn, |q| q.state == QuestionState::Void).await;
        let turned = world.turn(turn).await;
        assert!(is_running(&turned) && turned.open_questions == 0);
        puppet.replies("settled elsewhere");
        world.done(turn).await;
    }

    async fn a_question_asked_again_under_its_key_costs_nothing(world: World) {
        world.assistant("one", "obedient").await;
        world.start();
        let (turn, mut puppet) = world.asked("@one hello").await;
        // While it is open it is the same question, and both who wait get the answer.
        let (first, second) = (puppet.asks("q"), puppet.asks("q"));
        let question = world.question_once(turn, |_| true).await;
        world.engine.decide(&world.mara, question.id, decision("accept")).await.unwrap();
        assert_eq!(first.await.unwrap(), Ok(decision("accept")));
        assert_eq!(second.await.unwrap(), Ok(decision("accept")));
        // So it is once it was delivered,
        assert_eq!(puppet.asks("q").await.unwrap(), Ok(decision("accept")));
        // and one that was taken down stays down.
        let dropped = puppet.asks("down");
        let down = world.question_once(turn, |q| q.asking.key == "down").await;
        dropped.abort();
        world.question_once(turn, |q| q.id == down.id && q.state == QuestionState::Void).await;
        assert_eq!(puppet.asks("down").await.unwrap(), Err(LeaseLost));
        puppet.replies("done");
        world.done(turn).await;
    }

    async fn work_that_is_to_stop_asks_nobody(world: World) {
        world.assistant("one", "deaf").await;
        world.start();
        let (turn, mut puppet) = world.asked("@one hello").await;
        world.engine.stop_turn(&world.mara, turn).await.unwrap();
        assert_eq!(puppet.told_to_stop().await, Stop::Gently);
        assert_eq!(puppet.asks("q").await.unwrap(), Err(LeaseLost));
        puppet.replies("fine");
        assert_eq!(world.ended(turn).await.state, TurnState::Cancelled);
        assert!(world.reader().questions(turn).await.unwrap().is_empty());
    }
}
