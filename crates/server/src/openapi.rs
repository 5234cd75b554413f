//! The description of the API: OpenAPI 3.1, made from the handlers and the wire's shapes. Owns nothing
//! that is not said there.

use axum::{http::header, response::IntoResponse};
use utoipa::OpenApi;

use crate::{
    routes::{
        approvals, assistants, attachments, audit, backends, doctor, events, export, folders,
        forks, health, mcp, members, mentions, messages, metrics, people, presence, queue, search,
        session, sessions, threads, tokens, turns,
    },
    wire,
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Switchboard",
        description = "People and programs, and the AI assistants they already pay for. Programs send \
                       `Authorization: Bearer TOKEN`; refusals are RFC 9457 problems with a stable `code`.",
        license(name = "MIT OR Apache-2.0")
    ),
    paths(
        health::read,
        metrics::read,
        session::read,
        session::sign_in,
        session::sign_out,
        sessions::list,
        sessions::revoke,
        tokens::list,
        tokens::make,
        tokens::revoke,
        people::list,
        people::invite,
        people::change,
        people::remove,
        people::link,
        assistants::list,
        assistants::register,
        assistants::available,
        assistants::change,
        assistants::remove,
        assistants::rotate,
        mcp::list,
        mcp::add,
        mcp::change,
        mcp::remove,
        mcp::test,
        mcp::login,
        mcp::paste,
        mcp::cancel,
        mentions::find,
        threads::list,
        threads::open,
        threads::read,
        threads::change,
        threads::remove,
        threads::mark,
        forks::fork,
        forks::carried,
        export::save,
        members::list,
        members::add,
        members::remove,
        messages::list,
        messages::post,
        messages::edit,
        forks::resend,
        queue::list,
        queue::add,
        queue::arrange,
        queue::clear,
        queue::read_in,
        queue::change_in,
        queue::remove_in,
        queue::change,
        queue::remove,
        queue::send,
        queue::steer,
        search::find,
        attachments::upload,
        attachments::read,
        attachments::remove,
        turns::list,
        turns::read,
        turns::items,
        turns::raw,
        turns::cancel,
        turns::retry,
        turns::steer,
        approvals::list,
        approvals::decide,
        folders::list,
        backends::models,
        backends::list,
        backends::switch,
        backends::read,
        backends::change,
        backends::threads,
        backends::test,
        backends::refresh,
        backends::login,
        backends::cancel,
        backends::paste,
        backends::logout,
        events::watch,
        presence::say,
        audit::list,
        doctor::examine
    ),
    components(schemas(wire::Event))
)]
struct Api;

/// The description, pretty, the same for the same source.
pub fn openapi_json() -> String {
    let mut api = Api::openapi();
    name_operations(&mut api);
    let mut text = api.to_pretty_json().unwrap_or_default();
    text.push('\n');
    text
}

/// Handlers are named in their module, where several may `list`; the ids of operations have to be unique
/// in the whole description, so method and path make them.
fn name_operations(api: &mut utoipa::openapi::OpenApi) {
    for (path, item) in &mut api.paths.paths {
        let words: Vec<_> = path
            .split('/')
            .filter(|word| !word.is_empty() && *word != "api")
            .map(|word| word.trim_matches(['{', '}']))
            .collect();
        let words = words.join("_");
        let operations = [
            ("get", &mut item.get),
            ("post", &mut item.post),
            ("put", &mut item.put),
            ("patch", &mut item.patch),
            ("delete", &mut item.delete),
        ];
        for (verb, operation) in operations {
            if let Some(operation) = operation {
                operation.operation_id = Some(format!("{verb}_{words}"));
            }
        }
    }
}

/// The description of this very server.
pub(crate) async fn read() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], openapi_json())
}
