//! The page: embedded files of `web/dist` behind the feature `ui`, or a few words on how to build them.
//! Owns how long browsers keep which file, and the policy of the one document that is not the page: the
//! workshop that turns the source of diagrams into pictures. Never knows what else is in the files.

use axum::{
    extract::Path,
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    response::{Html, IntoResponse, Response},
};

use crate::{envelope::SaysItself, error::ApiError};

/// Asset names carry a hash of their content.
const FOREVER: &str = "public, max-age=31536000, immutable";

/// The page's name is always the same, so browsers ask whether it changed.
const ASK: &str = "no-cache";

/// The document that draws diagrams, and how the path of its script begins.
const WORKSHOP: &str = "diagram.html";
const WORKSHOP_SCRIPT: &str = "/assets/diagram-";

/// Its library writes styles into what it draws, which the page's own policy refuses. So it lives in a
/// frame without an origin: it can run its one script, and reach neither the page, nor the API, nor anybody.
const WORKSHOP_POLICY: &str = "sandbox allow-scripts; default-src 'none'; script-src 'self'; \
    style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

/// What is served where the page was not built in.
const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Switchboard</title>\
    <h1>Switchboard is running</h1><p>This binary was built without the page. \
    To build both and start them, run <code>cargo xtask run</code> in the source folder.</p>\
    <p>The API is there: <a href=\"/api/openapi.json\">its description</a>.</p></html>\n";

/// The page, at each of its own addresses: it looks at the address itself.
pub(crate) async fn page(headers: HeaderMap) -> Response {
    match file_at("index.html", &headers, ASK) {
        Some(page) => page,
        None => Html(NOT_BUILT).into_response(),
    }
}

/// Where machines look, and never people.
const MACHINES: [&str; 5] = ["/api", "/assets", "/healthz", "/metrics", "/.well-known"];

/// Anywhere that is nothing: a browser gets the page, which says so and leads back; anything else a problem.
pub(crate) async fn elsewhere(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    if is_for_people(&method, uri.path(), &headers) {
        nothing_here(&headers)
    } else {
        ApiError::not_found("page or endpoint").into_response()
    }
}

fn is_for_people(method: &Method, path: &str, headers: &HeaderMap) -> bool {
    let machine = MACHINES.iter().any(|start| {
        path.strip_prefix(start)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    });
    let accepted = headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok());
    (method == Method::GET || method == Method::HEAD)
        && !machine
        && accepted.is_some_and(|accepted| accepted.contains("text/html"))
}

fn nothing_here(headers: &HeaderMap) -> Response {
    let mut asked = headers.clone();
    // Else an address that is nothing would be as good as the page that the browser has.
    asked.remove(header::IF_NONE_MATCH);
    let page = file_at("index.html", &asked, ASK);
    let mut page = page.unwrap_or_else(|| Html(NOT_BUILT).into_response());
    *page.status_mut() = StatusCode::NOT_FOUND;
    page.extensions_mut().insert(SaysItself);
    page
}

/// Whether that is the script of the workshop, which is asked for by a document without an origin.
pub(crate) fn is_workshop_script(path: &str) -> bool {
    path.starts_with(WORKSHOP_SCRIPT)
}

/// A file whose name changes with its content.
pub(crate) async fn asset(
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let path = format!("assets/{name}");
    let mut file = file_at(&path, &headers, FOREVER).ok_or_else(|| ApiError::not_found("file"))?;
    if is_workshop_script(&format!("/{path}")) {
        // A document without an origin is a stranger to every origin, this one too.
        let anybody = HeaderValue::from_static("cross-origin");
        file.headers_mut()
            .insert("cross-origin-resource-policy", anybody);
    }
    Ok(file)
}

