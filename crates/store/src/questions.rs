//! Questions of turns, and their decisions: stored when asked, decided at most once.

use switchboard_model::{
    PersonId, QuestionId, ThreadId, TurnId,
    approval::{Asking, Decision, PATIENCE, Question, QuestionState},
};

use crate::{
    Reader, Store, StoreError,
    db::{Conn, Line, vals},
    rows::{for_update, json, named, of_ids, to_json},
    steers,
    threads::VISIBLE,
    turns,
    writer::{Floor, Kind, Tx},
};

/// Why a decision was not taken.
#[derive(Debug, Clone, thiserror::Error)]
pub enum DecideError {
    /// There is no such question.
    #[error("there is no such question")]
    NoQuestion,
    /// Only the person who started the turn decides.
    #[error("only the person who asked may decide this")]
    NotYours,
    /// It was decided, withdrawn, or its turn ended.
    #[error("this question is settled already")]
    Settled(Box<Question>),
    /// The choice was not among those offered.
    #[error("this decision was not offered")]
    NotOffered,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Store {
    /// Stores a question of a running turn; the same key again is the same question. `None` if the
    /// fence does not hold any more.
    pub async fn ask(
        &self,
        turn: TurnId,
        fence: i64,
        asking: Asking,
    ) -> Result<Option<Question>, StoreError> {
        self.write(Floor::Ignore, move |tx| {
            Box::pin(ask(tx, turn, fence, asking.clone()))
        })
        .await
    }

    /// Decides, once, while the turn is open, in the name of the person who started it.
    pub async fn decide(
        &self,
        id: QuestionId,
        person: PersonId,
        decision: Decision,
    ) -> Result<Question, DecideError> {
        self.write(Floor::Ignore, move |tx| {
            Box::pin(decide(tx, id, person, decision.clone()))
        })
        .await
    }

    /// The backend has the decision.
    pub async fn delivered(&self, id: QuestionId, fence: i64) -> Result<bool, StoreError> {
        self.write(Floor::Ignore, move |tx| {
            let from = &[QuestionState::Decided];
            Box::pin(settle(tx, id, fence, from, QuestionState::Delivered))
        })
        .await
    }

    /// Takes a question down: settled elsewhere, or nobody waits for it any more.
    pub async fn void_question(&self, id: QuestionId, fence: i64) -> Result<bool, StoreError> {
        self.write(Floor::Ignore, move |tx| {
            let from = &[QuestionState::Asked, QuestionState::Decided];
            Box::pin(settle(tx, id, fence, from, QuestionState::Void))
        })
        .await
    }
}

impl Reader {
    /// The questions of a turn, in the order asked.
    pub async fn questions(&self, turn: TurnId) -> Result<Vec<Question>, StoreError> {
        self.read(move |conn| {
            Box::pin(async move {
                let sql = format!("{QUESTION} WHERE q.turn = $1 ORDER BY q.asked_at, q.id");
                let lines = conn.all(&sql, &vals![turn]).await?;
                lines.iter().map(question).collect()
            })
        })
        .await
    }

    /// The questions that wait, in the threads that a person may see, the oldest first.
    pub async fn open_questions(&self, person: PersonId) -> Result<Vec<Question>, StoreError> {
        self.read(move |conn| {
            Box::pin(async move {
                let sql = format!(
                    "{QUESTION} JOIN threads t ON t.id = q.thread WHERE t.deleted_at IS NULL AND {VISIBLE} AND q.state = 'asked' AND w.state = 'running' \
                     ORDER BY q.asked_at, q.id LIMIT {MOST_LISTED}"
                );
                let lines = conn.all(&sql, &vals![person]).await?;
                lines.iter().map(question).collect()
            })
        })
        .await
    }

    /// The questions that were decided or taken down last, in the threads that a person may see.
    pub async fn settled_questions(&self, person: PersonId) -> Result<Vec<Question>, StoreError> {
        self.read(move |conn| {
            Box::pin(async move {
                let sql = format!(
                    "{QUESTION} JOIN threads t ON t.id = q.thread WHERE t.deleted_at IS NULL AND {VISIBLE} AND q.state <> 'asked' \
                     ORDER BY COALESCE(q.decided_at, q.asked_at) DESC, q.id DESC LIMIT 50"
                );
                let lines = conn.all(&sql, &vals![person]).await?;
                lines.iter().map(question).collect()
            })
        })
        .await
    }

