//! Opening, closing, saving and restoring: what a database goes through as a whole.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use sqlx::{
    AssertSqlSafe, Connection, PgConnection, SqliteConnection, sqlite::SqliteConnectOptions,
};
use switchboard_model::ThreadId;
use switchboard_store::{Database, OpenError, OpenOptions, PostError, Store, StoreError};
use tempfile::TempDir;

use crate::{
    children::{Child, asked_of_child, say},
    world::{World, options, post},
};

on_both_databases! {
    async fn sixteen_openers_of_a_fresh_database_at_once_all_succeed(world: World) {
        let world = world.with_fresh_database().await;
        let openers: Vec<_> = (0..16)
            .map(|seed| tokio::spawn(Store::open(world.options(100 + seed))))
            .collect();
        let mut epochs = Vec::new();
        for opener in openers {
            epochs.push(opener.await.unwrap().unwrap().reader().epoch().to_owned());
        }
        epochs.dedup();
        assert_eq!(epochs.len(), 1, "all of them opened the same database");
    }

    async fn a_newer_database_is_refused_as_database_newer(world: World) {
        world.store.close().await;
        world.sql("UPDATE meta SET value = '999' WHERE key = 'schema'").await;
        let refused = Store::open(world.options(2)).await.err().unwrap();
        assert!(matches!(refused, OpenError::Newer { found: 999, known } if known < 999), "{refused:?}");
        assert!(refused.to_string().starts_with("database_newer"));
    }

    async fn a_database_of_another_program_is_refused_untouched(world: World) {
        let world = world.with_fresh_database().await;
        world.sql("CREATE TABLE recipes (id BIGINT)").await;
        let refused = Store::open(world.options(2)).await.err().unwrap();
        assert!(matches!(refused, OpenError::Store(StoreError::Corrupt(_))), "{refused:?}");
        world.sql("INSERT INTO recipes VALUES (1)").await;
        let opened = world.try_sql("SELECT * FROM meta").await;
        assert!(opened.is_err(), "nothing was added");
    }

    async fn a_closed_store_has_written_what_was_queued_and_refuses_the_rest(world: World) {
        let mara = world.person("mara").await;
        let thread = world.thread(mara).await;
        let queued: Vec<_> = (0..20)
            .map(|n| {
                let store = world.store.clone();
                tokio::spawn(async move { store.append_message(post(thread, mara, &format!("{n}"), &[])).await })
            })
            .collect();
        world.store.close().await;
        let mut acknowledged = Vec::new();
        for post in queued {
            match post.await.unwrap() {
                Ok(posted) => acknowledged.push(posted.message),
                Err(PostError::Store(StoreError::Unavailable(_))) => {}
                Err(other) => panic!("{other:?}"),
            }
        }
        acknowledged.sort_by_key(|message| message.seq);
        let late = world.store.append_message(post(thread, mara, "late", &[])).await;
        assert!(matches!(late, Err(PostError::Store(StoreError::Unavailable(_)))), "{late:?}");

        let again = world.again(2, 0).await;
        assert_eq!(again.reader().messages(thread, None, 100).await.unwrap().messages, acknowledged);
    }

    async fn a_position_is_of_the_database_and_survives_a_restart(world: World) {
        world.person("mara").await;
        let before = world.reader().position().await.unwrap();
        assert!(before.pos > 0);
        world.store.close().await;
        let again = world.again(2, 0).await;
        assert_eq!(again.reader().position().await.unwrap(), before);
        assert_eq!(before.to_string().parse(), Ok(before));
    }

    async fn a_backup_restores_into_either_database_with_a_new_epoch(world: World) {
        let mara = world.person("mara").await;
        let thread = world.thread(mara).await;
        let long = "a long story, ".repeat(10_000);
        for text in ["hello", &long, "bye"] {
            world.post(thread, mara, text, &[]).await;
        }
        let page = world.reader().messages(thread, None, 10).await.unwrap();
        let saved = TempDir::new().unwrap();
        let folder = saved.path().join("monday");
        world.store.backup(&folder).await.unwrap();
        for path in [folder.clone(), folder.join("switchboard.db")] {
            let mode = fs::metadata(&path).unwrap().permissions().mode();
            assert_eq!(mode & 0o077, 0, "{} is for its owner alone", path.display());
        }
        world.post(thread, mara, "after the backup", &[]).await;

        let mut targets = vec![World::on_sqlite().await];
        targets.extend(World::on_postgres().await);
        for target in targets {
            let target = target.with_fresh_database().await;
            Store::restore(&folder, target.options(3)).await.unwrap();
            let restored = Store::open(target.options(4)).await.unwrap();
            let found = restored.reader().messages(thread, None, 10).await.unwrap();
            assert_eq!(found.messages, page.messages);
            assert_eq!(found.position.pos, page.position.pos);
            assert_ne!(found.position.epoch, page.position.epoch);
            restored.append_message(post(thread, mara, "and on", &[])).await.unwrap();
        }
    }

    async fn a_restore_over_a_database_is_refused(world: World) {
        world.person("mara").await;
        let saved = TempDir::new().unwrap();
        world.store.backup(saved.path()).await.unwrap();
        let refused = Store::restore(saved.path(), world.options(2)).await;
        assert!(matches!(refused, Err(OpenError::NotEmpty)), "{refused:?}");
        assert_eq!(world.reader().people().await.unwrap().len(), 1);
    }

    async fn a_backup_into_a_folder_with_something_in_it_is_refused(world: World) {
        let saved = TempDir::new().unwrap();
        fs::write(saved.path().join("notes.txt"), "mine").unwrap();
        let refused = world.store.backup(saved.path()).await;
        assert!(matches!(refused, Err(OpenError::FolderNotEmpty(_))), "{refused:?}");
        let on_a_file = world.store.backup(&saved.path().join("notes.txt")).await;
        assert!(matches!(on_a_file, Err(OpenError::NotWritable { .. })), "{on_a_file:?}");
        let nothing = Store::restore(saved.path(), world.options(2)).await;
        assert!(matches!(nothing, Err(OpenError::NoBackup(_))), "{nothing:?}");
    }
}

