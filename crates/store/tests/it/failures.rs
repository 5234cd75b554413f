//! What went wrong lately.

use std::time::Duration;

use switchboard_model::outcome::OutcomeCode;

use crate::world::World;

on_both_databases! {
    async fn recent_failures_are_the_newest_first_and_none_is_older_than_asked(world: World) {
        let mara = world.person("mara").await;
        let helper = world.assistant("helper", mara).await;
        let thread = world.thread(mara).await;
        let mut failed = Vec::new();
        for _ in 0..3 {
            world.ask(thread, mara, helper).await;
            let claimed = world.claim().await.unwrap();
            failed.push(world.fail(&claimed).await);
            world.tick(60_000);
        }
        world.ask(thread, mara, helper).await;
        world.reply(&world.claim().await.unwrap(), "4").await;

        let now = world.store.ids().clock().now();
        let since = now.minus(Duration::from_secs(150));
        let found = world.reader().recent_failures(since, 10).await.unwrap();
        assert_eq!(found, [failed[2].clone(), failed[1].clone()], "the oldest and the answered are not told");
        assert_eq!(found[0].state.failure().unwrap().code, OutcomeCode::Crashed);

        let newest = world.reader().recent_failures(since, 1).await.unwrap();
        assert_eq!(newest, failed[2..]);
    }
}
