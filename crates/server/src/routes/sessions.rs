//! The browsers in which a person is signed in.

use axum::{Json, extract::State, http::StatusCode};
use switchboard_auth::Via;
use switchboard_model::SessionId;

use crate::{
    app::Shared,
    error::{ApiError, Problem},
    extract::{Caller, Id},
    wire,
};

/// One's own sessions, newest first.
#[utoipa::path(get, path = "/api/sessions", tag = "session", responses((status = 200, body = wire::List<wire::Session>)))]
pub(crate) async fn list(
    caller: Caller,
    State(app): State<Shared>,
) -> Result<Json<wire::List<wire::Session>>, ApiError> {
    let sessions = app.identity.sessions(caller.person.id).await?;
    let items = sessions
        .iter()
        .map(|session| wire::Session::seen_by(session, caller.session()))
        .collect();
    Ok(Json(wire::List { items }))
}

/// Ends one of one's own sessions.
#[utoipa::path(delete, path = "/api/sessions/{id}", tag = "session", params(("id" = String, Path)),
    responses((status = 204), (status = 404, body = Problem)))]
pub(crate) async fn revoke(
    caller: Caller,
    State(app): State<Shared>,
    Id(id): Id<SessionId>,
) -> Result<StatusCode, ApiError> {
    if !app.identity.revoke_session(caller.person.id, id).await? {
        return Err(ApiError::not_found("session"));
    }
    app.live.revoke(Via::Session(id));
    Ok(StatusCode::NO_CONTENT)
}
