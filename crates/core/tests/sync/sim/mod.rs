//! A discrete-event simulator: the real clients and the real authority, in a world that loses,
//! doubles and reorders what they say, cuts their power and fills their disks. Then it heals.

pub(crate) mod cloud;
pub(crate) mod disk;
pub(crate) mod node;
pub(crate) mod plan;
pub(crate) mod plant;
pub(crate) mod rng;
pub(crate) mod steps;
pub(crate) mod trace;

use cloud::{Asker, Cloud};
use node::Node;
use olympus_core::route::{Draw, Moment};
use olympus_core::sync::authority::Authority;
use olympus_core::sync::client::{ClientConfig, Event, Failure, Now, Send};
use olympus_proto::Cents;
use olympus_proto::sync::{NEWEST, Operation, OperationId, PullAnswer, Refusal};
use plan::{FAULTS_MS, Plan, What};
use plant::Plant;
use rng::Rng;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use trace::Trace;

/// When a world that has not settled never will.
const PATIENCE_MS: u64 = FAULTS_MS + 1_800_000;

/// What the wall clock says at that time, on a device whose clock is off by so much.
pub(crate) fn wall_ms(now_ms: u64, skew_ms: i64) -> i64 {
    1_800_000_000_000 + now_ms as i64 + skew_ms
}

enum Happening {
    Step(What),
    ToCloud(usize, u32, Send),
    ToNode(usize, u32, Event),
    Tick(usize, u32, u64),
    Boot(usize),
    Heals,
}

pub(crate) struct World {
    plan: Plan,
    plant: Option<Plant>,
    rng: Rng,
    now_ms: u64,
    queue: BTreeMap<(u64, u64), Happening>,
    scheduled: u64,
    nodes: Vec<Node>,
    cloud: Cloud,
    healed: bool,
    /// Every operation whose transaction was committed on a device.
    committed: BTreeMap<OperationId, Operation>,
    drafted: u64,
    seen: BTreeSet<&'static str>,
    trace: Trace,
}

/// What a run shows.
pub(crate) struct Run {
    pub(crate) violations: Vec<String>,
    pub(crate) hash: u64,
    pub(crate) lines: Vec<String>,
    pub(crate) events: u64,
    pub(crate) operations: usize,
    pub(crate) applied: usize,
    pub(crate) attention: usize,
    pub(crate) settled_ms: u64,
    /// What happened at least once, so that a world in which nothing happens proves nothing.
    pub(crate) seen: BTreeSet<&'static str>,
}

/// Runs the world to its end. Lines of what happened are kept where they are wanted.
pub(crate) fn simulate(plan: &Plan, plant: Option<Plant>, lines: bool) -> Run {
    let mut world = World {
        rng: Rng::new(plan.seed ^ 0x5eed),
        plan: plan.clone(),
        plant,
        now_ms: 0,
        queue: BTreeMap::new(),
        scheduled: 0,
        nodes: Vec::new(),
        cloud: Cloud {
            authority: Authority {
                newest: if plan.old_cloud { 1 } else { NEWEST },
                ..Authority::default()
            },
            plant,
            ..Cloud::default()
        },
        healed: false,
        committed: BTreeMap::new(),
        drafted: 0,
        seen: BTreeSet::new(),
        trace: Trace::new(lines),
    };
    world.begins();
    while let Some(((at, _), what)) = world.queue.pop_first() {
        world.now_ms = at;
        world.cloud.now_ms = at;
        world.happens(what);
        if world.healed && (world.is_settled() || at > PATIENCE_MS) {
            break;
        }
    }
    world.ends()
}

impl World {
    fn plants(&self, plant: Plant) -> bool {
        self.plant == Some(plant)
    }

    fn begins(&mut self) {
        for number in 0..self.plan.devices {
            let newest = if self.plan.old_devices { 1 } else { NEWEST };
            self.nodes.push(Node::new(number, newest));
            self.schedule(0, Happening::Boot(number));
        }
        for step in self.plan.steps.clone() {
            self.schedule(step.at_ms, Happening::Step(step.what));
        }
        self.schedule(FAULTS_MS, Happening::Heals);
    }

    fn schedule(&mut self, in_ms: u64, what: Happening) {
        self.scheduled += 1;
        self.queue
            .insert((self.now_ms + in_ms, self.scheduled), what);
    }

    fn happens(&mut self, what: Happening) {
        match what {
            Happening::Step(what) => {
                self.trace.note("step", &what);
                self.step(what);
            }
            Happening::Boot(node) => self.boot(node),
            Happening::Tick(node, life, number) => {
                let is = &self.nodes[node];
                if is.life == life && is.timer == number {
                    self.tells(node, life, Event::Tick);
                }
            }
            Happening::ToNode(node, life, event) => {
                if !self.is_cut_off(node) {
                    self.tells(node, life, event);
                }
            }
            Happening::ToCloud(node, life, send) => self.reaches_cloud(node, life, &send),
            Happening::Heals => self.heals(),
        }
    }

