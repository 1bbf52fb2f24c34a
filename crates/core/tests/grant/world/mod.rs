//! A world around one terminal: an authority that signs, a disk, customers, a clock that lies and a
//! shell that dies. It keeps its own books, by which the terminal is judged.

mod authority;
mod books;
mod op;

pub(crate) use op::{Crash, Faults, Op};

use crate::fixture::{DAY, HOUR, MINUTE, T0, card, policy, published, sale, seal, snapshot};
use books::Entry;
use olympus_core::grant::{
    Approved, CardState, Effects, KEEP_SALES_MS, Reading, Refusal, Row, Sale, Saved, Tender,
    Terminal,
};
use olympus_core::route::Moment;
use olympus_proto::Cents;
use olympus_proto::grant::{CardToken, Grant, GrantId, OrderId, Revoked, SaleId};
use std::collections::{BTreeMap, BTreeSet};

pub(crate) struct World {
    faults: Faults,
    terminal: Option<Terminal>,
    disk: Saved,
    backup: Saved,
    true_ms: u64,
    started_ms: u64,
    wall_off_ms: i64,
    /// Whether the wall clock was ever set.
    set: bool,
    /// Whether the wall clock was ever behind, or so far ahead that it is not believed.
    misled: bool,
    granted: BTreeMap<GrantId, Grant>,
    /// What the terminal holds, by what it acknowledged.
    current: Option<GrantId>,
    tokens: Vec<(GrantId, String)>,
    /// The latest moment that the terminal has written with a clock that was not behind.
    floor_ms: u64,
    /// The authority's list: its number, cards and grants; then what of it was delivered.
    list: (u64, BTreeSet<CardToken>, BTreeSet<GrantId>),
    revoked_cards: BTreeSet<CardToken>,
    revoked_grants: BTreeSet<GrantId>,
    open: BTreeMap<OrderId, u64>,
    books: BTreeMap<SaleId, Entry>,
    told: BTreeMap<SaleId, i64>,
    /// What each stored-value card really holds, and how much was put on it.
    real: BTreeMap<CardToken, CardState>,
    latest: Option<(Sale, u64)>,
    /// Sales that are too old to be asked for again.
    forgotten: BTreeSet<SaleId>,
    refunds: u64,
    customers: u64,
    retries: u64,
}

impl World {
    pub(crate) fn new(faults: Faults) -> Self {
        let mut disk = Saved::registered("loc-7".into(), "till-1".into(), published(), T0);
        let mut terminal = Terminal::restore(disk.clone()).expect("sound");
        let reading = Reading {
            wall_ms: T0,
            up: Moment::START,
        };
        let mut rules = policy(3);
        rules
            .tenders
            .iter_mut()
            .for_each(|rule| rule.sale_cents = Cents(1_000_000));
        let mut list = snapshot(1);
        list.expires_ms = T0 + 23 * HOUR;
        let first = terminal.take_policy(&seal(&rules), reading);
        let second = terminal.take_list(&seal(&list), reading);
        assert!(first.outcome.is_ok() && second.outcome.is_ok());
        let rows = first.persist.into_iter().chain(second.persist);
        rows.for_each(|row| disk.write(row));
        Self {
            faults,
            terminal: Some(terminal),
            backup: disk.clone(),
            disk,
            true_ms: T0,
            started_ms: T0,
            wall_off_ms: 0,
            set: false,
            misled: false,
            granted: BTreeMap::new(),
            current: None,
            tokens: Vec::new(),
            floor_ms: T0,
            list: (1, BTreeSet::from([card(66)]), BTreeSet::new()),
            revoked_cards: BTreeSet::from([card(66)]),
            revoked_grants: BTreeSet::new(),
            open: BTreeMap::new(),
            books: BTreeMap::new(),
            told: BTreeMap::new(),
            real: BTreeMap::new(),
            latest: None,
            forgotten: BTreeSet::new(),
            refunds: 0,
            customers: 0,
            retries: 0,
        }
    }

    /// Whether all holds after each of `ops`, and a start at the end.
    pub(crate) fn run(ops: &[Op], faults: Faults) -> Result<(), String> {
        let mut world = Self::new(faults);
        for (number, op) in ops.iter().enumerate() {
            let step = world.step(op).and_then(|()| world.check());
            step.map_err(|wrong| format!("op {number}, {op:?}: {wrong}"))?;
        }
        world.restart()?;
        world.check()
    }

