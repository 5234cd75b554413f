//! The doctor from outside: what it says before the first start, beside a running server, and of a home
//! that is in a bad way; and that it changes nothing.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

use serde_json::Value;
use switchboard_testkit::{Codex, House, Options};
use switchboard_upstream::auth;

use crate::support::{BINARY, house, text};

/// The checks, and whether the doctor says that the main job can be done.
fn examine(house: &House) -> (Vec<Value>, bool) {
    let output = house.run(&["doctor", "--json"]);
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    (
        told["checks"].as_array().unwrap().clone(),
        output.status.success(),
    )
}

fn find<'v>(checks: &'v [Value], code: &str) -> &'v Value {
    let found = checks.iter().find(|check| check["code"] == code);
    found.unwrap_or_else(|| panic!("no {code} in {checks:#?}"))
}

async fn prepared(options: Options) -> House {
    House::prepare(BINARY, options).await
}

#[tokio::test]
async fn before_the_first_start_all_is_well_and_nothing_is_made() {
    let house = prepared(Options::default()).await;
    let (checks, well) = examine(&house);
    assert!(well, "{checks:#?}");
    for code in ["home", "database"] {
        assert!(text(find(&checks, code), "detail").contains("will be created"));
    }
    assert!(text(find(&checks, "codex"), "detail").contains("demo@example.test"));
    assert!(!house.home().exists(), "a look makes no home");
}

#[tokio::test]
async fn without_the_program_or_its_login_the_main_job_fails() {
    for (options, code) in [
        (
            Options {
                codex: Codex::At("nowhere/codex"),
                ..Options::default()
            },
            "not_installed",
        ),
        (
            Options {
                login: Some(Value::Null),
                ..Options::default()
            },
            "not_signed_in",
        ),
        (
            Options {
                login: Some(auth::api_key_login()),
                ..Options::default()
            },
            "api_key_login",
        ),
    ] {
        let (checks, well) = examine(&prepared(options).await);
        let check = find(&checks, code);
        assert_eq!((text(check, "status"), well), ("fail", false));
        assert!(!text(check, "fix").is_empty());
    }
}

#[tokio::test]
async fn beside_a_running_server_the_command_and_the_api_say_the_same() {
    let house = house().await;
    let client = house.client();
    let (checks, well) = examine(&house);
    assert!(well, "{checks:#?}");
    assert!(text(find(&checks, "port"), "detail").contains(house.base()));
    assert!(text(find(&checks, "assistant"), "title").contains("@chatgpt"));
    find(&checks, "nobody_signed_in");

    let told = client.get("/api/doctor").await;
    // Where the server listens is a flag of the server alone, and free disk never stands still.
    let same = |checks: &[Value]| -> Vec<Value> {
        let moving = ["configuration", "disk"].map(Value::from);
        checks
            .iter()
            .filter(|check| !moving.contains(&check["code"]))
            .cloned()
            .collect()
    };
    assert_eq!(same(told["checks"].as_array().unwrap()), same(&checks));
}

#[tokio::test]
async fn a_disabled_assistant_is_assistant_unavailable_with_the_way_to_enable_it() {
    let house = house().await;
    house.run_ok(&["assistants", "disable", "chatgpt"]);
    let (checks, well) = examine(&house);
    let check = find(&checks, "assistant_unavailable");
    assert!(text(check, "fix").contains("switchboard assistants enable chatgpt"));
    assert!(well, "what a person switched off is not broken");
}

#[tokio::test]
async fn a_home_open_to_others_is_a_warning() {
    let house = prepared(Options::default()).await;
    fs::create_dir_all(house.home()).unwrap();
    open_to_all(&house.home());
    let (checks, well) = examine(&house);
    assert!(text(find(&checks, "home_not_private"), "fix").starts_with("run `chmod 700 "));
    assert!(well);
}

#[tokio::test]
async fn a_configuration_that_cannot_be_read_is_a_finding_too() {
    let house = prepared(Options::default()).await;
    fs::create_dir_all(house.home()).unwrap();
    fs::write(
        house.home().join("config.toml"),
        "listne = \"127.0.0.1:1\"\n",
    )
    .unwrap();
    let (checks, well) = examine(&house);
    assert!(text(find(&checks, "configuration"), "detail").contains("listne"));
    assert!(!well);
}

#[tokio::test]
async fn nothing_is_said_of_people_in_a_database_that_cannot_be_looked_into() {
    let options = Options {
        database: Some("mysql:chat".into()),
        ..Options::default()
    };
    let (checks, well) = examine(&prepared(options).await);
    find(&checks, "database_url");
    for code in ["people", "assistants"] {
        assert_eq!(
            text(find(&checks, code), "detail"),
            "cannot be told without the database"
        );
    }
    assert!(!well);
}

#[tokio::test]
async fn people_read_one_line_per_check_without_colours_in_a_pipe() {
    let house = prepared(Options::default()).await;
    let told = house.run_ok(&["doctor"]);
    assert!(!told.contains('\x1b'), "{told}");
    assert!(
        told.lines()
            .any(|line| line.starts_with("ok    Home folder")),
        "{told}"
    );
    assert!(
        told.lines()
            .any(|line| line.trim_start().starts_with("fix: ")),
        "{told}"
    );
}

fn open_to_all(folder: &Path) {
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).unwrap();
}
