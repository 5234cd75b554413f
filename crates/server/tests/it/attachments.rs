//! Files over HTTP: what is taken in, who gets it back, and that nothing in it can run.

use axum::{
    body::{Body, Bytes, to_bytes},
    http::{HeaderMap, StatusCode},
};
use futures_util::stream;
use serde_json::{Value, json};
use switchboard_model::person::Role;
use tower::ServiceExt as _;

use crate::house::{Answer, House, Someone};

/// As much of a PNG as is looked at: its size is 3 by 2.
const PNG: &[u8] = b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR\0\0\0\x03\0\0\0\x02\x08\x02\0\0\0\x12\x16\xF1\x4D\0\0\0\0IEND\xAE\x42\x60\x82";

async fn upload(house: &House, who: &Someone, name: &str, body: impl Into<Body>) -> Answer {
    let name: Vec<String> = name.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let path = format!("/api/attachments?name={}", name.concat());
    let request = house.request(Some(who), "POST", &path);
    house.send(request.body(body.into()).unwrap()).await
}

async fn attach(house: &House, who: &Someone, name: &str, body: impl Into<Body>) -> String {
    let answer = upload(house, who, name, body).await;
    assert_eq!(
        answer.status,
        StatusCode::CREATED,
        "{name}: {}",
        answer.body
    );
    answer.body["id"].as_str().unwrap().to_owned()
}

async fn post(
    house: &House,
    who: &Someone,
    thread: impl std::fmt::Display,
    files: &[&str],
) -> Answer {
    let body = json!({ "text": "look", "attachments": files });
    house
        .tell(
            who,
            "POST",
            &format!("/api/threads/{thread}/messages"),
            &body,
        )
        .await
}

async fn download(house: &House, who: &Someone, id: &str) -> (StatusCode, HeaderMap, Vec<u8>) {
    let request = house.request(Some(who), "GET", &format!("/api/attachments/{id}"));
    let request = request.body(Body::empty()).unwrap();
    let response = house.router.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, usize::MAX).await.unwrap();
    (parts.status, parts.headers, bytes.to_vec())
}

async fn status(house: &House, who: &Someone, id: &str) -> u16 {
    download(house, who, id).await.0.as_u16()
}

#[tokio::test]
async fn a_file_is_its_uploaders_until_it_is_posted_and_then_of_all_who_may_see_the_message() {
    let house = House::new().await;
    let mara = house.person("mara", Role::Member).await;
    let ada = house.person("ada", Role::Admin).await;
    let ben = house.person("ben", Role::Member).await;
    let private = house.thread(&mara, &json!({})).await;
    let file = attach(&house, &mara, "p95.png", PNG).await;
    let seen = async |id: &str| {
        let mut seen = Vec::new();
        for who in [&mara, &ben, &ada] {
            seen.push(status(&house, who, id).await);
        }
        seen
    };
    assert_eq!(
        seen(&file).await,
        [200, 404, 404],
        "nobody else's, also not an admin's"
    );
    let remove = |who: Someone, id: String| {
        let house = &house;
        async move {
            house
                .ask(&who, "DELETE", &format!("/api/attachments/{id}"))
                .await
                .status
        }
    };
    assert_eq!(remove(ben.clone(), file.clone()).await, 404);
    assert_eq!(post(&house, &ben, private, &[&file]).await.status, 404);
    let open = house.thread(&ben, &json!({ "visibility": "open" })).await;
    let theft = post(&house, &ben, open, &[&file]).await;
    assert_eq!(
        (theft.status.as_u16(), &theft.body["code"]),
        (422, &json!("attachment_missing"))
    );

    let posted = post(&house, &mara, private, &[&file]).await;
    assert_eq!(posted.status, 201, "{}", posted.body);
    assert_eq!(
        seen(&file).await,
        [200, 404, 404],
        "a private thread is its members'"
    );
    assert_eq!(
        remove(mara.clone(), file.clone()).await,
        404,
        "it belongs to the message"
    );
    let path = format!("/api/threads/{private}");
    house
        .tell(
            &mara,
            "POST",
            &format!("{path}/members"),
            &json!({ "person": ben.person.id }),
        )
        .await;
    assert_eq!(seen(&file).await, [200, 200, 404]);
    house
        .tell(&mara, "PATCH", &path, &json!({ "visibility": "open" }))
        .await;
    assert_eq!(seen(&file).await, [200, 200, 200]);
    house.ask(&mara, "DELETE", &path).await;
    assert_eq!(seen(&file).await, [404, 404, 404]);

    let unsent = attach(&house, &mara, "other.png", PNG).await;
    assert_eq!(remove(mara.clone(), unsent.clone()).await, 204);
    assert_eq!(status(&house, &mara, &unsent).await, 404);
    for nonsense in ["none", "../threads", "0192f0c1-2345-7abc-8def-0123456789ab"] {
        assert_eq!(status(&house, &mara, nonsense).await, 404, "{nonsense}");
    }
}

