//! The changes feed and the bell: who hears of a write, in which order, and for how long.

use std::{
    collections::{BTreeSet, HashSet},
    io::BufRead,
    path::Path,
    time::Duration,
};

use switchboard_model::{MessageId, PersonId, ThreadId};
use switchboard_store::{Change, Database, Delta, Feed, Hearing, Reader, Store};
use tokio::{
    sync::watch,
    time::{Instant, timeout},
};

use crate::{
    children::{Child, asked_of_child, say},
    world::{World, options, post, private_thread},
};

/// Longer than any of this takes on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

on_both_databases! {
    async fn the_bell_has_rung_here_when_a_write_returns(world: World) {
        let bell = world.store.bus().position();
        let before = *bell.borrow();
        world.person("mara").await;
        let after = *bell.borrow();
        assert!(after > before);
        assert_eq!(after, world.reader().position().await.unwrap().pos);
    }

    async fn two_stores_on_one_database_hear_each_other_within_a_moment(world: World) {
        let other = world.again(2, 0).await;
        let mara = world.person("mara").await;
        let thread = world.thread(mara).await;
        let stores = [world.store.clone(), other];
        let started = Instant::now();
        for round in 0..20 {
            let (writer, listener) = (&stores[round % 2], &stores[(round + 1) % 2]);
            let mut bell = listener.bus().position();
            let posted = writer.append_message(post(thread, mara, "hear me", &[])).await.unwrap();
            let written = writer.reader().position().await.unwrap().pos;
            risen(&mut bell, written).await;
            assert!(listener.reader().message(posted.message.id).await.unwrap().is_some());
        }
        // Looking every second alone would take twenty of them.
        assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
    }

    async fn who_hears_loosely_hears_all_the_same(world: World) {
        let other = world.again(2, 0).await;
        let mut bell = other.bus().position();
        for (n, hearing) in [Hearing::Loosely, Hearing::Closely, Hearing::Loosely].into_iter().enumerate() {
            other.bus().listen(hearing);
            world.person(&format!("mara-{n}")).await;
            risen(&mut bell, world.reader().position().await.unwrap().pos).await;
        }
    }

    async fn a_reader_misses_nothing_that_sixteen_writers_commit(world: World) {
        const EACH: usize = 25;
        let other = world.again(2, 0).await;
        let mara = world.person("mara").await;
        let mut writers = Vec::new();
        for n in 0..16 {
            let store = if n % 2 == 0 { world.store.clone() } else { other.clone() };
            writers.push(tokio::spawn(async move {
                let (row, _) = store.create_thread(private_thread(mara)).await.unwrap();
                let mut posted = Vec::new();
                for _ in 0..EACH {
                    let post = post(row.thread.id, mara, "one of many", &[]);
                    posted.push(store.append_message(post).await.unwrap().message.id);
                }
                posted
            }));
        }
        let reader = world.reader().clone();
        let follower = tokio::spawn(async move {
            let mut seen = BTreeSet::new();
            let mut at = 0;
            while seen.len() < 16 * EACH {
                for message in follow(&reader, &mut at, 7).await {
                    assert!(seen.insert(message), "a message never changes, so it is told once");
                }
            }
            seen
        });
        let mut posted = BTreeSet::new();
        for writer in writers {
            posted.extend(writer.await.unwrap());
        }
        let seen = timeout(PATIENCE, follower).await.expect("the follower waits for a change that it missed");
        assert_eq!(seen.unwrap(), posted);
    }

    async fn a_thing_that_changed_twice_is_told_once_as_it_is_now(world: World) {
        let mara = world.person("mara").await;
        let thread = world.thread(mara).await;
        let start = world.reader().position().await.unwrap().pos;
        world.post(thread, mara, "first", &[]).await;
        world.post(thread, mara, "second", &[]).await;
        let Feed::Changes { changes, upto } = world.reader().changes_after(start, 100).await.unwrap() else {
            panic!("this is not old")
        };
        assert_eq!(upto, world.reader().position().await.unwrap().pos);
        let rows: Vec<_> = changes.iter().filter_map(|(pos, change)| match change {
            Change::Thread(row) => Some((*pos, row.last.clone().unwrap().1)),
            _ => None,
        }).collect();
        let [(at, last)] = &rows[..] else { panic!("{rows:?}") };
        assert_eq!(last, "second");
        assert!(changes.iter().filter(|(pos, _)| pos < at).count() >= 1, "it moved behind the first message");
        assert!(changes.is_sorted_by_key(|(pos, _)| *pos));
        let nothing = world.reader().changes_after(upto, 100).await.unwrap();
        assert_eq!(nothing, Feed::Changes { changes: Vec::new(), upto });
    }

    async fn a_deleted_thread_is_told_for_thirty_days_and_then_the_reader_starts_afresh(world: World) {
        let mara = world.person("mara").await;
        let thread = world.thread(mara).await;
        world.post(thread, mara, "hello", &[]).await;
        let before = world.reader().position().await.unwrap().pos;
        world.store.delete_thread(None, thread).await.unwrap();
        world.clock.advance(Duration::from_hours(29 * 24));
        world.store.forget_old().await.unwrap();
        let Feed::Changes { changes, .. } = world.reader().changes_after(before, 100).await.unwrap() else {
            panic!("29 days are not too long")
        };
        assert!(changes.iter().any(|(_, change)| *change == Change::ThreadDeleted(thread)), "{changes:?}");

        world.clock.advance(Duration::from_hours(2 * 24));
        world.store.forget_old().await.unwrap();
        assert_eq!(world.reader().changes_after(before, 100).await.unwrap(), Feed::Reset);
        let now = world.reader().position().await.unwrap().pos;
        let rest = world.reader().changes_after(now, 100).await.unwrap();
        assert_eq!(rest, Feed::Changes { changes: Vec::new(), upto: now });
    }

    async fn a_position_ahead_of_the_database_is_reset(world: World) {
        let now = world.reader().position().await.unwrap().pos;
        assert_eq!(world.reader().changes_after(now + 1, 100).await.unwrap(), Feed::Reset);
    }

    async fn deltas_reach_the_listeners_of_this_process_in_order(world: World) {
        let mut heard = world.store.bus().deltas();
        let deltas = [delta(&world, 0, "Hel"), delta(&world, 3, "lo")];
        for delta in &deltas {
            world.store.bus().send(delta.clone());
        }
        for delta in &deltas {
            assert_eq!(*heard.recv().await.unwrap(), *delta);
        }
    }
}