    fn reading(&self) -> Reading {
        Reading {
            wall_ms: self.true_ms.saturating_add_signed(self.wall_off_ms),
            up: Moment::from_millis(self.true_ms - self.started_ms),
        }
    }

    fn step(&mut self, op: &Op) -> Result<(), String> {
        if self.faults.believes_the_wall {
            let reading = self.reading();
            self.with(Crash::Never, |t| t.told_time(reading.wall_ms, reading))?;
        }
        match op {
            Op::Sell {
                cents,
                card: number,
                stored,
                order,
                crash,
            } => {
                self.customers += 1;
                let tender = self.tender(*number, *stored);
                let mut sale = sale(&format!("s-{}", self.customers), *cents, tender);
                sale.order = order.map(order_id);
                self.sell(&sale, self.customers, *crash)
            }
            Op::AskAgain => {
                let Some((mut sale, customer)) = self.latest.clone() else {
                    return Ok(());
                };
                if self.faults.new_id_each_time {
                    self.retries += 1;
                    sale.id = format!("again-{}", self.retries).as_str().into();
                }
                self.sell(&sale, customer, Crash::Never)
            }
            Op::Refund { cents, crash } => self.refund(*cents, *crash),
            Op::Refresh {
                total,
                sales,
                replay,
                crash,
            } => self.refresh((*total, *sales), *replay, *crash),
            Op::RevokeCard { card: number, lost } => {
                let what = Revoked {
                    cards: vec![card(*number)],
                    ..Revoked::default()
                };
                self.revoke(what, *lost)
            }
            Op::RevokeGrant => {
                let grants = self.current.clone().into_iter().collect();
                self.revoke(
                    Revoked {
                        grants,
                        ..Revoked::default()
                    },
                    false,
                )
            }
            Op::Open(number) => self.open_order(*number),
            Op::Close(number) => self.close_order(*number),
            Op::Pass { minutes } => {
                self.true_ms += minutes * MINUTE;
                let reading = self.reading();
                self.with(Crash::Never, |t| t.tick(reading)).map(|_| ())
            }
            Op::Wall { minutes } => {
                self.wall_off_ms = minutes * 60_000;
                self.set |= *minutes != 0;
                self.misled |= *minutes < 0 || *minutes > 20 * 24 * 60;
                Ok(())
            }
            Op::Restart { minutes } => {
                self.true_ms += minutes * MINUTE;
                self.restart()
            }
            Op::ToldTime => {
                let (now, reading) = (self.true_ms, self.reading());
                self.with(Crash::Never, |t| t.told_time(now, reading))
                    .map(|_| ())
            }
        }
    }

    fn tender(&self, number: u8, stored: bool) -> Tender {
        match (stored, number) {
            (false, 3) => return Tender::Cash,
            (false, _) => return Tender::Card(card(number)),
            (true, _) => {}
        }
        let token = card(number | 0x80);
        let fresh = CardState {
            sequence: 1,
            balance_cents: Cents(3_000),
            blocked: false,
        };
        let shown = self.real.get(&token).copied().unwrap_or(fresh);
        Tender::StoredValue(token, shown)
    }

    fn sell(&mut self, sale: &Sale, customer: u64, crash: Crash) -> Result<(), String> {
        self.latest = Some((sale.clone(), customer));
        let reading = self.reading();
        let Some((outcome, written)) = self.with(crash, |t| t.authorise(sale, reading))? else {
            return Ok(());
        };
        let Ok(approved) = outcome else {
            return Ok(());
        };
        if written && !approved.repeated {
            self.may_sell(sale)?;
            let counts = sale.tender != Tender::Cash;
            let entry = Entry {
                grant: self.current.clone().filter(|_| counts),
                cents: sale.cents.0,
                at_ms: self.true_ms,
                late: self.is_late(sale),
                customer,
            };
            self.books.insert(sale.id.clone(), entry);
        }
        let told = written && crash != Crash::AfterWriting;
        if told || (self.faults.tells_before_writing && crash != Crash::AfterWriting) {
            self.tell(sale, &approved);
        }
        Ok(())
    }

    /// The customer has the goods, the card its new state.
    fn tell(&mut self, sale: &Sale, approved: &Approved) {
        self.told.insert(sale.id.clone(), sale.cents.0);
        if let (Tender::StoredValue(token, _), Some(state)) = (&sale.tender, approved.card) {
            let real = self.real.entry(token.clone()).or_insert(state);
            if state.sequence > real.sequence {
                *real = state;
            }
        }
    }

