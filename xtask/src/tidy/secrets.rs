//! Log lines carry no secret: no field, argument or placeholder of a log macro has a secret's name.
//! What reaches a log some other way is a test's business, not a word search's.

use super::{Finding, Tree, has_word, rust};

const MACROS: [&str; 6] = ["trace", "debug", "info", "warn", "error", "event"];
const NAMES: &[&str] = &[
    "token",
    "secret",
    "password",
    "passphrase",
    "access_token",
    "refresh_token",
    "id_token",
    "api_key",
    "client_secret",
    "authorization",
    "cookie",
    "session_secret",
    "credential",
    "credentials",
];

pub fn log_lines_carry_no_secret(tree: &Tree) -> Vec<Finding> {
    tree.product()
        .flat_map(|(file, source)| {
            let lines = source
                .shipped()
                .filter(|(_, code)| is_log(code))
                .map(|(line, _)| line);
            let leaks = lines.filter_map(|line| Some((line, leak(&source, line)?)));
            let findings = leaks.map(|(line, name)| {
                Finding::new(
                    &file.path,
                    line + 1,
                    format!("a log line with `{name}`: log its id, never the secret"),
                )
            });
            findings.collect::<Vec<_>>()
        })
        .collect()
}

fn is_log(code: &str) -> bool {
    MACROS.iter().any(|name| {
        code.match_indices(&format!("{name}!("))
            .any(|(at, _)| !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_'))
    })
}

/// The secret's name in the macro call that begins on `line`.
fn leak(source: &rust::Source, line: usize) -> Option<&'static str> {
    let end = source.end_of_item(line);
    let code = source.code[line..=end].join("\n");
    let strings = || {
        source
            .strings
            .iter()
            .filter(|(at, _)| (line..=end).contains(at))
    };
    let placeholder = |text: &str, name: &str| {
        text.match_indices(&format!("{{{name}"))
            .any(|(at, found)| text[at + found.len()..].starts_with(['}', ':']))
    };
    // `token.id` is the id that the finding asks for.
    let named = |name: &str| has_word(&code.replace(&format!("{name}.id"), ""), name);
    NAMES
        .iter()
        .copied()
        .find(|name| named(name) || strings().any(|(_, text)| placeholder(text, name)))
}

#[cfg(test)]
mod tests {
    use super::super::tests::lines;
    use super::*;

    #[test]
    fn a_secret_in_a_log_line_is_found() {
        let rule = log_lines_carry_no_secret;
        for (text, found) in [
            ("tracing::info!(token = %token, \"made\");", vec![1]),
            (
                "x();\nwarn!(\n    turn.id = %id,\n    \"bad {api_key:?}\"\n);",
                vec![2],
            ),
            ("debug!(?request.authorization);", vec![1]),
            (
                "tracing::info!(token.id = %id, \"a token was made\");",
                vec![],
            ),
            (
                "tracing::info!(token_id = %id, \"a token was made\");",
                vec![],
            ),
            (
                "let token = a();\ntracing::info!(\"made\");\nuse_it(token);",
                vec![],
            ),
            ("assert_error!(token);", vec![]),
        ] {
            assert_eq!(lines(rule, "crates/auth/src/a.rs", text), found, "{text}");
        }
    }
}
