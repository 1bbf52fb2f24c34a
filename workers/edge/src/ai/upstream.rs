//! Drives `core::route` in the Worker: when a model is called, called again or left alone, and
//! what is answered where it is not.
//!
//! One router an isolate. Invariants: it is never borrowed over an await; a request that the
//! runtime dropped in the middle gives its place back. A request is driven beyond its answer, and
//! where its client went away, because what the call then tells keeps the breaker right.

use super::fault::UpstreamError;
use crate::http::ctx::Ctx;
use crate::http::error::{EdgeError, log};
use crate::http::{time, var};
use crate::metrics;
use futures_util::future::{Either, LocalBoxFuture, select};
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt as _, StreamExt as _};
use olympus_core::route::{
    Action, Ask, CallId, Draw, Event, Moment, Opinion, Reason, Request, RouteConfig, Router, Task,
};
use olympus_proto::{ErrorCode, Path};
use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;
use std::time::Duration;
use tokio::sync::oneshot;
use worker::{Delay, Env};

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
        let cause = none
            .error
            .as_ref()
            .map_or_else(String::new, ToString::to_string);
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
            Reason::LocalOnly => Self::invalid(
                "x-route-policy: local_only leaves nothing that could answer here; leave it out",
            ),
            _ => Self::upstream("the model", cause),
        }
    }
}

/// A request under way, and when it was certainly dropped.
#[derive(Debug)]
struct Open {
    request: Request,
    lost_at: Moment,
}

/// The routing of this isolate.
#[derive(Debug)]
struct Routing {
    router: Router,
    open: BTreeMap<u64, Open>,
    next: u64,
    started_ms: u64,
}

/// After its deadline, a request that is heard nothing of for so long was dropped.
const LOST_AFTER: Duration = Duration::from_secs(5);

thread_local! {
    static ROUTING: RefCell<Option<Routing>> = const { RefCell::new(None) };
}

impl Routing {
    fn new(config: RouteConfig, started_ms: u64) -> Result<Self, String> {
        Ok(Self {
            router: Router::new(config).map_err(|error| error.to_string())?,
            open: BTreeMap::new(),
            next: 0,
            started_ms,
        })
    }

    fn begin(&mut self, ask: Ask, now: Moment, draw: Draw) -> (u64, Vec<Action>) {
        self.sweep(now, draw);
        let (request, actions) = self.router.begin(ask, now, draw);
        let id = self.next;
        self.next = self.next.wrapping_add(1);
        let lost_at = request.answer_by().after(LOST_AFTER);
        self.open.insert(id, Open { request, lost_at });
        (id, actions)
    }

    fn on(&mut self, id: u64, event: Event, now: Moment, draw: Draw) -> Vec<Action> {
        let Some(open) = self.open.get_mut(&id) else {
            return Vec::new();
        };
        // An audit runs on after the answer's deadline.
        open.lost_at = open.lost_at.max(now.after(LOST_AFTER));
        open.request.on(&mut self.router, event, now, draw)
    }

    /// Whether nothing is awaited any more; forgets the request then.
    fn is_settled(&mut self, id: u64) -> bool {
        let settled = self
            .open
            .get(&id)
            .is_none_or(|open| open.request.is_settled());
        if settled {
            self.open.remove(&id);
        }
        settled
    }

    /// Gives back what dropped requests hold.
    fn sweep(&mut self, now: Moment, draw: Draw) {
        let lost: Vec<u64> = self
            .open
            .iter()
            .filter(|(_, open)| open.lost_at < now)
            .map(|(id, _)| *id)
            .collect();
        for id in lost {
            if let Some(open) = self.open.remove(&id) {
                open.request.abandon(&mut self.router, now, draw);
            }
        }
    }
}

/// How requests are routed where `ROUTE` says nothing: the models are the only ones here, so all
/// there is for them is time; a search has the words of the menu besides.
fn edge_defaults() -> RouteConfig {
    let mut config = RouteConfig::default();
    config.intent.deadline_ms = 5_000;
    config.intent.cloud_prior_ms = 800;
    config.search.deadline_ms = 1_000;
    config.search.policy = olympus_core::route::Policy::PreferCloud;
    config.search.cloud_prior_ms = 200;
    config.search.most_in_flight = 64;
    config.image.deadline_ms = 15_000;
    config.image.cloud_prior_ms = 3_000;
    config
}

