//! Writing what the rules decided: operations, ledger, lines that were sold.

use super::ids::derived;
use super::work::Work;
use crate::tables::{ledger, orders, stock, sync};
use crate::{StoreError, TillError};
use olympus_core::pos::{Account, Bill, Decided, Entry, close};
use olympus_core::sync::client::{Draft, at_stake};
use olympus_proto::grant::OrderId;
use olympus_proto::pos::{CountStock, Direction, LineId};
use olympus_proto::sync::{Entity, Fields, OperationId, OperationKind};
use olympus_proto::{Cents, ErrorCode, ItemId};
use serde_json::Value;
use std::collections::BTreeSet;

/// Where ids of a command come from.
pub(super) struct Origin<'a> {
    pub(super) parts: [&'a str; 3],
}

impl Origin<'_> {
    /// An id of its own for what `what` names.
    pub(super) fn id(&self, what: &str) -> String {
        let [terminal, day, key] = self.parts;
        derived(&[terminal, day, key, what])
    }
}

/// An operation to record, without what its row says.
pub(super) struct Plan {
    pub(super) kind: OperationKind,
    pub(super) entity: String,
    pub(super) payload: Fields,
    pub(super) value_cents: Cents,
}

impl Work<'_> {
    /// What has to be recorded of it. Only counted dishes have a count to change.
    pub(super) fn plans(&self, decided: &Decided) -> Result<Vec<Plan>, StoreError> {
        let mut plans = Vec::new();
        if let Some((id, fields)) = decided.order.as_ref().filter(|(_, set)| !set.is_empty()) {
            let kind = OperationKind::OrderUpdate;
            let mut all = self.unsaid(id)?;
            all.extend(fields.clone());
            plans.push(plan(kind, id.as_str(), all));
        }
        if let Some((id, fields)) = &decided.payment {
            let mut one = plan(OperationKind::Payment, id.as_str(), fields.clone());
            let amount = fields.get("amount_cents").and_then(Value::as_i64);
            one.value_cents = Cents(amount.unwrap_or(0));
            plans.push(one);
        }
        for (item, by) in &decided.stock {
            if stock::get(self.conn, item)?.is_some() {
                let set = Fields::from([("by".to_owned(), Value::from(*by))]);
                plans.push(plan(OperationKind::InventoryAdjust, item.as_str(), set));
            }
        }
        if let Some((item, count)) = &decided.count {
            plans.push(counting(item, *count, true));
        }
        Ok(plans)
    }

    /// Refuses, before anything has changed, what sync would refuse.
    pub(super) fn room_for(&self, plans: &[Plan]) -> Result<(), TillError> {
        let stake = |plan: &Plan| at_stake(plan.kind, &plan.payload, plan.value_cents).0;
        let value = plans.iter().map(stake).fold(0, i64::saturating_add);
        let now = self.now.sync;
        Ok(self.client.room_for(plans.len(), Cents(value), now)?)
    }

    /// Records what was planned.
    pub(super) fn record_all(
        &mut self,
        plans: Vec<Plan>,
        origin: &Origin<'_>,
    ) -> Result<(), TillError> {
        for (index, plan) in plans.into_iter().enumerate() {
            let draft = self.draft(plan, origin.id(&format!("operation {index}")))?;
            self.record(draft)?;
        }
        Ok(())
    }

    /// A plan over the row as it is here.
    pub(super) fn draft(&self, plan: Plan, id: String) -> Result<Draft, StoreError> {
        let version = match plan.kind.entity_kind() {
            Some(kind) => {
                let id = plan.entity.clone();
                sync::version(self.conn, &Entity { kind, id })?
            }
            None => 0,
        };
        Ok(Draft {
            id: OperationId(id),
            kind: plan.kind,
            entity: plan.entity,
            base_version: version,
            payload: plan.payload,
            value_cents: plan.value_cents,
        })
    }

    /// Writes what was decided: what is recorded, shown and posted of it. `before` is the order as
    /// it was.
    pub(super) fn write_decided(
        &mut self,
        decided: &Decided,
        before: Option<&Bill>,
        origin: &Origin<'_>,
    ) -> Result<(), TillError> {
        let plans = self.plans(decided)?;
        self.room_for(&plans)?;
        self.record_all(plans, origin)?;
        for entry in &decided.postings {
            let first = sells(entry) && before.is_none_or(|bill| self.unsold(bill));
            if !ledger::post(self.conn, entry, kind_of(entry, decided), first)? {
                return Err(TillError::refused(
                    ErrorCode::IdempotencyKeyReused,
                    format!("the ledger has `{}` already; read the order anew", entry.id),
                ));
            }
        }
        self.show()?;
        if decided.postings.iter().any(|entry| entry.payment.is_none())
            && let Some((id, _)) = &decided.order
        {
            self.sell_lines(id, before)?;
        }
        Ok(())
    }

    /// The ledger has something of it: whatever the order says, it is not posted twice.
    fn is_posted(&self, decided: &Decided) -> Result<bool, StoreError> {
        for entry in &decided.postings {
            if ledger::has(self.conn, &entry.id)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// This terminal's ledger has nothing of the order's sale.
    fn unsold(&self, bill: &Bill) -> bool {
        let mine = bill.closed.get(&self.config.terminal);
        mine.is_none_or(|closed| closed.total_cents.0 == 0)
    }

    /// Keeps the lines that this sale was of.
    fn sell_lines(&mut self, id: &OrderId, before: Option<&Bill>) -> Result<(), TillError> {
        let after = self.bill(id)?;
        let known = |line: &LineId| before.is_some_and(|bill| bill.sold.contains_key(line));
        for line in after.sold.values().filter(|line| !known(&line.line)) {
            ledger::sell(self.conn, id, line, &self.now.day)?;
        }
        Ok(())
    }

    /// Posts the sale of orders that came to be paid by what several tills did. Where sync has no
    /// room for it, it is tried again with whatever happens next; and where a pull goes on, once all
    /// of it is here: the payment can be on this page and the other till's closing on the next.
    pub(super) fn close_paid(&mut self, orders: &BTreeSet<OrderId>) -> Result<(), StoreError> {
        let mut all: BTreeSet<OrderId> = orders::all_to_close(self.conn)?.into_iter().collect();
        all.extend(orders.iter().cloned());
        for id in all {
            let Ok(before) = self.bill(&id) else {
                continue;
            };
            let Some(decided) = close(&before, self.at()) else {
                orders::to_close(self.conn, &id, false)?;
                continue;
            };
            if self.is_posted(&decided)? {
                orders::to_close(self.conn, &id, false)?;
                continue;
            }
            let plans = self.plans(&decided)?;
            let later = !self.client.is_abreast() || self.room_for(&plans).is_err();
            orders::to_close(self.conn, &id, later)?;
            if later {
                continue;
            }
            // Nobody asks for it twice: an id of this moment, which no other disk makes.
            let identity = self.client.identity();
            let key = format!(
                "{} {} {:x}",
                identity.incarnation.0, identity.next_sequence, self.now.sync.draw.0
            );
            let terminal = self.config.terminal.clone();
            let parts = [terminal.as_str(), id.as_str(), key.as_str()];
            match self.write_decided(&decided, Some(&before), &Origin { parts }) {
                Ok(()) => {}
                Err(TillError::Store(error)) => return Err(error),
                Err(TillError::Refused { message, .. }) => {
                    return Err(StoreError::Unreadable(message));
                }
            }
        }
        Ok(())
    }
}

fn plan(kind: OperationKind, entity: &str, payload: Fields) -> Plan {
    Plan {
        kind,
        entity: entity.to_owned(),
        payload,
        value_cents: Cents(0),
    }
}

/// A count; `goes_on` says whether the dish is counted from now on.
pub(super) fn counting(item: &ItemId, count: CountStock, goes_on: bool) -> Plan {
    let payload = Fields::from([
        ("count".to_owned(), Value::from(count.count)),
        ("low_at".to_owned(), Value::from(count.low_at)),
        ("counted".to_owned(), Value::from(goes_on)),
    ]);
    plan(OperationKind::InventoryCount, item.as_str(), payload)
}

/// Something is earned by it.
fn sells(entry: &Entry) -> bool {
    let earned = |(account, _): &(Account, Cents)| matches!(account, Account::Sales | Account::Tax);
    entry.payment.is_none() && entry.postings.iter().any(earned)
}

fn kind_of(entry: &Entry, decided: &Decided) -> ledger::Kind {
    let direction = decided
        .payment
        .as_ref()
        .and_then(|(_, fields)| fields.get("direction"));
    let refund = serde_json::to_value(Direction::Refund).ok();
    match entry.payment {
        None => ledger::Kind::Sale,
        Some(_) if direction == refund.as_ref() => ledger::Kind::Refund,
        Some(_) => ledger::Kind::Payment,
    }
}
