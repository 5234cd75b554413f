//! A private PostgreSQL for as long as a value lives. Owns its folder, its port and its end, also when
//! xtask is interrupted or killed; never touches a server that was there before.

use std::fmt::Write as _;
use std::fs;
use std::io::Read as _;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::install;
use crate::shell;

/// Initialises, serves, and cleans up, all in one process of its own session. Its standard input is a
/// pipe that nobody writes to: it ends when xtask ends, however that happens, and so does the server.
/// Ctrl-C reaches xtask and not this script. `$AS` is the prefix that changes the user, or empty.
/// The signal is repeated because a shell's background job ignores SIGINT until PostgreSQL listens to it.
const KEEPER: &str = r#"
folder=$1 bin=$2 port=$3
cd "$folder" || exit 1
exec 3<&0 </dev/null
serve() {
  $AS "$bin/initdb" --pgdata="$folder/data" --username=switchboard --pwfile="$folder/password" \
    --auth=scram-sha-256 --encoding=UTF8 --locale=C --no-sync || return
  $AS "$bin/postgres" -D "$folder/data" -p "$port" -c listen_addresses=127.0.0.1 \
    -c unix_socket_directories="$folder" -c max_connections=200 -c fsync=on 3<&- &
  server=$!
  { cat <&3 >/dev/null; while kill -INT "$server"; do sleep 0.1; done; } &
  wait "$server"
}
serve >"$folder/log" 2>&1
: >"$folder/ended"
cat <&3 >/dev/null
rm -rf "$folder"
"#;

const START_LIMIT: Duration = Duration::from_mins(1);
const STOP_LIMIT: Duration = Duration::from_secs(20);

/// A running server. Dropping it stops the server and deletes its folder.
pub struct Postgres {
    keeper: Child,
    /// The keeper lives until this is closed.
    lifeline: Option<ChildStdin>,
    /// Made by us, deleted by the keeper.
    folder: PathBuf,
    url: String,
}

impl Postgres {
    pub fn start() -> Result<Self> {
        let bin = programs().context(
            "no PostgreSQL server programs: run `cargo xtask test` once, it installs them",
        )?;
        // Another program can take the port between our look and the server's bind.
        let mut failures = String::new();
        for _ in 0..5 {
            match Self::start_on(&bin, free_port()?)? {
                Ok(server) => return Ok(server),
                Err(log) => write!(failures, "\n{log}")?,
            }
        }
        bail!("PostgreSQL did not start:{failures}")
    }

    /// A superuser's address; tests create databases of their own in it.
    pub fn url(&self) -> &str {
        &self.url
    }

    fn start_on(bin: &Path, port: u16) -> Result<Result<Self, String>> {
        let owner = Owner::choose()?;
        let password = random()?;
        let folder = std::env::temp_dir().join(format!("switchboard-pg-{}", &password[..12]));
        fs::create_dir(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o700))?;
        fs::write(folder.join("password"), &password)?;
        for path in [folder.join("password"), folder.clone()] {
            owner.own(&path)?;
        }
        let mut keeper = shell::program("setsid");
        keeper
            .args(["sh", "-c", KEEPER, "switchboard-pg"])
            .arg(&folder)
            .arg(bin)
            .arg(port.to_string());
        let mut keeper = keeper
            .env("AS", owner.prefix())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("cannot start setsid (package util-linux)")?;
        let lifeline = keeper.stdin.take();
        let url = format!("postgres://switchboard:{password}@127.0.0.1:{port}/postgres");
        let server = Self {
            keeper,
            lifeline,
            folder,
            url,
        };
        let deadline = Instant::now() + START_LIMIT;
        while !server.is_ready() {
            if server.folder.join("ended").exists() || Instant::now() > deadline {
                let log = fs::read_to_string(server.folder.join("log"));
                return Ok(Err(log.unwrap_or_default()));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(Ok(server))
    }

    /// The server's own word in its pid file; asking the port could reach somebody else's server.
    fn is_ready(&self) -> bool {
        fs::read_to_string(self.folder.join("data/postmaster.pid")).is_ok_and(|text| {
            text.lines()
                .nth(7)
                .is_some_and(|status| status.trim() == "ready")
        })
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        drop(self.lifeline.take());
        if !matches!(shell::wait(&mut self.keeper, STOP_LIMIT), Ok(Some(_))) {
            eprintln!(
                "warning: the private PostgreSQL is still stopping (process {})",
                self.keeper.id()
            );
        }
    }
}

/// The folder of `initdb` and `postgres`: Debian keeps them out of `PATH`.
pub fn programs() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    let mut folders: Vec<(u32, PathBuf)> = versions
        .filter_map(|entry| {
            Some((
                entry.file_name().to_str()?.parse().ok()?,
                entry.path().join("bin"),
            ))
        })
        .collect();
    folders.sort();
    let in_path = shell::find("initdb").and_then(|file| Some(file.parent()?.to_path_buf()));
    let mut folders = folders
        .into_iter()
        .rev()
        .map(|(_, folder)| folder)
        .chain(in_path);
    folders.find(|folder| folder.join("initdb").is_file() && folder.join("postgres").is_file())
}

