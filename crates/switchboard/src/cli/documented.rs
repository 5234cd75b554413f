//! The command lines that skills and the guide of detached turns tell others to type: each is read out of the text and has to parse.

use std::{
    fs,
    path::{Path, PathBuf},
};

use clap::{CommandFactory as _, Parser as _};

use super::Args;

/// What stands for an id.
const ID: &str = "01a22450-544f-7543-af41-4eff72e5833d";

fn texts() -> Vec<(PathBuf, String)> {
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
fn calls(text: &str) -> Vec<Vec<String>> {
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

/// Whether a command is only spoken of, as in "`switchboard new` hands a prompt to Codex".
fn is_a_name(call: &[String]) -> bool {
    let mut known = Args::command();
    call[1..].iter().all(|word| {
        let inner = known.find_subcommand(word).cloned();
        inner.map(|inner| known = inner).is_some()
    })
}

#[test]
fn every_command_line_in_the_skills_and_their_guide_parses() {
    let mut parsed = 0;
    let mut wrong = Vec::new();
    for (path, text) in texts() {
        for call in calls(&text) {
            let place = format!("{}: {}", path.display(), call.join(" "));
            if is_a_name(&call) {
                continue;
            }
            let filled = call.iter().map(|word| match word.as_str() {
                "TURN" | "THREAD" => ID,
                word => word,
            });
            match Args::try_parse_from(filled) {
                Ok(_) => parsed += 1,
                Err(error) => wrong.push(format!("{place}\n{error}")),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(parsed >= 80, "{parsed} lines were found");
}

#[test]
fn calls_are_found_where_they_stand_and_taken_apart_as_a_shell_does() {
    let text = "Run `switchboard list` and not `git switchboard`.\n\
                ```sh\n\
                A=$(switchboard new \"a | b\" 'c d' | jq -r .x)   # switchboard no\n\
                git diff | switchboard new - <<'END'\n\
                switchboard inside\n\
                END\n\
                switchboard wait \\\n  \"$A\" --timeout 1\n\
                ```\n\
                ```json\nswitchboard no\n```\n";
    let expected = [
        "switchboard list",
        "switchboard new a | b c d",
        "switchboard new -",
        "switchboard wait $A --timeout 1",
    ];
    let found: Vec<_> = calls(text).iter().map(|words| words.join(" ")).collect();
    assert_eq!(found, expected);
}
