//! The changes feed: one row per living thing, moved to a new position by every write. Owns catching
//! up; nothing is folded and nothing is replayed, a change is the thing as it is now.

use std::{
    collections::{HashMap, HashSet},
    fmt,
    str::FromStr,
};

use switchboard_model::{
    AssistantId, PersonId, ThreadId, approval::Question, item::Item, message::Message,
    steer::Steer, turn::Turn,
};

use crate::{
    Reader, StoreError, ThreadRow,
    db::{Conn, vals},
    items, messages, questions,
    rows::named,
    steers, threads, turns,
    writer::Kind,
};

/// A place in the feed of one database: `epoch.pos`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// The database's id, made at its creation and at every restore.
    pub epoch: String,
    /// The place.
    pub pos: i64,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.epoch, self.pos)
    }
}

/// A text that is not a position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a position of the form epoch.pos")]
pub struct InvalidPosition;

impl FromStr for Position {
    type Err = InvalidPosition;

    fn from_str(text: &str) -> Result<Self, InvalidPosition> {
        let (epoch, pos) = text.rsplit_once('.').ok_or(InvalidPosition)?;
        let pos = pos.parse().map_err(|_| InvalidPosition)?;
        if epoch.is_empty() || pos < 0 {
            Err(InvalidPosition)
        } else {
            Ok(Self {
                epoch: epoch.to_owned(),
                pos,
            })
        }
    }
}

/// One thing as it is now.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// A thread, its state and newest fact.
    Thread(Box<ThreadRow>),
    /// A thread is gone.
    ThreadDeleted(ThreadId),
    /// A message.
    Message(Box<Message>),
    /// A turn. Its items are those that began since it was last claimed: when a dead process's turn
    /// is put back in the queue, what it did before is taken back, and no change tells of each item.
    Turn(Box<Turn>),
    /// An item.
    Item(Box<Item>),
    /// A question.
    Question(Box<Question>),
    /// A steer.
    Steer(Box<Steer>),
    /// An assistant changed or is gone; read the list again.
    Assistant(AssistantId),
    /// A person changed; read the list again.
    Person(PersonId),
    /// How far a person has read.
    Mark {
        /// Where.
        thread: ThreadId,
        /// Who.
        person: PersonId,
    },
    /// What waits of a person in a thread, or why it is held.
    Queue {
        /// Where.
        thread: ThreadId,
        /// Whose.
        person: PersonId,
    },
    /// What is kept of a backend changed; read it again.
    Backend(String),
    /// A person gained or lost a thread.
    Member {
        /// Which.
        thread: ThreadId,
        /// Who.
        person: PersonId,
    },
}

impl Change {
    /// The thread whose readers may see it; `None` is for everyone in the workspace.
    pub fn thread(&self) -> Option<ThreadId> {
        match self {
            Self::Thread(row) => Some(row.thread.id),
            Self::ThreadDeleted(id) => Some(*id),
            Self::Message(message) => Some(message.thread),
            Self::Turn(turn) => Some(turn.thread),
            Self::Item(item) => Some(item.thread),
            Self::Question(question) => Some(question.thread),
            Self::Steer(steer) => Some(steer.thread),
            Self::Member { thread, .. }
            | Self::Mark { thread, .. }
            | Self::Queue { thread, .. } => Some(*thread),
            Self::Assistant(_) | Self::Person(_) | Self::Backend(_) => None,
        }
    }
}

/// What follows a position.
#[derive(Debug, Clone, PartialEq)]
pub enum Feed {
    /// These changes, in order of position; `upto` is where to go on from, also when it is empty.
    Changes {
        /// Each with its position.
        changes: Vec<(i64, Change)>,
        /// Where to go on from.
        upto: i64,
    },
    /// The position is older than the feed reaches, ahead of it, or of another database: start afresh.
    Reset,
}

/// The position of the snapshot that `conn` reads.
pub(crate) async fn position(conn: &mut Conn<'_>) -> Result<Position, StoreError> {
    Ok(Marks::read(conn).await?.now)
}

/// What meta says about the feed.
struct Marks {
    now: Position,
    /// A tombstone up to here may have been forgotten: whoever stopped before cannot catch up.
    forgotten: i64,
}

impl Marks {
    async fn read(conn: &mut Conn<'_>) -> Result<Self, StoreError> {
        let mut marks = Self {
            now: Position {
                epoch: String::new(),
                pos: 0,
            },
            forgotten: 0,
        };
        for line in conn
            .all(
                "SELECT key, value FROM meta WHERE key IN ('epoch', 'pos', 'forgotten')",
                &[],
            )
            .await?
        {
            match line.text("key")?.as_str() {
                "epoch" => marks.now.epoch = line.text("value")?,
                "pos" => marks.now.pos = line.id("value")?,
                _ => marks.forgotten = line.id("value")?,
            }
        }
        Ok(marks)
    }
}

/// A row of the changes table.
struct Row {
    pos: i64,
    kind: Kind,
    id: String,
}

impl Reader {
    /// The position now. Read it in the same transaction as a snapshot: see the snapshot methods.
    pub async fn position(&self) -> Result<Position, StoreError> {
        self.read(|conn| Box::pin(position(conn))).await
    }

    /// The database's id.
    pub fn epoch(&self) -> &str {
        &self.epoch
    }

