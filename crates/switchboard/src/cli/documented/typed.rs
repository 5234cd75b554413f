//! The command lines in the skills and in the guide of detached turns, read out of the text. For tests: one has them parsed, another
//! runs them.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// The texts, each with its file.
pub fn texts() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut paths = vec![root.join("docs/user/detached-turns.md")];
    let mut folders = vec![root.join("skills")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                paths.push(path);
            }
        }
    }
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).unwrap();
        (path, text)
    };
    paths.into_iter().map(read).collect()
}

/// The calls of `switchboard` in a text: in blocks of code, and in code inside a line.
pub fn calls(text: &str) -> Vec<Vec<String>> {
    let mut all = Vec::new();
    let mut shell = None;
    let mut document = None::<String>;
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(end) = &document {
            if line.trim() == end {
                document = None;
            }
        } else if let Some(language) = line.trim_start().strip_prefix("```") {
            let none = ["sh", "console", ""].contains(&language);
            shell = if shell.is_some() { None } else { Some(none) };
        } else if shell == Some(true) {
            let mut whole = line.to_owned();
            while whole.ends_with('\\') {
                whole.pop();
                whole.push_str(lines.next().unwrap());
            }
            document = whole
                .split_once("<<'")
                .map(|(_, end)| end.trim_end_matches('\'').to_owned());
            all.extend(commands(&whole));
        } else if shell.is_none() {
            all.extend(line.split('`').skip(1).step_by(2).flat_map(commands));
        }
    }
    all.retain(|words| words.first().is_some_and(|word| word == "switchboard"));
    all
}

/// The commands of a line, each with its words, as a shell would take them apart.
pub fn commands(line: &str) -> Vec<Vec<String>> {
    let mut all = vec![Vec::new()];
    let mut word = None::<String>;
    let mut chars = line.chars().peekable();
    let mut end = |word: &mut Option<String>, next: bool| {
        all.last_mut().unwrap().extend(word.take());
        if next {
            all.push(Vec::new());
        }
    };
    while let Some(c) = chars.next() {
        match c {
            '\'' | '"' => {
                let quoted = chars.by_ref().take_while(|inner| *inner != c);
                word.get_or_insert_default().extend(quoted);
            }
            '#' if word.is_none() => break,
            ' ' => end(&mut word, false),
            '|' | ';' | '&' | '(' | ')' | '<' | '>' => end(&mut word, true),
            c => word.get_or_insert_default().push(c),
        }
    }
    end(&mut word, false);
    all
}
