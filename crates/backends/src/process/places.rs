//! The folders in which people's programs lie, in the order in which they are searched. Owns what is known
//! of package managers and node version managers; never looks for a particular program.

use std::{
    env::split_paths,
    ffi::{OsStr, OsString},
    fs,
    path::{Path, PathBuf},
};

/// Folders below the home that need no further knowledge.
const AT_HOME: &[&str] = &[
    ".local/bin",
    "bin",
    ".npm-global/bin",
    ".npm-packages/bin",
    ".codex/bin",
    ".claude/local",
];

/// Where a tool keeps itself: the variable that moves it, the folders below the home that it uses else, and
/// where in there commands are. `*` stands for one folder per version.
const TOOLS: &[(&str, &[&str], &str)] = &[
    ("BUN_INSTALL", &[".bun"], "bin"),
    ("VOLTA_HOME", &[".volta"], "bin"),
    ("PNPM_HOME", &["{data}/pnpm", "Library/pnpm"], ""),
    ("PNPM_HOME", &["{data}/pnpm", "Library/pnpm"], "bin"),
    ("", &[".yarn"], "bin"),
    ("", &[".config/yarn/global/node_modules"], ".bin"),
    ("DENO_INSTALL", &[".deno"], "bin"),
    ("CARGO_HOME", &[".cargo"], "bin"),
    ("N_PREFIX", &["n"], "bin"),
    ("NVM_DIR", &[".nvm", ".config/nvm"], "versions/node/*/bin"),
    (
        "FNM_DIR",
        &["{data}/fnm", ".fnm", "Library/Application Support/fnm"],
        "node-versions/*/installation/bin",
    ),
    ("ASDF_DATA_DIR", &[".asdf"], "installs/nodejs/*/bin"),
    ("MISE_DATA_DIR", &["{data}/mise"], "installs/node/*/bin"),
    ("NODENV_ROOT", &[".nodenv"], "versions/*/bin"),
    // A shim runs only where a version is chosen, so what it stands for is better.
    ("ASDF_DATA_DIR", &[".asdf"], "shims"),
    ("MISE_DATA_DIR", &["{data}/mise"], "shims"),
    ("NODENV_ROOT", &[".nodenv"], "shims"),
    ("", &[".nix-profile"], "bin"),
    ("", &[".local/state/nix/profile"], "bin"),
    ("HOMEBREW_PREFIX", &[".linuxbrew"], "bin"),
];

const OF_SYSTEM: &[&str] = &[
    "/usr/local/bin",
    "/opt/homebrew/bin",
    "/home/linuxbrew/.linuxbrew/bin",
    "/opt/local/bin",
    "/run/current-system/sw/bin",
    "/nix/var/nix/profiles/default/bin",
    "/usr/bin",
    "/snap/bin",
];

/// The folders of a PATH that can be trusted and used.
///
/// A relative one would mean another program in every working folder. Under WSL the programs of Windows
/// are on the path too, whose scripts begin well and then miss their other half.
pub fn on_path(path: &OsStr, env: &[(OsString, OsString)]) -> Vec<PathBuf> {
    let wsl = variable(env, "WSL_DISTRO_NAME").is_some();
    split_paths(path)
        .filter(|place| place.is_absolute() && !(wsl && of_windows(place)))
        .collect()
}

/// The usual places, as a server started by the desktop or by systemd knows little of the person's shell.
pub fn usual(env: &[(OsString, OsString)]) -> Vec<PathBuf> {
    let home = variable(env, "HOME").map(Path::new);
    let mut places = npm_prefix(env, home);
    if let Some(home) = home {
        places.extend(AT_HOME.iter().map(|place| home.join(place)));
    }
    for (moved, usual, inside) in TOOLS {
        let named = variable(env, moved).map(PathBuf::from);
        let below_home = home.into_iter().flat_map(|home| {
            usual
                .iter()
                .map(|place| match place.strip_prefix("{data}/") {
                    Some(name) => data(env, home).join(name),
                    None => home.join(place),
                })
        });
        for root in named.into_iter().chain(below_home) {
            places.extend(inside_of(&root, inside));
        }
    }
    places.extend(OF_SYSTEM.iter().map(PathBuf::from));
    places.retain(|place| place.is_absolute());
    places
}

/// A variable that is set to something.
pub fn variable<'e>(env: &'e [(OsString, OsString)], name: &str) -> Option<&'e OsStr> {
    let found = env.iter().find(|(key, _)| key == name);
    found
        .map(|(_, value)| value.as_os_str())
        .filter(|value| !value.is_empty())
}

/// Where `npm install -g` puts commands if somebody told npm another place than node's own.
fn npm_prefix(env: &[(OsString, OsString)], home: Option<&Path>) -> Vec<PathBuf> {
    let named = ["NPM_CONFIG_PREFIX", "npm_config_prefix"]
        .iter()
        .find_map(|name| variable(env, name).map(PathBuf::from));
    let noted = home.and_then(|home| {
        let text = fs::read_to_string(home.join(".npmrc")).ok()?;
        let value = text.lines().find_map(|line| {
            let (key, value) = line.split_once('=')?;
            (key.trim() == "prefix").then(|| value.trim().trim_matches(['"', '\'']).to_owned())
        })?;
        let below = value
            .strip_prefix("~/")
            .or_else(|| value.strip_prefix("${HOME}/"));
        Some(below.map_or_else(|| PathBuf::from(&value), |below| home.join(below)))
    });
    let prefixes = named.into_iter().chain(noted);
    prefixes.map(|prefix| prefix.join("bin")).collect()
}

fn data(env: &[(OsString, OsString)], home: &Path) -> PathBuf {
    variable(env, "XDG_DATA_HOME").map_or_else(|| home.join(".local/share"), PathBuf::from)
}

/// `inside` of `root`, once for each version where it has a `*`: the highest first.
fn inside_of(root: &Path, inside: &str) -> Vec<PathBuf> {
    let Some((versions, rest)) = inside.split_once("/*/") else {
        return vec![root.join(inside)];
    };
    let mut found: Vec<_> = fs::read_dir(root.join(versions))
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| (version(&entry.file_name()), entry.path().join(rest)))
        .collect();
    found.sort_unstable_by(|a, b| b.cmp(a));
    found.into_iter().map(|(_, place)| place).collect()
}

fn version(name: &OsStr) -> Vec<u64> {
    name.to_string_lossy()
        .trim_start_matches('v')
        .split('.')
        .map(|part| part.parse().unwrap_or(0))
        .collect()
}

/// `/mnt/c/…`
fn of_windows(place: &Path) -> bool {
    place
        .to_str()
        .and_then(|place| place.strip_prefix("/mnt/"))
        .and_then(|place| place.split('/').next())
        .is_some_and(|drive| drive.len() == 1)
}
