//! What goes wrong, step by step.

use super::device::Node;
use super::guests::Stage;
use super::line::Answer;
use super::plan::What;
use super::plant::Plant;
use super::{Happening, World, caps};
use crate::support;
use olympus_edge_worker::authority::native::Native;
use olympus_edge_worker::authority::schema::migrate;
use olympus_powercut::{Cut, Disk, Keep, Rng};
use olympus_proto::pos::SettleAttention;
use olympus_store::{Command, NEWEST_SCHEMA, Synchronous, migrate as migrate_till};

/// Most copies of a till at once.
const MOST_NODES: usize = 5;
const EVERYTHING: Cut = Cut {
    keep: Keep::Everything,
    seed: 0,
};

impl World {
    pub(crate) fn step(&mut self, what: What) {
        let until = |for_ms: u64| self.now_ms + for_ms;
        match what {
            What::CloudDown(for_ms) => self.cloud_down_until = until(for_ms),
            What::CloudBusy(for_ms) => self.cloud_busy_until = until(for_ms),
            What::ProviderDown(for_ms) => self.provider.down_until = until(for_ms),
            What::ProviderSilent(for_ms) => self.provider.silent_until = until(for_ms),
            What::ProviderSlow(for_ms) => self.provider.slow_until = until(for_ms),
            What::CloudCut(_) => self.cloud_loses_power(),
            What::CloudCutAt(points, _) => {
                self.cloud_disk.cut_at(self.cloud_disk.points() + points);
            }
            What::CloudFails(fault, after, times) => {
                self.cloud_fails_next = Some((fault, after % 4, times));
            }
            What::CloudUpgrades => self.cloud.speaks = 2,
            What::CloudMigrates => self.cloud_migrates(),
            What::Rotate => self.issuer.rotate(self.true_ms()),
            What::Revoke(card) => {
                self.issuer.revoke(support::card(card));
                self.tells_all(&Answer::Issued);
            }
            What::Caps(cents) => {
                self.issuer.set_caps(caps(cents));
                self.tells_all(&Answer::Issued);
            }
            What::Guest(node, seed) => self.comes(node, seed),
            What::Rush(node, seed) => {
                let mut rng = Rng::new(seed);
                for _ in 0..4 + rng.index(8) {
                    self.comes(node, rng.bits());
                }
            }
            What::AskAgain(node, draw) => self.asks_again(node, draw),
            What::Delivery(node, item) => self.staff(node, Stage::Deliver(item)),
            What::Count(node, item) => {
                for node in [node, node + 1] {
                    let count = 20 + self.rng.below(40).cast_signed();
                    self.staff(node, Stage::Count(item, count));
                }
            }
            What::Cut(node, ..)
            | What::CutAt(node, ..)
            | What::CutAfter(node, _)
            | What::Kill(node)
            | What::Fails(node, ..)
            | What::FailsNext(node, ..)
            | What::Full(node, _)
            | What::Partition(node, _)
            | What::Clock(node, _)
            | What::Backup(node)
            | What::RestoreBackup(node)
            | What::Clone(node)
            | What::Downgrade(node)
            | What::Upgrade(node)
            | What::Settle(node, _) => {
                if node < self.nodes.len() {
                    self.step_of(node, what);
                }
            }
        }
    }

    fn step_of(&mut self, number: usize, what: What) {
        let now_ms = self.now_ms;
        let node = &mut self.nodes[number];
        match what {
            What::Cut(_, cut) => {
                node.cut = cut;
                self.loses_power(number);
            }
            What::CutAt(_, points, cut) => {
                node.cut = cut;
                node.disk.cut_at(node.disk.points() + points);
            }
            What::Kill(_) => self.kills(number),
            What::Fails(_, fault, after, times) => {
                node.disk.faults(|it| it.plan(fault, after, times));
            }
            What::FailsNext(_, fault, times) => node.fails_next = Some((fault, times)),
            What::Full(_, for_ms) => {
                node.disk.room(Some(node.disk.platter().bytes()));
                self.schedule(for_ms, Happening::Room(number));
            }
            What::Partition(_, for_ms) => node.cut_off_until = now_ms + for_ms,
            What::Clock(_, skew_ms) => node.skew_ms = skew_ms,
            What::CutAfter(_, cut) => node.unplug = Some(cut),
            What::Backup(_) => node.backup_due = true,
            What::RestoreBackup(_) => self.restores(number),
            What::Clone(_) => self.clones(number),
            What::Downgrade(_) => self.downgrades(number),
            What::Upgrade(_) => {
                node.newest = olympus_proto::sync::NEWEST;
                self.kills(number);
            }
            What::Settle(_, again) => self.settles(number, again),
            _ => {}
        }
    }

