//! The listener from outside: who gets in, from where, with what, and what they may not see.

use reqwest::{
    Method, Response,
    header::{CONTENT_TYPE, COOKIE, HOST, ORIGIN, SET_COOKIE},
};
use serde_json::{Value, json};
use switchboard_testkit::{Client, House, Options};

use crate::support::{BINARY, house, soon, text};

/// Every route that the server describes, as (method, path).
async fn described(client: &Client) -> Vec<(Method, String)> {
    let description = client.get("/api/openapi.json").await;
    let mut routes = Vec::new();
    for (path, methods) in description["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            if let "get" | "post" | "patch" | "delete" | "put" = method.as_str() {
                routes.push((method.to_uppercase().parse().unwrap(), path.clone()));
            }
        }
    }
    assert!(routes.len() > 20, "{routes:?}");
    routes
}

/// A body that the route would take.
fn body(method: &Method, path: &str) -> Value {
    if path == "/api/threads/{id}/queue" && method == Method::PATCH {
        return json!({ "order": [] });
    }
    if path == "/api/messages/{id}" || path.contains("/queue") {
        return json!({ "text": "hello" });
    }
    if path == "/api/approvals/{id}" {
        return json!({ "decision": "accept" });
    }
    if path == "/api/backends/{id}" {
        return json!({ "enabled": "auto" });
    }
    match path.rsplit('/').next().unwrap() {
        "messages" | "steer" | "resend" => json!({ "text": "hello" }),
        "fork" => json!({ "message": NOBODY }),
        "login" => json!({ "method": "device" }),
        "paste" => json!({ "url": "x" }),
        "read" => json!({ "seq": 1 }),
        "members" => json!({ "person": "ben" }),
        "mentions" => json!({ "text": "@chatgpt" }),
        "tokens" => json!({ "name": "x" }),
        "session" => json!({ "secret": "x" }),
        "{id}" => json!({ "title": "x" }),
        _ => json!({}),
    }
}

/// A well-formed id of nothing.
const NOBODY: &str = "01900000-0000-7000-8000-000000000000";

