//! The one place where errors become answers: RFC 9457 problems with a stable code, a hint and the id
//! of the request. Owns which error has which status; no other file names one for a refusal.

use std::borrow::Cow;

use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use switchboard_auth::{InviteError, SignInError, TokenError};
use switchboard_engine::{ChatError, TurnError, attachments::UploadError};
use switchboard_model::attachment::Unsupported;
use switchboard_store::{AttachError, StoreError};
use utoipa::ToSchema;

/// A refusal, before it is known which request it answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiError {
    status: StatusCode,
    code: &'static str,
    title: &'static str,
    detail: String,
    hint: Option<Cow<'static, str>>,
}

/// A refusal on the wire (RFC 9457, `application/problem+json`).
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// `urn:switchboard:problem:` and the code.
    #[serde(rename = "type")]
    pub kind: String,
    /// The code in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// The stable name: programs match on it.
    pub code: String,
    /// What is wrong with this request.
    pub detail: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// Names the request in the server's log.
    pub request_id: String,
}

impl ApiError {
    fn new(
        status: StatusCode,
        code: &'static str,
        title: &'static str,
        detail: impl Into<String>,
    ) -> Self {
        Self {
            status,
            code,
            title,
            detail: detail.into(),
            hint: None,
        }
    }

    fn hint(mut self, hint: impl Into<Cow<'static, str>>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// No credentials, or none that hold.
    pub fn unauthenticated() -> Self {
        let detail = "this needs a session or a token";
        Self::new(StatusCode::UNAUTHORIZED, "unauthenticated", "Not signed in", detail).hint(
            "open a sign-in link (`switchboard people link` prints one), or send `Authorization: Bearer TOKEN`",
        )
    }

    /// It is not there, or not for this caller to see: the two cannot be told apart.
    pub fn not_found(what: &str) -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "not_found",
            "Not found",
            format!("there is no such {what}"),
        )
    }

    /// The caller may see it but not do this.
    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", "Not allowed", detail)
    }

    /// The request makes no sense.
    pub fn invalid(detail: impl Into<String>) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "invalid",
            "Invalid request",
            detail,
        )
    }

    /// The body is not what this endpoint takes.
    pub fn unprocessable(detail: impl Into<String>) -> Self {
        Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "invalid",
            "Invalid request",
            detail,
        )
    }

    /// The body is not labelled as JSON.
    pub fn not_json() -> Self {
        let detail = "the body is not labelled as JSON";
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "not_json",
            "Not JSON",
            detail,
        )
        .hint("send `Content-Type: application/json`")
    }

    /// More than this endpoint takes.
    pub fn too_large(detail: impl Into<String>) -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too_large",
            "Too large",
            detail,
        )
    }

    /// The sign-in link was used, is too old, or never was.
    pub fn link_expired() -> Self {
        let detail = "this sign-in link was used or has expired";
        Self::new(StatusCode::GONE, "link_expired", "Link expired", detail)
            .hint("ask an admin for another one, or run `switchboard people link` on the server")
    }

    /// A page of another origin, or one that hides its origin, asks in a person's name.
    pub fn forbidden_origin() -> Self {
        let detail = "this request comes from a page that is not ours";
        Self::new(
            StatusCode::FORBIDDEN,
            "forbidden_origin",
            "Foreign origin",
            detail,
        )
        .hint("programs send `Authorization: Bearer TOKEN` and no Origin")
    }

    /// The name in `Host` is not one of ours.
    pub fn forbidden_host() -> Self {
        let detail = "this server does not answer to that host name";
        Self::new(
            StatusCode::FORBIDDEN,
            "forbidden_host",
            "Unknown host",
            detail,
        )
        .hint("start it with `--public-url` to give it the name")
    }

    /// The client id stands for another request.
    fn client_id_reused(detail: String) -> Self {
        Self::new(
            StatusCode::CONFLICT,
            "client_id_reused",
            "Client id reused",
            detail,
        )
    }

    /// Something else stands in the way.
    fn conflict(code: &'static str, title: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, code, title, detail)
    }

    /// The assistant has its client pair, whose secret was shown when it was made.
    pub fn assistant_registered(handle: &str) -> Self {
        let detail = format!("@{handle} is registered already; its secret was shown then");
        Self::conflict("assistant_registered", "Assistant registered", detail)
            .hint("rotate its secret to see a new one")
    }

    /// More open event streams than one person may have.
    pub fn too_many_streams() -> Self {
        let detail = "this person has too many event streams open";
        Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "too_many_streams",
            "Too many streams",
            detail,
        )
        .hint("one stream carries the events of all threads; close some")
    }

    /// More uploads at once than one person, or all together, may have.
    pub fn too_many_uploads() -> Self {
        let detail = "too many files are being uploaded at once";
        Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "too_many_uploads",
            "Too many uploads",
            detail,
        )
        .hint("wait for one of them to end, then try again")
    }

    /// A file that is to come with a message is not there for this person to give.
    pub fn attachment_missing(detail: impl Into<String>) -> Self {
        Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "attachment_missing",
            "Attachment missing",
            detail,
        )
        .hint("upload the file again; one that no message has is kept for a day")
    }

    /// Something broke here; the log says what.
    pub fn internal(error: &dyn std::fmt::Display) -> Self {
        tracing::error!(%error, "a request failed");
        let detail = "something went wrong on the server";
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "Internal error",
            detail,
        )
        .hint("the server's log has more under the request id")
    }

    /// What a bare status means, for answers that axum made.
    pub fn from_status(status: StatusCode) -> Self {
        match status {
            StatusCode::NOT_FOUND => Self::not_found("page or endpoint"),
            StatusCode::METHOD_NOT_ALLOWED => Self::new(
                status,
                "method_not_allowed",
                "Method not allowed",
                "this endpoint has other methods",
            ),
            StatusCode::PAYLOAD_TOO_LARGE => Self::too_large("the body is too large"),
            status if status.is_client_error() => {
                let mut error = Self::invalid("this request cannot be understood");
                error.status = status;
                error
            }
            status => Self::internal(&status),
        }
    }

    /// The stable name.
    #[cfg(test)]
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// The answer itself, once the request has an id.
    pub fn render(&self, request_id: &str) -> Response {
        let problem = Problem {
            kind: format!("urn:switchboard:problem:{}", self.code),
            title: self.title.to_owned(),
            status: self.status.as_u16(),
            code: self.code.to_owned(),
            detail: self.detail.clone(),
            hint: self.hint.as_deref().map(str::to_owned),
            request_id: request_id.to_owned(),
        };
        let body = serde_json::to_vec(&problem).unwrap_or_default();
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl IntoResponse for ApiError {
    /// Leaves the error in the answer's extensions: whoever numbers requests renders it, because the
    /// body names the request.
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::DiskFull => Self::new(
                StatusCode::INSUFFICIENT_STORAGE,
                "disk_full",
                "Disk full",
                "the server's disk is almost full, so nothing new is stored",
            )
            .hint("free some space on the server; reading and stopping still work"),
            StoreError::Unavailable(reason) => {
                tracing::error!(reason, "the database cannot be used");
                Self::new(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "store_unavailable",
                    "Database unavailable",
                    "the database cannot be used right now",
                )
                .hint("try again in a moment; `switchboard doctor` says more")
            }
            corrupt @ StoreError::Corrupt(_) => Self::internal(&corrupt),
        }
    }
}

