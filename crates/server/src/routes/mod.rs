//! All routes, one file per noun. Owns the list from which the router is built, so that what is not in
//! it does not exist; handlers take typed input, call one method, convert and answer.

pub(crate) mod approvals;
pub(crate) mod assistants;
pub(crate) mod attachments;
pub(crate) mod audit;
pub(crate) mod backends;
pub(crate) mod doctor;
pub(crate) mod events;
pub(crate) mod export;
pub(crate) mod folders;
pub(crate) mod forks;
pub(crate) mod health;
pub(crate) mod mcp;
pub(crate) mod members;
pub(crate) mod mentions;
pub(crate) mod messages;
pub(crate) mod metrics;
pub(crate) mod people;
pub(crate) mod presence;
pub(crate) mod queue;
pub(crate) mod search;
pub(crate) mod session;
pub(crate) mod sessions;
pub(crate) mod threads;
pub(crate) mod tokens;
pub(crate) mod turns;

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request, State},
    http::Method,
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{MethodFilter, MethodRouter, on},
};

use crate::{access, app::Shared, envelope, extract::Caller, openapi, ui};

/// The largest body of a message: its text may be 1 MiB, and JSON may need two bytes for one.
const MESSAGE_LIMIT: usize = 2 * 1024 * 1024;

/// The largest body elsewhere.
const BODY_LIMIT: usize = 64 * 1024;

/// One route.
struct Route {
    method: Method,
    path: &'static str,
    handler: MethodRouter<Shared>,
    body_limit: usize,
}

/// Every route there is.
fn all() -> Vec<Route> {
    [of_the_house(), of_threads(), of_the_page()]
        .into_iter()
        .flatten()
        .collect()
}

/// Who is here and how it is doing.
fn of_the_house() -> Vec<Route> {
    vec![
        get("/healthz", health::read),
        get("/metrics", metrics::read),
        get("/api/openapi.json", openapi::read),
        get("/api/session", session::read),
        post("/api/session", session::sign_in),
        delete("/api/session", session::sign_out),
        get("/api/sessions", sessions::list),
        delete("/api/sessions/{id}", sessions::revoke),
        get("/api/tokens", tokens::list),
        post("/api/tokens", tokens::make),
        delete("/api/tokens/{id}", tokens::revoke),
        get("/api/people", people::list),
        post("/api/people", people::invite),
        patch("/api/people/{id}", people::change),
        delete("/api/people/{id}", people::remove),
        post("/api/people/{id}/link", people::link),
        get("/api/assistants", assistants::list),
        post("/api/assistants", assistants::register),
        get("/api/assistants/available", assistants::available),
        patch("/api/assistants/{id}", assistants::change),
        delete("/api/assistants/{id}", assistants::remove),
        post("/api/assistants/{id}/rotate", assistants::rotate),
        get("/api/assistants/{id}/mcp-servers", mcp::list),
        post("/api/assistants/{id}/mcp-servers", mcp::add),
        patch("/api/assistants/{id}/mcp-servers/{name}", mcp::change),
        delete("/api/assistants/{id}/mcp-servers/{name}", mcp::remove),
        post("/api/assistants/{id}/mcp-servers/{name}/test", mcp::test),
        post("/api/assistants/{id}/mcp-servers/{name}/login", mcp::login),
        delete("/api/assistants/{id}/mcp-servers/{name}/login", mcp::cancel),
        post(
            "/api/assistants/{id}/mcp-servers/{name}/login/paste",
            mcp::paste,
        ),
        post("/api/mentions", mentions::find),
        get("/api/events", events::watch),
        post("/api/presence", presence::say),
        get("/api/folders", folders::list),
        get("/api/models", backends::models),
        get("/api/backends", backends::list),
        patch("/api/backends", backends::switch),
        get("/api/backends/{id}", backends::read),
        patch("/api/backends/{id}", backends::change),
        get("/api/backends/{id}/threads", backends::threads),
        post("/api/backends/{id}/test", backends::test),
        post("/api/backends/{id}/refresh", backends::refresh),
        post("/api/backends/{id}/login", backends::login),
        delete("/api/backends/{id}/login", backends::cancel),
        post("/api/backends/{id}/login/paste", backends::paste),
        post("/api/backends/{id}/logout", backends::logout),
        get("/api/audit", audit::list),
        get("/api/doctor", doctor::examine),
    ]
}

