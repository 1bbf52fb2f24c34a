//! Random days at a till against a plain model in memory: what is answered, what is shown and what
//! the ledger says, with starts, faults, retries and a cloud in between.

use crate::support::cloud::Cloud;
use crate::support::{Shop, cash, line, new_order, payment_of};
use olympus_proto::grant::OrderId;
use olympus_proto::pos::{
    AddLines, AdjustStock, ChangeLine, CountStock, Fire, NewRefund, OrderStatus, PaymentId,
    VoidOrder,
};
use olympus_proto::{Cents, ItemId};
use olympus_store::{Command, Done, Reply, TillError};
use proptest::prelude::*;
use std::collections::BTreeMap;

const ITEMS: [(&str, i64); 3] = [("burger", 950), ("fries", 325), ("beer", 500)];

#[derive(Debug, Clone)]
enum Step {
    Open(Vec<(usize, u32)>, bool),
    Add(usize, usize, u32, bool),
    Fire(usize),
    VoidLine(usize, usize),
    VoidOrder(usize),
    Pay(usize, Option<i64>, i64),
    Refund(usize, Option<i64>),
    Count(usize, i64),
    Adjust(usize, i64),
    Stop(usize),
    Repeat(usize),
    /// The next command fails at its last write, and is tried again.
    Fault,
    Reopen,
    Cloud,
}

#[derive(Debug, Clone)]
struct Line {
    item: usize,
    quantity: u32,
    fired: bool,
    voided: bool,
}

#[derive(Debug, Clone)]
struct Bill {
    id: OrderId,
    lines: Vec<Line>,
    /// What is held of the guest's money.
    held: i64,
    /// What was posted as its sale.
    sold: Option<i64>,
    voided: bool,
    payments: usize,
}

impl Bill {
    fn total(&self) -> i64 {
        let lines = self.lines.iter().filter(|line| !line.voided);
        let sum: i64 = lines
            .map(|line| ITEMS[line.item].1 * i64::from(line.quantity))
            .sum();
        sum + (sum * 825 + 5_000) / 10_000
    }

    fn status(&self) -> OrderStatus {
        if self.voided {
            OrderStatus::Voided
        } else if self.held > 0 && self.held >= self.total() {
            OrderStatus::Paid
        } else {
            OrderStatus::Open
        }
    }
}

struct Taken {
    id: PaymentId,
    order: usize,
    amount_left: i64,
    tip_left: i64,
}

#[derive(Default)]
struct Model {
    bills: Vec<Bill>,
    payments: Vec<Taken>,
    stock: BTreeMap<usize, i64>,
    cash: i64,
    tips: i64,
    gross: i64,
    earned_back: i64,
}

impl Model {
    fn take(&mut self, item: usize, quantity: u32) {
        if let Some(count) = self.stock.get_mut(&item) {
            *count -= i64::from(quantity);
        }
    }

    /// Posts the sale where the order has just been paid.
    fn finish(&mut self, at: usize) {
        let bill = &mut self.bills[at];
        if bill.status() != OrderStatus::Paid || bill.sold.is_some() {
            return;
        }
        bill.sold = Some(bill.total());
        self.gross += bill.total();
        let unfired: Vec<_> = bill
            .lines
            .iter()
            .filter(|line| !line.fired && !line.voided)
            .map(|line| (line.item, line.quantity))
            .collect();
        for (item, quantity) in unfired {
            self.take(item, quantity);
        }
    }

    fn add(&mut self, at: usize, item: usize, quantity: u32, fired: bool) {
        self.bills[at].lines.push(Line {
            item,
            quantity,
            fired,
            voided: false,
        });
        if fired {
            self.take(item, quantity);
        }
    }
}

struct World {
    shop: Shop,
    cloud: Cloud,
    model: Model,
    fault: bool,
    /// What was asked under which key, and answered.
    told: Vec<(String, Command, Reply)>,
}

fn item(index: usize) -> ItemId {
    ITEMS[index].0.into()
}

