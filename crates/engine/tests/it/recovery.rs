//! After a crash: whose process is provably dead is settled, and nobody else.

use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
use switchboard_model::{
    TurnId,
    item::{Item, ItemBody, ItemStatus},
    outcome::OutcomeCode,
    turn::TurnState,
};
use switchboard_store::{Claimed, Database};
use switchboard_testkit::until;

use crate::{
    puppet::{asking, decision},
    world::{World, is_running},
};

/// An item of a turn of another process.
fn item(world: &World, claimed: &Claimed, body: ItemBody) -> Item {
    Item {
        id: world.ids.make(),
        turn: claimed.turn.id,
        thread: claimed.turn.thread,
        seq: 1,
        status: ItemStatus::Open,
        body,
        agent: None,
        text: "so far".into(),
        started_at: world.ids.clock().now(),
        ended_at: None,
    }
}

fn command() -> ItemBody {
    ItemBody::Command {
        command: "rm -r /".into(),
        cwd: None,
        exit_code: None,
        took: None,
    }
}

/// A turn that another process claimed and did this much of.
async fn begun(world: &World, instance: &str, body: Option<ItemBody>) -> (TurnId, Claimed) {
    let turn = world.ask("@one hello").await;
    let claimed = world.claim_as(instance).await;
    assert_eq!(claimed.turn.id, turn);
    if let Some(body) = body {
        let items = vec![item(world, &claimed, body)];
        assert!(
            world
                .store
                .put_items(turn, claimed.fence, items)
                .await
                .unwrap()
        );
    }
    (turn, claimed)
}

async fn abandoned(world: &World, turn: TurnId) {
    let ended = world.ended(turn).await;
    let TurnState::Abandoned(failure) = &ended.state else {
        panic!("{:?}", ended.state);
    };
    assert_eq!(failure.code, OutcomeCode::Abandoned);
    assert!(world.replies(ended.thread).await.is_empty());
}

/// The lock that the store holds while it commits.
const COMMITS: i64 = 0x5357_4254_0000_0001;

/// PostgreSQL goes on with a commit whose client is gone: a claim may be seen only after the death of its process was proven.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_claim_that_was_committed_for_a_process_that_was_dead_by_then_is_settled() {
    let Some(world) = World::on_postgres().await else {
        return;
    };
    world.assistant("one", "obedient").await;
    let turn = world.ask("@one hello").await;
    let dead = world.neighbour();
    let Database::Postgres(url) = &world.database else {
        panic!("it is on PostgreSQL");
    };
    let mut database = PgConnection::connect(url).await.unwrap();
    let claim = format!(
        "BEGIN; SELECT pg_advisory_xact_lock({COMMITS}); UPDATE turns SET state = 'running', \
         fence = fence + 1, started_at = 1, instance = '{}' WHERE id = '{turn}'",
        dead.id()
    );
    database.execute(AssertSqlSafe(claim)).await.unwrap();
    drop(dead);
    world.start();
    // Nobody else stands in that line: there is nothing to claim.
    let until_recovery_waits = "DO $$ BEGIN FOR i IN 1..6000 LOOP \
         IF EXISTS (SELECT 1 FROM pg_locks l JOIN pg_database d ON d.oid = l.database \
                    WHERE l.locktype = 'advisory' AND NOT l.granted AND d.datname = current_database()) \
         THEN RETURN; END IF; PERFORM pg_sleep(0.01); END LOOP; RAISE EXCEPTION 'it does not wait'; END $$";
    database.execute(until_recovery_waits).await.unwrap();
    database.execute("COMMIT").await.unwrap();
    let mut puppet = world.puppet().await;
    assert_eq!(puppet.request.turn, turn, "it is put back and run");
    puppet.replies("hi");
    world.done(turn).await;
}

