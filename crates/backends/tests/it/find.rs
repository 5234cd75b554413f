//! Finding programs in made-up homes and package layouts.

use std::{
    ffi::OsString,
    fs,
    os::unix::fs::{PermissionsExt, symlink},
    path::{Path, PathBuf},
};
use switchboard_backends::{
    codex::native::{Platform, native_codex, native_codex_for},
    process::{
        Finder,
        find::{on_path, programs, programs_on},
        os::Os,
    },
};

use crate::support::House;

/// What no machine has.
const NAME: &str = "codex-for-a-test";

fn put(file: &Path, mode: u32) {
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, "#!/bin/sh\n").unwrap();
    fs::set_permissions(file, fs::Permissions::from_mode(mode)).unwrap();
}

/// Where the vendor ships native programs for.
const PLATFORMS: [Platform; 4] = [
    Platform {
        os: Os::Linux,
        arch: "x86_64",
    },
    Platform {
        os: Os::Linux,
        arch: "aarch64",
    },
    Platform {
        os: Os::MacOs,
        arch: "x86_64",
    },
    Platform {
        os: Os::MacOs,
        arch: "aarch64",
    },
];

/// The platform's package and the native program in it, as npm lays them out.
fn native_in(platform: Platform, modules: &Path) -> PathBuf {
    let arch = match platform.arch {
        "aarch64" => "arm64",
        _ => "x64",
    };
    let (os, triple, file) = match platform.os {
        Os::Linux => ("linux", "unknown-linux-musl", "codex"),
        Os::MacOs => ("darwin", "apple-darwin", "codex"),
        Os::Windows => ("win32", "pc-windows-msvc", "codex.exe"),
    };
    let vendor = format!("codex-{os}-{arch}/vendor/{}-{triple}", platform.arch);
    modules.join("@openai").join(vendor).join("bin").join(file)
}

/// An environment with this home and this PATH.
fn env(home: &Path, path: &str) -> Vec<(OsString, OsString)> {
    vec![("HOME".into(), home.into()), ("PATH".into(), path.into())]
}

fn first(env: &[(OsString, OsString)]) -> Option<PathBuf> {
    programs(NAME, env).into_iter().next()
}

#[test]
fn the_path_comes_first_and_then_the_usual_places() {
    let temp = tempfile::tempdir().unwrap();
    let home = temp.path();
    // From the last resort up: each new file is found before all earlier ones.
    let places = [
        ".linuxbrew/bin",
        ".nix-profile/bin",
        ".nodenv/shims",
        ".local/share/mise/shims",
        ".asdf/shims",
        ".nodenv/versions/22.1.0/bin",
        ".local/share/mise/installs/node/22.1.0/bin",
        ".asdf/installs/nodejs/22.1.0/bin",
        ".fnm/node-versions/v20.1.0/installation/bin",
        ".local/share/fnm/node-versions/v20.1.0/installation/bin",
        ".nvm/versions/node/v9.11.2/bin",
        ".nvm/versions/node/v18.2.0/bin",
        ".nvm/versions/node/v22.10.0/bin",
        "n/bin",
        ".cargo/bin",
        ".deno/bin",
        ".config/yarn/global/node_modules/.bin",
        ".yarn/bin",
        ".local/share/pnpm/bin",
        ".local/share/pnpm",
        ".volta/bin",
        ".bun/bin",
        ".claude/local",
        ".codex/bin",
        ".npm-packages/bin",
        ".npm-global/bin",
        "bin",
        ".local/bin",
    ];
    let off_path = env(home, "/nowhere");
    assert_eq!(first(&off_path), None);
    for (count, place) in places.into_iter().enumerate() {
        let file = home.join(place).join(NAME);
        put(&file, 0o755);
        let found = programs(NAME, &off_path);
        assert_eq!((found.first(), found.len()), (Some(&file), count + 1));
    }
    let on_path = home.join("on path");
    put(&on_path.join(NAME), 0o755);
    let path = format!(
        "/nowhere:{}:{}",
        on_path.display(),
        home.join(".local/bin").display()
    );
    assert_eq!(first(&env(home, &path)), Some(on_path.join(NAME)));
}

