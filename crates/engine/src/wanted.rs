//! Sessions that a detached turn of another process goes on in. One program at a time can have a session, so what this process still
//! holds of them, after a turn of its own, it lets go of. Owns when to look; never knows what a session is.

use std::time::Duration;

use switchboard_store::StoreError;
use tokio::time::{sleep, timeout};

use crate::{
    Engine,
    backend::{BackendError, Operation, SessionRef},
};

/// A lost ring delays it by this much at most.
const LOOK: Duration = Duration::from_secs(1);

/// How long to leave the database alone, however often the bell rings.
const PAUSE: Duration = Duration::from_millis(200);

/// Runs until this process is asked to stop.
pub(crate) async fn run(engine: Engine) {
    let soft = engine.supervisor().soft();
    let mut position = engine.bus().position();
    loop {
        position.mark_unchanged();
        if let Err(error) = let_go(&engine).await {
            tracing::warn!(%error, "cannot see which sessions are wanted yet");
        }
        let rung = async {
            sleep(PAUSE).await;
            let _ = timeout(LOOK, position.changed()).await;
        };
        tokio::select! {
            () = soft.cancelled() => return,
            () = rung => {}
        }
    }
}

async fn let_go(engine: &Engine) -> Result<(), StoreError> {
    for wanted in engine.reader().wanted_sessions(engine.instance()).await? {
        let Some(backend) = engine.registry().get(&wanted.backend) else {
            continue;
        };
        let session = SessionRef {
            home: wanted.session.home,
            session: wanted.session.session,
        };
        match backend.perform(Operation::LetGo(session)).await {
            Ok(_) | Err(BackendError::Unsupported) => {}
            Err(error) => tracing::warn!(%error, "cannot let go of a session yet"),
        }
    }
    Ok(())
}
