//! Which names in a text mean somebody, before it is posted.

use axum::{Json, extract::State};

use crate::{app::Shared, error::ApiError, extract, names::Names, wire};

/// The names in a text that mean somebody. Posting the text would mention exactly these.
#[utoipa::path(post, path = "/api/mentions", tag = "assistants", request_body = wire::MentionQuery,
    responses((status = 200, body = wire::List<wire::Mention>)))]
pub(crate) async fn find(
    State(app): State<Shared>,
    extract::Json(body): extract::Json<wire::MentionQuery>,
) -> Result<Json<wire::List<wire::Mention>>, ApiError> {
    let names = Names::read(app.engine.reader()).await?;
    let items = wire::Mention::all(&body.text, &names);
    Ok(Json(wire::List { items }))
}
