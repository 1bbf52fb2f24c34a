//! The few things that the authority asks of SQLite: the object's own storage in workerd, rusqlite
//! elsewhere.
//!
//! Invariant: everything inside [`Sql::transaction`] is written or nothing is, also where it fails
//! half way; nothing in it awaits. Whole numbers stay below 2^53, which is what JavaScript keeps.

use thiserror::Error;

/// A statement failed: its cause, for the log.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct SqlError(pub String);

/// What goes into a statement and comes out of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Nothing.
    Null,
    /// A whole number.
    Integer(i64),
    /// A text.
    Text(String),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl From<u64> for Value {
    fn from(number: u64) -> Self {
        Self::Integer(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl From<bool> for Value {
    fn from(yes: bool) -> Self {
        Self::Integer(i64::from(yes))
    }
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// Largest whole number, either way, that JavaScript keeps.
const MOST: u64 = (1 << 53) - 1;

impl Value {
    /// The same where JavaScript keeps it: a greater number would be written as another one, and
    /// come back as none, which fails whatever reads it from then on.
    pub(super) fn safe(self) -> Result<Self, SqlError> {
        match self {
            Self::Integer(number) if number.unsigned_abs() > MOST => {
                Err(SqlError(format!("{number} is beyond 2^53")))
            }
            safe => Ok(safe),
        }
    }
}

/// One row of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line(pub Vec<Value>);

impl Line {
    /// A text, where there is one.
    #[must_use]
    pub fn maybe_text(&self, index: usize) -> Option<&str> {
        match self.0.get(index) {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// A text.
    ///
    /// # Errors
    /// Where there is none.
    pub fn text(&self, index: usize) -> Result<&str, SqlError> {
        self.maybe_text(index)
            .ok_or_else(|| SqlError(format!("column {index} is no text")))
    }

    /// A whole number, where there is one.
    #[must_use]
    pub fn maybe_number(&self, index: usize) -> Option<i64> {
        match self.0.get(index) {
            Some(Value::Integer(number)) => Some(*number),
            _ => None,
        }
    }

    /// A whole number.
    ///
    /// # Errors
    /// Where there is none.
    pub fn number(&self, index: usize) -> Result<i64, SqlError> {
        self.maybe_number(index)
            .ok_or_else(|| SqlError(format!("column {index} is no whole number")))
    }

    /// A whole number that is never below 0.
    ///
    /// # Errors
    /// Where there is none.
    pub fn count(&self, index: usize) -> Result<u64, SqlError> {
        u64::try_from(self.number(index)?)
            .map_err(|_| SqlError(format!("column {index} is below 0")))
    }
}

/// A database of SQLite.
pub trait Sql {
    /// Runs one statement and gives all its rows.
    ///
    /// # Errors
    /// As SQLite says.
    fn run(&self, statement: &str, values: &[Value]) -> Result<Vec<Line>, SqlError>;

    /// Runs `work` in one transaction, which is taken back where it fails.
    ///
    /// # Errors
    /// As `work`, or where nothing could be committed.
    fn transaction(&self, work: &mut dyn FnMut() -> Result<(), SqlError>) -> Result<(), SqlError>;
}

/// Runs `work` in one transaction and gives what it gives.
///
/// # Errors
/// As `work`, or where nothing could be committed.
pub fn atomically<T, E: From<SqlError>>(
    sql: &impl Sql,
    work: impl FnOnce() -> Result<T, E>,
) -> Result<T, E> {
    let mut work = Some(work);
    let mut outcome = None;
    let committed = sql.transaction(&mut || {
        let Some(work) = work.take() else {
            return Err(SqlError("a transaction ran twice".to_owned()));
        };
        let done = work();
        let failed = done.is_err();
        outcome = Some(done);
        match failed {
            true => Err(SqlError("taken back".to_owned())),
            false => Ok(()),
        }
    });
    match (outcome, committed) {
        (Some(Err(error)), _) => Err(error),
        (Some(Ok(value)), Ok(())) => Ok(value),
        (_, Err(error)) => Err(error.into()),
        (None, Ok(())) => Err(SqlError("a transaction did not run".to_owned()).into()),
    }
}
