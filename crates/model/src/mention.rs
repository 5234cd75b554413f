//! Mentions: finds @names in a text. The only parser that decides: while somebody types, the page guesses
//! and asks the server, and who answers is what is found here. Never knows which names exist.
//!
//! A message is Markdown, so a Markdown parser says first what is prose. Names in code (spans, fences,
//! indented blocks), link texts, link destinations and autolinks are not addressed to anyone. Raw HTML
//! counts as prose, because the page shows it as text.
//!
//! In prose, a mention is `@handle` or `@vendor/slug` that stands alone: a longer name or path is never
//! cut short to one that exists. `glued_before` and `goes_on` say what "alone" means.

use std::{collections::HashSet, ops::Range};

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// A name found in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// Lower case, without the `@`; `vendor/slug` if scoped.
    pub handle: String,
    /// Where the `@` is, in bytes.
    pub offset: usize,
    /// How long it is with the `@`, in bytes.
    pub length: usize,
}

/// Every mention in a text, in order. Takes time in proportion to the text.
pub fn find(text: &str) -> Vec<Mention> {
    let mut mentions = Vec::new();
    if text.contains('@') {
        for run in prose(text) {
            scan(text, run, &mut mentions);
        }
    }
    mentions
}

/// Who is mentioned: each handle once, in order of first mention.
pub fn handles(text: &str) -> Vec<String> {
    let mut seen = HashSet::new();
    find(text)
        .into_iter()
        .map(|mention| mention.handle)
        .filter(|handle| seen.insert(handle.clone()))
        .collect()
}

/// The stretches of a text that are neither code nor link, as byte ranges.
fn prose(text: &str) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    let mut hidden = 0_usize;
    for (event, range) in Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(_) | Tag::Link { .. } | Tag::Image { .. }) => hidden += 1,
            Event::End(TagEnd::CodeBlock | TagEnd::Link | TagEnd::Image) => hidden -= 1,
            Event::Text(_) | Event::Html(_) | Event::InlineHtml(_) if hidden == 0 => {
                // The parser splits text where a delimiter turned out to be none; a name may span that.
                match runs.last_mut() {
                    Some(last) if last.end == range.start => last.end = range.end,
                    _ => runs.push(range),
                }
            }
            _ => {}
        }
    }
    runs
}

/// Collects the mentions of one stretch of prose.
fn scan(text: &str, run: Range<usize>, mentions: &mut Vec<Mention>) {
    let mut at = run.start;
    while at < run.end {
        at += match text.as_bytes()[at] {
            b'@' => match mention_at(text, at) {
                Some(mention) => {
                    let length = mention.length;
                    mentions.push(mention);
                    length
                }
                None => 1,
            },
            b':' | b'w' | b'W' if starts_url(text, at) => url_length(&text[at..run.end]),
            _ => 1,
        };
    }
}

/// The mention whose `@` is at `offset`, if it is one.
fn mention_at(text: &str, offset: usize) -> Option<Mention> {
    if glued_before(text, offset) {
        return None;
    }
    let name = &text[offset + 1..];
    let mut length = part_length(name)?;
    if name[length..].starts_with('/') {
        length += 1 + part_length(&name[length + 1..])?;
    }
    (!goes_on(&name[length..])).then(|| Mention {
        handle: name[..length].to_ascii_lowercase(),
        offset,
        length: 1 + length,
    })
}

/// The length of the handle, or of the half of a scoped one, that a text starts with. The rule is that
/// of [`crate::person::handle`], in either case.
fn part_length(text: &str) -> Option<usize> {
    let length = text
        .find(|c: char| !is_handle_char(c))
        .unwrap_or(text.len());
    ((2..=32).contains(&length) && text.starts_with(|c: char| c.is_ascii_alphabetic()))
        .then_some(length)
}

fn is_handle_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '-' || c == '_'
}

/// Whether what stands before the `@` makes it part of something else: the local part of an e-mail
/// address, a path or query, a doubled `@@`, a backslash escape (which is how to write a name without
/// calling anyone).
fn glued_before(text: &str, offset: usize) -> bool {
    text[..offset]
        .chars()
        .next_back()
        .is_some_and(|c| is_word(c) || "/.:=#?&@\\+%-".contains(c))
}

/// Whether what stands behind a handle makes it longer: a path, a host name, an address, a letter that
/// handles cannot have, an escaped `\_` in the middle. Punctuation that ends a sentence does not.
fn goes_on(rest: &str) -> bool {
    let mut chars = rest.chars();
    match chars.next() {
        Some('.') => chars.next().is_some_and(|c| is_word(c) || c == '-'),
        Some('\\') => chars.next().is_some_and(|c| c.is_ascii_punctuation()),
        Some(c) => is_word(c) || c == '/' || c == '@',
        None => false,
    }
}

