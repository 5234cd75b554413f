//! What a detached turn is given: the words of its message as they are, in the home of whoever started it. Owns that nobody
//! else's words ever reach that home.

use switchboard_model::{
    detached::{Detached, KeptIn},
    outcome::{Failure, OutcomeCode},
    settings::Permission,
};
use switchboard_store::Claimed;

use super::Unprepared;
use crate::{
    attached::told,
    backend::{Asks, Capability, Home, How, Session, SessionRef, Spec, TurnRequest, Work},
    desk::Desk,
};

/// Whom a turn of this permission asks. Where it may write it asks before it leaves its folder, which can be answered from
/// elsewhere; else nobody is asked, as nobody sits there.
pub(super) fn asks(permission: Permission) -> Asks {
    match permission {
        Permission::Standard => Asks::Somebody,
        Permission::ReadOnly | Permission::Full => Asks::Nobody,
    }
}

/// Whose home it works in: that of the session that it goes on in, else the own one of whoever started it.
pub(super) fn home(detached: &Detached, spec: &Spec) -> Home {
    let session = detached.session.as_ref();
    let home = session.and_then(|session| Home::named(&session.home, &spec.name));
    home.unwrap_or(Home::Own)
}

/// What the backend is given.
pub(super) async fn request(
    desk: &Desk,
    claimed: &Claimed,
    spec: &Spec,
    (detached, how, home): (&Detached, How, Home),
) -> Result<TurnRequest, Unprepared> {
    alone(desk, claimed, &how).await?;
    let files = desk.attachments(&claimed.message).await?;
    let (_, attached) = told(spec, &claimed.message, files).await?;
    let session = match &detached.session {
        Some(KeptIn { home, session }) => Session::Resumed(SessionRef {
            home: home.clone(),
            session: session.clone(),
        }),
        None if spec.has(Capability::Resumes) => Session::New,
        None => Session::Passing,
    };
    let schema = detached.schema.as_deref().map(serde_json::from_str);
    let schema = schema.transpose().map_err(|error| {
        let failure = Failure::new(OutcomeCode::SchemaMismatch, "the schema is not JSON");
        Unprepared::Refused(failure.detail(error.to_string()))
    })?;
    let turn = &claimed.turn;
    Ok(TurnRequest {
        turn: turn.id,
        attempt: turn.attempt,
        reverts: claimed.reverts,
        thread: turn.thread,
        assistant: turn.assistant,
        person: turn.person,
        home,
        work: Work::Prompt(claimed.message.text.clone()),
        session,
        attached,
        // Its home has tools of its own.
        tools: Vec::new(),
        schema,
        how,
        deadline: detached.total(&claimed.assistant.limits),
        patience: detached.patience(),
    })
}

/// Refuses a turn in whose thread others write, or wrote.
async fn alone(desk: &Desk, claimed: &Claimed, how: &How) -> Result<(), Unprepared> {
    let Some(strangers) = desk.strangers(claimed, how.company).await? else {
        return Ok(());
    };
    let failure = Failure::new(
        OutcomeCode::AssistantNotAllowed,
        format!("{strangers}, so it cannot go on from a command line"),
    );
    Err(Unprepared::Refused(failure.hint(
        "go on in the page, or start a new turn with `switchboard new`",
    )))
}
