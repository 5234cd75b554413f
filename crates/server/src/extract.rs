//! What handlers are given: the caller, ids out of the path, the query, a JSON body. Owns parsing at the
//! door, so that inside a `ThreadId` is a `ThreadId`; never decides what a caller may do.

use std::{convert::Infallible, ops::Deref, str::FromStr, time::Duration};

use axum::{
    RequestExt,
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Request},
    http::{HeaderMap, StatusCode, header, request::Parts, uri::Authority},
};
use serde::de::DeserializeOwned;
use switchboard_auth::Via;
use switchboard_model::{
    AssistantId, AttachmentId, MessageId, PersonId, QuestionId, QueuedId, SessionId, ThreadId,
    TokenId, TurnId,
};

use crate::{app::Shared, error::ApiError};

/// How long a body may take to arrive.
const BODY: Duration = Duration::from_secs(30);

/// Who asks. Put into the request by the gate of every route that is not public.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) who: switchboard_auth::Caller,
    pub(crate) machine: Machine,
}

/// On which machine the browser of whoever asks runs, as far as the request tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Machine {
    /// The server's own.
    Same,
    /// Another one, or nobody can tell.
    Another,
}

impl Machine {
    /// Whoever is called by a name that leads nowhere but to one's own machine, and not through a proxy, runs there. It
    /// is for choosing what to offer and nothing else: a tunnel looks the same.
    fn of(headers: &HeaderMap) -> Self {
        let host = headers
            .get(header::HOST)
            .and_then(|host| host.to_str().ok()?.parse::<Authority>().ok());
        let is_loopback = host.is_some_and(|host| {
            let name = host.host();
            name.eq_ignore_ascii_case("localhost") || matches!(name, "127.0.0.1" | "[::1]")
        });
        let proxies = [
            "forwarded",
            "via",
            "x-forwarded-for",
            "x-forwarded-host",
            "x-real-ip",
        ];
        let through_proxy = proxies.iter().any(|name| headers.contains_key(*name));
        if is_loopback && !through_proxy {
            Self::Same
        } else {
            Self::Another
        }
    }
}

impl Caller {
    /// Finds out who asks. A bearer token wins over a cookie: a program that sends one means it.
    pub(crate) async fn of(headers: &HeaderMap, app: &Shared) -> Result<Self, ApiError> {
        let found = match bearer(headers) {
            Some(token) => app.identity.authenticate_token(token).await?,
            None => match app.cookie.find(headers) {
                Some(secret) => app.identity.authenticate_session(secret).await?,
                None => None,
            },
        };
        let who = found.ok_or_else(ApiError::unauthenticated)?;
        Ok(Self {
            who,
            machine: Machine::of(headers),
        })
    }

    /// Refuses everyone but admins.
    pub(crate) fn admin(&self) -> Result<(), ApiError> {
        if self.person.is_admin() {
            Ok(())
        } else {
            Err(ApiError::forbidden("only an admin may see this"))
        }
    }

    /// The session that asks, if it is one.
    pub(crate) fn session(&self) -> Option<SessionId> {
        match self.via {
            Via::Session(id) => Some(id),
            Via::Token(_) => None,
        }
    }
}

impl Deref for Caller {
    type Target = switchboard_auth::Caller;

    fn deref(&self) -> &Self::Target {
        &self.who
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        parts
            .extensions
            .get::<Self>()
            .cloned()
            .ok_or_else(ApiError::unauthenticated)
    }
}

/// The token of a program, if the request has one.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The id in the path. A text that is no id names nothing, so it is not found.
pub(crate) struct Id<T>(pub(crate) T);

/// What an id is an id of, for "there is no such …".
pub(crate) trait Noun: FromStr {
    /// In one word.
    const NOUN: &'static str;
}

macro_rules! nouns {
    ($($id:ty = $noun:literal),* $(,)?) => {$(
        impl Noun for $id {
            const NOUN: &'static str = $noun;
        }
    )*};
}

nouns! {
    AttachmentId = "attachment",
    PersonId = "person",
    ThreadId = "thread",
    TurnId = "turn",
    QuestionId = "question",
    QueuedId = "queued message",
    MessageId = "message",
    SessionId = "session",
    TokenId = "token",
    AssistantId = "assistant",
    ServerName = "MCP server",
}

/// The name of an MCP server in the path.
pub(crate) struct ServerName(pub(crate) String);

