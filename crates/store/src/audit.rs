//! The audit: who did what, written before it happens.

use switchboard_model::{Millis, PersonId, ids::AuditId};

use crate::{
    Reader, Store, StoreError,
    db::{Line, vals},
    writer::{Floor, Tx},
};

/// Something to note.
#[derive(Debug, Clone)]
pub struct Audit {
    /// Who; `None` for Switchboard itself.
    pub actor: Option<PersonId>,
    /// What, as `noun.verb`: `turn.start`, `assistant.enable`, `session.open`.
    pub action: &'static str,
    /// To what: a noun and an id.
    pub object: String,
    /// More, without secrets.
    pub detail: String,
}

/// A note as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// When.
    pub at: Millis,
    /// Who.
    pub actor: Option<PersonId>,
    /// What.
    pub action: String,
    /// To what.
    pub object: String,
    /// More.
    pub detail: String,
}

impl Store {
    /// Writes a note. Whoever starts a process does this first, and does not start if it fails.
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
        "INSERT INTO audit (id, at, actor, action, object, detail) VALUES ($1, $2, $3, $4, $5, $6)",
        &vals![
            id.to_string(),
            now,
            audit.actor,
            audit.action,
            audit.object,
            audit.detail
        ],
    )
    .await?;
    Ok(())
}

impl Reader {
    /// The newest notes.
    pub async fn audits(&self, limit: usize) -> Result<Vec<AuditEntry>, StoreError> {
        self.read(move |conn| {
            Box::pin(async move {
                let sql = "SELECT at, actor, action, object, detail FROM audit ORDER BY at DESC, id DESC LIMIT $1";
                let lines = conn.all(sql, &vals![limit as i64]).await?;
                lines.iter().map(entry).collect()
            })
        })
        .await
    }
}

fn entry(line: &Line) -> Result<AuditEntry, StoreError> {
    Ok(AuditEntry {
        at: line.millis("at")?,
        actor: line.opt_id("actor")?,
        action: line.text("action")?,
        object: line.text("object")?,
        detail: line.text("detail")?,
    })
}
