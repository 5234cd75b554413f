//! Searching titles and messages.

use axum::{Json, extract::State};
use serde::Deserialize;
use switchboard_model::search::Query as Wanted;
use utoipa::IntoParams;

use crate::{
    app::Shared,
    error::{ApiError, Problem},
    extract::{Caller, Query},
    routes::messages::PAGE_LIMIT,
    wire::{self, ToWire},
};

/// The longest text to look for, in bytes.
const LONGEST: usize = 1024;

/// What to look for, and where.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Search {
    /// Words; all of them have to be there, in any order. The last one may be unfinished. Without a
    /// letter, digit or emoji in it nothing is found.
    q: String,
    /// In this thread only.
    thread: Option<String>,
    /// The `next` of the page before.
    before: Option<String>,
    /// How many, 1 to 200; 20 unless said otherwise.
    limit: Option<usize>,
}

/// Finds words in the titles and messages that one may see, newest first. Case and accents do not count.
#[utoipa::path(get, path = "/api/search", tag = "threads", params(Search),
    responses((status = 200, body = wire::Found), (status = 400, body = Problem), (status = 404, description = "no such thread", body = Problem)))]
pub(crate) async fn find(
    caller: Caller,
    State(app): State<Shared>,
    Query(search): Query<Search>,
) -> Result<Json<wire::Found>, ApiError> {
    if search.q.len() > LONGEST {
        return Err(ApiError::invalid("q is longer than 1024 bytes"));
    }
    let reader = app.engine.reader();
    let thread = match search.thread {
        None => None,
        Some(id) => {
            let id = id.parse().map_err(|_| ApiError::not_found("thread"))?;
            let seen = reader.thread(caller.person.id, id).await?;
            Some(seen.ok_or_else(|| ApiError::not_found("thread"))?.thread.id)
        }
    };
    let before = search.before.as_deref().map(cursor).transpose()?;
    let limit = search.limit.unwrap_or(20).clamp(1, PAGE_LIMIT);
    let Some(wanted) = Wanted::parse(&search.q) else {
        return Ok(Json(wire::Found {
            items: Vec::new(),
            next: None,
        }));
    };
    let found = reader
        .search(caller.person.id, wanted, thread, before, limit)
        .await?;
    Ok(Json(found.to_wire()))
}

fn cursor(text: &str) -> Result<i64, ApiError> {
    let place = text.parse().ok().filter(|place| *place > 0);
    place.ok_or_else(|| ApiError::invalid("this is not a cursor of this list"))
}
