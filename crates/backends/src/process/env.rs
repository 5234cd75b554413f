//! The environment of an outside program. Owns the list of what a program may know of ours; never hands on
//! anything that is not on it, so a new secret of ours is safe without anybody thinking of it.

use std::ffi::OsString;

/// Variables that programs need to find themselves, their home, their network and their keyring.
const ALLOWED: &[&str] = &[
    "PATH",
    "HOME",
    "USERPROFILE",
    "LANG",
    "LANGUAGE",
    "TERM",
    "TMPDIR",
    // The way out, where there is a proxy; programs disagree about the case.
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "all_proxy",
    "no_proxy",
    // Whom to trust, where there is a private authority.
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "NODE_EXTRA_CA_CERTS",
    "CODEX_CA_CERTIFICATE",
    // The desktop's keyring, where a CLI may keep its sign-in.
    "DBUS_SESSION_BUS_ADDRESS",
    "XDG_RUNTIME_DIR",
];

/// What of `parent` an outside program gets. Its own settings, such as a home of its own, are added by the
/// caller.
pub fn child_env(parent: impl Iterator<Item = (OsString, OsString)>) -> Vec<(OsString, OsString)> {
    parent
        .filter(|(name, _)| name.to_str().is_some_and(is_allowed))
        .collect()
}

fn is_allowed(name: &str) -> bool {
    ALLOWED.contains(&name) || name.starts_with("LC_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_listed_reaches_a_program() {
        let check = |name: &str, passes: bool| {
            let given = vec![(OsString::from(name), OsString::from("value"))];
            let expected = if passes { given.clone() } else { Vec::new() };
            assert_eq!(child_env(given.into_iter()), expected, "{name}");
        };
        for name in ALLOWED.iter().chain(&["LC_ALL", "LC_CTYPE"]) {
            check(name, true);
        }
        let never = [
            "OPENAI_API_KEY",
            "CODEX_API_KEY",
            "CODEX_HOME",
            "ANTHROPIC_API_KEY",
            "ANTHROPIC_AUTH_TOKEN",
            "GEMINI_API_KEY",
            "GOOGLE_API_KEY",
            "SWITCHBOARD_DATABASE",
            "SWITCHBOARD_HOME",
            "AWS_SECRET_ACCESS_KEY",
            "LD_PRELOAD",
            "NODE_OPTIONS",
            "BASH_ENV",
            "path",
            "LCX",
            "",
        ];
        for name in never {
            check(name, false);
        }
    }

    #[test]
    fn a_value_need_not_be_text() {
        use std::os::unix::ffi::OsStringExt;
        let home = (OsString::from("HOME"), OsString::from_vec(vec![b'/', 0xff]));
        assert_eq!(child_env([home.clone()].into_iter()), vec![home]);
    }
}
