//! People: the rows of whoever signs in. What changes them, and their sessions, sign-in links and
//! tokens, are in files of their own; those only ever see hashes of secrets.

mod change;
mod sessions;
mod tokens;

use switchboard_model::{
    PersonId,
    person::{Person, Role},
};

use crate::{
    Reader, Store, StoreError,
    db::{Conn, Line, vals},
    rows::{bytewise, named},
    writer::{Floor, Kind, Tx},
};

pub use change::{Invitation, PersonError, PersonPatch};
pub use sessions::Session;
pub use tokens::{NewToken, Token};

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
        let there = self.reader().read(|conn| Box::pin(oldest_admin(conn)));
        if let Some(admin) = there.await? {
            return Ok(admin);
        }
        self.write(Floor::Ignore, move |tx| {
            Box::pin(ensure_admin(tx, person.clone()))
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
                let sql = format!("SELECT {COLUMNS} {PERSON} ORDER BY p.handle{order}");
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
}

/// What a [`Person`] is read from, of the people `p`.
pub(crate) const COLUMNS: &str = "p.id, p.handle, p.name, p.role, p.created_at, \
     CASE WHEN p.invited_by IS NOT NULL AND p.signed_in_at IS NULL THEN 1 ELSE 0 END AS invited";

/// Living people; assistants are rows of the same table, and no people.
const PERSON: &str = "FROM people p WHERE p.kind = 'person' AND p.removed_at IS NULL";

async fn insert(tx: &mut Tx<'_>, new: NewPerson) -> Result<Person, HandleTaken> {
    let person = Person {
        id: tx.ids().make(),
        handle: new.handle,
        name: new.name,
        role: new.role,
        invited: false,
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

async fn oldest_admin(conn: &mut Conn<'_>) -> Result<Option<Person>, StoreError> {
    let oldest = format!(
        "SELECT {COLUMNS} {PERSON} AND p.role = 'admin' ORDER BY p.created_at, p.id LIMIT 1"
    );
    let line = conn.one(&oldest, &[]).await?;
    line.as_ref().map(person).transpose()
}

async fn ensure_admin(tx: &mut Tx<'_>, mut new: NewPerson) -> Result<Person, StoreError> {
    if let Some(admin) = oldest_admin(&mut tx.conn).await? {
        return Ok(admin);
    }
    new.role = Role::Admin;
    match insert(tx, new).await {
        Ok(person) => Ok(person),
        Err(HandleTaken::Store(error)) => Err(error),
        // Another process added the first admin between our look and our insert.
        Err(HandleTaken::Taken(handle)) => match oldest_admin(&mut tx.conn).await? {
            Some(admin) => Ok(admin),
            None => Err(StoreError::Unavailable(format!(
                "@{handle}, the handle meant for the first admin, is taken"
            ))),
        },
    }
}

async fn one(
    conn: &mut Conn<'_>,
    column: &str,
    value: String,
) -> Result<Option<Person>, StoreError> {
    let line = conn
        .one(
            &format!("SELECT {COLUMNS} {PERSON} AND {column} = $1"),
            &vals![value],
        )
        .await?;
    line.as_ref().map(person).transpose()
}

pub(crate) fn person(line: &Line) -> Result<Person, StoreError> {
    Ok(Person {
        id: line.id("id")?,
        handle: line.text("handle")?,
        name: line.text("name")?,
        role: named(line, "role", Role::parse)?,
        invited: line.flag("invited")?,
        created_at: line.millis("created_at")?,
    })
}
