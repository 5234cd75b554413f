//! Assistants: rows of the people table with a backend, an owner and who may use them. What changes
//! them is in a file of its own.

mod change;

use std::time::Duration;

use switchboard_model::{
    AssistantId, PersonId,
    assistant::{Access, Assistant, Limits},
    person::Person,
};

pub use change::AssistantPatch;

use crate::{
    Reader, StoreError,
    db::{Conn, Line, vals},
    identity,
    rows::{bytewise, named},
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

    /// The people named in an assistant's access list, by handle.
    pub async fn named_users(&self, id: AssistantId) -> Result<Vec<Person>, StoreError> {
        self.read(move |conn| {
            Box::pin(async move {
                let (order, columns) = (bytewise(conn), identity::COLUMNS);
                let sql = format!(
                    "SELECT {columns} FROM assistant_users u JOIN people p ON p.id = u.person \
                     WHERE u.assistant = $1 AND p.removed_at IS NULL ORDER BY p.handle{order}"
                );
                let lines = conn.all(&sql, &vals![id]).await?;
                lines.iter().map(identity::person).collect()
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

fn duration(millis: i64) -> Duration {
    Duration::from_millis(u64::try_from(millis).unwrap_or(0))
}
