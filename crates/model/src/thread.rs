//! Threads: a lasting conversation, who may see it, and what it is called.

use crate::{
    clock::Millis,
    ids::{AssistantId, PersonId, ThreadId},
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
}

/// The longest title, in characters.
pub const TITLE_LIMIT: usize = 200;

/// A title from the first message: its first line that says something, without mentions at the
/// front, cut at a word within 60 characters.
pub fn title_from(text: &str) -> String {
    let line = text
        .lines()
        .map(str::trim)
        .find(|line| !line.is_empty())
        .unwrap_or_default();
    let all_mentions = line.split_whitespace().all(|word| word.starts_with('@'));
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
        ] {
            assert_eq!(title_from(text), title);
        }
        let long = title_from(&"word ".repeat(40));
        assert!(long.chars().count() <= 61 && long.ends_with('…'), "{long}");
        assert_eq!(title_from(&"x".repeat(300)).chars().count(), 60);
    }
}
