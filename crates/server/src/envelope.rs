//! What every answer is wrapped in: the id of its request, the headers that tell browsers to be strict,
//! and errors in words. Owns the outermost layer; the checks it starts with are the gate's.

use std::{
    hash::{BuildHasher, Hasher},
    sync::atomic::{AtomicU64, Ordering},
};

use axum::{
    body::HttpBody as _,
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use tracing::Instrument;

use crate::{app::Shared, error::ApiError, leftover::Leftover};

/// What is left of a body of this size is read and forgotten; of a longer one it is not.
const SHORT_BODY: u64 = 8 * 1024;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
     img-src 'self' data: blob:; connect-src 'self'; font-src 'self'; frame-src 'self'; base-uri 'none'; \
     form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'";

/// On every answer, so that no route can forget one. A route that needs other words says them itself.
const HEADERS: [(HeaderName, &str); 5] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
];

/// Numbers requests: a part that differs between starts, and a count.
#[derive(Debug)]
pub(crate) struct Requests {
    start: u64,
    count: AtomicU64,
}

impl Default for Requests {
    fn default() -> Self {
        // A hash of nothing under the process's own random keys; it names log lines and guards nothing.
        let start = std::hash::RandomState::new().build_hasher().finish();
        Self {
            start: start & 0xffff_ffff,
            count: AtomicU64::new(0),
        }
    }
}

impl Requests {
    fn next(&self) -> String {
        format!(
            "{:08x}-{}",
            self.start,
            self.count.fetch_add(1, Ordering::Relaxed) + 1
        )
    }
}

/// Marks an answer whose body says what is wrong by itself, for people: no problem takes its place.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SaysItself;

/// The outermost layer.
pub(crate) async fn wrap(State(app): State<Shared>, request: Request, next: Next) -> Response {
    let id = app.requests.next();
    // At this level the span is there whatever is logged, and with it the id beside an error.
    let span = tracing::error_span!("request", id, method = %request.method(), path = request.uri().path());
    let private = request.uri().path().starts_with("/api/");
    let long = request
        .body()
        .size_hint()
        .upper()
        .is_none_or(|bytes| bytes > SHORT_BODY);
    let (request, leftover) = if long {
        let (request, leftover) = Leftover::of(request);
        (request, Some(leftover))
    } else {
        (request, None)
    };
    let answer = async {
        let checked = app
            .gate
            .check(request.method(), request.uri(), request.headers());
        let response = match checked {
            Ok(()) => next.run(request).await,
            Err(refusal) => refusal.into_response(),
        };
        tracing::debug!(status = response.status().as_u16(), "answered");
        in_words(response, &id)
    };
    let mut response = answer.instrument(span).await;
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        insert_missing(headers, name, value);
    }
    if let Some(leftover) = leftover
        && (response.status().is_client_error() || response.status().is_server_error())
    {
        leftover.read_away().await;
        // The body was perhaps too long to be read to its end, so the connection ends here; said beforehand,
        // no client sends its next request into it.
        response
            .headers_mut()
            .insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    let headers = response.headers_mut();
    if private {
        insert_missing(headers, header::CACHE_CONTROL, "no-store");
    }
    if let Ok(id) = HeaderValue::try_from(id) {
        headers.insert(REQUEST_ID, id);
    }
    response
}

/// Errors as problems: ours, and those that the router made without us.
fn in_words(mut response: Response, id: &str) -> Response {
    let status = response.status();
    if response.extensions().get::<SaysItself>().is_some() {
        return response;
    }
    let error = match response.extensions_mut().remove::<ApiError>() {
        Some(error) => error,
        None if status.is_client_error() || status.is_server_error() => {
            ApiError::from_status(status)
        }
        None => return response,
    };
    let mut rendered = error.render(id);
    // Such as `Allow` beside 405.
    for (name, value) in response.headers() {
        if name != header::CONTENT_TYPE && name != header::CONTENT_LENGTH {
            rendered.headers_mut().append(name, value.clone());
        }
    }
    rendered
}

fn insert_missing(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    if !headers.contains_key(&name) {
        headers.insert(name, HeaderValue::from_static(value));
    }
}
