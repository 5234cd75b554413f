//! Searching: the words of texts and queries, and which part of a text to show. Both databases are fed
//! with these words, so that they find the same; knows no index.

mod words;

use std::collections::HashSet;

use words::{Words, is_single_dense};

pub use words::WORD_LIMIT;

/// How many words of a query count.
pub const QUERY_LIMIT: usize = 16;

/// About how many characters of a text are shown around the first hit.
const SHOWN: usize = 160;

/// What is looked for: texts with all of these words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    wanted: Vec<Wanted>,
}

/// One word of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Folded.
    pub term: String,
    /// Whether longer words that begin like it count too.
    pub prefix: bool,
}

/// A piece of a text as a result shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// As written.
    pub text: String,
    /// Whether it is what was looked for.
    pub hit: bool,
}

/// The words of a text, folded, each once, in order.
pub fn terms(text: &str) -> Vec<String> {
    let mut seen = HashSet::new();
    Words::of(text)
        .map(|word| word.term)
        .filter(|term| seen.insert(term.clone()))
        .collect()
}

impl Query {
    /// What somebody typed. The last word may be unfinished. `None`: it has no word in it.
    pub fn parse(text: &str) -> Option<Self> {
        let mut wanted: Vec<Wanted> = Vec::new();
        let mut words = Words::of(text).peekable();
        while let Some(word) = words.next() {
            let last = words.peek().is_none();
            let alone = is_single_dense(&word.term);
            // The end of a longer run is in the pair before it.
            if alone && wanted.last().is_some_and(|w| w.term.ends_with(&word.term)) {
                if last && let Some(before) = wanted.last_mut() {
                    before.prefix = true;
                }
                continue;
            }
            // A text has such a character as the beginning of a pair.
            let prefix = last || alone;
            match wanted.iter_mut().find(|known| known.term == word.term) {
                Some(known) => known.prefix &= prefix,
                None => wanted.push(Wanted {
                    term: word.term,
                    prefix,
                }),
            }
        }
        wanted.truncate(QUERY_LIMIT);
        (!wanted.is_empty()).then_some(Self { wanted })
    }

    /// Its words.
    pub fn wanted(&self) -> &[Wanted] {
        &self.wanted
    }

    fn wants(&self, term: &str) -> bool {
        self.wanted.iter().any(|wanted| {
            if wanted.prefix {
                term.starts_with(&wanted.term)
            } else {
                term == wanted.term
            }
        })
    }

    /// The part of a text around the first hit, on one line. Without a hit, its beginning.
    pub fn snippet(&self, text: &str) -> Vec<Piece> {
        let first = Words::of(text).find(|word| self.wants(&word.term));
        let first = first.map_or(0, |word| word.start);
        let (start, end) = around(text, first);
        let mut pieces = Pieces::default();
        if start > 0 {
            pieces.add("… ", false);
        }
        let mut at = start;
        for word in Words::of(&text[start..end]).filter(|word| self.wants(&word.term)) {
            let (from, to) = (start + word.start, start + word.end);
            // Pairs overlap.
            let from = from.max(at);
            pieces.add(&text[at..from], false);
            pieces.add(&text[from..to.max(from)], true);
            at = to.max(from);
        }
        pieces.add(&text[at..end], false);
        if end < text.len() {
            pieces.add(" …", false);
        }
        pieces.done
    }
}

/// A stretch of a text with a place in it, cut between words.
fn around(text: &str, place: usize) -> (usize, usize) {
    let back = text[..place]
        .char_indices()
        .rev()
        .take(SHOWN / 3)
        .last()
        .map_or(place, |(at, _)| at);
    let start = if back == 0 {
        0
    } else {
        // After the next space, unless there is none before the place.
        text[back..place]
            .find(char::is_whitespace)
            .map_or(back, |gap| back + gap)
    };
    let start = start + text[start..place].len() - text[start..place].trim_start().len();
    let cut = text[start..]
        .char_indices()
        .nth(SHOWN)
        .map_or(text.len(), |(at, _)| start + at);
    let end = if cut == text.len() {
        cut
    } else {
        text[place..cut.max(place)]
            .rfind(char::is_whitespace)
            .map_or(cut, |gap| place + gap)
    };
    (start, end.max(start))
}

/// Pieces in the making: neighbours of a kind are one, and white space is one space.
#[derive(Default)]
struct Pieces {
    done: Vec<Piece>,
}

