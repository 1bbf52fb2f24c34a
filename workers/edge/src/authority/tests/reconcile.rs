//! A device's ledger beside the book.

use super::super::book::BookError;
use super::{KEY, World, payment, sold};
use olympus_proto::Cents;
use olympus_proto::location::{LedgerPayment, ReconcileUpload};
use olympus_proto::pos::PaymentState;
use serde_json::json;

fn upload(name: &str, payments: &[(&str, i64, bool)], last: bool) -> ReconcileUpload {
    ReconcileUpload {
        terminal: "till-1".into(),
        from: "2026-11-28".to_owned(),
        to: "2026-11-28".to_owned(),
        payments: payments
            .iter()
            .map(|(payment, cents, card)| LedgerPayment {
                payment: (*payment).into(),
                cents: Cents(*cents),
                card: *card,
            })
            .collect(),
        last,
        upload: name.to_owned(),
    }
}

#[test]
fn both_books_are_laid_side_by_side() {
    let mut world = World::new();
    world.push(
        "till-1",
        vec![
            sold("o1", 700),
            payment("p1", "o1", "cash", 700, json!({})),
            payment("p2", "o1", "card", 200, json!({})),
            payment(
                "p3",
                "o1",
                "card",
                100,
                json!({"direction": "refund", "refund_of": "p2"}),
            ),
            payment("earlier", "o1", "cash", 5, json!({"day": "2026-11-27"})),
        ],
    );
    let elsewhere = payment("elsewhere", "o1", "cash", 5, json!({"terminal": "till-1"}));
    world.push("till-2", vec![elsewhere]);
    let first = world
        .book
        .reconcile(
            &upload("u1", &[("p2", 250, true), ("lost", 9, true)], false),
            world.now,
        )
        .unwrap();
    let seen: Vec<_> = first
        .payments
        .iter()
        .map(|it| (it.payment.as_str(), it.cloud_cents, it.state))
        .collect();
    assert_eq!(
        seen,
        [
            ("p2", Some(Cents(250)), Some(PaymentState::Requested)),
            ("lost", None, None)
        ]
    );
    assert_eq!(
        first.asks.len(),
        2,
        "the provider may know what the cloud does not"
    );
    let last = world
        .book
        .reconcile(&upload("u1", &[("p1", 750, false)], true), world.now)
        .unwrap();
    let seen: Vec<_> = last
        .payments
        .iter()
        .map(|it| (it.payment.as_str(), it.cloud_cents))
        .collect();
    assert_eq!(
        seen,
        [("p1", Some(Cents(750))), ("p3", Some(Cents(-150)))],
        "and what no upload named"
    );
    assert_eq!(last.asks.len(), 1);
    // Another report begins anew; the first is forgotten after a day.
    let other = world
        .book
        .reconcile(&upload("u2", &[], true), world.now)
        .unwrap();
    assert_eq!(other.payments.len(), 3);
    let later = world.now + 25 * 3_600_000;
    let again = world
        .book
        .reconcile(&upload("u1", &[], true), later)
        .unwrap();
    assert_eq!(again.payments.len(), 3);
}

#[test]
fn a_terminals_ledger_is_its_own_keys_alone() {
    let mut world = World::new();
    world.push("till-1", vec![sold("o1", 700)]);
    let till = "till-1".into();
    assert_eq!(world.book.speaks_for(&till, KEY), Ok(()));
    let foreign = Err(BookError::Foreign("till-1".to_owned()));
    assert_eq!(world.book.speaks_for(&till, "key:another"), foreign);
}
