//! Files that come with messages: who holds them, when they end, and that their bytes survive a backup.

use switchboard_model::{
    AttachmentId, PersonId,
    attachment::{Attachment, Format, Found},
};
use switchboard_store::{
    AttachError, NewAttachment, Post, PostError, Store, StoreError, ThreadPatch,
};

use super::world::{World, post, private_thread};

fn new(person: PersonId, name: &str) -> NewAttachment {
    NewAttachment {
        person,
        name: name.into(),
        found: Found {
            format: Format::Png,
            dimensions: Some((3, 2)),
        },
        client_id: None,
    }
}

async fn attach(
    world: &World,
    new: NewAttachment,
    bytes: &[u8],
) -> Result<(Attachment, bool), AttachError> {
    let mut draft = world.store.draft_attachment().await?;
    for piece in bytes.chunks(1000) {
        draft.write(piece).await?;
    }
    world.store.add_attachment(draft, new).await
}

async fn attached(world: &World, person: PersonId, name: &str, bytes: &[u8]) -> Attachment {
    attach(world, new(person, name), bytes).await.unwrap().0
}

async fn whole(store: &Store, id: AttachmentId) -> Result<Vec<u8>, StoreError> {
    let kept = store.reader().attachment(id).await?.unwrap();
    kept.contents.whole().await
}

/// More than one piece of reading.
fn noise() -> Vec<u8> {
    (0..700_001_u32)
        .map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8)
        .collect()
}

fn with(post: Post, files: &[&Attachment]) -> Post {
    Post {
        attachments: files.iter().map(|file| file.id).collect(),
        ..post
    }
}

