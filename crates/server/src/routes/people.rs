//! The people of the workspace.

use axum::{Json, extract::State};

use crate::{app::Shared, error::ApiError, wire};

/// Everyone, by handle.
#[utoipa::path(get, path = "/api/people", tag = "people", responses((status = 200, body = wire::List<wire::Person>)))]
pub(crate) async fn list(
    State(app): State<Shared>,
) -> Result<Json<wire::List<wire::Person>>, ApiError> {
    let people = app.engine.reader().people().await?;
    Ok(Json(wire::List::of(&people)))
}