/// Whom the server runs as: PostgreSQL refuses root.
enum Owner {
    Me,
    Other { uid: u32, gid: u32 },
}

impl Owner {
    fn choose() -> Result<Self> {
        if !install::is_root()? {
            return Ok(Self::Me);
        }
        let users = fs::read_to_string("/etc/passwd")?;
        ["postgres", "nobody"]
            .iter()
            .find_map(|name| {
                let row = users.lines().find(|row| row.split(':').next() == Some(name))?;
                let mut fields = row.split(':').skip(2);
                Some(Self::Other { uid: fields.next()?.parse().ok()?, gid: fields.next()?.parse().ok()? })
            })
            .context("PostgreSQL refuses to run as root, and there is neither a user postgres nor nobody")
    }

    fn own(&self, path: &Path) -> Result<()> {
        if let Self::Other { uid, gid } = self {
            chown(path, Some(*uid), Some(*gid))?;
        }
        Ok(())
    }

    /// The command line that runs the rest of it as this user.
    fn prefix(&self) -> String {
        match self {
            Self::Me => String::new(),
            Self::Other { uid, gid } => {
                format!("setpriv --reuid={uid} --regid={gid} --clear-groups --no-new-privs --")
            }
        }
    }
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?
        .local_addr()?
        .port())
}

/// A password, so that the server is nobody else's on a shared machine.
fn random() -> Result<String> {
    let mut bytes = [0_u8; 16];
    fs::File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(format!("{:032x}", u128::from_ne_bytes(bytes)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    /// `drop` is what a normal end does; what a killed xtask leaves behind is only a closed pipe.
    #[test]
    fn a_server_answers_and_is_gone_when_its_owner_is() {
        for end in [Postgres::killed, drop] {
            let server = Postgres::start().unwrap();
            let query = "SELECT current_setting('fsync') || current_setting('max_connections')";
            let mut psql = shell::program("psql");
            let answer =
                shell::read(psql.args([server.url(), "--no-psqlrc", "-tAc", query])).unwrap();
            assert_eq!(answer.trim(), "on200");
            let folder = server.folder.clone();
            assert!(folder.exists());
            end(server);
            assert!(!folder.exists(), "{} is still there", folder.display());
        }
    }

    #[test]
    fn a_server_that_cannot_start_tells_why_and_leaves_nothing() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        let log = Postgres::start_on(&programs().unwrap(), port)
            .unwrap()
            .err()
            .unwrap();
        assert!(log.contains("Address already in use"), "{log}");
    }

    impl Postgres {
        /// Closes the pipe as the kernel does for a killed process, and waits for the keeper alone.
        fn killed(mut server: Self) {
            drop(server.lifeline.take());
            assert!(
                shell::wait(&mut server.keeper, STOP_LIMIT)
                    .unwrap()
                    .is_some()
            );
            std::mem::forget(server);
        }
    }
}
