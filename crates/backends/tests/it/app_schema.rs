//! What the translation of the app server relies on, against what the pinned Codex says of itself: a new
//! version that renames, drops or adds something fails here, by its name.

use std::{
    collections::BTreeSet,
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    sync::LazyLock,
};

use serde_json::{Value, json};
use switchboard_backends::codex::app::{
    items::{Heard, Translator},
    notices::{CHATTER, UNDRAWN},
};
use switchboard_model::item::{ItemBody, ItemEvent};

mod tables;
use tables::{ANSWERS, ASKED, CALLS, ITEMS, OPEN, TOLD, WORDS};

struct Schema {
    notifications: Value,
    requests: Value,
    folder: tempfile::TempDir,
}

/// Written by the pinned program, once.
static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    #[expect(
        clippy::disallowed_methods,
        reason = "it writes its schema and ends; there is no instance to guard it"
    )]
    let output = Command::new(codex())
        .args([
            "app-server",
            "generate-json-schema",
            "--experimental",
            "--out",
        ])
        .arg(folder.path())
        .env("CODEX_HOME", folder.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    Schema {
        notifications: read(&folder.path().join("ServerNotification.json")),
        requests: read(&folder.path().join("ServerRequest.json")),
        folder,
    }
});

/// The native program: the one that `cargo xtask test` names, else the one pinned in `e2e/`.
fn codex() -> PathBuf {
    let pinned = Path::new(env!("CARGO_MANIFEST_DIR")).join(
        "../../e2e/node_modules/@openai/codex-linux-x64/vendor/x86_64-unknown-linux-musl/bin/codex",
    );
    let codex = env::var_os("SWITCHBOARD_TEST_CODEX").map_or(pinned, PathBuf::from);
    assert!(
        codex.exists(),
        "the real Codex CLI is missing at {}: run `npm ci --ignore-scripts` in e2e/",
        codex.display()
    );
    codex
}

fn read(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// The methods of a file, each with its parameters.
fn methods(file: &Value) -> Vec<(&str, &Value)> {
    let all = file["oneOf"].as_array().unwrap();
    all.iter()
        .map(|one| {
            let properties = &one["properties"];
            (
                properties["method"]["enum"][0].as_str().unwrap(),
                &properties["params"],
            )
        })
        .collect()
}

/// All fields and words of a schema, through its references and alternatives but not into its fields.
fn fields<'a>(file: &'a Value, schema: &'a Value, found: &mut BTreeSet<&'a str>) {
    if let Some(name) = schema["$ref"].as_str() {
        let name = name.rsplit('/').next().unwrap();
        fields(file, &file["definitions"][name], found);
    }
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        found.insert(name);
        words(field, found);
    }
    words(schema, found);
    for way in ["oneOf", "anyOf", "allOf"] {
        for one in schema[way].as_array().into_iter().flatten() {
            fields(file, one, found);
        }
    }
}

fn words<'a>(schema: &'a Value, found: &mut BTreeSet<&'a str>) {
    let all = schema["enum"].as_array().into_iter().flatten();
    found.extend(all.filter_map(Value::as_str));
}

/// Everything that a file names anywhere.
fn everything<'a>(schema: &'a Value, found: &mut BTreeSet<&'a str>) {
    words(schema, found);
    match schema {
        Value::Object(parts) => {
            for (name, part) in parts {
                found.insert(name);
                everything(part, found);
            }
        }
        Value::Array(parts) => parts.iter().for_each(|part| everything(part, found)),
        _ => {}
    }
}

/// The rows of a table whose names the file has not.
fn missing(file: &Value, rows: &[(&str, &[&str])]) -> Vec<String> {
    let methods = methods(file);
    let mut missing = Vec::new();
    for (name, wanted) in rows {
        let method = methods.iter().find(|(method, _)| method == name);
        let schema = method.map_or(&file["definitions"][name], |(_, params)| params);
        let mut found = BTreeSet::new();
        fields(file, schema, &mut found);
        let lost = wanted.iter().filter(|wanted| !found.contains(**wanted));
        missing.extend(lost.map(|lost| format!("{name}.{lost}")));
    }
    missing
}

#[test]
fn every_field_and_word_that_is_read_is_there() {
    assert_eq!(missing(&SCHEMA.notifications, TOLD), [""; 0]);
    assert_eq!(missing(&SCHEMA.requests, ASKED), [""; 0]);
    for (name, wanted) in ITEMS {
        let mut found = BTreeSet::new();
        fields(&SCHEMA.notifications, item(name), &mut found);
        for field in *wanted {
            assert!(found.contains(field), "{name}.{field}");
        }
    }
}

#[test]
fn every_word_that_decides_is_known_and_no_new_one_is_missed() {
    for (name, known) in WORDS {
        let file = [&SCHEMA.notifications, &SCHEMA.requests]
            .into_iter()
            .find(|file| file["definitions"][name].is_object())
            .unwrap_or_else(|| panic!("{name} is gone"));
        let mut told = BTreeSet::new();
        values(&file["definitions"][name], &mut told);
        let known: BTreeSet<&str> = known.iter().copied().collect();
        assert_eq!(told, known, "{name}");
    }
}

