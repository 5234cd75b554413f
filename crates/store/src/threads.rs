//! Threads, their members, and the lists of them.

mod change;
mod members;

use switchboard_model::{
    AssistantId, Millis, PersonId, ThreadId,
    person::Person,
    settings::{SettingsPatch, ThreadSettings},
    thread::{Thread, TitledBy, Visibility},
};

pub(crate) use change::sweep;
pub use members::MemberError;
pub(crate) use members::{hold_all_of, leave_all};

use crate::{
    Carried, CarriedFrom, CreateError, Position, PostError, Reader, Store, StoreError, carried,
    db::{Conn, Line, vals},
    feed, identity,
    rows::{bytewise, for_update, json, named, of_ids},
    writer::{Floor, Tx},
};

/// A thread to open.
#[derive(Debug, Clone)]
pub struct NewThread {
    /// Who opens it and becomes its first member.
    pub created_by: PersonId,
    /// `None`: titled by its first message.
    pub title: Option<String>,
    /// Who may see it.
    pub visibility: Visibility,
    /// For a direct thread.
    pub assistant: Option<AssistantId>,
    /// How assistants are to work in it.
    pub settings: ThreadSettings,
    /// What it carries over, if it is a fork.
    pub carried: Option<Carried>,
    /// The same id of the same person again gives the same thread, if all else is the same too.
    pub client_id: Option<String>,
}

/// What to change on a thread; `None` leaves it.
#[derive(Debug, Clone, Default)]
pub struct ThreadPatch {
    /// A title chosen by a person; empty goes back to an automatic one.
    pub title: Option<String>,
    /// Put it out of the way, or back.
    pub archived: Option<bool>,
    /// Who may see it.
    pub visibility: Option<Visibility>,
    /// Another assistant for a direct thread, and what the thread says of it, once something was said in it.
    pub assistant: Option<(AssistantId, String)>,
    /// What the thread says when its assistant works in another home from now on.
    pub moves: Option<String>,
    /// How assistants are to work in it.
    pub settings: SettingsPatch,
}

/// What a thread's lamp shows: the strongest of its turns' states.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ThreadState {
    /// Nothing runs, and the newest turn did not fail.
    Idle,
    /// A turn is queued or runs.
    Running,
    /// A running turn has an open question.
    NeedsYou,
    /// The newest turn failed or was abandoned.
    Failed,
}

/// A thread as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThreadRow {
    /// The thread.
    pub thread: Thread,
    /// Its lamp.
    pub state: ThreadState,
    /// The newest message: author's handle and the first 140 characters, or the name of a file without words.
    pub last: Option<(String, String)>,
    /// What it carries over, if it is a fork.
    pub carried: Option<CarriedFrom>,
}

/// A page of a list, with the position of the transaction it was read in.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<T> {
    /// In the list's order.
    pub items: Vec<T>,
    /// Where the next page starts; `None` at the end. Opaque to callers.
    pub next: Option<String>,
    /// Changes after this are not in the page.
    pub position: Position,
}

impl Store {
    /// Opens a thread; its creator is a member. Says `false` if the client id had opened it before.
    pub async fn create_thread(&self, thread: NewThread) -> Result<(ThreadRow, bool), CreateError> {
        self.write(Floor::Respect, move |tx| {
            Box::pin(change::create(tx, thread.clone()))
        })
        .await
    }

    /// Changes a thread, in the name of `by`; nobody's is Switchboard's own. `None` if there is none. Who
    /// closes a thread to all but its members becomes one of them.
    pub async fn patch_thread(
        &self,
        by: Option<PersonId>,
        id: ThreadId,
        patch: ThreadPatch,
    ) -> Result<Option<ThreadRow>, StoreError> {
        self.write(Floor::Ignore, move |tx| {
            Box::pin(change::apply(tx, by, id, patch.clone()))
        })
        .await
    }

    /// Deletes a thread, in the name of `by`: a tombstone stays; messages, items, blobs and search rows
    /// go; queued turns are cancelled and running ones told to stop. Says whether there was one.
    pub async fn delete_thread(
        &self,
        by: Option<PersonId>,
        id: ThreadId,
    ) -> Result<bool, StoreError> {
        self.write(Floor::Ignore, move |tx| {
            Box::pin(async move {
                let deleted = change::delete(tx, id).await?;
                if deleted {
                    members::note(tx, by, "thread.delete", id, None).await?;
                }
                Ok(deleted)
            })
        })
        .await
    }
}

