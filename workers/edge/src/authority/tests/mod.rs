//! The book over rusqlite.

mod adopted;
mod cards;
mod faults;
mod migrations;
mod payments;
mod reconcile;
mod sync;
mod tell;

use super::book::{Book, BookError, Pushed};
use super::native::Native;
use super::settle::Heard;
use olympus_proto::Cents;
use olympus_proto::books::{HouseCard, NewHouseCard};
use olympus_proto::pos::{Direction, PaymentId};
use olympus_proto::provider::{Capture, CaptureState, Captured};
use olympus_proto::sync::{
    DeviceId, Entity, EntityKind, Fields, Incarnation, Operation, OperationId, OperationKind, Push,
    Register, Row,
};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const KEY: &str = "key:0123456789abcdef";
const NOW: u64 = 1_800_000_000_000;
pub(super) const CARD: &str = "c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00";

/// A book, and how far each device is.
struct World {
    book: Book<Native>,
    at: BTreeMap<String, (u64, u64, Option<OperationId>)>,
    now: u64,
}

fn fields(value: Value) -> Fields {
    serde_json::from_value(value).expect("an object")
}

fn operation(id: &str, kind: OperationKind, entity: &str, payload: Value) -> Operation {
    let payload = fields(payload);
    let amount = payload.get("amount_cents").and_then(Value::as_i64);
    Operation {
        id: OperationId(id.to_owned()),
        sequence: 0,
        after: None,
        kind,
        entity: entity.to_owned(),
        base_version: 0,
        payload,
        given_up: false,
        created_at_ms: 5,
        value_cents: Cents(amount.unwrap_or(0)),
    }
}

fn order(id: &str, payload: Value) -> Operation {
    operation(
        &format!("op-{id}-{payload}"),
        OperationKind::OrderUpdate,
        id,
        payload,
    )
}

/// An order with one line, paid.
fn sold(id: &str, cents: i64) -> Operation {
    let line = json!({"line": "till-1.1", "item": "soup", "name": "Soup", "quantity": 1,
        "unit_cents": cents, "state": "served"});
    order(
        id,
        json!({"number": 1, "terminal": "till-1", "service": "counter", "status": "paid",
            "currency": "USD", "day": "2026-11-28", "opened_ms": NOW, "line:till-1.1": line}),
    )
}

fn payment(id: &str, of: &str, tender: &str, cents: i64, more: Value) -> Operation {
    let mut payload = json!({"order": of, "tender": tender, "amount_cents": cents, "tip_cents": 50,
        "state": if tender == "cash" { "approved" } else { "requested" }, "direction": "sale",
        "terminal": "till-1", "day": "2026-11-28", "at_ms": NOW});
    if tender != "cash" {
        payload["card"] = CARD.into();
    }
    for (name, value) in more.as_object().expect("an object") {
        payload[name] = value.clone();
    }
    operation(&format!("op-{id}"), OperationKind::Payment, id, payload)
}

impl World {
    fn new() -> Self {
        let sql = Native::in_memory().expect("SQLite");
        Self {
            book: Book::open(sql, &"loc-7".into(), 77, NOW).expect("opens"),
            at: BTreeMap::new(),
            now: NOW,
        }
    }

    /// As after a restart: all that is not in the database is gone.
    fn restarted(self) -> Self {
        let Self { book, at, now } = self;
        let book = Book::open(book.sql, &"loc-7".into(), 78, now).expect("opens again");
        Self { book, at, now }
    }

    fn register(&mut self, device: &str, key: &str) -> Result<u64, BookError> {
        let register = Register {
            version: 2,
            device: DeviceId(device.to_owned()),
            location: "loc-7".into(),
        };
        let incarnation = self.book.register(&register, key, self.now)?.incarnation.0;
        self.at.insert(device.to_owned(), (incarnation, 0, None));
        Ok(incarnation)
    }

    /// What a device would send now.
    fn next(&mut self, device: &str, mut operations: Vec<Operation>) -> Push {
        if !self.at.contains_key(device) {
            self.register(device, KEY).expect("registers");
        }
        let at = self.at.get_mut(device).expect("registered");
        for operation in &mut operations {
            at.1 += 1;
            operation.sequence = at.1;
            operation.after = at.2.replace(operation.id.clone());
        }
        Push {
            version: 2,
            device: DeviceId(device.to_owned()),
            incarnation: Incarnation(at.0),
            operations,
        }
    }

    fn push(&mut self, device: &str, operations: Vec<Operation>) -> Pushed {
        let push = self.next(device, operations);
        self.book.push(&push, KEY, self.now).expect("decides")
    }

    fn row(&self, kind: EntityKind, id: &str) -> Row {
        let entity = Entity {
            kind,
            id: id.to_owned(),
        };
        self.book.row(&entity).expect("reads").expect("a row")
    }

    fn state(&self, payment: &str) -> Value {
        self.row(EntityKind::Payment, payment).fields["state"].clone()
    }

    /// Gives out the card of the tests.
    fn issue(&self, sequence: u64, cents: i64) -> Result<HouseCard, BookError> {
        let card = NewHouseCard {
            card: CARD.into(),
            sequence,
            balance_cents: Cents(cents),
        };
        self.book.issue_card(&card, KEY, self.now)
    }

    /// What is sent now, by payment.
    fn sent(&self) -> Vec<Capture> {
        self.book
            .settle_due(self.now, 100)
            .expect("decides")
            .captures
    }

    fn hear(&self, payment: &str, heard: Heard) {
        let heard = [(PaymentId::from(payment), heard)];
        self.book.settle_heard(&heard, self.now).expect("takes in");
    }
}

fn captured(capture: &Capture, state: CaptureState) -> Captured {
    Captured {
        reference: capture.reference.clone(),
        state,
        provider_reference: "cap-1".to_owned(),
        decline_code: (state == CaptureState::Declined).then(|| "stolen_card".to_owned()),
        amount_cents: capture.amount_cents,
        direction: capture.direction,
    }
}

fn is_sale(capture: &Capture) -> bool {
    capture.direction == Direction::Sale
}
