//! Where the server listens, under which address people find it, and who lives in the run folder.

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
    codes::Code::{ServerAddress, ServerPort, ServerProcesses},
    report::{ok, warning},
};
use crate::{config::Settings, running};

pub async fn check(subject: &Subject) -> Vec<Check> {
    let run = subject.config.run_folder();
    let alive = alive(&run);
    let port = match running::find(&run).await {
        Some(url) if alive > 0 => ok(ServerPort, format!("Switchboard is running at {url}")),
        _ => port(subject.config.settings.listen),
    };
    vec![
        port,
        address(&subject.config.settings),
        processes(&run, alive),
    ]
}

fn port(listen: SocketAddr) -> Check {
    match TcpListener::bind(listen) {
        Ok(_) => ok(ServerPort, format!("{listen} is free")),
        Err(error) if error.kind() == ErrorKind::AddrInUse => warning(
            ServerPort,
            format!("{listen} is used by another program"),
            "end that program, or start with `--listen 127.0.0.1:0` to take a free port",
        ),
        Err(error) => warning(
            ServerPort,
            format!("cannot listen on {listen}: {error}"),
            "choose another address with `--listen`",
        ),
    }
}

/// What people type. In clear, everybody in between reads the session along.
fn address(settings: &Settings) -> Check {
    let fix = "put a proxy with TLS in front and name its address with `--public-url https://…`";
    match &settings.public_url {
        Some(url) if url.starts_with("https://") => ok(ServerAddress, url),
        Some(url) => warning(ServerAddress, format!("{url} is not encrypted"), fix),
        None if settings.listen.ip().is_loopback() => ok(ServerAddress, "this machine alone"),
        None => warning(
            ServerAddress,
            format!("http://{} is not encrypted", settings.listen),
            fix,
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

fn processes(run: &Path, alive: usize) -> Check {
    let said = match alive {
        _ if !run.exists() => format!("{} (will be created)", run.display()),
        0 => "none is running".into(),
        1 => "one is running".into(),
        many => format!("{many} are running"),
    };
    ok(ServerProcesses, said)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use switchboard_server::CheckState;

    use super::*;
    use crate::sources;

    #[test]
    fn a_port_that_somebody_uses_is_told() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = taken.local_addr().unwrap();
        assert_eq!(port(address).state, CheckState::Warning);
        assert_eq!(port("127.0.0.1:0".parse().unwrap()).state, CheckState::Ok);
    }

    #[test]
    fn an_address_in_clear_is_told_unless_it_is_this_machine() {
        for (listen, url, state) in [
            ("127.0.0.1:1", None, CheckState::Ok),
            (
                "127.0.0.1:1",
                Some("https://chat.example.org"),
                CheckState::Ok,
            ),
            (
                "127.0.0.1:1",
                Some("http://chat.example.org"),
                CheckState::Warning,
            ),
            ("0.0.0.0:1", None, CheckState::Warning),
        ] {
            let settings = Settings {
                listen: listen.parse().unwrap(),
                public_url: url.map(str::to_owned),
                ..Settings::default()
            };
            assert_eq!(address(&settings).state, state, "{listen} {url:?}");
        }
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
