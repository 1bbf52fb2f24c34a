//! What a request is told and what it asks for.

use crate::route::answer::Opinion;
use crate::route::reason::{Cause, Reason};
use crate::route::time::Moment;
use olympus_proto::Path;
use std::time::Duration;

/// Names a cloud call within its request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallId(pub u32);

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Event {
    /// The local model answered.
    Local(Opinion),
    /// The local model failed.
    LocalFailed,
    /// A cloud call answered.
    Cloud(CallId, Opinion),
    /// A cloud call failed.
    CloudFailed(CallId, Failure),
    /// The moment of a [`Action::WaitUntil`] has come, or any other moment.
    Tick,
}

/// How a cloud call failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// No answer: not reached, cut, a 5xx, or an answer that cannot be read.
    Unreachable,
    /// 429 or 503 for want of capacity.
    Busy {
        /// `Retry-After`, where it was sent.
        retry_after: Option<Duration>,
    },
    /// Another 4xx: the line is up and the request at fault, so another try is no use.
    Refused,
}

/// What the shell has to do, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Run the local model; report [`Event::Local`] or [`Event::LocalFailed`].
    StartLocal {
        /// Why.
        cause: Cause,
    },
    /// Call the cloud; report [`Event::Cloud`] or [`Event::CloudFailed`].
    StartCloud {
        /// Names the call.
        call: CallId,
        /// After which the call is called off.
        timeout: Duration,
        /// Why.
        cause: Cause,
    },
    /// Call off a call; its events are of no more use.
    CancelCloud {
        /// The call.
        call: CallId,
    },
    /// Give this path's answer to whoever waits.
    Answer {
        /// Whose.
        path: Path,
        /// Why.
        reason: Reason,
    },
    /// Give an error: there is no answer, and none to come.
    Fail {
        /// Why.
        reason: Reason,
    },
    /// Report [`Event::Tick`] then, unless another event comes first. Replaces the last one.
    WaitUntil(Moment),
}
