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

/// What of its environment a process of ours passes on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Passes {
    /// What is on the list.
    #[default]
    Listed,
    /// All that is no secret by its name or its looks: for programs that work for whoever started us, as if they had started
    /// them.
    AllButSecrets,
}

impl Passes {
    /// What of `parent` an outside program gets.
    pub fn of(
        self,
        parent: impl Iterator<Item = (OsString, OsString)>,
    ) -> Vec<(OsString, OsString)> {
        match self {
            Self::Listed => child_env(parent),
            Self::AllButSecrets => parent
                .filter(|(name, value)| match (name.to_str(), value.to_str()) {
                    (Some(name), _) if is_allowed(name) => true,
                    (Some(name), Some(value)) => !is_secret(name, value),
                    _ => false,
                })
                .collect(),
        }
    }
}

/// Words in the names of variables that hold secrets.
const SECRET_WORDS: &[&str] = &[
    "KEY",
    "KEYS",
    "APIKEY",
    "TOKEN",
    "TOKENS",
    "SECRET",
    "SECRETS",
    "PASSWORD",
    "PASSWD",
    "PASS",
    "PASSPHRASE",
    "CREDENTIAL",
    "CREDENTIALS",
    "AUTH",
    "BEARER",
    "JWT",
    "PAT",
    "COOKIE",
    "SESSION",
];

/// Beginnings of names that say which provider, account or home a program uses, or what it loads: whatever they hold, it is not
/// for a program whose login and home are given.
const OTHERS_BUSINESS: &[&str] = &[
    "OPENAI_",
    "AZURE_OPENAI_",
    "CODEX_",
    "ANTHROPIC_",
    "CLAUDE_",
    "GEMINI_",
    "SWITCHBOARD_",
    "LD_",
    "DYLD_",
];

fn is_secret(name: &str, value: &str) -> bool {
    let name = name.to_uppercase();
    let by_name = name.split(['_', '-', '.']).any(|word| {
        SECRET_WORDS.contains(&word) || word.ends_with("TOKEN") || word.ends_with("PASSWORD")
    });
    // postgres://user:password@host
    let userinfo = value
        .split_once("://")
        .and_then(|(_, rest)| rest.split(['/', '?']).next()?.split_once('@'));
    let by_looks = userinfo.is_some_and(|(user, _)| user.contains(':'));
    by_name
        || by_looks
        || OTHERS_BUSINESS.iter().any(|start| name.starts_with(start))
        || matches!(name.as_str(), "NODE_OPTIONS" | "BASH_ENV" | "ENV")
}

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
    fn all_but_secrets_reaches_a_program_of_whoever_started_us() {
        let check = |name: &str, value: &str, passes: bool| {
            let given = vec![(OsString::from(name), OsString::from(value))];
            let expected = if passes { given.clone() } else { Vec::new() };
            let got = Passes::AllButSecrets.of(given.into_iter());
            assert_eq!(got, expected, "{name}={value}");
        };
        for name in [
            "PATH",
            "CARGO_HOME",
            "VIRTUAL_ENV",
            "JAVA_HOME",
            "EDITOR",
            "PWD",
            "KEYBOARD",
            "COLORTERM",
            "XDG_RUNTIME_DIR",
            "HTTPS_PROXY",
            "CODEX_CA_CERTIFICATE",
        ] {
            check(name, "value", true);
        }
        check("DOCS_URL", "https://docs.example.org/a@b:c", true);
        check("DATABASE_URL", "postgres://mara:secret@db/chat", false);
        for name in [
            "OPENAI_API_KEY",
            "CODEX_API_KEY",
            "OPENAI_BASE_URL",
            "CODEX_HOME",
            "AWS_SECRET_ACCESS_KEY",
            "AWS_SESSION_TOKEN",
            "GITHUB_TOKEN",
            "NPM_AUTHTOKEN",
            "PGPASSWORD",
            "GOOGLE_APPLICATION_CREDENTIALS",
            "SWITCHBOARD_DATABASE",
            "ANTHROPIC_AUTH_TOKEN",
            "openai_api_key",
            "LD_PRELOAD",
            "BASH_ENV",
        ] {
            check(name, "value", false);
        }
    }

    #[test]
    fn a_value_need_not_be_text() {
        use std::os::unix::ffi::OsStringExt;
        let home = (OsString::from("HOME"), OsString::from_vec(vec![b'/', 0xff]));
        assert_eq!(child_env([home.clone()].into_iter()), vec![home]);
    }
}
