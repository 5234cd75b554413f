//! Databases of a test's own on the server that `SWITCHBOARD_TEST_POSTGRES` names.

use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::{Connection as _, PgConnection};

/// The environment variable with the URL of a PostgreSQL server in which tests may create databases.
pub const VARIABLE: &str = "SWITCHBOARD_TEST_POSTGRES";

/// The URL of a fresh empty database; `None` where no server is given (plain `cargo test`).
pub async fn fresh_postgres() -> Option<String> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let Ok(server) = std::env::var(VARIABLE) else {
        eprintln!("skipped the PostgreSQL half: {VARIABLE} is not set (cargo xtask test sets it)");
        return None;
    };
    let name = format!(
        "flow_{}_{}",
        std::process::id(),
        COUNT.fetch_add(1, Ordering::Relaxed)
    );
    let mut connection = PgConnection::connect(&server).await.unwrap();
    let statement = sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"));
    sqlx::query(statement)
        .execute(&mut connection)
        .await
        .unwrap();
    let (base, _) = server.rsplit_once('/').unwrap();
    let options = server
        .split_once('?')
        .map_or(String::new(), |(_, options)| format!("?{options}"));
    Some(format!("{base}/{name}{options}"))
}
