//! The power goes at every write and sync of a till at work: what was told is there, nothing is half
//! done, and asking again does it once.
//!
//! One run writes down all that the disk was told. Each point of it, with several sets of sectors
//! that the adversary keeps, is an image: its tables have to be those after the last call that
//! returned, or those after the call that was under way, to the last row. Then the till is opened on
//! it and asked again.
//!
//! `POWERCUT_IMAGES=100000` looks for longer.

mod check;
mod workload;

use check::{Image, Verdict};
use olympus_powercut::{Cut, Disk, Keep, Logged, Platter};
use olympus_store::Synchronous;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use workload::Live;

/// How many rows of each table there are, and a hash of what is in them.
pub(crate) type Tables = BTreeMap<String, (u64, u64)>;

/// Every table of the file, through a connection of its own.
pub(crate) fn tables(disk: &Disk) -> rusqlite::Result<Tables> {
    let connection = crate::support::look(disk)?;
    let names = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name";
    let mut names = connection.prepare(names)?;
    let names = names.query_map([], |row| row.get::<_, String>(0))?;
    let mut tables = Tables::new();
    for name in names {
        let name = name?;
        let mut rows = connection.prepare(&format!("SELECT * FROM \"{name}\""))?;
        let columns = rows.column_count();
        let mut rows = rows.query([])?;
        let (mut count, mut sum) = (0, 0_u64);
        while let Some(row) = rows.next()? {
            let mut hash = 0xcbf2_9ce4_8422_2325_u64;
            for column in 0..columns {
                let text = format!("{:?}|", row.get_ref(column)?);
                for byte in text.bytes() {
                    hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
                }
            }
            count += 1;
            // Whatever the order of the rows.
            sum = sum.wrapping_add(hash);
        }
        tables.insert(name, (count, sum));
    }
    Ok(tables)
}

/// What all images came to.
#[derive(Debug, Default)]
struct Summary {
    workloads: u64,
    points: u64,
    /// Of these, writes to the file itself: the log is written back.
    written_back: usize,
    images: u64,
    calls: usize,
    /// Those that showed the call under way as done.
    done: u64,
    /// Those that lost calls that had returned, and the most that one lost.
    lost: u64,
    most_lost: usize,
    lost_orders: u64,
}

impl Summary {
    fn and(mut self, other: &Self) -> Self {
        self.workloads += other.workloads;
        self.points += other.points;
        self.written_back += other.written_back;
        self.images += other.images;
        self.calls += other.calls;
        self.done += other.done;
        self.lost += other.lost;
        self.most_lost = self.most_lost.max(other.most_lost);
        self.lost_orders += other.lost_orders;
        self
    }
}

/// Cuts the power at every point of a workload, and looks at so many images of each.
fn cut_everywhere(seed: u64, synchronous: Synchronous, each: u64, summary: &mut Summary) {
    let live = Live::of(seed, synchronous);
    summary.workloads += 1;
    summary.calls += live.calls.len();
    summary.written_back += live.written_back();
    let mut platter = Platter::default();
    let (mut returned, mut point) = (0, 0);
    for logged in &live.log {
        match logged {
            Logged::Mark(mark) => returned = usize::try_from(*mark).expect("small"),
            Logged::Op(op) => {
                platter.apply(op);
                point += 1;
                summary.points += 1;
                let each = if platter.unsynced() == 0 { 1 } else { each };
                for number in 0..each {
                    let keep = (point + number) as usize % Keep::ALL.len();
                    let cut = Cut {
                        keep: Keep::ALL[keep],
                        seed: seed << 32 | point << 8 | number,
                    };
                    look_at(&live, &platter, returned, cut, summary);
                }
            }
        }
    }
}

fn look_at(live: &Live, platter: &Platter, returned: usize, cut: Cut, summary: &mut Summary) {
    let after = platter.after(cut);
    summary.images += 1;
    let image = Image {
        live,
        // To look at, and to go on with: who looks first has recovered it.
        looked_at: Disk::of(after.clone()),
        disk: Disk::of(after),
        returned,
    };
    match image.verdict() {
        Verdict::AsReturned => {}
        Verdict::AsUnderWay => summary.done += 1,
        Verdict::Lost(calls) => {
            summary.lost += 1;
            summary.most_lost = summary.most_lost.max(calls);
            summary.lost_orders += live.orders_between(returned - calls, returned);
            return;
        }
        Verdict::Wrong(why) => panic!("{cut:?} after call {returned}: {why}"),
    }
    if let Err(why) = image.goes_on() {
        panic!("{cut:?} after call {returned}: {why}");
    }
}

fn told(default: u64) -> u64 {
    let told = std::env::var("POWERCUT_IMAGES").ok();
    told.and_then(|told| told.parse().ok()).unwrap_or(default)
}

/// So many images at least, on all cores.
fn images(wanted: u64) -> Summary {
    let each = (wanted / 25_000).clamp(1, 4);
    let (next, seen) = (AtomicU64::new(0), AtomicU64::new(0));
    let work = || {
        let mut summary = Summary::default();
        while seen.load(Ordering::Relaxed) < wanted {
            let before = summary.images;
            let seed = next.fetch_add(1, Ordering::Relaxed);
            cut_everywhere(seed, Synchronous::Full, each, &mut summary);
            seen.fetch_add(summary.images - before, Ordering::Relaxed);
        }
        summary
    };
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let joined = workers.into_iter().map(|it| it.join().expect("no panic"));
        joined.fold(Summary::default(), |all, one| all.and(&one))
    })
}

#[test]
fn a_power_cut_loses_nothing_that_was_told_and_leaves_nothing_half_done() {
    let started = std::time::Instant::now();
    let summary = images(told(2_000));
    println!("{summary:?}, {:.1?}", started.elapsed());
    assert_eq!(summary.lost, 0, "{summary:?}");
    assert!(summary.written_back > 50, "{summary:?}");
    assert!(summary.done > 0, "no cut came between commit and return");
}

#[test]
fn the_same_test_finds_what_is_lost_where_commits_are_not_synced() {
    let mut summary = Summary::default();
    cut_everywhere(0, Synchronous::Normal, 1, &mut summary);
    println!("{summary:?}");
    assert!(summary.lost > 20, "{summary:?}");
    assert!(summary.lost_orders > 0, "orders that were told are gone");
}
