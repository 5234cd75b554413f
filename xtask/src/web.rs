//! The page's build: checks node and npm, installs what the lockfile pins, builds `web/dist` when its
//! sources changed. Never looks inside the page.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, bail};

use crate::test::install;
use crate::{repo, shell};

const NODE: (u32, u32) = (20, 19);

pub fn folder() -> PathBuf {
    repo::root().join("web")
}

/// Says what to install when node or npm is missing or too old.
pub fn check_node() -> Result<()> {
    let Some(node) = shell::find("node") else {
        bail!("node is not installed; {}", how())
    };
    let version = shell::read(shell::program(node).arg("--version"))?;
    if parse(&version).is_none_or(|found| found < NODE) {
        bail!("node {} is too old; {}", version.trim(), how());
    }
    if shell::find("npm").is_none() {
        bail!("npm is not installed; {}", how());
    }
    Ok(())
}

fn how() -> String {
    let (major, minor) = NODE;
    format!(
        "the page is built with node {major}.{minor} or newer and its npm. Any of these installs them:
  https://nodejs.org/en/download     (installer or archive)
  nvm install --lts                  (https://github.com/nvm-sh/nvm)
  sudo apt-get install nodejs npm    (Debian 13 or newer, Ubuntu 25.10 or newer)
  brew install node"
    )
}

/// `v20.19.1` to (20, 19).
fn parse(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.trim().strip_prefix('v')?.split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

pub fn npm(words: &[&str]) -> Command {
    let mut command = shell::program("npm");
    command.args(words).current_dir(folder());
    command
}

/// Installs the page's packages and builds it with `run`, unless the page stands for these sources.
pub fn build(run: impl FnOnce(&mut Command) -> Result<()>) -> Result<()> {
    install::npm(&folder())?;
    let stamp = folder().join("node_modules/.xtask-build-hash");
    if !folder().join("dist/index.html").exists() {
        let _ = fs::remove_file(&stamp);
    }
    let sources: Vec<String> = fs::read_dir(folder())?
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name != "node_modules" && name != "dist")
        .collect();
    let mut sources: Vec<&str> = sources.iter().map(String::as_str).collect();
    sources.sort_unstable();
    let hash = repo::hash(&folder(), &sources)?;
    repo::once(&stamp, &hash, || run(&mut npm(&["run", "build"])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_node_version_is_compared_by_number() {
        for (version, enough) in [
            ("v20.19.0\n", true),
            ("v20.20.2", true),
            ("v24.1.0", true),
            ("v20.9.0", false),
            ("v18.99.1", false),
            ("?", false),
        ] {
            assert_eq!(
                parse(version).is_some_and(|found| found >= NODE),
                enough,
                "{version}"
            );
        }
    }
}
