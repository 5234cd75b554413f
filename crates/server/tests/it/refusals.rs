//! What refusals look like: RFC 9457 with a stable code, whoever refused.

use axum::{body::Body, http::StatusCode};
use serde_json::json;
use switchboard_model::person::Role;

use crate::house::House;

#[tokio::test]
async fn a_refusal_is_a_problem_that_names_its_request() {
    let house = House::new().await;
    let mara = house.person("mara", Role::Admin).await;
    let answer = house.ask(&mara, "GET", "/api/threads/nonsense").await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert_eq!(answer.headers["content-type"], "application/problem+json");
    let request_id = answer.headers["x-request-id"].to_str().unwrap();
    assert_eq!(
        answer.body,
        json!({
            "type": "urn:switchboard:problem:not_found",
            "title": "Not found",
            "status": 404,
            "code": "not_found",
            "detail": "there is no such thread",
            "hint": null,
            "request_id": request_id,
        })
    );
}

#[tokio::test]
async fn a_query_that_is_not_understood_is_refused_and_the_names_are_told() {
    let house = House::new().await;
    let mara = house.person("mara", Role::Admin).await;
    let thread = house.thread(&mara, &json!({})).await;
    let messages = format!("/api/threads/{thread}/messages");
    for (path, names) in [
        (
            "/api/threads",
            ["`before`", "`limit`", "`archived`"].as_slice(),
        ),
        (&messages, &["`before`", "`after`", "`limit`"]),
        ("/api/events", &["`after`"]),
        ("/api/audit", &["`limit`"]),
    ] {
        let answer = house.ask(&mara, "GET", &format!("{path}?cursor=7")).await;
        assert_eq!(
            (answer.status, answer.code()),
            (StatusCode::BAD_REQUEST, "invalid"),
            "{path}"
        );
        let detail = answer.body["detail"].as_str().unwrap();
        for name in names.iter().chain(&["`cursor`"]) {
            assert!(detail.contains(name), "{name} in {detail}");
        }
    }
}

#[tokio::test]
async fn each_mistake_has_its_own_status_and_code() {
    let house = House::new().await;
    let mara = house.person("mara", Role::Admin).await;
    let thread = house.thread(&mara, &json!({})).await;
    let posts = format!("/api/threads/{thread}/messages");
    let big = format!(r#"{{"title":"{}"}}"#, "x".repeat(70 * 1024));
    let long = json!({ "text": "x".repeat(1024 * 1024 + 1) }).to_string();
    let huge = json!({ "text": "x".repeat(3 * 1024 * 1024) }).to_string();
    let json = "application/json";
    for (method, path, kind, body, status, code) in [
        ("GET", "/api/nothing", json, "", 404, "not_found"),
        ("PUT", "/api/threads", json, "{}", 405, "method_not_allowed"),
        ("POST", "/api/threads", "text/plain", "{}", 415, "not_json"),
        (
            "POST",
            "/api/threads",
            "application/x-www-form-urlencoded",
            "title=x",
            415,
            "not_json",
        ),
        ("POST", "/api/threads", json, "{", 400, "invalid"),
        (
            "POST",
            "/api/threads",
            json,
            r#"{"title":7}"#,
            422,
            "invalid",
        ),
        (
            "POST",
            "/api/threads",
            json,
            r#"{"titel":"x"}"#,
            422,
            "invalid",
        ),
        ("POST", "/api/threads", json, big.as_str(), 413, "too_large"),
        ("POST", posts.as_str(), json, "", 422, "invalid"),
        (
            "POST",
            posts.as_str(),
            json,
            r#"{"text":"  \n"}"#,
            422,
            "invalid",
        ),
        (
            "POST",
            posts.as_str(),
            json,
            long.as_str(),
            413,
            "too_large",
        ),
        (
            "POST",
            posts.as_str(),
            json,
            huge.as_str(),
            413,
            "too_large",
        ),
        ("GET", "/api/threads?limit=many", json, "", 400, "invalid"),
        (
            "GET",
            "/api/threads?before=nonsense",
            json,
            "",
            400,
            "invalid",
        ),
    ] {
        let request = house
            .request(Some(&mara), method, path)
            .header("content-type", kind);
        let answer = house
            .send(request.body(Body::from(body.to_owned())).unwrap())
            .await;
        let shown: String = body.chars().take(40).collect();
        assert_eq!(
            (answer.status.as_u16(), answer.code()),
            (status, code),
            "{method} {path} {shown}"
        );
        assert!(answer.body["request_id"].is_string() && answer.body["detail"].is_string());
        // A long body may not have been read to its end, so nothing may follow on that connection.
        let ends = answer
            .headers
            .get("connection")
            .is_some_and(|word| word == "close");
        assert_eq!(ends, body.len() > 8 * 1024, "{method} {path} {shown}");
    }
}

#[tokio::test]
async fn a_wrong_method_still_says_which_are_allowed() {
    let house = House::new().await;
    let mara = house.person("mara", Role::Admin).await;
    let answer = house.ask(&mara, "PUT", "/api/threads").await;
    assert!(answer.headers["allow"].to_str().unwrap().contains("GET"));
}

#[tokio::test]
async fn a_message_of_the_largest_size_is_taken() {
    let house = House::new().await;
    let mara = house.person("mara", Role::Admin).await;
    let thread = house.thread(&mara, &json!({})).await;
    let posted = house.say(&mara, thread, &"ä".repeat(512 * 1024)).await;
    assert_eq!(
        posted["message"]["text"].as_str().unwrap().len(),
        1024 * 1024
    );
}

#[tokio::test]
async fn an_address_that_is_nothing_is_a_page_for_browsers_and_a_problem_for_programs() {
    let house = House::new().await;
    let html = "text/html,application/xhtml+xml,*/*;q=0.8";
    for (method, path, accept, page) in [
        ("GET", "/nowhere", html, true),
        ("GET", "/nowhere/at/all", html, true),
        ("HEAD", "/nowhere", html, true),
        ("GET", "/nowhere", "application/json", false),
        ("GET", "/nowhere", "*/*", false),
        ("POST", "/nowhere/at/all", html, false),
        ("GET", "/api", html, false),
        ("GET", "/api/nowhere", html, false),
        ("GET", "/assets/nowhere.js", html, false),
        ("GET", "/metrics/nowhere", html, false),
    ] {
        let request = house
            .request(None, method, path)
            .header("accept", accept)
            .body(Body::empty())
            .unwrap();
        let answer = house.send(request).await;
        let kind = answer.headers["content-type"].to_str().unwrap();
        assert_eq!(
            (answer.status, kind.starts_with("text/html")),
            (StatusCode::NOT_FOUND, page),
            "{method} {path} for {accept}: {kind}"
        );
        assert!(answer.headers.contains_key("content-security-policy"));
    }
}
