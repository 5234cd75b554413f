//! The names of our environment variables: which are settings, and which only look like it. Never reads
//! the environment itself.

use std::ffi::OsString;

use figment::providers::Env;

/// What variables of settings begin with.
const PREFIX: &str = "SWITCHBOARD_";

/// `SWITCHBOARD_LISTEN`, `SWITCHBOARD_PROVIDERS__CHATGPT__BACKEND`, … Other variables with the prefix
/// (`SWITCHBOARD_HOME`, those of the tests) are not settings.
pub fn settings() -> Env {
    Env::prefixed(PREFIX)
        .filter(|key| is_setting(key.as_str()))
        .split("__")
}

/// Whether a variable with this name behind the prefix is a setting.
fn is_setting(key: &str) -> bool {
    const NAMES: [&str; 9] = [
        "database",
        "listen",
        "public_url",
        "insecure_http",
        "expose",
        "workspace",
        "disk_floor",
        "limits",
        "providers",
    ];
    let key = key.to_ascii_lowercase();
    NAMES
        .iter()
        .any(|name| key == *name || key.starts_with(&format!("{name}__")))
}

/// The variables with the prefix that are neither settings nor known for something else.
pub fn strangers(env: &[(OsString, OsString)]) -> Vec<String> {
    // A command inside a turn has the marks of its turn and thread, an MCP server that of its user.
    const KNOWN: [&str; 5] = ["HOME", "LOG", "TURN", "THREAD", "TOOLS"];
    let names = env.iter().filter_map(|(name, _)| name.to_str());
    let stranger = |name: &&str| {
        let Some(key) = name.strip_prefix(PREFIX) else {
            return false;
        };
        let ours = ["TEST_", "FUZZ_"]
            .iter()
            .any(|tests| key.starts_with(tests));
        !ours && !KNOWN.contains(&key) && !is_setting(key)
    };
    names.filter(stranger).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_that_looks_like_a_setting_and_is_none_is_noticed() {
        let names = [
            "SWITCHBOARD_LISEN",
            "SWITCHBOARD_LISTEN",
            "SWITCHBOARD_LIMITS__MOST",
            "SWITCHBOARD_LIMIT__MOST",
            "SWITCHBOARD_HOME",
            "SWITCHBOARD_LOG",
            "SWITCHBOARD_TURN",
            "SWITCHBOARD_THREAD",
            "SWITCHBOARD_TOOLS",
            "SWITCHBOARD_TEST_SEED",
            "SWITCHBOARD_FUZZ_SEED",
            "PATH",
        ];
        let env = names.map(|name| (name.into(), "x".into()));
        assert_eq!(
            strangers(&env),
            ["SWITCHBOARD_LISEN", "SWITCHBOARD_LIMIT__MOST"]
        );
    }
}
