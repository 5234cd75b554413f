//! Changing threads: opening, renaming, joining, deleting. Owns what a tombstone keeps, and the promise
//! that the same client id is the same thread.

use sha2::{Digest, Sha256};
use switchboard_model::{
    PersonId, ThreadId,
    home::Home,
    settings::Permission,
    thread::{TitledBy, Visibility, title_from},
};

use super::{
    NewThread, ThreadPatch, ThreadRow, load_row, lock,
    members::{join, note},
    titled_by_name,
};
use crate::{
    Carried, CreateError, StoreError, carried,
    db::vals,
    messages,
    rows::to_json,
    search, sessions,
    writer::{Kind, Tx},
};

pub(super) async fn create(
    tx: &mut Tx<'_>,
    new: NewThread,
) -> Result<(ThreadRow, bool), CreateError> {
    let hash = match new.client_id {
        Some(_) => Some(asked_for(&new)?),
        None => None,
    };
    let id: ThreadId = tx.ids().make();
    let now = tx.now();
    let (title, titled_by) = match new.title.filter(|title| !title.is_empty()) {
        Some(title) => (title, TitledBy::Person),
        None => (String::new(), TitledBy::Auto),
    };
    let added = tx
        .run(
            "INSERT INTO threads (id, title, titled_by, visibility, assistant, created_by, client_id, \
             body_hash, created_at, last_message_at, last_seq, settings) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, 0, $10) \
             ON CONFLICT (created_by, client_id) DO NOTHING",
            &vals![
                id,
                &title,
                titled_by_name(titled_by),
                new.visibility.as_str(),
                new.assistant,
                new.created_by,
                new.client_id.clone(),
                hash,
                now,
                to_json(&new.settings)?
            ],
        )
        .await?;
    if added == 0 {
        let sql = "SELECT id, body_hash FROM threads WHERE created_by = $1 AND client_id = $2";
        let there = tx.one(sql, &vals![new.created_by, new.client_id]).await?;
        let there = there
            .ok_or_else(|| StoreError::Corrupt("a client id without its thread".to_owned()))?;
        if there.opt_bytes("body_hash")?.as_deref() != hash.as_ref().map(<[u8; 32]>::as_slice) {
            return Err(CreateError::ClientIdReused);
        }
        return Ok((load_row(tx, there.id("id")?).await?, false));
    }
    if let Some(carried) = &new.carried {
        carried::keep(tx, id, carried).await?;
    }
    search::set_title(tx, id, now, &title).await?;
    tx.changed(Kind::Thread, id, Some(id));
    join(tx, id, new.created_by).await?;
    Ok((load_row(tx, id).await?, true))
}

/// What was asked for, to tell a repeat from a reuse.
fn asked_for(new: &NewThread) -> Result<[u8; 32], StoreError> {
    if let Some(Carried { source, seq, .. }) = &new.carried {
        // All else follows from it, and may read otherwise by now.
        return Ok(Sha256::digest(format!("fork\0{source}\0{seq}")).into());
    }
    let assistant = new.assistant.map(|id| id.to_string());
    let settings = to_json(&new.settings)?;
    // No title holds a zero byte: PostgreSQL takes none.
    let parts = [
        new.title.as_deref().unwrap_or_default(),
        new.visibility.as_str(),
        assistant.as_deref().unwrap_or_default(),
        &settings,
    ];
    Ok(Sha256::digest(parts.join("\0")).into())
}

