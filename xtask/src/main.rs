//! The developer's commands: `cargo xtask run | test | ci | tidy | gen | pg | bench`. Parses and dispatches;
//! each verb is a module of its own.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line tool talks to its terminal"
)]

mod bench;
mod generated;
mod repo;
mod run;
mod shell;
mod test;
mod tidy;
mod web;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    about = "The developer's commands of Switchboard"
)]
struct Line {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Build the page and the server, and start `switchboard serve`
    Run {
        /// Serve the bundled scripted upstream: no account needed
        #[arg(long)]
        demo: bool,
        /// Flags for `switchboard serve`
        #[arg(last = true)]
        flags: Vec<String>,
    },
    /// Install what tests need, run every check and test, and sum up in one line
    Test {
        /// Run one stage and only what it needs
        #[arg(long, value_name = "STAGE")]
        only: Option<test::Stage>,
    },
    /// What `.ci/run` runs: the same as `test`
    Ci,
    /// Check the house rules: imports, file size, SQL, migrations, names and more
    Tidy,
    /// Write the generated files: the API's description and the page's types
    Gen {
        /// Compare with what is committed, write nothing
        #[arg(long)]
        check: bool,
    },
    /// Measure the server under load and write docs/benchmarks.md
    Bench(bench::Bench),
    /// Run a command with a private PostgreSQL in SWITCHBOARD_TEST_POSTGRES
    Pg {
        #[arg(trailing_var_arg = true, required = true, allow_hyphen_values = true)]
        command: Vec<String>,
    },
}

fn main() -> ExitCode {
    let done = match Line::parse().verb {
        Verb::Run { demo, flags } => run::run(demo, &flags),
        Verb::Test { only } => test::run(only),
        Verb::Ci => test::run(None),
        Verb::Tidy => tidy::run(tidy::Generated::Checked),
        Verb::Gen { check: true } => generated::check_built(),
        Verb::Gen { check: false } => generated::write(),
        Verb::Bench(bench) => bench::run(&bench),
        Verb::Pg { command } => test::with_postgres(&command),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            if !error.is::<test::Red>() {
                eprintln!("error: {error:#}");
            }
            ExitCode::FAILURE
        }
    }
}