    fn refund(&mut self, cents: i64, crash: Crash) -> Result<(), String> {
        let Some((sale, _)) = self.latest.clone() else {
            return Ok(());
        };
        self.refunds += 1;
        let id = SaleId(format!("r-{}", self.refunds));
        let reading = self.reading();
        let before = self.disk.head.spent;
        self.with(crash, |t| t.refund(&sale.id, id, Cents(cents), reading))?;
        if self.disk.head.spent != before {
            return Err("a refund changed what is spent".to_owned());
        }
        Ok(())
    }

    fn open_order(&mut self, number: u8) -> Result<(), String> {
        let (order, reading, now) = (order_id(number), self.reading(), self.true_ms);
        let opened = self.with(Crash::Never, |t| t.open_order(order.clone(), reading))?;
        if let Some((Ok(_), _)) = opened {
            self.open.entry(order).or_insert(now);
        }
        Ok(())
    }

    fn close_order(&mut self, number: u8) -> Result<(), String> {
        let (order, reading) = (order_id(number), self.reading());
        if !self.faults.closes_no_orders {
            self.with(Crash::Never, |t| t.close_order(&order, reading))?;
        }
        self.open.remove(&order);
        Ok(())
    }

    fn restart(&mut self) -> Result<(), String> {
        if self.faults.restores_a_backup {
            self.disk = self.backup.clone();
        }
        let restored = Terminal::restore(self.disk.clone());
        self.terminal = Some(restored.map_err(|why| format!("not restored: {why:?}"))?);
        self.started_ms = self.true_ms;
        Ok(())
    }

    /// Lets the terminal decide, writes what it says, and tells whether that came so far.
    #[expect(clippy::type_complexity, reason = "outcome, and whether it is written")]
    fn with<T>(
        &mut self,
        crash: Crash,
        act: impl FnOnce(&mut Terminal) -> Effects<T>,
    ) -> Result<Option<(Result<T, Refusal>, bool)>, String> {
        let Some(terminal) = self.terminal.as_mut() else {
            return Ok(None);
        };
        let effects = act(terminal);
        let written = matches!(crash, Crash::Never | Crash::AfterWriting);
        let on_time = (0..=20 * DAY as i64).contains(&self.wall_off_ms);
        if written {
            let tells_the_time = |row: &Row| matches!(row, Row::Head(_));
            if on_time && effects.persist.iter().any(tells_the_time) {
                self.floor_ms = self.true_ms;
            }
            for row in effects.persist {
                self.note_forgotten(&row)?;
                self.disk.write(row);
            }
            if self.disk != *self.terminal.as_ref().ok_or("gone")?.saved() && !self.tolerates() {
                return Err("what is written is not what the terminal holds".to_owned());
            }
        } else if self.faults.tears_transactions {
            // The last row of several is not there; of one row there is no half.
            let most = effects.persist.len().saturating_sub(1);
            let rows = effects.persist.into_iter().take(most);
            rows.for_each(|row| self.disk.write(row));
        }
        match crash {
            Crash::Never => {}
            Crash::DiskFull if self.faults.goes_on_after_a_failed_write => {}
            // As it is told to: the machine is thrown away, and read again.
            _ => self.restart()?,
        }
        Ok(Some((effects.outcome, written)))
    }

    /// A sale leaves the disk once it is old, by the clock that the terminal goes by.
    fn note_forgotten(&mut self, row: &Row) -> Result<(), String> {
        let Row::Forget(id) = row else {
            return Ok(());
        };
        let age = self.books.get(id).map(|entry| self.true_ms - entry.at_ms);
        if !self.set && age.is_none_or(|age| age <= KEEP_SALES_MS) {
            return Err(format!("{id} is forgotten after {age:?} ms"));
        }
        self.forgotten.insert(id.clone());
        // After that long the till does not ask again.
        self.latest.take_if(|(sale, _)| sale.id == *id);
        Ok(())
    }

    /// A terminal whose write failed once is known to differ from the disk; so is a backup.
    const fn tolerates(&self) -> bool {
        self.faults.goes_on_after_a_failed_write
    }
}

fn order_id(number: u8) -> OrderId {
    OrderId(format!("o-{number}"))
}
