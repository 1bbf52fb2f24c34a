//! What is shown follows what is stored: each row that was touched is viewed anew, with what waits
//! over it, in the transaction that touched it.
//!
//! What this till did stays as it was last shown where the location has put its row away, or where
//! its operation was not done and waits for a person: money that was taken is not untaken. Whatever
//! is done to the order next tells it all (`Work::unsaid`).

use super::work::Work;
use crate::StoreError;
use crate::tables::{about, ledger, orders, payments, stock, sync, tickets};
use olympus_core::pos::{keep_sale, payment_from_fields, settled};
use olympus_proto::ItemId;
use olympus_proto::grant::{OrderId, SaleId};
use olympus_proto::pos::{OrderStatus, Payment, PaymentId, PaymentState};
use olympus_proto::sync::{Entity, EntityKind, Fields};
use serde_json::Value;
use std::collections::BTreeSet;

impl Work<'_> {
    /// Shows what was touched. Gives the orders that were.
    pub(super) fn show(&mut self) -> Result<BTreeSet<OrderId>, StoreError> {
        let mut of_payments = BTreeSet::new();
        let mut changed = BTreeSet::new();
        let mut touched = Vec::new();
        for entity in std::mem::take(&mut self.touched) {
            match entity.kind {
                EntityKind::Payment => {
                    of_payments.extend(self.show_payment(&entity)?);
                }
                EntityKind::Inventory => self.show_stock(&entity)?,
                EntityKind::Order => touched.push(OrderId(entity.id)),
                EntityKind::Menu => {}
            }
        }
        // Orders after their payments, of which they tell.
        for id in of_payments.iter().chain(&touched) {
            let moved = of_payments.contains(id);
            if !changed.contains(id) && self.show_order(id, moved)? {
                changed.insert(id.clone());
            }
        }
        let known = &self.todo.orders;
        let new: Vec<_> = changed
            .iter()
            .filter(|id| !known.contains(id))
            .cloned()
            .collect();
        self.todo.orders.extend(new);
        Ok(changed)
    }

    /// The order whose payment has changed. Another till's payment goes with its order, not before.
    fn show_payment(&mut self, entity: &Entity) -> Result<Option<OrderId>, StoreError> {
        let id = PaymentId(entity.id.clone());
        let before = payments::get(self.conn, &id)?;
        let fields = sync::shown(self.conn, entity)?;
        let Ok(payment) = payment_from_fields(&id, &fields) else {
            return self.no_payment(&id, before, &fields);
        };
        match before {
            Some((before, _)) if before == payment => return Ok(None),
            Some((before, true)) => {
                for entry in settled(&before, &payment, self.at()) {
                    ledger::post(self.conn, &entry, ledger::Kind::Settled, false)?;
                }
                payments::show(self.conn, &payment, true)?;
                self.undo_refund(&before, &payment)?;
            }
            _ => payments::show(self.conn, &payment, self.taking.as_ref() == Some(&id))?,
        }
        Ok(Some(payment.order))
    }

    /// The payment's row was put away, or cannot be read. Gives the order that looks otherwise for it.
    fn no_payment(
        &mut self,
        id: &PaymentId,
        before: Option<(Payment, bool)>,
        fields: &Fields,
    ) -> Result<Option<OrderId>, StoreError> {
        if !fields.is_empty() {
            // One that was read before is left as it was.
            let order = fields.get("order").and_then(Value::as_str);
            let new = order.map(OrderId::from).filter(|_| before.is_none());
            if let Some(order) = &new {
                payments::unread(self.conn, id, order)?;
            }
            return Ok(new);
        }
        let taken_here = before.is_some_and(|(_, here)| here);
        let order = payments::order_of(self.conn, id)?.filter(|_| !taken_here);
        // Where the order stays, so does what was paid of it, or all of it would be due again.
        if let Some(order) = order
            && orders::get(self.conn, &order)?.is_none()
        {
            payments::remove(self.conn, id)?;
        }
        Ok(None)
    }

    /// A refund that was declined can be made again.
    fn undo_refund(&mut self, before: &Payment, after: &Payment) -> Result<(), StoreError> {
        let declined = PaymentState::Declined;
        let newly = before.state != declined && after.state == declined;
        let reading = self.reading();
        let (Some(sale), Some(terminal)) = (&after.refund_of, self.terminal.as_mut()) else {
            return Ok(());
        };
        if newly {
            let (of, refund) = (SaleId(sale.0.clone()), SaleId(after.id.0.clone()));
            let effects = terminal.refund_declined(&of, &refund, reading);
            // It is never refused.
            let _ = self.granted(effects, None)?;
        }
        Ok(())
    }

    fn show_stock(&mut self, entity: &Entity) -> Result<(), StoreError> {
        let item = ItemId(entity.id.clone());
        let fields = sync::shown(self.conn, entity)?;
        let change = stock::show(self.conn, &item, &fields, self.now.wall_ms())?;
        self.note_stock(change);
        Ok(())
    }

    /// Whether the order has changed. `moved`: its payments have.
    fn show_order(&mut self, id: &OrderId, moved: bool) -> Result<bool, StoreError> {
        let entity = Entity {
            kind: EntityKind::Order,
            id: id.0.clone(),
        };
        let fields = sync::shown(self.conn, &entity)?;
        let held = orders::get(self.conn, id)?;
        let fields = match &held {
            None if fields.is_empty() => return Ok(false),
            Some(held) if fields.is_empty() => {
                let own = held.terminal == self.config.terminal;
                if !own && !payments::any_taken_here(self.conn, id)? {
                    orders::remove(self.conn, id)?;
                    payments::remove_gone(self.conn, id)?;
                    return Ok(true);
                }
                held.fields.clone()
            }
            Some(held) => self.kept(id, &held.fields, fields)?,
            None => fields,
        };
        let is_new = held.is_none();
        if !moved && held.is_some_and(|held| held.fields == fields) {
            return Ok(false);
        }
        let bill = orders::derived(self.conn, id, &fields, &self.config.rules)?;
        if is_new && bill.order.terminal == self.config.terminal {
            about::number_taken(self.conn, &bill.order.day, bill.order.number)?;
        }
        orders::show(self.conn, &bill, &fields)?;
        let changed = tickets::show(self.conn, &bill, self.at().now_ms)?;
        self.todo.tickets.extend(changed);
        if bill.order.status != OrderStatus::Open {
            self.close_under_grant(id)?;
        }
        Ok(true)
    }

    /// The row, with what was shown here and it does not have: all of the order where its opening
    /// was not done or the row was put away, and the sale that stands in this till's ledger.
    fn kept(&self, id: &OrderId, held: &Fields, row: Fields) -> Result<Fields, StoreError> {
        let mut fields = row;
        if !fields.contains_key("opened_ms") {
            let mut all = held.clone();
            all.extend(fields);
            fields = all;
        }
        let terminal = &self.config.terminal;
        let posted = ledger::closed(self.conn, id, terminal)?;
        keep_sale(&mut fields, held, terminal, posted);
        Ok(fields)
    }

    /// What the order is shown with and neither its row nor what waits over it says.
    pub(super) fn unsaid(&self, id: &OrderId) -> Result<Fields, StoreError> {
        let Some(held) = orders::get(self.conn, id)? else {
            return Ok(Fields::new());
        };
        let entity = Entity {
            kind: EntityKind::Order,
            id: id.0.clone(),
        };
        let said = sync::shown(self.conn, &entity)?;
        let mut fields = held.fields;
        fields.retain(|name, value| said.get(name) != Some(value));
        Ok(fields)
    }

    /// The order goes on as it was opened no more.
    fn close_under_grant(&mut self, id: &OrderId) -> Result<(), StoreError> {
        let reading = self.reading();
        let Some(terminal) = self.terminal.as_mut() else {
            return Ok(());
        };
        let effects = terminal.close_order(id, reading);
        // It is never refused; and where it were, the order would end by its time.
        let _ = self.granted(effects, None)?;
        Ok(())
    }
}
