//! Turns and what they produced.

use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::IntoResponse,
};
use serde::Deserialize;
use switchboard_model::{
    TurnId,
    item::{Item, ItemStatus},
    turn::Turn,
};
use switchboard_store::{AskedBy, TurnsThat};
use utoipa::{IntoParams, ToSchema};

use crate::{
    app::Shared,
    error::{ApiError, Problem},
    extract::{self, Caller, Id, Query},
    routes::{attachments::disposition, messages::PAGE_LIMIT},
    wire::{self, ToWire},
};

/// Which turns.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Which {
    /// `all`, the usual; `running`, which also has those that wait for a person or in line; or `failed`.
    #[serde(default)]
    #[param(inline)]
    state: Standing,
    /// Only those that one asked for.
    #[serde(default)]
    mine: bool,
    /// The `next` of the page before.
    before: Option<String>,
    /// How many, 1 to 200; 50 unless said otherwise.
    limit: Option<usize>,
}

/// How turns stand.
#[derive(Debug, Default, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Standing {
    /// However.
    #[default]
    All,
    /// They are not over.
    Running,
    /// They failed or were given up.
    Failed,
}

/// The turns in the threads that one may see, whoever asked for them, newest first.
#[utoipa::path(get, path = "/api/turns", tag = "turns", params(Which),
    responses((status = 200, body = wire::TurnPage), (status = 400, body = Problem)))]
pub(crate) async fn list(
    caller: Caller,
    State(app): State<Shared>,
    Query(which): Query<Which>,
) -> Result<Json<wire::TurnPage>, ApiError> {
    let that = match which.state {
        Standing::All => TurnsThat::Exist,
        Standing::Running => TurnsThat::AreOpen,
        Standing::Failed => TurnsThat::Failed,
    };
    let by = if which.mine {
        AskedBy::Reader
    } else {
        AskedBy::Anyone
    };
    let before = which.before.map(|text| {
        text.parse::<TurnId>()
            .map_err(|_| ApiError::invalid("this is not a cursor of this list"))
    });
    let limit = which.limit.unwrap_or(50).clamp(1, PAGE_LIMIT);
    let reader = app.engine.reader();
    let page = reader
        .turns(caller.person.id, that, by, before.transpose()?, limit)
        .await?;
    let mut items = Vec::with_capacity(page.items.len());
    for row in page.items {
        items.push(wire::TurnRow {
            turn: on_the_wire(&app, &row.turn).await?.0,
            title: row.title,
            seq: row.seq,
            words: row.words,
        });
    }
    Ok(Json(wire::TurnPage {
        items,
        next: page.next,
        pos: page.position.to_string(),
    }))
}

/// One turn.
#[utoipa::path(get, path = "/api/turns/{id}", tag = "turns", params(("id" = String, Path)),
    responses((status = 200, body = wire::Turn), (status = 404, body = Problem)))]
pub(crate) async fn read(
    caller: Caller,
    State(app): State<Shared>,
    Id(id): Id<TurnId>,
) -> Result<Json<wire::Turn>, ApiError> {
    let turn = app.engine.visible_turn(&caller.person, id).await?;
    on_the_wire(&app, &turn).await
}

/// What a turn produced so far, in order.
#[utoipa::path(get, path = "/api/turns/{id}/items", tag = "turns", params(("id" = String, Path)),
    responses((status = 200, body = wire::TurnItems), (status = 404, body = Problem)))]
pub(crate) async fn items(
    caller: Caller,
    State(app): State<Shared>,
    Id(id): Id<TurnId>,
) -> Result<Json<wire::TurnItems>, ApiError> {
    app.engine.visible_turn(&caller.person, id).await?;
    let (stored, position) = app.engine.reader().items(id).await?;
    let items = with_live_text(stored, app.engine.live_item_texts(id));
    let (questions, steers) = (
        app.engine.reader().questions(id).await?,
        app.engine.reader().steers(id).await?,
    );
    Ok(Json(wire::TurnItems {
        items: items.iter().map(ToWire::to_wire).collect(),
        questions: questions.iter().map(ToWire::to_wire).collect(),
        steers: steers.iter().map(ToWire::to_wire).collect(),
        pos: position.to_string(),
    }))
}

