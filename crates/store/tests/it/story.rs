//! One whole life on each database: people move in, a mention is answered, a process dies, a thread
//! goes. What the other files prove rule by rule, this one proves in a row.

use std::collections::BTreeSet;

use switchboard_model::{
    AssistantId, Clock, Millis, PersonId, ThreadId,
    approval::{Decision, QuestionState},
    assistant::Access,
    item::{ItemBody, ItemStatus},
    outcome::OutcomeCode,
    person::Role,
    steer::SteerState,
    turn::{Outcome, Turn, TurnState},
};
use switchboard_store::{
    AssistantPatch, Audit, AuditFilter, Change, Claimed, Feed, Finished, NewPerson, Post, Store,
    ThreadState,
};

use crate::{
    talk::may_i,
    world::{ROOMY, World, is_running, post, private_thread, stored},
};

on_both_databases! {
    async fn a_whole_life(world: World) {
        let mut world = world;
        let (mara, eve) = people_move_in(&world).await;
        let helper = an_assistant_is_registered(&world, mara).await;
        let thread = a_thread_is_shared(&world, mara, eve).await;
        let asked = a_mention_is_answered(&world, thread, eve, helper).await;
        let claimed = a_process_dies(&mut world, thread, eve, helper).await;
        the_next_process_takes_over(&world, &claimed, eve).await;
        whoever_was_away_catches_up(&world, mara, thread).await;
        the_house_is_cleared(&world, mara, thread, helper, &asked).await;
    }
}

async fn people_move_in(world: &World) -> (PersonId, PersonId) {
    let new = |handle: &str, role| NewPerson {
        handle: handle.into(),
        name: handle.to_uppercase(),
        role,
    };
    let store = &world.store;
    let mara = store.ensure_admin(new("mara", Role::Admin)).await.unwrap();
    let eve = store.add_person(new("eve", Role::Member)).await.unwrap();
    let soon = world.clock.now().plus(std::time::Duration::from_mins(5));
    for (person, hash) in [(mara.id, 1), (eve.id, 2)] {
        store
            .add_link(None, person, [hash; 32], soon)
            .await
            .unwrap();
        let browser = "a browser".to_owned();
        let opened = store
            .redeem_link([hash; 32], [hash + 10; 32], browser)
            .await;
        assert_eq!(opened.unwrap().unwrap().1.id, person);
    }
    assert_eq!(
        world.reader().people().await.unwrap(),
        [eve.clone(), mara.clone()]
    );
    (mara.id, eve.id)
}

async fn an_assistant_is_registered(world: &World, mara: PersonId) -> AssistantId {
    let helper = world.assistant("helper", mara).await;
    let store = &world.store;
    let for_everyone = AssistantPatch {
        access: Some((Access::Everyone, vec![])),
        ..AssistantPatch::default()
    };
    assert!(
        store
            .set_client_pair(mara, helper, "client".into(), [9; 32])
            .await
            .unwrap()
    );
    assert!(
        store
            .change_assistant(mara, helper, for_everyone)
            .await
            .unwrap()
    );
    helper
}

async fn a_thread_is_shared(world: &World, mara: PersonId, eve: PersonId) -> ThreadId {
    let mut new = private_thread(mara);
    new.client_id = Some("thread-1".into());
    let (row, fresh) = world.store.create_thread(new).await.unwrap();
    assert!(fresh);
    assert_eq!(
        world.reader().thread(eve, row.thread.id).await.unwrap(),
        None
    );
    world
        .store
        .add_member(mara, row.thread.id, eve)
        .await
        .unwrap();
    assert_eq!(
        world.reader().thread(eve, row.thread.id).await.unwrap(),
        Some(row.clone())
    );
    row.thread.id
}

