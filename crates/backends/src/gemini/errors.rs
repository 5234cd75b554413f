//! From Gemini's words and exit codes to our outcomes. The program gives Google's answers as sentences, sometimes with
//! the whole JSON in them, so this is the one place that reads them (Gemini CLI 0.61 observed). Never shows a sentence it
//! does not know as if it were a remedy.

use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::Value;
use switchboard_engine::backend::BackendError;
use switchboard_model::{
    Millis,
    outcome::{Failure, OutcomeCode},
};

use super::login;
use crate::process::{ExitStatus, redact};

/// The program's exit code for "no login".
const NOT_SIGNED_IN: i32 = 41;
/// Its exit code for a turn that made more requests than its settings allow.
const TOO_MANY_ROUNDS: i32 = 53;

/// What a failed turn came to. `told` is what the program said of it, on its output or on standard error.
pub fn failed(told: &str, exit: ExitStatus, now: Millis) -> BackendError {
    let sentence = redact(&sentence(told));
    let has = |words: &[&str]| words.iter().any(|word| told.contains(word));
    match http_status(told, exit) {
        _ if exit == ExitStatus::Code(NOT_SIGNED_IN) => signed_out(
            "the Gemini CLI has no login that works without a person",
            &sentence,
        ),
        Some(429) => {
            let at = retry_after(told).map(|pause| now.plus(pause));
            let failure = Failure::new(
                OutcomeCode::RateLimited,
                "the quota of the Gemini account is used up",
            );
            BackendError::Unavailable(failure.retry_at(at).detail(sentence))
        }
        Some(400) if has(&["API_KEY_INVALID", "API key not valid", "API key expired"]) => {
            signed_out("Google refused the API key", &sentence)
        }
        Some(400)
            if has(&[
                "Unable to process input image",
                "Unsupported MIME type",
                "document has no pages",
            ]) =>
        {
            let failure = Failure::new(
                OutcomeCode::AttachmentUnsupported,
                "Google cannot read a file that came with the message",
            )
            .hint("save the file anew, an image as PNG or JPEG, and send it with a new message");
            BackendError::Rejected(failure.detail(sentence))
        }
        Some(401 | 403) => signed_out("Google refused the login of the Gemini CLI", &sentence),
        Some(503) => unavailable(
            "Google is overloaded right now",
            &sentence,
            "retry in a minute",
        ),
        _ if has(&["is not found for API version", "ModelNotFound"]) => {
            let failure = Failure::new(
                OutcomeCode::UpstreamFailed,
                "Google does not offer the model that is configured",
            )
            .hint("name another with the setting providers.gemini.model, then retry");
            BackendError::Rejected(failure.detail(sentence))
        }
        _ if has(&["without a finish reason"]) => unavailable(
            "Google ended the answer before it was complete",
            &sentence,
            "retry; if it stays, ask in other words: Google may block this question",
        ),
        _ if has(&[
            "blocked due to",
            "blocked by",
            "Execution blocked",
            "recitation",
        ]) =>
        {
            let failure = Failure::new(
                OutcomeCode::UpstreamFailed,
                "Google's filter blocked the answer",
            )
            .hint("ask in other words");
            BackendError::Rejected(failure.detail(sentence))
        }
        _ if has(&["context window", "token count exceeds", "token limit"]) => {
            let failure = Failure::new(
                OutcomeCode::UpstreamFailed,
                "the conversation or its answer is longer than the model can take",
            )
            .hint("ask in a new thread, or in smaller messages");
            BackendError::Rejected(failure.detail(sentence))
        }
        _ if exit == ExitStatus::Code(TOO_MANY_ROUNDS) => {
            let failure = Failure::new(
                OutcomeCode::UpstreamFailed,
                "the model called for tools again and again and gave no answer",
            )
            .hint("retry, or ask in other words");
            BackendError::Rejected(failure.detail(sentence))
        }
        None if has(&[
            "terminated",
            "fetch failed",
            "ECONN",
            "ENOTFOUND",
            "timeout",
        ]) =>
        {
            unavailable("the connection to Google was lost", &sentence, "retry")
        }
        _ => {
            let failure =
                Failure::new(OutcomeCode::UpstreamFailed, "Google answered with an error");
            BackendError::Unavailable(failure.detail(sentence))
        }
    }
}

