//! The words of a script's line. Owns quotes, options and the marks between steps and parts; does not know what any step
//! means.

use std::time::Duration;

use serde_json::Value;

/// A word of a step, with its quotes taken off.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Word {
    pub text: String,
    pub quoted: bool,
}

/// The words of one step after its verb, or of one of its parts.
pub(super) struct Args<'a>(pub &'a [Word]);

impl<'a> Args<'a> {
    /// A quoted text without its options, or else all the words.
    pub fn sentence(&self) -> String {
        let is_quoted = self.0.first().is_some_and(|word| word.quoted);
        let words = self.0.iter().filter(|word| !is_quoted || !is_option(word));
        let words: Vec<&str> = words.map(|word| word.text.as_str()).collect();
        words.join(" ")
    }

    /// The words that are no options.
    pub fn plain(&self) -> impl Iterator<Item = &'a str> {
        let words = self.0.iter().filter(|word| !is_option(word));
        words.map(|word| word.text.as_str())
    }

    pub fn first(&self, what: &str) -> Result<&'a str, String> {
        self.at(0, what)
    }

    /// The word at that place among those that are no options.
    pub fn at(&self, place: usize, what: &str) -> Result<&'a str, String> {
        self.plain()
            .nth(place)
            .ok_or_else(|| format!("{what} is missing"))
    }

    pub fn last_duration(&self) -> Result<Duration, String> {
        duration(self.0.last().map_or("", |word| &word.text))
    }

    pub fn number<N: std::str::FromStr>(&self, what: &str) -> Result<N, String> {
        let text = self.first(what)?;
        text.parse().map_err(|_| format!("`{text}` is not {what}"))
    }

    pub fn named(&self, name: &str) -> Option<&'a str> {
        let options = self.0.iter().filter(|word| is_option(word));
        options
            .filter_map(|word| word.text.split_once('='))
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value)
    }

    /// An option that is a list with commas between. Empty without that option.
    pub fn named_list(&self, name: &str) -> Vec<String> {
        let list = self.named(name).unwrap_or_default().split(',');
        list.filter(|entry| !entry.is_empty())
            .map(str::to_owned)
            .collect()
    }

    pub fn named_number<N: std::str::FromStr>(&self, name: &str) -> Result<Option<N>, String> {
        let read = |text: &str| {
            text.parse()
                .map_err(|_| format!("`{name}={text}` is not a number"))
        };
        self.named(name).map(read).transpose()
    }

    pub fn named_duration(&self, name: &str) -> Result<Duration, String> {
        self.named(name).map_or(Ok(Duration::ZERO), duration)
    }

    /// The JSON object at that place; an empty one where there is none.
    pub fn object(&self, place: usize) -> Result<Value, String> {
        let text = self.plain().nth(place).unwrap_or("{}");
        match serde_json::from_str(text) {
            Ok(object @ Value::Object(_)) => Ok(object),
            _ => Err(format!("`{text}` is not a JSON object")),
        }
    }

    /// The parts between the marks `|`.
    pub fn parts(&self) -> impl Iterator<Item = Args<'a>> {
        let is_mark = |word: &Word| !word.quoted && word.text == "|";
        self.0.split(is_mark).map(Args)
    }

    /// Refuses an option that the step does not have, so that a slip does not pass unseen.
    pub fn only(&self, known: &[&str]) -> Result<(), String> {
        let options = self.0.iter().filter(|word| is_option(word));
        let keys = options.filter_map(|word| word.text.split_once('='));
        match keys.map(|(key, _)| key).find(|key| !known.contains(key)) {
            Some(key) => Err(format!("there is no option `{key}=`")),
            None => Ok(()),
        }
    }
}

/// Whether a word is an option, as `name=value`.
fn is_option(word: &Word) -> bool {
    let is_name = |name: &str| {
        !name.is_empty()
            && name
                .chars()
                .all(|letter| letter.is_ascii_lowercase() || letter == '_')
    };
    let key = word.text.split_once('=').map(|(key, _)| key);
    !word.quoted && key.is_some_and(is_name)
}

