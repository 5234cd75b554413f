//! The developer's commands: `cargo xtask run | test | ci | tidy | gen | pg`. Parses and dispatches;
//! each verb is a module of its own.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command line tool talks to its terminal")]

mod repo;
mod shell;
mod test;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", about = "The developer's commands of Switchboard")]
struct Line {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Run a command with a private PostgreSQL in SWITCHBOARD_TEST_POSTGRES, then stop it
    Pg {
        #[arg(trailing_var_arg = true, required = true, allow_hyphen_values = true)]
        command: Vec<String>,
    },
    Setup,
}

fn main() -> ExitCode {
    let done = match Line::parse().verb {
        Verb::Pg { command } => test::with_postgres(&command),
        Verb::Setup => test::install::system(),
    };
    if let Err(error) = done {
        eprintln!("error: {error:#}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
