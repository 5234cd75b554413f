//! Threads: a lasting conversation, who may see it, and what it is called.

use pulldown_cmark::{Event, Parser, TagEnd};

use crate::{
    clock::Millis,
    ids::{AssistantId, PersonId, ThreadId},
    settings::ThreadSettings,
};

/// Who may read and write in a thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Visibility {
    /// Its members only; to everyone else it does not exist.
    Private,
    /// Everyone in the workspace.
    Open,
}

impl Visibility {
    /// The name in SQL and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Private => "private",
            Self::Open => "open",
        }
    }

    /// The visibility of that name.
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "private" => Some(Self::Private),
            "open" => Some(Self::Open),
            _ => None,
        }
    }
}

/// Whether a title was chosen by a person; only an automatic one is ever replaced by us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TitledBy {
    /// Taken from the first message.
    Auto,
    /// A person wrote it.
    Person,
}

/// A conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thread {
    /// Which.
    pub id: ThreadId,
    /// Empty until a person names it or the first message does.
    pub title: String,
    /// Who chose the title.
    pub titled_by: TitledBy,
    /// Who may see it.
    pub visibility: Visibility,
    /// Set in a direct thread: this assistant answers every message, mentioned or not.
    pub assistant: Option<AssistantId>,
    /// Who opened it.
    pub created_by: PersonId,
    /// When it was opened.
    pub created_at: Millis,
    /// The time of its newest message, or of its creation. Reading, renaming and archiving leave it.
    pub last_message_at: Millis,
    /// The `seq` of its newest message; 0 while there is none.
    pub last_seq: i64,
    /// Set while it is out of the way.
    pub archived_at: Option<Millis>,
    /// How assistants work in it from the next turn on.
    pub settings: ThreadSettings,
}

/// The longest title, in characters.
pub const TITLE_LIMIT: usize = 200;

/// A title comes from the beginning of a message, in bytes.
const TITLE_SOURCE: usize = 4 * 1024;

/// A title from the first message: its first line that says something, without Markdown's marks and
/// without mentions at the front, cut at a word within 60 characters.
pub fn title_from(text: &str) -> String {
    let beginning = &text[..text.floor_char_boundary(TITLE_SOURCE)];
    let said = unmarked(beginning);
    let said = if said.trim().is_empty() {
        beginning
    } else {
        &said
    };
    let mentions_only = |line: &&str| line.split_whitespace().all(|word| word.starts_with('@'));
    let lines = || said.lines().map(str::trim).filter(|line| !line.is_empty());
    let more = lines().find(|line| !mentions_only(line));
    let line = more.or_else(|| lines().next()).unwrap_or_default();
    let all_mentions = more.is_none();
    let mut title = String::new();
    for word in line
        .split_whitespace()
        .skip_while(|word| !all_mentions && word.starts_with('@'))
    {
        let length = title.chars().count() + usize::from(!title.is_empty()) + word.chars().count();
        if length > 60 {
            if title.is_empty() {
                title = word.chars().take(59).collect();
            }
            title.push('…');
            break;
        }
        if !title.is_empty() {
            title.push(' ');
        }
        title.push_str(word);
    }
    title
}

/// The words of a text in Markdown, a block or line of it in each line.
fn unmarked(text: &str) -> String {
    let mut words = String::new();
    for event in Parser::new(text) {
        match event {
            Event::Text(said) | Event::Code(said) | Event::Html(said) | Event::InlineHtml(said) => {
                words.push_str(&said);
            }
            Event::SoftBreak | Event::HardBreak | Event::Rule => words.push('\n'),
            Event::End(end) if !is_inline(end) => words.push('\n'),
            _ => {}
        }
    }
    words
}

fn is_inline(end: TagEnd) -> bool {
    use TagEnd::{Emphasis, Image, Link, Strikethrough, Strong};
    matches!(end, Emphasis | Strong | Strikethrough | Link | Image)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_come_from_the_first_words_of_the_first_message() {
        for (text, title) in [
            ("@chatgpt what is 2+2?", "what is 2+2?"),
            ("\n\n  hello  there \nsecond line", "hello there"),
            ("@chatgpt", "@chatgpt"),
            ("", ""),
            ("# Why **so** `slow`?\nIt is.", "Why so slow?"),
            ("- [the plan](https://example.test) first", "the plan first"),
            ("@gemini\n\n```rust\nlet x = 1;\n```", "let x = 1;"),
            ("a < b and 2 * 3 * 4", "a < b and 2 * 3 * 4"),
            (
                "![](https://example.test/x.png)",
                "![](https://example.test/x.png)",
            ),
        ] {
            assert_eq!(title_from(text), title);
        }
        let long = title_from(&"word ".repeat(40));
        assert!(long.chars().count() <= 61 && long.ends_with('…'), "{long}");
        assert_eq!(title_from(&"x".repeat(300)).chars().count(), 60);
    }
}
