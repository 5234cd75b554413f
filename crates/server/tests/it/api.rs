//! What people and programs do, over the router: signing in, threads, posting, pages, turns.

use axum::{body::Body, http::StatusCode};
use serde_json::{Value, json};
use switchboard_model::{person::Role, turn::Outcome};

use crate::house::House;

#[tokio::test]
async fn a_link_signs_a_browser_in_once_and_signing_out_ends_it() {
    let house = House::new().await;
    let mara = house.person("mara", Role::Admin).await;
    let link = house.identity.link_for(mara.person.clone()).await.unwrap();
    let body = json!({ "secret": link.secret.expose() }).to_string();
    let sign_in = || {
        let request = house
            .request(None, "POST", "/api/session")
            .header("content-type", "application/json");
        request
            .header("origin", "http://localhost:4747")
            .body(Body::from(body.clone()))
            .unwrap()
    };
    let answer = house.send(sign_in()).await;
    assert_eq!(answer.status, StatusCode::CREATED);
    assert_eq!(answer.body["person"]["handle"], "mara");
    assert_eq!(answer.body["workspace"]["name"], "Test");
    let set = answer.headers["set-cookie"].to_str().unwrap().to_owned();
    assert!(
        set.starts_with("sb=sbs_") && set.contains("; HttpOnly; SameSite=Lax"),
        "{set}"
    );

    let again = house.send(sign_in()).await;
    assert_eq!(
        (again.status, again.code()),
        (StatusCode::GONE, "link_expired")
    );

    let cookie = set.split(';').next().unwrap().to_owned();
    let ask = |method: &'static str, path: &'static str| {
        let request = house
            .request(None, method, path)
            .header("cookie", cookie.clone());
        request
            .header("sec-fetch-site", "same-origin")
            .body(Body::empty())
            .unwrap()
    };
    let sessions = house.send(ask("GET", "/api/sessions")).await.body;
    assert_eq!(sessions["items"][0]["current"], true);
    let out = house.send(ask("DELETE", "/api/session")).await;
    assert_eq!(out.status, StatusCode::NO_CONTENT);
    assert!(
        out.headers["set-cookie"]
            .to_str()
            .unwrap()
            .contains("Max-Age=0")
    );
    assert_eq!(
        house.send(ask("GET", "/api/session")).await.status,
        StatusCode::UNAUTHORIZED
    );
}

#[tokio::test]
async fn under_https_only_the_host_prefixed_cookie_counts() {
    let house = House::under_https().await;
    let mara = house.person("mara", Role::Admin).await;
    let secret = house.cookie(&mara).await;
    for (name, status) in [
        ("__Host-sb", StatusCode::OK),
        ("sb", StatusCode::UNAUTHORIZED),
    ] {
        let request = house
            .request(None, "GET", "/api/session")
            .header("cookie", format!("{name}={secret}"));
        assert_eq!(
            house
                .send(request.body(Body::empty()).unwrap())
                .await
                .status,
            status,
            "{name}"
        );
    }
}

