//! Backends: the ways to reach models.

use axum::{
    Json,
    extract::{Path, State},
};
use switchboard_engine::backend::{Family, Operation, Secret};

use crate::{
    app::Shared,
    error::{ApiError, Problem},
    extract::{self, Caller},
    wire::{self, ToWire},
};

/// The models of every backend, for choosing.
#[utoipa::path(get, path = "/api/models", tag = "backends", responses((status = 200, body = wire::ModelList)))]
pub(crate) async fn models(
    _caller: Caller,
    State(app): State<Shared>,
) -> Result<Json<wire::ModelList>, ApiError> {
    let assistants = app.engine.reader().assistants().await?;
    let groups = app.engine.backends().await?;
    let groups = groups.iter().map(|view| {
        let assistant = assistants
            .iter()
            .find(|assistant| assistant.backend == view.spec.name)
            .map(|assistant| (assistant.id.to_string(), assistant.handle.clone()));
        wire::ModelGroup::of(view, assistant)
    });
    Ok(Json(wire::ModelList {
        groups: groups.collect(),
    }))
}

/// All backends. Paths and accounts are for admins.
#[utoipa::path(get, path = "/api/backends", tag = "backends", responses((status = 200, body = wire::Backends)))]
pub(crate) async fn list(
    caller: Caller,
    State(app): State<Shared>,
) -> Result<Json<wire::Backends>, ApiError> {
    all(&caller, &app).await
}

/// Turns the switches over backends; what each backend was set to stays.
#[utoipa::path(patch, path = "/api/backends", tag = "backends", request_body = wire::SwitchesPatch,
    responses((status = 200, body = wire::Backends), (status = 403, body = Problem)))]
pub(crate) async fn switch(
    caller: Caller,
    State(app): State<Shared>,
    extract::Json(body): extract::Json<wire::SwitchesPatch>,
) -> Result<Json<wire::Backends>, ApiError> {
    for (family, on) in [
        (Family::Codex, body.codex),
        (Family::Providers, body.agent_providers),
    ] {
        if let Some(on) = on {
            app.engine.switch(&caller.person, family, on).await?;
        }
    }
    all(&caller, &app).await
}

/// One backend.
#[utoipa::path(get, path = "/api/backends/{id}", tag = "backends", params(("id" = String, Path)),
    responses((status = 200, body = wire::Backend), (status = 404, body = Problem)))]
pub(crate) async fn read(
    caller: Caller,
    State(app): State<Shared>,
    Path(id): Path<String>,
) -> Result<Json<wire::Backend>, ApiError> {
    one(&caller, &app, &id).await
}

/// The threads whose assistant it reaches, which answers no more while it is off: how many, and the newest few that one
/// may see. For admins.
#[utoipa::path(get, path = "/api/backends/{id}/threads", tag = "backends", params(("id" = String, Path)),
    responses((status = 200, body = wire::ThreadsBehind), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn threads(
    caller: Caller,
    State(app): State<Shared>,
    Path(id): Path<String>,
) -> Result<Json<wire::ThreadsBehind>, ApiError> {
    let behind = app.engine.threads_behind(&caller.person, &id).await?;
    Ok(Json(behind.to_wire()))
}

/// Switches a backend, chooses its default model, or hides some.
#[utoipa::path(patch, path = "/api/backends/{id}", tag = "backends", params(("id" = String, Path)), request_body = wire::BackendPatch,
    responses((status = 200, body = wire::Backend), (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn change(
    caller: Caller,
    State(app): State<Shared>,
    Path(id): Path<String>,
    extract::Json(body): extract::Json<wire::BackendPatch>,
) -> Result<Json<wire::Backend>, ApiError> {
    let engine = &app.engine;
    engine
        .change_backend(&caller.person, &id, body.into())
        .await?;
    one(&caller, &app, &id).await
}

/// Looks at a backend anew: its program is found and asked for its version, the file of its login is read, and where nothing
/// stands in the way, its account is asked for the plan's limits. No model is asked anything, so it costs nothing of the plan.
#[utoipa::path(post, path = "/api/backends/{id}/test", tag = "backends", params(("id" = String, Path)),
    responses((status = 200, body = wire::Backend), (status = 403, body = Problem), (status = 404, body = Problem), (status = 502, body = Problem)))]
pub(crate) async fn test(
    caller: Caller,
    State(app): State<Shared>,
    Path(id): Path<String>,
) -> Result<Json<wire::Backend>, ApiError> {
    app.engine.test_backend(&caller.person, &id).await?;
    one(&caller, &app, &id).await
}

/// Asks the account for its models.
#[utoipa::path(post, path = "/api/backends/{id}/refresh", tag = "backends", params(("id" = String, Path)),
    responses((status = 200, body = wire::Backend), (status = 403, body = Problem), (status = 404, body = Problem), (status = 502, body = Problem)))]
