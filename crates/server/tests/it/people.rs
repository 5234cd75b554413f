//! Inviting, changing and removing people, and what those who listen hear of it.

use axum::{body::Body, http::StatusCode};
use serde_json::{Value, json};
use switchboard_model::person::Role;

use crate::{
    follower::Events,
    house::{Answer, House, Someone},
};

/// Opens a link as a browser does: the session's cookie, or the refusal.
async fn open(house: &House, link: &str) -> Answer {
    let secret = link.split_once("/sign-in#").unwrap().1;
    let request = house
        .request(None, "POST", "/api/session")
        .header("content-type", "application/json");
    let body = json!({ "secret": secret }).to_string();
    house.send(request.body(Body::from(body)).unwrap()).await
}

fn answered(answer: &Answer) -> (u16, &str) {
    (answer.status.as_u16(), answer.code())
}

#[tokio::test]
async fn an_invitation_is_a_person_and_a_link_that_lets_them_in_once() {
    let house = House::new().await;
    let root = house.person("root", Role::Admin).await;
    let kim = house.person("kim", Role::Member).await;
    let body = json!({ "name": "Ines Wolf" });
    let invited = house.tell(&root, "POST", "/api/people", &body).await;
    assert_eq!(invited.status, StatusCode::CREATED, "{}", invited.body);
    let person = &invited.body["person"];
    assert_eq!(
        (&person["handle"], &person["name"], &person["role"]),
        (&json!("ines-wolf"), &json!("Ines Wolf"), &json!("member"))
    );
    let link = invited.body["link"].as_str().unwrap();
    assert!(
        link.starts_with("http://localhost:4747/sign-in#sbl_"),
        "{link}"
    );

    let of = |people: &Value| {
        let mut people = people["items"].as_array().unwrap().iter();
        people.find(|p| p["handle"] == "ines-wolf").unwrap().clone()
    };
    let to_admins = of(&house.get(&root, "/api/people").await);
    assert_eq!(to_admins["invited"], true);
    let to_members = of(&house.get(&kim, "/api/people").await);
    assert_eq!(to_members.get("invited"), None, "is nobody else's business");

    assert_eq!(open(&house, link).await.status, StatusCode::CREATED);
    assert_eq!(answered(&open(&house, link).await), (410, "link_expired"));
    let in_now = of(&house.get(&root, "/api/people").await);
    assert_eq!(in_now.get("invited"), None);
}

#[tokio::test]
async fn an_invitation_that_is_sent_again_makes_no_second_person() {
    let house = House::new().await;
    let root = house.person("root", Role::Admin).await;
    let body = json!({ "name": "Ines", "client_id": "c1" });
    let first = house.tell(&root, "POST", "/api/people", &body).await;
    let again = house.tell(&root, "POST", "/api/people", &body).await;
    assert_eq!((first.status.as_u16(), again.status.as_u16()), (201, 200));
    assert_eq!(first.body["person"], again.body["person"]);
    for answer in [&first, &again] {
        let link = answer.body["link"].as_str().unwrap();
        assert_eq!(open(&house, link).await.status, StatusCode::CREATED);
    }
    let other = json!({ "name": "Bo", "client_id": "c1" });
    let reused = house.tell(&root, "POST", "/api/people", &other).await;
    assert_eq!(answered(&reused), (409, "client_id_reused"));
}

