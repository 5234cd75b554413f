//! The issuer of logins: the page where a person agrees, the codes for devices without a browser, and the tokens that
//! come of both. Owns who has agreed to what; the logins themselves are made up elsewhere, and no password is ever asked.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::{Extension, Query, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tokio::sync::watch;

use crate::auth;
use crate::seen::Seen;
use crate::shared::Shared;

/// How often a device asks, in seconds. A string on this wire.
const INTERVAL: &str = "1";

/// What lies at the issuer's origin.
pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/oauth/authorize", get(authorize))
        .route("/oauth/token", post(token))
        .route("/oauth/revoke", post(revoke))
        .route("/api/accounts/deviceauth/usercode", post(user_code))
        .route("/api/accounts/deviceauth/token", post(device_token))
        .route("/codex/device", get(device_page).post(device_answer))
}

/// What a person says to a login.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Verdict {
    #[default]
    Approved,
    Denied,
}

/// Who may get tokens.
#[derive(Debug, Default)]
pub(crate) struct Issuer {
    state: Mutex<Issued>,
    devices: watch::Sender<Vec<Device>>,
}

#[derive(Debug, Default)]
struct Issued {
    /// What becomes of logins in a browser.
    in_browser: Verdict,
    without_devices: bool,
    /// Codes that were not exchanged yet.
    codes: HashMap<String, Grant>,
    /// Tokens that were handed back.
    revoked: HashSet<String>,
}

/// What somebody has to show along with a code.
#[derive(Debug)]
struct Grant {
    challenge: String,
    redirect_uri: String,
}

/// A device that asked for a login.
#[derive(Debug)]
struct Device {
    id: String,
    user_code: String,
    /// The word whose digest is the challenge. The issuer makes it up for a device.
    verifier: String,
    /// Nothing was said yet where it is missing.
    verdict: Option<Verdict>,
}

impl Issuer {
    pub fn answer_in_browser(&self, verdict: Verdict) {
        self.lock().in_browser = verdict;
    }

    pub fn forbid_devices(&self) {
        self.lock().without_devices = true;
    }

    /// Answers every device that waits.
    pub fn answer_devices(&self, verdict: Verdict) {
        self.answer_some(verdict, |_| true);
    }

    /// The code of the newest device that waits, as soon as one does.
    pub async fn waiting_device(&self) -> String {
        let newest = |devices: &Vec<Device>| {
            let mut waiting = devices.iter().rev().filter(|one| one.verdict.is_none());
            waiting.next().map(|device| device.user_code.clone())
        };
        let mut devices = self.devices.subscribe();
        // The sender is `self`, so the channel cannot close while we wait.
        let waiting = devices.wait_for(|devices| newest(devices).is_some()).await;
        waiting
            .ok()
            .and_then(|devices| newest(&devices))
            .unwrap_or_default()
    }

    fn answer_some(&self, verdict: Verdict, which: impl Fn(&Device) -> bool) {
        self.devices.send_modify(|devices| {
            for device in devices.iter_mut() {
                if device.verdict.is_none() && which(device) {
                    device.verdict = Some(verdict);
                }
            }
        });
    }

    fn lock(&self) -> MutexGuard<'_, Issued> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The page in a browser. The person agrees at once, or does not.
async fn authorize(
    State(shared): State<Arc<Shared>>,
    Query(asked): Query<HashMap<String, String>>,
    uri: Uri,
) -> Response {
    let (Some(redirect_uri), Some(challenge)) =
        (asked.get("redirect_uri"), asked.get("code_challenge"))
    else {
        return refused(
            StatusCode::BAD_REQUEST,
            "invalid_request",
            "something is missing",
        );
    };
    // As it stands, so that it needs no new escapes.
    let pairs = uri.query().unwrap_or_default().split('&');
    let state = pairs.into_iter().find(|pair| pair.starts_with("state="));
    let number = shared.next_number();
    let mut issued = shared.issuer.lock();
    let answer = match issued.in_browser {
        Verdict::Denied => "error=access_denied".to_owned(),
        Verdict::Approved => {
            let code = format!("code-scripted-{number}");
            let grant = Grant {
                challenge: challenge.clone(),
                redirect_uri: redirect_uri.clone(),
            };
            issued.codes.insert(code.clone(), grant);
            format!("code={code}")
        }
    };
    let to = format!("{redirect_uri}?{answer}&{}", state.unwrap_or("state="));
    (StatusCode::FOUND, [(header::LOCATION, to)]).into_response()
}

/// Tokens for a code, or for an older token.
async fn token(
    State(shared): State<Arc<Shared>>,
    Extension(seen): Extension<Arc<Seen>>,
) -> Response {
    let fields = fields(&seen.body);
    let field = |name: &str| fields.get(name).map_or("", String::as_str);
    match field("grant_type") {
        "authorization_code" => exchange(&shared, &field),
        "refresh_token" => refresh(&shared, field("refresh_token")),
        // A plan comes without a key of its own.
        _ => refused(
            StatusCode::UNAUTHORIZED,
            "invalid_grant",
            "there is nothing to exchange this for",
        ),
    }
}

fn exchange<'a>(shared: &Shared, field: &impl Fn(&str) -> &'a str) -> Response {
    let digest = URL_SAFE_NO_PAD.encode(Sha256::digest(field("code_verifier")));
    let grant = shared.issuer.lock().codes.remove(field("code"));
    let fits =
        |grant: &Grant| grant.challenge == digest && grant.redirect_uri == field("redirect_uri");
    if grant.as_ref().is_some_and(fits) {
        // Whoever signs in anew has a login again.
        shared.refuse_login(false);
        return Json(auth::refreshed(shared.next_number())).into_response();
    }
    refused(
        StatusCode::BAD_REQUEST,
        "invalid_grant",
        "Could not validate your code. Please try again.",
    )
}

