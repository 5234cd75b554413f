//! Posting, and reading back. A post, the deliveries it causes and their first turns are one transaction.

mod again;
mod append;
mod edit;

use switchboard_model::{
    AssistantId, AttachmentId, MessageId, Millis, PersonId, ThreadId,
    message::{Message, Speaker},
    outcome::Failure,
    person::Author,
    turn::Turn,
};

use crate::{
    Position, Reader, Store, StoreError, attachments,
    blobs::unstow,
    db::{Conn, Line, vals},
    feed,
    queue::FromQueue,
    rows::{named, of_ids},
    turns::{self, NewDetached},
    writer::Floor,
};

pub use again::{AgainError, AskAgain};
pub(crate) use append::{Draft, add, append, note};
pub use edit::EditError;

/// A message to post.
#[derive(Debug, Clone)]
pub struct Post {
    /// Where.
    pub thread: ThreadId,
    /// Who.
    pub author: PersonId,
    /// Checked by `model::message::text`, or empty beside attachments.
    pub text: String,
    /// The author's files that come with it, in order.
    pub attachments: Vec<AttachmentId>,
    /// The same id with the same text and files again is the same post.
    pub client_id: Option<String>,
    /// The assistants that owe an answer, in order, each once.
    pub addressed: Vec<Addressed>,
    /// The entry of its author's queue that it is, if it waited in one.
    pub queued: Option<FromQueue>,
}

/// An assistant that owes an answer.
#[derive(Debug, Clone)]
pub struct Addressed {
    /// Who.
    pub assistant: AssistantId,
    /// Set when it is known already that it cannot answer: its turn is stored as failed at once.
    pub refused: Option<Failure>,
    /// Set for a turn that is the process's own which asks for it.
    pub detached: Option<NewDetached>,
}

/// What a post became.
#[derive(Debug, Clone, PartialEq)]
pub struct Posted {
    /// The message as stored.
    pub message: Message,
    /// One turn per addressed assistant, in order.
    pub turns: Vec<Turn>,
    /// Whether it was there already.
    pub repeated: bool,
}

/// Why a post was not stored.
#[derive(Debug, Clone, thiserror::Error)]
pub enum PostError {
    /// The thread was deleted meanwhile.
    #[error("there is no such thread")]
    NoThread,
    /// The client id was used for another text in this thread.
    #[error("this client id was used for another message")]
    ClientIdReused,
    /// A file that was never there, is somebody else's, or came with another message already.
    #[error("there is no attachment {0} that could come with this message")]
    NoAttachment(AttachmentId),
    /// It waits in no queue any more, or with another text, or its time has not come.
    #[error("there is no such queued message")]
    NotWaiting,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A page of a thread: as many messages as were asked for, or fewer once they have 4 MiB of text.
#[derive(Debug, Clone, PartialEq)]
pub struct MessagePage {
    /// By `seq`, ascending.
    pub messages: Vec<Message>,
    /// The client ids of those messages that have one.
    pub client_ids: Vec<(MessageId, String)>,
    /// The last five attempts of every delivery of those messages, and every open turn of the thread.
    pub turns: Vec<Turn>,
    /// The `seq` to ask before, for older messages; `None` at the beginning.
    pub older: Option<i64>,
    /// The `seq` to ask after, for newer messages; `None` at the end.
    pub newer: Option<i64>,
    /// Changes after this are not in the page.
    pub position: Position,
}

/// How much text a page has before it ends; its first message is there whatever it has.
const PAGE_TEXT: usize = 4 * 1024 * 1024;

impl Store {
    /// Stores a message, one delivery and one turn per addressed assistant, moves the thread up and
    /// titles it if it has no title. Refused below the disk floor.
    pub async fn append_message(&self, post: Post) -> Result<Posted, PostError> {
        let text = self.stow(post.text.clone()).await?;
        self.write(Floor::Respect, move |tx| {
            Box::pin(append::append(tx, post.clone(), text.clone()))
        })
        .await
    }
}

impl Reader {
    /// At most `limit` messages, the newest before `before` (`None`: the newest of all), as a snapshot.
    pub async fn messages(
        &self,
        thread: ThreadId,
        before: Option<i64>,
        limit: usize,
    ) -> Result<MessagePage, StoreError> {
        self.read(move |conn| {
            Box::pin(async move {
                let before = before.unwrap_or(i64::MAX);
                let said = newest(conn, thread, before, limit, PAGE_TEXT).await?;
                page(conn, thread, said).await
            })
        })
        .await
    }

