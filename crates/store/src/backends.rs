//! What is kept of a backend: whether people want it on, its default model, and what each of its accounts last listed. Owns
//! the rows; never knows what a model is, which is JSON text here.

use switchboard_model::{Millis, PersonId, ThreadId};

use crate::{
    Audit, Reader, Store, StoreError, audit,
    db::{Conn, Line, vals},
    rows::{json, to_json},
    writer::{Floor, Kind, Tx},
};

/// A backend's row. A backend that was never changed has none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackendRow {
    /// The backend's name, or that of a switch over several.
    pub name: String,
    /// `auto`, `on` or `off`, as written: another version may know more.
    pub enabled: String,
    /// The model for threads that chose none.
    pub default_model: Option<String>,
    /// Models that people do not want to see.
    pub hidden: Vec<String>,
}

/// What an account listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptModels {
    /// Its models, as JSON text.
    pub models: String,
    /// When it did.
    pub listed_at: Millis,
}

/// So many accounts of a backend are remembered.
const ACCOUNTS: i64 = 8;

/// The threads whose assistant a backend reaches.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Behind {
    /// How many there are.
    pub count: i64,
    /// Some of those that whoever asks may see, with their titles, the newest first.
    pub named: Vec<(ThreadId, String)>,
}

/// What to change; `None` leaves it.
#[derive(Debug, Clone, Default)]
pub struct BackendPatch {
    /// `auto`, `on` or `off`.
    pub enabled: Option<String>,
    /// `Some(None)` goes back to the backend's own.
    pub default_model: Option<Option<String>>,
    /// All that are hidden.
    pub hidden: Option<Vec<String>>,
}

impl Reader {
    /// All rows, by name.
    pub async fn backend_rows(&self) -> Result<Vec<BackendRow>, StoreError> {
        self.read(|conn| Box::pin(rows(conn))).await
    }

    /// What this account of a backend last listed.
    pub async fn models_of(
        &self,
        backend: &str,
        account: &str,
    ) -> Result<Option<KeptModels>, StoreError> {
        let of = vals![backend, account];
        self.read(move |conn| {
            let of = of.clone();
            Box::pin(async move {
                let sql = "SELECT models, listed_at FROM backend_models WHERE backend = $1 AND account = $2";
                let line = conn.one(sql, &of).await?;
                let kept = line.map(|line| {
                    Ok(KeptModels {
                        models: line.text("models")?,
                        listed_at: line.millis("listed_at")?,
                    })
                });
                kept.transpose()
            })
        })
        .await
    }

    /// The living threads whose assistant this backend reaches: how many, and the newest of those that a person may see.
    pub async fn threads_behind(
        &self,
        backend: &str,
        seen_by: PersonId,
        most: usize,
    ) -> Result<Behind, StoreError> {
        let backend = backend.to_owned();
        self.read(move |conn| {
            Box::pin(async move {
                let of_it = "FROM threads t JOIN assistants a ON a.id = t.assistant \
                             WHERE t.deleted_at IS NULL AND a.backend = $1";
                let count = format!("SELECT COUNT(*) AS threads {of_it}");
                let line = conn.one(&count, &vals![&backend]).await?;
                let count = line.map_or(Ok(0), |line| line.int("threads"))?;
                let named = format!(
                    "SELECT t.id, t.title {of_it} AND (t.visibility = 'open' \
                     OR EXISTS (SELECT 1 FROM members m WHERE m.thread = t.id AND m.person = $2)) \
                     ORDER BY t.last_message_at DESC, t.id DESC LIMIT $3"
                );
                let most = i64::try_from(most).unwrap_or(i64::MAX);
                let lines = conn.all(&named, &vals![&backend, seen_by, most]).await?;
                let named = lines
                    .iter()
                    .map(|line| Ok((line.id("id")?, line.text("title")?)));
                Ok(Behind {
                    count,
                    named: named.collect::<Result<_, StoreError>>()?,
                })
            })
        })
        .await
    }
}

