//! Keeps the records that backends have of their sessions as the threads are: their titles, whether they are archived, whether
//! they are there at all. Owns when that is tried; which one is due the store knows, so that a crash forgets none.

use std::{collections::HashMap, time::Duration};

use switchboard_store::{DueRecord, Record, StoreError};
use tokio::time::{Instant, MissedTickBehavior};

use crate::{
    Engine,
    backend::{Backend, BackendError, Operation, Performed, SessionRef},
};

/// How often to look. Where nothing is due, that reads an index with nothing in it.
const LOOK: Duration = Duration::from_secs(1);

/// How many of a backend are kept in one look; what is left is seen in the next.
const AT_ONCE: usize = 32;

/// After it failed, a record is left alone for this long: a program may have to be started to delete one.
const PAUSE: Duration = Duration::from_mins(1);

/// Runs until this process is asked to stop.
pub(crate) async fn run(engine: Engine) {
    let soft = engine.supervisor().soft();
    let mut look = tokio::time::interval(LOOK);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut failed: HashMap<String, Instant> = HashMap::new();
    loop {
        tokio::select! {
            () = soft.cancelled() => return,
            _ = look.tick() => {}
        }
        failed.retain(|_, since| since.elapsed() < PAUSE);
        for spec in engine.registry().specs() {
            let kept = tokio::select! {
                () = soft.cancelled() => return,
                kept = keep_all(&engine, &spec.name, &mut failed) => kept,
            };
            if let Err(error) = kept {
                tracing::warn!(%error, "cannot look at the records of sessions yet");
            }
        }
    }
}

async fn keep_all(
    engine: &Engine,
    backend: &str,
    failed: &mut HashMap<String, Instant>,
) -> Result<(), StoreError> {
    let due = engine.reader().due_records(backend, AT_ONCE).await?;
    let Some(backend) = engine.registry().get(backend) else {
        return Ok(());
    };
    for due in due {
        if failed.contains_key(&due.session) {
            continue;
        }
        match keep(&*backend, &due).await {
            Ok(Kept::Yes) => engine.store().record_is_kept(due).await?,
            Ok(Kept::NotYet) => {}
            // It is told to whoever can sign in, on the card and in each turn.
            Err(BackendError::LoginRequired(_)) => {
                failed.insert(due.session, Instant::now());
            }
            Err(error) => {
                tracing::warn!(thread = %due.thread, %error, "the record of a session is not as its thread is yet");
                failed.insert(due.session, Instant::now());
            }
        }
    }
    Ok(())
}

#[derive(PartialEq, Eq)]
enum Kept {
    Yes,
    NotYet,
}

async fn keep(backend: &dyn Backend, due: &DueRecord) -> Result<Kept, BackendError> {
    let session = SessionRef {
        home: due.home.clone(),
        session: due.session.clone(),
    };
    let operation = match &due.record {
        // A record that is put away takes its running turn along.
        Record::Kept {
            archived: true,
            busy: true,
            ..
        } => return Ok(Kept::NotYet),
        Record::Kept {
            title, archived, ..
        } => Operation::Keep {
            session,
            title: title.clone(),
            archived: *archived,
        },
        Record::Gone => Operation::Release {
            session,
            thread: due.thread,
        },
    };
    match backend.perform(operation).await {
        Ok(Performed::Later) => Ok(Kept::NotYet),
        // A backend without records has none that is otherwise.
        Ok(_) | Err(BackendError::Unsupported) => Ok(Kept::Yes),
        Err(error) => Err(error),
    }
}