    fn heals(&mut self) {
        self.healed = true;
        self.trace.note("heals", &self.now_ms);
        self.cloud.disk_fails = 0;
        self.cloud.busy_until = 0;
        self.cloud.down_until = 0;
        for number in 0..self.nodes.len() {
            let node = &mut self.nodes[number];
            (node.disk_fails, node.cut_at, node.cut_off_until) = ((0, false), None, 0);
            if node.client.is_none() {
                self.boot(number);
            }
        }
    }

    fn is_cut_off(&self, node: usize) -> bool {
        self.now_ms < self.nodes[node].cut_off_until
    }

    fn is_settled(&self) -> bool {
        let settled = |node: &Node| {
            let complete_to = node.disk.cursor.as_ref().map(|cursor| cursor.1);
            node.disk.outbox.is_empty() && complete_to == Some(self.cloud.head)
        };
        self.nodes.iter().all(settled)
    }

    fn now(&mut self, node: usize) -> Now {
        let node = &self.nodes[node];
        Now {
            moment: Moment::from_millis(self.now_ms - node.booted_ms),
            wall_ms: wall_ms(self.now_ms, node.skew_ms),
            draw: Draw(self.rng.bits()),
        }
    }

    fn config(&self, node: usize) -> ClientConfig {
        ClientConfig {
            newest: self.nodes[node].newest,
            batch: self.plan.batch,
            most_in_flight: 3,
            timeout: Duration::from_millis(4_000),
            backoff: Duration::from_millis(100),
            backoff_most: Duration::from_millis(3_000),
            pull_every: Duration::from_millis(5_000),
            pull_limit: 3,
            poison_after: if self.plants(Plant::PoisonBlocks) {
                u32::MAX
            } else {
                3
            },
            most_operations: self.plan.most_operations,
            most_value: Cents(i64::MAX),
            ..ClientConfig::default()
        }
    }

    fn delay(&mut self) -> u64 {
        1 + self.rng.below(self.plan.delay_ms)
    }

    /// How often a message arrives: not at all, once or twice.
    fn copies(&mut self) -> usize {
        if self.healed {
            return 1;
        }
        if self.rng.chance(self.plan.loss) {
            self.seen.insert("loss");
            return 0;
        }
        1 + usize::from(self.rng.chance(self.plan.duplicates))
    }

    fn sends(&mut self, node: usize, send: &Send) {
        if self.is_cut_off(node) {
            return;
        }
        for _ in 0..self.copies() {
            let (delay, life) = (self.delay(), self.nodes[node].life);
            self.schedule(delay, Happening::ToCloud(node, life, send.clone()));
        }
    }

    fn reaches_cloud(&mut self, node: usize, life: u32, send: &Send) {
        if self.is_cut_off(node) {
            return;
        }
        let asker = Asker {
            last_sync_wall_ms: self.nodes[node].last_sync_wall_ms,
        };
        let Some(event) = self.cloud.takes(send, &asker) else {
            return;
        };
        self.trace.note("answers", &event);
        self.saw(&event);
        for _ in 0..self.copies() {
            let delay = self.delay();
            self.schedule(delay, Happening::ToNode(node, life, event.clone()));
        }
    }

    fn saw(&mut self, event: &Event) {
        let what = match event {
            Event::Pushed { answer, .. } => match answer.refused {
                Some(Refusal::Gap { .. }) => "a gap",
                Some(Refusal::Version { .. }) => "a version refused",
                _ => return,
            },
            Event::Pulled {
                answer: PullAnswer::Expired,
                ..
            } => "a cursor expired",
            Event::Failed {
                failure: Failure::Busy(_),
                ..
            } => "busy",
            Event::Failed { .. } => "broken",
            _ => return,
        };
        self.seen.insert(what);
    }

    fn ends(mut self) -> Run {
        self.check_end();
        let attention = self
            .nodes
            .iter()
            .map(|node| node.disk.attention.len())
            .sum();
        if self.cloud.batches_over_one > 0 {
            self.seen.insert("batches");
        }
        Run {
            violations: self.trace.violations,
            hash: self.trace.hash,
            lines: self.trace.lines,
            events: self.trace.events,
            operations: self.committed.len(),
            applied: self.cloud.journal.len(),
            attention,
            settled_ms: self.now_ms.saturating_sub(FAULTS_MS),
            seen: self.seen,
        }
    }
}
