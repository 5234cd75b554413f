//! The book of one turn: turns a backend's events into items. Owns their order, their text so far,
//! what still has to be written and what still has to be announced; never writes or announces itself.

use std::collections::HashMap;

use switchboard_model::{
    IdSource, Millis, ThreadId, TurnId,
    item::{ITEM_TEXT_LIMIT, Item, ItemBody, ItemEvent, ItemStatus},
};
use switchboard_store::Delta;

/// Text that was not written yet is written when it has grown by this much, in bytes.
const CHECKPOINT: usize = 4 * 1024;

/// The most items of one turn. More would be a loop, not work.
const ITEM_LIMIT: usize = 10_000;

/// All text of one turn, in bytes.
const TURN_TEXT_LIMIT: usize = 16 * 1024 * 1024;

/// Stands for the part of a text that was too much to keep.
const REST: &str = "\n\n[the rest was too long to keep]";

/// What the runner does after an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Then {
    /// Nothing at once: text grew a little.
    Later,
    /// Write what is dirty now: an item began, changed, ended, or grew a lot.
    Write,
    /// The turn produced more than a turn may.
    TooMuch,
}

/// The items of one turn.
pub(crate) struct Book {
    turn: TurnId,
    thread: ThreadId,
    ids: IdSource,
    places: HashMap<String, usize>,
    /// Whose doing those are that have not begun.
    agents: HashMap<String, String>,
    marks: Vec<Mark>,
    total: usize,
}

/// What others know of an item already.
#[derive(Debug, Clone, Copy)]
struct Mark {
    /// Changed since it was last written.
    dirty: bool,
    /// Text length when it was last written.
    written: usize,
    /// Text length that was announced.
    announced: usize,
    /// It ends with [`REST`] and takes no more.
    full: bool,
}

impl Book {
    pub(crate) fn new(turn: TurnId, thread: ThreadId, ids: IdSource) -> Self {
        Self {
            turn,
            thread,
            ids,
            places: HashMap::new(),
            agents: HashMap::new(),
            marks: Vec::new(),
            total: 0,
        }
    }

    /// Notes an event in `items`, which others read meanwhile.
    pub(crate) fn note(&mut self, items: &mut Vec<Item>, event: ItemEvent, now: Millis) -> Then {
        match event {
            ItemEvent::Put {
                key,
                body,
                text,
                status,
            } => self.put(items, key, body, text, status, now),
            ItemEvent::Of { key, agent } => self.attribute(items, key, agent),
            ItemEvent::Delta { key, text } => self.grow(items, key, &text, now),
        }
    }

    fn put(
        &mut self,
        items: &mut Vec<Item>,
        key: String,
        body: ItemBody,
        text: Option<String>,
        status: ItemStatus,
        now: Millis,
    ) -> Then {
        let Some(place) = self.place(items, key, &body, now) else {
            return Then::TooMuch;
        };
        let (item, mark) = (&mut items[place], &mut self.marks[place]);
        item.body = body;
        if let Some(mut text) = text {
            let more = text.len().saturating_sub(item.text.len());
            let most = item.text.len() + room(&item.text, self.total);
            mark.full = text.len() > most;
            if mark.full {
                text.truncate(cut(&text, most.saturating_sub(REST.len())).len());
                text.push_str(REST);
            }
            // Only an addition can be announced as one; anything else reaches readers as the item.
            if !text.starts_with(&item.text) {
                mark.announced = text.len();
            }
            self.total += more;
            item.text = text;
        }
        // What is complete reaches readers as the item, which is written now: once is enough.
        if status != ItemStatus::Open {
            mark.announced = item.text.len();
        }
        item.status = status;
        item.ended_at = (status != ItemStatus::Open).then_some(now);
        mark.dirty = true;
        if self.total > TURN_TEXT_LIMIT {
            Then::TooMuch
        } else {
            Then::Write
        }
    }

    fn attribute(&mut self, items: &mut [Item], key: String, agent: String) -> Then {
        let Some(place) = self.places.get(&key).copied() else {
            if self.agents.len() < ITEM_LIMIT {
                self.agents.insert(key, agent);
            }
            return Then::Later;
        };
        items[place].agent = Some(agent);
        self.marks[place].dirty = true;
        Then::Write
    }

    fn grow(&mut self, items: &mut Vec<Item>, key: String, text: &str, now: Millis) -> Then {
        let Some(place) = self.place(items, key, &ItemBody::Text, now) else {
            return Then::TooMuch;
        };
        let (item, mark) = (&mut items[place], &mut self.marks[place]);
        let first = item.text.is_empty() && !mark.dirty;
        let room = room(&item.text, self.total);
        if text.len() <= room && !mark.full {
            item.text.push_str(text);
        } else if !mark.full {
            item.text
                .push_str(cut(text, room.saturating_sub(REST.len())));
            item.text.push_str(REST);
            mark.full = true;
        }
        self.total += text.len();
        mark.dirty = true;
        if self.total > TURN_TEXT_LIMIT {
            Then::TooMuch
        } else if first || item.text.len() - mark.written >= CHECKPOINT {
            Then::Write
        } else {
            Then::Later
        }
    }

