//! Made-up logins: contents for an `auth.json` that the Codex CLI takes for real. Owns the claims such a token needs;
//! signs nothing, because the CLI decodes its tokens and never verifies them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

/// The account that the made-up logins belong to; the upstream's routing answer names the same one.
pub const ACCOUNT_ID: &str = "acct-scripted";
/// The address that the made-up logins show.
pub const EMAIL: &str = "demo@example.test";
/// The plan that the made-up logins claim.
pub const PLAN: &str = "plus";
/// A plan whose workspace has an administrator.
const MANAGED_PLAN: &str = "enterprise";

/// In the year 2100, so that no test starts to fail on a birthday.
const FAR_FUTURE: i64 = 4_102_444_800;
/// The first second of 2020.
const LONG_AGO: i64 = 1_577_836_800;

/// A ChatGPT-plan login that stays valid.
pub fn fake_login() -> Value {
    login(FAR_FUTURE)
}

/// A ChatGPT-plan login whose access token has run out, so that the CLI refreshes it before anything else.
pub fn expired_login() -> Value {
    login(LONG_AGO)
}

/// A ChatGPT-plan login of a workspace whose administrator may demand something: see [`crate::Running::demand`].
pub fn managed_login() -> Value {
    login_of(MANAGED_PLAN, FAR_FUTURE)
}

/// A login with an API key, which would be billed by use and not by plan.
pub fn api_key_login() -> Value {
    json!({ "auth_mode": "apikey", "OPENAI_API_KEY": "sk-scripted-0000000000000000000000" })
}

/// The three tokens of a login, as the token endpoint hands them out.
pub(crate) fn tokens(expires_at: i64, generation: u64) -> Value {
    tokens_of(PLAN, expires_at, generation)
}

fn tokens_of(plan: &str, expires_at: i64, generation: u64) -> Value {
    json!({
        "id_token": jwt(plan, expires_at),
        "access_token": jwt(plan, expires_at),
        "refresh_token": format!("refresh-scripted-{generation}"),
    })
}

/// The tokens of a refresh: valid for as long as those of [`fake_login`].
pub(crate) fn refreshed(generation: u64) -> Value {
    tokens(FAR_FUTURE, generation)
}

/// Whether a bearer token of the made-up kind has run out at `now`. A token that cannot be read has not.
pub(crate) fn has_expired(token: &str, now: i64) -> bool {
    token
        .split('.')
        .nth(1)
        .and_then(|claims| URL_SAFE_NO_PAD.decode(claims).ok())
        .and_then(|claims| serde_json::from_slice::<Value>(&claims).ok())
        .and_then(|claims| claims["exp"].as_i64())
        .is_some_and(|expires_at| expires_at <= now)
}

fn login(expires_at: i64) -> Value {
    login_of(PLAN, expires_at)
}

fn login_of(plan: &str, expires_at: i64) -> Value {
    let mut tokens = tokens_of(plan, expires_at, 0);
    tokens["account_id"] = json!(ACCOUNT_ID);
    json!({
        "auth_mode": "chatgpt",
        "OPENAI_API_KEY": null,
        "tokens": tokens,
        "last_refresh": "2026-01-01T00:00:00Z",
    })
}

/// An unsigned token with the claims that the CLI reads.
fn jwt(plan: &str, expires_at: i64) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let claims = json!({
        "sub": "user-scripted",
        "exp": expires_at,
        "email": EMAIL,
        "https://api.openai.com/profile": { "email": EMAIL },
        "https://api.openai.com/auth": {
            "chatgpt_plan_type": plan,
            "chatgpt_user_id": "user-scripted",
            "chatgpt_account_id": ACCOUNT_ID,
        },
    });
    format!(
        "{}.{}.{}",
        part(&json!({ "alg": "none", "typ": "JWT" })),
        part(&claims),
        URL_SAFE_NO_PAD.encode("unsigned")
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    fn access_token(login: &Value) -> &str {
        login["tokens"]["access_token"].as_str().unwrap()
    }

    #[test]
    fn the_expired_login_differs_from_the_fake_one_in_its_expiry_only() {
        let now = 1_800_000_000;
        assert!(!has_expired(access_token(&fake_login()), now));
        assert!(has_expired(access_token(&expired_login()), now));
        assert_eq!(
            fake_login()["tokens"]["account_id"],
            expired_login()["tokens"]["account_id"]
        );
    }

    #[test]
    fn a_token_that_is_no_jwt_never_expires() {
        assert!(!has_expired("sk-something", i64::MAX));
    }
}
