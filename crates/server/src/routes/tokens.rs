//! The tokens with which programs act in a person's name.

use axum::{Json, extract::State, http::StatusCode};
use switchboard_auth::Via;
use switchboard_model::TokenId;

use crate::{
    app::Shared,
    error::{ApiError, Problem},
    extract::{self, Caller, Id},
    wire,
};

/// One's own tokens, newest first.
#[utoipa::path(get, path = "/api/tokens", tag = "session", responses((status = 200, body = wire::List<wire::Token>)))]
pub(crate) async fn list(
    caller: Caller,
    State(app): State<Shared>,
) -> Result<Json<wire::List<wire::Token>>, ApiError> {
    let tokens = app.identity.tokens(caller.person.id).await?;
    Ok(Json(wire::List::of(&tokens)))
}

/// Makes a token. Its secret is in this answer and nowhere else.
#[utoipa::path(post, path = "/api/tokens", tag = "session", request_body = wire::NewToken,
    responses((status = 201, body = wire::TokenMade), (status = 422, body = Problem)))]
pub(crate) async fn make(
    caller: Caller,
    State(app): State<Shared>,
    extract::Json(body): extract::Json<wire::NewToken>,
) -> Result<(StatusCode, Json<wire::TokenMade>), ApiError> {
    let (token, secret) = app
        .identity
        .create_token(&body.name, caller.person.id)
        .await?;
    let made = wire::TokenMade {
        id: token.id.to_string(),
        name: token.name,
        token: secret.expose().clone(),
    };
    Ok((StatusCode::CREATED, Json(made)))
}

/// Ends one of one's own tokens.
#[utoipa::path(delete, path = "/api/tokens/{id}", tag = "session", params(("id" = String, Path)),
    responses((status = 204), (status = 404, body = Problem)))]
pub(crate) async fn revoke(
    caller: Caller,
    State(app): State<Shared>,
    Id(id): Id<TokenId>,
) -> Result<StatusCode, ApiError> {
    if !app.identity.revoke_token(caller.person.id, id).await? {
        return Err(ApiError::not_found("token"));
    }
    app.live.revoke(Via::Token(id));
    Ok(StatusCode::NO_CONTENT)
}
