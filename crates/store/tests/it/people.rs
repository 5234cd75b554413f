//! Inviting, changing and removing people.

use switchboard_model::{
    Millis, PersonId, ThreadId,
    assistant::Access,
    person::Role,
    thread::Visibility,
    turn::{Turn, TurnState},
};
use switchboard_store::{
    AssistantPatch, AuditCursor, AuditFilter, Invitation, NewPerson, PersonError, PersonPatch,
};

use crate::world::{World, private_thread, token};

async fn admin(world: &World, handle: &str) -> PersonId {
    let new = NewPerson {
        handle: handle.into(),
        name: handle.to_uppercase(),
        role: Role::Admin,
    };
    world.store.add_person(new).await.unwrap().id
}

fn invitation(by: PersonId, handles: &[&str], link: u8) -> Invitation {
    Invitation {
        by,
        handles: handles.iter().map(|handle| (*handle).to_owned()).collect(),
        name: "Ines".into(),
        role: Role::Member,
        link: [link; 32],
        expires_at: Millis(i64::MAX),
        client_id: None,
    }
}

fn role(role: Role) -> PersonPatch {
    PersonPatch {
        role: Some(role),
        ..PersonPatch::default()
    }
}

async fn actions(world: &World, filter: AuditFilter) -> Vec<String> {
    let (notes, _) = world.reader().audits(filter, 100).await.unwrap();
    notes.into_iter().map(|note| note.action).collect()
}

async fn shared_thread(world: &World, by: PersonId, with: PersonId) -> ThreadId {
    let thread = world.thread(by).await;
    world.store.add_member(by, thread, with).await.unwrap();
    thread
}

