//! What every request shares.

use super::Limits;
use super::error::HttpError;
use crate::keys::{KeyRing, Scope};
use crate::metrics::Metrics;
use crate::routing::{Asking, Shell};
use crate::service::{Call, Service, ServiceError};
use crate::sync::Agent;
use crate::till::Handle;
use axum::extract::Extension;
use olympus_core::route::Policy;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};
use tokio::sync::{Semaphore, watch};

/// An answer of this device that is under way at the deadline is rather late than lost.
const LATEST: Duration = Duration::from_millis(100);

/// Shared by all connections.
#[derive(Debug)]
pub(crate) struct AppState {
    pub(crate) service: OnceLock<Arc<Service>>,
    /// Where a cloud is set up; there before the service is.
    pub(crate) shell: OnceLock<Arc<Shell>>,
    /// What sells.
    pub(crate) till: Handle,
    /// Who carries between the till and the cloud; where a Worker is set up.
    pub(crate) agent: OnceLock<Arc<Agent>>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) keys: KeyRing,
    /// Whether the server listens on loopback alone.
    pub(crate) loopback: bool,
    pub(crate) cors_origins: Vec<String>,
    /// Whether the menu comes from the cloud, and so is changed there.
    pub(crate) follows_menu: bool,
    pub(crate) limits: Limits,
    /// Calls that wait on a blocking thread.
    pub(crate) calls: Arc<Semaphore>,
    /// Bodies of class `Bulk` that are read or worked on.
    pub(crate) bulk: Semaphore,
    /// Bodies of class `Menu` that are read or worked on.
    pub(crate) menus: Semaphore,
    /// No new work: the server goes down.
    pub(crate) stopping: AtomicBool,
    /// Turns true when the server goes down: sockets that stay open end by it.
    pub(crate) stopped: watch::Receiver<bool>,
    /// Kitchen screens; each holds a socket.
    pub(crate) screens: Arc<Semaphore>,
    /// Work that takes long must end now.
    pub(crate) abort: AtomicBool,
    pub(crate) ids: RequestIds,
}

/// One request, as its handler sees it.
#[derive(Debug, Clone)]
pub(crate) struct Ctx {
    pub(crate) call: Call,
    /// `x-route-policy`.
    pub(crate) forced: Option<Policy>,
    /// Of the key; `None` where none was asked for.
    pub(crate) scope: Option<Scope>,
}

/// Extracts what the outermost layer put in.
pub(crate) type Context = Extension<Ctx>;

impl AppState {
    /// On loopback and for no other origin; the service is not loaded yet.
    pub(super) fn new(
        till: Handle,
        metrics: Arc<Metrics>,
        keys: KeyRing,
        limits: Limits,
        stopped: watch::Receiver<bool>,
    ) -> Self {
        Self {
            service: OnceLock::new(),
            shell: OnceLock::new(),
            till,
            agent: OnceLock::new(),
            metrics,
            keys,
            loopback: true,
            cors_origins: Vec::new(),
            follows_menu: false,
            calls: Arc::new(Semaphore::new(limits.max_calls)),
            bulk: Semaphore::new(limits.max_bulk),
            menus: Semaphore::new(limits.max_menus),
            screens: Arc::new(Semaphore::new(limits.max_screens)),
            limits,
            stopping: AtomicBool::new(false),
            stopped,
            abort: AtomicBool::new(false),
            ids: RequestIds::new(),
        }
    }

    /// The service, once it is loaded.
    pub(crate) fn service(&self) -> Result<Arc<Service>, HttpError> {
        self.service
            .get()
            .cloned()
            .ok_or_else(|| ServiceError::NotReady("the model is being loaded").into())
    }

