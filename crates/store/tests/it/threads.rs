//! Threads: who sees them, what they are called, and their order.

use switchboard_model::{
    PersonId, ThreadId,
    home::Home,
    item::{ItemBody, ItemStatus},
    message::Speaker,
    settings::SettingsPatch,
    thread::{TitledBy, Visibility},
};
use switchboard_store::{AuditFilter, CreateError, EditError, NewThread, ThreadPatch, ThreadState};

use crate::world::{World, private_thread};

async fn listed(world: &World, person: PersonId) -> Vec<ThreadId> {
    let page = world
        .reader()
        .threads(person, false, None, 100)
        .await
        .unwrap();
    page.items.iter().map(|row| row.thread.id).collect()
}

async fn state(world: &World, person: PersonId, thread: ThreadId) -> ThreadState {
    world
        .reader()
        .thread(person, thread)
        .await
        .unwrap()
        .unwrap()
        .state
}

on_both_databases! {
    async fn the_same_client_id_opens_the_same_thread(world: World) {
        let (mara, eve) = (world.person("mara").await, world.person("eve").await);
        let mut new = private_thread(mara);
        new.client_id = Some("c1".into());
        let (first, fresh) = world.store.create_thread(new.clone()).await.unwrap();
        assert!(fresh);
        assert_eq!(world.store.create_thread(new.clone()).await.unwrap(), (first.clone(), false));
        let renamed = ThreadPatch { title: Some("later".into()), ..ThreadPatch::default() };
        world.store.patch_thread(None, first.thread.id, renamed).await.unwrap();
        let (again, _) = world.store.create_thread(new.clone()).await.unwrap();
        assert_eq!(again.thread.title, "later", "it is still what was asked for");
        for change in [
            |new: &mut NewThread| new.title = Some("other".into()),
            |new: &mut NewThread| new.visibility = Visibility::Open,
        ] {
            let mut another = new.clone();
            change(&mut another);
            let refused = world.store.create_thread(another).await;
            assert!(matches!(refused, Err(CreateError::ClientIdReused)));
        }
        new.created_by = eve;
        let (other, fresh) = world.store.create_thread(new).await.unwrap();
        assert!(fresh && other.thread.id != first.thread.id);
    }

    async fn a_private_thread_does_not_exist_for_strangers(world: World) {
        let (mara, eve) = (world.person("mara").await, world.person("eve").await);
        let thread = world.thread(mara).await;
        assert!(world.reader().thread(mara, thread).await.unwrap().is_some());
        assert_eq!(world.reader().thread(eve, thread).await.unwrap(), None);
        assert_eq!(listed(&world, eve).await, []);
        assert!(!world.reader().visible_threads(eve).await.unwrap().contains(&thread));

        world.store.add_member(mara, thread, eve).await.unwrap();
        assert!(world.reader().thread(eve, thread).await.unwrap().is_some());
        assert_eq!(listed(&world, eve).await, [thread]);
        assert!(world.reader().visible_threads(eve).await.unwrap().contains(&thread));
        let members = world.reader().members(thread).await.unwrap();
        assert_eq!(members.iter().map(|p| p.handle.as_str()).collect::<Vec<_>>(), ["eve", "mara"]);

        world.store.remove_member(mara, thread, eve).await.unwrap();
        assert_eq!(world.reader().thread(eve, thread).await.unwrap(), None);
    }

    async fn an_open_thread_is_seen_by_all(world: World) {
        let (mara, eve) = (world.person("mara").await, world.person("eve").await);
        let mut new = private_thread(mara);
        new.visibility = Visibility::Open;
        let (row, _) = world.store.create_thread(new).await.unwrap();
        assert_eq!(world.reader().thread(eve, row.thread.id).await.unwrap(), Some(row.clone()));
        assert_eq!(listed(&world, eve).await, [row.thread.id]);
        assert!(world.reader().visible_threads(eve).await.unwrap().contains(&row.thread.id));
        let close = ThreadPatch { visibility: Some(Visibility::Private), ..ThreadPatch::default() };
        world.store.patch_thread(None, row.thread.id, close).await.unwrap();
        assert_eq!(world.reader().thread(eve, row.thread.id).await.unwrap(), None);
    }

    async fn the_first_message_gives_the_title_and_a_person_may_change_it(world: World) {
        let mara = world.person("mara").await;
        let thread = world.thread(mara).await;
        let title = async || world.reader().thread(mara, thread).await.unwrap().unwrap().thread.title;
        assert_eq!(title().await, "");
        world.post(thread, mara, "@helper  what is 2+2?\nPlease.", &[]).await;
        assert_eq!(title().await, "what is 2+2?");
        world.post(thread, mara, "something else", &[]).await;
        assert_eq!(title().await, "what is 2+2?");
        let rename = |text: &str| ThreadPatch { title: Some(text.into()), ..ThreadPatch::default() };
        let row = world.store.patch_thread(None, thread, rename("sums")).await.unwrap().unwrap();
        assert_eq!((row.thread.title.as_str(), row.thread.titled_by), ("sums", TitledBy::Person));
        let row = world.store.patch_thread(None, thread, rename("")).await.unwrap().unwrap();
        assert_eq!((row.thread.title.as_str(), row.thread.titled_by), ("what is 2+2?", TitledBy::Auto));
    }

    async fn a_thread_that_moves_says_so_once_and_beside_another_assistant(world: World) {
        let mara = world.person("mara").await;
        let helper = world.assistant("helper", mara).await;
        let thread = world.thread(mara).await;
        let to = |home| ThreadPatch {
            settings: SettingsPatch { home: Some(home), ..SettingsPatch::default() },
            moves: Some(format!("to {}", home.as_str())),
            ..ThreadPatch::default()
        };
        let set = async |patch| world.store.patch_thread(Some(mara), thread, patch).await.unwrap().unwrap();
        set(to(Home::Own)).await;
        world.post(thread, mara, "hello", &[]).await;
        assert_eq!(set(to(Home::Own)).await.thread.settings.home, Home::Own);
        let mut both = to(Home::House);
        both.assistant = Some((helper, "helper answers".into()));
        assert_eq!(set(both).await.thread.settings.home, Home::House);
        let said = world.reader().messages(thread, None, 10).await.unwrap().messages;
        let said: Vec<_> = said.iter().map(|message| (message.seq, message.text.as_str())).collect();
        assert_eq!(said, [(1, "hello"), (2, "to house"), (3, "helper answers")]);
        let noted = world.reader().audits(AuditFilter::default(), 20).await.unwrap().0;
        let mut moves: Vec<_> = noted.iter().map(|entry| entry.action.as_str()).filter(|action| action.ends_with("_home")).collect();
        moves.sort_unstable();
        assert_eq!(moves, ["thread.own_home", "thread.private_home"]);
    }

    async fn a_title_that_a_person_chose_is_not_replaced_by_the_first_message(world: World) {
        let mara = world.person("mara").await;
        let mut new = private_thread(mara);
        new.title = Some("sums".into());
        let (row, _) = world.store.create_thread(new).await.unwrap();
        world.post(row.thread.id, mara, "what is 2+2?", &[]).await;
        let row = world.reader().thread(mara, row.thread.id).await.unwrap().unwrap();
        assert_eq!(row.thread.title, "sums");
    }

    async fn only_a_message_moves_a_thread_up(world: World) {
        let mara = world.person("mara").await;
        let first = world.thread(mara).await;
        world.tick(10);
        let second = world.thread(mara).await;
        assert_eq!(listed(&world, mara).await, [second, first]);
        world.tick(10);
        let patch = ThreadPatch { title: Some("renamed".into()), archived: Some(true), visibility: None, ..ThreadPatch::default() };
        let patched = world.store.patch_thread(None, first, patch).await.unwrap().unwrap();
        let back = ThreadPatch { archived: Some(false), ..ThreadPatch::default() };
        let patched_back = world.store.patch_thread(None, first, back).await.unwrap().unwrap();
        world.reader().messages(first, None, 10).await.unwrap();
        for row in [patched, patched_back] {
            assert_eq!(row.thread.last_message_at, row.thread.created_at);
        }
        assert_eq!(listed(&world, mara).await, [second, first]);
        world.post(first, mara, "hello", &[]).await;
        assert_eq!(listed(&world, mara).await, [first, second]);
    }

    async fn archived_threads_are_in_a_list_of_their_own(world: World) {
        let mara = world.person("mara").await;
        let (kept, away) = (world.thread(mara).await, world.thread(mara).await);
        let archive = ThreadPatch { archived: Some(true), ..ThreadPatch::default() };
        world.store.patch_thread(None, away, archive).await.unwrap();
        assert_eq!(listed(&world, mara).await, [kept]);
        let archived = world.reader().threads(mara, true, None, 10).await.unwrap();
        assert_eq!(archived.items.iter().map(|row| row.thread.id).collect::<Vec<_>>(), [away]);
    }

    async fn pages_of_threads_stay_whole_while_new_ones_arrive(world: World) {
        let mara = world.person("mara").await;
        let mut threads = Vec::new();
        for number in 0..7 {
            threads.insert(0, world.thread(mara).await);
            // Some share a millisecond: the id decides then.
            world.tick(number % 2);
        }
        let whole = listed(&world, mara).await;
        let mut read = Vec::new();
        let mut after = None;
        loop {
            let page = world.reader().threads(mara, false, after, 3).await.unwrap();
            read.extend(page.items.iter().map(|row| row.thread.id));
            world.tick(1);
            world.thread(mara).await;
            match page.next {
                Some(next) => after = Some(next),
                None => break,
            }
        }
        assert_eq!(read, whole);
    }

    async fn the_last_page_says_that_it_is_the_last(world: World) {
        let mara = world.person("mara").await;
        world.thread(mara).await;
        world.thread(mara).await;
        assert_eq!(world.reader().threads(mara, false, None, 2).await.unwrap().next, None);
        assert!(world.reader().threads(mara, false, None, 1).await.unwrap().next.is_some());
    }

    async fn the_lamp_shows_the_strongest_state(world: World) {
        let mara = world.person("mara").await;
        let (one, two) = (world.assistant("one", mara).await, world.assistant("two", mara).await);
        let thread = world.thread(mara).await;
        assert_eq!(state(&world, mara, thread).await, ThreadState::Idle);
        world.post(thread, mara, "both of you", &[one, two]).await;
        assert_eq!(state(&world, mara, thread).await, ThreadState::Running);
        let (first, second) = (world.claim().await.unwrap(), world.claim().await.unwrap());
        let item = world.item(&first, 1, ItemBody::Text, ItemStatus::Open, "hm");
        world.put(&first, &[item]).await;
        world.fail(&first).await;
        assert_eq!(state(&world, mara, thread).await, ThreadState::Running);
        let asked = world.store.ask(second.turn.id, second.fence, crate::talk::may_i("k1")).await.unwrap();
        assert_eq!(state(&world, mara, thread).await, ThreadState::NeedsYou);
        world.store.void_question(asked.unwrap().id, second.fence).await.unwrap();
        assert_eq!(state(&world, mara, thread).await, ThreadState::Running);
        world.reply(&second, "done").await;
        assert_eq!(state(&world, mara, thread).await, ThreadState::Failed, "one of the two failed");
        world.store.retry(first.turn.id, mara).await.unwrap();
        let again = world.claim().await.unwrap();
        world.reply(&again, "done").await;
        assert_eq!(state(&world, mara, thread).await, ThreadState::Idle);
    }

    async fn a_thread_shows_who_said_what_last(world: World) {
        let mara = world.person("mara").await;
        let helper = world.assistant("helper", mara).await;
        let thread = world.thread(mara).await;
        let last = async || world.reader().thread(mara, thread).await.unwrap().unwrap().last;
        assert_eq!(last().await, None);
        world.ask(thread, mara, helper).await;
        assert_eq!(last().await, Some(("mara".into(), "what is 2+2?".into())));
        world.reply(&world.claim().await.unwrap(), &"é".repeat(200)).await;
        assert_eq!(last().await, Some(("helper".into(), "é".repeat(140))));
    }

    async fn a_thread_that_is_not_there_is_not_patched(world: World) {
        let nowhere = world.store.ids().make();
        assert_eq!(world.store.patch_thread(None, nowhere, ThreadPatch::default()).await.unwrap(), None);
        assert!(!world.store.delete_thread(None, nowhere).await.unwrap());
    }

    async fn a_thread_says_once_who_gave_it_another_assistant_and_prompts_do_not(world: World) {
        let mara = world.person("mara").await;
        let (one, two) = (world.assistant("one", mara).await, world.assistant("two", mara).await);
        let thread = world.thread(mara).await;
        let hand_over = async |to, words: &str| {
            let patch = ThreadPatch { assistant: Some((to, words.to_owned())), ..ThreadPatch::default() };
            world.store.patch_thread(Some(mara), thread, patch).await.unwrap().unwrap()
        };
        assert_eq!(hand_over(one, "nobody was told").await.thread.assistant, Some(one));
        world.post(thread, mara, "hello", &[]).await;
        for _ in 0..2 {
            hand_over(two, "two answers").await;
        }
        world.post(thread, mara, "and now?", &[]).await;
        let page = world.reader().messages(thread, None, 9).await.unwrap();
        let said: Vec<_> = page.messages.iter().map(|m| (m.role, &*m.text, m.author.id)).collect();
        assert_eq!(
            said,
            [
                (Speaker::User, "hello", mara),
                (Speaker::Note, "two answers", mara),
                (Speaker::User, "and now?", mara),
            ]
        );
        let told = world.reader().context(thread, 3, 9).await.unwrap();
        assert_eq!(told.len(), 1, "{told:?}");
        let refused = world.store.edit_message(mara, page.messages[1].id, "x".into()).await;
        assert!(matches!(refused, Err(EditError::NotYours)), "{refused:?}");
    }
}