/// Whether a character glues to the word beside it. Scripts that are written without spaces between
/// words never glue, so that a Chinese, Japanese, Korean or Thai sentence can mention without one.
fn is_word(c: char) -> bool {
    let combining = ('\u{300}'..='\u{36F}').contains(&c);
    let spaceless = matches!(c,
        '\u{0E00}'..='\u{109F}'     // Thai, Lao, Tibetan, Myanmar
        | '\u{1100}'..='\u{11FF}'   // Hangul letters
        | '\u{1780}'..='\u{17FF}'   // Khmer
        | '\u{2E80}'..='\u{9FFF}'   // ideographs, kana, bopomofo and their punctuation
        | '\u{AC00}'..='\u{D7FF}'   // Hangul
        | '\u{F900}'..='\u{FAFF}'   // more ideographs
        | '\u{FF66}'..='\u{FFDC}'   // half-width kana and Hangul
        | '\u{20000}'..='\u{3FFFF}' // still more ideographs
    );
    combining || c == '_' || (c.is_alphanumeric() && !spaceless)
}

/// Whether a bare URL starts here: at the `://` behind a scheme, or at `www.`.
fn starts_url(text: &str, at: usize) -> bool {
    let before = text[..at].chars().next_back();
    if text[at..].starts_with("://") {
        before.is_some_and(|c| c.is_ascii_alphanumeric())
    } else {
        let www = text.as_bytes()[at..].get(..4);
        www.is_some_and(|www| www.eq_ignore_ascii_case(b"www."))
            && !before.is_some_and(|c| is_word(c) || c == '@')
    }
}

