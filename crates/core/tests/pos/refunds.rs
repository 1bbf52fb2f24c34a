//! Giving money back, and calling orders off.

use crate::fixture::{Till, back, by_card, cash, line, rules};
use olympus_core::pos::{Decided, PosError, void};
use olympus_proto::pos::{Direction, NewPayment, NewRefund, OrderStatus, PaymentState, VoidOrder};
use olympus_proto::{Cents, ErrorCode};
use serde_json::json;

fn voided(till: &mut Till) -> Result<Decided, PosError> {
    let reason = "changed their mind".to_owned();
    till.act(|bill, at| void(bill, &VoidOrder { reason }, at))
}

#[test]
fn refunds_in_parts_give_back_the_tax_of_the_whole() {
    let mut till = Till::with(rules(825, false), vec![line("cola", 4)]);
    let (sale, _) = till.pay(&cash(None)).expect("paid"); // 10.83, 0.83 of it tax
    for (cents, tax_left, refunds) in [(500, -45, 462), (1, -45, 463), (582, 0, 1_000)] {
        till.refund(&sale, &back(cents)).expect("given back");
        let books = till.books();
        let told = (
            books["tax"].as_i64().unwrap_or(0),
            books["refunds"].as_i64(),
        );
        assert_eq!(told, (tax_left, Some(refunds)), "after {cents}");
    }
    assert_eq!(till.books(), json!({"refunds": 1000, "sales": -1000}));
    let order = till.bill().order;
    assert_eq!(order.status, OrderStatus::Paid, "nothing is due again");
    assert_eq!(order.totals.due_cents, Cents(0));
    assert_eq!(order.totals.refunded_cents, Cents(1_083));
    let why = till.refund(&sale, &back(1)).map(|_| ());
    assert_eq!(why, Err(PosError::OverRefund(Cents(0))));
}

/// The example of docs/SELLING.md.
#[test]
fn worked_example() {
    let mut till = Till::with(rules(825, false), vec![line("cola", 4)]);
    till.pay(&cash(500)).expect("a part");
    let tipped = NewPayment {
        tip_cents: Cents(100),
        ..by_card(None)
    };
    let (card, _) = till.pay(&tipped).expect("the rest");
    till.settle(&card, PaymentState::Approved);
    let (refund, _) = till.refund(&card, &back(500)).expect("given back");
    till.settle(&refund, PaymentState::Approved);
    let entries: Vec<_> = till
        .ledger
        .iter()
        .map(|entry| {
            let postings = entry.postings.iter();
            let told = postings.map(|(account, cents)| format!("{} {cents}", account.as_str()));
            told.collect::<Vec<_>>().join(", ")
        })
        .collect();
    assert_eq!(
        entries,
        [
            "cash 5.00, deposits -5.00",
            "card_receivable 6.83, deposits -5.83, tips -1.00",
            "deposits 10.83, sales -10.00, tax -0.83",
            "card_receivable -6.83, bank 6.83",
            "card_receivable -5.00, tax 0.38, refunds 4.62",
            "card_receivable 5.00, bank -5.00",
        ]
    );
    assert_eq!(
        till.books(),
        json!({"cash": 500, "bank": 183, "sales": -1000, "tax": -45, "tips": -100, "refunds": 462})
    );
}

#[test]
fn a_refund_is_a_payment_the_other_way() {
    let mut till = Till::with(rules(0, false), vec![line("wine", 1)]);
    let tipped = NewPayment {
        tip_cents: Cents(100),
        ..by_card(None)
    };
    let (sale, _) = till.pay(&tipped).expect("paid");
    till.settle(&sale, PaymentState::Approved);
    let (id, _) = till.refund(&sale, &back(None)).expect("all of it");
    let order = till.bill().order;
    let refund = &order.payments[1];
    assert_eq!(refund.id, id);
    assert_eq!(refund.direction, Direction::Refund);
    assert_eq!(refund.refund_of, Some(sale));
    assert_eq!(
        (refund.amount_cents, refund.tip_cents),
        (Cents(600), Cents(100))
    );
    assert_eq!(refund.state, PaymentState::Requested);
    assert_eq!(refund.grant, Some("g-1".into()));
    assert_eq!(refund.last4.as_deref(), Some("4242"));
    assert!(!refund.of_deposit);
    assert_eq!(order.totals.tip_cents, Cents(0));
    assert_eq!(
        till.books(),
        json!({"bank": 700, "card_receivable": -700, "refunds": 600, "sales": -600})
    );
    till.settle(&id, PaymentState::Approved);
    assert_eq!(till.books(), json!({"refunds": 600, "sales": -600}));
}

#[test]
fn what_was_paid_of_the_order_goes_back_before_the_tip() {
    let mut till = Till::with(rules(0, false), vec![line("wine", 1)]);
    let tipped = NewPayment {
        tip_cents: Cents(100),
        ..cash(None)
    };
    let (sale, _) = till.pay(&tipped).expect("paid");
    let mut parts = Vec::new();
    for cents in [500, 150, 50] {
        let (id, _) = till.refund(&sale, &back(cents)).expect("given back");
        let fields = &till.payments[&id];
        parts.push((fields["amount_cents"].clone(), fields["tip_cents"].clone()));
    }
    let wanted = [(500, 0), (100, 50), (0, 50)].map(|(a, t)| (json!(a), json!(t)));
    assert_eq!(parts, wanted);
    assert_eq!(till.books(), json!({"refunds": 600, "sales": -600}));
}

