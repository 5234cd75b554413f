//! Why a sign-in failed, from Codex's sentences to what a person can do about it. Codex gives no code, so this is the one
//! place that reads them (those of codex-cli 0.169, all seen). Never shows a sentence as if it were a remedy.

use std::path::Path;

use switchboard_engine::backend::SignInState;
use switchboard_model::outcome::{Failure, OutcomeCode};

use crate::process::redact;

/// How a sign-in ended of which Codex says this.
pub(super) fn ended(sentence: &str) -> SignInState {
    let has = |words: &[&str]| words.iter().any(|word| sentence.contains(word));
    let not_signed_in = OutcomeCode::NotSignedIn;
    let (code, message, hint) = if has(&["Login timed out", "timed out after"]) {
        return SignInState::Expired;
    } else if has(&["not enabled for this Codex server"]) {
        (
            not_signed_in,
            "this account or workspace does not allow signing in with a code",
            "switch device codes on in ChatGPT under Settings > Security, or let a workspace admin do it; or sign in \
             with the browser",
        )
    } else if has(&["missing_codex_entitlement"]) {
        (
            not_signed_in,
            "this ChatGPT workspace has no access to Codex",
            "ask an admin of the workspace for access, or choose another workspace when you sign in",
        )
    } else if has(&["access_denied", "device auth failed with status 400"]) {
        (
            not_signed_in,
            "the sign-in was refused in the browser",
            "begin again, and agree in the browser",
        )
    } else if has(&["already in use", "failed to start login server"]) {
        (
            not_signed_in,
            "other programs on the server's machine hold the ports that signing in needs (1455 and 1457)",
            "sign in with a code instead, or end those programs and begin again",
        )
    } else if has(&["Login cancelled", "Login was not completed"]) {
        (
            not_signed_in,
            "another sign-in on the server's machine took the place of this one",
            "finish that one, or begin again",
        )
    } else if has(&[
        "error sending request",
        "no answer within",
        "status 5",
        "dns error",
    ]) {
        (
            OutcomeCode::UpstreamFailed,
            "the server's machine cannot reach the place where ChatGPT signs people in",
            "look whether it reaches https://auth.openai.com, through a proxy if it needs one, and begin again",
        )
    } else if has(&[
        "Token exchange failed",
        "token endpoint",
        "Could not validate",
    ]) {
        (
            not_signed_in,
            "ChatGPT did not take the code that the browser brought",
            "begin again; a code counts once, and for a short time",
        )
    } else if has(&["the program ended"]) {
        (
            OutcomeCode::Crashed,
            "the Codex CLI ended while you signed in",
            "begin again; if it ends again, run `codex login` on the server's machine",
        )
    } else {
        (
            not_signed_in,
            "the sign-in failed",
            "begin again; if it fails again, run `codex login` on the server's machine",
        )
    };
    let failure = Failure::new(code, message).hint(hint);
    SignInState::Failed(failure.detail(redact(sentence)))
}

/// Codex says that it is done, and what turns look for is not there.
pub(super) fn not_kept(home: &Path) -> Failure {
    Failure::new(
        OutcomeCode::NotSignedIn,
        "the Codex CLI says that it is signed in, but kept no such login",
    )
    .hint("begin again, and finish in the browser that you began in; or run `codex login` on the server's machine")
    .detail(format!("looked for in {}", home.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sentence_of_codex_has_a_remedy() {
        let rows = [
            (
                "Login server error: Sign-in failed: access_denied",
                "agree in the browser",
            ),
            (
                "device auth failed with status 400 Bad Request",
                "agree in the browser",
            ),
            (
                "account/login/start: device code login is not enabled for this Codex server. Use the browser login or \
                 verify the server URL. (-32600)",
                "switch device codes on",
            ),
            (
                "account/login/start: failed to start login server: Port 127.0.0.1:1457 is already in use (-32603)",
                "with a code instead",
            ),
            ("Login server error: Login cancelled", "finish that one"),
            (
                "Login server error: Token exchange failed: error sending request for url (http://127.0.0.1:9/oauth/token)",
                "auth.openai.com",
            ),
            (
                "account/login/start: failed to request device code: error sending request for url \
                 (http://127.0.0.1:9/api/accounts/deviceauth/usercode) (-32603)",
                "auth.openai.com",
            ),
            (
                "account/login/start: no answer within 30 s",
                "auth.openai.com",
            ),
            (
                "Login server error: Token exchange failed: token endpoint returned status 400 Bad Request",
                "counts once",
            ),
            (
                "Sign-in failed: missing_codex_entitlement",
                "admin of the workspace",
            ),
            ("the program ended (signal 9): ", "`codex login`"),
            ("something new", "`codex login`"),
        ];
        for (sentence, remedy) in rows {
            let SignInState::Failed(failure) = ended(sentence) else {
                panic!("{sentence}");
            };
            assert!(failure.hint.contains(remedy), "{sentence}: {failure:?}");
        }
        assert_eq!(
            ended("Login server error: Login timed out"),
            SignInState::Expired
        );
    }
}
