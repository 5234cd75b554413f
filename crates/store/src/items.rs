//! Items of turns: checkpoints of what a backend reported.

use serde::{Deserialize, Serialize};
use switchboard_model::{
    TurnId,
    item::{Item, ItemBody, ItemStatus},
};

use crate::{
    Position, Reader, Store, StoreError,
    blobs::{Stowed, unstow},
    db::{Conn, Line, vals},
    feed,
    rows::{json, named, of_ids, to_json},
    turns,
    writer::{Floor, Kind, Tx},
};

impl Store {
    /// Writes items of one running turn as they are now, by id. Says whether the fence still holds;
    /// if not, nothing is written.
    pub async fn put_items(
        &self,
        turn: TurnId,
        fence: i64,
        items: Vec<Item>,
    ) -> Result<bool, StoreError> {
        let mut stowed = Vec::with_capacity(items.len());
        for mut item in items {
            let text = std::mem::take(&mut item.text);
            // A growing text would leave a blob behind at every checkpoint, so it stays in its row.
            let text = if item.status == ItemStatus::Open {
                Stowed::inline(text)
            } else {
                self.stow(text).await?
            };
            stowed.push((item, text));
        }
        self.write(Floor::Ignore, move |tx| {
            Box::pin(put(tx, turn, fence, stowed.clone()))
        })
        .await
    }
}

impl Reader {
    /// The items of a turn in order, as a snapshot.
    pub async fn items(&self, turn: TurnId) -> Result<(Vec<Item>, Position), StoreError> {
        self.read(move |conn| {
            Box::pin(async move {
                let sql = format!("{ITEM} WHERE i.turn = $1 ORDER BY i.seq, i.id");
                let lines = conn.all(&sql, &vals![turn]).await?;
                let items = all(conn, &lines).await?;
                Ok((items, feed::position(conn).await?))
            })
        })
        .await
    }

    /// The open items of all running turns, for a reader that connects in mid-turn.
    pub async fn open_items(&self) -> Result<Vec<Item>, StoreError> {
        self.read(|conn| {
            Box::pin(async move {
                let sql = format!(
                    "{ITEM} JOIN turns t ON t.id = i.turn WHERE i.status = 'open' AND t.state = 'running' \
                     ORDER BY i.turn, i.seq, i.id"
                );
                let lines = conn.all(&sql, &[]).await?;
                all(conn, &lines).await
            })
        })
        .await
    }
}

const ITEM: &str = "SELECT i.id, i.turn, i.thread, i.seq, i.status, i.body, i.text, i.blob, i.started_at, \
     i.ended_at FROM items i";

/// Items by their ids, in no order.
pub(crate) async fn load(conn: &mut Conn<'_>, ids: &[String]) -> Result<Vec<Item>, StoreError> {
    let lines = of_ids(conn, &format!("{ITEM} WHERE i.id"), ids).await?;
    all(conn, &lines).await
}

async fn put(
    tx: &mut Tx<'_>,
    turn: TurnId,
    fence: i64,
    items: Vec<(Item, Stowed)>,
) -> Result<bool, StoreError> {
    let Some(held) = turns::hold(tx, turn, fence).await? else {
        return Ok(false);
    };
    if turns::in_deleted_thread(tx, &held).await? {
        // Its runner will see the stop; until then there is nowhere to put what it did.
        return Ok(true);
    }
    for (item, text) in items {
        text.claim(tx).await?;
        tx.run(
            "INSERT INTO items (id, turn, thread, seq, kind, status, effect, body, text, blob, started_at, \
             ended_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) \
             ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, status = excluded.status, \
             effect = excluded.effect, body = excluded.body, text = excluded.text, blob = excluded.blob, \
             ended_at = excluded.ended_at WHERE items.turn = excluded.turn",
            &vals![
                item.id,
                turn,
                held.thread,
                item.seq,
                item.body.kind(),
                item.status.as_str(),
                i64::from(item.body.may_have_effect()),
                to_json(&Kept::of(&item))?,
                &text.text,
                text.blob.as_ref(),
                item.started_at,
                item.ended_at
            ],
        )
        .await?;
        tx.changed(Kind::Item, item.id, Some(held.thread));
    }
    Ok(true)
}

async fn all(conn: &mut Conn<'_>, lines: &[Line]) -> Result<Vec<Item>, StoreError> {
    let mut items = Vec::with_capacity(lines.len());
    for line in lines {
        items.push(item(conn, line).await?);
    }
    Ok(items)
}

/// What an item is and whose doing, as it is written: an item of before says nothing of an agent.
#[derive(Serialize)]
struct Kept<'a> {
    #[serde(flatten)]
    body: &'a ItemBody,
    #[serde(skip_serializing_if = "Option::is_none")]
    agent: Option<&'a str>,
}

/// The part of it that every kind may have.
#[derive(Deserialize)]
struct Whose {
    #[serde(default)]
    agent: Option<String>,
}

impl<'a> Kept<'a> {
    fn of(item: &'a Item) -> Self {
        Self {
            body: &item.body,
            agent: item.agent.as_deref(),
        }
    }
}

async fn item(conn: &mut Conn<'_>, line: &Line) -> Result<Item, StoreError> {
    let body = line.text("body")?;
    let Whose { agent } = json("body", &body)?;
    Ok(Item {
        id: line.id("id")?,
        turn: line.id("turn")?,
        thread: line.id("thread")?,
        seq: line.int("seq")?,
        status: named(line, "status", ItemStatus::parse)?,
        body: json("body", &body)?,
        agent,
        text: unstow(conn, line.text("text")?, line.opt_text("blob")?).await?,
        started_at: line.millis("started_at")?,
        ended_at: line.opt_millis("ended_at")?,
    })
}
