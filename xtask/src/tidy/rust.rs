//! Rust source as tidy sees it: code without comments and strings, the strings apart, and which lines
//! are tests. A scanner, not a parser: enough to tell words in code from words in text.

/// One file.
pub struct Source {
    /// Code only: comments are gone, every string is `""`. One entry per line of the file.
    pub code: Vec<String>,
    /// Contents of string literals, with the line on which each begins, counted from 0.
    pub strings: Vec<(usize, String)>,
    test: Vec<bool>,
}

impl Source {
    pub fn parse(path: &str, text: &str) -> Self {
        let mut scan = Scan {
            rest: text,
            code: vec![String::new()],
            strings: Vec::new(),
        };
        while scan.step() {}
        let all = is_test_file(path);
        let mut test = vec![all; scan.code.len()];
        if !all {
            mark_test_items(&scan.code, &mut test);
        }
        Self {
            code: scan.code,
            strings: scan.strings,
            test,
        }
    }

    /// Whether the line, counted from 0, is in a test, in a test folder or in the test kit.
    pub fn is_test(&self, line: usize) -> bool {
        self.test.get(line).copied().unwrap_or_default()
    }

    /// Lines of code that ship, counted from 0.
    pub fn shipped(&self) -> impl Iterator<Item = (usize, &str)> {
        self.code
            .iter()
            .enumerate()
            .filter(|(line, _)| !self.is_test(*line))
            .map(|(line, code)| (line, code.as_str()))
    }

    /// The last line of the item that starts at `line`: where its first brace closes, or its semicolon.
    pub fn end_of_item(&self, line: usize) -> usize {
        end_of_item(&self.code, line)
    }
}

fn is_test_file(path: &str) -> bool {
    path.contains("/tests/")
        || path.contains("/benches/")
        || path.ends_with("/tests.rs")
        || path.starts_with("crates/testkit/")
}

fn mark_test_items(code: &[String], test: &mut [bool]) {
    let mut line = 0;
    while line < code.len() {
        let mut end = line;
        if code[line].contains("#[cfg(test)]") {
            end = end_of_item(code, line);
            test[line..=end].fill(true);
        }
        line = end + 1;
    }
}

fn end_of_item(code: &[String], from: usize) -> usize {
    let mut depth = 0_i32;
    // Parentheses and brackets may hold semicolons: `[u8; 4]`.
    let mut inner = 0_i32;
    for (line, text) in code.iter().enumerate().skip(from) {
        for c in text.chars() {
            match c {
                '(' | '[' => inner += 1,
                ')' | ']' => inner -= 1,
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            if (c == '}' && depth <= 0) || (c == ';' && depth == 0 && inner == 0) {
                return line;
            }
        }
    }
    code.len().saturating_sub(1)
}

struct Scan<'a> {
    rest: &'a str,
    code: Vec<String>,
    strings: Vec<(usize, String)>,
}

impl Scan<'_> {
    /// Takes the next character, comment or literal; false at the end.
    fn step(&mut self) -> bool {
        let Some(c) = self.rest.chars().next() else {
            return false;
        };
        if self.rest.starts_with("//") {
            self.skip(self.rest.find('\n').unwrap_or(self.rest.len()));
        } else if self.rest.starts_with("/*") {
            self.skip(block_comment(self.rest));
        } else if let Some((open, close)) = self.raw_string() {
            let body = self.rest[open..]
                .find(&close)
                .map_or(self.rest.len(), |at| open + at);
            self.string(open, body, close.len());
        } else if c == '"' {
            let body = string_end(self.rest);
            self.string(1, body, 1);
        } else if c == '\'' {
            self.skip(char_literal(self.rest).unwrap_or(1));
        } else {
            self.push(c);
            self.rest = &self.rest[c.len_utf8()..];
        }
        true
    }

    /// `r"`, `r#"`, `br##"`: the length of the opening and the text that closes it.
    fn raw_string(&self) -> Option<(usize, String)> {
        let before = self.code.last()?.chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_') {
            return None;
        }
        let prefix = ["r", "br", "cr"].into_iter().find(|prefix| {
            self.rest
                .strip_prefix(prefix)
                .is_some_and(|rest| rest.trim_start_matches('#').starts_with('"'))
        })?;
        let rest = &self.rest[prefix.len()..];
        let hashes = rest.len() - rest.trim_start_matches('#').len();
        Some((
            prefix.len() + hashes + 1,
            format!("\"{}", "#".repeat(hashes)),
        ))
    }

    fn string(&mut self, open: usize, body: usize, close: usize) {
        self.strings
            .push((self.code.len() - 1, self.rest[open..body].to_owned()));
        self.push('"');
        self.push('"');
        self.skip((body + close).min(self.rest.len()));
    }

    /// Leaves `bytes` out of the code but for their line ends.
    fn skip(&mut self, bytes: usize) {
        let (skipped, rest) = self.rest.split_at(bytes);
        skipped.matches('\n').for_each(|_| self.push('\n'));
        self.rest = rest;
    }

    fn push(&mut self, c: char) {
        if c == '\n' {
            self.code.push(String::new());
        } else if let Some(line) = self.code.last_mut() {
            line.push(c);
        }
    }
}

