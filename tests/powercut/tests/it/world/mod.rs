//! A restaurant, hour by hour: real tills on real SQLite files, the real authority on one of its own,
//! a careless payment provider, and guests. Lines drop, power goes, disks fill, clocks lie. Then it
//! heals, and the books of all of them have to be the same.

mod alarm;
mod books;
mod check;
mod device;
mod faults;
pub(crate) mod guests;
mod line;
pub(crate) mod plan;
pub(crate) mod plant;
mod provider;
mod trace;

use crate::cloud::Cloud;
use crate::issuer::Issuer;
use crate::support::{self, T0};
use alarm::Alarm;
use device::Node;
use guests::Guest;
use line::{Answer, Word};
use olympus_core::grant::CardState;
use olympus_powercut::{Disk, Fault, Platter, Rng};
use olympus_proto::Cents;
use olympus_proto::grant::Caps;
use olympus_proto::provider::{Capture, Reference};
use olympus_proto::sync::{NEWEST, Operation, OperationId};
use olympus_store::Now;
use plan::{CALM_MS, Plan, SPAN_MS, What};
use plant::Plant;
use provider::Provider;
use std::collections::{BTreeMap, BTreeSet};
use trace::Trace;

enum Happening {
    Step(What),
    Boot(usize),
    /// Life, timer.
    Tick(usize, u32, u64),
    /// The terminal's own clock, for its grants.
    Round(usize, u32),
    Guest(usize),
    ToCloud(usize, u32, Word),
    ToNode(usize, u32, Answer),
    CloudBoot,
    Alarm,
    /// A capture reaches the provider: the cloud's life, the request.
    Capture(u32, u64, Box<Capture>),
    Ask(u32, u64, Reference),
    Heard(
        u32,
        u64,
        Option<olympus_edge_worker::authority::settle::Heard>,
    ),
    /// Somebody settles what was not done, until nothing is left.
    Staff(usize),
    /// There is room again.
    Room(usize),
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
    guests: Vec<Guest>,
    cloud: Cloud,
    cloud_disk: Disk,
    /// For a planted mistake.
    cloud_backup: Option<Platter>,
    cloud_life: u32,
    cloud_down_until: u64,
    cloud_busy_until: u64,
    cloud_fails_next: Option<(Fault, u64, u64)>,
    alarm: Alarm,
    issuer: Issuer,
    provider: Provider,
    healed: bool,
    /// Every operation that has ever arrived.
    arrived: BTreeMap<OperationId, Operation>,
    /// What the cards of the house show.
    cards: BTreeMap<u64, CardState>,
    /// What a person has settled.
    dismissed: BTreeSet<OperationId>,
    seen: BTreeSet<&'static str>,
    trace: Trace,
}

/// What a run shows.
pub(crate) struct Run {
    pub(crate) violations: Vec<String>,
    pub(crate) hash: u64,
    pub(crate) lines: Vec<String>,
    pub(crate) events: u64,
    pub(crate) guests: usize,
    pub(crate) orders: usize,
    pub(crate) payments: usize,
    pub(crate) seen: BTreeSet<&'static str>,
}

/// Runs the world to its end. Lines of what happened are kept where they are wanted.
pub(crate) fn simulate(plan: &Plan, plant: Option<Plant>, lines: bool) -> Run {
    let mut world = World::new(plan, plant, lines);
    world.begins();
    while let Some(((at, _), what)) = world.queue.pop_first() {
        if at > SPAN_MS + CALM_MS || !world.trace.violations.is_empty() {
            break;
        }
        world.now_ms = at;
        world.happens(what);
    }
    world.ends()
}

impl World {
    fn new(plan: &Plan, plant: Option<Plant>, lines: bool) -> Self {
        let synchronous = if plant == Some(Plant::CloudIsNotDurable) {
            "OFF"
        } else {
            "FULL"
        };
        let speaks = if plan.old_cloud { 1 } else { 2 };
        let mut issuer = Issuer::new(caps(plan.caps_cents), T0.unsigned_abs());
        issuer.doubles = plant == Some(Plant::DoublesCaps);
        Self {
            rng: Rng::new(plan.seed ^ 0x0077_6f72_6c64),
            plan: plan.clone(),
            plant,
            now_ms: 0,
            queue: BTreeMap::new(),
            scheduled: 0,
            nodes: Vec::new(),
            guests: Vec::new(),
            cloud: Cloud::off(speaks, synchronous),
            cloud_disk: Disk::default(),
            cloud_backup: None,
            cloud_life: 0,
            cloud_down_until: 0,
            cloud_busy_until: 0,
            cloud_fails_next: None,
            alarm: Alarm::default(),
            issuer,
            provider: Provider::default(),
            healed: false,
            arrived: BTreeMap::new(),
            cards: BTreeMap::new(),
            dismissed: BTreeSet::new(),
            seen: BTreeSet::new(),
            trace: Trace::new(lines),
        }
    }

