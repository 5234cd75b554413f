//! The only file that knows both drivers: one connection, the values that go in, the lines that come
//! out, and what a driver's error means for us. Owns no transaction and no SQL of any noun.

use std::{fmt, str::FromStr};

use futures_util::{StreamExt, TryStreamExt, stream::BoxStream};
use sqlx::{
    Arguments, AssertSqlSafe, ColumnIndex, Database, Decode, PgConnection, Row, SqliteConnection,
    Type,
    postgres::{PgArguments, PgRow},
    sqlite::{SqliteArguments, SqliteRow},
};
use switchboard_model::Millis;

use crate::{StoreError, blobs::Blobs};

/// A value to bind to `$1`, `$2`, …
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Val {
    Int(i64),
    Text(String),
    Bytes(Vec<u8>),
    NoInt,
    NoText,
    NoBytes,
}

/// `vals![thread, title, now]`: an array of [`Val`], each through `Val::from`.
macro_rules! vals {
    ($($value:expr),* $(,)?) => { [$($crate::db::Val::from($value)),*] };
}
pub(crate) use vals;

impl Val {
    /// Roughly what it weighs in a transaction.
    fn weight(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Bytes(bytes) => bytes.len(),
            Self::Int(_) | Self::NoInt | Self::NoText | Self::NoBytes => 8,
        }
    }
}

impl From<i64> for Val {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<Millis> for Val {
    fn from(value: Millis) -> Self {
        Self::Int(value.0)
    }
}

impl From<&str> for Val {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<String> for Val {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl From<&String> for Val {
    fn from(value: &String) -> Self {
        Self::Text(value.clone())
    }
}

impl From<Vec<u8>> for Val {
    fn from(value: Vec<u8>) -> Self {
        Self::Bytes(value)
    }
}

impl From<&[u8]> for Val {
    fn from(value: &[u8]) -> Self {
        Self::Bytes(value.to_vec())
    }
}

impl From<[u8; 32]> for Val {
    fn from(value: [u8; 32]) -> Self {
        Self::Bytes(value.to_vec())
    }
}

/// What an absent value of this type is called, so that `Option`s bind with the right column type.
pub(crate) trait Absent: Into<Val> {
    const ABSENT: Val;
}

macro_rules! absent {
    ($absent:ident: $($type:ty),*) => { $(impl Absent for $type { const ABSENT: Val = Val::$absent; })* };
}
absent!(NoInt: i64, Millis);
absent!(NoText: &str, String, &String);
absent!(NoBytes: Vec<u8>, &[u8], [u8; 32]);

impl<T: Absent> From<Option<T>> for Val {
    fn from(value: Option<T>) -> Self {
        value.map_or(T::ABSENT, Into::into)
    }
}

macro_rules! ids_bind_as_text {
    ($($id:ident),* $(,)?) => { $(
        impl From<switchboard_model::$id> for Val {
            fn from(id: switchboard_model::$id) -> Self {
                Self::Text(id.to_string())
            }
        }
        impl Absent for switchboard_model::$id {
            const ABSENT: Val = Val::NoText;
        }
    )* };
}
ids_bind_as_text!(
    AssistantId,
    AttachmentId,
    DeliveryId,
    ItemId,
    MessageId,
    PersonId,
    QuestionId,
    QueuedId,
    SessionId,
    SteerId,
    ThreadId,
    TokenId,
    TurnId,
);

/// A row that was read.
pub(crate) struct Line(Driver<SqliteRow, PgRow>);

/// The same thing of either database.
#[derive(Clone)]
pub(crate) enum Driver<S, P> {
    Sqlite(S),
    Postgres(P),
}

impl Line {
    pub fn int(&self, column: &str) -> Result<i64, StoreError> {
        self.opt_int(column)?
            .ok_or_else(|| StoreError::Corrupt(format!("column {column} is empty")))
    }

    pub fn opt_int(&self, column: &str) -> Result<Option<i64>, StoreError> {
        // All columns are BIGINT, but a plain number in an expression is an INT4 to PostgreSQL.
        match &self.0 {
            Driver::Postgres(row) => row
                .try_get::<Option<i64>, _>(column)
                .or_else(|_| Ok(row.try_get::<Option<i32>, _>(column)?.map(i64::from)))
                .map_err(|error: sqlx::Error| StoreError::Corrupt(error.to_string())),
            Driver::Sqlite(_) => self.get(column),
        }
    }

