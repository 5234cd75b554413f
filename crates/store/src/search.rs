//! Searching threads and messages by their words. Owns the rows that are searched, and the only
//! statements in which the databases' indexes differ: FTS5 in SQLite, `to_tsvector` in PostgreSQL. Both
//! hold the same words, folded by `model::search`.

use std::{collections::HashMap, fmt::Write};

use switchboard_model::{
    MessageId, Millis, PersonId, ThreadId,
    message::{Message, Speaker},
    person::Author,
    search::{self, Piece, Query},
};

use crate::{
    Reader, StoreError,
    db::{Conn, Line, vals},
    messages, threads,
    writer::Tx,
};

/// How much of a text is indexed, as the words go into the index. PostgreSQL refuses a text with more
/// than a megabyte of different words, marks included; so does nobody here.
const MOST: usize = 256 * 1024;

/// Documents of one millisecond are numbered; so many of them are in order.
const PER_MILLI: i64 = 1 << 20;

/// How many texts are held at once to show a part of each. Each may have a megabyte.
const AT_ONCE: usize = 8;

/// A message that was found, without its text.
#[derive(Debug, Clone, PartialEq)]
pub struct FoundMessage {
    /// Which.
    pub id: MessageId,
    /// Its place in the thread.
    pub seq: i64,
    /// Whose voice.
    pub role: Speaker,
    /// Who wrote it.
    pub author: Author,
    /// When it was stored.
    pub created_at: Millis,
}

impl From<Message> for FoundMessage {
    fn from(message: Message) -> Self {
        Self {
            id: message.id,
            seq: message.seq,
            role: message.role,
            author: message.author,
            created_at: message.created_at,
        }
    }
}

/// One thread or message that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// Where.
    pub thread: ThreadId,
    /// The thread's title.
    pub title: String,
    /// What was said; `None` if it is the title that was found.
    pub message: Option<FoundMessage>,
    /// The part of it to show.
    pub snippet: Vec<Piece>,
}

/// A page of what was found, newest first.
#[derive(Debug, Clone, PartialEq)]
pub struct Hits {
    /// Newest first.
    pub items: Vec<Hit>,
    /// Where the next page starts; `None` at the end.
    pub next: Option<i64>,
}

