//! Text in flight: announced without gaps, written now and then, shown from memory meanwhile.

use switchboard_model::item::{ItemBody, ItemEvent, ItemStatus};
use switchboard_testkit::until;
use tokio::time::timeout;

use crate::{puppet::PATIENCE, world::World};

on_both_databases! {
    async fn deltas_say_where_they_belong_and_leave_no_gap(world: World) {
        world.assistant("one", "obedient").await;
        world.start();
        let (turn, mut puppet) = world.asked("@one hello").await;
        let mut deltas = world.engine.bus().deltas();
        let said = ["zwölf ", "Boxkämpfer ", "jagen ", "🦊"];
        let whole = said.concat();
        let hear = async {
            let mut heard = String::new();
            while heard != whole {
                let delta = deltas.recv().await.unwrap();
                assert_eq!((delta.turn, delta.offset), (turn, heard.len() as u64));
                heard.push_str(&delta.text);
            }
        };
        let say = async {
            for piece in said {
                puppet.say("text", piece).await.unwrap();
                // Each is heard before the next is said, so that they do not travel as one.
                until("it is live", async || {
                    let live = world.engine.live_item_texts(turn);
                    live.iter().any(|item| item.text.ends_with(piece)).then_some(())
                })
                .await;
            }
        };
        timeout(PATIENCE, async { tokio::join!(hear, say) }).await.unwrap();
        puppet.replies(&whole);
        world.done(turn).await;
        assert_eq!(world.items(turn).await[0].text, whole);
    }

    async fn text_is_shown_from_memory_and_written_within_a_second_or_so(world: World) {
        world.assistant("one", "obedient").await;
        world.start();
        let (turn, puppet) = world.asked("@one hello").await;
        puppet.say("text", "a").await.unwrap();
        world.texts_once(turn, &["a"]).await;
        puppet.say("text", "b").await.unwrap();
        until("it is live", async || {
            let live = world.engine.live_items();
            (live.len() == 1 && live[0].turn == turn && live[0].text == "ab").then_some(())
        })
        .await;
        assert_eq!(world.engine.live_item_texts(turn)[0].status, ItemStatus::Open);
        world.texts_once(turn, &["ab"]).await;
    }

    async fn memory_shows_nothing_of_a_turn_that_ended(world: World) {
        world.assistant("one", "obedient").await;
        world.start();
        let (turn, mut puppet) = world.asked("@one hello").await;
        puppet.say("text", "a").await.unwrap();
        world.texts_once(turn, &["a"]).await;
        puppet.replies("a");
        // Not even between the ending and the runner's leave: the item is closed in the store by then.
        world.turn_once(turn, |turn| turn.state.is_ended()).await;
        assert!(world.engine.live_items().is_empty());
        assert!(world.engine.live_item_texts(turn).is_empty());
        assert_eq!(world.items(turn).await[0].status, ItemStatus::Done);
    }

    async fn items_keep_their_order_and_their_last_word(world: World) {
        world.assistant("one", "obedient").await;
        world.start();
        let (turn, mut puppet) = world.asked("@one hello").await;
        puppet.runs_command("c", ItemStatus::Open).await;
        puppet.say("text", "meanwhile").await.unwrap();
        puppet.runs_command("c", ItemStatus::Failed).await;
        puppet.replies("done");
        world.done(turn).await;
        let items = world.items(turn).await;
        let seen: Vec<_> = items.iter().map(|i| (i.seq, i.body.kind(), i.status)).collect();
        assert_eq!(
            seen,
            [(1, "command", ItemStatus::Failed), (2, "text", ItemStatus::Done)]
        );
    }

    async fn a_thousand_items_are_all_there(world: World) {
        world.assistant("one", "obedient").await;
        world.start();
        let (turn, mut puppet) = world.asked("@one hello").await;
        for n in 0..1_000 {
            let event = ItemEvent::Put {
                key: n.to_string(),
                body: ItemBody::Notice,
                text: Some(n.to_string()),
                status: ItemStatus::Done,
            };
            puppet.io.emit(event).await.unwrap();
        }
        puppet.replies("done");
        world.done(turn).await;
        let items = world.items(turn).await;
        assert!(items.iter().map(|i| i.text.clone()).eq((0..1_000).map(|n| n.to_string())));
    }
}
