//! What the doctor finds on the server's machine.

use axum::{Json, extract::State};

use crate::{app::Shared, wire};

/// Looks at the server's machine now: programs, sign-ins, database, with a fix for every finding.
#[utoipa::path(get, path = "/api/doctor", tag = "server", responses((status = 200, body = wire::Doctor)))]
pub(crate) async fn examine(State(app): State<Shared>) -> Json<wire::Doctor> {
    let checks = (app.doctor)().await;
    Json(wire::Doctor { checks })
}