impl World {
    fn new() -> Self {
        Self {
            shop: Shop::new(),
            cloud: Cloud::default(),
            model: Model::default(),
            fault: false,
            told: Vec::new(),
        }
    }

    fn ask(&mut self, command: Command) -> Result<Done, TillError> {
        let key = self.shop.key();
        if std::mem::take(&mut self.fault) {
            let plant = "CREATE TRIGGER fails BEFORE INSERT ON idempotency
                BEGIN SELECT RAISE(ABORT, 'the disk fails'); END";
            self.shop.sql().execute_batch(plant).expect("plants");
            let failed = self.shop.ask_as(&key, command.clone());
            self.shop
                .sql()
                .execute_batch("DROP TRIGGER fails")
                .expect("heals");
            assert!(failed.is_err(), "it was done without its last write");
        }
        let done = self.shop.ask_as(&key, command.clone())?;
        self.told.push((key, command, done.reply.clone()));
        Ok(done)
    }

    /// Does it on both sides; `may` is whether the model would.
    fn both(&mut self, may: bool, command: Command) -> Option<Done> {
        let text = format!("{command:?}");
        match (self.ask(command), may) {
            (Ok(done), true) => Some(done),
            (Err(TillError::Refused { .. }), false) => None,
            (got, _) => panic!("{text}: may be done: {may}, got {got:?}"),
        }
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Open(lines, fire) => self.open(&lines, fire),
            Step::Count(at, count) => {
                self.model.stock.insert(at, count);
                let new = CountStock { count, low_at: 0 };
                self.both(true, Command::CountStock(item(at), new));
            }
            Step::Adjust(at, by) => {
                let may = self.model.stock.contains_key(&at);
                let reason = "delivery".to_owned();
                let new = AdjustStock { by, reason };
                self.both(may, Command::AdjustStock(item(at), new));
                if let Some(count) = self.model.stock.get_mut(&at) {
                    *count += by;
                }
            }
            Step::Stop(at) => {
                let may = self.model.stock.remove(&at).is_some();
                self.both(may, Command::StopCounting(item(at)));
            }
            Step::Repeat(at) => self.repeat(at),
            Step::Fault => self.fault = true,
            Step::Reopen => {
                self.shop.drop_till();
                self.shop.open().expect("opens");
            }
            Step::Cloud => self.cloud.settle(&mut self.shop),
            Step::Refund(at, cents) => self.refund(at, cents),
            on_order => self.step_on_order(on_order),
        }
    }

    fn open(&mut self, lines: &[(usize, u32)], fire: bool) {
        let named: Vec<_> = lines
            .iter()
            .map(|(at, count)| (ITEMS[*at].0, *count))
            .collect();
        let done = self.both(true, Command::OpenOrder(new_order(&named, fire)));
        let Some(Reply::Order(order)) = done.map(|done| done.reply) else {
            panic!("no order");
        };
        self.model.bills.push(Bill {
            id: order.id.clone(),
            lines: Vec::new(),
            held: 0,
            sold: None,
            voided: false,
            payments: 0,
        });
        for (at, count) in lines {
            let last = self.model.bills.len() - 1;
            self.model.add(last, *at, *count, fire);
        }
    }

    fn step_on_order(&mut self, step: Step) {
        let count = self.model.bills.len();
        if count == 0 {
            return;
        }
        match step {
            Step::Add(at, dish, quantity, fire) => {
                let at = at % count;
                let may = self.model.bills[at].status() == OrderStatus::Open;
                let lines = vec![line(ITEMS[dish].0, quantity)];
                let id = self.model.bills[at].id.clone();
                if self
                    .both(may, Command::AddLines(id, AddLines { lines, fire }))
                    .is_some()
                {
                    self.model.add(at, dish, quantity, fire);
                }
            }
            Step::Fire(at) => self.fire(at % count),
            Step::VoidLine(at, line) => self.void_line(at % count, line),
            Step::VoidOrder(at) => {
                let at = at % count;
                let bill = &mut self.model.bills[at];
                let may =
                    bill.status() == OrderStatus::Open && bill.held == 0 && bill.sold.is_none();
                bill.voided |= may;
                let id = bill.id.clone();
                let reason = "left".to_owned();
                self.both(may, Command::VoidOrder(id, VoidOrder { reason }));
            }
            Step::Pay(at, cents, tip) => self.pay(at % count, cents, tip),
            _ => unreachable!("not of an order"),
        }
    }

    fn fire(&mut self, at: usize) {
        let bill = self.model.bills[at].clone();
        let held = |line: &Line| !line.fired && !line.voided;
        // Also of an order that is paid: first the money, then the kitchen.
        let may = bill.status() != OrderStatus::Voided && bill.lines.iter().any(held);
        if self
            .both(may, Command::Fire(bill.id.clone(), Fire::default()))
            .is_none()
        {
            return;
        }
        for (index, line) in bill.lines.iter().enumerate() {
            if held(line) {
                self.model.bills[at].lines[index].fired = true;
                if bill.sold.is_none() {
                    self.model.take(line.item, line.quantity);
                }
            }
        }
    }

    fn void_line(&mut self, at: usize, line: usize) {
        let bill = self.model.bills[at].clone();
        if bill.lines.is_empty() {
            return;
        }
        let line = line % bill.lines.len();
        let mut after = bill.clone();
        after.lines[line].voided = true;
        let may = bill.status() == OrderStatus::Open
            && !bill.lines[line].voided
            && bill.sold.is_none()
            && after.total() >= bill.held;
        let shown = self
            .shop
            .reader()
            .order(&bill.id)
            .expect("reads")
            .expect("there");
        let id = shown.lines[line].line.clone();
        let change = ChangeLine {
            void: Some("not wanted".to_owned()),
            ..ChangeLine::default()
        };
        if self
            .both(may, Command::ChangeLine(bill.id, id, change))
            .is_some()
        {
            self.model.bills[at] = after;
            self.model.finish(at);
        }
    }

    fn pay(&mut self, at: usize, cents: Option<i64>, tip: i64) {
        let bill = self.model.bills[at].clone();
        let due = (bill.total() - bill.held).max(0);
        let open = bill.status() == OrderStatus::Open;
        let amount = cents.unwrap_or(due);
        let may = open && due > 0 && amount > 0 && amount <= due;
        let mut new = cash();
        new.amount_cents = cents.map(Cents);
        new.tip_cents = Cents(tip);
        let Some(done) = self.both(may, Command::Pay(bill.id, new)) else {
            return;
        };
        let payment = payment_of(&done);
        assert_eq!(payment.amount_cents, Cents(amount));
        self.model.payments.push(Taken {
            id: payment.id,
            order: at,
            amount_left: amount,
            tip_left: tip,
        });
        self.model.cash += amount + tip;
        self.model.tips += tip;
        self.model.bills[at].held += amount;
        self.model.bills[at].payments += 1;
        self.model.finish(at);
    }

    fn refund(&mut self, at: usize, cents: Option<i64>) {
        if self.model.payments.is_empty() {
            return;
        }
        let at = at % self.model.payments.len();
        let taken = &self.model.payments[at];
        let left = taken.amount_left + taken.tip_left;
        let back = cents.unwrap_or(left);
        let may = back > 0 && back <= left;
        let new = NewRefund {
            amount_cents: cents.map(Cents),
            reason: "cold".to_owned(),
        };
        let id = taken.id.clone();
        if self.both(may, Command::Refund(id, new)).is_none() {
            return;
        }
        let taken = &mut self.model.payments[at];
        let amount = back.min(taken.amount_left);
        taken.amount_left -= amount;
        taken.tip_left -= back - amount;
        self.model.cash -= back;
        self.model.tips -= back - amount;
        let bill = &mut self.model.bills[taken.order];
        bill.payments += 1;
        match bill.sold {
            Some(_) => self.model.earned_back += amount,
            None => bill.held -= amount,
        }
    }

    fn repeat(&mut self, at: usize) {
        if self.told.is_empty() {
            return;
        }
        let (key, command, reply) = self.told[at % self.told.len()].clone();
        let again = self.shop.ask_as(&key, command).expect("again");
        assert!(again.replayed);
        assert_eq!(again.reply, reply, "as it was told then");
    }

    fn check(&self) {
        let reader = self.shop.reader();
        for bill in &self.model.bills {
            let shown = reader.order(&bill.id).expect("reads").expect("there");
            assert_eq!(shown.status, bill.status(), "{bill:?}");
            assert_eq!(shown.totals.total_cents, Cents(bill.total()), "{bill:?}");
            assert_eq!(shown.lines.len(), bill.lines.len());
            assert_eq!(shown.payments.len(), bill.payments);
        }
        let stock = reader.inventory().expect("reads").stock;
        let shown: BTreeMap<ItemId, i64> =
            stock.into_iter().map(|one| (one.item, one.count)).collect();
        let wanted: BTreeMap<ItemId, i64> = self
            .model
            .stock
            .iter()
            .map(|(at, count)| (item(*at), *count))
            .collect();
        assert_eq!(shown, wanted);
        let sums = self.shop.books();
        assert_eq!(sums["cash"].0, self.model.cash);
        assert_eq!(sums["tips"].0, -self.model.tips);
        let unsold = self.model.bills.iter().filter(|bill| bill.sold.is_none());
        let deposits: i64 = unsold.map(|bill| bill.held).sum();
        assert_eq!(sums["deposits"].0, -deposits);
        let earned = sums["sales"].0 + sums["tax"].0 + sums["refunds"].0;
        assert_eq!(earned, self.model.earned_back - self.model.gross);
        assert_eq!(self.shop.gross(), self.model.gross);
    }
}