#[tokio::test]
async fn who_may_change_what_of_whom() {
    let house = House::new().await;
    let (root, mara, kim) = (
        house.person("root", Role::Admin).await,
        house.person("mara", Role::Member).await,
        house.person("kim", Role::Member).await,
    );
    let at = |who: &Someone| format!("/api/people/{}", who.person.id);
    for (by, whom, body, answer) in [
        (&kim, &kim, json!({ "name": "Kim  Berg" }), (200, "")),
        (&kim, &kim, json!({ "handle": "@Kimmy" }), (200, "")),
        (&kim, &kim, json!({ "role": "member" }), (200, "")),
        (&kim, &kim, json!({ "role": "admin" }), (403, "forbidden")),
        (&kim, &mara, json!({ "name": "x" }), (403, "forbidden")),
        (
            &kim,
            &kim,
            json!({ "handle": "mara" }),
            (409, "handle_taken"),
        ),
        (&kim, &kim, json!({ "handle": "a b" }), (422, "invalid")),
        (&kim, &kim, json!({ "name": "\u{202E}" }), (422, "invalid")),
        (&kim, &kim, json!({ "nmae": "x" }), (422, "invalid")),
        (
            &root,
            &kim,
            json!({ "role": "admin", "name": "Kim" }),
            (200, ""),
        ),
        (&kim, &root, json!({ "role": "member" }), (200, "")),
        (&kim, &kim, json!({ "role": "member" }), (409, "last_admin")),
        (&root, &mara, json!({ "name": "x" }), (403, "forbidden")),
    ] {
        let told = house.tell(by, "PATCH", &at(whom), &body).await;
        let (by, whom) = (&by.person.handle, &whom.person.handle);
        assert_eq!(answered(&told), answer, "{by} to {whom}: {body}");
    }
    let people = house.get(&mara, "/api/people").await;
    let kim = &people["items"][0];
    assert_eq!(
        (&kim["handle"], &kim["name"]),
        (&json!("kimmy"), &json!("Kim"))
    );
}

#[tokio::test]
async fn only_admins_invite_make_links_and_remove() {
    let house = House::new().await;
    let (root, kim) = (
        house.person("root", Role::Admin).await,
        house.person("kim", Role::Member).await,
    );
    let (own, other) = (
        format!("/api/people/{}", kim.person.id),
        format!("/api/people/{}", root.person.id),
    );
    for (method, path) in [
        ("POST", "/api/people".to_owned()),
        ("POST", format!("{own}/link")),
        ("POST", format!("{other}/link")),
        ("DELETE", own.clone()),
        ("DELETE", other.clone()),
    ] {
        let told = house.tell(&kim, method, &path, &json!({})).await;
        assert_eq!(answered(&told), (403, "forbidden"), "{method} {path}");
    }
    let told = house.ask(&root, "DELETE", &other).await;
    assert_eq!(answered(&told), (409, "last_admin"));
    let link = house.ask(&root, "POST", &format!("{own}/link")).await;
    assert_eq!(link.status, StatusCode::CREATED);
    let signed_in = open(&house, link.body["link"].as_str().unwrap()).await;
    assert_eq!(signed_in.body["person"]["handle"], "kim");
    let noted = house.get(&root, "/api/audit?action=person.link").await;
    assert_eq!(noted["items"][0]["whom"]["handle"], "kim");
    assert_eq!(noted["items"][0]["actor"]["handle"], "root");
}