/// The defaults with what `told` (JSON) changes of them.
fn configured(told: &str) -> Result<RouteConfig, String> {
    let mut config = serde_json::to_value(edge_defaults()).map_err(|error| error.to_string())?;
    if !told.trim().is_empty() {
        let told: serde_json::Map<String, serde_json::Value> =
            serde_json::from_str(told).map_err(|error| error.to_string())?;
        merge(&mut config, told.into());
    }
    let config: RouteConfig = serde_json::from_value(config).map_err(|error| error.to_string())?;
    config.check().map_err(|error| error.to_string())?;
    Ok(config)
}

fn merge(into: &mut serde_json::Value, told: serde_json::Value) {
    match (into, told) {
        (serde_json::Value::Object(into), serde_json::Value::Object(told)) => {
            for (key, value) in told {
                merge(into.entry(key).or_insert(serde_json::Value::Null), value);
            }
        }
        (into, told) => *into = told,
    }
}

/// Lends the isolate's routing, made by the var `ROUTE` at the first call.
fn with<R>(env: &Env, lend: impl FnOnce(&mut Routing, Moment) -> R) -> Result<R, EdgeError> {
    ROUTING.with_borrow_mut(|slot| {
        let now_ms = time::now_ms();
        if slot.is_none() {
            let made = configured(&var(env, "ROUTE"))
                .and_then(|config| Routing::new(config, now_ms))
                .map_err(|error| EdgeError::internal(format!("the var ROUTE: {error}")))?;
            *slot = Some(made);
        }
        let routing = slot
            .as_mut()
            .ok_or_else(|| EdgeError::internal("no routing"))?;
        let now = Moment::from_millis(now_ms.saturating_sub(routing.started_ms));
        Ok(lend(routing, now))
    })
}

