//! What the till costs on this disk: orders and payments with full durability, reports over many
//! orders, and how much room an order takes.
//!
//! ```text
//! cargo run -p olympus-store --example measure -- FOLDER 10000
//! cargo run -p olympus-store --example measure --features lower-durability -- FOLDER 100000 quick
//! ```
//! `offline` lets everything wait, at most 4,900 orders. `quick` fills the file without waiting for the disk, for the figures of reports and sizes alone.

use olympus_core::pos::{Offer, Rules};
use olympus_core::route::{Draw, Moment};
use olympus_core::sync::Authority;
use olympus_core::sync::authority::{self, DeviceMark, Loaded, Record};
use olympus_core::sync::client::{self, ClientConfig, Event, Send};
use olympus_proto::grant::{OrderId, TenderKind};
use olympus_proto::pos::{MoveTicket, NewLine, NewOrder, NewPayment, TicketId, TicketState};
use olympus_proto::sync::{Entity, PullAnswer, Push};
use olympus_proto::{Cents, ItemId, MenuItem};
use olympus_store::{
    Asked, Command, Now, OpenOptions, OrderFilter, Reader, Reply, Synchronous, Till, TillConfig,
};
use std::collections::HashMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

const DISHES: usize = 200;
/// Orders of a business day.
const A_DAY: usize = 1_000;
/// Orders between two talks with the cloud.
const BATCH: usize = 100;

/// The authority of the location, as far as it is needed to empty an outbox.
#[derive(Default)]
struct Cloud {
    authority: Authority,
    mark: Option<DeviceMark>,
    records: HashMap<Entity, Record>,
    head: u64,
}

impl Cloud {
    fn answer(&mut self, send: Send) -> Event {
        match send {
            Send::Register(request, register) => {
                let decision = self.authority.register(self.mark.clone(), &register);
                self.write(decision.writes);
                let answer = decision.answer;
                Event::Registered { request, answer }
            }
            Send::Push(request, push) => {
                let answer = self.push(&push);
                Event::Pushed { request, answer }
            }
            Send::Pull(request, pull) => {
                let answer = match pull.cursor {
                    Some(from) => self.authority.changes(from, Vec::new(), 1, self.head),
                    None => self.authority.snapshot(Vec::new(), self.head),
                };
                Event::Pulled { request, answer }
            }
        }
    }

    fn push(&mut self, push: &Push) -> olympus_proto::sync::PushAnswer {
        let needs = Authority::needs(push);
        let held = needs.entities.iter();
        let records = held.filter_map(|id| Some((id.clone(), self.records.get(id)?.clone())));
        let loaded = Loaded {
            mark: self.mark.clone(),
            records: records.collect(),
            head: self.head,
            ..Loaded::default()
        };
        let decision = self.authority.push(loaded, push);
        self.write(decision.writes);
        decision.answer
    }

    fn write(&mut self, writes: Vec<authority::Write>) {
        for write in writes {
            match write {
                authority::Write::Mark(mark) => self.mark = Some(mark),
                authority::Write::Record(record) => {
                    self.records.insert(record.row.entity.clone(), record);
                }
                authority::Write::Head(head) => self.head = head,
                _ => {}
            }
        }
    }
}

struct World {
    till: Till,
    cloud: Cloud,
    start: Instant,
    sends: Vec<Send>,
    orders: usize,
    random: fastrand::Rng,
}

/// Time passes between two batches of orders, while nothing is on its way to the cloud.
fn now(start: Instant, order: usize) -> Now {
    let passed = Duration::from_secs((order / BATCH * BATCH) as u64 * 40);
    let day = order / A_DAY;
    Now {
        sync: client::Now {
            moment: Moment::new(start.elapsed() + passed),
            wall_ms: 1_800_000_000_000 + order as i64 * 40_000,
            draw: Draw(order as u64),
        },
        day: format!("2027-{:02}-{:02}", day / 28 + 1, day % 28 + 1),
        hour: (10 + order % A_DAY / 100) as u8,
    }
}