/// What is said, and done about it.
fn of_threads() -> Vec<Route> {
    vec![
        get("/api/threads", threads::list),
        post("/api/threads", threads::open),
        get("/api/threads/{id}", threads::read),
        patch("/api/threads/{id}", threads::change),
        delete("/api/threads/{id}", threads::remove),
        put("/api/threads/{id}/read", threads::mark),
        post("/api/threads/{id}/fork", forks::fork),
        get("/api/threads/{id}/carried", forks::carried),
        get("/api/threads/{id}/export", export::save),
        get("/api/threads/{id}/members", members::list),
        post("/api/threads/{id}/members", members::add),
        delete("/api/threads/{id}/members/{person}", members::remove),
        get("/api/threads/{id}/messages", messages::list),
        post("/api/threads/{id}/messages", messages::post).with_body(MESSAGE_LIMIT),
        get("/api/threads/{id}/queue", queue::list),
        post("/api/threads/{id}/queue", queue::add).with_body(MESSAGE_LIMIT),
        patch("/api/threads/{id}/queue", queue::arrange),
        delete("/api/threads/{id}/queue", queue::clear),
        get("/api/threads/{id}/queue/{queued}", queue::read_in),
        patch("/api/threads/{id}/queue/{queued}", queue::change_in).with_body(MESSAGE_LIMIT),
        delete("/api/threads/{id}/queue/{queued}", queue::remove_in),
        patch("/api/queue/{id}", queue::change).with_body(MESSAGE_LIMIT),
        delete("/api/queue/{id}", queue::remove),
        post("/api/queue/{id}/send", queue::send),
        post("/api/queue/{id}/steer", queue::steer),
        patch("/api/messages/{id}", messages::edit).with_body(MESSAGE_LIMIT),
        post("/api/messages/{id}/resend", forks::resend).with_body(MESSAGE_LIMIT),
        get("/api/search", search::find),
        post("/api/attachments", attachments::upload),
        get("/api/attachments/{id}", attachments::read),
        delete("/api/attachments/{id}", attachments::remove),
        get("/api/turns", turns::list),
        get("/api/turns/{id}", turns::read),
        get("/api/turns/{id}/items", turns::items),
        get("/api/turns/{id}/raw", turns::raw),
        post("/api/turns/{id}/cancel", turns::cancel),
        post("/api/turns/{id}/retry", turns::retry),
        post("/api/turns/{id}/steer", turns::steer).with_body(MESSAGE_LIMIT),
        get("/api/approvals", approvals::list),
        post("/api/approvals/{id}", approvals::decide).with_body(MESSAGE_LIMIT),
    ]
}

/// The page itself, and its files.
fn of_the_page() -> Vec<Route> {
    vec![
        get("/", ui::page),
        get("/chat", ui::page),
        get("/chat/{*rest}", ui::page),
        get("/sign-in", ui::page),
        get("/settings", ui::page),
        get("/settings/{*rest}", ui::page),
        get("/approvals", ui::page),
        get("/turns", ui::page),
        get("/administration/{*rest}", ui::page),
        get("/assets/{*file}", ui::asset),
        get("/{file}", ui::file),
    ]
}

/// How every route is asked and where it is, for tests that walk them all.
pub fn all_routes() -> Vec<(Method, &'static str)> {
    all()
        .into_iter()
        .map(|route| (route.method, route.path))
        .collect()
}

/// The router: every route with its body limit, behind credentials unless the table of public routes
/// has it, and everything behind the gate.
pub(crate) fn router(app: Shared) -> Router {
    let mut router = Router::new();
    for route in all() {
        let (method, path) = (name(&route.method), route.path);
        let counted = move |State(app): State<Shared>, request: Request, next: Next| async move {
            let response = next.run(request).await;
            app.metrics
                .answered(method, path, response.status().as_u16());
            response
        };
        let mut handler = route.handler.layer(DefaultBodyLimit::max(route.body_limit));
        if !access::is_public(&route.method, path) {
            handler = handler.layer(middleware::from_fn_with_state(app.clone(), identify));
        }
        router = router.route(
            path,
            handler.layer(middleware::from_fn_with_state(app.clone(), counted)),
        );
    }
    router
        .fallback(ui::elsewhere)
        .layer(middleware::from_fn_with_state(app.clone(), envelope::wrap))
        .with_state(app)
}

/// Lets only known callers pass, and says to the handler who it is.
async fn identify(State(app): State<Shared>, mut request: Request, next: Next) -> Response {
    match Caller::of(request.headers(), &app).await {
        Ok(caller) => {
            request.extensions_mut().insert(caller);
            next.run(request).await
        }
        Err(refusal) => refusal.into_response(),
    }
}

impl Route {
    fn with_body(mut self, limit: usize) -> Self {
        self.body_limit = limit;
        self
    }
}

macro_rules! methods {
    ($($function:ident = $method:ident),*) => {
        $(fn $function<H, T>(path: &'static str, handler: H) -> Route
        where
            H: axum::handler::Handler<T, Shared>,
            T: 'static,
        {
            Route {
                method: Method::$method,
                path,
                handler: on(MethodFilter::$method, handler),
                body_limit: BODY_LIMIT,
            }
        })*

        /// The name of a method as a label.
        fn name(method: &Method) -> &'static str {
            match *method {
                $(Method::$method => stringify!($method),)*
                _ => "OTHER",
            }
        }
    };
}

methods!(
    get = GET,
    post = POST,
    put = PUT,
    patch = PATCH,
    delete = DELETE
);
