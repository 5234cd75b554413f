//! Files that come with messages: taking them in and giving them out. A file is given out so that no
//! browser ever runs what is in it.

use std::time::Duration;

use axum::{
    Json,
    body::{Body, Bytes},
    extract::{Request, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use futures_util::{Stream, StreamExt as _, stream};
use serde::Deserialize;
use switchboard_engine::attachments::{Upload, UploadError};
use switchboard_model::{
    AttachmentId,
    attachment::{Attachment, FILE_LIMIT, Kind},
};
use switchboard_store::{Contents, StoreError};
use tokio::time::{Instant, timeout, timeout_at};
use utoipa::IntoParams;

use crate::{
    app::Shared,
    error::{ApiError, Problem},
    extract::{Caller, Id, Query, client_id},
    wire::{self, ToWire},
};

/// How long the next bytes of a file may take to arrive.
const PIECE: Duration = Duration::from_secs(30);

/// How long a whole file may take.
const WHOLE: Duration = Duration::from_mins(10);

/// What to call the file.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Called {
    /// Its name where it comes from; what could mislead is taken out of it.
    #[serde(default)]
    name: String,
}

/// Takes a file in, for a message to come. Its kind is found in its bytes, whatever it is labelled as.
#[utoipa::path(post, path = "/api/attachments", tag = "attachments",
    params(Called, ("Idempotency-Key" = Option<String>, Header, description = "the same key with the same file again is the same attachment")),
    request_body(content_type = "application/octet-stream", description = "the file itself, at most 10 MiB"),
    responses((status = 201, body = wire::Attachment), (status = 200, description = "this key had brought it before", body = wire::Attachment),
        (status = 409, description = "client_id_reused", body = Problem), (status = 413, body = Problem),
        (status = 415, description = "unsupported_media_type", body = Problem), (status = 429, description = "too_many_uploads", body = Problem)))]
pub(crate) async fn upload(
    caller: Caller,
    State(app): State<Shared>,
    Query(called): Query<Called>,
    headers: HeaderMap,
    request: Request,
) -> Result<(StatusCode, Json<wire::Attachment>), ApiError> {
    if stated_size(&headers).is_some_and(|size| size > FILE_LIMIT) {
        return Err(UploadError::TooLarge.into());
    }
    let _seat = app
        .uploads
        .take(caller.person.id)
        .ok_or_else(ApiError::too_many_uploads)?;
    let upload = Upload {
        name: called.name,
        client_id: client_id(None, &headers)?,
    };
    let bytes = in_time(request.into_body());
    let (attachment, new) = app.engine.upload(&caller.person, upload, bytes).await?;
    let status = if new {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    Ok((status, Json(attachment.to_wire())))
}

/// The bytes of a file, to be saved.
#[utoipa::path(get, path = "/api/attachments/{id}", tag = "attachments", params(("id" = String, Path)),
    responses((status = 200, content_type = "application/octet-stream", description = "labelled as what it is; text always as text/plain"),
        (status = 404, body = Problem)))]
pub(crate) async fn read(
    caller: Caller,
    State(app): State<Shared>,
    Id(id): Id<AttachmentId>,
) -> Result<Response, ApiError> {
    let kept = app.engine.visible_attachment(&caller.person, id).await?;
    // Before the answer begins: what is gone from the disk is an error and not an empty file.
    let first = kept.contents.piece(0).await?;
    let body = Body::from_stream(rest(first, kept.contents));
    Ok((inert(&kept.attachment), body).into_response())
}

/// Removes a file that no message has yet.
#[utoipa::path(delete, path = "/api/attachments/{id}", tag = "attachments", params(("id" = String, Path)),
    responses((status = 204), (status = 404, body = Problem)))]
pub(crate) async fn remove(
    caller: Caller,
    State(app): State<Shared>,
    Id(id): Id<AttachmentId>,
) -> Result<StatusCode, ApiError> {
    app.engine.remove_attachment(&caller.person, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn stated_size(headers: &HeaderMap) -> Option<u64> {
    let size = headers.get(header::CONTENT_LENGTH)?;
    size.to_str().ok()?.parse().ok()
}

/// The body as it arrives. One that comes too slowly breaks off: it holds a place.
fn in_time(body: Body) -> impl Stream<Item = Result<Bytes, ()>> + Send {
    let end = Instant::now() + WHOLE;
    stream::unfold(Some(body.into_data_stream()), move |pieces| async move {
        let mut pieces = pieces?;
        let next = timeout_at(end, timeout(PIECE, pieces.next())).await;
        match next {
            Ok(Ok(None)) => None,
            Ok(Ok(Some(Ok(piece)))) => Some((Ok(piece), Some(pieces))),
            Ok(Ok(Some(Err(_))) | Err(_)) | Err(_) => Some((Err(()), None)),
        }
    })
}

/// The first piece and all that follow. An error in the middle ends the connection, as the length was said.
fn rest(
    first: Vec<u8>,
    contents: Contents,
) -> impl Stream<Item = Result<Vec<u8>, StoreError>> + Send {
    let start = (0, Some(first));
    stream::try_unfold(start, move |(at, ready)| {
        let contents = contents.clone();
        async move {
            let piece = match ready {
                Some(piece) => piece,
                None => contents.piece(at).await?,
            };
            let end = at + piece.len() as u64;
            Ok((!piece.is_empty()).then_some((piece, (end, None))))
        }
    })
}

/// Headers under which nothing in a file can run: the label is one of ours, the browser saves instead of
/// showing, and whoever shows it nevertheless does so in a sandbox.
fn inert(attachment: &Attachment) -> [(header::HeaderName, String); 6] {
    let label = match attachment.format.kind() {
        Kind::Text => "text/plain; charset=utf-8",
        Kind::Image | Kind::Pdf => attachment.format.media_type(),
    };
    [
        (header::CONTENT_TYPE, label.to_owned()),
        (header::CONTENT_LENGTH, attachment.size.to_string()),
        (header::CONTENT_DISPOSITION, disposition(&attachment.name)),
        (
            header::CONTENT_SECURITY_POLICY,
            "sandbox; default-src 'none'".to_owned(),
        ),
        // It never changes; but who is signed in may.
        (
            header::CACHE_CONTROL,
            "private, max-age=3600, immutable".to_owned(),
        ),
        (header::VARY, "Cookie, Authorization".to_owned()),
    ]
}

/// RFC 6266: the name in ASCII for old programs, and as it is for the others.
pub(super) fn disposition(name: &str) -> String {
    let plain: String = name
        .chars()
        .map(|c| match c {
            '"' | '\\' | '%' => '_',
            c if c.is_ascii_graphic() || c == ' ' => c,
            _ => '_',
        })
        .collect();
    let mut encoded = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            use std::fmt::Write as _;
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_file_name_leaves_its_place_in_the_header() {
        for (name, expected) in [
            (
                "plan.pdf",
                "attachment; filename=\"plan.pdf\"; filename*=UTF-8''plan.pdf",
            ),
            (
                "\"; filename=x.html",
                "attachment; filename=\"_; filename=x.html\"; filename*=UTF-8''%22%3B%20filename%3Dx.html",
            ),
            (
                "100% 写\\.txt",
                "attachment; filename=\"100_ __.txt\"; filename*=UTF-8''100%25%20%E5%86%99%5C.txt",
            ),
        ] {
            assert_eq!(disposition(name), expected);
        }
    }
}