fn step() -> impl Strategy<Value = Step> {
    let dish = 0..ITEMS.len();
    let lines = proptest::collection::vec((dish.clone(), 1_u32..4), 0..4);
    let part = proptest::option::of(1_i64..1_500);
    prop_oneof![
        4 => (lines, any::<bool>()).prop_map(|(lines, fire)| Step::Open(lines, fire)),
        4 => (0_usize..9, dish.clone(), 1_u32..4, any::<bool>())
            .prop_map(|(at, dish, count, fire)| Step::Add(at, dish, count, fire)),
        3 => (0_usize..9).prop_map(Step::Fire),
        3 => (0_usize..9, 0_usize..5).prop_map(|(at, line)| Step::VoidLine(at, line)),
        1 => (0_usize..9).prop_map(Step::VoidOrder),
        8 => (0_usize..9, part.clone(), 0_i64..200)
            .prop_map(|(at, cents, tip)| Step::Pay(at, cents, tip)),
        3 => (0_usize..9, part).prop_map(|(at, cents)| Step::Refund(at, cents)),
        2 => (dish.clone(), 0_i64..50).prop_map(|(at, count)| Step::Count(at, count)),
        2 => (dish.clone(), prop_oneof![-5_i64..0, 1_i64..6])
            .prop_map(|(at, by)| Step::Adjust(at, by)),
        1 => dish.prop_map(Step::Stop),
        3 => (0_usize..99).prop_map(Step::Repeat),
        2 => Just(Step::Fault),
        2 => Just(Step::Reopen),
        2 => Just(Step::Cloud),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: std::env::var("STORE_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(48),
        ..ProptestConfig::default()
    })]

    #[test]
    fn a_till_does_what_the_model_does(steps in proptest::collection::vec(step(), 1..60)) {
        let mut world = World::new();
        for step in steps {
            world.step(step);
            world.check();
        }
        world.cloud.settle(&mut world.shop);
        world.check();
        let now = world.shop.now();
        prop_assert_eq!(world.shop.till().standing(&now).sync.queue_size, 0);
        prop_assert!(world.shop.till().standing(&now).attention.is_empty());
    }
}
