//! The audit: who did what to whom, written in the transaction that does it, or before what no
//! transaction does.

use switchboard_model::{Millis, PersonId, ids::AuditId, person::Author};

use crate::{
    Reader, Store, StoreError,
    db::{Conn, Line, vals},
    writer::{Floor, Tx},
};

/// Something to note.
#[derive(Debug, Clone)]
pub struct Audit {
    /// Who; `None` for Switchboard itself.
    pub actor: Option<PersonId>,
    /// What, as `noun.verb`: `turn.start`, `assistant.enable`, `session.open`.
    pub action: &'static str,
    /// To what: a noun and an id or handle.
    pub object: String,
    /// To whom, if it was done to a person.
    pub whom: Option<PersonId>,
    /// More, without secrets.
    pub detail: String,
}

/// A note as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// Which.
    pub id: AuditId,
    /// When.
    pub at: Millis,
    /// Who, also one who was removed since; `None` is Switchboard itself.
    pub actor: Option<Author>,
    /// What.
    pub action: String,
    /// To what.
    pub object: String,
    /// To whom, also one who was removed since.
    pub whom: Option<Author>,
    /// More.
    pub detail: String,
}

/// Which notes to read.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// Of this action, or with a noun alone, of all its actions.
    pub action: Option<String>,
    /// By this person, or to them.
    pub person: Option<PersonId>,
    /// Older than this one.
    pub before: Option<AuditCursor>,
}

/// Where a page of the audit ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuditCursor {
    at: Millis,
    id: AuditId,
}

impl AuditCursor {
    /// The cursor of that text, if it is one.
    pub fn parse(text: &str) -> Option<Self> {
        let (at, id) = text.split_once('.')?;
        Some(Self {
            at: Millis(at.parse().ok()?),
            id: id.parse().ok()?,
        })
    }
}

impl Store {
    /// Writes a note by itself. Whoever starts a process does this first, and does not start if it
    /// fails.
    pub async fn audit(&self, audit: Audit) -> Result<(), StoreError> {
        self.write(Floor::Ignore, move |tx| Box::pin(note(tx, audit.clone())))
            .await
    }
}

/// Writes a note together with what it is about.
pub(crate) async fn note(tx: &mut Tx<'_>, audit: Audit) -> Result<(), StoreError> {
    let id: AuditId = tx.ids().make();
    let now = tx.now();
    tx.run(
        "INSERT INTO audit (id, at, actor, action, object, whom, detail) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        &vals![
            id.to_string(),
            now,
            audit.actor,
            audit.action,
            audit.object,
            audit.whom,
            audit.detail
        ],
    )
    .await?;
    Ok(())
}

impl Reader {
    /// The newest notes that the filter lets pass, and where the next page starts.
    pub async fn audits(
        &self,
        filter: AuditFilter,
        limit: usize,
    ) -> Result<(Vec<AuditEntry>, Option<String>), StoreError> {
        self.read(move |conn| Box::pin(list(conn, filter.clone(), limit)))
            .await
    }
}

async fn list(
    conn: &mut Conn<'_>,
    filter: AuditFilter,
    limit: usize,
) -> Result<(Vec<AuditEntry>, Option<String>), StoreError> {
    // One more than asked for shows whether there is a next page.
    let mut vals = vals![limit as i64 + 1].to_vec();
    let mut only = vec!["1 = 1".to_owned()];
    if let Some(action) = filter.action {
        // By length and beginning: LIKE folds case in SQLite only.
        vals.extend(vals![&action, format!("{action}.")]);
        let (exact, noun) = (vals.len() - 1, vals.len());
        only.push(format!(
            "(a.action = ${exact} OR substr(a.action, 1, length(${noun})) = ${noun})"
        ));
    }
    if let Some(person) = filter.person {
        vals.extend(vals![person]);
        let at = vals.len();
        only.push(format!("(a.actor = ${at} OR a.whom = ${at})"));
    }
    if let Some(AuditCursor { at, id }) = filter.before {
        vals.extend(vals![at, id.to_string()]);
        let (at, id) = (vals.len() - 1, vals.len());
        only.push(format!("(a.at, a.id) < (${at}, ${id})"));
    }
    let sql = format!(
        "SELECT a.id, a.at, a.action, a.object, a.detail, \
         p.id AS actor_id, p.handle AS actor_handle, p.name AS actor_name, \
         w.id AS whom_id, w.handle AS whom_handle, w.name AS whom_name \
         FROM audit a LEFT JOIN people p ON p.id = a.actor LEFT JOIN people w ON w.id = a.whom \
         WHERE {} ORDER BY a.at DESC, a.id DESC LIMIT $1",
        only.join(" AND ")
    );
    let lines = conn.all(&sql, &vals).await?;
    let entries = lines
        .iter()
        .take(limit)
        .map(entry)
        .collect::<Result<Vec<_>, _>>()?;
    let next = match entries.last() {
        Some(last) if lines.len() > limit => Some(format!("{}.{}", last.at, last.id)),
        _ => None,
    };
    Ok((entries, next))
}

fn entry(line: &Line) -> Result<AuditEntry, StoreError> {
    Ok(AuditEntry {
        id: line.id("id")?,
        at: line.millis("at")?,
        actor: author(line, "actor")?,
        action: line.text("action")?,
        object: line.text("object")?,
        whom: author(line, "whom")?,
        detail: line.text("detail")?,
    })
}

fn author(line: &Line, who: &str) -> Result<Option<Author>, StoreError> {
    let Some(id) = line.opt_id(&format!("{who}_id"))? else {
        return Ok(None);
    };
    Ok(Some(Author {
        id,
        handle: line.text(&format!("{who}_handle"))?,
        name: line.text(&format!("{who}_name"))?,
    }))
}
