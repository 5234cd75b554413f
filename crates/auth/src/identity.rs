//! The door: turns a sign-in link, a session cookie or an API token into a known [`Caller`]. Owns how long
//! each lives; never decides what a caller may do, and keeps no secret once it has handed it out.

use std::{sync::Arc, time::Duration};

use switchboard_model::{
    IdSource, Millis, PersonId, SessionId, TokenId,
    message::{CLIENT_ID_LIMIT, is_client_id},
    person::{self, InvalidHandle, InvalidName, Person, Role},
};
use switchboard_store::{
    CreateError, Invitation, NewPerson, NewToken, PersonError, Session, Store, StoreError, Token,
};

use crate::{
    secret::{ClientPair, Kind, Secret, make_client_pair},
    throttle::{Recently, Throttle},
};

/// How long a sign-in link can be used: it is opened by who asked for it.
pub const LINK_LIFETIME: Duration = Duration::from_mins(10);

/// How long an invitation can be used: it goes to somebody who does not wait for it.
pub const INVITATION_LIFETIME: Duration = Duration::from_hours(7 * 24);

/// How long a session lasts after its last use.
pub const SESSION_LIFETIME: Duration = Duration::from_hours(30 * 24);

/// How exactly the last use of a session or token is known; finer would cost a write per request.
const SEEN_PRECISION: Duration = Duration::from_mins(1);

/// Failed sign-ins per minute before further ones are refused. No guess would ever succeed; the bound
/// keeps guessing from costing us more than a comparison.
const FAILURES_PER_MINUTE: usize = 60;

/// The longest name of a token, in characters.
const TOKEN_NAME_LIMIT: usize = 100;

/// The longest description of a browser that is kept, in characters.
const USER_AGENT_LIMIT: usize = 200;

/// Who calls, and how we know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// In whose name.
    pub person: Person,
    /// By what.
    pub via: Via,
}

/// What a caller showed us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Via {
    /// The cookie of a signed-in browser.
    Session(SessionId),
    /// An API token.
    Token(TokenId),
}

/// A way in for one person, once. The page at `/sign-in#SECRET` redeems it; a fragment is never sent to a
/// server, so the secret stays out of logs and referrers.
pub struct Link {
    /// For whom.
    pub person: Person,
    /// Goes into the fragment.
    pub secret: Secret<String>,
    /// Of no use from then on.
    pub expires_at: Millis,
}

/// A fresh session.
pub struct SignedIn {
    /// Who signed in.
    pub caller: Caller,
    /// Goes into the cookie.
    pub session: Secret<String>,
}

/// Why a sign-in failed.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// The link is not good; which of the three is nobody's business.
    #[error(
        "this sign-in link is unknown, used up or expired; `switchboard people link` prints a fresh one"
    )]
    Expired,
    /// Too many failures lately, by anyone.
    #[error("too many failed sign-ins; try again in {} s", retry_after.as_secs() + 1)]
    TooMany {
        /// When trying again makes sense.
        retry_after: Duration,
    },
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Link {
    /// The address to open, on a page that is reached at `base`.
    pub fn url(&self, base: &str) -> String {
        let base = base.trim_end_matches('/');
        format!("{base}/sign-in#{}", self.secret.expose())
    }
}

/// Somebody to invite.
#[derive(Debug, Clone)]
pub struct Invite {
    /// The name after the `@`; made from the name if it is left out.
    pub handle: Option<String>,
    /// As shown; the handle if it is left out.
    pub name: Option<String>,
    /// What they may do.
    pub role: Role,
    /// The same id of the same inviter again invites the same person.
    pub client_id: Option<String>,
}