    pub fn text(&self, column: &str) -> Result<String, StoreError> {
        self.get(column)
    }

    pub fn opt_text(&self, column: &str) -> Result<Option<String>, StoreError> {
        self.get(column)
    }

    pub fn bytes(&self, column: &str) -> Result<Vec<u8>, StoreError> {
        self.get(column)
    }

    pub fn opt_bytes(&self, column: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.get(column)
    }

    pub fn millis(&self, column: &str) -> Result<Millis, StoreError> {
        self.int(column).map(Millis)
    }

    pub fn opt_millis(&self, column: &str) -> Result<Option<Millis>, StoreError> {
        Ok(self.opt_int(column)?.map(Millis))
    }

    /// Yes or no, selected as `CASE WHEN .. THEN 1 ELSE 0 END` or stored as 0 and 1.
    pub fn flag(&self, column: &str) -> Result<bool, StoreError> {
        Ok(self.int(column)? != 0)
    }

    /// An id, or anything else with a text form.
    pub fn id<T: FromStr<Err: fmt::Display>>(&self, column: &str) -> Result<T, StoreError> {
        parse(column, &self.text(column)?)
    }

    pub fn opt_id<T: FromStr<Err: fmt::Display>>(
        &self,
        column: &str,
    ) -> Result<Option<T>, StoreError> {
        self.opt_text(column)?
            .map(|text| parse(column, &text))
            .transpose()
    }

    fn get<T>(&self, column: &str) -> Result<T, StoreError>
    where
        T: for<'r> Decode<'r, sqlx::Sqlite>
            + Type<sqlx::Sqlite>
            + for<'r> Decode<'r, sqlx::Postgres>
            + Type<sqlx::Postgres>,
    {
        fn from<R: Row, T>(row: &R, column: &str) -> Result<T, sqlx::Error>
        where
            T: for<'r> Decode<'r, R::Database> + Type<R::Database>,
            for<'c> &'c str: ColumnIndex<R>,
            R::Database: Database<Row = R>,
        {
            row.try_get(column)
        }
        match &self.0 {
            Driver::Sqlite(row) => from(row, column),
            Driver::Postgres(row) => from(row, column),
        }
        .map_err(|error| StoreError::Corrupt(error.to_string()))
    }
}

fn parse<T: FromStr<Err: fmt::Display>>(column: &str, text: &str) -> Result<T, StoreError> {
    text.parse()
        .map_err(|why| StoreError::Corrupt(format!("column {column}: {why}")))
}

/// A connection to either database. SQL is written with `$1`, `$2`, which both understand; what comes
/// from outside is only ever a [`Val`], never part of the text.
pub(crate) struct Conn<'c> {
    driver: Driver<&'c mut SqliteConnection, &'c mut PgConnection>,
    blobs: &'c Blobs,
    /// The worst that happened on it so far; the write path steers by this, whatever the noun made
    /// of the error.
    trouble: Option<Trouble>,
    /// How many bytes were bound so far.
    bound: usize,
}

/// What a failed statement means for the transaction around it.
#[derive(Debug, Clone)]
pub(crate) enum Trouble {
    /// The statement was refused; SQLite keeps the transaction, and the job's savepoint undoes it.
    Refused(StoreError),
    /// PostgreSQL chose this transaction as the one to run again.
    Conflict(StoreError),
    /// The transaction is gone, or nobody knows; everything in it failed for this reason.
    Lost(StoreError),
}

impl<'c> Conn<'c> {
    pub fn sqlite(conn: &'c mut SqliteConnection, blobs: &'c Blobs) -> Self {
        Self {
            driver: Driver::Sqlite(conn),
            blobs,
            trouble: None,
            bound: 0,
        }
    }

    pub fn postgres(conn: &'c mut PgConnection, blobs: &'c Blobs) -> Self {
        Self {
            driver: Driver::Postgres(conn),
            blobs,
            trouble: None,
            bound: 0,
        }
    }

    /// Where large contents are, on one node.
    pub fn blobs(&self) -> &Blobs {
        self.blobs
    }

