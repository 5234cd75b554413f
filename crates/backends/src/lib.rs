//! The assistants, and the processes they run in. Owns every outside program from start to end; never serves anybody,
//! knows no SQL, nor which thread or person a turn belongs to.

mod attached;
pub mod clis;
pub mod codex;
pub mod gemini;
pub mod guard;
pub mod homes;
pub mod jsonrpc;
pub mod process;
pub mod scripted;
pub mod turns;
pub mod versions;
