//! Assistants: rows of the people table with a backend, an owner and who may use them.

use std::time::Duration;

use switchboard_model::{
    AssistantId, PersonId,
    assistant::{Access, Assistant, Limits},
    outcome::{Failure, OutcomeCode},
    turn::Outcome,
};

use crate::{
    Reader, Store, StoreError,
    db::{Conn, Line, vals},
    identity::{HandleTaken, Hash},
    rows::{bytewise, named},
    turns,
    writer::{Floor, Kind, Tx},
};

/// An assistant to register.
#[derive(Debug, Clone)]
pub struct NewAssistant {
    /// Checked by `model::person::handle`.
    pub handle: String,
    /// As shown.
    pub name: String,
    /// The name of the backend that reaches it.
    pub backend: String,
    /// Whose login it runs on.
    pub owner: PersonId,
}

impl Store {
    /// Registers an assistant, enabled, for its owner alone. The same handle and backend again
    /// returns the row as it is, and `false`.
    pub async fn add_assistant(
        &self,
        assistant: NewAssistant,
    ) -> Result<(Assistant, bool), HandleTaken> {
        self.write(Floor::Ignore, move |tx| {
            Box::pin(insert(tx, assistant.clone()))
        })
        .await
    }

    /// Sets the OAuth client pair, and notes that its secret was shown.
    pub async fn set_client_pair(
        &self,
        id: AssistantId,
        client_id: String,
        secret: Hash,
    ) -> Result<bool, StoreError> {
        self.write(Floor::Ignore, move |tx| {
            let client_id = client_id.clone();
            Box::pin(async move {
                let sql = "UPDATE assistants SET client_id = $2, client_secret = $3, secret_shown_at = $4";
                let now = tx.now();
                update(tx, sql, &vals![id, client_id, secret, now], id).await
            })
        })
        .await
    }

    /// Switches it on or off.
    pub async fn set_enabled(&self, id: AssistantId, enabled: bool) -> Result<bool, StoreError> {
        self.write(Floor::Ignore, move |tx| {
            Box::pin(async move {
                let sql = "UPDATE assistants SET enabled = $2";
                update(tx, sql, &vals![id, i64::from(enabled)], id).await
            })
        })
        .await
    }

    /// Sets who may use it; `named` counts with [`Access::Named`] only.
    pub async fn set_access(
        &self,
        id: AssistantId,
        access: Access,
        named: Vec<PersonId>,
    ) -> Result<bool, StoreError> {
        self.write(Floor::Ignore, move |tx| {
            Box::pin(set_access(tx, id, access, named.clone()))
        })
        .await
    }

    /// Sets its limits.
    pub async fn set_limits(&self, id: AssistantId, limits: Limits) -> Result<bool, StoreError> {
        self.write(Floor::Ignore, move |tx| {
            Box::pin(async move {
                let sql =
                    "UPDATE assistants SET mention_deadline = $2, direct_deadline = $3, idle = $4";
                let vals = vals![
                    id,
                    limits.mention_deadline.map(millis),
                    limits.direct_deadline.map(millis),
                    limits.idle.map(millis)
                ];
                update(tx, sql, &vals, id).await
            })
        })
        .await
    }

    /// Removes it from the list and frees its handle; its messages keep their author. Its queued
    /// turns fail as `assistant_unavailable`.
    pub async fn remove_assistant(&self, id: AssistantId) -> Result<bool, StoreError> {
        self.write(Floor::Ignore, move |tx| Box::pin(remove(tx, id)))
            .await
    }
}

impl Reader {
    /// All registered assistants, by handle.
    pub async fn assistants(&self) -> Result<Vec<Assistant>, StoreError> {
        self.read(|conn| {
            Box::pin(async move {
                let order = bytewise(conn);
                let sql =
                    format!("{ASSISTANT} WHERE p.removed_at IS NULL ORDER BY p.handle{order}");
                conn.all(&sql, &[]).await?.iter().map(assistant).collect()
            })
        })
        .await
    }

    /// One assistant.
    pub async fn assistant(&self, id: AssistantId) -> Result<Option<Assistant>, StoreError> {
        self.read(move |conn| {
            Box::pin(async move {
                let sql = format!("{ASSISTANT} WHERE p.id = $1 AND p.removed_at IS NULL");
                conn.one(&sql, &vals![id])
                    .await?
                    .as_ref()
                    .map(assistant)
                    .transpose()
            })
        })
        .await
    }

    /// Whether an assistant over that backend was ever registered, also if it was removed since.
    pub async fn backend_known(&self, backend: &str) -> Result<bool, StoreError> {
        let backend = backend.to_owned();
        self.read(move |conn| {
            Box::pin(async move {
                let sql = "SELECT id FROM assistants WHERE backend = $1 LIMIT 1";
                Ok(conn.one(sql, &vals![&backend]).await?.is_some())
            })
        })
        .await
    }

    /// The people named in an assistant's access list.
    pub async fn named_users(&self, id: AssistantId) -> Result<Vec<PersonId>, StoreError> {
        self.read(move |conn| {
            Box::pin(async move {
                let order = bytewise(conn);
                let sql = format!(
                    "SELECT p.id FROM assistant_users u JOIN people p ON p.id = u.person \
                     WHERE u.assistant = $1 AND p.removed_at IS NULL ORDER BY p.handle{order}"
                );
                let lines = conn.all(&sql, &vals![id]).await?;
                lines.iter().map(|line| line.id("id")).collect()
            })
        })
        .await
    }
}