on_both_databases! {
    async fn a_file_keeps_its_bytes_and_comes_with_its_message_in_order(world: World) {
        let mara = world.person("mara").await;
        let thread = world.thread(mara).await;
        let one = attached(&world, mara, "one.png", &noise()).await;
        let two = attached(&world, mara, "two.png", b"two").await;
        assert_eq!((one.size, one.dimensions), (700_001, Some((3, 2))));
        let asking = with(post(thread, mara, "", &[]), &[&two, &one]);
        let posted = world.store.append_message(asking).await.unwrap();
        assert_eq!(posted.message.attachments, [two.clone(), one.clone()]);
        let page = world.reader().messages(thread, None, 10).await.unwrap();
        assert_eq!(page.messages, [posted.message]);
        assert_eq!(whole(&world.store, one.id).await.unwrap(), noise());
        let kept = world.reader().attachment(two.id).await.unwrap().unwrap();
        assert_eq!((kept.person, kept.thread), (mara, Some(thread)));
        let row = world.reader().thread(mara, thread).await.unwrap().unwrap();
        assert_eq!(row.thread.title, "two.png", "a thread without words is called after its file");
        assert_eq!(row.last, Some(("mara".into(), "two.png".into())), "and so is its newest message");
        for title in ["Plans", ""] {
            let patch = ThreadPatch { title: Some(title.into()), ..ThreadPatch::default() };
            world.store.patch_thread(None, thread, patch).await.unwrap();
        }
        let row = world.reader().thread(mara, thread).await.unwrap().unwrap();
        assert_eq!(row.thread.title, "two.png", "also when a person's title is taken back");
    }

    async fn a_file_comes_with_one_message_of_its_uploader_only(world: World) {
        let (mara, eve) = (world.person("mara").await, world.person("eve").await);
        let thread = world.thread(mara).await;
        let file = attached(&world, mara, "plan.png", b"plan").await;
        let refused = |by, files: &[&Attachment]| {
            let post = with(post(thread, by, "look", &[]), files);
            let store = world.store.clone();
            async move {
                match store.append_message(post).await {
                    Err(PostError::NoAttachment(id)) => id,
                    other => panic!("{other:?}"),
                }
            }
        };
        assert_eq!(refused(eve, &[&file]).await, file.id, "somebody else's");
        assert_eq!(refused(mara, &[&file, &file]).await, file.id, "twice in one message");
        let page = world.reader().messages(thread, None, 10).await.unwrap();
        assert!(page.messages.is_empty(), "a refused post leaves nothing");
        world.store.append_message(with(post(thread, mara, "look", &[]), &[&file])).await.unwrap();
        assert_eq!(refused(mara, &[&file]).await, file.id, "used up");
        assert!(!world.store.remove_attachment(mara, file.id).await.unwrap());
    }

    async fn the_same_client_id_is_the_same_post_only_with_the_same_files(world: World) {
        let mara = world.person("mara").await;
        let thread = world.thread(mara).await;
        let file = attached(&world, mara, "plan.png", b"plan").await;
        let named = Post { client_id: Some("c1".into()), ..post(thread, mara, "look", &[]) };
        let first = world.store.append_message(with(named.clone(), &[&file])).await.unwrap();
        let again = world.store.append_message(with(named.clone(), &[&file])).await.unwrap();
        assert_eq!((again.message, again.repeated), (first.message, true));
        let other = world.store.append_message(named).await;
        assert!(matches!(other, Err(PostError::ClientIdReused)), "{other:?}");
    }

    async fn a_copy_is_a_file_of_its_own_and_under_the_same_key_the_same(world: World) {
        let (mara, eve) = (world.person("mara").await, world.person("eve").await);
        let file = attached(&world, mara, "a.png", b"bytes").await;
        let copy = async |person| world.store.copy_attachments(person, vec![file.id], "k".into()).await.unwrap();
        let copies = copy(mara).await;
        assert_eq!(copies.len(), 1);
        assert_ne!(copies[0], file.id);
        assert_eq!(copy(mara).await, copies);
        assert!(copy(eve).await.is_empty(), "it is not hers");
        assert!(world.store.remove_attachment(mara, file.id).await.unwrap());
        assert_eq!(whole(&world.store, copies[0]).await.unwrap(), b"bytes");
    }

    async fn the_same_client_id_is_the_same_upload_only_with_the_same_bytes_and_name(world: World) {
        let mara = world.person("mara").await;
        let named = NewAttachment { client_id: Some("u1".into()), ..new(mara, "a.png") };
        let (file, fresh) = attach(&world, named.clone(), b"bytes").await.unwrap();
        assert!(fresh);
        assert_eq!(attach(&world, named.clone(), b"bytes").await.unwrap(), (file, false));
        for (name, bytes) in [("a.png", &b"other"[..]), ("b.png", b"bytes")] {
            let other = attach(&world, NewAttachment { name: name.into(), ..named.clone() }, bytes).await;
            assert!(matches!(other, Err(AttachError::ClientIdReused)), "{name}: {other:?}");
        }
    }

    async fn equal_files_share_their_bytes_until_the_last_is_gone(world: World) {
        let mara = world.person("mara").await;
        let one = attached(&world, mara, "one.png", b"same").await;
        let two = attached(&world, mara, "two.png", b"same").await;
        assert!(world.store.remove_attachment(mara, one.id).await.unwrap());
        world.tick(2 * 3_600_000);
        world.store.forget_old().await.unwrap();
        assert_eq!(world.reader().attachment(one.id).await.unwrap().map(|kept| kept.attachment), None);
        assert_eq!(whole(&world.store, two.id).await.unwrap(), b"same");
    }

    async fn a_file_without_a_message_vanishes_after_a_day_and_one_of_a_message_stays(world: World) {
        let mara = world.person("mara").await;
        let thread = world.thread(mara).await;
        let posted = attached(&world, mara, "posted.png", b"posted").await;
        let forgotten = attached(&world, mara, "forgotten.png", b"forgotten").await;
        world.store.append_message(with(post(thread, mara, "look", &[]), &[&posted])).await.unwrap();
        for (hours, there) in [(23, true), (2, false)] {
            world.tick(hours * 3_600_000);
            world.store.forget_old().await.unwrap();
            let kept = world.reader().attachment(forgotten.id).await.unwrap();
            assert_eq!(kept.is_some(), there, "after {hours} more hours");
        }
        assert_eq!(whole(&world.store, posted.id).await.unwrap(), b"posted");
    }

    async fn files_go_with_their_thread(world: World) {
        let mara = world.person("mara").await;
        let thread = world.thread(mara).await;
        let file = attached(&world, mara, "plan.png", b"plan").await;
        world.store.append_message(with(post(thread, mara, "look", &[]), &[&file])).await.unwrap();
        world.store.delete_thread(None, thread).await.unwrap();
        assert!(world.reader().attachment(file.id).await.unwrap().is_none());
        world.store.forget_old().await.unwrap();
        let (other, _) = world.store.create_thread(private_thread(mara)).await.unwrap();
        let again = attached(&world, mara, "plan.png", b"plan").await;
        world.store.append_message(with(post(other.thread.id, mara, "look", &[]), &[&again])).await.unwrap();
        assert_eq!(whole(&world.store, again.id).await.unwrap(), b"plan");
    }

    async fn a_person_has_a_hundred_files_without_a_message_at_most(world: World) {
        let (mara, eve) = (world.person("mara").await, world.person("eve").await);
        let first = attached(&world, mara, "0.png", b"0").await;
        for number in 1..100 {
            attached(&world, mara, &format!("{number}.png"), b"0").await;
        }
        let more = attach(&world, new(mara, "100.png"), b"0").await;
        assert!(matches!(more, Err(AttachError::TooMany)), "{more:?}");
        attached(&world, eve, "hers.png", b"0").await;
        world.store.remove_attachment(mara, first.id).await.unwrap();
        attached(&world, mara, "100.png", b"0").await;
    }

    async fn an_upload_that_breaks_off_leaves_nothing(world: World) {
        let mut draft = world.store.draft_attachment().await.unwrap();
        draft.write(b"half of it").await.unwrap();
        let incoming = world.home.path().join("blobs/incoming");
        assert_eq!(std::fs::read_dir(&incoming).unwrap().count(), 1);
        drop(draft);
        assert_eq!(std::fs::read_dir(&incoming).unwrap().count(), 0);
        let mara = world.person("mara").await;
        attached(&world, mara, "whole.png", b"whole").await;
        assert_eq!(std::fs::read_dir(&incoming).unwrap().count(), 0);
    }

    async fn what_an_upload_left_when_its_process_died_is_swept_after_an_hour(world: World) {
        let mut draft = world.store.draft_attachment().await.unwrap();
        draft.write(b"half of it").await.unwrap();
        std::mem::forget(draft);
        let incoming = world.home.path().join("blobs/incoming");
        let left = || std::fs::read_dir(&incoming).unwrap().map(|entry| entry.unwrap().path());
        world.store.forget_old().await.unwrap();
        assert_eq!(left().count(), 1, "it may still be arriving");
        let file = std::fs::File::options().write(true).open(left().next().unwrap()).unwrap();
        file.set_modified(std::time::SystemTime::now() - std::time::Duration::from_hours(2)).unwrap();
        world.store.forget_old().await.unwrap();
        assert_eq!(left().count(), 0);
    }

    async fn a_backup_carries_files_to_either_database(world: World) {
        let mara = world.person("mara").await;
        let thread = world.thread(mara).await;
        let file = attached(&world, mara, "plan.png", &noise()).await;
        let posted = world.store.append_message(with(post(thread, mara, "look", &[]), &[&file])).await.unwrap();
        let saved = world.home.path().join("backup");
        world.store.backup(&saved).await.unwrap();
        let mut targets = vec![World::on_sqlite().await];
        targets.extend(World::on_postgres().await);
        for target in targets {
            let target = target.with_fresh_database().await;
            Store::restore(&saved, target.options(3)).await.unwrap();
            let store = Store::open(target.options(4)).await.unwrap();
            let page = store.reader().messages(thread, None, 10).await.unwrap();
            assert_eq!(page.messages, std::slice::from_ref(&posted.message));
            assert_eq!(whole(&store, file.id).await.unwrap(), noise());
            store.close().await;
        }
    }
}