#[tokio::test]
async fn a_message_has_its_files_in_order_wherever_it_is_read() {
    let house = House::new().await;
    let mara = house.person("mara", Role::Member).await;
    let thread = house.thread(&mara, &json!({})).await;
    let image = attach(&house, &mara, "p95.png", PNG).await;
    let table = attach(&house, &mara, "p95.csv", "a,b\n").await;
    let expected = json!([
        { "id": table, "name": "p95.csv", "size": 4, "media_type": "text/plain", "kind": "text", "width": null, "height": null },
        { "id": image, "name": "p95.png", "size": PNG.len(), "media_type": "image/png", "kind": "image", "width": 3, "height": 2 },
    ]);
    let posted = post(&house, &mara, thread, &[&table, &image]).await.body;
    assert_eq!(posted["message"]["attachments"], expected);
    let page = house
        .get(&mara, &format!("/api/threads/{thread}/messages"))
        .await;
    assert_eq!(page["items"][0]["attachments"], expected);
    let again = post(&house, &mara, thread, &[&image]).await;
    assert_eq!(
        (again.status.as_u16(), &again.body["code"]),
        (422, &json!("attachment_missing"))
    );
    for (files, code) in [
        (json!(["nonsense"]), "attachment_missing"),
        (json!([]), "invalid"),
    ] {
        let body = json!({ "text": " ", "attachments": files });
        let refused = house
            .tell(
                &mara,
                "POST",
                &format!("/api/threads/{thread}/messages"),
                &body,
            )
            .await;
        assert_eq!(
            (refused.status.as_u16(), &refused.body["code"]),
            (422, &json!(code)),
            "{files}"
        );
    }
}

#[tokio::test]
async fn nothing_in_a_file_can_run_in_a_browser() {
    let house = House::new().await;
    let mara = house.person("mara", Role::Member).await;
    let page = "<!doctype html><script>alert(document.cookie)</script>";
    let drawing = "<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>";
    let mut polyglot = PNG.to_vec();
    polyglot.splice(33..33, b"<script>alert(1)</script>".iter().copied());
    for (name, bytes, label) in [
        ("page.html", page.as_bytes(), "text/plain; charset=utf-8"),
        (
            "drawing.svg",
            drawing.as_bytes(),
            "text/plain; charset=utf-8",
        ),
        (
            "worker.js",
            b"onfetch = () => {}",
            "text/plain; charset=utf-8",
        ),
        ("page.html", &polyglot, "image/png"),
        ("plan.pdf", b"%PDF-1.7\n", "application/pdf"),
    ] {
        let file = attach(&house, &mara, name, bytes.to_vec()).await;
        let (status, headers, body) = download(&house, &mara, &file).await;
        assert_eq!((status, &body[..]), (StatusCode::OK, bytes));
        for (header, value) in [
            ("content-type", label),
            ("x-content-type-options", "nosniff"),
            ("content-security-policy", "sandbox; default-src 'none'"),
            ("cross-origin-resource-policy", "same-origin"),
            ("cache-control", "private, max-age=3600, immutable"),
            ("vary", "Cookie, Authorization"),
        ] {
            assert_eq!(headers[header], value, "{name}: {header}");
        }
        let disposition = headers["content-disposition"].to_str().unwrap();
        assert!(
            disposition.starts_with("attachment; filename="),
            "{disposition}"
        );
    }
}

