//! For tests: items as a book would hand them on, and folders in a home of their own.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use switchboard_model::{
    ItemId, Millis, ThreadId, TurnId,
    item::{Item, ItemBody, ItemStatus},
};
use switchboard_store::Delta;
use tempfile::TempDir;

use super::{Held, Meta, Scribe, TurnFolder, Turns, Unnamed};

/// When every turn of these tests begins.
pub const BEGAN: Millis = Millis(1_764_000_000_000);

pub fn turn(n: u16) -> TurnId {
    uuid(n).parse().unwrap()
}

pub fn item(n: u16, body: ItemBody, text: &str, status: ItemStatus) -> Item {
    Item {
        id: item_id(n),
        turn: turn(1),
        thread: thread(),
        seq: i64::from(n),
        status,
        body,
        text: text.to_owned(),
        started_at: BEGAN,
        ended_at: (status != ItemStatus::Open).then_some(BEGAN),
        agent: None,
    }
}

/// Words of an item, after so many bytes of it.
pub fn delta(n: u16, offset: u64, text: &str) -> Delta {
    Delta {
        thread: thread(),
        turn: turn(1),
        item: item_id(n),
        offset,
        text: text.to_owned(),
    }
}

pub fn command(words: &str, exit_code: Option<i64>) -> ItemBody {
    ItemBody::Command {
        command: words.to_owned(),
        cwd: None,
        exit_code,
        took: None,
    }
}

pub fn meta(n: u16) -> Meta {
    Meta::new(turn(n), Path::new("/srv/project"), BEGAN)
}

/// A home without turns.
pub fn home() -> (TempDir, Turns) {
    let home = tempfile::tempdir().unwrap();
    let turns = Turns::new(home.path());
    (home, turns)
}

pub fn made(turns: &Turns, n: u16) -> Held {
    let made = turns.make(turn(n), "what is 2 + 2?", &meta(n));
    made.and_then(Unnamed::name).unwrap()
}

pub fn scribe(turns: &Turns, n: u16) -> Scribe {
    Scribe::new(made(turns, n), meta(n))
}

pub fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

/// The names in a folder, sorted.
pub fn names(folder: &TurnFolder) -> Vec<String> {
    let entries = std::fs::read_dir(folder.path()).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn item_id(n: u16) -> ItemId {
    uuid(n).parse().unwrap()
}

fn thread() -> ThreadId {
    uuid(1).parse().unwrap()
}

fn uuid(n: u16) -> String {
    format!("019acb2e-0000-7000-8000-00000000{n:04x}")
}
