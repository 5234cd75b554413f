//! Changing assistants: registering, opening, switching, limiting, removing. Every change of a person
//! is noted in the audit by the transaction that makes it.

use std::time::Duration;

use switchboard_model::{
    AssistantId, PersonId,
    assistant::{Access, Assistant, Limits},
    outcome::{Failure, OutcomeCode},
    turn::Outcome,
};

use super::{ASSISTANT, NewAssistant, assistant, load_one};
use crate::{
    Audit, Store, StoreError, audit,
    db::vals,
    identity::{HandleTaken, Hash},
    turns,
    writer::{Floor, Kind, Tx},
};

/// What to change on an assistant; `None` leaves it.
#[derive(Debug, Clone, Default)]
pub struct AssistantPatch {
    /// Whether mentions are answered.
    pub enabled: Option<bool>,
    /// Who may use it; the people count with [`Access::Named`] only.
    pub access: Option<(Access, Vec<PersonId>)>,
    /// What bounds its turns, all of it.
    pub limits: Option<Limits>,
}

impl Store {
    /// Registers an assistant, enabled, for its owner alone; `by` is nobody when Switchboard found it by
    /// itself. The same handle and backend again returns the row as it is, and `false`.
    pub async fn add_assistant(
        &self,
        by: Option<PersonId>,
        assistant: NewAssistant,
    ) -> Result<(Assistant, bool), HandleTaken> {
        self.write(Floor::Ignore, move |tx| {
            Box::pin(insert(tx, by, assistant.clone()))
        })
        .await
    }

    /// Sets the OAuth client pair, and notes that its secret was shown.
    pub async fn set_client_pair(
        &self,
        by: PersonId,
        id: AssistantId,
        client_id: String,
        secret: Hash,
    ) -> Result<bool, StoreError> {
        self.write(Floor::Ignore, move |tx| {
            let client_id = client_id.clone();
            Box::pin(async move {
                let Some(old) = living(tx, id).await? else {
                    return Ok(false);
                };
                let now = tx.now();
                tx.run(
                    "UPDATE assistants SET client_id = $2, client_secret = $3, secret_shown_at = $4 \
                     WHERE id = $1",
                    &vals![id, client_id, secret, now],
                )
                .await?;
                tx.changed(Kind::Assistant, id, None);
                note(tx, Some(by), "assistant.rotate", &old, String::new()).await?;
                Ok(true)
            })
        })
        .await
    }

    /// Changes an assistant, in the name of `by`. Says whether there is one.
    pub async fn change_assistant(
        &self,
        by: PersonId,
        id: AssistantId,
        patch: AssistantPatch,
    ) -> Result<bool, StoreError> {
        self.write(Floor::Ignore, move |tx| {
            Box::pin(change(tx, by, id, patch.clone()))
        })
        .await
    }

    /// Removes it from the list and frees its handle; its messages keep their author. Its queued
    /// turns fail as `assistant_unavailable`.
    pub async fn remove_assistant(
        &self,
        by: PersonId,
        id: AssistantId,
    ) -> Result<bool, StoreError> {
        self.write(Floor::Ignore, move |tx| Box::pin(remove(tx, by, id)))
            .await
    }
}

async fn insert(
    tx: &mut Tx<'_>,
    by: Option<PersonId>,
    new: NewAssistant,
) -> Result<(Assistant, bool), HandleTaken> {
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
    let sql = "SELECT handle FROM people WHERE id = $1";
    let owner = tx.one(sql, &vals![new.owner]).await?;
    let owner = owner.map(|line| line.text("handle")).transpose()?;
    let account = format!("on the account of @{}", owner.unwrap_or_default());
    note(tx, by, "assistant.add", &added, account).await?;
    Ok((added, true))
}

