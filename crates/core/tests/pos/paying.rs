//! Paying, and what the ledger says of it.

use crate::fixture::{Till, back, burger, by_card, cash, line, rules};
use olympus_core::pos::{PosError, amounts, void};
use olympus_proto::grant::TenderKind;
use olympus_proto::pos::{NewPayment, OrderStatus, PaymentState, VoidOrder};
use olympus_proto::{Cents, ErrorCode};
use serde_json::json;

#[test]
fn cash_pays_and_gives_change() {
    let mut till = Till::with(rules(825, false), vec![line("cola", 4)]);
    let new = NewPayment {
        handed_cents: Some(Cents(2_000)),
        tip_cents: Cents(100),
        ..cash(None)
    };
    let (id, decided) = till.pay(&new).expect("paid");
    assert!(decided.closes);
    let order = till.bill().order;
    assert_eq!(order.status, OrderStatus::Paid);
    // 10.00 and 0.83 tax (0.825), tip 1.00 of 20.00
    assert_eq!(
        json!(order.totals),
        json!({"lines_cents": 1000, "tax_cents": 83, "total_cents": 1083, "paid_cents": 1083,
               "refunded_cents": 0, "tip_cents": 100, "due_cents": 0})
    );
    let payment = &order.payments[0];
    assert_eq!(payment.id, id);
    assert_eq!(payment.change_cents, Some(Cents(817)));
    assert_eq!(payment.state, PaymentState::Approved);
    assert_eq!(
        till.books(),
        json!({"cash": 1183, "sales": -1000, "tax": -83, "tips": -100})
    );
    let ids: Vec<_> = till.ledger.iter().map(|entry| entry.id.as_str()).collect();
    assert_eq!(ids, ["payment:till-1-p1", "sale:ord-1:till-1:1"]);
}

#[test]
fn what_is_paid_in_parts_is_owed_until_all_is() {
    let mut till = Till::with(rules(1_000, true), vec![burger(1, &[]), line("cola", 1)]);
    let (_, first) = till.pay(&cash(500)).expect("a part");
    assert!(!first.closes);
    assert_eq!(first.order, None, "nothing of the order changes");
    assert_eq!(till.bill().order.totals.due_cents, Cents(700));
    assert_eq!(till.books(), json!({"cash": 500, "deposits": -500}));
    let (_, second) = till.pay(&by_card(None)).expect("the rest");
    assert!(second.closes);
    // 12.00, of which 1.09 tax (1.0909)
    assert_eq!(
        till.books(),
        json!({"cash": 500, "card_receivable": 700, "sales": -1091, "tax": -109})
    );
}

#[test]
fn a_card_is_requested_and_settled_later() {
    let mut till = Till::with(rules(0, false), vec![line("wine", 1)]);
    let new = NewPayment {
        tip_cents: Cents(90),
        ..by_card(None)
    };
    let (id, _) = till.pay(&new).expect("paid");
    assert_eq!(
        json!(till.payments[&id]),
        json!({
            "order": "ord-1", "direction": "sale", "tender": "card", "amount_cents": 600,
            "tip_cents": 90, "state": "requested", "last4": "4242", "grant": "g-1",
            "terminal": "till-1", "day": "2027-01-15", "at_ms": till.now_ms, "currency": "USD",
            "card": "ab".repeat(32), "sealed": "c2VhbGVk",
        })
    );
    till.settle(&id, PaymentState::Approved);
    assert_eq!(
        till.books(),
        json!({"bank": 690, "sales": -600, "tips": -90})
    );
}

#[test]
fn a_declined_card_is_sold_and_not_paid_until_somebody_pays() {
    let mut till = Till::with(rules(0, false), vec![line("wine", 1)]);
    let (id, _) = till.pay(&by_card(None)).expect("paid");
    till.settle(&id, PaymentState::Declined);
    assert_eq!(till.books(), json!({"declined": 600, "sales": -600}));
    let bill = till.bill();
    assert_eq!(bill.order.status, OrderStatus::Open);
    assert_eq!(bill.order.totals.due_cents, Cents(600));
    assert_eq!(bill.order.totals.paid_cents, Cents(0));
    // What was sold is not changed or called off any more.
    assert_eq!(
        till.take_off("till-1.1"),
        Err(PosError::LineSold("till-1.1".into()))
    );
    let reason = "gone".to_owned();
    let voided = till.act(|bill, at| void(bill, &VoidOrder { reason }, at));
    assert_eq!(voided, Err(PosError::Sold));
    let (_, again) = till.pay(&cash(None)).expect("paid after all");
    assert!(again.closes);
    assert_eq!(again.stock, [], "it left the stock before");
    assert_eq!(till.bill().order.status, OrderStatus::Paid);
    assert_eq!(till.books(), json!({"cash": 600, "sales": -600}));
}

#[test]
fn a_card_declined_before_all_was_paid_is_owed_again() {
    let mut till = Till::with(rules(0, false), vec![line("cola", 4)]);
    let (id, _) = till.pay(&by_card(400)).expect("a part");
    till.settle(&id, PaymentState::Declined);
    assert_eq!(till.books(), json!({"declined": 400, "deposits": -400}));
    assert_eq!(till.bill().order.totals.due_cents, Cents(1_000));
    till.pay(&cash(None)).expect("all of it");
    assert_eq!(till.books(), json!({"cash": 1000, "sales": -1000}));
}

