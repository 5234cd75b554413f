//! The server over a real store, asked through its router and over a socket: who gets in, what refusals
//! look like, and that the event stream neither loses nor repeats.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods)]

mod access;
mod api;
mod assistants;
mod attachments;
mod audit;
mod description;
mod export;
mod follower;
mod forks;
mod house;
mod listener;
mod members;
mod people;
mod presence;
mod queue;
mod reading;
mod refusals;
mod strangers;
mod stream;
mod whole;
