//! The real Gemini CLI against the scripted upstream in Google's place: what it is told, what comes back, and what never
//! reaches it.

mod endings;
mod older;

use std::{collections::HashSet, fs, path::Path};

use serde_json::{Value, json};
use switchboard_testkit::{Client, Gemini, House, Options, Stop, house::GEMINI_KEY, until};

use crate::support::{BINARY, files_below, says, soon, text};

fn real() -> Options {
    Options {
        gemini: Gemini::Real,
        ..Options::default()
    }
}

async fn house() -> House {
    House::start(BINARY, real()).await
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_direct_thread_changes_its_assistant_and_each_is_told_what_it_does_not_know_once() {
    let house = house().await;
    let client = house.client();
    let thread = client
        .post("/api/threads", json!({ "assistant": "chatgpt" }))
        .await;
    let thread = text(&thread, "id").to_owned();
    let at = format!("/api/threads/{thread}");
    let ask = async |words: &str| {
        let script = format!("{words}\nmock: text \"reply-{words}\"");
        client.answered(&client.ask(&thread, &script).await).await;
    };
    ask("one").await;
    client.patch(&at, json!({ "assistant": "gemini" })).await;
    client.patch(&at, json!({ "assistant": "gemini" })).await;
    ask("two").await;
    let told = newest_prompt(&house);
    let quoted = |told: &str, text: &str| told.matches(&format!("\"text\":\"{text}")).count();
    assert_eq!(
        (quoted(&told, "one"), quoted(&told, "reply-one")),
        (1, 1),
        "{told}"
    );
    assert!(!told.contains("answers from here on"), "{told}");
    ask("three").await;
    client.patch(&at, json!({ "assistant": "chatgpt" })).await;
    ask("four").await;
    let told = newest_prompt(&house);
    for (words, count) in [
        ("one", 0),
        ("reply-one", 0),
        ("two", 1),
        ("reply-two", 1),
        ("three", 1),
        ("reply-three", 1),
    ] {
        assert_eq!(quoted(&told, words), count, "{words}: {told}");
    }
    let request = house.upstream.last_model_request().unwrap();
    assert_eq!(
        request.count("\"reply-one\""),
        1,
        "its session remembers: {:#?}",
        request.input_texts()
    );
    ask("five").await;
    assert_eq!(newest_prompt(&house), "five\nmock: text \"reply-five\"");
    let messages = client.messages(&thread).await;
    let notes: Vec<&str> = messages
        .iter()
        .filter(|message| message["role"] == "note")
        .map(|message| text(message, "text"))
        .collect();
    assert_eq!(
        notes,
        [
            "@gemini answers from here on; it is told the 2 messages before",
            "@chatgpt answers from here on again; it remembers what it heard, and is told the 4 messages since",
        ]
    );
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
        // Codex lists its models whenever a server starts.
        assert!(
            asked.is_model_request() || asked.path.starts_with("/backend-api/"),
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
async fn its_one_tool_sees_an_empty_folder_and_there_is_no_shell() {
    let house = house().await;
    let client = house.client();
    let thread = client.thread().await;
    let proof = house.folder().join("somebody-obeyed");
    let asked = format!(
        "@gemini\nmock: shell \"ls /\"\nmock: shell \"touch {}\"\nmock: shell \"ls .\"\nmock: text \"done\"",
        proof.display()
    );
    let turn = client.ask(&thread, &asked).await;
    let turn = client.answered(&turn).await;
    assert_eq!(
        client.messages(&thread).await.pop().unwrap()["text"],
        "done"
    );
    let items = client.items(text(&turn, "id")).await;
    let ends: Vec<_> = items
        .iter()
        .map(|item| (text(item, "kind"), text(item, "status")))
        .collect();
    assert_eq!(
        ends,
        [
            ("tool_call", "failed"),
            ("tool_call", "failed"),
            ("tool_call", "done"),
            ("text", "done"),
        ],
        "{items:#?}"
    );
    let told = house.upstream.last_model_request().unwrap().input_texts();
    let told = &told[told.len() - 3..];
    for (told, word) in told.iter().zip(["outside", "not found", "is empty"]) {
        assert!(told.contains(word), "{word}: {told}");
    }
    assert!(!proof.exists());
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
async fn both_assistants_answer_one_message_side_by_side_and_two_turns_share_no_home() {
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

    // In one home, the second would wait 13 s for a lock of the first.
    house.upstream.clear();
    let mut turns = Vec::new();
    for name in ["one", "two"] {
        let thread = client.thread().await;
        let asked = format!("@gemini\nmock: gate pair ; text \"{name}\"");
        turns.push(client.ask(&thread, &asked).await);
    }
    soon("both are asked", house.upstream.model_request(1)).await;
    let homes: HashSet<String> = house
        .children()
        .into_iter()
        .flat_map(|process| process.environment)
        .filter(|word| word.starts_with("GEMINI_CLI_HOME="))
        .collect();
    assert_eq!(homes.len(), 2, "each has a home of its own: {homes:?}");
    house.upstream.open("pair");
    for turn in turns {
        client.answered(&turn).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_comes_with_a_restart_brings_the_answer_that_waited_for_it() {
    let mut options = real();
    options.env.push(("GEMINI_API_KEY".into(), String::new()));
    let mut house = House::start(BINARY, options).await;
    let client = house.client();
    let thread = client.thread().await;
    let turn = client
        .ask(&thread, "@gemini hello\nmock: text \"with the key\"")
        .await;
    let turn = client.ended(&turn).await;
    assert_eq!(turn["error"]["code"], "not_signed_in", "{turn}");
    assert_eq!(turn["parked"], true, "{turn}");
    assert!(house.stop(Stop::Gently));
    house.set_env("GEMINI_API_KEY", GEMINI_KEY);
    house.serve();
    let client = house.client();
    let replies = until("it is answered", || async {
        let mut said = client.messages(&thread).await;
        said.retain(|message| message["role"] == "assistant");
        (!said.is_empty()).then_some(said)
    })
    .await;
    assert_eq!(replies.len(), 1);
    assert_eq!(text(&replies[0], "text"), "with the key");
}
