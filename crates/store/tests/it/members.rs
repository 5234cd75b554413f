//! Leaving threads.

use switchboard_store::MemberError;

use crate::world::World;

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
        world.store.delete_thread(thread).await.unwrap();
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
}
