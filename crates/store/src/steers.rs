//! Steers of turns: words sent into a running turn, never lost nor sent twice.

use switchboard_model::{
    PersonId, SteerId, ThreadId, TurnId,
    steer::{Steer, SteerState},
};

use crate::{
    Reader, Store, StoreError,
    db::{Conn, Line, vals},
    rows::{named, of_ids},
    turns,
    writer::{Floor, Kind, Tx},
};

impl Store {
    /// Stores a steer for a running turn. `None` if the turn is not running.
    pub async fn add_steer(
        &self,
        turn: TurnId,
        author: PersonId,
        text: String,
    ) -> Result<Option<Steer>, StoreError> {
        self.write(Floor::Respect, move |tx| {
            Box::pin(add(tx, turn, author, text.clone()))
        })
        .await
    }

    /// Moves the oldest queued steer of a turn to `sent` and returns it.
    pub async fn take_steer(&self, turn: TurnId, fence: i64) -> Result<Option<Steer>, StoreError> {
        self.write(Floor::Ignore, move |tx| Box::pin(take(tx, turn, fence)))
            .await
    }

    /// Notes how a sent steer ended.
    pub async fn settle_steer(
        &self,
        id: SteerId,
        fence: i64,
        state: SteerState,
    ) -> Result<bool, StoreError> {
        self.write(Floor::Ignore, move |tx| {
            Box::pin(settle(tx, id, fence, state))
        })
        .await
    }
}

impl Reader {
    /// The steers of a turn, oldest first.
    pub async fn steers(&self, turn: TurnId) -> Result<Vec<Steer>, StoreError> {
        self.read(move |conn| {
            Box::pin(async move {
                let sql = format!("{STEER} WHERE s.turn = $1 ORDER BY s.created_at, s.id");
                let lines = conn.all(&sql, &vals![turn]).await?;
                lines.iter().map(steer).collect()
            })
        })
        .await
    }
}

const STEER: &str =
    "SELECT s.id, s.turn, s.thread, s.author, s.text, s.state, s.created_at FROM steers s";

/// Steers by their ids, in no order.
pub(crate) async fn load(conn: &mut Conn<'_>, ids: &[String]) -> Result<Vec<Steer>, StoreError> {
    let lines = of_ids(conn, &format!("{STEER} WHERE s.id"), ids).await?;
    lines.iter().map(steer).collect()
}

async fn add(
    tx: &mut Tx<'_>,
    turn: TurnId,
    author: PersonId,
    text: String,
) -> Result<Option<Steer>, StoreError> {
    let Some(held) = turns::hold_running(tx, turn).await? else {
        return Ok(None);
    };
    if turns::in_deleted_thread(tx, &held).await? {
        return Ok(None);
    }
    insert(tx, turn, held.thread, author, text).await.map(Some)
}

/// Writes a steer of a running turn down.
pub(crate) async fn insert(
    tx: &mut Tx<'_>,
    turn: TurnId,
    thread: ThreadId,
    author: PersonId,
    text: String,
) -> Result<Steer, StoreError> {
    let steer = Steer {
        id: tx.ids().make(),
        turn,
        thread,
        author,
        text,
        state: SteerState::Queued,
        created_at: tx.now(),
    };
    tx.run(
        "INSERT INTO steers (id, turn, thread, author, text, state, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        &vals![
            steer.id,
            turn,
            steer.thread,
            author,
            &steer.text,
            steer.state.as_str(),
            steer.created_at
        ],
    )
    .await?;
    tx.changed(Kind::Steer, steer.id, Some(steer.thread));
    Ok(steer)
}

async fn take(tx: &mut Tx<'_>, turn: TurnId, fence: i64) -> Result<Option<Steer>, StoreError> {
    if turns::hold(tx, turn, fence).await?.is_none() {
        return Ok(None);
    }
    let sql = format!(
        "{STEER} WHERE s.turn = $1 AND s.state = 'queued' ORDER BY s.created_at, s.id LIMIT 1"
    );
    let Some(line) = tx.one(&sql, &vals![turn]).await? else {
        return Ok(None);
    };
    let mut steer = steer(&line)?;
    steer.state = SteerState::Sent;
    set(tx, steer.id, steer.thread, steer.state).await?;
    Ok(Some(steer))
}

async fn settle(
    tx: &mut Tx<'_>,
    id: SteerId,
    fence: i64,
    state: SteerState,
) -> Result<bool, StoreError> {
    let Some(line) = tx
        .one(&format!("{STEER} WHERE s.id = $1"), &vals![id])
        .await?
    else {
        return Ok(false);
    };
    let steer = steer(&line)?;
    if turns::hold(tx, steer.turn, fence).await?.is_none() || steer.state != SteerState::Sent {
        return Ok(false);
    }
    set(tx, id, steer.thread, state).await?;
    Ok(true)
}

async fn set(
    tx: &mut Tx<'_>,
    id: SteerId,
    thread: ThreadId,
    state: SteerState,
) -> Result<(), StoreError> {
    tx.run(
        "UPDATE steers SET state = $2 WHERE id = $1",
        &vals![id, state.as_str()],
    )
    .await?;
    tx.changed(Kind::Steer, id, Some(thread));
    Ok(())
}

fn steer(line: &Line) -> Result<Steer, StoreError> {
    Ok(Steer {
        id: line.id("id")?,
        turn: line.id("turn")?,
        thread: line.id("thread")?,
        author: line.id("author")?,
        text: line.text("text")?,
        state: named(line, "state", SteerState::parse)?,
        created_at: line.millis("created_at")?,
    })
}
