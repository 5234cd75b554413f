//! Who can get in.

use switchboard_auth::SESSION_LIFETIME;
use switchboard_server::Check;
use switchboard_store::{Reader, StoreError};

use super::{
    Subject,
    codes::Code::PeopleSignedIn,
    report::{ok, warning},
};

pub async fn check(subject: &Subject) -> Vec<Check> {
    let Some(reader) = subject.reader() else {
        return vec![subject.without_database(
            PeopleSignedIn,
            "nobody yet; the first start makes you the admin",
        )];
    };
    let check = look(subject, reader).await;
    vec![check.unwrap_or_else(|error| {
        warning(
            PeopleSignedIn,
            error.to_string(),
            "look at the database check",
        )
    })]
}

async fn look(subject: &Subject, reader: &Reader) -> Result<Check, StoreError> {
    let people = reader.people().await?.len();
    let someone = reader
        .any_session(subject.now.minus(SESSION_LIFETIME))
        .await?;
    let count = match people {
        0 => "nobody yet".to_owned(),
        1 => "one person".to_owned(),
        many => format!("{many} people"),
    };
    Ok(if someone {
        ok(PeopleSignedIn, format!("{count}, signed in"))
    } else {
        warning(
            PeopleSignedIn,
            format!("{count}, and no browser is signed in"),
            format!(
                "run `{}` and open what it prints",
                subject.config.command("people link")
            ),
        )
    })
}
