//! What the event stream asks beside the feed: who may read a thread, and under which client ids posts
//! came. Reads only.

use std::collections::HashMap;

use switchboard_model::{MessageId, PersonId, ThreadId, thread::Visibility};

use crate::{
    Reader, StoreError,
    db::vals,
    rows::{named, of_ids},
};

impl Reader {
    /// Who may see a thread: its visibility and its members. Deleted threads still know theirs, so that
    /// they can be told. `None` if there never was such a thread.
    pub async fn thread_readers(
        &self,
        thread: ThreadId,
    ) -> Result<Option<(Visibility, Vec<PersonId>)>, StoreError> {
        self.read(move |conn| {
            Box::pin(async move {
                let sql = "SELECT visibility FROM threads WHERE id = $1";
                let Some(line) = conn.one(sql, &vals![thread]).await? else {
                    return Ok(None);
                };
                let visibility = named(&line, "visibility", Visibility::parse)?;
                let sql = "SELECT person FROM members WHERE thread = $1";
                let members = conn.all(sql, &vals![thread]).await?;
                let members = members
                    .iter()
                    .map(|line| line.id("person"))
                    .collect::<Result<_, _>>()?;
                Ok(Some((visibility, members)))
            })
        })
        .await
    }

    /// The client ids of those of these messages that were posted with one.
    pub async fn client_ids(
        &self,
        messages: &[MessageId],
    ) -> Result<HashMap<MessageId, String>, StoreError> {
        let ids: Vec<String> = messages.iter().map(ToString::to_string).collect();
        self.read(move |conn| {
            Box::pin(async move {
                let sql = "SELECT id, client_id FROM messages WHERE client_id IS NOT NULL AND id";
                let lines = of_ids(conn, sql, &ids).await?;
                lines
                    .iter()
                    .map(|line| Ok((line.id("id")?, line.text("client_id")?)))
                    .collect()
            })
        })
        .await
    }
}
