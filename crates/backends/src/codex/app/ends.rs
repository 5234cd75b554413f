//! From the app server's errors to our outcomes. Owns what each of its codes means for a person; the
//! sentences of an error without a code are read by `errors`, which `codex exec` shares.

use std::time::Duration;

use serde_json::Value;
use switchboard_engine::backend::BackendError;
use switchboard_model::{
    Millis,
    outcome::{Failure, OutcomeCode},
    usage::Limit,
};

use super::{
    heard::TurnError,
    read::{at, maybe, number, text},
    way,
};
use crate::codex::errors;

/// A limit that is used up to this says when it begins anew; one that is not is no reason to wait.
const USED_UP: f64 = 90.0;

/// Why a turn failed. `limits` are what was last heard of the plan.
pub fn failed(error: &TurnError, now: Millis, limits: &[Limit]) -> BackendError {
    let detail = detail(error);
    let (name, status) = named(&error.info);
    match (name, status) {
        ("unauthorized", _) | (_, Some(401 | 403)) => not_signed_in(&detail),
        ("usageLimitExceeded", _) => rate_limited(
            "the ChatGPT plan's limit is used up",
            &detail,
            plan_resets_at(limits, now).or_else(|| sentence_resets_at(error, now)),
        ),
        ("rateLimitExceeded", _) | (_, Some(429)) => rate_limited(
            "ChatGPT answers no more requests for now",
            &detail,
            soon(&error.message, now)
                .or_else(|| plan_resets_at(limits, now))
                .or_else(|| sentence_resets_at(error, now)),
        ),
        ("contextWindowExceeded", _) | (_, Some(413)) => too_long(&detail),
        ("modelNotFound", _) => errors::no_model(&detail),
        ("serverOverloaded" | "flexUnavailable" | "policyCapacityUnavailable", _)
        | (_, Some(503 | 529)) => unavailable(
            "ChatGPT is overloaded right now",
            Some("retry in a minute"),
            &detail,
        ),
        ("internalServerError", _) => unavailable("ChatGPT answered with an error", None, &detail),
        ("sandboxError", _) => match errors::failed(&error.message, now) {
            BackendError::Rejected(failure) => BackendError::Rejected(failure.detail(detail)),
            _ => rejected(
                OutcomeCode::SandboxUnavailable,
                "the sandbox of the Codex CLI cannot work on this machine",
                None,
                &detail,
            ),
        },
        ("sessionBudgetExceeded", _) => rejected(
            OutcomeCode::UpstreamFailed,
            "the session has used up its budget",
            Some("start a new thread, or raise the budget in Codex's configuration"),
            &detail,
        ),
        ("cyberPolicy" | "misalignmentPolicyViolation", _) => rejected(
            OutcomeCode::UpstreamFailed,
            "ChatGPT refused this by its usage policy",
            Some("ask in other words, or for something else"),
            &detail,
        ),
        ("tooManyDenials", _) => rejected(
            OutcomeCode::UpstreamFailed,
            "too much of what the assistant wanted to do was declined",
            Some("say what it may do, then retry"),
            &detail,
        ),
        ("inferenceHookDenied", _) => rejected(
            OutcomeCode::UpstreamFailed,
            "a hook in Codex's configuration refused the request",
            Some("look at the hooks in Codex's configuration"),
            &detail,
        ),
        ("badRequest" | "threadRollbackFailed" | "activeTurnNotSteerable", _) => rejected(
            OutcomeCode::UpstreamFailed,
            "ChatGPT refused the request",
            None,
            &detail,
        ),
        (
            "httpConnectionFailed"
            | "responseStreamConnectionFailed"
            | "responseStreamDisconnected"
            | "responseTooManyFailedAttempts",
            status,
        ) => match status {
            None => unavailable("the connection to ChatGPT was lost", None, &detail),
            Some(_) => unavailable("ChatGPT answered with an error", None, &detail),
        },
        // `internalServerError`, `other`, none, or one that a newer Codex has.
        _ => unnamed(error, now, &detail),
    }
}

/// A call to the app server that would have begun a turn or opened its session was refused.
pub fn refused(code: i64, message: &str, now: Millis) -> BackendError {
    if let Some(no_session) = errors::of_session(message) {
        return no_session;
    }
    // Input that is longer than Codex takes, which it says with the code for bad parameters.
    if code == -32602 && (message.contains("too large") || message.contains("maximum length")) {
        return too_long(message);
    }
    if message.contains("`approvals_reviewer`") {
        return rejected(
            OutcomeCode::CodexStartFailed,
            "whoever administers Codex has a model decide what people are asked here",
            Some("ask them to have `user` among the `allowed_approvals_reviewers`"),
            message,
        );
    }
    if way::is_refused(message) {
        return rejected(
            OutcomeCode::CodexStartFailed,
            "Codex refuses every way of working that this permission knows",
            Some("choose another permission for this thread, or ask whoever administers Codex"),
            message,
        );
    }
    if message.contains("Failed to load cloud config bundle") {
        return unavailable(
            "Codex cannot load what the administrator of the ChatGPT workspace demands of it",
            Some("retry in a minute; if it stays, ask the administrator"),
            message,
        );
    }
    if message.starts_with("failed to load configuration") {
        return rejected(
            OutcomeCode::CodexStartFailed,
            "Codex cannot read its configuration",
            Some("mend what the detail names in the `config.toml` of Codex's home, then retry"),
            message,
        );
    }
    if code == -32600 {
        return BackendError::Protocol(format!("the app server refused a call: {message}"));
    }
    errors::failed(message, now)
}

