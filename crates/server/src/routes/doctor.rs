//! What the doctor finds on the server's machine.

use axum::{Json, extract::State};

use crate::{
    app::Shared,
    error::{ApiError, Problem},
    extract::Caller,
    wire,
};

/// Looks at the server's machine now: programs, sign-ins, database, with a fix for every finding. For
/// admins, because it names paths and the account behind a login.
#[utoipa::path(get, path = "/api/doctor", tag = "server",
    responses((status = 200, body = wire::Doctor), (status = 403, body = Problem)))]
pub(crate) async fn examine(
    caller: Caller,
    State(app): State<Shared>,
) -> Result<Json<wire::Doctor>, ApiError> {
    caller.admin()?;
    let checks = (app.doctor)().await;
    Ok(Json(wire::Doctor { checks }))
}