    /// At most `limit` changes after `pos`, of the whole workspace; the caller filters by visibility.
    pub async fn changes_after(&self, pos: i64, limit: usize) -> Result<Feed, StoreError> {
        self.read(move |conn| Box::pin(changes_after(conn, pos, limit)))
            .await
    }

    /// The threads that a person may see.
    pub async fn visible_threads(&self, person: PersonId) -> Result<HashSet<ThreadId>, StoreError> {
        self.read(move |conn| {
            Box::pin(async move {
                let lines = conn
                    .all(
                        "SELECT id FROM threads WHERE deleted_at IS NULL AND (visibility = 'open' \
                         OR id IN (SELECT thread FROM members WHERE person = $1))",
                        &vals![person],
                    )
                    .await?;
                lines.iter().map(|line| line.id("id")).collect()
            })
        })
        .await
    }
}

async fn changes_after(conn: &mut Conn<'_>, pos: i64, limit: usize) -> Result<Feed, StoreError> {
    let marks = Marks::read(conn).await?;
    if pos < marks.forgotten || pos > marks.now.pos {
        return Ok(Feed::Reset);
    }
    let most = i64::try_from(limit).unwrap_or(i64::MAX);
    let lines = conn
        .all(
            "SELECT pos, kind, id FROM changes WHERE pos > $1 ORDER BY pos LIMIT $2",
            &vals![pos, most],
        )
        .await?;
    let rows: Vec<_> = lines
        .iter()
        .map(|line| {
            let kind = named(line, "kind", Kind::parse)?;
            Ok(Row {
                pos: line.int("pos")?,
                kind,
                id: line.text("id")?,
            })
        })
        .collect::<Result<_, StoreError>>()?;
    let upto = match rows.last() {
        Some(last) if rows.len() == limit => last.pos,
        _ => marks.now.pos,
    };
    let mut now = load(conn, &rows).await?;
    let changes = rows
        .iter()
        .filter_map(|row| {
            now.remove(&(row.kind, row.id.clone()))
                .map(|change| (row.pos, change))
        })
        .collect();
    Ok(Feed::Changes { changes, upto })
}

/// The things of these rows as they are now. What is gone is left out; a thread that is gone is told.
async fn load(
    conn: &mut Conn<'_>,
    rows: &[Row],
) -> Result<HashMap<(Kind, String), Change>, StoreError> {
    let mut by_kind: HashMap<Kind, Vec<String>> = HashMap::new();
    for row in rows {
        by_kind.entry(row.kind).or_default().push(row.id.clone());
    }
    let mut found = HashMap::new();
    for (kind, ids) in by_kind {
        let mut keep = |id: String, change: Change| found.insert((kind, id), change);
        match kind {
            Kind::Thread => {
                let rows = threads::load_rows(conn, &ids).await?;
                for id in ids {
                    let gone = Change::ThreadDeleted(parse(&id)?);
                    keep(id, gone);
                }
                for row in rows {
                    keep(row.thread.id.to_string(), Change::Thread(Box::new(row)));
                }
            }
            Kind::Message => {
                for message in messages::load(conn, &ids).await? {
                    keep(message.id.to_string(), Change::Message(Box::new(message)));
                }
            }
            Kind::Turn => {
                for turn in turns::load(conn, &ids).await? {
                    keep(turn.id.to_string(), Change::Turn(Box::new(turn)));
                }
            }
            Kind::Item => {
                for item in items::load(conn, &ids).await? {
                    keep(item.id.to_string(), Change::Item(Box::new(item)));
                }
            }
            Kind::Question => {
                for question in questions::load(conn, &ids).await? {
                    keep(
                        question.id.to_string(),
                        Change::Question(Box::new(question)),
                    );
                }
            }
            Kind::Steer => {
                for steer in steers::load(conn, &ids).await? {
                    keep(steer.id.to_string(), Change::Steer(Box::new(steer)));
                }
            }
            Kind::Assistant => {
                for id in ids {
                    let change = Change::Assistant(parse(&id)?);
                    keep(id, change);
                }
            }
            Kind::Person => {
                for id in ids {
                    let change = Change::Person(parse(&id)?);
                    keep(id, change);
                }
            }
            Kind::Backend => {
                for id in ids {
                    keep(id.clone(), Change::Backend(id));
                }
            }
            Kind::Member | Kind::Mark | Kind::Queue => {
                for id in ids {
                    let (thread, person) = thread_and_person(&id)?;
                    let change = match kind {
                        Kind::Mark => Change::Mark { thread, person },
                        Kind::Queue => Change::Queue { thread, person },
                        _ => Change::Member { thread, person },
                    };
                    keep(id, change);
                }
            }
        }
    }
    Ok(found)
}

fn thread_and_person(id: &str) -> Result<(ThreadId, PersonId), StoreError> {
    let (thread, person) = id
        .split_once('/')
        .ok_or_else(|| StoreError::Corrupt(format!("a thread's person has the id {id:?}")))?;
    Ok((parse(thread)?, parse(person)?))
}

fn parse<T: FromStr<Err: fmt::Display>>(id: &str) -> Result<T, StoreError> {
    id.parse()
        .map_err(|error| StoreError::Corrupt(format!("a change of {id:?}: {error}")))
}
