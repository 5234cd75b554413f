//! Turns across threads, newest first: what runs, and what ran. Owns which of them a person may read, and how that is found
//! without reading them all.

use std::{cmp::Reverse, collections::HashMap};

use switchboard_model::{PersonId, TurnId, turn::Turn};

use super::load;
use crate::{
    Page, Reader, StoreError,
    db::{Conn, Val, vals},
    feed,
    rows::of_ids,
    threads::VISIBLE,
};

/// Which turns a list is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TurnsThat {
    /// All of them.
    Exist,
    /// Those that are not over: they run, wait for a person, or wait in line.
    AreOpen,
    /// Those that failed or were abandoned.
    Failed,
}

/// Whose turns a list is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AskedBy {
    /// Whoever's.
    Anyone,
    /// The reader's own.
    Reader,
}

/// A turn as a list of turns shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct TurnRow {
    /// The turn.
    pub turn: Turn,
    /// Its thread's title.
    pub title: String,
    /// The place in the thread of the message that asked.
    pub seq: i64,
    /// That message's first 140 characters, or the name of a file without words.
    pub words: String,
}

/// So many of the newest turns are looked at one by one. Whoever may read few of them is served from their threads instead.
const NEWEST: i64 = 2_000;

impl Reader {
    /// The turns in the threads that this person may see, the newest before `before`. Ids grow with time, so they are the order.
    pub async fn turns(
        &self,
        person: PersonId,
        that: TurnsThat,
        by: AskedBy,
        before: Option<TurnId>,
        limit: usize,
    ) -> Result<Page<TurnRow>, StoreError> {
        self.read(move |conn| {
            Box::pin(async move {
                let position = feed::position(conn).await?;
                let mut ids = find(conn, person, that, by, before, limit).await?;
                let more = ids.len() > limit;
                ids.truncate(limit);
                let next = ids.last().filter(|_| more).cloned();
                Ok(Page {
                    items: rows(conn, &ids).await?,
                    next,
                    position,
                })
            })
        })
        .await
    }
}

/// One more than asked for, if there are so many: that shows whether there is a next page.
async fn find(
    conn: &mut Conn<'_>,
    person: PersonId,
    that: TurnsThat,
    by: AskedBy,
    before: Option<TurnId>,
    limit: usize,
) -> Result<Vec<String>, StoreError> {
    let mut vals = vals![person, limit as i64 + 1].to_vec();
    vals.extend(before.map(Val::from));
    let older = if before.is_some() {
        "r.id < $3"
    } else {
        "TRUE"
    };
    let that = match that {
        TurnsThat::Exist => {
            let newest = format!(
                "(SELECT r.id, r.thread, r.person FROM turns r WHERE {older} ORDER BY r.id DESC LIMIT {NEWEST})"
            );
            let found = ids(conn, &newest, by, "TRUE", &vals).await?;
            if found.len() > limit {
                return Ok(found);
            }
            older.to_owned()
        }
        TurnsThat::AreOpen => format!("r.state IN ('queued', 'running') AND {older}"),
        TurnsThat::Failed => format!("r.state IN ('failed', 'abandoned') AND {older}"),
    };
    ids(conn, "turns", by, &that, &vals).await
}

async fn ids(
    conn: &mut Conn<'_>,
    turns: &str,
    by: AskedBy,
    that: &str,
    vals: &[Val],
) -> Result<Vec<String>, StoreError> {
    let by = match by {
        AskedBy::Anyone => "",
        AskedBy::Reader => "AND r.person = $1",
    };
    let sql = format!(
        "SELECT r.id FROM {turns} r WHERE r.thread IN (SELECT t.id FROM threads t WHERE t.deleted_at IS NULL AND {VISIBLE}) \
         {by} AND {that} ORDER BY r.id DESC LIMIT $2"
    );
    let lines = conn.all(&sql, vals).await?;
    lines.iter().map(|line| line.text("id")).collect()
}

async fn rows(conn: &mut Conn<'_>, ids: &[String]) -> Result<Vec<TurnRow>, StoreError> {
    let turns = load(conn, ids).await?;
    let about = "SELECT r.id, r.seq, t.title, COALESCE(NULLIF(substr(m.text, 1, 140), ''), f.name, '') AS words \
         FROM turns r JOIN threads t ON t.id = r.thread LEFT JOIN messages m ON m.id = r.message \
         LEFT JOIN attachments f ON f.message = m.id AND f.place = 1 WHERE r.id";
    let mut told = HashMap::new();
    for line in of_ids(conn, about, ids).await? {
        let id: TurnId = line.id("id")?;
        told.insert(
            id,
            (line.text("title")?, line.int("seq")?, line.text("words")?),
        );
    }
    let mut rows: Vec<_> = turns
        .into_iter()
        .filter_map(|turn| {
            let (title, seq, words) = told.remove(&turn.id)?;
            Some(TurnRow {
                turn,
                title,
                seq,
                words,
            })
        })
        .collect();
    rows.sort_by_key(|row| Reverse(row.turn.id));
    Ok(rows)
}
