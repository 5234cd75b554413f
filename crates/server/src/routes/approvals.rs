//! What turns ask, and deciding it.

use axum::{Json, extract::State};
use serde::Deserialize;
use switchboard_model::QuestionId;
use utoipa::{IntoParams, ToSchema};

use crate::{
    app::Shared,
    error::{ApiError, Problem},
    extract::{self, Caller, Id, Query},
    wire::{self, ToWire},
};

/// Which ones.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Which {
    /// `open`, the usual, are those that wait; `settled` the newest 50 of the others.
    #[serde(default)]
    #[param(inline)]
    state: Standing,
}

/// Whether they wait.
#[derive(Debug, Default, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Standing {
    /// They wait for the person who started the turn.
    #[default]
    Open,
    /// They were decided, or nobody needs an answer any more.
    Settled,
}

/// What turns ask in the threads that one may see, whoever decides it.
#[utoipa::path(get, path = "/api/approvals", tag = "approvals", params(Which),
    responses((status = 200, body = wire::List<wire::Question>)))]
pub(crate) async fn list(
    caller: Caller,
    State(app): State<Shared>,
    Query(which): Query<Which>,
) -> Result<Json<wire::List<wire::Question>>, ApiError> {
    let reader = app.engine.reader();
    let questions = match which.state {
        Standing::Open => reader.open_questions(caller.person.id).await?,
        Standing::Settled => reader.settled_questions(caller.person.id).await?,
    };
    Ok(Json(wire::List::of(&questions)))
}

/// Decides what a turn asks, once, as the person who started it.
#[utoipa::path(post, path = "/api/approvals/{id}", tag = "approvals", params(("id" = String, Path)), request_body = wire::Decision,
    responses((status = 200, body = wire::Question), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, description = "approval_settled", body = Problem), (status = 422, description = "it was not offered, or the answer does not fit", body = Problem)))]
pub(crate) async fn decide(
    caller: Caller,
    State(app): State<Shared>,
    Id(id): Id<QuestionId>,
    extract::Json(body): extract::Json<wire::Decision>,
) -> Result<Json<wire::Question>, ApiError> {
    let question = app.engine.decide(&caller.person, id, body.into()).await?;
    Ok(Json(question.to_wire()))
}
