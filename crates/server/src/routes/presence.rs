//! Saying where one is, and that one types.

use axum::{extract::State, http::StatusCode};
use switchboard_model::ThreadId;

use crate::{
    app::Shared,
    error::{ApiError, Problem},
    extract::{self, Caller},
    wire,
};

/// Says which thread one looks at, and whether one types in it: everyone who may see the thread hears of
/// it. Typing ends by itself after six seconds; say it again every three. Nothing is stored, and others
/// hear it from this node of the server only.
#[utoipa::path(post, path = "/api/presence", tag = "events", request_body = wire::Whereabouts,
    responses((status = 204), (status = 404, body = Problem)))]
pub(crate) async fn say(
    caller: Caller,
    State(app): State<Shared>,
    extract::Json(body): extract::Json<wire::Whereabouts>,
) -> Result<StatusCode, ApiError> {
    let me = caller.person.id;
    let missing = || ApiError::not_found("thread");
    let thread = match body.thread_id {
        None => None,
        Some(id) => {
            let id: ThreadId = id.parse().map_err(|_| missing())?;
            let seen = app.engine.reader().thread(me, id).await?;
            Some(seen.ok_or_else(missing)?.thread.id)
        }
    };
    app.live.say(me, thread, body.typing);
    Ok(StatusCode::NO_CONTENT)
}
