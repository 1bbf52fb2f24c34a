//! [`Sql`] over the storage of a Durable Object.
//!
//! Invariant: `transactionSync` of workerd makes the transaction; an error in it is thrown there,
//! so that nothing of it stays. What it wrote is on disk before any answer leaves the object.

use super::sql::{Line, Sql, SqlError, Value};
use crate::http::error::EdgeError;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast as _, JsValue};
use worker::{SqlStorage, SqlStorageValue, State};

#[wasm_bindgen]
extern "C" {
    #[derive(Debug, Clone)]
    type Transactions;

    #[wasm_bindgen(structural, method, catch, js_name = transactionSync)]
    fn transaction_sync(
        this: &Transactions,
        work: &mut dyn FnMut() -> Result<JsValue, JsValue>,
    ) -> Result<JsValue, JsValue>;
}

/// The storage of one object.
#[derive(Debug)]
pub(crate) struct Storage {
    sql: SqlStorage,
    transactions: Transactions,
}

impl Storage {
    pub(crate) fn of(state: &State) -> Self {
        let storage = state.storage();
        let raw: &JsValue = storage.as_raw();
        Self {
            transactions: raw.clone().unchecked_into(),
            sql: storage.sql(),
        }
    }
}

impl From<SqlError> for EdgeError {
    fn from(error: SqlError) -> Self {
        Self::internal(error)
    }
}

fn to_storage(value: &Value) -> Result<SqlStorageValue, SqlError> {
    Ok(match value.clone().safe()? {
        Value::Null => SqlStorageValue::Null,
        Value::Integer(number) => SqlStorageValue::Integer(number),
        Value::Text(text) => SqlStorageValue::String(text),
    })
}

fn from_storage(value: SqlStorageValue) -> Result<Value, SqlError> {
    match value {
        SqlStorageValue::Null => Ok(Value::Null),
        SqlStorageValue::Boolean(yes) => Ok(yes.into()),
        SqlStorageValue::Integer(number) => Ok(number.into()),
        SqlStorageValue::String(text) => Ok(text.into()),
        SqlStorageValue::Float(_) | SqlStorageValue::Blob(_) => Err(SqlError(
            "a value is no text and no whole number".to_owned(),
        )),
    }
}

impl Sql for Storage {
    fn run(&self, statement: &str, values: &[Value]) -> Result<Vec<Line>, SqlError> {
        let failed = |error: worker::Error| SqlError(error.to_string());
        let values: Result<Vec<SqlStorageValue>, SqlError> =
            values.iter().map(to_storage).collect();
        let cursor = self.sql.exec(statement, values?).map_err(failed)?;
        cursor
            .raw()
            .map(|line| {
                let line = line.map_err(failed)?;
                let values: Result<_, _> = line.into_iter().map(from_storage).collect();
                Ok(Line(values?))
            })
            .collect()
    }

    fn transaction(&self, work: &mut dyn FnMut() -> Result<(), SqlError>) -> Result<(), SqlError> {
        let mut inner = || match work() {
            Ok(()) => Ok(JsValue::UNDEFINED),
            Err(error) => Err(js_sys::Error::new(&error.0).into()),
        };
        self.transactions
            .transaction_sync(&mut inner)
            .map(|_| ())
            .map_err(|error| SqlError(format!("{error:?}")))
    }
}
