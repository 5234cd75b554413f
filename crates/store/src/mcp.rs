//! MCP servers: which a person gives an assistant, and what was last seen of each. Owns the rows, that no two servers
//! have one label, and that there are never too many; what may stand in one is `model`'s to say.

use switchboard_model::{
    AssistantId, PersonId, TurnId,
    mcp::{KnownServer, MOST, McpServer, Seen, SeenState, Transport},
    person::Role,
};

use crate::{
    Audit, Reader, Store, StoreError, audit,
    blobs::hex,
    db::{Conn, Line, vals},
    rows::{for_update, json, named, to_json},
    turns::hold,
    writer::{Floor, Tx},
};

/// Whose servers, and for which assistant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WhoseServers {
    /// The person whose turns get them.
    pub person: PersonId,
    /// The assistant that uses them.
    pub assistant: AssistantId,
}

/// What to change of a server; `None` leaves it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct McpPatch {
    /// How it is reached; what was seen of it is forgotten, and it gets a new label.
    pub transport: Option<Transport>,
    /// Whether turns get it.
    pub enabled: Option<bool>,
}

/// Why a server was not added.
#[derive(Debug, Clone, thiserror::Error)]
pub enum McpError {
    /// There is one of that name.
    #[error("there is a server of that name already")]
    Taken,
    /// There are as many as may be.
    #[error("there are {MOST} servers already, which is all there may be")]
    TooMany,
    /// The person or the assistant is gone.
    #[error("there is no such person or assistant")]
    Gone,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Reader {
    /// The servers of a person for an assistant, the oldest first.
    pub async fn mcp_servers(&self, whose: WhoseServers) -> Result<Vec<KnownServer>, StoreError> {
        self.read(move |conn| Box::pin(all(conn, whose))).await
    }
}

impl Store {
    /// Adds a server, in the name of `by`.
    pub async fn add_mcp_server(
        &self,
        by: PersonId,
        whose: WhoseServers,
        name: String,
        transport: Transport,
    ) -> Result<(), McpError> {
        self.write(Floor::Ignore, move |tx| {
            let (name, transport) = (name.clone(), transport.clone());
            Box::pin(add(tx, by, whose, name, transport))
        })
        .await
    }

    /// Changes a server, in the name of `by`. Says whether there is one.
    pub async fn change_mcp_server(
        &self,
        by: PersonId,
        whose: WhoseServers,
        name: String,
        patch: McpPatch,
    ) -> Result<bool, StoreError> {
        self.write(Floor::Ignore, move |tx| {
            let (name, patch) = (name.clone(), patch.clone());
            Box::pin(change(tx, by, whose, name, patch))
        })
        .await
    }

    /// Removes a server, in the name of `by`. Says whether there was one.
    pub async fn remove_mcp_server(
        &self,
        by: PersonId,
        whose: WhoseServers,
        name: String,
    ) -> Result<bool, StoreError> {
        self.write(Floor::Ignore, move |tx| {
            let name = name.clone();
            Box::pin(async move {
                let sql =
                    "DELETE FROM mcp_servers WHERE person = $1 AND assistant = $2 AND name = $3";
                let gone = tx
                    .run(sql, &vals![whose.person, whose.assistant, &name])
                    .await?
                    > 0;
                if gone {
                    note(tx, by, "mcp.remove", whose, &name, String::new()).await?;
                }
                Ok(gone)
            })
        })
        .await
    }

    /// Keeps what was seen of the server of that label, if it is still there; its tools, if they were not asked for,
    /// stay as they were.
    pub async fn saw_mcp_server(&self, label: String, seen: Seen) -> Result<(), StoreError> {
        self.write(Floor::Ignore, move |tx| {
            let (label, seen) = (label.clone(), seen.clone());
            Box::pin(async move { saw(tx, &label, &seen).await })
        })
        .await
    }

