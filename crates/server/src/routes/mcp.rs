//! MCP servers: the tools that the caller gives an assistant.

use axum::{Json, extract::State, http::StatusCode};
use switchboard_engine::backend::ToolSignIn;
use switchboard_model::{AssistantId, mcp::KnownServer};
use switchboard_store::WhoseServers;

use crate::{
    app::Shared,
    error::{ApiError, Problem},
    extract::{self, Caller, Id, ServerName},
    wire,
};

/// The caller's MCP servers for an assistant, the oldest first.
#[utoipa::path(get, path = "/api/assistants/{id}/mcp-servers", tag = "tools", params(("id" = String, Path)),
    responses((status = 200, body = wire::List<wire::McpServer>), (status = 404, body = Problem)))]
pub(crate) async fn list(
    caller: Caller,
    State(app): State<Shared>,
    Id(assistant): Id<AssistantId>,
) -> Result<Json<wire::List<wire::McpServer>>, ApiError> {
    let whose = whose(&caller, assistant);
    let servers = app.engine.mcp_servers(&caller.person, whose).await?;
    let mut items = Vec::new();
    for known in &servers {
        items.push(shown(&caller, &app, assistant, known).await);
    }
    Ok(Json(wire::List { items }))
}

/// Adds one. Commands, variables, and addresses that are not public are for admins.
#[utoipa::path(post, path = "/api/assistants/{id}/mcp-servers", tag = "tools", params(("id" = String, Path)), request_body = wire::NewMcpServer,
    responses((status = 201, body = wire::McpServer), (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn add(
    caller: Caller,
    State(app): State<Shared>,
    Id(assistant): Id<AssistantId>,
    extract::Json(body): extract::Json<wire::NewMcpServer>,
) -> Result<(StatusCode, Json<wire::McpServer>), ApiError> {
    let engine = &app.engine;
    let (name, transport) = (body.name, body.transport.into());
    engine
        .add_mcp_server(
            &caller.person,
            whose(&caller, assistant),
            name.clone(),
            transport,
        )
        .await?;
    let added = one(&caller, &app, assistant, &name).await?;
    Ok((StatusCode::CREATED, added))
}

/// Switches one on or off, or changes how it is reached.
#[utoipa::path(patch, path = "/api/assistants/{id}/mcp-servers/{name}", tag = "tools", params(("id" = String, Path), ("name" = String, Path)), request_body = wire::McpServerPatch,
    responses((status = 200, body = wire::McpServer), (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn change(
    caller: Caller,
    State(app): State<Shared>,
    Id((assistant, ServerName(name))): Id<(AssistantId, ServerName)>,
    extract::Json(body): extract::Json<wire::McpServerPatch>,
) -> Result<Json<wire::McpServer>, ApiError> {
    let engine = &app.engine;
    engine
        .change_mcp_server(
            &caller.person,
            whose(&caller, assistant),
            &name,
            body.into(),
        )
        .await?;
    one(&caller, &app, assistant, &name).await
}

/// Removes one.
#[utoipa::path(delete, path = "/api/assistants/{id}/mcp-servers/{name}", tag = "tools", params(("id" = String, Path), ("name" = String, Path)),
    responses((status = 204), (status = 404, body = Problem)))]
pub(crate) async fn remove(
    caller: Caller,
    State(app): State<Shared>,
    Id((assistant, ServerName(name))): Id<(AssistantId, ServerName)>,
) -> Result<StatusCode, ApiError> {
    let whose = whose(&caller, assistant);
    app.engine
        .remove_mcp_server(&caller.person, whose, &name)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Starts or reaches one without any model, and lists its tools.
#[utoipa::path(post, path = "/api/assistants/{id}/mcp-servers/{name}/test", tag = "tools", params(("id" = String, Path), ("name" = String, Path)),
    responses((status = 200, body = wire::McpServer), (status = 404, body = Problem), (status = 422, body = Problem), (status = 502, body = Problem)))]
pub(crate) async fn test(
    caller: Caller,
    State(app): State<Shared>,
    Id((assistant, ServerName(name))): Id<(AssistantId, ServerName)>,
) -> Result<Json<wire::McpServer>, ApiError> {
    let whose = whose(&caller, assistant);
    app.engine
        .test_mcp_server(&caller.person, whose, &name)
        .await?;
    one(&caller, &app, assistant, &name).await
}

/// Begins to sign in to one; what came of it is told by its `login`.
#[utoipa::path(post, path = "/api/assistants/{id}/mcp-servers/{name}/login", tag = "tools", params(("id" = String, Path), ("name" = String, Path)),
    responses((status = 200, body = wire::McpServer), (status = 404, body = Problem), (status = 422, body = Problem), (status = 502, body = Problem)))]
