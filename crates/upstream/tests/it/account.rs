//! The endpoints around the model.

use serde_json::{Value, json};
use switchboard_upstream::{Running, auth};

use crate::client::{bearer, http, upstream};

async fn get(up: &Running, path: &str) -> Value {
    let response = http()
        .get(format!("{}/{path}", up.backend_url()))
        .header("authorization", bearer(&auth::fake_login()))
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 200, "{path}");
    response.json().await.unwrap()
}

#[tokio::test]
async fn routing_discovery_names_an_https_origin_that_the_differing_base_urls_keep_unused() {
    let up = upstream().await;
    let accounts = get(&up, "wham/accounts/check").await;
    let account = &accounts["accounts"][0];
    assert_eq!(account["id"], auth::fake_login()["tokens"]["account_id"]);
    assert!(
        account["workspace_backend_origin"]
            .as_str()
            .unwrap()
            .starts_with("https://")
    );
    assert_eq!(account["account_routing_override"], "NO_CONSTRAINT");
    assert!(up.backend_url().starts_with("http://localhost:"));
    assert!(up.responses_url().starts_with("http://127.0.0.1:"));
}

#[tokio::test]
async fn every_endpoint_that_the_cli_asks_answers() {
    let up = upstream().await;
    for path in [
        "wham/accounts/check",
        "wham/usage",
        "wham/rate-limit-reset-credits",
        "wham/profiles/me",
        "wham/workspace-messages",
        "wham/settings/user",
        "wham/config/bundle",
        "codex/models?client_version=0.169.0",
        "ps/plugins/installed?limit=200",
    ] {
        get(&up, path).await;
    }
    assert_eq!(up.requests().len(), 9);
    assert_eq!(
        up.requests()[7].path,
        "/backend-api/codex/models?client_version=0.169.0"
    );
}

#[tokio::test]
async fn the_models_differ_as_real_ones_do_and_the_first_is_the_default() {
    let up = upstream().await;
    let catalogue = get(&up, "codex/models?client_version=0.169.0").await;
    let models = catalogue["models"].as_array().unwrap();
    let told: Vec<_> = models
        .iter()
        .map(|model| {
            let efforts = model["supported_reasoning_levels"].as_array().unwrap();
            let tiers = model["service_tiers"].as_array().unwrap();
            (
                model["slug"].as_str().unwrap(),
                model["priority"].as_u64().unwrap(),
                efforts.len(),
                tiers.len(),
                model["input_modalities"].as_array().unwrap().len(),
                model["tool_mode"].as_str(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("scripted-1", 1, 4, 1, 2, None),
            ("scripted-code", 2, 4, 1, 2, Some("code_mode_only")),
            ("scripted-mini", 3, 2, 0, 2, None),
            ("scripted-text", 4, 3, 0, 1, None),
        ]
    );
}

#[tokio::test]
async fn without_a_valid_login_the_backend_refuses() {
    let up = upstream().await;
    let url = format!("{}/wham/usage", up.backend_url());
    let code = async |authorization: Option<String>| {
        let mut request = http().get(&url);
        if let Some(authorization) = authorization {
            request = request.header("authorization", authorization);
        }
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        (
            status,
            response.json::<Value>().await.unwrap()["error"]["code"].clone(),
        )
    };
    assert_eq!(code(None).await, (401, json!("invalid_api_key")));
    assert_eq!(
        code(Some(bearer(&auth::expired_login()))).await,
        (401, json!("token_expired"))
    );
    up.refuse_login();
    assert_eq!(
        code(Some(bearer(&auth::fake_login()))).await,
        (401, json!("token_expired"))
    );
    up.accept_login();
    assert_eq!(
        code(Some(bearer(&auth::fake_login()))).await,
        (200, Value::Null)
    );
}

#[tokio::test]
async fn an_expired_login_is_refreshed_until_logins_are_refused() {
    let up = upstream().await;
    let refresh = async || {
        let url = format!("{}/oauth/token", up.origin());
        let body = json!({ "grant_type": "refresh_token", "refresh_token": "refresh-scripted-0" });
        let response = http().post(url).json(&body).send().await.unwrap();
        (
            response.status().as_u16(),
            response.json::<Value>().await.unwrap(),
        )
    };
    let (status, tokens) = refresh().await;
    assert_eq!(status, 200);
    assert_ne!(tokens["refresh_token"], "refresh-scripted-0");
    assert_eq!(
        tokens["access_token"],
        auth::fake_login()["tokens"]["access_token"]
    );
    up.refuse_login();
    let (status, refusal) = refresh().await;
    assert_eq!(
        (status, &refusal["error"]["code"]),
        (401, &json!("refresh_token_invalidated"))
    );
}

#[tokio::test]
async fn usage_is_in_whole_percent_as_it_was_set() {
    let up = upstream().await;
    up.set_limits(98.6, 50.0);
    let usage = get(&up, "wham/usage").await;
    assert_eq!(
        usage["rate_limit"]["primary_window"]["used_percent"],
        json!(99)
    );
    assert_eq!(
        usage["rate_limit"]["secondary_window"]["used_percent"],
        json!(50)
    );
}

#[tokio::test]
async fn the_plans_tool_server_needs_no_login_and_has_no_tools() {
    let up = upstream().await;
    let url = format!("{}/ps/mcp", up.backend_url());
    let call = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list" });
    let answer: Value = http()
        .post(&url)
        .json(&call)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(
        answer,
        json!({ "jsonrpc": "2.0", "id": 1, "result": { "tools": [] } })
    );
    let notice = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
    assert_eq!(
        http()
            .post(&url)
            .json(&notice)
            .send()
            .await
            .unwrap()
            .status(),
        202
    );
}

#[tokio::test]
async fn both_host_names_reach_it() {
    let up = upstream().await;
    for host in ["localhost", "127.0.0.1"] {
        let response = http()
            .get(format!("http://{host}:{}/v1/models", up.port()))
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), 200, "{host}");
    }
}
