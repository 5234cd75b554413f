//! Drives the upstream as the Codex CLI does, with plain clients. Whether the real CLI takes it for OpenAI's servers is
//! shown where that CLI is driven.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod account;
mod client;
mod code_mode;
mod gemini;
mod issuer;
mod lifecycle;
mod post;
mod rounds;
mod socket;
mod tools;
