//! Finding the program behind a name. Owns the order of the search and the npm package layout; never runs
//! what it finds and remembers nothing of it, so that an install or an upgrade is noticed the next time.
//!
//! The order: a program named by configuration (whoever calls knows it), the PATH of this process, the
//! usual places of [`places`], and only if nothing is found the PATH of the person's login shell.

use rustix::fs::{Access, access};
use std::{
    collections::HashSet,
    env::{consts, join_paths},
    ffi::OsString,
    fs,
    io::Read as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    Launcher,
    places::{self, variable},
    shell::LoginShell,
};

pub use super::places::on_path;

/// Looks for programs on this machine. Clones share what the login shell said.
#[derive(Debug, Clone)]
pub struct Finder {
    launcher: Launcher,
    env: Arc<[(OsString, OsString)]>,
    shell: Arc<LoginShell>,
}

impl Finder {
    /// Looks with the eyes of this environment. `launcher` is for asking the login shell.
    pub fn new(launcher: Launcher, env: &[(OsString, OsString)]) -> Self {
        Self {
            launcher,
            env: env.into(),
            shell: Arc::default(),
        }
    }

    /// All programs of that name, the one to take first.
    pub async fn all(&self, name: &str) -> Vec<PathBuf> {
        let found = programs(name, &self.env);
        if !found.is_empty() {
            return found;
        }
        match self.shell.path(&self.launcher, &self.env).await {
            Some(path) => within(name, places::on_path(&path, &self.env)),
            None => Vec::new(),
        }
    }

    /// The program of that name to take.
    pub async fn find(&self, name: &str) -> Option<PathBuf> {
        self.all(name).await.into_iter().next()
    }

    /// The PATH with which `program` finds the interpreter that its first line names: the folder beside it
    /// first, node's last. `None` for a native program, which needs nothing.
    pub fn path_for(&self, program: &Path) -> Option<OsString> {
        let mut start = [0; 2];
        let mut file = fs::File::open(program).ok()?;
        file.read_exact(&mut start).ok()?;
        if start != *b"#!" {
            return None;
        }
        let beside = program.parent()?.to_owned();
        let path = variable(&self.env, "PATH").unwrap_or_default();
        let node = programs("node", &self.env).into_iter().next();
        let node = node.and_then(|node| Some(node.parent()?.to_owned()));
        let places = std::iter::once(beside)
            .chain(places::on_path(path, &self.env))
            .chain(node);
        join_paths(places).ok()
    }
}

/// Looks for `name` on the PATH of `env`, then in the usual places; each file once.
pub fn programs(name: &str, env: &[(OsString, OsString)]) -> Vec<PathBuf> {
    let path = variable(env, "PATH").unwrap_or_default();
    let mut places = places::on_path(path, env);
    places.extend(places::usual(env));
    within(name, places)
}

fn within(name: &str, places: Vec<PathBuf>) -> Vec<PathBuf> {
    let mut seen = HashSet::new();
    let files = places.into_iter().map(|place| place.join(name));
    files
        .filter(|file| is_executable(file))
        .filter(|file| seen.insert(fs::canonicalize(file).unwrap_or_else(|_| file.clone())))
        .collect()
}

/// What a native program is built for, in the words of Rust: `linux` and `x86_64`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Platform {
    /// The system.
    pub os: &'static str,
    /// The processor.
    pub arch: &'static str,
}

impl Platform {
    /// What this program was built for.
    pub const HERE: Self = Self {
        os: consts::OS,
        arch: consts::ARCH,
    };
}

/// The native program behind an npm-installed `codex`, else `found` itself.
///
/// The command that npm, bun and pnpm install is a Node script that starts the native program as a child,
/// doubles the start-up time and does not forward every signal. The native one stays in its package, as it
/// needs its neighbours.
pub fn native_codex(found: &Path) -> PathBuf {
    native_codex_for(Platform::HERE, found)
}

/// The same for any platform.
pub fn native_codex_for(platform: Platform, found: &Path) -> PathBuf {
    let packages = packages(found);
    let native = packages
        .iter()
        .find_map(|package| native_in(platform, package));
    native.unwrap_or_else(|| found.to_path_buf())
}

/// The package folders that `found` may stand for.
fn packages(found: &Path) -> Vec<PathBuf> {
    let Ok(script) = fs::canonicalize(found) else {
        return Vec::new();
    };
    let around = script
        .ancestors()
        .find(|folder| folder.ends_with("@openai/codex"))
        .map(Path::to_path_buf);
    // Volta's commands are all links to one program, which looks at its own name.
    let volta = script
        .file_name()
        .is_some_and(|name| name == "volta-shim")
        .then(|| found.parent()?.parent())
        .flatten()
        .map(|volta| {
            volta.join("tools/image/packages/@openai/codex/lib/node_modules/@openai/codex")
        });
    // pnpm's are shell scripts, with the packages of each layout version beside them or one above.
    let pnpm = found
        .ancestors()
        .skip(1)
        .take(2)
        .map(|folder| folder.join("global"))
        .filter_map(|global| fs::read_dir(global).ok())
        .flat_map(Iterator::flatten)
        .filter_map(|layout| {
            fs::canonicalize(layout.path().join("node_modules/@openai/codex")).ok()
        });
    around.into_iter().chain(volta).chain(pnpm).collect()
}

fn native_in(platform: Platform, package: &Path) -> Option<PathBuf> {
    let (cpu, arch) = match platform.arch {
        "x86_64" => ("x86_64", "x64"),
        "aarch64" => ("aarch64", "arm64"),
        _ => return None,
    };
    let (system, os) = match platform.os {
        "linux" => ("unknown-linux-musl", "linux"),
        "macos" => ("apple-darwin", "darwin"),
        _ => return None,
    };
    let platform = format!("codex-{os}-{arch}");
    let vendor = format!("vendor/{cpu}-{system}");
    // The platform's package lies inside ours, beside it where npm flattens the tree, or in ours itself in
    // old ones.
    let homes = [
        package.join("node_modules/@openai").join(&platform),
        package.parent()?.join(&platform),
        package.into(),
    ];
    homes
        .iter()
        .flat_map(|home| ["bin/codex", "codex/codex"].map(|file| home.join(&vendor).join(file)))
        .find(|file| is_executable(file))
}

/// Whether somebody could start that file.
pub fn is_executable(file: &Path) -> bool {
    file.is_file() && access(file, Access::EXEC_OK).is_ok()
}