/// What the turn's program said last, word for word and line by line, for a bug report: also what is shown nowhere. Only for
/// whoever asked. It is kept in memory alone, and newer turns take its place.
#[utoipa::path(get, path = "/api/turns/{id}/raw", tag = "turns", params(("id" = String, Path)),
    responses((status = 200, description = "one JSON object a line, to be saved", content_type = "application/octet-stream"),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn raw(
    caller: Caller,
    State(app): State<Shared>,
    Id(id): Id<TurnId>,
) -> Result<impl IntoResponse, ApiError> {
    let said = app.engine.said_in_turn(&caller.person, id).await?;
    let name = format!("turn-{id}.jsonl");
    let headers = [
        (header::CONTENT_TYPE, "application/x-ndjson".to_owned()),
        (header::CONTENT_DISPOSITION, disposition(&name)),
    ];
    Ok((headers, said))
}

/// Stops a turn; its text so far stays.
#[utoipa::path(post, path = "/api/turns/{id}/cancel", tag = "turns", params(("id" = String, Path)),
    responses((status = 200, body = wire::Turn), (status = 404, body = Problem), (status = 409, description = "turn_ended", body = Problem)))]
pub(crate) async fn cancel(
    caller: Caller,
    State(app): State<Shared>,
    Id(id): Id<TurnId>,
) -> Result<Json<wire::Turn>, ApiError> {
    let turn = app.engine.stop_turn(&caller.person, id).await?;
    on_the_wire(&app, &turn).await
}

/// Sends words into a running turn. If it does not take them, they become one's next message.
#[utoipa::path(post, path = "/api/turns/{id}/steer", tag = "turns", params(("id" = String, Path)), request_body = wire::NewText,
    responses((status = 201, body = wire::Steer), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, description = "turn_ended or not_steerable", body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn steer(
    caller: Caller,
    State(app): State<Shared>,
    Id(id): Id<TurnId>,
    extract::Json(body): extract::Json<wire::NewText>,
) -> Result<(StatusCode, Json<wire::Steer>), ApiError> {
    let steer = app
        .engine
        .steer_turn(&caller.person, id, &body.text)
        .await?;
    Ok((StatusCode::CREATED, Json(steer.to_wire())))
}

/// Tries a turn again that failed, was stopped or abandoned: a new attempt of the same answer.
#[utoipa::path(post, path = "/api/turns/{id}/retry", tag = "turns", params(("id" = String, Path)),
    responses((status = 201, body = wire::Turn), (status = 404, body = Problem), (status = 409, description = "not_retryable", body = Problem)))]
pub(crate) async fn retry(
    caller: Caller,
    State(app): State<Shared>,
    Id(id): Id<TurnId>,
) -> Result<(StatusCode, Json<wire::Turn>), ApiError> {
    let turn = app.engine.retry_turn(&caller.person, id).await?;
    Ok((StatusCode::CREATED, on_the_wire(&app, &turn).await?))
}

async fn on_the_wire(app: &Shared, turn: &Turn) -> Result<Json<wire::Turn>, ApiError> {
    Ok(Json(wire::Turn::at(turn, app.engine.line(turn).await?)))
}

/// Checkpoints with the text that the running turn has in memory. What the store already closed stays
/// closed.
fn with_live_text(mut stored: Vec<Item>, live: Vec<Item>) -> Vec<Item> {
    for item in live {
        match stored.iter_mut().find(|stored| stored.id == item.id) {
            Some(stored) if stored.status == ItemStatus::Open => *stored = item,
            Some(_) => {}
            None => stored.push(item),
        }
    }
    stored.sort_by_key(|item| item.seq);
    stored
}
