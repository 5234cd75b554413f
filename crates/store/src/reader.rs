//! Reading: snapshots on connections that cannot write. Owns the reading pools; knows no noun.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use sqlx::{PgPool, SqlitePool};

use crate::{
    StoreError,
    begin::{SNAPSHOT, begin},
    blobs::Blobs,
    db::{Conn, Driver},
};

/// The reading half: has no writing methods. Cheap to clone.
#[derive(Clone)]
pub struct Reader {
    pub(crate) pool: Driver<SqlitePool, PgPool>,
    /// Does not change while the database is open.
    pub(crate) epoch: Arc<str>,
    pub(crate) blobs: Blobs,
}

impl Reader {
    /// Runs `f` in one read-only transaction: everything it sees is of one moment.
    pub(crate) async fn read<T, F>(&self, f: F) -> Result<T, StoreError>
    where
        F: for<'t> FnOnce(&'t mut Conn<'_>) -> BoxFuture<'t, Result<T, StoreError>> + Send,
    {
        match &self.pool {
            Driver::Sqlite(pool) => {
                let mut transaction = pool.begin().await?;
                let result = f(&mut Conn::sqlite(&mut transaction, &self.blobs)).await;
                transaction.rollback().await?;
                result
            }
            Driver::Postgres(pool) => {
                let mut transaction = begin(pool, SNAPSHOT).await?;
                let result = f(&mut Conn::postgres(&mut transaction, &self.blobs)).await;
                transaction.rollback().await?;
                result
            }
        }
    }

    /// One trivial read, for health checks.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.position().await.map(|_| ())
    }
}