    /// At most `limit` messages after `after`, ascending.
    pub async fn messages_after(
        &self,
        thread: ThreadId,
        after: i64,
        limit: usize,
    ) -> Result<MessagePage, StoreError> {
        self.read(move |conn| {
            Box::pin(async move {
                let said = oldest(conn, thread, after, limit, PAGE_TEXT).await?;
                page(conn, thread, said).await
            })
        })
        .await
    }

    /// At most `limit` messages around a place, half of them after it.
    pub async fn messages_around(
        &self,
        thread: ThreadId,
        seq: i64,
        limit: usize,
    ) -> Result<MessagePage, StoreError> {
        self.read(move |conn| {
            Box::pin(async move {
                let (after, text) = (limit / 2, PAGE_TEXT / 2);
                let here = seq.saturating_add(1);
                let mut said = newest(conn, thread, here, limit - after, text).await?;
                said.extend(oldest(conn, thread, seq, after, text).await?);
                page(conn, thread, said).await
            })
        })
        .await
    }

    /// One message.
    pub async fn message(&self, id: MessageId) -> Result<Option<Message>, StoreError> {
        self.read(move |conn| Box::pin(load_one(conn, id))).await
    }

    /// Whether any person but this one ever wrote in a thread.
    pub async fn others_wrote(
        &self,
        thread: ThreadId,
        person: PersonId,
    ) -> Result<bool, StoreError> {
        self.read(move |conn| {
            Box::pin(async move {
                let sql = "SELECT m.id FROM messages m JOIN people p ON p.id = m.author \
                           WHERE m.thread = $1 AND m.author <> $2 AND p.kind = 'person' LIMIT 1";
                Ok(conn.one(sql, &vals![thread, person]).await?.is_some())
            })
        })
        .await
    }

