//! Forgetting: what is kept only for a while, and no longer needed. Owns the tombstones' end; a
//! thread's contents go when it is deleted, not here.

use std::{collections::HashSet, sync::Weak, time::Duration};

use tokio_util::sync::CancellationToken;

use crate::{
    Inner, Store, StoreError,
    attachments::UNPOSTED,
    blobs::in_background,
    db::{Driver, vals},
    writer::Floor,
};

/// How long a tombstone stays. A cursor that is older cannot catch up and starts afresh.
const TOMBSTONES: Duration = Duration::from_hours(30 * 24);

/// How often to look for old things. Not at the start: a command that opens the store for a moment
/// has better to do.
const PAUSE: Duration = Duration::from_hours(1);

/// The task that forgets, while the store is open.
pub(crate) async fn now_and_then(store: Weak<Inner>, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(PAUSE) => {}
        }
        let Some(inner) = store.upgrade() else { return };
        if let Err(error) = (Store { inner }).forget_old().await {
            tracing::warn!(%error, "cannot forget what is old; trying again in an hour");
        }
    }
}

impl Store {
    /// Forgets tombstones of more than 30 days, files that no message took in a day, and blobs that
    /// nothing refers to. An open store does this by itself every hour.
    pub async fn forget_old(&self) -> Result<(), StoreError> {
        self.write(Floor::Ignore, |tx| {
            Box::pin(async move {
                let old = vals![tx.now().minus(TOMBSTONES)];
                // The rest of a deleted thread's rows has no reader any more.
                tx.run(
                    "DELETE FROM changes WHERE kind <> 'thread' AND thread IN \
                     (SELECT id FROM threads WHERE deleted_at < $1)",
                    &old,
                )
                .await?;
                tx.run("DELETE FROM queued WHERE gone_at < $1", &old).await?;
                tx.run("DELETE FROM changes WHERE kind = 'item' AND at < $1 AND id NOT IN (SELECT id FROM items)", &old)
                    .await?;
                let forgotten = tx
                    .all(
                        "DELETE FROM changes WHERE kind = 'thread' AND at < $1 AND id IN \
                         (SELECT id FROM threads WHERE deleted_at < $1) RETURNING pos",
                        &old,
                    )
                    .await?;
                let newest = forgotten.iter().map(|line| line.int("pos")).collect::<Result<Vec<_>, _>>()?;
                if let Some(newest) = newest.into_iter().max() {
                    tx.run(
                        "UPDATE meta SET value = $1 WHERE key = 'forgotten' AND CAST(value AS BIGINT) < $2",
                        &vals![newest.to_string(), newest],
                    )
                    .await?;
                }
                tx.run(
                    "DELETE FROM attachments WHERE message IS NULL AND queued IS NULL AND created_at < $1",
                    &vals![tx.now().minus(UNPOSTED)],
                )
                .await?;
                let unused = "FROM blobs WHERE hash NOT IN (SELECT blob FROM messages WHERE blob IS NOT NULL) \
                              AND hash NOT IN (SELECT blob FROM items WHERE blob IS NOT NULL) \
                              AND hash NOT IN (SELECT blob FROM attachments)";
                tx.run(&format!("DELETE FROM blob_bytes WHERE hash IN (SELECT hash {unused})"), &[]).await?;
                tx.run(&format!("DELETE {unused}"), &[]).await?;
                Ok::<_, StoreError>(())
            })
        })
        .await?;
        self.sweep_blobs().await
    }

    async fn sweep_blobs(&self) -> Result<(), StoreError> {
        let blobs = self.inner.reader.blobs.clone();
        let Driver::Sqlite(_) = self.inner.writer else {
            return in_background(move || blobs.sweep_drafts()).await;
        };
        let hashes = self
            .inner
            .reader
            .read(|conn| {
                Box::pin(async move {
                    let lines = conn.all("SELECT hash FROM blobs", &[]).await?;
                    lines
                        .iter()
                        .map(|line| line.text("hash"))
                        .collect::<Result<HashSet<_>, _>>()
                })
            })
            .await?;
        in_background(move || blobs.sweep(|hash| hashes.contains(hash))).await
    }
}
