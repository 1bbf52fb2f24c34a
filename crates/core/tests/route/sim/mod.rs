//! A discrete-event simulator: the router and its requests in a world of its own time, driven by
//! events just as the shells drive them. Shared by the tests and by the example that plots a run.

pub(crate) mod rng;
pub(crate) mod scenario;
pub(crate) mod trace;
pub(crate) mod world;

use olympus_core::route::{
    Action, Ask, CallId, Draw, Event, Failure, Moment, Opinion, Request, Role, Router,
    SingleFlight, Task,
};
use olympus_proto::Path;
use rng::Rng;
use scenario::Scenario;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::time::Duration;
use trace::{CallMade, Done, Run, Sample};
use world::{Fate, TRUTH};

const SAMPLE_EVERY_MS: f64 = 100.0;

/// Mistakes of a shell, to see that they are found.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ShellFaults {
    /// Timers never fire.
    pub(crate) drops_timers: bool,
    /// `Retry-After` is not passed on.
    pub(crate) drops_retry_after: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
enum Happening {
    Arrives,
    /// Something for a request.
    Tells(usize, Told),
    Samples,
}

#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
enum Told {
    Local,
    Cloud(CallId, f32, Option<u64>),
    Failed(CallId),
    Busy(CallId, Option<u64>),
    /// The timer of this number; only the latest counts.
    Timer(u32),
}

/// In order of time, then of scheduling.
struct Scheduled {
    at: Duration,
    number: u64,
    what: Happening,
}

impl PartialEq for Scheduled {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}
impl Eq for Scheduled {}
impl PartialOrd for Scheduled {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Scheduled {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.number).cmp(&(other.at, other.number))
    }
}

/// A request under way, and what the shell keeps of it.
struct Driven {
    request: Request,
    timer: u32,
    local: Option<Opinion>,
    cloud: Option<Opinion>,
    key: Option<u64>,
}

pub(crate) struct Simulator<'a> {
    scenario: &'a Scenario,
    rng: Rng,
    router: Router,
    flights: SingleFlight<u64, usize>,
    queue: BinaryHeap<Reverse<Scheduled>>,
    scheduled: u64,
    now: Duration,
    driven: HashMap<usize, Driven>,
    told_until_ms: f64,
    run: Run,
}

/// Runs a scenario to its end.
pub(crate) fn simulate(scenario: &Scenario, seed: u64) -> Run {
    let mut simulator = Simulator {
        scenario,
        rng: Rng::new(seed),
        // Planted faults are settings that would be refused.
        router: Router::unchecked(scenario.config.clone()),
        flights: SingleFlight::new(1_024, 64),
        queue: BinaryHeap::new(),
        scheduled: 0,
        now: Duration::ZERO,
        driven: HashMap::new(),
        told_until_ms: 0.0,
        run: Run::default(),
    };
    simulator.schedule(0.0, Happening::Arrives);
    simulator.schedule(0.0, Happening::Samples);
    while let Some(Reverse(next)) = simulator.queue.pop() {
        simulator.now = next.at;
        simulator.happens(next.what);
    }
    simulator.run.unsettled = simulator.driven.len();
    simulator.run
}

