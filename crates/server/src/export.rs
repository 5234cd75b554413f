//! A thread as a file: Markdown for people, JSON for programs. Owns what they look like, and that however
//! long a thread is, only a few of its messages are held at a time.

use std::fmt::Write as _;

use futures_util::{Stream, stream};
use jiff::Timestamp;
use serde::Serialize;
use switchboard_model::{
    ThreadId,
    message::{Message, Speaker},
    turn::{Turn, TurnState},
};
use switchboard_store::{MessagePage, Reader, StoreError};

use crate::{names::Names, wire};

/// How many messages are read at once. Each may hold a megabyte of text.
const AT_ONCE: usize = 8;

/// What the file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// To be read.
    Markdown,
    /// To be read by a program.
    Json,
}

/// What stands above the messages.
#[derive(Debug, Serialize)]
pub(crate) struct Head {
    /// The thread's title.
    pub(crate) title: String,
    /// Everything else about it, as the API says it.
    pub(crate) thread: wire::ThreadDetail,
    /// On a fork: what it carries over.
    pub(crate) carried: Option<wire::Carried>,
}

/// A thread on its way into a file.
pub(crate) struct Export {
    pub(crate) reader: Reader,
    pub(crate) names: Names,
    pub(crate) format: Format,
    pub(crate) id: ThreadId,
    /// What comes later is not in the file.
    pub(crate) last_seq: i64,
}

/// A message with what became of the answers that it asked for.
#[derive(Serialize)]
struct Entry {
    #[serde(flatten)]
    message: wire::Message,
    turns: Vec<wire::Turn>,
}

/// Where the file stands.
enum Next {
    Head(Box<Head>),
    After(i64),
    Tail,
    Done,
}

impl Export {
    /// The file, piece by piece. An error breaks it off, and whoever receives it sees that it is cut.
    pub(crate) fn stream(
        self,
        head: Head,
    ) -> impl Stream<Item = Result<String, StoreError>> + Send {
        let start = (self, Next::Head(Box::new(head)));
        stream::try_unfold(start, |(export, next)| async move {
            let (piece, next) = match next {
                Next::Head(head) => (export.head(&head), Next::After(0)),
                Next::After(seq) => export.messages(seq).await?,
                Next::Tail => (export.tail(), Next::Done),
                Next::Done => return Ok(None),
            };
            Ok(Some((piece, (export, next))))
        })
    }

    async fn messages(&self, after: i64) -> Result<(String, Next), StoreError> {
        let page = self.reader.messages_after(self.id, after, AT_ONCE).await?;
        let mut piece = String::new();
        let mut seq = self.last_seq;
        for message in page.messages.iter().filter(|m| m.seq <= self.last_seq) {
            seq = message.seq;
            match self.format {
                Format::Markdown => markdown(&mut piece, message, &turns_of(&page, message)),
                Format::Json => self.json(&mut piece, message, &turns_of(&page, message)),
            }
        }
        let next = if seq < self.last_seq {
            Next::After(seq)
        } else {
            Next::Tail
        };
        Ok((piece, next))
    }

    fn head(&self, head: &Head) -> String {
        match self.format {
            Format::Markdown => {
                let members = head.thread.members.iter();
                let members: Vec<_> = members
                    .map(|member| format!("{} (@{})", plain(&member.name), member.handle))
                    .collect();
                let mut piece = format!("# {}\n\n{}\n", plain(&head.title), members.join(", "));
                if let Some(carried) = &head.carried {
                    carried_over(&mut piece, carried);
                }
                piece
            }
            Format::Json => {
                let mut thread = serde_json::to_value(&head.thread).unwrap_or_default();
                if let Some(thread) = thread.as_object_mut() {
                    // How far somebody has read is nobody else's business.
                    thread.retain(|key, _| !["read_seq", "unread"].contains(&key.as_str()));
                    if let Some(carried) = &head.carried {
                        let carried = serde_json::to_value(carried).unwrap_or_default();
                        thread.insert("carried".to_owned(), carried);
                    }
                }
                format!("{{\"thread\":{thread},\"messages\":[")
            }
        }
    }

