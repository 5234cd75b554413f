//! The door against a real store: links, sessions and tokens from birth to end.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::{fs, path::Path, sync::Arc, time::Duration};

use switchboard_auth::{
    Caller, INVITATION_LIFETIME, Identity, Invite, InviteError, LINK_LIFETIME, Link,
    SESSION_LIFETIME, SignInError, TokenError, Via,
};
use switchboard_model::{
    Clock, IdSource, Millis,
    clock::{FakeChance, FakeClock},
    person::Role,
};
use switchboard_store::{Database, OpenOptions, PersonError, SEVERAL_READERS, Store};
use tempfile::TempDir;

const MINUTE: Duration = Duration::from_mins(1);

/// A door over a fresh database, with a clock that stands still.
struct House {
    door: Identity,
    clock: Arc<FakeClock>,
    store: Store,
    home: TempDir,
}

impl House {
    async fn open() -> Self {
        let home = TempDir::new().unwrap();
        let clock = Arc::new(FakeClock::at(Millis(1_800_000_000_000)));
        let ids = IdSource::new(clock.clone(), Arc::new(FakeChance::seeded(1)));
        let store = Store::open(OpenOptions {
            database: Database::Sqlite(home.path().join("switchboard.db")),
            home: home.path().to_owned(),
            ids: ids.clone(),
            disk_floor: 0,
            readers: SEVERAL_READERS,
        })
        .await
        .unwrap();
        Self {
            door: Identity::new(store.clone(), ids),
            clock,
            store,
            home,
        }
    }

    /// Invites somebody in the caller's name.
    async fn invite(&self, by: &Caller, handle: &str) -> Result<Link, InviteError> {
        let invite = Invite {
            handle: Some(handle.to_owned()),
            name: None,
            role: Role::Member,
            client_id: None,
        };
        let (link, _) = self.door.invite(by.person.id, invite).await?;
        Ok(link)
    }

    /// Signs the local admin in: who it is, and the cookie.
    async fn signed_in(&self) -> (Caller, String) {
        let admin = self.door.ensure_local_admin("mara").await.unwrap();
        let link = self.door.link_for(admin).await.unwrap();
        let signed_in = self
            .door
            .sign_in(link.secret.expose(), "test")
            .await
            .unwrap();
        (signed_in.caller, signed_in.session.expose().clone())
    }

    async fn knows(&self, cookie: &str) -> bool {
        self.door
            .authenticate_session(cookie)
            .await
            .unwrap()
            .is_some()
    }
}

#[tokio::test]
async fn the_first_command_makes_the_local_admin_and_later_ones_find_it() {
    let house = House::open().await;
    let admin = house.door.ensure_local_admin("Mara.Lind").await.unwrap();
    assert_eq!(
        (admin.handle.as_str(), admin.role),
        ("mara-lind", Role::Admin)
    );
    assert_eq!(house.door.ensure_local_admin("root").await.unwrap(), admin);
}

#[tokio::test]
async fn a_first_link_is_offered_while_no_session_is_open() {
    let house = House::open().await;
    let link = house.door.first_link("mara").await.unwrap().unwrap();
    assert_eq!(link.person.handle, "mara");
    let signed_in = house
        .door
        .sign_in(link.secret.expose(), "test")
        .await
        .unwrap();
    assert!(house.door.first_link("mara").await.unwrap().is_none());
    house.door.sign_out(&signed_in.caller).await.unwrap();
    assert!(house.door.first_link("mara").await.unwrap().is_some());
}

