//! What Codex's own record of a session says of one of our turns. Owns finding it there and telling what came of it;
//! never decides whether a turn may be repeated, and changes nothing.

use std::path::Path;

use serde_json::{Value, json};
use switchboard_model::{TurnId, item::ItemEvent};

use super::{
    items::{Heard, Translator},
    read::{at, list, text},
    turn::ANSWER,
};
use crate::jsonrpc::{CallError, Peer};

/// Ours is the newest: the turns of a session follow each other. A few more, should Codex have added one of its own.
const NEWEST: usize = 3;

/// What came of a turn.
#[derive(Debug, PartialEq, Eq)]
pub enum Came {
    /// The session never heard of it.
    Nothing,
    /// It was answered with this.
    Answer(String),
    /// It was cut short, and left nothing but words and thoughts.
    Words {
        /// Its name there.
        turn: String,
    },
    /// It may have done something, or still does.
    Deeds,
}

/// Asks for the record of a session, which need not be loaded.
pub(super) async fn came_of(peer: &Peer, session: &str, turn: TurnId) -> Result<Came, CallError> {
    let params = json!({ "threadId": session, "limit": NEWEST, "itemsView": "full" });
    match peer.call("thread/turns/list", params, ANSWER).await {
        Ok(told) => Ok(read(&told, turn)),
        // A session is saved with its first turn.
        Err(CallError::Refused { error, .. }) if error.message.starts_with("thread not loaded") => {
            Ok(Came::Nothing)
        }
        Err(error) => Err(error),
    }
}

/// Reads a page of turns, the newest first.
pub fn read(told: &Value, turn: TurnId) -> Came {
    let ours = turn.to_string();
    let asked = |item: &Value| text(item, "clientId") == ours;
    let found = list(told, "data")
        .iter()
        .find(|turn| list(turn, "items").iter().any(asked));
    let Some(found) = found else {
        return Came::Nothing;
    };
    let mut translator = Translator::new(Path::new("/"));
    translator.begin(text(found, "id"));
    let mut effect = false;
    for item in list(found, "items") {
        let told = json!({ "turnId": at(found, "id"), "item": item });
        let heard = translator.take("item/completed", &told);
        effect |= heard.iter().any(may_have_effect);
    }
    match text(found, "status") {
        "completed" => Came::Answer(translator.reply().to_owned()),
        "interrupted" | "failed" if !effect => Came::Words {
            turn: text(found, "id").to_owned(),
        },
        _ => Came::Deeds,
    }
}

fn may_have_effect(heard: &Heard) -> bool {
    matches!(heard, Heard::Item(ItemEvent::Put { body, .. }) if body.may_have_effect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: &str = "01890000-0000-7000-8000-000000000001";

    fn page(status: &str, items: &[Value]) -> Value {
        let mut all =
            vec![json!({ "type": "userMessage", "id": "u", "clientId": OURS, "content": [] })];
        all.extend_from_slice(items);
        json!({ "data": [
            { "id": "late", "status": "completed", "items": [{ "type": "contextCompaction", "id": "c" }] },
            { "id": "t", "status": status, "items": all },
        ] })
    }

    #[test]
    fn a_record_says_what_came_of_a_turn() {
        let said = |text: &str| json!({ "type": "agentMessage", "id": text, "text": text });
        let thought = json!({ "type": "reasoning", "id": "r", "summary": ["hm"] });
        let ran = json!({ "type": "commandExecution", "id": "c", "command": "ls", "status": "completed" });
        let words = || Came::Words {
            turn: "t".to_owned(),
        };
        let turn: TurnId = OURS.parse().unwrap();
        for (status, items, came) in [
            (
                "completed",
                vec![said("one"), said("two")],
                Came::Answer("two".to_owned()),
            ),
            (
                "completed",
                vec![ran.clone(), said("done")],
                Came::Answer("done".to_owned()),
            ),
            ("completed", vec![], Came::Answer(String::new())),
            ("interrupted", vec![], words()),
            ("interrupted", vec![thought, said("so far")], words()),
            ("failed", vec![], words()),
            ("interrupted", vec![said("I run it"), ran], Came::Deeds),
            ("inProgress", vec![], Came::Deeds),
            ("never heard of", vec![], Came::Deeds),
        ] {
            assert_eq!(
                read(&page(status, &items), turn),
                came,
                "{status} {items:?}"
            );
        }
        let other: TurnId = "01890000-0000-7000-8000-000000000002".parse().unwrap();
        assert_eq!(read(&page("completed", &[]), other), Came::Nothing);
        assert_eq!(read(&json!({ "data": [] }), turn), Came::Nothing);
    }
}
