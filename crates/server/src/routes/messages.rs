//! Messages of a thread.

use std::collections::HashMap;

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use serde::Deserialize;
use switchboard_engine::{Engine, Incoming};
use switchboard_model::{AttachmentId, MessageId, ThreadId};
use switchboard_store::{MessagePage, StoreError};
use utoipa::IntoParams;

use crate::{
    app::Shared,
    error::{ApiError, Problem},
    extract::{self, Caller, Id, Query, client_id},
    names::Names,
    wire,
};

/// The largest page of any list.
pub(super) const PAGE_LIMIT: usize = 200;

/// Which part of the thread.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Part {
    /// Older messages: the `next` of the page after. Without either, the newest messages.
    before: Option<String>,
    /// Newer messages: the `next` of a page asked for with `after`; `0` is the beginning.
    after: Option<String>,
    /// The messages around this `seq`, as many before it as after it.
    around: Option<i64>,
    /// How many, 1 to 200; 50 unless said otherwise. A page ends sooner once it has 4 MiB of text.
    limit: Option<usize>,
}

/// A page of a thread, ascending, with the turns that belong to it.
#[utoipa::path(get, path = "/api/threads/{id}/messages", tag = "messages", params(("id" = String, Path), Part),
    responses((status = 200, body = wire::MessagePage), (status = 404, body = Problem)))]
pub(crate) async fn list(
    caller: Caller,
    State(app): State<Shared>,
    Id(id): Id<ThreadId>,
    Query(part): Query<Part>,
) -> Result<Json<wire::MessagePage>, ApiError> {
    let reader = app.engine.reader();
    reader
        .thread(caller.person.id, id)
        .await?
        .ok_or_else(|| ApiError::not_found("thread"))?;
    let limit = part.limit.unwrap_or(50).clamp(1, PAGE_LIMIT);
    let (page, next) = match (
        part.before.as_deref().map(seq).transpose()?,
        part.after.as_deref().map(seq).transpose()?,
        part.around,
    ) {
        (before, None, None) => {
            let page = reader.messages(id, before, limit).await?;
            let older = page.older;
            (page, older)
        }
        (None, None, Some(around)) => {
            let page = reader.messages_around(id, around, limit).await?;
            let older = page.older;
            (page, older)
        }
        (None, Some(after), None) => {
            let page = reader.messages_after(id, after, limit).await?;
            let newer = page.newer;
            (page, newer)
        }
        _ => {
            return Err(ApiError::invalid(
                "ask with one of before, after and around",
            ));
        }
    };
    Ok(Json(on_the_wire(&app.engine, &caller, &page, next).await?))
}

/// Posts a message. Each assistant named in it owes an answer, and so does the one of a direct thread.
#[utoipa::path(post, path = "/api/threads/{id}/messages", tag = "messages", request_body = wire::NewMessage,
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header, description = "the same as client_id")),
    responses((status = 201, body = wire::Posted), (status = 200, description = "it was posted before", body = wire::Posted),
        (status = 409, description = "client_id_reused", body = Problem), (status = 404, body = Problem), (status = 413, body = Problem),
        (status = 422, description = "attachment_missing or attachment_unsupported: nothing was stored", body = Problem)))]
pub(crate) async fn post(
    caller: Caller,
    State(app): State<Shared>,
    Id(id): Id<ThreadId>,
    headers: HeaderMap,
    extract::Json(body): extract::Json<wire::NewMessage>,
) -> Result<(StatusCode, Json<wire::Posted>), ApiError> {
    let client_id = client_id(body.client_id, &headers)?;
    let message = Incoming {
        text: body.text,
        attachments: attachment_ids(&body.attachments)?,
        client_id: client_id.clone(),
    };
    let posted = app.engine.post(&caller.person, id, message).await?;
    let names = Names::read(app.engine.reader()).await?;
    let status = if posted.repeated {
        StatusCode::OK
    } else {
        StatusCode::CREATED
    };
    Ok((status, Json(wire::Posted::new(&posted, &names, client_id))))
}

/// Changes what one said. Nobody is asked for an answer by it; what is asked later reads the new text.
#[utoipa::path(patch, path = "/api/messages/{id}", tag = "messages", params(("id" = String, Path)), request_body = wire::NewText,
    responses((status = 200, body = wire::Message), (status = 403, description = "somebody else said it", body = Problem), (status = 404, body = Problem),
        (status = 409, description = "turn_open: a turn that it asked for is not over", body = Problem), (status = 413, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn edit(
    caller: Caller,
    State(app): State<Shared>,
    Id(id): Id<MessageId>,
    extract::Json(body): extract::Json<wire::NewText>,
) -> Result<Json<wire::Message>, ApiError> {
    let message = app
        .engine
        .edit_message(&caller.person, id, &body.text)
        .await?;
    let reader = app.engine.reader();
    let client_id = reader.client_ids(&[id]).await?.remove(&id);
    let names = Names::read(reader).await?;
    Ok(Json(wire::Message::new(&message, &names, client_id)))
}

/// What is no id names no attachment.
pub(super) fn attachment_ids(texts: &[String]) -> Result<Vec<AttachmentId>, ApiError> {
    let ids = texts.iter().map(|text| {
        let id = text.parse();
        id.map_err(|_| ApiError::attachment_missing(format!("there is no attachment {text:?}")))
    });
    ids.collect()
}

/// A cursor: the `seq` it stands at. Callers need not know.
fn seq(cursor: &str) -> Result<i64, ApiError> {
    let digits = cursor.strip_prefix('s').unwrap_or(cursor);
    let seq = digits.parse().ok().filter(|seq| *seq >= 0);
    seq.ok_or_else(|| ApiError::invalid("this is not a cursor of this list"))
}

fn cursor(seq: i64) -> String {
    format!("s{seq}")
}

/// A page as the caller sees it.
async fn on_the_wire(
    engine: &Engine,
    caller: &Caller,
    page: &MessagePage,
    next: Option<i64>,
) -> Result<wire::MessagePage, StoreError> {
    let names = Names::read(engine.reader()).await?;
    let mut client_ids: HashMap<_, _> = page.client_ids.iter().cloned().collect();
    let items = page
        .messages
        .iter()
        .map(|message| {
            let client_id = client_ids
                .remove(&message.id)
                .filter(|_| message.author.id == caller.person.id);
            wire::Message::new(message, &names, client_id)
        })
        .collect();
    let mut turns = Vec::with_capacity(page.turns.len());
    for turn in &page.turns {
        turns.push(wire::Turn::at(turn, engine.line(turn).await?));
    }
    Ok(wire::MessagePage {
        items,
        next: next.map(cursor),
        newer: page.newer.map(cursor),
        turns,
        pos: page.position.to_string(),
    })
}