const ASSISTANT: &str = "SELECT p.id, p.handle, p.name, p.created_at, a.backend, a.enabled, a.owner, \
     o.name AS owner_name, a.access, a.client_id, a.mention_deadline, a.direct_deadline, a.idle \
     FROM assistants a JOIN people p ON p.id = a.id JOIN people o ON o.id = a.owner";

/// An assistant, also one that was removed: a turn that runs needs it to its end.
pub(crate) async fn load_one(
    conn: &mut Conn<'_>,
    id: AssistantId,
) -> Result<Option<Assistant>, StoreError> {
    let line = conn
        .one(&format!("{ASSISTANT} WHERE p.id = $1"), &vals![id])
        .await?;
    line.as_ref().map(assistant).transpose()
}

async fn insert(tx: &mut Tx<'_>, new: NewAssistant) -> Result<(Assistant, bool), HandleTaken> {
    let id: AssistantId = tx.ids().make();
    let now = tx.now();
    let added = tx
        .run(
            "INSERT INTO people (id, kind, handle, name, created_at) VALUES ($1, 'assistant', $2, $3, $4) \
             ON CONFLICT (handle) WHERE removed_at IS NULL DO NOTHING",
            &vals![id, &new.handle, &new.name, now],
        )
        .await?;
    if added == 0 {
        let sql = format!("{ASSISTANT} WHERE p.handle = $1 AND p.removed_at IS NULL");
        let there = tx.one(&sql, &vals![&new.handle]).await?;
        return match there.as_ref().map(assistant).transpose()? {
            Some(there) if there.backend == new.backend => Ok((there, false)),
            _ => Err(HandleTaken::Taken(new.handle)),
        };
    }
    tx.run(
        "INSERT INTO assistants (id, backend, enabled, owner, access) VALUES ($1, $2, 1, $3, $4)",
        &vals![id, &new.backend, new.owner, Access::Owner.as_str()],
    )
    .await?;
    tx.changed(Kind::Assistant, id, None);
    let added = load_one(&mut tx.conn, id).await?;
    let added =
        added.ok_or_else(|| StoreError::Corrupt("an assistant without an owner".to_owned()))?;
    Ok((added, true))
}

async fn set_access(
    tx: &mut Tx<'_>,
    id: AssistantId,
    access: Access,
    named: Vec<PersonId>,
) -> Result<bool, StoreError> {
    let sql = "UPDATE assistants SET access = $2";
    if !update(tx, sql, &vals![id, access.as_str()], id).await? {
        return Ok(false);
    }
    tx.run(
        "DELETE FROM assistant_users WHERE assistant = $1",
        &vals![id],
    )
    .await?;
    if access == Access::Named {
        for person in named {
            tx.run(
                "INSERT INTO assistant_users (assistant, person) VALUES ($1, $2) ON CONFLICT DO NOTHING",
                &vals![id, person],
            )
            .await?;
        }
    }
    Ok(true)
}

/// Changes the row of a registered assistant. `set` is the statement up to its condition, its first
/// value the id.
async fn update(
    tx: &mut Tx<'_>,
    set: &str,
    vals: &[crate::db::Val],
    id: AssistantId,
) -> Result<bool, StoreError> {
    let sql = format!(
        "{set} WHERE id = $1 AND id IN (SELECT id FROM people WHERE id = $1 AND removed_at IS NULL)"
    );
    let there = tx.run(&sql, vals).await? > 0;
    if there {
        tx.changed(Kind::Assistant, id, None);
    }
    Ok(there)
}

async fn remove(tx: &mut Tx<'_>, id: AssistantId) -> Result<bool, StoreError> {
    let gone = vals![id, tx.now()];
    let there = tx
        .run(
            "UPDATE people SET removed_at = $2 WHERE id = $1 AND kind = 'assistant' AND removed_at IS NULL",
            &gone,
        )
        .await?;
    if there == 0 {
        return Ok(false);
    }
    tx.run(
        "UPDATE assistants SET enabled = 0 WHERE id = $1",
        &vals![id],
    )
    .await?;
    tx.changed(Kind::Assistant, id, None);
    let failure = Failure::new(
        OutcomeCode::AssistantUnavailable,
        "the assistant was removed before it could answer",
    );
    turns::end_queued(tx, "assistant", id.to_string(), &Outcome::Failed(failure)).await?;
    Ok(true)
}

fn assistant(line: &Line) -> Result<Assistant, StoreError> {
    let limit = |column| -> Result<_, StoreError> { Ok(line.opt_int(column)?.map(duration)) };
    Ok(Assistant {
        id: line.id("id")?,
        handle: line.text("handle")?,
        name: line.text("name")?,
        backend: line.text("backend")?,
        enabled: line.flag("enabled")?,
        owner: line.id("owner")?,
        owner_name: line.text("owner_name")?,
        access: named(line, "access", Access::parse)?,
        client_id: line.opt_text("client_id")?,
        limits: Limits {
            mention_deadline: limit("mention_deadline")?,
            direct_deadline: limit("direct_deadline")?,
            idle: limit("idle")?,
        },
        created_at: line.millis("created_at")?,
    })
}

fn millis(limit: Duration) -> i64 {
    i64::try_from(limit.as_millis()).unwrap_or(i64::MAX)
}

fn duration(millis: i64) -> Duration {
    Duration::from_millis(u64::try_from(millis).unwrap_or(0))
}
