//! [`Sql`] over rusqlite: the same statements on the same engine, without workerd. For tests and
//! for the simulator of whole restaurants.

use super::sql::{Line, Sql, SqlError, Value};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, ToSql, params_from_iter};

/// A connection of its own.
#[derive(Debug)]
pub struct Native(pub Connection);

impl Native {
    /// One in memory.
    ///
    /// # Errors
    /// As SQLite says.
    pub fn in_memory() -> Result<Self, SqlError> {
        Connection::open_in_memory().map(Self).map_err(failed)
    }
}

#[expect(clippy::needless_pass_by_value, reason = "errors are handed over")]
fn failed(error: rusqlite::Error) -> SqlError {
    SqlError(error.to_string())
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        match self {
            Self::Null => rusqlite::types::Null.to_sql(),
            Self::Integer(number) => number.to_sql(),
            Self::Text(text) => text.to_sql(),
        }
    }
}

impl Sql for Native {
    fn run(&self, statement: &str, values: &[Value]) -> Result<Vec<Line>, SqlError> {
        let mut prepared = self.0.prepare_cached(statement).map_err(failed)?;
        let columns = prepared.column_count();
        let values: Result<Vec<Value>, SqlError> =
            values.iter().cloned().map(Value::safe).collect();
        let mut rows = prepared.query(params_from_iter(values?)).map_err(failed)?;
        let mut lines = Vec::new();
        while let Some(row) = rows.next().map_err(failed)? {
            let line: Result<Vec<Value>, SqlError> = (0..columns)
                .map(|index| match row.get_ref(index).map_err(failed)? {
                    ValueRef::Null => Ok(Value::Null),
                    ValueRef::Integer(number) => Value::from(number).safe(),
                    ValueRef::Text(text) => Ok(String::from_utf8_lossy(text).into_owned().into()),
                    ValueRef::Real(_) | ValueRef::Blob(_) => Err(SqlError(
                        "a value is no text and no whole number".to_owned(),
                    )),
                })
                .collect();
            lines.push(Line(line?));
        }
        Ok(lines)
    }

    fn transaction(&self, work: &mut dyn FnMut() -> Result<(), SqlError>) -> Result<(), SqlError> {
        self.0.execute_batch("BEGIN IMMEDIATE").map_err(failed)?;
        let done = work().and_then(|()| self.0.execute_batch("COMMIT").map_err(failed));
        if done.is_err() && !self.0.is_autocommit() {
            self.0.execute_batch("ROLLBACK").map_err(failed)?;
        }
        done
    }
}
