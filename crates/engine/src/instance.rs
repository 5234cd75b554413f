//! Proof of life. Each process is an instance that holds an OS lock on a file for as long as it
//! lives; a lock that can be taken is the proof that its process is dead, never a pid.

use std::{
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
};

use switchboard_model::IdSource;

/// This process, alive. Dropping it, or dying, releases the lock.
#[derive(Debug)]
pub struct Instance {
    id: String,
    path: PathBuf,
    _lock: File,
}

/// Whether the process behind an instance lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Life {
    /// Its lock is held.
    Alive,
    /// Its lock can be taken: provably dead.
    Dead,
    /// There is no such lock here: it belongs to another host.
    Elsewhere,
}

impl Instance {
    /// Makes an instance and takes its lock, in the folder `run` (made if needed).
    pub fn hold(run: &Path, ids: &IdSource) -> io::Result<Self> {
        fs::create_dir_all(run)?;
        loop {
            let id = ids.make::<switchboard_model::SessionId>().to_string();
            let path = lock_path(run, &id);
            let lock = File::options().create_new(true).write(true).open(&path)?;
            lock.lock()?;
            // Another process may have forgotten the file in the moment before it was locked.
            if path.exists() {
                return Ok(Self {
                    id,
                    path,
                    _lock: lock,
                });
            }
        }
    }

    /// Its name in the rows of the turns it runs.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Leaves nothing behind: for a process about to end to which nothing in the store belongs any more. Its lock is held to the end.
    pub fn leave(&self) {
        if let Err(error) = fs::remove_file(&self.path) {
            tracing::debug!(%error, "the lock file of this process stays");
        }
    }

    /// The lock file, for guards to watch.
    pub fn lock_path(&self) -> &Path {
        &self.path
    }
}

/// Whether the process behind `id` lives. Asking never takes a lock for longer than the question.
pub fn life(run: &Path, id: &str) -> Life {
    match examine(run, id) {
        Ok(Some(_)) => Life::Dead,
        Ok(None) => Life::Alive,
        Err(_) => Life::Elsewhere,
    }
}

/// Whether nobody uses what an instance kept on this host: it is dead, or long gone with its lock.
pub fn is_gone(run: &Path, id: &str) -> bool {
    match examine(run, id) {
        Ok(free) => free.is_some(),
        Err(error) => error.kind() == io::ErrorKind::NotFound,
    }
}

/// The instances of this folder that are provably dead. One that is being made may be among them: it
/// has claimed nothing yet.
pub fn dead(run: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(run) else {
        return Vec::new();
    };
    entries
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name();
            let id = name.to_str()?.strip_suffix(".lock")?;
            (life(run, id) == Life::Dead).then(|| id.to_owned())
        })
        .collect()
}

/// Removes the lock file of a dead instance. Nothing may be left that belongs to it: from now on
/// nobody can prove its death.
pub fn forget(run: &Path, id: &str) {
    // Held while the file goes, so that whoever makes an instance of this very file notices.
    if let Ok(Some(_held)) = examine(run, id) {
        let _ = fs::remove_file(lock_path(run, id));
    }
}

/// The lock of a dead instance, held until it is dropped; `None` if its own process holds it.
fn examine(run: &Path, id: &str) -> io::Result<Option<File>> {
    let file = File::options().write(true).open(lock_path(run, id))?;
    // A shared lock is enough to prove that nobody holds the exclusive one, and two processes that
    // ask at the same time do not take each other for the owner.
    match file.try_lock_shared() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

fn lock_path(run: &Path, id: &str) -> PathBuf {
    run.join(format!("{id}.lock"))
}