/// The app server did not start, or ended before it could be used.
pub fn start_failed(why: &str) -> BackendError {
    BackendError::Unavailable(
        Failure::new(
            OutcomeCode::CodexStartFailed,
            "the Codex app server did not start",
        )
        .detail(why),
    )
}

/// The name of a `codexErrorInfo`, and the HTTP status in it.
fn named(info: &Value) -> (&str, Option<i64>) {
    match info {
        Value::String(name) => (name, None),
        Value::Object(facts) => facts.iter().next().map_or(("", None), |(name, facts)| {
            (name.as_str(), number(facts, "httpStatusCode"))
        }),
        _ => ("", None),
    }
}

fn detail(error: &TurnError) -> String {
    match &error.details {
        Some(details) if !error.message.contains(details.as_str()) => {
            format!("{}\n{details}", error.message)
        }
        _ => error.message.clone(),
    }
}

/// An error without a name: its sentence, or the provider's own JSON, which has a code.
fn unnamed(error: &TurnError, now: Millis, detail: &str) -> BackendError {
    let body: Value = serde_json::from_str(&error.message).unwrap_or_default();
    let inner = at(&body, "error");
    let code = maybe(inner, "code").unwrap_or_else(|| text(inner, "type"));
    match code {
        "context_length_exceeded" => too_long(detail),
        "model_not_found" => errors::no_model(detail),
        "insufficient_quota" | "usage_limit_reached" => {
            rate_limited("the ChatGPT plan's limit is used up", detail, None)
        }
        "" if detail.contains("context window") => too_long(detail),
        "" if detail.contains("Incomplete response returned") => rejected(
            OutcomeCode::UpstreamFailed,
            "ChatGPT ended its answer before it was complete",
            Some("retry, or ask for less at once"),
            detail,
        ),
        "" => {
            let sentence = [
                error.message.as_str(),
                error.details.as_deref().unwrap_or(""),
            ];
            errors::failed(sentence.join("\n").trim(), now)
        }
        // It would be refused again.
        _ => rejected(
            OutcomeCode::UpstreamFailed,
            "ChatGPT refused the request",
            None,
            detail,
        ),
    }
}

fn not_signed_in(detail: &str) -> BackendError {
    BackendError::LoginRequired(
        Failure::new(
            OutcomeCode::NotSignedIn,
            "ChatGPT refused the login of the Codex CLI",
        )
        .hint(errors::SIGN_IN)
        .detail(detail),
    )
}

fn rate_limited(message: &str, detail: &str, at: Option<Millis>) -> BackendError {
    BackendError::Unavailable(
        Failure::new(OutcomeCode::RateLimited, message)
            .retry_at(at)
            .detail(detail),
    )
}

fn too_long(detail: &str) -> BackendError {
    rejected(
        OutcomeCode::ContextTooLong,
        "the conversation is longer than the model can read",
        None,
        detail,
    )
}

fn rejected(code: OutcomeCode, message: &str, hint: Option<&str>, detail: &str) -> BackendError {
    let failure = Failure::new(code, message).detail(detail);
    BackendError::Rejected(match hint {
        Some(hint) => failure.hint(hint),
        None => failure,
    })
}

fn unavailable(message: &str, hint: Option<&str>, detail: &str) -> BackendError {
    let failure = Failure::new(OutcomeCode::UpstreamFailed, message).detail(detail);
    BackendError::Unavailable(match hint {
        Some(hint) => failure.hint(hint),
        None => failure,
    })
}

/// When the limit that is used most begins anew.
fn plan_resets_at(limits: &[Limit], now: Millis) -> Option<Millis> {
    limits
        .iter()
        .filter(|limit| limit.used_percent >= USED_UP)
        .max_by(|a, b| {
            a.used_percent
                .total_cmp(&b.used_percent)
                .then(a.resets_at.cmp(&b.resets_at))
        })?
        .resets_at
        .filter(|at| *at > now)
}

fn sentence_resets_at(error: &TurnError, now: Millis) -> Option<Millis> {
    errors::resets_at(&error.message, now)
}

/// The time in "try again in 1.5s".
fn soon(sentence: &str, now: Millis) -> Option<Millis> {
    let (_, rest) = sentence.split_once("try again in ")?;
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    let (number, unit) = rest.split_at(end);
    let number: f64 = number.parse().ok()?;
    let unit: String = unit.chars().take_while(char::is_ascii_alphabetic).collect();
    let seconds = match unit.as_str() {
        "ms" => number / 1000.0,
        "s" | "seconds" | "second" => number,
        "m" | "minutes" | "minute" => number * 60.0,
        _ => return None,
    };
    let wait = Duration::try_from_secs_f64(seconds).ok()?;
    Some(now.plus(wait))
}

#[cfg(test)]
mod tests;
