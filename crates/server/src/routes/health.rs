//! Whether the server is up.

use axum::extract::State;

use crate::{app::Shared, error::ApiError};

/// Whether the server is up and its database answers.
#[utoipa::path(get, path = "/healthz", tag = "server", responses((status = 200, body = String), (status = 503, body = crate::error::Problem)))]
pub(crate) async fn read(State(app): State<Shared>) -> Result<&'static str, ApiError> {
    app.engine.reader().ping().await?;
    Ok("ok")
}
