//! SQL: it lives in the store, and its migrations only add, so that the version before can go on
//! writing to the same database.

use super::{Finding, Tree};

const STATEMENTS: &[(&str, &str)] = &[
    ("SELECT ", ""),
    ("INSERT INTO ", ""),
    ("UPDATE ", " SET "),
    ("DELETE FROM ", ""),
    ("CREATE TABLE ", ""),
    ("CREATE INDEX ", ""),
    ("ALTER TABLE ", ""),
    ("DROP TABLE ", ""),
    ("PRAGMA ", ""),
];

pub fn sql_stays_in_the_store(tree: &Tree) -> Vec<Finding> {
    let others = tree.product().filter(|(file, _)| file.krate() != "store");
    others
        .flat_map(|(file, source)| {
            let found = source.strings.into_iter().filter(|(_, text)| is_sql(text));
            let message = "SQL outside switchboard-store: give the store a method";
            found
                .map(|(line, _)| Finding::new(&file.path, line + 1, message))
                .collect::<Vec<_>>()
        })
        .collect()
}

fn is_sql(text: &str) -> bool {
    let text = text.trim_start();
    STATEMENTS
        .iter()
        .any(|(start, later)| text.starts_with(start) && text.contains(later))
}

pub fn migrations_only_add(tree: &Tree) -> Vec<Finding> {
    let files: Vec<_> = tree
        .ending("sql")
        .filter(|file| file.path.starts_with("crates/store/") && file.path.contains("migrations"))
        .collect();
    if files.is_empty() {
        return vec![Finding::new(
            "crates/store",
            1,
            "no migrations/*.sql: this rule has nothing to read",
        )];
    }
    files
        .into_iter()
        .flat_map(|file| {
            statements(&file.text)
                .into_iter()
                .filter_map(|(line, sql)| Some(Finding::new(&file.path, line, takes_away(&sql)?)))
        })
        .collect()
}

/// Statements without comments, upper-cased with single spaces, and the line each begins on.
fn statements(text: &str) -> Vec<(usize, String)> {
    let mut found: Vec<(usize, String)> = Vec::new();
    let mut open = false;
    for (line, text) in text.lines().enumerate() {
        let code = text.split("--").next().unwrap_or_default();
        for (part, piece) in code.split(';').enumerate() {
            open &= part == 0;
            for word in piece.split_whitespace() {
                if !open {
                    found.push((line + 1, String::new()));
                    open = true;
                }
                if let Some((_, sql)) = found.last_mut() {
                    *sql += &word.to_uppercase();
                    sql.push(' ');
                }
            }
        }
    }
    found
}

fn takes_away(sql: &str) -> Option<&'static str> {
    if super::has_word(sql, "DROP") {
        return Some("a migration drops something: the version before still reads it");
    }
    if super::has_word(sql, "RENAME") || sql.contains("ALTER COLUMN") {
        return Some(
            "a migration renames or retypes something: the version before doesn't know the new name",
        );
    }
    let adds = sql.starts_with("ALTER TABLE") && super::has_word(sql, "ADD");
    if adds && sql.contains("NOT NULL") && !super::has_word(sql, "DEFAULT") {
        return Some(
            "a migration adds a NOT NULL column without DEFAULT: the version before can't insert",
        );
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::tests::lines;
    use super::*;

    #[test]
    fn sql_in_another_crate_is_found_also_in_its_tests() {
        let text = "// SELECT 1\nlet a = \"SELECT id FROM turns\";\nlet b = \"Update the settings\";\nlet c = r#\"\n  UPDATE turns SET a = 1\"#;";
        assert_eq!(
            lines(sql_stays_in_the_store, "crates/engine/src/a.rs", text),
            [2, 4]
        );
        assert_eq!(
            lines(
                sql_stays_in_the_store,
                "crates/switchboard/tests/it/a.rs",
                text
            ),
            [2, 4]
        );
        assert!(lines(sql_stays_in_the_store, "crates/store/src/a.rs", text).is_empty());
    }

    #[test]
    fn a_migration_that_takes_away_is_found_at_its_statement() {
        let path = "crates/store/migrations/0002_more.sql";
        for (sql, found) in [
            (
                "CREATE TABLE a (id TEXT NOT NULL);\n-- DROP nothing\nCREATE INDEX b ON a (id);",
                vec![],
            ),
            ("CREATE TABLE a (id TEXT); drop table b;", vec![1]),
            ("CREATE TABLE dropped (id TEXT);", vec![]),
            ("\nALTER TABLE a\n  RENAME COLUMN b TO c;", vec![2]),
            ("ALTER TABLE a ALTER COLUMN b TYPE bigint;", vec![1]),
            ("ALTER TABLE a ADD COLUMN b TEXT NOT NULL;", vec![1]),
            (
                "ALTER TABLE a ADD COLUMN b TEXT NOT NULL DEFAULT '';",
                vec![],
            ),
            ("ALTER TABLE a ADD COLUMN b TEXT;", vec![]),
        ] {
            assert_eq!(lines(migrations_only_add, path, sql), found, "{sql}");
        }
    }

    #[test]
    fn a_store_without_migrations_would_leave_the_rule_blind() {
        assert_eq!(
            lines(migrations_only_add, "crates/store/src/lib.rs", "").len(),
            1
        );
    }
}
