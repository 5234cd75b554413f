//! The doctor from outside: what it says before the first start, beside a running server, and of a home
//! that is in a bad way; and that it changes nothing.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

use serde_json::Value;
use switchboard_testkit::{Codex, Gemini, House, Options};
use switchboard_upstream::auth;

use crate::support::{BINARY, house, text};

/// What the doctor tells a program. The exit code always says the same as `ok`.
fn examine(house: &House) -> Value {
    let output = house.run(&["doctor", "--json"]);
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(told["ok"], output.status.success(), "{told:#}");
    told
}

fn checks(told: &Value) -> &[Value] {
    told["checks"].as_array().unwrap()
}

fn find<'v>(told: &'v Value, code: &str) -> &'v Value {
    let found = checks(told).iter().find(|check| check["code"] == code);
    found.unwrap_or_else(|| panic!("no {code} in {told:#}"))
}

async fn prepared(options: Options) -> House {
    House::prepare(BINARY, options).await
}

#[tokio::test]
async fn before_the_first_start_all_is_well_and_nothing_is_made() {
    let house = prepared(Options::default()).await;
    let told = examine(&house);
    assert_eq!(told["ok"], true, "{told:#}");
    for code in ["home.folder", "database.reachable"] {
        assert!(text(find(&told, code), "said").contains("will be created"));
    }
    assert!(text(find(&told, "codex.login"), "said").contains("demo@example.test"));
    assert!(!house.home().exists(), "a look makes no home");
}

#[tokio::test]
async fn without_the_program_or_its_login_the_main_job_fails() {
    for (options, code, outcome) in [
        (
            Options {
                codex: Codex::At("nowhere/codex"),
                ..Options::default()
            },
            "codex.program",
            "not_installed",
        ),
        (
            Options {
                login: Some(Value::Null),
                ..Options::default()
            },
            "codex.login",
            "not_signed_in",
        ),
        (
            Options {
                login: Some(auth::api_key_login()),
                ..Options::default()
            },
            "codex.login",
            "api_key_login",
        ),
    ] {
        let told = examine(&prepared(options).await);
        let check = find(&told, code);
        assert_eq!(
            (text(check, "state"), text(check, "outcome")),
            ("failed", outcome)
        );
        assert_eq!(told["ok"], false);
        assert!(!text(check, "fix").is_empty());
    }
}

#[tokio::test]
async fn a_named_program_that_is_none_is_said_to_be_named() {
    let options = Options {
        codex: Codex::At("nowhere/codex"),
        ..Options::default()
    };
    let told = examine(&prepared(options).await);
    let check = find(&told, "codex.program");
    assert!(text(check, "said").contains("nowhere/codex"));
    assert!(text(check, "fix").contains("providers.chatgpt.program"));
}

#[tokio::test]
async fn beside_a_running_server_the_command_and_the_api_say_the_same() {
    let house = house().await;
    let client = house.client();
    let told = examine(&house);
    assert_eq!(told["ok"], true, "{told:#}");
    assert!(text(find(&told, "server.port"), "said").contains(house.base()));
    assert_eq!(
        text(find(&told, "assistants.answering"), "title"),
        "@chatgpt"
    );
    assert_eq!(
        text(find(&told, "people.signed_in"), "state"),
        "warning",
        "nobody is"
    );

    let by_api = client.get("/api/doctor").await;
    // Where the server listens is a flag of the server alone, and free disk never stands still.
    let same = |told: &Value| -> Vec<Value> {
        let moving = ["config.file", "home.disk"].map(Value::from);
        let mut checks = checks(told).to_vec();
        checks.retain(|check| !moving.contains(&check["code"]));
        checks
    };
    assert_eq!(same(&by_api), same(&told));
}

#[tokio::test]
async fn every_setting_is_told_with_its_value_and_where_it_comes_from() {
    let house = prepared(Options::default()).await;
    fs::create_dir_all(house.home()).unwrap();
    fs::write(house.home().join("config.toml"), "workspace = \"Attic\"\n").unwrap();
    let told = examine(&house);
    let setting = |name: &str| {
        let settings = told["settings"].as_array().unwrap();
        let found = settings.iter().find(|setting| setting["name"] == name);
        found
            .unwrap_or_else(|| panic!("no {name} in {settings:#?}"))
            .clone()
    };
    assert_eq!(setting("workspace")["value"], "Attic");
    assert!(text(&setting("workspace"), "origin").ends_with("config.toml"));
    assert_eq!(setting("disk_floor")["origin"], "default");
    assert_eq!(setting("public_url")["value"], Value::Null);
    assert_eq!(
        setting("providers.chatgpt.program")["origin"],
        "SWITCHBOARD_PROVIDERS__CHATGPT__PROGRAM"
    );
}