on_both_databases! {
    async fn a_turn_whose_process_died_before_any_effect_is_run_again(world: World) {
        world.assistant("one", "obedient").await;
        let other = world.neighbour();
        let (turn, _) = begun(&world, other.id(), Some(ItemBody::Text)).await;
        drop(other);
        world.start();
        let mut puppet = world.puppet().await;
        assert_eq!((puppet.request.turn, puppet.request.attempt), (turn, 1));
        assert!(world.items(turn).await.is_empty(), "what it said before is taken back");
        puppet.replies("hi");
        let ended = world.done(turn).await;
        assert_eq!(world.replies(ended.thread).await, ["hi"]);
    }

    async fn nobody_waits_for_a_backend_that_does_not_say_what_became_of_a_turn(world: World) {
        world.assistant("mute", "silent").await;
        world.assistant("one", "obedient").await;
        let dead = world.neighbour();
        let thread = world.open_thread(Some("mute")).await;
        let asked = world.post(&world.mara, thread, "hello").await.turns[0].id;
        let claimed = world.claim_as(dead.id()).await;
        assert_eq!(claimed.turn.id, asked);
        let bound = world.store.bind_session(asked, claimed.fence, "home".into(), "s".into());
        assert!(bound.await.unwrap());
        let (orphan, _) = begun(&world, dead.id(), Some(command())).await;
        let lock = dead.lock_path().to_owned();
        drop(dead);
        world.start();
        abandoned(&world, orphan).await;
        assert!(is_running(&world.turn(asked).await), "what became of it is not known yet");
        assert!(lock.exists(), "its owner is still looked for");
        let stopped = world.engine.stop_turn(&world.mara, asked).await.unwrap();
        assert!(stopped.stop_wanted);
        assert_eq!(world.ended(asked).await.state, TurnState::Cancelled);
    }

    async fn a_turn_whose_process_died_twice_is_abandoned(world: World) {
        world.assistant("one", "deaf").await;
        let other = world.neighbour();
        let (turn, _) = begun(&world, other.id(), None).await;
        drop(other);
        world.start();
        let puppet = world.puppet().await;
        assert_eq!(puppet.request.turn, turn);
        let world = world.restarted(2).await;
        world.start();
        abandoned(&world, turn).await;
        let again = world.engine.retry_turn(&world.mara, turn).await.unwrap();
        assert_eq!(world.puppet().await.request.turn, again.id, "a person may repeat it");
    }

    async fn a_turn_that_may_have_had_an_effect_is_abandoned_at_once(world: World) {
        world.assistant("one", "obedient").await;
        let other = world.neighbour();
        let (ran, _) = begun(&world, other.id(), Some(command())).await;
        let (allowed, claimed) = begun(&world, other.id(), None).await;
        let question = world.store.ask(allowed, claimed.fence, asking("q")).await.unwrap().unwrap();
        world.store.decide(question.id, world.mara.id, decision("accept")).await.unwrap();
        drop(other);
        world.start();
        abandoned(&world, ran).await;
        abandoned(&world, allowed).await;
        assert_eq!(world.items(ran).await[0].text, "so far", "what it did stays to be seen");
        assert!(world.stage_is_empty().await);
    }

    async fn a_turn_that_was_to_stop_is_cancelled(world: World) {
        world.assistant("one", "obedient").await;
        let other = world.neighbour();
        let (idle, _) = begun(&world, other.id(), None).await;
        let (busy, _) = begun(&world, other.id(), Some(command())).await;
        for turn in [idle, busy] {
            world.engine.stop_turn(&world.mara, turn).await.unwrap();
        }
        drop(other);
        world.start();
        for turn in [idle, busy] {
            assert_eq!(world.ended(turn).await.state, TurnState::Cancelled);
        }
    }

    async fn the_turns_of_a_living_process_are_left_alone(world: World) {
        world.assistant("one", "obedient").await;
        let (alive, dead) = (world.neighbour(), world.neighbour());
        let (theirs, claimed) = begun(&world, alive.id(), None).await;
        let (orphan, _) = begun(&world, dead.id(), Some(command())).await;
        drop(dead);
        world.start();
        abandoned(&world, orphan).await;
        let TurnState::Running { fence, .. } = world.turn(theirs).await.state else {
            panic!("it runs");
        };
        assert_eq!(fence, claimed.fence);
        assert!(alive.lock_path().exists());
    }

    async fn the_turns_of_an_instance_without_a_lock_here_are_left_alone(world: World) {
        world.assistant("one", "obedient").await;
        let dead = world.neighbour();
        let (elsewhere, _) = begun(&world, "on-another-host", None).await;
        let (orphan, _) = begun(&world, dead.id(), Some(command())).await;
        drop(dead);
        world.start();
        abandoned(&world, orphan).await;
        assert!(matches!(world.turn(elsewhere).await.state, TurnState::Running { .. }));
    }

    async fn a_lock_file_goes_once_its_dead_owner_has_no_turn_left(world: World) {
        world.assistant("one", "obedient").await;
        let dead = world.neighbour();
        let lock = dead.lock_path().to_owned();
        let (orphan, _) = begun(&world, dead.id(), Some(command())).await;
        drop(dead);
        world.start();
        until("the lock file is gone", async || (!lock.exists()).then_some(())).await;
        assert!(world.turn(orphan).await.state.is_ended(), "settled before it went");
        assert!(world.instance().lock_path().exists());
    }

    async fn a_claim_of_ours_that_never_got_a_runner_is_run_after_all(world: World) {
        world.assistant("one", "obedient").await;
        // As if the answer to the claim had been lost on its way.
        let (turn, _) = begun(&world, world.instance().id(), None).await;
        world.start();
        let mut puppet = world.puppet().await;
        assert_eq!(puppet.request.turn, turn);
        puppet.replies("hi");
        world.done(turn).await;
    }

    async fn in_a_restored_copy_nobody_runs_what_ran(world: World) {
        world.assistant("one", "obedient").await;
        let alive = world.neighbour();
        let (idle, _) = begun(&world, alive.id(), None).await;
        let (busy, _) = begun(&world, alive.id(), Some(command())).await;
        let copy = world.restored(2).await;
        copy.start();
        abandoned(&copy, busy).await;
        let mut puppet = copy.puppet().await;
        assert_eq!(puppet.request.turn, idle);
        puppet.replies("hi");
        copy.done(idle).await;
        assert!(matches!(world.turn(idle).await.state, TurnState::Running { .. }));
    }
}
