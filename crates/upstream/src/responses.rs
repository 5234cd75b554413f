//! The model over plain HTTP: one POST, one stream of server-sent events. Owns that wire; what is said is played
//! elsewhere.

use std::io;
use std::sync::Arc;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::{Extension, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::account::limit_headers;
use crate::events::Composer;
use crate::play::{self, Frame};
use crate::seen::Seen;
use crate::shared::Shared;
use crate::wire::Refusal;

/// Answers a model request.
pub(crate) async fn post(
    State(shared): State<Arc<Shared>>,
    Extension(seen): Extension<Arc<Seen>>,
) -> Response {
    let composer = Composer::new(shared.next_number(), &seen);
    let mut frames = play::start(&shared, seen, composer);
    let first = match frames.recv().await {
        Some(Frame::Refuse(refusal)) => return refused(&shared, &refusal),
        first => first,
    };
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (
        headers,
        limit_headers(shared.limits()),
        Body::from_stream(body(first, frames, encode)),
    )
        .into_response()
}

/// An error answer, with the plan's limits as every answer has them.
pub(crate) fn refused(shared: &Shared, refusal: &Refusal) -> Response {
    let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let id = [(
        "x-request-id",
        format!("req_scripted_{}", shared.next_number()),
    )];
    (
        status,
        id,
        limit_headers(shared.limits()),
        Json(json!({ "error": refusal.error })),
    )
        .into_response()
}

/// The frames as bytes. A cut is an error of the body, which breaks the connection without an end.
pub(crate) fn body(
    first: Option<Frame>,
    frames: mpsc::Receiver<Frame>,
    encode: fn(&Value) -> Bytes,
) -> impl futures_util::Stream<Item = Result<Bytes, io::Error>> {
    stream::unfold((first, frames), move |(first, mut frames)| async move {
        let frame = match first {
            Some(frame) => frame,
            // Frames that end without an end were cut short by a stop.
            None => frames.recv().await.unwrap_or(Frame::Cut),
        };
        let sent = match frame {
            Frame::Event(event) => Ok(encode(&event)),
            Frame::Cut | Frame::Refuse(_) => {
                // What was said before has to leave first; an error at once would take it along.
                tokio::task::yield_now().await;
                Err(io::Error::from(io::ErrorKind::ConnectionReset))
            }
            Frame::End { .. } => return None,
        };
        Some((sent, (None, frames)))
    })
}

fn encode(event: &Value) -> Bytes {
    let kind = event["type"].as_str().unwrap_or_default();
    format!("event: {kind}\ndata: {event}\n\n").into()
}
