//! Guests and staff: what they want of a till, one thing after the other. Who gets no answer asks
//! again under the same key, until there is one.

use super::plant::Plant;
use super::{Happening, World};
use crate::support::{self, MINUTE, by_card, by_house_card, dish, in_cash, line};
use olympus_core::grant::CardState;
use olympus_powercut::Rng;
use olympus_proto::grant::OrderId;
use olympus_proto::pos::{
    AddLines, AdjustStock, CountStock, Direction, Fire, NewOrder, NewRefund, Payment, PaymentId,
};
use olympus_proto::{Cents, ErrorCode};
use olympus_store::{Asked, Command, Reply, TillError};

/// What a card of the house begins with.
pub(crate) const FRESH: CardState = CardState {
    sequence: 1,
    balance_cents: Cents(3_000),
    blocked: false,
};

/// How many there are.
pub(crate) const HOUSE_CARDS: u64 = 3;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    Open {
        dish: u64,
        fire: bool,
    },
    Add(u64),
    Fire,
    /// Goes to another till with the order.
    Move(usize),
    Pay {
        card: Option<u64>,
        tip: i64,
    },
    /// By a card of the house.
    PayByHouse(u64),
    Refund(Option<i64>),
    Deliver(u64),
    Count(u64, i64),
}

#[derive(Debug)]
pub(crate) struct Guest {
    pub(crate) node: usize,
    pub(crate) stages: Vec<Stage>,
    pub(crate) at: usize,
    tries: u32,
    /// What was asked and not answered.
    asked: Option<Asked>,
    patience: u32,
    order: Option<OrderId>,
    payment: Option<PaymentId>,
    rng: Rng,
}

impl Guest {
    fn new(node: usize, stages: Vec<Stage>, rng: Rng) -> Self {
        Self {
            node,
            stages,
            at: 0,
            tries: 0,
            asked: None,
            patience: 4,
            order: None,
            payment: None,
            rng,
        }
    }

    /// Whether all is done at one till.
    fn alone(&self) -> bool {
        !self.stages.iter().any(|it| matches!(it, Stage::Move(_)))
    }
}

fn stages(rng: &mut Rng) -> Vec<Stage> {
    let fire = rng.chance(50);
    let mut stages = vec![Stage::Open {
        dish: rng.below(4),
        fire,
    }];
    if rng.chance(40) {
        stages.push(Stage::Add(rng.below(4)));
    }
    if !fire && rng.chance(60) {
        stages.push(Stage::Fire);
    }
    if rng.chance(20) {
        stages.push(Stage::Move(rng.index(3)));
    }
    if rng.chance(12) {
        stages.push(Stage::PayByHouse(rng.below(HOUSE_CARDS)));
    } else if rng.chance(90) {
        stages.push(Stage::Pay {
            card: rng.chance(75).then(|| rng.below(4)),
            tip: [0, 50, 125][rng.index(3)],
        });
        if rng.chance(20) {
            stages.push(Stage::Refund(rng.chance(50).then_some(40)));
        }
    }
    stages
}

impl World {
    pub(crate) fn comes(&mut self, node: usize, seed: u64) {
        let mut rng = Rng::new(seed);
        let stages = stages(&mut rng);
        self.wants(node, stages, rng);
    }

    pub(crate) fn staff(&mut self, node: usize, stage: Stage) {
        self.wants(node, vec![stage], Rng::new(self.now_ms));
    }

    fn wants(&mut self, node: usize, stages: Vec<Stage>, rng: Rng) {
        if node < self.nodes.len() {
            self.guests.push(Guest::new(node, stages, rng));
            self.schedule(1, Happening::Guest(self.guests.len() - 1));
        }
    }