    fn plants(&self, plant: Plant) -> bool {
        self.plant == Some(plant)
    }

    fn begins(&mut self) {
        self.boots_cloud();
        for number in 0..self.plan.devices {
            let newest = if self.plan.old_devices { 1 } else { NEWEST };
            self.nodes.push(Node::new(number + 1, newest));
            self.schedule(0, Happening::Boot(number));
        }
        for step in self.plan.steps.clone() {
            self.schedule(step.at_ms, Happening::Step(step.what));
        }
        self.schedule(SPAN_MS, Happening::Heals);
    }

    fn schedule(&mut self, in_ms: u64, what: Happening) {
        self.scheduled += 1;
        self.queue
            .insert((self.now_ms + in_ms, self.scheduled), what);
    }

    fn happens(&mut self, what: Happening) {
        match what {
            Happening::Step(what) => {
                self.note("step", &what);
                self.step(what);
            }
            Happening::Boot(node) => self.boots(node),
            Happening::Tick(node, life, timer) => {
                let is = &self.nodes[node];
                if is.life == life && is.timer == timer {
                    self.tells(node, life, olympus_core::sync::client::Event::Tick);
                }
            }
            Happening::Round(node, life) => self.makes_its_round(node, life),
            Happening::Guest(guest) => self.serves(guest),
            Happening::ToCloud(node, life, word) => self.reaches_cloud(node, life, &word),
            Happening::ToNode(node, life, answer) => self.reaches_node(node, life, answer),
            Happening::CloudBoot => self.boots_cloud(),
            Happening::Alarm => self.alarm_rings(),
            Happening::Capture(life, request, capture) => self.captures(life, request, *capture),
            Happening::Ask(life, request, reference) => self.looks_up(life, request, &reference),
            Happening::Heard(life, request, heard) => self.hears(life, request, heard),
            Happening::Staff(node) => {
                self.settles(node, true);
                self.schedule(20 * support::MINUTE, Happening::Staff(node));
            }
            Happening::Room(node) => self.nodes[node].disk.room(None),
            Happening::Heals => self.heals(),
        }
    }

    fn note(&mut self, what: &str, of: &dyn std::fmt::Debug) {
        self.trace.note(self.now_ms, what, of);
    }

    fn violates(&mut self, text: String) {
        self.trace.violates(self.now_ms, text);
    }

    /// The true time on the wall.
    fn true_ms(&self) -> u64 {
        T0.unsigned_abs() + self.now_ms
    }

    fn now(&mut self, node: usize) -> Now {
        let node = &self.nodes[node];
        let up_ms = self.now_ms - node.booted_ms;
        let true_ms = T0 + self.now_ms.cast_signed();
        support::now(up_ms, true_ms + node.skew_ms, self.rng.bits())
    }

    fn heals(&mut self) {
        self.healed = true;
        self.note("heals", &());
        self.cloud_disk.faults(olympus_powercut::Faults::clear);
        self.cloud_disk.uncut();
        (self.cloud_down_until, self.cloud_busy_until) = (0, 0);
        self.cloud_fails_next = None;
        (self.provider.down_until, self.provider.silent_until) = (0, 0);
        self.provider.slow_until = 0;
        if self.cloud.book.is_none() {
            self.boots_cloud();
        }
        for number in 0..self.nodes.len() {
            let node = &mut self.nodes[number];
            node.cut_off_until = 0;
            if node.disk.is_on() {
                node.disk.faults(olympus_powercut::Faults::clear);
                node.disk.uncut();
                node.disk.room(None);
            }
            self.boots(number);
            self.schedule(support::MINUTE, Happening::Staff(number));
        }
    }

    fn ends(mut self) -> Run {
        let (mut orders, mut payments) = (0, 0);
        if self.trace.violations.is_empty() {
            (orders, payments) = self.check_end();
        }
        Run {
            violations: self.trace.violations,
            hash: self.trace.hash,
            lines: self.trace.lines,
            events: self.trace.events,
            guests: self.guests.len(),
            orders,
            payments,
            seen: self.seen,
        }
    }
}

fn caps(cents: i64) -> Caps {
    Caps {
        sale_cents: Cents(cents / 2),
        total_cents: Cents(cents),
        sales: 10,
    }
}
