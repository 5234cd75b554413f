//! Where the server listens, and who lives in the run folder.

use std::{
    fs,
    io::ErrorKind,
    net::{SocketAddr, TcpListener},
    path::Path,
};

use switchboard_engine::instance::{self, Life};
use switchboard_server::Check;

use super::{
    Subject,
    report::{ok, warn},
};
use crate::running;

const PORT: &str = "Port";

pub async fn check(subject: &Subject) -> Vec<Check> {
    let run = subject.config.run_folder();
    let alive = alive(&run);
    let port = match running::find(&run).await {
        Some(url) if alive > 0 => ok("port", PORT, format!("Switchboard is running at {url}")),
        _ => port(subject.config.settings.listen),
    };
    vec![port, instances(&run, alive)]
}

fn port(listen: SocketAddr) -> Check {
    match TcpListener::bind(listen) {
        Ok(_) => ok("port", PORT, format!("{listen} is free")),
        Err(error) if error.kind() == ErrorKind::AddrInUse => warn(
            "port_taken",
            PORT,
            format!("{listen} is used by another program"),
            "end that program, or start with `--listen 127.0.0.1:0` to take a free port",
        ),
        Err(error) => warn(
            "port_refused",
            PORT,
            format!("cannot listen on {listen}: {error}"),
            "choose another address with `--listen`",
        ),
    }
}

/// How many processes of this home live: a lock that is held is the proof.
fn alive(run: &Path) -> usize {
    let entries = fs::read_dir(run).into_iter().flatten().flatten();
    let ids = entries.filter_map(|entry| {
        entry
            .file_name()
            .to_str()?
            .strip_suffix(".lock")
            .map(str::to_owned)
    });
    ids.filter(|id| instance::life(run, id) == Life::Alive)
        .count()
}

fn instances(run: &Path, alive: usize) -> Check {
    let detail = match alive {
        _ if !run.exists() => format!("{} (will be created)", run.display()),
        0 => "none is running".into(),
        1 => "one is running".into(),
        many => format!("{many} are running"),
    };
    ok("instances", "Switchboard processes", detail)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::sources;

    #[test]
    fn a_port_that_somebody_uses_is_told() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = taken.local_addr().unwrap();
        assert_eq!(port(address).code, "port_taken");
        assert_eq!(port("127.0.0.1:0".parse().unwrap()).code, "port");
    }

    #[test]
    fn only_a_held_lock_counts_as_a_running_process() {
        let run = tempfile::tempdir().unwrap();
        fs::write(run.path().join("dead.lock"), "").unwrap();
        assert_eq!(alive(run.path()), 0);
        let held = instance::Instance::hold(run.path(), &sources::ids()).unwrap();
        assert_eq!(alive(run.path()), 1);
        drop(held);
    }
}
