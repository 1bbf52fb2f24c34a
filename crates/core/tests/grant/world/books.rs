//! The world's own books, and what has to hold of them. The bounds are written here again and not
//! asked of the terminal.

use super::World;
use crate::fixture::{HOUR, T0};
use olympus_core::grant::{LEEWAY_MS, MAX_ORDER_MS, Sale, Tender};
use olympus_proto::grant::{CardToken, Grant, GrantId};
use std::collections::{BTreeMap, BTreeSet};

/// A sale that was written, by the world's own books.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub grant: Option<GrantId>,
    pub cents: i64,
    pub at_ms: u64,
    pub late: bool,
    /// The customer that it is for.
    pub customer: u64,
}

impl World {
    /// Whether a sale that was just authorised ought to have been, by what the world knows.
    pub(super) fn may_sell(&self, sale: &Sale) -> Result<(), String> {
        if sale.tender == Tender::Cash {
            return Ok(());
        }
        let id = self.current.as_ref().ok_or("sold without a grant")?;
        let grant = &self.granted[id];
        if self.revoked_grants.contains(id) {
            return Err("sold under a revoked grant".to_owned());
        }
        if sale
            .tender
            .card()
            .is_some_and(|card| self.revoked_cards.contains(card))
        {
            return Err("sold to a revoked card".to_owned());
        }
        let end = full_until(grant) + 2 * HOUR;
        let in_order = self.in_order(sale);
        let now = self.least_ms();
        if !in_order && now >= end {
            return Err(format!("sold {} ms after the end", now - end));
        }
        Ok(())
    }

    pub(super) fn in_order(&self, sale: &Sale) -> bool {
        let opened = sale.order.as_ref().and_then(|order| self.open.get(order));
        opened.is_some_and(|at| self.least_ms() < at + MAX_ORDER_MS + HOUR)
    }

    /// What time it is at the least: with a clock that lies, it stands where it was last written.
    const fn least_ms(&self) -> u64 {
        if self.misled {
            self.floor_ms
        } else {
            self.true_ms
        }
    }

    /// Whether it is sold by what is left after the end; known for sure by a clock that is right.
    pub(super) fn is_late(&self, sale: &Sale) -> bool {
        let grant = self.current.as_ref().and_then(|id| self.granted.get(id));
        let late = grant.is_some_and(|grant| self.true_ms >= full_until(grant));
        late && !self.set && !self.in_order(sale)
    }

    /// What has to hold at every moment.
    pub(super) fn check(&self) -> Result<(), String> {
        let mut spent: BTreeMap<&GrantId, (i64, u32)> = BTreeMap::new();
        let mut late: BTreeMap<&GrantId, (i64, u32)> = BTreeMap::new();
        let mut customers = BTreeSet::new();
        for (id, entry) in &self.books {
            if !customers.insert(entry.customer) {
                return Err(format!("customer {} pays twice", entry.customer));
            }
            if !self.disk.sales.contains_key(id) && !self.forgotten.contains(id) {
                return Err(format!("{id} is lost"));
            }
            if let Some(grant) = &entry.grant {
                let sum = spent.entry(grant).or_default();
                *sum = (sum.0 + entry.cents, sum.1 + 1);
                if entry.late {
                    let sum = late.entry(grant).or_default();
                    *sum = (sum.0 + entry.cents, sum.1 + 1);
                }
            }
        }
        for (grant, (cents, sales)) in &spent {
            let caps = self.granted[*grant].caps;
            if *cents > caps.total_cents.0 || *sales > caps.sales {
                return Err(format!(
                    "{grant}: {cents} in {sales} sales, beyond {caps:?}"
                ));
            }
        }
        for (grant, (cents, sales)) in &late {
            let caps = self.granted[*grant].caps;
            if *cents > caps.total_cents.0 / 5 || *sales > caps.sales / 5 {
                return Err(format!("{grant}: {cents} in {sales} sales after the end"));
            }
        }
        for (id, cents) in &self.told {
            if self.books.get(id).is_none_or(|entry| entry.cents != *cents) {
                return Err(format!("{id} was told and is not in the books"));
            }
        }
        if self.disk.sales.len() + self.forgotten.len() != self.books.len() {
            return Err("the disk has other sales than the books".to_owned());
        }
        let none = (0, 0);
        let held = self
            .current
            .as_ref()
            .map_or(none, |g| spent.get(g).copied().unwrap_or(none));
        let head = &self.disk.head.spent;
        if (head.cents.0, head.sales) != held {
            return Err(format!(
                "{head:?} is written as spent, the books say {held:?}"
            ));
        }
        self.check_cards()
    }

    /// No card pays more than was on it.
    fn check_cards(&self) -> Result<(), String> {
        let mut paid: BTreeMap<&CardToken, i64> = BTreeMap::new();
        for sold in self.disk.sales.values() {
            if let Tender::StoredValue(card, _) = &sold.tender {
                *paid.entry(card).or_default() += sold.cents.0;
            }
        }
        let over = paid.into_iter().find(|(_, cents)| *cents > 3_000);
        over.map_or(Ok(()), |(card, cents)| Err(format!("{card} paid {cents}")))
    }
}

/// Until when all of a grant is left: its end, or the list's.
fn full_until(grant: &Grant) -> u64 {
    grant.expires_ms.min(T0 + 23 * HOUR) + LEEWAY_MS
}