fn refresh(shared: &Shared, token: &str) -> Response {
    if shared.login_refused() || shared.issuer.lock().revoked.contains(token) {
        return refused(
            StatusCode::UNAUTHORIZED,
            "refresh_token_invalidated",
            "Your session has ended. Please log in again.",
        );
    }
    Json(auth::refreshed(shared.next_number())).into_response()
}

async fn revoke(
    State(shared): State<Arc<Shared>>,
    Extension(seen): Extension<Arc<Seen>>,
) -> Json<Value> {
    let token = seen.body["token"].as_str().unwrap_or_default();
    shared.issuer.lock().revoked.insert(token.to_owned());
    Json(json!({}))
}

/// A code that a person types in on another device.
async fn user_code(State(shared): State<Arc<Shared>>) -> Response {
    if shared.issuer.lock().without_devices {
        return StatusCode::NOT_FOUND.into_response();
    }
    let number = shared.next_number();
    let device = Device {
        id: format!("device-scripted-{number}"),
        user_code: format!("DEMO-{number:05}"),
        verifier: format!("verifier-scripted-{number}"),
        verdict: None,
    };
    let answer = json!({
        "device_auth_id": device.id, "user_code": device.user_code, "interval": INTERVAL,
    });
    shared
        .issuer
        .devices
        .send_modify(|devices| devices.push(device));
    Json(answer).into_response()
}

/// What a device asks until somebody has said something.
async fn device_token(
    State(shared): State<Arc<Shared>>,
    Extension(seen): Extension<Arc<Seen>>,
    headers: HeaderMap,
) -> Response {
    let devices = shared.issuer.devices.borrow();
    let mut asking = devices.iter().filter(|device| {
        seen.body["device_auth_id"] == device.id && seen.body["user_code"] == device.user_code
    });
    let pending = || {
        let message = "Device authorization is pending. Please try again.";
        refused(
            StatusCode::FORBIDDEN,
            "deviceauth_authorization_pending",
            message,
        )
    };
    let Some(device) = asking.next() else {
        return pending();
    };
    match device.verdict {
        None => pending(),
        Some(Verdict::Denied) => refused(
            StatusCode::BAD_REQUEST,
            "access_denied",
            "The request was denied.",
        ),
        Some(Verdict::Approved) => {
            let host = headers
                .get(header::HOST)
                .and_then(|host| host.to_str().ok());
            let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&device.verifier));
            let code = format!("code-of-{}", device.id);
            let grant = Grant {
                challenge: challenge.clone(),
                redirect_uri: format!("http://{}/deviceauth/callback", host.unwrap_or_default()),
            };
            shared.issuer.lock().codes.insert(code.clone(), grant);
            Json(json!({
                "authorization_code": code, "code_challenge": challenge, "code_verifier": device.verifier,
            }))
            .into_response()
        }
    }
}

/// Where a person types the code in.
async fn device_page() -> Html<&'static str> {
    Html(
        "<!doctype html><html lang=en><title>Scripted sign-in</title><h1>Scripted sign-in</h1>\
         <form method=post><label>Code <input name=user_code autofocus></label> \
         <button name=verdict value=approve>Continue</button> <button name=verdict value=deny>Cancel</button></form>",
    )
}

async fn device_answer(
    State(shared): State<Arc<Shared>>,
    Extension(seen): Extension<Arc<Seen>>,
) -> Html<&'static str> {
    let fields = fields(&seen.body);
    let code = fields.get("user_code").map_or("", |code| code.trim());
    let verdict = match fields.get("verdict").map(String::as_str) {
        Some("deny") => Verdict::Denied,
        _ => Verdict::Approved,
    };
    let issuer = &shared.issuer;
    issuer.answer_some(verdict, |device| device.user_code == code);
    Html(
        "<!doctype html><html lang=en><title>Scripted sign-in</title><h1>You can close this page</h1>",
    )
}

/// The fields of a body, which is a form or JSON.
fn fields(body: &Value) -> HashMap<String, String> {
    if let Some(form) = body.as_str() {
        let uri = format!("/?{form}").parse::<Uri>().ok();
        let fields = uri.and_then(|uri| Query::try_from_uri(&uri).ok());
        return fields.map(|Query(fields)| fields).unwrap_or_default();
    }
    let fields = body.as_object().into_iter().flatten();
    fields
        .filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
        .collect()
}

fn refused(status: StatusCode, code: &str, message: &str) -> Response {
    let error =
        json!({ "error": { "code": code, "type": "invalid_request_error", "message": message } });
    (status, Json(error)).into_response()
}
