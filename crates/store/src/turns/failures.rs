//! What went wrong lately, for whoever looks after the machine. Owns one question; judges nothing.

use switchboard_model::{Millis, turn::Turn};

use super::{TURN, turn};
use crate::{Reader, StoreError, db::vals};

impl Reader {
    /// The turns that failed or were abandoned since then, newest first, at most `limit`.
    pub async fn recent_failures(
        &self,
        since: Millis,
        limit: u32,
    ) -> Result<Vec<Turn>, StoreError> {
        self.read(move |conn| {
            Box::pin(async move {
                let sql = format!(
                    "{TURN} WHERE t.state IN ('failed', 'abandoned') AND t.ended_at >= $1 \
                     ORDER BY t.ended_at DESC, t.id DESC LIMIT $2"
                );
                let lines = conn.all(&sql, &vals![since, i64::from(limit)]).await?;
                lines.iter().map(turn).collect()
            })
        })
        .await
    }
}
