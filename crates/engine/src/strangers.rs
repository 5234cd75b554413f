//! Whose words besides a person's own are in a thread: what keeps it from that person's tools and home. Owns finding them;
//! never decides what they keep it from.

use switchboard_model::{
    PersonId,
    home::Strangers,
    message::Speaker,
    thread::{Thread, Visibility},
};
use switchboard_store::{Reader, StoreError};

use crate::backend::Company;

/// Who can write in a thread beside this person.
pub(crate) async fn company(
    reader: &Reader,
    thread: &Thread,
    person: PersonId,
) -> Result<Company, StoreError> {
    if thread.visibility != Visibility::Private {
        return Ok(Company::Others);
    }
    let members = reader.members(thread.id).await?;
    let alone = members.iter().all(|member| member.id == person);
    Ok(if alone {
        Company::Alone
    } else {
        Company::Others
    })
}

/// Whose words are in a thread beside those of this person, who is in that company. Without a handle nothing that was
/// carried over is known to be theirs.
pub(crate) async fn strangers(
    reader: &Reader,
    thread: &Thread,
    company: Company,
    (person, handle): (PersonId, Option<&str>),
) -> Result<Option<Strangers>, StoreError> {
    if company == Company::Others {
        return Ok(Some(Strangers::Write));
    }
    if reader.others_wrote(thread.id, person).await? {
        return Ok(Some(Strangers::Wrote));
    }
    let carried = reader.carried(thread.id).await?;
    let lines = carried.map(|carried| carried.lines).unwrap_or_default();
    let came_along = lines
        .iter()
        .any(|line| line.speaker == Speaker::User && handle != Some(line.handle.as_str()));
    Ok(came_along.then_some(Strangers::CameAlong))
}
