//! Beginning turns and going on with them: what they leave in their folders, and what the model is told.

use std::fs;

use switchboard_testkit::{Options, until};

use super::{begin, code, json, prepared, repository, run};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_turn_runs_on_by_itself_and_leaves_all_of_it_in_its_folder() {
    let house = prepared(Options::default()).await;
    let turn = begin(&house, &["new", "hello\nmock: text \"good day\""]);
    let result = turn.complete().await;
    assert_eq!(result["answer"], "good day");
    assert_eq!(result["exit_code"], 0);
    assert_eq!(turn.read("prompt.txt"), "hello\nmock: text \"good day\"");
    let meta = turn.meta();
    assert_eq!(meta["turn_id"], turn.id.as_str());
    assert_eq!(meta["thread_id"], result["thread_id"]);
    assert!(meta["thread_id"].is_string(), "{meta}");
    assert_eq!(meta["sandbox"], "read-only");
    assert_eq!(meta["auth"]["mode"], "chatgpt");
    let cwd = repository(&house).canonicalize().unwrap();
    assert_eq!(meta["cwd"], cwd.to_str().unwrap());
    let out = turn.read("out.txt");
    assert!(out.contains("good day\n"), "{out}");
    assert!(out.contains("[turn.completed] input="), "{out}");
    let events = turn.events();
    let kinds: Vec<_> = events.iter().map(|event| &event["type"]).collect();
    assert_eq!(kinds.first().unwrap(), &"thread.started", "{events:#?}");
    assert_eq!(kinds.last().unwrap(), &"turn.completed", "{events:#?}");
    assert!(!turn.read("raw.jsonl").is_empty());
    // The words reach the model as they were typed, from the folder that was named.
    let request = house.upstream.last_model_request().unwrap();
    let typed = "hello\nmock: text \"good day\"";
    assert_eq!(request.newest_user_text().as_deref(), Some(typed));
    let status = json(&house, &["status", &turn.id]);
    assert_eq!(
        (&status["state"], &status["status"]),
        (&"complete".into(), &"complete".into())
    );
    let waited = run(&house, &["wait", &turn.id]);
    assert_eq!(code(&waited), 0);
    assert_eq!(String::from_utf8(waited.stdout).unwrap(), out);
    house.is_quiet().await;
    // The worker leaves no trace but the folder, and its app server has ended with the turn.
    until("the app server has ended", || async {
        house.warm().is_empty().then_some(())
    })
    .await;
    for (folder, stays) in [("run", &["slots"][..]), ("work", &[])] {
        let left = fs::read_dir(house.home().join(folder)).unwrap();
        let left: Vec<_> = left.map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, stays, "{folder}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn going_on_is_in_the_same_thread_of_codexs_and_only_of_this_folder() {
    let house = prepared(Options::default()).await;
    let first = begin(&house, &["new", "remember-1\nmock: text \"noted\""]);
    let thread = first.complete().await["thread_id"].clone();
    let second = begin(
        &house,
        &["continue", "--last", "and-2\nmock: text \"again\""],
    );
    assert_eq!(second.complete().await["thread_id"], thread);
    assert_eq!(second.meta()["resumed_from"], thread);
    let request = house.upstream.last_model_request().unwrap();
    assert_eq!(request.count("remember-1"), 1);
    // As the script and as the answer.
    assert_eq!(request.count("noted"), 2);
    let id = thread.as_str().unwrap();
    let third = begin(
        &house,
        &["continue", "--thread", id, "and-3\nmock: text \"more\""],
    );
    assert_eq!(third.complete().await["thread_id"], thread);

    let other = house.folder().join("other");
    fs::create_dir_all(other.join(".git")).unwrap();
    let refused = house
        .command(&["continue", "--last", "x"])
        .current_dir(&other)
        .output()
        .unwrap();
    assert_eq!(code(&refused), 64);
    let words = String::from_utf8(refused.stderr).unwrap();
    assert!(words.contains("no thread of"), "{words}");
}
