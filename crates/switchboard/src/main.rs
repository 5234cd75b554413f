//! The one binary. Parses the command line, builds the house and connects its rooms; no logic of its own.

mod capabilities;
mod cli;
mod compose;
mod config;
mod demo;
mod doctor;
mod running;
mod skills;
mod sources;

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut args = std::env::args_os();
    // The guard comes before everything else: it must start in a millisecond and needs nothing of ours.
    if args.nth(1).is_some_and(|arg| arg == "guard") {
        return switchboard_backends::guard::main(args);
    }
    match cli::Args::read() {
        Ok(args) => cli::run(args),
        Err(code) => code,
    }
}
