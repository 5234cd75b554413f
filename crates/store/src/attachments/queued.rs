//! Files of messages that wait in a queue: nobody else's message takes them, and they go with their entry.

use std::collections::HashMap;

use switchboard_model::{AttachmentId, PersonId, QueuedId, attachment::Attachment};

use super::{ATTACHMENT, attachment};
use crate::{
    StoreError,
    db::{Conn, vals},
    rows::of_ids,
    writer::Tx,
};

/// Keeps files of a person for an entry of their queue, in this order. Returns one that is not theirs to
/// give, or was given before.
pub(crate) async fn reserve(
    tx: &mut Tx<'_>,
    person: PersonId,
    ids: &[AttachmentId],
    entry: QueuedId,
) -> Result<Option<AttachmentId>, StoreError> {
    for (place, id) in (1_i64..).zip(ids) {
        let sql = "UPDATE attachments SET queued = $3, place = $4 \
                   WHERE id = $1 AND person = $2 AND message IS NULL AND queued IS NULL";
        if tx.run(sql, &vals![*id, person, entry, place]).await? == 0 {
            return Ok(Some(*id));
        }
    }
    Ok(None)
}

/// Lets the files of an entry go that is taken back.
pub(crate) async fn drop_reserved(tx: &mut Tx<'_>, entry: QueuedId) -> Result<(), StoreError> {
    let sql = "DELETE FROM attachments WHERE queued = $1";
    tx.run(sql, &vals![entry]).await?;
    Ok(())
}

/// The files of these entries, each entry's in order.
pub(crate) async fn of_queue(
    conn: &mut Conn<'_>,
    entries: &[String],
) -> Result<HashMap<QueuedId, Vec<Attachment>>, StoreError> {
    let query = format!("{ATTACHMENT} WHERE queued");
    let mut lines = Vec::new();
    for line in of_ids(conn, &query, entries).await? {
        lines.push((line.int("place")?, line.id("queued")?, attachment(&line)?));
    }
    lines.sort_by_key(|(place, ..)| *place);
    let mut found: HashMap<_, Vec<_>> = HashMap::new();
    for (_, entry, attachment) in lines {
        found.entry(entry).or_default().push(attachment);
    }
    Ok(found)
}
