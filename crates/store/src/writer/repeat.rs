//! Writing to PostgreSQL: each job on a connection of the pool, run again when the server says that
//! two transactions crossed.

use futures_util::future::BoxFuture;
use sqlx::{PgConnection, PgPool, Postgres, Transaction};

use super::{Floor, Tx, order_changes, swallowed};
use crate::{
    Inner, StoreError,
    begin::{WRITE, begin},
    db::{Conn, Trouble},
};

/// How often a job is tried in all.
const TRIES: u32 = 3;

/// How one try went.
enum Try<T, E> {
    Done(Result<T, E>),
    Again(StoreError),
}

pub(super) async fn run<T, E, F>(inner: &Inner, pool: &PgPool, floor: Floor, f: F) -> Result<T, E>
where
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
    F: for<'t> Fn(&'t mut Tx<'_>) -> BoxFuture<'t, Result<T, E>> + Send + Sync + 'static,
{
    if floor == Floor::Respect {
        inner.disk.check()?;
    }
    let mut tries = 1;
    loop {
        match once(inner, pool, &f).await? {
            Try::Done(result) => return result,
            Try::Again(_) if tries < TRIES => tries += 1,
            Try::Again(error) => return Err(error.into()),
        }
    }
}

/// How the job itself went, before anything is committed.
enum Worked<T, E> {
    /// To be kept, at this position if anything changed.
    Keep(T, Option<i64>),
    /// To be undone.
    Undo(Try<T, E>),
}

async fn once<T, E, F>(inner: &Inner, pool: &PgPool, f: &F) -> Result<Try<T, E>, StoreError>
where
    E: From<StoreError>,
    F: for<'t> Fn(&'t mut Tx<'_>) -> BoxFuture<'t, Result<T, E>> + Sync,
{
    let mut transaction = begin(pool, WRITE).await?;
    let undone = match work(inner, &mut transaction, f).await {
        Ok(Worked::Keep(value, pos)) => return commit(inner, transaction, value, pos).await,
        Ok(Worked::Undo(how)) => Ok(how),
        Err(error) => Err(error),
    };
    // Said here and waited for: one that is only dropped is undone when the pool gets to it, and until
    // then its locks hide a turn from whoever wants to claim it.
    let _ = transaction.rollback().await;
    undone
}

async fn commit<T, E>(
    inner: &Inner,
    transaction: Transaction<'_, Postgres>,
    value: T,
    pos: Option<i64>,
) -> Result<Try<T, E>, StoreError> {
    match transaction
        .commit()
        .await
        .map_err(|error| Trouble::of(&error))
    {
        Ok(()) => {}
        Err(Trouble::Conflict(error)) => return Ok(Try::Again(error)),
        Err(Trouble::Refused(error) | Trouble::Lost(error)) => return Err(error),
    }
    if let Some(pos) = pos {
        inner.bus.committed(pos);
    }
    Ok(Try::Done(Ok(value)))
}

async fn work<T, E, F>(
    inner: &Inner,
    transaction: &mut PgConnection,
    f: &F,
) -> Result<Worked<T, E>, StoreError>
where
    E: From<StoreError>,
    F: for<'t> Fn(&'t mut Tx<'_>) -> BoxFuture<'t, Result<T, E>> + Sync,
{
    let mut tx = Tx::new(Conn::postgres(transaction, &inner.reader.blobs), &inner.ids);
    let result = f(&mut tx).await;
    let value = match (result, tx.conn.trouble()) {
        (_, Some(Trouble::Conflict(error))) => return Ok(Worked::Undo(Try::Again(error.clone()))),
        (Ok(_), Some(_)) => return Err(swallowed()),
        (Err(error), _) => return Ok(Worked::Undo(Try::Done(Err(error)))),
        (Ok(value), None) => value,
    };
    let changed = tx.take_changed();
    match (
        order_changes(&mut tx.conn, changed).await,
        tx.conn.trouble(),
    ) {
        (_, Some(Trouble::Conflict(error))) => Ok(Worked::Undo(Try::Again(error.clone()))),
        (pos, _) => Ok(Worked::Keep(value, pos?)),
    }
}
