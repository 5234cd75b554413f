//! What each error means.

use serde_json::json;

use super::*;

/// 2026-11-20 05:45:30 UTC.
const NOW: Millis = Millis(1_795_153_530_000);

/// What the runner does about it, and why.
fn told(error: BackendError) -> (&'static str, Failure) {
    let way = match error {
        BackendError::LoginRequired(_) => "login",
        BackendError::Unavailable(_) => "later",
        BackendError::Rejected(_) => "no",
        BackendError::Protocol(_) => "protocol",
        _ => "?",
    };
    (way, error.into_failure())
}

fn error(info: Value, message: &str) -> TurnError {
    TurnError {
        message: message.into(),
        info,
        details: None,
    }
}

#[test]
fn every_name_of_an_error_has_an_outcome() {
    let http = |name: &str, status: Value| json!({ name: { "httpStatusCode": status } });
    for (info, way, code) in [
        (json!("unauthorized"), "login", OutcomeCode::NotSignedIn),
        (
            http("httpConnectionFailed", json!(401)),
            "login",
            OutcomeCode::NotSignedIn,
        ),
        (
            http("responseStreamConnectionFailed", json!(403)),
            "login",
            OutcomeCode::NotSignedIn,
        ),
        (
            http("responseTooManyFailedAttempts", json!(429)),
            "later",
            OutcomeCode::RateLimited,
        ),
        (
            json!("usageLimitExceeded"),
            "later",
            OutcomeCode::RateLimited,
        ),
        (
            json!("rateLimitExceeded"),
            "later",
            OutcomeCode::RateLimited,
        ),
        (
            json!("contextWindowExceeded"),
            "no",
            OutcomeCode::ContextTooLong,
        ),
        (
            http("httpConnectionFailed", json!(413)),
            "no",
            OutcomeCode::ContextTooLong,
        ),
        (json!("modelNotFound"), "no", OutcomeCode::NoModel),
        (
            json!("serverOverloaded"),
            "later",
            OutcomeCode::UpstreamFailed,
        ),
        (
            json!("flexUnavailable"),
            "later",
            OutcomeCode::UpstreamFailed,
        ),
        (
            json!("policyCapacityUnavailable"),
            "later",
            OutcomeCode::UpstreamFailed,
        ),
        (
            json!("internalServerError"),
            "later",
            OutcomeCode::UpstreamFailed,
        ),
        (
            http("httpConnectionFailed", json!(null)),
            "later",
            OutcomeCode::UpstreamFailed,
        ),
        (
            http("httpConnectionFailed", json!(500)),
            "later",
            OutcomeCode::UpstreamFailed,
        ),
        (
            http("responseStreamDisconnected", json!(null)),
            "later",
            OutcomeCode::UpstreamFailed,
        ),
        (
            http("responseStreamDisconnected", json!(503)),
            "later",
            OutcomeCode::UpstreamFailed,
        ),
        (json!("sandboxError"), "no", OutcomeCode::SandboxUnavailable),
        (
            json!("sessionBudgetExceeded"),
            "no",
            OutcomeCode::UpstreamFailed,
        ),
        (json!("cyberPolicy"), "no", OutcomeCode::UpstreamFailed),
        (
            json!("misalignmentPolicyViolation"),
            "no",
            OutcomeCode::UpstreamFailed,
        ),
        (json!("tooManyDenials"), "no", OutcomeCode::UpstreamFailed),
        (
            json!("inferenceHookDenied"),
            "no",
            OutcomeCode::UpstreamFailed,
        ),
        (json!("badRequest"), "no", OutcomeCode::UpstreamFailed),
        (
            json!("threadRollbackFailed"),
            "no",
            OutcomeCode::UpstreamFailed,
        ),
        (
            json!({ "activeTurnNotSteerable": { "turnKind": "review" } }),
            "no",
            OutcomeCode::UpstreamFailed,
        ),
        (json!("other"), "later", OutcomeCode::UpstreamFailed),
        (json!("somethingNew"), "later", OutcomeCode::UpstreamFailed),
        (json!(null), "later", OutcomeCode::UpstreamFailed),
    ] {
        let (is, failure) = told(failed(&error(info.clone(), "words"), NOW, &[]));
        assert_eq!((is, failure.code), (way, code), "{info}");
        assert_eq!(failure.detail.as_deref(), Some("words"), "{info}");
    }
}

#[test]
fn an_error_without_a_name_is_read() {
    let body =
        |code: &str| json!({ "error": { "message": "m", "type": "t", "code": code } }).to_string();
    for (message, way, code) in [
        (
            body("context_length_exceeded"),
            "no",
            OutcomeCode::ContextTooLong,
        ),
        (body("model_not_found"), "no", OutcomeCode::NoModel),
        (
            body("insufficient_quota"),
            "later",
            OutcomeCode::RateLimited,
        ),
        (body("bad_request"), "no", OutcomeCode::UpstreamFailed),
        (
            "stream disconnected before completion: x".into(),
            "later",
            OutcomeCode::UpstreamFailed,
        ),
        (
            "Incomplete response returned, reason: max_output_tokens".into(),
            "no",
            OutcomeCode::UpstreamFailed,
        ),
        (
            "Codex ran out of room in the model's context window.".into(),
            "no",
            OutcomeCode::ContextTooLong,
        ),
        (
            "plan type is required for chatgpt authentication".into(),
            "login",
            OutcomeCode::NotSignedIn,
        ),
        (
            "bubblewrap is unavailable".into(),
            "no",
            OutcomeCode::SandboxUnavailable,
        ),
    ] {
        let (is, failure) = told(failed(&error(json!("other"), &message), NOW, &[]));
        assert_eq!((is, failure.code), (way, code), "{message}");
    }
    let denied = error(json!("sandboxError"), "blocked by read-only sandbox");
    assert_eq!(
        told(failed(&denied, NOW, &[])).1.code,
        OutcomeCode::SandboxDenied
    );
}