impl Simulator<'_> {
    fn now_ms(&self) -> f64 {
        self.now.as_secs_f64() * 1_000.0
    }

    fn schedule(&mut self, in_ms: f64, what: Happening) {
        self.scheduled += 1;
        self.queue.push(Reverse(Scheduled {
            at: self.now + Duration::from_secs_f64(in_ms.max(0.0) / 1_000.0),
            number: self.scheduled,
            what,
        }));
    }

    fn happens(&mut self, what: Happening) {
        let over = self.now_ms() >= self.scenario.lasts_ms as f64;
        match what {
            Happening::Arrives => {
                if !over {
                    self.arrives();
                    let gap = self.rng.exponential(1_000.0 / self.scenario.per_second);
                    self.schedule(gap, Happening::Arrives);
                }
            }
            Happening::Tells(index, told) => self.tells(index, told),
            Happening::Samples => {
                if !over {
                    self.sample();
                    self.schedule(SAMPLE_EVERY_MS, Happening::Samples);
                }
            }
        }
    }

    fn sample(&mut self) {
        let snapshot = self
            .router
            .snapshot(self.scenario.task, Moment::new(self.now));
        self.run.samples.push(Sample {
            at_ms: self.now_ms(),
            breaker: snapshot.breaker,
            standing: snapshot.standing,
            cloud_p95_ms: snapshot.cloud.p95.as_secs_f64() * 1_000.0,
        });
    }

    fn arrives(&mut self) {
        let world = &self.scenario.world;
        let at_ms = self.now_ms();
        let index = self.run.requests.len();
        self.run.requests.push(Done {
            at_ms,
            deadline_ms: self.scenario.deadline_ms as f64,
            has_local: self.scenario.has_local,
            hard: self.rng.chance(world.hard),
            answered_ms: None,
            path: None,
            reason: None,
            right: false,
            local_ms: world.local_ms(at_ms, &mut self.rng),
            local_works: !self.rng.chance(world.local_failing),
            calls: Vec::new(),
            followed: false,
        });
        // Some questions are asked by several at once.
        let popular = self.rng.chance(self.scenario.popular);
        let key = popular.then(|| self.rng.bits() % 3);
        let deadline = Duration::from_millis(self.scenario.deadline_ms);
        if let Some(key) = key {
            let answer_by = Moment::new(self.now).after(deadline);
            match self.flights.join(key, index, answer_by) {
                Role::Leader => self.begin(index, Some(key)),
                Role::Follower => {}
                Role::Alone(_) => self.begin(index, None),
            }
        } else {
            self.begin(index, None);
        }
    }

    fn begin(&mut self, index: usize, key: Option<u64>) {
        let ask = Ask {
            task: self.scenario.task,
            local: self.scenario.has_local,
            deadline: Some(Duration::from_millis(self.scenario.deadline_ms)),
            forced: Some(self.scenario.policy),
        };
        let draw = Draw(self.rng.bits());
        let (request, actions) = self.router.begin(ask, Moment::new(self.now), draw);
        let driven = Driven {
            request,
            timer: 0,
            local: None,
            cloud: None,
            key,
        };
        self.driven.insert(index, driven);
        self.does(index, &actions);
    }

    fn tells(&mut self, index: usize, told: Told) {
        let Some(mut driven) = self.driven.remove(&index) else {
            return;
        };
        let event = match told {
            Told::Timer(number) if number != driven.timer => {
                self.driven.insert(index, driven);
                return;
            }
            Told::Timer(_) => Event::Tick,
            Told::Local => self.local_event(index, &mut driven),
            Told::Cloud(call, confidence, says) => {
                let opinion = Opinion {
                    says: says.map(olympus_core::route::Label),
                    confidence: olympus_core::route::Confidence::new(confidence),
                };
                driven.cloud.get_or_insert(opinion);
                Event::Cloud(call, opinion)
            }
            Told::Failed(call) => Event::CloudFailed(call, Failure::Unreachable),
            Told::Busy(call, wait_ms) => {
                if let Some(wait_ms) = wait_ms {
                    self.told_until_ms = self.told_until_ms.max(self.now_ms() + wait_ms as f64);
                }
                let passed_on = wait_ms.filter(|_| !self.scenario.shell.drops_retry_after);
                let retry_after = passed_on.map(Duration::from_millis);
                Event::CloudFailed(call, Failure::Busy { retry_after })
            }
        };
        self.run.note(&format!("{:?} {index} {event:?}", self.now));
        let draw = Draw(self.rng.bits());
        let now = Moment::new(self.now);
        let actions = driven.request.on(&mut self.router, event, now, draw);
        self.driven.insert(index, driven);
        self.does(index, &actions);
    }

    fn local_event(&mut self, index: usize, driven: &mut Driven) -> Event {
        let done = &self.run.requests[index];
        if !done.local_works {
            return Event::LocalFailed;
        }
        let world = &self.scenario.world;
        let skill = if done.hard {
            &world.local_hard
        } else {
            &world.local_easy
        };
        let opinion = skill.opinion(&mut self.rng);
        driven.local = Some(opinion);
        Event::Local(opinion)
    }

    fn does(&mut self, index: usize, actions: &[Action]) {
        for action in actions {
            self.run.note(&format!("{action:?}"));
            match *action {
                Action::StartLocal { cause } => {
                    let takes = self.run.requests[index].local_ms;
                    self.run.local_starts.push((self.now_ms(), cause));
                    self.schedule(takes, Happening::Tells(index, Told::Local));
                }
                Action::StartCloud { call, cause, .. } => self.calls(index, call, cause),
                // The simulated cloud keeps its answers for later; they are not listened to.
                Action::CancelCloud { .. } => {}
                Action::Answer { path, reason } => self.answered(index, Some(path), reason),
                Action::Fail { reason } => self.answered(index, None, reason),
                Action::WaitUntil(at) => {
                    let driven = self.driven.get_mut(&index).expect("driven");
                    driven.timer += 1;
                    let timer = Told::Timer(driven.timer);
                    // Timers are never early and mostly a little late.
                    let late = self.rng.between(0.0, 3.0);
                    let wait = at.since(Moment::new(self.now)).as_secs_f64() * 1_000.0;
                    if !self.scenario.shell.drops_timers {
                        self.schedule(wait + late, Happening::Tells(index, timer));
                    }
                }
            }
        }
        if self.driven[&index].request.is_settled() {
            self.driven.remove(&index);
        }
    }

    fn calls(&mut self, index: usize, call: CallId, cause: olympus_core::route::Cause) {
        let at_ms = self.now_ms();
        let snapshot = self
            .router
            .snapshot(self.scenario.task, Moment::new(self.now));
        self.run.requests[index].calls.push(cause);
        self.run.calls.push(CallMade {
            at_ms,
            cause,
            in_flight: snapshot.in_flight as usize,
            told_until_ms: self.told_until_ms,
        });
        let (takes_ms, fate) = self.scenario.world.call(at_ms, &mut self.rng);
        let told = match fate {
            Fate::Answers => {
                let opinion = self.scenario.world.cloud_skill.opinion(&mut self.rng);
                let says = opinion.says.map(|label| label.0);
                Told::Cloud(call, opinion.confidence.get(), says)
            }
            Fate::Fails => Told::Failed(call),
            Fate::Busy { retry_after_ms } => Told::Busy(call, retry_after_ms),
            Fate::Lost => return,
        };
        self.schedule(takes_ms, Happening::Tells(index, told));
    }

    fn answered(&mut self, index: usize, path: Option<Path>, reason: olympus_core::route::Reason) {
        let now_ms = self.now_ms();
        let driven = self.driven.get_mut(&index).expect("driven");
        let given = match path {
            Some(Path::Local) => driven.local,
            Some(Path::Cloud) => driven.cloud,
            None => None,
        };
        assert_eq!(
            path.is_some(),
            given.is_some(),
            "no answer is there to give"
        );
        let followers = driven
            .key
            .take()
            .map(|key| self.flights.finish(&key))
            .unwrap_or_default();
        let leader = self.run.requests[index].clone();
        for (one, followed) in [(index, false)]
            .into_iter()
            .chain(followers.into_iter().map(|follower| (follower, true)))
        {
            let done = &mut self.run.requests[one];
            if done.answered_ms.replace(now_ms).is_some() {
                self.run.doubled += 1;
            }
            done.path = path;
            done.reason = Some(reason);
            done.right = given.is_some_and(|opinion| opinion.says == Some(TRUTH));
            done.followed = followed;
            done.local_works = leader.local_works;
            done.local_ms = leader.local_ms;
        }
    }
}

/// The tasks that are simulated by name.
pub(crate) const TASK: Task = Task::Intent;
