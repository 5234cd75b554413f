//! Finding the program behind a name. Owns the order of the search, as a function of the system, an environment and the files
//! that are there; never runs what it finds and remembers nothing of it, so that an install or an upgrade is noticed the next
//! time.
//!
//! The order: a program named by configuration (whoever calls knows it), the PATH of this process, the
//! usual places of [`places`], and only if nothing is found the PATH of the person's login shell.

use std::{
    collections::HashSet,
    env::join_paths,
    ffi::OsString,
    fs,
    io::Read as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{Launcher, os::Os, places, shell::LoginShell};

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
            Some(path) => within(Os::HERE, name, places::on_path(Os::HERE, &path, &self.env)),
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
        let path = Os::HERE.variable(&self.env, "PATH").unwrap_or_default();
        let node = programs("node", &self.env).into_iter().next();
        let node = node.and_then(|node| Some(node.parent()?.to_owned()));
        let places = std::iter::once(beside)
            .chain(places::on_path(Os::HERE, path, &self.env))
            .chain(node);
        join_paths(places).ok()
    }
}

/// Looks for `name` on the PATH of `env`, then in the usual places; each file once.
pub fn programs(name: &str, env: &[(OsString, OsString)]) -> Vec<PathBuf> {
    programs_on(Os::HERE, name, env)
}

/// The same on any system.
pub fn programs_on(os: Os, name: &str, env: &[(OsString, OsString)]) -> Vec<PathBuf> {
    let path = os.variable(env, "PATH").unwrap_or_default();
    let mut places = places::on_path(os, path, env);
    places.extend(places::usual(os, env));
    within(os, name, places)
}

fn within(os: Os, name: &str, places: Vec<PathBuf>) -> Vec<PathBuf> {
    let mut seen = HashSet::new();
    let names = os.files_of(name);
    let files = places
        .into_iter()
        .flat_map(|place| names.iter().map(move |name| place.join(name)));
    files
        .filter(|file| os.starts(file))
        .filter(|file| seen.insert(fs::canonicalize(file).unwrap_or_else(|_| file.clone())))
        .collect()
}

/// Whether somebody could start that file.
pub fn is_executable(file: &Path) -> bool {
    Os::HERE.starts(file)
}
