//! Finding the program behind a name. Owns the list of usual places and the npm package layout; never runs
//! what it finds and remembers nothing, so that an install or an upgrade is noticed the next time.

use rustix::fs::{Access, access};
use std::{
    env::{consts, split_paths},
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
};

/// Below the home of a person: where package managers and node version managers put commands.
const HOME_PLACES: &[&str] = &[
    ".local/bin",
    "bin",
    ".npm-global/bin",
    ".bun/bin",
    ".volta/bin",
    ".asdf/shims",
    ".local/share/mise/shims",
    ".local/share/pnpm",
    "Library/pnpm",
    ".yarn/bin",
    ".cargo/bin",
];
/// Below the home: folders with one folder per node version, and where its commands are.
const VERSION_PLACES: &[(&str, &str)] = &[
    (".nvm/versions/node", "bin"),
    (".local/share/fnm/node-versions", "installation/bin"),
];
const SYSTEM_PLACES: &[&str] = &[
    "/usr/local/bin",
    "/opt/homebrew/bin",
    "/home/linuxbrew/.linuxbrew/bin",
    "/usr/bin",
    "/snap/bin",
];

/// Looks for `name` in `path` (a value of PATH), then in the usual places, as a server started by the
/// desktop or by systemd knows little of the person's shell.
pub fn program(name: &str, path: Option<&OsStr>, home: Option<&Path>) -> Option<PathBuf> {
    // A relative entry would mean another program in every working folder.
    let on_path = path
        .into_iter()
        .flat_map(split_paths)
        .filter(|place| place.is_absolute());
    let at_home = home.into_iter().flat_map(|home| {
        let fixed = HOME_PLACES.iter().map(move |place| home.join(place));
        fixed.chain(
            VERSION_PLACES
                .iter()
                .flat_map(move |(versions, bin)| newest_first(&home.join(versions), bin)),
        )
    });
    let of_system = SYSTEM_PLACES.iter().map(PathBuf::from);
    on_path
        .chain(at_home)
        .chain(of_system)
        .map(|place| place.join(name))
        .find(|file| is_executable(file))
}

/// The native program behind an npm-installed `codex`, else `found` itself.
///
/// The command that npm, bun and pnpm install is a Node script that starts the native program as a child,
/// doubles the start-up time and does not forward every signal. The native one stays in its package, as it
/// needs its neighbours.
pub fn native_codex(found: &Path) -> PathBuf {
    native_in_package(found).unwrap_or_else(|| found.to_path_buf())
}

fn native_in_package(found: &Path) -> Option<PathBuf> {
    let script = fs::canonicalize(found).ok()?;
    let package = script
        .ancestors()
        .find(|folder| folder.ends_with("@openai/codex"))?;
    let (cpu, arch) = match consts::ARCH {
        "x86_64" => ("x86_64", "x64"),
        "aarch64" => ("aarch64", "arm64"),
        _ => return None,
    };
    let (system, os) = match consts::OS {
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

fn is_executable(file: &Path) -> bool {
    file.is_file() && access(file, Access::EXEC_OK).is_ok()
}

/// `bin` of each version folder, highest version first.
fn newest_first(versions: &Path, bin: &str) -> Vec<PathBuf> {
    let mut found: Vec<_> = fs::read_dir(versions)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| {
            (
                version(&entry.file_name().to_string_lossy()),
                entry.path().join(bin),
            )
        })
        .collect();
    found.sort_unstable_by(|a, b| b.cmp(a));
    found.into_iter().map(|(_, place)| place).collect()
}

fn version(name: &str) -> Vec<u64> {
    name.trim_start_matches('v')
        .split('.')
        .map(|part| part.parse().unwrap_or(0))
        .collect()
}
