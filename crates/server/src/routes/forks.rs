//! Branching off: forks of threads, what they carry over, and messages that are changed and asked again.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use switchboard_model::{MessageId, ThreadId};

use crate::{
    app::Shared,
    error::{ApiError, Problem},
    extract::{self, Caller, Id, client_id},
    names::Names,
    routes::threads::one_as_seen,
    wire,
};

/// Opens a private thread of one's own that carries over what was said up to a message, and works as the other does:
/// with the same assistant and settings, but full access becomes standard, and a folder stays only where one may use it.
#[utoipa::path(post, path = "/api/threads/{id}/fork", tag = "threads", request_body = wire::NewFork,
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header, description = "the same as client_id")),
    responses((status = 201, body = wire::Thread), (status = 200, description = "this client id had opened it before", body = wire::Thread),
        (status = 404, description = "no such thread, or no such message in it", body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn fork(
    caller: Caller,
    State(app): State<Shared>,
    Id(id): Id<ThreadId>,
    headers: HeaderMap,
    extract::Json(body): extract::Json<wire::NewFork>,
) -> Result<(StatusCode, Json<wire::Thread>), ApiError> {
    let message = body.message.parse();
    let message = message.map_err(|_| ApiError::not_found("message"))?;
    let client_id = client_id(body.client_id, &headers)?;
    let forked = app.engine.fork(&caller.person, id, message, client_id);
    let (thread, new) = forked.await?;
    let status = if new {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    Ok((status, Json(one_as_seen(&app, &caller, &thread).await?)))
}

/// What a fork carries over, as it was when the fork was made.
#[utoipa::path(get, path = "/api/threads/{id}/carried", tag = "threads", params(("id" = String, Path)),
    responses((status = 200, body = wire::Carried), (status = 404, description = "no such thread, or it is no fork", body = Problem)))]
pub(crate) async fn carried(
    caller: Caller,
    State(app): State<Shared>,
    Id(id): Id<ThreadId>,
) -> Result<Json<wire::Carried>, ApiError> {
    let (reader, me) = (app.engine.reader(), caller.person.id);
    reader
        .thread(me, id)
        .await?
        .ok_or_else(|| ApiError::not_found("thread"))?;
    let carried = reader.carried(id).await?;
    let carried = carried.ok_or_else(|| ApiError::not_found("fork"))?;
    let source = reader.thread(me, carried.source).await?;
    Ok(Json(wire::Carried::new(&carried, source.is_some())))
}

/// Changes what one said and asks again. A message that was not answered gets new turns in its place; one that was stays as
/// it is, and the new words are posted in a fork that begins before it: `message.thread_id` says where they stand.
#[utoipa::path(post, path = "/api/messages/{id}/resend", tag = "messages", request_body = wire::Resend,
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header, description = "the same as client_id")),
    responses((status = 201, body = wire::Posted), (status = 200, description = "this client id had asked it before", body = wire::Posted),
        (status = 403, description = "somebody else said it", body = Problem), (status = 404, body = Problem),
        (status = 409, description = "turn_open: a turn that it asked for is not over; or client_id_reused", body = Problem),
        (status = 413, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn resend(
    caller: Caller,
    State(app): State<Shared>,
    Id(id): Id<MessageId>,
    headers: HeaderMap,
    extract::Json(body): extract::Json<wire::Resend>,
) -> Result<(StatusCode, Json<wire::Posted>), ApiError> {
    let given = client_id(body.client_id, &headers)?;
    let resent = app
        .engine
        .resend(&caller.person, id, &body.text, given)
        .await?;
    let reader = app.engine.reader();
    let own = resent.message.id;
    let client_id = reader.client_ids(&[own]).await?.remove(&own);
    let names = Names::read(reader).await?;
    let status = if resent.repeated {
        StatusCode::OK
    } else {
        StatusCode::CREATED
    };
    Ok((status, Json(wire::Posted::new(&resent, &names, client_id))))
}