#[tokio::test]
async fn a_database_server_that_is_not_there_is_named_at_once() {
    // Nothing listens on port 1; the other server takes connections and never says a word.
    let deaf = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let silent = deaf.local_addr().unwrap().to_string();
    for (server, why) in [
        ("127.0.0.1:1", "refused"),
        (&silent, "no answer within 3 s"),
    ] {
        let home = TempDir::new().unwrap();
        let database = Database::Postgres(format!("postgres://mara@{server}/chat"));
        let refused = Store::open(options(database, home.path(), 1)).await.err();
        let told = refused.unwrap().to_string();
        assert!(told.contains(server) && told.contains(why), "{told}");
    }
}

#[tokio::test]
async fn sixteen_processes_open_a_fresh_file_at_once() {
    const TEST: &str = "open::sixteen_processes_open_a_fresh_file_at_once";
    if let Some(home) = asked_of_child() {
        let store = Store::open(options(
            sqlite_in(Path::new(&home)),
            Path::new(&home),
            u64::from(std::process::id()),
        ));
        let store = store.await.unwrap();
        say(store.reader().epoch());
        return;
    }
    let home = TempDir::new().unwrap();
    let children: Vec<_> = (0..16)
        .map(|_| Child::start(TEST, home.path().to_str().unwrap()))
        .collect();
    let mut epochs = Vec::new();
    for mut child in children {
        epochs.push(child.hear());
        child.end();
    }
    epochs.dedup();
    assert_eq!(epochs.len(), 1, "{epochs:?}");
}

