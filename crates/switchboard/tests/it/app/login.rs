//! Signing in and out over HTTP, with the real Codex CLI against the issuer of the scripted upstream.
//!
//! Signing in with a browser needs port 1455 of this machine, so those tests wait for each other, also across programs.

use std::{
    fs::{self, File},
    net::TcpListener,
    os::unix::fs::PermissionsExt as _,
};

use serde_json::{Value, json};
use switchboard_testkit::{Client, House, Options, until};
use switchboard_upstream::auth;

use crate::support::{BINARY, text};

const LOGIN: &str = "/api/backends/codex/login";

/// A running house whose Codex asks the upstream for logins, with this login to begin with.
async fn house_with(login: Value) -> House {
    let options = Options {
        login: Some(login),
        ..Options::default()
    };
    let mut house = House::prepare(BINARY, options).await;
    let issuer = house.upstream.origin();
    house.set_env("CODEX_APP_SERVER_LOGIN_ISSUER", &issuer);
    house.serve();
    house
}

async fn signed_out_house() -> House {
    house_with(Value::Null).await
}

/// Where Codex wants browsers to be sent back to.
const PORTS: [u16; 2] = [1455, 1457];

/// Keeps others from those ports until it is dropped.
async fn only_browser() -> File {
    let path = std::env::temp_dir().join("switchboard-test-port-1455.lock");
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path)
        .unwrap();
    let only = tokio::task::spawn_blocking(move || {
        file.lock().unwrap();
        file
    })
    .await
    .unwrap();
    // What the one before had started may still be dying.
    until("the ports are free", async || bound().ok()).await;
    only
}

fn bound() -> std::io::Result<[TcpListener; 2]> {
    let [first, second] = PORTS.map(|port| TcpListener::bind(("127.0.0.1", port)));
    Ok([first?, second?])
}

async fn begin(client: &Client, method: &str) -> Value {
    let backend = client.post(LOGIN, json!({ "method": method })).await;
    let login = backend["login"].clone();
    assert_eq!(login["method"], method, "{backend}");
    login
}

async fn backend(client: &Client) -> Value {
    client.get("/api/backends/codex").await
}

/// Waits until the sign-in has come to its end; the backend.
async fn over(client: &Client) -> Value {
    until("the sign-in ends", || async {
        let backend = backend(client).await;
        let open = ["starting", "waiting"].contains(&text(&backend["login"], "state"));
        (!open).then_some(backend)
    })
    .await
}

async fn in_state(client: &Client, state: &str) -> Value {
    until(&format!("the backend is {state}"), || async {
        let backend = backend(client).await;
        (backend["state"] == state).then_some(backend)
    })
    .await
}

async fn ends_well(client: &Client) {
    let backend = over(client).await;
    assert_eq!(backend["login"]["state"], "done", "{backend}");
    assert_eq!(backend["state"], "ready", "{backend}");
    assert!(text(&backend, "account").contains(auth::EMAIL), "{backend}");
    answers(client).await;
}

async fn answers(client: &Client) {
    let thread = client.thread().await;
    let turn = client
        .ask(&thread, "@chatgpt\nmock: text \"signed in\"")
        .await;
    client.answered(&turn).await;
}

async fn fails_with(client: &Client, code: &str) {
    let thread = client.thread().await;
    let turn = client.ask(&thread, "@chatgpt hello").await;
    let turn = client.ended(&turn).await;
    assert_eq!(turn["error"]["code"], code, "{turn}");
}