fn duration(text: &str) -> Result<Duration, String> {
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let number: u64 = digits
        .parse()
        .map_err(|_| format!("`{text}` is not a time, as 50ms or 2s"))?;
    match &text[digits.len()..] {
        "ms" => Ok(Duration::from_millis(number)),
        "s" => Ok(Duration::from_secs(number)),
        _ => Err(format!("`{text}` has no unit, ms or s")),
    }
}

/// Cuts a line into steps and these into words. Inside quotes, `\"`, `\\` and `\n` are escapes; the value of an option
/// may be quoted too. A JSON object is one word.
pub(super) fn split(line: &str) -> Result<Vec<Vec<Word>>, String> {
    let mut steps = vec![Vec::new()];
    let mut word: Option<Word> = None;
    let mut letters = line.chars();
    let mut end_word = |word: &mut Option<Word>, next_step: bool| {
        if let Some(step) = steps.last_mut() {
            step.extend(word.take());
        }
        if next_step {
            steps.push(Vec::new());
        }
    };
    while let Some(letter) = letters.next() {
        match letter {
            '"' if word.is_none() => {
                word = Some(Word {
                    text: quoted(&mut letters)?,
                    quoted: true,
                });
            }
            '"' if word.as_ref().is_some_and(begins_option) => {
                let value = quoted(&mut letters)?;
                word.get_or_insert_default().text.push_str(&value);
            }
            '{' if word.is_none() => {
                let rest = letters.as_str();
                let object = object_length(&line[line.len() - rest.len() - 1..]);
                let word = word.get_or_insert_default();
                word.text.push('{');
                word.text.push_str(&rest[..object.saturating_sub(1)]);
                letters = rest[object.saturating_sub(1)..].chars();
            }
            ';' if word.is_none() => end_word(&mut word, true),
            letter if letter.is_whitespace() => end_word(&mut word, false),
            letter => word.get_or_insert_default().text.push(letter),
        }
    }
    end_word(&mut word, false);
    Ok(steps)
}

/// Whether a word so far is the name of an option and all that is missing is its value.
fn begins_option(word: &Word) -> bool {
    is_option(word) && word.text.ends_with('=')
}

/// How long the JSON object is that a text starts with; 0 where it starts with none.
fn object_length(text: &str) -> usize {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    match values.next() {
        Some(Ok(Value::Object(_))) => values.byte_offset(),
        _ => 0,
    }
}

fn quoted(letters: &mut impl Iterator<Item = char>) -> Result<String, String> {
    let mut text = String::new();
    loop {
        match letters.next().ok_or("a quote is not closed")? {
            '"' => return Ok(text),
            '\\' => match letters.next().ok_or("a quote is not closed")? {
                'n' => text.push('\n'),
                other => text.push(other),
            },
            letter => text.push(letter),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    fn words(line: &str) -> Vec<(String, bool)> {
        let steps = split(line).unwrap();
        let words = steps.into_iter().flatten();
        words.map(|word| (word.text, word.quoted)).collect()
    }

    #[test]
    fn a_quoted_value_a_json_object_and_a_brace_are_words() {
        let bare = |text: &str| (text.to_owned(), false);
        for (line, expected) in [
            (
                r#"why="two words" n=1"#,
                vec![bare("why=two words"), bare("n=1")],
            ),
            (
                r#"say {"a": "b } c", "d": {}} e"#,
                vec![bare("say"), bare(r#"{"a": "b } c", "d": {}}"#), bare("e")],
            ),
            ("{a b", vec![bare("{a"), bare("b")]),
            ("a{\"b\" c", vec![bare("a{\"b\""), bare("c")]),
            (r#"5="a b"#, vec![bare("5=\"a"), bare("b")]),
        ] {
            assert_eq!(words(line), expected, "{line}");
        }
    }

    #[test]
    fn an_option_that_is_not_known_is_refused() {
        let steps = split("shell ls esclate=1").unwrap();
        let refused = Args(&steps[0][1..]).only(&["escalate"]);
        assert_eq!(refused, Err("there is no option `esclate=`".to_owned()));
    }
}