impl Store {
    /// Changes a backend's row, in the name of `by`.
    pub async fn change_backend(
        &self,
        by: PersonId,
        name: String,
        patch: BackendPatch,
    ) -> Result<(), StoreError> {
        self.write(Floor::Ignore, move |tx| {
            let (name, patch) = (name.clone(), patch.clone());
            Box::pin(async move {
                ensure(tx, &name).await?;
                if let Some(enabled) = &patch.enabled {
                    let sql = "UPDATE backends SET enabled = $2 WHERE name = $1";
                    tx.run(sql, &vals![&name, enabled]).await?;
                }
                if let Some(model) = &patch.default_model {
                    let sql = "UPDATE backends SET default_model = $2 WHERE name = $1";
                    tx.run(sql, &vals![&name, model.as_ref()]).await?;
                }
                if let Some(hidden) = &patch.hidden {
                    let sql = "UPDATE backends SET hidden = $2 WHERE name = $1";
                    tx.run(sql, &vals![&name, to_json(hidden)?]).await?;
                }
                let detail = format!("{patch:?}");
                audit::note(
                    tx,
                    Audit {
                        actor: Some(by),
                        action: "backend.change",
                        object: format!("backend {name}"),
                        whom: None,
                        detail,
                    },
                )
                .await?;
                tx.changed(Kind::Backend, name, None);
                Ok(())
            })
        })
        .await
    }

    /// Keeps the models that an account listed, beside those that others did.
    pub async fn keep_models(
        &self,
        name: String,
        account: String,
        models: String,
    ) -> Result<(), StoreError> {
        self.write(Floor::Ignore, move |tx| {
            let (name, account, models) = (name.clone(), account.clone(), models.clone());
            Box::pin(async move {
                let now = tx.now();
                tx.run(
                    "INSERT INTO backend_models (backend, account, models, listed_at) VALUES ($1, $2, $3, $4) \
                     ON CONFLICT (backend, account) DO UPDATE SET models = excluded.models, \
                     listed_at = excluded.listed_at",
                    &vals![&name, account, models, now],
                )
                .await?;
                tx.run(
                    "DELETE FROM backend_models WHERE backend = $1 AND account NOT IN \
                     (SELECT account FROM backend_models WHERE backend = $1 \
                      ORDER BY listed_at DESC, account LIMIT $2)",
                    &vals![&name, ACCOUNTS],
                )
                .await?;
                tx.changed(Kind::Backend, name, None);
                Ok(())
            })
        })
        .await
    }
}

async fn ensure(tx: &mut Tx<'_>, name: &str) -> Result<(), StoreError> {
    let sql =
        "INSERT INTO backends (name, enabled) VALUES ($1, 'auto') ON CONFLICT (name) DO NOTHING";
    tx.run(sql, &vals![name.to_owned()]).await?;
    Ok(())
}

async fn rows(conn: &mut Conn<'_>) -> Result<Vec<BackendRow>, StoreError> {
    let sql = "SELECT name, enabled, default_model, hidden FROM backends ORDER BY name";
    let lines = conn.all(sql, &[]).await?;
    // A row without a name is nobody's, and keeps none of the others from being read.
    Ok(lines.iter().filter_map(|line| row(line).ok()).collect())
}

/// In the place of what cannot be read.
const UNREADABLE: &str = "unreadable";

fn row(line: &Line) -> Result<BackendRow, StoreError> {
    let hidden = line.opt_text("hidden").unwrap_or_default();
    Ok(BackendRow {
        name: line.text("name")?,
        enabled: line
            .text("enabled")
            .unwrap_or_else(|_| UNREADABLE.to_owned()),
        default_model: line.opt_text("default_model").unwrap_or_default(),
        // What cannot be read hides nothing.
        hidden: hidden
            .and_then(|text| json("hidden", &text).ok())
            .unwrap_or_default(),
    })
}