    /// The program is gone; the kernel writes what it was given.
    pub(crate) fn kills(&mut self, number: usize) {
        let kept = self.nodes[number].cut;
        self.nodes[number].cut = EVERYTHING;
        self.loses_power(number);
        self.nodes[number].cut = kept;
    }

    /// An earlier program is put in place, and soon the newer one again.
    fn downgrades(&mut self, number: usize) {
        self.kills(number);
        let disk = &self.nodes[number].disk;
        let options = support::options(Synchronous::Full);
        if migrate_till(&disk.path(support::FILE), &options, NEWEST_SCHEMA - 1).is_ok() {
            self.seen.insert("an update taken back");
        }
    }

    /// Something was told: what waited for that happens.
    pub(crate) fn after_told(&mut self, number: usize) {
        if std::mem::take(&mut self.nodes[number].backup_due) {
            self.backs_up(number);
        }
        if let Some(cut) = self.nodes[number].unplug.take().filter(|_| !self.healed) {
            self.nodes[number].cut = cut;
            self.loses_power(number);
        }
    }

    /// A copy of all files as they are.
    fn backs_up(&mut self, number: usize) {
        let without_wal = self.plants(Plant::BacksUpWithoutWal);
        let node = &mut self.nodes[number];
        let copy = node.disk.platter().after(EVERYTHING);
        let copy = if without_wal {
            let disk = Disk::of(copy);
            disk.remove(&format!("{}-wal", support::FILE));
            disk.platter().after(EVERYTHING)
        } else {
            copy
        };
        node.backup = Some((copy, node.books.clone()));
    }

    fn restores(&mut self, number: usize) {
        let Some((platter, books)) = self.nodes[number].backup.clone() else {
            self.backs_up(number);
            return;
        };
        self.seen.insert("restored");
        self.kills(number);
        let node = &mut self.nodes[number];
        node.disk.replace(platter);
        node.books = books;
        node.copied = true;
    }

    fn clones(&mut self, number: usize) {
        if self.nodes.len() >= MOST_NODES {
            return;
        }
        self.seen.insert("cloned");
        let original = &mut self.nodes[number];
        original.copied = true;
        let mut node = Node::new(original.number, original.newest);
        node.disk = Disk::of(original.disk.platter().after(EVERYTHING));
        node.books = original.books.clone();
        node.skew_ms = original.skew_ms;
        node.copied = true;
        self.nodes.push(node);
        self.schedule(1_000, Happening::Boot(self.nodes.len() - 1));
    }

    pub(crate) fn settles(&mut self, number: usize, again: bool) {
        let standing = self.with(number, |till, now| till.standing(now));
        let Some(item) = standing.and_then(|it| it.attention.into_iter().next()) else {
            return;
        };
        let how = if again && item.can_retry {
            SettleAttention::Again
        } else {
            SettleAttention::Dismiss
        };
        let draw = self.rng.bits();
        let key = format!("settle-{draw}");
        let command = Command::SettleAttention(item.operation.clone(), how);
        if let Some(Ok(_)) = self.asks(number, &support::asked(&key, command)) {
            self.seen.insert("settled by a person");
            self.dismissed.insert(item.operation);
        }
    }

    /// A deploy is taken back and comes again: the tables go back and forth.
    fn cloud_migrates(&mut self) {
        self.cloud.book = None;
        let back = self.cloud.connect(&self.cloud_disk).map(Native);
        let done = back.is_ok_and(|sql| migrate(&sql, 1).is_ok());
        if done {
            self.seen.insert("a deploy taken back");
        }
        if !self.cloud_disk.is_on() {
            self.cloud_loses_power();
            return;
        }
        self.cloud_life += 1;
        let in_ms = Rng::new(self.now_ms).below(60_000);
        self.schedule(in_ms, Happening::CloudBoot);
    }
}
