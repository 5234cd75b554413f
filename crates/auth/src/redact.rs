//! Takes secrets out of text that is not ours, such as a program's last words, before it is logged, stored
//! or shown. Errs on the side of taking out too much; never promises to find what looks like nothing.

use crate::secret::Kind;

const REDACTED: &str = "[redacted]";

/// How secrets of others begin: API keys, refresh tokens, signed tokens.
const PREFIXES: [&str; 11] = [
    "sk-",
    "rt_",
    "eyJ",
    "ghp_",
    "gho_",
    "ghs_",
    "github_pat_",
    "AIza",
    "ya29.",
    "xoxb-",
    "whsec_",
];

/// Fewer characters than this behind a prefix are a word like `sk-learn`, not a secret.
const SECRET_LENGTH: usize = 12;

/// What names of values that are secret end with, in lower case.
const NAMES: [&str; 9] = [
    "token",
    "secret",
    "password",
    "passwd",
    "api_key",
    "api-key",
    "apikey",
    "private_key",
    "credential",
];

/// Headers whose whole line is secret.
const HEADERS: [&str; 4] = [
    "authorization",
    "proxy-authorization",
    "cookie",
    "set-cookie",
];

/// The text with what looks like a secret replaced by `[redacted]`. Takes time in proportion to it.
pub fn redact(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut after_scheme = false;
    while let Some(first) = rest.chars().next() {
        if after_scheme {
            after_scheme = false;
            if let Some((user, skipped)) = password_in_authority(rest) {
                out.push_str(user);
                out.push(':');
                out.push_str(REDACTED);
                rest = &rest[skipped..];
                continue;
            }
        }
        if !first.is_ascii_alphanumeric() {
            after_scheme = rest.starts_with("://");
            let length = if after_scheme { 3 } else { first.len_utf8() };
            out.push_str(&rest[..length]);
            rest = &rest[length..];
            continue;
        }
        if let Some(length) = secret_length(rest) {
            out.push_str(REDACTED);
            rest = &rest[length..];
            continue;
        }
        let word = &rest[..run(rest, is_word)];
        out.push_str(word);
        rest = &rest[word.len()..];
        if let Some((gap, value)) = value_of(word, rest) {
            out.push_str(&rest[..gap]);
            out.push_str(REDACTED);
            rest = &rest[gap + value..];
        }
    }
    out
}

/// The length of the secret that a text starts with, known by its prefix.
fn secret_length(text: &str) -> Option<usize> {
    let ours = Kind::ALL.into_iter().map(Kind::prefix);
    let prefix = PREFIXES
        .into_iter()
        .chain(ours)
        .find(|prefix| text.starts_with(prefix))?;
    let body = run(&text[prefix.len()..], |c| is_word(c) || ".+/=~".contains(c));
    (body >= SECRET_LENGTH).then_some(prefix.len() + body)
}

/// Behind a word that announces a secret: how far the secret is, and how long.
fn value_of(word: &str, rest: &str) -> Option<(usize, usize)> {
    let name = word.to_ascii_lowercase();
    if name == "bearer" {
        let gap = run(rest, |c| c == ' ');
        let value = run(&rest[gap..], |c| !c.is_whitespace() && !"\"',".contains(c));
        return (gap > 0 && value >= SECRET_LENGTH).then_some((gap, value));
    }
    let is_header = HEADERS.contains(&name.as_str());
    if !is_header && !NAMES.iter().any(|ending| name.ends_with(ending)) {
        return None;
    }
    // `name=value`, `name: value`, `"name": "value"`, and the same with escaped quotes.
    let quotes = |c| "\\\"' ".contains(c);
    let before = run(rest, quotes);
    let mark = rest[before..].starts_with(['=', ':']).then_some(1)?;
    let gap = before + mark + run(&rest[before + mark..], quotes);
    let value = run(&rest[gap..], |c| {
        if is_header {
            c != '\n' && c != '"'
        } else {
            !c.is_whitespace() && !"\\\"'`,;&)}]".contains(c)
        }
    });
    (value > 0).then_some((gap, value))
}

/// In what follows `://`: the user name, and how far it and the password reach.
fn password_in_authority(text: &str) -> Option<(&str, usize)> {
    let authority = &text[..run(text, |c| !c.is_whitespace() && !"/?#\"'<>".contains(c))];
    let (login, _) = authority.rsplit_once('@')?;
    let (user, _) = login.split_once(':')?;
    Some((user, login.len()))
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '-'
}

/// The length of the longest start of a text that has only such characters.
fn run(text: &str, belongs: impl Fn(char) -> bool) -> usize {
    text.find(|c| !belongs(c)).unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_looks_like_a_secret_is_taken_out() {
        let token = format!("sbt_{}", "aB3-_".repeat(9));
        for (text, expected) in [
            (format!("got {token}, no"), "got [redacted], no"),
            (
                format!("/sign-in#{}", token.replace("sbt", "sbl")),
                "/sign-in#[redacted]",
            ),
            ("key sk-proj-abcdefghijklmnop.".to_owned(), "key [redacted]"),
            (
                "OPENAI_API_KEY=sk-abcdefghijklmnop codex".to_owned(),
                "OPENAI_API_KEY=[redacted] codex",
            ),
            (
                "Authorization: Bearer abc.def.ghi\nnext".to_owned(),
                "Authorization: [redacted]\nnext",
            ),
            (
                "with bearer abcdefghijklmnop".to_owned(),
                "with bearer [redacted]",
            ),
            (
                r#"{"access_token": "abc", "n": 1, "refresh_token":"d"}"#.to_owned(),
                r#"{"access_token": "[redacted]", "n": 1, "refresh_token":"[redacted]"}"#,
            ),
            (
                r#"body: {\"client_secret\":\"abc\"}"#.to_owned(),
                r#"body: {\"client_secret\":\"[redacted]\"}"#,
            ),
            ("?token=abc&x=1".to_owned(), "?token=[redacted]&x=1"),
            ("cookie: sb=abc; other=1".to_owned(), "cookie: [redacted]"),
            (
                "postgres://me:pa:ss@db.example/x".to_owned(),
                "postgres://me:[redacted]@db.example/x",
            ),
            (
                "jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc_def".to_owned(),
                "jwt [redacted]",
            ),
        ] {
            assert_eq!(redact(&text), expected);
        }
    }

    #[test]
    fn ordinary_words_stay() {
        for text in [
            "exit status 1: no such file or directory (os error 2)",
            "token count 500, max_tokens=4, a token is missing",
            "sk-learn and task-force at https://example.com:8080/a@b?x=1",
            "the bearer of news: Bearer",
            "你好 sk- é eyJ \"secret\"",
            "",
        ] {
            assert_eq!(redact(text), text);
        }
    }

    proptest! {
        #[test]
        fn no_text_is_too_strange(text in any::<String>()) {
            redact(&text);
        }

        #[test]
        fn a_secret_of_ours_never_survives(
            before in "[^a-zA-Z0-9]{0,5}",
            body in "[A-Za-z0-9_-]{43}",
            after in any::<String>(),
        ) {
            for kind in Kind::ALL {
                let secret = format!("{}{body}", kind.prefix());
                let text = format!("{before}{secret}{after}");
                prop_assert!(!redact(&text).contains(&secret));
            }
        }
    }
}
