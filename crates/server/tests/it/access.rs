//! Who gets in: the table of public routes against every route there is.

use axum::{
    body::Body,
    http::{Method, StatusCode},
};
use switchboard_model::person::Role;
use switchboard_server::{PUBLIC, all_routes};

use crate::house::House;

fn filled(path: &str) -> String {
    path.replace("{id}", "0192f0c1-2345-7abc-8def-0123456789ab")
        .replace("{*rest}", "x")
        .replace("{*file}", "x.js")
        .replace("{file}", "x.svg")
}

#[tokio::test]
async fn every_route_that_is_not_in_the_public_table_answers_401_to_strangers() {
    let house = House::new().await;
    for (method, path) in all_routes() {
        let request = house.request(None, method.as_str(), &filled(path));
        let answer = house.send(request.body(Body::empty()).unwrap()).await;
        let public = PUBLIC
            .iter()
            .any(|public| public.method == method && public.path == path);
        if public {
            assert_ne!(
                answer.status,
                StatusCode::UNAUTHORIZED,
                "{method} {path} is said to be public"
            );
        } else {
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{method} {path}");
            assert_eq!(answer.code(), "unauthenticated", "{method} {path}");
            assert_eq!(answer.headers["www-authenticate"], "Bearer");
        }
    }
}

#[test]
fn the_public_table_names_only_routes_that_exist_each_with_a_reason() {
    let routes = all_routes();
    for public in &PUBLIC {
        assert!(
            routes.contains(&(public.method.clone(), public.path)),
            "{public:?}"
        );
        assert!(public.reason.len() > 20, "{public:?}");
    }
}

#[tokio::test]
async fn a_wrong_token_is_not_helped_by_a_good_cookie() {
    let house = House::new().await;
    let mara = house.person("mara", Role::Admin).await;
    let cookie = house.cookie(&mara).await;
    for (token, status) in [
        ("sbt_wrong", StatusCode::UNAUTHORIZED),
        (mara.token.as_str(), StatusCode::OK),
    ] {
        let request = house
            .request(None, "GET", "/api/session")
            .header("authorization", format!("Bearer {token}"))
            .header("cookie", format!("sb={cookie}"));
        assert_eq!(
            house
                .send(request.body(Body::empty()).unwrap())
                .await
                .status,
            status
        );
    }
}

#[tokio::test]
async fn the_metrics_are_for_tokens_only() {
    let house = House::new().await;
    let mara = house.person("mara", Role::Admin).await;
    let cookie = house.cookie(&mara).await;
    let request = house
        .request(None, "GET", "/metrics")
        .header("cookie", format!("sb={cookie}"));
    assert_eq!(
        house
            .send(request.body(Body::empty()).unwrap())
            .await
            .status,
        StatusCode::FORBIDDEN
    );
    let answer = house.ask(&mara, "GET", "/metrics").await;
    assert_eq!(answer.status, StatusCode::OK);
    let text = answer.body.as_str().unwrap();
    assert!(text.contains("switchboard_turns_queued 0"), "{text}");
    assert!(
        text.contains(
            r#"switchboard_http_requests_total{method="GET",route="/metrics",status="403"} 1"#
        ),
        "{text}"
    );
}

#[tokio::test]
async fn no_answer_allows_another_origin() {
    let house = House::new().await;
    let mara = house.person("mara", Role::Admin).await;
    for (method, path) in [
        (Method::OPTIONS, "/api/threads"),
        (Method::GET, "/api/threads"),
        (Method::GET, "/"),
    ] {
        let request = house
            .request(Some(&mara), method.as_str(), path)
            .header("origin", "http://evil.example")
            .header("access-control-request-method", "POST");
        let answer = house.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(
            (answer.status, answer.code()),
            (StatusCode::FORBIDDEN, "forbidden_origin"),
            "{method} {path}"
        );
        assert!(
            answer
                .headers
                .keys()
                .all(|name| !name.as_str().starts_with("access-control"))
        );
    }
}

#[tokio::test]
async fn every_answer_tells_browsers_to_be_strict() {
    let house = House::new().await;
    let mara = house.person("mara", Role::Admin).await;
    for path in ["/", "/chat/x", "/api/threads", "/api/nothing", "/healthz"] {
        let answer = house.ask(&mara, "GET", path).await;
        let policy = answer.headers["content-security-policy"].to_str().unwrap();
        assert!(
            policy.starts_with("default-src 'none'") && !policy.contains("unsafe"),
            "{policy}"
        );
        assert_eq!(
            answer.headers["x-content-type-options"], "nosniff",
            "{path}"
        );
        assert_eq!(answer.headers["referrer-policy"], "no-referrer", "{path}");
        assert_eq!(
            answer.headers["cross-origin-opener-policy"], "same-origin",
            "{path}"
        );
        if path.starts_with("/api/") {
            assert_eq!(answer.headers["cache-control"], "no-store", "{path}");
        }
    }
}