#[tokio::test]
async fn a_closed_file_has_everything_in_it_and_nothing_beside_it() {
    let world = World::on_sqlite().await;
    let mara = world.person("mara").await;
    world.thread(mara).await;
    let Database::Sqlite(file) = sqlite_in(world.home.path()) else {
        unreachable!()
    };
    // Somebody who only reads, so that there are connections that cannot clear up.
    world.store.reader().people().await.unwrap();
    world.store.close().await;
    assert!(
        !wal(&file).exists(),
        "the next one would have to read it all"
    );
    let again = world.again(2, 0).await;
    assert_eq!(again.reader().people().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_newer_file_stays_the_same_to_the_byte() {
    let world = World::on_sqlite().await;
    world.store.close().await;
    world
        .sql("UPDATE meta SET value = '999' WHERE key = 'schema'")
        .await;
    let file = sqlite_in(world.home.path());
    let Database::Sqlite(file) = file else {
        unreachable!()
    };
    let before = fs::read(&file).unwrap();
    assert!(Store::open(world.options(2)).await.is_err());
    assert!(fs::read(&file).unwrap() == before);
    let waiting = fs::metadata(wal(&file)).map_or(0, |wal| wal.len());
    assert_eq!(waiting, 0, "nothing waits beside it either");
}

#[tokio::test]
async fn the_file_is_for_its_owner_alone() {
    let world = World::on_sqlite().await;
    world.person("mara").await;
    let Database::Sqlite(file) = sqlite_in(world.home.path()) else {
        unreachable!()
    };
    for path in [wal(&file), file] {
        let mode = fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{}", path.display());
    }
}

#[tokio::test]
async fn a_left_over_wal_file_is_not_played_into_a_restored_database() {
    let world = World::on_sqlite().await;
    let saved = TempDir::new().unwrap();
    world.store.backup(saved.path()).await.unwrap();
    let home = TempDir::new().unwrap();
    fs::write(
        home.path().join("switchboard.db-wal"),
        "frames of another life",
    )
    .unwrap();
    let refused = Store::restore(
        saved.path(),
        options(sqlite_in(home.path()), home.path(), 2),
    )
    .await;
    assert!(matches!(refused, Err(OpenError::NotEmpty)), "{refused:?}");
}

#[tokio::test]
async fn a_long_text_is_a_file_on_one_node_and_goes_with_its_thread() {
    let world = World::on_sqlite().await;
    let mara = world.person("mara").await;
    let thread: ThreadId = world.thread(mara).await;
    let text = "x".repeat(70_000);
    let posted = world.post(thread, mara, &text, &[]).await;
    assert_eq!(
        world
            .reader()
            .message(posted.message.id)
            .await
            .unwrap()
            .unwrap()
            .text,
        text
    );
    let blobs = world.home.path().join("blobs");
    let files = || {
        let folders = fs::read_dir(&blobs).unwrap();
        folders
            .flat_map(|folder| fs::read_dir(folder.unwrap().path()).unwrap())
            .count()
    };
    assert_eq!(files(), 1);
    world.store.delete_thread(None, thread).await.unwrap();
    world.store.forget_old().await.unwrap();
    assert_eq!(
        files(),
        1,
        "a young file is left: its row may be on its way"
    );
    for folder in fs::read_dir(&blobs).unwrap() {
        for file in fs::read_dir(folder.unwrap().path()).unwrap() {
            let file = fs::File::options()
                .write(true)
                .open(file.unwrap().path())
                .unwrap();
            file.set_modified(std::time::UNIX_EPOCH).unwrap();
        }
    }
    world.store.forget_old().await.unwrap();
    assert_eq!(files(), 0);
}

fn sqlite_in(home: &Path) -> Database {
    Database::Sqlite(home.join("switchboard.db"))
}

fn wal(file: &Path) -> PathBuf {
    file.with_extension("db-wal")
}

impl World {
    /// Options for another store on the same database.
    pub fn options(&self, seed: u64) -> OpenOptions {
        options(self.database.clone(), self.home.path(), seed)
    }

    /// The same place before anything was made in it.
    pub async fn with_fresh_database(self) -> Self {
        self.store.close().await;
        match &self.database {
            Database::Sqlite(file) => {
                for entry in fs::read_dir(file.parent().unwrap()).unwrap() {
                    let path = entry.unwrap().path();
                    if path.is_file() {
                        fs::remove_file(path).unwrap();
                    }
                }
            }
            Database::Postgres(_) => {
                self.sql("DROP SCHEMA public CASCADE").await;
                self.sql("CREATE SCHEMA public").await;
            }
        }
        self
    }

    /// Runs a statement of an outsider.
    pub async fn sql(&self, sql: &str) {
        self.try_sql(sql).await.unwrap();
    }

    async fn try_sql(&self, sql: &str) -> Result<(), sqlx::Error> {
        let sql = AssertSqlSafe(sql);
        match &self.database {
            Database::Sqlite(file) => {
                let options = SqliteConnectOptions::new()
                    .filename(file)
                    .create_if_missing(true);
                let mut conn = SqliteConnection::connect_with(&options).await?;
                let done = sqlx::raw_sql(sql).execute(&mut conn).await.map(|_| ());
                conn.close().await?;
                done
            }
            Database::Postgres(url) => {
                let mut conn = PgConnection::connect(url).await?;
                let done = sqlx::raw_sql(sql).execute(&mut conn).await.map(|_| ());
                conn.close().await?;
                done
            }
        }
    }
}
