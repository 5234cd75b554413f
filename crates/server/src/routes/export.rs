//! A thread to take away.

use axum::{body::Body, extract::State, http::header, response::IntoResponse};
use serde::Deserialize;
use switchboard_model::{ThreadId, attachment::file_name};
use utoipa::{IntoParams, ToSchema};

use crate::{
    app::Shared,
    error::{ApiError, Problem},
    export::{Export, Format, Head},
    extract::{Caller, Id, Query},
    names::Names,
    routes::{attachments::disposition, threads},
    wire,
};

/// What the file is to be.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct As {
    /// Markdown unless said otherwise.
    #[serde(default)]
    #[param(inline)]
    format: FileFormat,
}

/// A kind of file.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FileFormat {
    /// For people.
    #[default]
    Markdown,
    /// For programs: the thread, its members, its messages with their turns.
    Json,
}

/// A whole thread as a file: its messages, and what became of the answers that they asked for.
#[utoipa::path(get, path = "/api/threads/{id}/export", tag = "threads", params(("id" = String, Path), As),
    responses((status = 200, description = "Markdown or JSON, to be saved", content_type = "application/octet-stream"), (status = 404, body = Problem)))]
pub(crate) async fn save(
    caller: Caller,
    State(app): State<Shared>,
    Id(id): Id<ThreadId>,
    Query(wanted): Query<As>,
) -> Result<impl IntoResponse, ApiError> {
    let thread = threads::detail(&app, &caller, id).await?;
    let (format, label, ending) = match wanted.format {
        FileFormat::Markdown => (Format::Markdown, "text/markdown; charset=utf-8", "md"),
        FileFormat::Json => (Format::Json, "application/json", "json"),
    };
    let title = match thread.thread.title.as_str() {
        "" => "Untitled".to_owned(),
        title => title.to_owned(),
    };
    let name = file_name(&format!("{title}.{ending}"));
    let export = Export {
        reader: app.engine.reader().clone(),
        names: Names::read(app.engine.reader()).await?,
        format,
        id,
        last_seq: thread.thread.last_seq,
    };
    let headers = [
        (header::CONTENT_TYPE, label.to_owned()),
        (header::CONTENT_DISPOSITION, disposition(&name)),
    ];
    let carried = app.engine.reader().carried(id).await?;
    let head = Head {
        title,
        thread,
        // The file may go to others, so it names no place that it leads to.
        carried: carried.map(|carried| wire::Carried::new(&carried, false)),
    };
    let body = Body::from_stream(export.stream(head));
    Ok((headers, body))
}
