//! The order of the changes feed: gives what a transaction wrote its new positions, in commit order.

use std::collections::HashSet;

use switchboard_model::{Millis, ThreadId};

use crate::{
    StoreError,
    db::{Conn, vals},
};

/// What a change is about: the `kind` column of the changes table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Kind {
    Thread,
    Message,
    Turn,
    Item,
    Question,
    Steer,
    Assistant,
    Person,
    /// Its id is `THREAD/PERSON`.
    Member,
    /// Likewise.
    Mark,
    /// Likewise.
    Queue,
    /// Its id is a backend's name.
    Backend,
}

impl Kind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Thread => "thread",
            Self::Message => "message",
            Self::Turn => "turn",
            Self::Item => "item",
            Self::Question => "question",
            Self::Steer => "steer",
            Self::Assistant => "assistant",
            Self::Person => "person",
            Self::Member => "member",
            Self::Mark => "mark",
            Self::Queue => "queue",
            Self::Backend => "backend",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        [
            Self::Thread,
            Self::Message,
            Self::Turn,
            Self::Item,
            Self::Question,
            Self::Steer,
            Self::Assistant,
            Self::Person,
            Self::Member,
            Self::Mark,
            Self::Backend,
            Self::Queue,
        ]
        .into_iter()
        .find(|kind| kind.as_str() == name)
    }
}

/// A thing that a transaction wrote.
#[derive(Debug, Clone)]
pub(super) struct Changed {
    pub kind: Kind,
    pub id: String,
    pub thread: Option<ThreadId>,
    pub at: Millis,
}

/// The advisory lock that puts PostgreSQL's commits in a row. Any number will do, if it stays.
const FEED_LOCK: i64 = 0x5357_4254_0000_0001;

/// The last step before a commit: writes one row per changed thing, at positions after all others.
/// Returns the newest position, or `None` if nothing changed.
///
/// On PostgreSQL a counter alone would not be in commit order, and a reader would lose changes for
/// ever. So the transaction, which has all its other row locks by now, waits for the one before it.
pub(super) async fn order_changes(
    conn: &mut Conn<'_>,
    changed: Vec<Changed>,
) -> Result<Option<i64>, StoreError> {
    let changed = each_once(changed);
    if changed.is_empty() {
        return Ok(None);
    }
    stand_in_line(conn).await?;
    let count = i64::try_from(changed.len()).unwrap_or(i64::MAX);
    let last = conn
        .one(
            "UPDATE meta SET value = CAST(CAST(value AS BIGINT) + $1 AS TEXT) WHERE key = 'pos' RETURNING value",
            &vals![count],
        )
        .await?
        .ok_or_else(|| StoreError::Corrupt("meta has no row pos".to_owned()))?
        .id::<i64>("value")?;
    let mut pos = last - count;
    let mut rest = &changed[..];
    while !rest.is_empty() {
        let (now, later) = rest.split_at(step(rest.len()));
        let mut vals = Vec::with_capacity(now.len() * 5);
        for change in now {
            pos += 1;
            vals.extend(vals![
                pos,
                change.kind.as_str(),
                &change.id,
                change.thread,
                change.at
            ]);
        }
        conn.run(&upsert(now.len()), &vals).await?;
        rest = later;
    }
    Ok(Some(last))
}

/// Waits until every commit that was asked for before is over. A transaction that only waits in the line has not asked for its own
/// yet: if its process is dead, it never will.
pub(super) async fn stand_in_line(conn: &mut Conn<'_>) -> Result<(), StoreError> {
    if conn.is_postgres() {
        conn.run("SELECT pg_advisory_xact_lock($1)", &vals![FEED_LOCK])
            .await?;
    }
    Ok(())
}

/// Keeps the last mention of each thing: a multi-row upsert may name a key only once.
fn each_once(changed: Vec<Changed>) -> Vec<Changed> {
    let mut seen = HashSet::new();
    let mut kept: Vec<_> = changed
        .into_iter()
        .rev()
        .filter(|change| seen.insert((change.kind, change.id.clone())))
        .collect();
    kept.reverse();
    kept
}

/// Powers of two only, so that seven prepared statements serve every number of rows.
fn step(left: usize) -> usize {
    let mut step = 64;
    while step > left {
        step /= 2;
    }
    step
}

fn upsert(rows: usize) -> String {
    let places: Vec<_> = (0..rows)
        .map(|row| {
            let at = row * 5;
            format!(
                "(${}, ${}, ${}, ${}, ${})",
                at + 1,
                at + 2,
                at + 3,
                at + 4,
                at + 5
            )
        })
        .collect();
    format!(
        "INSERT INTO changes (pos, kind, id, thread, at) VALUES {} ON CONFLICT (kind, id) \
         DO UPDATE SET pos = excluded.pos, thread = excluded.thread, at = excluded.at",
        places.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thing_changed_twice_in_one_transaction_is_one_change() {
        let change = |kind, id: &str| Changed {
            kind,
            id: id.to_owned(),
            thread: None,
            at: Millis(1),
        };
        let kept = each_once(vec![
            change(Kind::Turn, "a"),
            change(Kind::Message, "a"),
            change(Kind::Turn, "b"),
            change(Kind::Turn, "a"),
        ]);
        let kept: Vec<_> = kept
            .iter()
            .map(|change| (change.kind, change.id.as_str()))
            .collect();
        assert_eq!(
            kept,
            [(Kind::Message, "a"), (Kind::Turn, "b"), (Kind::Turn, "a")]
        );
    }

    #[test]
    fn any_number_of_rows_is_written_in_powers_of_two() {
        for (left, expected) in [
            (1, 1),
            (2, 2),
            (3, 2),
            (7, 4),
            (63, 32),
            (64, 64),
            (200, 64),
        ] {
            assert_eq!(step(left), expected, "{left}");
        }
    }

    #[test]
    fn every_kind_is_read_back_by_its_name() {
        for kind in [Kind::Thread, Kind::Item, Kind::Member] {
            assert_eq!(Kind::parse(kind.as_str()), Some(kind));
        }
        assert_eq!(Kind::parse("nonsense"), None);
    }
}
