//! Handlers of selling: orders, payments, stock, the kitchen, reports, operations.
//!
//! Invariant: a write names its `idempotency-key` and is answered once it is durable; what is
//! refused has changed nothing. Reads go beside the till and never wait for it. Never decides
//! anything of the business: that is the core's.

mod kitchen;
mod live;
pub(super) mod openapi;
mod operations;
mod orders;
mod payments;
mod receipt;
mod reports;
mod stock;
mod write;

pub(super) use kitchen::{move_ticket, tickets};
pub(super) use live::live;
pub(super) use operations::{attention, operations, reconcile};
pub(super) use orders::{add_lines, change_line, fire, list, open, order, void};
pub(super) use payments::{pay, payment, refund};
pub(super) use receipt::{keep_missing, receipt};
pub(super) use reports::{sales, settlement};
pub(super) use stock::{adjust, count, inventory, stop_counting};
pub(super) use write::{IDEMPOTENCY_KEY, REPLAYED};

use super::error::HttpError;
use super::state::AppState;
use crate::till::Refused;
use axum::extract::State;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query};
use axum::response::Response;
use olympus_proto::ErrorCode;
use std::sync::Arc;

type App = State<Arc<AppState>>;
type Answer = Result<Response, HttpError>;
type Asked<T> = Result<Query<T>, QueryRejection>;
type Named<T> = Result<Path<T>, PathRejection>;

/// Longer than any id that is given here.
const MAX_ID_BYTES: usize = 200;

impl From<Refused> for HttpError {
    fn from(refused: Refused) -> Self {
        let waits = matches!(
            refused.code,
            ErrorCode::Overloaded | ErrorCode::NotReady | ErrorCode::StorageFailed
        );
        Self {
            retry_after_s: waits.then_some(1),
            ..Self::new(refused.code, refused.message)
        }
    }
}

fn query<T>(asked: Asked<T>) -> Result<T, HttpError> {
    let Query(query) = asked.map_err(|error| HttpError::invalid(error.body_text()))?;
    Ok(query)
}

fn named<T>(path: Named<T>) -> Result<T, HttpError> {
    let Path(path) = path.map_err(|error| HttpError::invalid(error.body_text()))?;
    Ok(path)
}

/// An id in a path.
fn id<T: for<'a> From<&'a str>>(path: Named<String>) -> Result<T, HttpError> {
    let text = named(path)?;
    check_id(&text)?;
    Ok(T::from(text.as_str()))
}

fn check_id(text: &str) -> Result<(), HttpError> {
    match text.len() <= MAX_ID_BYTES && !text.chars().any(char::is_control) {
        true => Ok(()),
        false => Err(missing("anything", "an id like that")),
    }
}

fn missing(what: &str, id: &str) -> HttpError {
    let message = format!("there is no {what} `{id}` on this device");
    HttpError::new(ErrorCode::NotFound, message)
}

/// A business day, or today's.
fn day(asked: Option<&str>, today: &str) -> Result<String, HttpError> {
    let Some(text) = asked else {
        return Ok(today.to_owned());
    };
    // Written as it is stored, so that days compare as texts.
    match text.parse::<jiff::civil::Date>() {
        Ok(date) if date.to_string() == text => Ok(text.to_owned()),
        _ => Err(HttpError::invalid(format!(
            "`{text}` is no business day; write it YYYY-MM-DD, e.g. {today}"
        ))),
    }
}
