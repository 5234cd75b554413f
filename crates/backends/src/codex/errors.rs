//! From Codex's words to our outcomes. `codex exec` gives failures as sentences without a code, so
//! this is the one place that reads them (the sentences of codex-cli 0.169, observed in plan mode).
//! Never shows a sentence it does not know as if it were a remedy.

use jiff::{civil, tz::TimeZone};
use switchboard_engine::backend::BackendError;
use switchboard_model::{
    Millis,
    outcome::{Failure, OutcomeCode},
};

/// How to sign in, wherever that is the remedy.
pub const SIGN_IN: &str = "sign in with ChatGPT in Settings > Models, or run `codex login`";

/// The failure behind the last sentence of a failed turn. Times in it are read as UTC, because the
/// program is started with `TZ=UTC`.
pub fn failed(sentence: &str, now: Millis) -> BackendError {
    let has = |words: &[&str]| words.iter().any(|word| sentence.contains(word));
    if has(&[
        "usage limit",
        "rate limit",
        "429 Too Many Requests",
        "Quota exceeded",
    ]) {
        let at = resets_at(sentence, now);
        let failure = Failure::new(
            OutcomeCode::RateLimited,
            "the ChatGPT plan's limit is used up",
        )
        .retry_at(at);
        let failure = if at.is_some() {
            failure.hint("wait until the limit resets, then retry")
        } else {
            failure
        };
        return BackendError::Unavailable(failure.detail(sentence));
    }
    if has(&[
        "401 Unauthorized",
        "403 Forbidden",
        "could not be refreshed",
        "plan type is required",
        "sign in again",
    ]) || has(&[
        "routing discovery unauthorized",
        "auth.openai.com/oauth/token",
    ]) {
        return BackendError::LoginRequired(
            Failure::new(
                OutcomeCode::NotSignedIn,
                "ChatGPT refused the login of the Codex CLI",
            )
            .hint(SIGN_IN)
            .detail(sentence),
        );
    }
    if has(&[
        "bubblewrap is unavailable",
        "No permissions to create",
        "namespace",
    ]) {
        return BackendError::Rejected(
            Failure::new(
                OutcomeCode::SandboxUnavailable,
                "the sandbox of the Codex CLI cannot work on this machine",
            )
            .detail(sentence),
        );
    }
    if has(&["sandbox denied", "read-only sandbox"]) {
        return BackendError::Rejected(denied(sentence));
    }
    if has(&["context window"]) {
        return too_long(sentence);
    }
    if has(&["does not exist or you do not have access"]) {
        return no_model(sentence);
    }
    if has(&["high demand", "at capacity", "overloaded"]) {
        return BackendError::Unavailable(
            Failure::new(
                OutcomeCode::UpstreamFailed,
                "ChatGPT is overloaded right now",
            )
            .hint("retry in a minute")
            .detail(sentence),
        );
    }
    let message = if has(&["stream disconnected", "error sending request"]) {
        "the connection to ChatGPT was lost"
    } else {
        "ChatGPT answered with an error"
    };
    BackendError::Unavailable(Failure::new(OutcomeCode::UpstreamFailed, message).detail(sentence))
}

/// What is said of a session that another program has.
pub const HELD: &str = "already has an active writer";

/// Why a session cannot be taken up, if that is what these words say.
pub fn of_session(words: &str) -> Option<BackendError> {
    let (code, message) = if words.contains(HELD) {
        (
            OutcomeCode::SessionInUse,
            "another program works in Codex's session of this thread",
        )
    } else if words.contains("no rollout found") || words.starts_with("thread not found") {
        (
            OutcomeCode::SessionLost,
            "Codex no longer has its session of this thread",
        )
    } else {
        return None;
    };
    Some(BackendError::Rejected(
        Failure::new(code, message).detail(words),
    ))
}

/// The account has no such model.
pub fn no_model(sentence: &str) -> BackendError {
    BackendError::Rejected(
        Failure::new(
            OutcomeCode::NoModel,
            "ChatGPT does not have the model that was asked for",
        )
        .detail(sentence),
    )
}

/// More was said than the model, or Codex, can read.
pub fn too_long(sentence: &str) -> BackendError {
    BackendError::Rejected(
        Failure::new(
            OutcomeCode::ContextTooLong,
            "the conversation is longer than the model can read",
        )
        .hint("ask in a new thread, or in smaller messages")
        .detail(sentence),
    )
}

/// What Codex is to log, beside its errors, in a turn with images.
pub const IMAGE_LOG: &str = "error,codex_core::image_preparation=warn";

