//! Permissions that the app server asks for, taken apart so that a person can give some of them, and put
//! together again. Pure; never gives more than was asked for.

use serde_json::{Map, Value, json};

use super::read::{at, flag, list, maybe, text};

/// What is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Grants {
    asked: Value,
    asks: Vec<Value>,
}

impl Grants {
    /// Reads a `RequestPermissionProfile`.
    pub fn read(asked: &Value) -> Self {
        let mut asks: Vec<Value> = Vec::new();
        let mut add = |ask: Value| {
            if !asks.contains(&ask) {
                asks.push(ask);
            }
        };
        if flag(at(asked, "network"), "enabled") {
            add(json!({ "id": "network", "what": "network" }));
        }
        let files = at(asked, "fileSystem");
        for what in ["read", "write"] {
            for path in list(files, what).iter().filter_map(Value::as_str) {
                add(path_ask(what, path));
            }
        }
        for entry in list(files, "entries") {
            // A denial only narrows what is given.
            if let what @ ("read" | "write") = text(entry, "access") {
                add(path_ask(what, &path_of(entry)));
            }
        }
        Self {
            asked: asked.clone(),
            asks,
        }
    }

    /// What a person chooses among, as JSON.
    pub fn asks(&self) -> &[Value] {
        &self.asks
    }

    /// The result that gives what the answer names; everything if it names nothing at all.
    pub fn granted(&self, answer: &Value, scope: &str) -> Value {
        let ids = at(answer, "granted").as_array();
        let given =
            |id: &str| ids.is_none_or(|ids| ids.iter().any(|granted| granted.as_str() == Some(id)));
        let mut permissions = Map::new();
        if flag(at(&self.asked, "network"), "enabled") && given("network") {
            permissions.insert("network".into(), json!({ "enabled": true }));
        }
        if let Some(files) = self.files(&given) {
            permissions.insert("fileSystem".into(), files);
        }
        json!({ "permissions": permissions, "scope": scope })
    }

    /// The result that gives nothing.
    pub fn none() -> Value {
        json!({ "permissions": {}, "scope": "turn" })
    }

    fn files(&self, given: &dyn Fn(&str) -> bool) -> Option<Value> {
        let asked = at(&self.asked, "fileSystem").as_object()?;
        let mut files = asked.clone();
        let mut any = false;
        for what in ["read", "write"] {
            if let Some(Value::Array(paths)) = files.get_mut(what) {
                paths.retain(|path| {
                    path.as_str()
                        .is_some_and(|path| given(&format!("{what}:{path}")))
                });
                any |= !paths.is_empty();
            }
        }
        if let Some(Value::Array(entries)) = files.get_mut("entries") {
            entries.retain(|entry| match text(entry, "access") {
                what @ ("read" | "write") => {
                    let stays = given(&format!("{what}:{}", path_of(entry)));
                    any |= stays;
                    stays
                }
                _ => true,
            });
        }
        any.then_some(Value::Object(files))
    }
}

fn path_ask(what: &str, path: &str) -> Value {
    json!({ "id": format!("{what}:{path}"), "what": what, "path": path })
}

/// A path as people read it; a place that has no path of its own by its name.
fn path_of(entry: &Value) -> String {
    let path = at(entry, "path");
    match text(path, "type") {
        "path" => text(path, "path").to_owned(),
        "glob_pattern" => text(path, "pattern").to_owned(),
        _ => {
            let place = at(path, "value");
            let name = match text(place, "kind") {
                "root" => return "/".to_owned(),
                "slash_tmp" => return "/tmp".to_owned(),
                "unknown" => text(place, "path").to_owned(),
                kind => format!("({})", kind.replace('_', " ")),
            };
            match maybe(place, "subpath") {
                Some(below) => format!("{name}/{below}"),
                None => name,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked() -> Grants {
        let path = |path: &str| json!({ "type": "path", "path": path });
        Grants::read(&json!({
            "network": { "enabled": true },
            "fileSystem": {
                "read": ["/r"],
                "write": ["/p"],
                "globScanMaxDepth": 3,
                "entries": [
                    { "path": path("/p"), "access": "write" },
                    { "path": { "type": "glob_pattern", "pattern": "/g/*.rs" }, "access": "read" },
                    { "path": { "type": "special", "value": { "kind": "project_roots", "subpath": "src" } }, "access": "write" },
                    { "path": path("/p/secret"), "access": "deny" },
                ],
            },
        }))
    }

    #[test]
    fn what_is_asked_is_listed_once_and_denials_are_not_asked_for() {
        let asked = asked();
        let ids: Vec<&Value> = asked.asks.iter().map(|ask| &ask["id"]).collect();
        assert_eq!(
            ids,
            [
                "network",
                "read:/r",
                "write:/p",
                "read:/g/*.rs",
                "write:(project roots)/src"
            ]
        );
        assert_eq!(
            asked.asks[2],
            json!({ "id": "write:/p", "what": "write", "path": "/p" })
        );
    }

    #[test]
    fn a_part_is_granted_with_its_denials_and_nothing_more() {
        let denied = json!({ "path": { "type": "path", "path": "/p/secret" }, "access": "deny" });
        let write = json!({ "path": { "type": "path", "path": "/p" }, "access": "write" });
        for (answer, expected) in [
            (
                json!({ "granted": ["network"] }),
                json!({ "network": { "enabled": true } }),
            ),
            (
                json!({ "granted": ["write:/p"] }),
                json!({ "fileSystem": { "read": [], "write": ["/p"], "globScanMaxDepth": 3, "entries": [write, denied] } }),
            ),
            (json!({ "granted": [] }), json!({})),
        ] {
            let expected = json!({ "permissions": expected, "scope": "turn" });
            assert_eq!(asked().granted(&answer, "turn"), expected, "{answer}");
        }
        let all = asked().granted(&Value::Null, "session");
        assert_eq!(
            all,
            json!({ "permissions": asked().asked, "scope": "session" })
        );
    }

    #[test]
    fn what_is_denied_already_is_not_asked_for() {
        let none = Grants::read(
            &json!({ "network": null, "fileSystem": { "entries": [{ "path": { "type": "path", "path": "/x" }, "access": "deny" }] } }),
        );
        assert!(none.asks().is_empty());
    }

    #[test]
    fn places_without_a_path_have_a_name() {
        for (value, expected) in [
            (json!({ "kind": "root" }), "/"),
            (json!({ "kind": "slash_tmp" }), "/tmp"),
            (json!({ "kind": "tmpdir" }), "(tmpdir)"),
            (
                json!({ "kind": "unknown", "path": ":new", "subpath": "a" }),
                ":new/a",
            ),
        ] {
            let entry = json!({ "path": { "type": "special", "value": value } });
            assert_eq!(path_of(&entry), expected);
        }
    }
}
