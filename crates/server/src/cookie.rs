//! The session cookie: its name, its attributes, and finding it in a request. Owns no session.

use axum::http::{HeaderMap, HeaderValue, header};

/// How long a browser keeps the cookie. The server ends idle sessions on its own count.
const MAX_AGE_SECONDS: u32 = 400 * 24 * 60 * 60;

/// Which cookie this server uses. Under https the name itself makes browsers insist on `Secure`, the
/// host and the whole path; on plain loopback browsers would refuse that name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionCookie {
    /// `__Host-sb`.
    Secure,
    /// `sb`.
    Plain,
}

impl SessionCookie {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Secure => "__Host-sb",
            Self::Plain => "sb",
        }
    }

    /// The header that hands the secret to the browser. `None` if the secret fits no header.
    pub fn set(self, secret: &str) -> Option<HeaderValue> {
        self.header(secret, MAX_AGE_SECONDS)
    }

    /// The header that takes it back.
    pub fn clear(self) -> Option<HeaderValue> {
        self.header("", 0)
    }

    /// The secret in a request, if there is exactly one. Two cookies of one name mean that somebody on
    /// a neighbouring host or path planted one.
    pub fn find(self, headers: &HeaderMap) -> Option<&str> {
        let mut found = headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .filter(|(name, _)| *name == self.name())
            .map(|(_, secret)| secret);
        let secret = found.next()?;
        (found.next().is_none() && !secret.is_empty()).then_some(secret)
    }

    fn header(self, secret: &str, max_age: u32) -> Option<HeaderValue> {
        let secure = match self {
            Self::Secure => "; Secure",
            Self::Plain => "",
        };
        let name = self.name();
        let text =
            format!("{name}={secret}; Path=/; HttpOnly; SameSite=Lax; Max-Age={max_age}{secure}");
        let mut value = HeaderValue::try_from(text).ok()?;
        value.set_sensitive(true);
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn cookies(value: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_str(value).unwrap())])
    }

    #[test]
    fn the_secret_is_found_only_under_our_name_and_only_once() {
        for (sent, found) in [
            ("sb=abc", Some("abc")),
            ("theme=dark; sb=abc", Some("abc")),
            ("__Host-sb=abc", None),
            ("sb=abc; sb=def", None),
            ("sb=", None),
            ("", None),
        ] {
            assert_eq!(SessionCookie::Plain.find(&cookies(sent)), found, "{sent:?}");
        }
        assert_eq!(
            SessionCookie::Secure.find(&cookies("__Host-sb=abc; sb=x")),
            Some("abc")
        );
    }

    #[test]
    fn under_https_the_cookie_has_the_host_prefix_and_is_secure() {
        let set = SessionCookie::Secure.set("abc").unwrap();
        let set = set.to_str().unwrap();
        assert!(
            set.starts_with("__Host-sb=abc; Path=/; HttpOnly; SameSite=Lax"),
            "{set}"
        );
        assert!(
            set.ends_with("; Secure") && !set.contains("Domain"),
            "{set}"
        );
    }
}
