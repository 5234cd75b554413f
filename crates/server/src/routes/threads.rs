//! Threads.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use serde::Deserialize;
use switchboard_model::ThreadId;
use utoipa::IntoParams;

use crate::{
    app::Shared,
    error::{ApiError, Problem},
    extract::{self, Caller, Id, Query, client_id},
    routes::messages::PAGE_LIMIT,
    wire::{self, ToWire},
};

/// Which page of the list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Page {
    /// The `next` of the page before.
    before: Option<String>,
    /// How many, 1 to 200; 50 unless said otherwise.
    limit: Option<usize>,
    /// Those out of the way instead of the others.
    #[serde(default)]
    archived: bool,
}

/// The threads one may see, newest activity first.
#[utoipa::path(get, path = "/api/threads", tag = "threads", params(Page), responses((status = 200, body = wire::ThreadPage)))]
pub(crate) async fn list(
    caller: Caller,
    State(app): State<Shared>,
    Query(page): Query<Page>,
) -> Result<Json<wire::ThreadPage>, ApiError> {
    let limit = page.limit.unwrap_or(50).clamp(1, PAGE_LIMIT);
    let threads = app
        .engine
        .reader()
        .threads(
            caller.person.id,
            page.archived,
            page.before.map(cursor).transpose()?,
            limit,
        )
        .await?;
    Ok(Json(threads.to_wire()))
}

/// Opens a thread.
#[utoipa::path(post, path = "/api/threads", tag = "threads", request_body = wire::NewThread,
    params(("Idempotency-Key" = Option<String>, Header, description = "the same as client_id")),
    responses((status = 201, body = wire::Thread), (status = 200, description = "this client id had opened it before", body = wire::Thread), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn open(
    caller: Caller,
    State(app): State<Shared>,
    headers: HeaderMap,
    extract::Json(mut body): extract::Json<wire::NewThread>,
) -> Result<(StatusCode, Json<wire::Thread>), ApiError> {
    body.client_id = client_id(body.client_id, &headers)?;
    let (thread, new) = app.engine.open_thread(&caller.person, body.into()).await?;
    let status = if new {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    Ok((status, Json(thread.to_wire())))
}

/// One thread, with its members.
#[utoipa::path(get, path = "/api/threads/{id}", tag = "threads", params(("id" = String, Path)),
    responses((status = 200, body = wire::ThreadDetail), (status = 404, body = Problem)))]
pub(crate) async fn read(
    caller: Caller,
    State(app): State<Shared>,
    Id(id): Id<ThreadId>,
) -> Result<Json<wire::ThreadDetail>, ApiError> {
    let reader = app.engine.reader();
    let thread = reader
        .thread(caller.person.id, id)
        .await?
        .ok_or_else(|| ApiError::not_found("thread"))?;
    let members = reader.members(id).await?;
    Ok(Json(wire::ThreadDetail {
        thread: thread.to_wire(),
        members: members.iter().map(wire::Author::of).collect(),
    }))
}

/// Renames a thread, puts it away or back, opens it to everyone or closes it.
#[utoipa::path(patch, path = "/api/threads/{id}", tag = "threads", params(("id" = String, Path)), request_body = wire::ThreadPatch,
    responses((status = 200, body = wire::Thread), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn change(
    caller: Caller,
    State(app): State<Shared>,
    Id(id): Id<ThreadId>,
    extract::Json(body): extract::Json<wire::ThreadPatch>,
) -> Result<Json<wire::Thread>, ApiError> {
    let thread = app
        .engine
        .change_thread(&caller.person, id, body.into())
        .await?;
    Ok(Json(thread.to_wire()))
}

/// Deletes a thread for everyone; what runs in it is stopped.
#[utoipa::path(delete, path = "/api/threads/{id}", tag = "threads", params(("id" = String, Path)),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn remove(
    caller: Caller,
    State(app): State<Shared>,
    Id(id): Id<ThreadId>,
) -> Result<StatusCode, ApiError> {
    app.engine.delete_thread(&caller.person, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A cursor of this list, a time and a thread's id. The store starts over at what it cannot read, which
/// a program that reads all pages would take for more.
fn cursor(text: String) -> Result<String, ApiError> {
    let reads =
        |(at, id): (&str, &str)| at.parse::<i64>().is_ok() && id.parse::<ThreadId>().is_ok();
    if text.split_once('.').is_some_and(reads) {
        Ok(text)
    } else {
        Err(ApiError::invalid("this is not a cursor of this list"))
    }
}