/// Whether the program means that nothing came, which is an outcome of its own.
pub fn is_empty(told: &str) -> bool {
    told.contains("empty response") || told.contains("no final response text")
}

/// What a turn came to that ended without a word of its end on the output: the exit code says it, or the object that
/// begins at the last line of standard error that is `{`. `None` if nothing explains it.
pub fn silent(stderr: &str, exit: ExitStatus, now: Millis) -> Option<BackendError> {
    let told = object(stderr);
    let known = matches!(
        exit,
        ExitStatus::Code(NOT_SIGNED_IN | TOO_MANY_ROUNDS | 144..=255)
    );
    if told.is_none() && !known {
        return None;
    }
    let last = || stderr.lines().rfind(|line| !line.trim().is_empty());
    let told = told.or_else(|| last().map(str::to_owned));
    Some(failed(&told.unwrap_or_default(), exit, now))
}

fn object(stderr: &str) -> Option<String> {
    let object: Value = last_object(stderr)?;
    Some(object["error"]["message"].as_str()?.to_owned())
}

/// What stands from the last line that is `{` on: whatever was said before it, that is where an object begins that is
/// written over many lines.
pub fn last_object<T: DeserializeOwned>(text: &str) -> Option<T> {
    let lines: Vec<&str> = text.lines().collect();
    let at = lines.iter().rposition(|line| line.trim_end() == "{")?;
    serde_json::from_str(&lines[at..].join("\n")).ok()
}

/// Whether a version that knows no such format refused it. It reads its arguments before anything else.
pub fn is_unknown_format(format: &str, stderr: &str, exit: ExitStatus) -> bool {
    let refusal = format!("Argument: output-format, Given: \"{format}\"");
    exit == ExitStatus::Code(1)
        && stderr
            .lines()
            .any(|line| line.trim_start().starts_with(&refusal))
}

/// What a version comes to that says nothing which a program can read.
pub fn too_old() -> BackendError {
    let failure = Failure::new(
        OutcomeCode::AssistantUnavailable,
        "the installed Gemini CLI is too old to answer here",
    );
    BackendError::Rejected(
        failure.hint("update it: `npm install -g @google/gemini-cli@latest`, then retry"),
    )
}

/// Whether a version refused to be asked for any format at all.
pub fn has_no_formats(stderr: &str, exit: ExitStatus) -> bool {
    exit == ExitStatus::Code(1)
        && stderr
            .lines()
            .any(|line| line.starts_with("Unknown argument") && line.contains("output-format"))
}

fn signed_out(message: &str, sentence: &str) -> BackendError {
    let failure = Failure::new(OutcomeCode::NotSignedIn, message).hint(login::SIGN_IN);
    BackendError::LoginRequired(failure.detail(sentence))
}

fn unavailable(message: &str, sentence: &str, hint: &str) -> BackendError {
    let failure = Failure::new(OutcomeCode::UpstreamFailed, message).hint(hint);
    BackendError::Unavailable(failure.detail(sentence))
}

/// The status with which Google answered: in its JSON, or in the exit code, which is the status modulo 256.
fn http_status(told: &str, exit: ExitStatus) -> Option<u16> {
    let told = google(told).and_then(|answer| answer["error"]["code"].as_u64());
    let told = told.and_then(|code| u16::try_from(code).ok());
    told.or(match exit {
        ExitStatus::Code(code @ 144..=255) => u16::try_from(code + 256).ok(),
        _ => None,
    })
}

/// Google's own words, without what the program puts around them.
fn sentence(told: &str) -> String {
    let message =
        google(told).and_then(|answer| Some(answer["error"]["message"].as_str()?.to_owned()));
    message.unwrap_or_else(|| {
        let told = told.trim();
        let inner = told.strip_prefix("[API Error: ").unwrap_or(told);
        inner.strip_suffix(']').unwrap_or(inner).to_owned()
    })
}

