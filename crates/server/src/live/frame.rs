//! What goes over the event streams: encoded once, shared by all who may read it. Owns the text form of
//! an event and who may see it; never asks the store.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use bytes::Bytes;
use serde::Serialize;
use switchboard_auth::Via;
use switchboard_model::{AssistantId, PersonId, person::Person};
use switchboard_store::ThreadRow;

/// Who may see an event.
#[derive(Debug, Clone)]
pub(super) enum Audience {
    /// Everyone in the workspace.
    Everyone,
    /// The members of a private thread.
    Members(Arc<HashSet<PersonId>>),
    /// One person.
    Only(PersonId),
    /// Nobody: its thread is unknown.
    Nobody,
}

impl Audience {
    /// Whether this person is among them.
    pub(super) fn has(&self, person: PersonId) -> bool {
        match self {
            Self::Everyone => true,
            Self::Members(members) => members.contains(&person),
            Self::Only(one) => *one == person,
            Self::Nobody => false,
        }
    }
}

/// One event, ready to be written.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    /// The position it announces, or that of the change it follows from.
    pub(super) pos: i64,
    /// Who may see it.
    pub(super) audience: Audience,
    /// What is written.
    pub(super) payload: Payload,
}

/// What is written for an event.
#[derive(Debug, Clone)]
pub(super) enum Payload {
    /// The same for everyone.
    Text(Bytes),
    /// A message: its author also sees the client id it was posted with.
    Message {
        /// For everyone else.
        text: Bytes,
        /// Who wrote it.
        author: PersonId,
        /// For the author.
        own: Bytes,
    },
    /// A thread changed. Each person has read so far in it.
    Thread {
        /// As it is now.
        row: Arc<ThreadRow>,
        /// For those who listened when it was encoded.
        texts: HashMap<PersonId, Bytes>,
    },
    /// A person changed: admins see more of them, and their own streams learn what they may see.
    Person {
        /// As they are now.
        person: Arc<Person>,
        /// For everyone else.
        text: Bytes,
        /// For admins.
        for_admins: Bytes,
    },
    /// Where somebody is: for all but themselves.
    Presence {
        /// Who.
        of: PersonId,
        /// What is written.
        text: Bytes,
    },
    /// A person was removed: their own streams end.
    Removed {
        /// Who.
        person: PersonId,
        /// For everyone else.
        text: Bytes,
    },
    /// An assistant changed. Whether it is usable depends on who looks, so each viewer encodes it; it
    /// happens rarely.
    Assistant(AssistantId),
    /// A backend: admins see more of it.
    Backend(Arc<Backend>),
}

/// A backend, as each may see it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Backend {
    /// For members.
    pub(super) text: Bytes,
    /// For admins.
    pub(super) for_admins: Bytes,
    /// For admins whose browser runs on the server's machine.
    pub(super) for_admins_here: Bytes,
}

/// What the feed tells all viewers at once.
#[derive(Debug)]
pub(super) enum Signal {
    /// The changes up to a position.
    Changes {
        /// Where the feed stands after them.
        upto: i64,
        /// In order of position.
        frames: Vec<Frame>,
    },
    /// Events without a place in the feed: text in flight, and open items with their text so far.
    Loose(Vec<Frame>),
    /// The feed went on from a later position; viewers read what lies between for themselves.
    Jumped,
    /// These credentials hold no longer.
    Revoked(Via),
}

/// The text of an event. `id` is given for what can be resumed after.
pub(super) fn event(name: &str, id: Option<&str>, data: &impl Serialize) -> Bytes {
    let mut text = Vec::with_capacity(256);
    if let Some(id) = id {
        text.extend_from_slice(b"id: ");
        text.extend_from_slice(id.as_bytes());
        text.push(b'\n');
    }
    text.extend_from_slice(b"event: ");
    text.extend_from_slice(name.as_bytes());
    text.extend_from_slice(b"\ndata: ");
    // JSON escapes line ends, so one data line always suffices. Our shapes have no map with other keys
    // than text, the only thing that serde_json refuses.
    if let Err(error) = serde_json::to_writer(&mut text, data) {
        tracing::error!(%error, name, "an event could not be written");
    }
    text.extend_from_slice(b"\n\n");
    Bytes::from(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire;

    #[test]
    fn an_event_is_one_id_one_name_and_one_line_of_data() {
        let ready = wire::Ready { pos: "e.7".into() };
        assert_eq!(
            event("ready", Some("e.7"), &ready),
            "id: e.7\nevent: ready\ndata: {\"pos\":\"e.7\"}\n\n"
        );
    }

    #[test]
    fn line_ends_in_text_cannot_end_an_event() {
        let delta = wire::Delta {
            thread_id: "t".into(),
            turn_id: "u".into(),
            item_id: "i".into(),
            offset: 0,
            text: "a\n\nevent: reset\r\ndata: {}\n\n",
        };
        let text = event("delta", None, &delta);
        let text = String::from_utf8_lossy(&text);
        assert_eq!(text.lines().count(), 3, "name, data, and the end: {text}");
        assert!(!text.contains('\r'));
    }
}
