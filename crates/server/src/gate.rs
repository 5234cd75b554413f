//! The gate that every request passes: whose name it calls us by, and which page sent it. Owns the Host
//! allow-list and the Origin and `Sec-Fetch-Site` checks; never looks at credentials beyond their kind.
//!
//! A page of anybody may make a browser on this machine send requests here, also by a name that it has
//! just pointed at 127.0.0.1. So only known names are answered, and only our own page may act in a
//! person's name. There is no CORS: no answer ever allows another origin.

use std::{net::SocketAddr, str::FromStr};

use axum::http::{HeaderMap, Method, Uri, header, uri::Authority};

use crate::{cookie::SessionCookie, error::ApiError, extract::bearer, ui};

/// The address under which people reach this server, if it is not the one it listens on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl {
    /// `http` or `https`.
    scheme: String,
    /// Host, and port if it is not the usual one.
    authority: Authority,
}

/// A text that cannot be a public URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a public URL is http:// or https://, a host, perhaps a port, and nothing more")]
pub struct InvalidPublicUrl;

impl FromStr for PublicUrl {
    type Err = InvalidPublicUrl;

    fn from_str(text: &str) -> Result<Self, InvalidPublicUrl> {
        let uri: Uri = text.parse().map_err(|_| InvalidPublicUrl)?;
        let scheme = uri
            .scheme_str()
            .filter(|scheme| matches!(*scheme, "http" | "https"));
        let plain = matches!(uri.path(), "" | "/") && uri.query().is_none();
        match (scheme, uri.authority()) {
            (Some(scheme), Some(authority)) if plain && !authority.as_str().contains('@') => {
                Ok(Self {
                    scheme: scheme.to_owned(),
                    authority: authority.clone(),
                })
            }
            _ => Err(InvalidPublicUrl),
        }
    }
}

impl std::fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}://{}", self.scheme, self.authority)
    }
}

impl PublicUrl {
    /// Whether people reach us under https.
    pub fn is_https(&self) -> bool {
        self.scheme == "https"
    }

    fn has_origin(&self, scheme: &str, authority: &Authority) -> bool {
        scheme == self.scheme
            && authority.host().eq_ignore_ascii_case(self.authority.host())
            && port(scheme, authority) == port(&self.scheme, &self.authority)
    }
}

/// What the gate knows about this server.
#[derive(Debug, Clone)]
pub(crate) struct Gate {
    listen: SocketAddr,
    public_url: Option<PublicUrl>,
    cookie: SessionCookie,
}

impl Gate {
    /// A gate for a server that listens there and is reached here.
    pub(crate) fn new(
        listen: SocketAddr,
        public_url: Option<PublicUrl>,
        cookie: SessionCookie,
    ) -> Self {
        Self {
            listen,
            public_url,
            cookie,
        }
    }

    /// Lets a request pass or says why not.
    pub(crate) fn check(
        &self,
        method: &Method,
        uri: &Uri,
        headers: &HeaderMap,
    ) -> Result<(), ApiError> {
        let host = self
            .host(uri, headers)
            .ok_or_else(ApiError::forbidden_host)?;
        let origin = one(headers, &header::ORIGIN)?;
        // The frame that draws diagrams has no origin, and asks for nothing but its script.
        let is_workshop = |origin: &str| {
            origin == "null" && *method == Method::GET && ui::is_workshop_script(uri.path())
        };
        if origin.is_some_and(|origin| !self.is_our_origin(origin, &host) && !is_workshop(origin)) {
            return Err(ApiError::forbidden_origin());
        }
        let site = headers
            .get("sec-fetch-site")
            .map(|site| matches!(site.as_bytes(), b"same-origin" | b"none"));
        let changes = !matches!(*method, Method::GET | Method::HEAD);
        // Anybody may link to the page; what holds data or does something is for our page only.
        let is_page = !changes && !uri.path().starts_with("/api/") && uri.path() != "/metrics";
        if site == Some(false) && !is_page {
            return Err(ApiError::forbidden_origin());
        }
        // A browser sends cookies by itself, so a change needs a word of the browser on who asked for it.
        let by_cookie = bearer(headers).is_none() && self.cookie.find(headers).is_some();
        if changes && by_cookie && site.is_none() && origin.is_none() {
            return Err(ApiError::forbidden_origin());
        }
        Ok(())
    }

    /// The host that the request calls us by, if it is one of our names.
    fn host(&self, uri: &Uri, headers: &HeaderMap) -> Option<Authority> {
        let header = one(headers, &header::HOST).ok()?;
        let host: Authority = match (uri.authority(), header) {
            (None, Some(host)) => host.parse().ok()?,
            // An absolute request target outranks the header, so both must agree.
            (Some(target), Some(host)) if target.as_str() == host => target.clone(),
            _ => return None,
        };
        self.is_our_name(&host).then_some(host)
    }

