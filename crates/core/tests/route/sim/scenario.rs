//! What is simulated, by name.

use super::rng::Rng;
use super::world::{Latency, Mood, Phase, Skill, World};
use super::{ShellFaults, TASK};
use olympus_core::route::{Policy, RouteConfig, Task};

/// One run's settings.
#[derive(Debug, Clone)]
pub(crate) struct Scenario {
    pub(crate) name: String,
    pub(crate) world: World,
    pub(crate) config: RouteConfig,
    pub(crate) shell: ShellFaults,
    pub(crate) task: Task,
    pub(crate) policy: Policy,
    pub(crate) has_local: bool,
    pub(crate) per_second: f64,
    pub(crate) deadline_ms: u64,
    pub(crate) lasts_ms: u64,
    /// Part of the requests that ask one of a few popular questions.
    pub(crate) popular: f64,
}

impl Scenario {
    pub(crate) fn new(name: &str, policy: Policy) -> Self {
        Self {
            name: name.to_owned(),
            world: World::good(),
            config: RouteConfig::default(),
            shell: ShellFaults::default(),
            task: TASK,
            policy,
            has_local: true,
            per_second: 100.0,
            deadline_ms: 300,
            lasts_ms: 20_000,
            popular: 0.0,
        }
    }

    fn phases(mut self, phases: &[(u64, Mood)]) -> Self {
        self.world.phases = phases
            .iter()
            .map(|(from_ms, mood)| Phase::new(*from_ms, *mood))
            .collect();
        self
    }

    /// When nothing gets through: from and to, milliseconds.
    pub(crate) fn outages(&self) -> Vec<(f64, f64)> {
        let ends = self.world.phases.iter().skip(1).map(|p| p.from_ms);
        let ends = ends.chain([self.lasts_ms]);
        self.world
            .phases
            .iter()
            .zip(ends)
            .filter(|(phase, _)| phase.mood.is_down())
            .map(|(phase, end)| (phase.from_ms as f64, end as f64))
            .collect()
    }
}

/// Names that [`named`] knows.
pub(crate) const NAMES: [&str; 17] = [
    "steady",
    "spikes",
    "two_speeds",
    "errors",
    "brown_out",
    "outage_refused",
    "outage_silent",
    "slow_recovery",
    "capacity",
    "capacity_untold",
    "wrong",
    "flapping",
    "busy_device",
    "slow_device",
    "failing_device",
    "popular",
    "showcase",
];

const fn slow(slower: f64, failing: f64) -> Mood {
    Mood::Up { slower, failing }
}

/// The scenario of that name under a policy.
pub(crate) fn named(name: &str, policy: Policy) -> Option<Scenario> {
    let good = Mood::GOOD;
    let base = Scenario::new(name, policy);
    Some(match name {
        "steady" => base,
        "spikes" => {
            let mut spiky = base;
            spiky.world.cloud = spiky.world.cloud.with_spikes(0.02, 10.0);
            spiky
        }
        "two_speeds" => {
            let mut speeds = base;
            speeds.world.cloud = speeds.world.cloud.with_spikes(0.3, 12.0);
            speeds
        }
        "errors" => base.phases(&[(0, slow(1.0, 0.3))]),
        "brown_out" => base.phases(&[(0, good), (5_000, slow(6.0, 0.2)), (13_000, good)]),
        "outage_refused" => {
            lasting(24_000, base).phases(&[(0, good), (5_000, Mood::Refused), (15_000, good)])
        }
        "outage_silent" => {
            lasting(24_000, base).phases(&[(0, good), (5_000, Mood::Silent), (15_000, good)])
        }
        "slow_recovery" => lasting(30_000, base).phases(&[
            (0, good),
            (4_000, Mood::Silent),
            (10_000, Mood::Recovering { slower: 8.0 }),
            (18_000, good),
        ]),
        "capacity" => busy(base, Some(3_000)),
        "capacity_untold" => busy(base, None),
        "showcase" => lasting(90_000, base).phases(&[
            (0, good),
            (15_000, slow(5.0, 0.1)),
            (30_000, good),
            (45_000, Mood::Silent),
            (60_000, Mood::Recovering { slower: 3.0 }),
            (70_000, good),
        ]),
        _ => return with_other_paths(name, base),
    })
}

