//! People, their sessions, sign-in links and tokens. Owns the rows; only ever sees hashes of secrets.

use switchboard_model::{
    Millis, PersonId, SessionId, TokenId,
    person::{Person, Role},
};

use crate::{
    Reader, Store, StoreError,
    db::{Conn, Line, vals},
    rows::{bytewise, named},
    writer::{Floor, Kind, Tx},
};

/// A person to add.
#[derive(Debug, Clone)]
pub struct NewPerson {
    /// Checked by `model::person::handle`.
    pub handle: String,
    /// As shown.
    pub name: String,
    /// What they may do.
    pub role: Role,
}

/// Why a person or assistant cannot be added.
#[derive(Debug, Clone, thiserror::Error)]
pub enum HandleTaken {
    /// Somebody has the handle.
    #[error("the handle @{0} is taken")]
    Taken(String),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

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

/// An API token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Which.
    pub id: TokenId,
    /// In whose name it acts.
    pub person: PersonId,
    /// What its maker calls it.
    pub name: String,
    /// When it was made.
    pub created_at: Millis,
    /// When it was last used.
    pub last_used_at: Option<Millis>,
}

/// SHA-256 of a secret.
pub type Hash = [u8; 32];

impl Store {
    /// Adds a person.
    pub async fn add_person(&self, person: NewPerson) -> Result<Person, HandleTaken> {
        self.write(Floor::Ignore, move |tx| {
            Box::pin(insert(tx, person.clone()))
        })
        .await
    }

    /// Adds the first person as admin if there is none yet; otherwise returns the oldest admin.
    pub async fn ensure_admin(&self, person: NewPerson) -> Result<Person, StoreError> {
        self.write(Floor::Ignore, move |tx| {
            Box::pin(ensure_admin(tx, person.clone()))
        })
        .await
    }

    /// Stores a single-use sign-in link.
    pub async fn add_link(
        &self,
        person: PersonId,
        hash: Hash,
        expires_at: Millis,
    ) -> Result<(), StoreError> {
        self.write(Floor::Ignore, move |tx| {
            Box::pin(async move {
                tx.run("DELETE FROM links WHERE expires_at < $1", &vals![tx.now()])
                    .await?;
                tx.run(
                    "INSERT INTO links (hash, person, expires_at) VALUES ($1, $2, $3)",
                    &vals![hash, person, expires_at],
                )
                .await?;
                Ok(())
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
                Ok(ended > 0)
            })
        })
        .await
    }

    /// Adds a token.
    pub async fn add_token(
        &self,
        person: PersonId,
        name: String,
        hash: Hash,
    ) -> Result<Token, StoreError> {
        self.write(Floor::Ignore, move |tx| {
            let name = name.clone();
            Box::pin(async move {
                let token = Token {
                    id: tx.ids().make(),
                    person,
                    name,
                    created_at: tx.now(),
                    last_used_at: None,
                };
                tx.run(
                    "INSERT INTO tokens (id, person, name, hash, created_at) VALUES ($1, $2, $3, $4, $5)",
                    &vals![
                        token.id,
                        person,
                        token.name.clone(),
                        hash,
                        token.created_at
                    ],
                )
                .await?;
                Ok(token)
            })
        })
        .await
    }

    /// Notes that a token was used (at most once a minute by the caller).
    pub async fn touch_token(&self, id: TokenId) -> Result<(), StoreError> {
        self.write(Floor::Ignore, move |tx| {
            Box::pin(async move {
                let used = vals![tx.now(), id];
                tx.run("UPDATE tokens SET last_used_at = $1 WHERE id = $2", &used)
                    .await?;
                Ok(())
            })
        })
        .await
    }

    /// Ends a token of that person. Says whether there was one.
    pub async fn revoke_token(&self, person: PersonId, id: TokenId) -> Result<bool, StoreError> {
        self.write(Floor::Ignore, move |tx| {
            Box::pin(async move {
                let whose = vals![id, person];
                let ended = tx
                    .run("DELETE FROM tokens WHERE id = $1 AND person = $2", &whose)
                    .await?;
                Ok(ended > 0)
            })
        })
        .await
    }
}

impl Reader {
    /// Everyone, by handle.
    pub async fn people(&self) -> Result<Vec<Person>, StoreError> {
        self.read(|conn| {
            Box::pin(async move {
                let order = bytewise(conn);
                let sql = format!("{PERSON} ORDER BY p.handle{order}");
                conn.all(&sql, &[]).await?.iter().map(person).collect()
            })
        })
        .await
    }

    /// One person.
    pub async fn person(&self, id: PersonId) -> Result<Option<Person>, StoreError> {
        self.read(move |conn| Box::pin(one(conn, "p.id", id.to_string())))
            .await
    }

