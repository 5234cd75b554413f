//! What the server counts.

use axum::{extract::State, http::header, response::IntoResponse};
use switchboard_auth::Via;

use crate::{app::Shared, error::ApiError, extract::Caller, metrics::Present};

/// What the server counts, for Prometheus. Needs a token: scrapers are programs.
#[utoipa::path(get, path = "/metrics", tag = "server", responses((status = 200, body = String, content_type = "application/openmetrics-text")))]
pub(crate) async fn read(
    caller: Caller,
    State(app): State<Shared>,
) -> Result<impl IntoResponse, ApiError> {
    if !matches!(caller.via, Via::Token(_)) {
        return Err(ApiError::forbidden("this is for programs: send a token"));
    }
    let (queued, running) = app.engine.reader().turn_counts().await?;
    let viewers = app.live.viewers();
    let text = app
        .metrics
        .text(&Present {
            queued,
            running,
            viewers,
            zombies: app.engine.zombies(),
        })
        .map_err(|error| ApiError::internal(&error))?;
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([(header::CONTENT_TYPE, kind)], text))
}
