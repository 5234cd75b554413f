//! Why the model stopped. `stream-json` does not tell: an answer that Google cut at its longest, or in whose middle a
//! filter stepped in, is a success there. The program's own telemetry tells, written to a file of the turn's folder and
//! sent nowhere; it holds no word of the conversation.

use std::path::Path;

use serde_json::{Deserializer, Value};
use switchboard_engine::backend::BackendError;
use switchboard_model::outcome::{Failure, OutcomeCode};

use crate::homes::read_bounded;

/// A turn of a few requests writes some hundred kilobytes.
const LIMIT: u64 = 32 * 1024 * 1024;

/// An error if the last answer was cut. A file that is missing or torn says nothing against it.
pub fn check(telemetry: &Path) -> Result<(), BackendError> {
    let text = read_bounded(telemetry, LIMIT).unwrap_or_default();
    let (message, hint) = match reason(&text).as_deref() {
        Some("length") => (
            "the answer is longer than the model may write",
            "ask for less at once, or for the rest",
        ),
        Some("content_filter") => (
            "Google's filter ended the answer before it was complete",
            "ask in other words",
        ),
        _ => return Ok(()),
    };
    Err(BackendError::Rejected(
        Failure::new(OutcomeCode::UpstreamFailed, message).hint(hint),
    ))
}

/// The last reason of the last answer, in the words of the OpenTelemetry conventions.
fn reason(telemetry: &str) -> Option<String> {
    let records = Deserializer::from_str(telemetry)
        .into_iter::<Value>()
        .map_while(Result::ok);
    let responses = records.filter_map(|mut record| {
        let attributes = record.get_mut("attributes")?;
        (attributes["event.name"] == "gemini_cli.api_response")
            .then(|| attributes["finish_reasons"].take())
    });
    let reasons = responses.last()?;
    Some(reasons.as_array()?.last()?.as_str()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_reason_of_the_last_answer_decides() {
        let response = |reasons: &str| {
            format!(
                "{{\n \"attributes\": {{\"event.name\": \"gemini_cli.api_response\", \"finish_reasons\": {reasons}}}\n}}\n"
            )
        };
        let other =
            "{\"attributes\": {\"event.name\": \"gemini_cli.config\"}}\n{\"resource\": {}}\n";
        let two = response(r#"["stop","length"]"#) + other + &response(r#"["stop","stop"]"#);
        for (text, expected) in [
            (
                response(r#"["stop","content_filter"]"#),
                Some("content_filter"),
            ),
            (two, Some("stop")),
            (response("[]"), None),
            (other.to_owned(), None),
            (String::new(), None),
            (response(r#"["length"]"#) + "{\"torn\":", Some("length")),
        ] {
            assert_eq!(reason(&text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn a_missing_file_says_nothing_against_an_answer() {
        assert_eq!(check(Path::new("/nonexistent")), Ok(()));
    }
}
