//! What goes wrong around a database: disks that are full or cannot be written, statements that take
//! the whole batch down, and neighbours that hold the lock.

use std::{
    fs::{self, File},
    path::Path,
    process::Command,
    sync::Arc,
    time::Duration,
};

use futures_util::{future::join_all, poll};
use switchboard_model::{MessageId, ThreadId};
use switchboard_store::{Database, OpenError, Post, PostError, Posted, Store, StoreError};
use tempfile::TempDir;
use tokio::time::timeout;

use crate::world::{World, options, post};

const PATIENCE: Duration = Duration::from_mins(1);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_a_full_disk_every_post_is_stored_whole_or_refused_whole() {
    let Some(disk) = SmallDisk::mount("3m") else {
        return;
    };
    let ballast = disk.path().join("ballast");
    fs::write(&ballast, vec![0; 512 * 1024]).unwrap();
    let world = World::open(
        Database::Sqlite(disk.path().join("switchboard.db")),
        TempDir::new().unwrap(),
        0,
    )
    .await;
    let mara = world.person("mara").await;
    let thread = world.thread(mara).await;

    let text = Arc::new("full ".repeat(2_000));
    let writers = (0..8).map(|_| {
        let (store, text) = (world.store.clone(), Arc::clone(&text));
        tokio::spawn(async move {
            let mut stored = Vec::new();
            for _ in 0..200 {
                match store.append_message(post(thread, mara, &text, &[])).await {
                    Ok(posted) => stored.push(posted.message.id),
                    Err(PostError::Store(StoreError::DiskFull)) => return (stored, true),
                    Err(other) => panic!("{other:?}"),
                }
            }
            (stored, false)
        })
    });
    let mut acknowledged: Vec<MessageId> = Vec::new();
    for writer in join_all(writers).await {
        let (stored, full) = writer.unwrap();
        assert!(full, "2,000 posts of 10 kB do not fit on this disk");
        acknowledged.extend(stored);
    }
    assert!(!acknowledged.is_empty());
    assert_eq!(
        stored_in(&world.store, thread).await,
        sorted(acknowledged.clone()),
        "reads go on"
    );

    fs::remove_file(&ballast).unwrap();
    let posted = timeout(
        PATIENCE,
        world
            .store
            .append_message(post(thread, mara, "there is room again", &[])),
    );
    acknowledged.push(posted.await.unwrap().unwrap().message.id);
    world.store.close().await;
    let again = world.again(2, 0).await;
    assert_eq!(
        stored_in(&again, thread).await,
        sorted(acknowledged),
        "and so after a restart"
    );
    again.close().await;
}

#[tokio::test]
async fn a_disk_that_cannot_be_written_is_named_and_left_alone() {
    let Some(disk) = SmallDisk::mount("3m") else {
        return;
    };
    let database = Database::Sqlite(disk.path().join("switchboard.db"));
    let world = World::open(database.clone(), TempDir::new().unwrap(), 0).await;
    world.person("mara").await;
    world.store.close().await;
    disk.remount_read_only();
    let refused = Store::open(options(database, disk.path(), 2))
        .await
        .err()
        .unwrap();
    let OpenError::NotWritable { path, reason } = refused else {
        panic!("{refused:?}")
    };
    assert!(path.starts_with(disk.path()), "{}", path.display());
    assert_eq!(reason.kind(), std::io::ErrorKind::ReadOnlyFilesystem);

    let nowhere = Database::Sqlite(disk.path().join("new/switchboard.db"));
    let refused = Store::open(options(nowhere, disk.path(), 2))
        .await
        .err()
        .unwrap();
    assert!(
        matches!(refused, OpenError::NotWritable { .. }),
        "{refused:?}"
    );
}