pub(crate) async fn login(
    caller: Caller,
    State(app): State<Shared>,
    Id((assistant, ServerName(name))): Id<(AssistantId, ServerName)>,
) -> Result<Json<wire::McpServer>, ApiError> {
    step(&caller, &app, assistant, &name, ToolSignIn::Begin).await
}

/// Hands over where the browser ended up, if that was not on the server's machine.
#[utoipa::path(post, path = "/api/assistants/{id}/mcp-servers/{name}/login/paste", tag = "tools", params(("id" = String, Path), ("name" = String, Path)), request_body = wire::PastedLogin,
    responses((status = 200, body = wire::McpServer), (status = 404, body = Problem), (status = 422, body = Problem), (status = 502, body = Problem)))]
pub(crate) async fn paste(
    caller: Caller,
    State(app): State<Shared>,
    Id((assistant, ServerName(name))): Id<(AssistantId, ServerName)>,
    extract::Json(body): extract::Json<wire::PastedLogin>,
) -> Result<Json<wire::McpServer>, ApiError> {
    step(&caller, &app, assistant, &name, ToolSignIn::Paste(body.url)).await
}

/// Takes a sign-in back.
#[utoipa::path(delete, path = "/api/assistants/{id}/mcp-servers/{name}/login", tag = "tools", params(("id" = String, Path), ("name" = String, Path)),
    responses((status = 200, body = wire::McpServer), (status = 404, body = Problem), (status = 502, body = Problem)))]
pub(crate) async fn cancel(
    caller: Caller,
    State(app): State<Shared>,
    Id((assistant, ServerName(name))): Id<(AssistantId, ServerName)>,
) -> Result<Json<wire::McpServer>, ApiError> {
    step(&caller, &app, assistant, &name, ToolSignIn::Cancel).await
}

async fn step(
    caller: &Caller,
    app: &Shared,
    assistant: AssistantId,
    name: &str,
    step: ToolSignIn,
) -> Result<Json<wire::McpServer>, ApiError> {
    let whose = whose(caller, assistant);
    app.engine
        .sign_in_to_mcp_server(&caller.person, whose, name, step)
        .await?;
    one(caller, app, assistant, name).await
}

fn whose(caller: &Caller, assistant: AssistantId) -> WhoseServers {
    WhoseServers {
        person: caller.person.id,
        assistant,
    }
}

async fn one(
    caller: &Caller,
    app: &Shared,
    assistant: AssistantId,
    name: &str,
) -> Result<Json<wire::McpServer>, ApiError> {
    let whose = whose(caller, assistant);
    let known = app.engine.mcp_server(&caller.person, whose, name).await?;
    Ok(Json(shown(caller, app, assistant, &known).await))
}

async fn shown(
    caller: &Caller,
    app: &Shared,
    assistant: AssistantId,
    known: &KnownServer,
) -> wire::McpServer {
    let sign_in = app.engine.mcp_sign_in(assistant, &known.server).await;
    wire::McpServer::of(known, sign_in.as_ref(), caller.machine)
}
