//! The model over a WebSocket.

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use switchboard_upstream::{Running, Via, auth};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;

use crate::client::{bearer, kind, said, upstream, user};

struct Socket(WebSocketStream<TcpStream>);

impl Socket {
    async fn open(up: &Running) -> Self {
        let url = format!("{}/responses", up.responses_url().replace("http:", "ws:"));
        let mut request = url.into_client_request().unwrap();
        request.headers_mut().insert(
            "authorization",
            bearer(&auth::fake_login()).parse().unwrap(),
        );
        let stream = TcpStream::connect(("127.0.0.1", up.port())).await.unwrap();
        Self(
            tokio_tungstenite::client_async(request, stream)
                .await
                .unwrap()
                .0,
        )
    }

    async fn send(&mut self, mut frame: Value) {
        frame["type"] = json!("response.create");
        self.0.send(Message::text(frame.to_string())).await.unwrap();
    }

    /// The next frame, or `None` when the connection broke without a close frame.
    async fn next(&mut self) -> Option<Value> {
        match self.0.next().await {
            Some(Ok(Message::Text(text))) => Some(serde_json::from_str(&text).unwrap()),
            Some(Ok(other)) => panic!("unexpected frame: {other:?}"),
            Some(Err(_)) | None => None,
        }
    }

    /// All frames up to the end of the answer, or of the connection.
    async fn answer(&mut self) -> Vec<Value> {
        let mut events = Vec::new();
        while let Some(event) = self.next().await {
            let over = matches!(
                kind(&event),
                "response.completed" | "response.failed" | "error"
            );
            events.push(event);
            if over {
                break;
            }
        }
        events
    }

    async fn ask(&mut self, frame: Value) -> Vec<Value> {
        self.send(frame).await;
        self.answer().await
    }
}

fn response_id(events: &[Value]) -> Value {
    events.last().unwrap()["response"]["id"].clone()
}

#[tokio::test]
async fn a_prewarm_and_later_frames_make_one_conversation() {
    let up = upstream().await;
    let mut socket = Socket::open(&up).await;
    let warmed = socket
        .ask(json!({ "generate": false, "input": [user("instructions")] }))
        .await;
    assert!(up.model_requests().is_empty(), "a prewarm asks nothing");

    let prompt = "mock: text \"first\"\nmock: text \"never\"";
    let first = socket
        .ask(json!({ "previous_response_id": response_id(&warmed), "input": [user(prompt)] }))
        .await;
    assert_eq!(said(&first), ["first"]);

    let second = socket
        .ask(json!({ "previous_response_id": response_id(&first), "input": [user("and now?")] }))
        .await;
    assert_eq!(said(&second), ["Echo: and now?"]);

    let asked = up.model_request(1).await;
    assert_eq!(asked.via, Via::WebSocket);
    assert_eq!(
        asked.body["input"].as_array().unwrap().len(),
        1,
        "the frame has only what is new"
    );
    assert_eq!(
        asked.input_texts(),
        ["instructions", prompt, "first", "and now?"]
    );
    assert!(
        asked
            .header("authorization")
            .unwrap()
            .starts_with("Bearer ")
    );
}

#[tokio::test]
async fn limits_come_before_the_answer() {
    let up = upstream().await;
    up.set_limits(42.5, 7.0);
    let events = Socket::open(&up)
        .await
        .ask(json!({ "input": [user("hello")] }))
        .await;
    assert_eq!(kind(&events[0]), "codex.rate_limits");
    assert_eq!(events[0]["rate_limits"]["primary"]["used_percent"], 42.5);
}

#[tokio::test]
async fn an_error_frame_has_a_status_and_never_a_status_code_too() {
    let up = upstream().await;
    let events = Socket::open(&up)
        .await
        .ask(json!({ "input": [user("mock: status 429 resets_in=60")] }))
        .await;
    let error = events.last().unwrap();
    assert_eq!((kind(error), &error["status"]), ("error", &json!(429)));
    assert_eq!(error["error"]["type"], "usage_limit_reached");
    assert!(error.get("status_code").is_none());
}

#[tokio::test]
async fn a_model_that_does_not_exist_is_refused_in_a_frame() {
    let up = upstream().await;
    let events = Socket::open(&up)
        .await
        .ask(json!({ "model": "no-such-model", "input": [user("hello")] }))
        .await;
    let error = events.last().unwrap();
    assert_eq!((kind(error), &error["status"]), ("error", &json!(404)));
    assert_eq!(error["error"]["code"], "model_not_found");
}

#[tokio::test]
async fn a_response_of_another_connection_is_unknown() {
    let up = upstream().await;
    let first = Socket::open(&up)
        .await
        .ask(json!({ "input": [user("hello")] }))
        .await;
    let frame = json!({ "previous_response_id": response_id(&first), "input": [] });
    let refused = Socket::open(&up).await.ask(frame).await;
    assert_eq!(refused[0]["error"]["code"], "previous_response_not_found");
}

#[tokio::test]
async fn a_cut_breaks_the_connection_without_a_close_frame() {
    let up = upstream().await;
    let mut socket = Socket::open(&up).await;
    let events = socket
        .ask(json!({ "input": [user("mock: cut after=2")] }))
        .await;
    assert_eq!(said(&events).len(), 2);
    assert!(socket.next().await.is_none());
}

#[tokio::test]
async fn a_refused_login_gets_no_socket() {
    let up = upstream().await;
    up.refuse_login();
    let url = format!("{}/responses", up.responses_url().replace("http:", "ws:"));
    let stream = TcpStream::connect(("127.0.0.1", up.port())).await.unwrap();
    let refused = tokio_tungstenite::client_async(url, stream)
        .await
        .unwrap_err();
    assert!(refused.to_string().contains("401"), "{refused}");
}