fn menu(id: &ItemId) -> Option<Offer> {
    let item = MenuItem {
        price_cents: Some(Cents(750)),
        category: Some("Mains".to_owned()),
        ..MenuItem::new(id.as_str(), "A dish with a name of some length")
    };
    Some(Offer {
        item,
        to_be_had: true,
    })
}

impl World {
    fn open(path: &Path, synchronous: Synchronous) -> anyhow::Result<Self> {
        let start = Instant::now();
        let config = TillConfig {
            location: "loc-7".into(),
            terminal: "till-1".into(),
            rules: Rules {
                currency: "USD".to_owned(),
                tax_basis_points: 825,
                tax_included: false,
            },
            sync: ClientConfig {
                most_value: Cents(i64::MAX),
                ..ClientConfig::default()
            },
        };
        let options = OpenOptions {
            synchronous,
            ..OpenOptions::default()
        };
        let (till, _) = Till::open(path, options, config, &now(start, 0))?;
        Ok(Self {
            till,
            cloud: Cloud::default(),
            start,
            sends: Vec::new(),
            orders: 0,
            random: fastrand::Rng::with_seed(7),
        })
    }

    fn ask(&mut self, key: String, command: Command) -> anyhow::Result<(Reply, Duration)> {
        let asked = Asked {
            key,
            digest: [7; 32],
            if_match: None,
            command,
        };
        let now = now(self.start, self.orders);
        let began = Instant::now();
        let done = self.till.ask(asked, &menu, &now)?;
        let took = began.elapsed();
        self.sends.extend(done.todo.send);
        Ok((done.reply, took))
    }

    /// An order of one to five dishes, fired, and paid in cash: how long each of the two took.
    fn sell(&mut self) -> anyhow::Result<[Duration; 2]> {
        self.orders += 1;
        let count = self.random.usize(1..=5);
        let lines = (0..count).map(|_| NewLine {
            item: ItemId(format!("dish-{}", self.random.usize(0..DISHES))),
            quantity: self.random.u32(1..=2),
            modifiers: Vec::new(),
            note: None,
            price_cents: None,
        });
        let order = NewOrder {
            lines: lines.collect(),
            fire: true,
            ..NewOrder::default()
        };
        let number = self.orders;
        let (reply, opened) = self.ask(format!("open-{number}"), Command::OpenOrder(order))?;
        let Reply::Order(order) = reply else {
            anyhow::bail!("no order");
        };
        let payment = NewPayment {
            tender: TenderKind::Cash,
            card: None,
            handed_cents: None,
            amount_cents: None,
            tip_cents: Cents(100),
            age_shown: None,
        };
        let ticket = TicketId(format!("{}.1", order.id));
        let (_, paid) = self.ask(format!("pay-{number}"), Command::Pay(order.id, payment))?;
        let state = TicketState::Done;
        let command = Command::MoveTicket(ticket, MoveTicket { state });
        self.ask(format!("done-{number}"), command)?;
        Ok([opened, paid])
    }

    /// Lets the cloud take what waits.
    fn settle(&mut self) -> anyhow::Result<()> {
        let at = now(self.start, self.orders);
        self.sends.extend(self.till.sync(Event::Changed, &at)?.send);
        while !self.sends.is_empty() {
            for send in std::mem::take(&mut self.sends) {
                let event = self.cloud.answer(send);
                let pulled = matches!(
                    &event,
                    Event::Pulled {
                        answer: PullAnswer::Snapshot { .. },
                        ..
                    }
                );
                let at = now(self.start, self.orders);
                self.sends.extend(self.till.sync(event, &at)?.send);
                if pulled {
                    self.sends.retain(|send| !matches!(send, Send::Pull(..)));
                }
            }
        }
        Ok(())
    }
}

fn print(what: &str, mut times: Vec<Duration>) {
    times.sort();
    let at = |part: f64| times[((times.len() - 1) as f64 * part) as usize].as_secs_f64() * 1e3;
    println!(
        "{what:<28} n {:>6}   p50 {:>7.2} ms   p99 {:>7.2} ms   p99.9 {:>7.2} ms   max {:>7.2} ms",
        times.len(),
        at(0.5),
        at(0.99),
        at(0.999),
        at(1.0)
    );
}

