//! The router of this isolate, its settings, and the requests that it drives.
//!
//! Invariant: what a request holds is given back, also where the runtime dropped it.

use crate::http::error::EdgeError;
use crate::http::{time, var};
use olympus_core::route::{Action, Ask, Draw, Event, Moment, Policy, Request, RouteConfig, Router};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::Duration;
use worker::Env;

/// A request under way, and when it was certainly dropped.
#[derive(Debug)]
struct Open {
    request: Request,
    lost_at: Moment,
}

/// The routing of this isolate.
#[derive(Debug)]
pub(super) struct Routing {
    pub(super) router: Router,
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

    pub(super) fn begin(&mut self, ask: Ask, now: Moment, draw: Draw) -> (u64, Vec<Action>) {
        self.sweep(now, draw);
        let (request, actions) = self.router.begin(ask, now, draw);
        let id = self.next;
        self.next = self.next.wrapping_add(1);
        let lost_at = request.answer_by().after(LOST_AFTER);
        self.open.insert(id, Open { request, lost_at });
        (id, actions)
    }

    pub(super) fn on(&mut self, id: u64, event: Event, now: Moment, draw: Draw) -> Vec<Action> {
        let Some(open) = self.open.get_mut(&id) else {
            return Vec::new();
        };
        // An audit runs on after the answer's deadline.
        open.lost_at = open.lost_at.max(now.after(LOST_AFTER));
        open.request.on(&mut self.router, event, now, draw)
    }

    /// Whether nothing is awaited any more; forgets the request then.
    pub(super) fn is_settled(&mut self, id: u64) -> bool {
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
    config.search.policy = Policy::PreferCloud;
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
pub(super) fn with<R>(
    env: &Env,
    lend: impl FnOnce(&mut Routing, Moment) -> R,
) -> Result<R, EdgeError> {
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

pub(super) fn draw() -> Draw {
    let mut bytes = [0_u8; 8];
    // Without randomness the same decisions are made each time, which is no worse than late ones.
    let _ = getrandom::fill(&mut bytes);
    Draw(u64::from_le_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use super::{Routing, configured};
    use olympus_core::route::{Action, Ask, Draw, Event, Failure, Moment, Policy, Reason, Task};

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
}
