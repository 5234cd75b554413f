//! Small parts that the nouns' SQL shares: rows by their ids, names out of columns, and the two words
//! that differ between the databases. Owns no statement of its own.

use crate::{
    StoreError,
    db::{Conn, Line, Val},
};

/// The rows of `query`, which ends before ` IN`, for these ids; in no order.
pub(crate) async fn of_ids(
    conn: &mut Conn<'_>,
    query: &str,
    ids: &[String],
) -> Result<Vec<Line>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let (list, vals) = in_list(ids, 1);
    conn.all(&format!("{query} IN ({list})"), &vals).await
}

/// The holes, from `first` on, and the values of an `IN` list that is not empty. The last id is repeated
/// until their number is a power of two, so that few different statements are ever prepared.
pub(crate) fn in_list(ids: &[String], first: usize) -> (String, Vec<Val>) {
    let width = ids.len().next_power_of_two();
    let holes: Vec<_> = (first..first + width)
        .map(|hole| format!("${hole}"))
        .collect();
    let vals = ids
        .iter()
        .chain(std::iter::repeat(&ids[ids.len() - 1]))
        .take(width);
    (holes.join(", "), vals.map(Val::from).collect())
}

/// A name out of a column, as the enum it stands for.
pub(crate) fn named<T>(
    line: &Line,
    column: &str,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<T, StoreError> {
    let name = line.text(column)?;
    parse(&name)
        .ok_or_else(|| StoreError::Corrupt(format!("column {column}: {name:?} is no such name")))
}

/// A document out of a column.
pub(crate) fn json<T: serde::de::DeserializeOwned>(
    column: &str,
    text: &str,
) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|why| StoreError::Corrupt(format!("column {column}: {why}")))
}

/// A document for a column.
pub(crate) fn to_json(value: &impl serde::Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|why| StoreError::Corrupt(why.to_string()))
}

/// Keeps the rows of a SELECT's `table` as they are until this transaction ends. SQLite needs no word
/// for it: its writer is alone.
pub(crate) fn for_update(conn: &Conn<'_>, table: &str) -> String {
    if conn.is_postgres() {
        format!(" FOR NO KEY UPDATE OF {table}")
    } else {
        String::new()
    }
}

/// Sorts a text column by its bytes, as SQLite does, whatever the server's language is.
pub(crate) fn bytewise(conn: &Conn<'_>) -> &'static str {
    if conn.is_postgres() {
        " COLLATE \"C\""
    } else {
        ""
    }
}
