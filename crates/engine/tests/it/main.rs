//! The engine at its boundary: a real store on a real database, and a backend that does what the test
//! tells it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    clippy::print_stdout
)]

#[macro_use]
mod world;
mod puppet;

mod accounts;
mod answers;
mod deadlines;
mod instances;
mod limits;
mod outages;
mod probes;
mod questions;
mod queue;
mod recovery;
mod refusals;
mod shutdown;
mod steers;
mod stops;
mod stream;
