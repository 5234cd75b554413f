//! How turns end: the reply, the failure, and who may write them.

use futures_util::future::join;
use switchboard_model::{
    Millis,
    item::{ItemBody, ItemStatus},
    message::Speaker,
    outcome::{Failure, OutcomeCode},
    turn::{Outcome, TurnState},
};
use switchboard_store::Finished;

use crate::world::{World, failure};

fn reply(text: &str) -> Outcome {
    Outcome::Replied { text: text.into() }
}

fn command() -> ItemBody {
    ItemBody::Command {
        command: "ls".into(),
        cwd: None,
        exit_code: None,
        took: None,
    }
}

on_both_databases! {
    async fn a_reply_is_a_message_of_the_assistant_and_moves_the_thread_up(world: World) {
        let mara = world.person("mara").await;
        let helper = world.assistant("helper", mara).await;
        let thread = world.thread(mara).await;
        world.ask(thread, mara, helper).await;
        let claimed = world.claim().await.unwrap();
        world.tick(50);
        let turn = world.reply(&claimed, "4").await;
        assert_eq!(turn.state, TurnState::Done);
        assert_eq!(world.turn(turn.id).await, turn);
        let message = world.reader().message(turn.reply.unwrap()).await.unwrap().unwrap();
        assert_eq!((message.role, message.author.id, message.seq), (Speaker::Assistant, helper.0, 2));
        assert_eq!((message.text.as_str(), message.turn), ("4", Some(turn.id)));
        let row = world.reader().thread(mara, thread).await.unwrap().unwrap();
        assert_eq!((row.thread.last_seq, row.thread.last_message_at), (2, message.created_at));
    }

    async fn a_failure_is_an_outcome_and_never_a_message(world: World) {
        let mara = world.person("mara").await;
        let helper = world.assistant("helper", mara).await;
        let thread = world.thread(mara).await;
        world.ask(thread, mara, helper).await;
        let claimed = world.claim().await.unwrap();
        let why = Failure::new(OutcomeCode::RateLimited, "the plan is used up")
            .hint("wait")
            .detail("429 \0 too many")
            .retry_at(Some(Millis(7)));
        let finished = world.store.finish(claimed.turn.id, claimed.fence, Outcome::Failed(why.clone())).await;
        let turn = crate::world::stored(finished.unwrap());
        assert_eq!(turn.state, TurnState::Failed(why));
        assert_eq!(turn.reply, None);
        assert_eq!(world.turn(turn.id).await, turn);
        let page = world.reader().messages(thread, None, 10).await.unwrap();
        assert_eq!((page.messages.len(), page.turns), (1, vec![turn]));
    }

    async fn an_old_fence_ends_nothing(world: World) {
        let mara = world.person("mara").await;
        let helper = world.assistant("helper", mara).await;
        let thread = world.thread(mara).await;
        world.ask(thread, mara, helper).await;
        let old = world.claim().await.unwrap();
        assert!(world.store.revert(old.turn.id, old.fence).await.unwrap());
        let queued = world.store.finish(old.turn.id, old.fence, reply("zombie")).await.unwrap();
        assert_eq!(queued, Finished::Zombie, "nobody runs it");
        let new = world.claim().await.unwrap();
        assert_eq!((new.turn.id, new.fence), (old.turn.id, old.fence + 1));
        let before = world.reader().position().await.unwrap();
        let item = world.item(&old, 1, ItemBody::Text, ItemStatus::Open, "zombie");
        assert!(!world.store.put_items(old.turn.id, old.fence, vec![item]).await.unwrap());
        assert!(!world.store.revert(old.turn.id, old.fence).await.unwrap());
        assert!(!world.store.abandon(old.turn.id, old.fence, failure()).await.unwrap());
        let finished = world.store.finish(old.turn.id, old.fence, reply("zombie")).await.unwrap();
        assert_eq!(finished, Finished::Zombie);
        assert_eq!(world.reader().position().await.unwrap(), before, "nothing was written");
        assert_eq!(world.turn(new.turn.id).await, new.turn);
        world.reply(&new, "alive").await;
        let page = world.reader().messages(thread, None, 10).await.unwrap();
        assert_eq!(page.messages.last().unwrap().text, "alive");
    }

    async fn a_turn_ends_once(world: World) {
        let mara = world.person("mara").await;
        let helper = world.assistant("helper", mara).await;
        let thread = world.thread(mara).await;
        world.ask(thread, mara, helper).await;
        let claimed = world.claim().await.unwrap();
        let ended = world.reply(&claimed, "4").await;
        for outcome in [reply("5"), Outcome::Failed(failure()), Outcome::Cancelled] {
            let again = world.store.finish(claimed.turn.id, claimed.fence, outcome).await.unwrap();
            assert_eq!(again, Finished::Zombie);
        }
        assert_eq!(world.turn(claimed.turn.id).await, ended);
        assert_eq!(world.reader().messages(thread, None, 10).await.unwrap().messages.len(), 2);
    }

    async fn of_two_endings_at_once_one_is_stored(world: World) {
        let mara = world.person("mara").await;
        let helper = world.assistant("helper", mara).await;
        let thread = world.thread(mara).await;
        world.ask(thread, mara, helper).await;
        let claimed = world.claim().await.unwrap();
        let one = world.store.finish(claimed.turn.id, claimed.fence, reply("one"));
        let two = world.store.finish(claimed.turn.id, claimed.fence, reply("two"));
        let (one, two) = join(one, two).await;
        let (one, two) = (one.unwrap(), two.unwrap());
        assert!((one == Finished::Zombie) != (two == Finished::Zombie));
        assert_eq!(world.reader().messages(thread, None, 10).await.unwrap().messages.len(), 2);
    }

    async fn a_turn_nobody_claimed_is_not_finished(world: World) {
        let mara = world.person("mara").await;
        let helper = world.assistant("helper", mara).await;
        let owed = world.ask(world.thread(mara).await, mara, helper).await;
        let finished = world.store.finish(owed.id, 0, reply("4")).await.unwrap();
        assert_eq!(finished, Finished::Zombie);
        let nowhere = world.store.ids().make();
        assert_eq!(world.store.finish(nowhere, 1, reply("4")).await.unwrap(), Finished::Zombie);
    }

    async fn a_reply_completes_what_was_said_and_cuts_the_work_that_was_open(world: World) {
        let mara = world.person("mara").await;
        let helper = world.assistant("helper", mara).await;
        world.ask(world.thread(mara).await, mara, helper).await;
        let claimed = world.claim().await.unwrap();
        let said = world.item(&claimed, 1, ItemBody::Text, ItemStatus::Open, "4");
        let work = world.item(&claimed, 2, command(), ItemStatus::Open, "out");
        let done = world.item(&claimed, 3, command(), ItemStatus::Failed, "out");
        world.put(&claimed, &[said, work, done.clone()]).await;
        let ended = world.reply(&claimed, "4").await.ended_at;
        let (items, _) = world.reader().items(claimed.turn.id).await.unwrap();
        let ends: Vec<_> = items.iter().map(|item| (item.status, item.ended_at)).collect();
        assert_eq!(ends, [(ItemStatus::Done, ended), (ItemStatus::Cut, ended), (done.status, done.ended_at)]);
    }

    async fn a_failure_keeps_the_text_so_far_and_marks_it_as_cut(world: World) {
        let mara = world.person("mara").await;
        let helper = world.assistant("helper", mara).await;
        world.ask(world.thread(mara).await, mara, helper).await;
        let claimed = world.claim().await.unwrap();
        let said = world.item(&claimed, 1, ItemBody::Text, ItemStatus::Open, "the answer is");
        world.put(&claimed, &[said]).await;
        assert_eq!(world.reader().open_items().await.unwrap().len(), 1);
        world.fail(&claimed).await;
        let (items, _) = world.reader().items(claimed.turn.id).await.unwrap();
        assert_eq!((items[0].status, items[0].text.as_str()), (ItemStatus::Cut, "the answer is"));
        assert_eq!(world.reader().open_items().await.unwrap(), []);
    }

    async fn items_come_back_as_they_went_in_and_in_order(world: World) {
        let mara = world.person("mara").await;
        let helper = world.assistant("helper", mara).await;
        world.ask(world.thread(mara).await, mara, helper).await;
        let claimed = world.claim().await.unwrap();
        let mut first = world.item(&claimed, 1, command(), ItemStatus::Open, "");
        let second = world.item(&claimed, 2, ItemBody::Text, ItemStatus::Done, &"long ".repeat(40_000));
        world.put(&claimed, &[second.clone(), first.clone()]).await;
        first.text = "total 0\n".into();
        first.status = ItemStatus::Done;
        first.body = ItemBody::Command { command: "ls".into(), cwd: Some("/".into()), exit_code: Some(0), took: None };
        first.ended_at = Some(first.started_at);
        world.put(&claimed, &[first.clone()]).await;
        let (items, position) = world.reader().items(claimed.turn.id).await.unwrap();
        assert_eq!(items, [first, second]);
        assert_eq!(position, world.reader().position().await.unwrap());
    }

    async fn a_turn_put_back_is_owed_again_without_its_items_and_counted(world: World) {
        let mara = world.person("mara").await;
        let helper = world.assistant("helper", mara).await;
        world.ask(world.thread(mara).await, mara, helper).await;
        let claimed = world.claim().await.unwrap();
        let asked = world.store.ask(claimed.turn.id, claimed.fence, crate::talk::may_i("k1")).await.unwrap();
        world.put(&claimed, &[world.item(&claimed, 1, ItemBody::Text, ItemStatus::Open, "hm")]).await;
        assert!(world.store.revert(claimed.turn.id, claimed.fence).await.unwrap());
        let turn = world.turn(claimed.turn.id).await;
        assert_eq!((turn.state, turn.started_at, turn.open_questions), (TurnState::Queued, None, 0));
        assert_eq!(world.reader().items(claimed.turn.id).await.unwrap().0, []);
        let asked = world.reader().question(asked.unwrap().id).await.unwrap().unwrap();
        assert_eq!(asked.state, switchboard_model::approval::QuestionState::Void);
        world.claim().await.unwrap();
        assert_eq!(world.reader().running().await.unwrap()[0].reverts, 1);
    }

    async fn recovery_learns_whether_a_turn_may_have_had_an_effect(world: World) {
        let mara = world.person("mara").await;
        let helper = world.assistant("helper", mara).await;
        world.ask(world.thread(mara).await, mara, helper).await;
        let claimed = world.claim().await.unwrap();
        let had_effect = async || world.reader().running().await.unwrap()[0].had_effect;
        world.put(&claimed, &[world.item(&claimed, 1, ItemBody::Text, ItemStatus::Open, "hm")]).await;
        assert!(!had_effect().await);
        world.put(&claimed, &[world.item(&claimed, 2, command(), ItemStatus::Open, "")]).await;
        assert!(had_effect().await);
    }

    async fn a_granted_permission_counts_as_an_effect(world: World) {
        let mara = world.person("mara").await;
        let helper = world.assistant("helper", mara).await;
        world.ask(world.thread(mara).await, mara, helper).await;
        let claimed = world.claim().await.unwrap();
        let asked = world.store.ask(claimed.turn.id, claimed.fence, crate::talk::may_i("k1")).await.unwrap();
        assert!(!world.reader().running().await.unwrap()[0].had_effect);
        let accept = switchboard_model::approval::Decision { choice: "accept".into(), answer: None, feedback: None };
        world.store.decide(asked.unwrap().id, mara, accept).await.unwrap();
        assert!(world.reader().running().await.unwrap()[0].had_effect);
    }

    async fn an_abandoned_turn_says_why_and_can_be_tried_again(world: World) {
        let mara = world.person("mara").await;
        let helper = world.assistant("helper", mara).await;
        world.ask(world.thread(mara).await, mara, helper).await;
        let claimed = world.claim().await.unwrap();
        let why = Failure::new(OutcomeCode::Abandoned, "the program died");
        assert!(world.store.abandon(claimed.turn.id, claimed.fence, why.clone()).await.unwrap());
        assert_eq!(world.turn(claimed.turn.id).await.state, TurnState::Abandoned(why));
        assert_eq!(world.store.retry(claimed.turn.id, mara).await.unwrap().attempt, 2);
    }
}
