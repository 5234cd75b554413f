//! Deciding what a turn asked.

use axum::{Json, extract::State};
use switchboard_model::QuestionId;

use crate::{
    app::Shared,
    error::{ApiError, Problem},
    extract::{self, Caller, Id},
    wire::{self, ToWire},
};

/// Decides a question, once, as the person who started the turn.
#[utoipa::path(post, path = "/api/questions/{id}/decide", tag = "turns", params(("id" = String, Path)), request_body = wire::Decision,
    responses((status = 200, body = wire::Question), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, description = "question_settled", body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn decide(
    caller: Caller,
    State(app): State<Shared>,
    Id(id): Id<QuestionId>,
    extract::Json(body): extract::Json<wire::Decision>,
) -> Result<Json<wire::Question>, ApiError> {
    let question = app.engine.decide(&caller.person, id, body.into()).await?;
    Ok(Json(question.to_wire()))
}
