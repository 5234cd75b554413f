//! Messages that wait until one's turns in a thread have ended.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use switchboard_engine::chat::Incoming;
use switchboard_model::{QueuedId, ThreadId};

use crate::{
    app::Shared,
    error::{ApiError, Problem},
    extract::{self, Caller, Id, client_id},
    names::Names,
    routes::messages::attachment_ids,
    wire::{self, ToWire},
};

/// What waits of one's own in a thread, the next one first.
#[utoipa::path(get, path = "/api/threads/{id}/queue", tag = "queue", params(("id" = String, Path)),
    responses((status = 200, body = wire::List<wire::Queued>), (status = 404, body = Problem)))]
pub(crate) async fn list(
    caller: Caller,
    State(app): State<Shared>,
    Id(id): Id<ThreadId>,
) -> Result<Json<wire::List<wire::Queued>>, ApiError> {
    let queue = app.engine.queue(&caller.person, id).await?;
    Ok(Json(wire::List {
        items: queue.to_wire(),
    }))
}

/// Puts messages that wait of one's own in another order: those named come first, the others follow as they stood.
#[utoipa::path(patch, path = "/api/threads/{id}/queue", tag = "queue", params(("id" = String, Path)), request_body = wire::QueueOrder,
    responses((status = 200, body = wire::List<wire::Queued>), (status = 404, description = "also if one of them does not wait there", body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn arrange(
    caller: Caller,
    State(app): State<Shared>,
    Id(id): Id<ThreadId>,
    extract::Json(body): extract::Json<wire::QueueOrder>,
) -> Result<Json<wire::List<wire::Queued>>, ApiError> {
    let order = body.ids()?;
    app.engine.arrange_queue(&caller.person, id, order).await?;
    list(caller, State(app), Id(id)).await
}

/// Takes back everything of one's own that waits in a thread.
#[utoipa::path(delete, path = "/api/threads/{id}/queue", tag = "queue", params(("id" = String, Path)),
    responses((status = 204), (status = 404, body = Problem)))]
pub(crate) async fn clear(
    caller: Caller,
    State(app): State<Shared>,
    Id(id): Id<ThreadId>,
) -> Result<StatusCode, ApiError> {
    app.engine.clear_queue(&caller.person, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// One message that waits of one's own in a thread.
#[utoipa::path(get, path = "/api/threads/{id}/queue/{queued}", tag = "queue", params(("id" = String, Path), ("queued" = String, Path)),
    responses((status = 200, body = wire::Queued), (status = 404, body = Problem)))]
pub(crate) async fn read_in(
    caller: Caller,
    State(app): State<Shared>,
    Id((thread, id)): Id<(ThreadId, QueuedId)>,
) -> Result<Json<wire::Queued>, ApiError> {
    let queue = app.engine.queue(&caller.person, thread).await?.to_wire();
    let entry = find(queue, id).ok_or_else(|| ApiError::not_found("queued message"))?;
    Ok(Json(entry))
}

/// Changes the text of a message that waits in a thread, or its place.
#[utoipa::path(patch, path = "/api/threads/{id}/queue/{queued}", tag = "queue", params(("id" = String, Path), ("queued" = String, Path)),
    request_body = wire::QueuedPatch,
    responses((status = 200, body = wire::Queued), (status = 404, body = Problem), (status = 413, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn change_in(
    caller: Caller,
    State(app): State<Shared>,
    Id((thread, id)): Id<(ThreadId, QueuedId)>,
    body: extract::Json<wire::QueuedPatch>,
) -> Result<Json<wire::Queued>, ApiError> {
    app.engine.queued_in(&caller.person, thread, id).await?;
    change(caller, State(app), Id(id), body).await
}

/// Takes a message back that waits in a thread.
#[utoipa::path(delete, path = "/api/threads/{id}/queue/{queued}", tag = "queue", params(("id" = String, Path), ("queued" = String, Path)),
    responses((status = 204), (status = 404, body = Problem)))]
pub(crate) async fn remove_in(
    caller: Caller,
    State(app): State<Shared>,
    Id((thread, id)): Id<(ThreadId, QueuedId)>,
) -> Result<StatusCode, ApiError> {
    app.engine.queued_in(&caller.person, thread, id).await?;
    remove(caller, State(app), Id(id)).await
}

