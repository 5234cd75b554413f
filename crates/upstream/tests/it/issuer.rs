//! Signing in, as the CLI and a browser do it together.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::Client;
use reqwest::redirect::Policy;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use switchboard_upstream::{Running, auth};

use crate::client::{http, upstream};

const VERIFIER: &str = "a word that only the CLI knows";
const CALLBACK: &str = "http://127.0.0.1:1455/auth/callback";

/// Opens the page of a login and returns where it leads.
async fn opened(up: &Running) -> String {
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER));
    let url = format!(
        "{}/oauth/authorize?response_type=code&client_id=app&redirect_uri=http%3A%2F%2F127.0.0.1%3A1455%2Fauth%2Fcallback\
         &code_challenge={challenge}&code_challenge_method=S256&state=a%2Bb",
        up.origin()
    );
    let browser = Client::builder().no_proxy().redirect(Policy::none());
    let page = browser.build().unwrap().get(url).send().await.unwrap();
    assert_eq!(page.status(), 302);
    page.headers()["location"].to_str().unwrap().to_owned()
}

fn code(location: &str) -> String {
    let code = location.strip_prefix(&format!("{CALLBACK}?code="));
    code.unwrap()
        .strip_suffix("&state=a%2Bb")
        .unwrap()
        .to_owned()
}

