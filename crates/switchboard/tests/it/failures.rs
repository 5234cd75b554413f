//! Every outcome code, provoked with the real Codex CLI or the upstream where they can do it, else with
//! a fake program: the same code and hint in the turn, in the event stream and in `doctor`; what was
//! said before is kept, and trying again works once the reason is gone.

use std::{fs, os::unix::fs::symlink};

use serde_json::{Value, json};
use switchboard_testkit::{Client, Codex, House, Options, house};
use switchboard_upstream::auth;

use crate::support::{BINARY, house_over_exec, house_with_script, over_exec, says, soon, text};

/// A failed turn, looked at from all sides.
pub struct Failed {
    pub client: Client,
    pub thread: String,
    pub turn: String,
    pub error: Value,
}

/// Asks, waits for the failure in the stream, and compares what the others say of it.
pub async fn fails(house: &House, asked: &str, state: &str, code: &str) -> Failed {
    let client = house.client();
    fails_for(house, client, asked, state, code).await
}

async fn fails_for(house: &House, client: Client, asked: &str, state: &str, code: &str) -> Failed {
    let thread = client.thread().await;
    let mut events = client.events(None).await;
    events.next_where(|event| event.name == "ready").await;
    let turn = client.ask(&thread, asked).await;
    let ended = |event: &switchboard_testkit::Event| {
        ["done", "failed", "cancelled", "abandoned"]
            .iter()
            .any(|end| says(event, &turn, end))
    };
    let event = soon("the turn ends", events.next_where(ended)).await;
    assert_eq!(event.data["state"], state, "{}", event.data);
    let error = event.data["error"].clone();
    assert_eq!(error["code"], code, "{error}");
    assert!(
        text(&error, "message").len() > 5 && text(&error, "hint").len() > 10,
        "{error}"
    );
    assert_eq!(
        client.turn(&turn).await["error"],
        error,
        "the same in the turn and the stream"
    );
    told_by_doctor(house, &error);
    house.is_quiet().await;
    let replies = client.messages(&thread).await;
    assert!(
        replies.iter().all(|m| m["role"] == "user"),
        "no chat text: {replies:#?}"
    );
    Failed {
        client,
        thread,
        turn,
        error,
    }
}

/// `doctor` knows the same failure, with the same remedy.
fn told_by_doctor(house: &House, error: &Value) {
    let output = house.run(&["doctor", "--json"]);
    let report = String::from_utf8(output.stdout).unwrap();
    let report: Value =
        serde_json::from_str(&report).unwrap_or_else(|wrong| panic!("{wrong}: {report}"));
    let checks = report["checks"].as_array().unwrap();
    let found = checks.iter().any(|check| {
        check["outcome"] == error["code"]
            && check["fix"] == error["hint"]
            && text(check, "said").contains(text(error, "message"))
    });
    assert!(found, "{error} is not in {report:#}");
}

impl Failed {
    pub async fn works_when_tried_again(&self) {
        let again = self.client.retry(&self.turn).await;
        self.is_answered_by(&again).await;
    }

    /// The same after a login: the server notices that and tries again by itself, perhaps sooner than anybody else.
    async fn works_once_signed_in(&self) {
        let path = format!("/api/turns/{}/retry", self.turn);
        let retried = self.client.call("POST", &path, Some(json!({}))).await;
        assert!([201, 409].contains(&retried.status), "{retried:?}");
        let path = format!("/api/threads/{}/messages", self.thread);
        let page = self.client.get(&path).await;
        let turns = page["turns"].as_array().unwrap();
        assert_eq!(turns.len(), 2, "one attempt more: {page}");
        self.is_answered_by(text(&turns[1], "id")).await;
    }

    async fn is_answered_by(&self, again: &str) {
        let done = self.client.ended(again).await;
        assert_eq!(done["state"], "done", "{done}");
        let messages = self.client.messages(&self.thread).await;
        assert_eq!(messages.last().unwrap()["turn_id"], again);
    }

