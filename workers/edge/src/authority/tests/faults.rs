//! The storage fails at every statement, one after the other: what failed is done again, and then
//! all is as if nothing had failed.

use super::super::book::Book;
use super::super::native::Native;
use super::super::settle::{Errand, Heard};
use super::super::sql::{Line, Sql, SqlError, Value};
use super::{CARD, KEY, NOW, captured, payment, sold};
use olympus_proto::Cents;
use olympus_proto::books::NewHouseCard;
use olympus_proto::pos::PaymentId;
use olympus_proto::provider::CaptureState;
use olympus_proto::sync::{DeviceId, Incarnation, Operation, Push, Register, Row};
use serde_json::json;
use std::cell::Cell;

/// Fails once, at a statement that is counted down to.
struct Faulty {
    inner: Native,
    left: Cell<Option<u32>>,
}

impl Sql for Faulty {
    fn run(&self, statement: &str, values: &[Value]) -> Result<Vec<Line>, SqlError> {
        match self.left.get() {
            Some(0) => {
                self.left.set(None);
                return Err(SqlError("an I/O error".to_owned()));
            }
            left => self.left.set(left.map(|left| left - 1)),
        }
        self.inner.run(statement, values)
    }

    fn transaction(&self, work: &mut dyn FnMut() -> Result<(), SqlError>) -> Result<(), SqlError> {
        self.inner.transaction(work)
    }
}

/// Everything that the outside can see of a book.
type Seen = (Vec<Row>, Vec<String>, u64, String);

fn operations() -> Vec<Operation> {
    let stored = json!({"tip_cents": 0, "card_state": "AQAAAAgAAAH0"});
    let back = json!({"direction": "refund", "refund_of": "p1", "tip_cents": 0});
    let mut all = vec![
        sold("o1", 700),
        payment("p1", "o1", "card", 500, json!({})),
        payment("p2", "o1", "cash", 200, json!({"state": "requested"})),
        payment("p3", "o1", "stored_value", 300, stored),
        payment("r1", "o1", "card", 100, back),
    ];
    let mut after = None;
    for (sequence, operation) in (1..).zip(&mut all) {
        operation.sequence = sequence;
        operation.after = after.replace(operation.id.clone());
    }
    all
}

/// A device registers and pushes, the provider answers, the read model is told. Each step that
/// fails is done once more, as its caller would; the number of steps that failed.
fn story(fails_at: Option<u32>) -> (Seen, u32) {
    let sql = Faulty {
        inner: Native::in_memory().unwrap(),
        left: Cell::new(None),
    };
    let book = Book::open(sql, &"loc-7".into(), 77, NOW).unwrap();
    book.sql.left.set(fails_at);
    let failed = Cell::new(0);
    let card = NewHouseCard {
        card: CARD.into(),
        sequence: 7,
        balance_cents: Cents(800),
    };
    let issued = again(&failed, || book.issue_card(&card, KEY, NOW));
    assert_eq!(issued.balance_cents, Cents(800));
    let register = Register {
        version: 2,
        device: DeviceId("till-1".to_owned()),
        location: "loc-7".into(),
    };
    let registered = again(&failed, || book.register(&register, KEY, NOW));
    assert_eq!(registered.incarnation, Incarnation(1));
    let push = Push {
        version: 2,
        device: register.device.clone(),
        incarnation: registered.incarnation,
        operations: operations(),
    };
    let answer = again(&failed, || book.push(&push, KEY, NOW)).answer;
    assert_eq!((answer.settled.len(), answer.refused), (5, None));
    for _ in 0..3 {
        let Errand { captures, .. } = again(&failed, || book.settle_due(NOW, 10));
        let heard: Vec<_> = captures
            .iter()
            .map(|capture| {
                let payment = capture.reference.payment(&"loc-7".into()).unwrap();
                (
                    payment,
                    Heard::Answered(captured(capture, CaptureState::Approved)),
                )
            })
            .collect();
        again(&failed, || book.settle_heard(&heard, NOW));
    }
    let mut told = Vec::new();
    while let Some(news) = again(&failed, || book.news()) {
        told.extend(
            news.entries
                .iter()
                .map(|(_, entry)| entry.operation.clone()),
        );
        again(&failed, || book.told(&news));
    }
    let unsettled = again(&failed, || book.unsettled(&"till-1".into()));
    assert_eq!(unsettled.sales, 0);
    let rows = again(&failed, || book.rows_after(0, 100));
    let head = again(&failed, || book.head());
    let cards = again(&failed, || book.sql.run("SELECT book FROM cards", &[]));
    ((rows, told, head, format!("{cards:?}")), failed.get())
}

fn again<T, E: std::fmt::Debug>(failed: &Cell<u32>, step: impl Fn() -> Result<T, E>) -> T {
    step().unwrap_or_else(|_| {
        failed.set(failed.get() + 1);
        step().expect("it failed once")
    })
}

#[test]
fn a_fault_at_any_statement_changes_nothing_in_the_end() {
    let (wanted, none) = story(None);
    assert_eq!(none, 0);
    let states: Vec<_> = wanted
        .0
        .iter()
        .filter_map(|row| row.fields.get("state"))
        .collect();
    assert_eq!(states, ["approved"; 4], "{states:?}");
    let mut statement = 0;
    loop {
        let (seen, failed) = story(Some(statement));
        assert_eq!(seen, wanted, "a fault at statement {statement}");
        if failed == 0 {
            break;
        }
        statement += 1;
    }
    assert!(statement > 100, "{statement} statements had a fault");
}

#[test]
fn what_was_given_out_to_be_sent_is_durable_or_was_not_given_out() {
    // A fault in the step that gives captures out: none is sent, and the next one gives them out.
    let id = PaymentId::from("p1");
    for statement in 0.. {
        let sql = Faulty {
            inner: Native::in_memory().unwrap(),
            left: Cell::new(None),
        };
        let book = Book::open(sql, &"loc-7".into(), 77, NOW).unwrap();
        let register = Register {
            version: 2,
            device: DeviceId("till-1".to_owned()),
            location: "loc-7".into(),
        };
        let incarnation = book.register(&register, KEY, NOW).unwrap().incarnation;
        let push = Push {
            version: 2,
            device: register.device,
            incarnation,
            operations: operations(),
        };
        book.push(&push, KEY, NOW).unwrap();
        book.sql.left.set(Some(statement));
        let given = book.settle_due(NOW, 10);
        book.sql.left.set(None);
        let state = book.payment(&id).unwrap().unwrap().state;
        let state = serde_json::to_value(state).unwrap();
        assert_eq!(
            given.is_ok(),
            state == "sent",
            "statement {statement}: {state}"
        );
        if given.is_ok() {
            assert!(statement > 10);
            break;
        }
        assert_eq!(book.settle_due(NOW, 10).unwrap().captures.len(), 1);
    }
}
