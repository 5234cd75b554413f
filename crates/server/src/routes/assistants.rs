//! The assistants of the workspace.

use axum::{Json, extract::State};

use crate::{app::Shared, error::ApiError, extract::Caller, names::Names, wire};

/// All assistants, each with how it is doing and whether the caller may use it.
#[utoipa::path(get, path = "/api/assistants", tag = "assistants", responses((status = 200, body = wire::List<wire::Assistant>)))]
pub(crate) async fn list(
    caller: Caller,
    State(app): State<Shared>,
) -> Result<Json<wire::List<wire::Assistant>>, ApiError> {
    let views = app.engine.assistants(&caller.person).await?;
    let names = Names::read(app.engine.reader()).await?;
    let items = views
        .iter()
        .map(|view| wire::Assistant::new(view, &names))
        .collect();
    Ok(Json(wire::List { items }))
}
