//! Detached turns from the command line. One file per command; all but `new`'s worker go by a turn's folder, and only those that
//! change something open the database.

pub mod approve;
pub mod ask;
pub mod cancel;
mod order;
mod refusal;
pub mod setup;
mod slots;
pub mod worker;
