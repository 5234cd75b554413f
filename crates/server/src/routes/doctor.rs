//! What the doctor finds on the server's machine.

use axum::{Json, extract::State};

use crate::{
    app::{Scope, Shared},
    error::ApiError,
    extract::Caller,
    wire,
};

/// How everything is that a turn needs, with a fix for every finding. Admins get all of it, looked at now:
/// it names paths and the accounts behind logins. Members get how the assistants are that they may mention.
#[utoipa::path(get, path = "/api/doctor", tag = "server", responses((status = 200, body = wire::Doctor)))]
pub(crate) async fn examine(
    caller: Caller,
    State(app): State<Shared>,
) -> Result<Json<wire::Doctor>, ApiError> {
    let scope = if caller.person.is_admin() {
        Scope::Everything
    } else {
        Scope::AssistantsOf(caller.person.clone())
    };
    Ok(Json((app.doctor)(scope).await?))
}
