//! Finding programs in made-up homes and package layouts.

use std::{
    env::consts,
    ffi::OsStr,
    fs,
    os::unix::fs::{PermissionsExt, symlink},
    path::{Path, PathBuf},
};
use switchboard_backends::process::find::{native_codex, program};

fn put(file: &Path, mode: u32) {
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, "#!/bin/sh\n").unwrap();
    fs::set_permissions(file, fs::Permissions::from_mode(mode)).unwrap();
}

/// The platform's package and the native program in it, as npm lays them out here.
fn native_in(modules: &Path) -> PathBuf {
    let arch = if consts::ARCH == "aarch64" {
        "arm64"
    } else {
        "x64"
    };
    let (os, triple) = match consts::OS {
        "macos" => ("darwin", "apple-darwin"),
        os => (os, "unknown-linux-musl"),
    };
    let vendor = format!("codex-{os}-{arch}/vendor/{}-{triple}", consts::ARCH);
    modules.join("@openai").join(vendor).join("bin/codex")
}

#[test]
fn the_path_comes_first_and_then_the_usual_places() {
    let temp = tempfile::tempdir().unwrap();
    let home = temp.path();
    let find = |path: &str| program("codex-for-a-test", Some(OsStr::new(path)), Some(home));
    // From the last resort up: each new file is found before all earlier ones.
    let places = [
        ".nvm/versions/node/v9.11.2/bin",
        ".nvm/versions/node/v18.2.0/bin",
        ".nvm/versions/node/v22.10.0/bin",
        ".volta/bin",
        ".bun/bin",
        ".npm-global/bin",
        ".local/bin",
    ];
    assert_eq!(find("/nowhere"), None);
    for place in places {
        let file = home.join(place).join("codex-for-a-test");
        put(&file, 0o755);
        assert_eq!(find("/nowhere"), Some(file));
    }
    let on_path = home.join("on path/codex-for-a-test");
    put(&on_path, 0o755);
    let path = format!(
        "/nowhere:{}:{}",
        home.join("on path").display(),
        home.join(".local/bin").display()
    );
    assert_eq!(find(&path), Some(on_path));
}

#[test]
fn what_cannot_be_run_is_not_found() {
    let temp = tempfile::tempdir().unwrap();
    let home = temp.path();
    put(&home.join("a/codex-for-a-test"), 0o644);
    fs::create_dir_all(home.join("b/codex-for-a-test")).unwrap();
    fs::create_dir_all(home.join("c")).unwrap();
    symlink("gone", home.join("c/codex-for-a-test")).unwrap();
    put(&home.join("d/codex-for-a-test"), 0o755);
    let path = ["a", "b", "c", "d"]
        .map(|folder| home.join(folder).display().to_string())
        .join(":");
    let found = program("codex-for-a-test", Some(OsStr::new(&path)), None);
    assert_eq!(found, Some(home.join("d/codex-for-a-test")));
}

#[test]
fn an_install_is_noticed_by_the_next_look() {
    let temp = tempfile::tempdir().unwrap();
    let file = temp.path().join("codex-for-a-test");
    let find = || program("codex-for-a-test", Some(temp.path().as_os_str()), None);
    assert_eq!(find(), None);
    put(&file, 0o755);
    assert_eq!(find(), Some(file.clone()));
    fs::remove_file(file).unwrap();
    assert_eq!(find(), None);
}

#[test]
fn a_relative_place_on_the_path_is_not_searched() {
    for path in ["", ".", "target", "::"] {
        assert_eq!(program("Cargo.toml", Some(OsStr::new(path)), None), None);
    }
}

#[test]
fn behind_the_wrapper_of_a_package_manager_is_the_native_program() {
    let check = |wrapper: &str, link: &str, modules: &str| {
        let temp = tempfile::tempdir().unwrap();
        let home = temp.path().canonicalize().unwrap();
        put(&home.join(wrapper), 0o755);
        let native = native_in(&home.join(modules));
        put(&native, 0o755);
        let command = home.join(link);
        fs::create_dir_all(command.parent().unwrap()).unwrap();
        symlink(home.join(wrapper), &command).unwrap();
        assert_eq!(native_codex(&command), native, "{link}");
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