/// Exchanges a code, and says with what status and for what.
async fn exchanged(up: &Running, code: &str, verifier: &str, redirect: &str) -> (u16, Value) {
    let escaped = |text: &str| text.replace(' ', "+").replace(':', "%3A");
    let form = format!(
        "grant_type=authorization_code&client_id=app&code={code}&redirect_uri={}&code_verifier={}",
        escaped(redirect),
        escaped(verifier)
    );
    let request = http().post(format!("{}/oauth/token", up.origin()));
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    let response = request.body(form).send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

/// Posts JSON to the issuer.
async fn told(up: &Running, path: &str, body: &Value) -> (u16, Value) {
    let url = format!("{}{path}", up.origin());
    let response = http().post(url).json(body).send().await.unwrap();
    let status = response.status().as_u16();
    (status, response.json().await.unwrap_or_default())
}

fn is_login(tokens: &Value) -> bool {
    let names = ["id_token", "access_token", "refresh_token"];
    names.iter().all(|name| tokens[name].is_string())
}

#[tokio::test]
async fn a_login_in_a_browser_leads_to_tokens_once() {
    let up = upstream().await;
    let code = code(&opened(&up).await);
    let (status, tokens) = exchanged(&up, &code, VERIFIER, CALLBACK).await;
    assert_eq!(status, 200);
    assert!(is_login(&tokens), "{tokens}");
    let (status, again) = exchanged(&up, &code, VERIFIER, CALLBACK).await;
    assert_eq!(
        (status, &again["error"]["code"]),
        (400, &json!("invalid_grant"))
    );
}

#[tokio::test]
async fn a_code_is_worth_nothing_without_its_word_or_at_another_address() {
    let up = upstream().await;
    for (verifier, redirect) in [
        ("another word", CALLBACK),
        (VERIFIER, "http://127.0.0.1:1456/auth/callback"),
    ] {
        let code = code(&opened(&up).await);
        let (status, _) = exchanged(&up, &code, verifier, redirect).await;
        assert_eq!(status, 400, "{verifier} {redirect}");
    }
    let (status, _) = exchanged(&up, "code-made-up", VERIFIER, CALLBACK).await;
    assert_eq!(status, 400);
}

#[tokio::test]
async fn a_login_can_be_denied_in_the_browser() {
    let up = upstream().await;
    up.deny_sign_in();
    assert_eq!(
        opened(&up).await,
        format!("{CALLBACK}?error=access_denied&state=a%2Bb")
    );
    up.allow_sign_in();
    code(&opened(&up).await);
}

#[tokio::test]
async fn whoever_signs_in_anew_has_a_login_again() {
    let up = upstream().await;
    up.refuse_login();
    let refresh = json!({ "grant_type": "refresh_token", "refresh_token": "refresh-scripted-0" });
    assert_eq!(told(&up, "/oauth/token", &refresh).await.0, 401);
    let code = code(&opened(&up).await);
    exchanged(&up, &code, VERIFIER, CALLBACK).await;
    assert_eq!(told(&up, "/oauth/token", &refresh).await.0, 200);
}

#[tokio::test]
async fn a_token_that_was_handed_back_is_refreshed_no_more() {
    let up = upstream().await;
    let login = auth::fake_login();
    let token = &login["tokens"]["refresh_token"];
    let revoke = json!({ "token": token, "token_type_hint": "refresh_token", "client_id": "app" });
    assert_eq!(told(&up, "/oauth/revoke", &revoke).await.0, 200);
    for (token, status) in [(token.clone(), 401), (json!("refresh-scripted-9"), 200)] {
        let refresh = json!({ "grant_type": "refresh_token", "refresh_token": token });
        assert_eq!(told(&up, "/oauth/token", &refresh).await.0, status);
    }
}

#[tokio::test]
async fn a_plan_is_exchanged_for_no_key() {
    let up = upstream().await;
    let grant = "urn:ietf:params:oauth:grant-type:token-exchange";
    let exchange = json!({ "grant_type": grant, "requested_token": "openai-api-key" });
    assert_eq!(told(&up, "/oauth/token", &exchange).await.0, 401);
}

/// A device that asks for its login: what it was given, and what it is told each time it asks.
struct Device(Value);

impl Device {
    async fn new(up: &Running) -> Self {
        let asked = json!({ "client_id": "app" });
        let (status, given) = told(up, "/api/accounts/deviceauth/usercode", &asked).await;
        assert_eq!(status, 200);
        assert_eq!(given["interval"], "1", "a string of seconds");
        Self(given)
    }

    async fn asks(&self, up: &Running) -> (u16, Value) {
        let Value::Object(mut asked) = self.0.clone() else {
            panic!("no object");
        };
        asked.remove("interval");
        told(up, "/api/accounts/deviceauth/token", &asked.into()).await
    }
}

#[tokio::test]
async fn a_device_waits_until_it_is_approved() {
    let up = upstream().await;
    let device = Device::new(&up).await;
    assert_eq!(up.device_waiting().await, device.0["user_code"]);
    assert_eq!(device.asks(&up).await.0, 403);
    up.approve_device();
    let (status, given) = device.asks(&up).await;
    assert_eq!(status, 200);
    let verifier = given["code_verifier"].as_str().unwrap();
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier));
    assert_eq!(given["code_challenge"], challenge);
    let code = given["authorization_code"].as_str().unwrap();
    let redirect = format!("{}/deviceauth/callback", up.origin());
    let (status, tokens) = exchanged(&up, code, verifier, &redirect).await;
    assert_eq!(status, 200);
    assert!(is_login(&tokens), "{tokens}");
}

#[tokio::test]
async fn a_device_is_answered_alone_by_whoever_types_its_code_in() {
    let up = upstream().await;
    let (first, second) = (Device::new(&up).await, Device::new(&up).await);
    let page = format!("{}/codex/device", up.origin());
    let shown = http()
        .get(&page)
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(shown.contains("name=user_code"));
    let code = first.0["user_code"].as_str().unwrap();
    let form = format!("user_code={code}&verdict=deny");
    http().post(&page).body(form).send().await.unwrap();
    assert_eq!(first.asks(&up).await.0, 400);
    assert_eq!(second.asks(&up).await.0, 403);
    up.deny_device();
    assert_eq!(second.asks(&up).await.0, 400);
}

#[tokio::test]
async fn where_devices_are_forbidden_none_gets_a_code() {
    let up = upstream().await;
    up.forbid_device_login();
    let asked = json!({ "client_id": "app" });
    let (status, _) = told(&up, "/api/accounts/deviceauth/usercode", &asked).await;
    assert_eq!(status, 404);
}