/// Queues a message behind the others. It is posted once no turn that one asked for is open in the thread
/// and the last one was answered; what could not be posted now is refused now.
#[utoipa::path(post, path = "/api/threads/{id}/queue", tag = "queue", request_body = wire::NewQueued,
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header, description = "the same as client_id")),
    responses((status = 201, body = wire::Queued), (status = 200, description = "it was queued before", body = wire::Queued),
        (status = 404, body = Problem), (status = 409, description = "client_id_reused or queue_full", body = Problem),
        (status = 413, body = Problem), (status = 422, description = "attachment_missing or attachment_unsupported: nothing was stored", body = Problem)))]
pub(crate) async fn add(
    caller: Caller,
    State(app): State<Shared>,
    Id(id): Id<ThreadId>,
    headers: HeaderMap,
    extract::Json(body): extract::Json<wire::NewQueued>,
) -> Result<(StatusCode, Json<wire::Queued>), ApiError> {
    let message = Incoming {
        attachments: attachment_ids(&body.attachments)?,
        client_id: client_id(body.client_id, &headers)?,
        text: body.text,
    };
    let (queued, new) = app.engine.enqueue(&caller.person, id, message).await?;
    let queue = app.engine.queue(&caller.person, id).await?.to_wire();
    let status = if new {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    let entry = find(queue, queued.id).unwrap_or_else(|| wire::Queued::new(&queued, 0, None));
    Ok((status, Json(entry)))
}

/// Changes the text of a message that waits, or its place.
#[utoipa::path(patch, path = "/api/queue/{id}", tag = "queue", params(("id" = String, Path)), request_body = wire::QueuedPatch,
    responses((status = 200, body = wire::Queued), (status = 404, body = Problem), (status = 413, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn change(
    caller: Caller,
    State(app): State<Shared>,
    Id(id): Id<QueuedId>,
    extract::Json(body): extract::Json<wire::QueuedPatch>,
) -> Result<Json<wire::Queued>, ApiError> {
    let engine = &app.engine;
    let place = body.place()?;
    let thread = engine
        .change_queued(&caller.person, id, body.text.as_deref(), place)
        .await?;
    let queue = engine.queue(&caller.person, thread).await?.to_wire();
    // Perhaps it was posted in this very moment, with its new text.
    let entry = find(queue, id).ok_or_else(|| ApiError::not_found("queued message"))?;
    Ok(Json(entry))
}

/// Sends a message that waits into a running turn of one's own in its thread instead.
#[utoipa::path(post, path = "/api/queue/{id}/steer", tag = "queue", params(("id" = String, Path)),
    responses((status = 201, body = wire::Steer), (status = 404, body = Problem),
        (status = 409, description = "turn_ended or not_steerable", body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn steer(
    caller: Caller,
    State(app): State<Shared>,
    Id(id): Id<QueuedId>,
) -> Result<(StatusCode, Json<wire::Steer>), ApiError> {
    let steer = app.engine.steer_queued(&caller.person, id).await?;
    Ok((StatusCode::CREATED, Json(steer.to_wire())))
}

/// Takes a message back that waits.
#[utoipa::path(delete, path = "/api/queue/{id}", tag = "queue", params(("id" = String, Path)),
    responses((status = 204), (status = 404, body = Problem)))]
pub(crate) async fn remove(
    caller: Caller,
    State(app): State<Shared>,
    Id(id): Id<QueuedId>,
) -> Result<StatusCode, ApiError> {
    app.engine.take_back_queued(&caller.person, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Posts a message that waits now, ahead of the others. What held the queue holds it no more.
#[utoipa::path(post, path = "/api/queue/{id}/send", tag = "queue", params(("id" = String, Path)),
    responses((status = 201, body = wire::Posted), (status = 404, description = "also once it was posted", body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn send(
    caller: Caller,
    State(app): State<Shared>,
    Id(id): Id<QueuedId>,
) -> Result<(StatusCode, Json<wire::Posted>), ApiError> {
    let posted = app.engine.send_queued(&caller.person, id).await?;
    let names = Names::read(app.engine.reader()).await?;
    let posted = wire::Posted::new(&posted, &names, Some(id.to_string()));
    Ok((StatusCode::CREATED, Json(posted)))
}

fn find(queue: Vec<wire::Queued>, id: QueuedId) -> Option<wire::Queued> {
    let id = id.to_string();
    queue.into_iter().find(|queued| queued.id == id)
}