/// Block comments nest.
fn block_comment(text: &str) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        if rest.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

/// The place of the closing quote.
fn string_end(text: &str) -> usize {
    let mut escaped = true; // the opening quote
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at,
            _ => {}
        }
    }
    text.len()
}

/// The length of `'a'` or `'\n'`; none for a lifetime.
fn char_literal(text: &str) -> Option<usize> {
    let body = &text[1..];
    if let Some(escape) = body.strip_prefix('\\') {
        // The escaped character itself may be a quote.
        let first = escape.chars().next()?.len_utf8();
        return Some(2 + first + escape[first..].find('\'')? + 1);
    }
    let one = body.chars().next()?.len_utf8();
    body[one..].starts_with('\'').then_some(one + 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(text: &str) -> Source {
        Source::parse("crates/a/src/lib.rs", text)
    }

    #[test]
    fn comments_and_strings_are_not_code() {
        for (text, code, strings) in [
            ("let a = 1; // unsafe", "let a = 1; ", vec![]),
            ("a /* x /* y */ \" */ b", "a  b", vec![]),
            (r#"f("a \" // b", c)"#, r#"f("", c)"#, vec![r#"a \" // b"#]),
            (
                r##"f(r#"raw " quote"#)"##,
                r#"f("")"#,
                vec![r#"raw " quote"#],
            ),
            (
                r#"f(b"bytes", br"raw")"#,
                r#"f(b"", "")"#,
                vec!["bytes", "raw"],
            ),
            (r#"for"x""#, r#"for"""#, vec!["x"]),
            ("'\"' '\\'' 'a: \"b\"", "  a: \"\"", vec!["b"]),
            ("'\\u{1F600}' x", " x", vec![]),
            ("\"open", "\"\"", vec!["open"]),
        ] {
            let source = source(text);
            assert_eq!(source.code, [code], "{text}");
            assert_eq!(
                source
                    .strings
                    .iter()
                    .map(|(_, text)| text.as_str())
                    .collect::<Vec<_>>(),
                strings,
                "{text}"
            );
        }
    }

    #[test]
    fn lines_stay_where_they_are() {
        let source = source("/*\n*/ a\n\"x\ny\" b\n// c\nd");
        assert_eq!(source.code, ["", " a", "\"\"", " b", "", "d"]);
        assert_eq!(source.strings, [(2, "x\ny".to_owned())]);
    }

    #[test]
    fn a_test_module_ends_where_its_brace_closes() {
        let source = source(
            "fn a() {}\n#[cfg(test)]\nmod tests {\n  fn b() { let x = \"}\"; }\n}\nfn c() {}",
        );
        let test: Vec<bool> = (0..6).map(|line| source.is_test(line)).collect();
        assert_eq!(test, [false, true, true, true, true, false]);
    }

    #[test]
    fn a_test_item_without_a_body_ends_at_its_semicolon() {
        let source = source("#[cfg(test)]\nmod tests;\nfn a() {}");
        assert_eq!((source.is_test(1), source.is_test(2)), (true, false));
    }

    #[test]
    fn folders_of_tests_and_the_test_kit_are_tests() {
        for (path, test) in [
            ("crates/a/tests/it/main.rs", true),
            ("crates/a/src/b/tests.rs", true),
            ("crates/testkit/src/lib.rs", true),
            ("crates/a/src/contests.rs", false),
        ] {
            assert_eq!(Source::parse(path, "fn a() {}").is_test(0), test, "{path}");
        }
    }
}
