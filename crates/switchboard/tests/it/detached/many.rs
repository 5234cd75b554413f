//! Two hundred turns begun at the same time, with a script for Codex: each runs once and comes to its end, and never more work at a time
//! than have a place.

use std::{fs, path::Path, process::Stdio, thread};

use serde_json::{Value, json};
use switchboard_testkit::{Codex, Options, until};

use super::{Begun, json, prepared, repository};
use crate::support::text;

const TURNS: usize = 200;

/// Notes its question and how many work beside it, and answers once the test lets it.
const COUNTS: &str = r#"
mkdir -p "$here/works"
: > "$here/works/$$"
echo "$asked $(ls "$here/works" | wc -l)" >> "$here/log"
until [ -e "$here/open" ]; do sleep 0.05; done
begin
say 1 "answer to $asked"
rm "$here/works/$$"
end
"#;

/// What the scripts noted: which question, and how many worked then.
fn noted(program: &Path) -> Vec<(String, usize)> {
    let log = fs::read_to_string(program.join("log")).unwrap_or_default();
    let note = |line: &str| {
        let (asked, beside) = line.rsplit_once(' ')?;
        Some((asked.to_owned(), beside.parse().ok()?))
    };
    log.lines().map(|line| note(line).unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_turns_at_once_each_run_once_and_no_more_than_have_a_place() {
    let mut house = prepared(Options {
        codex: Codex::Script(COUNTS.to_owned()),
        // A server takes fewer connections than this many workers hold.
        own_file: true,
        ..Options::default()
    })
    .await;
    let places = 2 * thread::available_parallelism().map_or(2, usize::from);
    let program = house.folder().join("program");
    let begun: Vec<_> = (0..TURNS)
        .map(|n| {
            let mut command = house.command(&["new", &format!("question-{n}")]);
            let command = command
                .current_dir(repository(&house))
                .stdout(Stdio::piped());
            command.spawn().unwrap()
        })
        .collect();
    let turns: Vec<Begun> = begun
        .into_iter()
        .map(|new| {
            let line: Value =
                serde_json::from_slice(&new.wait_with_output().unwrap().stdout).unwrap();
            Begun {
                id: text(&line, "turn_id").to_owned(),
                dir: text(&line, "dir").into(),
            }
        })
        .collect();
    until("every place is taken", || async {
        (noted(&program).len() >= places).then_some(())
    })
    .await;
    let listed = json(&house, &["list-turns", "--limit", "500"]);
    let states = listed
        .as_array()
        .unwrap()
        .iter()
        .map(|turn| text(turn, "state"));
    let queued = states.filter(|state| *state == "queued").count();
    assert_eq!(
        (listed.as_array().unwrap().len(), queued),
        (TURNS, TURNS - places)
    );
    fs::write(program.join("open"), "").unwrap();
    for (n, turn) in turns.iter().enumerate() {
        assert_eq!(
            turn.complete().await["answer"],
            format!("answer to question-{n}")
        );
    }
    let mut noted = noted(&program);
    let most = noted.iter().map(|(_, beside)| *beside).max();
    assert_eq!(most, Some(places));
    noted.sort();
    noted.dedup_by(|(one, _), (other, _)| one == other);
    assert_eq!(noted.len(), TURNS, "none is lost");
    let log = fs::read_to_string(program.join("log")).unwrap();
    assert_eq!(log.lines().count(), TURNS, "and none ran twice");
    house.is_quiet().await;
    // The page is told of each what its folder tells.
    house.serve();
    let client = house.client();
    for (n, turn) in turns.iter().enumerate() {
        let shown = client.get(&format!("/api/turns/{}", turn.id)).await;
        assert_eq!(
            (&shown["state"], &shown["detached"]),
            (&json!("done"), &json!(true)),
            "{shown}"
        );
        let conversation = turn.meta()["conversation"].as_str().unwrap().to_owned();
        let messages = client.messages(&conversation).await;
        let said: Vec<_> = messages
            .iter()
            .map(|message| text(message, "text"))
            .collect();
        assert_eq!(
            said,
            [format!("question-{n}"), format!("answer to question-{n}")]
        );
    }
}
