//! A Gemini CLI that is too old to stream: it answers all the same, once, and says why not where it cannot.

use std::fs;

use serde_json::{Value, json};
use switchboard_testkit::House;

use super::{
    answered,
    endings::{failed, house_with},
    is_kept, said,
};
use crate::support::text;

/// What it says of a format that it does not know, as the program of today says it of others.
const REFUSES: &str = r#"if [ "$1" = --version ]; then echo 0.1.0; exit; fi
echo "$2" >> "$(dirname "$0")/formats"
case "$2" in stream-json)
  printf 'Invalid values:\n  Argument: output-format, Given: "stream-json", Choices: "text", "json"\n' >&2
  exit 1 ;;
esac
"#;

/// One that speaks before it says the same words.
const BEGUN: &str = r#"if [ "$1" = --version ]; then echo 0.1.0; exit; fi
echo "$2" >> "$(dirname "$0")/formats"
echo '{"type":"message","role":"assistant","content":"so far"}'
echo 'Argument: output-format, Given: "stream-json"' >&2
exit 1"#;

/// In which formats the program was asked to speak, in order.
fn formats(house: &House) -> Vec<String> {
    let file = fs::read_to_string(house.folder().join("program/formats"));
    file.unwrap_or_default()
        .lines()
        .map(str::to_owned)
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_real_gemini_without_its_stream_is_asked_once_and_remembered() {
    let house = house_with(&format!("{REFUSES}exec \"$gemini\" \"$@\"")).await;
    let client = house.client();
    let asked =
        "@gemini needle-57\nmock: usage in=1000 cached=800 out=50 reasoning=20 ; text \"whole\"";
    let thread = client.thread().await;
    let turn = client.ask(&thread, asked).await;
    let turn = client.answered(&turn).await;
    let reply = client.messages(&thread).await.pop().unwrap();
    assert_eq!(reply["text"], "whole");
    assert_eq!(said(&client, &turn).await, "whole");
    let usage = &turn["usage"];
    assert_eq!(
        (&usage["input"], &usage["cached"], &usage["output"]),
        (&json!(1000), &json!(800), &json!(50)),
        "{turn}"
    );
    assert_eq!(formats(&house), ["stream-json", "json"]);
    assert_eq!(
        house.upstream.model_requests().len(),
        1,
        "the refusal asked nobody anything"
    );
    answered(&client, "@gemini mock: text \"again\"").await;
    assert_eq!(formats(&house), ["stream-json", "json", "json"]);

    for (script, code, words) in [
        ("status 429 resets_in=37", "rate_limited", "quota"),
        ("status 403", "not_signed_in", "refused"),
        ("empty", "empty_reply", "without an answer"),
        ("fail blocked", "upstream_failed", "ended the answer"),
        (r#"text "half" ; fail SAFETY"#, "upstream_failed", "filter"),
        (r#"text "half" ; incomplete"#, "upstream_failed", "longer"),
    ] {
        let turn = failed(&client, &format!("@gemini needle-57\nmock: {script}"), code).await;
        let error = &turn["error"];
        assert!(text(error, "message").contains(words), "{script}: {error}");
        assert!(
            !error.to_string().contains("needle-57"),
            "{script}: {error}"
        );
    }
    house.is_quiet().await;
    assert_eq!(is_kept(&house, "needle-57"), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upgraded_program_is_asked_to_stream_again() {
    let house = house_with(&format!("{REFUSES}exec \"$gemini\" \"$@\"")).await;
    let client = house.client();
    answered(&client, "@gemini mock: text \"one\"").await;
    let program = house.folder().join("program/gemini");
    let upgraded = fs::read_to_string(&program)
        .unwrap()
        .replace("stream-json)", "no-such)");
    fs::write(&program, upgraded).unwrap();
    answered(&client, "@gemini mock: text \"two\"").await;
    assert_eq!(formats(&house), ["stream-json", "json", "stream-json"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_a_refusal_of_the_format_is_tried_otherwise_and_raw_output_is_no_report() {
    let good = |text: &str| json!({ "response": text, "stats": {} });
    let pretty = |value: &Value| serde_json::to_string_pretty(value).unwrap();
    let script = format!(
        "{REFUSES}prompt=$(cat)\ncase \"$prompt\" in\n\
         *chatty*) echo 'Loaded cached credentials.'; cat <<'END'\n{}\nEND\n;;\n\
         *plain*) echo 'The answer is 4' ;;\n\
         *torn*) echo '{{'; echo '\"response\": \"so f' ;;\n\
         *odd*) cat <<'END'\n{}\nEND\nexit 7 ;;\n\
         *quota*) printf 'a stack\\n{{\\n\"error\": {{\"message\": \"[API Error: quota]\", \"code\": 429}}\\n}}\\n' >&2; exit 173 ;;\n\
         esac",
        pretty(&good("after a word")),
        pretty(&good("never")),
    );
    let house = house_with(&script).await;
    let client = house.client();
    let thread = answered(&client, "@gemini chatty").await;
    let reply = client.messages(&thread).await.pop().unwrap();
    assert_eq!(reply["text"], "after a word");
    for (asked, code) in [
        ("plain", "crashed"),
        ("torn", "crashed"),
        ("odd", "crashed"),
        ("quota", "rate_limited"),
    ] {
        failed(&client, &format!("@gemini {asked}"), code).await;
    }

    // The same words from a program that has begun to speak refuse nothing.
    let begun = house_with(BEGUN).await;
    failed(&begun.client(), "@gemini hello", "crashed").await;
    assert_eq!(formats(&begun), ["stream-json"]);

    let ancient =
        house_with("echo 'Unknown arguments: output-format, outputFormat' >&2\nexit 1").await;
    let turn = failed(&ancient.client(), "@gemini hello", "assistant_unavailable").await;
    let hint = text(&turn["error"], "hint");
    assert!(
        hint.contains("npm install -g @google/gemini-cli@latest"),
        "{hint}"
    );
}