#[tokio::test]
async fn who_is_removed_is_gone_everywhere_at_once() {
    let house = House::new().await;
    let (root, kim) = (
        house.person("root", Role::Admin).await,
        house.person("kim", Role::Member).await,
    );
    house.assistant("helper", &root).await;
    let (alone, shared) = (
        house.thread(&kim, &json!({ "title": "alone" })).await,
        house.thread(&kim, &json!({ "title": "shared" })).await,
    );
    house.assistant("kims", &kim).await;
    let members = format!("/api/threads/{shared}/members");
    let body = json!({ "person": "root" });
    house.tell(&root, "POST", &members, &body).await;
    house.tell(&kim, "POST", &members, &body).await;
    let running = house.say(&kim, shared, "@helper hello").await;
    house.claim().await.unwrap();
    let queued = house.say(&kim, shared, "@helper again").await;
    let cookie = house.cookie(&kim).await;
    let link = house.identity.link_for(kim.person.clone()).await.unwrap();
    let mut own = Events::open(&house, &kim, None).await;
    own.until("ready").await;
    let mut others = Events::open(&house, &root, None).await;
    others.until("ready").await;

    let path = format!("/api/people/{}", kim.person.id);
    let removed = house.ask(&root, "DELETE", &path).await;
    assert_eq!(removed.status, StatusCode::NO_CONTENT);

    while own.next().await.is_some() {}
    let told = others.until("person").await.data;
    assert_eq!(
        told,
        json!({ "id": kim.person.id.to_string(), "removed": true })
    );
    assert_eq!(house.ask(&kim, "GET", "/api/session").await.status, 401);
    let request = house
        .request(None, "GET", "/api/session")
        .header("cookie", format!("sb={cookie}"));
    let by_cookie = house.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(by_cookie.status, 401);
    let by_link = open(&house, &link.url("http://x")).await;
    assert_eq!(answered(&by_link), (410, "link_expired"));

    let turn = |posted: &Value| posted["turns"][0]["id"].as_str().unwrap().to_owned();
    let now = house
        .get(&root, &format!("/api/turns/{}", turn(&running)))
        .await;
    assert_eq!(now["stop_wanted"], true, "{now}");
    let now = house
        .get(&root, &format!("/api/turns/{}", turn(&queued)))
        .await;
    assert_eq!(now["state"], "cancelled");
    let page = house
        .get(&root, &format!("/api/threads/{shared}/messages"))
        .await;
    assert_eq!(page["items"][0]["author"]["handle"], "kim", "words stay");
    let detail = house.get(&root, &format!("/api/threads/{shared}")).await;
    assert_eq!(detail["members"].as_array().unwrap().len(), 1);
    assert!(
        house
            .store
            .reader()
            .thread_readers(alone)
            .await
            .unwrap()
            .is_some()
    );
    let notes = house.get(&root, "/api/audit?action=thread.delete").await;
    assert_eq!(notes["items"][0]["object"], format!("thread {alone}"));
    let assistants = house.get(&root, "/api/assistants").await;
    let kims = &assistants["items"][1];
    assert_eq!(
        (
            &kims["handle"],
            &kims["enabled"],
            &kims["access"],
            &kims["owner"]["handle"]
        ),
        (
            &json!("kims"),
            &json!(false),
            &json!("owner"),
            &json!("root")
        )
    );
    let free = json!({ "handle": "kim", "name": "Kim the second" });
    let successor = house.tell(&root, "POST", "/api/people", &free).await;
    assert_eq!(successor.status, StatusCode::CREATED, "the handle is free");
    assert_eq!(
        answered(&house.ask(&root, "DELETE", &path).await),
        (404, "not_found")
    );
}

#[tokio::test]
async fn a_new_role_counts_from_the_next_word_on() {
    let house = House::new().await;
    let (root, kim) = (
        house.person("root", Role::Admin).await,
        house.person("kim", Role::Member).await,
    );
    let mut events = Events::open(&house, &kim, None).await;
    events.until("ready").await;
    let invite = |name: &str| json!({ "name": name });
    house
        .tell(&root, "POST", "/api/people", &invite("Ann"))
        .await;
    let ann = events.until("person").await.data;
    assert_eq!(ann.get("invited"), None);
    let path = format!("/api/people/{}", kim.person.id);
    house
        .tell(&root, "PATCH", &path, &json!({ "role": "admin" }))
        .await;
    assert_eq!(events.until("person").await.data["role"], "admin");
    house
        .tell(&root, "POST", "/api/people", &invite("Bea"))
        .await;
    assert_eq!(events.until("person").await.data["invited"], true);
    assert_eq!(house.ask(&kim, "GET", "/api/audit").await.status, 200);
}

#[tokio::test]
async fn a_link_leads_to_the_public_address() {
    let house = House::under_https().await;
    let root = house.person("root", Role::Admin).await;
    let path = format!("/api/people/{}/link", root.person.id);
    let made = house.ask(&root, "POST", &path).await;
    let link = made.body["link"].as_str().unwrap();
    assert!(
        link.starts_with("https://chat.example.com/sign-in#"),
        "{link}"
    );
}