#[tokio::test]
async fn a_hostile_name_is_cleaned_and_never_leaves_its_header() {
    let house = House::new().await;
    let mara = house.person("mara", Role::Member).await;
    for (name, cleaned) in [
        ("../../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("invoice\u{202E}gnp.exe", "invoicegnp.exe"),
        ("a\r\nSet-Cookie: sb=1.png", "aSet-Cookie: sb=1.png"),
        ("\"; filename=\"x.html", "\"; filename=\"x.html"),
        ("", "file"),
        (&"x".repeat(5_000), &"x".repeat(120)),
    ] {
        let answer = upload(&house, &mara, name, "text").await;
        assert_eq!(
            (answer.status.as_u16(), &answer.body["name"]),
            (201, &json!(cleaned))
        );
        let id = answer.body["id"].as_str().unwrap();
        let (_, headers, _) = download(&house, &mara, id).await;
        assert!(!headers.contains_key("set-cookie"));
        let disposition = headers["content-disposition"].to_str().unwrap();
        let quotes = disposition.matches('"').count();
        assert_eq!(quotes, 2, "{disposition}");
    }
}

#[tokio::test]
async fn what_is_no_file_of_ours_is_refused_whatever_it_is_labelled_as() {
    let house = House::new().await;
    let mara = house.person("mara", Role::Member).await;
    let mut wide = PNG.to_vec();
    wide[16..20].copy_from_slice(&9000_u32.to_be_bytes());
    for (bytes, status, code) in [
        (&b""[..], 422, "invalid"),
        (b"MZ\x90\0\x03", 415, "unsupported_media_type"),
        (b"PK\x03\x04\xFF", 415, "unsupported_media_type"),
        (
            b"\x89PNG\r\n\x1A\nnot really",
            415,
            "unsupported_media_type",
        ),
        (&PNG[..40], 415, "unsupported_media_type"),
        (&wide, 415, "unsupported_media_type"),
    ] {
        for label in ["image/png", "text/html", "application/octet-stream"] {
            let request = house
                .request(Some(&mara), "POST", "/api/attachments?name=a.png")
                .header("content-type", label);
            let answer = house
                .send(request.body(Body::from(bytes.to_vec())).unwrap())
                .await;
            assert_eq!(
                (answer.status.as_u16(), &answer.body["code"]),
                (status, &json!(code)),
                "{bytes:?}"
            );
        }
    }
    let labelled = house
        .request(Some(&mara), "POST", "/api/attachments?name=a.html")
        .header("content-type", "text/html");
    let answer = house.send(labelled.body(Body::from(PNG)).unwrap()).await;
    assert_eq!(answer.body["media_type"], "image/png", "the bytes decide");
    let other = house.ask(&mara, "POST", "/api/attachments?nam=a.png").await;
    assert_eq!(other.status, 400);
}

/// A body in pieces that says nothing of its size.
fn pieces(of: usize, piece: usize) -> Body {
    let rest = of % piece;
    let sizes = std::iter::repeat_n(piece, of / piece).chain((rest > 0).then_some(rest));
    let bytes = sizes.map(|size| Ok::<_, std::io::Error>(Bytes::from(vec![b'x'; size])));
    Body::from_stream(stream::iter(bytes.collect::<Vec<_>>()))
}

#[tokio::test]
async fn a_file_of_ten_megabytes_is_taken_and_one_of_a_byte_more_is_not() {
    const LIMIT: usize = 10 * 1024 * 1024;
    let house = House::new().await;
    let mara = house.person("mara", Role::Member).await;
    let largest = upload(&house, &mara, "log.txt", pieces(LIMIT, 65_537)).await;
    assert_eq!(
        (largest.status.as_u16(), &largest.body["size"]),
        (201, &json!(LIMIT))
    );
    let (_, _, bytes) = download(&house, &mara, largest.body["id"].as_str().unwrap()).await;
    assert_eq!(bytes.len(), LIMIT);
    for body in [pieces(LIMIT + 1, 65_537), Body::from(vec![b'x'; LIMIT + 1])] {
        let refused = upload(&house, &mara, "log.txt", body).await;
        assert_eq!(
            (refused.status.as_u16(), &refused.body["code"]),
            (413, &json!("too_large"))
        );
    }
    let thread = house.thread(&mara, &json!({})).await;
    let mut files = vec![largest.body["id"].as_str().unwrap().to_owned()];
    for _ in 0..2 {
        files.push(attach(&house, &mara, "more.txt", pieces(LIMIT, LIMIT)).await);
    }
    let ids: Vec<&str> = files.iter().map(String::as_str).collect();
    let heavy = post(&house, &mara, thread, &ids).await;
    assert_eq!(
        (heavy.status.as_u16(), &heavy.body["code"]),
        (422, &json!("invalid"))
    );
    assert!(
        heavy.body["detail"].as_str().unwrap().contains("25 MB"),
        "{}",
        heavy.body
    );
    let mut many = Vec::new();
    for _ in 0..11 {
        many.push(attach(&house, &mara, "small.txt", "x").await);
    }
    let ids: Vec<&str> = many.iter().map(String::as_str).collect();
    assert_eq!(post(&house, &mara, thread, &ids).await.status, 422);
    assert_eq!(post(&house, &mara, thread, &ids[..10]).await.status, 201);
}

#[tokio::test]
async fn an_upload_that_breaks_off_is_no_file() {
    let house = House::new().await;
    let mara = house.person("mara", Role::Member).await;
    let half = [Ok(Bytes::from("half")), Err(std::io::Error::other("gone"))];
    let broken = upload(
        &house,
        &mara,
        "log.txt",
        Body::from_stream(stream::iter(half)),
    )
    .await;
    assert_eq!(
        (broken.status.as_u16(), &broken.body["code"]),
        (400, &json!("invalid"))
    );
}

#[tokio::test]
async fn the_same_key_with_the_same_file_is_the_same_attachment() {
    let house = House::new().await;
    let mara = house.person("mara", Role::Member).await;
    let ben = house.person("ben", Role::Member).await;
    let send = async |who: &Someone, body: &'static str| -> (u16, Value) {
        let request = house
            .request(Some(who), "POST", "/api/attachments?name=a.txt")
            .header("idempotency-key", "once");
        let answer = house.send(request.body(Body::from(body)).unwrap()).await;
        (answer.status.as_u16(), answer.body)
    };
    let (status, first) = send(&mara, "text").await;
    assert_eq!(status, 201);
    assert_eq!(send(&mara, "text").await, (200, first.clone()));
    let (status, refused) = send(&mara, "other").await;
    assert_eq!(
        (status, &refused["code"]),
        (409, &json!("client_id_reused"))
    );
    let (status, others) = send(&ben, "text").await;
    assert_eq!(status, 201);
    assert_ne!(others["id"], first["id"]);
}

