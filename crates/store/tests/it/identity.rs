//! People, their sessions, links and tokens.

use std::time::Duration;

use switchboard_model::{
    Clock, Millis,
    person::{Person, Role},
};
use switchboard_store::{AuditFilter, CreateError, HandleTaken, NewPerson};

use crate::world::{World, token};

fn new(handle: &str, role: Role) -> NewPerson {
    NewPerson {
        handle: handle.into(),
        name: "Mara".into(),
        role,
    }
}

on_both_databases! {
    async fn a_handle_belongs_to_one_person_or_assistant(world: World) {
        let mara = world.person("mara").await;
        world.assistant("helper", mara).await;
        for taken in ["mara", "helper"] {
            let again = world.store.add_person(new(taken, Role::Member)).await;
            assert!(matches!(again, Err(HandleTaken::Taken(handle)) if handle == taken));
        }
        let people = world.reader().people().await.unwrap();
        assert_eq!(people.iter().map(|p| p.handle.as_str()).collect::<Vec<_>>(), ["mara"]);
    }

    async fn people_are_listed_in_the_order_of_bytes_whatever_the_servers_language(world: World) {
        for handle in ["ab", "a_b", "a-b", "a1"] {
            world.person(handle).await;
        }
        let people = world.reader().people().await.unwrap();
        let handles: Vec<_> = people.iter().map(|p| p.handle.as_str()).collect();
        assert_eq!(handles, ["a-b", "a1", "a_b", "ab"]);
    }

    async fn the_first_admin_is_made_once(world: World) {
        let first = world.store.ensure_admin(new("mara", Role::Member)).await.unwrap();
        assert_eq!(first.role, Role::Admin);
        world.tick(10);
        world.store.add_person(new("late", Role::Admin)).await.unwrap();
        let again = world.store.ensure_admin(new("someone", Role::Admin)).await.unwrap();
        assert_eq!(again, first);
        assert_eq!(world.reader().person_by_handle("mara").await.unwrap(), Some(first.clone()));
        assert_eq!(world.reader().person(first.id).await.unwrap(), Some(first));
        assert_eq!(world.reader().person_by_handle("someone").await.unwrap(), None);
    }

    async fn a_sign_in_link_opens_one_session_and_then_is_used_up(world: World) {
        let mara = world.person("mara").await;
        let soon = world.clock.now().plus(Duration::from_mins(1));
        world.store.add_link(None, mara, [1; 32], soon).await.unwrap();
        let agent = "x".repeat(500);
        let (session, person) =
            world.store.redeem_link([1; 32], [2; 32], agent).await.unwrap().unwrap();
        assert_eq!((session.person, person.id, session.user_agent.len()), (mara, mara, 200));
        let (noted, _) = world.reader().audits(AuditFilter::default(), 10).await.unwrap();
        let actor = noted[0].actor.as_ref().map(|actor| actor.id);
        assert_eq!((actor, noted[0].action.as_str()), (Some(mara), "session.open"));
        assert_eq!(world.store.redeem_link([1; 32], [3; 32], String::new()).await.unwrap(), None);
        assert_eq!(world.store.redeem_link([9; 32], [3; 32], String::new()).await.unwrap(), None);
        let found = world.reader().session_by_hash([2; 32], Millis(0)).await.unwrap();
        assert_eq!(found, Some((session, person)));
    }

    async fn an_expired_link_opens_nothing(world: World) {
        let mara = world.person("mara").await;
        world.store.add_link(None, mara, [1; 32], world.clock.now()).await.unwrap();
        assert_eq!(world.store.redeem_link([1; 32], [2; 32], String::new()).await.unwrap(), None);
        assert_eq!(world.reader().session_by_hash([2; 32], Millis(0)).await.unwrap(), None);
    }

    async fn two_browsers_with_one_link_get_one_session(world: World) {
        let mara = world.person("mara").await;
        let soon = world.clock.now().plus(Duration::from_mins(1));
        world.store.add_link(None, mara, [1; 32], soon).await.unwrap();
        let one = world.store.redeem_link([1; 32], [2; 32], String::new());
        let two = world.store.redeem_link([1; 32], [3; 32], String::new());
        let (one, two) = futures_util::future::join(one, two).await;
        assert_eq!(usize::from(one.unwrap().is_some()) + usize::from(two.unwrap().is_some()), 1);
        assert_eq!(world.reader().sessions(mara).await.unwrap().len(), 1);
    }

    async fn an_idle_session_is_over_and_a_touched_one_goes_on(world: World) {
        let (mara, hash) = (world.person("mara").await, [2; 32]);
        let soon = world.clock.now().plus(Duration::from_mins(1));
        world.store.add_link(None, mara, [1; 32], soon).await.unwrap();
        let (session, _) = world.store.redeem_link([1; 32], hash, String::new()).await.unwrap().unwrap();
        world.tick(1000);
        let idle_since = world.clock.now();
        assert_eq!(world.reader().session_by_hash(hash, idle_since).await.unwrap(), None);
        assert!(!world.reader().any_session(idle_since).await.unwrap());
        world.store.touch_session(session.id).await.unwrap();
        assert!(world.reader().session_by_hash(hash, idle_since).await.unwrap().is_some());
        assert!(world.reader().any_session(idle_since).await.unwrap());
    }

    async fn only_its_person_ends_a_session_or_token(world: World) {
        let (mara, eve) = (world.person("mara").await, world.person("eve").await);
        let soon = world.clock.now().plus(Duration::from_mins(1));
        world.store.add_link(None, mara, [1; 32], soon).await.unwrap();
        let (session, _) = world.store.redeem_link([1; 32], [2; 32], String::new()).await.unwrap().unwrap();
        let token = world.store.add_token(token(mara, [3; 32])).await.unwrap();
        assert!(!world.store.revoke_session(eve, session.id).await.unwrap());
        assert!(!world.store.revoke_token(eve, eve, token.id).await.unwrap());
        assert!(world.store.revoke_session(mara, session.id).await.unwrap());
        assert!(world.store.revoke_token(mara, mara, token.id).await.unwrap());
        assert!(!world.store.revoke_session(mara, session.id).await.unwrap());
        assert_eq!(world.reader().session_by_hash([2; 32], Millis(0)).await.unwrap(), None);
        assert_eq!(world.reader().token_by_hash([3; 32]).await.unwrap(), None);
        assert_eq!(world.reader().tokens(mara).await.unwrap(), []);
    }

    async fn a_client_id_makes_one_token_for_each_person(world: World) {
        let (mara, eve) = (world.person("mara").await, world.person("eve").await);
        for (person, hash, made) in [(mara, 1, true), (mara, 2, false), (eve, 3, true)] {
            let mut new = token(person, [hash; 32]);
            new.client_id = Some("c1".into());
            let added = world.store.add_token(new).await;
            let reused = matches!(added, Err(CreateError::ClientIdReused));
            assert_eq!((added.is_ok(), reused), (made, !made));
        }
        assert_eq!(world.reader().tokens(mara).await.unwrap().len(), 1);
    }

    async fn a_token_acts_for_its_person_and_says_when(world: World) {
        let mara = world.person("mara").await;
        let token = world.store.add_token(token(mara, [3; 32])).await.unwrap();
        let (found, person): (_, Person) = world.reader().token_by_hash([3; 32]).await.unwrap().unwrap();
        assert_eq!((found, person.id), (token.clone(), mara));
        world.tick(5);
        world.store.touch_token(token.id).await.unwrap();
        let listed = world.reader().tokens(mara).await.unwrap();
        assert_eq!(listed[0].last_used_at, Some(world.clock.now()));
    }
}
