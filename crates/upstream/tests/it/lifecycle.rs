//! Starting, stopping, gates and the record.

use std::time::Duration;

use serde_json::json;
use switchboard_upstream::{Options, Upstream};
use tokio::net::TcpStream;

use crate::client::{Streamed, ask, post, said, upstream, user};

#[tokio::test]
async fn a_gate_holds_an_answer_until_it_is_opened() {
    let up = upstream().await;
    let answer =
        async { Streamed::read(ask(&up, "mock: text \"a\" ; gate here ; text \"b\"").await).await };
    let opener = async {
        up.waiting("here").await;
        up.open("here");
    };
    let (answer, ()) = tokio::join!(answer, opener);
    assert_eq!(said(&answer.events), ["a", "b"]);

    // Open for good: the next one walks through.
    let again = Streamed::read(ask(&up, "mock: gate here ; text \"c\"").await).await;
    assert_eq!(said(&again.events), ["c"]);
}

#[tokio::test]
async fn the_gate_forever_never_opens() {
    let up = upstream().await;
    up.open("forever");
    let stuck = async { Streamed::read(ask(&up, "mock: gate forever").await).await };
    tokio::select! {
        _ = stuck => panic!("the gate opened"),
        () = up.waiting("forever") => {}
    }
}

#[tokio::test]
async fn the_nth_model_request_can_be_awaited_before_it_comes() {
    let up = upstream().await;
    let asking = async {
        for prompt in ["one", "two", "two again"] {
            Streamed::read(ask(&up, prompt).await).await;
        }
    };
    let (second, ()) = tokio::join!(up.model_request(1), asking);
    assert_eq!(second.newest_user_text().unwrap(), "two");
    assert_eq!(up.model_requests().len(), 3);
    assert_eq!(up.last_model_request().unwrap().count("two"), 1);
    up.clear();
    assert!(up.requests().is_empty());
}

#[tokio::test]
async fn an_environment_note_of_the_cli_is_not_the_prompt() {
    let up = upstream().await;
    let note = user("<environment_context>\n  <cwd>/</cwd>\n</environment_context>");
    Streamed::read(post(&up, &json!({ "input": [user("question"), note] })).await).await;
    assert_eq!(
        up.last_model_request().unwrap().newest_user_text().unwrap(),
        "question"
    );
}

#[tokio::test]
async fn only_the_newest_requests_are_kept_and_their_numbers_stay() {
    let up = Upstream::start(Options {
        keep: 2,
        ..Options::for_tests()
    })
    .await
    .unwrap();
    for prompt in ["one", "two", "three"] {
        Streamed::read(ask(&up, prompt).await).await;
    }
    let kept: Vec<_> = up.requests().iter().map(|seen| seen.seq).collect();
    assert_eq!(kept, [1, 2]);
    assert_eq!(
        up.model_request(2).await.newest_user_text().unwrap(),
        "three"
    );
}

#[tokio::test]
async fn stopping_cuts_what_is_being_said_and_frees_the_port() {
    let up = upstream().await;
    let port = up.port();
    let response = ask(&up, "mock: text \"a\" ; gate forever").await;
    up.waiting("forever").await;
    tokio::time::timeout(Duration::from_secs(10), up.stop())
        .await
        .expect("a stop does not hang");
    assert!(!Streamed::read(response).await.whole);
    assert!(TcpStream::connect(("127.0.0.1", port)).await.is_err());
}

#[tokio::test]
async fn dropping_it_stops_it() {
    let up = upstream().await;
    let response = ask(&up, "mock: text \"a\" ; gate forever").await;
    drop(up);
    assert!(!Streamed::read(response).await.whole);
}
