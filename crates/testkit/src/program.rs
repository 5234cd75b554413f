//! A fake `codex` as a shell script: it reads its prompt, and says what `codex exec --json` would. For
//! what no real assistant does on demand, and where a test needs hundreds of turns.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

/// What every script may use: `$prompt`, `$asked` (the last line of it), `$here` (a folder of the test's
/// own), and functions that print events. `"$here"` on a command line marks a process as the test's.
const PRELUDE: &str = r#"#!/bin/sh
if [ "$1" = --version ]; then echo "codex-cli 0.169.0"; exit 0; fi
here=$(dirname "$0")
prompt=$(cat)
asked=${prompt##*"
"}
begin() { printf '{"type":"thread.started","thread_id":"s-%s"}\n{"type":"turn.started"}\n' "$$"; }
say() { printf '{"type":"item.completed","item":{"id":"t%s","type":"agent_message","text":"%s"}}\n' "$1" "$2"; }
command_item() { printf '{"type":"item.%s","item":{"id":"c","type":"command_execution","command":"%s","aggregated_output":"%s","exit_code":null,"status":"in_progress"}}\n' "$1" "$2" "$3"; }
end() { printf '{"type":"turn.completed","usage":{}}\n'; }
failed() { printf '{"type":"turn.failed","error":{"message":"%s"}}\n' "$1"; }
"#;

/// Writes the script into a folder below `house`; where it is.
pub fn write(house: &Path, body: &str) -> PathBuf {
    file(house, "codex", &format!("{PRELUDE}{body}\n"))
}

/// Writes a script without any prelude; where it is.
pub fn plain(house: &Path, name: &str, body: &str) -> PathBuf {
    file(house, name, &format!("#!/bin/sh\n{body}\n"))
}

fn file(house: &Path, name: &str, text: &str) -> PathBuf {
    let folder = house.join("program");
    fs::create_dir_all(&folder).unwrap();
    let path = folder.join(name);
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}