    /// What was said before `seq`, `limit` messages of it, ascending: what a prompt quotes, and fewer once they have more
    /// text than any prompt. Failures are not messages, so they are never among them; notes are not, either.
    pub async fn context(
        &self,
        thread: ThreadId,
        before: i64,
        limit: usize,
    ) -> Result<Vec<Message>, StoreError> {
        self.read(move |conn| {
            Box::pin(async move {
                let sql = format!(
                    "{MESSAGE} WHERE m.thread = $1 AND m.seq < $2 AND m.role <> $4 ORDER BY m.seq DESC LIMIT $3"
                );
                let asked = vals![thread, before, limit as i64, Speaker::Note.as_str()];
                let lines = conn.all(&sql, &asked).await?;
                let said = as_fit(conn, &lines, PAGE_TEXT).await?;
                let messages = said.into_iter().rev().map(|said| said.message).collect();
                with_files(conn, messages).await
            })
        })
        .await
    }
}

impl Reader {
    /// The messages up to `seq` that were changed at `since` or later, ascending; the newest `limit` of them.
    pub async fn changed_since(
        &self,
        thread: ThreadId,
        seq: i64,
        since: Millis,
        limit: usize,
    ) -> Result<Vec<Message>, StoreError> {
        self.read(move |conn| {
            Box::pin(async move {
                let sql = format!(
                    "{MESSAGE} WHERE m.thread = $1 AND m.edited_at >= $2 AND m.seq <= $3 \
                     ORDER BY m.seq DESC LIMIT $4"
                );
                let lines = conn
                    .all(&sql, &vals![thread, since, seq, limit as i64])
                    .await?;
                let mut changed = all(conn, &lines).await?;
                changed.reverse();
                Ok(changed)
            })
        })
        .await
    }
}

const MESSAGE: &str = "SELECT m.id, m.thread, m.seq, m.role, m.author, p.handle, p.name, m.text, \
     m.blob, m.turn, m.client_id, m.body_hash, m.created_at, m.edited_at FROM messages m JOIN people p ON p.id = m.author";

/// Messages by their ids, in no order.
pub(crate) async fn load(conn: &mut Conn<'_>, ids: &[String]) -> Result<Vec<Message>, StoreError> {
    let lines = of_ids(conn, &format!("{MESSAGE} WHERE m.id"), ids).await?;
    all(conn, &lines).await
}

pub(crate) async fn load_one(
    conn: &mut Conn<'_>,
    id: MessageId,
) -> Result<Option<Message>, StoreError> {
    match conn
        .one(&format!("{MESSAGE} WHERE m.id = $1"), &vals![id])
        .await?
    {
        Some(line) => Ok(all(conn, &[line]).await?.pop()),
        None => Ok(None),
    }
}

/// A message of a page, its files not yet with it.
struct Said {
    message: Message,
    client_id: Option<String>,
}

/// The newest messages before a place, in the order of the thread, with about so much text at most.
async fn newest(
    conn: &mut Conn<'_>,
    thread: ThreadId,
    before: i64,
    limit: usize,
    text: usize,
) -> Result<Vec<Said>, StoreError> {
    let sql = format!("{MESSAGE} WHERE m.thread = $1 AND m.seq < $2 ORDER BY m.seq DESC LIMIT $3");
    let lines = conn.all(&sql, &vals![thread, before, limit as i64]).await?;
    let mut said = as_fit(conn, &lines, text).await?;
    said.reverse();
    Ok(said)
}

/// The messages that follow a place, with about so much text at most.
async fn oldest(
    conn: &mut Conn<'_>,
    thread: ThreadId,
    after: i64,
    limit: usize,
    text: usize,
) -> Result<Vec<Said>, StoreError> {
    let sql = format!("{MESSAGE} WHERE m.thread = $1 AND m.seq > $2 ORDER BY m.seq LIMIT $3");
    let lines = conn.all(&sql, &vals![thread, after, limit as i64]).await?;
    as_fit(conn, &lines, text).await
}

/// The first of these messages, until they have so much text. A large text is read only if it is among
/// them.
async fn as_fit(conn: &mut Conn<'_>, lines: &[Line], text: usize) -> Result<Vec<Said>, StoreError> {
    let (mut said, mut size) = (Vec::new(), 0);
    for line in lines {
        if size >= text {
            break;
        }
        let message = message(conn, line).await?;
        size += message.text.len();
        let client_id = line.opt_text("client_id")?;
        said.push(Said { message, client_id });
    }
    Ok(said)
}

async fn page(
    conn: &mut Conn<'_>,
    thread: ThreadId,
    said: Vec<Said>,
) -> Result<MessagePage, StoreError> {
    let mut client_ids = Vec::new();
    let mut messages = Vec::with_capacity(said.len());
    for Said { message, client_id } in said {
        client_ids.extend(client_id.map(|client_id| (message.id, client_id)));
        messages.push(message);
    }
    let messages = with_files(conn, messages).await?;
    // Places start at 1, so that 1 to 0 is an empty range.
    let (first, last) = match (messages.first(), messages.last()) {
        (Some(first), Some(last)) => (first.seq, last.seq),
        _ => (1, 0),
    };
    let end = conn
        .one("SELECT last_seq FROM threads WHERE id = $1", &vals![thread])
        .await?;
    let end = end.map_or(Ok(0), |line| line.int("last_seq"))?;
    Ok(MessagePage {
        turns: turns::of_messages(conn, thread, first, last).await?,
        messages,
        client_ids,
        older: (first > 1).then_some(first),
        newer: (0 < last && last < end).then_some(last),
        position: feed::position(conn).await?,
    })
}

async fn all(conn: &mut Conn<'_>, lines: &[Line]) -> Result<Vec<Message>, StoreError> {
    let mut messages = Vec::with_capacity(lines.len());
    for line in lines {
        messages.push(message(conn, line).await?);
    }
    with_files(conn, messages).await
}

async fn with_files(
    conn: &mut Conn<'_>,
    mut messages: Vec<Message>,
) -> Result<Vec<Message>, StoreError> {
    let ids: Vec<_> = messages.iter().map(|m| m.id.to_string()).collect();
    let mut files = attachments::of_messages(conn, &ids).await?;
    for message in &mut messages {
        message.attachments = files.remove(&message.id).unwrap_or_default();
    }
    Ok(messages)
}

/// A message without its files.
async fn message(conn: &mut Conn<'_>, line: &Line) -> Result<Message, StoreError> {
    Ok(Message {
        id: line.id("id")?,
        thread: line.id("thread")?,
        seq: line.int("seq")?,
        role: named(line, "role", Speaker::parse)?,
        author: Author {
            id: line.id("author")?,
            handle: line.text("handle")?,
            name: line.text("name")?,
        },
        text: unstow(conn, line.text("text")?, line.opt_text("blob")?).await?,
        attachments: Vec::new(),
        turn: line.opt_id("turn")?,
        created_at: line.millis("created_at")?,
        edited_at: line.opt_millis("edited_at")?,
    })
}
