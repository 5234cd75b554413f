//! A Switchboard to measure: on files of its own, without any account, ended and deleted with it. Owns
//! its processes and those of the load, and what stands outside of it: a stand-in for its assistant's program, or the
//! real one with a scripted upstream. Knows no figure.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;

use crate::test::install;
use crate::{repo, shell};

/// Streams that one person may have; more viewers are more people.
const STREAMS: usize = 32;

/// A login that opens nothing: the program that would use it is a stand-in.
const LOGIN: &str = r#"{"auth_mode":"chatgpt","tokens":{"id_token":"","access_token":"made up","refresh_token":""}}"#;

/// What was built.
#[derive(Debug, Clone)]
pub struct Programs {
    pub folder: PathBuf,
}

impl Programs {
    pub fn server(&self) -> Command {
        shell::program(self.folder.join("switchboard"))
    }

    /// The load, with the words of one of its verbs.
    pub fn load(&self, words: &[&str]) -> Command {
        let mut load = shell::program(self.folder.join("switchboard-bench"));
        load.args(words);
        load
    }
}

/// What answers in a house.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Assistant {
    /// A stand-in that says when it started.
    StandIn,
    /// The real Codex CLI, over its app server or, for comparison, over `exec`.
    Codex { over: &'static str },
}

/// One server on fresh files.
pub struct House {
    programs: Programs,
    folder: PathBuf,
    /// Settings beside what every house has.
    settings: Vec<(String, OsString)>,
    running: Option<(Running, Child)>,
    /// What runs beside it as long as it does.
    beside: Vec<Companion>,
}

/// Where a server is.
#[derive(Debug, Clone)]
pub struct Running {
    /// `HOST:PORT`.
    pub address: String,
    pub pid: u32,
}

/// How long a start took.
pub struct Started {
    /// Until the line that says where it listens.
    pub listening: Duration,
    /// Until the first good answer.
    pub answering: Duration,
}

impl House {
    /// Fresh files; no server yet.
    pub fn with(programs: &Programs, assistant: Assistant) -> Result<Self> {
        // Beside what was built: a temporary folder is often memory, where waiting for the disk costs nothing.
        let folder = repo::target().join(format!("bench-{}", std::process::id()));
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        let home = folder.join("person/.codex");
        fs::create_dir_all(&home)?;
        let mut house = Self {
            programs: programs.clone(),
            folder,
            settings: Vec::new(),
            running: None,
            beside: Vec::new(),
        };
        match assistant {
            Assistant::StandIn => {
                let program = house.folder.join("stand_in");
                fs::write(home.join("auth.json"), LOGIN)?;
                fs::copy(programs.folder.join("stand_in"), &program)?;
                house.set("SWITCHBOARD_PROVIDERS__CHATGPT__PROGRAM", program);
                house.set("SWITCHBOARD_PROVIDERS__CHATGPT__OVER", "exec");
            }
            Assistant::Codex { over } => {
                let mut load = programs.load(&["upstream", "--home"]);
                let (upstream, line) = Companion::start(load.arg(&home))?;
                house.beside.push(upstream);
                let port = address(Ok(line))?;
                let port = port.rsplit(':').next().context("an address has a port")?;
                house.set("SWITCHBOARD_PROVIDERS__CHATGPT__PROGRAM", install::codex()?);
                house.set("SWITCHBOARD_PROVIDERS__CHATGPT__OVER", over);
                // Two names for one server: see the front page of the scripted upstream.
                for (setting, url) in [
                    (
                        "SWITCHBOARD_PROVIDERS__CHATGPT__BACKEND",
                        format!("http://localhost:{port}/backend-api"),
                    ),
                    (
                        "SWITCHBOARD_PROVIDERS__CHATGPT__RESPONSES",
                        format!("http://127.0.0.1:{port}/backend-api/codex"),
                    ),
                ] {
                    house.set(setting, url);
                }
            }
        }
        Ok(house)
    }

