//! Who did what.

use axum::{Json, extract::State};
use serde::Deserialize;
use switchboard_model::PersonId;
use switchboard_store::{AuditCursor, AuditFilter};
use utoipa::IntoParams;

use crate::{
    app::Shared,
    error::{ApiError, Problem},
    extract::{Caller, Query},
    wire::{self, ToWire},
};

/// Which part of it.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Filter {
    /// How many, 1 to 1000; 100 unless said otherwise.
    limit: Option<usize>,
    /// The `next` of the page before.
    before: Option<String>,
    /// Only this action, as `noun.verb`; or all of a noun.
    action: Option<String>,
    /// Only what this person did, or what was done to them: their id.
    person: Option<String>,
}

/// The audit, newest first, for admins.
#[utoipa::path(get, path = "/api/audit", tag = "server", params(Filter),
    responses((status = 200, body = wire::AuditPage), (status = 400, body = Problem), (status = 403, body = Problem)))]
pub(crate) async fn list(
    caller: Caller,
    State(app): State<Shared>,
    Query(filter): Query<Filter>,
) -> Result<Json<wire::AuditPage>, ApiError> {
    caller.admin()?;
    let limit = filter.limit.unwrap_or(100).clamp(1, 1000);
    let before = filter.before.map(|text| {
        AuditCursor::parse(&text)
            .ok_or_else(|| ApiError::invalid("this is not a cursor of this list"))
    });
    let person = filter.person.map(|text| {
        text.parse::<PersonId>()
            .map_err(|_| ApiError::invalid("`person` is the id of a person"))
    });
    let filter = AuditFilter {
        action: filter.action.filter(|action| !action.is_empty()),
        person: person.transpose()?,
        before: before.transpose()?,
    };
    let (entries, next) = app.engine.reader().audits(filter, limit).await?;
    let items = entries.iter().map(ToWire::to_wire).collect();
    Ok(Json(wire::AuditPage { items, next }))
}