    fn place(
        &mut self,
        items: &mut Vec<Item>,
        key: String,
        body: &ItemBody,
        now: Millis,
    ) -> Option<usize> {
        if let Some(place) = self.places.get(&key) {
            return Some(*place);
        }
        if items.len() >= ITEM_LIMIT {
            return None;
        }
        let place = items.len();
        items.push(Item {
            id: self.ids.make(),
            turn: self.turn,
            thread: self.thread,
            seq: i64::try_from(place).unwrap_or(i64::MAX) + 1,
            status: ItemStatus::Open,
            body: body.clone(),
            agent: self.agents.remove(&key),
            text: String::new(),
            started_at: now,
            ended_at: None,
        });
        self.marks.push(Mark {
            dirty: false,
            written: 0,
            announced: 0,
            full: false,
        });
        self.places.insert(key, place);
        Some(place)
    }

    /// The items that changed since they were last taken. The caller writes them.
    pub(crate) fn take_dirty(&mut self, items: &[Item]) -> Vec<Item> {
        let mut dirty = Vec::new();
        for (item, mark) in items.iter().zip(&mut self.marks) {
            if std::mem::take(&mut mark.dirty) {
                mark.written = item.text.len();
                dirty.push(item.clone());
            }
        }
        dirty
    }

    /// The items at these places (their `seq`) were taken and could not be written.
    pub(crate) fn not_written(&mut self, places: &[i64]) {
        for seq in places {
            let mark = usize::try_from(seq - 1)
                .ok()
                .and_then(|at| self.marks.get_mut(at));
            if let Some(mark) = mark {
                mark.dirty = true;
            }
        }
    }

    /// The text that was not announced yet. The caller announces it.
    pub(crate) fn take_deltas(&mut self, items: &[Item]) -> Vec<Delta> {
        let mut deltas = Vec::new();
        for (item, mark) in items.iter().zip(&mut self.marks) {
            if item.text.len() > mark.announced {
                deltas.push(Delta {
                    thread: self.thread,
                    turn: self.turn,
                    item: item.id,
                    offset: mark.announced as u64,
                    text: item.text[mark.announced..].to_owned(),
                });
                mark.announced = item.text.len();
            }
        }
        deltas
    }

    /// Whether a command or a tool call is open: then silence is work, not a hang.
    pub(crate) fn is_busy(items: &[Item]) -> bool {
        items.iter().any(|item| {
            item.status == ItemStatus::Open
                && matches!(
                    item.body,
                    ItemBody::Command { .. } | ItemBody::ToolCall { .. }
                )
        })
    }
}

/// How many bytes may be added to an item's text in a turn that has `total` already. A turn that is
/// told to stop because it wrote too much must not fill the memory until it does.
fn room(text: &str, total: usize) -> usize {
    let item = ITEM_TEXT_LIMIT.saturating_sub(text.len());
    item.min(TURN_TEXT_LIMIT.saturating_sub(total))
}

