//! What the rules promise for every input: property tests, and a fuzzer that runs on stable.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod mention_fuzz;
mod mention_properties;
mod mention_reference;
mod prompt_properties;
