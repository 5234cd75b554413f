//! Messages that wait: which is next, what holds them, and that each is posted once.

use switchboard_model::{
    AssistantId, Millis, PersonId, QueuedId, ThreadId,
    outcome::{Failure, OutcomeCode},
    queue::{MOST, Queue, Queued, Why},
    turn::Outcome,
};
use switchboard_store::{
    Addressed, Change, Feed, FromQueue, NewQueued, Post, PostError, Posted, QueueError, When,
};

use crate::world::{World, failure, post};

fn new(thread: ThreadId, person: PersonId, text: &str) -> NewQueued {
    NewQueued {
        thread,
        person,
        text: text.into(),
        attachments: Vec::new(),
        client_id: None,
    }
}

async fn queue(world: &World, thread: ThreadId, person: PersonId, text: &str) -> Queued {
    let (queued, fresh) = world.store.queue(new(thread, person, text)).await.unwrap();
    assert!(fresh);
    queued
}

async fn waiting(world: &World, thread: ThreadId, person: PersonId) -> Queue {
    world.reader().queue(thread, person).await.unwrap()
}

async fn texts(world: &World, thread: ThreadId, person: PersonId) -> Vec<String> {
    let queue = waiting(world, thread, person).await;
    queue.items.into_iter().map(|queued| queued.text).collect()
}

/// The ids of what is due.
async fn due(world: &World) -> Vec<QueuedId> {
    let now = world.store.ids().clock().now();
    let due = world.reader().due_queued(now, 10).await.unwrap();
    due.into_iter().map(|queued| queued.id).collect()
}

/// Posts an entry as the engine does.
async fn post_it(
    world: &World,
    queued: &Queued,
    when: When,
    to: &[AssistantId],
) -> Result<Posted, PostError> {
    let from = FromQueue {
        id: queued.id,
        when,
    };
    let post = Post {
        client_id: Some(queued.id.to_string()),
        queued: Some(from),
        ..post(queued.thread, queued.person, &queued.text, to)
    };
    world.store.append_message(post).await
}

/// Ends the turn that is next with this failure.
async fn fail_with(world: &World, failure: Failure) {
    let claimed = world.claim().await.unwrap();
    let (turn, fence) = (claimed.turn.id, claimed.fence);
    let outcome = Outcome::Failed(failure);
    world.store.finish(turn, fence, outcome).await.unwrap();
}