/// As much of `text` as fits in `room` bytes, cut between characters.
fn cut(text: &str, room: usize) -> &str {
    if text.len() <= room {
        return text;
    }
    let mut end = room;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::Arc;

    use switchboard_model::clock::{FakeChance, FakeClock};

    use super::*;

    fn book() -> Book {
        let ids = IdSource::new(
            Arc::new(FakeClock::at(Millis(1))),
            Arc::new(FakeChance::seeded(1)),
        );
        Book::new(ids.make(), ids.make(), ids)
    }

    fn put(key: &str, text: Option<&str>, status: ItemStatus) -> ItemEvent {
        ItemEvent::Put {
            key: key.into(),
            body: ItemBody::Text,
            text: text.map(Into::into),
            status,
        }
    }

    fn delta(key: &str, text: &str) -> ItemEvent {
        ItemEvent::Delta {
            key: key.into(),
            text: text.into(),
        }
    }

    #[test]
    fn whose_doing_an_item_is_can_be_known_before_it_begins() {
        let (mut book, mut items) = (book(), Vec::new());
        let of = ItemEvent::Of {
            key: "a".into(),
            agent: "scout".into(),
        };
        assert_eq!(book.note(&mut items, of, Millis(1)), Then::Later);
        for key in ["a", "b"] {
            book.note(&mut items, put(key, None, ItemStatus::Open), Millis(1));
        }
        let agents: Vec<_> = items.iter().map(|item| item.agent.as_deref()).collect();
        assert_eq!(agents, [Some("scout"), None]);
    }

    #[test]
    fn offsets_of_deltas_count_bytes_and_leave_no_gap() {
        let (mut book, mut items) = (book(), Vec::new());
        book.note(&mut items, delta("a", "zwölf "), Millis(1));
        let first = book.take_deltas(&items);
        book.note(&mut items, delta("a", "Boxkämpfer"), Millis(2));
        let second = book.take_deltas(&items);
        assert_eq!((first[0].offset, first[0].text.as_str()), (0, "zwölf "));
        assert_eq!(
            (second[0].offset, second[0].text.as_str()),
            (7, "Boxkämpfer")
        );
        assert!(book.take_deltas(&items).is_empty());
    }

    #[test]
    fn a_whole_text_that_extends_the_old_one_is_announced_as_its_addition() {
        let (mut book, mut items) = (book(), Vec::new());
        book.note(
            &mut items,
            put("a", Some("one"), ItemStatus::Open),
            Millis(1),
        );
        book.take_deltas(&items);
        book.note(
            &mut items,
            put("a", Some("one two"), ItemStatus::Open),
            Millis(1),
        );
        assert_eq!(book.take_deltas(&items)[0].text, " two");
        book.note(
            &mut items,
            put("a", Some("other"), ItemStatus::Done),
            Millis(1),
        );
        assert!(
            book.take_deltas(&items).is_empty(),
            "a replaced text reaches readers as the item"
        );
        assert_eq!(book.take_dirty(&items)[0].text, "other");
    }

    #[test]
    fn a_text_that_is_complete_is_told_by_its_item_and_not_by_a_delta_too() {
        let (mut book, mut items) = (book(), Vec::new());
        let whole = put("a", Some("at once"), ItemStatus::Done);
        book.note(&mut items, whole, Millis(1));
        book.note(&mut items, delta("b", "in "), Millis(1));
        assert_eq!(book.take_deltas(&items).len(), 1, "that of the open one");
        let end = put("b", Some("in pieces"), ItemStatus::Done);
        book.note(&mut items, end, Millis(2));
        assert!(book.take_deltas(&items).is_empty());
        assert_eq!(book.take_dirty(&items)[1].text, "in pieces");
    }

    #[test]
    fn text_is_written_at_its_first_piece_and_then_every_four_kilobytes() {
        let (mut book, mut items) = (book(), Vec::new());
        assert_eq!(
            book.note(&mut items, delta("a", "x"), Millis(1)),
            Then::Write
        );
        book.take_dirty(&items);
        assert_eq!(
            book.note(&mut items, delta("a", "y"), Millis(1)),
            Then::Later
        );
        assert_eq!(
            book.note(&mut items, delta("a", &"z".repeat(CHECKPOINT)), Millis(1)),
            Then::Write
        );
    }

    #[test]
    fn an_item_longer_than_its_limit_is_cut_between_characters() {
        let (mut book, mut items) = (book(), Vec::new());
        let text = format!("x{}", "ü".repeat(ITEM_TEXT_LIMIT / 2));
        book.note(
            &mut items,
            put("a", Some(&text), ItemStatus::Done),
            Millis(1),
        );
        let kept = items[0].text.strip_suffix(REST).unwrap();
        assert!(text.starts_with(kept));
        assert_eq!(kept.len() + REST.len(), ITEM_TEXT_LIMIT);
        book.note(&mut items, delta("a", "more"), Millis(1));
        assert!(items[0].text.ends_with(REST), "it takes no more");
    }

    #[test]
    fn a_flood_of_items_or_text_is_too_much() {
        let (mut book, mut items) = (book(), Vec::new());
        let ends = (0..=ITEM_LIMIT)
            .map(|n| book.note(&mut items, delta(&n.to_string(), "x"), Millis(1)))
            .last();
        assert_eq!(ends, Some(Then::TooMuch));
    }

    #[test]
    fn a_turn_that_wrote_too_much_keeps_no_more_of_it() {
        let (mut book, mut items) = (book(), Vec::new());
        let flood = "x".repeat(ITEM_TEXT_LIMIT);
        for n in 0..20 {
            let key = n.to_string();
            let event = if n % 2 == 0 {
                delta(&key, &flood)
            } else {
                put(&key, Some(&flood), ItemStatus::Open)
            };
            book.note(&mut items, event, Millis(1));
        }
        let kept: usize = items.iter().map(|item| item.text.len()).sum();
        assert!(kept <= TURN_TEXT_LIMIT + 20 * REST.len(), "{kept}");
    }

    #[test]
    fn what_could_not_be_written_is_dirty_again_and_nothing_else() {
        let (mut book, mut items) = (book(), Vec::new());
        book.note(&mut items, delta("a", "x"), Millis(1));
        book.take_dirty(&items);
        book.note(&mut items, delta("b", "y"), Millis(1));
        let taken = book.take_dirty(&items);
        assert!(book.take_dirty(&items).is_empty());
        book.not_written(&[taken[0].seq]);
        assert_eq!(book.take_dirty(&items), taken);
    }

    #[test]
    fn only_open_commands_and_tools_excuse_silence() {
        let (mut book, mut items) = (book(), Vec::new());
        book.note(&mut items, put("text", None, ItemStatus::Open), Millis(1));
        assert!(!Book::is_busy(&items));
        let body = ItemBody::Command {
            command: "sleep 9".into(),
            cwd: None,
            exit_code: None,
            took: None,
        };
        let event = |status| ItemEvent::Put {
            key: "c".into(),
            body: body.clone(),
            text: None,
            status,
        };
        book.note(&mut items, event(ItemStatus::Open), Millis(1));
        assert!(Book::is_busy(&items));
        book.note(&mut items, event(ItemStatus::Done), Millis(1));
        assert!(!Book::is_busy(&items));
    }
}
