//! Signing in: single-use links, and the sessions they open. Only ever sees hashes of secrets.

use switchboard_model::{Millis, PersonId, SessionId, person::Person};

use super::{Hash, one};
use crate::{
    Audit, Reader, Store, StoreError, audit,
    db::{Line, vals},
    writer::{Floor, Kind, Tx},
};

/// A signed-in browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Which.
    pub id: SessionId,
    /// Whose.
    pub person: PersonId,
    /// What the browser said it is, at most 200 characters.
    pub user_agent: String,
    /// When it signed in.
    pub created_at: Millis,
    /// When it was last used.
    pub last_seen_at: Millis,
}

impl Store {
    /// Stores a single-use sign-in link that `by` made; `None` is Switchboard itself. Says whether there
    /// is such a person.
    pub async fn add_link(
        &self,
        by: Option<PersonId>,
        person: PersonId,
        hash: Hash,
        expires_at: Millis,
    ) -> Result<bool, StoreError> {
        self.write(Floor::Ignore, move |tx| {
            Box::pin(async move {
                let Some(person) = one(&mut tx.conn, "p.id", person.to_string()).await? else {
                    return Ok(false);
                };
                insert_link(tx, person.id, hash, expires_at).await?;
                let made = Audit {
                    actor: by,
                    action: "person.link",
                    object: format!("person @{}", person.handle),
                    whom: Some(person.id),
                    detail: String::new(),
                };
                audit::note(tx, made).await?;
                Ok(true)
            })
        })
        .await
    }

    /// Uses up a link and opens a session, in one transaction. `None` if it is unknown, used or expired.
    pub async fn redeem_link(
        &self,
        link: Hash,
        session: Hash,
        user_agent: String,
    ) -> Result<Option<(Session, Person)>, StoreError> {
        self.write(Floor::Ignore, move |tx| {
            Box::pin(redeem(
                tx,
                link,
                session,
                user_agent.chars().take(200).collect(),
            ))
        })
        .await
    }

    /// Notes that a session was used.
    pub async fn touch_session(&self, id: SessionId) -> Result<(), StoreError> {
        self.write(Floor::Ignore, move |tx| {
            Box::pin(async move {
                let seen = vals![tx.now(), id];
                tx.run("UPDATE sessions SET last_seen_at = $1 WHERE id = $2", &seen)
                    .await?;
                Ok(())
            })
        })
        .await
    }

    /// Ends a session of that person. Says whether there was one.
    pub async fn revoke_session(
        &self,
        person: PersonId,
        id: SessionId,
    ) -> Result<bool, StoreError> {
        self.write(Floor::Ignore, move |tx| {
            Box::pin(async move {
                let whose = vals![id, person];
                let ended = tx
                    .run("DELETE FROM sessions WHERE id = $1 AND person = $2", &whose)
                    .await?;
                if ended == 0 {
                    return Ok(false);
                }
                let closed = Audit {
                    actor: Some(person),
                    action: "session.end",
                    object: format!("session {id}"),
                    whom: None,
                    detail: String::new(),
                };
                audit::note(tx, closed).await?;
                Ok(true)
            })
        })
        .await
    }
}

impl Reader {
    /// The open session with that secret, and whose it is. Sessions unused since `idle_since` are over.
    pub async fn session_by_hash(
        &self,
        hash: Hash,
        idle_since: Millis,
    ) -> Result<Option<(Session, Person)>, StoreError> {
        self.read(move |conn| {
            Box::pin(async move {
                let sql = format!("{SESSION} WHERE s.hash = $1 AND s.last_seen_at >= $2");
                let line = conn.one(&sql, &vals![hash, idle_since]).await?;
                let Some(line) = line else { return Ok(None) };
                let session = session(&line)?;
                let person = one(conn, "p.id", session.person.to_string()).await?;
                Ok(person.map(|person| (session, person)))
            })
        })
        .await
    }

    /// A person's open sessions, newest first.
    pub async fn sessions(&self, person: PersonId) -> Result<Vec<Session>, StoreError> {
        self.read(move |conn| {
            Box::pin(async move {
                let sql =
                    format!("{SESSION} WHERE s.person = $1 ORDER BY s.created_at DESC, s.id DESC");
                let lines = conn.all(&sql, &vals![person]).await?;
                lines.iter().map(session).collect()
            })
        })
        .await
    }

    /// Whether anyone has an open session used since `idle_since`.
    pub async fn any_session(&self, idle_since: Millis) -> Result<bool, StoreError> {
        self.read(move |conn| {
            Box::pin(async move {
                let sql = "SELECT id FROM sessions WHERE last_seen_at >= $1 LIMIT 1";
                Ok(conn.one(sql, &vals![idle_since]).await?.is_some())
            })
        })
        .await
    }
}

const SESSION: &str =
    "SELECT s.id, s.person, s.user_agent, s.created_at, s.last_seen_at FROM sessions s";

/// Adds a link, and takes the expired ones of everybody away.
pub(super) async fn insert_link(
    tx: &mut Tx<'_>,
    person: PersonId,
    hash: Hash,
    expires_at: Millis,
) -> Result<(), StoreError> {
    tx.run("DELETE FROM links WHERE expires_at < $1", &vals![tx.now()])
        .await?;
    tx.run(
        "INSERT INTO links (hash, person, expires_at) VALUES ($1, $2, $3)",
        &vals![hash, person, expires_at],
    )
    .await?;
    Ok(())
}

async fn redeem(
    tx: &mut Tx<'_>,
    link: Hash,
    hash: Hash,
    user_agent: String,
) -> Result<Option<(Session, Person)>, StoreError> {
    let now = tx.now();
    let used = tx
        .one(
            "UPDATE links SET used_at = $1 WHERE hash = $2 AND used_at IS NULL AND expires_at > $1 \
             RETURNING person",
            &vals![now, link],
        )
        .await?;
    let Some(used) = used else { return Ok(None) };
    let sql = "UPDATE people SET signed_in_at = $2 WHERE id = $1 AND signed_in_at IS NULL";
    let first = tx.run(sql, &vals![used.text("person")?, now]).await? > 0;
    let Some(person) = one(&mut tx.conn, "p.id", used.text("person")?).await? else {
        return Ok(None);
    };
    if first {
        tx.changed(Kind::Person, person.id, None);
    }
    let session = Session {
        id: tx.ids().make(),
        person: person.id,
        user_agent,
        created_at: now,
        last_seen_at: now,
    };
    tx.run(
        "INSERT INTO sessions (id, person, hash, user_agent, created_at, last_seen_at) \
         VALUES ($1, $2, $3, $4, $5, $5)",
        &vals![session.id, person.id, hash, session.user_agent.clone(), now],
    )
    .await?;
    let opened = Audit {
        actor: Some(person.id),
        action: "session.open",
        object: format!("session {}", session.id),
        whom: None,
        detail: session.user_agent.clone(),
    };
    audit::note(tx, opened).await?;
    Ok(Some((session, person)))
}

fn session(line: &Line) -> Result<Session, StoreError> {
    Ok(Session {
        id: line.id("id")?,
        person: line.id("person")?,
        user_agent: line.text("user_agent")?,
        created_at: line.millis("created_at")?,
        last_seen_at: line.millis("last_seen_at")?,
    })
}
