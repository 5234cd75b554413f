//! Threads.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use serde::Deserialize;
use switchboard_model::ThreadId;
use switchboard_store::{StoreError, ThreadRow};
use utoipa::IntoParams;

use crate::{
    app::Shared,
    error::{ApiError, Problem},
    extract::{self, Caller, Id, Query, client_id},
    routes::messages::PAGE_LIMIT,
    wire,
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
    let rows: Vec<_> = threads.items.iter().collect();
    Ok(Json(wire::ThreadPage {
        items: as_seen(&app, &caller, &rows).await?,
        next: threads.next,
        pos: threads.position.to_string(),
    }))
}

/// Threads as the caller sees them, with how far they have read in each.
async fn as_seen(
    app: &Shared,
    caller: &Caller,
    rows: &[&ThreadRow],
) -> Result<Vec<wire::Thread>, StoreError> {
    let ids: Vec<_> = rows.iter().map(|row| row.thread.id).collect();
    let me = caller.person.id;
    let marks = app.engine.reader().marks(&ids, &[me]).await?;
    let seen = rows.iter().map(|row| {
        let mark = marks.get(&(row.thread.id, me)).copied();
        wire::Thread::new(row, mark.unwrap_or_default())
    });
    Ok(seen.collect())
}

pub(super) async fn one_as_seen(
    app: &Shared,
    caller: &Caller,
    row: &ThreadRow,
) -> Result<wire::Thread, ApiError> {
    let seen = as_seen(app, caller, &[row]).await?.pop();
    seen.ok_or_else(|| ApiError::not_found("thread"))
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
    Ok((status, Json(one_as_seen(&app, &caller, &thread).await?)))
}

/// One thread, with its members.
#[utoipa::path(get, path = "/api/threads/{id}", tag = "threads", params(("id" = String, Path)),
    responses((status = 200, body = wire::ThreadDetail), (status = 404, body = Problem)))]
pub(crate) async fn read(
    caller: Caller,
    State(app): State<Shared>,
    Id(id): Id<ThreadId>,
) -> Result<Json<wire::ThreadDetail>, ApiError> {
    Ok(Json(detail(&app, &caller, id).await?))
}

/// A thread that the caller may see, with its members.
pub(super) async fn detail(
    app: &Shared,
    caller: &Caller,
    id: ThreadId,
) -> Result<wire::ThreadDetail, ApiError> {
    let reader = app.engine.reader();
    let thread = reader
        .thread(caller.person.id, id)
        .await?
        .ok_or_else(|| ApiError::not_found("thread"))?;
    let members = reader.members(id).await?;
    Ok(wire::ThreadDetail {
        thread: one_as_seen(app, caller, &thread).await?,
        members: members.iter().map(wire::Author::of).collect(),
    })
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
    Ok(Json(one_as_seen(&app, &caller, &thread).await?))
}

/// Notes how far one has read. It never moves back, and at most to the thread's end.
#[utoipa::path(put, path = "/api/threads/{id}/read", tag = "threads", params(("id" = String, Path)), request_body = wire::ReadUpTo,
    responses((status = 200, body = wire::Thread), (status = 404, body = Problem)))]
pub(crate) async fn mark(
    caller: Caller,
    State(app): State<Shared>,
    Id(id): Id<ThreadId>,
    extract::Json(body): extract::Json<wire::ReadUpTo>,
) -> Result<Json<wire::Thread>, ApiError> {
    app.engine.read_thread(&caller.person, id, body.seq).await?;
    let thread = app.engine.reader().thread(caller.person.id, id).await?;
    let thread = thread.ok_or_else(|| ApiError::not_found("thread"))?;
    Ok(Json(one_as_seen(&app, &caller, &thread).await?))
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
