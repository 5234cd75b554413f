//! A database that takes no writes for a while, or never takes this one: no ending and no text is lost.

use switchboard_model::{item::ItemStatus, outcome::OutcomeCode};
use switchboard_store::Database;

use crate::world::{World, is_running};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_turn_said_and_its_ending_outlast_a_locked_database() {
    let world = World::on_sqlite().await;
    world.assistant("one", "obedient").await;
    world.start();
    let (turn, mut puppet) = world.asked("@one hello").await;
    let Database::Sqlite(file) = &world.database else {
        panic!("a file");
    };
    let mut other = world.beside(file).await;
    sqlx::raw_sql("BEGIN IMMEDIATE")
        .execute(&mut other)
        .await
        .unwrap();
    puppet.say("text", "while it is locked").await.unwrap();
    puppet.replies("while it is locked");
    puppet.gone().await;
    assert!(is_running(&world.turn(turn).await));
    sqlx::raw_sql("ROLLBACK").execute(&mut other).await.unwrap();
    let ended = world.done(turn).await;
    assert_eq!(world.replies(ended.thread).await, ["while it is locked"]);
    let items = world.items(turn).await;
    assert_eq!(
        (items[0].text.as_str(), items[0].status),
        ("while it is locked", ItemStatus::Done)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_turn_said_and_its_ending_outlast_a_server_that_refuses() {
    let Some(world) = World::on_postgres().await else {
        return;
    };
    world.assistant("one", "obedient").await;
    world.start();
    let (turn, mut puppet) = world.asked("@one hello").await;
    world
        .sql(
            "CREATE FUNCTION outage() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN RAISE EXCEPTION 'out' USING ERRCODE = '57000'; END $$; \
             CREATE TRIGGER outage BEFORE INSERT OR UPDATE ON items FOR EACH ROW EXECUTE FUNCTION outage(); \
             CREATE TRIGGER outage BEFORE UPDATE ON turns FOR EACH ROW EXECUTE FUNCTION outage();",
        )
        .await;
    puppet.say("text", "while it refuses").await.unwrap();
    puppet.replies("while it refuses");
    puppet.gone().await;
    assert!(is_running(&world.turn(turn).await));
    world.sql("DROP TRIGGER outage ON items").await;
    world.texts_once(turn, &["while it refuses"]).await;
    assert!(is_running(&world.turn(turn).await));
    world.sql("DROP TRIGGER outage ON turns").await;
    let ended = world.done(turn).await;
    assert_eq!(world.replies(ended.thread).await, ["while it refuses"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_can_never_be_stored_is_a_visible_failure() {
    let world = World::on_sqlite().await;
    world.assistant("one", "obedient").await;
    world.start();
    world
        .sql(
            "CREATE TRIGGER never BEFORE INSERT ON messages WHEN NEW.role = 'assistant' \
             BEGIN SELECT RAISE(ABORT, 'never'); END",
        )
        .await;
    let (turn, mut puppet) = world.asked("@one hello").await;
    puppet.replies("hi");
    let (code, message) = world.failed(turn).await;
    assert_eq!(code, OutcomeCode::Crashed);
    assert!(message.contains("could not be stored"), "{message}");
}
