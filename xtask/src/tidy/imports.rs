//! Who may import whom: the table of ARCHITECTURE.md as code, compared with what cargo says. The walls
//! between crates are worth what this file checks.

use serde_json::Value;

use super::{File, Finding, Tree, rust};

/// What each crate may import of ours.
const OURS: &[(&str, &[&str])] = &[
    ("switchboard-model", &[]),
    ("switchboard-store", &["switchboard-model"]),
    (
        "switchboard-auth",
        &["switchboard-model", "switchboard-store"],
    ),
    (
        "switchboard-engine",
        &["switchboard-model", "switchboard-store"],
    ),
    (
        "switchboard-backends",
        &[
            "switchboard-model",
            "switchboard-engine",
            "switchboard-auth",
        ],
    ),
    (
        "switchboard-gateway",
        &["switchboard-model", "switchboard-store", "switchboard-auth"],
    ),
    (
        "switchboard-server",
        &[
            "switchboard-model",
            "switchboard-store",
            "switchboard-engine",
            "switchboard-auth",
            "switchboard-gateway",
        ],
    ),
    (
        "switchboard",
        &[
            "switchboard-model",
            "switchboard-store",
            "switchboard-auth",
            "switchboard-engine",
            "switchboard-backends",
            "switchboard-gateway",
            "switchboard-server",
            "switchboard-upstream",
        ],
    ),
    ("switchboard-upstream", &[]),
    (
        "switchboard-testkit",
        &[
            "switchboard-model",
            "switchboard-store",
            "switchboard-auth",
            "switchboard-engine",
            "switchboard-backends",
            "switchboard-gateway",
            "switchboard-server",
            "switchboard-upstream",
        ],
    ),
    ("switchboard-bench", &["switchboard-upstream"]),
    ("xtask", &[]),
];

/// Which crates alone may ship with an outside crate: one wall per row.
const OUTSIDE: &[(&str, &[&str])] = &[
    // The testkit makes databases of a test's own.
    ("sqlx", &["switchboard-store", "switchboard-testkit"]),
    ("async-nats", &["switchboard-store"]),
    (
        "axum",
        &[
            "switchboard-server",
            "switchboard-upstream",
            "switchboard-bench",
        ],
    ),
    (
        "reqwest",
        &[
            "switchboard-auth",
            "switchboard-gateway",
            "switchboard-backends",
            "switchboard-testkit",
        ],
    ),
    (
        "anyhow",
        &[
            "switchboard",
            "switchboard-testkit",
            "switchboard-bench",
            "xtask",
        ],
    ),
];

/// The pure crate: rules without IO.
const PURE: &str = "switchboard-model";
const IO: &[&str] = &[
    "tokio",
    "tokio-util",
    "futures-util",
    "sqlx",
    "axum",
    "hyper",
    "reqwest",
    "rustix",
    "tracing",
];

const TESTKIT: &str = "switchboard-testkit";

pub fn crates_import_only_what_the_table_allows(tree: &Tree) -> Vec<Finding> {
    let packages = tree.metadata["packages"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    packages
        .iter()
        .flat_map(|package| package_findings(tree, package))
        .collect()
}

fn package_findings(tree: &Tree, package: &Value) -> Vec<Finding> {
    let name = package["name"].as_str().unwrap_or_default();
    let path = manifest(tree, name);
    let Some((_, allowed)) = OURS.iter().find(|(krate, _)| *krate == name) else {
        let message =
            format!("crate {name} is not in the import table (xtask/src/tidy/imports.rs)");
        return vec![Finding::new(path, 1, message)];
    };
    let dependencies = package["dependencies"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    dependencies
        .iter()
        .filter_map(|dependency| {
            let other = dependency["name"].as_str()?;
            let dev = dependency["kind"].as_str() == Some("dev");
            let message = complaint(name, allowed, other, dev)?;
            let text = tree
                .files
                .iter()
                .find(|file| file.path == path)
                .map_or("", |file| &file.text);
            let line = text
                .lines()
                .position(|line| line.starts_with(other))
                .unwrap_or(0);
            Some(Finding::new(path, line + 1, message))
        })
        .collect()
}

fn complaint(name: &str, allowed: &[&str], other: &str, dev: bool) -> Option<String> {
    if other.starts_with("switchboard") {
        let fine = allowed.contains(&other)
            || (dev && (other == TESTKIT || other == "switchboard-upstream"));
        return (!fine).then(|| {
            format!("{name} may not import {other}: see the import table of ARCHITECTURE.md")
        });
    }
    if dev {
        return None;
    }
    if name == PURE && IO.contains(&other) {
        return Some(format!(
            "{name} is rules without IO and may not use {other}"
        ));
    }
    let (_, users) = OUTSIDE.iter().find(|(krate, _)| *krate == other)?;
    (!users.contains(&name))
        .then(|| format!("only {} may use {other}, not {name}", users.join(", ")))
}

fn manifest<'a>(tree: &'a Tree, name: &str) -> &'a str {
    let line = format!("name = \"{name}\"");
    let manifests = &mut tree.ending("toml");
    manifests
        .find(|file| file.text.lines().any(|text| text == line))
        .map_or("Cargo.toml", |file| &file.path)
}