#[test]
fn what_is_given_back_before_all_is_paid_is_due_again() {
    let mut till = Till::with(rules(0, false), vec![line("cola", 4)]);
    let (card, _) = till.pay(&by_card(600)).expect("a part");
    assert_eq!(voided(&mut till), Err(PosError::SomethingPaid(Cents(600))));
    till.refund(&card, &back(None)).expect("given back");
    let order = till.bill().order;
    assert!(order.payments[1].of_deposit);
    assert_eq!(order.totals.due_cents, Cents(1_000));
    assert_eq!(till.books(), json!({}));
    voided(&mut till).expect("nothing is paid");
    let order = till.bill().order;
    assert_eq!(order.status, OrderStatus::Voided);
    assert_eq!(order.void_reason.as_deref(), Some("changed their mind"));
    assert_eq!(order.totals.due_cents, Cents(0));
    assert_eq!(voided(&mut till), Err(PosError::Voided));
    assert_eq!(till.pay(&cash(None)).map(|_| ()), Err(PosError::Voided));
    assert_eq!(till.add(vec![line("cola", 1)]), Err(PosError::Voided));
}

/// Also after the order was called off.
#[test]
fn a_declined_sale_takes_its_refund_along() {
    for void_first in [true, false] {
        {
            let when = format!("called off before: {void_first}");
            let mut till = Till::with(rules(0, false), vec![line("cola", 4)]);
            let (sale, _) = till.pay(&by_card(600)).expect("a part");
            let (refund, _) = till.refund(&sale, &back(None)).expect("given back");
            if void_first {
                voided(&mut till).expect("nothing is paid");
            }
            for id in [&sale, &refund] {
                till.settle(id, PaymentState::Declined);
            }
            let totals = till.bill().order.totals;
            assert_eq!(totals.paid_cents, Cents(0), "{when}");
            assert_eq!(totals.refunded_cents, Cents(0), "{when}");
            assert_eq!(till.books(), json!({}), "{when}");
            if !void_first {
                till.pay(&cash(None)).expect("all of it");
                assert_eq!(
                    till.books(),
                    json!({"cash": 1000, "sales": -1000}),
                    "{when}"
                );
            }
        }
    }
}

#[test]
fn a_refund_that_is_declined_was_never_given() {
    let mut till = Till::with(rules(825, false), vec![line("cola", 4)]);
    let tipped = NewPayment {
        tip_cents: Cents(100),
        ..by_card(None)
    };
    let (sale, _) = till.pay(&tipped).expect("paid");
    till.settle(&sale, PaymentState::Approved);
    let before = till.books();
    let (refund, _) = till.refund(&sale, &back(None)).expect("given back");
    till.settle(&refund, PaymentState::Declined);
    assert_eq!(till.books(), before);
    assert_eq!(till.bill().order.totals.refunded_cents, Cents(0));
    // So all of it may be given back again.
    let (again, _) = till.refund(&sale, &back(None)).expect("given back");
    till.settle(&again, PaymentState::Approved);
    assert_eq!(till.books(), json!({"refunds": 1000, "sales": -1000}));
}

#[test]
fn what_was_given_back_of_a_declined_sale_is_not_owed() {
    let mut till = Till::with(rules(825, false), vec![line("cola", 4)]);
    let (sale, _) = till.pay(&by_card(None)).expect("paid"); // 10.83
    let (refund, _) = till.refund(&sale, &back(1_000)).expect("most of it");
    for id in [&sale, &refund] {
        till.settle(id, PaymentState::Declined);
    }
    assert_eq!(till.bill().order.totals.due_cents, Cents(83));
    till.pay(&cash(None)).expect("the rest");
    assert_eq!(till.bill().order.status, OrderStatus::Paid);
    // 0.77 of the 10.00 was tax (76.6)
    assert_eq!(
        till.books(),
        json!({"cash": 83, "refunds": 923, "sales": -1000, "tax": -6})
    );
}

#[test]
fn what_was_declined_of_a_voided_order_is_owed_by_nobody() {
    let mut till = Till::with(rules(0, false), vec![line("cola", 4)]);
    let (sale, _) = till.pay(&by_card(600)).expect("a part");
    till.settle(&sale, PaymentState::Declined);
    voided(&mut till).expect("nothing is paid");
    assert_eq!(till.bill().order.status, OrderStatus::Voided);
    assert_eq!(till.books(), json!({}));
}

#[test]
fn what_cannot_be_given_back_says_why() {
    let mut till = Till::with(rules(0, false), vec![line("cola", 4)]);
    let (sale, _) = till.pay(&by_card(600)).expect("a part");
    let (refund, _) = till.refund(&sale, &back(100)).expect("given back");
    let mut refused = |id: &str, new: NewRefund| {
        till.refund(&id.into(), &new)
            .expect_err("nothing to give back")
    };
    let unknown = refused("till-9-p1", back(1));
    assert_eq!(unknown.code(), ErrorCode::NotFound);
    assert_eq!(
        refused(refund.as_str(), back(1)),
        PosError::IsRefund(refund.clone())
    );
    for cents in [501, 0, -1, i64::MIN, i64::MAX] {
        let why = refused(sale.as_str(), back(cents));
        assert_eq!(why, PosError::OverRefund(Cents(500)));
    }
    for reason in [String::new(), "x".repeat(201)] {
        let new = NewRefund { reason, ..back(1) };
        assert_eq!(refused(sale.as_str(), new), PosError::BadReason);
    }
    till.settle(&sale, PaymentState::Declined);
    let why = till.refund(&sale, &back(1)).map(|_| ());
    assert_eq!(why, Err(PosError::PaymentDeclined(sale)));
}