/// Why a person cannot be invited.
#[derive(Debug, thiserror::Error)]
pub enum InviteError {
    /// The handle breaks a rule.
    #[error(transparent)]
    Handle(#[from] InvalidHandle),
    /// The name breaks a rule.
    #[error(transparent)]
    Name(#[from] InvalidName),
    /// The client id is empty or too long.
    #[error("a client id has 1 to {CLIENT_ID_LIMIT} bytes")]
    ClientId,
    /// Somebody has the handle, or the database failed.
    #[error(transparent)]
    Person(#[from] PersonError),
}

/// Why a token cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// The name is empty or too long.
    #[error("a token needs a name of 1 to {TOKEN_NAME_LIMIT} characters")]
    Name,
    /// The client id is empty or too long.
    #[error("a client id has 1 to {CLIENT_ID_LIMIT} bytes")]
    ClientId,
    /// The client id made a token before, whose secret nobody can show again.
    #[error("this client id has made a token already")]
    ClientIdReused,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// People, their sessions, links and tokens. Cheap to clone.
#[derive(Clone)]
pub struct Identity {
    store: Store,
    ids: IdSource,
    failures: Arc<Throttle>,
    seen: Arc<Recently<Via>>,
}

impl Identity {
    /// The door to this store; secrets and times come from `ids`.
    pub fn new(store: Store, ids: IdSource) -> Self {
        Self {
            store,
            ids,
            failures: Arc::new(Throttle::new(FAILURES_PER_MINUTE, Duration::from_mins(1))),
            seen: Arc::new(Recently::new(SEEN_PRECISION)),
        }
    }

    /// The oldest admin; if there is no person yet, makes one named after the local user, so that a command
    /// can be the first thing that anyone does.
    pub async fn ensure_local_admin(&self, user: &str) -> Result<Person, StoreError> {
        let handle = person::handle_from(user).unwrap_or_else(|| "admin".to_owned());
        let name = Some(user.trim().to_owned()).filter(|name| !name.is_empty());
        let admin = NewPerson {
            name: name.unwrap_or_else(|| handle.clone()),
            handle,
            role: Role::Admin,
        };
        self.store.ensure_admin(admin).await
    }

    /// A link for the local admin, while nobody at all is signed in.
    pub async fn first_link(&self, user: &str) -> Result<Option<Link>, StoreError> {
        if self.store.reader().any_session(self.idle_since()).await? {
            return Ok(None);
        }
        let admin = self.ensure_local_admin(user).await?;
        self.link_for(admin).await.map(Some)
    }

    /// A fresh link for a person, made by Switchboard itself. Earlier ones stay good until they expire.
    pub async fn link_for(&self, person: Person) -> Result<Link, StoreError> {
        let (secret, hash) = Kind::Link.issue(&self.ids);
        let expires_at = self.now().plus(LINK_LIFETIME);
        self.store
            .add_link(None, person.id, hash, expires_at)
            .await?;
        Ok(Link {
            person,
            secret,
            expires_at,
        })
    }

    /// A fresh link for a person, made by another: an invitation again while they never signed in.
    /// `None` if they were removed meanwhile.
    pub async fn link_by(&self, by: PersonId, person: Person) -> Result<Option<Link>, StoreError> {
        let (secret, hash) = Kind::Link.issue(&self.ids);
        let expires_at = self.now().plus(if person.invited {
            INVITATION_LIFETIME
        } else {
            LINK_LIFETIME
        });
        let added = self
            .store
            .add_link(Some(by), person.id, hash, expires_at)
            .await?;
        Ok(added.then_some(Link {
            person,
            secret,
            expires_at,
        }))
    }

    /// Adds a person, with a link to sign in by. Says `false` beside it if the client id had invited
    /// them before; the link is a fresh one.
    pub async fn invite(&self, by: PersonId, invite: Invite) -> Result<(Link, bool), InviteError> {
        if invite
            .client_id
            .as_deref()
            .is_some_and(|id| !is_client_id(id))
        {
            return Err(InviteError::ClientId);
        }
        let name = invite.name.filter(|name| !name.trim().is_empty());
        let name = name.as_deref().map(person::name).transpose()?;
        let handles = match (invite.handle, &name) {
            (Some(handle), _) => vec![person::handle(&handle)?],
            (None, Some(name)) => free_ones(name),
            (None, None) => return Err(InvalidName.into()),
        };
        let (secret, hash) = Kind::Link.issue(&self.ids);
        let expires_at = self.now().plus(INVITATION_LIFETIME);
        let invitation = Invitation {
            by,
            name: name.unwrap_or_else(|| handles[0].clone()),
            handles,
            role: invite.role,
            link: hash,
            expires_at,
            client_id: invite.client_id,
        };
        let (person, new) = self.store.invite(invitation).await?;
        let link = Link {
            person,
            secret,
            expires_at,
        };
        Ok((link, new))
    }

    /// Client credentials for an assistant, yet to be stored.
    pub fn client_pair(&self) -> ClientPair {
        make_client_pair(&self.ids)
    }

    /// Uses up a link and opens a session.
    pub async fn sign_in(&self, secret: &str, user_agent: &str) -> Result<SignedIn, SignInError> {
        let link = Kind::Link.recognise(secret).ok_or(SignInError::Expired)?;
        self.failures
            .admit(self.now())
            .map_err(|retry_after| SignInError::TooMany { retry_after })?;
        let (secret, hash) = Kind::Session.issue(&self.ids);
        let user_agent = user_agent.chars().take(USER_AGENT_LIMIT).collect();
        let (session, person) = self
            .store
            .redeem_link(link, hash, user_agent)
            .await?
            .ok_or(SignInError::Expired)?;
        self.failures.forgive();
        let via = Via::Session(session.id);
        Ok(SignedIn {
            caller: Caller { person, via },
            session: secret,
        })
    }

    /// Whose session a cookie belongs to. `None` if it is unknown, ended or unused for too long.
    pub async fn authenticate_session(&self, cookie: &str) -> Result<Option<Caller>, StoreError> {
        let Some(hash) = Kind::Session.recognise(cookie) else {
            return Ok(None);
        };
        let idle_since = self.idle_since();
        let found = self
            .store
            .reader()
            .session_by_hash(hash, idle_since)
            .await?;
        let Some((session, person)) = found else {
            return Ok(None);
        };
        let via = Via::Session(session.id);
        self.note_use(via, Some(session.last_seen_at)).await;
        Ok(Some(Caller { person, via }))
    }

    /// In whose name a token acts. `None` if it is unknown or revoked.
    pub async fn authenticate_token(&self, bearer: &str) -> Result<Option<Caller>, StoreError> {
        let Some(hash) = Kind::Token.recognise(bearer) else {
            return Ok(None);
        };
        let Some((token, person)) = self.store.reader().token_by_hash(hash).await? else {
            return Ok(None);
        };
        let via = Via::Token(token.id);
        self.note_use(via, token.last_used_at).await;
        Ok(Some(Caller { person, via }))
    }

    /// Ends the session that the caller came with. A token stays: signing out is for browsers.
    pub async fn sign_out(&self, caller: &Caller) -> Result<(), StoreError> {
        if let Via::Session(id) = caller.via {
            self.store.revoke_session(caller.person.id, id).await?;
        }
        Ok(())
    }

    /// A person's open sessions, newest first.
    pub async fn sessions(&self, person: PersonId) -> Result<Vec<Session>, StoreError> {
        let idle_since = self.idle_since();
        let mut sessions = self.store.reader().sessions(person).await?;
        sessions.retain(|session| session.last_seen_at >= idle_since);
        Ok(sessions)
    }

    /// Ends one session of that person. Says whether there was one.
    pub async fn revoke_session(
        &self,
        person: PersonId,
        id: SessionId,
    ) -> Result<bool, StoreError> {
        self.store.revoke_session(person, id).await
    }

    /// Makes a token that acts in that person's name. Its secret is shown this once.
    pub async fn create_token(
        &self,
        name: &str,
        person: PersonId,
    ) -> Result<(Token, Secret<String>), TokenError> {
        self.add_token(person, name, person, None).await
    }

    /// The same, but refused if that person's client id made one before.
    pub async fn create_token_once(
        &self,
        name: &str,
        person: PersonId,
        client_id: String,
    ) -> Result<(Token, Secret<String>), TokenError> {
        if !is_client_id(&client_id) {
            return Err(TokenError::ClientId);
        }
        self.add_token(person, name, person, Some(client_id)).await
    }

    /// The same, made by another.
    pub async fn create_token_by(
        &self,
        by: PersonId,
        name: &str,
        person: PersonId,
    ) -> Result<(Token, Secret<String>), TokenError> {
        self.add_token(by, name, person, None).await
    }

    async fn add_token(
        &self,
        by: PersonId,
        name: &str,
        person: PersonId,
        client_id: Option<String>,
    ) -> Result<(Token, Secret<String>), TokenError> {
        let name = name.trim();
        if name.is_empty() || name.chars().count() > TOKEN_NAME_LIMIT {
            return Err(TokenError::Name);
        }
        let (secret, hash) = Kind::Token.issue(&self.ids);
        let new = NewToken {
            by,
            person,
            name: name.to_owned(),
            hash,
            client_id,
        };
        match self.store.add_token(new).await {
            Ok(token) => Ok((token, secret)),
            Err(CreateError::ClientIdReused) => Err(TokenError::ClientIdReused),
            Err(CreateError::Store(error)) => Err(error.into()),
        }
    }

    /// A person's tokens, newest first.
    pub async fn tokens(&self, person: PersonId) -> Result<Vec<Token>, StoreError> {
        self.store.reader().tokens(person).await
    }

    /// Ends one token of that person, in the name of `by`. Says whether there was one.
    pub async fn revoke_token(
        &self,
        by: PersonId,
        person: PersonId,
        id: TokenId,
    ) -> Result<bool, StoreError> {
        self.store.revoke_token(by, person, id).await
    }

    /// Notes that a session or token was used, at most once per [`SEEN_PRECISION`]. A caller that we know
    /// is not turned away because the note could not be written.
    async fn note_use(&self, via: Via, last: Option<Millis>) {
        if !self.seen.is_due(via, last, self.now()) {
            return;
        }
        let noted = match via {
            Via::Session(id) => self.store.touch_session(id).await,
            Via::Token(id) => self.store.touch_token(id).await,
        };
        if let Err(error) = noted {
            tracing::warn!(%error, "cannot note the use of a session or token");
        }
    }

    fn idle_since(&self) -> Millis {
        self.now().minus(SESSION_LIFETIME)
    }

    fn now(&self) -> Millis {
        self.ids.clock().now()
    }
}

/// Handles for somebody of that name, the best one first.
fn free_ones(name: &str) -> Vec<String> {
    let best = person::handle_from(name).unwrap_or_else(|| "person".to_owned());
    let root: String = best.chars().take(30).collect();
    let more = (2..=99).map(|number| format!("{root}{number}"));
    std::iter::once(best).chain(more).collect()
}