impl Reader {
    /// A thread that this person may see; to them all others do not exist.
    pub async fn thread(
        &self,
        person: PersonId,
        id: ThreadId,
    ) -> Result<Option<ThreadRow>, StoreError> {
        self.read(move |conn| {
            Box::pin(async move {
                let sql = format!("{ROW} WHERE t.deleted_at IS NULL AND t.id = $2 AND {VISIBLE}");
                let line = conn.one(&sql, &vals![person, id]).await?;
                line.as_ref().map(row).transpose()
            })
        })
        .await
    }

    /// The threads that this person may see, newest activity first. An `after` that is no [`Page::next`]
    /// starts at the beginning.
    pub async fn threads(
        &self,
        person: PersonId,
        archived: bool,
        after: Option<String>,
        limit: usize,
    ) -> Result<Page<ThreadRow>, StoreError> {
        let after = after.as_deref().and_then(Cursor::parse);
        self.read(move |conn| Box::pin(list(conn, person, archived, after, limit)))
            .await
    }

    /// A thread's members, by handle.
    pub async fn members(&self, id: ThreadId) -> Result<Vec<Person>, StoreError> {
        self.read(move |conn| {
            Box::pin(async move {
                let (order, columns) = (bytewise(conn), identity::COLUMNS);
                let sql = format!(
                    "SELECT {columns} FROM members m \
                     JOIN people p ON p.id = m.person JOIN threads t ON t.id = m.thread \
                     WHERE m.thread = $1 AND t.deleted_at IS NULL ORDER BY p.handle{order}"
                );
                let lines = conn.all(&sql, &vals![id]).await?;
                lines.iter().map(identity::person).collect()
            })
        })
        .await
    }
}

/// A thread as a list shows it. The lamp is the strongest state among its open turns; without any,
/// what became of those that were asked for last.
const ROW: &str = "SELECT t.id, t.title, t.titled_by, t.visibility, t.assistant, t.created_by, \
     t.created_at, t.last_message_at, t.last_seq, t.archived_at, t.settings, \
     c.title AS carried_title, c.count AS carried_count, c.left_out AS carried_left_out, \
     p.handle AS last_author, COALESCE(NULLIF(substr(m.text, 1, 140), ''), f.name) AS last_text, \
     CASE \
       WHEN EXISTS (SELECT 1 FROM turns r JOIN questions q ON q.turn = r.id AND q.state = 'asked' \
                    WHERE r.thread = t.id AND r.state = 'running') THEN 'needs_you' \
       WHEN EXISTS (SELECT 1 FROM turns r WHERE r.thread = t.id AND r.state IN ('queued', 'running')) \
         THEN 'running' \
       WHEN EXISTS (SELECT 1 FROM turns r WHERE r.thread = t.id AND r.state IN ('failed', 'abandoned') \
                    AND r.queued_at = (SELECT MAX(n.queued_at) FROM turns n WHERE n.thread = t.id) \
                    AND NOT EXISTS (SELECT 1 FROM turns a WHERE a.delivery = r.delivery \
                                    AND a.attempt > r.attempt)) THEN 'failed' \
       ELSE 'idle' END AS lamp \
     FROM threads t LEFT JOIN messages m ON m.thread = t.id AND m.seq = t.last_seq \
     LEFT JOIN attachments f ON f.message = m.id AND f.place = 1 \
     LEFT JOIN people p ON p.id = m.author LEFT JOIN carried c ON c.thread = t.id";

/// Whether the person `$1` may see thread `t`.
pub(crate) const VISIBLE: &str = "(t.visibility = 'open' OR EXISTS \
     (SELECT 1 FROM members v WHERE v.thread = t.id AND v.person = $1))";

/// Living threads as lists show them, whoever may see them.
pub(crate) async fn load_rows(
    conn: &mut Conn<'_>,
    ids: &[String],
) -> Result<Vec<ThreadRow>, StoreError> {
    let lines = of_ids(
        conn,
        &format!("{ROW} WHERE t.deleted_at IS NULL AND t.id"),
        ids,
    )
    .await?;
    lines.iter().map(row).collect()
}

async fn load_row(tx: &mut Tx<'_>, id: ThreadId) -> Result<ThreadRow, StoreError> {
    let rows = load_rows(&mut tx.conn, &[id.to_string()]).await?;
    rows.into_iter().next().ok_or_else(|| {
        StoreError::Corrupt(format!("thread {id} vanished from its own transaction"))
    })
}

