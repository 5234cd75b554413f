//! `cargo xtask test`

pub mod install;
mod postgres;

use anyhow::{Context as _, Result};

use crate::repo;
use crate::shell;
use postgres::Postgres;

pub fn with_postgres(command: &[String]) -> Result<()> {
    install::system()?;
    let server = Postgres::start()?;
    let (name, rest) = command.split_first().context("no command given")?;
    shell::show(shell::program(name).args(rest).env("SWITCHBOARD_TEST_POSTGRES", server.url()))
}
