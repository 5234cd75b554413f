//! Every way in which the real Gemini CLI ends without an answer, and how it comes to answer again.

use std::{fs, os::unix::fs::symlink};

use futures_util::future::join_all;
use serde_json::{Value, json};
use switchboard_testkit::{
    Client, Gemini, House, Options,
    house::{GEMINI_KEY, gemini},
};

use super::{answered, house, is_kept, real, said};
use crate::{
    failures::fails,
    support::{BINARY, files_below, text},
};

pub(super) async fn house_with(body: &str) -> House {
    let gemini = Gemini::Script(body.to_owned());
    House::start(
        BINARY,
        Options {
            gemini,
            ..Options::default()
        },
    )
    .await
}

/// Asks in a thread of its own and waits for the failure; the turn.
pub(super) async fn failed(client: &Client, message: &str, code: &str) -> Value {
    let thread = client.thread().await;
    let turn = client.ask(&thread, message).await;
    let turn = client.ended(&turn).await;
    assert_eq!(turn["state"], "failed", "{message}: {turn}");
    assert_eq!(turn["error"]["code"], code, "{message}: {turn}");
    let replies = client.messages(&thread).await.len();
    assert_eq!(replies, 1, "no chat text: {message}");
    turn
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_failed_keeps_what_was_said_and_says_why() {
    let house = house().await;
    let client = house.client();
    let rows: [(&str, &str, &str, &str, &str); 12] = [
        // What the upstream does, the outcome, what was said by then, and words of the message and of the hint.
        (
            "status 429 resets_in=37",
            "rate_limited",
            "",
            "quota",
            "wait",
        ),
        ("status 429", "rate_limited", "", "quota", "wait"),
        ("status 503", "upstream_failed", "", "overloaded", "retry"),
        (
            "status 403",
            "not_signed_in",
            "",
            "refused",
            "GEMINI_API_KEY",
        ),
        ("status 400", "upstream_failed", "", "error", "retry"),
        ("empty", "empty_reply", "", "without an answer", "by hand"),
        (
            "fail blocked",
            "upstream_failed",
            "",
            "ended the answer",
            "other words",
        ),
        (
            "fail SAFETY",
            "upstream_failed",
            "",
            "filter",
            "other words",
        ),
        (
            r#"text "half" ; fail SAFETY"#,
            "upstream_failed",
            "half",
            "filter",
            "other words",
        ),
        (
            r#"text "half" ; incomplete"#,
            "upstream_failed",
            "half",
            "longer",
            "less",
        ),
        (
            r#"text "half" ; unfinished"#,
            "upstream_failed",
            "half",
            "ended the answer",
            "retry",
        ),
        (
            r#"text "half" ; wait 100ms ; cut"#,
            "upstream_failed",
            "half",
            "connection",
            "retry",
        ),
    ];
    let (client, house) = (&client, &house);
    let mut turns = Vec::new();
    // A person has two at once; whoever waits for more would wait for all.
    for pair in rows.chunks(2) {
        let pair = pair
            .iter()
            .map(|(script, code, kept, message, hint)| async move {
                let turn =
                    failed(client, &format!("@gemini needle-41\nmock: {script}"), code).await;
                let error = &turn["error"];
                assert!(
                    text(error, "message").contains(message),
                    "{script}: {error}"
                );
                assert!(text(error, "hint").contains(hint), "{script}: {error}");
                assert_eq!(said(client, &turn).await, *kept, "{script}");
                assert!(
                    !error.to_string().contains("needle-41"),
                    "{script}: {error}"
                );
                turn
            });
        turns.extend(join_all(pair).await);
    }
    let wait =
        turns[0]["error"]["retry_at"].as_i64().unwrap() - turns[0]["ended_at"].as_i64().unwrap();
    assert!((30_000..=37_000).contains(&wait), "in {wait} ms");
    assert_eq!(
        turns[1]["error"]["retry_at"],
        Value::Null,
        "a day's quota says nothing"
    );
    assert_eq!(
        house.upstream.model_requests().len(),
        rows.len(),
        "nothing is tried again behind our back"
    );
    house.is_quiet().await;
    assert_eq!(
        is_kept(house, "needle-41"),
        None,
        "no report of an error stays"
    );
    assert_eq!(files_below(&house.home().join("work")).len(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stopped_gemini_takes_the_child_with_it_that_it_started_again_as() {
    let house = house_with("unset GEMINI_CLI_NO_RELAUNCH\n\"$gemini\" \"$@\"").await;
    let client = house.client();
    let thread = client.thread().await;
    let asked = "@gemini\nmock: text \"so far\" ; gate forever";
    let turn = client.ask(&thread, asked).await;
    client
        .item_where(&turn, |item| item["text"] == "so far")
        .await;
    let programs = house
        .children()
        .into_iter()
        .filter(|process| process.command.contains("gemini.js"));
    assert!(programs.count() >= 2, "it has started itself again");
    let stopped = client.stop(&turn).await;
    assert_eq!(stopped["state"], "cancelled", "{stopped}");
    house.is_quiet().await;
    assert_eq!(said(&client, &stopped).await, "so far");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gemini_that_is_slower_than_its_limit_is_timed_out_and_keeps_what_it_said() {
    let house = house().await;
    // A busy machine may take a while until the program says anything.
    for limit in ["6", "12", "24", "48"] {
        house.run_ok(&["assistants", "limits", "gemini", "--mention", limit]);
        let asked = "@gemini mock: text \"so far\" ; gate forever";
        let failed = fails(&house, asked, "failed", "timed_out").await;
        let hint = failed.hint();
        assert!(hint.contains("smaller messages"), "{hint}");
        let turn = failed.client.turn(&failed.turn).await;
        if said(&failed.client, &turn).await == "so far" {
            return;
        }
    }
    panic!("what was said is not kept");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gemini_that_is_installed_and_switched_on_while_the_server_runs_answers() {
    let options = Options {
        gemini: Gemini::At("later/gemini"),
        env: vec![("GEMINI_API_KEY".into(), GEMINI_KEY.into())],
        ..Options::default()
    };
    let house = House::start(BINARY, options).await;
    let pair = house.run_ok(&["assistants", "add", "gemini"]);
    let lines: Vec<&str> = pair.lines().collect();
    assert!(
        matches!(lines[..], [id, secret]
            if id.starts_with("GEMINI_CLIENT_ID=") && secret.starts_with("GEMINI_CLIENT_SECRET=")),
        "{pair}"
    );
    let missing = fails(&house, "@gemini hello", "failed", "not_installed").await;
    let client = &missing.client;
    fs::create_dir_all(house.folder().join("later")).unwrap();
    symlink(gemini(), house.folder().join("later/gemini")).unwrap();
    house.run_ok(&["assistants", "disable", "gemini"]);
    failed(client, "@gemini hello", "assistant_unavailable").await;
    assert_eq!(of_google(&house), 0, "nothing was asked");
    house.run_ok(&["assistants", "enable", "gemini"]);
    missing.works_when_tried_again().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gemini_without_a_login_is_not_started_and_one_that_google_refuses_says_how_to_sign_in() {
    let options = Options {
        // Whatever wants to reach Google itself finds a proxy that knows no way.
        env: vec![
            ("GEMINI_API_KEY".into(), String::new()),
            ("HTTPS_PROXY".into(), "http://127.0.0.1:9".into()),
            ("GOOGLE_API_KEY".into(), "not-for-us".into()),
        ],
        ..real()
    };
    let house = House::start(BINARY, options).await;
    let missing = fails(&house, "@gemini hello", "failed", "not_signed_in").await;
    for words in ["GEMINI_API_KEY", "enterprise seat", "June 2026"] {
        assert!(missing.hint().contains(words), "{}", missing.hint());
    }
    assert!(
        !missing.hint().contains("gemini auth"),
        "{}",
        missing.hint()
    );
    let client = &missing.client;
    assert_eq!(client.assistant("gemini").await["code"], "not_signed_in");

    let dot = house.person().join(".gemini");
    fs::create_dir_all(&dot).unwrap();
    let login = json!({ "access_token": "a", "refresh_token": "r", "expiry_date": 1 }).to_string();
    fs::write(dot.join("oauth_creds.json"), &login).unwrap();
    let refused = failed(client, "@gemini hello", "not_signed_in").await;
    let error = &refused["error"];
    assert!(
        text(error, "message").contains("without a person"),
        "{error}"
    );
    assert!(
        text(error, "detail").starts_with("Manual authorization"),
        "{error}"
    );
    assert_eq!(of_google(&house), 0, "no key was used");
    assert_eq!(
        fs::read_to_string(dot.join("oauth_creds.json")).unwrap(),
        login
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_google_refuses_is_not_signed_in_until_it_is_accepted() {
    let house = house().await;
    house.upstream.refuse_login();
    let client = house.client();
    let thread = client.thread().await;
    let turn = client.ask(&thread, "@gemini hello").await;
    let turn = client.ended(&turn).await;
    let error = &turn["error"];
    assert_eq!(error["code"], "not_signed_in", "{turn}");
    assert_eq!(error["message"], "Google refused the API key");
    assert!(!error.to_string().contains(GEMINI_KEY), "{error}");
    house.upstream.accept_login();
    let again = client.retry(text(&turn, "id")).await;
    client.answered(&again).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn raw_output_is_never_an_answer_and_an_exit_without_an_end_is_crashed() {
    let event =
        |text: &str| format!(r#"{{"type":"message","role":"assistant","content":"{text}"}}"#);
    let good = r#"{"type":"result","status":"success","stats":{}}"#;
    let script = format!(
        "prompt=$(cat)\ncase \"$prompt\" in\n\
         *plain*) echo 'The answer is 4'; exit 0 ;;\n\
         *ended*) echo '{}'; exit 0 ;;\n\
         *untrusted*) echo 'not a trusted folder' >&2; exit 55 ;;\n\
         *odd*) echo '{}'; echo '{good}'; exit 7 ;;\n\
         *nothing*) echo '{good}'; exit 0 ;;\n\
         *env*) echo \"{{\\\"type\\\":\\\"message\\\",\\\"role\\\":\\\"assistant\\\",\\\"content\\\":\\\"$(env | cut -d= -f1 | sort | tr '\\n' ' ')\\\"}}\"; echo '{good}' ;;\n\
         esac",
        event("so far"),
        event("so far"),
    );
    let house = house_with(&script).await;
    let client = house.client();
    failed(&client, "@gemini plain", "crashed").await;
    let ended = failed(&client, "@gemini ended", "crashed").await;
    assert_eq!(said(&client, &ended).await, "so far");
    let untrusted = failed(&client, "@gemini untrusted", "crashed").await;
    assert!(text(&untrusted["error"], "detail").contains("not a trusted folder"));
    failed(&client, "@gemini odd", "crashed").await;
    failed(&client, "@gemini nothing", "empty_reply").await;
    let thread = answered(&client, "@gemini env").await;
    let names = client.messages(&thread).await.pop().unwrap();
    let names = text(&names, "text");
    for name in [
        "GEMINI_API_KEY",
        "GEMINI_CLI_NO_RELAUNCH",
        "SWITCHBOARD_TURN",
    ] {
        assert!(names.contains(name), "{names}");
    }
    for name in ["CODEX_HOME", "SWITCHBOARD_HOME", "SWITCHBOARD_PROVIDERS"] {
        assert!(!names.contains(name), "{names}");
    }
}

/// How often Google was asked anything; Codex lists its models whenever a server starts.
fn of_google(house: &House) -> usize {
    let requests = house.upstream.requests();
    requests
        .iter()
        .filter(|request| !request.path.starts_with("/backend-api/"))
        .count()
}
