//! The server on a socket: connections as clients see them.

use std::time::Duration;

use serde_json::json;
use switchboard_model::person::Role;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

use crate::house::{House, Someone};

/// Serves the house on a port of its own.
async fn listen(house: &House) -> (std::net::SocketAddr, JoinHandle<std::io::Result<()>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let served = switchboard_server::serve(house.app(), listener, house.supervisor.clone());
    (address, tokio::spawn(served))
}

async fn send(address: std::net::SocketAddr, head: &str, body: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream
        .write_all(format!("{head}\r\nhost: {address}\r\n\r\n").as_bytes())
        .await
        .unwrap();
    stream.write_all(body).await.unwrap();
    stream
}

/// Reads until the text is there.
async fn read_until(stream: &mut TcpStream, wanted: &str) -> String {
    let mut text = Vec::new();
    loop {
        let read = stream.read_buf(&mut text).await.unwrap();
        let so_far = String::from_utf8_lossy(&text).into_owned();
        if so_far.contains(wanted) {
            return so_far;
        }
        assert!(read > 0, "the connection ended after {so_far:?}");
    }
}

fn bearer(who: &Someone) -> String {
    format!("authorization: Bearer {}", who.token)
}

#[tokio::test]
async fn a_request_over_a_socket_is_answered() {
    let house = House::new().await;
    let (address, _) = listen(&house).await;
    let mut stream = send(address, "GET /healthz HTTP/1.1\r\nconnection: close", b"").await;
    let text = read_until(&mut stream, "\r\n\r\nok").await;
    assert!(text.starts_with("HTTP/1.1 200 OK"), "{text}");
}

#[tokio::test]
async fn stopping_ends_streams_answers_what_is_under_way_and_takes_nothing_new() {
    let house = House::new().await;
    let mara = house.person("mara", Role::Admin).await;
    let (address, served) = listen(&house).await;
    let mut stream = send(
        address,
        &format!("GET /api/events HTTP/1.1\r\n{}", bearer(&mara)),
        b"",
    )
    .await;
    read_until(&mut stream, "event: ready").await;
    let mut half = TcpStream::connect(address).await.unwrap();
    let body = json!({ "title": "half" }).to_string();
    let head = format!(
        "POST /api/threads HTTP/1.1\r\nhost: {address}\r\n{}\r\ncontent-type: application/json\r\nexpect: 100-continue\r\ncontent-length: {}\r\n\r\n",
        bearer(&mara),
        body.len()
    );
    half.write_all(head.as_bytes()).await.unwrap();
    // The server asks for the body: the request is under way.
    read_until(&mut half, "100 Continue").await;

    let supervisor = house.supervisor.clone();
    let shutdown = tokio::spawn(async move { supervisor.shutdown(Duration::from_secs(10)).await });
    read_until(&mut stream, "0\r\n\r\n").await;
    half.write_all(body.as_bytes()).await.unwrap();
    let text = read_until(&mut half, "\"half\"").await;
    assert!(text.contains("201 Created"), "{text}");
    shutdown.await.unwrap();
    served.await.unwrap().unwrap();
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn a_client_that_never_ends_its_head_does_not_keep_others_out() {
    let house = House::new().await;
    let (address, _) = listen(&house).await;
    let mut slow = Vec::new();
    for _ in 0..50 {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream
            .write_all(b"GET /healthz HTTP/1.1\r\nhost: ")
            .await
            .unwrap();
        slow.push(stream);
    }
    let mut stream = send(address, "GET /healthz HTTP/1.1", b"").await;
    read_until(&mut stream, "\r\n\r\nok").await;
    assert_eq!(slow.len(), 50);
}
