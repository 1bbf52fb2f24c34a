//! A till at work, call by call, with what the disk was told and what the tables were after each.

use super::{Tables, tables};
use crate::cloud::Cloud;
use crate::issuer::Issuer;
use crate::support::{self, T0, by_card, dish, in_cash, line};
use olympus_powercut::{Disk, Logged, Op, Rng};
use olympus_proto::Cents;
use olympus_proto::grant::{Caps, OrderId};
use olympus_proto::pos::{
    AddLines, AdjustStock, CountStock, Fire, MoveTicket, NewOrder, NewRefund, OrderStatus,
    PaymentId, TicketId, TicketState, VoidOrder,
};
use olympus_store::{Asked, Command, GrantEvent, Now, Reply, Synchronous, Till, TillError, Todo};
use std::collections::VecDeque;

/// One call of the till.
pub(crate) enum Call {
    Ask(Box<Asked>),
    Sync,
    Grants,
}

/// A call, when it was made, and what it came to.
pub(crate) struct Called {
    pub(crate) call: Call,
    pub(crate) now: Now,
    pub(crate) reply: Option<Reply>,
}

/// A run, as it went with the power on.
pub(crate) struct Live {
    /// Call n, from 1, is at n - 1.
    pub(crate) calls: Vec<Called>,
    /// Before any call (at 0), and after each. The first one is before the file is all there.
    pub(crate) states: Vec<Tables>,
    pub(crate) log: Vec<Logged>,
}

struct Worker {
    rng: Rng,
    disk: Disk,
    till: Till,
    cloud: Cloud,
    issuer: Issuer,
    at_ms: u64,
    live: Live,
    todo: VecDeque<olympus_core::sync::client::Send>,
    open: Vec<OrderId>,
    paid: Vec<PaymentId>,
    tickets: Vec<TicketId>,
}

pub(crate) fn caps() -> Caps {
    Caps {
        sale_cents: Cents(20_000),
        total_cents: Cents(60_000),
        sales: 12,
    }
}

impl Live {
    /// A till from its first start through a short day.
    pub(crate) fn of(seed: u64, synchronous: Synchronous) -> Self {
        let disk = Disk::default();
        disk.record();
        let now = support::now(0, T0, seed);
        let config = support::config(1, support::sync());
        let (till, todo) = support::open(&disk, synchronous, config, &now).expect("a new file");
        disk.mark(1);
        let opened = Called {
            call: Call::Grants,
            now,
            reply: None,
        };
        let live = Self {
            calls: vec![opened],
            states: vec![Tables::new(), tables(&disk).expect("readable")],
            log: Vec::new(),
        };
        let mut worker = Worker {
            rng: Rng::new(seed),
            disk,
            till,
            cloud: Cloud::in_memory(),
            issuer: Issuer::new(caps(), T0.unsigned_abs()),
            at_ms: 0,
            live,
            todo: todo.send.into(),
            open: Vec::new(),
            paid: Vec::new(),
            tickets: Vec::new(),
        };
        worker.works();
        drop(worker.till);
        let mut live = worker.live;
        live.log = worker.disk.recorded();
        live
    }

    /// Writes to the file itself, which was created first.
    pub(crate) fn written_back(&self) -> usize {
        let back = |logged: &&Logged| matches!(logged, Logged::Op(Op::Write { file: 0, .. }));
        self.log.iter().filter(back).count()
    }

    /// How many orders the calls after `from`, up to `to`, have opened.
    pub(crate) fn orders_between(&self, from: usize, to: usize) -> u64 {
        let opens = |called: &&Called| {
            let Call::Ask(asked) = &called.call else {
                return false;
            };
            matches!(asked.command, Command::OpenOrder(_))
        };
        self.calls[from..to].iter().filter(opens).count() as u64
    }
}

impl Worker {
    fn now(&mut self) -> Now {
        self.at_ms += 1_000 + self.rng.below(20_000);
        let wall_ms = T0 + i64::try_from(self.at_ms).expect("small");
        support::now(self.at_ms, wall_ms, self.rng.bits())
    }

    fn works(&mut self) {
        let welcome = self.issuer.welcome(1, T0.unsigned_abs());
        self.grants(GrantEvent::Welcomed(welcome));
        self.asks_for_a_grant();
        self.syncs();
        for item in 0..2 {
            let count = CountStock {
                count: 40,
                low_at: 5,
            };
            self.ask(Command::CountStock(dish(item), count));
        }
        for _ in 0..26 {
            self.does_something();
        }
        self.syncs();
    }

    fn does_something(&mut self) {
        match self.rng.below(20) {
            0..6 => self.opens_an_order(),
            6..8 => self.adds_lines(),
            8 => self.fires(),
            9..14 => self.takes_money(),
            14 => self.gives_money_back(),
            15 => self.calls_off(),
            16 => {
                let adjust = AdjustStock {
                    by: 3,
                    reason: "delivered".to_owned(),
                };
                self.ask(Command::AdjustStock(dish(1), adjust));
            }
            17 => self.cooks(),
            _ => self.syncs(),
        }
    }

