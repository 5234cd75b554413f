//! Turns over the real Codex app server, in ChatGPT-plan mode with a made-up login.

mod agents;
mod approvals;
mod backends;
mod crashes;
mod decisions;
mod failures;
mod forks;
mod late;
mod login;
mod managed;
mod own_home;
mod parked;
mod project;
mod records;
mod tool_sign_in;
mod tool_start;
mod tools;
mod turns;
mod waits;

use std::fs;

use serde_json::{Value, json};
use switchboard_testkit::{Client, House, Options};

use crate::support::{BINARY, text};

/// A direct thread with @chatgpt that works in this way; its id.
async fn direct(client: &Client, settings: Value) -> String {
    let thread = client
        .post(
            "/api/threads",
            json!({ "assistant": "chatgpt", "settings": settings }),
        )
        .await;
    text(&thread, "id").to_owned()
}

/// A folder in which mara's turns may work.
fn folder(house: &House) -> String {
    let folder = house.folder().join("project");
    fs::create_dir_all(&folder).unwrap();
    let path = folder.canonicalize().unwrap().display().to_string();
    house.run_ok(&["folders", "allow", &path]);
    path
}

/// A house in which nobody is signed in, and where one can be.
async fn signed_out_house() -> House {
    let options = Options {
        login: Some(Value::Null),
        ..Options::default()
    };
    let mut house = House::prepare(BINARY, options).await;
    let issuer = house.upstream.origin();
    house.set_env("CODEX_APP_SERVER_LOGIN_ISSUER", &issuer);
    house.serve();
    house
}