async fn a_mention_is_answered(
    world: &World,
    thread: ThreadId,
    eve: PersonId,
    helper: AssistantId,
) -> Turn {
    let store = &world.store;
    let post = Post {
        client_id: Some("message-1".into()),
        ..post(thread, eve, "@helper tidy up", &[helper])
    };
    let posted = store.append_message(post.clone()).await.unwrap();
    assert!(store.append_message(post).await.unwrap().repeated);
    assert_eq!(
        world
            .reader()
            .queue_position(posted.turns[0].id)
            .await
            .unwrap(),
        Some(0)
    );

    let note = Audit {
        actor: Some(eve),
        action: "turn.start",
        object: format!("turn {}", posted.turns[0].id),
        whom: None,
        detail: String::new(),
    };
    store.audit(note).await.unwrap();
    let claimed = world.claim().await.unwrap();
    let (turn, fence) = (claimed.turn.id, claimed.fence);
    assert!(
        store
            .set_runs_on(turn, fence, "MARA's plan".into())
            .await
            .unwrap()
    );
    assert!(
        store
            .bind_session(turn, fence, "house".into(), "s-1".into())
            .await
            .unwrap()
    );

    let mut said = world.item(&claimed, 1, ItemBody::Text, ItemStatus::Open, "I will");
    world.put(&claimed, &[said.clone()]).await;
    said.text.push_str(" tidy up");
    let command = ItemBody::Command {
        command: "rm old".into(),
        cwd: None,
        exit_code: None,
        took: None,
    };
    let work = world.item(&claimed, 2, command, ItemStatus::Open, "");
    world.put(&claimed, &[said, work]).await;

    let question = store.ask(turn, fence, may_i("rm")).await.unwrap().unwrap();
    let row = world.reader().thread(eve, thread).await.unwrap().unwrap();
    assert_eq!(row.state, ThreadState::NeedsYou);
    let accept = Decision {
        choice: "accept".into(),
        answer: None,
        feedback: None,
    };
    store.decide(question.id, eve, accept).await.unwrap();
    assert!(store.delivered(question.id, fence).await.unwrap());
    let steer = store
        .add_steer(turn, eve, "gently".into())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        store.take_steer(turn, fence).await.unwrap().unwrap().id,
        steer.id
    );
    assert!(
        store
            .settle_steer(steer.id, fence, SteerState::Taken)
            .await
            .unwrap()
    );

    world.tick(1000);
    let done = world.reply(&claimed, "All tidy.").await;
    let page = world.reader().messages(thread, None, 10).await.unwrap();
    let texts: Vec<_> = page.messages.iter().map(|m| m.text.as_str()).collect();
    assert_eq!(texts, ["@helper tidy up", "All tidy."]);
    assert_eq!(page.turns, std::slice::from_ref(&done));
    assert_eq!(done.runs_on.as_deref(), Some("MARA's plan"));
    let question = world.reader().question(question.id).await.unwrap().unwrap();
    assert_eq!(question.state, QuestionState::Delivered);
    let row = world.reader().thread(eve, thread).await.unwrap().unwrap();
    assert_eq!(
        (row.state, row.thread.title.as_str()),
        (ThreadState::Idle, "tidy up")
    );
    done
}

async fn a_process_dies(
    world: &mut World,
    thread: ThreadId,
    eve: PersonId,
    helper: AssistantId,
) -> Claimed {
    let (first, second) = (
        world.ask(thread, eve, helper).await,
        world.ask(thread, eve, helper).await,
    );
    let claimed = world.claim().await.unwrap();
    assert_eq!(claimed.turn.id, first.id);
    let epoch = world.reader().epoch().to_owned();
    let before = world.reader().position().await.unwrap();
    let survivor = world.again(2, 0).await;
    std::mem::replace(&mut world.store, survivor).close().await;
    assert_eq!(
        world.reader().epoch(),
        epoch,
        "a restart is not a new database"
    );
    assert_eq!(world.reader().position().await.unwrap(), before);
    assert!(is_running(&world.turn(first.id).await));
    assert_eq!(world.turn(second.id).await, second);
    claimed
}