/// Google's answer in "[API Error: {…}]".
fn google(told: &str) -> Option<Value> {
    let json = &told[told.find('{')?..=told.rfind('}')?];
    serde_json::from_str(json).ok()
}

/// The pause in "Suggested retry after 37s.".
fn retry_after(told: &str) -> Option<Duration> {
    let (_, rest) = told.split_once("retry after ")?;
    let seconds = rest.split_once('s')?.0.parse().ok()?;
    Duration::try_from_secs_f64(seconds).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Millis = Millis(1_000_000);

    fn failure(told: &str, exit: i32) -> Failure {
        failed(told, ExitStatus::Code(exit), NOW).into_failure()
    }

    #[test]
    fn words_and_exit_codes_become_outcomes() {
        let json = |code: u16, rest: &str| {
            format!(r#"[API Error: {{"error":{{"code":{code},"message":"words"{rest}}}}}]"#)
        };
        let invalid = r#","details":[{"reason":"API_KEY_INVALID"}]"#;
        for (told, exit, code) in [
            ("", 41, OutcomeCode::NotSignedIn),
            (&json(400, invalid), 144, OutcomeCode::NotSignedIn),
            (&json(400, ""), 144, OutcomeCode::UpstreamFailed),
            (
                r#"[API Error: {"error":{"code":400,"message":"Unsupported MIME type: image/gif"}}]"#,
                144,
                OutcomeCode::AttachmentUnsupported,
            ),
            (&json(401, ""), 145, OutcomeCode::NotSignedIn),
            (&json(403, ""), 147, OutcomeCode::NotSignedIn),
            (
                "[API Error: You exceeded your current quota.]",
                173,
                OutcomeCode::RateLimited,
            ),
            (
                "[API Error: The model is overloaded.]",
                247,
                OutcomeCode::UpstreamFailed,
            ),
            ("[API Error: terminated]", 1, OutcomeCode::UpstreamFailed),
            ("something new", 1, OutcomeCode::UpstreamFailed),
        ] {
            assert_eq!(failure(told, exit).code, code, "{told} {exit}");
        }
    }

    #[test]
    fn googles_own_words_are_the_detail() {
        let told = r#"[API Error: {"error":{"code":403,"message":"leaked","status":"X"}}]"#;
        assert_eq!(failure(told, 147).detail.as_deref(), Some("leaked"));
        let told = "[API Error: models/x is not found for API version v1beta]";
        let failure = failure(told, 1);
        assert_eq!(
            failure.detail.as_deref(),
            Some("models/x is not found for API version v1beta")
        );
        assert!(failure.hint.contains("providers.gemini.model"));
    }

    #[test]
    fn the_time_at_which_a_quota_resets_is_read() {
        let at = |told: &str| failure(told, 173).retry_at;
        assert_eq!(
            at("[API Error: quota\nSuggested retry after 37s.]"),
            Some(Millis(1_037_000))
        );
        assert_eq!(at("retry after 1.5s."), Some(Millis(1_001_500)));
        assert_eq!(at("You have exhausted your daily quota"), None);
    }

    #[test]
    fn an_end_without_words_is_explained_by_its_exit_or_by_stderr_or_by_nothing() {
        let object = "Warning: x\n{ not this }\n    at main\n{\n  \"error\": {\n    \"message\": \"why\"\n  }\n}\n";
        let told = |stderr: &str, exit: i32| {
            let failure = silent(stderr, ExitStatus::Code(exit), NOW)?.into_failure();
            Some((failure.code, failure.detail.unwrap_or_default()))
        };
        let upstream = |detail: &str| Some((OutcomeCode::UpstreamFailed, detail.to_owned()));
        assert_eq!(told(object, 1), upstream("why"));
        assert_eq!(
            told("at main\nno login\n\n", 41),
            Some((OutcomeCode::NotSignedIn, "no login".into()))
        );
        assert_eq!(told("overloaded", 247), upstream("overloaded"));
        assert_eq!(told("untrusted folder", 55), None);
        assert_eq!(told("{\ntorn", 0), None);
    }
}
