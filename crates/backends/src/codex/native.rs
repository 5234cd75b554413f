//! The native program behind what a package manager installed. Owns the layouts of the npm package `@openai/codex`; never runs
//! anything; [`crate::process::find`] searches for the command.

use std::{
    env::consts,
    fs,
    path::{Path, PathBuf},
};

use crate::process::os::Os;

/// What a native program is built for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Platform {
    /// The system.
    pub os: Os,
    /// The processor, in the words of Rust: `x86_64`.
    pub arch: &'static str,
}

impl Platform {
    /// What this program was built for.
    pub const HERE: Self = Self {
        os: Os::HERE,
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
    let packages = match platform.os {
        Os::Linux | Os::MacOs => packages(found),
        Os::Windows => packages_of_windows(found),
    };
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
    around
        .into_iter()
        .chain(volta)
        .chain(of_pnpm(found))
        .collect()
}

/// The same where commands are scripts of their own, `codex.cmd` and `codex.ps1`, or small programs, and no links.
fn packages_of_windows(found: &Path) -> Vec<PathBuf> {
    let Some(folder) = found.parent() else {
        return Vec::new();
    };
    let modules = [
        // npm, a project's own, bun, yarn, Volta.
        "node_modules",
        "..",
        "../install/global/node_modules",
        "../Data/global/node_modules",
        "../tools/image/packages/@openai/codex/node_modules",
    ];
    let packages = modules
        .iter()
        .filter_map(|modules| fs::canonicalize(folder.join(modules).join("@openai/codex")).ok());
    packages.chain(of_pnpm(found)).collect()
}

/// pnpm's commands are scripts, with the packages of each layout version beside them or one above.
fn of_pnpm(found: &Path) -> impl Iterator<Item = PathBuf> {
    found
        .ancestors()
        .skip(1)
        .take(2)
        .map(|folder| folder.join("global"))
        .filter_map(|global| fs::read_dir(global).ok())
        .flat_map(Iterator::flatten)
        .filter_map(|layout| {
            fs::canonicalize(layout.path().join("node_modules/@openai/codex")).ok()
        })
}

fn native_in(platform: Platform, package: &Path) -> Option<PathBuf> {
    let (cpu, arch) = match platform.arch {
        "x86_64" => ("x86_64", "x64"),
        "aarch64" => ("aarch64", "arm64"),
        _ => return None,
    };
    let (system, os, ending) = match platform.os {
        Os::Linux => ("unknown-linux-musl", "linux", ""),
        Os::MacOs => ("apple-darwin", "darwin", ""),
        Os::Windows => ("pc-windows-msvc", "win32", ".exe"),
    };
    let name = format!("codex-{os}-{arch}");
    let vendor = format!("vendor/{cpu}-{system}");
    // The platform's package lies inside ours, beside it where npm flattens the tree, or in ours itself in
    // old ones.
    let homes = [
        package.join("node_modules/@openai").join(&name),
        package.parent()?.join(&name),
        package.into(),
    ];
    let files = ["bin/codex", "codex/codex"].map(|file| format!("{vendor}/{file}{ending}"));
    homes
        .iter()
        .flat_map(|home| files.iter().map(move |file| home.join(file)))
        .find(|file| platform.os.starts(file))
}