/// What a server of ours is compared with runs without anything of ours.
const COMPARED: &str = "crates/bench/src/cli.rs";

/// Only backends names the types that start programs; everybody else asks it.
pub fn processes_start_in_backends_only(tree: &Tree) -> Vec<Finding> {
    let message = "only switchboard-backends starts processes: ask backends::process";
    in_shipped_code(tree, message, |file, code| {
        file.krate() != "backends"
            && file.path != COMPARED
            && (code.contains("tokio::process")
                || code.contains("process::Command")
                || code.contains("process::Child")
                || (code.contains("process::{")
                    && (code.contains("Command") || code.contains("Child"))))
    })
}

/// A unit test that used the kit would see two copies of its own crate.
pub fn testkit_stays_in_tests(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for (file, source) in tree.product() {
        if file.krate() == "testkit" || file.path.contains("/tests/") {
            continue;
        }
        for (line, code) in source.code.iter().enumerate() {
            if code.contains("switchboard_testkit") {
                found.push(Finding::new(
                    &file.path,
                    line + 1,
                    "testkit is for `tests/` folders only",
                ));
            }
        }
    }
    found
}

fn in_shipped_code(tree: &Tree, message: &str, broken: fn(&File, &str) -> bool) -> Vec<Finding> {
    let of_file = |(file, source): (&File, rust::Source)| {
        let lines: Vec<usize> = source
            .shipped()
            .filter(|(_, code)| broken(file, code))
            .map(|(line, _)| line + 1)
            .collect();
        lines
            .into_iter()
            .map(|line| Finding::new(&file.path, line, message))
            .collect::<Vec<_>>()
    };
    tree.product().flat_map(of_file).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::lines;
    use super::*;

    /// The messages about one crate with one dependency.
    fn about(name: &str, dependency: &str, kind: Option<&str>) -> Vec<String> {
        let manifest = format!(
            "[package]\nname = \"{name}\"\n[dependencies]\n{dependency}.workspace = true\n"
        );
        let mut tree = Tree::of(&[("crates/x/Cargo.toml", &manifest)]);
        tree.metadata = json!({"packages": [{"name": name, "dependencies": [{"name": dependency, "kind": kind}]}]});
        crates_import_only_what_the_table_allows(&tree)
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn an_import_that_the_table_has_not_is_refused_at_its_line() {
        let found = about("switchboard-server", "switchboard-backends", None);
        let expected = "crates/x/Cargo.toml:4: switchboard-server may not import switchboard-backends: see the \
                        import table of ARCHITECTURE.md";
        assert_eq!(found, [expected]);
    }

    #[test]
    fn the_table_holds_for_our_crates_and_for_others() {
        for (name, dependency, kind, allowed) in [
            ("switchboard-engine", "switchboard-store", None, true),
            ("switchboard-engine", "switchboard-auth", None, false),
            (
                "switchboard-store",
                "switchboard-testkit",
                Some("dev"),
                true,
            ),
            ("switchboard-store", "switchboard-testkit", None, false),
            (
                "switchboard-store",
                "switchboard-server",
                Some("dev"),
                false,
            ),
            ("switchboard-model", "serde", None, true),
            ("switchboard-model", "tokio", None, false),
            ("switchboard-model", "tokio", Some("dev"), true),
            ("switchboard-store", "sqlx", None, true),
            ("switchboard-server", "sqlx", None, false),
            ("switchboard-upstream", "axum", None, true),
            ("switchboard-engine", "axum", None, false),
            ("switchboard-store", "reqwest", None, false),
            ("switchboard-engine", "anyhow", None, false),
            ("stranger", "serde", None, false),
        ] {
            assert_eq!(
                about(name, dependency, kind).is_empty(),
                allowed,
                "{name} -> {dependency}"
            );
        }
    }

    #[test]
    fn a_process_outside_backends_is_found() {
        let rule = processes_start_in_backends_only;
        let path = "crates/server/src/a.rs";
        assert_eq!(lines(rule, path, "\nuse tokio::process::Command;"), [2]);
        assert_eq!(
            lines(rule, path, "use std::process::{Command, Stdio};"),
            [1]
        );
        assert!(
            lines(
                rule,
                path,
                "use std::process::ExitCode; // std::process::Command"
            )
            .is_empty()
        );
        assert!(
            lines(
                rule,
                path,
                "#[cfg(test)]\nmod tests { use std::process::Command; }"
            )
            .is_empty()
        );
        assert!(
            lines(
                rule,
                "crates/backends/src/a.rs",
                "use tokio::process::Command;"
            )
            .is_empty()
        );
    }

    #[test]
    fn the_test_kit_in_a_unit_test_is_found() {
        let text = "#[cfg(test)]\nmod tests {\n    use switchboard_testkit::world;\n}";
        assert_eq!(
            lines(testkit_stays_in_tests, "crates/store/src/a.rs", text),
            [3]
        );
        assert!(lines(testkit_stays_in_tests, "crates/store/tests/story.rs", text).is_empty());
    }
}
