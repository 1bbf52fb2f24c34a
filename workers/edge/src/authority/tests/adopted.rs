//! Which rows are payments, whose they are, and what a till may not make of them.

use super::super::advice::dead_letters;
use super::super::settle::Heard;
use super::super::sql::{Sql as _, Value};
use super::{NOW, World, captured, operation, payment, sold};
use olympus_proto::Cents;
use olympus_proto::pos::Direction;
use olympus_proto::provider::CaptureState;
use olympus_proto::sync::OperationKind;
use serde_json::json;

/// A card's sale that the provider has approved: 700 and a tip of 50.
fn sold_by_card(world: &mut World, id: &str) {
    let operations = vec![sold("o1", 700), payment(id, "o1", "card", 700, json!({}))];
    world.push("till-1", operations);
    let sent = world.sent();
    world.hear(
        id,
        Heard::Answered(captured(&sent[0], CaptureState::Approved)),
    );
}

fn tip_back(id: &str, of: &str) -> olympus_proto::sync::Operation {
    let back = json!({"direction": "refund", "refund_of": of, "tip_cents": 50});
    payment(id, "o1", "card", 0, back)
}

#[test]
fn a_refund_of_the_tip_alone_reaches_the_card() {
    let mut world = World::new();
    sold_by_card(&mut world, "p1");
    world.push("till-1", vec![tip_back("r1", "p1")]);
    let sent = world.sent();
    assert_eq!(
        (sent.len(), sent[0].amount_cents, sent[0].direction),
        (1, Cents(50), Direction::Refund)
    );
    // A sale of nothing but a tip is none, and a refund of nothing is none either.
    let nothing = json!({"direction": "refund", "refund_of": "p1", "tip_cents": 0});
    let tip = payment("p2", "o1", "card", 0, json!({}));
    world.push("till-1", vec![tip, payment("r2", "o1", "card", 0, nothing)]);
    assert!(world.sent().is_empty());
    let shown = dead_letters(&world.book).unwrap().payments;
    assert!(shown.iter().all(|it| it.why == "unreadable") && shown.len() == 2);
}

#[test]
fn what_an_earlier_program_could_not_read_is_taken_when_this_one_opens_the_book() {
    let mut world = World::new();
    sold_by_card(&mut world, "p1");
    world.push("till-1", vec![tip_back("r1", "p1")]);
    // As that program left it.
    for statement in [
        "UPDATE payments SET taken = 'null', settlement = NULL, open = 0, wake_ms = NULL,
            fault = '\"unreadable\"', refund_of = NULL, cents = 0 WHERE payment = 'r1'",
        "UPDATE meta SET value = '1' WHERE key = 'adopted'",
    ] {
        world.book.sql.run(statement, &[]).unwrap();
    }
    assert!(world.sent().is_empty());
    let world = world.restarted();
    let sent = world.sent();
    assert_eq!((sent.len(), sent[0].amount_cents), (1, Cents(50)));
    assert!(dead_letters(&world.book).unwrap().payments.is_empty());
    let world = world.restarted();
    assert!(world.sent().is_empty(), "once");
}

#[test]
fn numbers_that_cannot_be_counted_are_no_payments_and_stop_nobody_elses() {
    let mut world = World::new();
    let beyond = 1_i64 << 53;
    world.push(
        "till-2",
        vec![
            payment("late", "o1", "card", 5, json!({"at_ms": beyond})),
            payment("dear", "o1", "card", beyond, json!({})),
            payment("tipped", "o1", "card", 5, json!({"tip_cents": i64::MAX})),
            payment("cash", "o1", "cash", 100_000_000, json!({})),
        ],
    );
    world.push(
        "till-1",
        vec![sold("o1", 700), payment("p1", "o1", "card", 700, json!({}))],
    );
    assert_eq!(world.book.settle_hurry(world.now), Ok(1));
    assert_eq!(world.sent().len(), 1);
    let shown = dead_letters(&world.book).unwrap().payments;
    assert_eq!(shown.len(), 4);
    assert!(shown.iter().all(|it| it.why == "unreadable"));
    assert_eq!(world.book.unsettled(&"till-2".into()).unwrap().sales, 0);
}

#[test]
fn a_number_that_javascript_does_not_keep_is_refused_before_it_is_written() {
    let world = World::new();
    let sql = &world.book.sql;
    for number in [i64::MAX, i64::MIN, 1 << 53] {
        assert!(sql.run("SELECT ?1", &[number.into()]).is_err(), "{number}");
    }
    assert!(sql.run("SELECT 9007199254740992", &[]).is_err());
    let most = Value::from((1_i64 << 53) - 1);
    assert_eq!(
        sql.run("SELECT ?1", std::slice::from_ref(&most)).unwrap()[0].0,
        [most]
    );
}

#[test]
fn a_row_that_becomes_one_of_a_payment_is_taken_then() {
    let mut world = World::new();
    let half = json!({"amount_cents": 700, "order": "o1"});
    let half = operation("half", OperationKind::Payment, "p1", half);
    world.push("till-1", vec![sold("o1", 700), half]);
    assert!(world.sent().is_empty());
    let mut whole = payment("p1", "o1", "card", 700, json!({"at_ms": NOW}));
    whole.base_version = world.book.head().unwrap();
    world.push("till-1", vec![whole]);
    assert_eq!(world.sent().len(), 1);
}