#[test]
fn the_places_of_a_mac_are_searched() {
    for place in [
        "Library/pnpm",
        "Library/pnpm/bin",
        "Library/Application Support/fnm/node-versions/v20.1.0/installation/bin",
    ] {
        let temp = tempfile::tempdir().unwrap();
        let file = temp.path().join(place).join(NAME);
        put(&file, 0o755);
        let found = programs_on(Os::MacOs, NAME, &env(temp.path(), "/nowhere"));
        assert_eq!(found, [file], "{place}");
    }
}

/// What Windows tells a program of a person with this home. Names of variables are of either case there.
fn env_of_windows(home: &Path, path: &str) -> Vec<(OsString, OsString)> {
    let local = home.join("AppData/Local");
    let roaming = home.join("AppData/Roaming");
    vec![
        ("Path".into(), path.into()),
        ("UserProfile".into(), home.into()),
        ("LOCALAPPDATA".into(), local.into()),
        ("APPDATA".into(), roaming.into()),
        ("ProgramFiles".into(), home.join("Program Files").into()),
        ("ChocolateyInstall".into(), home.join("chocolatey").into()),
        ("NVM_SYMLINK".into(), home.join("nodejs").into()),
    ]
}

#[test]
fn the_places_of_windows_are_searched_for_the_names_that_programs_have_there() {
    let temp = tempfile::tempdir().unwrap();
    let home = temp.path();
    let search = |path: &str| programs_on(Os::Windows, NAME, &env_of_windows(home, path));
    // From the last resort up, as on the others; what lies there is called in one of three ways.
    let places = [
        ("Program Files/nodejs", "cmd"),
        ("chocolatey/bin", "exe"),
        ("scoop/shims", "exe"),
        ("AppData/Local/mise/shims", "cmd"),
        ("AppData/Local/mise/installs/node/22.1.0", "cmd"),
        (
            "AppData/Roaming/fnm/node-versions/v20.1.0/installation",
            "cmd",
        ),
        ("AppData/Roaming/nvm/v9.11.2", "ps1"),
        ("AppData/Roaming/nvm/v22.10.0", "cmd"),
        ("nodejs", "cmd"),
        (".cargo/bin", "exe"),
        (".deno/bin", "cmd"),
        ("AppData/Local/Yarn/bin", "cmd"),
        ("AppData/Local/pnpm/bin", "cmd"),
        ("AppData/Local/pnpm", "cmd"),
        ("AppData/Local/Volta/bin", "exe"),
        (".bun/bin", "exe"),
        ("AppData/Local/Microsoft/WinGet/Links", "exe"),
        ("AppData/Roaming/npm", "ps1"),
        ("AppData/Local/Programs/codex", "exe"),
        ("AppData/Local/Programs/OpenAI/Codex/bin", "exe"),
        (".claude/local", "cmd"),
        (".codex/bin", "exe"),
        (".local/bin", "exe"),
    ];
    assert_eq!(search("/nowhere"), [""; 0].map(PathBuf::from));
    for (count, (place, ending)) in places.into_iter().enumerate() {
        let file = home.join(place).join(format!("{NAME}.{ending}"));
        put(&file, 0o644);
        let found = search("/nowhere");
        assert_eq!((found.first(), found.len()), (Some(&file), count + 1));
    }
    // What npm puts into one folder: the script without an ending is no program there.
    let npm = home.join("on path");
    for ending in ["", ".ps1", ".cmd", ".exe"] {
        put(&npm.join(format!("{NAME}{ending}")), 0o644);
    }
    let path = format!("relative;\"{}\";", npm.display());
    let found: Vec<_> = search(&path)
        .into_iter()
        .take_while(|file| file.starts_with(&npm))
        .collect();
    let names = [".exe", ".cmd", ".ps1"].map(|ending| npm.join(format!("{NAME}{ending}")));
    assert_eq!(found, names);
}

#[test]
fn the_prefix_of_npm_holds_the_commands_themselves_on_windows() {
    let temp = tempfile::tempdir().unwrap();
    let file = temp.path().join("tools").join(format!("{NAME}.cmd"));
    put(&file, 0o644);
    fs::write(temp.path().join(".npmrc"), "prefix=~/tools").unwrap();
    let env = env_of_windows(temp.path(), "");
    assert_eq!(programs_on(Os::Windows, NAME, &env), [file]);
}

