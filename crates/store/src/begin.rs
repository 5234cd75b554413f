//! Beginning a transaction on PostgreSQL. Owns that a caller who goes away meanwhile leaves nothing
//! begun behind; never does anything in the transaction.

use sqlx::{PgPool, Postgres, Transaction};

/// A snapshot that cannot write.
pub(crate) const SNAPSHOT: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// A transaction that writes.
pub(crate) const WRITE: &str = "BEGIN";

/// Begins a transaction of that kind on a connection of the pool.
///
/// The driver counts a transaction only when the server's answer has come. Were the wait for it
/// dropped, as happens with every request whose client goes away, the connection would go back to the
/// pool in an open transaction, perhaps one that cannot write, and the next one's work would be lost
/// in it. So the wait belongs to a task of its own, which always hears the answer.
pub(crate) async fn begin(
    pool: &PgPool,
    statement: &'static str,
) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
    let pool = pool.clone();
    #[expect(
        clippy::disallowed_methods,
        reason = "it lasts one round trip, and the closing of the pool waits for it"
    )]
    let begun = tokio::spawn(async move { pool.begin_with(statement).await });
    begun
        .await
        .unwrap_or_else(|_| Err(sqlx::Error::WorkerCrashed))
}
