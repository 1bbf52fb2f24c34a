//! What happens in a world, drawn from its seed: steps that can be left out one by one.

use super::rng::Rng;

/// How long faults last; then the world heals.
pub(crate) const FAULTS_MS: u64 = 40_000;

/// At which point of the shell's work the power goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Point {
    BeforeCommit,
    AfterCommit,
    BetweenSends,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sale {
    Adjust,
    Order,
    Count,
    Menu,
    Payment,
    /// The authority fails on it.
    Poison,
    /// The authority cannot read it.
    Malformed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    Record(usize, Sale, u64),
    /// The power goes, now.
    Cut(usize),
    /// The power goes at the next commit.
    CutAt(usize, Point),
    /// So many commits fail; where true, without saying whether they are on disk.
    DiskFails(usize, u32, bool),
    Partition(usize, u64),
    /// The wall clock jumps to so many milliseconds beside the true time.
    Clock(usize, i64),
    Backup(usize),
    RestoreBackup(usize),
    Clone(usize),
    Upgrade(usize),
    UpgradeCloud,
    CloudRestarts(u64),
    CloudDiskFails(u32),
    CloudBusy(u64),
    Decree(u64),
    PutAway(u64),
    /// A person settles what was not done: does it again, or lets it be.
    Settle(usize, bool),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) at_ms: u64,
    pub(crate) what: What,
}

/// A world before anything happens in it.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) seed: u64,
    pub(crate) devices: usize,
    pub(crate) loss: u64,
    pub(crate) duplicates: u64,
    pub(crate) delay_ms: u64,
    pub(crate) old_devices: bool,
    pub(crate) old_cloud: bool,
    pub(crate) batch: usize,
    pub(crate) most_operations: usize,
    pub(crate) steps: Vec<Step>,
}

impl Plan {
    pub(crate) fn of(seed: u64) -> Self {
        let mut rng = Rng::new(seed);
        let devices = 1 + rng.index(3);
        let mut plan = Self {
            seed,
            devices,
            loss: [0, 5, 20, 40][rng.index(4)],
            duplicates: [0, 10, 30][rng.index(3)],
            delay_ms: [20, 200, 1_500][rng.index(3)],
            old_devices: rng.chance(30),
            old_cloud: rng.chance(15),
            batch: 1 + rng.index(6),
            most_operations: if rng.chance(10) { 8 } else { 1_000 },
            steps: Vec::new(),
        };
        // Each world has its own mix: some are calm, some have all of it.
        let wild = rng.below(40) + 5;
        for _ in 0..20 + rng.index(50) {
            let what = if rng.chance(wild) {
                fault(&mut rng, devices)
            } else {
                What::Record(rng.index(devices + 1), sale(&mut rng), rng.below(3))
            };
            let at_ms = rng.below(FAULTS_MS);
            plan.steps.push(Step { at_ms, what });
        }
        plan.steps.sort_by_key(|step| step.at_ms);
        plan
    }

    /// Whether a disk is ever copied: only then may a sequence come twice.
    pub(crate) fn copies_disks(&self) -> bool {
        let copies = |step: &Step| matches!(step.what, What::RestoreBackup(_) | What::Clone(_));
        self.steps.iter().any(copies)
    }
}

fn sale(rng: &mut Rng) -> Sale {
    match rng.below(100) {
        0..45 => Sale::Adjust,
        45..70 => Sale::Order,
        70..78 => Sale::Count,
        78..83 => Sale::Menu,
        83..94 => Sale::Payment,
        94..97 => Sale::Poison,
        _ => Sale::Malformed,
    }
}

fn fault(rng: &mut Rng, devices: usize) -> What {
    // One more than there are: clones come later.
    let node = rng.index(devices + 1);
    let ten_years = 10 * 365 * 24 * 3_600_000_i64;
    match rng.below(18) {
        0 | 1 => What::Cut(node),
        2..5 => {
            let points = [Point::BeforeCommit, Point::AfterCommit, Point::BetweenSends];
            What::CutAt(node, points[rng.index(3)])
        }
        5 => What::DiskFails(node, 1 + rng.index(3) as u32, rng.chance(50)),
        6 => What::Partition(node, 1_000 + rng.below(15_000)),
        7 => What::Clock(node, rng.below(2 * ten_years as u64) as i64 - ten_years),
        8 => What::Backup(node),
        9 => What::RestoreBackup(node),
        10 => What::Clone(node),
        11 => What::Upgrade(node),
        12 => What::UpgradeCloud,
        13 => What::CloudRestarts(rng.below(3_000)),
        14 => What::CloudDiskFails(1 + rng.index(2) as u32),
        15 => What::CloudBusy(rng.below(3_000)),
        16 => {
            if rng.chance(50) {
                What::Decree(rng.below(3))
            } else {
                What::PutAway(rng.below(3))
            }
        }
        _ => What::Settle(node, rng.chance(50)),
    }
}
