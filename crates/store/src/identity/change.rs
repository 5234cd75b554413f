//! Changing people: inviting, renaming, giving a role, removing. Owns the promises that an admin is
//! always left, and that a removed person is gone everywhere at once.

use sha2::{Digest, Sha256};
use switchboard_model::{
    Millis, PersonId, TurnId,
    person::{Person, Role},
};

use super::{COLUMNS, Hash, PERSON, one, person, sessions::insert_link};
use crate::{
    Audit, Store, StoreError, audit,
    db::vals,
    queue,
    rows::for_update,
    threads, turns,
    writer::{Floor, Kind, Tx},
};

/// A person to invite.
#[derive(Debug, Clone)]
pub struct Invitation {
    /// Who invites.
    pub by: PersonId,
    /// The handles that would do, the best one first; each checked by `model::person::handle`.
    pub handles: Vec<String>,
    /// As shown.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// Of the secret in the sign-in link.
    pub link: Hash,
    /// When the link ends.
    pub expires_at: Millis,
    /// The same id of the same inviter again gives the same person, with another link.
    pub client_id: Option<String>,
}

/// What to change on a person; `None` leaves it.
#[derive(Debug, Clone, Default)]
pub struct PersonPatch {
    /// As shown; checked by `model::person::name`.
    pub name: Option<String>,
    /// Checked by `model::person::handle`.
    pub handle: Option<String>,
    /// What they may do.
    pub role: Option<Role>,
}

/// Why a person was not invited, changed or removed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum PersonError {
    /// There is no such person.
    #[error("there is no such person")]
    NoPerson,
    /// Somebody has the handle.
    #[error("the handle @{0} is taken")]
    HandleTaken(String),
    /// Nobody could invite, open or remove any more.
    #[error("this is the last admin")]
    LastAdmin,
    /// The client id invited somebody else.
    #[error("this client id was used for something else")]
    ClientIdReused,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Store {
    /// Adds a person with a link to sign in by. Says `false` if the client id had invited them before.
    pub async fn invite(&self, invitation: Invitation) -> Result<(Person, bool), PersonError> {
        self.write(Floor::Ignore, move |tx| {
            Box::pin(invite(tx, invitation.clone()))
        })
        .await
    }

    /// Changes a person, in the name of `by`.
    pub async fn change_person(
        &self,
        by: PersonId,
        id: PersonId,
        patch: PersonPatch,
    ) -> Result<Person, PersonError> {
        self.write(Floor::Ignore, move |tx| {
            Box::pin(change(tx, by, id, patch.clone()))
        })
        .await
    }

    /// Removes a person, in the name of `by`: their sessions, links, tokens and memberships end; the
    /// turns they asked for are stopped; private threads with nobody left in them are deleted; the
    /// assistants on their account are switched off and pass to `by`. What they wrote stays. Returns
    /// the turns that may still run somewhere.
    pub async fn remove_person(
        &self,
        by: PersonId,
        id: PersonId,
    ) -> Result<Vec<TurnId>, PersonError> {
        self.write(Floor::Ignore, move |tx| Box::pin(remove(tx, by, id)))
            .await
    }
}

async fn invite(tx: &mut Tx<'_>, new: Invitation) -> Result<(Person, bool), PersonError> {
    let hash = new.client_id.as_ref().map(|_| asked_for(&new));
    let (id, now): (PersonId, _) = (tx.ids().make(), tx.now());
    if let Some(client_id) = &new.client_id {
        let sql = "SELECT id, body_hash FROM people WHERE invited_by = $1 AND client_id = $2";
        if let Some(there) = tx.one(sql, &vals![new.by, client_id]).await? {
            if there.opt_bytes("body_hash")?.as_deref() != hash.as_ref().map(<[u8; 32]>::as_slice) {
                return Err(PersonError::ClientIdReused);
            }
            let there = one(&mut tx.conn, "p.id", there.text("id")?).await?;
            let there = there.ok_or(PersonError::ClientIdReused)?;
            insert_link(tx, there.id, new.link, new.expires_at).await?;
            note(tx, new.by, "person.link", &there, String::new()).await?;
            return Ok((there, false));
        }
    }
    let mut added = 0;
    for handle in &new.handles {
        added = tx
            .run(
                "INSERT INTO people (id, kind, handle, name, role, invited_by, client_id, body_hash, \
                 created_at) VALUES ($1, 'person', $2, $3, $4, $5, $6, $7, $8) \
                 ON CONFLICT (handle) WHERE removed_at IS NULL DO NOTHING",
                &vals![
                    id,
                    handle,
                    &new.name,
                    new.role.as_str(),
                    new.by,
                    new.client_id.clone(),
                    hash,
                    now
                ],
            )
            .await?;
        if added > 0 {
            break;
        }
    }
    if added == 0 {
        return Err(PersonError::HandleTaken(
            new.handles.into_iter().next().unwrap_or_default(),
        ));
    }
    insert_link(tx, id, new.link, new.expires_at).await?;
    let invited = reload(tx, id).await?;
    tx.changed(Kind::Person, id, None);
    let role = new.role.as_str().to_owned();
    note(tx, new.by, "person.invite", &invited, role).await?;
    Ok((invited, true))
}

/// What was asked for, to tell a repeat from a reuse.
fn asked_for(new: &Invitation) -> Hash {
    let handle = new.handles.first().map_or("", String::as_str);
    let parts = [handle, &new.name, new.role.as_str()];
    Sha256::digest(parts.join("\0")).into()
}