    pub fn is_postgres(&self) -> bool {
        matches!(self.driver, Driver::Postgres(_))
    }

    pub fn trouble(&self) -> Option<&Trouble> {
        self.trouble.as_ref()
    }

    /// Starts the account of trouble and bytes anew, for the next job on the same connection.
    pub fn settle(&mut self) -> usize {
        self.trouble = None;
        std::mem::take(&mut self.bound)
    }

    /// Runs a statement and says how many rows it touched.
    pub async fn run(&mut self, sql: &str, vals: &[Val]) -> Result<u64, StoreError> {
        self.weigh(vals);
        let done = match &mut self.driver {
            Driver::Sqlite(conn) => sqlx::query_with(AssertSqlSafe(sql), sqlite_args(vals)?)
                .execute(&mut **conn)
                .await
                .map(|done| done.rows_affected()),
            Driver::Postgres(conn) => sqlx::query_with(AssertSqlSafe(sql), pg_args(vals)?)
                .execute(&mut **conn)
                .await
                .map(|done| done.rows_affected()),
        };
        done.map_err(|error| self.note(&error))
    }

    /// The first row, if there is one.
    pub async fn one(&mut self, sql: &str, vals: &[Val]) -> Result<Option<Line>, StoreError> {
        self.weigh(vals);
        let line = match &mut self.driver {
            Driver::Sqlite(conn) => sqlx::query_with(AssertSqlSafe(sql), sqlite_args(vals)?)
                .fetch_optional(&mut **conn)
                .await
                .map(|row| row.map(|row| Line(Driver::Sqlite(row)))),
            Driver::Postgres(conn) => sqlx::query_with(AssertSqlSafe(sql), pg_args(vals)?)
                .fetch_optional(&mut **conn)
                .await
                .map(|row| row.map(|row| Line(Driver::Postgres(row)))),
        };
        line.map_err(|error| self.note(&error))
    }

    /// All rows.
    pub async fn all(&mut self, sql: &str, vals: &[Val]) -> Result<Vec<Line>, StoreError> {
        self.weigh(vals);
        let lines = match &mut self.driver {
            Driver::Sqlite(conn) => {
                sqlx::query_with(AssertSqlSafe(sql), sqlite_args(vals)?)
                    .fetch(&mut **conn)
                    .map_ok(|row| Line(Driver::Sqlite(row)))
                    .try_collect()
                    .await
            }
            Driver::Postgres(conn) => {
                sqlx::query_with(AssertSqlSafe(sql), pg_args(vals)?)
                    .fetch(&mut **conn)
                    .map_ok(|row| Line(Driver::Postgres(row)))
                    .try_collect()
                    .await
            }
        };
        lines.map_err(|error| self.note(&error))
    }

    /// All rows, one by one, for tables that may be large.
    pub fn lines<'a>(&'a mut self, sql: &'a str) -> BoxStream<'a, Result<Line, StoreError>> {
        let sql = AssertSqlSafe(sql);
        match &mut self.driver {
            Driver::Sqlite(conn) => sqlx::query(sql)
                .fetch(&mut **conn)
                .map_ok(|row| Line(Driver::Sqlite(row)))
                .err_into()
                .boxed(),
            Driver::Postgres(conn) => sqlx::query(sql)
                .fetch(&mut **conn)
                .map_ok(|row| Line(Driver::Postgres(row)))
                .err_into()
                .boxed(),
        }
    }

    /// Runs a text of several statements without values, as migrations are.
    pub async fn script(&mut self, sql: &str) -> Result<(), StoreError> {
        let done = match &mut self.driver {
            Driver::Sqlite(conn) => {
                drain(sqlx::raw_sql(AssertSqlSafe(sql)).execute_many(&mut **conn)).await
            }
            Driver::Postgres(conn) => {
                drain(sqlx::raw_sql(AssertSqlSafe(sql)).execute_many(&mut **conn)).await
            }
        };
        done.map_err(|error| self.note(&error))
    }

    fn weigh(&mut self, vals: &[Val]) {
        self.bound += vals.iter().map(Val::weight).sum::<usize>();
    }