async fn ends_badly(client: &Client, words: &str, hint: &str) {
    let backend = over(client).await;
    let login = &backend["login"];
    assert_eq!(login["state"], "failed", "{login}");
    assert!(text(login, "message").contains(words), "{login}");
    assert!(text(login, "hint").contains(hint), "{login}");
    assert_eq!(backend["state"], "not_signed_in");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_that_is_approved_signs_in_and_turns_go_on() {
    let house = signed_out_house().await;
    let client = house.client();
    fails_with(&client, "not_signed_in").await;
    house.is_quiet().await;
    fs::remove_dir_all(house.codex_home()).unwrap();
    let login = begin(&client, "device").await;
    assert_eq!(login["state"], "waiting", "{login}");
    assert_eq!(
        text(&login, "url"),
        format!("{}/codex/device", house.upstream.origin())
    );
    assert_eq!(
        text(&login, "code"),
        house.upstream.device_waiting().await,
        "{login}"
    );
    assert!(login["expires_at"].as_i64().is_some(), "{login}");
    assert_eq!(login["same_machine"], true);
    assert_eq!(backend(&client).await["state"], "not_signed_in");
    house.upstream.approve_device();
    ends_well(&client).await;
    let mode = |path: std::path::PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(house.codex_home()), 0o700);
    assert_eq!(mode(house.codex_home().join("auth.json")), 0o600);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_that_is_denied_or_forbidden_says_what_to_do() {
    let house = signed_out_house().await;
    let client = house.client();
    begin(&client, "device").await;
    house.upstream.device_waiting().await;
    house.upstream.deny_device();
    ends_badly(&client, "refused", "agree").await;
    house.upstream.forbid_device_login();
    let login = begin(&client, "device").await;
    assert_eq!(login["state"], "failed", "{login}");
    ends_badly(&client, "does not allow", "device codes").await;
    house.is_quiet().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sign_in_is_taken_back_and_a_new_one_takes_back_the_earlier() {
    let house = signed_out_house().await;
    let client = house.client();
    let first = begin(&client, "device").await;
    let second = begin(&client, "device").await;
    assert_eq!(second["state"], "waiting", "{second}");
    assert_ne!(first["code"], second["code"]);
    let taken_back = client.call("DELETE", LOGIN, None).await;
    assert_eq!(taken_back.status, 200);
    let login = &taken_back.body["login"];
    assert_eq!(login["state"], "cancelled", "{login}");
    assert_eq!(
        (&login["url"], &login["code"]),
        (&Value::Null, &Value::Null)
    );
    house.upstream.approve_device();
    house.is_quiet().await;
    assert_eq!(backend(&client).await["state"], "not_signed_in");
    // To take back what is over changes nothing.
    let again = client.call("DELETE", LOGIN, None).await;
    assert_eq!(again.body["login"]["state"], "cancelled");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_issuer_that_cannot_be_reached_is_said() {
    let mut house = House::prepare(
        BINARY,
        Options {
            login: Some(Value::Null),
            ..Options::default()
        },
    )
    .await;
    house.set_env("CODEX_APP_SERVER_LOGIN_ISSUER", "http://127.0.0.1:9");
    house.serve();
    let client = house.client();
    begin(&client, "device").await;
    ends_badly(&client, "cannot reach", "auth.openai.com").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_browser_on_the_same_machine_signs_in_by_itself() {
    let _only = only_browser().await;
    let house = signed_out_house().await;
    let client = house.client();
    let login = begin(&client, "browser").await;
    assert_eq!(login["state"], "waiting", "{login}");
    let page = reqwest::get(text(&login, "url")).await.unwrap();
    assert_eq!(page.status(), 200);
    ends_well(&client).await;
    // Somebody else's refusal changes nothing of a login that is there.
    house.upstream.deny_sign_in();
    let login = begin(&client, "browser").await;
    reqwest::get(text(&login, "url")).await.unwrap();
    let backend = over(&client).await;
    assert_eq!(backend["login"]["state"], "failed", "{backend}");
    assert!(
        text(&backend["login"], "message").contains("refused"),
        "{backend}"
    );
    assert_eq!(backend["state"], "ready");
}

/// Opens a page as somebody does whose browser runs elsewhere; the address that it ends at.
async fn opened_elsewhere(url: &str) -> String {
    let elsewhere = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    let page = elsewhere.get(url).send().await.unwrap();
    page.headers()["location"].to_str().unwrap().to_owned()
}

async fn paste(client: &Client, url: &str) -> switchboard_testkit::Answer {
    let path = format!("{LOGIN}/paste");
    client
        .call("POST", &path, Some(json!({ "url": url })))
        .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_browser_elsewhere_signs_in_by_a_pasted_address() {
    let _only = only_browser().await;
    let house = signed_out_house().await;
    let client = house.client();
    let nobody = paste(
        &client,
        "http://localhost:1455/auth/callback?code=c&state=s",
    )
    .await;
    assert_eq!(nobody.status, 422, "{:?}", nobody.body);
    let earlier = begin(&client, "browser").await;
    let earlier = opened_elsewhere(text(&earlier, "url")).await;
    let login = begin(&client, "browser").await;
    let ended_at = opened_elsewhere(text(&login, "url")).await;
    for (pasted, words) in [
        (text(&login, "url"), "address to open"),
        (
            "http://evil.example/auth/callback?code=c&state=s",
            "leads elsewhere",
        ),
        ("abc#def", "all of it"),
        (&earlier, "another sign-in"),
    ] {
        let refused = paste(&client, pasted).await;
        assert_eq!(refused.status, 422, "{pasted}: {:?}", refused.body);
        assert!(
            text(&refused.body, "detail").contains(words),
            "{pasted}: {:?}",
            refused.body
        );
    }
    assert_eq!(backend(&client).await["login"]["state"], "waiting");
    let ended_at = ended_at.replace("127.0.0.1", "localhost");
    let pasted = paste(&client, &format!("  {ended_at}\n")).await;
    assert_eq!(pasted.status, 200, "{:?}", pasted.body);
    assert_eq!(pasted.body["login"]["state"], "done", "{:?}", pasted.body);
    ends_well(&client).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_that_is_pasted_is_a_refusal() {
    let _only = only_browser().await;
    let house = signed_out_house().await;
    let client = house.client();
    house.upstream.deny_sign_in();
    let login = begin(&client, "browser").await;
    let ended_at = opened_elsewhere(text(&login, "url")).await;
    let pasted = paste(&client, &ended_at).await;
    assert_eq!(pasted.body["login"]["state"], "failed", "{:?}", pasted.body);
    ends_badly(&client, "refused", "agree").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ports_that_others_hold_are_named() {
    let _only = only_browser().await;
    // Who answers nothing is asked to go, and does not.
    let _held = bound().unwrap();
    let house = signed_out_house().await;
    let client = house.client();
    begin(&client, "browser").await;
    ends_badly(&client, "1455", "with a code").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_is_kept_by_codex_alone_and_no_turn_uses_it() {
    let house = signed_out_house().await;
    let client = house.client();
    let key = "sk-made-up-0123456789abcdef";
    for (body, status) in [
        (json!({ "method": "api_key" }), 422),
        (json!({ "method": "api_key", "api_key": "  " }), 422),
        (json!({ "method": "device", "api_key": key }), 422),
        (
            json!({ "method": "api_key", "api_key": format!(" {key}\n") }),
            200,
        ),
    ] {
        let answer = client.call("POST", LOGIN, Some(body.clone())).await;
        assert_eq!(answer.status, status, "{body}: {:?}", answer.body);
        assert!(!answer.body.to_string().contains(key));
    }
    let backend = over(&client).await;
    assert_eq!(backend["login"]["state"], "done", "{backend}");
    assert_eq!(backend["state"], "api_key_login", "{backend}");
    assert!(
        text(&backend["problem"], "message").contains("API key"),
        "{backend}"
    );
    fails_with(&client, "api_key_login").await;
    assert!(house.upstream.model_requests().is_empty());
    house.is_quiet().await;
    assert!(!house.log().contains(key));
    let mut keepers = crate::support::files_below(house.folder());
    keepers.retain(|file| {
        let holds = fs::read(file).unwrap_or_default();
        holds.windows(key.len()).any(|part| part == key.as_bytes())
    });
    assert_eq!(keepers, [house.codex_home().join("auth.json")]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn signing_out_is_done_here_or_in_any_terminal() {
    let house = house_with(auth::fake_login()).await;
    let client = house.client();
    assert_eq!(backend(&client).await["state"], "ready");
    answers(&client).await;
    let file = house.codex_home().join("auth.json");
    for here in [true, false] {
        let before = backend(&client).await;
        assert_eq!(before["state"], "ready", "{before}");
        if here {
            let after = client.post("/api/backends/codex/logout", json!({})).await;
            assert_eq!(after["state"], "not_signed_in", "{after}");
            assert_eq!(after["login"], Value::Null);
            assert!(!file.exists());
            let requests = house.upstream.requests();
            assert!(requests.iter().any(|seen| seen.path == "/oauth/revoke"));
            // Who is not signed in is content.
            client.post("/api/backends/codex/logout", json!({})).await;
        } else {
            fs::remove_file(&file).unwrap();
            in_state(&client, "not_signed_in").await;
        }
        fails_with(&client, "not_signed_in").await;
        fs::write(&file, auth::fake_login().to_string()).unwrap();
        assert_eq!(backend(&client).await["state"], "ready");
        answers(&client).await;
    }
}

/// The process ids of the app servers that run.
fn app_servers(house: &House) -> Vec<u32> {
    let mut servers = house.warm();
    servers.retain(|process| process.command.contains("codex app-server "));
    servers.iter().map(|process| process.pid).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_renewed_token_restarts_nothing_and_a_new_login_does() {
    let house = house_with(auth::expired_login()).await;
    let client = house.client();
    answers(&client).await;
    let before = app_servers(&house);
    assert!(!before.is_empty());
    let requests = house.upstream.requests();
    assert!(requests.iter().any(|seen| seen.path == "/oauth/token"));
    answers(&client).await;
    assert_eq!(app_servers(&house), before, "it goes on with the new token");
    house.upstream.refuse_login();
    fails_with(&client, "not_signed_in").await;
    let login = begin(&client, "device").await;
    assert_eq!(login["state"], "waiting", "{login}");
    house.upstream.approve_device();
    ends_well(&client).await;
    until("those with the old login have ended", async || {
        let after = app_servers(&house);
        before.iter().all(|pid| !after.contains(pid)).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_an_admin_signs_in_or_out() {
    let house = signed_out_house().await;
    let (admin, member) = (house.client(), house.client_as("anna"));
    begin(&admin, "device").await;
    let logout = "/api/backends/codex/logout".to_owned();
    for (method, path, body) in [
        ("POST", LOGIN.to_owned(), json!({ "method": "device" })),
        ("POST", format!("{LOGIN}/paste"), json!({ "url": "x" })),
        ("DELETE", LOGIN.to_owned(), Value::Null),
        ("POST", logout, json!({})),
    ] {
        let body = Some(body).filter(|body| !body.is_null());
        let answer = member.call(method, &path, body).await;
        assert_eq!(answer.status, 403, "{method} {path}: {:?}", answer.body);
    }
    let seen = backend(&member).await;
    assert_eq!(seen["login"], Value::Null, "{seen}");
    assert_eq!(backend(&admin).await["login"]["state"], "waiting");
}
