//! The least that could fan out: axum and a broadcast channel, one shared frame per post. No accounts, no
//! storage, no resuming. Speaks as much of our wire as the load needs.

use std::{convert::Infallible, io::Write as _};

use anyhow::Result;
use axum::{
    Json, Router,
    body::Body,
    extract::State,
    http::{StatusCode, header},
    response::IntoResponse,
    routing::{get, post},
};
use bytes::Bytes;
use futures_util::{StreamExt as _, future::ready, stream};
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::broadcast};
use tokio_stream::wrappers::BroadcastStream;

type Frames = broadcast::Sender<Bytes>;

/// Runs until it is killed.
pub async fn run() -> Result<Value> {
    let frames: Frames = broadcast::channel(1024).0;
    let router = Router::new()
        .route("/api/threads", post(thread))
        .route("/api/threads/{id}/messages", post(message))
        .route("/api/events", get(events))
        .with_state(frames);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let mut out = std::io::stdout();
    writeln!(out, "listening on http://{}", listener.local_addr()?)?;
    out.flush()?;
    axum::serve(
        axum::serve::ListenerExt::tap_io(listener, |stream| {
            let _ = stream.set_nodelay(true);
        }),
        router,
    )
    .await?;
    Ok(Value::Null)
}

async fn thread() -> impl IntoResponse {
    (StatusCode::CREATED, Json(json!({ "id": "relay" })))
}

async fn message(State(frames): State<Frames>, Json(body): Json<Value>) -> impl IntoResponse {
    let frame = format!("event: message\ndata: {body}\n\n");
    // Fails only if nobody listens.
    let _ = frames.send(frame.into());
    (StatusCode::CREATED, Json(body))
}

async fn events(State(frames): State<Frames>) -> impl IntoResponse {
    let first = stream::once(ready(Bytes::from_static(b"event: ready\ndata: {}\n\n")));
    // A viewer that fell behind misses something, and the load counts it.
    let rest = BroadcastStream::new(frames.subscribe()).filter_map(|frame| ready(frame.ok()));
    let body = Body::from_stream(first.chain(rest).map(Ok::<_, Infallible>));
    ([(header::CONTENT_TYPE, "text/event-stream")], body)
}
