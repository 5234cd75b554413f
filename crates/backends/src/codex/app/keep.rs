//! Codex's records of our direct threads, as its own programs list them: under which name, and whether among the archived ones.
//! Owns in which order that is said, and that no turn is lost by it; never knows why a record is to be so.

use serde_json::{Value, json};
use switchboard_engine::backend::Performed;

use super::{server::Server, turn::ANSWER};
use crate::{
    codex::errors,
    jsonrpc::{CallError, Peer},
};

/// How Codex begins to say that a record is not there, or not where it looks: among the archived ones, or the others.
const MISSING: [&str; 2] = ["no rollout found", "no archived rollout found"];

/// What it says of one that is to be gone on in and lies among the archived ones.
const ARCHIVED: &str = " is archived.";

/// Has a record bear this name, and lie among the archived ones or not. One that is not there is as it is to be.
pub(super) async fn keep(
    server: &Server,
    thread: &str,
    title: &str,
    archived: bool,
) -> Result<Performed, CallError> {
    let peer = &server.peer;
    // An archived one takes no name.
    unarchive(peer, thread).await?;
    if !title.is_empty() {
        let params = json!({ "threadId": thread, "name": title });
        unless_missing(peer.call("thread/name/set", params, ANSWER).await)?;
    }
    if archived {
        // It would interrupt a turn. One that begins from here on comes behind it, and takes it back.
        if !server.puts_away(thread) {
            return Ok(Performed::Later);
        }
        let params = json!({ "threadId": thread });
        unless_missing(peer.call("thread/archive", params, ANSWER).await)?;
    }
    Ok(Performed::Done)
}

/// Takes a record out of the archived ones, if it is there.
pub(super) async fn unarchive(peer: &Peer, thread: &str) -> Result<(), CallError> {
    let params = json!({ "threadId": thread });
    match peer.call("thread/unarchive", params, ANSWER).await {
        // Who writes in it has it, so it does not lie there.
        Err(CallError::Refused { error, .. }) if error.message.contains(errors::HELD) => Ok(()),
        ended => unless_missing(ended),
    }
}

/// Whether Codex refused because the record lies among the archived ones.
pub(super) fn is_archived(error: &CallError) -> bool {
    matches!(error, CallError::Refused { error, .. } if error.message.contains(ARCHIVED))
}

/// Whether Codex refused because it has no such record.
pub(super) fn has_no_record(error: &CallError) -> bool {
    let CallError::Refused { error, .. } = error else {
        return false;
    };
    MISSING.iter().any(|words| error.message.starts_with(words))
}

fn unless_missing(ended: Result<Value, CallError>) -> Result<(), CallError> {
    match ended {
        Err(error) if !has_no_record(&error) => Err(error),
        _ => Ok(()),
    }
}
