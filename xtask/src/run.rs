//! `cargo xtask run`: from a fresh clone to a running server. Builds the page and the binary when they
//! changed, then becomes `switchboard serve`.

use std::os::unix::process::CommandExt as _;

use anyhow::{Context as _, Result};

use crate::{repo, shell, web};

pub fn run(demo: bool, flags: &[String]) -> Result<()> {
    web::check_node()?;
    web::build(|npm| {
        println!("building the page");
        shell::show(npm)
    })?;
    shell::show(repo::cargo().args([
        "build",
        "--profile",
        "quick",
        "--package",
        "switchboard",
        "--features",
        "ui",
    ]))?;
    let binary = repo::target().join("quick/switchboard");
    let mut serve = shell::program(&binary);
    serve
        .arg("serve")
        .args(demo.then_some("--demo"))
        .args(flags);
    // Replacing xtask leaves one process: Ctrl-C and the exit code are the server's own.
    Err(serve.exec()).with_context(|| format!("cannot start {}", binary.display()))
}
