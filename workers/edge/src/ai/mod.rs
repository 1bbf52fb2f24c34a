//! What Workers AI answers: intents, embeddings, pictures; and which path is asked for how long.
//!
//! Invariant: no answer of a model is taken unread, and no call is made past `core::route`, so
//! that a model that fails or is busy is left alone. Never holds a borrow over an await.

pub(crate) mod binding;
pub(crate) mod embed;
pub(crate) mod embeddings;
pub(crate) mod fault;
mod flight;
pub(crate) mod image;
pub(crate) mod intent;
pub(crate) mod upstream;

use crate::http::ctx::Ctx;
use crate::http::error::{EdgeError, log};
use crate::http::{header, time};
use fault::UpstreamError;
use futures_util::future::{Either, select};
use olympus_core::route::{Label, Policy};
use olympus_menu::AskedError;
use olympus_proto::{ErrorCode, Meta, Path, StagesUs};
use std::future::Future;
use std::pin::pin;
use std::time::Duration;
use worker::{Delay, Request};

/// Longest time that a request may ask for.
const MAX_DEADLINE_MS: u64 = 60_000;

/// The call, given up after `time`.
pub(crate) async fn within<T>(
    time: Duration,
    call: impl Future<Output = Result<T, UpstreamError>>,
) -> Result<T, UpstreamError> {
    match select(pin!(call), pin!(Delay::from(time))).await {
        Either::Left((answer, _)) => answer,
        Either::Right(_) => Err(UpstreamError::TimedOut),
    }
}

/// A stable number for what an answer says, as routing compares them.
pub(crate) fn label(says: &str) -> Label {
    // FNV-1a.
    let hash = says.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    Label(hash)
}

/// The time that a request asks for, in `x-deadline-ms`.
pub(crate) fn deadline_of(request: &Request) -> Result<Option<Duration>, EdgeError> {
    parse_deadline(header(request, "x-deadline-ms").as_deref())
}

fn parse_deadline(said: Option<&str>) -> Result<Option<Duration>, EdgeError> {
    let Some(said) = said else {
        return Ok(None);
    };
    let digits = !said.is_empty() && said.bytes().all(|byte| byte.is_ascii_digit());
    match said.parse::<u64>() {
        Ok(millis @ 1..=MAX_DEADLINE_MS) if digits => Ok(Some(Duration::from_millis(millis))),
        _ => Err(EdgeError::invalid(format!(
            "x-deadline-ms is a whole number from 1 to {MAX_DEADLINE_MS}"
        ))),
    }
}

/// The policy that a request forces, in `x-route-policy`.
pub(crate) fn policy_of(request: &Request) -> Result<Option<Policy>, EdgeError> {
    let said = header(request, "x-route-policy");
    let forced = said.map(|policy| policy.parse()).transpose();
    forced.map_err(|error| EdgeError::invalid(format!("x-route-policy: {error}")))
}

/// [`policy_of`] of a question that only a model answers.
pub(crate) fn policy_of_model(request: &Request) -> Result<Option<Policy>, EdgeError> {
    match policy_of(request)? {
        Some(Policy::LocalOnly) => Err(no_local_model()),
        forced => Ok(forced),
    }
}

pub(crate) fn no_local_model() -> EdgeError {
    EdgeError::invalid(
        "local_only, by `x-route-policy` or by the setting ROUTE: there is no local model here, \
         ask the device or take another policy",
    )
}

/// How an answer was made; every answer of this service is the cloud's.
pub(crate) fn meta(ctx: &Ctx, reason: impl Into<String>, model: &str, stages: StagesUs) -> Meta {
    let total = micros_since(ctx.started_ms);
    Meta {
        path: Path::Cloud,
        reason: reason.into(),
        model: model.to_owned(),
        menu_version: None,
        menu_digest: None,
        space: None,
        stages_us: StagesUs { total, ..stages },
        request_id: ctx.request_id.clone(),
    }
}

/// Microseconds since a time in milliseconds; the clock has no finer steps.
pub(crate) fn micros_since(since_ms: u64) -> u64 {
    time::now_ms()
        .saturating_sub(since_ms)
        .saturating_mul(1_000)
}

impl From<AskedError> for EdgeError {
    fn from(error: AskedError) -> Self {
        let code = match error {
            AskedError::EmptyText => ErrorCode::EmptyText,
            AskedError::TextTooLong { .. } => ErrorCode::TextTooLong,
            AskedError::Invalid(_) | AskedError::Filter(_) => ErrorCode::InvalidRequest,
        };
        Self::new(code, error.to_string())
    }
}

impl EdgeError {
    /// A model's fault that is neither want of capacity nor of time.
    fn from_model(error: UpstreamError) -> Self {
        match error {
            UpstreamError::Refused(_) | UpstreamError::Unreadable(_) => {
                log(&format!("the model: {error}"));
                let (what, remedy) = match error {
                    UpstreamError::Refused(_) => ("refuses this request", "and would again"),
                    _ => ("gave an answer that cannot be used", "for this request"),
                };
                // Without `retry-after`: coming back by the clock mends nothing.
                Self::new(
                    ErrorCode::UpstreamFailed,
                    format!(
                        "the model {what}, {remedy}; the service's log has why, by the request id"
                    ),
                )
            }
            failed => Self::upstream("the model", failed),
        }
    }
}

impl From<UpstreamError> for EdgeError {
    fn from(error: UpstreamError) -> Self {
        match error {
            UpstreamError::Busy { retry_after } => {
                let seconds = retry_after.map_or(1, |wait| wait.as_secs().max(1));
                Self {
                    retry_after_s: Some(u32::try_from(seconds).unwrap_or(u32::MAX)),
                    ..Self::new(
                        ErrorCode::UpstreamBusy,
                        "the model has no capacity; try again after the header's seconds",
                    )
                }
            }
            UpstreamError::TimedOut => Self::new(
                ErrorCode::DeadlineExceeded,
                "the deadline passed before the model answered; give it more time by x-deadline-ms",
            ),
            failed => Self::from_model(failed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{label, parse_deadline};
    use std::time::Duration;

    #[test]
    fn deadlines_are_whole_milliseconds_up_to_a_minute() {
        assert_eq!(parse_deadline(None), Ok(None));
        let millis = |said| parse_deadline(Some(said)).ok().flatten();
        assert_eq!(millis("1"), Some(Duration::from_millis(1)));
        assert_eq!(millis("60000"), Some(Duration::from_secs(60)));
        for bad in [
            "",
            "0",
            "-1",
            "+5",
            "1.5",
            "60001",
            "1e3",
            "99999999999999999999",
            " 1",
        ] {
            assert!(parse_deadline(Some(bad)).is_err(), "{bad}");
        }
    }

    #[test]
    fn labels_tell_answers_apart() {
        assert_eq!(label("order"), label("order"));
        assert_ne!(label("order"), label("cancel"));
    }
}