    pub async fn kept(&self, said: &str) {
        let items = self.client.items(&self.turn).await;
        assert!(
            items.iter().any(|item| item["text"] == said),
            "{said:?} is not in {items:#?}"
        );
        assert!(
            items.iter().all(|item| item["status"] != "open"),
            "{items:#?}"
        );
    }

    pub fn hint(&self) -> &str {
        text(&self.error, "hint")
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn not_installed_names_three_ways_and_an_install_is_noticed() {
    let options = Options {
        codex: Codex::At("later/codex"),
        ..over_exec()
    };
    let house = House::start(BINARY, options).await;
    // Nobody registered it: a mention of what could be there is never met with silence.
    let failed = fails(&house, "@chatgpt hello", "failed", "not_installed").await;
    for way in [
        "npm install -g @openai/codex",
        "brew install codex",
        "bun install -g @openai/codex",
    ] {
        assert!(failed.hint().contains(way), "{}", failed.hint());
    }
    let card = failed.client.assistant("chatgpt").await;
    assert_eq!(card["code"], "not_installed");
    assert_eq!(card["hint"], failed.error["hint"]);
    fs::create_dir_all(house.folder().join("later")).unwrap();
    symlink(house::codex(), house.folder().join("later/codex")).unwrap();
    failed.works_when_tried_again().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn not_signed_in_asks_for_codex_login_and_a_login_is_noticed() {
    let options = Options {
        login: Some(Value::Null),
        ..over_exec()
    };
    let house = House::start(BINARY, options).await;
    let failed = fails(&house, "@chatgpt hello", "failed", "not_signed_in").await;
    assert!(failed.hint().contains("codex login"));
    assert!(house.upstream.requests().is_empty(), "nothing was started");
    assert_eq!(
        failed.client.assistant("chatgpt").await["code"],
        "not_signed_in"
    );
    let login = auth::fake_login().to_string();
    fs::write(house.codex_home().join("auth.json"), login).unwrap();
    failed.works_once_signed_in().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn not_signed_in_is_what_a_refused_login_says() {
    let house = house_over_exec().await;
    house.upstream.refuse_login();
    let failed = fails(&house, "@chatgpt hello", "failed", "not_signed_in").await;
    assert!(failed.hint().contains("codex login"));
    house.upstream.accept_login();
    failed.works_when_tried_again().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn api_key_login_never_starts_a_turn() {
    let options = Options {
        login: Some(auth::api_key_login()),
        ..over_exec()
    };
    let house = House::start(BINARY, options).await;
    let failed = fails(&house, "@chatgpt hello", "failed", "api_key_login").await;
    assert!(failed.hint().contains("codex login"));
    assert!(house.upstream.requests().is_empty(), "no key was used");
    let login = auth::fake_login().to_string();
    fs::write(house.codex_home().join("auth.json"), login).unwrap();
    failed.works_once_signed_in().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn timed_out_keeps_what_was_said_and_ends_the_program() {
    let house = house_over_exec().await;
    let asked = "@chatgpt mock: text \"so far\" ; gate now ; text \"all\"";
    // A busy machine may take a while until the program says anything.
    for limit in ["3", "9", "27"] {
        house.run_ok(&["assistants", "limits", "chatgpt", "--mention", limit]);
        let failed = fails(&house, asked, "failed", "timed_out").await;
        let hint = failed.hint();
        assert!(hint.contains("smaller messages"), "{hint}");
        let within = format!("within {limit} s");
        assert!(text(&failed.error, "message").contains(&within));
        if failed.client.items(&failed.turn).await.is_empty() {
            continue;
        }
        failed.kept("so far").await;
        house.upstream.open("now");
        house.run_ok(&["assistants", "limits", "chatgpt", "--mention", "60"]);
        failed.works_when_tried_again().await;
        return;
    }
    panic!("it never came to say anything");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sandbox_denied_is_told_where_the_program_reports_it_and_no_answer_comes() {
    let house = house_with_script(
        r#"
begin
command_item started "touch x" ""
command_item completed "touch x" "touch: cannot touch 'x': Read-only file system"
end
"#,
    )
    .await;
    let failed = fails(&house, "@chatgpt hello", "failed", "sandbox_denied").await;
    assert!(text(&failed.error, "detail").contains("Read-only file system"));
    assert!(failed.hint().contains("reads only"), "{}", failed.hint());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sandbox_unavailable_is_told_when_the_program_cannot_confine_commands() {
    let house = house_with_script(
        r#"
begin
echo "thread 'main' panicked: bubblewrap is unavailable: no system bwrap was found" >&2
exit 101
"#,
    )
    .await;
    let failed = fails(&house, "@chatgpt hello", "failed", "sandbox_unavailable").await;
    assert!(
        failed.hint().contains("user namespaces"),
        "{}",
        failed.hint()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn assistant_unavailable_is_told_by_one_that_is_switched_off() {
    let house = house_over_exec().await;
    house.run_ok(&["assistants", "disable", "chatgpt"]);
    let failed = fails(&house, "@chatgpt hello", "failed", "assistant_unavailable").await;
    assert!(
        failed
            .hint()
            .contains("switchboard assistants enable chatgpt")
    );
    assert!(house.upstream.requests().is_empty());
    house.run_ok(&["assistants", "enable", "chatgpt"]);
    failed.works_when_tried_again().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn assistant_unavailable_is_told_by_a_turn_whose_assistant_was_removed() {
    let house = house_over_exec().await;
    let client = house.client();
    let thread = client.thread().await;
    let first = client
        .ask(&thread, "@chatgpt mock: gate now ; text \"ok\"")
        .await;
    soon("it runs", house.upstream.waiting("now")).await;
    let queued = client.ask(&thread, "@chatgpt hello").await;
    house.run_ok(&["assistants", "remove", "chatgpt"]);
    house.upstream.open("now");
    client.ended(&first).await;
    let ended = client.ended(&queued).await;
    assert_eq!(ended["state"], "failed", "{ended}");
    assert_eq!(ended["error"]["code"], "assistant_unavailable", "{ended}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn assistant_not_allowed_is_told_to_whom_it_is_not_open() {
    let house = house_over_exec().await;
    let ben = house.client_as("ben");
    assert_eq!(ben.assistant("chatgpt").await["state"], "not_allowed");
    let failed = fails_for(
        &house,
        ben,
        "@chatgpt hello",
        "failed",
        "assistant_not_allowed",
    )
    .await;
    assert!(
        failed.hint().contains("assistants access chatgpt"),
        "{}",
        failed.hint()
    );
    assert!(house.upstream.requests().is_empty());
    house.run_ok(&["assistants", "access", "chatgpt", "named", "ben"]);
    failed.works_when_tried_again().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn empty_reply_shows_the_command_line_without_the_prompt() {
    let house = house_over_exec().await;
    let asked = "@chatgpt needle-77\nmock: empty";
    let failed = fails(&house, asked, "failed", "empty_reply").await;
    let detail = text(&failed.error, "detail");
    assert!(
        detail.contains("CODEX_HOME=") && detail.contains(" exec "),
        "{detail}"
    );
    assert!(detail.contains("sandbox_mode=\"read-only\""), "{detail}");
    assert!(!detail.contains("needle-77"), "{detail}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rate_limited_says_when_the_limit_resets() {
    let house = house_over_exec().await;
    let asked = "@chatgpt mock: status 429 resets_in=3600";
    let failed = fails(&house, asked, "failed", "rate_limited").await;
    let turn = failed.client.turn(&failed.turn).await;
    let wait = failed.error["retry_at"].as_i64().unwrap() - turn["ended_at"].as_i64().unwrap();
    assert!((3_480_000..=3_660_000).contains(&wait), "in {wait} ms");
    let next = failed.client.ask(&failed.thread, "@chatgpt and now?").await;
    failed.client.answered(&next).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn upstream_failed_is_told_of_errors_and_cut_streams() {
    let house = house_over_exec().await;
    // One after the other: of each code the doctor tells the newest.
    let asked = "@chatgpt mock: status 500";
    let error = fails(&house, asked, "failed", "upstream_failed").await;
    let asked = "@chatgpt mock: text \"part\" ; cut";
    let cut = fails(&house, asked, "failed", "upstream_failed").await;
    assert!(
        text(&error.error, "detail").contains("high demand"),
        "{}",
        error.error
    );
    assert!(
        text(&cut.error, "message").contains("connection"),
        "{}",
        cut.error
    );
    cut.kept("part").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn too_much_output_ends_a_program_that_floods() {
    // Long lines reach the bound soon; short ones take a while to be read.
    let flood = r#"
begin
say 1 "so far"
yes '{"type":"item.completed","item":{"id":"x","type":"reasoning","text":"AGAIN"}}'
"#
    .replace("AGAIN", &"again and ".repeat(400));
    let house = house_with_script(&flood).await;
    let failed = fails(&house, "@chatgpt hello", "failed", "too_much_output").await;
    failed.kept("so far").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn crashed_shows_the_exit_and_what_the_program_said_without_secrets() {
    let house = house_with_script(
        r#"
begin
say 1 "so far"
echo "using key sk-proj-abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGH" >&2
echo "disk on fire" >&2
exit 3
"#,
    )
    .await;
    let failed = fails(&house, "@chatgpt hello", "failed", "crashed").await;
    assert!(
        text(&failed.error, "message").contains("exit code 3"),
        "{}",
        failed.error
    );
    let detail = text(&failed.error, "detail");
    assert!(detail.contains("disk on fire"), "{detail}");
    assert!(!detail.contains("abcdefghijkl"), "{detail}");
    failed.kept("so far").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn crashed_is_told_of_a_program_that_speaks_another_language() {
    let house = house_with_script("printf 'hello\\n{\"type\":\\n\\377\\376\\n'; exit 0").await;
    fails(&house, "@chatgpt hello", "failed", "crashed").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn abandoned_is_a_turn_that_had_run_a_command_when_the_server_died() {
    let mut house = house_over_exec().await;
    let client = house.client();
    let thread = client.thread().await;
    // What the stream tells is durable; a list of items shows also what is being written.
    let mut events = client.events(None).await;
    let turn = client
        .ask(
            &thread,
            "@chatgpt\nmock: shell \"echo done\"\nmock: gate now ; text \"all\"",
        )
        .await;
    events
        .next_where(|event| event.name == "item" && event.data["kind"] == "command")
        .await;
    soon("the answer is awaited", house.upstream.waiting("now")).await;
    house.kill();
    house.is_quiet().await;
    house.serve();
    let client = house.client();
    let ended = client.ended(&turn).await;
    assert_eq!(ended["state"], "abandoned", "{ended}");
    let error = ended["error"].clone();
    assert_eq!(error["code"], "abandoned");
    told_by_doctor(&house, &error);
    house.upstream.open("now");
    let failed = Failed {
        client,
        thread,
        turn,
        error,
    };
    let items = failed.client.items(&failed.turn).await;
    assert!(
        items.iter().any(|item| item["kind"] == "command"),
        "{items:#?}"
    );
    assert!(
        items.iter().all(|item| item["status"] != "open"),
        "{items:#?}"
    );
    failed.works_when_tried_again().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn context_too_long_is_told_of_a_question_longer_than_codex_reads() {
    let house = house_over_exec().await;
    let longest = format!("@chatgpt {}", "x".repeat(1024 * 1024 - 9));
    let failed = fails(&house, &longest, "failed", "context_too_long").await;
    assert!(
        failed.hint().contains("smaller messages"),
        "{}",
        failed.error
    );
}
