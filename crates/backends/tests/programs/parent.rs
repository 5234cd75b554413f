//! A process that owns an instance lock and one guarded assistant, and can be killed. Says what the
//! assistant says.

use std::{
    env::current_exe,
    ffi::OsString,
    fs::File,
    io::{Write, stdout},
    process::ExitCode,
    time::Duration,
};
use switchboard_backends::{
    guard,
    process::{Frame, GuardExe, Launcher, Spawn, Stdin},
};

/// `parent LOCK TAG STEP..`: runs `assistant TAG STEP..` and then waits to be killed.
pub fn main(mut args: impl Iterator<Item = OsString>) -> ExitCode {
    let lock_path = args.next().unwrap();
    let lock = File::create(&lock_path).unwrap();
    lock.lock().unwrap();
    let us = current_exe().unwrap();
    let launcher = Launcher::new(GuardExe::new(&us, [guard::SUBCOMMAND.into()]), lock_path);
    let mut spawn = Spawn::new(us, "/");
    spawn.stdin = Stdin::Pipe;
    spawn.limits.stdin_grace = Duration::from_millis(20);
    spawn.limits.term_grace = Duration::from_millis(100);
    spawn.args = [OsString::from("assistant")]
        .into_iter()
        .chain(args)
        .collect();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let mut child = launcher.spawn(spawn).await.unwrap();
        while let Some(frame) = child.stdout.next().await {
            if let Frame::Line(line) = frame {
                stdout()
                    .write_all(&[&line, b"\n".as_slice()].concat())
                    .unwrap();
            }
        }
        std::future::pending::<()>().await;
    });
    ExitCode::SUCCESS
}