    /// The same by a claimed turn. Says whether the fence still holds.
    pub async fn turn_saw_mcp_server(
        &self,
        turn: TurnId,
        fence: i64,
        label: String,
        seen: Seen,
    ) -> Result<bool, StoreError> {
        self.write(Floor::Ignore, move |tx| {
            let (label, seen) = (label.clone(), seen.clone());
            Box::pin(async move {
                if hold(tx, turn, fence).await?.is_none() {
                    return Ok(false);
                }
                saw(tx, &label, &seen).await?;
                Ok(true)
            })
        })
        .await
    }
}

async fn add(
    tx: &mut Tx<'_>,
    by: PersonId,
    whose: WhoseServers,
    name: String,
    transport: Transport,
) -> Result<(), McpError> {
    // Who is held cannot be removed meanwhile, and nobody else adds to their servers.
    let held = for_update(&tx.conn, "p");
    for id in [whose.person, whose.assistant.0] {
        let sql =
            format!("SELECT p.id FROM people p WHERE p.id = $1 AND p.removed_at IS NULL{held}");
        if tx.one(&sql, &vals![id]).await?.is_none() {
            return Err(McpError::Gone);
        }
    }
    let there = all(&mut tx.conn, whose).await?;
    if there.iter().any(|known| known.server.name == name) {
        return Err(McpError::Taken);
    }
    if there.len() >= MOST {
        return Err(McpError::TooMany);
    }
    tx.run(
        "INSERT INTO mcp_servers (person, assistant, name, label, transport, enabled, added_at, set_by) \
         VALUES ($1, $2, $3, $4, $5, 1, $6, $7)",
        &vals![
            whose.person,
            whose.assistant,
            &name,
            new_label(tx, &name),
            to_json(&transport)?,
            tx.now(),
            by
        ],
    )
    .await?;
    note(tx, by, "mcp.add", whose, &name, transport.words()).await?;
    Ok(())
}

async fn change(
    tx: &mut Tx<'_>,
    by: PersonId,
    whose: WhoseServers,
    name: String,
    patch: McpPatch,
) -> Result<bool, StoreError> {
    let key = vals![whose.person, whose.assistant, &name];
    let held = for_update(&tx.conn, "m");
    let sql = format!(
        "SELECT m.name FROM mcp_servers m WHERE m.person = $1 AND m.assistant = $2 AND m.name = $3{held}"
    );
    if tx.one(&sql, &key).await?.is_none() {
        return Ok(false);
    }
    let [person, assistant, row] = key;
    if let Some(enabled) = patch.enabled {
        let sql = "UPDATE mcp_servers SET enabled = $4 WHERE person = $1 AND assistant = $2 AND name = $3";
        let vals = [
            person.clone(),
            assistant.clone(),
            row.clone(),
            i64::from(enabled).into(),
        ];
        tx.run(sql, &vals).await?;
        let action = if enabled { "mcp.enable" } else { "mcp.disable" };
        note(tx, by, action, whose, &name, String::new()).await?;
    }
    if let Some(transport) = patch.transport {
        let sql = "UPDATE mcp_servers SET label = $4, transport = $5, state = NULL, message = NULL, tools = NULL, \
                   seen_at = NULL, set_by = $6 WHERE person = $1 AND assistant = $2 AND name = $3";
        // A sign-in that is kept under the old label was for where it led then.
        let (label, text) = (new_label(tx, &name), to_json(&transport)?);
        let vals = [
            person,
            assistant,
            row,
            label.into(),
            text.into(),
            by.to_string().into(),
        ];
        tx.run(sql, &vals).await?;
        note(tx, by, "mcp.change", whose, &name, transport.words()).await?;
    }
    Ok(true)
}

async fn saw(tx: &mut Tx<'_>, label: &str, seen: &Seen) -> Result<(), StoreError> {
    let tools = seen.tools.as_ref().map(to_json).transpose()?;
    tx.run(
        "UPDATE mcp_servers SET state = $2, message = $3, tools = COALESCE($4, tools), seen_at = $5 WHERE label = $1",
        &vals![
            label,
            seen.state.as_str(),
            seen.message.clone(),
            tools,
            tx.now()
        ],
    )
    .await?;
    Ok(())
}

/// The name, as far as every program takes it, and enough chance that nobody has had it before.
fn new_label(tx: &Tx<'_>, name: &str) -> String {
    let chance = hex(&tx.ids().secret()[..4]);
    format!("{}_{chance}", name.replace('-', "_"))
}

async fn all(conn: &mut Conn<'_>, whose: WhoseServers) -> Result<Vec<KnownServer>, StoreError> {
    let sql = "SELECT m.name, m.label, m.transport, m.enabled, m.state, m.message, m.tools, m.seen_at, p.role \
               FROM mcp_servers m LEFT JOIN people p ON p.id = m.set_by \
               WHERE m.person = $1 AND m.assistant = $2 ORDER BY m.added_at, m.name";
    let lines = conn.all(sql, &vals![whose.person, whose.assistant]).await?;
    lines.iter().map(server).collect()
}

fn server(line: &Line) -> Result<KnownServer, StoreError> {
    let seen = match line.opt_millis("seen_at")? {
        None => None,
        Some(at) => {
            let tools = line.opt_text("tools")?;
            let seen = Seen {
                state: named(line, "state", SeenState::parse)?,
                message: line.opt_text("message")?,
                tools: tools.map(|text| json("tools", &text)).transpose()?,
            };
            Some((seen, at))
        }
    };
    Ok(KnownServer {
        server: McpServer {
            name: line.text("name")?,
            label: line.text("label")?,
            transport: json("transport", &line.text("transport")?)?,
            enabled: line.flag("enabled")?,
        },
        seen,
        // Of before that was kept: an admin's, or one that anybody may set.
        set_by: match line.opt_text("role")? {
            Some(_) => named(line, "role", Role::parse)?,
            None => Role::Admin,
        },
    })
}

async fn note(
    tx: &mut Tx<'_>,
    by: PersonId,
    action: &'static str,
    whose: WhoseServers,
    name: &str,
    detail: String,
) -> Result<(), StoreError> {
    let sql = "SELECT handle FROM people WHERE id = $1";
    let assistant = tx.one(sql, &vals![whose.assistant]).await?;
    let handle = assistant.map(|line| line.text("handle")).transpose()?;
    audit::note(
        tx,
        Audit {
            actor: Some(by),
            action,
            object: format!("mcp server {name} of @{}", handle.unwrap_or_default()),
            whom: Some(whose.person),
            detail,
        },
    )
    .await
}
