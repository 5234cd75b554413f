//! The write path: one job is one transaction and one ring, on both databases. Owns what a
//! transaction is to a noun; how it is committed is in `batch` (SQLite), `repeat` (PostgreSQL) and
//! `order` (the changes feed). Knows no noun.

mod batch;
mod order;
mod repeat;
#[cfg(test)]
mod tests;

use std::{fmt, mem};

pub(crate) use batch::{Batcher, Jobs};
use futures_util::future::BoxFuture;
pub(crate) use order::Kind;
use order::{Changed, order_changes};
use switchboard_model::{IdSource, Millis, ThreadId};

use crate::{
    Store, StoreError,
    db::{Conn, Driver, Line, Val},
};

/// Whether a job may run when the disk is almost full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Floor {
    /// It brings new work: refused below the floor.
    Respect,
    /// It ends, stops or signs in: always tried.
    Ignore,
}

/// A transaction in the making. Everything in it happens at one moment, [`Tx::now`].
pub(crate) struct Tx<'c> {
    /// For the loaders that readers share with the writer.
    pub conn: Conn<'c>,
    ids: &'c IdSource,
    now: Millis,
    changed: Vec<Changed>,
}

impl<'c> Tx<'c> {
    fn new(conn: Conn<'c>, ids: &'c IdSource) -> Self {
        Self {
            conn,
            ids,
            now: ids.clock().now(),
            changed: Vec::new(),
        }
    }

    /// The time of every row that this transaction writes.
    pub fn now(&self) -> Millis {
        self.now
    }

    /// Where new ids and secrets come from.
    pub fn ids(&self) -> &IdSource {
        self.ids
    }

    pub async fn run(&mut self, sql: &str, vals: &[Val]) -> Result<u64, StoreError> {
        self.conn.run(sql, vals).await
    }

    pub async fn one(&mut self, sql: &str, vals: &[Val]) -> Result<Option<Line>, StoreError> {
        self.conn.one(sql, vals).await
    }

    pub async fn all(&mut self, sql: &str, vals: &[Val]) -> Result<Vec<Line>, StoreError> {
        self.conn.all(sql, vals).await
    }

    /// Notes that a thing was written; at commit its row in the feed moves to a new position.
    pub fn changed(&mut self, kind: Kind, id: impl fmt::Display, thread: Option<ThreadId>) {
        self.changed.push(Changed {
            kind,
            id: id.to_string(),
            thread,
            at: self.now,
        });
    }

    /// Takes what was noted, and starts anew for the next job.
    fn take_changed(&mut self) -> Vec<Changed> {
        mem::take(&mut self.changed)
    }
}

impl Store {
    /// Runs `f` as one transaction: an `Err` undoes all of it, `Ok` is returned once it is durable.
    /// `f` may run more than once and awaits nothing but the transaction.
    pub(crate) async fn write<T, E, F>(&self, floor: Floor, f: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: for<'t> Fn(&'t mut Tx<'_>) -> BoxFuture<'t, Result<T, E>> + Send + Sync + 'static,
    {
        match &self.inner.writer {
            Driver::Sqlite(jobs) => jobs.run(floor, f).await,
            Driver::Postgres(pool) => repeat::run(&self.inner, pool, floor, f).await,
        }
    }

    /// Resolves once all is there to be read that processes which are dead by now have changed. PostgreSQL goes on with a commit whose
    /// process has died, so that what was not to be seen after the death may be seen a moment later.
    pub async fn commits_of_the_dead(&self) -> Result<(), StoreError> {
        self.write(Floor::Ignore, |tx| {
            Box::pin(order::stand_in_line(&mut tx.conn))
        })
        .await
    }
}

/// A job that returned `Ok` although a statement of it failed: PostgreSQL would refuse to commit it,
/// so neither database does.
fn swallowed() -> StoreError {
    StoreError::Corrupt("a statement was refused and the refusal ignored".to_owned())
}
