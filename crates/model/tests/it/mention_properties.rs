//! What the mention parser promises for every text.

use std::time::Duration;

use proptest::prelude::*;
use switchboard_model::{
    mention::{Mention, find, handles},
    person,
};

use crate::mention_reference as reference;

/// What must hold of the mentions of any text.
pub fn assert_sound(text: &str) {
    let mentions = find(text);
    let mut end = 0;
    for mention in &mentions {
        assert!(
            mention.offset >= end,
            "in order, without overlap: {mention:?}"
        );
        end = mention.offset + mention.length;
        let written = text
            .get(mention.offset..end)
            .expect("on character boundaries");
        assert!(written.starts_with('@'), "points at the @: {mention:?}");
        assert_eq!(written[1..].to_ascii_lowercase(), mention.handle);
        assert_eq!(
            person::handle(&mention.handle).as_ref(),
            Ok(&mention.handle)
        );
    }
    assert!(handles(text).len() <= mentions.len());
}

/// What stands before or after a text in a paragraph of its own changes nothing in it.
pub fn assert_unmoved_by_paragraphs_around(text: &str) {
    if text.starts_with('\u{FEFF}') {
        return; // At the start of a text this is a byte order mark, elsewhere it is a character.
    }
    let before = "words before\n\n";
    let moved: Vec<Mention> = find(&format!("{before}{text}"))
        .into_iter()
        .map(|mention| Mention {
            offset: mention.offset - before.len(),
            ..mention
        })
        .collect();
    assert_eq!(find(text), moved, "{text:?}");
}

/// In a fence that it cannot close, no text mentions anyone.
pub fn assert_silent_in_a_fence(text: &str) {
    let fence = "~".repeat(text.len().max(3) + 1);
    assert_eq!(find(&format!("{fence}\n{text}\n{fence}\n")), [], "{text:?}");
}

/// The slow parser finds the same.
pub fn assert_agrees_with_the_reference(text: &str) {
    let line = reference::line(text);
    assert_eq!(find(&line), reference::find(&line), "{line:?}");
}

/// Pieces that mean something to the parser, so that random texts are not merely noise.
pub const PIECES: &[&str] = &[
    "@",
    "@",
    "@chatgpt",
    "@acme/ledger",
    "ab",
    "x9",
    "-",
    "_",
    "/",
    ".",
    ":",
    "=",
    "#",
    "?",
    "&",
    "+",
    "%",
    ",",
    "'",
    "\"",
    "(",
    ")",
    "`",
    "`",
    "``",
    "```",
    " ",
    " ",
    "\n",
    "\n\n",
    "    ",
    "> ",
    "- ",
    "1. ",
    "~~~",
    "\\",
    "<",
    ">",
    "[",
    "](",
    "]",
    "![",
    "https://",
    "://",
    "www.",
    "|",
    "*",
    "**",
    "\t",
    "é",
    "я",
    "你",
    "，",
    "。",
    "テ",
    "안",
    "\u{301}",
    "👍",
    "\r",
    "\0",
    "&commat;",
];

fn texts() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(PIECES), 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn mentions_point_at_what_they_name(text in prop_oneof![texts(), any::<String>()]) {
        assert_sound(&text);
    }

    #[test]
    fn paragraphs_around_a_text_change_nothing_in_it(text in texts()) {
        assert_unmoved_by_paragraphs_around(&text);
    }

    #[test]
    fn no_text_mentions_anyone_from_inside_a_fence(text in texts()) {
        assert_silent_in_a_fence(&text);
    }

    #[test]
    fn a_line_of_prose_reads_as_the_slow_reference_reads_it(text in texts()) {
        assert_agrees_with_the_reference(&text);
    }

    #[test]
    fn every_valid_handle_is_found_between_spaces(
        handle in "[a-z][a-z0-9_-]{1,31}(/[a-z][a-z0-9_-]{1,31})?"
    ) {
        prop_assert_eq!(handles(&format!("hey @{handle} ok")), [handle]);
    }
}

#[test]
fn a_hostile_megabyte_takes_time_in_proportion_to_its_length() {
    // Four times the text may take about four times the work; quadratic would be sixteen. The floor is for
    // texts that take almost none.
    let floor = Duration::from_millis(50);
    for pattern in [
        "`",
        "``a`",
        "@",
        "@a",
        "@ab/",
        "[",
        "](",
        "[](",
        "[a](<",
        "<",
        "<a:",
        "> ",
        "- ",
        "*@ab_ ",
        "://",
        "www.",
        "www.(",
        "\\@",
        "- [",
        "`@ab\n\n",
        "```\n",
        "a|b\n-|-\n",
        "[x]: ",
        "<!--",
        "@é",
    ] {
        let take = |bytes: usize| {
            let text = pattern.repeat(bytes / pattern.len()) + "@";
            let start = worked();
            find(&text);
            worked().saturating_sub(start)
        };
        let quarter = take(1 << 18).max(floor);
        let whole = take(1 << 20);
        assert!(
            whole < quarter * 10,
            "{pattern:?}: {quarter:?}, then {whole:?}"
        );
    }
}

/// How long this thread has had a processor: what others do on a busy machine does not count.
fn worked() -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanos = told.split_whitespace().next().and_then(|n| n.parse().ok());
    Duration::from_nanos(nanos.unwrap_or_default())
}
