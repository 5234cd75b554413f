//! Callers that go away in the middle, as every request does whose client hangs up.

use std::pin::pin;

use futures_util::{FutureExt as _, future::join_all, poll};

use crate::world::{World, post};

/// More than there are connections, so that each is used again.
const MANY: usize = 64;

on_both_databases! {
    async fn what_a_caller_began_and_left_does_not_reach_the_next_one(world: World) {
        let mara = world.person("mara").await;
        let thread = world.thread(mara).await;
        for round in 0..MANY {
            let mut read = pin!(world.store.reader().thread(mara, thread).fuse());
            let mut write = pin!(world.store.append_message(post(thread, mara, "left", &[])).fuse());
            for _ in 0..round % 4 {
                let _ = poll!(read.as_mut());
                let _ = poll!(write.as_mut());
                tokio::task::yield_now().await;
            }
        }
        let posts = (0..MANY).map(|_| world.store.append_message(post(thread, mara, "stays", &[])));
        for posted in join_all(posts).await {
            posted.unwrap();
        }
    }
}
