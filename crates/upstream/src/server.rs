//! Starts and stops one upstream. Owns the listeners, the routes and who may pass; the handlers live beside it.

use std::io::{self, Read as _};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4};
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::serve::ListenerExt as _;
use serde_json::Value;
use tokio::net::TcpListener;

use crate::events::{refusal, unauthorized};
use crate::issuer::Verdict;
use crate::seen::{Seen, Via};
use crate::shared::{Limits, Persona, Shared, Transport, now};
use crate::{account, auth, gemini, issuer, models, responses, socket};

/// Requests that a demo remembers; it only needs to answer.
const DEMO_KEEPS: usize = 64;
/// Requests that a test can look at.
const TESTS_KEEP: usize = 10_000;
/// The largest request, packed and unpacked.
const LARGEST_BODY: usize = 64 * 1024 * 1024;

/// How an upstream behaves.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where it listens; port 0 picks a free one.
    pub address: SocketAddrV4,
    pub transport: Transport,
    pub persona: Persona,
    /// How many requests are remembered.
    pub keep: usize,
}

impl Default for Options {
    /// What a demo needs.
    fn default() -> Self {
        Self {
            address: SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0),
            transport: Transport::default(),
            persona: Persona::Demo,
            keep: DEMO_KEEPS,
        }
    }
}

impl Options {
    /// What a test needs: answers at once, remembers everything.
    pub fn for_tests() -> Self {
        Self {
            persona: Persona::Echo,
            keep: TESTS_KEEP,
            ..Self::default()
        }
    }
}

/// The scripted upstream, before it runs.
#[derive(Debug)]
pub struct Upstream;

impl Upstream {
    /// Listens, and answers until the returned handle is stopped or dropped.
    pub async fn start(options: Options) -> io::Result<Running> {
        let (listeners, port) = bind(options.address).await?;
        let shared = Arc::new(Shared::new(
            options.transport,
            options.persona,
            options.keep,
        ));
        for listener in listeners {
            // Small frames leave at once, as those of the servers it stands in for do: waiting for the acknowledgement
            // of the one before would add the client's delay of it, 40 ms, to an answer.
            let listener = listener.tap_io(|stream| {
                let _ = stream.set_nodelay(true);
            });
            let server = axum::serve(listener, routes(&shared))
                .with_graceful_shutdown(shared.stop.clone().cancelled_owned());
            shared.tasks.spawn(async move {
                // Serving only ends through the stop token; an accept error is retried inside.
                let _ = server.await;
            });
        }
        Ok(Running { shared, port })
    }
}

/// A running upstream. Dropping it stops it.
#[derive(Debug)]
pub struct Running {
    shared: Arc<Shared>,
    port: u16,
}

impl Running {
    pub fn port(&self) -> u16 {
        self.port
    }

    /// For `chatgpt_base_url`. Another host name than [`Self::responses_url`] on purpose, see the crate's front page.
    pub fn backend_url(&self) -> String {
        format!("http://localhost:{}/backend-api", self.port)
    }

    /// For `openai_base_url`.
    pub fn responses_url(&self) -> String {
        format!("{}/backend-api/codex", self.origin())
    }

    /// For a custom provider or an API key.
    pub fn api_url(&self) -> String {
        format!("{}/v1", self.origin())
    }

    /// For the Gemini CLI's `GOOGLE_GEMINI_BASE_URL`. Any key but an empty one passes.
    pub fn gemini_url(&self) -> String {
        self.origin()
    }