/// Only where contents are files.
#[tokio::test]
async fn a_file_that_is_gone_from_the_disk_or_cut_is_said_to_be_and_never_read_as_less() {
    let world = World::on_sqlite().await;
    let mara = world.person("mara").await;
    let file = attached(&world, mara, "plan.png", &noise()).await;
    let blobs = world.home.path().join("blobs");
    let folder = std::fs::read_dir(&blobs)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let folder = folder
        .into_iter()
        .find(|path| !path.ends_with("incoming"))
        .unwrap();
    let path = std::fs::read_dir(folder)
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    std::fs::File::options()
        .write(true)
        .open(&path)
        .unwrap()
        .set_len(300_000)
        .unwrap();
    let cut = whole(&world.store, file.id).await;
    assert!(matches!(cut, Err(StoreError::Corrupt(_))), "{cut:?}");
    std::fs::remove_file(path).unwrap();
    let gone = whole(&world.store, file.id).await;
    assert!(matches!(gone, Err(StoreError::Corrupt(_))), "{gone:?}");
}

#[tokio::test]
async fn a_file_is_refused_before_it_arrives_while_the_disk_is_almost_full() {
    let world = World::on_sqlite().await;
    let full = world.again(2, u64::MAX).await;
    let refused = full.draft_attachment().await;
    assert!(matches!(refused, Err(StoreError::DiskFull)), "{refused:?}");
}
