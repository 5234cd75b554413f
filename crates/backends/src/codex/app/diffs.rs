//! Changes to files, as Codex tells them and as we show them. Owns making a proper unified diff of what
//! Codex gives for a new or a deleted file, which is its bare content; never reads a file.

use std::path::Path;

use serde_json::Value;
use switchboard_model::item::FileChange;

use super::read::{at, list, maybe, text};

/// The changes of a `fileChange` item.
pub fn changes(item: &Value, cwd: &Path) -> Vec<FileChange> {
    list(item, "changes")
        .iter()
        .map(|change| self::change(change, cwd))
        .collect()
}

fn change(change: &Value, cwd: &Path) -> FileChange {
    let path = relative(text(change, "path"), cwd);
    let kind = at(change, "kind");
    let diff = text(change, "diff");
    match text(kind, "type") {
        "add" => FileChange {
            path,
            change: "add".into(),
            diff: whole(diff, '+'),
        },
        "delete" => FileChange {
            path,
            change: "delete".into(),
            diff: whole(diff, '-'),
        },
        "update" => match maybe(kind, "move_path") {
            // Both names, the new one last: a reader who shortens the path to its last part shows where the file is.
            Some(to) => FileChange {
                path: format!("{path} → {}", relative(to, cwd)),
                change: "move".into(),
                diff: without_move(diff),
            },
            None => FileChange {
                path,
                change: "update".into(),
                diff: given(diff),
            },
        },
        other => FileChange {
            path,
            change: other.to_owned(),
            diff: given(diff),
        },
    }
}

fn given(diff: &str) -> Option<String> {
    Some(diff.to_owned()).filter(|diff| !diff.is_empty())
}

/// Codex says once more, behind the diff, where a moved file went.
fn without_move(diff: &str) -> Option<String> {
    let end = diff
        .rfind("\n\nMoved to: ")
        .or_else(|| diff.starts_with("Moved to: ").then_some(0))
        .unwrap_or(diff.len());
    let diff = diff.get(..end)?.trim_end_matches('\n');
    (!diff.is_empty()).then(|| format!("{diff}\n"))
}

/// The unified diff of a whole file that comes (`+`) or goes (`-`). An empty file has none.
fn whole(content: &str, sign: char) -> Option<String> {
    if content.is_empty() {
        return None;
    }
    let complete = content.ends_with('\n');
    let body = content.strip_suffix('\n').unwrap_or(content);
    let lines = body.split('\n').count();
    let mut diff = if sign == '+' {
        format!("@@ -0,0 +1,{lines} @@\n")
    } else {
        format!("@@ -1,{lines} +0,0 @@\n")
    };
    diff.reserve(content.len() + lines + 32);
    for line in body.split('\n') {
        diff.push(sign);
        diff.push_str(line);
        diff.push('\n');
    }
    if !complete {
        diff.push_str("\\ No newline at end of file\n");
    }
    Some(diff)
}

/// The path as seen from the working folder, if it lies inside it.
pub fn relative(path: &str, cwd: &Path) -> String {
    Path::new(path)
        .strip_prefix(cwd)
        .ok()
        .filter(|inside| !inside.as_os_str().is_empty())
        .and_then(Path::to_str)
        .unwrap_or(path)
        .to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn bare_content_becomes_a_diff_and_a_diff_stays_one() {
        let add = json!({ "type": "add" });
        let update = json!({ "type": "update", "move_path": null });
        let moved = json!({ "type": "update", "move_path": "/w/to/b.txt" });
        for (kind, diff, expected) in [
            (
                &add,
                "a\nb\n",
                ("add", "a.txt", Some("@@ -0,0 +1,2 @@\n+a\n+b\n")),
            ),
            (
                &add,
                "a",
                (
                    "add",
                    "a.txt",
                    Some("@@ -0,0 +1,1 @@\n+a\n\\ No newline at end of file\n"),
                ),
            ),
            (
                &add,
                "\n\n",
                ("add", "a.txt", Some("@@ -0,0 +1,2 @@\n+\n+\n")),
            ),
            (
                &add,
                "a\r\n",
                ("add", "a.txt", Some("@@ -0,0 +1,1 @@\n+a\r\n")),
            ),
            (&add, "", ("add", "a.txt", None)),
            // A file that holds a diff is content, too.
            (
                &add,
                "@@ -1 +1 @@\n",
                ("add", "a.txt", Some("@@ -0,0 +1,1 @@\n+@@ -1 +1 @@\n")),
            ),
            (
                &json!({ "type": "delete" }),
                "-x\ny\n",
                ("delete", "a.txt", Some("@@ -1,2 +0,0 @@\n--x\n-y\n")),
            ),
            (
                &update,
                "@@ -1 +1 @@\n-1\n+2\n",
                ("update", "a.txt", Some("@@ -1 +1 @@\n-1\n+2\n")),
            ),
            (
                &moved,
                "@@ -1 +1 @@\n-1\n+2\n\n\nMoved to: /w/to/b.txt",
                ("move", "a.txt → to/b.txt", Some("@@ -1 +1 @@\n-1\n+2\n")),
            ),
            (
                &moved,
                "\n\nMoved to: /w/to/b.txt",
                ("move", "a.txt → to/b.txt", None),
            ),
            (
                &json!({ "type": "link" }),
                "?",
                ("link", "a.txt", Some("?")),
            ),
        ] {
            let item = json!({ "changes": [{ "path": "/w/a.txt", "kind": kind, "diff": diff }] });
            let (change, path, diff) = expected;
            let expected = FileChange {
                path: path.into(),
                change: change.into(),
                diff: diff.map(str::to_owned),
            };
            assert_eq!(changes(&item, Path::new("/w")), [expected]);
        }
    }

    #[test]
    fn a_path_outside_the_folder_stays_whole() {
        for (path, expected) in [
            ("/w/a/b", "a/b"),
            ("/w", "/w"),
            ("/without/a", "/without/a"),
            ("already/relative", "already/relative"),
            ("", ""),
        ] {
            assert_eq!(relative(path, Path::new("/w")), expected);
        }
    }
}
