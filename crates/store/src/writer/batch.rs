//! Writing to SQLite: one task owns the one connection that writes, and commits what queued during
//! the last fsync in one go. Owns the batch, how one job in it is undone, and who hears of a failure.

use std::panic::AssertUnwindSafe;

use futures_util::{FutureExt, future::BoxFuture};
use sqlx::{ConnectOptions, SqliteConnection, sqlite::SqliteConnectOptions};
use switchboard_model::IdSource;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::{Floor, Tx, order_changes, swallowed};
use crate::{
    StoreError,
    blobs::Blobs,
    bus::Bus,
    db::{Conn, Trouble},
    disk::Disk,
    ticket::Ticket,
};

/// The most jobs in one batch.
const MOST_JOBS: usize = 64;

/// A batch takes no further job once this many bytes were bound.
const MOST_BYTES: usize = 1024 * 1024;

/// How many jobs may wait; after that, posting waits too.
const QUEUE: usize = 1024;

/// The queue in front of the writing task.
#[derive(Clone)]
pub(crate) struct Jobs(mpsc::Sender<Box<dyn Job>>);

impl Jobs {
    pub(super) async fn run<T, E, F>(&self, floor: Floor, f: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: for<'t> Fn(&'t mut Tx<'_>) -> BoxFuture<'t, Result<T, E>> + Send + Sync + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job = Waiting {
            floor,
            f,
            result: None,
            reply,
        };
        if self.0.send(Box::new(job)).await.is_err() {
            return Err(closed().into());
        }
        answer.await.unwrap_or_else(|_| Err(closed().into()))
    }
}

fn closed() -> StoreError {
    StoreError::Unavailable("the store is closed".to_owned())
}

/// A job with its types forgotten.
trait Job: Send {
    fn floor(&self) -> Floor;
    /// Runs it and says whether to keep what it wrote; the result waits inside for the commit.
    fn run<'t>(&'t mut self, tx: &'t mut Tx<'_>) -> BoxFuture<'t, bool>;
    /// Answers it without having run it.
    fn refuse(&mut self, error: StoreError);
    /// Answers: with its own result, or with what happened to the whole batch.
    fn reply(self: Box<Self>, batch: Result<(), StoreError>);
}

struct Waiting<T, E, F> {
    floor: Floor,
    f: F,
    result: Option<Result<T, E>>,
    reply: oneshot::Sender<Result<T, E>>,
}

impl<T, E, F> Job for Waiting<T, E, F>
where
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
    F: for<'t> Fn(&'t mut Tx<'_>) -> BoxFuture<'t, Result<T, E>> + Send + Sync + 'static,
{
    fn floor(&self) -> Floor {
        self.floor
    }

    fn run<'t>(&'t mut self, tx: &'t mut Tx<'_>) -> BoxFuture<'t, bool> {
        Box::pin(async move {
            let mut result = (self.f)(tx).await;
            if result.is_ok() && tx.conn.trouble().is_some() {
                result = Err(swallowed().into());
            }
            let keep = result.is_ok();
            self.result = Some(result);
            keep
        })
    }

    fn refuse(&mut self, error: StoreError) {
        self.result = Some(Err(error.into()));
    }

    fn reply(self: Box<Self>, batch: Result<(), StoreError>) {
        let result = match (batch, self.result) {
            (Ok(()), Some(result)) => result,
            (Ok(()), None) => Err(closed().into()),
            (Err(error), _) => Err(error.into()),
        };
        // Whoever asked may have gone; the job is done all the same.
        let _ = self.reply.send(result);
    }
}

/// A transaction that writes from its first statement on, so that it never has to give way half done.
const BEGIN: &str = "BEGIN IMMEDIATE";

/// How a job that is not kept is taken back. Before the first one there is nothing that has to stay, and most batches have no other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Undo {
    Transaction,
    Savepoint,
}

impl Undo {
    fn back(self) -> &'static str {
        match self {
            Self::Transaction => "ROLLBACK",
            Self::Savepoint => "ROLLBACK TO job",
        }
    }
}

/// The task that writes.
pub(crate) struct Batcher {
    pub options: SqliteConnectOptions,
    pub ticket: Ticket,
    pub ids: IdSource,
    pub blobs: Blobs,
    pub disk: Disk,
    pub bus: Bus,
}

