//! One module a group of tables. Each function is a few statements on a connection that is given;
//! where it writes, it is in its caller's transaction.

pub(crate) mod about;
pub(crate) mod grant;
pub(crate) mod idempotency;
pub(crate) mod keep;
pub(crate) mod ledger;
pub(crate) mod orders;
pub(crate) mod payments;
pub(crate) mod stock;
pub(crate) mod sync;
pub(crate) mod tickets;

use crate::StoreError;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// As it is stored in a column of text.
pub(crate) fn json<T: Serialize>(value: &T) -> Result<String, StoreError> {
    Ok(serde_json::to_string(value)?)
}

/// As it was stored.
pub(crate) fn from_json<T: DeserializeOwned>(text: &str) -> Result<T, StoreError> {
    Ok(serde_json::from_str(text)?)
}

/// The wire name of an enum's value, as it is stored in a column that is asked for.
pub(crate) fn name<T: Serialize>(value: &T) -> Result<String, StoreError> {
    match serde_json::to_value(value)? {
        serde_json::Value::String(name) => Ok(name),
        other => Err(StoreError::Unreadable(format!("{other} is no name"))),
    }
}

/// The value of that wire name.
pub(crate) fn named<T: DeserializeOwned>(name: String) -> Result<T, StoreError> {
    Ok(serde_json::from_value(serde_json::Value::String(name))?)
}

/// What SQLite has is signed.
pub(crate) fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// What was stored of a number that is never below 0.
pub(crate) fn unsigned(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}