on_both_databases! {
    async fn below_the_disk_floor_posts_are_refused_and_all_else_goes_on(world: World) {
        let mara = world.person("mara").await;
        let chatty = world.assistant("chatty", mara).await;
        let thread = world.thread(mara).await;
        world.ask(thread, mara, chatty).await;
        let claimed = world.claim().await.unwrap();

        let low = world.again(2, u64::MAX).await;
        let refused = low.append_message(post(thread, mara, "one more", &[])).await;
        assert!(matches!(refused, Err(PostError::Store(StoreError::DiskFull))), "{refused:?}");
        let outcome = switchboard_model::turn::Outcome::Replied { text: "4".into() };
        crate::world::stored(low.finish(claimed.turn.id, claimed.fence, outcome).await.unwrap());
        low.add_token(crate::world::token(mara, [7; 32])).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_transaction_fails_every_job_of_its_batch_and_stores_none() {
    let world = World::on_sqlite().await;
    let mara = world.person("mara").await;
    let thread = world.thread(mara).await;
    world
        .sql(
            "CREATE TRIGGER boom BEFORE INSERT ON messages WHEN NEW.text = 'boom' \
             BEGIN SELECT RAISE(ROLLBACK, 'boom'); END",
        )
        .await;
    let texts = ["one", "two", "boom", "after"];
    let results = in_one_batch(&world, texts.map(|text| post(thread, mara, text, &[]))).await;
    for result in &results[..3] {
        let Err(PostError::Store(error)) = result else {
            panic!("{result:?}")
        };
        assert!(
            error.to_string().contains("boom"),
            "everybody hears why: {error}"
        );
    }
    let after = results[3]
        .as_ref()
        .expect("it was not in that batch any more");
    assert_eq!(stored_in(&world.store, thread).await, [after.message.id]);
    world.post(thread, mara, "the next one is fine", &[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_job_is_undone_alone_wherever_it_stands_in_its_batch() {
    for place in 0..3 {
        let world = World::on_sqlite().await;
        let mara = world.person("mara").await;
        let thread = world.thread(mara).await;
        let with_id = |text: &str, client_id: &str| {
            let mut post = post(thread, mara, text, &[]);
            post.client_id = Some(client_id.into());
            post
        };
        let used = world.store.append_message(with_id("before", "used")).await;
        let mut posts = ["one", "two", "three"].map(|text| with_id(text, text));
        posts[place].client_id = Some("used".into());
        let mut stored = vec![used.unwrap().message.id];
        for (at, result) in in_one_batch(&world, posts).await.into_iter().enumerate() {
            match result {
                Ok(posted) if at != place => stored.push(posted.message.id),
                Err(PostError::ClientIdReused) if at == place => {}
                other => panic!("{at} of the batch in which {place} is refused: {other:?}"),
            }
        }
        assert_eq!(stored_in(&world.store, thread).await, sorted(stored));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_writer_waits_for_whoever_holds_the_ticket() {
    let world = World::on_sqlite().await;
    let mara = world.person("mara").await;
    let thread = world.thread(mara).await;
    let ticket = ticket(&world);
    ticket.lock().unwrap();
    let store = world.store.clone();
    let mut posting = tokio::spawn(async move {
        store
            .append_message(post(thread, mara, "after you", &[]))
            .await
            .unwrap()
    });
    assert!(
        timeout(Duration::from_millis(200), &mut posting)
            .await
            .is_err()
    );
    assert_eq!(
        stored_in(&world.store, thread).await,
        [],
        "and reading does not wait"
    );
    ticket.unlock().unwrap();
    timeout(PATIENCE, posting).await.unwrap().unwrap();
}

/// Posts so that one batch takes them all: they queue while somebody else holds the ticket.
async fn in_one_batch<const N: usize>(
    world: &World,
    posts: [Post; N],
) -> Vec<Result<Posted, PostError>> {
    let ticket = ticket(world);
    ticket.lock().unwrap();
    let mut queued: Vec<_> = posts
        .map(|post| Box::pin(world.store.append_message(post)))
        .into();
    for post in &mut queued {
        assert!(poll!(post.as_mut()).is_pending());
    }
    ticket.unlock().unwrap();
    timeout(PATIENCE, join_all(queued)).await.unwrap()
}

fn ticket(world: &World) -> File {
    File::options()
        .write(true)
        .open(world.home.path().join("switchboard.db.ticket"))
        .unwrap()
}

/// The ids of a thread's messages, sorted.
async fn stored_in(store: &Store, thread: ThreadId) -> Vec<MessageId> {
    let page = store.reader().messages(thread, None, 10_000).await.unwrap();
    sorted(page.messages.iter().map(|message| message.id).collect())
}

fn sorted(mut ids: Vec<MessageId>) -> Vec<MessageId> {
    ids.sort();
    ids
}

/// A disk in memory, of a size that is soon full.
struct SmallDisk(TempDir);

impl SmallDisk {
    /// Mounts it, which takes root; says so if we are not.
    fn mount(size: &str) -> Option<Self> {
        let folder = TempDir::new().unwrap();
        let size = format!("size={size}");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &size, "switchboard-test"])
            .arg(folder.path())
            .status();
        if !mounted.unwrap().success() {
            println!("skipped: only root may mount a small disk");
            return None;
        }
        Some(Self(folder))
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn remount_read_only(&self) {
        assert!(
            Command::new("mount")
                .args(["-o", "remount,ro"])
                .arg(self.path())
                .status()
                .unwrap()
                .success()
        );
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount")
            .arg("--lazy")
            .arg(self.path())
            .status();
    }
}
