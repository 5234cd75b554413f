//! The real Gemini CLI against the scripted upstream in Google's place: what it is told, what comes back, what never
//! reaches it, and every way in which it ends without an answer.

use std::{fs, os::unix::fs::symlink, path::Path};

use futures_util::future::join_all;
use serde_json::{Value, json};
use switchboard_testkit::{
    Client, Gemini, House, Options,
    house::{GEMINI_KEY, gemini},
};

use crate::{
    failures::fails,
    support::{BINARY, files_below, says, soon, text},
};

fn real() -> Options {
    Options {
        gemini: Gemini::Real,
        ..Options::default()
    }
}

async fn house() -> House {
    House::start(BINARY, real()).await
}

async fn house_with(body: &str) -> House {
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

/// What the model was told in the newest turn.
fn newest_prompt(house: &House) -> String {
    let request = house.upstream.last_model_request().unwrap();
    request.newest_user_text().unwrap()
}

/// Asks in a thread of its own and waits for the answer; the thread.
async fn answered(client: &Client, message: &str) -> String {
    let thread = client.thread().await;
    let turn = client.ask(&thread, message).await;
    client.answered(&turn).await;
    thread
}

/// Asks in a thread of its own and waits for the failure; the turn.
async fn failed(client: &Client, message: &str, code: &str) -> Value {
    let thread = client.thread().await;
    let turn = client.ask(&thread, message).await;
    let turn = client.ended(&turn).await;
    assert_eq!(turn["state"], "failed", "{message}: {turn}");
    assert_eq!(turn["error"]["code"], code, "{message}: {turn}");
    let replies = client.messages(&thread).await.len();
    assert_eq!(replies, 1, "no chat text: {message}");
    turn
}

/// What was kept of the texts of a turn.
async fn said(client: &Client, turn: &Value) -> String {
    let items = client.items(text(turn, "id")).await;
    assert!(
        items.iter().all(|item| item["status"] != "open"),
        "{items:#?}"
    );
    let texts = items.iter().filter(|item| item["kind"] == "text");
    texts.map(|item| text(item, "text")).collect()
}

/// Whether any file of the house holds these words.
fn is_kept(house: &House, words: &str) -> Option<String> {
    let folders = ["homes", "work"].map(|name| house.home().join(name));
    let there = folders.into_iter().filter(|folder| folder.exists());
    there
        .flat_map(|folder| files_below(&folder))
        .find_map(|file| {
            let bytes = fs::read(&file).ok()?;
            let held = bytes.windows(words.len()).any(|at| at == words.as_bytes());
            held.then(|| file.display().to_string())
        })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_real_gemini_streams_its_answer_and_leaves_no_copy_of_the_conversation() {
    let house = house().await;
    let client = house.client();
    let thread = client.thread().await;
    let mut events = client.events(None).await;
    events.next_where(|event| event.name == "ready").await;
    let asked = "@gemini asked-7f3a9c\nmock: reason \"look\" ; slow 3 chunks 20ms ; gate now ; text \"said-7f3a9c\"";
    let turn = client.ask(&thread, asked).await;
    let delta = events
        .next_where(|event| event.name == "delta" && event.data["turn_id"] == turn.as_str())
        .await;
    assert!(
        text(&delta.data, "text").starts_with("chunk 1"),
        "{delta:?}"
    );
    house.upstream.open("now");
    let done = soon(
        "it ends",
        events.next_where(|event| says(event, &turn, "done")),
    )
    .await;
    assert_eq!(done.data["error"], Value::Null);

    let reply = client.messages(&thread).await.pop().unwrap();
    assert_eq!(reply["text"], "chunk 1 chunk 2 chunk 3 said-7f3a9c");
    assert_eq!(reply["author"]["handle"], "gemini");
    let turn = client.turn(&turn).await;
    assert!(text(&turn, "runs_on").ends_with("Gemini account"), "{turn}");
    assert_eq!(said(&client, &turn).await, text(&reply, "text"));

    let requests = house.upstream.model_requests();
    assert_eq!(requests.len(), 1, "no router and no second thoughts");
    let request = &requests[0];
    assert!(
        request.path.contains("flash:streamGenerateContent"),
        "{}",
        request.path
    );
    assert_eq!(request.header("x-goog-api-key"), Some(GEMINI_KEY));
    assert_eq!(
        request
            .newest_user_text()
            .unwrap()
            .matches("asked-7f3a9c")
            .count(),
        1
    );
    let tools = &request.body["tools"][0]["functionDeclarations"];
    let names: Vec<_> = tools
        .as_array()
        .unwrap()
        .iter()
        .map(|tool| &tool["name"])
        .collect();
    assert_eq!(
        names,
        ["list_directory"],
        "an empty folder is all that it could see"
    );
    let system = &request.body["systemInstruction"]["parts"][0]["text"];
    assert!(system.as_str().unwrap().len() < 1000, "{system}");
    for asked in house.upstream.requests() {
        assert!(
            asked.is_model_request(),
            "nothing else is asked: {}",
            asked.path
        );
    }

    house.is_quiet().await;
    assert_eq!(is_kept(&house, "7f3a9c"), None);
    let assistant = client.assistant("gemini").await;
    assert_eq!(assistant["state"], "ready");
    let can = assistant["capabilities"].as_array().unwrap();
    assert!(can.contains(&json!("streams")), "{assistant}");
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
    let turns = join_all(rows.map(|(script, code, kept, message, hint)| async move {
        let turn = failed(client, &format!("@gemini needle-41\nmock: {script}"), code).await;
        let error = &turn["error"];
        assert!(
            text(error, "message").contains(message),
            "{script}: {error}"
        );
        assert!(text(error, "hint").contains(hint), "{script}: {error}");
        assert_eq!(said(client, &turn).await, kept, "{script}");
        assert!(
            !error.to_string().contains("needle-41"),
            "{script}: {error}"
        );
        turn
    }))
    .await;
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
async fn whatever_is_written_reaches_the_model_and_names_no_file_and_no_command() {
    let house = house().await;
    let client = house.client();
    // Where a file of that name would be found, and a command.
    fs::write(house.person().join("note.txt"), "planted-note").unwrap();
    let long = format!("@gemini {}", "0123456789abcdef\n".repeat(200 * 1024 / 17));
    for message in [
        "/quit @gemini and /help and !ls",
        "--yolo -p x @gemini @note.txt x@../note.txt @/etc/passwd @. \"@\" \\@a",
        long.trim_end(),
    ] {
        answered(&client, message).await;
        let prompt = newest_prompt(&house).replace("\\@", "@");
        let expected = message.replace("\\@", "@");
        assert!(
            prompt.ends_with(&expected),
            "{message:.80} became {prompt:.200}"
        );
        let request = house.upstream.last_model_request().unwrap();
        for words in ["planted-note", "root:x:0", "Content from referenced files"] {
            assert_eq!(request.count(words), 0, "{words} in {message:.80}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_prompt_holds_ten_messages_and_the_new_one_once_and_nothing_that_lies_around() {
    let mut house = House::prepare(BINARY, real()).await;
    let proof = house.folder().join("somebody-obeyed");
    plant(&house, &format!("touch {}", proof.display()));
    house.serve();
    let client = house.client();
    let thread = client.thread().await;
    for number in 1..=12 {
        let text = format!("earlier-message-{number:02}");
        client.say(&thread, &text).await;
    }
    let turn = client.ask(&thread, "@gemini the-new-question").await;
    client.answered(&turn).await;
    let requests = house.upstream.model_requests();
    assert_eq!(requests.len(), 1);
    let request = &requests[0];
    assert_eq!(request.count("the-new-question"), 1);
    for number in 1..=12 {
        let told = request.count(&format!("earlier-message-{number:02}"));
        assert_eq!(told, usize::from(number > 2), "message {number}");
    }
    let all = format!("{:?} {} {}", request.headers, request.path, request.body);
    assert!(!all.contains("planted"), "{all}");
    house.is_quiet().await;
    assert!(!proof.exists(), "something of the person's was started");
}

/// Leaves what a Gemini CLI obeys where the person has it, and above the folders of Switchboard.
fn plant(house: &House, touch: &str) {
    let write = |path: &Path, text: &str| {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    let start = json!([{ "hooks": [{ "type": "command", "command": touch }] }]);
    let settings = json!({
        "mcpServers": { "planted": { "command": "sh", "args": ["-c", format!("{touch}; cat")] } },
        "hooks": { "SessionStart": start, "BeforeModel": start },
        "hooksConfig": { "enabled": true },
        "model": { "name": "planted-model" },
        "tools": { "core": ["read_file", "run_shell_command"] },
    });
    let variables = "GEMINI_MODEL=planted\nGEMINI_CLI_CUSTOM_HEADERS=x-planted:planted\n";
    for place in [house.person(), house.folder().to_owned(), house.home()] {
        fs::create_dir_all(place.join(".git")).unwrap();
        write(&place.join(".env"), variables);
        write(&place.join("GEMINI.md"), "planted-memory");
        let dot = place.join(".gemini");
        write(&dot.join(".env"), variables);
        write(&dot.join("GEMINI.md"), "planted-memory");
        write(&dot.join("settings.json"), &settings.to_string());
        write(&dot.join("system.md"), "planted-system");
        write(&dot.join("commands/planted.toml"), "prompt = \"planted\"");
        write(
            &dot.join("skills/planted/SKILL.md"),
            "---\nname: planted\ndescription: planted\n---\nplanted",
        );
        write(
            &dot.join("extensions/planted/gemini-extension.json"),
            &json!({ "name": "planted", "version": "1.0.0", "contextFileName": "P.md" })
                .to_string(),
        );
        write(&dot.join("extensions/planted/P.md"), "planted-extension");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_assistants_answer_one_message_side_by_side_and_turns_do_not_wait_for_each_other() {
    let house = house().await;
    let client = house.client();
    let thread = client.thread().await;
    let asked = "@chatgpt and @gemini\nmock: gate both ; text \"ok\"";
    let posted = client.say(&thread, asked).await;
    soon("both are at work", house.upstream.model_request(1)).await;
    house.upstream.open("both");
    let turns = posted["turns"].as_array().unwrap();
    assert_eq!(turns.len(), 2);
    for turn in turns {
        client.answered(text(turn, "id")).await;
    }
    let messages = client.messages(&thread).await;
    let mut authors: Vec<_> = messages[1..]
        .iter()
        .map(|message| text(&message["author"], "handle"))
        .collect();
    authors.sort_unstable();
    assert_eq!(authors, ["chatgpt", "gemini"]);

    // One that was killed in the middle, and two at the same time.
    let stopped = client.ask(&thread, "@gemini mock: gate forever").await;
    soon("it is asked", house.upstream.waiting("forever")).await;
    client.stop(&stopped).await;
    house.upstream.clear();
    let two = join_all(["one", "two"].map(|name| {
        let client = client.clone();
        async move {
            let thread = client.thread().await;
            let turn = client
                .ask(
                    &thread,
                    &format!("@gemini\nmock: gate pair ; text \"{name}\""),
                )
                .await;
            client.answered(&turn).await
        }
    }));
    let open = async {
        soon("both are asked", house.upstream.model_request(1)).await;
        house.upstream.open("pair");
    };
    for turn in tokio::join!(two, open).0 {
        let took = turn["ended_at"].as_i64().unwrap() - turn["started_at"].as_i64().unwrap();
        assert!(took < 13_000, "a lock was waited for: {took} ms");
    }
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
    house.run_ok(&["assistants", "limits", "gemini", "--mention", "7"]);
    let asked = "@gemini mock: text \"so far\" ; gate forever";
    let failed = fails(&house, asked, "failed", "timed_out").await;
    assert!(
        failed.hint().contains("smaller messages"),
        "{}",
        failed.error
    );
    failed.kept("so far").await;
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
    assert!(house.upstream.requests().is_empty(), "nothing was asked");
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
    assert!(house.upstream.requests().is_empty(), "no key was used");
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
