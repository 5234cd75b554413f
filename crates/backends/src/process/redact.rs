//! Text of strangers made fit to be stored and shown. Owns what looks like a secret; errs towards hiding
//! too much.

const HIDDEN: &str = "[redacted]";

/// A word that starts like this and goes on for a while is a key of some vendor.
const KEY_PREFIXES: &[&str] = &[
    "sk-",
    "sess-",
    "rt_",
    "rt.",
    "ghp_",
    "gho_",
    "github_pat_",
    "xoxb-",
    "xoxp-",
    "AIza",
    "ya29.",
];
/// A name that ends like this, followed by `:` or `=`, announces a secret.
const SECRET_NAMES: &[&str] = &[
    "token",
    "secret",
    "password",
    "passwd",
    "api_key",
    "api-key",
    "apikey",
    "authorization",
    "cookie",
];

/// Replaces bearer tokens, API keys, JWTs, values of secret-looking names, and passwords in URLs.
pub fn redact(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    // The word before the current one, and what stands between the two.
    let (mut previous, mut between) = ("", "");
    let mut rest = text;
    while !rest.is_empty() {
        let word_end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(word_end);
        if !word.is_empty() {
            let hide = is_key(word)
                || is_announced(word, previous, between)
                || is_password_in_url(between, previous, after);
            out.push_str(if hide { HIDDEN } else { word });
            previous = word;
        }
        let gap_end = after.find(is_word).unwrap_or(after.len());
        (between, rest) = after.split_at(gap_end);
        out.push_str(between);
    }
    out
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_-.~+/".contains(c)
}

fn is_key(word: &str) -> bool {
    let jwt = word.starts_with("eyJ") && (word.matches('.').count() >= 2 || word.len() >= 40);
    jwt || KEY_PREFIXES
        .iter()
        .any(|prefix| word.starts_with(prefix) && word.len() >= prefix.len() + 8)
}

fn is_announced(word: &str, previous: &str, between: &str) -> bool {
    let previous = previous.to_ascii_lowercase();
    let scheme = |word: &str| {
        ["bearer", "basic"]
            .iter()
            .any(|scheme| word.eq_ignore_ascii_case(scheme))
    };
    if scheme(word) {
        return false;
    }
    let assigned = between.contains([':', '=']) && between.chars().all(|c| " :=\"'\\".contains(c));
    (scheme(&previous) && between.chars().all(char::is_whitespace) && word.len() >= 8)
        || (assigned && SECRET_NAMES.iter().any(|name| previous.ends_with(name)))
}

/// In `http://user:password@host` the name ends in `//user`, as slashes belong to words.
fn is_password_in_url(between: &str, previous: &str, after: &str) -> bool {
    between == ":" && previous.starts_with("//") && after.starts_with('@')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_hidden_and_the_rest_is_kept() {
        let check = |text: &str, expected: &str| assert_eq!(redact(text), expected);
        check("", "");
        check(
            "thread 'main' panicked at src/main.rs:3:5",
            "thread 'main' panicked at src/main.rs:3:5",
        );
        check(
            "Authorization: Bearer abc.DEF-123~x",
            "Authorization: Bearer [redacted]",
        );
        check(
            "bearer abcdefgh1234, then more",
            "bearer [redacted], then more",
        );
        check("the bearer of news", "the bearer of news");
        check("key sk-proj-abcdefgh1234 refused", "key [redacted] refused");
        check(
            "invalid key: sk-test-***bcdef",
            "invalid key: sk-test-***bcdef",
        );
        check("got eyJhbGciOi.eyJzdWIi.c2ln!", "got [redacted]!");
        check(
            r#"{"refresh_token": "one-two","id":7}"#,
            r#"{"refresh_token": "[redacted]","id":7}"#,
        );
        check("OPENAI_API_KEY=whatever x", "OPENAI_API_KEY=[redacted] x");
        check(
            "via http://me:hush@proxy:3128/",
            "via http://me:[redacted]@proxy:3128/",
        );
        check(
            "your refresh token was already used",
            "your refresh token was already used",
        );
        check("naïve – ünïcode ✓", "naïve – ünïcode ✓");
    }

    #[test]
    fn a_secret_is_hidden_wherever_it_stands() {
        for around in [
            ("", ""),
            ("(", ")"),
            ("\n", "\n"),
            ("\"", "\""),
            ("x=", "&y"),
            ("→", "←"),
        ] {
            let text = format!("{}sk-0123456789abcdef{}", around.0, around.1);
            assert_eq!(redact(&text), format!("{}{HIDDEN}{}", around.0, around.1));
        }
    }
}