/// Those that differ in what the paths can do, not in the line alone.
fn with_other_paths(name: &str, base: Scenario) -> Option<Scenario> {
    let good = Mood::GOOD;
    Some(match name {
        "wrong" => {
            let mut wrong = lasting(60_000, base);
            wrong.world.cloud = Latency::new(20.0, 0.2);
            wrong.world.cloud_skill = Skill {
                right: 0.1,
                sure: (0.9, 0.99),
                unknown: 0.0,
            };
            wrong
        }
        "flapping" => {
            let mut flaps = lasting(30_000, base);
            flaps.world.phases = (0..60)
                .map(|n| Phase::new(n * 500, if n % 2 == 0 { good } else { Mood::Silent }))
                .collect();
            flaps
        }
        "busy_device" => {
            let mut device = base.phases(&[(0, good), (6_000, good), (14_000, good)]);
            device.world.phases[1].local_slower = 6.0;
            device
        }
        "failing_device" => {
            let mut device = base;
            device.world.local_failing = 0.1;
            device
        }
        "popular" => Scenario {
            popular: 0.6,
            ..base
        },
        "slow_device" => {
            // Both in turn do not fit: `auto` asks the cloud first.
            let mut device = base;
            device.world.local = Latency::new(130.0, 0.25);
            device.config.intent.local_prior_ms = device.world.local.p99_ms().ceil() as u32;
            device
        }
        _ => return None,
    })
}

fn lasting(lasts_ms: u64, base: Scenario) -> Scenario {
    Scenario { lasts_ms, ..base }
}

fn busy(base: Scenario, retry_after_ms: Option<u64>) -> Scenario {
    base.phases(&[
        (0, Mood::GOOD),
        (5_000, Mood::Busy { retry_after_ms }),
        (13_000, Mood::GOOD),
    ])
}

/// A world that nobody thought of.
pub(crate) fn random(seed: u64) -> Scenario {
    let mut rng = Rng::new(seed ^ 0xd1ce);
    let policy = Policy::ALL[(rng.bits() % 4) as usize];
    let mut scenario = Scenario::new(&format!("random {seed}"), policy);
    scenario.task = Task::ALL[(rng.bits() % 3) as usize];
    scenario.lasts_ms = 10_000;
    scenario.per_second = rng.between(5.0, 120.0);
    scenario.deadline_ms = rng.between(80.0, 800.0) as u64;
    scenario.popular = if rng.chance(0.3) { 0.5 } else { 0.0 };
    scenario.has_local = rng.chance(0.85);
    let world = &mut scenario.world;
    world.local = Latency::new(rng.between(3.0, 40.0), rng.between(0.05, 0.3));
    world.cloud = Latency::new(rng.between(15.0, 400.0), rng.between(0.1, 0.5))
        .with_spikes(rng.between(0.0, 0.1), rng.between(2.0, 20.0));
    world.hard = rng.between(0.05, 0.6);
    world.cloud_skill.right = rng.between(0.0, 1.0);
    world.cloud_skill.unknown = rng.between(0.0, 0.3);
    // The prior is what the shell measured when it loaded the model.
    let prior_ms = world.local.p99_ms().ceil() as u32;
    for task in [
        &mut scenario.config.intent,
        &mut scenario.config.search,
        &mut scenario.config.image,
    ] {
        task.local_prior_ms = prior_ms;
    }
    if rng.chance(0.2) {
        world.local_failing = 0.05;
    }
    let mut from_ms = 0;
    world.phases.clear();
    while from_ms < scenario.lasts_ms {
        world.phases.push(Phase::new(from_ms, mood(&mut rng)));
        from_ms += rng.between(200.0, 4_000.0) as u64;
    }
    scenario
}

fn mood(rng: &mut Rng) -> Mood {
    match rng.bits() % 7 {
        0 => Mood::Refused,
        1 => Mood::Silent,
        2 => Mood::Busy {
            retry_after_ms: rng.chance(0.5).then(|| rng.between(0.0, 3_000.0) as u64),
        },
        3 => slow(rng.between(1.0, 10.0), rng.between(0.0, 0.9)),
        4 => Mood::Recovering {
            slower: rng.between(1.0, 10.0),
        },
        _ => Mood::GOOD,
    }
}