#[tokio::test]
async fn a_member_is_told_of_the_assistants_they_may_mention_and_of_nothing_else() {
    let options = Options {
        login: Some(Value::Null),
        ..Options::default()
    };
    let house = House::start(BINARY, options).await;
    let kim = house.client_as("kim");
    let told = kim.get("/api/doctor").await;
    assert_eq!(checks(&told), [] as [Value; 0], "@chatgpt is its owner's");
    house.run_ok(&["assistants", "access", "chatgpt", "everyone"]);
    let told = kim.get("/api/doctor").await;
    assert_eq!(told["ok"], false);
    let check = find(&told, "assistants.answering");
    assert_eq!(
        (text(check, "assistant"), text(check, "outcome")),
        ("chatgpt", "not_signed_in")
    );
    assert_eq!(checks(&told).len(), 1);
    assert_eq!(told["settings"], serde_json::json!([]));
    let place = house.codex_home().display().to_string();
    assert!(!told.to_string().contains(&place), "{told:#}");
}

#[tokio::test]
async fn a_disabled_assistant_is_off_with_the_way_to_enable_it() {
    let house = house().await;
    house.run_ok(&["assistants", "disable", "chatgpt"]);
    let told = examine(&house);
    let check = find(&told, "assistants.answering");
    assert_eq!(
        (text(check, "state"), text(check, "outcome")),
        ("off", "assistant_unavailable")
    );
    assert!(text(check, "fix").contains("switchboard assistants enable chatgpt"));
    assert_eq!(told["ok"], true, "what a person switched off is not broken");
}

#[tokio::test]
async fn a_home_open_to_others_is_a_warning() {
    let house = prepared(Options::default()).await;
    fs::create_dir_all(house.home()).unwrap();
    open_to_all(&house.home());
    let told = examine(&house);
    let check = find(&told, "home.permissions");
    assert_eq!(text(check, "state"), "warning");
    assert!(text(check, "fix").starts_with("run `chmod 700 "));
    assert_eq!(told["ok"], true);
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
    let told = examine(&house);
    assert!(text(find(&told, "config.file"), "said").contains("listne"));
    assert_eq!(told["ok"], false);
}

#[tokio::test]
async fn nothing_is_said_of_people_in_a_database_that_cannot_be_looked_into() {
    let options = Options {
        database: Some("mysql:chat".into()),
        ..Options::default()
    };
    let told = examine(&prepared(options).await);
    assert_eq!(text(find(&told, "database.reachable"), "state"), "failed");
    for code in ["people.signed_in", "assistants.registered"] {
        assert_eq!(
            text(find(&told, code), "said"),
            "cannot be told without the database"
        );
    }
    assert_eq!(told["ok"], false);
}

#[tokio::test]
async fn a_gemini_that_nobody_switched_on_is_off_and_one_that_is_must_be_signed_in() {
    let missing = examine(&house().await);
    assert_eq!(text(find(&missing, "gemini.program"), "state"), "off");
    assert_eq!(missing["ok"], true, "{missing:#}");

    let options = Options {
        gemini: Gemini::Real,
        env: vec![("GEMINI_API_KEY".into(), String::new())],
        ..Options::default()
    };
    let house = House::start(BINARY, options).await;
    let told = examine(&house);
    let login = find(&told, "gemini.login");
    assert_eq!(
        (text(login, "state"), text(login, "outcome")),
        ("failed", "not_signed_in")
    );
    assert!(text(login, "fix").contains("GEMINI_API_KEY"));
    assert!(!text(login, "fix").contains("gemini auth"));
    assert!(text(find(&told, "gemini.version"), "said").ends_with(", tested"));
    assert_eq!(text(find(&told, "node.version"), "state"), "ok");
    assert_eq!(told["ok"], false);

    house.run_ok(&["assistants", "disable", "gemini"]);
    let told = examine(&house);
    assert_eq!(text(find(&told, "gemini.login"), "state"), "warning");
    assert_eq!(told["ok"], true, "nobody can mention it");
}

#[tokio::test]
async fn checks_of_a_group_stand_together() {
    let told = examine(&house().await);
    let groups: Vec<&str> = checks(&told)
        .iter()
        .map(|check| text(check, "group"))
        .collect();
    let runs = groups.chunk_by(|one, next| one == next).count();
    assert_eq!(runs, 5, "{groups:?}");
}

#[tokio::test]
async fn people_read_one_line_per_check_without_colours_in_a_pipe() {
    let house = prepared(Options::default()).await;
    let told = house.run_ok(&["doctor"]);
    assert!(!told.contains('\x1b'), "{told}");
    assert!(
        told.lines()
            .any(|line| line.starts_with("ok       Home folder")),
        "{told}"
    );
}

fn open_to_all(folder: &Path) {
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).unwrap();
}
