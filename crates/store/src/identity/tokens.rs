//! API tokens: secrets with which programs act in a person's name. Only ever sees their hashes.

use switchboard_model::{Millis, PersonId, TokenId, person::Person};

use super::{Hash, one};
use crate::{
    Audit, CreateError, Reader, Store, StoreError, audit,
    db::{Line, vals},
    writer::Floor,
};

/// A token to add.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// Who makes it.
    pub by: PersonId,
    /// In whose name it acts.
    pub person: PersonId,
    /// What its maker calls it.
    pub name: String,
    /// Of its secret.
    pub hash: Hash,
    /// Adds one token at most for each id of that person.
    pub client_id: Option<String>,
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

impl Store {
    /// Adds a token. A client id that was there already adds none: its token's secret is known to nobody
    /// here, so it cannot be given again.
    pub async fn add_token(&self, new: NewToken) -> Result<Token, CreateError> {
        self.write(Floor::Ignore, move |tx| {
            let new = new.clone();
            Box::pin(async move {
                let token = Token {
                    id: tx.ids().make(),
                    person: new.person,
                    name: new.name,
                    created_at: tx.now(),
                    last_used_at: None,
                };
                let added = tx
                    .run(
                        "INSERT INTO tokens (id, person, name, hash, client_id, created_at) \
                         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (person, client_id) DO NOTHING",
                        &vals![
                            token.id,
                            token.person,
                            token.name.clone(),
                            new.hash,
                            new.client_id,
                            token.created_at
                        ],
                    )
                    .await?;
                if added == 0 {
                    return Err(CreateError::ClientIdReused);
                }
                let made = Audit {
                    actor: Some(new.by),
                    action: "token.create",
                    object: format!("token {}", token.id),
                    whom: Some(token.person),
                    detail: token.name.clone(),
                };
                audit::note(tx, made).await?;
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

    /// Ends a token of that person, in the name of `by`. Says whether there was one.
    pub async fn revoke_token(
        &self,
        by: PersonId,
        person: PersonId,
        id: TokenId,
    ) -> Result<bool, StoreError> {
        self.write(Floor::Ignore, move |tx| {
            Box::pin(async move {
                let sql = "DELETE FROM tokens WHERE id = $1 AND person = $2 RETURNING name";
                let Some(ended) = tx.one(sql, &vals![id, person]).await? else {
                    return Ok(false);
                };
                let ended = Audit {
                    actor: Some(by),
                    action: "token.revoke",
                    object: format!("token {id}"),
                    whom: Some(person),
                    detail: ended.text("name")?,
                };
                audit::note(tx, ended).await?;
                Ok(true)
            })
        })
        .await
    }
}

impl Reader {
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

const TOKEN: &str = "SELECT k.id, k.person, k.name, k.created_at, k.last_used_at FROM tokens k";

fn token(line: &Line) -> Result<Token, StoreError> {
    Ok(Token {
        id: line.id("id")?,
        person: line.id("person")?,
        name: line.text("name")?,
        created_at: line.millis("created_at")?,
        last_used_at: line.opt_millis("last_used_at")?,
    })
}
