//! Signing in, who am I, signing out.

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{AppendHeaders, IntoResponse},
};
use switchboard_model::person::{Person, Role};

use crate::{
    app::Shared,
    error::{ApiError, Problem},
    extract::{Caller, Json},
    wire,
};

/// Who is asking, and where.
#[utoipa::path(get, path = "/api/session", tag = "session", responses((status = 200, body = wire::Me), (status = 401, body = Problem)))]
pub(crate) async fn read(caller: Caller, State(app): State<Shared>) -> axum::Json<wire::Me> {
    axum::Json(me(&app, &caller.person))
}

/// Uses up a sign-in link and opens a session in this browser.
#[utoipa::path(post, path = "/api/session", tag = "session", request_body = wire::SignIn,
    responses((status = 201, body = wire::Me), (status = 410, description = "link_expired", body = Problem)))]
pub(crate) async fn sign_in(
    State(app): State<Shared>,
    headers: HeaderMap,
    Json(body): Json<wire::SignIn>,
) -> Result<impl IntoResponse, ApiError> {
    let user_agent = headers
        .get(header::USER_AGENT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let signed_in = app.identity.sign_in(&body.secret, user_agent).await?;
    let cookie = app.cookie.set(signed_in.session.expose());
    let cookie = cookie.ok_or_else(|| ApiError::internal(&"a session secret fits no cookie"))?;
    let me = me(&app, &signed_in.caller.person);
    Ok((
        StatusCode::CREATED,
        AppendHeaders([(header::SET_COOKIE, cookie)]),
        axum::Json(me),
    ))
}

/// Signs this browser out.
#[utoipa::path(delete, path = "/api/session", tag = "session", responses((status = 204)))]
pub(crate) async fn sign_out(
    caller: Caller,
    State(app): State<Shared>,
) -> Result<impl IntoResponse, ApiError> {
    app.identity.sign_out(&caller).await?;
    if caller.session().is_some() {
        app.live.revoke(caller.via);
    }
    let cookie = app
        .cookie
        .clear()
        .map(|cookie| (header::SET_COOKIE, cookie));
    Ok((StatusCode::NO_CONTENT, AppendHeaders(cookie)))
}

fn me(app: &Shared, person: &Person) -> wire::Me {
    wire::Me {
        person: wire::Person::seen_by(Role::Member, person),
        workspace: wire::Workspace {
            name: app.settings.workspace.clone(),
        },
        demo: app.settings.demo,
        version: app.settings.version.clone(),
    }
}
