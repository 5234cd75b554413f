//! The only crate that knows our own wire: HTTP, JSON, server-sent events, cookies, and the page.
//!
//! A request comes in through the gate (`gate`: which name, which page), is given a caller
//! (`extract`), and reaches a handler (`routes`) that takes typed input, calls one method of the engine
//! or the store's reader, converts (`wire`) and answers. `live` tells who listens what changed.
//! Decisions are made in `model` and `engine`; there is no SQL and there are no processes here.

mod access;
mod app;
mod cookie;
mod envelope;
mod error;
mod export;
mod extract;
mod gate;
mod leftover;
mod live;
mod metrics;
mod names;
mod openapi;
mod routes;
mod serve;
mod ui;
mod wire;

pub use access::{PUBLIC, Public};
pub use app::{App, Doctor, Scope, Settings};
pub use gate::{InvalidPublicUrl, PublicUrl};
pub use openapi::openapi_json;
pub use routes::all_routes;
pub use serve::{router, serve};
pub use wire::{Check, CheckGroup, CheckState, Doctor as Report, Setting};
