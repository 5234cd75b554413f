//! Folders in which a person's turns may work. Owns the list; whether a path lies below one is `engine`'s to say.

use switchboard_model::PersonId;

use crate::{Audit, Reader, Store, StoreError, audit, db::vals, writer::Floor};

impl Reader {
    /// The folders of a person, by path.
    pub async fn folders(&self, person: PersonId) -> Result<Vec<String>, StoreError> {
        self.read(move |conn| {
            Box::pin(async move {
                let sql = "SELECT path FROM folders WHERE person = $1 ORDER BY path";
                let lines = conn.all(sql, &vals![person]).await?;
                lines.iter().map(|line| line.text("path")).collect()
            })
        })
        .await
    }
}

impl Store {
    /// Lets a person's turns work in a folder, in the name of `by`.
    pub async fn allow_folder(
        &self,
        by: PersonId,
        person: PersonId,
        path: String,
    ) -> Result<(), StoreError> {
        self.write(Floor::Ignore, move |tx| {
            let path = path.clone();
            Box::pin(async move {
                let now = tx.now();
                tx.run(
                    "INSERT INTO folders (person, path, added_at) VALUES ($1, $2, $3) \
                     ON CONFLICT (person, path) DO NOTHING",
                    &vals![person, &path, now],
                )
                .await?;
                note(tx, by, "folder.allow", person, path).await
            })
        })
        .await
    }

    /// Takes it back. Says whether it was allowed.
    pub async fn forbid_folder(
        &self,
        by: PersonId,
        person: PersonId,
        path: String,
    ) -> Result<bool, StoreError> {
        self.write(Floor::Ignore, move |tx| {
            let path = path.clone();
            Box::pin(async move {
                let sql = "DELETE FROM folders WHERE person = $1 AND path = $2";
                let gone = tx.run(sql, &vals![person, &path]).await? > 0;
                if gone {
                    note(tx, by, "folder.forbid", person, path).await?;
                }
                Ok(gone)
            })
        })
        .await
    }
}

async fn note(
    tx: &mut crate::writer::Tx<'_>,
    by: PersonId,
    action: &'static str,
    person: PersonId,
    path: String,
) -> Result<(), StoreError> {
    audit::note(
        tx,
        Audit {
            actor: Some(by),
            action,
            object: format!("folder {path}"),
            whom: Some(person),
            detail: String::new(),
        },
    )
    .await
}