#[tokio::test]
async fn a_link_signs_in_exactly_once_even_when_used_twice_at_once() {
    let house = House::open().await;
    let link = house.door.first_link("mara").await.unwrap().unwrap();
    let secret = link.secret.expose();
    let (one, other) = tokio::join!(
        house.door.sign_in(secret, "one"),
        house.door.sign_in(secret, "other"),
    );
    assert!(one.is_ok() != other.is_ok());
    let again = house.door.sign_in(secret, "late").await;
    assert!(matches!(again, Err(SignInError::Expired)));
    assert_eq!(house.door.sessions(link.person.id).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_link_is_good_for_ten_minutes() {
    let house = House::open().await;
    let early = house.door.first_link("mara").await.unwrap().unwrap();
    let late = house.door.link_for(early.person.clone()).await.unwrap();
    house
        .clock
        .advance(LINK_LIFETIME.checked_sub(MINUTE).unwrap());
    assert!(house.door.sign_in(early.secret.expose(), "").await.is_ok());
    house.clock.advance(MINUTE);
    let expired = house.door.sign_in(late.secret.expose(), "").await;
    assert!(matches!(expired, Err(SignInError::Expired)));
}

#[tokio::test]
async fn a_session_is_known_by_its_cookie_until_it_is_signed_out() {
    let house = House::open().await;
    let (caller, cookie) = house.signed_in().await;
    let found = house.door.authenticate_session(&cookie).await.unwrap();
    assert_eq!(found.as_ref(), Some(&caller));
    house.door.sign_out(&caller).await.unwrap();
    assert!(!house.knows(&cookie).await);
}

#[tokio::test]
async fn a_session_ends_thirty_days_after_its_last_use() {
    let house = House::open().await;
    let (caller, cookie) = house.signed_in().await;
    let almost = SESSION_LIFETIME.checked_sub(MINUTE).unwrap();
    for _ in 0..3 {
        house.clock.advance(almost);
        assert!(house.knows(&cookie).await, "each use starts the time anew");
    }
    house.clock.advance(SESSION_LIFETIME + MINUTE);
    assert_eq!(house.door.sessions(caller.person.id).await.unwrap(), []);
    assert!(!house.knows(&cookie).await);
}

#[tokio::test]
async fn a_last_use_is_written_at_most_once_a_minute() {
    let house = House::open().await;
    let (caller, cookie) = house.signed_in().await;
    let mut seen = Vec::new();
    for _ in 0..4 {
        house.clock.advance(MINUTE / 2);
        assert!(house.knows(&cookie).await);
        let sessions = house.door.sessions(caller.person.id).await.unwrap();
        seen.push(sessions[0].last_seen_at.since(sessions[0].created_at));
    }
    assert_eq!(seen, [Duration::ZERO, MINUTE, MINUTE, MINUTE * 2]);
}

#[tokio::test]
async fn a_person_can_end_their_own_sessions_and_nobody_elses() {
    let house = House::open().await;
    let (mara, cookie) = house.signed_in().await;
    let link = house.invite(&mara, "@Ines").await.unwrap();
    assert_eq!(
        (link.person.handle.as_str(), link.person.name.as_str()),
        ("ines", "ines")
    );
    let ines = house
        .door
        .sign_in(link.secret.expose(), "")
        .await
        .unwrap()
        .caller;
    let Via::Session(id) = mara.via else {
        panic!("not a session: {mara:?}");
    };
    assert!(!house.door.revoke_session(ines.person.id, id).await.unwrap());
    assert!(house.knows(&cookie).await);
    assert!(house.door.revoke_session(mara.person.id, id).await.unwrap());
    assert!(!house.knows(&cookie).await);
    assert!(!house.door.revoke_session(mara.person.id, id).await.unwrap());
}

#[tokio::test]
async fn a_token_acts_in_its_persons_name_until_it_is_revoked() {
    let house = House::open().await;
    let (mara, cookie) = house.signed_in().await;
    let (token, secret) = house
        .door
        .create_token(" ci ", mara.person.id)
        .await
        .unwrap();
    assert_eq!((token.name.as_str(), token.last_used_at), ("ci", None));
    let caller = house
        .door
        .authenticate_token(secret.expose())
        .await
        .unwrap();
    let via = Via::Token(token.id);
    assert_eq!(
        caller,
        Some(Caller {
            person: mara.person.clone(),
            via
        })
    );

    let listed = house.door.tokens(mara.person.id).await.unwrap();
    assert_eq!(listed.len(), 1);
    assert!(listed[0].last_used_at.is_some());

    // Signing out with a token ends no session and no token.
    house.door.sign_out(&caller.unwrap()).await.unwrap();
    assert!(house.knows(&cookie).await);
    assert!(
        house
            .door
            .revoke_token(mara.person.id, mara.person.id, token.id)
            .await
            .unwrap()
    );
    assert!(
        house
            .door
            .authenticate_token(secret.expose())
            .await
            .unwrap()
            .is_none()
    );
    assert!(house.door.tokens(mara.person.id).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_secret_opens_only_the_door_it_was_made_for() {
    let house = House::open().await;
    let (mara, cookie) = house.signed_in().await;
    let (_, token) = house.door.create_token("ci", mara.person.id).await.unwrap();
    assert!(
        house
            .door
            .authenticate_token(&cookie)
            .await
            .unwrap()
            .is_none()
    );
    assert!(!house.knows(token.expose()).await);
    let swapped = cookie.replace("sbs_", "sbt_");
    assert!(
        house
            .door
            .authenticate_token(&swapped)
            .await
            .unwrap()
            .is_none()
    );
    let signed_in = house.door.sign_in(token.expose(), "").await;
    assert!(matches!(signed_in, Err(SignInError::Expired)));
}

#[tokio::test]
async fn too_many_failed_sign_ins_are_refused_for_a_while() {
    let house = House::open().await;
    let admin = house.door.ensure_local_admin("mara").await.unwrap();
    let wrong = format!("sbl_{}", "A".repeat(43));
    let refused = loop {
        match house.door.sign_in(&wrong, "").await {
            Err(SignInError::Expired) => {}
            Err(SignInError::TooMany { retry_after }) => break retry_after,
            _ => panic!("a wrong secret opened the door, or the store failed"),
        }
    };
    assert!(refused <= MINUTE);
    let link = house.door.link_for(admin).await.unwrap();
    let blocked = house.door.sign_in(link.secret.expose(), "").await;
    assert!(matches!(blocked, Err(SignInError::TooMany { .. })));
    house.clock.advance(refused);
    assert!(
        house.door.sign_in(link.secret.expose(), "").await.is_ok(),
        "a refused attempt does not use the link up"
    );
}

#[tokio::test]
async fn names_are_checked_at_the_door() {
    let house = House::open().await;
    let (mara, _) = house.signed_in().await;
    for name in ["", "  ", &"x".repeat(101)] {
        let made = house.door.create_token(name, mara.person.id).await;
        assert!(matches!(made, Err(TokenError::Name)));
    }
    let invalid = house.invite(&mara, "a b").await;
    assert!(matches!(invalid, Err(InviteError::Handle(_))));
    let taken = house.invite(&mara, "MARA").await;
    assert!(matches!(
        taken,
        Err(InviteError::Person(PersonError::HandleTaken(_)))
    ));
}

#[tokio::test]
async fn an_invitation_waits_a_week_and_a_link_for_who_was_here_ten_minutes() {
    let house = House::open().await;
    let (mara, _) = house.signed_in().await;
    let first = house.invite(&mara, "ines").await.unwrap();
    assert!(first.person.invited, "until they sign in");
    let again = house.door.link_by(mara.person.id, first.person.clone());
    let again = again.await.unwrap().unwrap();
    for link in [&first, &again] {
        let lasts = link.expires_at.since(house.clock.now());
        assert_eq!(lasts, INVITATION_LIFETIME);
    }
    house
        .clock
        .advance(INVITATION_LIFETIME.saturating_sub(MINUTE));
    let ines = house.door.sign_in(first.secret.expose(), "").await.unwrap();
    assert!(!ines.caller.person.invited);
    let later = house.door.link_by(mara.person.id, ines.caller.person);
    let later = later.await.unwrap().unwrap();
    assert_eq!(later.expires_at.since(house.clock.now()), LINK_LIFETIME);
}

#[tokio::test]
async fn a_handle_is_made_from_a_name_that_has_none() {
    let house = House::open().await;
    let (mara, _) = house.signed_in().await;
    let mut handles = Vec::new();
    for name in ["Ines Wolf", "Ines Wolf", "马拉", "马拉", "Ines Wolf"] {
        let invite = Invite {
            handle: None,
            name: Some(name.to_owned()),
            role: Role::Member,
            client_id: None,
        };
        let (link, new) = house.door.invite(mara.person.id, invite).await.unwrap();
        assert!(new && link.person.name == name);
        handles.push(link.person.handle);
    }
    assert_eq!(
        handles,
        ["ines-wolf", "ines-wolf2", "person", "person2", "ines-wolf3"]
    );
}

#[tokio::test]
async fn an_invitation_that_is_sent_again_is_the_same_person_with_another_link() {
    let house = House::open().await;
    let (mara, _) = house.signed_in().await;
    let invite = Invite {
        handle: None,
        name: Some("Ines".to_owned()),
        role: Role::Member,
        client_id: Some("c1".to_owned()),
    };
    let (first, new) = house
        .door
        .invite(mara.person.id, invite.clone())
        .await
        .unwrap();
    let (second, repeated) = house
        .door
        .invite(mara.person.id, invite.clone())
        .await
        .unwrap();
    assert!(new && !repeated);
    assert_eq!(first.person, second.person);
    assert_ne!(first.secret.expose(), second.secret.expose());
    let other = Invite {
        role: Role::Admin,
        ..invite
    };
    let reused = house.door.invite(mara.person.id, other).await;
    assert!(matches!(
        reused,
        Err(InviteError::Person(PersonError::ClientIdReused))
    ));
}

#[tokio::test]
async fn no_secret_is_in_any_file_we_keep() {
    let house = House::open().await;
    let (mara, cookie) = house.signed_in().await;
    let link = house.door.link_for(mara.person.clone()).await.unwrap();
    let (_, token) = house.door.create_token("ci", mara.person.id).await.unwrap();
    assert!(
        house
            .door
            .authenticate_token(token.expose())
            .await
            .unwrap()
            .is_some()
    );
    house.store.close().await;

    let mut bytes = Vec::new();
    read_all(house.home.path(), &mut bytes);
    let kept = String::from_utf8_lossy(&bytes);
    assert!(kept.contains("mara"), "the files hold what was stored");
    for secret in [&cookie, link.secret.expose(), token.expose()] {
        assert!(!kept.contains(&secret[4..]));
    }
}

fn read_all(folder: &Path, bytes: &mut Vec<u8>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read_all(&path, bytes);
        } else {
            bytes.extend(fs::read(&path).unwrap());
        }
    }
}