#[test]
fn stored_value_is_taken_off_and_needs_its_state() {
    let mut till = Till::with(rules(0, false), vec![line("cola", 1)]);
    let mut new = by_card(None);
    new.tender = TenderKind::StoredValue;
    let why = till.pay(&new).map(|_| ());
    let wanted = PosError::MissingOfTender(TenderKind::StoredValue, "card.state");
    assert_eq!(why, Err(wanted));
    if let Some(card) = &mut new.card {
        card.state = Some("AgAAAAAAAAAABQ".to_owned());
    }
    let (id, _) = till.pay(&new).expect("paid");
    assert_eq!(till.payments[&id]["card_shown"], json!("AgAAAAAAAAAABQ"));
    till.settle(&id, PaymentState::Approved);
    assert_eq!(till.books(), json!({"sales": -250, "stored_value": 250}));
}

#[test]
fn stored_value_is_given_back_in_cash_once_it_is_booked() {
    let mut till = Till::with(rules(0, false), vec![line("cola", 1)]);
    let mut new = by_card(None);
    new.tender = TenderKind::StoredValue;
    if let Some(card) = &mut new.card {
        card.state = Some("AgAAAAAAAAAABQ".to_owned());
    }
    let (id, _) = till.pay(&new).expect("paid");
    let early = till.refund(&id, &back(None)).map(|_| ());
    assert_eq!(early, Err(PosError::NotBooked(id.clone())));
    till.settle(&id, PaymentState::Approved);
    let (refund, _) = till.refund(&id, &back(100)).expect("given back");
    let fields = &till.payments[&refund];
    assert_eq!(
        (&fields["tender"], &fields["state"]),
        (&json!("cash"), &json!("approved"))
    );
    let books = json!({"cash": -100, "refunds": 100, "sales": -250, "stored_value": 250});
    assert_eq!(till.books(), books);
    let more = till.refund(&id, &back(151)).map(|_| ());
    assert_eq!(more, Err(PosError::OverRefund(Cents(150))));
}

#[test]
fn what_is_no_payment_is_refused_and_says_what_to_do() {
    let mut till = Till::with(rules(0, false), vec![line("wine", 2)]);
    let card = |change: &dyn Fn(&mut NewPayment)| {
        let mut new = by_card(None);
        change(&mut new);
        new
    };
    let cases = [
        (cash(0), "at most the 12.00 that is due"),
        (cash(-5), "at most the 12.00"),
        (cash(1_201), "at most the 12.00"),
        (cash(i64::MAX), "at most the 12.00"),
        (
            NewPayment {
                tip_cents: Cents(-1),
                ..cash(None)
            },
            "tip_cents",
        ),
        (
            NewPayment {
                tip_cents: Cents(i64::MAX),
                ..cash(None)
            },
            "tip_cents",
        ),
        (
            NewPayment {
                handed_cents: Some(Cents(1_199)),
                ..cash(None)
            },
            "12.00 is to be handed over",
        ),
        (
            NewPayment {
                handed_cents: Some(Cents(i64::MIN)),
                ..cash(None)
            },
            "12.00 is to be handed over",
        ),
        (
            NewPayment {
                handed_cents: Some(Cents(100_000_001)),
                ..cash(None)
            },
            "count again",
        ),
        (
            card(&|new| new.tender = TenderKind::Cash),
            "cash is paid without card",
        ),
        (
            card(&|new| new.card = None),
            "card is paid with card; say it",
        ),
        (
            card(&|new| new.handed_cents = Some(Cents(5))),
            "card is paid without handed_cents",
        ),
    ];
    for (new, wanted) in cases {
        let why = till.pay(&new).expect_err("no payment");
        assert!(why.to_string().contains(wanted), "{why} lacks {wanted:?}");
        assert_eq!(why.code(), ErrorCode::InvalidRequest);
    }
    assert!(till.payments.is_empty());
    assert_eq!(till.books(), json!({}));
}

#[test]
fn a_card_is_as_a_reader_tells_it() {
    let mut till = Till::with(rules(0, false), vec![line("wine", 2)]);
    let with = |field: &str, value: String| {
        let mut new = json!(by_card(None));
        new["card"][field] = json!(value);
        serde_json::from_value::<NewPayment>(new).expect("a payment")
    };
    for (field, value) in [
        ("token", "AB".repeat(32)),
        ("token", "ab".repeat(31)),
        ("token", "4242424242424242".to_owned()),
        ("last4", "42".to_owned()),
        ("last4", "42x2".to_owned()),
        ("sealed", "x".repeat(4_097)),
    ] {
        let why = till.pay(&with(field, value)).expect_err("no card");
        let wanted = format!("card.{field} is not as a reader tells it");
        assert!(why.to_string().contains(&wanted), "{why}");
    }
    let why = till.pay(&with("state", "AA".to_owned())).map(|_| ());
    assert_eq!(
        why,
        Err(PosError::NotOfTender(TenderKind::Card, "card.state"))
    );
}

#[test]
fn what_nothing_is_due_of_is_not_paid() {
    let mut till = Till::with(rules(0, false), vec![line("free", 2)]);
    assert_eq!(till.pay(&cash(None)).map(|_| ()), Err(PosError::NothingDue));
    let mut till = Till::with(rules(0, false), vec![line("cola", 1)]);
    till.pay(&cash(None)).expect("paid");
    assert_eq!(till.pay(&cash(None)).map(|_| ()), Err(PosError::Paid));
}

#[test]
fn kinds_of_goods_are_told_for_age_limits() {
    let mut till = Till::with(
        rules(0, false),
        vec![
            line("wine", 1),
            line("cola", 1),
            line("wine", 2),
            burger(1, &[]),
        ],
    );
    let told = |till: &Till| amounts(&till.bill(), &cash(None)).expect("due").categories;
    assert_eq!(told(&till), ["alcohol", "drinks", "mains"]);
    till.take_off("till-1.1").expect("taken off");
    till.take_off("till-1.3").expect("taken off");
    assert_eq!(told(&till), ["drinks", "mains"]);
}
