//! Names of environment variables that an MCP server may be given. Owns which are never handed on.

/// The longest name.
const LIMIT: usize = 128;

/// Beginnings of the names of Switchboard's own variables, of the assistants' logins, and of those that change what a
/// program loads.
const NEVER: &[&str] = &[
    "SWITCHBOARD_",
    "CODEX_",
    "OPENAI_",
    "CHATGPT_",
    "ANTHROPIC_",
    "CLAUDE_",
    "GEMINI_",
    "GOOGLE_",
    "PG",
    "LD_",
    "DYLD_",
    "NODE_",
    "BASH_",
    "PYTHON",
];

/// Whether a variable of that name may be handed on. The error says why not.
pub(super) fn check(name: &str) -> Result<(), String> {
    let fits = (1..=LIMIT).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        && !name.starts_with(|c: char| c.is_ascii_digit());
    if !fits {
        return Err(
            "give only the name of a variable, such as NOTES_TOKEN; its value stays in the server's environment"
                .to_owned(),
        );
    }
    let upper = name.to_ascii_uppercase();
    if let Some(never) = NEVER.iter().find(|never| upper.starts_with(**never)) {
        return Err(format!(
            "{name} is never handed on, as nothing that begins with {never} is; give the value a variable of its own"
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_of_ours_is_no_servers_variable() {
        for (name, fits) in [
            ("NOTES_TOKEN", true),
            ("GITHUB_TOKEN", true),
            ("_x1", true),
            ("SWITCHBOARD_DATABASE", false),
            ("switchboard_home", false),
            ("OPENAI_API_KEY", false),
            ("CODEX_HOME", false),
            ("GEMINI_API_KEY", false),
            ("GOOGLE_API_KEY", false),
            ("ANTHROPIC_API_KEY", false),
            ("PGPASSWORD", false),
            ("LD_PRELOAD", false),
            ("NODE_OPTIONS", false),
            ("BASH_ENV", false),
            ("", false),
            ("A=B", false),
            ("1A", false),
            ("sk-live-1234", false),
        ] {
            assert_eq!(check(name).is_ok(), fits, "{name}");
        }
    }
}
