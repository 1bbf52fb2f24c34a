use super::{Action, CallId, Event, Failure, Request};
use crate::route::{
    Ask, Cause, Confidence, Connectivity, Draw, Label, Moment, Opinion, Parity, Policy, Reason,
    RouteConfig, Router, Task,
};
use olympus_proto::Path;
use std::time::Duration;

/// A request under test, at a clock of its own.
struct Bench {
    router: Router,
    now: u64,
}

impl Bench {
    /// Local 10 ms, cloud 80 ms; some tokens in the budgets; nothing audited.
    fn new() -> Self {
        let mut config = RouteConfig::default();
        config.trust.audit_share = 0.0;
        config.intent.local_prior_ms = 10;
        let mut router = Router::new(config).expect("settings");
        for millis in 0..100 {
            let at = Moment::from_millis(millis);
            for task in Task::ALL {
                let paths = router.paths_mut(task);
                paths.record_local(Duration::from_millis(10), at);
                let ticket = paths.open(Cause::First, at).expect("open");
                let took = Some(Duration::from_millis(80));
                paths.close(
                    ticket,
                    crate::route::breaker::Outcome::Success,
                    took,
                    at,
                    Draw(0),
                );
                let _ = Router::begin(&mut router, local_only(task), at, Draw(0));
            }
        }
        Self { router, now: 1_000 }
    }

    fn begin(&mut self, policy: Policy) -> (Request, Vec<Action>) {
        self.ask(Ask {
            forced: Some(policy),
            ..Ask::new(Task::Intent)
        })
    }

    fn ask(&mut self, ask: Ask) -> (Request, Vec<Action>) {
        let at = Moment::from_millis(self.now);
        let (request, actions) = self.router.begin(ask, at, Draw(0));
        (request, done(&actions))
    }

    fn on(&mut self, request: &mut Request, millis: u64, event: Event) -> Vec<Action> {
        self.now = 1_000 + millis;
        let at = Moment::from_millis(self.now);
        done(&request.on(&mut self.router, event, at, Draw(0)))
    }
}

fn local_only(task: Task) -> Ask {
    Ask {
        forced: Some(Policy::LocalOnly),
        ..Ask::new(task)
    }
}

/// What is done, without when to look again.
fn done(actions: &[Action]) -> Vec<Action> {
    actions
        .iter()
        .copied()
        .filter(|action| !matches!(action, Action::WaitUntil(_)))
        .collect()
}

fn says(label: u64, confidence: f32) -> Opinion {
    Opinion {
        says: (label > 0).then_some(Label(label)),
        confidence: Confidence::new(confidence),
    }
}

const fn local(cause: Cause) -> Action {
    Action::StartLocal { cause }
}

const fn cloud(call: u32, timeout_ms: u64, cause: Cause) -> Action {
    Action::StartCloud {
        call: CallId(call),
        timeout: Duration::from_millis(timeout_ms),
        cause,
    }
}

const fn answer(path: Path, reason: Reason) -> Action {
    Action::Answer { path, reason }
}

const CALL: CallId = CallId(0);

#[test]
fn a_sure_local_answer_needs_no_cloud() {
    let mut bench = Bench::new();
    let (mut request, actions) = bench.begin(Policy::Auto);
    assert_eq!(actions, [local(Cause::First)]);
    let actions = bench.on(&mut request, 10, Event::Local(says(1, 0.9)));
    assert_eq!(actions, [answer(Path::Local, Reason::LocalConfident)]);
    assert!(request.is_settled());
}

#[test]
fn an_unsure_one_escalates_and_the_better_answer_wins() {
    for (opinion, expected) in [
        (says(2, 0.9), answer(Path::Cloud, Reason::CloudBetter)),
        (says(1, 0.9), answer(Path::Local, Reason::Agreed)),
        (says(2, 0.3), answer(Path::Local, Reason::LocalBetter)),
        (says(0, 0.9), answer(Path::Local, Reason::LocalBetter)),
    ] {
        let mut bench = Bench::new();
        let (mut request, _) = bench.begin(Policy::Auto);
        let actions = bench.on(&mut request, 10, Event::Local(says(1, 0.4)));
        assert_eq!(actions, [cloud(0, 285, Cause::Escalate)]);
        let actions = bench.on(&mut request, 90, Event::Cloud(CALL, opinion));
        assert_eq!(actions, [expected]);
        assert!(request.is_settled());
        assert_eq!(
            bench.router.snapshot(Task::Intent, Moment::START).in_flight,
            0
        );
    }
}

