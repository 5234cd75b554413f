//! Leaving threads.

use switchboard_model::thread::Visibility;
use switchboard_store::{AuditFilter, MemberError, ThreadPatch};

use crate::world::{World, private_thread};

on_both_databases! {
    async fn a_member_leaves_once_and_the_last_one_stays(world: World) {
        let (mara, eve) = (world.person("mara").await, world.person("eve").await);
        let thread = world.thread(mara).await;
        let leave = async |who| world.store.remove_member(who, thread, who).await;
        assert!(matches!(leave(eve).await, Err(MemberError::NoMember)));
        assert!(matches!(leave(mara).await, Err(MemberError::LastMember)));
        world.store.add_member(mara, thread, eve).await.unwrap();
        leave(mara).await.unwrap();
        assert!(matches!(leave(mara).await, Err(MemberError::NoMember)));
        assert!(matches!(leave(eve).await, Err(MemberError::LastMember)));
        world.store.delete_thread(None, thread).await.unwrap();
        assert!(matches!(leave(eve).await, Err(MemberError::NoMember)), "it is gone");
    }

    async fn the_last_two_who_leave_at_once_do_not_both(world: World) {
        let (mara, eve) = (world.person("mara").await, world.person("eve").await);
        for _ in 0..10 {
            let thread = world.thread(mara).await;
            world.store.add_member(mara, thread, eve).await.unwrap();
            let (one, two) = futures_util::future::join(
                world.store.remove_member(mara, thread, mara),
                world.store.remove_member(eve, thread, eve),
            )
            .await;
            assert_eq!(usize::from(one.is_ok()) + usize::from(two.is_ok()), 1, "{one:?} {two:?}");
            assert_eq!(world.reader().members(thread).await.unwrap().len(), 1);
        }
    }

    async fn who_closes_a_thread_to_all_but_its_members_is_one_of_them(world: World) {
        let (mara, eve) = (world.person("mara").await, world.person("eve").await);
        let mut new = private_thread(mara);
        new.visibility = Visibility::Open;
        let thread = world.store.create_thread(new).await.unwrap().0.thread.id;
        let set = |visibility| ThreadPatch { visibility: Some(visibility), ..ThreadPatch::default() };
        for visibility in [Visibility::Private, Visibility::Open, Visibility::Open] {
            world.store.patch_thread(Some(eve), thread, set(visibility)).await.unwrap();
            world.tick(1);
        }
        let members = world.reader().members(thread).await.unwrap();
        assert_eq!(members.iter().map(|p| p.id).collect::<Vec<_>>(), [eve, mara]);
        let (noted, _) = world.reader().audits(AuditFilter::default(), 10).await.unwrap();
        let noted: Vec<_> = noted.iter().map(|note| note.action.as_str()).collect();
        assert_eq!(noted, ["thread.open", "thread.close"], "what changes nothing is not noted");
    }
}