/// An image that Codex could not read. It goes on without it and tells only the model, in words that it may
/// answer to as if they were somebody's; so such an answer is none.
pub fn unread_image(stderr: &str) -> Option<BackendError> {
    let line = stderr
        .lines()
        .find(|line| line.contains("codex_core::image_preparation: failed to prepare"))?;
    let failure = Failure::new(
        OutcomeCode::AttachmentUnsupported,
        "the Codex CLI cannot read an image that came with the message",
    );
    let (_, said) = line.split_once("codex_core::image_preparation: ")?;
    Some(BackendError::Rejected(
        failure
            .hint("save the image anew, as PNG or JPEG, and send it with a new message")
            .detail(said),
    ))
}

/// The sandbox refused something, and no answer came.
pub fn denied(what: &str) -> Failure {
    Failure::new(
        OutcomeCode::SandboxDenied,
        "the read-only sandbox refused what the assistant tried",
    )
    .detail(what)
}

/// The time in "try again at 6:45 AM." or "try again at Nov 21st, 2026 6:45 AM."
pub(crate) fn resets_at(sentence: &str, now: Millis) -> Option<Millis> {
    let (_, rest) = sentence.split_once("try again at ")?;
    let end = rest.find(" AM").or_else(|| rest.find(" PM"))? + 3;
    let words = rest.get(..end)?;
    let moment = if let Ok(time) = civil::Time::strptime("%I:%M %p", words) {
        let today = jiff::Timestamp::from_millisecond(now.0)
            .ok()?
            .to_zoned(TimeZone::UTC)
            .date();
        let moment = today
            .to_datetime(time)
            .to_zoned(TimeZone::UTC)
            .ok()?
            .timestamp();
        // A bare time is today's; just before midnight it may already be tomorrow's.
        if moment.as_millisecond() < now.0 {
            moment + jiff::SignedDuration::from_hours(24)
        } else {
            moment
        }
    } else {
        let plain = ["st,", "nd,", "rd,", "th,"]
            .iter()
            .fold(words.to_owned(), |w, suffix| w.replace(suffix, ","));
        civil::DateTime::strptime("%b %d, %Y %I:%M %p", plain)
            .ok()?
            .to_zoned(TimeZone::UTC)
            .ok()?
            .timestamp()
    };
    Some(Millis(moment.as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-20 05:45:30 UTC.
    const NOW: Millis = Millis(1_795_153_530_000);

    fn code(sentence: &str) -> OutcomeCode {
        failed(sentence, NOW).into_failure().code
    }

    #[test]
    fn codex_sentences_become_codes() {
        for (sentence, expected) in [
            (
                "You’ve hit your usage limit. Try again later.",
                OutcomeCode::RateLimited,
            ),
            (
                "exceeded retry limit, last status: 429 Too Many Requests",
                OutcomeCode::RateLimited,
            ),
            (
                "unexpected status 401 Unauthorized: x, url: y",
                OutcomeCode::NotSignedIn,
            ),
            (
                "Your access token could not be refreshed because your refresh token was revoked. Please log out and sign in again.",
                OutcomeCode::NotSignedIn,
            ),
            (
                "plan type is required for chatgpt authentication",
                OutcomeCode::NotSignedIn,
            ),
            (
                "We’re currently experiencing high demand, which may cause temporary errors.",
                OutcomeCode::UpstreamFailed,
            ),
            (
                "stream disconnected before completion: x",
                OutcomeCode::UpstreamFailed,
            ),
            ("bubblewrap is unavailable", OutcomeCode::SandboxUnavailable),
            (
                "The model `x` does not exist or you do not have access to it.",
                OutcomeCode::NoModel,
            ),
            ("something new", OutcomeCode::UpstreamFailed),
        ] {
            assert_eq!(code(sentence), expected, "{sentence}");
        }
    }

    #[test]
    fn the_reset_time_of_a_limit_is_read() {
        let at = |sentence: &str| failed(sentence, NOW).into_failure().retry_at;
        assert_eq!(
            at("You’ve hit your usage limit. Visit x or try again at 6:45 AM."),
            Some(Millis(1_795_157_100_000))
        );
        assert_eq!(
            at("You’ve hit your usage limit. Try again at 1:00 AM.")
                .or(at("usage limit, try again at 1:00 AM.")),
            Some(Millis(1_795_222_800_000)),
            "an hour that has passed is tomorrow's"
        );
        assert_eq!(
            at("usage limit, try again at Nov 21st, 2026 1:00 AM."),
            Some(Millis(1_795_222_800_000))
        );
        assert_eq!(at("usage limit. Try again later."), None);
    }
}
