//! Who gets in without credentials: the public routes, one table with a reason each. Every route that
//! is not in it answers 401 to strangers; a test walks all routes to prove it.

use axum::http::Method;

/// A route that needs no credentials, and why.
#[derive(Debug, Clone)]
pub struct Public {
    /// How it is asked.
    pub method: Method,
    /// Where it is, as in the router.
    pub path: &'static str,
    /// Why strangers may ask it.
    pub reason: &'static str,
}

const fn public(method: Method, path: &'static str, reason: &'static str) -> Public {
    Public {
        method,
        path,
        reason,
    }
}

const PAGE: &str = "the page itself holds no data; it asks the API, which does need credentials";

/// All of them.
pub const PUBLIC: [Public; 14] = [
    public(
        Method::GET,
        "/healthz",
        "load balancers and start scripts ask it; it says ok and nothing else",
    ),
    public(
        Method::POST,
        "/api/session",
        "signing in is how one gets credentials; the link's secret is checked",
    ),
    public(
        Method::GET,
        "/api/openapi.json",
        "the description of the API is published with the source",
    ),
    public(Method::GET, "/", PAGE),
    public(Method::GET, "/chat", PAGE),
    public(Method::GET, "/chat/{*rest}", PAGE),
    public(Method::GET, "/sign-in", PAGE),
    public(Method::GET, "/settings", PAGE),
    public(Method::GET, "/settings/{*rest}", PAGE),
    public(Method::GET, "/approvals", PAGE),
    public(Method::GET, "/turns", PAGE),
    public(Method::GET, "/administration/{*rest}", PAGE),
    public(Method::GET, "/assets/{*file}", PAGE),
    public(Method::GET, "/{file}", PAGE),
];

/// Whether a route is public.
pub fn is_public(method: &Method, path: &str) -> bool {
    PUBLIC
        .iter()
        .any(|public| public.method == *method && public.path == path)
}