impl From<SignInError> for ApiError {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::Expired => Self::link_expired(),
            SignInError::TooMany { .. } => Self::new(
                StatusCode::TOO_MANY_REQUESTS,
                "too_many_attempts",
                "Too many attempts",
                error.to_string(),
            ),
            SignInError::Store(error) => error.into(),
        }
    }
}

impl From<TokenError> for ApiError {
    fn from(error: TokenError) -> Self {
        match error {
            TokenError::Name | TokenError::ClientId => Self::unprocessable(error.to_string()),
            TokenError::ClientIdReused => Self::client_id_reused(error.to_string()).hint(
                "a token's secret is shown once; if you lost it, revoke that token and make another",
            ),
            TokenError::Store(error) => error.into(),
        }
    }
}

impl From<InviteError> for ApiError {
    fn from(error: InviteError) -> Self {
        match error {
            InviteError::Handle(_) | InviteError::Name(_) | InviteError::ClientId => {
                Self::unprocessable(error.to_string())
            }
            InviteError::Person(error) => ChatError::from(error).into(),
        }
    }
}

impl From<ChatError> for ApiError {
    fn from(error: ChatError) -> Self {
        match error {
            ChatError::NotFound(what) => Self::not_found(what),
            ChatError::Invalid(detail) => Self::unprocessable(detail),
            ChatError::TooLong => Self::too_large(ChatError::TooLong.to_string()),
            ChatError::NotAllowed(detail) => Self::forbidden(detail),
            ChatError::Backend(failure) => {
                let code = failure.code.as_str();
                Self::new(StatusCode::BAD_GATEWAY, code, "Not done", failure.message)
                    .hint(failure.hint)
            }
            ChatError::FullNotShared => Self::new(
                StatusCode::FORBIDDEN,
                "full_not_shared",
                "Not in a shared thread",
                error.to_string(),
            ),
            ChatError::HomeNotOwn(_) => Self::new(
                StatusCode::FORBIDDEN,
                "home_not_own",
                "Not in the own home",
                error.to_string(),
            ),
            ChatError::FolderNotAllowed(_) => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "folder_not_allowed",
                "Folder not allowed",
                error.to_string(),
            ),
            ChatError::HandleTaken(_) => {
                Self::conflict("handle_taken", "Handle taken", error.to_string())
                    .hint("choose another handle")
            }
            ChatError::QueueFull => Self::conflict("queue_full", "Queue full", error.to_string())
                .hint("send some of them now, or take some back"),
            ChatError::TurnOpen => Self::conflict("turn_open", "Turn open", error.to_string()),
            ChatError::LastAdmin => Self::conflict("last_admin", "Last admin", error.to_string())
                .hint("make somebody else an admin first"),
            ChatError::LastMember => {
                Self::conflict("last_member", "Last member", error.to_string())
                    .hint("add somebody else first, or delete the thread")
            }
            ChatError::ClientIdReused => {
                Self::client_id_reused(ChatError::ClientIdReused.to_string())
                    .hint("take a fresh client id for another body")
            }
            missing @ ChatError::NoAttachment(_) => Self::attachment_missing(missing.to_string()),
            ChatError::UnsupportedAttachment(detail) => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "attachment_unsupported",
                "Attachment not supported",
                detail,
            )
            .hint("nothing was sent; take the file out, or ask an assistant that accepts it"),
            ChatError::Store(error) => error.into(),
        }
    }
}