#[test]
fn the_deadline_takes_the_answer_in_hand() {
    let mut bench = Bench::new();
    let (mut request, _) = bench.begin(Policy::Auto);
    bench.on(&mut request, 10, Event::Local(says(1, 0.4)));
    assert_eq!(bench.on(&mut request, 294, Event::Tick), []);
    assert_eq!(
        bench.on(&mut request, 295, Event::Tick),
        [
            Action::CancelCloud { call: CALL },
            answer(Path::Local, Reason::CloudLate)
        ]
    );
    assert_eq!(
        bench.on(&mut request, 400, Event::Cloud(CALL, says(2, 1.0))),
        []
    );
    assert!(request.is_settled());
}

#[test]
fn no_escalation_without_time_and_the_wait_is_exact() {
    let mut bench = Bench::new();
    let (mut request, _) = bench.begin(Policy::PreferLocal);
    let at = Moment::from_millis(1_000);
    let woken = request.on(&mut bench.router, Event::Tick, at, Draw(0));
    let [Action::WaitUntil(silent)] = woken.as_slice() else {
        unreachable!("{woken:?}");
    };
    assert!(
        silent.since(at) < Duration::from_millis(11),
        "the local p99"
    );
    let (mut slow, _) = bench.begin(Policy::PreferLocal);
    bench
        .router
        .paths_mut(Task::Intent)
        .explored(Moment::from_millis(9_999));
    let actions = bench.on(&mut slow, 250, Event::Local(says(1, 0.4)));
    assert_eq!(actions, [answer(Path::Local, Reason::NoTime)]);
}

#[test]
fn cloud_first_starts_the_local_model_at_the_p95_or_at_the_last_moment() {
    for (tokens, at, cause) in [(true, 90, Cause::Hedge), (false, 280, Cause::LastCall)] {
        let mut bench = Bench::new();
        while !tokens && bench.router.take_hedge(Task::Intent) {}
        let (mut request, actions) = bench.begin(Policy::PreferCloud);
        assert_eq!(actions, [cloud(0, 295, Cause::First)]);
        assert_eq!(bench.on(&mut request, 70, Event::Tick), []);
        let mut actions = bench.on(&mut request, 90, Event::Tick);
        if at > 90 {
            assert_eq!(actions, []);
            actions = bench.on(&mut request, at, Event::Tick);
        }
        assert_eq!(actions, [local(cause)]);
        // Who prefers the cloud waits for it, with the local answer in hand.
        assert_eq!(
            bench.on(&mut request, at + 10, Event::Local(says(1, 0.9))),
            []
        );
        let actions = bench.on(&mut request, 295, Event::Tick);
        assert_eq!(
            actions.last(),
            Some(&answer(Path::Local, Reason::CloudLate))
        );
    }
}

#[test]
fn cloud_first_takes_a_sure_answer_and_asks_the_local_model_about_an_unsure_one() {
    let mut bench = Bench::new();
    let (mut request, _) = bench.begin(Policy::PreferCloud);
    let actions = bench.on(&mut request, 60, Event::Cloud(CALL, says(2, 0.9)));
    assert_eq!(actions, [answer(Path::Cloud, Reason::CloudFirst)]);
    assert!(request.is_settled());
    let (mut request, _) = bench.begin(Policy::PreferCloud);
    let actions = bench.on(&mut request, 120, Event::Cloud(CALL, says(0, 0.9)));
    assert_eq!(actions, [local(Cause::Fallback)]);
    let actions = bench.on(&mut request, 130, Event::Local(says(1, 0.3)));
    assert_eq!(actions, [answer(Path::Local, Reason::LocalBetter)]);
}

#[test]
fn a_failed_call_is_made_again_while_the_local_model_runs() {
    let mut bench = Bench::new();
    let (mut request, _) = bench.begin(Policy::PreferCloud);
    let failed = Event::CloudFailed(CALL, Failure::Unreachable);
    assert_eq!(bench.on(&mut request, 5, failed), [local(Cause::Fallback)]);
    let actions = bench.on(&mut request, 25, Event::Tick);
    assert_eq!(actions, [cloud(1, 270, Cause::Retry)]);
    assert_eq!(bench.on(&mut request, 26, Event::Local(says(1, 0.9))), []);
    let actions = bench.on(&mut request, 90, Event::Cloud(CallId(1), says(2, 0.8)));
    assert_eq!(actions, [answer(Path::Cloud, Reason::CloudFirst)]);
}

#[test]
fn what_is_refused_is_not_asked_again() {
    for (failure, reason) in [
        (Failure::Refused, Reason::CloudRefused),
        (
            Failure::Busy {
                retry_after: Some(Duration::from_secs(3)),
            },
            Reason::CloudBusy,
        ),
    ] {
        let mut bench = Bench::new();
        let (mut request, _) = bench.begin(Policy::Auto);
        bench.on(&mut request, 10, Event::Local(says(1, 0.4)));
        let actions = bench.on(&mut request, 20, Event::CloudFailed(CALL, failure));
        assert_eq!(actions, [answer(Path::Local, reason)]);
        assert!(request.is_settled());
    }
}

