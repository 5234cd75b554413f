//! Where package managers, node version managers and installers put commands, system by system. Facts only; [`super`] reads
//! them.

use super::Layout;

pub(super) static UNIX: Layout = Layout {
    home: "HOME",
    at_home: &[
        ".local/bin",
        "bin",
        ".npm-global/bin",
        ".npm-packages/bin",
        ".codex/bin",
        ".claude/local",
    ],
    in_prefix: "bin",
    tools: &[
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
    ],
    of_system: &[
        "/usr/local/bin",
        "/opt/homebrew/bin",
        "/home/linuxbrew/.linuxbrew/bin",
        "/opt/local/bin",
        "/run/current-system/sw/bin",
        "/nix/var/nix/profiles/default/bin",
        "/usr/bin",
        "/snap/bin",
    ],
};

pub(super) static WINDOWS: Layout = Layout {
    home: "USERPROFILE",
    at_home: &[".local/bin", ".codex/bin", ".claude/local"],
    in_prefix: "",
    tools: &[
        // The installer of Codex, and the one before it.
        (
            "LOCALAPPDATA",
            &["AppData/Local"],
            "Programs/OpenAI/Codex/bin",
        ),
        ("LOCALAPPDATA", &["AppData/Local"], "Programs/codex"),
        ("APPDATA", &["AppData/Roaming"], "npm"),
        ("LOCALAPPDATA", &["AppData/Local"], "Microsoft/WinGet/Links"),
        ("BUN_INSTALL", &[".bun"], "bin"),
        ("VOLTA_HOME", &["AppData/Local/Volta"], "bin"),
        ("PNPM_HOME", &["AppData/Local/pnpm"], ""),
        ("PNPM_HOME", &["AppData/Local/pnpm"], "bin"),
        ("LOCALAPPDATA", &["AppData/Local"], "Yarn/bin"),
        ("DENO_INSTALL", &[".deno"], "bin"),
        ("CARGO_HOME", &[".cargo"], "bin"),
        // nvm's version in use, then the others.
        ("NVM_SYMLINK", &[], ""),
        ("NVM_HOME", &["AppData/Roaming/nvm"], "*"),
        (
            "FNM_DIR",
            &["AppData/Roaming/fnm"],
            "node-versions/*/installation",
        ),
        ("MISE_DATA_DIR", &["AppData/Local/mise"], "installs/node/*"),
        ("MISE_DATA_DIR", &["AppData/Local/mise"], "shims"),
        ("SCOOP", &["scoop"], "shims"),
        ("ChocolateyInstall", &[], "bin"),
        ("ProgramFiles", &[], "nodejs"),
    ],
    of_system: &[],
};
