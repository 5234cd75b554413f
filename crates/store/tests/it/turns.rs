//! Turns across threads: newest first, page by page, and only those in threads that one may read.

use switchboard_model::{PersonId, TurnId, thread::Visibility};
use switchboard_store::{AskedBy, NewThread, Page, TurnRow, TurnsThat};

use crate::world::{World, private_thread};

async fn turns(world: &World, by: PersonId, that: TurnsThat, whose: AskedBy) -> Vec<TurnId> {
    let page = world.reader().turns(by, that, whose, None, 100).await;
    ids(&page.unwrap())
}

fn ids(page: &Page<TurnRow>) -> Vec<TurnId> {
    page.items.iter().map(|row| row.turn.id).collect()
}

on_both_databases! {
    async fn turns_of_readable_threads_stand_newest_first(world: World) {
        let (ada, bob) = (world.person("ada").await, world.person("bob").await);
        let helper = world.assistant("helper", ada).await;
        let open = NewThread { visibility: Visibility::Open, title: Some("Open".into()), ..private_thread(ada) };
        let (open, _) = world.store.create_thread(open).await.unwrap();
        let (hers, his) = (world.thread(ada).await, world.thread(bob).await);
        let mut asked = Vec::new();
        for (thread, by) in [(hers, ada), (open.thread.id, bob), (his, bob), (open.thread.id, ada)] {
            world.tick(5);
            asked.push(world.ask(thread, by, helper).await.id);
        }
        let all = (TurnsThat::Exist, AskedBy::Anyone);
        assert_eq!(turns(&world, ada, all.0, all.1).await, [asked[3], asked[1], asked[0]]);
        assert_eq!(turns(&world, bob, all.0, all.1).await, [asked[3], asked[2], asked[1]]);
        assert_eq!(turns(&world, bob, TurnsThat::Exist, AskedBy::Reader).await, [asked[2], asked[1]]);

        let page = world.reader().turns(bob, all.0, all.1, None, 2).await.unwrap();
        assert_eq!((ids(&page), page.next.clone()), (vec![asked[3], asked[2]], Some(asked[2].to_string())));
        let before = page.next.map(|next| next.parse().unwrap());
        let page = world.reader().turns(bob, all.0, all.1, before, 2).await.unwrap();
        assert_eq!((ids(&page), page.next), (vec![asked[1]], None));
        let row = &page.items[0];
        assert_eq!((row.title.as_str(), row.seq, row.words.as_str()), ("Open", 1, "what is 2+2?"));

        world.store.delete_thread(None, open.thread.id).await.unwrap();
        assert_eq!(turns(&world, ada, all.0, all.1).await, [asked[0]]);
    }

    async fn turns_are_told_apart_by_how_they_stand(world: World) {
        let ada = world.person("ada").await;
        let helper = world.assistant("helper", ada).await;
        let thread = world.thread(ada).await;
        for end in [true, false] {
            world.tick(5);
            world.ask(thread, ada, helper).await;
            let claimed = world.claim().await.unwrap();
            if end {
                world.fail(&claimed).await;
            }
        }
        world.tick(5);
        let queued = world.ask(thread, ada, helper).await.id;
        let all = turns(&world, ada, TurnsThat::Exist, AskedBy::Anyone).await;
        assert_eq!((all.len(), all[0]), (3, queued));
        assert_eq!(turns(&world, ada, TurnsThat::AreOpen, AskedBy::Reader).await, all[..2]);
        assert_eq!(turns(&world, ada, TurnsThat::Failed, AskedBy::Anyone).await, all[2..]);
    }
}