impl Pieces {
    fn add(&mut self, text: &str, hit: bool) {
        if text.is_empty() {
            return;
        }
        if self.done.last().is_none_or(|piece| piece.hit != hit) {
            self.done.push(Piece {
                text: String::new(),
                hit,
            });
        }
        let Some(piece) = self.done.last_mut() else {
            return;
        };
        for c in text.chars() {
            if !c.is_whitespace() {
                piece.text.push(c);
            } else if !piece.text.ends_with(' ') {
                piece.text.push(' ');
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn words_are_folded_alike_however_they_are_written() {
        for (text, expected) in [
            ("Hello, World! hello", vec!["hello", "world"]),
            ("Café cafe\u{301} CAFÉ", vec!["cafe"]),
            ("Straße STRASSE", vec!["strasse"]),
            (
                "Ærø Łódź İstanbul ısı",
                vec!["aero", "lodz", "istanbul", "isi"],
            ),
            ("ΣΊΣΥΦΟΣ Σίσυφος", vec!["σισυφοσ"]),
            ("Ёлка елка", vec!["елка"]),
            ("ﬁne ½ ①", vec!["fine", "1", "2"]),
            ("foo_bar-baz.rs", vec!["foo", "bar", "baz", "rs"]),
            ("so\u{AD}ft", vec!["soft"]),
            ("\u{202E}!?… \n", vec![]),
            ("", vec![]),
        ] {
            assert_eq!(terms(text), expected, "{text:?}");
        }
        assert_eq!(terms(&"é".repeat(500)), ["e".repeat(WORD_LIMIT)]);
    }

    #[test]
    fn scripts_without_spaces_are_cut_into_pairs() {
        for (text, expected) in [
            ("中国人", vec!["中国", "国人", "人"]),
            ("中", vec!["中"]),
            ("Rust語", vec!["rust", "語"]),
            ("が か\u{3099} ｶﾞ", vec!["が", "ガ"]),
            ("한국", vec!["한국", "국"]),
            ("\u{1112}\u{1161}\u{11AB}국", vec!["한국", "국"]),
        ] {
            assert_eq!(terms(text), expected, "{text:?}");
        }
    }

    #[test]
    fn an_emoji_is_a_word_whatever_its_colour() {
        assert_eq!(terms("ship it 🚀🚀👍🏽 ❤️"), ["ship", "it", "🚀", "👍", "❤"]);
    }

    #[test]
    fn the_last_word_of_a_query_may_be_unfinished() {
        let wanted = |text: &str| {
            let query = Query::parse(text).unwrap();
            let words = query.wanted().iter().map(|w| (w.term.clone(), w.prefix));
            words.collect::<Vec<_>>()
        };
        let is = |term: &str, prefix| (term.to_owned(), prefix);
        assert_eq!(wanted("Deploy pl"), [is("deploy", false), is("pl", true)]);
        assert_eq!(
            wanted("AND OR \"x* NEAR("),
            [
                is("and", false),
                is("or", false),
                is("x", false),
                is("near", true)
            ]
        );
        assert_eq!(wanted("中 plan"), [is("中", true), is("plan", true)]);
        assert_eq!(
            wanted("中国人 plan"),
            [is("中国", false), is("国人", false), is("plan", true)]
        );
        assert_eq!(wanted("国人"), [is("国人", true)]);
        assert_eq!(wanted(&"word ".repeat(99)), [is("word", false)]);
        assert_eq!(Query::parse(" \"!? "), None);
    }

    fn shown(query: &str, text: &str) -> String {
        let pieces = Query::parse(query).unwrap().snippet(text);
        let marked = pieces.iter().map(|piece| {
            if piece.hit {
                format!("[{}]", piece.text)
            } else {
                piece.text.clone()
            }
        });
        marked.collect()
    }

    #[test]
    fn a_snippet_shows_the_first_hit_as_it_was_written() {
        for (query, text, expected) in [
            ("cafe", "the Café\nnext door", "the [Café] next door"),
            ("plan b", "Plan B or plan Bee", "[Plan] [B] or [plan] [Bee]"),
            ("中国人", "我是中国人。", "我是[中国人]。"),
            ("国", "中国人", "中[国人]"),
            ("nothing", "no word of it", "no word of it"),
            ("<b>", "a <b>bold</b> word", "a <[b]>[bold]</[b]> word"),
        ] {
            assert_eq!(shown(query, text), expected, "{query:?} in {text:?}");
        }
        let long = format!("{} needle {}", "before ".repeat(99), "after ".repeat(99));
        let snippet = shown("needle", &long);
        assert!(
            snippet.starts_with("… before") && snippet.ends_with("after …"),
            "{snippet}"
        );
        assert!(
            snippet.contains("[needle]") && snippet.chars().count() < 180,
            "{snippet}"
        );
        assert_eq!(shown("x", &"x".repeat(400)).matches('x').count(), 160);
    }
}
