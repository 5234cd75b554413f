//! The database: there or possible, of a version that we know, writable.

use std::path::Path;

use rustix::fs::{Access, access};
use switchboard_server::Check;
use switchboard_store::{Database, Look, OpenError, StoreError};

use super::{
    Subject,
    codes::Code::{DatabaseReachable, DatabaseVersion, DatabaseWritable},
    home,
    report::{failed, ok},
};
use crate::config::without_password;

pub fn check(subject: &Subject) -> Vec<Check> {
    let database = subject.config.database();
    let shown = match &database {
        Ok(Database::Sqlite(file)) => format!("SQLite, {}", file.display()),
        Ok(Database::Postgres(url)) => format!("PostgreSQL, {}", without_password(url)),
        Err(_) => String::new(),
    };
    let mut checks = match &subject.look {
        Err(error) => vec![broken(error, &shown)],
        Ok(Look::Missing) => vec![ok(DatabaseReachable, format!("{shown} (will be created)"))],
        Ok(Look::Older { found, known }) => vec![
            ok(DatabaseReachable, shown),
            ok(
                DatabaseVersion,
                format!("{found} (the next start makes it {known})"),
            ),
        ],
        Ok(Look::Ready { version, .. }) => vec![
            ok(DatabaseReachable, shown),
            ok(DatabaseVersion, version.to_string()),
        ],
    };
    if let (Ok(_), Ok(Database::Sqlite(file))) = (&subject.look, &database) {
        checks.push(writable(file));
    }
    checks
}

fn broken(error: &OpenError, shown: &str) -> Check {
    let (code, fix) = match error {
        OpenError::Newer { .. } => (
            DatabaseVersion,
            "update Switchboard to the version that made this database, or restore a backup into another home",
        ),
        OpenError::BadUrl => (
            DatabaseReachable,
            "correct --database, SWITCHBOARD_DATABASE or `database` in config.toml",
        ),
        OpenError::Store(StoreError::Corrupt(_)) => (
            DatabaseReachable,
            "choose a database that is empty or Switchboard's own, or restore a backup",
        ),
        _ => (
            DatabaseReachable,
            "start the database server, and check its address and your permissions there",
        ),
    };
    let said = if shown.is_empty() {
        error.to_string()
    } else {
        format!("{shown}: {error}")
    };
    failed(code, said, fix)
}

/// Whether the file, and what the database puts beside it, can be written. A folder that does not exist
/// is the home check's business.
fn writable(file: &Path) -> Check {
    let folder = file.parent().unwrap_or(Path::new("."));
    let can = !folder.exists()
        || (home::writable(folder) && (!file.exists() || access(file, Access::WRITE_OK).is_ok()));
    if can {
        ok(
            DatabaseWritable,
            "its file and its folder can be written to",
        )
    } else {
        failed(
            DatabaseWritable,
            format!("{} or its folder cannot be written to", file.display()),
            "give yourself the right to write there; the disk may be read-only",
        )
    }
}

#[cfg(test)]
mod tests {
    use switchboard_server::CheckState;

    use super::*;

    #[test]
    fn a_database_that_cannot_be_used_stops_the_main_job_and_says_why() {
        for (error, code) in [
            (OpenError::Newer { found: 9, known: 1 }, DatabaseVersion),
            (OpenError::BadUrl, DatabaseReachable),
            (StoreError::Corrupt("x".into()).into(), DatabaseReachable),
            (
                StoreError::Unavailable("x".into()).into(),
                DatabaseReachable,
            ),
        ] {
            let check = broken(&error, "SQLite, x.db");
            assert_eq!(
                (check.code.as_str(), check.state),
                (code.as_str(), CheckState::Failed)
            );
        }
    }

    #[test]
    fn a_missing_database_can_be_written_if_its_folder_can() {
        let folder = std::env::temp_dir();
        let check = writable(&folder.join("switchboard-not-there.db"));
        assert_eq!(check.state, CheckState::Ok);
        // Not even root writes where there is no folder but a file.
        let file = std::env::current_exe().unwrap_or_default();
        assert!(!home::writable(&file.join("folder")));
    }
}