    /// One more setting, for what is started from now on.
    pub fn set(&mut self, setting: &str, value: impl Into<OsString>) {
        self.settings.push((setting.to_owned(), value.into()));
    }

    /// Fresh files with a running server.
    pub fn serving(programs: &Programs, assistant: Assistant) -> Result<Self> {
        let mut house = Self::with(programs, assistant)?;
        house.serve()?;
        Ok(house)
    }

    /// Starts the server and times it.
    pub fn serve(&mut self) -> Result<Started> {
        let log = File::create(self.folder.join("server.log"))?;
        let mut command = self.command(&["serve", "--listen", "127.0.0.1:0"]);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log);
        let start = Instant::now();
        let mut child = command.spawn().context("cannot start the server")?;
        let heard = first_line(&mut child);
        let listening = start.elapsed();
        let running = Running {
            address: address(heard).with_context(|| {
                fs::read_to_string(self.folder.join("server.log")).unwrap_or_default()
            })?,
            pid: child.id(),
        };
        self.running = Some((running.clone(), child));
        healthy(&running.address)?;
        let answering = start.elapsed();
        Ok(Started {
            listening,
            answering,
        })
    }

    /// The running server.
    pub fn running(&self) -> Result<&Running> {
        let (running, _) = self.running.as_ref().context("no server runs")?;
        Ok(running)
    }

    /// The home of the person's own Codex CLI.
    pub fn codex_home(&self) -> PathBuf {
        self.folder.join("person/.codex")
    }

    /// Where the house keeps its files.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What the server holds in memory, in kilobytes.
    pub fn resident_kb(&self) -> Result<f64> {
        resident_kb(self.running()?.pid)
    }

    /// What the server and the guards below it hold, in kilobytes; not what the guards watch.
    pub fn resident_with_guards_kb(&self) -> Result<f64> {
        let server = self.running()?.pid;
        let mut sum = resident_kb(server)?;
        for pid in shell::read(shell::program("pgrep").args(["-P", &server.to_string()]))?.lines() {
            // What it asks for its version ends while it is counted.
            sum += resident_kb(pid.parse()?).unwrap_or(0.0);
        }
        Ok(sum)
    }

    /// A file with tokens of as many people as `viewers` streams need.
    pub fn tokens(&self, viewers: usize) -> Result<PathBuf> {
        let mut tokens = self.run(&["tokens", "create", "--name", "bench"])?;
        for number in 1..viewers.div_ceil(STREAMS) {
            let handle = format!("viewer-{number}");
            self.run(&["people", "invite", &handle])?;
            tokens += &self.run(&["tokens", "create", "--name", "bench", "--as", &handle])?;
        }
        let file = self.folder.join("tokens");
        fs::write(&file, tokens)?;
        Ok(file)
    }

    /// Puts a load on the server; what it saw.
    pub fn load(&self, verb: &str, tokens: &Path, words: &[&str]) -> Result<Value> {
        seen(&mut self.load_command(verb, tokens, words)?)
    }

    /// Opens viewers that stay until the answer is dropped.
    pub fn viewers(&self, tokens: &Path, count: usize) -> Result<Companion> {
        let mut load = self.load_command("idle", tokens, &["--viewers", &count.to_string()])?;
        let (companion, first) = Companion::start(&mut load)?;
        ensure!(first == "open", "the viewers did not open");
        Ok(companion)
    }

    /// Has so many turns answer until the answer is dropped.
    pub fn live(&self, tokens: &Path, count: usize) -> Result<Companion> {
        let mut load = self.load_command("live", tokens, &["--count", &count.to_string()])?;
        let (companion, first) = Companion::start(&mut load)?;
        ensure!(first == "live", "the turns do not answer");
        Ok(companion)
    }

    /// How long the stand-in takes to run when nothing stands between: the median of `count` starts.
    pub fn bare_start(&self, count: usize) -> Result<Duration> {
        let mut took = Vec::with_capacity(count);
        for _ in 0..count {
            let before = since_epoch()?;
            let mut stand_in = shell::program(self.folder.join("stand_in"));
            shell::read(stand_in.stdin(Stdio::null()))?;
            let notes = fs::read_to_string(self.folder.join("starts"))?;
            let last = notes.lines().last().and_then(|line| line.split_once(' '));
            let (_, started) = last.context("the stand-in noted nothing")?;
            took.push(Duration::from_nanos(started.parse()?).saturating_sub(before));
        }
        took.sort_unstable();
        Ok(took[took.len() / 2])
    }

    /// Ends the server.
    pub fn stop(&mut self) -> Result<()> {
        if let Some((_, mut child)) = self.running.take() {
            child.kill()?;
            child.wait()?;
        }
        Ok(())
    }

    fn load_command(&self, verb: &str, tokens: &Path, words: &[&str]) -> Result<Command> {
        let mut load = self.programs.load(&[verb, "--server"]);
        load.arg(&self.running()?.address)
            .arg("--tokens")
            .arg(tokens)
            .args(words);
        Ok(load)
    }

    /// A command of the server's program on these files; its standard output.
    pub fn run(&self, words: &[&str]) -> Result<String> {
        let mut command = self.command(words);
        let output = command.output()?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "{}: {said}", shell::line(&command));
        Ok(String::from_utf8(output.stdout)?)
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = self.programs.server();
        let person = self.folder.join("person");
        command
            .args(words)
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("USER", "bench")
            .env("HOME", &person)
            .env("CODEX_HOME", person.join(".codex"))
            .env("SWITCHBOARD_HOME", self.folder.join("home"))
            .envs(self.settings.iter().cloned());
        command
    }
}