/// A file beside the page, such as its icon.
pub(crate) async fn file(
    Path(name): Path<String>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let Some(mut file) = file_at(&name, &headers, ASK) else {
        return elsewhere(method, uri, headers).await;
    };
    if name == WORKSHOP {
        let policy = HeaderValue::from_static(WORKSHOP_POLICY);
        file.headers_mut()
            .insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    file
}

#[cfg(not(feature = "ui"))]
fn file_at(_: &str, _: &HeaderMap, _: &'static str) -> Option<Response> {
    None
}

/// The file, compressed if it was built so and the browser takes it.
#[cfg(feature = "ui")]
fn file_at(name: &str, asked: &HeaderMap, keep: &'static str) -> Option<Response> {
    let plain = Files::get(name)?;
    let takes = |coding: &str| {
        let accepted = asked
            .get(header::ACCEPT_ENCODING)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        accepted.split(',').any(|one| {
            one.split(';')
                .next()
                .is_some_and(|one| one.trim() == coding)
        })
    };
    let compressed = [("br", "br"), ("gzip", "gz")]
        .into_iter()
        .filter(|(coding, _)| takes(coding))
        .find_map(|(coding, ending)| Some((coding, Files::get(&format!("{name}.{ending}"))?)));
    let (coding, file) = match compressed {
        Some((coding, file)) => (Some(coding), file),
        None => (None, plain),
    };
    let tag = tag(&file.metadata.sha256_hash());
    let mut headers = HeaderMap::new();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(keep));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    headers.insert(header::ETAG, tag.clone());
    if asked.get(header::IF_NONE_MATCH) == Some(&tag) {
        return Some((StatusCode::NOT_MODIFIED, headers).into_response());
    }
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind(name)));
    if let Some(coding) = coding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
    }
    Some((headers, file.data).into_response())
}

#[cfg(feature = "ui")]
#[derive(rust_embed::RustEmbed)]
#[folder = "../../web/dist"]
struct Files;

#[cfg(feature = "ui")]
fn tag(hash: &[u8]) -> HeaderValue {
    use std::fmt::Write as _;

    let mut text = String::from("\"");
    for byte in hash.iter().take(12) {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text.push('"');
    HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static("\"\""))
}

/// What a file is, by the endings that the page's build makes.
#[cfg(feature = "ui")]
fn kind(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        Some("json" | "map" | "webmanifest") => "application/json",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(all(test, feature = "ui"))]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn asking(headers: &[(header::HeaderName, &str)]) -> HeaderMap {
        let pair =
            |(name, value): &(header::HeaderName, &str)| (name.clone(), value.parse().unwrap());
        headers.iter().map(pair).collect()
    }

    #[test]
    fn browsers_keep_hashed_files_for_ever_and_ask_after_the_page() {
        let page = file_at("index.html", &HeaderMap::new(), ASK).unwrap();
        assert_eq!(page.headers()[header::CACHE_CONTROL], "no-cache");
        let tag = page.headers()[header::ETAG].to_str().unwrap();
        let again = file_at("index.html", &asking(&[(header::IF_NONE_MATCH, tag)]), ASK).unwrap();
        assert_eq!(again.status(), axum::http::StatusCode::NOT_MODIFIED);
        let script = Files::iter().find(|name| name.ends_with(".js")).unwrap();
        let script = file_at(&script, &HeaderMap::new(), FOREVER).unwrap();
        assert_eq!(
            script.headers()[header::CONTENT_TYPE],
            "text/javascript; charset=utf-8"
        );
        assert!(
            script.headers()[header::CACHE_CONTROL]
                .to_str()
                .unwrap()
                .contains("immutable")
        );
    }

    #[test]
    fn the_page_keeps_to_its_own_policy() {
        let page = Files::get("index.html").unwrap();
        let page = std::str::from_utf8(&page.data).unwrap();
        for refused in [
            "<style", " style=", "<script>", "onload=", "http://", "https://",
        ] {
            assert!(!page.contains(refused), "{refused} in {page}");
        }
    }

    #[tokio::test]
    async fn the_workshop_has_no_origin_and_reaches_nobody() {
        let get = |name: &str| {
            let (path, uri) = (Path(name.to_owned()), Uri::from_static("/"));
            file(path, Method::GET, uri, HeaderMap::new())
        };
        let document = get(WORKSHOP).await;
        let policy = document.headers()[header::CONTENT_SECURITY_POLICY]
            .to_str()
            .unwrap();
        assert!(policy.starts_with("sandbox allow-scripts; default-src 'none'"));
        for refused in [
            "allow-same-origin",
            "connect-src",
            "img-src",
            "unsafe-eval",
            "*",
        ] {
            assert!(!policy.contains(refused), "{refused} in {policy}");
        }
        let page = get("index.html").await;
        assert!(!page.headers().contains_key(header::CONTENT_SECURITY_POLICY));
    }

    #[test]
    fn no_path_leads_out_of_the_page_s_files() {
        for path in [
            "../Cargo.toml",
            "../../Cargo.toml",
            "/etc/passwd",
            "assets/../../package.json",
        ] {
            assert!(file_at(path, &HeaderMap::new(), ASK).is_none(), "{path}");
        }
    }
}
