//! A process of our own program that goes on when we have ended: it has a session of its own, and none of our streams. Owns that
//! nobody who waits for us waits for it too; never knows what it does.

use std::{
    ffi::OsString,
    fs::File,
    io::{self, BufRead as _, BufReader, Read as _, Write as _},
    process::{Child, ChildStdout, Command, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

/// The longest answer, in bytes.
const ANSWER: u64 = 1 << 20;

/// A process that was started and has not answered yet.
#[derive(Debug)]
pub struct Starting {
    child: Child,
    stdout: ChildStdout,
}

/// Starts this very program with these arguments, gives it its order and closes its input.
pub fn detach(args: &[OsString], order: &[u8]) -> io::Result<Starting> {
    let program = if cfg!(target_os = "linux") {
        // Also when its file was replaced by a newer one meanwhile.
        "/proc/self/exe".into()
    } else {
        std::env::current_exe()?
    };
    #[expect(
        clippy::disallowed_methods,
        reason = "this is one of the doors that the lint names"
    )]
    let mut child = Command::new(program)
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        // Whoever reads ours to its end would wait for its end.
        .stderr(Stdio::null())
        .spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        match stdin.write_all(order) {
            // It says itself why it did not want to hear more.
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => return Err(error),
            _ => {}
        }
    }
    let stdout = child.stdout.take();
    let stdout = stdout.ok_or_else(|| io::Error::other("it has no output"))?;
    Ok(Starting { child, stdout })
}

impl Starting {
    /// Its first line, which is its answer; `None` if it ended without one. After `patience` it is ended, as nobody would know of
    /// what it does.
    pub fn answer(self, patience: Duration) -> io::Result<Option<String>> {
        let Self { mut child, stdout } = self;
        let (give, given) = mpsc::channel();
        thread::spawn(move || {
            let mut line = String::new();
            let read = BufReader::new(stdout.take(ANSWER)).read_line(&mut line);
            // Nobody hears it who has given up.
            let _ = give.send(read.map(|_| line));
        });
        match given.recv_timeout(patience) {
            Ok(Ok(line)) if line.ends_with('\n') => Ok(Some(line.trim_end().to_owned())),
            Ok(Ok(_)) => Ok(None),
            Ok(Err(error)) => Err(error),
            Err(_) => {
                child.kill()?;
                Err(io::ErrorKind::TimedOut.into())
            }
        }
    }
}

/// Leaves the session of whoever started this process, so that no hang-up and no signal to their group reaches it.
pub fn leave() -> io::Result<()> {
    rustix::process::setsid()?;
    Ok(())
}

/// Lets go of the streams that this process was started with; what it says from now on goes to `log`.
pub fn let_go(log: &File) -> io::Result<()> {
    let nothing = File::open("/dev/null")?;
    rustix::stdio::dup2_stdin(&nothing)?;
    rustix::stdio::dup2_stderr(log)?;
    rustix::stdio::dup2_stdout(log)?;
    Ok(())
}