impl Drop for House {
    fn drop(&mut self) {
        // Nothing is left to tell it to.
        let _ = self.stop();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Another process that runs beside the measurement, until dropped.
pub struct Companion(Child);

impl Companion {
    /// Starts it and waits for the first line it says.
    pub fn start(command: &mut Command) -> Result<(Self, String)> {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()?;
        let first = first_line(&mut child);
        let companion = Self(child);
        Ok((companion, first?))
    }

    /// Whether it still runs.
    pub fn runs(&mut self) -> Result<bool> {
        Ok(self.0.try_wait()?.is_none())
    }
}

impl Drop for Companion {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Runs a load to its end; what it saw.
pub fn seen(load: &mut Command) -> Result<Value> {
    Ok(serde_json::from_str(&shell::read(load)?)?)
}

/// Where a server says it listens.
pub fn address(line: Result<String>) -> Result<String> {
    let line = line?;
    let address = line.strip_prefix("listening on http://");
    Ok(address
        .with_context(|| format!("a server said {line:?}"))?
        .to_owned())
}

/// The child's first line; the rest is read and forgotten, because a closed pipe would end the child.
fn first_line(child: &mut Child) -> Result<String> {
    let out = child.stdout.take().context("the child's output is piped")?;
    let mut lines = BufReader::new(out).lines();
    let first = lines.next().context("the child ended without a word")??;
    std::thread::spawn(move || lines.for_each(drop));
    Ok(first)
}

/// What a process holds in memory, in kilobytes.
fn resident_kb(pid: u32) -> Result<f64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next());
    Ok(kilobytes.context("no VmRSS")?.parse()?)
}

/// Asks until the server answers well.
fn healthy(address: &str) -> Result<()> {
    let deadline = Instant::now() + Duration::from_secs(10);
    while Instant::now() < deadline {
        let mut stream = TcpStream::connect(address)?;
        write!(
            stream,
            "GET /healthz HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n"
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        if answer.starts_with("HTTP/1.1 200") {
            return Ok(());
        }
    }
    bail!("the server is not healthy")
}

#[expect(
    clippy::disallowed_methods,
    reason = "compared with what another process read from the same clock"
)]
fn since_epoch() -> Result<Duration> {
    Ok(SystemTime::now().duration_since(UNIX_EPOCH)?)
}
