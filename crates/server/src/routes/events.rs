//! The event stream's endpoint. What goes over it is `live`'s.

use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderName, header},
    response::IntoResponse,
};
use serde::Deserialize;
use switchboard_store::Position;
use utoipa::IntoParams;

use crate::{
    app::Shared,
    error::{ApiError, Problem},
    extract::{Caller, Query},
    wire,
};

/// Where to go on from.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct From {
    /// The `pos` of a snapshot, or the id of the last event heard. `Last-Event-ID` outranks it, because
    /// browsers repeat the URL when they come back.
    after: Option<String>,
}

/// Everything that happens in the threads one may see, as server-sent events. Each event's data is in
/// the schema `Event` under the event's name. Put what comes in the place of what you have, by id.
#[utoipa::path(get, path = "/api/events", tag = "events",
    params(From, ("Last-Event-ID" = Option<String>, Header, description = "the id of the last event heard")),
    responses((status = 200, body = wire::Event, content_type = "text/event-stream"), (status = 429, body = Problem)))]
pub(crate) async fn watch(
    caller: Caller,
    State(app): State<Shared>,
    headers: HeaderMap,
    Query(from): Query<From>,
) -> Result<impl IntoResponse, ApiError> {
    let last = headers
        .get("last-event-id")
        .and_then(|id| id.to_str().ok())
        .map(str::to_owned);
    let after = last.or(from.after).filter(|text| !text.is_empty());
    let stream = app.live.watch(caller, after.map(|text| position(&text)))?;
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-store"),
        (HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    Ok((headers, Body::from_stream(stream)))
}

/// A text that is no position is of no feed of ours: the stream then begins with `reset`.
fn position(text: &str) -> Position {
    text.parse().unwrap_or_else(|_| Position {
        epoch: String::new(),
        pos: 0,
    })
}