on_both_databases! {
    async fn an_invitation_takes_the_first_handle_that_is_free(world: World) {
        let root = admin(&world, "root").await;
        let handles = ["root", "ines", "ines2"];
        let (first, _) = world.store.invite(invitation(root, &handles, 1)).await.unwrap();
        let (second, _) = world.store.invite(invitation(root, &handles, 2)).await.unwrap();
        assert_eq!((first.handle.as_str(), second.handle.as_str()), ("ines", "ines2"));
        let third = world.store.invite(invitation(root, &handles, 3)).await;
        assert!(matches!(third, Err(PersonError::HandleTaken(handle)) if handle == "root"));
        assert!(first.invited);
        let redeemed = world.store.redeem_link([1; 32], [9; 32], String::new());
        let (_, person) = redeemed.await.unwrap().unwrap();
        assert!(!person.invited, "they are here now");
        assert!(world.reader().person(second.id).await.unwrap().unwrap().invited);
    }

    async fn the_same_client_id_invites_the_same_person_with_another_link(world: World) {
        let root = admin(&world, "root").await;
        let mut new = invitation(root, &["ines"], 1);
        new.client_id = Some("c1".into());
        let (first, fresh) = world.store.invite(new.clone()).await.unwrap();
        assert!(fresh);
        new.link = [2; 32];
        assert_eq!(world.store.invite(new.clone()).await.unwrap(), (first.clone(), false));
        for link in [[1; 32], [2; 32]] {
            let session = [link[0] + 10; 32];
            assert!(world.store.redeem_link(link, session, String::new()).await.unwrap().is_some());
        }
        new.role = Role::Admin;
        let reused = world.store.invite(new.clone()).await;
        assert!(matches!(reused, Err(PersonError::ClientIdReused)));
        new.role = Role::Member;
        world.store.remove_person(root, first.id).await.unwrap();
        let gone = world.store.invite(new).await;
        assert!(matches!(gone, Err(PersonError::ClientIdReused)), "it stands for one who is gone");
    }

    async fn the_last_admin_stays_admin_and_stays(world: World) {
        let (root, boss) = (admin(&world, "root").await, admin(&world, "boss").await);
        world.person("mara").await;
        world.store.change_person(root, boss, role(Role::Member)).await.unwrap();
        let demoted = world.store.change_person(boss, root, role(Role::Member)).await;
        assert!(matches!(demoted, Err(PersonError::LastAdmin)));
        let removed = world.store.remove_person(root, root).await;
        assert!(matches!(removed, Err(PersonError::LastAdmin)));
        assert_eq!(world.reader().person(root).await.unwrap().unwrap().role, Role::Admin);
    }

    async fn two_admins_who_take_each_others_role_leave_one(world: World) {
        let (one, two) = (admin(&world, "one").await, admin(&world, "two").await);
        for _ in 0..10 {
            let (first, second) = futures_util::future::join(
                world.store.change_person(one, two, role(Role::Member)),
                world.store.change_person(two, one, role(Role::Member)),
            )
            .await;
            let (left, other) = match (&first, &second) {
                (Ok(_), Err(PersonError::LastAdmin)) => (one, two),
                (Err(PersonError::LastAdmin), Ok(_)) => (two, one),
                both => panic!("{both:?}"),
            };
            world.store.change_person(left, other, role(Role::Admin)).await.unwrap();
        }
    }

    async fn a_change_of_a_person_is_told_and_noted_and_none_is_not(world: World) {
        let (root, mara) = (admin(&world, "root").await, world.person("mara").await);
        let before = world.reader().position().await.unwrap();
        let same = PersonPatch { name: Some("MARA".into()), handle: Some("mara".into()), role: Some(Role::Member) };
        world.store.change_person(root, mara, same).await.unwrap();
        assert_eq!(world.reader().position().await.unwrap(), before);
        assert_eq!(actions(&world, AuditFilter::default()).await, Vec::<String>::new());
        let all = PersonPatch { name: Some("Mara".into()), handle: Some("lind".into()), role: Some(Role::Admin) };
        let changed = world.store.change_person(root, mara, all).await.unwrap();
        assert_eq!((changed.name.as_str(), changed.handle.as_str(), changed.role), ("Mara", "lind", Role::Admin));
        assert!(world.reader().position().await.unwrap().pos > before.pos);
        let mut noted = actions(&world, AuditFilter::default()).await;
        noted.sort();
        assert_eq!(noted, ["person.rename", "person.rename", "person.role"]);
        let taken = PersonPatch { handle: Some("root".into()), ..PersonPatch::default() };
        let refused = world.store.change_person(root, mara, taken).await;
        assert!(matches!(refused, Err(PersonError::HandleTaken(_))));
        let nobody = world.assistant("helper", mara).await;
        let refused = world.store.change_person(root, nobody.0, PersonPatch::default()).await;
        assert!(matches!(refused, Err(PersonError::NoPerson)), "an assistant is no person");
    }

    async fn what_a_removed_person_had_ends_and_what_they_wrote_stays(world: World) {
        let (root, mara) = (admin(&world, "root").await, world.person("mara").await);
        world.store.add_link(None, mara, [1; 32], Millis(i64::MAX)).await.unwrap();
        world.store.redeem_link([1; 32], [2; 32], String::new()).await.unwrap().unwrap();
        world.store.add_link(None, mara, [3; 32], Millis(i64::MAX)).await.unwrap();
        world.store.add_token(token(mara, [4; 32])).await.unwrap();
        let shared = shared_thread(&world, mara, root).await;
        let posted = world.post(shared, mara, "hello", &[]).await;
        let mut open = private_thread(mara);
        open.visibility = Visibility::Open;
        let open = world.store.create_thread(open).await.unwrap().0.thread.id;
        let alone = world.thread(mara).await;
        world.post(alone, mara, "dear diary", &[]).await;

        assert_eq!(world.store.remove_person(root, mara).await.unwrap(), []);
        assert_eq!(world.reader().person(mara).await.unwrap(), None);
        assert_eq!(world.reader().session_by_hash([2; 32], Millis(0)).await.unwrap(), None);
        assert_eq!(world.store.redeem_link([3; 32], [5; 32], String::new()).await.unwrap(), None);
        assert_eq!(world.reader().token_by_hash([4; 32]).await.unwrap(), None);
        let author = world.reader().message(posted.message.id).await.unwrap().unwrap().author;
        assert_eq!((author.id, author.handle.as_str()), (mara, "mara"));
        let members = world.reader().members(shared).await.unwrap();
        assert_eq!(members.iter().map(|p| p.id).collect::<Vec<_>>(), [root]);
        let seen = world.reader().visible_threads(root).await.unwrap();
        assert!(seen.contains(&shared) && seen.contains(&open));
        let (_, left) = world.reader().thread_readers(alone).await.unwrap().unwrap();
        assert_eq!(left, [], "nobody is to be told");
        assert_eq!(world.reader().messages(alone, None, 10).await.unwrap().messages.len(), 0);
        let again = world.store.remove_person(root, mara).await;
        assert!(matches!(again, Err(PersonError::NoPerson)));
        assert_ne!(world.person("mara").await, mara, "the handle is free");
        assert!(!world.store.add_link(None, mara, [6; 32], Millis(i64::MAX)).await.unwrap());
        world.store.add_member(root, shared, mara).await.unwrap();
        assert_eq!(world.reader().members(shared).await.unwrap().len(), 1, "nobody joins who is gone");
    }

    async fn what_a_removed_person_asked_for_is_stopped_and_what_others_asked_for_goes_on(world: World) {
        let (root, mara) = (admin(&world, "root").await, world.person("mara").await);
        let (helper, other) = (world.assistant("helper", root).await, world.assistant("other", root).await);
        let shared = shared_thread(&world, mara, root).await;
        let running = world.ask(shared, mara, helper).await;
        world.claim().await.unwrap();
        let waiting = world.ask(shared, mara, helper).await;
        let roots = world.ask(shared, root, other).await;
        let alone = world.thread(mara).await;
        let lost = world.ask(alone, mara, other).await;
        loop {
            if world.claim().await.unwrap().turn.id == lost.id {
                break;
            }
        }
        let mut stopped = world.store.remove_person(root, mara).await.unwrap();
        stopped.sort_unstable();
        stopped.dedup();
        let mut expected = vec![running.id, lost.id];
        expected.sort_unstable();
        assert_eq!(stopped, expected);
        assert!(world.turn(running.id).await.stop_wanted);
        assert_eq!(world.turn(waiting.id).await.state, TurnState::Cancelled);
        let goes_on: Turn = world.turn(roots.id).await;
        assert!(!goes_on.stop_wanted && !goes_on.state.is_ended());
    }

    async fn assistants_of_a_removed_person_are_switched_off_and_become_an_admins(world: World) {
        let (root, boss) = (admin(&world, "root").await, admin(&world, "boss").await);
        let mara = world.person("mara").await;
        let helper = world.assistant("helper", mara).await;
        let others = world.assistant("others", root).await;
        let named = AssistantPatch { access: Some((Access::Named, vec![mara, boss])), ..AssistantPatch::default() };
        for id in [helper, others] {
            world.store.change_assistant(root, id, named.clone()).await.unwrap();
        }
        world.store.remove_person(boss, mara).await.unwrap();
        let read = world.reader().assistant(helper).await.unwrap().unwrap();
        assert_eq!((read.owner, read.enabled, read.access), (boss, false, Access::Owner));
        assert_eq!(world.reader().named_users(helper).await.unwrap(), []);
        let still = world.reader().named_users(others).await.unwrap();
        assert_eq!(still.iter().map(|p| p.id).collect::<Vec<_>>(), [boss]);
        world.store.remove_person(boss, boss).await.unwrap();
        let read = world.reader().assistant(helper).await.unwrap().unwrap();
        assert_eq!(read.owner, root, "of who goes by themselves, another admin's");
    }

    async fn the_audit_is_read_in_pages_and_by_whom_it_is_about(world: World) {
        let (root, mara) = (admin(&world, "root").await, world.person("mara").await);
        for name in ["Anna", "Berta", "Cora", "Dora"] {
            let patch = PersonPatch { name: Some(name.into()), ..PersonPatch::default() };
            world.store.change_person(root, mara, patch).await.unwrap();
            world.tick(u64::from(name != "Berta"));
        }
        world.store.change_person(root, mara, role(Role::Admin)).await.unwrap();
        world.store.change_person(mara, root, role(Role::Member)).await.unwrap();
        let (mut seen, mut before) = (Vec::new(), None);
        loop {
            let filter = AuditFilter { action: Some("person.rename".into()), before, ..AuditFilter::default() };
            let (notes, next) = world.reader().audits(filter, 2).await.unwrap();
            seen.extend(notes.into_iter().map(|note| note.detail));
            match next {
                Some(next) => before = Some(AuditCursor::parse(&next).unwrap()),
                None => break,
            }
        }
        // Two were renamed in the same millisecond, and a page ended between them.
        assert_eq!((seen[0].as_str(), seen[3].as_str()), ("Dora", "Anna"));
        seen.sort();
        assert_eq!(seen, ["Anna", "Berta", "Cora", "Dora"]);
        let about = |person| AuditFilter { action: Some("person".into()), person: Some(person), ..AuditFilter::default() };
        assert_eq!(actions(&world, about(mara)).await.len(), 6, "as actor and as whom");
        assert_eq!(actions(&world, about(root)).await.len(), 6);
        let boss = admin(&world, "boss").await;
        assert_eq!(actions(&world, about(boss)).await.len(), 0);
        world.store.remove_person(mara, root).await.unwrap();
        let (notes, _) = world.reader().audits(about(root), 1).await.unwrap();
        let whom = notes[0].whom.as_ref().unwrap();
        assert_eq!((notes[0].action.as_str(), whom.handle.as_str()), ("person.remove", "root"));
        for wrong in ["", "1", "x.y", "1.x"] {
            assert_eq!(AuditCursor::parse(wrong), None, "{wrong}");
        }
    }
}