#[test]
fn a_variable_that_moves_a_tool_is_followed() {
    for (variable, inside) in [
        ("NPM_CONFIG_PREFIX", "bin"),
        ("BUN_INSTALL", "bin"),
        ("VOLTA_HOME", "bin"),
        ("PNPM_HOME", "."),
        ("NVM_DIR", "versions/node/v22.1.0/bin"),
        ("FNM_DIR", "node-versions/v22.1.0/installation/bin"),
        ("ASDF_DATA_DIR", "installs/nodejs/22.1.0/bin"),
        ("MISE_DATA_DIR", "shims"),
        ("XDG_DATA_HOME", "pnpm"),
        ("HOMEBREW_PREFIX", "bin"),
    ] {
        let temp = tempfile::tempdir().unwrap();
        let (home, moved) = (temp.path().join("home"), temp.path().join("moved"));
        put(&moved.join(inside).join(NAME), 0o755);
        let mut env = env(&home, "/nowhere");
        assert_eq!(first(&env), None, "{variable}");
        env.push((variable.into(), moved.into()));
        assert!(first(&env).is_some(), "{variable}");
    }
}

#[test]
fn the_prefix_that_npm_was_told_is_searched() {
    for (line, place) in [
        ("prefix=~/tools", "tools/bin"),
        ("prefix = ${HOME}/tools", "tools/bin"),
        ("//registry/:_authToken=x\nprefix=\"HERE/far\"", "far/bin"),
    ] {
        let temp = tempfile::tempdir().unwrap();
        let home = temp.path();
        let file = home.join(place).join(NAME);
        put(&file, 0o755);
        let line = line.replace("HERE", &home.display().to_string());
        fs::write(home.join(".npmrc"), line).unwrap();
        assert_eq!(first(&env(home, "/nowhere")), Some(file));
    }
}

#[test]
fn what_cannot_be_run_is_not_found() {
    let temp = tempfile::tempdir().unwrap();
    let home = temp.path();
    put(&home.join("a").join(NAME), 0o644);
    fs::create_dir_all(home.join("b").join(NAME)).unwrap();
    fs::create_dir_all(home.join("c")).unwrap();
    symlink("gone", home.join("c").join(NAME)).unwrap();
    put(&home.join("d").join(NAME), 0o755);
    let path = ["a", "b", "c", "d"]
        .map(|folder| home.join(folder).display().to_string())
        .join(":");
    assert_eq!(
        programs(NAME, &env(home, &path)),
        [home.join("d").join(NAME)]
    );
}

#[test]
fn two_ways_to_one_file_are_one_program() {
    let temp = tempfile::tempdir().unwrap();
    let home = temp.path();
    put(&home.join(".local/bin").join(NAME), 0o755);
    fs::create_dir_all(home.join("bin")).unwrap();
    symlink(
        "../.local/bin/".to_owned() + NAME,
        home.join("bin").join(NAME),
    )
    .unwrap();
    assert_eq!(programs(NAME, &env(home, "/nowhere")).len(), 1);
}

#[test]
fn an_install_is_noticed_by_the_next_look() {
    let temp = tempfile::tempdir().unwrap();
    let file = temp.path().join("bin").join(NAME);
    let env = env(temp.path(), "/nowhere");
    assert_eq!(first(&env), None);
    put(&file, 0o755);
    assert_eq!(first(&env), Some(file.clone()));
    fs::remove_file(file).unwrap();
    assert_eq!(first(&env), None);
}

#[test]
fn a_relative_place_on_the_path_is_not_searched() {
    for path in ["", ".", "target", "::"] {
        assert!(programs("Cargo.toml", &env(Path::new("home"), path)).is_empty());
    }
}

#[test]
fn under_wsl_the_programs_of_windows_are_not_taken() {
    let env = |wsl: bool| -> Vec<(OsString, OsString)> {
        let path = ("PATH".into(), "/mnt/c/npm:/mnt/data/bin:/usr/bin".into());
        let distro = wsl.then(|| ("WSL_DISTRO_NAME".into(), "Debian".into()));
        [path].into_iter().chain(distro).collect()
    };
    let places = |wsl| {
        let path = env(wsl);
        on_path(Os::Linux, &path[0].1, &path)
    };
    assert_eq!(places(false).len(), 3);
    assert_eq!(
        places(true),
        ["/mnt/data/bin", "/usr/bin"].map(PathBuf::from)
    );
}