    fn is_our_name(&self, host: &Authority) -> bool {
        if host.as_str().contains('@') {
            return false;
        }
        let name = host.host();
        let public = self
            .public_url
            .as_ref()
            .is_some_and(|url| url.authority.host().eq_ignore_ascii_case(name));
        let loopback =
            name.eq_ignore_ascii_case("localhost") || matches!(name, "127.0.0.1" | "[::1]");
        // Nobody can point a bare address elsewhere, so where more than loopback is listened on, any will do.
        let address = || {
            let bare = name.trim_start_matches('[').trim_end_matches(']');
            !self.listen.ip().is_loopback() && bare.parse::<std::net::IpAddr>().is_ok()
        };
        public || loopback || name == self.listen.ip().to_string() || address()
    }

    /// Whether a page of this origin is ours: the public URL, or plain http under the very name and port
    /// that the request was sent to.
    fn is_our_origin(&self, origin: &str, host: &Authority) -> bool {
        let Some((scheme, rest)) = origin.split_once("://") else {
            // Among them `null`: sandboxed frames and local files say so.
            return false;
        };
        let Ok(authority) = rest.parse::<Authority>() else {
            return false;
        };
        let public = self
            .public_url
            .as_ref()
            .is_some_and(|url| url.has_origin(scheme, &authority));
        let same = scheme == "http"
            && authority.host().eq_ignore_ascii_case(host.host())
            && port(scheme, &authority) == port(scheme, host);
        public || same
    }
}

fn port(scheme: &str, authority: &Authority) -> u16 {
    authority
        .port_u16()
        .unwrap_or(if scheme == "https" { 443 } else { 80 })
}

