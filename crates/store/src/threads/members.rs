//! Who is in a thread: joining, leaving, and what becomes of a thread when somebody is removed
//! altogether. Owns the promise that a thread keeps a member as long as one can leave it.

use switchboard_model::{PersonId, ThreadId, TurnId, thread::Visibility};

use super::{change, lock};
use crate::{
    Audit, Store, StoreError, audit,
    db::vals,
    queue,
    rows::for_update,
    writer::{Floor, Kind, Tx},
};

/// Why a person did not leave a thread.
#[derive(Debug, Clone, thiserror::Error)]
pub enum MemberError {
    /// There is no such thread, or they are not in it.
    #[error("there is no such member")]
    NoMember,
    /// Nobody would be left in it.
    #[error("nobody would be left in the thread")]
    LastMember,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Store {
    /// Adds a member, in the name of `by`; both the thread's readers and the person are told. Does
    /// nothing if the thread or the person is gone.
    pub async fn add_member(
        &self,
        by: PersonId,
        thread: ThreadId,
        person: PersonId,
    ) -> Result<(), StoreError> {
        self.write(Floor::Ignore, move |tx| {
            Box::pin(async move {
                if lock(tx, thread).await?.is_some() && join(tx, thread, person).await? {
                    note(tx, Some(by), "thread.add", thread, Some(person)).await?;
                }
                Ok(())
            })
        })
        .await
    }

    /// Takes a member out, in the name of `by`, who may be the same.
    pub async fn remove_member(
        &self,
        by: PersonId,
        thread: ThreadId,
        person: PersonId,
    ) -> Result<(), MemberError> {
        self.write(Floor::Ignore, move |tx| {
            Box::pin(leave(tx, by, thread, person))
        })
        .await
    }
}

/// Makes a living person a member. Says whether they were not one before.
pub(super) async fn join(
    tx: &mut Tx<'_>,
    thread: ThreadId,
    person: PersonId,
) -> Result<bool, StoreError> {
    let sql = "INSERT INTO members (thread, person, added_at) SELECT $1, p.id, $3 FROM people p \
               WHERE p.id = $2 AND p.kind = 'person' AND p.removed_at IS NULL ON CONFLICT DO NOTHING";
    let now = tx.now();
    let joined = tx.run(sql, &vals![thread, person, now]).await? > 0;
    if joined {
        tx.changed(Kind::Member, format!("{thread}/{person}"), Some(thread));
    }
    Ok(joined)
}

async fn leave(
    tx: &mut Tx<'_>,
    by: PersonId,
    thread: ThreadId,
    person: PersonId,
) -> Result<(), MemberError> {
    // Held, so that the last two cannot leave at the same time.
    let row = lock(tx, thread).await?.ok_or(MemberError::NoMember)?;
    let members = tx
        .all(
            "SELECT person FROM members WHERE thread = $1",
            &vals![thread],
        )
        .await?;
    let mut there = false;
    for line in &members {
        there |= line.id::<PersonId>("person")? == person;
    }
    match (there, members.len()) {
        (false, _) => return Err(MemberError::NoMember),
        (true, 1) => return Err(MemberError::LastMember),
        (true, _) => {}
    }
    tx.run(
        "DELETE FROM members WHERE thread = $1 AND person = $2",
        &vals![thread, person],
    )
    .await?;
    if row.visibility == Visibility::Private {
        queue::clear(tx, thread, person).await?;
    }
    tx.changed(Kind::Member, format!("{thread}/{person}"), Some(thread));
    let action = if by == person {
        "thread.leave"
    } else {
        "thread.remove"
    };
    Ok(note(tx, Some(by), action, thread, Some(person)).await?)
}

/// Keeps all living threads as they are, until this transaction ends, that a person is in or has open
/// turns in; in one order, so that two who are removed at once do not wait for each other.
pub(crate) async fn hold_all_of(tx: &mut Tx<'_>, person: PersonId) -> Result<(), StoreError> {
    let held = for_update(&tx.conn, "t");
    if held.is_empty() {
        return Ok(());
    }
    let sql = format!(
        "SELECT t.id FROM threads t WHERE t.deleted_at IS NULL AND t.id IN \
         (SELECT thread FROM members WHERE person = $1 UNION SELECT thread FROM turns \
          WHERE person = $1 AND state IN ('queued', 'running')) ORDER BY t.id{held}"
    );
    tx.all(&sql, &vals![person]).await?;
    Ok(())
}

/// Takes a person out of all threads. Private ones with nobody left in them are deleted: no one could
/// ever see them again. Returns what still runs in those.
pub(crate) async fn leave_all(
    tx: &mut Tx<'_>,
    by: PersonId,
    person: PersonId,
) -> Result<Vec<TurnId>, StoreError> {
    let left = tx
        .all(
            "DELETE FROM members WHERE person = $1 RETURNING thread",
            &vals![person],
        )
        .await?;
    let mut threads = Vec::with_capacity(left.len());
    for line in left {
        threads.push(line.id::<ThreadId>("thread")?);
    }
    threads.sort_unstable();
    let mut running = Vec::new();
    for thread in threads {
        tx.changed(Kind::Member, format!("{thread}/{person}"), Some(thread));
        let lost = tx
            .one(
                "SELECT t.id FROM threads t WHERE t.id = $1 AND t.visibility = 'private' \
                 AND t.deleted_at IS NULL AND NOT EXISTS (SELECT 1 FROM members m WHERE m.thread = t.id)",
                &vals![thread],
            )
            .await?;
        if lost.is_some() {
            let sql = "SELECT id FROM turns WHERE thread = $1 AND state = 'running'";
            for line in tx.all(sql, &vals![thread]).await? {
                running.push(line.id("id")?);
            }
            change::delete(tx, thread).await?;
            note(tx, Some(by), "thread.delete", thread, Some(person)).await?;
        }
    }
    Ok(running)
}

/// Notes what was done about a thread, and to whom.
pub(super) async fn note(
    tx: &mut Tx<'_>,
    by: Option<PersonId>,
    action: &'static str,
    thread: ThreadId,
    whom: Option<PersonId>,
) -> Result<(), StoreError> {
    let audit = Audit {
        actor: by,
        action,
        object: format!("thread {thread}"),
        whom,
        detail: String::new(),
    };
    audit::note(tx, audit).await
}