on_both_databases! {
    async fn what_waits_goes_one_by_one_each_after_the_answer_before_it(world: World) {
        let mara = world.person("mara").await;
        let helper = world.assistant("helper", mara).await;
        let thread = world.thread(mara).await;
        world.ask(thread, mara, helper).await;
        let first = queue(&world, thread, mara, "and 3+3?").await;
        let second = queue(&world, thread, mara, "and 4+4?").await;
        assert_eq!(due(&world).await, [], "a turn is open");
        let claimed = world.claim().await.unwrap();
        assert_eq!(due(&world).await, []);
        world.reply(&claimed, "4").await;
        assert_eq!(due(&world).await, [first.id]);
        assert!(matches!(
            post_it(&world, &second, When::Due, &[helper]).await,
            Err(PostError::NotWaiting)
        ));
        let posted = post_it(&world, &first, When::Due, &[helper]).await.unwrap();
        assert_eq!((posted.message.seq, posted.message.text.as_str()), (3, "and 3+3?"));
        assert_eq!(due(&world).await, []);
        world.reply(&world.claim().await.unwrap(), "6").await;
        assert_eq!(due(&world).await, [second.id]);
        assert_eq!(texts(&world, thread, mara).await, ["and 4+4?"]);
    }

    async fn an_entry_is_posted_once_whoever_tries_and_however_often(world: World) {
        let mara = world.person("mara").await;
        let thread = world.thread(mara).await;
        let queued = queue(&world, thread, mara, "hello").await;
        let other = world.again(7, 0).await;
        let from = FromQueue { id: queued.id, when: When::Due };
        let tries = (0..8).map(|n| {
            let store = if n % 2 == 0 { world.store.clone() } else { other.clone() };
            let post = Post { queued: Some(from), ..post(thread, mara, "hello", &[]) };
            tokio::spawn(async move { store.append_message(post).await.is_ok() })
        });
        let mut posted = 0;
        for tried in tries.collect::<Vec<_>>() {
            posted += usize::from(tried.await.unwrap());
        }
        assert_eq!(posted, 1);
        let page = world.reader().messages(thread, None, 10).await.unwrap();
        assert_eq!(page.messages.len(), 1);
        assert_eq!(world.reader().queued(mara, queued.id).await.unwrap(), None);
        other.close().await;
    }

    async fn anything_but_an_answer_holds_the_queue_until_its_person_posts(world: World) {
        let mara = world.person("mara").await;
        let helper = world.assistant("helper", mara).await;
        let thread = world.thread(mara).await;
        world.ask(thread, mara, helper).await;
        let waits = queue(&world, thread, mara, "next").await;
        fail_with(&world, failure()).await;
        let held = waiting(&world, thread, mara).await.held.unwrap();
        assert_eq!((held.why, held.until), (Why::Failed(OutcomeCode::Crashed), None));
        world.tick(1_000_000_000);
        assert_eq!(due(&world).await, []);
        // Others' posts change nothing.
        let eve = world.person("eve").await;
        world.store.add_member(mara, thread, eve).await.unwrap();
        world.post(thread, eve, "hm", &[]).await;
        assert_eq!(due(&world).await, []);
        // Sending it now posts it whatever holds it, and lets the rest go on.
        let more = queue(&world, thread, mara, "more").await;
        post_it(&world, &waits, When::Now, &[]).await.unwrap();
        assert_eq!(waiting(&world, thread, mara).await.held, None);
        assert_eq!(due(&world).await, [more.id]);

        let turn = world.ask(thread, mara, helper).await;
        world.store.request_stop(turn.id).await.unwrap();
        assert_eq!(waiting(&world, thread, mara).await.held.unwrap().why, Why::Stopped);
        // Trying again, and an answer this time.
        world.store.retry(turn.id, mara).await.unwrap();
        world.reply(&world.claim().await.unwrap(), "4").await;
        assert_eq!(due(&world).await, [more.id]);
    }

    async fn a_limit_holds_the_queue_until_it_resets(world: World) {
        let mara = world.person("mara").await;
        let helper = world.assistant("helper", mara).await;
        let thread = world.thread(mara).await;
        world.ask(thread, mara, helper).await;
        let waits = queue(&world, thread, mara, "next").await;
        let resets = Millis(world.store.ids().clock().now().0 + 60_000);
        let limited = Failure::new(OutcomeCode::RateLimited, "no more").retry_at(Some(resets));
        fail_with(&world, limited).await;
        let held = waiting(&world, thread, mara).await.held.unwrap();
        assert_eq!((held.why, held.until), (Why::Failed(OutcomeCode::RateLimited), Some(resets)));
        world.tick(59_999);
        assert_eq!(due(&world).await, []);
        world.tick(1);
        assert_eq!(due(&world).await, [waits.id]);
    }

    async fn a_mention_that_is_refused_at_once_holds_the_queue_too(world: World) {
        let mara = world.person("mara").await;
        let helper = world.assistant("helper", mara).await;
        let thread = world.thread(mara).await;
        queue(&world, thread, mara, "next").await;
        let refused = Failure::new(OutcomeCode::AssistantUnavailable, "off");
        let addressed = Addressed { assistant: helper, refused: Some(refused), detached: None };
        let post = Post { addressed: vec![addressed], ..post(thread, mara, "@helper", &[]) };
        world.store.append_message(post).await.unwrap();
        let held = waiting(&world, thread, mara).await.held.unwrap();
        assert_eq!(held.why, Why::Failed(OutcomeCode::AssistantUnavailable));
    }

    async fn two_peoples_queues_and_two_threads_are_apart(world: World) {
        let (mara, eve) = (world.person("mara").await, world.person("eve").await);
        let helper = world.assistant("helper", mara).await;
        let thread = world.thread(mara).await;
        let elsewhere = world.thread(mara).await;
        world.store.add_member(mara, thread, eve).await.unwrap();
        world.ask(thread, mara, helper).await;
        queue(&world, thread, mara, "mara waits").await;
        let eves = queue(&world, thread, eve, "eve does not").await;
        world.tick(1);
        let other = queue(&world, elsewhere, mara, "nor here").await;
        assert_eq!(due(&world).await, [eves.id, other.id]);
        assert_eq!(texts(&world, thread, eve).await, ["eve does not"]);
        assert!(!world.store.take_back_queued(mara, eves.id).await.unwrap());
        assert!(!world.store.change_queued(mara, eves.id, "x".into()).await.unwrap());
        assert_eq!(world.reader().queued(mara, eves.id).await.unwrap(), None);
    }

    async fn the_same_client_id_queues_once_also_after_it_was_posted(world: World) {
        let mara = world.person("mara").await;
        let thread = world.thread(mara).await;
        let with_id = |text: &str| NewQueued { client_id: Some("c-1".into()), ..new(thread, mara, text) };
        let (first, fresh) = world.store.queue(with_id("hello")).await.unwrap();
        assert!(fresh);
        let again = world.store.queue(with_id("hello")).await.unwrap();
        assert_eq!(again, (first.clone(), false));
        let other = world.store.queue(with_id("other")).await;
        assert!(matches!(other, Err(QueueError::ClientIdReused)));
        post_it(&world, &first, When::Due, &[]).await.unwrap();
        let again = world.store.queue(with_id("hello")).await.unwrap();
        assert_eq!(again, (first, false));
        assert_eq!(texts(&world, thread, mara).await, Vec::<String>::new());
    }

    async fn so_many_wait_and_no_more(world: World) {
        let mara = world.person("mara").await;
        let thread = world.thread(mara).await;
        let mut last = None;
        for n in 0..MOST {
            last = Some(queue(&world, thread, mara, &format!("{n}")).await);
        }
        let more = world.store.queue(new(thread, mara, "more")).await;
        assert!(matches!(more, Err(QueueError::Full)));
        assert!(world.store.take_back_queued(mara, last.unwrap().id).await.unwrap());
        queue(&world, thread, mara, "more").await;
    }

    async fn a_change_is_told_and_is_what_gets_posted(world: World) {
        let mara = world.person("mara").await;
        let thread = world.thread(mara).await;
        let queued = queue(&world, thread, mara, "helo").await;
        let from = world.reader().position().await.unwrap().pos;
        assert!(world.store.change_queued(mara, queued.id, "hello".into()).await.unwrap());
        let told = world.reader().changes_after(from, 10).await.unwrap();
        let change = Change::Queue { thread, person: mara };
        assert_eq!(told, Feed::Changes { changes: vec![(from + 1, change)], upto: from + 1 });
        assert_eq!(texts(&world, thread, mara).await, ["hello"]);
        assert!(world.store.take_back_queued(mara, queued.id).await.unwrap());
        assert!(!world.store.take_back_queued(mara, queued.id).await.unwrap());
        assert!(!world.store.change_queued(mara, queued.id, "late".into()).await.unwrap());
        assert!(matches!(
            post_it(&world, &queued, When::Now, &[]).await,
            Err(PostError::NotWaiting)
        ));
    }

    async fn what_was_read_before_a_change_is_not_posted(world: World) {
        let mara = world.person("mara").await;
        let thread = world.thread(mara).await;
        let read = queue(&world, thread, mara, "old words").await;
        assert!(world.store.change_queued(mara, read.id, "new words".into()).await.unwrap());
        for when in [When::Due, When::Now] {
            let posted = post_it(&world, &read, when, &[]).await;
            assert!(matches!(posted, Err(PostError::NotWaiting)));
        }
        let read = world.reader().queued(mara, read.id).await.unwrap().unwrap();
        let posted = post_it(&world, &read, When::Due, &[]).await.unwrap();
        assert_eq!(posted.message.text, "new words");
    }

    async fn who_cannot_post_any_more_has_nothing_waiting(world: World) {
        let (mara, eve) = (world.person("mara").await, world.person("eve").await);
        let thread = world.thread(mara).await;
        world.store.add_member(mara, thread, eve).await.unwrap();
        queue(&world, thread, eve, "bye").await;
        world.store.remove_member(mara, thread, eve).await.unwrap();
        assert_eq!(texts(&world, thread, eve).await, Vec::<String>::new());
        queue(&world, thread, mara, "gone").await;
        world.store.delete_thread(None, thread).await.unwrap();
        assert_eq!(texts(&world, thread, mara).await, Vec::<String>::new());
        let late = world.store.queue(new(thread, mara, "late")).await;
        assert!(matches!(late, Err(QueueError::NoThread)));
    }
}
