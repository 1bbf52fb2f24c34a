//! What was told at one till: it goes with the disk, also where that is copied or put back.

use olympus_proto::grant::{GrantId, OrderId};
use olympus_proto::pos::{Direction, Payment, PaymentId};
use olympus_store::{Asked, Reply};
use std::collections::{BTreeMap, BTreeSet};

/// How many answers are kept to be asked for again.
const KEEP: usize = 12;

#[derive(Debug, Clone, Default)]
pub(crate) struct Books {
    /// Orders that were told: how many lines, and the revision.
    pub(crate) orders: BTreeMap<OrderId, (usize, u64)>,
    pub(crate) payments: BTreeMap<PaymentId, Payment>,
    /// Orders whose guests were told that they are paid.
    pub(crate) paid: BTreeSet<OrderId>,
    /// What was sold under each grant.
    pub(crate) spent: BTreeMap<GrantId, (i64, u32)>,
    /// The list of what is revoked that the till was given.
    pub(crate) list: u64,
    /// The latest answers, and what they were to.
    pub(crate) answers: Vec<(Asked, Reply)>,
}

impl Books {
    pub(crate) fn told(&mut self, asked: Asked, reply: &Reply) {
        match reply {
            Reply::Order(order) => {
                let told = (order.lines.len(), order.revision);
                self.orders.insert(order.id.clone(), told);
            }
            Reply::Payment(payment) => self.paid(payment),
            Reply::Stock(_) | Reply::Ticket(_) | Reply::Nothing => {}
        }
        self.answers.push((asked, reply.clone()));
        if self.answers.len() > KEEP {
            self.answers.remove(0);
        }
    }

    fn paid(&mut self, payment: &Payment) {
        if self.payments.contains_key(&payment.id) {
            return;
        }
        self.payments.insert(payment.id.clone(), payment.clone());
        self.paid.insert(payment.order.clone());
        if let (Some(grant), Direction::Sale) = (&payment.grant, payment.direction) {
            let spent = self.spent.entry(grant.clone()).or_default();
            spent.0 += payment.amount_cents.0 + payment.tip_cents.0;
            spent.1 += 1;
        }
    }
}