/// The words that a value of this schema may be, or is told apart by.
fn values<'a>(schema: &'a Value, found: &mut BTreeSet<&'a str>) {
    words(schema, found);
    for tag in ["type", "kind", "mode"] {
        words(&schema["properties"][tag], found);
    }
    // A name with facts: `{"httpConnectionFailed": {...}}`.
    if schema["additionalProperties"] == Value::Bool(false) {
        let names = schema["properties"].as_object().into_iter().flatten();
        found.extend(names.map(|(name, _)| name.as_str()));
    }
    for way in ["oneOf", "anyOf"] {
        for one in schema[way].as_array().into_iter().flatten() {
            values(one, found);
        }
    }
}

#[test]
fn every_word_of_our_answers_and_calls_is_understood() {
    for (name, wanted) in ANSWERS.iter().chain(CALLS) {
        let file = read(&SCHEMA.folder.path().join(format!("{name}.json")));
        let mut found = BTreeSet::new();
        everything(&file, &mut found);
        for word in *wanted {
            assert!(found.contains(word), "{name}: {word}");
        }
    }
}

#[test]
fn every_notification_is_heard_or_known_to_carry_nothing() {
    let all = methods(&SCHEMA.notifications);
    for (method, _) in &all {
        let heard = translator().take(method, &json!({}));
        let unseen = heard == [Heard::Unseen((*method).to_owned())];
        assert!(
            !unseen || UNDRAWN.contains(method) || *method == "item/mcpToolCall/progress",
            "nobody knows {method}"
        );
    }
    for method in CHATTER.iter().chain(UNDRAWN) {
        assert!(
            all.iter().any(|(known, _)| known == method),
            "{method} is gone"
        );
    }
    let mut requests: Vec<_> = methods(&SCHEMA.requests)
        .into_iter()
        .map(|(method, _)| method)
        .collect();
    requests.sort_unstable();
    let known = [
        "account/chatgptAuthTokens/refresh",
        "applyPatchApproval",
        "attestation/generate",
        "currentTime/read",
        "execCommandApproval",
        "item/commandExecution/requestApproval",
        "item/fileChange/requestApproval",
        "item/permissions/requestApproval",
        "item/tool/call",
        "item/tool/requestUserInput",
        "mcpServer/elicitation/request",
    ];
    assert_eq!(requests, known, "a request that is new, or gone");
}

#[test]
fn every_kind_of_item_is_drawn() {
    let kinds = SCHEMA.notifications["definitions"]["ThreadItem"]["oneOf"]
        .as_array()
        .unwrap();
    assert_eq!(kinds.len(), ITEMS.len());
    for kind in kinds {
        let kind = kind["properties"]["type"]["enum"][0].as_str().unwrap();
        assert!(
            ITEMS.iter().any(|(known, _)| *known == kind),
            "{kind} is new"
        );
        let item = json!({ "type": kind, "id": "i", "text": "x", "summary": ["x"] });
        let heard = translator().take("item/completed", &json!({ "turnId": "t", "item": item }));
        let other = heard.iter().any(|heard| {
            matches!(
                heard,
                Heard::Item(ItemEvent::Put {
                    body: ItemBody::Other { .. },
                    ..
                })
            )
        });
        assert!(!other, "{kind} has no drawing");
        assert_eq!(heard.is_empty(), kind == "userMessage", "{kind}");
    }
}

/// So that no field is read that the tables above do not hold against the schema.
#[test]
fn every_field_that_the_code_reads_is_in_a_table() {
    let tables = [TOLD, ITEMS, ASKED, CALLS];
    let known: BTreeSet<&str> = tables
        .iter()
        .flat_map(|table| table.iter())
        .flat_map(|(_, fields)| fields.iter().copied())
        .chain(OPEN.iter().copied())
        .collect();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/codex/app");
    let mut read = 0;
    for file in [
        "asks",
        "counts",
        "diffs",
        "draw",
        "ends",
        "grants",
        "heard",
        "items",
        "items/agents",
        "items/hooks",
        "notices",
        "tools",
        "record",
    ] {
        let source = fs::read_to_string(folder.join(format!("{file}.rs"))).unwrap();
        let source = source.split("#[cfg(test)]").next().unwrap();
        for field in fields_read(source) {
            assert!(
                known.contains(field),
                "{file}.rs reads {field}, which no table has"
            );
            read += 1;
        }
    }
    assert!(
        read > 150,
        "the reading of the code finds only {read} fields"
    );
}

/// The names in `text(value, "name")` and its like.
fn fields_read(source: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for reader in [
        "text(", "maybe(", "at(", "list(", "number(", "flag(", "texts(",
    ] {
        for (start, _) in source.match_indices(reader) {
            let before = source[..start].chars().next_back();
            if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '!') {
                continue;
            }
            let inside = &source[start + reader.len()..];
            let mut depth = 1;
            let end = inside
                .char_indices()
                .find(|(_, c)| {
                    depth += match c {
                        '(' => 1,
                        ')' => -1,
                        _ => 0,
                    };
                    depth == 0
                })
                .map_or(0, |(end, _)| end);
            let last = inside[..end].trim().trim_end_matches(',');
            if let Some(name) = last
                .strip_suffix('"')
                .and_then(|last| last.rsplit('"').next())
            {
                found.push(name);
            }
        }
    }
    found
}

fn translator() -> Translator {
    let mut translator = Translator::new(Path::new("/w"));
    translator.begin("t");
    translator
}

fn item(kind: &str) -> &'static Value {
    SCHEMA.notifications["definitions"]["ThreadItem"]["oneOf"]
        .as_array()
        .unwrap()
        .iter()
        .find(|item| item["properties"]["type"]["enum"][0] == kind)
        .unwrap_or_else(|| panic!("{kind} is gone"))
}
