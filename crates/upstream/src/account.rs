//! The endpoints around the model: account, limits, models and plug-ins. Owns the answers that let the CLI start
//! and count; the model itself answers elsewhere.

use std::sync::Arc;

use axum::Json;
use axum::Router;
use axum::extract::{Extension, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use serde_json::{Value, json};

use crate::seen::Seen;
use crate::shared::{Limits, Shared, now};
use crate::{auth, models};

/// The two windows of a plan, in seconds.
const PRIMARY_WINDOW: i64 = 5 * 60 * 60;
const SECONDARY_WINDOW: i64 = 7 * 24 * 60 * 60;

/// What lies under `/backend-api`, but for the model and the plug-ins. Everything here wants a valid login.
pub(crate) fn backend() -> Router<Arc<Shared>> {
    Router::new()
        .route("/wham/accounts/check", get(accounts))
        .route("/wham/usage", get(usage))
        .route("/wham/rate-limit-reset-credits", get(reset_credits))
        .route("/wham/profiles/me", get(profile))
        .route(
            "/wham/workspace-messages",
            get(async || Json(json!({ "messages": [] }))),
        )
        .route("/wham/settings/user", get(async || Json(json!({}))))
        .route("/wham/config/bundle", get(demands))
        .route("/codex/models", get(async || Json(models::catalogue())))
        .route(
            "/codex/analytics-events/events",
            post(async || Json(json!({}))),
        )
}

/// The plan's plug-ins. The CLI brings no login to them.
pub(crate) fn plugins() -> Router<Arc<Shared>> {
    Router::new().route("/mcp", any(plugin_tools)).route(
        "/{*rest}",
        any(async || Json(json!({ "plugins": [], "pagination": {} }))),
    )
}

/// The headers that tell, with every answer of the model, how much of the plan is used.
pub(crate) fn limit_headers(limits: Limits) -> [(&'static str, String); 6] {
    let reset = |window: i64| (now() + window).to_string();
    let minutes = |window: i64| (window / 60).to_string();
    [
        ("x-codex-primary-used-percent", limits.primary.to_string()),
        ("x-codex-primary-window-minutes", minutes(PRIMARY_WINDOW)),
        ("x-codex-primary-reset-at", reset(PRIMARY_WINDOW)),
        (
            "x-codex-secondary-used-percent",
            limits.secondary.to_string(),
        ),
        (
            "x-codex-secondary-window-minutes",
            minutes(SECONDARY_WINDOW),
        ),
        ("x-codex-secondary-reset-at", reset(SECONDARY_WINDOW)),
    ]
}

/// The same, as the event that precedes an answer on a WebSocket.
pub(crate) fn limit_event(limits: Limits) -> Value {
    let window = |percent: f64, seconds: i64| json!({ "used_percent": percent, "window_minutes": seconds / 60, "reset_at": now() + seconds });
    json!({
        "type": "codex.rate_limits",
        "plan_type": auth::PLAN,
        "rate_limits": {
            "allowed": true,
            "limit_reached": false,
            "primary": window(limits.primary, PRIMARY_WINDOW),
            "secondary": window(limits.secondary, SECONDARY_WINDOW),
        },
    })
}

/// The account's workspace. Its origin must be HTTPS and is never called, because the CLI's two base URLs differ.
async fn accounts() -> Json<Value> {
    Json(json!({
        "accounts": [{
            "id": auth::ACCOUNT_ID,
            "account_user_id": "user-scripted",
            "name": "Scripted workspace",
            "structure": "personal",
            "plan_type": auth::PLAN,
            "workspace_backend_origin": "https://workspace.invalid",
            "account_routing_override": "NO_CONSTRAINT",
        }],
        "account_ordering": [auth::ACCOUNT_ID],
        "default_account_id": auth::ACCOUNT_ID,
    }))
}

async fn usage(State(shared): State<Arc<Shared>>) -> Json<Value> {
    let limits = shared.limits();
    let window = |percent: f64, seconds: i64| {
        json!({
            // A whole number here, unlike in the headers: the CLI refuses the answer otherwise.
            "used_percent": percent.round() as i64,
            "limit_window_seconds": seconds,
            "reset_after_seconds": seconds,
            "reset_at": now() + seconds,
        })
    };
    Json(json!({
        "user_id": "user-scripted",
        "account_id": auth::ACCOUNT_ID,
        "email": auth::EMAIL,
        "plan_type": auth::PLAN,
        "rate_limit": {
            "allowed": true,
            "limit_reached": false,
            "primary_window": window(limits.primary, PRIMARY_WINDOW),
            "secondary_window": window(limits.secondary, SECONDARY_WINDOW),
        },
        "credits": { "has_credits": false, "unlimited": false, "balance": "0" },
    }))
}

/// What the workspace's administrator demands; the CLI asks for it on a plan that has one.
async fn demands(State(shared): State<Arc<Shared>>) -> Json<Value> {
    let Some(demands) = shared.demands() else {
        return Json(json!({}));
    };
    let one = json!({ "id": "demands-scripted", "name": "Scripted demands", "contents": demands });
    Json(json!({ "requirements_toml": { "enterprise_managed": [one] } }))
}

async fn reset_credits() -> Json<Value> {
    Json(json!({ "available_count": 0, "credits": [] }))
}

async fn profile() -> Json<Value> {
    Json(json!({
        "stats": {
            "lifetime_tokens": 123_456,
            "peak_daily_tokens": 4321,
            "longest_running_turn_sec": 60,
            "current_streak_days": 2,
            "longest_streak_days": 5,
            "daily_usage_buckets": [],
        },
    }))
}

/// The plan's own MCP server, with no tools.
async fn plugin_tools(Extension(seen): Extension<Arc<Seen>>) -> Response {
    let request = &seen.body;
    let result = match request["method"].as_str() {
        Some("initialize") => json!({
            "protocolVersion": request["params"]["protocolVersion"],
            "capabilities": { "tools": {} },
            "serverInfo": { "name": "scripted", "version": "1" },
        }),
        Some("tools/list") => json!({ "tools": [] }),
        _ => return StatusCode::ACCEPTED.into_response(),
    };
    Json(json!({ "jsonrpc": "2.0", "id": request["id"], "result": result })).into_response()
}