#[tokio::test]
async fn uploads_at_once_have_a_limit_and_one_that_ends_makes_room() {
    let house = House::new().await;
    let mara = house.person("mara", Role::Member).await;
    let ben = house.person("ben", Role::Member).await;
    let mut under_way = Vec::new();
    for number in 0..10 {
        let (bytes, body) = tokio::sync::mpsc::channel::<Result<Bytes, std::io::Error>>(1);
        bytes.send(Ok(Bytes::from("begun"))).await.unwrap();
        let body = Body::from_stream(stream::unfold(body, |mut body| async {
            body.recv().await.map(|piece| (piece, body))
        }));
        let path = format!("/api/attachments?name={number}.txt");
        let request = house
            .request(Some(&mara), "POST", &path)
            .body(body)
            .unwrap();
        let router = house.router.clone();
        under_way.push((
            bytes,
            tokio::spawn(async move { router.oneshot(request).await }),
        ));
    }
    // The first piece is taken once the upload has begun.
    for (bytes, _) in &under_way {
        let _ = bytes.reserve().await.unwrap();
    }
    let refused = upload(&house, &mara, "more.txt", "x").await;
    assert_eq!(
        (refused.status.as_u16(), &refused.body["code"]),
        (429, &json!("too_many_uploads"))
    );
    assert_eq!(upload(&house, &ben, "his.txt", "x").await.status, 201);
    let (bytes, first) = under_way.pop().unwrap();
    drop(bytes);
    assert_eq!(first.await.unwrap().unwrap().status(), 201);
    assert_eq!(upload(&house, &mara, "more.txt", "x").await.status, 201);
}