    /// The request that is next; nothing where what it is about is not there.
    fn request(&self, number: usize) -> Option<Asked> {
        let guest = &self.guests[number];
        let stage = *guest.stages.get(guest.at)?;
        let command = match stage {
            Stage::Open { dish, fire } => Command::OpenOrder(NewOrder {
                label: Some(format!("guest-{number}")),
                lines: vec![line(dish, 1), line(dish + 1, 2)],
                fire,
                ..NewOrder::default()
            }),
            Stage::Add(dish) => {
                let lines = vec![line(dish, 1)];
                Command::AddLines(guest.order.clone()?, AddLines { lines, fire: false })
            }
            Stage::Fire => Command::Fire(guest.order.clone()?, Fire::default()),
            Stage::Pay { card, tip } => {
                let payment = card.map_or_else(in_cash, |card| by_card(card, tip));
                Command::Pay(guest.order.clone()?, payment)
            }
            Stage::PayByHouse(card) => {
                let state = self.cards.get(&card).copied().unwrap_or(FRESH);
                Command::Pay(guest.order.clone()?, by_house_card(card, state))
            }
            Stage::Move(_) => return None,
            Stage::Refund(cents) => Command::Refund(
                guest.payment.clone()?,
                NewRefund {
                    amount_cents: cents.map(Cents),
                    reason: "cold".to_owned(),
                },
            ),
            Stage::Deliver(item) => Command::AdjustStock(
                dish(item),
                AdjustStock {
                    by: 5,
                    reason: "delivered".to_owned(),
                },
            ),
            Stage::Count(item, count) => {
                Command::CountStock(dish(item), CountStock { count, low_at: 3 })
            }
        };
        let mut key = format!("g{number}-{}", guest.at);
        if matches!(stage, Stage::Pay { card: None, .. }) {
            key.push_str("-cash");
        }
        if self.plants(Plant::NewKeyOnRetry) {
            key = format!("{key}-{}", guest.tries);
        }
        Some(support::asked(&key, command))
    }

    /// Does what the guest wants next, or tries again later.
    pub(crate) fn serves(&mut self, number: usize) {
        self.moves(number);
        let node = self.guests[number].node;
        let Some(asked) = self.asked_for(number) else {
            self.guests[number].at = usize::MAX;
            return;
        };
        let mut answered = self.asks(node, &asked);
        let (deaf, guest) = (self.plan.deaf, &mut self.guests[number]);
        guest.tries += 1;
        if !self.healed && guest.rng.chance(deaf) {
            // Done or not: the guest hears nothing, and asks again.
            answered = None;
            self.seen.insert("a reply is lost");
        }
        let wait_ms = match &answered {
            None => 30_000 + guest.rng.below(2 * MINUTE),
            Some(Err(TillError::Store(_))) => 5_000 + guest.rng.below(30_000),
            Some(_) => 10_000 + guest.rng.below(20 * MINUTE),
        };
        match answered {
            Some(Ok(done)) => {
                self.acknowledged(number, asked, &done.reply);
                self.guests[number].asked = None;
                self.guests[number].at += 1;
            }
            Some(Err(TillError::Refused { code, .. })) => self.refused(number, code),
            Some(Err(TillError::Store(_))) if self.plants(Plant::TellsBeforeCommit) => {
                self.believes(number);
            }
            _ => {}
        }
        if self.guests[number].at < self.guests[number].stages.len() {
            self.schedule(wait_ms, Happening::Guest(number));
        }
    }

    /// What is asked for is the same each time, but for a planted mistake.
    fn asked_for(&mut self, number: usize) -> Option<Asked> {
        let asked = self.guests[number].asked.clone();
        if asked.is_some() && !self.plants(Plant::NewKeyOnRetry) {
            return asked;
        }
        let asked = self.request(number)?;
        self.guests[number].asked = Some(asked.clone());
        Some(asked)
    }

    /// Takes the order to another till, where there is one.
    fn moves(&mut self, number: usize) {
        let guest = &mut self.guests[number];
        if let Some(Stage::Move(by)) = guest.stages.get(guest.at) {
            let most = self.plan.devices.min(self.nodes.len());
            guest.node = (guest.node + by) % most.max(1);
            guest.at += 1;
            self.seen.insert("another till");
        }
    }