async fn problem(response: Response) -> (u16, String) {
    let status = response.status().as_u16();
    let kind = response.headers().get(CONTENT_TYPE).cloned();
    let body: Value = response.json().await.unwrap();
    assert_eq!(kind.unwrap(), "application/problem+json");
    for field in ["type", "title", "code", "request_id"] {
        assert!(!text(&body, field).is_empty(), "{field} in {body}");
    }
    (status, text(&body, "code").to_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_route_but_the_public_ones_wants_credentials() {
    let house = house().await;
    let client = house.client();
    let public = [
        (Method::GET, "/healthz"),
        (Method::GET, "/api/openapi.json"),
        (Method::POST, "/api/session"),
    ];
    let mut refused = 0;
    for (method, path) in described(&client).await {
        let url = format!("{}{}", house.base(), path.replace("{id}", NOBODY));
        let is_public = public.iter().any(|(m, p)| *m == method && *p == path);
        for token in [None, Some(""), Some("sb_nonsense")] {
            let mut request = client.http().request(method.clone(), &url);
            if let Some(token) = token {
                request = request.bearer_auth(token);
            }
            if method != Method::GET {
                request = request.json(&body(&method, &path));
            }
            let response = request.send().await.unwrap();
            if is_public {
                assert_ne!(response.status(), 401, "{method} {path} is public");
            } else {
                let said = problem(response).await;
                assert_eq!(
                    said,
                    (401, "unauthenticated".into()),
                    "{method} {path} {token:?}"
                );
                refused += 1;
            }
        }
    }
    assert!(refused > 50);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_foreign_name_or_a_foreign_page_is_refused() {
    let house = house().await;
    let client = house.client();
    let token = house.run_ok(&["tokens", "create", "--name", "more"]);
    let ask = |method: Method, headers: Vec<(&'static str, String)>| {
        let mut request = client
            .http()
            .request(method, format!("{}/api/threads", house.base()))
            .bearer_auth(&token)
            .json(&json!({}));
        for (name, value) in headers {
            request = request.header(name, value);
        }
        request.send()
    };
    let host = house.base().trim_start_matches("http://").to_owned();
    let port = host.split_once(':').unwrap().1;
    for foreign in [
        "evil.example",
        "127.0.0.1.evil.example",
        "evil.example:4747",
    ] {
        let said = ask(Method::GET, vec![("host", foreign.into())])
            .await
            .unwrap();
        assert_eq!(problem(said).await.1, "forbidden_host", "{foreign}");
    }
    for origin in [
        "null".to_owned(),
        "https://evil.example".to_owned(),
        "http://localhost:1".to_owned(),
        format!("https://127.0.0.1:{port}"),
        "file://".to_owned(),
    ] {
        for method in [Method::GET, Method::POST] {
            let said = ask(method, vec![("origin", origin.clone())]).await.unwrap();
            assert!(!said.headers().contains_key("access-control-allow-origin"));
            assert_eq!(
                problem(said).await,
                (403, "forbidden_origin".into()),
                "{origin}"
            );
        }
    }
    let said = ask(Method::POST, vec![("sec-fetch-site", "cross-site".into())])
        .await
        .unwrap();
    assert_eq!(problem(said).await.1, "forbidden_origin");
    for headers in [
        vec![("origin", house.base().to_owned())],
        vec![("host", format!("localhost:{port}"))],
        vec![("sec-fetch-site", "same-origin".to_owned())],
    ] {
        let said = ask(Method::POST, headers.clone()).await.unwrap();
        assert_eq!(said.status(), 201, "{headers:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_other_origin_is_ever_allowed_by_a_preflight() {
    let house = house().await;
    let client = house.client();
    for path in ["/api/threads", "/api/session", "/api/events"] {
        let said = client
            .http()
            .request(Method::OPTIONS, format!("{}{path}", house.base()))
            .header(ORIGIN, "https://evil.example")
            .header("access-control-request-method", "POST")
            .header(
                "access-control-request-headers",
                "authorization,content-type",
            )
            .send()
            .await
            .unwrap();
        assert!(said.status().is_client_error(), "{path}: {}", said.status());
        let allows = said
            .headers()
            .keys()
            .any(|name| name.as_str().starts_with("access-control-"));
        assert!(!allows, "{path}: {:?}", said.headers());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sign_in_link_works_once_and_gives_a_cookie_that_scripts_cannot_read() {
    let house = house().await;
    let link = house.run_ok(&["people", "link"]);
    let (page, secret) = link.split_once('#').unwrap();
    assert_eq!(page, format!("{}/sign-in", house.base()));
    let http = reqwest::Client::new();
    let session = format!("{}/api/session", house.base());
    let sign_in = || {
        http.post(&session)
            .header(ORIGIN, house.base())
            .json(&json!({ "secret": secret }))
            .send()
    };
    let signed_in = sign_in().await.unwrap();
    assert_eq!(signed_in.status(), 201);
    let cookie = signed_in.headers()[SET_COOKIE].to_str().unwrap().to_owned();
    let me: Value = signed_in.json().await.unwrap();
    assert_eq!(me["person"]["handle"], "mara");
    assert_eq!(me["person"]["role"], "admin");
    assert_eq!(me["demo"], false);
    let mut attributes = cookie.split("; ");
    let pair = attributes.next().unwrap();
    let attributes: Vec<&str> = attributes.collect();
    assert!(pair.starts_with("sb="), "{cookie}");
    for attribute in ["Path=/", "HttpOnly", "SameSite=Lax"] {
        assert!(attributes.contains(&attribute), "{cookie}");
    }
    assert!(!cookie.contains("Domain"));
    assert_eq!(
        problem(sign_in().await.unwrap()).await,
        (410, "link_expired".into())
    );

    let threads = format!("{}/api/threads", house.base());
    let read = http
        .get(&session)
        .header(COOKIE, pair)
        .send()
        .await
        .unwrap();
    assert_eq!(read.status(), 200);
    let blind = http.post(&threads).header(COOKIE, pair).json(&json!({}));
    let blind = blind.send().await.unwrap();
    assert_eq!(
        problem(blind).await.1,
        "forbidden_origin",
        "no word on who asks"
    );
    let form = http
        .post(&threads)
        .header(COOKIE, pair)
        .header(ORIGIN, house.base())
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body("title=x");
    assert!(form.send().await.unwrap().status().is_client_error());
    let forged = http
        .post(&threads)
        .header(COOKIE, pair)
        .header(ORIGIN, "https://evil.example")
        .header(CONTENT_TYPE, "text/plain")
        .body("{}");
    assert_eq!(
        problem(forged.send().await.unwrap()).await.1,
        "forbidden_origin"
    );
    let own = http.post(&threads).header(COOKIE, pair);
    let own = own.header(ORIGIN, house.base()).json(&json!({}));
    assert_eq!(own.send().await.unwrap().status(), 201);

    let out = http.delete(&session).header(COOKIE, pair);
    let out = out.header(ORIGIN, house.base()).send().await.unwrap();
    assert_eq!(out.status(), 204);
    let read = http
        .get(&session)
        .header(COOKIE, pair)
        .send()
        .await
        .unwrap();
    assert_eq!(read.status(), 401, "signed out");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn under_https_the_cookie_is_bound_to_the_host() {
    let url = "https://chat.example.org";
    let options = Options {
        env: vec![("SWITCHBOARD_PUBLIC_URL".into(), url.into())],
        ..Options::default()
    };
    let house = House::start(BINARY, options).await;
    let link = house.run_ok(&["people", "link"]);
    let (page, secret) = link.split_once('#').unwrap();
    assert_eq!(page, format!("{url}/sign-in"));
    let signed_in = reqwest::Client::new()
        .post(format!("{}/api/session", house.base()))
        .header(HOST, "chat.example.org")
        .header(ORIGIN, url)
        .json(&json!({ "secret": secret }))
        .send()
        .await
        .unwrap();
    assert_eq!(signed_in.status(), 201);
    let cookie = signed_in.headers()[SET_COOKIE].to_str().unwrap();
    assert!(cookie.starts_with("__Host-sb="), "{cookie}");
    assert!(cookie.contains("; Secure"), "{cookie}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_too_large_is_refused_before_it_is_read() {
    let house = house().await;
    let client = house.client();
    let thread = client.thread().await;
    let messages = format!("/api/threads/{thread}/messages");
    for (path, size) in [("/api/threads", 100_000), (messages.as_str(), 3_000_000)] {
        let body = json!({ "text": "x".repeat(size), "title": "x".repeat(size) });
        let said = client.call("POST", path, Some(body)).await;
        assert_eq!(said.status, 413, "{path}: {:?}", said.body);
        assert_eq!(said.body["code"], "too_large");
    }
    assert_eq!(client.messages(&thread).await.len(), 0);
    for broken in [
        json!({}),
        json!({ "text": "" }),
        json!({ "text": 7 }),
        json!([]),
    ] {
        let said = client.call("POST", &messages, Some(broken.clone())).await;
        assert!([400, 422].contains(&said.status), "{broken}: {said:?}");
        assert_eq!(said.body["code"], "invalid");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_belongs_to_somebody_else_is_not_found_on_any_route() {
    let house = house().await;
    let mara = house.client();
    let thread = mara.thread().await;
    let turn = mara.ask(&thread, "@chatgpt hello").await;
    mara.ended(&turn).await;
    let token = mara.post("/api/tokens", json!({ "name": "hers" })).await;
    let ben = house.client_as("ben");
    let mut bens = ben.events(None).await;
    bens.next_where(|event| event.name == "ready").await;
    let mut walked = 0;
    for (method, path) in described(&mara).await {
        let Some((_, rest)) = path.split_once("/api/") else {
            continue;
        };
        let id = match rest.split('/').next().unwrap() {
            "threads" => thread.as_str(),
            "turns" => turn.as_str(),
            "tokens" => text(&token, "id"),
            _ => NOBODY,
        };
        // People and assistants are everybody's to see; what may be done to them is another matter.
        let seen_by_all = ["people", "assistants", "backends"].map(|noun| format!("/api/{noun}/"));
        if !path.contains("{id}") || seen_by_all.iter().any(|start| path.starts_with(start)) {
            continue;
        }
        let sent = (method != Method::GET).then(|| body(&method, &path));
        let asked = path
            .replace("{id}", id)
            .replace("{person}", NOBODY)
            .replace("{queued}", NOBODY);
        let said = ben.call(method.as_str(), &asked, sent).await;
        assert_eq!(said.status, 404, "{method} {path}: {:?}", said.body);
        assert_eq!(said.body["code"], "not_found", "{method} {path}");
        walked += 1;
    }
    assert!(walked >= 10, "{walked}");
    assert_eq!(ben.get("/api/threads").await["items"], json!([]));
    // Nothing of hers was told to him: the first he hears is his own.
    mara.say(&thread, "a secret").await;
    let his = ben.thread().await;
    let heard = bens.next_where(|event| event.id.is_some()).await;
    assert_eq!(heard.data["id"], his.as_str(), "{heard:?}");
    let still = mara.turn(&turn).await;
    assert_eq!(still["state"], "done", "{still}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_open_thread_is_everyones_and_a_member_sees_a_private_one() {
    let house = house().await;
    let mara = house.client();
    let ben = house.client_as("ben");
    let open = mara
        .post("/api/threads", json!({ "visibility": "open" }))
        .await;
    let open = text(&open, "id");
    mara.say(open, "hello all").await;
    assert_eq!(ben.messages(open).await.len(), 1);
    let private = mara.thread().await;
    let path = format!("/api/threads/{private}");
    assert_eq!(ben.call("GET", &path, None).await.status, 404);
    let people = mara.get("/api/people").await;
    let people = people["items"].as_array().unwrap();
    let bens = people.iter().find(|one| one["handle"] == "ben").unwrap();
    mara.post(&format!("{path}/members"), json!({ "person": bens["id"] }))
        .await;
    assert_eq!(ben.call("GET", &path, None).await.status, 200);
    let mut heard = ben.events(None).await;
    heard.next_where(|event| event.name == "ready").await;
    mara.say(&private, "between us").await;
    let event = heard.next_where(|event| event.name == "message").await;
    assert_eq!(event.data["text"], "between us");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_revoked_token_stops_working_and_its_stream_ends() {
    let house = house().await;
    let client = house.client();
    let made = client.post("/api/tokens", json!({ "name": "short" })).await;
    let other = Client::new(house.base(), text(&made, "token"));
    let mut stream = other.events(None).await;
    stream.next_where(|event| event.name == "ready").await;
    let path = format!("/api/tokens/{}", text(&made, "id"));
    assert_eq!(client.call("DELETE", &path, None).await.status, 204);
    assert_eq!(other.call("GET", "/api/threads", None).await.status, 401);
    soon("the stream ends", async {
        while stream.next().await.is_some() {}
    })
    .await;
    let listed = client.get("/api/tokens").await;
    assert!(!listed.to_string().contains(text(&made, "id")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn figures_are_for_those_with_a_token_and_health_is_for_all() {
    let house = house().await;
    let http = reqwest::Client::new();
    let get = |path: &str| http.get(format!("{}{path}", house.base())).send();
    assert_eq!(get("/healthz").await.unwrap().text().await.unwrap(), "ok");
    assert_eq!(get("/metrics").await.unwrap().status(), 401);
    let token = house.run_ok(&["tokens", "create", "--name", "figures"]);
    let figures = http
        .get(format!("{}/metrics", house.base()))
        .bearer_auth(token);
    let figures = figures.send().await.unwrap().text().await.unwrap();
    assert!(figures.contains("# TYPE"), "{figures}");
}
