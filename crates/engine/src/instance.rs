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
            // Another process may have swept the file away in the moment before it was locked.
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

    /// The lock file, for guards to watch.
    pub fn lock_path(&self) -> &Path {
        &self.path
    }
}

/// Whether the process behind `id` lives. Asking never takes a lock for longer than the question.
pub fn life(run: &Path, id: &str) -> Life {
    match File::options().write(true).open(lock_path(run, id)) {
        Err(_) => Life::Elsewhere,
        // A shared lock is enough to prove that nobody holds the exclusive one, and two processes
        // that ask at the same time do not take each other for the owner.
        Ok(file) => match file.try_lock_shared() {
            Ok(()) => Life::Dead,
            Err(TryLockError::WouldBlock) => Life::Alive,
            Err(TryLockError::Error(_)) => Life::Elsewhere,
        },
    }
}

/// Removes the lock files of dead instances other than those in `needed`.
pub fn sweep(run: &Path, needed: &[String]) {
    let Ok(entries) = fs::read_dir(run) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let Some(id) = name.to_str().and_then(|name| name.strip_suffix(".lock")) else {
            continue;
        };
        if !needed.iter().any(|n| n == id) && life(run, id) == Life::Dead {
            let _ = fs::remove_file(entry.path());
        }
    }
}

fn lock_path(run: &Path, id: &str) -> PathBuf {
    run.join(format!("{id}.lock"))
}
