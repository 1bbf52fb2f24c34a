//! What must hold: at each start of a till, and of everything once the world has healed.

use super::World;
use crate::support;
use olympus_proto::location::{LedgerPayment, ReconcileUpload, ReconciledPayment};
use olympus_proto::pos::{PaymentId, PaymentState};
use olympus_proto::provider::Reference;
use olympus_proto::sync::{EntityKind, OperationId, OperationKind, Outcome, Row};
use olympus_store::{OrderFilter, Reader};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// All business days.
const FROM: &str = "0000-01-01";
const TO: &str = "9999-12-31";

impl World {
    /// At a start: what this disk has told is on it.
    pub(crate) fn check_books(&mut self, number: usize) {
        let reader = support::reader(&self.nodes[number].disk);
        let mut found = Vec::new();
        self.check_told(number, &reader, &mut found);
        for text in found {
            self.violates(text);
        }
    }

    fn check_told(&self, number: usize, reader: &Reader, found: &mut Vec<String>) {
        let books = &self.nodes[number].books;
        for (id, (lines, _)) in &books.orders {
            match reader.order(id) {
                Ok(Some(order)) if order.lines.len() >= *lines => {}
                other => found.push(format!(
                    "device {number}: order {id} was told, is {other:?}"
                )),
            }
        }
        for (id, told) in &books.payments {
            let money = |it: &olympus_proto::pos::Payment| (it.amount_cents, it.tip_cents);
            match reader.payment(id) {
                Ok(Some(held)) if money(&held) == money(told) => {}
                other => found.push(format!("device {number}: payment {id} was told: {other:?}")),
            }
        }
        for id in &books.paid {
            let paid = reader.order(id).ok().flatten();
            if paid.is_none_or(|order| order.payments.is_empty()) {
                found.push(format!(
                    "device {number}: {id} was told to be paid, and is not"
                ));
            }
        }
        match reader.ledger_sums() {
            Ok(sums) if sums.values().map(|cents| cents.0).sum::<i64>() == 0 => {}
            other => found.push(format!("device {number}: the ledger is off: {other:?}")),
        }
    }

    /// How many orders and payments there are.
    pub(crate) fn check_end(&mut self) -> (usize, usize) {
        let mut found = Vec::new();
        let book = self.cloud.book.take().expect("it has healed");
        let rows = book.rows_after(0, u32::MAX).expect("readable");
        let of = |kind: EntityKind| rows.iter().filter(move |row| row.entity.kind == kind);
        let orders = of(EntityKind::Order).count();
        let payments = of(EntityKind::Payment).count();
        for number in 0..self.nodes.len() {
            self.check_node(number, &rows, &mut found);
            self.reconcile(number, &book, &mut found);
        }
        self.check_once(of(EntityKind::Order), &mut found);
        self.check_provider(of(EntityKind::Payment), &mut found);
        check_house_cards(of(EntityKind::Payment), &mut found);
        let outcomes = self.outcomes(&book);
        self.check_stock(of(EntityKind::Inventory), &outcomes, &mut found);
        self.check_shown(&outcomes, &mut found);
        for text in found {
            self.violates(text);
        }
        (orders, payments)
    }

    fn check_node(&mut self, number: usize, rows: &[Row], found: &mut Vec<String>) {
        let standing = self.with(number, |till, now| till.standing(now));
        let Some(standing) = standing else {
            found.push(format!("device {number} is off"));
            return;
        };
        if standing.sync.queue_size > 0 {
            let waiting = standing.sync.queue_size;
            found.push(format!("device {number} still has {waiting} to send"));
        }
        let look = support::look(&self.nodes[number].disk).expect("a file");
        if support::is_whole(&look) != Ok(true) {
            found.push(format!("device {number} is damaged"));
        }
        let reader = support::reader(&self.nodes[number].disk);
        self.check_told(number, &reader, found);
        self.check_converged(number, &look, &reader, rows, found);
    }