impl From<UploadError> for ApiError {
    fn from(error: UploadError) -> Self {
        let detail = error.to_string();
        match error {
            UploadError::TooLarge => Self::too_large(detail),
            UploadError::BrokenOff => Self::invalid(detail),
            UploadError::Invalid(_) | UploadError::Unsupported(Unsupported::Empty) => {
                Self::unprocessable(detail)
            }
            UploadError::Unsupported(why) => Self::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported_media_type",
                "File not supported",
                detail,
            )
            .hint(match why {
                Unsupported::TooWide => "make the image smaller, then attach it again",
                Unsupported::Damaged => "save the image anew, then attach it again",
                Unsupported::Empty | Unsupported::Unknown => {
                    "send an image as PNG or JPEG, a document as PDF, and text as UTF-8"
                }
            }),
            UploadError::Attach(AttachError::ClientIdReused) => {
                Self::client_id_reused(detail).hint("take a fresh Idempotency-Key for another file")
            }
            UploadError::Attach(AttachError::TooMany) => {
                let mut error = Self::too_many_uploads();
                error.detail = detail;
                error.hint("send them, or remove those that you do not need")
            }
            UploadError::Attach(AttachError::Store(error)) => error.into(),
        }
    }
}

impl From<TurnError> for ApiError {
    fn from(error: TurnError) -> Self {
        let detail = error.to_string();
        let conflict = |code, title| Self::new(StatusCode::CONFLICT, code, title, detail.clone());
        match error {
            TurnError::NotFound => Self::not_found("turn"),
            TurnError::Ended(_) => conflict("turn_ended", "Turn ended"),
            TurnError::NotRetryable => conflict("not_retryable", "Not retryable"),
            TurnError::Settled(_) => conflict("approval_settled", "Approval settled"),
            TurnError::NotSteerable => conflict("not_steerable", "Not steerable"),
            TurnError::NotYours => Self::forbidden(detail),
            TurnError::NotOffered | TurnError::Invalid(_) => Self::unprocessable(detail),
            TurnError::Store(error) => error.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_carries_its_code_hint_and_request() {
        let response = ApiError::link_expired().render("7-1");
        assert_eq!(response.status(), StatusCode::GONE);
        assert_eq!(
            response.headers()["content-type"],
            "application/problem+json"
        );
    }

    #[test]
    fn store_errors_tell_a_full_disk_from_a_missing_database() {
        for (error, status, code) in [
            (StoreError::DiskFull, 507, "disk_full"),
            (
                StoreError::Unavailable("locked".into()),
                503,
                "store_unavailable",
            ),
            (StoreError::Corrupt("a row".into()), 500, "internal"),
        ] {
            let error = ApiError::from(error);
            assert_eq!((error.status.as_u16(), error.code), (status, code));
        }
    }
}