#[tokio::test]
async fn deltas_reach_other_nodes_of_a_cluster_whole() {
    let Some(world) = World::on_postgres().await else {
        println!("skipped: SWITCHBOARD_TEST_POSTGRES names no server");
        return;
    };
    let other = world.again(2, 0).await;
    let mut heard = other.bus().deltas();
    // The other node listens once it has heard a first word; until then words are lost, and may be.
    let hello = delta(&world, 0, "hello");
    let mut word = delta(&world, 0, &"日本語 \u{1}\"".repeat(2_000));
    word.item = world.store.ids().make();
    let listening = async {
        loop {
            world.store.bus().send(hello.clone());
            if let Ok(heard) = timeout(Duration::from_millis(50), heard.recv()).await {
                break heard.unwrap();
            }
        }
    };
    assert_eq!(*timeout(PATIENCE, listening).await.unwrap(), hello);
    world.store.bus().send(word.clone());
    let mut whole = String::new();
    while whole.len() < word.text.len() {
        let piece = timeout(PATIENCE, heard.recv()).await.unwrap().unwrap();
        if piece.item == word.item {
            assert_eq!(piece.offset, whole.len() as u64);
            whole.push_str(&piece.text);
        }
    }
    assert_eq!(whole, word.text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_on_one_file_hear_each_other_within_a_moment() {
    const TEST: &str = "feed::two_processes_on_one_file_hear_each_other_within_a_moment";
    const ROUNDS: usize = 10;
    if let Some(ask) = asked_of_child() {
        return answer_posts(&ask).await;
    }
    let world = World::on_sqlite().await;
    let mara = world.person("mara").await;
    let thread = world.thread(mara).await;
    let mut child = Child::start(
        TEST,
        &format!("{} {mara} {thread}", world.home.path().display()),
    );
    child.hear();
    let mut bell = world.store.bus().position();
    let started = Instant::now();
    for round in 1..=ROUNDS {
        world.post(thread, mara, "ping", &[]).await;
        while count(world.reader(), thread).await < round * 2 {
            timeout(PATIENCE, bell.changed())
                .await
                .expect("the child answers")
                .unwrap();
        }
    }
    assert!(
        started.elapsed() < Duration::from_secs(10),
        "{:?}",
        started.elapsed()
    );
    child.end();
}

/// The child: posts once after every post that it hears of, until its input ends.
async fn answer_posts(ask: &str) {
    let [home, mara, thread] = ask.split(' ').collect::<Vec<_>>()[..] else {
        panic!("{ask}")
    };
    let (mara, thread): (PersonId, ThreadId) = (mara.parse().unwrap(), thread.parse().unwrap());
    let home = Path::new(home);
    let database = Database::Sqlite(home.join("switchboard.db"));
    let store = Store::open(options(database, home, 77)).await.unwrap();
    let mut bell = store.bus().position();
    say("ready");
    let ended = tokio::task::spawn_blocking(|| std::io::stdin().lock().lines().count());
    let answering = async {
        loop {
            if count(store.reader(), thread).await % 2 == 1 {
                store
                    .append_message(post(thread, mara, "pong", &[]))
                    .await
                    .unwrap();
            }
            bell.changed().await.unwrap();
        }
    };
    tokio::select! {
        () = answering => {}
        _ = ended => {}
    }
}

async fn count(reader: &Reader, thread: ThreadId) -> usize {
    reader
        .messages(thread, None, 100)
        .await
        .unwrap()
        .messages
        .len()
}

/// Waits until the bell says that this position is there.
async fn risen(bell: &mut watch::Receiver<i64>, pos: i64) {
    let heard = timeout(PATIENCE, bell.wait_for(|known| *known >= pos)).await;
    heard.expect("the bell rings").unwrap();
}

/// The messages of the next changes, going on from `at`.
async fn follow(reader: &Reader, at: &mut i64, limit: usize) -> HashSet<MessageId> {
    let Feed::Changes { changes, upto } = reader.changes_after(*at, limit).await.unwrap() else {
        panic!("{at} is not old")
    };
    let mut last = *at;
    let mut messages = HashSet::new();
    for (pos, change) in changes {
        assert!(pos > last && pos <= upto);
        last = pos;
        if let Change::Message(message) = change {
            messages.insert(message.id);
        }
    }
    *at = upto;
    messages
}

fn delta(world: &World, offset: u64, text: &str) -> Delta {
    let ids = world.store.ids();
    Delta {
        thread: ids.make(),
        turn: ids.make(),
        item: ids.make(),
        offset,
        text: text.to_owned(),
    }
}