    /// It has the authority's rows, and shows them.
    fn check_converged(
        &self,
        number: usize,
        look: &rusqlite::Connection,
        reader: &Reader,
        rows: &[Row],
        found: &mut Vec<String>,
    ) {
        let held = held(look).expect("readable");
        let wanted: BTreeMap<_, _> = rows.iter().map(|row| (key(row), row.version)).collect();
        if held != wanted {
            let missing = wanted.iter().filter(|it| held.get(it.0) != Some(it.1));
            let missing: Vec<_> = missing.map(|it| it.0.1.clone()).collect();
            found.push(format!("device {number} has not converged: {missing:?}"));
        }
        for row in rows {
            let field = |name: &str| row.fields.get(name).and_then(Value::as_str);
            let differs = match row.entity.kind {
                EntityKind::Payment => {
                    let shown = reader.payment(&PaymentId(row.entity.id.clone()));
                    let shown = shown.ok().flatten().map(|it| name(&it.state));
                    shown.as_deref() != field("state")
                }
                EntityKind::Order => {
                    let shown = reader.order(&row.entity.id.as_str().into());
                    let shown = shown.ok().flatten();
                    shown.is_none_or(|it| it.label.as_deref() != field("label") || it.pending)
                }
                EntityKind::Inventory | EntityKind::Menu => false,
            };
            if differs {
                found.push(format!("device {number} does not show {:?}", row.entity));
            }
        }
        let listed = reader.orders(&OrderFilter::default(), None, 500);
        for order in listed.expect("readable").orders {
            if !wanted.contains_key(&("order".to_owned(), order.id.to_string())) {
                let id = order.id;
                found.push(format!("device {number} shows order {id}, and nobody else"));
            }
        }
        let shown = reader.inventory().expect("readable").stock;
        for stock in shown {
            let row = rows.iter().find(|row| {
                row.entity.kind == EntityKind::Inventory && row.entity.id == stock.item.as_str()
            });
            let count = row.and_then(|row| row.fields.get("count")?.as_i64());
            if count != Some(stock.count) {
                let item = &stock.item;
                found.push(format!(
                    "device {number} shows {} of {item}, not {count:?}",
                    stock.count
                ));
            }
        }
    }

    /// The ledger of a till beside the authority's book and the provider's.
    fn reconcile(&self, number: usize, book: &crate::cloud::Books, found: &mut Vec<String>) {
        let node = &self.nodes[number];
        let ledger = support::reader(&node.disk).ledger_payments(FROM, TO);
        let ledger = ledger.expect("readable");
        let upload = ReconcileUpload {
            terminal: support::terminal(node.number),
            from: FROM.to_owned(),
            to: TO.to_owned(),
            payments: ledger.clone(),
            last: true,
            upload: format!("end-{number}"),
        };
        let compared = book.reconcile(&upload, self.true_ms()).expect("readable");
        let (named, beside) = compared.payments.split_at(ledger.len());
        if !node.copied && !beside.is_empty() {
            found.push(format!("device {number} does not have {beside:?}"));
        }
        for (here, there) in ledger.iter().zip(named) {
            if let Some(why) = self.differs(here, there) {
                found.push(format!("device {number}: {here:?}, {there:?}: {why}"));
            }
        }
        let sums = support::reader(&node.disk).ledger_sums().expect("readable");
        let open = sums.get("card_receivable").map_or(0, |cents| cents.0);
        if open != 0 {
            found.push(format!("device {number}: {open} cents stay receivable"));
        }
    }

