//! Who is in a thread.

use axum::{Json, extract::State, http::StatusCode};
use switchboard_model::{PersonId, ThreadId};

use crate::{
    app::Shared,
    error::{ApiError, Problem},
    extract::{self, Caller, Id},
    wire,
};

/// A thread's members, by handle.
#[utoipa::path(get, path = "/api/threads/{id}/members", tag = "threads", params(("id" = String, Path)),
    responses((status = 200, body = wire::List<wire::Author>), (status = 404, body = Problem)))]
pub(crate) async fn list(
    caller: Caller,
    State(app): State<Shared>,
    Id(id): Id<ThreadId>,
) -> Result<Json<wire::List<wire::Author>>, ApiError> {
    let reader = app.engine.reader();
    reader
        .thread(caller.person.id, id)
        .await?
        .ok_or_else(|| ApiError::not_found("thread"))?;
    let items = reader
        .members(id)
        .await?
        .iter()
        .map(wire::Author::of)
        .collect();
    Ok(Json(wire::List { items }))
}

/// Adds a person to a thread. Adding a member again changes nothing.
#[utoipa::path(post, path = "/api/threads/{id}/members", tag = "threads", params(("id" = String, Path)), request_body = wire::NewMember,
    responses((status = 201, body = wire::List<wire::Author>), (status = 404, body = Problem)))]
pub(crate) async fn add(
    caller: Caller,
    State(app): State<Shared>,
    Id(id): Id<ThreadId>,
    extract::Json(body): extract::Json<wire::NewMember>,
) -> Result<(StatusCode, Json<wire::List<wire::Author>>), ApiError> {
    let person = named(&app, &body.person).await?;
    app.engine.add_member(&caller.person, id, person).await?;
    let members = list(caller, State(app), Id(id)).await?;
    Ok((StatusCode::CREATED, members))
}

/// Leaves a thread, or takes somebody out of one: everyone themselves, who opened it and admins everyone.
#[utoipa::path(delete, path = "/api/threads/{id}/members/{person}", tag = "threads",
    params(("id" = String, Path), ("person" = String, Path, description = "a person's id")),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, description = "last_member", body = Problem)))]
pub(crate) async fn remove(
    caller: Caller,
    State(app): State<Shared>,
    Id((thread, person)): Id<(ThreadId, PersonId)>,
) -> Result<StatusCode, ApiError> {
    app.engine
        .remove_member(&caller.person, thread, person)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The person of that id or handle.
async fn named(app: &Shared, name: &str) -> Result<PersonId, ApiError> {
    if let Ok(id) = name.parse() {
        return Ok(id);
    }
    let handle = name.trim_start_matches('@').to_lowercase();
    let person = app.engine.reader().person_by_handle(&handle).await?;
    person
        .map(|person| person.id)
        .ok_or_else(|| ApiError::not_found("person"))
}