fn draw() -> Draw {
    let mut bytes = [0_u8; 8];
    // Without randomness the same decisions are made each time, which is no worse than late ones.
    let _ = getrandom::fill(&mut bytes);
    Draw(u64::from_le_bytes(bytes))
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
    let (id, actions) = with(&ctx.env, |routing, now| routing.begin(ask, now, draw()))?;
    let (sender, receiver) = oneshot::channel();
    let task = ask.task;
    let driver = Driver {
        env: ctx.env.clone(),
        task,
        id,
        local,
        cloud,
        calls: FuturesUnordered::new(),
        cancelled: Vec::new(),
        local_said: None,
        cloud_said: None,
        error: None,
        wake: None,
        sender: Some(sender),
    };
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

type Call<T> = LocalBoxFuture<'static, (CallId, Result<Said<T>, UpstreamError>)>;

/// One request on its way.
struct Driver<T> {
    env: Env,
    task: Task,
    id: u64,
    local: Option<Local<T>>,
    cloud: Cloud<T>,
    calls: FuturesUnordered<Call<T>>,
    cancelled: Vec<CallId>,
    local_said: Option<T>,
    cloud_said: Option<T>,
    error: Option<UpstreamError>,
    wake: Option<Moment>,
    sender: Option<oneshot::Sender<Result<Routed<T>, NoAnswer>>>,
}

impl<T: 'static> Driver<T> {
    async fn run(mut self, actions: Vec<Action>) {
        let mut actions = actions;
        loop {
            self.act(actions);
            let state = with(&self.env, |routing, now| (routing.is_settled(self.id), now));
            let Ok((false, now)) = state else {
                return;
            };
            let Some(event) = self.next_event(now).await else {
                log("a routed request waits for nothing");
                return;
            };
            actions = self.on(event);
        }
    }

    fn on(&self, event: Event) -> Vec<Action> {
        let told = with(&self.env, |routing, now| {
            routing.on(self.id, event, now, draw())
        });
        told.unwrap_or_default()
    }

    /// Does the actions, and those that follow from them at once.
    fn act(&mut self, actions: Vec<Action>) {
        let mut due = VecDeque::from(actions);
        while let Some(action) = due.pop_front() {
            match action {
                Action::StartLocal { .. } => {
                    let event = match self.local.take().and_then(|run| run()) {
                        Some(said) => {
                            self.local_said = Some(said.value);
                            Event::Local(said.opinion)
                        }
                        None => Event::LocalFailed,
                    };
                    due.extend(self.on(event));
                }
                Action::StartCloud { call, cause, .. } => {
                    let labels = [("task", self.task.as_str()), ("cause", cause.as_str())];
                    metrics::count("edge_route_calls", &labels);
                    let answer = (self.cloud)();
                    self.calls
                        .push(answer.map(move |said| (call, said)).boxed_local());
                }
                Action::CancelCloud { call } => self.cancelled.push(call),
                Action::Answer { path, reason } => self.give(path, reason),
                Action::Fail { reason } => self.send(Err(NoAnswer {
                    reason,
                    error: self.error.clone(),
                })),
                Action::WaitUntil(at) => self.wake = Some(at),
            }
        }
    }

    fn give(&mut self, path: Path, reason: Reason) {
        let value = match path {
            Path::Local => self.local_said.take(),
            Path::Cloud => self.cloud_said.take(),
        };
        let answer = match value {
            Some(value) => Ok(Routed {
                value,
                path,
                reason,
            }),
            None => Err(NoAnswer {
                reason,
                error: self.error.clone(),
            }),
        };
        self.send(answer);
    }

    fn send(&mut self, answer: Result<Routed<T>, NoAnswer>) {
        if let Some(sender) = self.sender.take() {
            // Nobody may wait any more.
            let _ = sender.send(answer);
        }
    }

    /// The next thing that happens; `None` where nothing can.
    async fn next_event(&mut self, now: Moment) -> Option<Event> {
        let timer = self
            .wake
            .map(|at| Delay::from(at.since(now).max(Duration::from_millis(1))));
        let finished = match timer {
            Some(timer) if self.calls.is_empty() => {
                timer.await;
                return Some(Event::Tick);
            }
            Some(timer) => match select(self.calls.next(), Box::pin(timer)).await {
                Either::Left((finished, _)) => finished,
                Either::Right(_) => return Some(Event::Tick),
            },
            None => self.calls.next().await,
        };
        let (call, said) = finished?;
        if self.cancelled.contains(&call) {
            return Some(Event::Tick);
        }
        Some(match said {
            Ok(said) => {
                self.cloud_said.get_or_insert(said.value);
                Event::Cloud(call, said.opinion)
            }
            Err(error) => {
                let failure = error.as_failure();
                self.error = Some(error);
                Event::CloudFailed(call, failure)
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{NoAnswer, Routing, configured};
    use crate::ai::fault::UpstreamError;
    use crate::http::error::EdgeError;
    use olympus_core::route::{Action, Ask, Draw, Event, Failure, Moment, Policy, Reason, Task};
    use olympus_proto::ErrorCode;
    use std::time::Duration;

    const CLOUD_ONLY: Ask = Ask {
        task: Task::Image,
        local: false,
        deadline: None,
        forced: None,
    };

    #[test]
    fn settings_lie_over_the_defaults_of_the_edge() {
        let config = configured("").expect("defaults");
        assert_eq!(config.search.policy, Policy::PreferCloud);
        let config = configured(r#"{"search":{"deadline-ms":400},"margin-ms":3}"#).expect("told");
        assert_eq!((config.search.deadline_ms, config.margin_ms), (400, 3));
        assert_eq!(config.search.policy, Policy::PreferCloud);
        for bad in [
            "[]",
            "{",
            r#"{"serch":{}}"#,
            r#"{"search":{"deadline-ms":1}}"#,
        ] {
            assert!(configured(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_request_that_was_dropped_gives_its_place_back() {
        let config = configured(r#"{"image":{"most-in-flight":1}}"#).expect("told");
        let mut routing = Routing::new(config, 0).expect("works");
        let at = Moment::from_millis;
        let (_, first) = routing.begin(CLOUD_ONLY, at(0), Draw(1));
        assert!(matches!(first.first(), Some(Action::StartCloud { .. })));
        let (refused, actions) = routing.begin(CLOUD_ONLY, at(10), Draw(2));
        let shed = Action::Fail {
            reason: Reason::Shed,
        };
        assert_eq!(actions.first(), Some(&shed));
        assert!(routing.is_settled(refused));
        // Nothing was ever heard of the first one.
        let (_, after) = routing.begin(CLOUD_ONLY, at(25_000), Draw(3));
        assert!(matches!(after.first(), Some(Action::StartCloud { .. })));
    }

    #[test]
    fn an_open_breaker_refuses_at_once() {
        let mut routing = Routing::new(configured("").expect("defaults"), 0).expect("works");
        let mut refused = None;
        for n in 0..40 {
            let now = Moment::from_millis(n);
            let (id, actions) = routing.begin(CLOUD_ONLY, now, Draw(n));
            let Some(Action::StartCloud { call, .. }) = actions.first().copied() else {
                refused = actions.first().copied();
                break;
            };
            let event = Event::CloudFailed(call, Failure::Unreachable);
            let _ = routing.on(id, event, now, Draw(n));
        }
        let reason = Reason::BreakerOpen;
        assert_eq!(refused, Some(Action::Fail { reason }));
    }

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
        assert_eq!(failed.code, ErrorCode::UpstreamFailed);
        assert!(!failed.message.contains("10.0.0.7"));
    }
}
