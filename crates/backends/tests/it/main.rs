//! The outside programs and their guard, with real processes. Each test's programs carry a tag of its own.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod app_schema;
mod end;
mod find;
mod framer;
mod framer_fuzz;
mod jsonrpc;
mod replay;
mod scripted;
mod sessions;
mod sign_in;
mod start;
mod streams;
mod support;
