//! What is kept of backends: a list of models for each account, and rows that are read as far as they can be.

use sqlx::{Connection as _, SqliteConnection, sqlite::SqliteConnectOptions};
use switchboard_store::{BackendPatch, BackendRow, Database};

use crate::world::World;

on_both_databases! {
    async fn each_account_keeps_its_last_list_and_a_few_are_remembered(world: World) {
        let keep = async |account: &str, models: &str| {
            world.tick(1);
            let kept = world.store.keep_models("codex".into(), account.into(), models.into());
            kept.await.unwrap();
        };
        let kept = async |account: &str| {
            let kept = world.reader().models_of("codex", account).await.unwrap();
            kept.map(|kept| kept.models)
        };
        keep("mara", "[1]").await;
        keep("tom", "[2]").await;
        keep("mara", "[3]").await;
        assert_eq!(kept("mara").await.as_deref(), Some("[3]"));
        assert_eq!(kept("tom").await.as_deref(), Some("[2]"));
        assert_eq!(world.reader().models_of("other", "mara").await.unwrap(), None);
        for n in 0..7 {
            keep(&format!("another {n}"), "[]").await;
        }
        assert_eq!(kept("tom").await, None, "the one that was heard of longest ago");
        assert_eq!(kept("mara").await.as_deref(), Some("[3]"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_that_is_no_text_keeps_no_other_from_being_read() {
    let world = World::on_sqlite().await;
    let mara = world.person("mara").await;
    let patch = BackendPatch {
        enabled: Some("off".into()),
        hidden: Some(vec!["one".into()]),
        ..BackendPatch::default()
    };
    let change = world.store.change_backend(mara, "codex".into(), patch);
    change.await.unwrap();
    let Database::Sqlite(file) = &world.database else {
        unreachable!("it is a file");
    };
    let options = SqliteConnectOptions::new().filename(file);
    let mut beside = SqliteConnection::connect_with(&options).await.unwrap();
    let damage = "INSERT INTO backends (name, enabled, default_model, hidden) VALUES \
                  ('gemini', X'FF', X'FF', X'FF'), ('other', 'on', NULL, 'not json'), (X'FF', 'on', NULL, NULL)";
    sqlx::query(damage).execute(&mut beside).await.unwrap();
    beside.close().await.unwrap();
    let row = |name: &str, enabled: &str, hidden: &[&str]| BackendRow {
        name: name.into(),
        enabled: enabled.into(),
        default_model: None,
        hidden: hidden.iter().map(|id| (*id).to_owned()).collect(),
    };
    assert_eq!(
        world.reader().backend_rows().await.unwrap(),
        [
            row("codex", "off", &["one"]),
            row("gemini", "unreadable", &[]),
            row("other", "on", &[])
        ]
    );
}
