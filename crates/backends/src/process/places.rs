//! The folders in which people's programs lie, in the order in which they are searched. Owns how what is known of package
//! managers and node version managers becomes folders of this person; never looks for a particular program.

mod tables;

use std::{
    ffi::{OsStr, OsString},
    fs,
    path::{Path, PathBuf},
};

use super::os::Os;

/// Where a tool keeps itself: the variable that moves it, the folders below the home that it uses else, and where in there
/// commands are. `*` stands for one folder per version, `{data}` for where this person's programs keep their data.
type Tool = (&'static str, &'static [&'static str], &'static str);

/// What is known of one family of systems.
struct Layout {
    /// The variable that names the person's home.
    home: &'static str,
    /// Folders below the home that need no further knowledge.
    at_home: &'static [&'static str],
    /// Where in npm's prefix commands are.
    in_prefix: &'static str,
    tools: &'static [Tool],
    /// Folders that are the same for everybody.
    of_system: &'static [&'static str],
}

fn layout(os: Os) -> &'static Layout {
    match os {
        Os::Linux | Os::MacOs => &tables::UNIX,
        Os::Windows => &tables::WINDOWS,
    }
}

/// The folders of a PATH that can be trusted and used.
///
/// A relative one would mean another program in every working folder. Under WSL the programs of Windows
/// are on the path too, whose scripts begin well and then miss their other half.
pub fn on_path(os: Os, path: &OsStr, env: &[(OsString, OsString)]) -> Vec<PathBuf> {
    let wsl = os.variable(env, "WSL_DISTRO_NAME").is_some();
    let mut places = os.split(path);
    places.retain(|place| place.is_absolute() && !(wsl && of_windows(place)));
    places
}

/// The usual places, as a server started by the desktop or by systemd knows little of the person's shell.
pub fn usual(os: Os, env: &[(OsString, OsString)]) -> Vec<PathBuf> {
    let layout = layout(os);
    let home = os.variable(env, layout.home).map(Path::new);
    let below_home = |place: &str| {
        let home = home?;
        Some(match place.strip_prefix("{data}/") {
            Some(name) => data(os, env, home).join(name),
            None => home.join(place),
        })
    };
    let mut places = npm_prefix(os, env, home);
    places.extend(layout.at_home.iter().filter_map(|place| below_home(place)));
    for (moved, usual, inside) in layout.tools {
        let named = os.variable(env, moved).map(PathBuf::from);
        let usual = usual.iter().filter_map(|place| below_home(place));
        for root in named.into_iter().chain(usual) {
            places.extend(inside_of(&root, inside));
        }
    }
    places.extend(layout.of_system.iter().map(PathBuf::from));
    places.retain(|place| place.is_absolute());
    places
}

/// Where `npm install -g` puts commands if somebody told npm another place than node's own.
fn npm_prefix(os: Os, env: &[(OsString, OsString)], home: Option<&Path>) -> Vec<PathBuf> {
    let named = ["NPM_CONFIG_PREFIX", "npm_config_prefix"]
        .iter()
        .find_map(|name| os.variable(env, name).map(PathBuf::from));
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
    prefixes
        .map(|prefix| prefix.join(layout(os).in_prefix))
        .collect()
}

fn data(os: Os, env: &[(OsString, OsString)], home: &Path) -> PathBuf {
    os.variable(env, "XDG_DATA_HOME")
        .map_or_else(|| home.join(".local/share"), PathBuf::from)
}

/// `inside` of `root`, once for each version where it has a `*`: the highest first.
fn inside_of(root: &Path, inside: &str) -> Vec<PathBuf> {
    let Some((versions, rest)) = inside.split_once('*') else {
        return vec![root.join(inside)];
    };
    let rest = rest.trim_start_matches('/');
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