impl Batcher {
    /// The queue, and the task to spawn: it ends when all is written after `stop`, or when nobody
    /// holds the queue any more, and gives back its connection.
    pub fn start(
        self,
        stop: CancellationToken,
    ) -> (
        Jobs,
        impl Future<Output = Option<SqliteConnection>> + Send + 'static,
    ) {
        let (sender, jobs) = mpsc::channel(QUEUE);
        (Jobs(sender), self.serve(jobs, stop))
    }

    async fn serve(
        self,
        mut jobs: mpsc::Receiver<Box<dyn Job>>,
        stop: CancellationToken,
    ) -> Option<SqliteConnection> {
        // Whoever opens a store is about to write. If this fails, the first who does hears of it.
        let mut conn = self.options.connect().await.ok();
        loop {
            let job = tokio::select! {
                job = jobs.recv() => job,
                () = stop.cancelled(), if !jobs.is_closed() => {
                    jobs.close();
                    continue;
                }
            };
            let Some(first) = job else { break };
            let mut batch = vec![first];
            let outcome = self.commit(&mut conn, &mut batch, &mut jobs).await;
            if let Err(error) = &outcome {
                tracing::warn!(%error, jobs = batch.len(), "a batch of writes failed");
                // Whatever state it is in, SQLite rolls back what an abandoned connection left.
                conn = None;
            }
            for job in batch {
                job.reply(outcome.clone());
            }
        }
        conn
    }

    /// Runs the batch and what joins it, and commits. An error is everybody's.
    async fn commit(
        &self,
        kept: &mut Option<SqliteConnection>,
        batch: &mut Vec<Box<dyn Job>>,
        jobs: &mut mpsc::Receiver<Box<dyn Job>>,
    ) -> Result<(), StoreError> {
        let turn = self.ticket.take().await?;
        let conn = match kept {
            Some(conn) => conn,
            None => kept.insert(self.options.connect().await?),
        };
        let mut tx = Tx::new(Conn::sqlite(conn, &self.blobs), &self.ids);
        tx.conn.run(BEGIN, &[]).await?;
        let mut changed = Vec::new();
        let mut bytes = 0;
        let mut at = 0;
        while let Some(job) = batch.get_mut(at) {
            let undo = if at == 0 {
                Undo::Transaction
            } else {
                Undo::Savepoint
            };
            self.run_one(job.as_mut(), undo, &mut tx).await?;
            changed.append(&mut tx.changed);
            bytes += tx.conn.settle();
            at += 1;
            if at == batch.len()
                && at < MOST_JOBS
                && bytes < MOST_BYTES
                && let Ok(next) = jobs.try_recv()
            {
                batch.push(next);
            }
        }
        let pos = order_changes(&mut tx.conn, changed).await?;
        tx.conn.run("COMMIT", &[]).await?;
        drop(turn);
        if let Some(pos) = pos {
            self.bus.committed(pos);
        }
        Ok(())
    }

    /// Runs one job so that it can be undone without the others. An error means that the whole transaction is lost.
    async fn run_one(
        &self,
        job: &mut dyn Job,
        undo: Undo,
        tx: &mut Tx<'_>,
    ) -> Result<(), StoreError> {
        if job.floor() == Floor::Respect
            && let Err(error) = self.disk.check()
        {
            job.refuse(error);
            return Ok(());
        }
        tx.now = self.ids.clock().now();
        if undo == Undo::Savepoint {
            tx.conn.run("SAVEPOINT job", &[]).await?;
        }
        let Ok(keep) = AssertUnwindSafe(job.run(tx)).catch_unwind().await else {
            tracing::error!("a write panicked");
            return Err(StoreError::Unavailable("a write panicked".to_owned()));
        };
        let cause = match tx.conn.trouble() {
            Some(Trouble::Lost(error)) => return Err(error.clone()),
            Some(Trouble::Refused(error) | Trouble::Conflict(error)) => Some(error.clone()),
            None => None,
        };
        if !keep {
            tx.take_changed();
            // Where there is nothing to go back to, the whole transaction is gone, and the refusal is why.
            let undone = tx.conn.run(undo.back(), &[]).await;
            undone.map_err(|error| cause.unwrap_or(error))?;
        }
        match undo {
            Undo::Savepoint => tx.conn.run("RELEASE job", &[]).await?,
            Undo::Transaction if !keep => tx.conn.run(BEGIN, &[]).await?,
            Undo::Transaction => 0,
        };
        Ok(())
    }
}