    fn returned(&mut self, call: Call, now: Now, reply: Option<Reply>) {
        self.live.calls.push(Called { call, now, reply });
        self.disk.mark(self.live.calls.len() as u64);
        self.live.states.push(tables(&self.disk).expect("readable"));
    }

    fn ask(&mut self, command: Command) -> Option<Reply> {
        let now = self.now();
        let key = format!("key-{}", self.live.calls.len());
        let asked = support::asked(&key, command);
        match self.till.ask(asked.clone(), &support::menu, &now) {
            Ok(done) => {
                self.todo.extend(done.todo.send);
                let tickets = done.todo.tickets.into_iter();
                self.tickets.extend(tickets.map(|ticket| ticket.id));
                self.returned(Call::Ask(Box::new(asked)), now, Some(done.reply.clone()));
                Some(done.reply)
            }
            Err(TillError::Refused { .. }) => None,
            Err(error) => panic!("{error}"),
        }
    }

    fn grants(&mut self, event: GrantEvent) {
        let now = self.now();
        let refused = self.till.grants(event, &now).expect("written");
        assert_eq!(refused, []);
        self.returned(Call::Grants, now, None);
    }

    fn asks_for_a_grant(&mut self) {
        let now = self.now();
        let asks = self.till.grant_due(&now).expect("one is due");
        let at_ms = T0.unsigned_abs() + self.at_ms;
        let documents = self.issuer.grant(1, &asks, at_ms);
        self.grants(GrantEvent::Told(documents));
    }

    fn syncs(&mut self) {
        let now = self.now();
        let tick = olympus_core::sync::client::Event::Tick;
        let todo = self.till.sync(tick, &now).expect("written");
        self.told(todo, now);
        while let Some(send) = self.todo.pop_front() {
            let now = self.now();
            let wall_ms = now.wall_ms();
            let event = self
                .cloud
                .takes(&send, "key-1", wall_ms)
                .expect("it answers");
            let todo = self.till.sync(event, &now).expect("written");
            self.told(todo, now);
        }
    }

    fn told(&mut self, todo: Todo, now: Now) {
        self.todo.extend(todo.send);
        self.returned(Call::Sync, now, None);
    }

    fn opens_an_order(&mut self) {
        let lines = (0..1 + self.rng.below(3)).map(|_| self.rng.below(4));
        let lines: Vec<u64> = lines.collect();
        let new = NewOrder {
            label: Some(format!("guest-{}", self.live.calls.len())),
            lines: lines.into_iter().map(|number| line(number, 1)).collect(),
            fire: self.rng.chance(50),
            ..NewOrder::default()
        };
        if let Some(Reply::Order(order)) = self.ask(Command::OpenOrder(new)) {
            self.open.push(order.id);
        }
    }

    fn any_open(&mut self) -> Option<OrderId> {
        let at = self.rng.index(self.open.len());
        self.open.get(at).cloned()
    }

    fn adds_lines(&mut self) {
        let Some(order) = self.any_open() else { return };
        let lines = AddLines {
            lines: vec![line(self.rng.below(4), 2)],
            fire: false,
        };
        self.ask(Command::AddLines(order, lines));
    }

    fn fires(&mut self) {
        if let Some(order) = self.any_open() {
            self.ask(Command::Fire(order, Fire::default()));
        }
    }

    fn takes_money(&mut self) {
        let Some(order) = self.any_open() else { return };
        let payment = match self.rng.below(3) {
            0 => in_cash(),
            number => by_card(number, 50),
        };
        if let Some(Reply::Payment(payment)) = self.ask(Command::Pay(order.clone(), payment)) {
            self.paid.push(payment.id);
            self.open.retain(|it| *it != order);
        }
    }

    fn gives_money_back(&mut self) {
        if let Some(payment) = self.paid.pop() {
            let refund = NewRefund {
                amount_cents: None,
                reason: "cold".to_owned(),
            };
            self.ask(Command::Refund(payment, refund));
        }
    }

    fn calls_off(&mut self) {
        let Some(order) = self.any_open() else { return };
        let void = VoidOrder {
            reason: "gone".to_owned(),
        };
        if let Some(Reply::Order(order)) = self.ask(Command::VoidOrder(order, void)) {
            assert_eq!(order.status, OrderStatus::Voided);
            self.open.retain(|it| *it != order.id);
        }
    }

    fn cooks(&mut self) {
        if let Some(ticket) = self.tickets.pop() {
            let state = TicketState::Ready;
            self.ask(Command::MoveTicket(ticket, MoveTicket { state }));
        }
    }
}