impl Reader {
    /// What a person may see that has all the words of the query: in the whole workspace or one thread,
    /// before a place or from the newest on.
    pub async fn search(
        &self,
        person: PersonId,
        query: Query,
        thread: Option<ThreadId>,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Hits, StoreError> {
        self.read(move |conn| Box::pin(find(conn, person, query, thread, before, limit)))
            .await
    }
}

/// What the row of a document says.
struct Found {
    doc: i64,
    thread: ThreadId,
    title: String,
    message: Option<MessageId>,
}

async fn find(
    conn: &mut Conn<'_>,
    person: PersonId,
    query: Query,
    thread: Option<ThreadId>,
    before: Option<i64>,
    limit: usize,
) -> Result<Hits, StoreError> {
    let sql = statement(conn, thread);
    let mut vals = vals![
        person,
        matching(conn, &query),
        before.unwrap_or(i64::MAX),
        // One more than asked for shows whether there is a next page.
        limit as i64 + 1
    ]
    .to_vec();
    vals.extend(thread.map(Into::into));
    let lines = conn.all(&sql, &vals).await?;
    let found = lines
        .iter()
        .take(limit)
        .map(found)
        .collect::<Result<Vec<_>, _>>()?;
    let next = match found.last() {
        Some(last) if lines.len() > limit => Some(last.doc),
        _ => None,
    };
    let mut items = Vec::with_capacity(found.len());
    for some in found.chunks(AT_ONCE) {
        show(conn, &query, some, &mut items).await?;
    }
    Ok(Hits { items, next })
}

/// Reads what was found and keeps of each text the part to show.
async fn show(
    conn: &mut Conn<'_>,
    query: &Query,
    found: &[Found],
    items: &mut Vec<Hit>,
) -> Result<(), StoreError> {
    let ids = found.iter().filter_map(|found| found.message);
    let ids: Vec<String> = ids.map(|id| id.to_string()).collect();
    let said = messages::load(conn, &ids).await?;
    let mut said: HashMap<_, _> = said.into_iter().map(|m| (m.id, m)).collect();
    items.extend(found.iter().map(|found| {
        let message = found.message.and_then(|id| said.remove(&id));
        let text = message.as_ref().map_or(&found.title, |m| &m.text);
        Hit {
            thread: found.thread,
            snippet: query.snippet(text),
            title: found.title.clone(),
            message: message.map(FoundMessage::from),
        }
    }));
    Ok(())
}

fn found(line: &Line) -> Result<Found, StoreError> {
    Ok(Found {
        doc: line.int("doc")?,
        thread: line.id("thread")?,
        title: line.text("title")?,
        message: line.opt_id("message")?,
    })
}

/// Documents that match `$2` before `$3`, newest first, of the threads that `$1` may see.
fn statement(conn: &Conn<'_>, thread: Option<ThreadId>) -> String {
    let from = if conn.is_postgres() {
        "searchable s JOIN threads t ON t.id = s.thread \
         WHERE s.words @@ to_tsquery('simple', $2) AND s.doc < $3"
    } else {
        // CROSS keeps the order: the index gives its documents newest first, as many as are taken.
        "words w CROSS JOIN searchable s ON s.doc = w.rowid CROSS JOIN threads t ON t.id = s.thread \
         WHERE w.words MATCH $2 AND w.rowid < $3"
    };
    let order = if conn.is_postgres() {
        "s.doc"
    } else {
        "w.rowid"
    };
    let only = if thread.is_some() {
        "AND s.thread = $5"
    } else {
        ""
    };
    format!(
        "SELECT s.doc, s.thread, t.title, s.message FROM {from} {only} AND t.deleted_at IS NULL \
         AND {visible} ORDER BY {order} DESC LIMIT $4",
        visible = threads::VISIBLE
    )
}

/// A query in the index's own language. Its words are letters and digits only, so nothing of what a
/// person typed is ever taken for an operator.
fn matching(conn: &Conn<'_>, query: &Query) -> String {
    let wanted = query.wanted().iter().map(|wanted| {
        let token = token(&wanted.term);
        match (conn.is_postgres(), wanted.prefix) {
            (true, true) => format!("{token}:*"),
            (true, false) => token,
            (false, true) => format!("\"{token}\" *"),
            (false, false) => format!("\"{token}\""),
        }
    });
    let and = if conn.is_postgres() { " & " } else { " AND " };
    wanted.collect::<Vec<_>>().join(and)
}

/// A word as both indexes keep it whole: they have ideas of their own about what ends a word, so it is
/// spelt in plain letters and digits. Words that begin alike still do.
fn token(term: &str) -> String {
    let mut token = String::with_capacity(term.len() + 1);
    token.push('w');
    for c in term.chars() {
        if c.is_ascii_alphanumeric() && c != 'q' {
            token.push(c);
        } else {
            let _ = write!(token, "q{:05x}", u32::from(c));
        }
    }
    token
}

/// All words of a text for the index, as far as they fit.
fn tokens(text: &str) -> String {
    let mut tokens = String::new();
    for term in search::terms(text) {
        let token = token(&term);
        if tokens.len() + token.len() >= MOST {
            break;
        }
        if !tokens.is_empty() {
            tokens.push(' ');
        }
        tokens.push_str(&token);
    }
    tokens
}

/// Makes a new message findable.
pub(crate) async fn add_message(
    tx: &mut Tx<'_>,
    thread: ThreadId,
    message: MessageId,
    text: &str,
) -> Result<(), StoreError> {
    let now = tx.now();
    insert(tx, thread, Some(message), tokens(text), now).await
}

/// Makes a changed message findable by what it says now.
pub(crate) async fn change_message(
    tx: &mut Tx<'_>,
    message: MessageId,
    text: &str,
) -> Result<(), StoreError> {
    let sql = "UPDATE searchable SET terms = $2 WHERE message = $1";
    tx.run(sql, &vals![message, tokens(text)]).await?;
    Ok(())
}

/// Makes a thread findable by the title it has now.
pub(crate) async fn set_title(
    tx: &mut Tx<'_>,
    thread: ThreadId,
    created_at: Millis,
    title: &str,
) -> Result<(), StoreError> {
    let tokens = tokens(title);
    let sql = "UPDATE searchable SET terms = $2 WHERE thread = $1 AND message IS NULL";
    if tx.run(sql, &vals![thread, &tokens]).await? == 0 && !tokens.is_empty() {
        insert(tx, thread, None, tokens, created_at).await?;
    }
    Ok(())
}

/// A new document, after all others of its time.
async fn insert(
    tx: &mut Tx<'_>,
    thread: ThreadId,
    message: Option<MessageId>,
    tokens: String,
    at: Millis,
) -> Result<(), StoreError> {
    let first = at.0.saturating_mul(PER_MILLI);
    loop {
        let line = tx
            .one(
                "SELECT MAX(doc) AS newest FROM searchable WHERE doc BETWEEN $1 AND $2",
                &vals![first, first + PER_MILLI - 1],
            )
            .await?;
        let newest = line.map(|line| line.opt_int("newest")).transpose()?;
        let doc = newest.flatten().map_or(first, |newest| newest + 1);
        let sql = "INSERT INTO searchable (doc, thread, message, terms) VALUES ($1, $2, $3, $4) \
                   ON CONFLICT (doc) DO NOTHING";
        if tx.run(sql, &vals![doc, thread, message, &tokens]).await? > 0 {
            return Ok(());
        }
        // Another node took the number in this very moment.
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_kept_in_plain_letters_that_begin_as_it_does() {
        assert_eq!(token("hello9"), "whello9");
        assert_eq!(token("queue"), "wq00071ueue");
        assert_eq!(token("中国"), "wq04e2dq056fd");
        assert!(token("привет").starts_with(&token("при")));
        assert_ne!(token("q04e2d"), token("中"));
    }

    #[test]
    fn a_text_of_nothing_but_different_words_is_cut_to_what_an_index_takes() {
        let words: Vec<_> = (0..200_000).map(|n| format!("{n:x}")).collect();
        let tokens = tokens(&words.join(" "));
        assert!(tokens.len() < MOST && tokens.len() > MOST - 16);
    }
}