impl FromStr for ServerName {
    type Err = Infallible;

    fn from_str(name: &str) -> Result<Self, Infallible> {
        Ok(Self(name.to_owned()))
    }
}

impl<T: Noun, S: Send + Sync> FromRequestParts<S> for Id<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let missing = || ApiError::not_found(T::NOUN);
        let path = axum::extract::Path::<String>::from_request_parts(parts, state).await;
        let text = path.map_err(|_| missing())?;
        text.parse().map(Self).map_err(|_| missing())
    }
}

/// Two ids: the second names something in the first.
impl<A: Noun, B: Noun, S: Send + Sync> FromRequestParts<S> for Id<(A, B)> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let path = axum::extract::Path::<(String, String)>::from_request_parts(parts, state).await;
        let (outer, inner) = path.map_err(|_| ApiError::not_found(A::NOUN))?.0;
        let outer = outer.parse().map_err(|_| ApiError::not_found(A::NOUN))?;
        let inner = inner.parse().map_err(|_| ApiError::not_found(B::NOUN))?;
        Ok(Self((outer, inner)))
    }
}

/// The query, parsed.
pub(crate) struct Query<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Sync> FromRequestParts<S> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let query = axum::extract::Query::<T>::try_from_uri(&parts.uri);
        query
            .map(|query| Self(query.0))
            .map_err(|rejection| ApiError::invalid(rejection.body_text()))
    }
}

/// A JSON body. No body at all is an empty object.
pub(crate) struct Json<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        let labelled = is_json(request.headers());
        let body = read(request).await?;
        if !labelled && !body.is_empty() {
            return Err(ApiError::not_json());
        }
        let text: &[u8] = if body.is_empty() { b"{}" } else { &body };
        serde_json::from_slice(text)
            .map(Self)
            .map_err(|error| match error.classify() {
                serde_json::error::Category::Data => ApiError::unprocessable(error.to_string()),
                _ => ApiError::invalid(format!("the body is not JSON: {error}")),
            })
    }
}

/// The whole body, within its limit and in time: a client that sends a byte a minute holds no place.
async fn read(request: Request) -> Result<Bytes, ApiError> {
    match tokio::time::timeout(BODY, request.extract::<Bytes, _>()).await {
        Ok(Ok(body)) => Ok(body),
        Ok(Err(rejection)) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => Err(
            ApiError::too_large("the body is larger than this endpoint takes"),
        ),
        Ok(Err(_)) => Err(ApiError::invalid("the body could not be read to its end")),
        Err(_) => Err(ApiError::invalid("the body took too long to arrive")),
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let value = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    value
        .and_then(|value| value.split(';').next())
        .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}

/// What makes a post that is sent again the same post: `client_id` in the body, or `Idempotency-Key`.
pub(crate) fn client_id(
    body: Option<String>,
    headers: &HeaderMap,
) -> Result<Option<String>, ApiError> {
    let key = match headers.get("idempotency-key") {
        None => return Ok(body),
        Some(key) => key
            .to_str()
            .map_err(|_| ApiError::invalid("the Idempotency-Key is not plain text"))?,
    };
    match body {
        Some(id) if id != key => Err(ApiError::invalid(
            "client_id and Idempotency-Key name different posts",
        )),
        _ => Ok(Some(key.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_who_calls_us_by_a_loopback_name_and_directly_is_on_our_machine() {
        let rows: [(&[(&str, &str)], Machine); 9] = [
            (&[("host", "localhost:4747")], Machine::Same),
            (&[("host", "LOCALHOST")], Machine::Same),
            (&[("host", "127.0.0.1:4747")], Machine::Same),
            (&[("host", "[::1]:4747")], Machine::Same),
            (&[("host", "chat.example.com")], Machine::Another),
            (&[("host", "192.168.1.7:4747")], Machine::Another),
            (&[("host", "localhost.example.com")], Machine::Another),
            (&[], Machine::Another),
            (
                &[("host", "127.0.0.1:4747"), ("x-forwarded-for", "10.0.0.9")],
                Machine::Another,
            ),
        ];
        for (told, machine) in rows {
            let told = told.iter().map(|(name, value)| {
                (
                    name.parse::<axum::http::HeaderName>().unwrap(),
                    value.parse().unwrap(),
                )
            });
            let headers: HeaderMap = told.collect();
            assert_eq!(Machine::of(&headers), machine, "{headers:?}");
        }
    }
}
