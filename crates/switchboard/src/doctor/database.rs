//! The database: there or possible, of a version that we know, writable.

use std::path::Path;

use rustix::fs::{Access, access};
use switchboard_server::Check;
use switchboard_store::{Database, Look, OpenError, StoreError};

use super::{
    Subject, home,
    report::{fail, ok},
};
use crate::config::without_password;

const TITLE: &str = "Database";

pub fn check(subject: &Subject) -> Vec<Check> {
    let database = subject.config.database();
    let shown = match &database {
        Ok(Database::Sqlite(file)) => format!("SQLite, {}", file.display()),
        Ok(Database::Postgres(url)) => format!("PostgreSQL, {}", without_password(url)),
        Err(_) => String::new(),
    };
    vec![match (&subject.look, &database) {
        (Err(error), _) => broken(error, &shown),
        (Ok(_), Ok(Database::Sqlite(file))) if !can_write(file) => not_writable(file),
        (Ok(Look::Missing), _) => ok("database", TITLE, format!("{shown} (will be created)")),
        (Ok(Look::Older { found, known }), _) => ok(
            "database",
            TITLE,
            format!("{shown}, version {found} (the next start makes it version {known})"),
        ),
        (Ok(Look::Ready { version, .. }), _) => {
            ok("database", TITLE, format!("{shown}, version {version}"))
        }
    }]
}

fn broken(error: &OpenError, shown: &str) -> Check {
    let (code, fix) = match error {
        OpenError::Newer { .. } => (
            "database_newer",
            "update Switchboard to the version that made this database, or restore a backup into another home",
        ),
        OpenError::BadUrl => (
            "database_url",
            "correct --database, SWITCHBOARD_DATABASE or `database` in config.toml",
        ),
        OpenError::Store(StoreError::Corrupt(_)) => (
            "database_foreign",
            "choose a database that is empty or Switchboard's own, or restore a backup",
        ),
        _ => (
            "database_unavailable",
            "start the database server, and check its address and your permissions there",
        ),
    };
    let detail = if shown.is_empty() {
        error.to_string()
    } else {
        format!("{shown}: {error}")
    };
    fail(code, TITLE, detail, fix)
}

/// Whether the file, and what the database puts beside it, can be written. A folder that does not exist
/// is the home check's business.
fn can_write(file: &Path) -> bool {
    let folder = file.parent().unwrap_or(Path::new("."));
    !folder.exists()
        || (home::writable(folder) && (!file.exists() || access(file, Access::WRITE_OK).is_ok()))
}

fn not_writable(file: &Path) -> Check {
    let detail = format!("{} or its folder cannot be written to", file.display());
    fail(
        "database_not_writable",
        TITLE,
        detail,
        "give yourself the right to write there; the disk may be read-only",
    )
}

#[cfg(test)]
mod tests {
    use switchboard_server::CheckStatus;

    use super::*;

    #[test]
    fn a_database_that_cannot_be_used_stops_the_main_job_and_says_why() {
        for (error, code) in [
            (OpenError::Newer { found: 9, known: 1 }, "database_newer"),
            (OpenError::BadUrl, "database_url"),
            (StoreError::Corrupt("x".into()).into(), "database_foreign"),
            (
                StoreError::Unavailable("x".into()).into(),
                "database_unavailable",
            ),
        ] {
            let check = broken(&error, "SQLite, x.db");
            assert_eq!(
                (check.code.as_str(), check.status),
                (code, CheckStatus::Fail)
            );
        }
    }

    #[test]
    fn a_missing_database_can_be_written_if_its_folder_can() {
        let folder = std::env::temp_dir();
        assert!(can_write(&folder.join("switchboard-not-there.db")));
        // Not even root writes where there is no folder but a file.
        let file = std::env::current_exe().unwrap_or_default();
        assert!(!home::writable(&file.join("folder")));
    }
}
