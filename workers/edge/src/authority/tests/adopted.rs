//! Which rows are payments, whose they are, and what a till may not make of them.

use super::super::advice::dead_letters;
use super::super::book::BookError;
use super::super::closing::{ClosedAs, Closing};
use super::super::settle::Heard;
use super::super::sql::{Sql as _, Value};
use super::{NOW, World, captured, operation, payment, sold};
use olympus_proto::Cents;
use olympus_proto::pos::{Direction, PaymentState};
use olympus_proto::provider::CaptureState;
use olympus_proto::sync::{EntityKind, OperationKind};
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
fn a_location_that_an_uncountable_number_had_stopped_goes_on() {
    let mut world = World::new();
    let operations = vec![sold("o1", 700), payment("p1", "o1", "card", 700, json!({}))];
    world.push("till-1", operations);
    let odd = payment("p2", "o1", "card", 5, json!({"at_ms": 1_u64 << 53}));
    world.push("till-2", vec![odd]);
    // As an earlier program kept it: nothing that reads it comes back.
    for statement in [
        "UPDATE payments SET at_ms = 9007199254740992, taken = '{}', open = 1, wake_ms = 1
            WHERE payment = 'p2'",
        "UPDATE meta SET value = '1' WHERE key = 'adopted'",
    ] {
        world.book.sql.run(statement, &[]).unwrap();
    }
    assert!(world.book.settle_hurry(world.now).is_err());
    let world = world.restarted();
    assert_eq!(world.book.settle_hurry(world.now), Ok(1));
    assert_eq!(world.sent().len(), 1);
    let shown = dead_letters(&world.book).unwrap().payments;
    assert_eq!((shown.len(), shown[0].why.as_str()), (1, "unreadable"));
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

#[test]
fn a_payment_is_of_the_terminal_that_pushed_it_and_keeps_no_other_from_grants() {
    let mut world = World::new();
    let of_another = payment("p1", "nowhere", "card", 700, json!({"terminal": "till-2"}));
    let pushed = world.push("till-1", vec![of_another]);
    assert_eq!(pushed.answer.rows[0].fields["terminal"], "till-1");
    assert_eq!(world.book.unsettled(&"till-2".into()).unwrap().sales, 0);
    assert_eq!(world.book.unsettled(&"till-1".into()).unwrap().sales, 1);
    // Nor does another till take it over later.
    let mut later = operation(
        "later",
        OperationKind::Payment,
        "p1",
        json!({"terminal": "till-2"}),
    );
    later.base_version = world.book.head().unwrap();
    world.push("till-2", vec![later]);
    assert_eq!(world.book.unsettled(&"till-2".into()).unwrap().sales, 0);
}

#[test]
fn a_sale_by_card_that_names_none_is_declined_at_once() {
    let mut world = World::new();
    let without = payment("p1", "o1", "card", 700, json!({"card": null}));
    world.push("till-1", vec![sold("o1", 700), without]);
    assert_eq!(world.book.unsettled(&"till-1".into()).unwrap().sales, 0);
    let row = world.row(EntityKind::Payment, "p1");
    assert_eq!(row.fields["state"], "declined");
    assert_eq!(row.fields["decline_code"], "no_card");
    // One that an earlier program left open is declined when it is due.
    let mut world = World::new();
    let operations = vec![sold("o1", 700), payment("p2", "o1", "card", 700, json!({}))];
    world.push("till-1", operations);
    let forget = "UPDATE payments SET taken = json_remove(taken, '$.card')";
    world.book.sql.run(forget, &[]).unwrap();
    assert!(world.sent().is_empty());
    assert_eq!(world.state("p2"), "declined");
    assert_eq!(world.book.unsettled(&"till-1".into()).unwrap().sales, 0);
}

#[test]
fn what_nobody_else_can_settle_is_closed_by_hand_once_and_the_log_says_why() {
    let mut world = World::new();
    let operations = vec![sold("o1", 700), payment("p1", "o1", "card", 700, json!({}))];
    world.push("till-1", operations);
    let close = |world: &World, payment: &str, state| {
        let closing = Closing {
            payment: payment.into(),
            state,
            reason: "looked up at the provider".to_owned(),
        };
        world.book.close(&closing, "admin", world.now)
    };
    let early = close(&world, "p1", ClosedAs::Declined);
    assert_eq!(
        early,
        Err(BookError::NothingToClose),
        "it goes on by itself"
    );
    let sent = world.sent();
    let mut other = captured(&sent[0], CaptureState::Approved);
    other.amount_cents = Cents(1);
    world.hear("p1", Heard::Answered(other));
    assert_eq!(world.book.unsettled(&"till-1".into()).unwrap().sales, 1);
    assert_eq!(close(&world, "none", ClosedAs::Declined), Ok(None));
    let shut = close(&world, "p1", ClosedAs::Declined).unwrap().unwrap();
    assert_eq!(shut.state, PaymentState::Declined);
    let row = world.row(EntityKind::Payment, "p1");
    assert_eq!(row.fields["state"], "declined");
    assert_eq!(row.fields["decline_code"], "closed_by_hand");
    assert_eq!(world.book.unsettled(&"till-1".into()).unwrap().sales, 0);
    assert!(dead_letters(&world.book).unwrap().payments.is_empty());
    assert_eq!(
        close(&world, "p1", ClosedAs::Approved),
        Err(BookError::NothingToClose)
    );
    world.hear(
        "p1",
        Heard::Found(captured(&sent[0], CaptureState::Approved)),
    );
    assert_eq!(world.state("p1"), "declined", "nothing undoes it");
    let entries = world.book.news().unwrap().unwrap().entries;
    let closed = entries.iter().find(|(_, it)| it.kind == "payment_closed");
    let (_, closed) = closed.expect("an entry");
    assert_eq!(closed.principal, "admin");
    assert_eq!(closed.detail.as_deref(), Some("looked up at the provider"));
}

#[test]
fn what_is_open_is_shown_before_what_was_settled_long_ago() {
    let mut world = World::new();
    let unreadable = |n: u32| {
        operation(
            &format!("odd{n}"),
            OperationKind::Payment,
            &format!("u{n}"),
            json!({"amount_cents": 5}),
        )
    };
    world.push("till-1", (0..250).map(unreadable).collect());
    // A sale that was declined, with hundreds of refunds, which are its own.
    let none = payment("p0", "o1", "stored_value", 100, json!({}));
    let back = |n: u32| {
        let back = json!({"direction": "refund", "refund_of": "p0", "tip_cents": 0});
        payment(&format!("r{n}"), "o1", "stored_value", 1, back)
    };
    world.push(
        "till-1",
        std::iter::once(none).chain((0..250).map(back)).collect(),
    );
    world.now += 1;
    let open = payment("p1", "nowhere", "card", 700, json!({"at_ms": 5}));
    world.push("till-1", vec![open]);
    assert!(world.sent().is_empty());
    let shown = dead_letters(&world.book).unwrap().payments;
    assert_eq!((shown.len(), shown[0].payment.as_str()), (200, "p1"));
    assert!(shown.iter().any(|it| it.payment.as_str() == "p0"));
    assert!(shown.iter().all(|it| !it.payment.as_str().starts_with('r')));
}

#[test]
fn cash_that_was_given_back_stands_and_keeps_no_card_from_its_refund() {
    let mut world = World::new();
    sold_by_card(&mut world, "p1");
    let back = |id: &str, of: &str, tender: &str, cents: i64| {
        let back = json!({"direction": "refund", "refund_of": of, "tip_cents": 0,
            "state": "requested"});
        payment(id, "o1", tender, cents, back)
    };
    world.push("till-2", vec![back("c1", "p1", "cash", 700)]);
    assert_eq!(world.state("c1"), "approved", "it is out of the drawer");
    world.push("till-1", vec![back("r1", "p1", "card", 700)]);
    assert_eq!(world.sent()[0].amount_cents, Cents(700));
    // Of cash, no more than was taken counts; a card of the house is given back in cash.
    world.issue(4, 1_000).unwrap();
    let operations = vec![
        payment("p2", "o1", "cash", 300, json!({"tip_cents": 0})),
        super::payments::stored("p3", 300, (4, 1_000)),
        back("c2", "p2", "cash", 200),
        back("c3", "p2", "cash", 200),
        back("c4", "p2", "cash", 100),
        back("c5", "p3", "cash", 300),
        back("c6", "none", "cash", 1),
    ];
    world.push("till-1", operations);
    let shown = dead_letters(&world.book).unwrap().payments;
    let mut shown: Vec<_> = shown
        .iter()
        .filter(|it| it.why == "refund")
        .map(|it| it.payment.as_str())
        .collect();
    shown.sort_unstable();
    assert_eq!(shown, ["c1", "c3", "c6"]);
}

#[test]
fn a_refund_that_comes_with_its_sale_is_looked_at_after_it() {
    let mut world = World::new();
    world.issue(4, 1_000).unwrap();
    let back = json!({"tip_cents": 0, "direction": "refund", "refund_of": "z"});
    let operations = vec![
        sold("o1", 700),
        super::payments::stored("z", 300, (4, 1_000)),
        payment("a", "o1", "stored_value", 50, back),
    ];
    world.push("till-1", operations);
    assert_eq!(world.state("a"), "approved");
}