#[tokio::test]
async fn a_token_acts_as_its_person_until_it_is_revoked() {
    let house = House::new().await;
    let mara = house.person("mara", Role::Member).await;
    let made = house
        .tell(&mara, "POST", "/api/tokens", &json!({ "name": "script" }))
        .await;
    assert_eq!(made.status, StatusCode::CREATED);
    let mut script = mara.clone();
    script.token = made.body["token"].as_str().unwrap().to_owned();
    assert_eq!(
        house.get(&script, "/api/session").await["person"]["handle"],
        "mara"
    );
    let listed = house.get(&mara, "/api/tokens").await;
    assert_eq!(listed["items"][0]["name"], "script");
    assert!(!listed.to_string().contains("sbt_"));
    let path = format!("/api/tokens/{}", made.body["id"].as_str().unwrap());
    assert_eq!(
        house.ask(&mara, "DELETE", &path).await.status,
        StatusCode::NO_CONTENT
    );
    assert_eq!(
        house.ask(&script, "GET", "/api/session").await.status,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(
        house.ask(&mara, "DELETE", &path).await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn a_token_is_made_once_for_a_client_id_and_its_secret_is_not_shown_again() {
    let house = House::new().await;
    let mara = house.person("mara", Role::Admin).await;
    let body = json!({ "name": "ci", "client_id": "k1" });
    let made = house.tell(&mara, "POST", "/api/tokens", &body).await;
    let again = house.tell(&mara, "POST", "/api/tokens", &body).await;
    assert_eq!(made.status, StatusCode::CREATED);
    assert_eq!(
        (again.status, again.code()),
        (StatusCode::CONFLICT, "client_id_reused")
    );
    assert!(again.body["hint"].as_str().unwrap().contains("shown once"));
    let tokens = house.get(&mara, "/api/tokens").await;
    let named = |token: &&Value| token["name"] == "ci";
    assert_eq!(
        tokens["items"]
            .as_array()
            .unwrap()
            .iter()
            .filter(named)
            .count(),
        1
    );
}

#[tokio::test]
async fn the_same_client_id_is_the_same_post_by_body_or_by_header() {
    let house = House::new().await;
    let mara = house.person("mara", Role::Admin).await;
    let opened = house
        .tell(&mara, "POST", "/api/threads", &json!({ "client_id": "t1" }))
        .await;
    let again = house
        .tell(&mara, "POST", "/api/threads", &json!({ "client_id": "t1" }))
        .await;
    assert_eq!(
        (opened.status, again.status),
        (StatusCode::CREATED, StatusCode::OK)
    );
    assert_eq!(opened.body, again.body);
    let other = json!({ "client_id": "t1", "title": "another" });
    let other = house.tell(&mara, "POST", "/api/threads", &other).await;
    assert_eq!(
        (other.status, other.code()),
        (StatusCode::CONFLICT, "client_id_reused")
    );

    let path = format!(
        "/api/threads/{}/messages",
        opened.body["id"].as_str().unwrap()
    );
    let first = house
        .tell(
            &mara,
            "POST",
            &path,
            &json!({ "text": "hello", "client_id": "m1" }),
        )
        .await;
    assert_eq!(first.status, StatusCode::CREATED);
    assert_eq!(first.body["message"]["client_id"], "m1");
    let keyed = |text: &str, key: &str| {
        let request = house
            .request(Some(&mara), "POST", &path)
            .header("content-type", "application/json");
        let body = json!({ "text": text }).to_string();
        request
            .header("idempotency-key", key)
            .body(Body::from(body))
            .unwrap()
    };
    let second = house.send(keyed("hello", "m1")).await;
    assert_eq!((second.status, &second.body), (StatusCode::OK, &first.body));
    let other = house.send(keyed("good bye", "m1")).await;
    assert_eq!(
        (other.status, other.code()),
        (StatusCode::CONFLICT, "client_id_reused")
    );
    assert_eq!(
        house.get(&mara, &path).await["items"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test]
async fn pages_of_a_thread_join_without_gap_or_double() {
    let house = House::new().await;
    let mara = house.person("mara", Role::Admin).await;
    let thread = house.thread(&mara, &json!({})).await;
    for number in 1..=7 {
        house.say(&mara, thread, &format!("message {number}")).await;
    }
    let seqs = |page: &Value| -> Vec<i64> {
        page["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|message| message["seq"].as_i64().unwrap())
            .collect()
    };
    let path = format!("/api/threads/{thread}/messages?limit=3");
    let (mut pages, mut next) = (Vec::new(), String::new());
    loop {
        let page = house.get(&mara, &format!("{path}{next}")).await;
        pages.push(seqs(&page));
        let Some(cursor) = page["next"].as_str() else {
            break;
        };
        next = format!("&before={cursor}");
    }
    assert_eq!(pages, [vec![5, 6, 7], vec![2, 3, 4], vec![1]]);
    let (mut pages, mut next) = (Vec::new(), "&after=0".to_owned());
    loop {
        let page = house.get(&mara, &format!("{path}{next}")).await;
        pages.push(seqs(&page));
        let Some(cursor) = page["next"].as_str() else {
            break;
        };
        next = format!("&after={cursor}");
    }
    assert_eq!(pages, [vec![1, 2, 3], vec![4, 5, 6], vec![7]]);
}

#[tokio::test]
async fn the_list_of_threads_pages_by_newest_activity() {
    let house = House::new().await;
    let mara = house.person("mara", Role::Admin).await;
    let mut opened = Vec::new();
    for number in 1..=5 {
        opened.push(
            house
                .thread(&mara, &json!({ "title": format!("thread {number}") }))
                .await
                .to_string(),
        );
    }
    house.say(&mara, opened[1].parse().unwrap(), "newest").await;
    let (mut ids, mut next) = (Vec::new(), String::new());
    loop {
        let page = house
            .get(&mara, &format!("/api/threads?limit=2{next}"))
            .await;
        let items = page["items"].as_array().unwrap();
        ids.extend(
            items
                .iter()
                .map(|thread| thread["id"].as_str().unwrap().to_owned()),
        );
        let Some(cursor) = page["next"].as_str() else {
            break;
        };
        next = format!("&before={cursor}");
    }
    assert_eq!(ids, [1, 4, 3, 2, 0].map(|at: usize| opened[at].clone()));
}

#[tokio::test]
async fn a_mention_asks_a_turn_that_can_be_stopped_and_retried() {
    let house = House::new().await;
    let mara = house.person("mara", Role::Admin).await;
    let helper = house.assistant("helper", &mara).await;
    let thread = house.thread(&mara, &json!({})).await;
    let posted = house
        .say(
            &mara,
            thread,
            "hi @helper, not `@helper`, nor @nobody, but @mara",
        )
        .await;
    let names: Vec<_> = posted["message"]["mentions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|m| &m["handle"])
        .collect();
    assert_eq!(names, ["helper", "mara"]);
    assert_eq!(
        posted["message"]["mentions"][0],
        json!({ "handle": "helper", "offset": 3, "length": 7, "assistant_id": helper })
    );
    let turn = posted["turns"][0].clone();
    assert_eq!(
        (&turn["assistant"], &turn["state"]),
        (&json!(helper), &json!("queued"))
    );
    let path = format!("/api/turns/{}", turn["id"].as_str().unwrap());

    let stopped = house.ask(&mara, "POST", &format!("{path}/cancel")).await;
    assert_eq!(
        (stopped.status, &stopped.body["state"]),
        (StatusCode::OK, &json!("cancelled"))
    );
    let again = house.ask(&mara, "POST", &format!("{path}/cancel")).await;
    assert_eq!(
        (again.status, again.code()),
        (StatusCode::CONFLICT, "turn_ended")
    );

    let retried = house.ask(&mara, "POST", &format!("{path}/retry")).await;
    assert_eq!(
        (retried.status, &retried.body["attempt"]),
        (StatusCode::CREATED, &json!(2))
    );
    let again = house.ask(&mara, "POST", &format!("{path}/retry")).await;
    assert_eq!(
        (again.status, again.code()),
        (StatusCode::CONFLICT, "not_retryable")
    );

    let claimed = house.claim().await.unwrap();
    let reply = Outcome::Replied {
        text: "hello @mara".to_owned(),
    };
    house
        .store
        .finish(claimed.turn.id, claimed.fence, reply)
        .await
        .unwrap();
    let page = house
        .get(&mara, &format!("/api/threads/{thread}/messages"))
        .await;
    let reply = &page["items"][1];
    assert_eq!(
        (&reply["role"], &reply["author"]["id"]),
        (&json!("assistant"), &json!(helper))
    );
    assert_eq!(reply["turn_id"], claimed.turn.id.to_string());
    assert_eq!(
        reply["mentions"],
        json!([]),
        "an assistant's text mentions nobody"
    );
    // The attempt that was stopped comes before the one that answered.
    assert_eq!(page["turns"][1]["reply_id"], reply["id"]);
}

#[tokio::test]
async fn a_mention_of_a_missing_assistant_has_a_visible_outcome_with_a_remedy() {
    let house = House::new().await;
    let mara = house.person("mara", Role::Admin).await;
    house.assistant("helper", &mara).await;
    let listed = house.get(&mara, "/api/assistants").await["items"][0].clone();
    assert_eq!(
        (&listed["state"], &listed["code"]),
        (&json!("unavailable"), &json!("assistant_unavailable"))
    );
    assert!(listed["hint"].is_string() && listed["owner"]["handle"] == "mara");
}

#[tokio::test]
async fn a_member_is_added_by_handle_and_then_sees_the_thread() {
    let house = House::new().await;
    let (mara, kim) = (
        house.person("mara", Role::Member).await,
        house.person("kim", Role::Member).await,
    );
    let thread = house.thread(&mara, &json!({})).await;
    let path = format!("/api/threads/{thread}/members");
    let added = house
        .tell(&mara, "POST", &path, &json!({ "person": "@kim" }))
        .await;
    assert_eq!(added.status, StatusCode::CREATED);
    let handles: Vec<_> = added.body["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|m| m["handle"].clone())
        .collect();
    assert_eq!(handles, ["kim", "mara"]);
    assert_eq!(
        house.get(&kim, &format!("/api/threads/{thread}")).await["members"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    let nobody = house
        .tell(&mara, "POST", &path, &json!({ "person": "nobody" }))
        .await;
    assert_eq!(nobody.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_client_id_is_shown_to_its_author_only() {
    let house = House::new().await;
    let (mara, kim) = (
        house.person("mara", Role::Member).await,
        house.person("kim", Role::Member).await,
    );
    let thread = house.thread(&mara, &json!({ "visibility": "open" })).await;
    let path = format!("/api/threads/{thread}/messages");
    house
        .tell(
            &mara,
            "POST",
            &path,
            &json!({ "text": "x", "client_id": "mine" }),
        )
        .await;
    assert_eq!(
        house.get(&mara, &path).await["items"][0]["client_id"],
        "mine"
    );
    assert!(
        house.get(&kim, &path).await["items"][0]
            .get("client_id")
            .is_none()
    );
}

#[tokio::test]
async fn the_doctor_and_the_page_answer() {
    let house = House::new().await;
    let mara = house.person("mara", Role::Admin).await;
    let kim = house.person("kim", Role::Member).await;
    for (who, scope) in [(&mara, "Everything"), (&kim, "AssistantsOf(")] {
        let told = house.get(who, "/api/doctor").await;
        assert_eq!(told["ok"], true);
        let said = told["checks"][0]["said"].as_str().unwrap();
        assert!(said.contains(scope), "{said}");
    }
    assert_eq!(house.get(&mara, "/healthz").await, "ok");
    for path in ["/", "/chat", "/chat/some/where", "/sign-in", "/settings"] {
        let answer = house
            .send(
                house
                    .request(None, "GET", path)
                    .body(Body::empty())
                    .unwrap(),
            )
            .await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert!(
            answer.headers["content-type"]
                .to_str()
                .unwrap()
                .starts_with("text/html"),
            "{path}"
        );
    }
    let missing = house
        .send(
            house
                .request(None, "GET", "/assets/none.js")
                .body(Body::empty())
                .unwrap(),
        )
        .await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
}