    /// One question.
    pub async fn question(&self, id: QuestionId) -> Result<Option<Question>, StoreError> {
        self.read(move |conn| {
            Box::pin(async move {
                let sql = format!("{QUESTION} WHERE q.id = $1");
                let line = conn.one(&sql, &vals![id]).await?;
                line.as_ref().map(question).transpose()
            })
        })
        .await
    }
}

const QUESTION: &str = "SELECT q.id, q.turn, q.thread, q.fence, q.key, q.kind, q.body, q.offered, q.state, \
     q.asked_at, q.expires_at, q.decided_by, q.decided_at, q.choice, q.answer, q.feedback, w.person, w.assistant \
     FROM questions q JOIN turns w ON w.id = q.turn";

/// More open questions than anybody answers.
const MOST_LISTED: usize = 200;

/// Questions by their ids, in no order.
pub(crate) async fn load(conn: &mut Conn<'_>, ids: &[String]) -> Result<Vec<Question>, StoreError> {
    let lines = of_ids(conn, &format!("{QUESTION} WHERE q.id"), ids).await?;
    lines.iter().map(question).collect()
}

async fn ask(
    tx: &mut Tx<'_>,
    turn: TurnId,
    fence: i64,
    asking: Asking,
) -> Result<Option<Question>, StoreError> {
    let Some(held) = turns::hold(tx, turn, fence).await? else {
        return Ok(None);
    };
    if turns::in_deleted_thread(tx, &held).await? {
        return Ok(None);
    }
    let id: QuestionId = tx.ids().make();
    let now = tx.now();
    let asked = tx
        .run(
            "INSERT INTO questions (id, turn, thread, fence, key, kind, body, offered, state, asked_at, expires_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'asked', $9, $10) ON CONFLICT (turn, fence, key) DO NOTHING",
            &vals![
                id,
                turn,
                held.thread,
                fence,
                &asking.key,
                &asking.kind,
                &asking.body,
                to_json(&asking.offered)?,
                now,
                now.plus(PATIENCE)
            ],
        )
        .await?;
    if asked > 0 {
        changed(tx, id, turn, held.thread);
    }
    let sql = format!("{QUESTION} WHERE q.turn = $1 AND q.fence = $2 AND q.key = $3");
    let line = tx.one(&sql, &vals![turn, fence, asking.key]).await?;
    line.as_ref().map(question).transpose()
}

async fn decide(
    tx: &mut Tx<'_>,
    id: QuestionId,
    person: PersonId,
    decision: Decision,
) -> Result<Question, DecideError> {
    let Some((mut question, fence)) = find(tx, id).await? else {
        return Err(DecideError::NoQuestion);
    };
    // The turn first, then the question: the order of locks that everyone follows.
    let turn = turns::hold(tx, question.turn, fence).await?;
    let started_by = match &turn {
        Some(turn) => Some(turn.person),
        None => turns::started_by(tx, question.turn).await?,
    };
    if started_by != Some(person) {
        return Err(DecideError::NotYours);
    }
    let held = for_update(&tx.conn, "q");
    let sql = format!("{QUESTION} WHERE q.id = $1{held}");
    if let Some(line) = tx.one(&sql, &vals![id]).await? {
        question = self::question(&line)?;
    }
    if turn.is_none() || question.state != QuestionState::Asked {
        return Err(DecideError::Settled(Box::new(question)));
    }
    if !question.asking.offered.contains(&decision.choice) {
        return Err(DecideError::NotOffered);
    }
    let now = tx.now();
    tx.run(
        "UPDATE questions SET state = 'decided', decided_by = $2, decided_at = $3, choice = $4, answer = $5, \
         feedback = $6 WHERE id = $1",
        &vals![
            id,
            person,
            now,
            &decision.choice,
            decision.answer.as_ref(),
            decision.feedback.as_ref()
        ],
    )
    .await?;
    changed(tx, id, question.turn, question.thread);
    // What goes with a decision has no place in the answer to it: it follows as the person's next words.
    if let Some(words) = &decision.feedback {
        steers::insert(tx, question.turn, question.thread, person, words.clone()).await?;
    }
    question.state = QuestionState::Decided;
    question.decided = Some((person, now));
    question.decision = Some(decision);
    Ok(question)
}

/// Moves a question of a running turn on, if it is in one of the states `from`.
async fn settle(
    tx: &mut Tx<'_>,
    id: QuestionId,
    fence: i64,
    from: &[QuestionState],
    to: QuestionState,
) -> Result<bool, StoreError> {
    let Some((question, _)) = find(tx, id).await? else {
        return Ok(false);
    };
    if turns::hold(tx, question.turn, fence).await?.is_none() {
        return Ok(false);
    }
    for from in from {
        let sql = "UPDATE questions SET state = $3 WHERE id = $1 AND state = $2 AND fence = $4";
        let moved = tx
            .run(sql, &vals![id, from.as_str(), to.as_str(), fence])
            .await?;
        if moved > 0 {
            changed(tx, id, question.turn, question.thread);
            return Ok(true);
        }
    }
    Ok(false)
}

async fn find(tx: &mut Tx<'_>, id: QuestionId) -> Result<Option<(Question, i64)>, StoreError> {
    let line = tx
        .one(&format!("{QUESTION} WHERE q.id = $1"), &vals![id])
        .await?;
    line.map(|line| Ok((question(&line)?, line.int("fence")?)))
        .transpose()
}

/// A question moves the turn that waits for it and its thread's lamp as well.
fn changed(tx: &mut Tx<'_>, id: QuestionId, turn: TurnId, thread: ThreadId) {
    tx.changed(Kind::Question, id, Some(thread));
    tx.changed(Kind::Turn, turn, Some(thread));
    tx.changed(Kind::Thread, thread, Some(thread));
}

fn question(line: &Line) -> Result<Question, StoreError> {
    let decided_by = line.opt_id("decided_by")?;
    Ok(Question {
        id: line.id("id")?,
        turn: line.id("turn")?,
        thread: line.id("thread")?,
        person: line.id("person")?,
        assistant: line.id("assistant")?,
        asking: Asking {
            key: line.text("key")?,
            kind: line.text("kind")?,
            body: line.text("body")?,
            offered: json("offered", &line.text("offered")?)?,
        },
        state: named(line, "state", QuestionState::parse)?,
        asked_at: line.millis("asked_at")?,
        expires_at: line.opt_millis("expires_at")?,
        decided: decided_by.zip(line.opt_millis("decided_at")?),
        decision: match line.opt_text("choice")? {
            Some(choice) => Some(Decision {
                choice,
                answer: line.opt_text("answer")?,
                feedback: line.opt_text("feedback")?,
            }),
            None => None,
        },
    })
}
