//! The assistants of the workspace.

use axum::{Json, extract::State, http::StatusCode};
use switchboard_model::{AssistantId, person::Person};

use crate::{
    app::Shared,
    error::{ApiError, Problem},
    extract::{self, Caller, Id},
    names::Names,
    wire,
};

/// All assistants, each with how it is doing and whether the caller may use it.
#[utoipa::path(get, path = "/api/assistants", tag = "assistants", responses((status = 200, body = wire::List<wire::Assistant>)))]
pub(crate) async fn list(
    caller: Caller,
    State(app): State<Shared>,
) -> Result<Json<wire::List<wire::Assistant>>, ApiError> {
    let views = app.engine.assistants(&caller.person).await?;
    let names = Names::read(app.engine.reader()).await?;
    let items = views
        .iter()
        .map(|view| wire::Assistant::new(view, &names))
        .collect();
    Ok(Json(wire::List { items }))
}

/// The assistants that can be registered here, registered or not. For admins.
#[utoipa::path(get, path = "/api/assistants/available", tag = "assistants",
    responses((status = 200, body = wire::List<wire::AvailableAssistant>), (status = 403, body = Problem)))]
pub(crate) async fn available(
    caller: Caller,
    State(app): State<Shared>,
) -> Result<Json<wire::List<wire::AvailableAssistant>>, ApiError> {
    caller.admin()?;
    let specs = app.engine.registry().offers();
    let items = specs.iter().map(wire::AvailableAssistant::of).collect();
    Ok(Json(wire::List { items }))
}

/// Registers an assistant on the caller's account, and makes its client pair. For admins. One that was
/// registered before and has its pair is refused: its secret was shown then.
#[utoipa::path(post, path = "/api/assistants", tag = "assistants", request_body = wire::NewAssistant,
    responses((status = 201, body = wire::AssistantMade), (status = 403, body = Problem),
        (status = 409, description = "assistant_registered, handle_taken", body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn register(
    caller: Caller,
    State(app): State<Shared>,
    extract::Json(body): extract::Json<wire::NewAssistant>,
) -> Result<(StatusCode, Json<wire::AssistantMade>), ApiError> {
    let me = &caller.person;
    let (assistant, _) = app.engine.add_assistant(me, &body.handle, me).await?;
    if assistant.client_id.is_some() {
        return Err(ApiError::assistant_registered(&assistant.handle));
    }
    let pair = fresh_pair(&app, me, assistant.id).await?;
    let assistant = wire::Assistant {
        // The pair says it in this answer.
        client_id: None,
        ..seen_by(&app, me, assistant.id).await?
    };
    Ok((
        StatusCode::CREATED,
        Json(wire::AssistantMade { assistant, pair }),
    ))
}

/// Switches an assistant on or off, opens it to people, sets its limits. For its owner and admins.
#[utoipa::path(patch, path = "/api/assistants/{id}", tag = "assistants", params(("id" = String, Path)), request_body = wire::AssistantPatch,
    responses((status = 200, body = wire::Assistant), (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn change(
    caller: Caller,
    State(app): State<Shared>,
    Id(id): Id<AssistantId>,
    extract::Json(body): extract::Json<wire::AssistantPatch>,
) -> Result<Json<wire::Assistant>, ApiError> {
    let change = body.try_into();
    let change = change.map_err(|_| ApiError::unprocessable("`people` are ids of people"))?;
    app.engine
        .change_assistant(&caller.person, id, change)
        .await?;
    Ok(Json(seen_by(&app, &caller.person, id).await?))
}

/// Makes a new client pair; the old secret is of no use from then on. For its owner and admins.
#[utoipa::path(post, path = "/api/assistants/{id}/rotate", tag = "assistants", params(("id" = String, Path)),
    responses((status = 200, body = wire::ClientPair), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn rotate(
    caller: Caller,
    State(app): State<Shared>,
    Id(id): Id<AssistantId>,
) -> Result<Json<wire::ClientPair>, ApiError> {
    Ok(Json(fresh_pair(&app, &caller.person, id).await?))
}

/// Removes an assistant; what it wrote stays. For its owner and admins.
#[utoipa::path(delete, path = "/api/assistants/{id}", tag = "assistants", params(("id" = String, Path)),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn remove(
    caller: Caller,
    State(app): State<Shared>,
    Id(id): Id<AssistantId>,
) -> Result<StatusCode, ApiError> {
    app.engine.remove_assistant(&caller.person, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn fresh_pair(
    app: &Shared,
    by: &Person,
    id: AssistantId,
) -> Result<wire::ClientPair, ApiError> {
    let pair = app.identity.client_pair();
    app.engine
        .set_client_pair(by, id, pair.id.clone(), pair.hash)
        .await?;
    Ok(wire::ClientPair {
        client_id: pair.id,
        client_secret: pair.secret.expose().clone(),
    })
}

async fn seen_by(
    app: &Shared,
    person: &Person,
    id: AssistantId,
) -> Result<wire::Assistant, ApiError> {
    let view = app.engine.assistant(person, id).await?;
    let names = Names::read(app.engine.reader()).await?;
    Ok(wire::Assistant::new(&view, &names))
}