    /// The person of that handle.
    pub async fn person_by_handle(&self, handle: &str) -> Result<Option<Person>, StoreError> {
        let handle = handle.to_owned();
        self.read(move |conn| Box::pin(one(conn, "p.handle", handle.clone())))
            .await
    }

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

    /// The live token with that secret, and in whose name it acts.
    pub async fn token_by_hash(&self, hash: Hash) -> Result<Option<(Token, Person)>, StoreError> {
        self.read(move |conn| {
            Box::pin(async move {
                let sql = format!("{TOKEN} WHERE k.hash = $1");
                let Some(line) = conn.one(&sql, &vals![hash]).await? else {
                    return Ok(None);
                };
                let token = token(&line)?;
                let person = one(conn, "p.id", token.person.to_string()).await?;
                Ok(person.map(|person| (token, person)))
            })
        })
        .await
    }

    /// A person's tokens, newest first.
    pub async fn tokens(&self, person: PersonId) -> Result<Vec<Token>, StoreError> {
        self.read(move |conn| {
            Box::pin(async move {
                let sql =
                    format!("{TOKEN} WHERE k.person = $1 ORDER BY k.created_at DESC, k.id DESC");
                let lines = conn.all(&sql, &vals![person]).await?;
                lines.iter().map(token).collect()
            })
        })
        .await
    }
}

/// Living people; assistants are rows of the same table, and no people.
const PERSON: &str = "SELECT p.id, p.handle, p.name, p.role, p.created_at FROM people p \
     WHERE p.kind = 'person' AND p.removed_at IS NULL";
const SESSION: &str =
    "SELECT s.id, s.person, s.user_agent, s.created_at, s.last_seen_at FROM sessions s";
const TOKEN: &str = "SELECT k.id, k.person, k.name, k.created_at, k.last_used_at FROM tokens k";

async fn insert(tx: &mut Tx<'_>, new: NewPerson) -> Result<Person, HandleTaken> {
    let person = Person {
        id: tx.ids().make(),
        handle: new.handle,
        name: new.name,
        role: new.role,
        created_at: tx.now(),
    };
    let vals = vals![
        person.id,
        person.handle.clone(),
        person.name.clone(),
        person.role.as_str(),
        person.created_at
    ];
    let added = tx
        .run(
            "INSERT INTO people (id, kind, handle, name, role, created_at) \
             VALUES ($1, 'person', $2, $3, $4, $5) \
             ON CONFLICT (handle) WHERE removed_at IS NULL DO NOTHING",
            &vals,
        )
        .await?;
    if added == 0 {
        return Err(HandleTaken::Taken(person.handle));
    }
    tx.changed(Kind::Person, person.id, None);
    Ok(person)
}

async fn ensure_admin(tx: &mut Tx<'_>, mut new: NewPerson) -> Result<Person, StoreError> {
    let oldest = format!("{PERSON} AND p.role = 'admin' ORDER BY p.created_at, p.id LIMIT 1");
    if let Some(line) = tx.one(&oldest, &[]).await? {
        return person(&line);
    }
    new.role = Role::Admin;
    match insert(tx, new).await {
        Ok(person) => Ok(person),
        Err(HandleTaken::Store(error)) => Err(error),
        // Another process added the first admin between our look and our insert.
        Err(HandleTaken::Taken(handle)) => match tx.one(&oldest, &[]).await? {
            Some(line) => person(&line),
            None => Err(StoreError::Unavailable(format!(
                "@{handle}, the handle meant for the first admin, is taken"
            ))),
        },
    }
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
    let Some(person) = one(&mut tx.conn, "p.id", used.text("person")?).await? else {
        return Ok(None);
    };
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
    Ok(Some((session, person)))
}

async fn one(
    conn: &mut Conn<'_>,
    column: &str,
    value: String,
) -> Result<Option<Person>, StoreError> {
    let line = conn
        .one(&format!("{PERSON} AND {column} = $1"), &vals![value])
        .await?;
    line.as_ref().map(person).transpose()
}

pub(crate) fn person(line: &Line) -> Result<Person, StoreError> {
    Ok(Person {
        id: line.id("id")?,
        handle: line.text("handle")?,
        name: line.text("name")?,
        role: named(line, "role", Role::parse)?,
        created_at: line.millis("created_at")?,
    })
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

fn token(line: &Line) -> Result<Token, StoreError> {
    Ok(Token {
        id: line.id("id")?,
        person: line.id("person")?,
        name: line.text("name")?,
        created_at: line.millis("created_at")?,
        last_used_at: line.opt_millis("last_used_at")?,
    })
}
