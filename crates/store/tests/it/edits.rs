//! Changing what was said, and pages around a place.

use switchboard_model::search::Query;
use switchboard_store::{EditError, Post};

use crate::world::{World, post};

on_both_databases! {
    async fn an_edit_is_what_everyone_reads_from_then_on(world: World) {
        let mara = world.person("mara").await;
        let helper = world.assistant("helper", mara).await;
        let thread = world.thread(mara).await;
        let client_id = Some("c-1".to_owned());
        let first = Post { client_id, ..post(thread, mara, "about Zanzibar", &[]) };
        let said = world.store.append_message(first.clone()).await.unwrap().message;
        world.tick(5);
        let edited = world.store.edit_message(mara, said.id, "about Samarkand".into()).await.unwrap();
        assert_eq!((edited.text.as_str(), edited.seq), ("about Samarkand", 1));
        assert_eq!(edited.edited_at.map(|at| at.0), Some(said.created_at.0 + 5));
        let row = world.reader().thread(mara, thread).await.unwrap().unwrap();
        assert_eq!(row.thread.title, "about Samarkand");
        assert_eq!(row.last.unwrap().1, "about Samarkand");
        for (word, hits) in [("zanzibar", 0), ("samarkand", 2)] {
            let query = Query::parse(word).unwrap();
            let found = world.reader().search(mara, query, None, None, 10).await.unwrap();
            assert_eq!(found.items.len(), hits, "{word}");
        }
        // The same post again is still the same post.
        let again = world.store.append_message(first).await.unwrap();
        assert!(again.repeated);
        assert_eq!(again.message, edited);
        // A turn that is asked for later reads the new text.
        world.ask(thread, mara, helper).await;
        let claimed = world.claim().await.unwrap();
        let context = world.reader().context(thread, claimed.message.seq, 10).await.unwrap();
        assert_eq!(context[0].text, "about Samarkand");
    }

    async fn only_the_author_edits_and_never_under_an_open_turn(world: World) {
        let (mara, eve) = (world.person("mara").await, world.person("eve").await);
        let helper = world.assistant("helper", mara).await;
        let thread = world.thread(mara).await;
        let asked = world.post(thread, mara, "what is 2+2?", &[helper]).await.message;
        let edit = |by, id| world.store.edit_message(by, id, "what is 3+3?".into());
        assert!(matches!(edit(mara, asked.id).await, Err(EditError::TurnOpen)));
        assert!(matches!(edit(eve, asked.id).await, Err(EditError::NotYours)));
        let claimed = world.claim().await.unwrap();
        assert!(matches!(edit(mara, asked.id).await, Err(EditError::TurnOpen)));
        let done = world.reply(&claimed, "4").await;
        assert!(matches!(edit(mara, done.reply.unwrap()).await, Err(EditError::NotYours)));
        edit(mara, asked.id).await.unwrap();
        let large = "Ä".repeat(200_000);
        let edited = world.store.edit_message(mara, asked.id, large.clone()).await.unwrap();
        assert_eq!(edited.text, large);
        edit(mara, asked.id).await.unwrap();
        // Trying again reads it too.
        let again = world.ask(thread, mara, helper).await;
        let claimed = world.claim().await.unwrap();
        assert_eq!(claimed.turn.id, again.id);
        world.fail(&claimed).await;
        world.store.edit_message(mara, claimed.message.id, "what is 5+5?".into()).await.unwrap();
        world.store.retry(again.id, mara).await.unwrap();
        assert_eq!(world.claim().await.unwrap().message.text, "what is 5+5?");
        world.store.delete_thread(None, thread).await.unwrap();
        assert!(matches!(edit(mara, asked.id).await, Err(EditError::NoMessage)));
    }

    async fn a_page_around_a_place_says_what_lies_on_both_sides(world: World) {
        let mara = world.person("mara").await;
        let thread = world.thread(mara).await;
        for n in 1..=20 {
            world.post(thread, mara, &format!("{n}"), &[]).await;
        }
        for (around, limit, expected) in [
            (10, 5, (8..=12, Some(8), Some(12))),
            (10, 4, (9..=12, Some(9), Some(12))),
            (1, 6, (1..=4, None, Some(4))),
            (20, 6, (18..=20, Some(18), None)),
            (99, 4, (19..=20, Some(19), None)),
            (10, 100, (1..=20, None, None)),
            (10, 1, (10..=10, Some(10), Some(10))),
        ] {
            let page = world.reader().messages_around(thread, around, limit).await.unwrap();
            let seqs: Vec<_> = page.messages.iter().map(|message| message.seq).collect();
            let (range, older, newer) = expected;
            assert_eq!(seqs, range.collect::<Vec<_>>(), "around {around}");
            assert_eq!((page.older, page.newer), (older, newer), "around {around}");
        }
        let newest = world.reader().messages(thread, None, 5).await.unwrap();
        assert_eq!((newest.older, newest.newer), (Some(16), None));
        let older = world.reader().messages(thread, Some(16), 5).await.unwrap();
        assert_eq!((older.older, older.newer), (Some(11), Some(15)));
    }
}
