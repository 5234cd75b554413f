//! What counts as a word, and when two words are the same. Letters lose their case and their accents.
//! Scripts that are written without spaces are cut into pairs of neighbouring characters, and an emoji
//! is a word of its own. Owns the folding; never decides which words are looked for.

use std::collections::VecDeque;

use unicode_normalization::char::{compose, decompose_compatible, is_combining_mark};

/// The longest word, in characters; what follows is not looked at, in texts and queries alike.
pub const WORD_LIMIT: usize = 64;

/// A word of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    /// Folded.
    pub term: String,
    /// Where it stands in the text, in bytes.
    pub start: usize,
    pub end: usize,
}

/// The words of a text, one after the other.
pub(super) struct Words<'t> {
    text: std::str::CharIndices<'t>,
    /// What the character that was read last became.
    waiting: VecDeque<(char, usize, usize)>,
    /// The word in the making.
    word: Option<Word>,
    length: usize,
    /// The dense character that the next one makes a pair with.
    before: Option<(char, usize, usize)>,
    /// Ready to be handed out.
    ready: VecDeque<Word>,
}

impl<'t> Words<'t> {
    /// All of them.
    pub fn of(text: &'t str) -> Self {
        Self {
            text: text.char_indices(),
            waiting: VecDeque::new(),
            word: None,
            length: 0,
            before: None,
            ready: VecDeque::new(),
        }
    }

    fn take(&mut self, c: char, start: usize, end: usize) {
        // Marks that a base takes into itself: the voice of kana, the parts of a Hangul syllable.
        if let Some((base, from, _)) = self.before
            && let Some(whole) = compose(base, c)
        {
            self.before = Some((whole, from, end));
            return;
        }
        match Kind::of(c) {
            Kind::Letter => {
                self.end_run();
                self.grow(c, start, end);
            }
            Kind::Dense => {
                self.end_word();
                if let Some((first, from, _)) = self.before {
                    self.push(String::from_iter([first, c]), from, end);
                }
                self.before = Some((c, start, end));
            }
            Kind::Picture => {
                self.end_word();
                self.end_run();
                self.push(String::from(c), start, end);
            }
            Kind::Between => {
                self.end_word();
                self.end_run();
            }
        }
    }

    fn grow(&mut self, c: char, start: usize, end: usize) {
        let word = self.word.get_or_insert_with(|| Word {
            term: String::new(),
            start,
            end,
        });
        word.end = end;
        if self.length < WORD_LIMIT {
            word.term.push(c);
            self.length += 1;
        }
    }

    fn push(&mut self, term: String, start: usize, end: usize) {
        self.ready.push_back(Word { term, start, end });
    }

    fn end_word(&mut self) {
        self.length = 0;
        self.ready.extend(self.word.take());
    }

    /// The last character of a run stands alone too, so that each begins some word.
    fn end_run(&mut self) {
        if let Some((last, start, end)) = self.before.take() {
            self.push(String::from(last), start, end);
        }
    }
}

impl Iterator for Words<'_> {
    type Item = Word;

    fn next(&mut self) -> Option<Word> {
        loop {
            if let Some(word) = self.ready.pop_front() {
                return Some(word);
            }
            if let Some((c, start, end)) = self.waiting.pop_front() {
                self.take(c, start, end);
                continue;
            }
            if let Some((start, c)) = self.text.next() {
                let waiting = &mut self.waiting;
                fold(c, |folded| {
                    waiting.push_back((folded, start, start + c.len_utf8()));
                });
                continue;
            }
            self.end_word();
            self.end_run();
            return self.ready.pop_front();
        }
    }
}

/// What a folded character is to a word.
#[derive(Debug, PartialEq, Eq)]
enum Kind {
    /// Part of a word.
    Letter,
    /// Of a script without spaces.
    Dense,
    /// A word of its own.
    Picture,
    /// Not part of any word.
    Between,
}

impl Kind {
    fn of(c: char) -> Self {
        if is_dense(c) {
            Self::Dense
        } else if c.is_alphanumeric() || is_combining_mark(c) {
            Self::Letter
        } else if is_picture(c) {
            Self::Picture
        } else {
            Self::Between
        }
    }
}

/// Chinese, Japanese and Korean characters, and those of other scripts that put no space between words.
fn is_dense(c: char) -> bool {
    matches!(c,
        '\u{0E01}'..='\u{0EFF}' // Thai, Lao
        | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}' // Myanmar, Khmer
        | '\u{1100}'..='\u{11FF}' // the parts of Hangul
        | '\u{3005}'..='\u{3007}' | '\u{3041}'..='\u{3096}' | '\u{309D}'..='\u{309F}' // Hiragana
        | '\u{30A1}'..='\u{30FA}' | '\u{30FC}'..='\u{30FF}' // Katakana
        | '\u{3105}'..='\u{312F}' | '\u{31A0}'..='\u{31BF}' | '\u{31F0}'..='\u{31FF}'
        | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' // Han
        | '\u{AC00}'..='\u{D7A3}' // Hangul
        | '\u{20000}'..='\u{3FFFF}') // more Han
        && (c.is_alphanumeric() || is_combining_mark(c))
}

/// Whether a word is one character that has found no neighbour.
pub(super) fn is_single_dense(term: &str) -> bool {
    let mut chars = term.chars();
    chars.next().is_some_and(is_dense) && chars.next().is_none()
}

fn is_picture(c: char) -> bool {
    matches!(c, '\u{2190}'..='\u{21FF}' | '\u{2300}'..='\u{23FF}' | '\u{2600}'..='\u{27BF}'
        | '\u{2B00}'..='\u{2BFF}' | '\u{1F000}'..='\u{1FAFF}')
}

/// What a character becomes: nothing, one character, or several.
fn fold(c: char, mut emit: impl FnMut(char)) {
    // Their accents are letters: が is not か.
    if matches!(c, '\u{3041}'..='\u{30FF}' | '\u{AC00}'..='\u{D7A3}') {
        return emit(c);
    }
    if c.is_ascii() {
        return emit(c.to_ascii_lowercase());
    }
    decompose_compatible(c, |part| {
        if is_accent(part) {
            return;
        }
        for lower in part.to_lowercase().filter(|lower| !is_accent(*lower)) {
            match whole_letters(lower) {
                Some(letters) => letters.chars().for_each(&mut emit),
                None => emit(lower),
            }
        }
    });
}

/// What is written on or under a letter, and what only says how a character looks.
fn is_accent(c: char) -> bool {
    matches!(c, '\u{0300}'..='\u{036F}' // Latin, Greek, Cyrillic
        | '\u{0591}'..='\u{05C7}' | '\u{0610}'..='\u{061A}' | '\u{064B}'..='\u{065F}' | '\u{0670}' // Hebrew, Arabic
        | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}' | '\u{20D0}'..='\u{20FF}'
        | '\u{FE00}'..='\u{FE0F}' | '\u{FE20}'..='\u{FE2F}' | '\u{1F3FB}'..='\u{1F3FF}' | '\u{E0100}'..='\u{E01EF}'
        // Nobody sees these; inside a word they do not end it.
        | '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}')
}

/// Letters whose accent is part of them, as somebody without it on the keyboard writes them.
fn whole_letters(c: char) -> Option<&'static str> {
    Some(match c {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'đ' | 'ð' => "d",
        'þ' => "th",
        'ł' => "l",
        'ħ' => "h",
        'ŧ' => "t",
        'ı' => "i",
        'ĸ' => "k",
        'ŋ' => "n",
        'ς' => "σ",
        _ => return None,
    })
}
