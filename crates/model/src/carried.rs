//! The conversation that a fork carries over: how much of it is kept. Pure; never decides who may read it.

use serde::{Deserialize, Serialize};

use crate::{
    attachment::Attachment,
    clock::Millis,
    message::{Message, Speaker},
    prompt,
};

/// How many messages are carried over at most: as many as an assistant is told of in a direct thread.
pub const CARRIED_LINES: usize = prompt::DIRECT_LINES;

/// How many bytes of text they may have in all.
pub const CARRIED_BYTES: usize = prompt::DIRECT_BUDGET;

/// Less than this is not worth carrying of a message.
const WORTH_CARRYING: usize = 200;

/// A message as it was when it was carried over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CarriedLine {
    /// Whose voice.
    pub speaker: Speaker,
    /// The author's name as shown.
    pub name: String,
    /// The author's handle, without the `@`.
    pub handle: String,
    /// What was written; a long text is cut in its middle, and says so.
    pub text: String,
    /// The names of the files that came with it, which are not carried over.
    pub files: Vec<String>,
    /// When it was posted.
    pub at: Millis,
}

impl From<&Message> for CarriedLine {
    fn from(message: &Message) -> Self {
        let name = |file: &Attachment| file.name.clone();
        Self {
            speaker: message.role,
            name: message.author.name.clone(),
            handle: message.author.handle.clone(),
            text: message.text.clone(),
            files: message.attachments.iter().map(name).collect(),
            at: message.created_at,
        }
    }
}

/// The newest of these that may be carried over, oldest first. None takes more than half of the room, so that one pasted
/// log does not push out the whole conversation.
pub fn newest(lines: Vec<CarriedLine>) -> Vec<CarriedLine> {
    let mut room = CARRIED_BYTES;
    let mut kept = Vec::new();
    for mut line in lines.into_iter().rev().take(CARRIED_LINES) {
        let own = room.min(CARRIED_BYTES / 2);
        if line.text.len() > own {
            if own < WORTH_CARRYING {
                break;
            }
            // The note on what is missing takes some of it.
            line.text = prompt::cut(&line.text, own - WORTH_CARRYING / 2);
        }
        room = room.saturating_sub(line.text.len());
        kept.push(line);
    }
    kept.reverse();
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> CarriedLine {
        CarriedLine {
            speaker: Speaker::User,
            name: "Ines".to_owned(),
            handle: "ines".to_owned(),
            text: text.to_owned(),
            files: Vec::new(),
            at: Millis(1),
        }
    }

    #[test]
    fn the_newest_are_carried_over_and_one_long_text_leaves_room_for_others() {
        let many: Vec<_> = (0..60).map(|n| line(&format!("number {n}"))).collect();
        let kept = newest(many);
        assert_eq!(kept.len(), CARRIED_LINES);
        assert_eq!(kept[0].text, "number 10");
        let log = format!("BEGIN{}END", "é".repeat(CARRIED_BYTES));
        let kept = newest(vec![line("before"), line(&log), line("after")]);
        assert_eq!(
            (kept.len(), &*kept[0].text, &*kept[2].text),
            (3, "before", "after")
        );
        assert!(kept[1].text.starts_with("BEGIN") && kept[1].text.ends_with("END"));
        assert!(kept[1].text.contains("bytes left out"));
        let logs: Vec<_> = (0..9).map(|_| line(&log)).collect();
        let total: usize = newest(logs).iter().map(|line| line.text.len()).sum();
        assert!(total <= CARRIED_BYTES, "{total}");
        assert!(newest(Vec::new()).is_empty());
    }
}