#[tokio::test]
async fn the_login_shell_is_asked_for_what_is_nowhere_else() {
    let house = House::new();
    let home = house.folder.path();
    let odd = home.join("odd place");
    put(&odd.join(NAME), 0o755);
    let shell = home.join("shell");
    // Chatty, and with a path only where it is interactive, as node version managers are.
    let script = format!(
        "#!/bin/sh\necho asked >> '{home}/asked'\necho Welcome\n\
         [ \"$2\" = -i ] && PATH='{odd}':$PATH\nfor last; do :; done\neval \"$last\"\n",
        home = home.display(),
        odd = odd.display()
    );
    put(&shell, 0o755);
    fs::write(&shell, script).unwrap();
    let mut env = env(home, "/usr/bin:/bin");
    env.push(("SHELL".into(), shell.into()));
    let finder = Finder::new(house.launcher.clone(), &env);
    let asked = || fs::read_to_string(home.join("asked")).unwrap_or_default();

    assert!(finder.find("sh").await.is_some());
    assert_eq!(asked(), "", "it is not asked for what is found");
    let (one, other) = tokio::join!(finder.find(NAME), finder.find(NAME));
    assert_eq!((one, other), (Some(odd.join(NAME)), Some(odd.join(NAME))));
    assert_eq!(finder.find("nothing-is-called-so").await, None);
    assert_eq!(asked(), "asked\n", "one answer serves all");
}

#[tokio::test]
async fn a_login_shell_that_cannot_answer_is_done_without() {
    // One that waits for somebody to type is not asked a second time.
    for (script, times) in [("exit 1", 2), ("echo nothing", 2), ("sleep 60", 1)] {
        let house = House::new();
        let home = house.folder.path();
        let shell = home.join("shell");
        put(&shell, 0o755);
        fs::write(
            &shell,
            format!("#!/bin/sh\necho x >> {}/asked\n{script}\n", home.display()),
        )
        .unwrap();
        let mut env = env(home, "/usr/bin:/bin");
        env.push(("SHELL".into(), shell.into()));
        let finder = Finder::new(house.launcher.clone(), &env);
        assert_eq!(finder.find(NAME).await, None);
        let asked = fs::read_to_string(home.join("asked")).unwrap();
        assert_eq!(asked.lines().count(), times, "{script}");
    }
}

#[tokio::test]
async fn a_script_is_given_a_path_with_its_own_node_and_a_native_program_none() {
    let house = House::new();
    let home = house.folder.path();
    let bin = home.join(".nvm/versions/node/v22.1.0/bin");
    let script = home.join(".npm-global/bin").join(NAME);
    put(&script, 0o755);
    put(&bin.join("node"), 0o755);
    let native = home.join("native");
    fs::write(&native, b"\x7fELF").unwrap();
    let finder = Finder::new(house.launcher.clone(), &env(home, "/nowhere"));
    let path = finder.path_for(&script).unwrap();
    let places: Vec<PathBuf> = std::env::split_paths(&path).collect();
    assert_eq!(
        places,
        [home.join(".npm-global/bin"), "/nowhere".into(), bin]
    );
    assert_eq!(finder.path_for(&native), None);
}

#[test]
fn behind_the_wrapper_of_a_package_manager_is_the_native_program() {
    let check = |wrapper: &str, link: &str, modules: &str| {
        let temp = tempfile::tempdir().unwrap();
        let home = temp.path().canonicalize().unwrap();
        put(&home.join(wrapper), 0o755);
        let command = home.join(link);
        fs::create_dir_all(command.parent().unwrap()).unwrap();
        symlink(home.join(wrapper), &command).unwrap();
        for platform in PLATFORMS {
            let none = native_codex_for(platform, &command);
            assert_eq!(none, command, "another platform's is not taken");
            let native = native_in(platform, &home.join(modules));
            put(&native, 0o755);
            assert_eq!(native_codex_for(platform, &command), native, "{link}");
        }
    };
    let nested = "lib/node_modules/@openai/codex/node_modules";
    check(
        "lib/node_modules/@openai/codex/bin/codex.js",
        "bin/codex",
        nested,
    );
    check(
        "node_modules/@openai/codex/bin/codex.js",
        "node_modules/.bin/codex",
        "node_modules",
    );
    let bun = ".bun/install/global/node_modules";
    check(
        &format!("{bun}/@openai/codex/bin/codex.js"),
        ".bun/bin/codex",
        bun,
    );
    let pnpm = ".pnpm/@openai+codex@0.169.0/node_modules";
    check(
        &format!("{pnpm}/@openai/codex/bin/codex.js"),
        "pnpm/codex",
        pnpm,
    );
}

