//! Posting and reading back.

use std::collections::HashSet;

use futures_util::future::join_all;
use switchboard_model::{
    message::Speaker,
    outcome::{Failure, OutcomeCode},
    turn::TurnState,
};
use switchboard_store::{Addressed, CreateError, MessagePage, PostError, StoreError};

use crate::world::{World, failure, post, private_thread};

fn seqs(page: &MessagePage) -> Vec<i64> {
    page.messages.iter().map(|message| message.seq).collect()
}

on_both_databases! {
    async fn the_same_client_id_with_the_same_text_is_the_same_post(world: World) {
        let mara = world.person("mara").await;
        let helper = world.assistant("helper", mara).await;
        let thread = world.thread(mara).await;
        let mut twice = post(thread, mara, "hello", &[helper]);
        twice.client_id = Some("c1".into());
        let first = world.store.append_message(twice.clone()).await.unwrap();
        let again = world.store.append_message(twice).await.unwrap();
        assert!(!first.repeated && again.repeated);
        assert_eq!((again.message, again.turns), (first.message.clone(), first.turns));
        let page = world.reader().messages(thread, None, 10).await.unwrap();
        assert_eq!(page.messages, std::slice::from_ref(&first.message));
        assert_eq!(page.client_ids, [(first.message.id, "c1".to_owned())]);
    }

    async fn a_repeated_post_shows_the_newest_attempt_of_its_turn(world: World) {
        let mara = world.person("mara").await;
        let helper = world.assistant("helper", mara).await;
        let mut twice = post(world.thread(mara).await, mara, "hello", &[helper]);
        twice.client_id = Some("c1".into());
        world.store.append_message(twice.clone()).await.unwrap();
        let claimed = world.claim().await.unwrap();
        world.fail(&claimed).await;
        let newest = world.store.retry(claimed.turn.id, mara).await.unwrap();
        assert_eq!(world.store.append_message(twice).await.unwrap().turns, [newest]);
    }

    async fn the_same_client_id_with_another_text_is_refused(world: World) {
        let mara = world.person("mara").await;
        let thread = world.thread(mara).await;
        let mut one = post(thread, mara, "hello", &[]);
        one.client_id = Some("c1".into());
        world.store.append_message(one.clone()).await.unwrap();
        one.text = "goodbye".into();
        assert!(matches!(world.store.append_message(one).await, Err(PostError::ClientIdReused)));
    }

    async fn a_client_id_counts_per_person_and_thread(world: World) {
        let (mara, eve) = (world.person("mara").await, world.person("eve").await);
        let (one, two) = (world.thread(mara).await, world.thread(mara).await);
        for (thread, author) in [(one, mara), (one, eve), (two, mara)] {
            let mut hello = post(thread, author, &format!("hello from {author}"), &[]);
            hello.client_id = Some("c1".into());
            assert!(!world.store.append_message(hello).await.unwrap().repeated);
        }
    }

    async fn concurrent_repeats_of_one_post_store_it_once(world: World) {
        let mara = world.person("mara").await;
        let helper = world.assistant("helper", mara).await;
        let thread = world.thread(mara).await;
        let mut same = post(thread, mara, "hello", &[helper]);
        same.client_id = Some("c1".into());
        let posts = join_all((0..8).map(|_| world.store.append_message(same.clone()))).await;
        let stored: HashSet<_> = posts.into_iter().map(|posted| posted.unwrap().message.id).collect();
        assert_eq!(stored.len(), 1);
        assert_eq!(world.reader().turn_counts().await.unwrap(), (1, 0));
    }

    async fn places_in_a_thread_have_no_gaps_under_concurrent_posts(world: World) {
        let mara = world.person("mara").await;
        let (one, two) = (world.thread(mara).await, world.thread(mara).await);
        let posts = (0..24).map(|number| {
            let thread = if number % 3 == 0 { two } else { one };
            world.store.append_message(post(thread, mara, &format!("message {number}"), &[]))
        });
        for posted in join_all(posts).await {
            posted.unwrap();
        }
        for (thread, count) in [(one, 16), (two, 8)] {
            let page = world.reader().messages(thread, None, 100).await.unwrap();
            assert_eq!(seqs(&page), (1..=count).collect::<Vec<_>>());
            let row = world.reader().thread(mara, thread).await.unwrap().unwrap();
            assert_eq!(row.thread.last_seq, count);
        }
    }

    async fn a_post_owes_one_turn_to_each_assistant_in_the_order_of_the_mentions(world: World) {
        let mara = world.person("mara").await;
        let assistants = [
            world.assistant("zed", mara).await,
            world.assistant("abe", mara).await,
            world.assistant("mid", mara).await,
        ];
        let thread = world.thread(mara).await;
        let posted = world.post(thread, mara, "all of you", &assistants).await;
        let asked: Vec<_> = posted.turns.iter().map(|turn| turn.assistant).collect();
        assert_eq!(asked, assistants);
        for turn in &posted.turns {
            assert_eq!(
                (turn.message, turn.person, turn.attempt, &turn.state),
                (posted.message.id, mara, 1, &TurnState::Queued)
            );
            assert_eq!(&world.turn(turn.id).await, turn);
        }
        let page = world.reader().messages(thread, None, 10).await.unwrap();
        assert_eq!(page.turns, posted.turns);
        assert_eq!(world.reader().open_turns(thread).await.unwrap(), posted.turns);
    }

    async fn an_assistant_that_is_addressed_twice_makes_the_whole_post_fail(world: World) {
        let mara = world.person("mara").await;
        let helper = world.assistant("helper", mara).await;
        let thread = world.thread(mara).await;
        let double = post(thread, mara, "you, you!", &[helper, helper]);
        assert!(matches!(world.store.append_message(double).await, Err(PostError::Store(_))));
        assert_eq!(world.reader().messages(thread, None, 10).await.unwrap().messages, []);
        assert_eq!(world.post(thread, mara, "you!", &[helper]).await.message.seq, 1);
    }

    async fn an_assistant_that_cannot_answer_gets_a_failed_turn_and_no_message(world: World) {
        let mara = world.person("mara").await;
        let helper = world.assistant("helper", mara).await;
        let thread = world.thread(mara).await;
        let why = Failure::new(OutcomeCode::AssistantNotAllowed, "not yours").detail("more");
        let mut asking = post(thread, mara, "you!", &[]);
        asking.addressed = vec![Addressed { assistant: helper, refused: Some(why.clone()), detached: None }];
        let posted = world.store.append_message(asking).await.unwrap();
        assert_eq!(posted.turns[0].state, TurnState::Failed(why));
        assert_eq!(posted.turns[0].ended_at, Some(posted.message.created_at));
        assert_eq!(world.turn(posted.turns[0].id).await, posted.turns[0]);
        assert!(world.claim().await.is_none());
    }

    async fn pages_go_back_and_forth_and_stay_whole_under_new_messages(world: World) {
        let mara = world.person("mara").await;
        let thread = world.thread(mara).await;
        for number in 1..=7 {
            world.post(thread, mara, &format!("message {number}"), &[]).await;
        }
        let newest = world.reader().messages(thread, None, 3).await.unwrap();
        assert_eq!((seqs(&newest), newest.older), (vec![5, 6, 7], Some(5)));
        world.post(thread, mara, "one more", &[]).await;
        let older = world.reader().messages(thread, newest.older, 3).await.unwrap();
        assert_eq!((seqs(&older), older.older), (vec![2, 3, 4], Some(2)));
        let oldest = world.reader().messages(thread, older.older, 3).await.unwrap();
        assert_eq!((seqs(&oldest), oldest.older), (vec![1], None));
        let after = world.reader().messages_after(thread, 5, 2).await.unwrap();
        assert_eq!(seqs(&after), [6, 7]);
        let end = world.reader().messages_after(thread, 8, 2).await.unwrap();
        assert_eq!((seqs(&end), end.older), (vec![], None));
    }

    async fn a_page_of_large_messages_ends_before_its_limit_and_says_so(world: World) {
        let mara = world.person("mara").await;
        let thread = world.thread(mara).await;
        let large = "x".repeat(1024 * 1024);
        for _ in 0..6 {
            world.post(thread, mara, &large, &[]).await;
        }
        let reader = world.reader();
        let newest = reader.messages(thread, None, 200).await.unwrap();
        assert_eq!((seqs(&newest), newest.older, newest.newer), (vec![3, 4, 5, 6], Some(3), None));
        let older = reader.messages(thread, newest.older, 200).await.unwrap();
        assert_eq!((seqs(&older), older.older), (vec![1, 2], None));
        let first = reader.messages_after(thread, 0, 200).await.unwrap();
        assert_eq!((seqs(&first), first.newer), (vec![1, 2, 3, 4], Some(4)));
        let rest = reader.messages_after(thread, 4, 200).await.unwrap();
        assert_eq!((seqs(&rest), rest.newer), (vec![5, 6], None));
        let around = reader.messages_around(thread, 3, 200).await.unwrap();
        assert_eq!((seqs(&around), around.older, around.newer), (vec![2, 3, 4, 5], Some(2), Some(5)));
        let context = reader.context(thread, 7, 50).await.unwrap();
        assert_eq!(context.len(), 4);
    }

    async fn a_page_has_the_last_attempts_at_its_answers_and_every_open_turn(world: World) {
        let mara = world.person("mara").await;
        let helper = world.assistant("helper", mara).await;
        let thread = world.thread(mara).await;
        world.ask(thread, mara, helper).await;
        let claimed = world.claim().await.unwrap();
        let first = world.fail(&claimed).await;
        world.tick(1);
        let second = world.store.retry(claimed.turn.id, mara).await.unwrap();
        world.post(thread, mara, "not asking anyone", &[]).await;
        let first_page = world.reader().messages_after(thread, 0, 1).await.unwrap();
        assert_eq!(first_page.turns, [first.clone(), second.clone()]);
        let other_page = world.reader().messages_after(thread, 1, 1).await.unwrap();
        assert_eq!(other_page.turns, [second], "open turns are on every page");
        let claimed = world.claim().await.unwrap();
        let failed = world.fail(&claimed).await;
        let first_page = world.reader().messages_after(thread, 0, 1).await.unwrap();
        assert_eq!(first_page.turns, [first, failed.clone()]);
        let mut last = failed;
        for _ in 3..8 {
            world.tick(1);
            world.store.retry(last.id, mara).await.unwrap();
            let claimed = world.claim().await.unwrap();
            last = world.fail(&claimed).await;
        }
        let first_page = world.reader().messages_after(thread, 0, 1).await.unwrap();
        let attempts: Vec<_> = first_page.turns.iter().map(|turn| turn.attempt).collect();
        assert_eq!(attempts, [3, 4, 5, 6, 7]);
        let other_page = world.reader().messages_after(thread, 1, 1).await.unwrap();
        assert_eq!(other_page.turns, []);
    }

    async fn a_prompts_context_is_what_was_said_before_without_failures(world: World) {
        let mara = world.person("mara").await;
        let helper = world.assistant("helper", mara).await;
        let thread = world.thread(mara).await;
        world.ask(thread, mara, helper).await;
        let claimed = world.claim().await.unwrap();
        world.reply(&claimed, "4").await;
        world.ask(thread, mara, helper).await;
        let claimed = world.claim().await.unwrap();
        world.fail(&claimed).await;
        let asking = world.post(thread, mara, "and now?", &[helper]).await.message;
        let context = world.reader().context(thread, asking.seq, 2).await.unwrap();
        let said: Vec<_> = context.iter().map(|m| (m.role, m.text.as_str())).collect();
        assert_eq!(said, [(Speaker::Assistant, "4"), (Speaker::User, "what is 2+2?")]);
        assert!(!context.iter().any(|message| message.text.contains(&failure().message)));
    }

    async fn a_long_text_is_kept_whole_and_its_thread_shows_the_beginning(world: World) {
        let mara = world.person("mara").await;
        let thread = world.thread(mara).await;
        let long = "ünïcödé ".repeat(20_000);
        let posted = world.post(thread, mara, &long, &[]).await;
        assert_eq!(posted.message.text, long);
        let page = world.reader().messages(thread, None, 1).await.unwrap();
        assert_eq!(page.messages[0].text, long);
        assert_eq!(world.reader().message(posted.message.id).await.unwrap().unwrap().text, long);
        let row = world.reader().thread(mara, thread).await.unwrap().unwrap();
        assert_eq!(row.last.unwrap().1, long.chars().take(140).collect::<String>());
    }

    async fn a_nul_character_never_reaches_the_database(world: World) {
        let mara = world.person("mara").await;
        let thread = world.thread(mara).await;
        let posted = world.post(thread, mara, "a\0b", &[]).await;
        assert_eq!(posted.message.text, "a\u{FFFD}b");
        assert_eq!(world.reader().message(posted.message.id).await.unwrap(), Some(posted.message));
    }

    async fn a_full_disk_refuses_new_work_and_lets_the_rest_go_on(world: World) {
        let mara = world.person("mara").await;
        let helper = world.assistant("helper", mara).await;
        let thread = world.thread(mara).await;
        world.ask(thread, mara, helper).await;
        let claimed = world.claim().await.unwrap();
        world.ask(thread, mara, helper).await;

        let full = world.again(2, u64::MAX).await;
        let refused = full.append_message(post(thread, mara, "more", &[])).await;
        assert!(matches!(refused, Err(PostError::Store(StoreError::DiskFull))));
        let refused = full.create_thread(private_thread(mara)).await;
        assert!(matches!(refused, Err(CreateError::Store(StoreError::DiskFull))));

        let outcome = switchboard_model::turn::Outcome::Replied { text: "4".into() };
        let finished = full.finish(claimed.turn.id, claimed.fence, outcome).await.unwrap();
        assert_eq!(crate::world::stored(finished).state, TurnState::Done);
        let waiting = full.reader().open_turns(thread).await.unwrap();
        assert_eq!(full.request_stop(waiting[0].id).await.unwrap().state, TurnState::Cancelled);
        full.add_link(None, mara, [1; 32], switchboard_model::Millis(i64::MAX)).await.unwrap();
        assert!(full.redeem_link([1; 32], [2; 32], String::new()).await.unwrap().is_some());
    }
}