/// How far the URL at the start of a text reaches: to white space, a quote, an angle bracket, full-width
/// punctuation, or a bracket that it did not open, as in `(see https://example.com)`.
fn url_length(text: &str) -> usize {
    let (mut round, mut square) = (0_usize, 0_usize);
    for (at, c) in text.char_indices() {
        match c {
            '(' => round += 1,
            '[' => square += 1,
            ')' if round > 0 => round -= 1,
            ']' if square > 0 => square -= 1,
            ')' | ']' | '<' | '>' | '"' => return at,
            '\u{3000}'..='\u{303F}' | '\u{FF00}'..='\u{FF0F}' | '\u{FF1A}'..='\u{FF1F}' => {
                return at;
            }
            c if c.is_whitespace() || c.is_control() => return at,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each row: a text, and the handles found in it.
    fn check(rows: &[(&str, &[&str])]) {
        for (text, expected) in rows {
            let mentions = find(text);
            let found: Vec<_> = mentions.iter().map(|m| m.handle.as_str()).collect();
            assert_eq!(&found, expected, "{text:?}");
            for Mention {
                handle,
                offset,
                length,
            } in &mentions
            {
                let written = &text[*offset..offset + length];
                assert_eq!(written.to_lowercase(), format!("@{handle}"), "{text:?}");
            }
        }
    }

    #[test]
    fn a_handle_in_prose_is_a_mention() {
        check(&[
            ("@chatgpt what is 2+2?", &["chatgpt"]),
            ("hey @ChatGPT", &["chatgpt"]),
            ("@a1 @b_2 @c-3", &["a1", "b_2", "c-3"]),
            (
                "> @chatgpt\n\n- @claude\n\n# @gemini",
                &["chatgpt", "claude", "gemini"],
            ),
            (
                "| a | b |\n|---|---|\n| @chatgpt | @claude |",
                &["chatgpt", "claude"],
            ),
            (
                "**@chatgpt**, ~~@claude~~, *@gemini*",
                &["chatgpt", "claude", "gemini"],
            ),
            ("<b>@chatgpt</b> <@claude>", &["chatgpt", "claude"]),
            ("<div>\n@chatgpt fix this\n</div>", &["chatgpt"]),
            ("no one @ all, @x, @9lives, @-a, @", &[]),
            ("", &[]),
        ]);
    }

    #[test]
    fn a_scoped_handle_is_one_name_and_never_read_as_its_vendor() {
        check(&[
            ("@acme/ledger sum up", &["acme/ledger"]),
            ("@Acme/Ledger", &["acme/ledger"]),
            ("@acme/ledger.", &["acme/ledger"]),
            ("@acme/", &[]),
            ("@acme/9", &[]),
            ("@acme/@ledger", &[]),
        ]);
    }

    #[test]
    fn a_message_that_is_only_a_scoped_mention_is_still_one() {
        check(&[("@acme/ledger", &["acme/ledger"])]);
    }

    #[test]
    fn a_longer_name_or_path_is_never_cut_short() {
        check(&[
            ("@foo/bar/baz", &[]),
            ("@foo/bar/", &[]),
            ("@foo.com", &[]),
            ("@foo/bar.rs", &[]),
            ("@foo@example.com", &[]),
            ("@foo\\_bar", &[]),
            ("@chatgpté", &[]),
            ("@chatgpte\u{301}", &[]),
            ("@abcdefghijklmnopqrstuvwxyz0123456789", &[]),
        ]);
    }

    #[test]
    fn punctuation_that_ends_a_sentence_ends_the_name() {
        check(&[
            (
                "(@chatgpt) @claude, @gemini. @mara: @ines; @kim!",
                &["chatgpt", "claude", "gemini", "mara", "ines", "kim"],
            ),
            ("ask @chatgpt.", &["chatgpt"]),
            ("@chatgpt... and @claude…", &["chatgpt", "claude"]),
            ("@chatgpt's answer, @claude’s too", &["chatgpt", "claude"]),
            (
                "\"@chatgpt\" '@claude' “@gemini”",
                &["chatgpt", "claude", "gemini"],
            ),
            ("@chatgpt\\\nsecond line", &["chatgpt"]),
        ]);
    }

    #[test]
    fn a_channel_url_neither_mentions_anyone_nor_mutes_the_assistant() {
        check(&[
            ("https://video.example/@chatgpt", &[]),
            (
                "@chatgpt sum up https://video.example/@channel",
                &["chatgpt"],
            ),
            ("https://example.com/a,@chatgpt and (@claude)", &["claude"]),
            ("https://example.com/?to=@chatgpt&cc=@claude", &[]),
            (
                "https://x.example/(@chatgpt) (see https://x.example)@claude",
                &["claude"],
            ),
            ("www.example.com/!@chatgpt WWW.example.com;@claude", &[]),
            (
                "ftp://me:pw@chatgpt/ mailto:@chatgpt a/@claude ./@claude",
                &[],
            ),
            ("www@chatgpt w @claude :/ @gemini", &["claude", "gemini"]),
            ("看https://example.com，@chatgpt", &["chatgpt"]),
        ]);
    }

    #[test]
    fn an_email_address_is_not_a_mention() {
        check(&[
            ("user@example.com a.b+c@chatgpt x-@chatgpt y%@chatgpt", &[]),
            ("<user@chatgpt.com> user@chatgpt", &[]),
            ("cc user@example.com and @chatgpt", &["chatgpt"]),
        ]);
    }

    #[test]
    fn a_doubled_or_escaped_at_sign_is_not_a_mention() {
        check(&[
            ("@@chatgpt @@@chatgpt", &[]),
            ("\\@chatgpt", &[]),
            ("&commat;chatgpt", &[]),
        ]);
    }

    #[test]
    fn a_name_in_inline_code_is_not_a_mention() {
        check(&[
            ("`@chatgpt` `` ` @claude ``", &[]),
            ("`a\n@chatgpt` @claude", &["claude"]),
            ("`unclosed @chatgpt", &["chatgpt"]),
            ("``two` @chatgpt", &["chatgpt"]),
            ("\\`@chatgpt`", &["chatgpt"]),
            ("`a\n\n@chatgpt`", &["chatgpt"]),
        ]);
    }

    #[test]
    fn a_name_in_a_code_block_is_not_a_mention() {
        check(&[
            ("```\n@chatgpt\n```\n@claude", &["claude"]),
            ("~~~ @chatgpt\n```\n@chatgpt\n~~~~~\n@claude", &["claude"]),
            ("````\n@chatgpt\n```\n@chatgpt\n````\n@claude", &["claude"]),
            ("   ```rust @x2\n@chatgpt", &[]),
            ("> ```\n> @chatgpt\n\n@claude", &["claude"]),
            ("- ```\n  @chatgpt\n\n@claude", &["claude"]),
            (
                "1. a\n\n   ```\n   @chatgpt\n   ```\n   @claude",
                &["claude"],
            ),
            ("    @chatgpt\n\n@claude", &["claude"]),
        ]);
    }

    #[test]
    fn a_name_in_a_link_is_not_a_mention() {
        check(&[
            (
                "[x](https://a.example/@chatgpt \"@chatgpt\") @claude",
                &["claude"],
            ),
            ("[@chatgpt](https://a.example) ![@chatgpt](a.png)", &[]),
            ("<https://a.example/,@chatgpt>", &[]),
            ("[r]\n\n[r]: https://a.example '@chatgpt'", &[]),
            ("[not a link] (@chatgpt) [@claude]", &["chatgpt", "claude"]),
        ]);
    }

    #[test]
    fn neighbours_beyond_ascii_follow_their_script() {
        check(&[
            ("é@chatgpt e\u{301}@chatgpt я@chatgpt", &[]),
            (
                "，@chatgpt 。@claude「@gemini」",
                &["chatgpt", "claude", "gemini"],
            ),
            (
                "你好@chatgpt你好 テスト@claude、 안녕@gemini에게",
                &["chatgpt", "claude", "gemini"],
            ),
            ("👍@chatgpt👍 —@claude—", &["chatgpt", "claude"]),
        ]);
    }

    #[test]
    fn each_handle_counts_once_in_order_of_first_mention() {
        assert_eq!(
            handles("@claude @ChatGPT @claude `@gemini` @chatgpt"),
            ["claude", "chatgpt"]
        );
    }
}