    /// Runs a question on a blocking thread; nobody waits past the deadline.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        ctx: &Ctx,
        question: impl FnOnce(&Service, &Call) -> Result<T, ServiceError> + Send + 'static,
    ) -> Result<T, HttpError> {
        let mut call = ctx.call.clone();
        let deadline = call
            .deadline
            .unwrap_or(call.started + self.limits.default_deadline);
        call.deadline = Some(deadline);
        let answer = self.blocking(move |service| question(service, &call));
        match tokio::time::timeout_at(deadline.into(), answer).await {
            Ok(answer) => answer,
            Err(_) => Err(ServiceError::DeadlineExceeded.into()),
        }
    }

    /// Routes a question where a cloud is set up: between this device and it. Nobody waits past
    /// the deadline.
    pub(crate) async fn route<Q, T>(
        &self,
        ctx: &Ctx,
        question: Q,
        routed: impl AsyncFnOnce(&Arc<Shell>, &Asking, Q) -> Result<T, Arc<ServiceError>>,
        here: impl FnOnce(&Service, &Call, &Q) -> Result<T, ServiceError> + Send + 'static,
    ) -> Result<T, HttpError>
    where
        Q: Send + 'static,
        T: Send + 'static,
    {
        let Some(shell) = self.shell.get() else {
            return self
                .ask(ctx, move |service, call| here(service, call, &question))
                .await;
        };
        let mut call = ctx.call.clone();
        let deadline = call
            .deadline
            .unwrap_or(call.started + self.limits.default_deadline);
        let asking = Asking {
            service: self.service()?,
            deadline: call.deadline.replace(deadline),
            forced: ctx.forced,
            call,
        };
        let answer = routed(shell, &asking, question);
        // Routing answers by the deadline; this is for where it cannot.
        let outer = (deadline + LATEST).into();
        match tokio::time::timeout_at(outer, answer).await {
            Ok(answer) => answer.map_err(|error| HttpError::from(&*error)),
            Err(_) => Err(ServiceError::DeadlineExceeded.into()),
        }
    }

    /// Tells the cloud half of a change, where there is one.
    pub(crate) fn tell(&self, what: impl FnOnce(&Shell)) {
        if let Some(shell) = self.shell.get() {
            what(shell);
        }
    }

    /// Runs a change to its end, so that the answer always tells what came of it.
    pub(crate) async fn change<T: Send + 'static>(
        self: &Arc<Self>,
        ctx: &Ctx,
        change: impl FnOnce(&Service, &GoOn) -> Result<T, ServiceError> + Send + 'static,
    ) -> Result<T, HttpError> {
        let go_on = GoOn {
            state: Arc::clone(self),
            call: ctx.call.clone(),
        };
        self.blocking(move |service| change(service, &go_on)).await
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Service) -> Result<T, ServiceError> + Send + 'static,
    ) -> Result<T, HttpError> {
        let service = self.service()?;
        let permit = Arc::clone(&self.calls)
            .try_acquire_owned()
            .map_err(|_| HttpError::overloaded("too many requests are being answered"))?;
        let done = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            work(&service)
        });
        match done.await {
            Ok(answer) => answer.map_err(HttpError::from),
            Err(error) => Err(ServiceError::Encoder(error.to_string()).into()),
        }
    }
}

/// Asked by long changes whether they should still happen.
#[derive(Debug)]
pub(crate) struct GoOn {
    state: Arc<AppState>,
    call: Call,
}

impl GoOn {
    /// # Errors
    /// `DeadlineExceeded`, or `NotReady` where the server goes down.
    pub(crate) fn check(&self) -> Result<(), ServiceError> {
        if self.state.abort.load(Ordering::Relaxed) {
            return Err(ServiceError::NotReady("shutting down; nothing was applied"));
        }
        self.call.check()
    }
}

/// Ids that no two requests of any two runs share.
#[derive(Debug)]
pub(crate) struct RequestIds {
    run: String,
    next: AtomicU64,
}

impl RequestIds {
    pub(crate) fn new() -> Self {
        let mut bytes = [0; 4];
        // Without randomness ids are still unique within the run.
        if let Err(error) = getrandom::fill(&mut bytes) {
            tracing::warn!(%error, "request ids are not unique between runs");
        }
        Self {
            run: crate::keys::hex(&bytes),
            next: AtomicU64::new(1),
        }
    }

    /// The client's own id where it is harmless, or a new one.
    pub(crate) fn take(&self, sent: Option<&str>) -> String {
        match sent {
            Some(id) if is_harmless(id) => id.to_owned(),
            _ => format!("{}-{}", self.run, self.next.fetch_add(1, Ordering::Relaxed)),
        }
    }
}

fn is_harmless(id: &str) -> bool {
    (1..=128).contains(&id.len())
        && id
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}

/// `x-deadline-ms`: 1 to 60,000.
pub(crate) fn deadline(header: &str, started: Instant) -> Result<Instant, HttpError> {
    match header.trim().parse::<u64>() {
        Ok(ms) if (1..=60_000).contains(&ms) => Ok(started + Duration::from_millis(ms)),
        _ => Err(HttpError::invalid(
            "x-deadline-ms must be a whole number from 1 to 60000",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::{RequestIds, deadline};
    use std::time::{Duration, Instant};

    #[test]
    fn harmless_ids_are_kept_and_others_replaced() {
        let ids = RequestIds::new();
        assert_eq!(ids.take(Some("till-7.a_b")), "till-7.a_b");
        let long = "x".repeat(129);
        for bad in ["", "a b", "a\"", "é", long.as_str()] {
            assert_ne!(ids.take(Some(bad)), bad);
        }
        assert_ne!(ids.take(None), ids.take(None));
    }

    #[test]
    fn deadlines_have_bounds() {
        let now = Instant::now();
        assert_eq!(
            deadline("250", now).expect("is one"),
            now + Duration::from_millis(250)
        );
        for bad in ["0", "60001", "-1", "1.5", "", "soon"] {
            assert!(deadline(bad, now).is_err(), "{bad}");
        }
    }
}
