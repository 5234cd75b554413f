//! The description of the API is the committed one, and describes every route.

use std::{collections::BTreeSet, fs, path::Path};

use serde_json::Value;
use switchboard_server::{all_routes, openapi_json};

#[test]
fn the_committed_description_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/protocol/openapi.json");
    let committed = fs::read_to_string(path).unwrap_or_default();
    assert!(
        committed == openapi_json(),
        "docs/protocol/openapi.json is not current: run `cargo xtask gen`"
    );
}

#[test]
fn the_description_and_the_router_name_the_same_routes() {
    let described: Value = serde_json::from_str(&openapi_json()).unwrap();
    assert!(described["openapi"].as_str().unwrap().starts_with("3.1"));
    let described: BTreeSet<(String, String)> = described["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, methods)| {
            methods
                .as_object()
                .unwrap()
                .keys()
                .map(|method| (method.to_uppercase(), path.clone()))
        })
        .collect();
    let routed: BTreeSet<(String, String)> = all_routes()
        .into_iter()
        .filter(|(_, path)| path.starts_with("/api/") || ["/healthz", "/metrics"].contains(path))
        .filter(|(_, path)| *path != "/api/openapi.json")
        .map(|(method, path)| (method.to_string(), path.to_owned()))
        .collect();
    assert_eq!(described, routed);
}

#[test]
fn events_are_described_by_name() {
    let described: Value = serde_json::from_str(&openapi_json()).unwrap();
    let schemas = &described["components"]["schemas"];
    for name in [
        "message",
        "thread",
        "turn",
        "item",
        "approval",
        "assistant",
        "delta",
        "reset",
        "ready",
    ] {
        assert!(schemas["Event"]["properties"][name].is_object(), "{name}");
    }
    for name in [
        "Delta",
        "Reset",
        "Ready",
        "Problem",
        "Message",
        "Turn",
        "Item",
        "Thread",
        "OutcomeCode",
    ] {
        assert!(schemas[name].is_object(), "{name}");
    }
}
