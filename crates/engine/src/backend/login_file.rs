//! The file that holds a login, by its time: once that changes, what was known by it does not count any more. Never reads it.

use std::{path::PathBuf, time::SystemTime};

/// A file that holds a login, and when it had last changed. Nobody but its program reads what is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoginFile {
    path: PathBuf,
    changed_at: Option<SystemTime>,
}

impl LoginFile {
    /// The file as it is now; it need not be there. To be asked before it is read, so that no change is missed.
    pub fn now(path: PathBuf) -> Self {
        let changed_at = std::fs::metadata(&path).and_then(|file| file.modified());
        Self {
            path,
            changed_at: changed_at.ok(),
        }
    }

    /// When it had last changed; `None` if it was not there.
    pub fn changed_at(&self) -> Option<SystemTime> {
        self.changed_at
    }

    /// Whether it has not changed since.
    pub fn is_as_it_was(&self) -> bool {
        Self::now(self.path.clone()) == *self
    }
}
