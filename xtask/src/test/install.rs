//! Brings what the tests need onto the machine: Debian packages with apt-get, the pinned npm trees with
//! `npm ci`. Installs only what is missing, and never asks a question; elsewhere than on Debian it says
//! what to install.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::postgres;
use crate::repo;
use crate::shell;

const BROWSERS: [&str; 4] = [
    "chromium",
    "chromium-browser",
    "google-chrome-stable",
    "google-chrome",
];

struct Need {
    package: &'static [&'static str],
    what: &'static str,
    found: fn() -> bool,
}

/// The fonts keep screenshots legible on a machine without any.
const NEEDS: [Need; 2] = [
    Need {
        package: &["chromium", "fonts-liberation"],
        what: "Chromium",
        found: || browser().is_some(),
    },
    Need {
        package: &["postgresql"],
        what: "PostgreSQL's server programs (initdb, postgres)",
        found: || postgres::programs().is_some(),
    },
];

/// The browser of the walks: `CHROMIUM`, or the first known one in `PATH`.
pub fn browser() -> Option<PathBuf> {
    std::env::var_os("CHROMIUM")
        .map(PathBuf::from)
        .or_else(|| BROWSERS.iter().find_map(|name| shell::find(name)))
}

pub fn on_debian() -> bool {
    Path::new("/etc/debian_version").exists() && shell::find("apt-get").is_some()
}

/// Installs the missing system packages.
pub fn system() -> Result<()> {
    let missing: Vec<&Need> = NEEDS.iter().filter(|need| !(need.found)()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let what = missing
        .iter()
        .map(|need| need.what)
        .collect::<Vec<_>>()
        .join(" and ");
    if !on_debian() {
        bail!(
            "the tests need {what}: install it with your package manager (on macOS: brew install --cask chromium; brew install postgresql)"
        );
    }
    let packages: Vec<&str> = missing
        .iter()
        .flat_map(|need| need.package)
        .copied()
        .collect();
    println!("\ninstalling {} (missing: {what})", packages.join(" "));
    // A bare image has no package lists, and an old one lists versions that are gone.
    apt(&["update", "-q"])?;
    let mut install = vec!["install", "-y", "-q", "--no-install-recommends"];
    install.extend(packages);
    apt(&install)?;
    match missing.iter().find(|need| !(need.found)()) {
        Some(need) => bail!(
            "{} is still missing after apt-get install {}",
            need.what,
            need.package.join(" ")
        ),
        None => Ok(()),
    }
}

/// `npm ci` in `folder`, unless this lockfile is already installed there.
pub fn npm(folder: &Path) -> Result<()> {
    let hash = repo::hash(folder, &["package.json", "package-lock.json", ".npmrc"])?;
    repo::once(
        &folder.join("node_modules/.xtask-lockfile-hash"),
        &hash,
        || {
            println!("\nnpm ci in {}", folder.display());
            shell::show(
                shell::program("npm")
                    .args([
                        "ci",
                        "--ignore-scripts",
                        "--no-audit",
                        "--no-fund",
                        "--loglevel=error",
                    ])
                    .current_dir(folder),
            )
        },
    )
}

/// The native program behind the npm wrapper of Codex: the wrapper would put a node process between
/// the tests and the program they signal.
pub fn codex() -> Result<PathBuf> {
    let vendors = repo::root().join("e2e/node_modules/@openai");
    walkdir::WalkDir::new(&vendors)
        .max_depth(6)
        .into_iter()
        .filter_map(Result::ok)
        .find(|entry| {
            entry.file_type().is_file()
                && entry.file_name() == "codex"
                && entry
                    .path()
                    .components()
                    .any(|part| part.as_os_str() == "vendor")
        })
        .map(walkdir::DirEntry::into_path)
        .with_context(|| {
            format!(
                "no native codex under {}: is it in e2e/package.json?",
                vendors.display()
            )
        })
}

fn apt(words: &[&str]) -> Result<()> {
    let mut command = match (is_root()?, shell::find("sudo")) {
        (true, _) => shell::program("apt-get"),
        (false, Some(sudo)) => {
            let mut command = shell::program(sudo);
            command.args(["--preserve-env=DEBIAN_FRONTEND", "apt-get"]);
            command
        }
        (false, None) => bail!(
            "installing packages needs root or sudo: run `apt-get {}` as root",
            words.join(" ")
        ),
    };
    // Dpkg's progress bar assumes a terminal of its own; apt's plain lines are progress enough.
    command
        .env("DEBIAN_FRONTEND", "noninteractive")
        .args(["-o", "Dpkg::Use-Pty=0"])
        .args(words);
    shell::show(&mut command)
}

pub fn is_root() -> Result<bool> {
    Ok(shell::read(shell::program("id").arg("-u"))?.trim() == "0")
}