fn timed<T>(
    what: &str,
    run: impl FnOnce() -> Result<T, olympus_store::StoreError>,
) -> anyhow::Result<T> {
    let began = Instant::now();
    let found = run()?;
    println!("{what:<44} {:>8.1} ms", began.elapsed().as_secs_f64() * 1e3);
    Ok(found)
}

fn read(path: &Path) -> anyhow::Result<()> {
    let reader = Reader::open(path, &OpenOptions::default())?;
    let all = timed("report of all days", || {
        reader.sales("2027-01-01", "2027-12-28")
    })?;
    println!(
        "  {} orders, {} gross, {} dishes, {} hours",
        all.orders,
        all.gross_cents,
        all.by_item.len(),
        all.by_hour.len()
    );
    timed("report of all days, again", || {
        reader.sales("2027-01-01", "2027-12-28")
    })?;
    timed("report of one day", || {
        reader.sales("2027-01-01", "2027-01-01")
    })?;
    timed("open settlement", || reader.settlement())?;
    timed("accounts", || reader.ledger_sums())?;
    timed("payments of one day, to reconcile", || {
        reader.ledger_payments("2027-01-01", "2027-01-01")
    })?;
    let filter = OrderFilter::default();
    let page = timed("newest 50 orders", || reader.orders(&filter, None, 50))?;
    let id: OrderId = page
        .orders
        .first()
        .map_or_else(|| "none".into(), |it| it.id.clone());
    timed("one order", || reader.order(&id))?;
    Ok(())
}

/// What the disk takes without a store: as much as a command writes, and a sync.
fn bare(folder: &str) -> anyhow::Result<Duration> {
    let path = Path::new(folder).join("bare");
    let mut file = std::fs::File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path)?;
    file.write_all(&[7; 64 * 1024])?;
    let began = Instant::now();
    file.sync_data()?;
    Ok(began.elapsed())
}

fn bytes(path: &Path) -> anyhow::Result<u64> {
    Ok(std::fs::metadata(path)?.len())
}

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, folder, count, rest @ ..] = arguments.as_slice() else {
        anyhow::bail!("measure FOLDER ORDERS [quick | offline]");
    };
    let path: PathBuf = Path::new(folder).join("measured.db");
    anyhow::ensure!(!path.exists(), "{} exists", path.display());
    let count: usize = count.parse()?;
    let synchronous = match rest.first().map(String::as_str) {
        #[cfg(feature = "lower-durability")]
        Some("quick") => Synchronous::Normal,
        Some("offline") | None => Synchronous::Full,
        Some(other) => anyhow::bail!("`{other}` is not known, or needs its feature"),
    };
    let offline = rest.first().is_some_and(|word| word == "offline");
    let mut world = World::open(&path, synchronous)?;
    world.settle()?;
    let (mut opened, mut paid, mut disk) = (Vec::new(), Vec::new(), Vec::new());
    for number in 1..=count {
        if number % 10 == 0 {
            disk.push(bare(folder)?);
        }
        let [open, pay] = world.sell()?;
        opened.push(open);
        paid.push(pay);
        if (number + 1) % BATCH == 0 && !offline {
            world.settle()?;
        }
    }
    print("64 KB to the bare disk", disk);
    print("open an order, fired", opened);
    print("pay it", paid);
    if !offline {
        world.settle()?;
    }
    let options = OpenOptions {
        synchronous,
        ..OpenOptions::default()
    };
    drop(world);
    println!(
        "file {:.1} MB, {:.0} bytes an order",
        bytes(&path)? as f64 / 1e6,
        bytes(&path)? as f64 / count as f64
    );
    read(&path)?;
    let began = Instant::now();
    let world = World::open(&path, options.synchronous)?;
    println!(
        "{:<44} {:>8.1} ms, {} operations wait",
        "open, pages checked",
        began.elapsed().as_secs_f64() * 1e3,
        world.till.standing(&now(world.start, 0)).sync.queue_size
    );
    drop(world);
    Ok(())
}
