//! The tokens with which programs act in a person's name.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use switchboard_auth::Via;
use switchboard_model::TokenId;

use crate::{
    app::Shared,
    error::{ApiError, Problem},
    extract::{self, Caller, Id, client_id},
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
    params(("Idempotency-Key" = Option<String>, Header, description = "the same as client_id")),
    responses((status = 201, body = wire::TokenMade), (status = 409, description = "this client id had made one before", body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn make(
    caller: Caller,
    State(app): State<Shared>,
    headers: HeaderMap,
    extract::Json(body): extract::Json<wire::NewToken>,
) -> Result<(StatusCode, Json<wire::TokenMade>), ApiError> {
    let (identity, person) = (&app.identity, caller.person.id);
    let (token, secret) = match client_id(body.client_id, &headers)? {
        Some(id) => identity.create_token_once(&body.name, person, id).await?,
        None => identity.create_token(&body.name, person).await?,
    };
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
    let me = caller.person.id;
    if !app.identity.revoke_token(me, me, id).await? {
        return Err(ApiError::not_found("token"));
    }
    app.live.revoke(Via::Token(id));
    Ok(StatusCode::NO_CONTENT)
}