async fn the_next_process_takes_over(world: &World, dead: &Claimed, eve: PersonId) {
    let store = &world.store;
    let orphans = world.reader().running().await.unwrap();
    assert_eq!(orphans.len(), 1);
    let orphan = &orphans[0];
    assert_eq!(
        (orphan.turn.id, orphan.instance.as_str()),
        (dead.turn.id, "one")
    );
    assert_eq!((orphan.had_effect, orphan.reverts), (false, 0));
    assert!(store.revert(orphan.turn.id, orphan.fence).await.unwrap());

    let again = store.claim("two", ROOMY).await.unwrap().unwrap();
    assert_eq!(
        again.turn.id, dead.turn.id,
        "it kept its place in the queue"
    );
    let late = Outcome::Replied {
        text: "from the grave".into(),
    };
    let zombie = store.finish(dead.turn.id, dead.fence, late).await.unwrap();
    assert_eq!(zombie, Finished::Zombie);
    let failed = world.fail(&again).await;
    assert_eq!(failed.state.failure().unwrap().code, OutcomeCode::Crashed);

    world.tick(1000);
    let retried = store.retry(failed.id, eve).await.unwrap();
    let waiting = store.claim("two", ROOMY).await.unwrap().unwrap();
    store.request_stop(waiting.turn.id).await.unwrap();
    let stopped = Outcome::Replied {
        text: "too late".into(),
    };
    let stopped = store
        .finish(waiting.turn.id, waiting.fence, stopped)
        .await
        .unwrap();
    assert_eq!(stored(stopped).state, TurnState::Cancelled);
    let retried_again = store.claim("two", ROOMY).await.unwrap().unwrap();
    assert_eq!(
        (retried_again.turn.id, retried_again.turn.attempt),
        (retried.id, 2)
    );
    world.reply(&retried_again, "4").await;
    assert!(store.claim("two", ROOMY).await.unwrap().is_none());
}

async fn whoever_was_away_catches_up(world: &World, mara: PersonId, thread: ThreadId) {
    let told = changes(&world.store).await;
    let page = world.reader().messages(thread, None, 100).await.unwrap();
    let messages: BTreeSet<_> = told
        .iter()
        .filter_map(|change| match change {
            Change::Message(message) => Some((message.seq, message.text.clone())),
            _ => None,
        })
        .collect();
    let stored: BTreeSet<_> = page
        .messages
        .iter()
        .map(|m| (m.seq, m.text.clone()))
        .collect();
    assert_eq!(messages, stored);
    for turn in &page.turns {
        assert!(
            told.contains(&Change::Turn(Box::new(turn.clone()))),
            "{turn:?}"
        );
    }
    let row = world.reader().thread(mara, thread).await.unwrap().unwrap();
    assert!(told.contains(&Change::Thread(Box::new(row))));
}

async fn the_house_is_cleared(
    world: &World,
    mara: PersonId,
    thread: ThreadId,
    helper: AssistantId,
    answered: &Turn,
) {
    let store = &world.store;
    assert!(store.delete_thread(None, thread).await.unwrap());
    assert!(store.remove_assistant(mara, helper).await.unwrap());
    for session in world.reader().sessions(mara).await.unwrap() {
        assert!(store.revoke_session(mara, session.id).await.unwrap());
    }
    assert_eq!(
        world
            .reader()
            .session_by_hash([11; 32], Millis(0))
            .await
            .unwrap(),
        None
    );
    assert_eq!(world.reader().turn(answered.id).await.unwrap(), None);
    let listed = world.reader().threads(mara, false, None, 10).await.unwrap();
    assert_eq!(listed.items, []);
    let told = changes(store).await;
    assert!(told.contains(&Change::ThreadDeleted(thread)));
    assert!(
        !told
            .iter()
            .any(|change| matches!(change, Change::Message(_) | Change::Turn(_)))
    );
    let (notes, _) = world
        .reader()
        .audits(AuditFilter::default(), 100)
        .await
        .unwrap();
    let about = format!("turn {}", answered.id);
    let stays = notes.iter().any(|note| note.object == about);
    assert!(stays, "what was done stays on record: {notes:?}");
}

/// Everything that the feed tells someone who starts at its beginning.
async fn changes(store: &Store) -> Vec<Change> {
    let (mut told, mut from) = (Vec::new(), 0);
    loop {
        match store.reader().changes_after(from, 7).await.unwrap() {
            Feed::Reset => panic!("the feed reaches back to the beginning"),
            Feed::Changes { upto, .. } if upto == from => return told,
            Feed::Changes { changes, upto } => {
                told.extend(changes.into_iter().map(|(_, change)| change));
                from = upto;
            }
        }
    }
}
