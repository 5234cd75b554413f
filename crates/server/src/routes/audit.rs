//! Who did what.

use axum::{Json, extract::State};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{
    app::Shared,
    error::{ApiError, Problem},
    extract::{Caller, Query},
    wire,
};

/// How much of it.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Newest {
    /// How many, 1 to 1000; 100 unless said otherwise.
    limit: Option<usize>,
}

/// The newest notes of the audit, for admins.
#[utoipa::path(get, path = "/api/audit", tag = "server", params(Newest),
    responses((status = 200, body = wire::List<wire::AuditEntry>), (status = 403, body = Problem)))]
pub(crate) async fn list(
    caller: Caller,
    State(app): State<Shared>,
    Query(newest): Query<Newest>,
) -> Result<Json<wire::List<wire::AuditEntry>>, ApiError> {
    caller.admin()?;
    let limit = newest.limit.unwrap_or(100).clamp(1, 1000);
    let entries = app.engine.reader().audits(limit).await?;
    Ok(Json(wire::List::of(&entries)))
}