pub(super) async fn apply(
    tx: &mut Tx<'_>,
    by: Option<PersonId>,
    id: ThreadId,
    patch: ThreadPatch,
) -> Result<Option<ThreadRow>, StoreError> {
    let Some(mut thread) = lock(tx, id).await? else {
        return Ok(None);
    };
    let (title, archived_at) = (thread.title.clone(), thread.archived_at);
    if let Some(title) = patch.title {
        thread.titled_by = if title.is_empty() {
            TitledBy::Auto
        } else {
            TitledBy::Person
        };
        thread.title = if title.is_empty() {
            automatic_title(tx, id).await?
        } else {
            title
        };
    }
    match patch.archived {
        Some(true) => thread.archived_at = thread.archived_at.or(Some(tx.now())),
        Some(false) => thread.archived_at = None,
        None => {}
    }
    if let Some(visibility) = patch
        .visibility
        .filter(|visibility| *visibility != thread.visibility)
    {
        thread.visibility = visibility;
        if let (Some(by), Visibility::Private) = (by, visibility) {
            join(tx, id, by).await?;
        }
        tell_outsiders(tx, id).await?;
        let action = match visibility {
            Visibility::Private => "thread.close",
            Visibility::Open => "thread.open",
        };
        note(tx, by, action, id, None).await?;
    }
    let before = thread.settings.clone();
    patch.settings.apply(&mut thread.settings);
    if thread.settings.permission != before.permission {
        let action = match thread.settings.permission {
            Permission::ReadOnly => "thread.read_only",
            Permission::Standard => "thread.standard",
            Permission::Full => "thread.full",
        };
        note(tx, by, action, id, None).await?;
    }
    if thread.settings.home != before.home {
        let action = match thread.settings.home {
            Home::House => "thread.private_home",
            Home::Own => "thread.own_home",
        };
        note(tx, by, action, id, None).await?;
        if let (Some(by), Some(words), true) = (by, patch.moves, thread.last_seq > 0) {
            messages::note(tx, &thread, by, words).await?;
            thread.last_seq += 1;
        }
    }
    if let Some((assistant, words)) = patch.assistant
        && thread.assistant != Some(assistant)
    {
        thread.assistant = Some(assistant);
        if let (Some(by), true) = (by, thread.last_seq > 0) {
            messages::note(tx, &thread, by, words).await?;
        }
    }
    tx.run(
        "UPDATE threads SET title = $2, titled_by = $3, archived_at = $4, visibility = $5, settings = $6, \
         assistant = $7 WHERE id = $1",
        &vals![
            id,
            &thread.title,
            titled_by_name(thread.titled_by),
            thread.archived_at,
            thread.visibility.as_str(),
            to_json(&thread.settings)?,
            thread.assistant
        ],
    )
    .await?;
    search::set_title(tx, id, thread.created_at, &thread.title).await?;
    if (&title, archived_at) != (&thread.title, thread.archived_at) {
        sessions::records_due(tx, id).await?;
    }
    tx.changed(Kind::Thread, id, Some(id));
    load_row(tx, id).await.map(Some)
}

/// Everyone who is not a member gains or loses a thread whose visibility changes.
async fn tell_outsiders(tx: &mut Tx<'_>, thread: ThreadId) -> Result<(), StoreError> {
    let sql = "SELECT id FROM people WHERE kind = 'person' AND removed_at IS NULL \
               AND id NOT IN (SELECT person FROM members WHERE thread = $1) ORDER BY id";
    for line in tx.all(sql, &vals![thread]).await? {
        let person: PersonId = line.id("id")?;
        tx.changed(Kind::Member, format!("{thread}/{person}"), Some(thread));
    }
    Ok(())
}

async fn automatic_title(tx: &mut Tx<'_>, id: ThreadId) -> Result<String, StoreError> {
    let sql = "SELECT m.text, a.name FROM messages m \
               LEFT JOIN attachments a ON a.message = m.id AND a.place = 1 \
               WHERE m.thread = $1 AND m.seq = 1";
    let Some(line) = tx.one(sql, &vals![id]).await? else {
        return Ok(String::new());
    };
    let words = title_from(&line.text("text")?);
    Ok(match line.opt_text("name")? {
        Some(file) if words.is_empty() => title_from(&file),
        _ => words,
    })
}

pub(super) async fn delete(tx: &mut Tx<'_>, id: ThreadId) -> Result<bool, StoreError> {
    if lock(tx, id).await?.is_none() {
        return Ok(false);
    }
    // Queued ones too, so that nobody claims them before they are swept.
    let open = tx
        .all(
            "UPDATE turns SET stop_wanted = 1 WHERE thread = $1 AND state IN ('queued', 'running') \
             RETURNING id",
            &vals![id],
        )
        .await?;
    for turn in open {
        tx.changed(Kind::Turn, turn.text("id")?, Some(id));
    }
    sweep(tx, id).await?;
    let gone = vals![id, tx.now()];
    tx.run(
        "UPDATE threads SET deleted_at = $2, title = '', client_id = NULL, body_hash = NULL WHERE id = $1",
        &gone,
    )
    .await?;
    tx.changed(Kind::Thread, id, Some(id));
    Ok(true)
}

/// Takes everything out of a deleted thread but its turns that still run, and its sessions, whose records go first.
pub(crate) async fn sweep(tx: &mut Tx<'_>, id: ThreadId) -> Result<(), StoreError> {
    for sql in [
        "DELETE FROM steers WHERE thread = $1",
        "DELETE FROM questions WHERE thread = $1",
        "DELETE FROM items WHERE thread = $1",
        "DELETE FROM turns WHERE thread = $1 AND state <> 'running'",
        "DELETE FROM deliveries WHERE thread = $1",
        "DELETE FROM attachments WHERE thread = $1",
        "DELETE FROM attachments WHERE queued IN (SELECT id FROM queued WHERE thread = $1)",
        "DELETE FROM queued WHERE thread = $1",
        "DELETE FROM holds WHERE thread = $1",
        "DELETE FROM searchable WHERE thread = $1",
        "DELETE FROM messages WHERE thread = $1",
        "DELETE FROM marks WHERE thread = $1",
        "DELETE FROM carried WHERE thread = $1",
    ] {
        tx.run(sql, &vals![id]).await?;
    }
    sessions::records_due(tx, id).await
}