/// A command of Windows, the modules that it belongs to, and whether the platform's package lies inside ours.
const ON_WINDOWS: &[(&str, &str, bool)] = &[
    (
        "AppData/Roaming/npm/codex.cmd",
        "AppData/Roaming/npm/node_modules",
        true,
    ),
    (
        "AppData/Roaming/npm/codex.ps1",
        "AppData/Roaming/npm/node_modules",
        false,
    ),
    (
        "project/node_modules/.bin/codex.cmd",
        "project/node_modules",
        false,
    ),
    (
        ".bun/bin/codex.exe",
        ".bun/install/global/node_modules",
        false,
    ),
    ("Yarn/bin/codex.cmd", "Yarn/Data/global/node_modules", false),
    (
        "Volta/bin/codex.exe",
        "Volta/tools/image/packages/@openai/codex/node_modules",
        true,
    ),
    ("pnpm/codex.cmd", "pnpm/global/5/node_modules", true),
];

#[test]
fn behind_a_script_of_windows_is_the_native_program_too() {
    for (command, modules, nested) in ON_WINDOWS {
        for arch in ["x86_64", "aarch64"] {
            let platform = Platform {
                os: Os::Windows,
                arch,
            };
            let temp = tempfile::tempdir().unwrap();
            let home = temp.path().canonicalize().unwrap();
            let (command, modules) = (home.join(command), home.join(modules));
            put(&command, 0o644);
            assert_eq!(native_codex_for(platform, &command), command);
            let package = modules.join("@openai/codex");
            fs::create_dir_all(&package).unwrap();
            let inside = package.join("node_modules");
            let native = native_in(platform, if *nested { &inside } else { &modules });
            put(&native, 0o644);
            assert_eq!(native_codex_for(platform, &command), native);
        }
    }
}

#[test]
fn a_native_program_and_a_wrapper_without_its_package_stay_themselves() {
    let temp = tempfile::tempdir().unwrap();
    let native = temp.path().join("bin/codex");
    put(&native, 0o755);
    assert_eq!(native_codex(&native), native);

    let wrapper = temp
        .path()
        .join("lib/node_modules/@openai/codex/bin/codex.js");
    put(&wrapper, 0o755);
    assert_eq!(native_codex(&wrapper), wrapper);

    let gone = temp.path().join("gone");
    assert_eq!(native_codex(&gone), gone);
}

#[test]
fn behind_a_volta_shim_and_a_pnpm_script_is_the_native_program_too() {
    let temp = tempfile::tempdir().unwrap();
    let home = temp.path().canonicalize().unwrap();

    let shim = home.join(".volta/bin/volta-shim");
    put(&shim, 0o755);
    let command = home.join(".volta/bin/codex");
    symlink(&shim, &command).unwrap();
    let package = home.join(".volta/tools/image/packages/@openai/codex/lib/node_modules");
    let native = native_in(Platform::HERE, &package.join("@openai/codex/node_modules"));
    put(&native, 0o755);
    assert_eq!(native_codex(&command), native);

    let command = home.join(".local/share/pnpm/codex");
    put(&command, 0o755);
    let global = home.join(".local/share/pnpm/global/5");
    let real = global.join(".pnpm/@openai+codex@0.169.0/node_modules");
    let native = native_in(Platform::HERE, &real);
    put(&native, 0o755);
    fs::create_dir_all(real.join("@openai/codex")).unwrap();
    fs::create_dir_all(global.join("node_modules/@openai")).unwrap();
    symlink(
        real.join("@openai/codex"),
        global.join("node_modules/@openai/codex"),
    )
    .unwrap();
    assert_eq!(native_codex(&command), native);
}
