//! Names that don't belong in the code: assistants (they are rows), paths of one machine, colours
//! (they are tokens).

use super::{Finding, Tree};

const HANDLES: [&str; 3] = ["chatgpt", "gemini", "claude"];
const NEUTRAL: [&str; 3] = ["engine", "server", "store"];

pub fn no_assistant_is_named_in_code(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut report = |path: &str, line: usize, handle: &str| {
        let message =
            format!("the handle \"{handle}\" in code: assistants are rows, only compose names one");
        found.push(Finding::new(path, line + 1, message));
    };
    for (file, source) in tree
        .product()
        .filter(|(file, _)| NEUTRAL.contains(&file.krate()))
    {
        for (line, text) in source
            .strings
            .iter()
            .filter(|(line, _)| !source.is_test(*line))
        {
            if let Some(handle) = HANDLES
                .iter()
                .find(|handle| text == *handle || mentions(text, handle))
            {
                report(&file.path, *line, handle);
            }
        }
    }
    for file in page(tree) {
        for (line, code) in without_comments(&file.text).iter().enumerate() {
            let quoted = |handle: &str| {
                ["\"", "'", "`"]
                    .iter()
                    .any(|q| code.contains(&format!("{q}{handle}{q}")))
            };
            if let Some(handle) = HANDLES
                .iter()
                .find(|handle| quoted(handle) || mentions(code, handle))
            {
                report(&file.path, line, handle);
            }
        }
    }
    found
}

/// `@handle` as a word; `@handle/package` is npm's.
fn mentions(text: &str, handle: &str) -> bool {
    let mention = format!("@{handle}");
    text.match_indices(&mention).any(|(at, _)| {
        !text[at + mention.len()..]
            .starts_with(|c: char| c.is_alphanumeric() || c == '/' || c == '_' || c == '-')
    })
}

/// The page's sources that ship.
fn page(tree: &Tree) -> impl Iterator<Item = &super::File> {
    let sources = tree
        .files
        .iter()
        .filter(|file| file.path.starts_with("web/src/"));
    sources.filter(|file| {
        let path = &file.path;
        let code = ["ts", "tsx", "css"]
            .iter()
            .any(|extension| file.is(extension));
        code && !path.contains(".test.")
            && !path.contains("/fixtures/")
            && !path.ends_with("/generated.ts")
    })
}

/// TypeScript's and CSS's comments blanked; a URL's `//` is no comment.
fn without_comments(text: &str) -> Vec<String> {
    let mut inside = false;
    text.lines()
        .map(|line| {
            let mut code = String::new();
            let mut rest = line;
            loop {
                if inside {
                    let Some((_, after)) = rest.split_once("*/") else {
                        break;
                    };
                    (inside, rest) = (false, after);
                }
                let Some((before, after)) = rest.split_once("/*") else {
                    code += rest;
                    break;
                };
                code += before;
                (inside, rest) = (true, after);
            }
            let comment = code
                .match_indices("//")
                .find(|(at, _)| !code[..*at].ends_with(':'))
                .map(|(at, _)| at);
            code[..comment.unwrap_or(code.len())].to_owned()
        })
        .collect()
}

/// Folders that exist on one machine only. Split so that this line doesn't find itself.
const MACHINE: [&str; 4] = [
    concat!("/wo", "rk/"),
    concat!("/ro", "ot/"),
    concat!("/tmp/br", "ief"),
    concat!("../sh", "ared/"),
];

pub fn no_path_of_this_machine(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in &tree.files {
        for (line, text) in file.text.lines().enumerate() {
            let starts = |at: usize| {
                !text[..at].ends_with(|c: char| c.is_alphanumeric() || "/.-_~$}".contains(c))
            };
            let broken = |path: &&&str| text.match_indices(**path).any(|(at, _)| starts(at));
            if let Some(path) = MACHINE.iter().find(broken) {
                found.push(Finding::new(
                    &file.path,
                    line + 1,
                    format!("{path} is a path of one machine"),
                ));
            }
        }
    }
    found
}

pub fn colours_are_tokens(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in page(tree).filter(|file| !file.path.ends_with("/tokens.css")) {
        for (line, code) in without_comments(&file.text).iter().enumerate() {
            // A selector such as `#add` is no colour, its declaration `color: #add` is.
            let value = if file.is("css") {
                code.split_once(':').map_or("", |(_, value)| value)
            } else {
                code
            };
            if is_colour(value, file.is("css")) {
                let message = "a colour outside tokens.css: use a variable, so that light and dark stay in step";
                found.push(Finding::new(&file.path, line + 1, message));
            }
        }
    }
    found
}

fn is_colour(text: &str, css: bool) -> bool {
    let function = ["rgb(", "rgba(", "hsl(", "hsla(", "oklch(", "oklab("]
        .iter()
        .any(|name| text.contains(name));
    let hex = text.match_indices('#').any(|(at, _)| {
        let after = &text[at + 1..];
        let digits = after.chars().take_while(char::is_ascii_hexdigit).count();
        let ends = !after[digits..]
            .starts_with(|c: char| c.is_alphanumeric() || c == '-' || c == '_' || c == '.');
        let quoted = text[..at].ends_with(['"', '\'', '`']);
        matches!(digits, 3 | 4 | 6 | 8) && ends && (css || quoted)
    });
    function || hex
}

#[cfg(test)]
mod tests {
    use super::super::tests::lines;
    use super::*;

    #[test]
    fn a_handle_in_neutral_code_is_found() {
        let rule = no_assistant_is_named_in_code;
        let text = "let a = \"chatgpt\"; // \"claude\"\nlet b = \"ask @gemini now\";\nlet c = \"npm i @claude/x chatgpt.com\";\n#[cfg(test)]\nmod tests { const A: &str = \"claude\"; }";
        assert_eq!(lines(rule, "crates/engine/src/a.rs", text), [1, 2]);
        assert!(lines(rule, "crates/backends/src/a.rs", text).is_empty());
        let page = "// 'claude'\nif (handle === 'chatgpt') {}\n<p>Write @claude</p>\n/* @gemini\n@gemini */ const u = 'https://chatgpt.com'";
        assert_eq!(lines(rule, "web/src/features/chat/a.tsx", page), [2, 3]);
        assert!(lines(rule, "web/src/features/chat/a.test.tsx", page).is_empty());
    }

    #[test]
    fn a_path_of_one_machine_is_found_in_any_text() {
        let path = MACHINE[0];
        let text = format!("see {path}main\n`{path}x`\n/home/ada{path}x\n~{path}\n");
        assert_eq!(lines(no_path_of_this_machine, "README.md", &text), [1, 2]);
    }

    #[test]
    fn a_colour_outside_the_tokens_is_found() {
        let css = "#add { margin: 0 }\n.a { color: #add }\n.b { background: rgb(1 2 3) }\n.c { color: var(--text) } /* #fff */";
        assert_eq!(lines(colours_are_tokens, "web/src/ui/a.css", css), [2, 3]);
        assert!(lines(colours_are_tokens, "web/src/ui/tokens.css", css).is_empty());
        let tsx = "style={{ color: '#ff00aa' }}\nhref=\"#facade1\"\nfixes #123\ndocument.querySelector('#root')";
        assert_eq!(lines(colours_are_tokens, "web/src/ui/a.tsx", tsx), [1]);
    }
}
