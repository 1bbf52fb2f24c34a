//! How often a caller may ask: per address before it is known who calls, then per caller and per
//! location, each by class of route.
//!
//! Invariant: a limit is counted exactly, by one Durable Object per key and class. Where the
//! object does not answer in time, the class's setting decides: questions of customers go on, keys,
//! flags and backups wait.

mod address;
mod object;
mod settings;

pub use object::RateLimiter;

use crate::auth::Principal;
use crate::http::endpoint::RateClass;
use crate::http::error::{Answer, EdgeError, log};
use crate::http::var;
use crate::metrics;
use futures_util::future::{Either, join, select};
use object::{Ask, Verdict};
use olympus_core::rate_limit::QuotaSettings;
use olympus_proto::{ErrorCode, LocationId};
use settings::{ClassLimits, Limits, OnFault};
use std::pin::pin;
use std::time::Duration;
use worker::{Delay, Env, Headers, Method, Request, RequestInit, Response};

const BINDING: &str = "LIMITER";
const VAR: &str = "LIMITS";
const PATIENCE: Duration = Duration::from_secs(1);

/// What is told of the tightest limit that was counted.
#[derive(Debug, Clone, Default)]
pub(crate) struct Told(Option<Verdict>);

impl Told {
    /// Sets the headers of an answer.
    pub(crate) fn dress(&self, response: Response) -> Answer {
        if response.status_code() == 101 {
            return Ok(response); // no client reads the headers of an upgrade
        }
        // Those of an object's answer are frozen.
        let headers = Headers::new();
        for (name, value) in response.headers().entries() {
            headers.append(&name, &value)?;
        }
        for (name, value) in self.0.iter().flat_map(Verdict::pairs) {
            headers.set(name, &value)?;
        }
        Ok(response.with_headers(headers))
    }

    /// Sets the headers of an error.
    pub(crate) fn dress_error(&self, error: EdgeError) -> EdgeError {
        let pairs = self.0.iter().flat_map(Verdict::pairs);
        pairs.fold(error, |error, (name, value)| error.with_header(name, value))
    }

    /// The tighter of two.
    pub(crate) fn and(self, other: Self) -> Self {
        match (self.0, other.0) {
            (Some(one), Some(two)) => Self(Some(if two.is_tighter(&one) { two } else { one })),
            (one, two) => Self(one.or(two)),
        }
    }
}

/// Counts against the address, before anything else is done for it.
pub(crate) async fn by_address(
    env: &Env,
    class: RateClass,
    address: Option<&str>,
) -> Result<Told, EdgeError> {
    let Some(limits) = of_class(env, class) else {
        return Ok(Told::default());
    };
    let key = address::key(address);
    one(env, class, &limits, "address", &key, limits.address).await
}

/// Counts against the caller and the location.
pub(crate) async fn by_caller(
    env: &Env,
    class: RateClass,
    principal: &Principal,
    location: &LocationId,
) -> Result<Told, EdgeError> {
    let Some(limits) = of_class(env, class) else {
        return Ok(Told::default());
    };
    let known = principal.scope.is_some();
    let placed = known && !location.as_str().is_empty();
    let token = limits.token.filter(|_| known);
    let place = limits.location.filter(|_| placed);
    let (token, place) = join(
        one(env, class, &limits, "token", &principal.id, token),
        one(env, class, &limits, "location", location.as_str(), place),
    )
    .await;
    Ok(token?.and(place?))
}

/// `None` where the class is never limited.
fn of_class(env: &Env, class: RateClass) -> Option<ClassLimits> {
    Limits::of(&var(env, VAR)).class(class)
}

async fn one(
    env: &Env,
    class: RateClass,
    limits: &ClassLimits,
    kind: &'static str,
    key: &str,
    quota: Option<QuotaSettings>,
) -> Result<Told, EdgeError> {
    let Some(quota) = quota else {
        return Ok(Told::default());
    };
    let name = format!("{}/{kind}/{key}", class.as_str());
    let ask = Ask {
        policy: format!("{}-{kind}", class.as_str()),
        quota,
        cost: 1,
    };
    let asked = pin!(send(env, &name, &ask));
    let verdict = match select(asked, pin!(Delay::from(PATIENCE))).await {
        Either::Left((verdict, _)) => verdict,
        Either::Right(_) => Err(EdgeError::upstream("the rate limiter", "no answer")),
    };
    match verdict {
        Ok(verdict) if verdict.admitted => Ok(Told(Some(verdict))),
        Ok(verdict) => Err(refused(kind, &verdict)),
        Err(error) => {
            let on_fault = limits.on_fault;
            metrics::count("edge_limiter_faults", &[("class", class.as_str())]);
            log(&format!(
                "the limiter failed ({}), {on_fault:?}",
                error.message
            ));
            match on_fault {
                OnFault::Open => Ok(Told::default()),
                OnFault::Closed => Err(EdgeError {
                    retry_after_s: Some(1),
                    ..EdgeError::new(
                        ErrorCode::NotReady,
                        "requests cannot be counted just now; try again",
                    )
                }),
            }
        }
    }
}

fn refused(kind: &str, verdict: &Verdict) -> EdgeError {
    let mut error = EdgeError::new(
        ErrorCode::RateLimited,
        format!("too many requests of this {kind}; wait as `retry-after` says"),
    );
    for (name, value) in verdict.pairs() {
        error = error.with_header(name, value);
    }
    error
}

async fn send(env: &Env, name: &str, ask: &Ask) -> Result<Verdict, EdgeError> {
    let failed = |error: worker::Error| EdgeError::upstream("the rate limiter", error);
    let body = serde_json::to_string(ask).map_err(EdgeError::internal)?;
    let mut init = RequestInit::new();
    init.with_method(Method::Post).with_body(Some(body.into()));
    let request =
        Request::new_with_init("https://limiter.internal/check", &init).map_err(failed)?;
    let stub = env
        .durable_object(BINDING)
        .and_then(|objects| objects.get_by_name(name))
        .map_err(failed)?;
    let mut response = stub.fetch_with_request(request).await.map_err(failed)?;
    if response.status_code() != 200 {
        let status = response.status_code();
        return Err(EdgeError::upstream(
            "the rate limiter",
            format!("status {status}"),
        ));
    }
    response.json().await.map_err(failed)
}
