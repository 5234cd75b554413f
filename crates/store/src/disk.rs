//! The disk floor: new posts and turns are refused before the disk is so full that endings would be.

use std::path::PathBuf;

use crate::StoreError;

/// Where we write, and how much must stay free there.
#[derive(Debug, Clone)]
pub(crate) struct Disk {
    pub folders: Vec<PathBuf>,
    /// In bytes; 0 asks nothing.
    pub floor: u64,
}

impl Disk {
    /// Refuses if a folder's disk has less than the floor free. Reads two numbers from the kernel.
    pub fn check(&self) -> Result<(), StoreError> {
        for folder in self.folders.iter().filter(|_| self.floor > 0) {
            let disk = rustix::fs::statvfs(folder).map_err(|error| {
                StoreError::Unavailable(format!("{}: {error}", folder.display()))
            })?;
            if disk.f_bavail.saturating_mul(disk.f_frsize) < self.floor {
                return Err(StoreError::DiskFull);
            }
        }
        Ok(())
    }
}
