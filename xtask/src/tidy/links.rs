//! Where the documents lead: every link to something of ours finds it. Never looks at the web.

use std::path::{Component, Path, PathBuf};

use super::{File, Finding, Tree};
use crate::repo;

/// Links in Markdown to files and headings of this repository.
pub fn documents_lead_somewhere(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.ending("md") {
        let mut fenced = false;
        for (at, line) in file.text.lines().enumerate() {
            if line.trim_start().starts_with("```") {
                fenced = !fenced;
            }
            if fenced {
                continue;
            }
            for target in targets(line).filter(|target| !leads_somewhere(tree, file, target)) {
                let message = format!("{target} leads nowhere: correct the link");
                findings.push(Finding::new(&file.path, at + 1, message));
            }
        }
    }
    findings
}

/// What a line links to that is ours.
fn targets(line: &str) -> impl Iterator<Item = &str> {
    let after = |mark: &'static str, end: char| {
        line.match_indices(mark)
            .filter_map(move |(at, _)| line[at + mark.len()..].split(end).next())
    };
    after("](", ')')
        .chain(after("src=\"", '"'))
        .chain(after("srcset=\"", '"'))
        .filter(|target| !target.contains("://") && !target.starts_with("mailto:"))
        // Code that only looks like a link.
        .filter(|target| !target.is_empty() && !target.contains([' ', '`', '…']))
}

fn leads_somewhere(tree: &Tree, from: &File, target: &str) -> bool {
    let (path, heading) = target.split_once('#').unwrap_or((target, ""));
    let folder = Path::new(&from.path).parent().unwrap_or(Path::new(""));
    let path = if path.is_empty() {
        PathBuf::from(&from.path)
    } else {
        plain(&folder.join(path))
    };
    let document = tree.files.iter().find(|file| Path::new(&file.path) == path);
    match (document, heading) {
        (Some(document), heading) if !heading.is_empty() => {
            document.text.lines().any(|line| anchor(line) == heading)
        }
        // Folders and pictures are no text, so the tree has them not.
        (found, _) => found.is_some() || repo::root().join(path).exists(),
    }
}

/// Without `..`.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                plain.pop();
            }
            Component::CurDir => {}
            part => plain.push(part),
        }
    }
    plain
}

/// What a heading is called in a link; nothing for other lines.
fn anchor(line: &str) -> String {
    let Some(heading) = line.strip_prefix('#') else {
        return String::new();
    };
    heading
        .trim_start_matches('#')
        .trim()
        .to_lowercase()
        .chars()
        .filter_map(|c| match c {
            ' ' => Some('-'),
            c if c.is_alphanumeric() || c == '-' || c == '_' => Some(c),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::lines;
    use super::*;

    #[test]
    fn a_link_to_nothing_is_found_and_one_to_a_file_or_a_heading_is_not() {
        let text = "# Where to go\n\
                    [a](#where-to-go) [b](../README.md) ![c](../docs) [d](https://example.org/x)\n\
                    [gone](gone.md)\n\
                    <img src=\"gone.png\"> [heading](#gone)\n\
                    ```\n[code](gone.md)\n```\n";
        let found = lines(documents_lead_somewhere, "docs/page.md", text);
        assert_eq!(found, [3, 4, 4]);
    }

    #[test]
    fn a_heading_is_called_as_its_host_calls_it() {
        assert_eq!(anchor("## The way back"), "the-way-back");
        assert_eq!(anchor("## @gemini, or `x`?"), "gemini-or-x");
        assert_eq!(anchor("text"), "");
    }
}
