//! Folders in which turns may work.

use axum::{Json, extract::State};

use crate::{app::Shared, error::ApiError, extract::Caller, wire};

/// The folders in which one's turns may work. An admin allows them on the server's command line.
#[utoipa::path(get, path = "/api/folders", tag = "threads", responses((status = 200, body = wire::List<String>)))]
pub(crate) async fn list(
    caller: Caller,
    State(app): State<Shared>,
) -> Result<Json<wire::List<String>>, ApiError> {
    let items = app.engine.folders(caller.person.id).await?;
    Ok(Json(wire::List { items }))
}
