//! Programs that are the person's own and outlive us, such as their browser. They run without the
//! guard, which would end them with us; nothing of ours depends on them.

use std::{
    ffi::OsStr,
    io,
    process::{Command, Stdio},
};

/// Opens a page in the person's browser, with their environment. Says only whether it was started.
pub fn open_page(url: &str) -> io::Result<()> {
    let opener = if cfg!(target_os = "macos") {
        "open"
    } else {
        "xdg-open"
    };
    start(opener.as_ref(), url.as_ref())
}

fn start(program: &OsStr, argument: &OsStr) -> io::Result<()> {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is one of the doors that the lint names"
    )]
    let started = Command::new(program)
        .arg(argument)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    started.map(drop)
}