    /// Who may not pay by card pays cash; who may not do something leaves.
    fn refused(&mut self, number: usize, code: ErrorCode) {
        let guest = &mut self.guests[number];
        guest.asked = None;
        // At another till the order may not have arrived yet.
        guest.patience = guest.patience.saturating_sub(1);
        if code == ErrorCode::NotFound && guest.patience > 0 && !guest.alone() {
            return;
        }
        let cash = Stage::Pay { card: None, tip: 0 };
        match guest.stages.get_mut(guest.at) {
            Some(stage @ Stage::PayByHouse(_)) => *stage = cash,
            Some(Stage::Pay { card, .. }) if card.is_some() => {
                *card = None;
                self.seen.insert(match code {
                    ErrorCode::NotAuthorised => "no grant for it",
                    _ => "a card is refused",
                });
            }
            _ => {
                guest.at = usize::MAX;
                self.seen.insert("refused");
            }
        }
    }

    /// Planted: the guest is told that it is done, though the disk has failed.
    fn believes(&mut self, number: usize) {
        let guest = &mut self.guests[number];
        if let (Some(Stage::Pay { .. }), Some(order)) =
            (guest.stages.get(guest.at), guest.order.clone())
        {
            guest.at = usize::MAX;
            let node = guest.node;
            self.nodes[node].books.paid.insert(order);
        }
    }

    fn acknowledged(&mut self, number: usize, asked: Asked, reply: &Reply) {
        let guest = &mut self.guests[number];
        let node = guest.node;
        match reply {
            Reply::Order(order) => guest.order = Some(order.id.clone()),
            Reply::Payment(payment) => {
                if payment.direction == Direction::Sale {
                    guest.payment = Some(payment.id.clone());
                }
                let stage = guest.stages.get(guest.at).copied();
                if let (Some(Stage::PayByHouse(card)), Some(state)) = (stage, &payment.card_state) {
                    self.cards.insert(card, support::card_state(state));
                    self.seen.insert("a card of the house");
                }
                self.may_take(node, payment);
            }
            _ => {}
        }
        self.nodes[node].books.told(asked, reply);
        if let Reply::Payment(payment) = reply {
            self.check_grant(node, payment);
        }
        self.after_told(node);
    }

    /// Whether the card may be taken, by what the till has been told.
    fn may_take(&mut self, node: usize, payment: &Payment) {
        let number = self
            .guests
            .iter()
            .rev()
            .find(|it| it.payment.as_ref() == Some(&payment.id));
        let card = number.and_then(|guest| match guest.stages.get(guest.at) {
            Some(Stage::Pay { card, .. }) => *card,
            _ => None,
        });
        let Some(card) = card.map(support::card) else {
            return;
        };
        let held = self.nodes[node].books.list;
        let since = self.issuer.revoked_at.get(&card);
        if since.is_some_and(|since| *since <= held) {
            self.violates(format!("{} is sold to a revoked card", payment.id));
        }
    }

    /// Never more than the grant says.
    fn check_grant(&mut self, node: usize, payment: &Payment) {
        let Some(id) = &payment.grant else { return };
        let Some((number, grant)) = self.issuer.issued.get(id) else {
            self.violates(format!("{} is sold under {id}, which is none", payment.id));
            return;
        };
        let spent = self.nodes[node].books.spent.get(id).copied();
        let (cents, sales) = spent.unwrap_or_default();
        let caps = grant.caps;
        let dear = payment.direction == Direction::Sale
            && payment.amount_cents.0 + payment.tip_cents.0 > caps.sale_cents.0;
        if cents > caps.total_cents.0 || sales > caps.sales || dear {
            self.violates(format!("{id}: {cents} in {sales} sales, beyond {caps:?}"));
        } else if *number != self.nodes[node].number {
            self.violates(format!("{id} is another terminal's"));
        }
    }

    /// What was answered is asked again: the same answer, and nothing is done.
    pub(crate) fn asks_again(&mut self, node: usize, draw: u64) {
        let Some(is) = self.nodes.get(node) else {
            return;
        };
        let answers = &is.books.answers;
        let at = Rng::new(draw).index(answers.len());
        let Some((asked, reply)) = answers.get(at).cloned() else {
            return;
        };
        match self.asks(node, &asked) {
            Some(Ok(done)) if done.replayed && done.reply == reply => {
                self.seen.insert("asked again");
            }
            Some(Ok(_)) => self.violates(format!("{} is done again", asked.key)),
            Some(Err(TillError::Refused { code, .. })) => {
                self.violates(format!("{} is refused now: {code:?}", asked.key));
            }
            Some(Err(TillError::Store(_))) | None => {}
        }
    }
}