#[test]
fn more_words_are_kept_once() {
    for (details, expected) in [(None, "a b"), (Some("a"), "a b"), (Some("c"), "a b\nc")] {
        let error = TurnError {
            message: "a b".into(),
            info: json!("badRequest"),
            details: details.map(str::to_owned),
        };
        assert_eq!(told(failed(&error, NOW, &[])).1.detail.unwrap(), expected);
    }
}

#[test]
fn a_limit_says_when_it_begins_anew() {
    let limit = |used_percent: f64, after: i64| Limit {
        id: "codex/primary".into(),
        used_percent,
        window_minutes: None,
        resets_at: Some(Millis(NOW.0 + after)),
    };
    let usage = "usageLimitExceeded";
    let rate = "rateLimitExceeded";
    for (name, message, limits, expected) in [
        (usage, "no time", vec![], None),
        (usage, "no time", vec![limit(43.0, 1000)], None),
        (
            usage,
            "no time",
            vec![limit(97.0, 5000), limit(100.0, 1000), limit(7.0, 9000)],
            Some(1000),
        ),
        (
            usage,
            "no time",
            vec![limit(100.0, 1000), limit(100.0, 2000)],
            Some(2000),
        ),
        (usage, "no time", vec![limit(100.0, -1000)], None),
        (usage, "try again at 6:45 AM.", vec![], Some(3_570_000)),
        (
            usage,
            "try again at 6:45 AM.",
            vec![limit(100.0, 1000)],
            Some(1000),
        ),
        (
            rate,
            "Please try again in 1.5s.",
            vec![limit(100.0, 9000)],
            Some(1500),
        ),
        (rate, "Please try again in 200ms", vec![], Some(200)),
        (
            rate,
            "try again in 2 minutes",
            vec![limit(100.0, 9000)],
            Some(9000),
        ),
        (rate, "try again in a while", vec![], None),
    ] {
        let (_, failure) = told(failed(&error(json!(name), message), NOW, &limits));
        assert_eq!(
            failure.retry_at,
            expected.map(|after| Millis(NOW.0 + after)),
            "{message} {limits:?}"
        );
    }
}

#[test]
fn context_too_long_and_no_model_say_what_to_do() {
    for (name, hint) in [
        (
            "contextWindowExceeded",
            "run /compact, start a new thread, or ask with less",
        ),
        ("modelNotFound", "choose another model, then retry"),
    ] {
        let (_, failure) = told(failed(&error(json!(name), "words"), NOW, &[]));
        assert_eq!(failure.hint, hint);
    }
}

#[test]
fn session_in_use_session_lost_and_what_is_not_allowed_are_told_from_refused_calls() {
    for (code, message, way, expected) in [
        (
            -32600,
            "thread 0199 already has an active writer",
            "no",
            OutcomeCode::SessionInUse,
        ),
        (
            -32600,
            "no rollout found for thread id 0199",
            "no",
            OutcomeCode::SessionLost,
        ),
        (
            -32600,
            "thread not found: 0199",
            "no",
            OutcomeCode::SessionLost,
        ),
        (
            -32602,
            "input is too large",
            "no",
            OutcomeCode::ContextTooLong,
        ),
        (
            -32600,
            "invalid thread settings override: invalid value for `approvals_reviewer`: `User` is not in the allowed set",
            "no",
            OutcomeCode::CodexStartFailed,
        ),
        (
            -32600,
            "invalid thread settings override: invalid value for `sandbox_mode`: `ReadOnly` is not in the allowed set",
            "no",
            OutcomeCode::CodexStartFailed,
        ),
        (
            -32600,
            "failed to load configuration: Failed to load cloud config bundle (workspace-managed policies).",
            "later",
            OutcomeCode::UpstreamFailed,
        ),
        (
            -32600,
            "failed to load configuration: config.toml:1:6: key with no value, expected `=`",
            "no",
            OutcomeCode::CodexStartFailed,
        ),
        (
            -32600,
            "Invalid request: unknown variant `x`",
            "protocol",
            OutcomeCode::Crashed,
        ),
        (
            -32603,
            "401 Unauthorized",
            "login",
            OutcomeCode::NotSignedIn,
        ),
        (
            -32603,
            "something new",
            "later",
            OutcomeCode::UpstreamFailed,
        ),
    ] {
        let (is, failure) = told(refused(code, message, NOW));
        assert_eq!((is, failure.code), (way, expected), "{message}");
    }
}

#[test]
fn codex_start_failed_keeps_what_the_program_said() {
    let (way, failure) = told(start_failed("exit 1: no such option"));
    assert_eq!(
        (way, failure.code),
        ("later", OutcomeCode::CodexStartFailed)
    );
    assert_eq!(failure.detail.as_deref(), Some("exit 1: no such option"));
}
