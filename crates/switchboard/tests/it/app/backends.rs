//! What the event stream tells of backends, and what an admin sets of them, with the real Codex CLI.

use std::{collections::BTreeMap, fs};

use serde_json::{Value, json};
use switchboard_testkit::{Client, Event, Events};
use switchboard_upstream::auth;

use super::{direct, signed_out_house};
use crate::support::{house, text};

/// What somebody holds of the backends who listens, and never asks.
struct Listener {
    events: Events,
    held: BTreeMap<String, Value>,
}

impl Listener {
    async fn of(client: &Client) -> Self {
        Self {
            events: client.events(None).await,
            held: BTreeMap::new(),
        }
    }

    fn take(&mut self, event: Event) {
        if event.name == "backend" {
            assert_eq!(event.id, None, "it has no place in the feed");
            let id = text(&event.data, "id").to_owned();
            self.held.insert(id, event.data);
        }
    }

    /// Listens until the backend is held so; the backend.
    async fn until(&mut self, fits: impl Fn(&Value) -> bool) -> Value {
        loop {
            if let Some(held) = self.held.get("codex").filter(|held| fits(held)) {
                return held.clone();
            }
            let event = self.events.next().await.expect("the stream goes on");
            self.take(event);
        }
    }

    /// Listens until all that is held is what a fresh look shows.
    async fn is_fresh(&mut self, client: &Client) {
        loop {
            let all = client.get("/api/backends").await;
            let fresh = all["items"].as_array().unwrap();
            let fresh = fresh
                .iter()
                .map(|one| (text(one, "id").to_owned(), one.clone()));
            if self.held == fresh.collect() {
                return;
            }
            let event = self.events.next().await.expect("the stream goes on");
            self.take(event);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_listens_hears_how_a_backend_is_and_never_has_to_ask() {
    let house = signed_out_house().await;
    let (admin, member) = (house.client(), house.client_as("anna"));
    let mut seen = Listener::of(&admin).await;
    let mut seen_by_member = Listener::of(&member).await;
    seen.until(|one| one["state"] == "not_signed_in").await;

    // A sign-in, step by step.
    let login = "/api/backends/codex/login";
    admin.post(login, json!({ "method": "device" })).await;
    let waiting = seen.until(|one| one["login"]["state"] == "waiting").await;
    assert!(!text(&waiting["login"], "code").is_empty(), "{waiting}");
    house.upstream.device_waiting().await;
    house.upstream.approve_device();
    let done = seen
        .until(|one| one["login"]["state"] == "done" && one["state"] == "ready")
        .await;
    assert!(text(&done, "account").contains(auth::EMAIL), "{done}");

    // What the account lists, and how much of its plan a turn used.
    let thread = direct(&admin, json!({})).await;
    admin
        .answered(&admin.ask(&thread, "mock: text \"hi\"").await)
        .await;
    seen.until(|one| !one["limits"].as_array().unwrap().is_empty())
        .await;

    // What an admin sets, a login that goes in some terminal, and one that comes there.
    admin
        .patch("/api/backends/codex", json!({ "enabled": "off" }))
        .await;
    seen.until(|one| one["state"] == "off").await;
    admin
        .patch("/api/backends/codex", json!({ "enabled": "auto" }))
        .await;
    admin
        .patch("/api/backends", json!({ "codex": false }))
        .await;
    seen.until(|one| one["switched"] == false && one["on"] == false)
        .await;
    admin.patch("/api/backends", json!({ "codex": true })).await;
    let file = house.codex_home().join("auth.json");
    let login = fs::read(&file).unwrap();
    fs::remove_file(&file).unwrap();
    seen.until(|one| one["state"] == "not_signed_in" && one["account"].is_null())
        .await;
    fs::write(&file, login).unwrap();
    seen.until(|one| one["state"] == "ready").await;

    // Snapshot and stream are one, for each as far as they may see.
    seen.is_fresh(&admin).await;
    seen_by_member.is_fresh(&member).await;
    let shown = &seen_by_member.held["codex"];
    for hidden in ["account", "program", "login"] {
        assert!(shown[hidden].is_null(), "{hidden}: {shown}");
        assert!(!seen.held["codex"][hidden].is_null(), "{hidden}");
    }
    // Who comes later is told all of it.
    let mut late = Listener::of(&admin).await;
    late.is_fresh(&admin).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_threads_behind_a_backend_are_named_as_far_as_an_admin_may_see_them() {
    let house = house().await;
    let (admin, anna) = (house.client(), house.client_as("anna"));
    house.run_ok(&["assistants", "access", "chatgpt", "everyone"]);
    let path = "/api/backends/codex/threads";
    let behind = admin.get(path).await;
    assert_eq!(behind, json!({ "count": 0, "items": [] }));
    direct(&anna, json!({})).await;
    let mine = direct(&admin, json!({})).await;
    admin
        .patch(&format!("/api/threads/{mine}"), json!({ "title": "Mine" }))
        .await;
    let behind = admin.get(path).await;
    let mine = json!({ "id": mine, "title": "Mine" });
    assert_eq!(behind, json!({ "count": 2, "items": [mine] }));
    assert_eq!(anna.call("GET", path, None).await.status, 403);
}
