//! The people of the workspace.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode, header},
};
use switchboard_auth::Invite;
use switchboard_model::{PersonId, person::Role};

use crate::{
    app::Shared,
    error::{ApiError, Problem},
    extract::{self, Caller, Id, client_id},
    wire,
};

/// Everyone, by handle.
#[utoipa::path(get, path = "/api/people", tag = "people", responses((status = 200, body = wire::List<wire::Person>)))]
pub(crate) async fn list(
    caller: Caller,
    State(app): State<Shared>,
) -> Result<Json<wire::List<wire::Person>>, ApiError> {
    let people = app.engine.reader().people().await?;
    let seen = |person| wire::Person::seen_by(caller.person.role, person);
    let items = people.iter().map(seen).collect();
    Ok(Json(wire::List { items }))
}

/// Invites somebody: adds them, and makes a link that signs them in once. For admins.
#[utoipa::path(post, path = "/api/people", tag = "people", request_body = wire::NewPerson,
    params(("Idempotency-Key" = Option<String>, Header, description = "the same as client_id")),
    responses((status = 201, body = wire::Invited), (status = 200, description = "this client id had invited them before; the link is another one", body = wire::Invited),
        (status = 403, body = Problem), (status = 409, description = "handle_taken, client_id_reused", body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn invite(
    caller: Caller,
    State(app): State<Shared>,
    headers: HeaderMap,
    extract::Json(body): extract::Json<wire::NewPerson>,
) -> Result<(StatusCode, Json<wire::Invited>), ApiError> {
    caller.admin()?;
    if let Some(handle) = &body.handle {
        app.engine.free_handle(handle)?;
    }
    let invite = Invite {
        handle: body.handle,
        name: body.name,
        role: body.role.map_or(Role::Member, Into::into),
        client_id: client_id(body.client_id, &headers)?,
    };
    let (link, new) = app.identity.invite(caller.person.id, invite).await?;
    let invited = wire::Invited {
        person: wire::Person::seen_by(caller.person.role, &link.person),
        link: link.url(&base(&app, &headers)),
        expires_at: link.expires_at.0,
    };
    let status = if new {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    Ok((status, Json(invited)))
}

/// Makes another link that signs somebody in once: a lost invitation, or a lost browser. For admins; the
/// audit has it.
#[utoipa::path(post, path = "/api/people/{id}/link", tag = "people", params(("id" = String, Path)),
    responses((status = 201, body = wire::PersonLink), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn link(
    caller: Caller,
    State(app): State<Shared>,
    headers: HeaderMap,
    Id(id): Id<PersonId>,
) -> Result<(StatusCode, Json<wire::PersonLink>), ApiError> {
    caller.admin()?;
    let missing = || ApiError::not_found("person");
    let person = app.engine.reader().person(id).await?.ok_or_else(missing)?;
    let link = app.identity.link_by(caller.person.id, person).await?;
    let link = link.ok_or_else(missing)?;
    let made = wire::PersonLink {
        link: link.url(&base(&app, &headers)),
        expires_at: link.expires_at.0,
    };
    Ok((StatusCode::CREATED, Json(made)))
}

/// Changes a person: everyone their own name and handle, admins everyone's and their role.
#[utoipa::path(patch, path = "/api/people/{id}", tag = "people", params(("id" = String, Path)), request_body = wire::PersonPatch,
    responses((status = 200, body = wire::Person), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, description = "handle_taken, last_admin", body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn change(
    caller: Caller,
    State(app): State<Shared>,
    Id(id): Id<PersonId>,
    extract::Json(body): extract::Json<wire::PersonPatch>,
) -> Result<Json<wire::Person>, ApiError> {
    let changed = app
        .engine
        .change_person(&caller.person, id, body.into())
        .await?;
    Ok(Json(wire::Person::seen_by(caller.person.role, &changed)))
}

/// Removes a person, for admins. Their sessions, tokens and event streams end at once, and what they
/// asked for and is not answered yet is stopped. What they wrote stays, but for private threads that
/// nobody else is in: those are deleted. Assistants on their account are switched off and become the
/// caller's.
#[utoipa::path(delete, path = "/api/people/{id}", tag = "people", params(("id" = String, Path)),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, description = "last_admin", body = Problem)))]
pub(crate) async fn remove(
    caller: Caller,
    State(app): State<Shared>,
    Id(id): Id<PersonId>,
) -> Result<StatusCode, ApiError> {
    app.engine.remove_person(&caller.person, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Where people open the page: the public URL, or the name by which this request called us, which the
/// gate has found to be one of ours.
fn base(app: &Shared, headers: &HeaderMap) -> String {
    if let Some(url) = &app.settings.public_url {
        return url.to_string();
    }
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let listen = app.settings.listen.to_string();
    format!("http://{}", host.unwrap_or(&listen))
}