    /// For `CODEX_APP_SERVER_LOGIN_ISSUER`; also where `/oauth/token` and `/oauth/revoke` lie.
    pub fn origin(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Every request so far, in order.
    pub fn requests(&self) -> Vec<Arc<Seen>> {
        self.shared.record.all()
    }

    /// Those that asked the model, in order.
    pub fn model_requests(&self) -> Vec<Arc<Seen>> {
        self.shared.record.model_requests()
    }

    pub fn last_model_request(&self) -> Option<Arc<Seen>> {
        self.model_requests().pop()
    }

    /// Waits for the `n`-th model request, counted from 0. Waits for ever if it never comes.
    pub async fn model_request(&self, n: usize) -> Arc<Seen> {
        self.shared.record.model_request(n).await
    }

    /// Forgets every request; numbers start at 0 again.
    pub fn clear(&self) {
        self.shared.record.clear();
    }

    /// Opens a gate for good, whether somebody stands there or not.
    pub fn open(&self, gate: &str) {
        self.shared.gates.open(gate);
    }

    /// Resolves when a request stands at that gate.
    pub async fn waiting(&self, gate: &str) {
        self.shared.gates.waiting(gate).await;
    }

    /// From now on every login is refused and no token is refreshed any more, until somebody signs in anew.
    pub fn refuse_login(&self) {
        self.shared.refuse_login(true);
    }

    /// Takes [`Self::refuse_login`] back.
    pub fn accept_login(&self) {
        self.shared.refuse_login(false);
    }

    /// From now on whoever opens the address of a login says no.
    pub fn deny_sign_in(&self) {
        self.shared.issuer.answer_in_browser(Verdict::Denied);
    }

    /// Takes [`Self::deny_sign_in`] back.
    pub fn allow_sign_in(&self) {
        self.shared.issuer.answer_in_browser(Verdict::Approved);
    }

    /// From now on the administrator of the workspace demands this, in the words of a `requirements.toml`; whoever runs on
    /// [`auth::managed_login`] asks for it when it starts.
    pub fn demand(&self, requirements: &str) {
        self.shared.demand(requirements);
    }

    /// Resolves when a device waits for its login, to the code that a person would type in.
    pub async fn device_waiting(&self) -> String {
        self.shared.issuer.waiting_device().await
    }

    /// Signs in every device that waits.
    pub fn approve_device(&self) {
        self.shared.issuer.answer_devices(Verdict::Approved);
    }

    /// Refuses every device that waits.
    pub fn deny_device(&self) {
        self.shared.issuer.answer_devices(Verdict::Denied);
    }

    /// From now on no device gets a code, as where an account has not switched that on.
    pub fn forbid_device_login(&self) {
        self.shared.issuer.forbid_devices();
    }

    /// How much of the plan's five-hour and weekly windows is used up, in percent.
    pub fn set_limits(&self, primary: f64, secondary: f64) {
        self.shared.set_limits(Limits { primary, secondary });
    }

    /// Stops listening, cuts every stream and waits until nothing of it is left.
    pub async fn stop(self) {
        self.shared.stop.cancel();
        self.shared.tasks.close();
        self.shared.tasks.wait().await;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.shared.stop.cancel();
    }
}

/// The given address and, where the machine has it, the same port on `[::1]`: `localhost` may mean either.
async fn bind(address: SocketAddrV4) -> io::Result<(Vec<TcpListener>, u16)> {
    let v4 = TcpListener::bind(address).await?;
    let port = v4.local_addr()?.port();
    let v6 = TcpListener::bind(SocketAddr::from((Ipv6Addr::LOCALHOST, port))).await;
    Ok((std::iter::once(v4).chain(v6.ok()).collect(), port))
}

pub(crate) fn routes(shared: &Arc<Shared>) -> Router {
    let model = get(socket::upgrade).post(responses::post);
    let backend = account::backend()
        .route("/codex/responses", model.clone())
        .layer(middleware::from_fn_with_state(
            Arc::clone(shared),
            signed_in,
        ));
    let api = Router::new()
        .route("/responses", model)
        .route("/models", get(async || axum::Json(models::list())));
    Router::new()
        .nest("/backend-api", backend)
        .nest("/backend-api/ps", account::plugins())
        .nest("/v1", api)
        .nest("/v1beta", gemini::api())
        .merge(issuer::routes())
        .layer(middleware::from_fn_with_state(Arc::clone(shared), remember))
        .with_state(Arc::clone(shared))
}

/// Records a request before anything answers it, and hands the decoded form on.
async fn remember(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let Ok(bytes) = axum::body::to_bytes(body, LARGEST_BODY).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let Some(body) = decode(&parts.headers, &bytes) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let is_upgrade = parts.headers.contains_key(header::UPGRADE);
    let text = |value: &header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let seen = shared.record.add(Seen {
        seq: 0,
        via: if is_upgrade { Via::Upgrade } else { Via::Http },
        method: parts.method.to_string(),
        path: parts.uri.to_string(),
        headers: parts
            .headers
            .iter()
            .map(|(name, value)| (name.to_string(), text(value)))
            .collect(),
        input: match body["contents"] {
            Value::Array(_) => gemini::input(&body),
            _ => body["input"].as_array().cloned().unwrap_or_default(),
        },
        body,
    });
    parts.extensions.insert(seen);
    next.run(Request::from_parts(parts, Body::from(bytes)))
        .await
}

/// The body as JSON, or as a string where it is something else. `None` when it cannot be unpacked.
fn decode(headers: &HeaderMap, bytes: &[u8]) -> Option<Value> {
    let unpacked = match headers
        .get(header::CONTENT_ENCODING)
        .map(header::HeaderValue::as_bytes)
    {
        Some(b"zstd") => &unpack(bytes).ok()?,
        _ => bytes,
    };
    Some(match serde_json::from_slice(unpacked) {
        Ok(json) => json,
        Err(_) if unpacked.is_empty() => Value::Null,
        Err(_) => Value::String(String::from_utf8_lossy(unpacked).into_owned()),
    })
}

fn unpack(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut unpacked = Vec::new();
    zstd::Decoder::new(bytes)?
        .take(LARGEST_BODY as u64)
        .read_to_end(&mut unpacked)?;
    Ok(unpacked)
}

/// Lets only a valid login pass, as the real backend does.
async fn signed_in(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let bearer = request
        .headers()
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "));
    let refused = match bearer {
        None => Some(unauthorized(
            "invalid_api_key",
            "Missing bearer authentication in header",
        )),
        Some(token) if shared.login_refused() || auth::has_expired(token, now()) => {
            Some(refusal(401, None))
        }
        Some(_) => None,
    };
    match refused {
        Some(refusal) => responses::refused(&shared, &refusal),
        None => next.run(request).await,
    }
}