#[test]
fn a_failed_local_model_leaves_the_cloud() {
    let mut bench = Bench::new();
    let (mut request, _) = bench.begin(Policy::PreferLocal);
    let actions = bench.on(&mut request, 5, Event::LocalFailed);
    assert_eq!(actions, [cloud(0, 290, Cause::Fallback)]);
    let actions = bench.on(&mut request, 80, Event::Cloud(CALL, says(2, 0.2)));
    assert_eq!(actions, [answer(Path::Cloud, Reason::LocalFailed)]);
    let (mut request, _) = bench.begin(Policy::LocalOnly);
    let actions = bench.on(&mut request, 90, Event::LocalFailed);
    assert_eq!(
        actions,
        [Action::Fail {
            reason: Reason::LocalFailed
        }]
    );
}

#[test]
fn without_a_local_model_the_cloud_is_hedged_and_the_deadline_is_an_error() {
    let mut bench = Bench::new();
    let ask = Ask {
        local: false,
        deadline: Some(Duration::from_millis(300)),
        ..Ask::new(Task::Image)
    };
    let (mut request, actions) = bench.ask(ask);
    assert_eq!(actions, [cloud(0, 295, Cause::First)]);
    let actions = bench.on(&mut request, 90, Event::Tick);
    assert_eq!(actions, [cloud(1, 205, Cause::Hedge)]);
    let actions = bench.on(&mut request, 295, Event::Tick);
    assert_eq!(
        actions.last(),
        Some(&Action::Fail {
            reason: Reason::DeadlineExceeded
        })
    );
    assert!(request.is_settled());
    bench
        .router
        .set_connectivity(Connectivity::Offline, Moment::START);
    let (_, actions) = bench.ask(ask);
    assert_eq!(
        actions,
        [Action::Fail {
            reason: Reason::Offline
        }]
    );
}

#[test]
fn closed_parity_keeps_search_local_and_only_search() {
    let mut bench = Bench::new();
    bench.router.set_parity(Parity::Closed);
    for (task, first) in [
        (Task::Search, local(Cause::First)),
        (Task::Intent, cloud(0, 295, Cause::First)),
    ] {
        let (_, actions) = bench.ask(Ask {
            forced: Some(Policy::PreferCloud),
            ..Ask::new(task)
        });
        assert_eq!(actions, [first]);
    }
    let (mut request, _) = bench.ask(Ask::new(Task::Search));
    let actions = bench.on(&mut request, 10, Event::Local(says(1, 0.1)));
    assert_eq!(actions, [answer(Path::Local, Reason::ParityClosed)]);
}

#[test]
fn a_silent_local_model_is_hedged_by_the_cloud() {
    let mut bench = Bench::new();
    let (mut request, _) = bench.begin(Policy::Auto);
    let actions = bench.on(&mut request, 11, Event::Tick);
    assert_eq!(actions, [cloud(0, 284, Cause::Hedge)]);
    let actions = bench.on(&mut request, 90, Event::Cloud(CALL, says(2, 0.9)));
    assert_eq!(actions, [answer(Path::Cloud, Reason::Escalated)]);
    assert!(!request.is_settled(), "the local model still runs");
    assert_eq!(bench.on(&mut request, 99, Event::Local(says(2, 0.9))), []);
    assert!(request.is_settled());
}

#[test]
fn an_abandoned_request_gives_its_place_back() {
    let mut bench = Bench::new();
    let (request, _) = bench.begin(Policy::PreferCloud);
    let at = Moment::from_millis(1_001);
    assert_eq!(bench.router.snapshot(Task::Intent, at).in_flight, 1);
    request.abandon(&mut bench.router, at, Draw(0));
    assert_eq!(bench.router.snapshot(Task::Intent, at).in_flight, 0);
}

#[test]
fn events_out_of_order_or_twice_change_nothing() {
    let mut bench = Bench::new();
    let (mut request, _) = bench.begin(Policy::Auto);
    assert_eq!(
        bench.on(&mut request, 1, Event::Cloud(CallId(7), says(2, 1.0))),
        []
    );
    bench.on(&mut request, 10, Event::Local(says(1, 0.9)));
    for event in [
        Event::Local(says(3, 1.0)),
        Event::LocalFailed,
        Event::CloudFailed(CALL, Failure::Unreachable),
        Event::Tick,
    ] {
        assert_eq!(bench.on(&mut request, 500, event), []);
    }
}