async fn change(
    tx: &mut Tx<'_>,
    by: PersonId,
    id: AssistantId,
    patch: AssistantPatch,
) -> Result<bool, StoreError> {
    let Some(old) = living(tx, id).await? else {
        return Ok(false);
    };
    if let Some(enabled) = patch.enabled {
        let (action, on) = if enabled {
            ("assistant.enable", 1)
        } else {
            ("assistant.disable", 0)
        };
        tx.run(
            "UPDATE assistants SET enabled = $2 WHERE id = $1",
            &vals![id, on],
        )
        .await?;
        note(tx, Some(by), action, &old, String::new()).await?;
    }
    if let Some((access, named)) = patch.access {
        set_access(tx, by, &old, access, named).await?;
    }
    if let Some(limits) = patch.limits {
        tx.run(
            "UPDATE assistants SET mention_deadline = $2, direct_deadline = $3, idle = $4 WHERE id = $1",
            &vals![
                id,
                limits.mention_deadline.map(millis),
                limits.direct_deadline.map(millis),
                limits.idle.map(millis)
            ],
        )
        .await?;
        let word = |limit: Option<Duration>| {
            limit.map_or("default".to_owned(), |l| format!("{} s", l.as_secs()))
        };
        let detail = format!(
            "mention {}, direct {}, idle {}",
            word(limits.mention_deadline),
            word(limits.direct_deadline),
            word(limits.idle)
        );
        note(tx, Some(by), "assistant.limits", &old, detail).await?;
    }
    tx.changed(Kind::Assistant, id, None);
    Ok(true)
}

async fn set_access(
    tx: &mut Tx<'_>,
    by: PersonId,
    of: &Assistant,
    access: Access,
    named: Vec<PersonId>,
) -> Result<(), StoreError> {
    tx.run(
        "UPDATE assistants SET access = $2 WHERE id = $1",
        &vals![of.id, access.as_str()],
    )
    .await?;
    tx.run(
        "DELETE FROM assistant_users WHERE assistant = $1",
        &vals![of.id],
    )
    .await?;
    if access == Access::Named {
        for person in named {
            let sql = "INSERT INTO assistant_users (assistant, person) SELECT $1, p.id FROM people p \
                       WHERE p.id = $2 AND p.kind = 'person' AND p.removed_at IS NULL ON CONFLICT DO NOTHING";
            tx.run(sql, &vals![of.id, person]).await?;
        }
    }
    let sql = "SELECT p.handle FROM assistant_users u JOIN people p ON p.id = u.person \
               WHERE u.assistant = $1 ORDER BY p.id";
    let mut detail = access.as_str().to_owned();
    for line in tx.all(sql, &vals![of.id]).await? {
        detail += " @";
        detail += &line.text("handle")?;
    }
    note(tx, Some(by), "assistant.access", of, detail).await
}

async fn remove(tx: &mut Tx<'_>, by: PersonId, id: AssistantId) -> Result<bool, StoreError> {
    let Some(old) = living(tx, id).await? else {
        return Ok(false);
    };
    tx.run(
        "UPDATE people SET removed_at = $2 WHERE id = $1",
        &vals![id, tx.now()],
    )
    .await?;
    tx.run(
        "UPDATE assistants SET enabled = 0 WHERE id = $1",
        &vals![id],
    )
    .await?;
    tx.run("DELETE FROM mcp_servers WHERE assistant = $1", &vals![id])
        .await?;
    tx.changed(Kind::Assistant, id, None);
    note(tx, Some(by), "assistant.remove", &old, String::new()).await?;
    let failure = Failure::new(
        OutcomeCode::AssistantUnavailable,
        "the assistant was removed before it could answer",
    );
    turns::end_queued(tx, "assistant", id.to_string(), &Outcome::Failed(failure)).await?;
    Ok(true)
}

/// A registered assistant, kept as it is until this transaction ends.
async fn living(tx: &mut Tx<'_>, id: AssistantId) -> Result<Option<Assistant>, StoreError> {
    let held = crate::rows::for_update(&tx.conn, "p");
    let sql = format!(
        "SELECT p.id FROM people p WHERE p.id = $1 AND p.kind = 'assistant' AND p.removed_at IS NULL{held}"
    );
    match tx.one(&sql, &vals![id]).await? {
        Some(_) => load_one(&mut tx.conn, id).await,
        None => Ok(None),
    }
}

async fn note(
    tx: &mut Tx<'_>,
    by: Option<PersonId>,
    action: &'static str,
    of: &Assistant,
    detail: String,
) -> Result<(), StoreError> {
    let audit = Audit {
        actor: by,
        action,
        object: format!("assistant @{}", of.handle),
        whom: None,
        detail,
    };
    audit::note(tx, audit).await
}

fn millis(limit: Duration) -> i64 {
    i64::try_from(limit.as_millis()).unwrap_or(i64::MAX)
}
