//! JSON-RPC with a real program over its pipes: who answers what, who is asked again, and what is no answer.

use std::time::Duration;

use serde_json::{Value, json};
use switchboard_backends::{
    jsonrpc::{CallError, Ear, Incoming, Mouth, Peer, Silence, talk},
    process::{Spawn, Stdin, Tree},
};
use tokio::task::JoinSet;

use crate::support::{House, soon};

/// Longer than any of it takes.
const DEADLINE: Duration = Duration::from_secs(20);

/// A program that does this, and our side of the talk with it.
struct Talk {
    _house: House,
    _tree: Tree,
    _speaking: JoinSet<()>,
    peer: Peer,
    ear: Ear,
}

impl Talk {
    async fn with(script: &str) -> Self {
        let house = House::new();
        let mut spawn = Spawn::new("/bin/sh", house.folder.path());
        spawn.args = ["-c", script, &house.tag].map(Into::into).into();
        spawn.env = vec![("PATH".into(), "/usr/bin:/bin".into())];
        spawn.stdin = Stdin::Pipe;
        let child = house.spawn(spawn).await.unwrap();
        let (peer, ear, mouth) = talk(child.stdin.unwrap(), child.stdout);
        let mut speaking = JoinSet::new();
        speaking.spawn(Mouth::speak(mouth));
        Self {
            _house: house,
            _tree: child.tree,
            _speaking: speaking,
            peer,
            ear,
        }
    }

    /// Asks, while what the program says is heard; the answer.
    async fn call(&mut self, deadline: Duration) -> Result<Value, CallError> {
        let peer = self.peer.clone();
        let asking = peer.call("ask", json!({ "a": 1 }), deadline);
        tokio::select! {
            answer = asking => answer,
            heard = self.hear() => panic!("{heard:?}"),
        }
    }

    async fn hear(&mut self) -> Result<Incoming, Silence> {
        soon("what is said", self.ear.hear()).await
    }
}

#[tokio::test]
async fn a_side_that_is_too_busy_is_asked_again_and_any_other_refusal_counts() {
    let busy = r#"{"id":%s,"error":{"code":-32001,"message":"Server overloaded; retry later."}}\n"#;
    let mut talk = Talk::with(&format!(
        "for id in 1 2 3; do read line; printf '{busy}' $id; done; \
         read line; printf '{{\"id\":4,\"result\":{{\"ok\":true}}}}\\n'; \
         read line; printf '{{\"id\":5,\"error\":{{\"code\":-32600,\"message\":\"no\"}}}}\\n'; read line"
    ))
    .await;
    assert_eq!(talk.call(DEADLINE).await, Ok(json!({ "ok": true })));
    let Err(CallError::Refused { error, .. }) = talk.call(DEADLINE).await else {
        panic!("it is refused");
    };
    assert_eq!((error.code, error.message.as_str()), (-32600, "no"));
}

#[tokio::test]
async fn a_side_that_stays_busy_is_given_up_at_the_deadline() {
    let mut talk = Talk::with(
        r#"id=0; while read line; do id=$((id + 1)); printf '{"id":%s,"error":{"code":-32001,"message":"busy"}}\n' $id; done"#,
    )
    .await;
    let ended = talk.call(Duration::from_millis(300)).await;
    // The deadline may also come while its answer is on the way.
    let given_up = matches!(
        ended,
        Err(CallError::Refused { .. } | CallError::TimedOut { .. })
    );
    assert!(given_up, "{ended:?}");
}

#[tokio::test]
async fn requests_of_the_other_side_have_ids_of_their_own() {
    let mut talk = Talk::with(
        r#"read line; echo '{"id":1,"method":"may I?","params":{}}'; read line; printf '{"method":"heard","params":%s}\n' "$line""#,
    )
    .await;
    let peer = talk.peer.clone();
    let mut asking = JoinSet::new();
    asking.spawn(async move { peer.call("ask", json!({}), DEADLINE).await });
    let asked = talk.hear().await.unwrap();
    let Incoming::Asked { id, method, .. } = asked else {
        panic!("{asked:?}");
    };
    assert_eq!((&id, method.as_str()), (&json!(1), "may I?"));
    talk.peer.answer(&id, &json!({ "yes": true })).await;
    let Ok(Incoming::Told { method, params }) = talk.hear().await else {
        panic!("it tells what it heard");
    };
    assert_eq!(method, "heard");
    assert_eq!(params, json!({ "id": 1, "result": { "yes": true } }));
    assert_eq!(talk.hear().await, Err(Silence::Closed));
    drop(talk);
    let ended = soon("nobody answers any more", asking.join_next()).await;
    let ended = ended.unwrap().unwrap();
    assert!(matches!(ended, Err(CallError::Gone { .. })), "{ended:?}");
}

#[tokio::test]
async fn a_greeting_is_skipped_and_half_an_object_is_the_end() {
    let told = r#"{"method":"told","params":null}"#;
    let mut talk = Talk::with(&format!(
        "echo Welcome; echo '[1]'; echo 7; echo '{told}'; echo '{{\"method\":'"
    ))
    .await;
    let heard = talk.hear().await.unwrap();
    assert!(matches!(heard, Incoming::Told { .. }), "{heard:?}");
    let ended = talk.hear().await;
    let Err(Silence::Nonsense(why)) = ended else {
        panic!("{ended:?}");
    };
    assert!(why.starts_with("a broken line"), "{why}");
}

#[tokio::test]
async fn a_program_that_only_chatters_is_not_listened_to_for_ever() {
    let mut talk = Talk::with("yes hello").await;
    let ended = talk.hear().await;
    let Err(Silence::Nonsense(why)) = ended else {
        panic!("{ended:?}");
    };
    assert!(why.contains("1000 lines"), "{why}");
}
