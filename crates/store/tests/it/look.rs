//! Looking at a database without changing it.

use switchboard_store::{Database, Look, OpenError};
use tempfile::TempDir;

use crate::world::World;

on_both_databases! {
    async fn a_look_beside_a_running_server_reads_what_it_wrote(world: World) {
        let mara = world.person("mara").await;
        let Look::Ready { version, reader } = world.database.look(world.home.path()).await.unwrap() else {
            panic!("it is open and of this version");
        };
        assert!(version >= 1);
        assert_eq!(reader.people().await.unwrap()[0].id, mara);
    }

    async fn a_look_at_an_empty_database_finds_none_and_makes_none(world: World) {
        let world = world.with_fresh_database().await;
        for _ in 0..2 {
            assert!(matches!(world.database.look(world.home.path()).await.unwrap(), Look::Missing));
        }
    }

    async fn a_look_at_a_newer_database_says_database_newer(world: World) {
        world.store.close().await;
        world.sql("UPDATE meta SET value = '999' WHERE key = 'schema'").await;
        let refused = world.database.look(world.home.path()).await.err().unwrap();
        assert!(matches!(refused, OpenError::Newer { found: 999, .. }), "{refused:?}");
    }

}

#[tokio::test]
async fn a_look_at_a_place_without_a_file_makes_neither_file_nor_folder() {
    let home = TempDir::new().unwrap();
    let folder = home.path().join("not-there");
    let database = Database::Sqlite(folder.join("switchboard.db"));
    assert!(matches!(
        database.look(home.path()).await.unwrap(),
        Look::Missing
    ));
    assert!(!folder.exists());
}