async fn change(
    tx: &mut Tx<'_>,
    by: PersonId,
    id: PersonId,
    patch: PersonPatch,
) -> Result<Person, PersonError> {
    let admins = lock(tx, id).await?;
    let old = reload(tx, id).await?;
    if let Some(handle) = patch.handle.filter(|handle| *handle != old.handle) {
        let sql = "SELECT id FROM people WHERE handle = $1 AND removed_at IS NULL";
        if tx.one(sql, &vals![&handle]).await?.is_some() {
            return Err(PersonError::HandleTaken(handle));
        }
        tx.run(
            "UPDATE people SET handle = $2 WHERE id = $1",
            &vals![id, &handle],
        )
        .await?;
        note(tx, by, "person.rename", &old, format!("@{handle}")).await?;
    }
    if let Some(name) = patch.name.filter(|name| *name != old.name) {
        tx.run(
            "UPDATE people SET name = $2 WHERE id = $1",
            &vals![id, &name],
        )
        .await?;
        note(tx, by, "person.rename", &old, name).await?;
    }
    if let Some(role) = patch.role.filter(|role| *role != old.role) {
        if admins == [id] {
            return Err(PersonError::LastAdmin);
        }
        tx.run(
            "UPDATE people SET role = $2 WHERE id = $1",
            &vals![id, role.as_str()],
        )
        .await?;
        note(tx, by, "person.role", &old, role.as_str().to_owned()).await?;
    }
    let new = reload(tx, id).await?;
    if new != old {
        tx.changed(Kind::Person, id, None);
        // Assistants show whose account they run on, and to whom.
        let sql = "SELECT id FROM assistants WHERE owner = $1 UNION SELECT assistant FROM assistant_users \
                   WHERE person = $1 ORDER BY 1";
        for line in tx.all(sql, &vals![id]).await? {
            tx.changed(Kind::Assistant, line.text("id")?, None);
        }
    }
    Ok(new)
}

async fn remove(tx: &mut Tx<'_>, by: PersonId, id: PersonId) -> Result<Vec<TurnId>, PersonError> {
    let admins = lock(tx, id).await?;
    if admins == [id] {
        return Err(PersonError::LastAdmin);
    }
    let gone = reload(tx, id).await?;
    tx.run(
        "UPDATE people SET removed_at = $2 WHERE id = $1",
        &vals![id, tx.now()],
    )
    .await?;
    for sql in [
        "DELETE FROM sessions WHERE person = $1",
        "DELETE FROM links WHERE person = $1",
        "DELETE FROM tokens WHERE person = $1",
        "DELETE FROM assistant_users WHERE person = $1",
        "DELETE FROM mcp_servers WHERE person = $1",
    ] {
        tx.run(sql, &vals![id]).await?;
    }
    hand_over(tx, by, id, &admins).await?;
    threads::hold_all_of(tx, id).await?;
    queue::clear_all_of(tx, id).await?;
    turns::leave_all_of(tx, id).await?;
    let mut running = turns::stop_all_of(tx, id).await?;
    running.extend(threads::leave_all(tx, by, id).await?);
    tx.changed(Kind::Person, id, None);
    note(tx, by, "person.remove", &gone, String::new()).await?;
    Ok(running)
}

/// The assistants on the account of somebody who goes: switched off, for nobody but their new owner,
/// who decides whether to put them on another account.
async fn hand_over(
    tx: &mut Tx<'_>,
    by: PersonId,
    from: PersonId,
    admins: &[PersonId],
) -> Result<(), StoreError> {
    let heir = if by == from {
        admins.iter().find(|admin| **admin != from)
    } else {
        Some(&by)
    };
    let Some(heir) = heir else { return Ok(()) };
    let owned = tx
        .all(
            "UPDATE assistants SET owner = $2, enabled = 0, access = 'owner' WHERE owner = $1 RETURNING id",
            &vals![from, *heir],
        )
        .await?;
    for line in owned {
        let id = line.text("id")?;
        tx.run(
            "DELETE FROM assistant_users WHERE assistant = $1",
            &vals![&id],
        )
        .await?;
        tx.changed(Kind::Assistant, id, None);
    }
    Ok(())
}

/// Keeps a living person and all admins as they are until this transaction ends, and says who the
/// admins are, oldest first. Two admins cannot take each other's role at the same time.
async fn lock(tx: &mut Tx<'_>, id: PersonId) -> Result<Vec<PersonId>, PersonError> {
    let held = for_update(&tx.conn, "p");
    let sql = format!(
        "SELECT p.id, p.role {PERSON} AND (p.id = $1 OR p.role = 'admin') ORDER BY p.id{held}"
    );
    let (mut admins, mut there) = (Vec::new(), false);
    for line in tx.all(&sql, &vals![id]).await? {
        let found: PersonId = line.id("id")?;
        there |= found == id;
        if line.text("role")? == Role::Admin.as_str() {
            admins.push(found);
        }
    }
    if there {
        Ok(admins)
    } else {
        Err(PersonError::NoPerson)
    }
}

async fn reload(tx: &mut Tx<'_>, id: PersonId) -> Result<Person, PersonError> {
    let sql = format!("SELECT {COLUMNS} {PERSON} AND p.id = $1");
    let line = tx.one(&sql, &vals![id]).await?;
    Ok(person(&line.ok_or(PersonError::NoPerson)?)?)
}

async fn note(
    tx: &mut Tx<'_>,
    by: PersonId,
    action: &'static str,
    whom: &Person,
    detail: String,
) -> Result<(), StoreError> {
    let audit = Audit {
        actor: Some(by),
        action,
        object: format!("person @{}", whom.handle),
        whom: Some(whom.id),
        detail,
    };
    audit::note(tx, audit).await
}
