//! Where things are in the checkout, and the hash that tells whether a set of files changed.
//! Reads only; never builds or installs anything.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};
use walkdir::WalkDir;

/// The checkout's root: the folder above xtask's own manifest.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// Cargo's target folder.
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| root().join("target"), |folder| root().join(folder))
}

/// The cargo that runs xtask, so that `cargo +version xtask` stays with one toolchain.
pub fn cargo() -> std::process::Command {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = crate::shell::program(cargo);
    command.current_dir(root());
    command
}

/// One hash over names and contents of everything under `paths`, in a stable order. A path that
/// doesn't exist counts as empty.
pub fn hash(base: &Path, paths: &[&str]) -> Result<String> {
    let mut sum = Sha256::new();
    for path in paths {
        for entry in WalkDir::new(base.join(path))
            .sort_by_file_name()
            .into_iter()
            .filter_map(Result::ok)
        {
            if !entry.file_type().is_file() {
                continue;
            }
            let name = entry
                .path()
                .strip_prefix(base)?
                .to_string_lossy()
                .into_owned();
            let bytes = fs::read(entry.path())
                .with_context(|| format!("cannot read {}", entry.path().display()))?;
            sum.update((name.len() as u64).to_le_bytes());
            sum.update(name);
            sum.update((bytes.len() as u64).to_le_bytes());
            sum.update(bytes);
        }
    }
    Ok(format!("{:x}", sum.finalize()))
}

/// Runs `work` unless `stamp` already holds `hash`, and writes the stamp only after it succeeded.
pub fn once(stamp: &Path, hash: &str, work: impl FnOnce() -> Result<()>) -> Result<()> {
    if fs::read_to_string(stamp).is_ok_and(|old| old == hash) {
        return Ok(());
    }
    work()?;
    if let Some(folder) = stamp.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(stamp, hash).with_context(|| format!("cannot write {}", stamp.display()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    #[test]
    fn the_hash_changes_with_a_name_and_with_a_content_and_with_nothing_else() {
        let base = std::env::temp_dir().join(format!("xtask-hash-{}", std::process::id()));
        fs::create_dir_all(base.join("src")).unwrap();
        let of = || hash(&base, &["src", "missing.json"]).unwrap();
        fs::write(base.join("src/a"), "1").unwrap();
        let first = of();
        assert_eq!(first, of());
        fs::write(base.join("src/a"), "2").unwrap();
        let second = of();
        assert_ne!(first, second);
        fs::rename(base.join("src/a"), base.join("src/b")).unwrap();
        assert_ne!(second, of());
        fs::remove_dir_all(base).unwrap();
    }

    #[test]
    fn work_that_failed_is_done_again() {
        let stamp = std::env::temp_dir().join(format!("xtask-stamp-{}", std::process::id()));
        let _ = fs::remove_file(&stamp);
        assert!(once(&stamp, "a", || anyhow::bail!("no network")).is_err());
        let mut runs = 0;
        for _ in 0..2 {
            once(&stamp, "a", || {
                runs += 1;
                Ok(())
            })
            .unwrap();
        }
        assert_eq!(runs, 1);
        fs::remove_file(stamp).unwrap();
    }
}