    fn differs(&self, here: &LedgerPayment, there: &ReconciledPayment) -> Option<&'static str> {
        if here.payment != there.payment || there.cloud_cents != Some(here.cents) {
            return Some("the authority has another sum");
        }
        if !here.card {
            return None;
        }
        let name = Reference::of(&support::location(), &here.payment);
        let kept = self.provider.kept.get(&name);
        let moved = kept.and_then(|kept| kept.captured.moved());
        match there.state {
            Some(PaymentState::Approved) if moved == Some(here.cents) => None,
            Some(PaymentState::Declined) if moved.is_none() => None,
            Some(state) if !state.is_settled() => Some("it is not settled"),
            _ => Some("the provider has another sum"),
        }
    }

    /// Each guest has one order, and pays once.
    fn check_once<'a>(&self, orders: impl Iterator<Item = &'a Row>, found: &mut Vec<String>) {
        let mut labels = BTreeSet::new();
        for row in orders {
            let label = row.fields.get("label").and_then(Value::as_str);
            if !labels.insert(label) {
                found.push(format!("{label:?} has two orders"));
            }
        }
    }

    /// The provider moved what the authority says, once.
    fn check_provider<'a>(&self, rows: impl Iterator<Item = &'a Row>, found: &mut Vec<String>) {
        let mut known = BTreeSet::new();
        for row in rows {
            let payment = PaymentId(row.entity.id.clone());
            let text = |name: &str| row.fields.get(name).and_then(Value::as_str);
            let name = Reference::of(&support::location(), &payment);
            let kept = self.provider.kept.get(&name);
            let moved = kept.map_or(0, |kept| kept.moved);
            let card = text("tender") == Some("card");
            let wanted = u32::from(card && text("state") == Some("approved"));
            if moved != wanted {
                found.push(format!(
                    "{payment}: the provider moved money {moved} times, not {wanted}"
                ));
            }
            if card {
                known.insert(name);
            }
        }
        for name in self
            .provider
            .kept
            .keys()
            .filter(|name| !known.contains(*name))
        {
            found.push(format!(
                "the provider has {}, and nobody else",
                name.as_str()
            ));
        }
    }

    /// What became of each operation that has arrived.
    fn outcomes(&self, book: &crate::cloud::Books) -> BTreeMap<OperationId, Outcome> {
        let mut outcomes = BTreeMap::new();
        for id in self.arrived.keys() {
            let sql = "SELECT outcome FROM outcomes WHERE operation = ?1";
            let read = &book.sql().0;
            let text: Option<String> = read.query_row(sql, [&id.0], |row| row.get(0)).ok();
            if let Some(text) = text {
                let outcome = serde_json::from_str(&text).expect("an outcome");
                outcomes.insert(id.clone(), outcome);
            }
        }
        outcomes
    }

    /// Each stock is what was counted last, and all that came and went since.
    fn check_stock<'a>(
        &self,
        rows: impl Iterator<Item = &'a Row>,
        outcomes: &BTreeMap<OperationId, Outcome>,
        found: &mut Vec<String>,
    ) {
        let mut done: Vec<(u64, &olympus_proto::sync::Operation)> = Vec::new();
        for (id, outcome) in outcomes {
            if let Outcome::Applied { version } | Outcome::Merged { version, .. } = outcome {
                done.push((*version, &self.arrived[id]));
            }
        }
        done.sort_by_key(|it| it.0);
        let mut counts: BTreeMap<&str, i64> = BTreeMap::new();
        for (_, operation) in done {
            let number = |name: &str| operation.payload.get(name).and_then(Value::as_i64);
            let count = counts.entry(&operation.entity).or_default();
            match operation.kind {
                OperationKind::InventoryCount => *count = number("count").unwrap_or(*count),
                OperationKind::InventoryAdjust => *count += number("by").unwrap_or(0),
                _ => {}
            }
        }
        for row in rows {
            let count = row.fields.get("count").and_then(Value::as_i64);
            let wanted = counts.get(row.entity.id.as_str()).copied();
            if count != wanted {
                found.push(format!("{} is {count:?}, not {wanted:?}", row.entity.id));
            }
        }
    }

    /// What was not done is shown to somebody, or was settled.
    fn check_shown(&mut self, outcomes: &BTreeMap<OperationId, Outcome>, found: &mut Vec<String>) {
        let mut shown: BTreeSet<OperationId> = self.dismissed.clone();
        for number in 0..self.nodes.len() {
            if let Some(standing) = self.with(number, |till, now| till.standing(now)) {
                shown.extend(standing.attention.into_iter().map(|it| it.operation));
            }
        }
        let restored = self.seen.contains("restored");
        for (id, outcome) in outcomes {
            let not_done = matches!(outcome, Outcome::Rejected { .. } | Outcome::Skipped);
            if not_done && !shown.contains(id) && !restored {
                found.push(format!("{id} was not done, and nobody is told"));
            }
        }
    }
}

/// No card of the house pays more than was on it.
fn check_house_cards<'a>(rows: impl Iterator<Item = &'a Row>, found: &mut Vec<String>) {
    let mut paid: BTreeMap<&str, i64> = BTreeMap::new();
    for row in rows {
        let text = |name: &str| row.fields.get(name).and_then(Value::as_str);
        let cents = row.fields.get("amount_cents").and_then(Value::as_i64);
        let sale = text("direction").is_none_or(|it| it == "sale");
        if let (Some("stored_value"), Some("approved"), Some(card), Some(cents), true) =
            (text("tender"), text("state"), text("card"), cents, sale)
        {
            *paid.entry(card).or_default() += cents;
        }
    }
    for (card, cents) in paid {
        if cents > super::guests::FRESH.balance_cents.0 {
            found.push(format!("card {card} paid {cents}"));
        }
    }
}

fn key(row: &Row) -> (String, String) {
    (name(&row.entity.kind), row.entity.id.clone())
}

/// A unit variant as it is on the wire.
fn name(value: &impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(name)) => name,
        other => panic!("{other:?} is no name"),
    }
}

/// The versions of the rows that the till has.
fn held(look: &rusqlite::Connection) -> rusqlite::Result<BTreeMap<(String, String), u64>> {
    let mut rows = look.prepare("SELECT kind, entity, version FROM sync_rows")?;
    let rows = rows.query_map([], |row| {
        let version: i64 = row.get(2)?;
        Ok(((row.get(0)?, row.get(1)?), version.unsigned_abs()))
    })?;
    rows.collect()
}