    fn note(&mut self, error: &sqlx::Error) -> StoreError {
        // The first one counts, what follows in the same transaction is mostly its echo; but a
        // refusal does not hide that the transaction was lost later.
        if matches!(self.trouble, None | Some(Trouble::Refused(_))) {
            self.trouble = Some(Trouble::of(error));
        }
        StoreError::from(error)
    }
}

impl Trouble {
    pub fn of(error: &sqlx::Error) -> Self {
        let said = StoreError::from(error);
        match code(error) {
            Some(Code::Sqlite(SQLITE_ERROR | SQLITE_CONSTRAINT)) => Self::Refused(said),
            Some(Code::Postgres(code)) if code == "40001" || code == "40P01" => {
                Self::Conflict(said)
            }
            _ => Self::Lost(said),
        }
    }
}

async fn drain<T>(
    mut results: impl futures_util::Stream<Item = Result<T, sqlx::Error>> + Unpin,
) -> Result<(), sqlx::Error> {
    while let Some(result) = results.next().await {
        result?;
    }
    Ok(())
}

fn sqlite_args(vals: &[Val]) -> Result<SqliteArguments, StoreError> {
    let mut args = SqliteArguments::default();
    bind(&mut args, vals)?;
    Ok(args)
}

fn pg_args(vals: &[Val]) -> Result<PgArguments, StoreError> {
    let mut args = PgArguments::default();
    bind(&mut args, vals)?;
    Ok(args)
}

fn bind<A: Arguments>(args: &mut A, vals: &[Val]) -> Result<(), StoreError>
where
    for<'q> Option<i64>: sqlx::Encode<'q, A::Database> + Type<A::Database>,
    for<'q> Option<String>: sqlx::Encode<'q, A::Database> + Type<A::Database>,
    for<'q> Option<Vec<u8>>: sqlx::Encode<'q, A::Database> + Type<A::Database>,
{
    for val in vals {
        match val.clone() {
            Val::Int(int) => args.add(Some(int)),
            // PostgreSQL cannot hold U+0000, so neither database does.
            Val::Text(text) if text.contains('\0') => {
                args.add(Some(text.replace('\0', "\u{FFFD}")))
            }
            Val::Text(text) => args.add(Some(text)),
            Val::Bytes(bytes) => args.add(Some(bytes)),
            Val::NoInt => args.add(None::<i64>),
            Val::NoText => args.add(None::<String>),
            Val::NoBytes => args.add(None::<Vec<u8>>),
        }
        .map_err(|error| StoreError::Unavailable(error.to_string()))?;
    }
    Ok(())
}

const SQLITE_ERROR: i32 = 1;
const SQLITE_CORRUPT: i32 = 11;
const SQLITE_FULL: i32 = 13;
const SQLITE_CONSTRAINT: i32 = 19;
const SQLITE_NOTADB: i32 = 26;

/// SQLite's primary result code, or PostgreSQL's SQLSTATE.
enum Code {
    Sqlite(i32),
    Postgres(String),
}

fn code(error: &sqlx::Error) -> Option<Code> {
    let error = error.as_database_error()?;
    let code = error.code()?;
    if error
        .try_downcast_ref::<sqlx::sqlite::SqliteError>()
        .is_some()
    {
        Some(Code::Sqlite(code.parse::<i32>().ok()? & 0xff))
    } else {
        Some(Code::Postgres(code.into_owned()))
    }
}

impl From<&sqlx::Error> for StoreError {
    fn from(error: &sqlx::Error) -> Self {
        match code(error) {
            Some(Code::Sqlite(SQLITE_FULL)) => Self::DiskFull,
            Some(Code::Sqlite(
                SQLITE_CORRUPT | SQLITE_NOTADB | SQLITE_ERROR | SQLITE_CONSTRAINT,
            )) => Self::Corrupt(error.to_string()),
            // Class 53 is "insufficient resources", 08 and 57 the connection and the operator, 25 a
            // server that only lets us read, 40 a transaction to run again; the rest is about the data.
            Some(Code::Postgres(code)) if code == "53100" => Self::DiskFull,
            Some(Code::Postgres(code))
                if !["08", "25", "40", "53", "55", "57", "58"].contains(&&code[..2]) =>
            {
                Self::Corrupt(error.to_string())
            }
            _ => Self::Unavailable(error.to_string()),
        }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        Self::from(&error)
    }
}
