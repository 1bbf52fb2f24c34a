//! Drives `core::route` in the Worker: when a model is called, called again or left alone, and
//! what is answered where it is not.
//!
//! One router an isolate. Invariants: it is never borrowed over an await; a request that the
//! runtime dropped in the middle gives its place back. A request is driven beyond its answer, and
//! where its client went away, because what the call then tells keeps the breaker right.

mod driver;
mod routing;

use super::fault::UpstreamError;
use super::no_local_model;
use crate::http::ctx::Ctx;
use crate::http::error::EdgeError;
use crate::http::time::now_ms;
use crate::metrics;
use driver::Driver;
use futures_util::future::LocalBoxFuture;
use olympus_core::route::{Ask, Opinion, Reason, Task};
use olympus_proto::{ErrorCode, Path};
use routing::{draw, with};
use std::rc::Rc;
use std::time::Duration;
use tokio::sync::oneshot;
use worker::Env;

/// What is left of a deadline at the least: an answer in hand is given even then.
const LEAST: Duration = Duration::from_millis(10);

/// What a path said.
#[derive(Debug)]
pub(crate) struct Said<T> {
    pub(crate) value: T,
    pub(crate) opinion: Opinion,
}

/// The answer, and why it is this path's.
#[derive(Debug)]
pub(crate) struct Routed<T> {
    pub(crate) value: T,
    pub(crate) path: Path,
    pub(crate) reason: Reason,
}

/// Why there is no answer.
#[derive(Debug, Clone)]
pub(crate) struct NoAnswer {
    pub(crate) reason: Reason,
    pub(crate) error: Option<UpstreamError>,
}

/// What this isolate answers by itself; `None` where it cannot.
pub(crate) type Local<T> = Box<dyn FnOnce() -> Option<Said<T>>>;
/// One call of the models.
pub(crate) type Cloud<T> = Rc<dyn Fn() -> LocalBoxFuture<'static, Result<Said<T>, UpstreamError>>>;

impl From<NoAnswer> for EdgeError {
    fn from(none: NoAnswer) -> Self {
        match none.reason {
            Reason::BreakerOpen | Reason::CloudBusy | Reason::Shed => {
                let wait = match none.error {
                    Some(UpstreamError::Busy { retry_after }) => retry_after,
                    _ => None,
                };
                let seconds = wait.map_or(1, |wait| wait.as_secs().max(1));
                Self {
                    retry_after_s: Some(u32::try_from(seconds).unwrap_or(u32::MAX)),
                    ..Self::new(
                        ErrorCode::UpstreamBusy,
                        format!(
                            "the model has no capacity ({}); try again after the header's seconds",
                            none.reason
                        ),
                    )
                }
            }
            Reason::DeadlineExceeded | Reason::CloudLate => Self::new(
                ErrorCode::DeadlineExceeded,
                "the deadline passed before the model answered; give it more time by x-deadline-ms",
            ),
            Reason::LocalOnly => no_local_model(),
            reason => match none.error {
                Some(error) => Self::from_model(error),
                None => Self::upstream("the model", reason),
            },
        }
    }
}

/// Time for the answer where the request does not say.
pub(crate) fn deadline(env: &Env, task: Task) -> Result<Duration, EdgeError> {
    with(env, |routing, _| {
        routing.router.config().task(task).deadline()
    })
}

/// Answers by the best path that makes the deadline.
pub(crate) async fn answer<T: 'static>(
    ctx: &Ctx,
    ask: Ask,
    local: Option<Local<T>>,
    cloud: Cloud<T>,
) -> Result<Result<Routed<T>, NoAnswer>, EdgeError> {
    // The deadline counts from when the request came, whatever was done for it since.
    let whole = match ask.deadline {
        Some(deadline) => deadline,
        None => deadline(&ctx.env, ask.task)?,
    };
    let spent = Duration::from_millis(now_ms().saturating_sub(ctx.started_ms));
    let ask = Ask {
        deadline: Some(whole.saturating_sub(spent).max(LEAST)),
        ..ask
    };
    let (id, actions) = with(&ctx.env, |routing, now| routing.begin(ask, now, draw()))?;
    let (sender, receiver) = oneshot::channel();
    let task = ask.task;
    let driver = Driver::new(ctx.env.clone(), task, id, local, cloud, sender);
    // Driven apart from the handler, so that it goes on where the client hangs up.
    ctx.exec.wait_until(driver.run(actions));
    let answer = receiver
        .await
        .map_err(|_| EdgeError::internal("a request was not driven to its answer"))?;
    let (path, reason) = match &answer {
        Ok(routed) if routed.path == Path::Local => ("local", routed.reason),
        Ok(routed) => ("cloud", routed.reason),
        Err(none) => ("none", none.reason),
    };
    let labels = [
        ("task", task.as_str()),
        ("path", path),
        ("reason", reason.as_str()),
    ];
    metrics::count("edge_route_answers", &labels);
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::NoAnswer;
    use crate::ai::fault::UpstreamError;
    use crate::http::error::EdgeError;
    use olympus_core::route::Reason;
    use olympus_proto::ErrorCode;
    use std::time::Duration;

    #[test]
    fn errors_say_when_to_come_back() {
        let error = |reason, error| EdgeError::from(NoAnswer { reason, error });
        let busy = error(
            Reason::CloudBusy,
            Some(UpstreamError::Busy {
                retry_after: Some(Duration::from_secs(60)),
            }),
        );
        assert_eq!(
            (busy.code, busy.retry_after_s),
            (ErrorCode::UpstreamBusy, Some(60))
        );
        let open = error(Reason::BreakerOpen, None);
        assert_eq!(
            (open.code, open.retry_after_s),
            (ErrorCode::UpstreamBusy, Some(1))
        );
        let late = error(Reason::DeadlineExceeded, None);
        assert_eq!(late.code, ErrorCode::DeadlineExceeded);
        let failed = error(
            Reason::CloudFailed,
            Some(UpstreamError::Failed("at 10.0.0.7".to_owned())),
        );
        assert_eq!(
            (failed.code, failed.retry_after_s),
            (ErrorCode::UpstreamFailed, Some(1))
        );
        assert!(!failed.message.contains("10.0.0.7"));
        let what = "5007: no such model".to_owned();
        for useless in [
            UpstreamError::Refused(what.clone()),
            UpstreamError::Unreadable(what),
        ] {
            for told in [
                error(Reason::CloudRefused, Some(useless.clone())),
                EdgeError::from(useless),
            ] {
                assert_eq!(
                    (told.code, told.retry_after_s),
                    (ErrorCode::UpstreamFailed, None)
                );
                assert!(!told.message.contains("try again") && !told.message.contains("5007"));
            }
        }
        let local = error(Reason::LocalOnly, None);
        assert_eq!(local.code, ErrorCode::InvalidRequest);
        assert!(local.message.contains("no local model"));
    }
}
