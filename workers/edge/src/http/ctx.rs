//! What a handler knows of its request.

use super::endpoint::Endpoint;
use crate::auth::Principal;
use olympus_proto::LocationId;
use std::future::Future;
use std::rc::Rc;
use worker::{Context, Env};

/// Work that goes on after the answer.
#[derive(Debug, Clone)]
pub(crate) struct ExecHandle(Rc<Context>);

impl ExecHandle {
    pub(crate) fn new(context: Context) -> Self {
        Self(Rc::new(context))
    }

    /// Keeps the Worker alive until `work` is done, without holding the answer up.
    pub(crate) fn wait_until(&self, work: impl Future<Output = ()> + 'static) {
        self.0.wait_until(work);
    }
}

/// One request, after it was let in.
#[derive(Debug)]
pub(crate) struct Ctx {
    pub(crate) env: Env,
    pub(crate) exec: ExecHandle,
    pub(crate) endpoint: Endpoint,
    pub(crate) request_id: String,
    /// Empty where the route has none.
    pub(crate) location: LocationId,
    /// Parameters of the path after the location, in order, decoded.
    pub(crate) params: Vec<String>,
    pub(crate) principal: Principal,
    pub(crate) started_ms: u64,
}

impl Ctx {
    /// A parameter of the path; empty where the route has fewer.
    pub(crate) fn param(&self, index: usize) -> &str {
        self.params.get(index).map_or("", String::as_str)
    }
}