pub(crate) async fn refresh(
    caller: Caller,
    State(app): State<Shared>,
    Path(id): Path<String>,
) -> Result<Json<wire::Backend>, ApiError> {
    app.engine.refresh_models(&caller.person, &id).await?;
    one(&caller, &app, &id).await
}

/// Begins to sign in; what came of it is told by the backend's `login`.
#[utoipa::path(post, path = "/api/backends/{id}/login", tag = "backends", params(("id" = String, Path)), request_body = wire::NewLogin,
    responses((status = 200, body = wire::Backend), (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem), (status = 502, body = Problem)))]
pub(crate) async fn login(
    caller: Caller,
    State(app): State<Shared>,
    Path(id): Path<String>,
    extract::Json(body): extract::Json<wire::NewLogin>,
) -> Result<Json<wire::Backend>, ApiError> {
    let operation = Operation::SignIn {
        way: body.method.into(),
        key: body.api_key.map(Secret),
    };
    step(&caller, &app, &id, operation).await
}

/// Hands over where the browser ended up, if that was not on the server's machine.
#[utoipa::path(post, path = "/api/backends/{id}/login/paste", tag = "backends", params(("id" = String, Path)), request_body = wire::PastedLogin,
    responses((status = 200, body = wire::Backend), (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem), (status = 502, body = Problem)))]
pub(crate) async fn paste(
    caller: Caller,
    State(app): State<Shared>,
    Path(id): Path<String>,
    extract::Json(body): extract::Json<wire::PastedLogin>,
) -> Result<Json<wire::Backend>, ApiError> {
    step(&caller, &app, &id, Operation::Paste(body.url)).await
}

/// Takes a sign-in back.
#[utoipa::path(delete, path = "/api/backends/{id}/login", tag = "backends", params(("id" = String, Path)),
    responses((status = 200, body = wire::Backend), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn cancel(
    caller: Caller,
    State(app): State<Shared>,
    Path(id): Path<String>,
) -> Result<Json<wire::Backend>, ApiError> {
    step(&caller, &app, &id, Operation::CancelSignIn).await
}

/// Signs out.
#[utoipa::path(post, path = "/api/backends/{id}/logout", tag = "backends", params(("id" = String, Path)),
    responses((status = 200, body = wire::Backend), (status = 403, body = Problem), (status = 404, body = Problem), (status = 502, body = Problem)))]
pub(crate) async fn logout(
    caller: Caller,
    State(app): State<Shared>,
    Path(id): Path<String>,
) -> Result<Json<wire::Backend>, ApiError> {
    step(&caller, &app, &id, Operation::SignOut).await
}

async fn step(
    caller: &Caller,
    app: &Shared,
    id: &str,
    operation: Operation,
) -> Result<Json<wire::Backend>, ApiError> {
    app.engine.sign_in_to(&caller.person, id, operation).await?;
    one(caller, app, id).await
}

async fn one(caller: &Caller, app: &Shared, id: &str) -> Result<Json<wire::Backend>, ApiError> {
    let view = app.engine.backend(id).await?;
    Ok(Json(wire::Backend::seen_by(
        caller.person.role,
        caller.machine,
        &view,
    )))
}

async fn all(caller: &Caller, app: &Shared) -> Result<Json<wire::Backends>, ApiError> {
    let views = app.engine.backends().await?;
    let items = views
        .iter()
        .map(|view| wire::Backend::seen_by(caller.person.role, caller.machine, view));
    Ok(Json(wire::Backends {
        items: items.collect(),
        switches: app.engine.switches().await?.to_wire(),
    }))
}
