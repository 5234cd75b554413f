//! Claiming: which turn is next, for whom, and how often at once.

use std::collections::HashSet;

use futures_util::future::join_all;
use switchboard_model::{
    outcome::OutcomeCode,
    room::{Begun, Caps},
    turn::TurnState,
};

use crate::world::{ROOMY, World};

on_both_databases! {
    async fn a_claim_brings_all_that_the_runner_needs(world: World) {
        let (mara, eve) = (world.person("mara").await, world.person("eve").await);
        let helper = world.assistant("helper", mara).await;
        let thread = world.thread(eve).await;
        let posted = world.post(thread, eve, "what is 2+2?", &[helper]).await;
        world.tick(5);
        let claimed = world.claim().await.unwrap();
        assert_eq!(claimed.message, posted.message);
        assert_eq!((claimed.assistant.id, claimed.assistant.owner), (helper, mara));
        assert_eq!(claimed.thread, world.reader().thread(eve, thread).await.unwrap().unwrap().thread);
        let mut expected = posted.turns[0].clone();
        let since = posted.message.created_at.plus(std::time::Duration::from_millis(5));
        expected.state = TurnState::Running { fence: claimed.fence, since };
        expected.started_at = Some(since);
        expected.number = Some(1);
        assert_eq!(claimed.turn, expected);
        assert_eq!(world.turn(expected.id).await, expected);
        assert!(world.claim().await.is_none());
    }

    async fn one_assistant_answers_a_thread_one_message_at_a_time_and_in_order(world: World) {
        let mara = world.person("mara").await;
        let helper = world.assistant("helper", mara).await;
        let thread = world.thread(mara).await;
        // All in the same millisecond: their places in the thread decide.
        let mut asked = Vec::new();
        for _ in 0..5 {
            asked.push(world.ask(thread, mara, helper).await.id);
        }
        for (place, id) in asked.iter().enumerate() {
            let position = world.reader().queue_position(*id).await.unwrap();
            assert_eq!(position, Some(place as i64));
        }
        for id in asked {
            let claimed = world.claim().await.unwrap();
            assert_eq!(claimed.turn.id, id);
            assert_eq!(world.reader().queue_position(id).await.unwrap(), None);
            assert!(world.claim().await.is_none(), "the thread and assistant are busy");
            world.reply(&claimed, "4").await;
        }
    }

    async fn a_turn_at_work_knows_which_one_of_its_thread_it_is(world: World) {
        let mara = world.person("mara").await;
        let (one, two) = (world.assistant("one", mara).await, world.assistant("two", mara).await);
        let (here, there) = (world.thread(mara).await, world.thread(mara).await);
        world.ask(there, mara, one).await;
        let first = world.ask(here, mara, one).await;
        assert_eq!(first.number, None, "it waits");
        for _ in 0..2 {
            let claimed = world.claim().await.unwrap();
            assert_eq!(claimed.turn.number, Some(1), "the first of its own thread");
            world.reply(&claimed, "4").await;
        }
        assert_eq!(world.turn(first.id).await.number, None, "it is over");
        let both = world.post(here, mara, "both", &[one, two]).await;
        let mut numbers = Vec::new();
        while let Some(claimed) = world.claim().await {
            numbers.push(claimed.turn.number);
        }
        numbers.sort_unstable();
        assert_eq!(numbers, [Some(2), Some(3)]);
        assert_eq!(both.turns.len(), 2);
    }

    async fn different_assistants_and_threads_run_side_by_side(world: World) {
        let mara = world.person("mara").await;
        let (one, two) = (world.assistant("one", mara).await, world.assistant("two", mara).await);
        let (here, there) = (world.thread(mara).await, world.thread(mara).await);
        world.post(here, mara, "both", &[one, two]).await;
        world.post(there, mara, "both", &[one, two]).await;
        let mut pairs = HashSet::new();
        for _ in 0..4 {
            let claimed = world.claim().await.unwrap();
            pairs.insert((claimed.turn.thread, claimed.turn.assistant));
        }
        assert_eq!(pairs.len(), 4);
        assert_eq!(world.reader().turn_counts().await.unwrap(), (0, 4));
    }

    async fn a_person_has_no_more_turns_at_once_than_the_cap(world: World) {
        let (mara, eve) = (world.person("mara").await, world.person("eve").await);
        let helper = world.assistant("helper", mara).await;
        for _ in 0..3 {
            world.ask(world.thread(mara).await, mara, helper).await;
        }
        world.tick(1);
        world.ask(world.thread(eve).await, eve, helper).await;
        let rules = Caps { per_login: 100, per_person: 2 };
        let mut people = Vec::new();
        while let Some(claimed) = world.store.claim("one", rules).await.unwrap() {
            people.push(claimed.turn.person);
        }
        assert_eq!(people, [mara, eve, mara], "whoever has fewer running comes first");
    }

    async fn a_turn_that_waits_for_a_person_leaves_room_for_others_within_bounds(world: World) {
        let mara = world.person("mara").await;
        let helper = world.assistant("helper", mara).await;
        for _ in 0..12 {
            world.ask(world.thread(mara).await, mara, helper).await;
        }
        let claim = async |per_login, per_person| {
            let rules = Caps { per_login, per_person };
            world.store.claim("one", rules).await.unwrap()
        };
        let mut questions = Vec::new();
        // Those that wait count to neither cap, up to four times as many as may run.
        for _ in 0..8 {
            let claimed = claim(2, 2).await.unwrap();
            let asked = world.store.ask(claimed.turn.id, claimed.fence, crate::talk::may_i("k"));
            questions.push((claimed, asked.await.unwrap().unwrap()));
        }
        assert!(claim(2, 100).await.is_none() && claim(100, 2).await.is_none(), "too many wait");
        let (claimed, question) = questions.pop().unwrap();
        world.store.void_question(question.id, claimed.fence).await.unwrap();
        assert!(claim(2, 2).await.is_none(), "it still runs");
        world.reply(&claimed, "4").await;
        for _ in 0..2 {
            let (claimed, question) = questions.pop().unwrap();
            world.store.void_question(question.id, claimed.fence).await.unwrap();
        }
        assert!(claim(2, 2).await.is_none(), "two work");
        assert!(claim(3, 3).await.is_some());
    }

    async fn who_is_next_is_told_what_was_begun_beside_them(world: World) {
        let (mara, eve) = (world.person("mara").await, world.person("eve").await);
        let (helper, other) = (world.assistant("helper", mara).await, world.assistant("other", eve).await);
        let busy = world.thread(mara).await;
        world.ask(busy, mara, helper).await;
        world.tick(1);
        world.ask(world.thread(mara).await, mara, helper).await;
        let [first, second] = [world.claim().await.unwrap(), world.claim().await.unwrap()];
        let asked = world.store.ask(second.turn.id, second.fence, crate::talk::may_i("k"));
        asked.await.unwrap().unwrap();
        assert_eq!(world.reader().in_line("one").await.unwrap(), []);

        // Behind one that runs in the same thread, and behind one that waits in another.
        world.ask(busy, mara, helper).await;
        let free = world.thread(mara).await;
        let next = world.ask(free, mara, helper).await;
        world.ask(free, mara, helper).await;
        world.tick(1);
        let of_eve = world.ask(world.thread(eve).await, eve, other).await;
        let seen = world.reader().in_line("one").await.unwrap();
        let told: Vec<_> = seen.iter().map(|one| (one.turn, one.person, one.login, one.here)).collect();
        let begun = Begun { open: 2, at_work: 1 };
        let nothing = Begun::default();
        assert_eq!(told, [(next.id, begun, begun, 2), (of_eve.id, nothing, nothing, 2)]);
        assert_eq!(world.reader().in_line("another").await.unwrap()[0].here, 0);
        world.reply(&first, "4").await;
        assert_eq!(world.reader().in_line("one").await.unwrap().len(), 3, "the busy thread is free");
    }

    async fn fifty_mentions_of_one_person_starve_nobody(world: World) {
        let (mara, eve) = (world.person("mara").await, world.person("eve").await);
        let helper = world.assistant("helper", mara).await;
        for _ in 0..50 {
            world.ask(world.thread(mara).await, mara, helper).await;
        }
        world.tick(1);
        let late = world.ask(world.thread(eve).await, eve, helper).await;
        world.claim().await.unwrap();
        assert_eq!(world.claim().await.unwrap().turn.id, late.id);
    }

    async fn a_login_is_an_owner_and_a_backend_and_has_a_cap_of_its_own(world: World) {
        let (mara, eve) = (world.person("mara").await, world.person("eve").await);
        let helper = world.assistant("helper", mara).await;
        let other = world.assistant("other", mara).await;
        for asker in [mara, eve] {
            let thread = world.thread(asker).await;
            world.post(thread, asker, "both", &[helper, other]).await;
        }
        let rules = Caps { per_login: 1, per_person: 100 };
        let mut assistants = Vec::new();
        while let Some(claimed) = world.store.claim("one", rules).await.unwrap() {
            assistants.push(claimed.turn.assistant);
        }
        assert_eq!(assistants.len(), 2);
        assert!(assistants.contains(&helper) && assistants.contains(&other));
    }

    async fn many_claimers_at_once_neither_share_a_turn_nor_break_a_cap(world: World) {
        let mara = world.person("mara").await;
        let helper = world.assistant("helper", mara).await;
        for _ in 0..6 {
            let thread = world.thread(mara).await;
            world.ask(thread, mara, helper).await;
            world.ask(thread, mara, helper).await;
        }
        let second = world.again(2, 0).await;
        let rules = Caps { per_login: 4, per_person: 100 };
        let claims = (0..16).map(|number| {
            let store = if number % 2 == 0 { &world.store } else { &second };
            store.claim("some", rules)
        });
        let claimed: Vec<_> = join_all(claims).await.into_iter().filter_map(|claim| claim.unwrap()).collect();
        let turns: HashSet<_> = claimed.iter().map(|claimed| claimed.turn.id).collect();
        let threads: HashSet<_> = claimed.iter().map(|claimed| claimed.turn.thread).collect();
        assert_eq!((claimed.len(), turns.len(), threads.len()), (4, 4, 4));
        assert_eq!(world.reader().turn_counts().await.unwrap(), (8, 4));
    }

    async fn a_claims_instance_and_plan_are_kept(world: World) {
        let mara = world.person("mara").await;
        let helper = world.assistant("helper", mara).await;
        world.ask(world.thread(mara).await, mara, helper).await;
        let claimed = world.store.claim("instance-7", ROOMY).await.unwrap().unwrap();
        let (turn, fence) = (claimed.turn.id, claimed.fence);
        let plan = "Mara's ChatGPT plan".to_owned();
        assert!(!world.store.set_runs_on(turn, fence - 1, "nobody's".into()).await.unwrap());
        assert!(world.store.set_runs_on(turn, fence, plan.clone()).await.unwrap());
        assert_eq!(world.turn(turn).await.runs_on, Some(plan));
        let running = world.reader().running().await.unwrap();
        assert_eq!((running[0].instance.as_str(), running[0].fence), ("instance-7", fence));
    }

    async fn a_backends_session_is_bound_under_the_fence_only(world: World) {
        let mara = world.person("mara").await;
        let helper = world.assistant("helper", mara).await;
        world.ask(world.thread(mara).await, mara, helper).await;
        let claimed = world.claim().await.unwrap();
        let (turn, fence) = (claimed.turn.id, claimed.fence);
        let bind = |fence, session: &str| world.store.bind_session(turn, fence, "/home".into(), session.into());
        assert!(!bind(fence - 1, "s0").await.unwrap());
        assert!(bind(fence, "s1").await.unwrap());
        assert!(bind(fence, "s2").await.unwrap());
    }

    async fn a_session_knows_what_it_heard_and_what_was_changed_since(world: World) {
        let mara = world.person("mara").await;
        let helper = world.assistant("helper", mara).await;
        let thread = world.thread(mara).await;
        let kept = async || world.reader().session_of(thread, helper).await.unwrap();
        let bind = async |claimed: &switchboard_store::Claimed, session: &str| {
            let bound = world.store.bind_session(
                claimed.turn.id,
                claimed.fence,
                "h".into(),
                session.into(),
            );
            assert!(bound.await.unwrap());
        };
        let first = world.post(thread, mara, "one", &[helper]).await.message;
        let claimed = world.claim().await.unwrap();
        bind(&claimed, "s").await;
        assert_eq!(kept().await, None, "nothing was answered in it");
        let bound = world.reader().bound_session(thread, helper).await.unwrap();
        assert_eq!(bound, Some(("h".to_owned(), "s".to_owned())));
        world.reply(&claimed, "1").await;
        world.tick(10);
        let unanswered = world.post(thread, mara, "two", &[]).await.message;
        world
            .store
            .edit_message(mara, first.id, "one, better".into())
            .await
            .unwrap();
        world
            .store
            .edit_message(mara, unanswered.id, "two, better".into())
            .await
            .unwrap();
        let session = kept().await.unwrap();
        assert_eq!(session.heard, first.seq);
        assert_eq!(Some(session.heard_at), claimed.turn.started_at);
        let changed = async |session: &switchboard_store::KeptSession, limit| {
            let changed =
                world
                    .reader()
                    .changed_since(thread, session.heard, session.heard_at, limit);
            changed
                .await
                .unwrap()
                .into_iter()
                .map(|message| message.text)
                .collect::<Vec<_>>()
        };
        assert_eq!(
            changed(&session, 9).await,
            ["one, better"],
            "the other is news as a whole"
        );
        assert!(changed(&session, 0).await.is_empty());
        world.tick(10);
        world.post(thread, mara, "three", &[helper]).await;
        let claimed = world.claim().await.unwrap();
        bind(&claimed, "s").await;
        world.reply(&claimed, "3").await;
        let session = kept().await.unwrap();
        assert!(changed(&session, 9).await.is_empty(), "it was told");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_turn_whose_question_is_lost_fails_and_those_behind_it_are_claimed() {
    let world = World::on_sqlite().await;
    let mara = world.person("mara").await;
    let helper = world.assistant("helper", mara).await;
    let (broken, whole) = (world.thread(mara).await, world.thread(mara).await);
    let long = "x".repeat(100_000);
    let lost = world.post(broken, mara, &long, &[helper]).await.turns[0].id;
    // So that the lost one is the first to be claimed.
    world.tick(1);
    let next = world.ask(whole, mara, helper).await.id;
    std::fs::remove_dir_all(world.home.path().join("blobs")).unwrap();
    assert_eq!(world.claim().await.unwrap().turn.id, next);
    let turn = world.turn(lost).await;
    let failure = turn.state.failure().unwrap();
    assert_eq!(failure.code, OutcomeCode::AssistantUnavailable);
    assert!(failure.detail.as_ref().unwrap().contains("blob"));
}