    fn json(&self, piece: &mut String, message: &Message, turns: &[&Turn]) {
        let entry = Entry {
            message: wire::Message::new(message, &self.names, None),
            turns: turns
                .iter()
                .map(|turn| wire::Turn::at(turn, None))
                .collect(),
        };
        if message.seq > 1 {
            piece.push(',');
        }
        piece.push('\n');
        piece.push_str(&serde_json::to_string(&entry).unwrap_or_default());
    }

    fn tail(&self) -> String {
        match self.format {
            Format::Markdown => String::new(),
            Format::Json => "\n]}\n".to_owned(),
        }
    }
}

/// What became of the answers to a message: of each the last attempt.
fn turns_of<'p>(page: &'p MessagePage, message: &Message) -> Vec<&'p Turn> {
    let mut turns: Vec<&Turn> = Vec::new();
    for turn in page.turns.iter().filter(|turn| turn.message == message.id) {
        turns.retain(|earlier| earlier.delivery != turn.delivery);
        turns.push(turn);
    }
    turns
}

fn markdown(piece: &mut String, message: &Message, turns: &[&Turn]) {
    let author = &message.author;
    if message.role == Speaker::Note {
        // Writing into a String cannot fail.
        let _ = write!(
            piece,
            "\n---\n\n{} (@{}), {}: {}\n",
            plain(&author.name),
            author.handle,
            time(message.created_at.0),
            plain(&message.text)
        );
        return;
    }
    let edited = if message.edited_at.is_some() {
        ", edited"
    } else {
        ""
    };
    // Writing into a String cannot fail.
    let _ = write!(
        piece,
        "\n---\n\n**{}** (@{}), {}{edited}\n\n",
        plain(&author.name),
        author.handle,
        time(message.created_at.0)
    );
    if !message.text.is_empty() {
        let _ = writeln!(piece, "{}", message.text.trim_end());
    }
    for file in &message.attachments {
        let _ = writeln!(
            piece,
            "\n[file: {}, {} bytes]",
            plain(&file.name),
            file.size
        );
    }
    for turn in turns {
        let said = match &turn.state {
            TurnState::Cancelled => "stopped",
            state => match state.failure() {
                Some(failure) => &failure.message,
                None => continue,
            },
        };
        let _ = writeln!(piece, "\n> no answer: {}", plain(said));
    }
}

/// What a fork carries over, quoted, so that it is told from what was said in the thread itself.
fn carried_over(piece: &mut String, carried: &wire::Carried) {
    // Writing into a String cannot fail.
    let _ = write!(
        piece,
        "\n---\n\nCarried over from {}",
        plain(&carried.title)
    );
    if carried.left_out > 0 {
        let _ = write!(piece, ", without {} older messages", carried.left_out);
    }
    piece.push_str(":\n");
    for message in &carried.messages {
        let _ = write!(
            piece,
            "\n> **{}** (@{}), {}\n>\n",
            plain(&message.name),
            message.handle,
            time(message.created_at)
        );
        for line in message.text.trim_end().lines() {
            let _ = writeln!(piece, "> {line}");
        }
        for file in &message.files {
            let _ = writeln!(piece, ">\n> [file: {}]", plain(file));
        }
    }
}

/// A text that is not meant as Markdown.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        if "\\`*_[]<>#|~".contains(c) {
            plain.push('\\');
        }
        plain.push(if c.is_control() { ' ' } else { c });
    }
    plain
}

fn time(millis: i64) -> String {
    Timestamp::from_millisecond(millis).map_or_else(
        |_| millis.to_string(),
        |at| at.strftime("%Y-%m-%d %H:%M UTC").to_string(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_titles_are_not_markdown() {
        assert_eq!(plain("# *Mara* <b>\n`x`"), "\\# \\*Mara\\* \\<b\\> \\`x\\`");
        assert_eq!(time(1_800_000_000_000), "2027-01-15 08:00 UTC");
    }
}
