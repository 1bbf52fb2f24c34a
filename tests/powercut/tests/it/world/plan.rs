//! What happens in a world, drawn from its seed: steps that can be left out one by one.

use crate::support::{HOUR, MINUTE};
use olympus_powercut::{Cut, Fault, Keep, Rng};

/// How long guests come and things go wrong; then the world heals.
pub(crate) const SPAN_MS: u64 = 30 * HOUR;
/// How long it has to settle.
pub(crate) const CALM_MS: u64 = 12 * HOUR;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    /// A guest comes, orders, pays and may want money back; drawn by this.
    Guest(usize, u64),
    /// A queue of them, at once.
    Rush(usize, u64),
    /// Somebody asks again what was answered before.
    AskAgain(usize, u64),
    /// More of a dish comes.
    Delivery(usize, u64),
    /// A dish is counted anew, at this till and at the next one at once: one of them is refused.
    Count(usize, u64),
    /// The power goes, now.
    Cut(usize, Cut),
    /// The power goes at a write or sync to come.
    CutAt(usize, u64, Cut),
    /// The power goes as the next receipt is printed.
    CutAfter(usize, Cut),
    /// The program is killed: what it wrote stays.
    Kill(usize),
    /// So many calls later, so many fail.
    Fails(usize, Fault, u64, u64),
    /// So many fail, beginning with the next request.
    FailsNext(usize, Fault, u64),
    /// There is no room, for so long.
    Full(usize, u64),
    Partition(usize, u64),
    /// The wall clock jumps to so many milliseconds beside the true time.
    Clock(usize, i64),
    /// The files are copied, as soon as something was sold.
    Backup(usize),
    RestoreBackup(usize),
    Clone(usize),
    /// Its tables go back to the version before; the next start brings them forward again.
    Downgrade(usize),
    /// Speaks the newest version from now on.
    Upgrade(usize),
    /// A person settles what was not done: does it again, or lets it be.
    Settle(usize, bool),
    CloudCut(Cut),
    CloudCutAt(u64, Cut),
    CloudDown(u64),
    CloudBusy(u64),
    /// From the next push on, after so many calls, so many fail.
    CloudFails(Fault, u64, u64),
    CloudUpgrades,
    /// Its tables go back to the version before, and forward again.
    CloudMigrates,
    Rotate,
    Revoke(u64),
    /// Other caps for grants.
    Caps(i64),
    ProviderDown(u64),
    /// It does what it is asked and does not answer, for so long.
    ProviderSilent(u64),
    /// It answers late, for so long.
    ProviderSlow(u64),
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
    /// Replies of a till that its tablets do not hear.
    pub(crate) deaf: u64,
    pub(crate) old_devices: bool,
    pub(crate) old_cloud: bool,
    pub(crate) caps_cents: i64,
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
            delay_ms: [50, 2_000, 60_000][rng.index(3)],
            deaf: [0, 0, 10, 25][rng.index(4)],
            old_devices: rng.chance(25),
            old_cloud: rng.chance(10),
            caps_cents: [4_000, 20_000, 60_000][rng.index(3)],
            steps: Vec::new(),
        };
        let wild = 20 + rng.below(50);
        for _ in 0..18 + rng.index(26) {
            let what = if rng.chance(wild) {
                fault(&mut rng, devices)
            } else {
                usual(&mut rng, devices)
            };
            let at_ms = MINUTE + rng.below(SPAN_MS - MINUTE);
            if let What::RestoreBackup(node) = what {
                let (at_ms, what) = (at_ms / 2, What::Backup(node));
                plan.steps.push(Step { at_ms, what });
            }
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

fn usual(rng: &mut Rng, devices: usize) -> What {
    // One more than there are: clones come later.
    let node = rng.index(devices + 1);
    match rng.below(20) {
        0 => What::AskAgain(node, rng.bits()),
        1 => What::Delivery(node, rng.below(2)),
        2..5 => What::Count(node, rng.below(2)),
        5 => What::Backup(node),
        6 | 7 => What::Rush(node, rng.bits()),
        _ => What::Guest(node, rng.bits()),
    }
}

fn cut(rng: &mut Rng) -> Cut {
    Cut {
        keep: Keep::ALL[rng.index(Keep::ALL.len())],
        seed: rng.bits(),
    }
}

fn fails(rng: &mut Rng) -> (Fault, u64, u64) {
    let fault = Fault::ALL[rng.index(Fault::ALL.len())];
    (fault, rng.below(15), 1 + rng.below(4))
}

fn fault(rng: &mut Rng, devices: usize) -> What {
    let node = rng.index(devices + 1);
    let ten_years = 10 * 365 * 24 * 3_600_000_i64;
    let while_ms = 10_000 + rng.below(3 * HOUR);
    match rng.below(43) {
        0 => What::Cut(node, cut(rng)),
        1 => What::CutAfter(node, cut(rng)),
        2..5 => What::CutAt(node, 1 + rng.below(30), cut(rng)),
        5 => What::Kill(node),
        6 | 7 => {
            let (fault, after, times) = fails(rng);
            What::Fails(node, fault, after, times)
        }
        8 => What::Full(node, while_ms),
        9 | 10 => What::Partition(node, while_ms),
        11 => {
            let by = rng.below(2 * ten_years.unsigned_abs()).cast_signed() - ten_years;
            What::Clock(node, by)
        }
        12 => What::Backup(node),
        13 | 32 => What::RestoreBackup(node),
        33 => What::Revoke(rng.below(4)),
        34 => {
            let (fault, after, times) = fails(rng);
            What::Fails(node, fault, after, times)
        }
        35 => What::Downgrade(node),
        39 => {
            let (fault, after, times) = fails(rng);
            What::CloudFails(fault, after, times)
        }
        40..43 => {
            let (fault, _, times) = fails(rng);
            What::FailsNext(node, fault, times)
        }
        36..39 => What::CutAfter(node, cut(rng)),
        14 => What::Clone(node),
        15 => What::Upgrade(node),
        16 => What::Settle(node, rng.chance(50)),
        17 => What::CloudCut(cut(rng)),
        18 | 19 => What::CloudCutAt(1 + rng.below(60), cut(rng)),
        20 => What::CloudDown(while_ms),
        21 => What::CloudBusy(while_ms),
        22 => {
            let (fault, after, times) = fails(rng);
            What::CloudFails(fault, after, times)
        }
        23 => What::CloudUpgrades,
        24 => What::CloudMigrates,
        25 => What::Rotate,
        26 => What::Revoke(rng.below(4)),
        27 => What::Caps([2_000, 10_000, 40_000][rng.index(3)]),
        28 => What::ProviderDown(while_ms * 4),
        29 | 30 => What::ProviderSilent(while_ms),
        _ => What::ProviderSlow(while_ms),
    }
}
