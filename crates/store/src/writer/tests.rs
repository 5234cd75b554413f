//! What the write path promises to a noun, seen from a noun: tests need `Store::write` itself.

#![allow(clippy::unwrap_used, clippy::disallowed_methods, clippy::print_stdout)]

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use switchboard_model::{
    IdSource, Millis,
    clock::{FakeChance, FakeClock},
};
use tempfile::TempDir;

use super::Floor;
use crate::{Database, OpenOptions, SEVERAL_READERS, Store, StoreError};

async fn open(database: Database, home: &TempDir) -> Store {
    let clock = Arc::new(FakeClock::at(Millis(1)));
    let ids = IdSource::new(clock, Arc::new(FakeChance::seeded(1)));
    Store::open(OpenOptions {
        database,
        home: home.path().into(),
        ids,
        disk_floor: 0,
        readers: SEVERAL_READERS,
    })
    .await
    .unwrap()
}

async fn on_sqlite(home: &TempDir) -> Store {
    open(Database::Sqlite(home.path().join("switchboard.db")), home).await
}

async fn on_postgres(home: &TempDir, name: &str) -> Option<Store> {
    let Ok(server) = std::env::var("SWITCHBOARD_TEST_POSTGRES") else {
        println!("skipped: SWITCHBOARD_TEST_POSTGRES names no server");
        return None;
    };
    let name = format!("switchboard_{name}_{}", std::process::id());
    let mut admin = PgConnection::connect(&server).await.unwrap();
    admin
        .execute(AssertSqlSafe(format!("CREATE DATABASE {name}")))
        .await
        .unwrap();
    let (base, _) = server.rsplit_once('/').unwrap();
    Some(open(Database::Postgres(format!("{base}/{name}")), home).await)
}

/// Notes a fact, for tests to look whether it stayed.
async fn note(store: &Store, key: &'static str) -> Result<(), StoreError> {
    store
        .write(Floor::Ignore, move |tx| {
            Box::pin(async move {
                tx.run(
                    "INSERT INTO meta (key, value) VALUES ($1, '')",
                    &crate::db::vals![key],
                )
                .await?;
                Ok(())
            })
        })
        .await
}

async fn noted(store: &Store) -> Vec<String> {
    let sql = "SELECT key FROM meta WHERE value = '' ORDER BY key";
    let read = store.reader().read(move |conn| {
        Box::pin(async move {
            conn.all(sql, &[])
                .await?
                .iter()
                .map(|line| line.text("key"))
                .collect()
        })
    });
    read.await.unwrap()
}

#[tokio::test]
async fn a_panic_in_a_job_fails_it_and_the_writer_goes_on() {
    let home = TempDir::new().unwrap();
    let store = on_sqlite(&home).await;
    let panicked: Result<(), StoreError> = store
        .write(Floor::Ignore, |tx| {
            Box::pin(async move {
                tx.run("INSERT INTO meta (key, value) VALUES ('panicked', '')", &[])
                    .await?;
                panic!("a bug in a noun")
            })
        })
        .await;
    assert!(
        matches!(panicked, Err(StoreError::Unavailable(_))),
        "{panicked:?}"
    );
    note(&store, "after").await.unwrap();
    assert_eq!(noted(&store).await, ["after"]);
}

/// A refusal must not be steered by: PostgreSQL has aborted the transaction by then.
async fn a_job_that_ignores_a_refused_statement_is_not_stored(store: &Store) {
    let swallowed: Result<(), StoreError> = store
        .write(Floor::Ignore, |tx| {
            Box::pin(async move {
                tx.run("INSERT INTO meta (key, value) VALUES ('before', '')", &[])
                    .await?;
                let _ = tx
                    .run("INSERT INTO meta (key, value) VALUES ('epoch', '')", &[])
                    .await;
                Ok(())
            })
        })
        .await;
    assert!(
        matches!(swallowed, Err(StoreError::Corrupt(_))),
        "{swallowed:?}"
    );
    note(store, "after").await.unwrap();
    assert_eq!(noted(store).await, ["after"]);
}

#[tokio::test]
async fn a_job_that_ignores_a_refused_statement_is_not_stored_on_sqlite() {
    let home = TempDir::new().unwrap();
    a_job_that_ignores_a_refused_statement_is_not_stored(&on_sqlite(&home).await).await;
}

#[tokio::test]
async fn a_job_that_ignores_a_refused_statement_is_not_stored_on_postgres() {
    let home = TempDir::new().unwrap();
    let Some(store) = on_postgres(&home, "swallow").await else {
        return;
    };
    a_job_that_ignores_a_refused_statement_is_not_stored(&store).await;
}

#[tokio::test]
async fn a_job_that_crossed_another_is_run_again_but_not_for_ever() {
    let home = TempDir::new().unwrap();
    let Some(store) = on_postgres(&home, "cross").await else {
        return;
    };
    for (crossings, expected) in [(2, 3), (u32::MAX, 3)] {
        let tries = Arc::new(AtomicU32::new(0));
        let count = Arc::clone(&tries);
        let result: Result<u32, StoreError> = store
            .write(Floor::Ignore, move |tx| {
                let number = count.fetch_add(1, Ordering::SeqCst) + 1;
                Box::pin(async move {
                    tx.run(
                        "INSERT INTO meta (key, value) VALUES ('tried', '') ON CONFLICT DO NOTHING",
                        &[],
                    )
                    .await?;
                    if number <= crossings {
                        let crossed =
                            "DO $$ BEGIN RAISE EXCEPTION 'crossed' USING ERRCODE = '40P01'; END $$";
                        tx.run(crossed, &[]).await?;
                    }
                    Ok(number)
                })
            })
            .await;
        assert_eq!(tries.load(Ordering::SeqCst), expected);
        assert_eq!(result.ok(), (crossings == 2).then_some(3));
    }
    assert_eq!(noted(&store).await, ["tried"]);
}