/// The value of a header that may be there once.
fn one<'h>(headers: &'h HeaderMap, name: &header::HeaderName) -> Result<Option<&'h str>, ApiError> {
    let mut values = headers.get_all(name).iter();
    let first = values.next().map(|value| value.to_str());
    match (first, values.next()) {
        (None, _) => Ok(None),
        (Some(Ok(value)), None) => Ok(Some(value)),
        _ => Err(ApiError::forbidden_origin()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn gate(listen: &str, public_url: Option<&str>) -> Gate {
        let public_url: Option<PublicUrl> = public_url.map(|url| url.parse().unwrap());
        let cookie = match &public_url {
            Some(url) if url.is_https() => SessionCookie::Secure,
            _ => SessionCookie::Plain,
        };
        Gate::new(listen.parse().unwrap(), public_url, cookie)
    }

    /// The code of the refusal, or `ok`.
    fn ask(gate: &Gate, method: &str, path: &str, headers: &[(&str, &str)]) -> &'static str {
        let method: Method = method.parse().unwrap();
        let headers = headers
            .iter()
            .map(|(name, value)| {
                (
                    name.parse::<header::HeaderName>().unwrap(),
                    value.parse().unwrap(),
                )
            })
            .fold(
                HeaderMap::new(),
                |mut map, (name, value): (_, header::HeaderValue)| {
                    map.append(name, value);
                    map
                },
            );
        match gate.check(&method, &path.parse().unwrap(), &headers) {
            Ok(()) => "ok",
            Err(error) => error.code(),
        }
    }

    #[test]
    fn what_has_no_origin_gets_the_script_that_draws_diagrams_and_nothing_else() {
        let gate = gate("127.0.0.1:4747", None);
        for (method, path, answer) in [
            ("GET", "/assets/diagram-a1b2c3d4.js", "ok"),
            ("POST", "/assets/diagram-a1b2c3d4.js", "forbidden_origin"),
            ("GET", "/assets/index-a1b2c3d4.js", "forbidden_origin"),
            ("GET", "/assets/", "forbidden_origin"),
            ("GET", "/", "forbidden_origin"),
            ("GET", "/api/threads", "forbidden_origin"),
        ] {
            let headers = [
                ("host", "localhost"),
                ("origin", "null"),
                ("sec-fetch-site", "cross-site"),
            ];
            assert_eq!(
                ask(&gate, method, path, &headers),
                answer,
                "{method} {path}"
            );
        }
    }

    #[test]
    fn only_known_names_are_answered() {
        let local = gate("127.0.0.1:4747", None);
        let public = gate("127.0.0.1:4747", Some("https://chat.example.com"));
        let open = gate("0.0.0.0:4747", None);
        for (gate, host, answer) in [
            (&local, "127.0.0.1:4747", "ok"),
            (&local, "localhost:4747", "ok"),
            (&local, "LOCALHOST:9000", "ok"),
            (&local, "[::1]:4747", "ok"),
            (&local, "evil.example", "forbidden_host"),
            (&local, "localhost.evil.example:4747", "forbidden_host"),
            (&local, "127.0.0.1.nip.example:4747", "forbidden_host"),
            (&local, "192.168.1.5:4747", "forbidden_host"),
            (&local, "evil.example@127.0.0.1", "forbidden_host"),
            (&local, "", "forbidden_host"),
            (&public, "chat.example.com", "ok"),
            (&public, "Chat.Example.com", "ok"),
            (&public, "other.example.com", "forbidden_host"),
            (&open, "192.168.1.5:4747", "ok"),
            (&open, "[fd00::5]:4747", "ok"),
            (&open, "box.local:4747", "forbidden_host"),
        ] {
            assert_eq!(
                ask(gate, "GET", "/healthz", &[("host", host)]),
                answer,
                "{host}"
            );
        }
        assert_eq!(ask(&local, "GET", "/", &[]), "forbidden_host");
        let twice = [("host", "localhost"), ("host", "evil.example")];
        assert_eq!(ask(&local, "GET", "/", &twice), "forbidden_host");
        let target = [("host", "localhost")];
        assert_eq!(
            ask(&local, "GET", "http://evil.example/", &target),
            "forbidden_host"
        );
    }

    #[test]
    fn a_foreign_or_hidden_origin_is_refused_whatever_the_credentials() {
        let local = gate("127.0.0.1:4747", None);
        for (origin, answer) in [
            ("http://localhost:4747", "ok"),
            ("http://LOCALHOST:4747", "ok"),
            ("http://localhost:4748", "forbidden_origin"),
            ("https://localhost:4747", "forbidden_origin"),
            ("http://127.0.0.1:4747", "forbidden_origin"),
            ("http://evil.example", "forbidden_origin"),
            ("null", "forbidden_origin"),
            ("", "forbidden_origin"),
        ] {
            for credentials in [
                ("cookie", "sb=x"),
                ("authorization", "Bearer x"),
                ("accept", "*/*"),
            ] {
                for method in ["GET", "POST", "OPTIONS"] {
                    let headers = [("host", "localhost:4747"), ("origin", origin), credentials];
                    assert_eq!(
                        ask(&local, method, "/api/threads", &headers),
                        answer,
                        "{method} {origin}"
                    );
                }
            }
        }
    }

    #[test]
    fn behind_a_proxy_the_public_origin_is_ours() {
        let public = gate("127.0.0.1:4747", Some("https://chat.example.com"));
        for (origin, answer) in [
            ("https://chat.example.com", "ok"),
            ("https://chat.example.com:443", "ok"),
            ("https://chat.example.com:8443", "forbidden_origin"),
            ("https://evil.example", "forbidden_origin"),
        ] {
            let headers = [
                ("host", "chat.example.com"),
                ("origin", origin),
                ("cookie", "__Host-sb=x"),
            ];
            assert_eq!(
                ask(&public, "POST", "/api/threads", &headers),
                answer,
                "{origin}"
            );
        }
    }

    #[test]
    fn a_change_by_cookie_needs_the_browsers_word() {
        let local = gate("127.0.0.1:4747", None);
        let host = ("host", "localhost:4747");
        for (credentials, word, answer) in [
            (("cookie", "sb=x"), ("sec-fetch-site", "same-origin"), "ok"),
            (("cookie", "sb=x"), ("sec-fetch-site", "none"), "ok"),
            (
                ("cookie", "sb=x"),
                ("origin", "http://localhost:4747"),
                "ok",
            ),
            (
                ("cookie", "sb=x"),
                ("sec-fetch-site", "same-site"),
                "forbidden_origin",
            ),
            (
                ("cookie", "sb=x"),
                ("sec-fetch-site", "cross-site"),
                "forbidden_origin",
            ),
            (("cookie", "sb=x"), ("accept", "*/*"), "forbidden_origin"),
            (("authorization", "Bearer x"), ("accept", "*/*"), "ok"),
            (("accept", "*/*"), ("te", "trailers"), "ok"),
        ] {
            for method in ["POST", "PATCH", "DELETE"] {
                let answered = ask(&local, method, "/api/threads", &[host, credentials, word]);
                assert_eq!(answered, answer, "{method} {credentials:?} {word:?}");
            }
        }
        let both = [host, ("cookie", "sb=x"), ("authorization", "Bearer x")];
        assert_eq!(ask(&local, "POST", "/api/threads", &both), "ok");
    }

    #[test]
    fn others_may_link_to_the_page_but_not_read_the_api() {
        let local = gate("127.0.0.1:4747", None);
        let headers = [
            ("host", "localhost:4747"),
            ("sec-fetch-site", "cross-site"),
            ("cookie", "sb=x"),
        ];
        for (path, answer) in [
            ("/", "ok"),
            ("/chat/x", "ok"),
            ("/sign-in", "ok"),
            ("/api/threads", "forbidden_origin"),
            ("/api/events", "forbidden_origin"),
            ("/metrics", "forbidden_origin"),
        ] {
            assert_eq!(ask(&local, "GET", path, &headers), answer, "{path}");
        }
    }

    #[test]
    fn a_public_url_is_an_origin_and_nothing_more() {
        for (text, good) in [
            ("https://chat.example.com", true),
            ("https://chat.example.com/", true),
            ("http://box:8080", true),
            ("https://chat.example.com/path", false),
            ("https://me@chat.example.com", false),
            ("chat.example.com", false),
            ("ftp://chat.example.com", false),
            ("", false),
        ] {
            assert_eq!(text.parse::<PublicUrl>().is_ok(), good, "{text:?}");
        }
    }
}