/// A living thread, kept as it is until this transaction ends. Whoever writes into a thread holds it
/// first: that makes `seq` gapless, and keeps the order of locks the same everywhere.
pub(crate) async fn lock(tx: &mut Tx<'_>, id: ThreadId) -> Result<Option<Thread>, StoreError> {
    let held = for_update(&tx.conn, "t");
    let sql = format!("SELECT t.* FROM threads t WHERE t.id = $1 AND t.deleted_at IS NULL{held}");
    let line = tx.one(&sql, &vals![id]).await?;
    line.as_ref().map(thread).transpose()
}

/// Opens a thread for what is posted in it in the same transaction.
pub(crate) async fn open(tx: &mut Tx<'_>, new: NewThread) -> Result<ThreadId, PostError> {
    match change::create(tx, new).await {
        Ok((row, _)) => Ok(row.thread.id),
        Err(CreateError::ClientIdReused) => Err(PostError::ClientIdReused),
        Err(CreateError::Store(error)) => Err(error.into()),
    }
}

async fn list(
    conn: &mut Conn<'_>,
    person: PersonId,
    archived: bool,
    after: Option<Cursor>,
    limit: usize,
) -> Result<Page<ThreadRow>, StoreError> {
    let position = feed::position(conn).await?;
    let archived = if archived { "IS NOT NULL" } else { "IS NULL" };
    // One more than asked for shows whether there is a next page.
    let mut vals = vals![person, limit as i64 + 1].to_vec();
    let from = match after {
        Some(Cursor { at, id }) => {
            vals.extend(vals![at, id]);
            "AND (t.last_message_at, t.id) < ($3, $4)"
        }
        None => "",
    };
    let sql = format!(
        "{ROW} WHERE t.deleted_at IS NULL AND t.archived_at {archived} AND {VISIBLE} {from} \
         ORDER BY t.last_message_at DESC, t.id DESC LIMIT $2"
    );
    let lines = conn.all(&sql, &vals).await?;
    let items = lines
        .iter()
        .take(limit)
        .map(row)
        .collect::<Result<Vec<_>, _>>()?;
    let next = match items.last() {
        Some(last) if lines.len() > limit => Some(format!(
            "{}.{}",
            last.thread.last_message_at, last.thread.id
        )),
        _ => None,
    };
    Ok(Page {
        items,
        next,
        position,
    })
}

/// Where a page of the list ended.
struct Cursor {
    at: Millis,
    id: ThreadId,
}

impl Cursor {
    fn parse(text: &str) -> Option<Self> {
        let (at, id) = text.split_once('.')?;
        Some(Self {
            at: Millis(at.parse().ok()?),
            id: id.parse().ok()?,
        })
    }
}

fn row(line: &Line) -> Result<ThreadRow, StoreError> {
    let last = match (line.opt_text("last_author")?, line.opt_text("last_text")?) {
        (Some(author), Some(text)) => Some((author, text)),
        _ => None,
    };
    Ok(ThreadRow {
        thread: thread(line)?,
        state: named(line, "lamp", |name| match name {
            "idle" => Some(ThreadState::Idle),
            "running" => Some(ThreadState::Running),
            "needs_you" => Some(ThreadState::NeedsYou),
            "failed" => Some(ThreadState::Failed),
            _ => None,
        })?,
        last,
        carried: carried::in_short(line)?,
    })
}

fn thread(line: &Line) -> Result<Thread, StoreError> {
    Ok(Thread {
        id: line.id("id")?,
        title: line.text("title")?,
        titled_by: named(line, "titled_by", |name| match name {
            "auto" => Some(TitledBy::Auto),
            "person" => Some(TitledBy::Person),
            _ => None,
        })?,
        visibility: named(line, "visibility", Visibility::parse)?,
        assistant: line.opt_id("assistant")?,
        created_by: line.id("created_by")?,
        created_at: line.millis("created_at")?,
        last_message_at: line.millis("last_message_at")?,
        last_seq: line.int("last_seq")?,
        archived_at: line.opt_millis("archived_at")?,
        settings: settings(line)?,
    })
}

/// A thread that never was given any has those that new ones begin with.
fn settings(line: &Line) -> Result<ThreadSettings, StoreError> {
    line.opt_text("settings")?.map_or_else(
        || Ok(ThreadSettings::initial()),
        |text| json("settings", &text),
    )
}

fn titled_by_name(titled_by: TitledBy) -> &'static str {
    match titled_by {
        TitledBy::Auto => "auto",
        TitledBy::Person => "person",
    }
}
