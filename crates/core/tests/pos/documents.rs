//! Orders and payments as fields: what is written, what later versions write, and half of it.

use crate::fixture::{Till, burger, by_card, cash, line, rules};
use olympus_core::pos::{
    PosError, bill_from_fields, fields_of_bill, fields_of_payment, payment_from_fields, tickets,
};
use olympus_proto::pos::{LineState, NewOrder, OrderStatus, PaymentState, Service, TicketState};
use olympus_proto::sync::Fields;
use olympus_proto::{Cents, ErrorCode};
use serde_json::json;

#[test]
fn an_order_is_written_so() {
    let mut till = Till::new(rules(825, false));
    let new = NewOrder {
        service: Service::Table,
        label: Some("12".to_owned()),
        lines: vec![line("cola", 2)],
        fire: false,
    };
    till.open(&new).expect("opened");
    let at = till.now_ms;
    till.fire(&[]).expect("fired");
    till.pay(&cash(None)).expect("paid");
    assert_eq!(
        json!(till.fields),
        json!({
            "number": 7, "terminal": "till-1", "service": "table", "label": "12", "status": "paid",
            "currency": "USD", "day": "2027-01-15", "opened_ms": at,
            "tax_basis_points": 825, "tax_included": false,
            "line:till-1.1": {"line": "till-1.1", "item": "cola", "name": "Cola",
                "category": "drinks", "quantity": 2, "unit_cents": 250, "state": "held"},
            "kitchen:till-1.1": {"firing": 1, "fired_ms": at + 1_000, "state": "new",
                "moved_ms": at + 1_000},
            "sold:till-1.1": {"line": "till-1.1", "item": "cola", "name": "Cola",
                "category": "drinks", "quantity": 2, "unit_cents": 250, "state": "held"},
            "closed:till-1": {"total_cents": 541, "tax_cents": 41, "declined_cents": 0, "times": 1},
        })
    );
    let bill = till.bill();
    assert_eq!(fields_of_bill(&bill), till.fields);
}

#[test]
fn the_tax_is_that_of_the_moment_it_was_opened() {
    let mut till = Till::with(rules(1_000, false), vec![line("cola", 4)]);
    till.rules = rules(2_000, true);
    assert_eq!(till.bill().order.totals.total_cents, Cents(1_100));
    till.fields.remove("tax_basis_points");
    till.fields.remove("tax_included");
    assert_eq!(till.bill().order.totals.total_cents, Cents(1_000));
}

#[test]
fn what_a_later_version_writes_beside_is_passed_over() {
    let mut till = Till::with(rules(0, false), vec![line("cola", 2), burger(1, &[])]);
    till.fire(&[]).expect("fired");
    let before = till.bill();
    till.fields
        .insert("loyalty".to_owned(), json!({"points": 3}));
    till.fields.insert("guest:1".to_owned(), json!("Ada"));
    for (name, at) in [
        ("line:till-1.1", "allergy"),
        ("kitchen:till-1.1", "station"),
    ] {
        till.fields.get_mut(name).expect("a field")[at] = json!("x");
    }
    assert_eq!(till.bill(), before);
    // A state that is not known yet: the kitchen has it, and it is not said to be ready.
    till.fields.get_mut("kitchen:till-1.1").expect("a field")["state"] = json!("plated");
    assert_eq!(tickets(&till.bill())[0].state, TicketState::New);
    till.fields.get_mut("line:till-1.2").expect("a field")["state"] = json!("comped");
    assert_eq!(till.bill().order.lines[1].state, LineState::Fired);
    till.fields.insert("status".to_owned(), json!("parked"));
    till.fields.insert("service".to_owned(), json!("drone"));
    let order = till.bill().order;
    assert_eq!(
        (order.status, order.service),
        (OrderStatus::Open, Service::Counter)
    );
}

#[test]
fn a_line_that_cannot_be_read_is_not_sold_over() {
    let mut till = Till::with(rules(0, false), vec![line("cola", 2)]);
    till.fields
        .insert("line:till-2.2".to_owned(), json!({"weight_grams": 300}));
    let bill = till.bill();
    assert_eq!(bill.order.lines.len(), 1);
    assert!(bill.unread.contains("line:till-2.2"));
    let why = till.pay(&cash(None)).expect_err("not all is known");
    assert_eq!(why, PosError::Unread);
    assert_eq!(why.code(), ErrorCode::WrongState);
    // What it knows it goes on with, and takes no id that is taken.
    till.add(vec![line("wine", 1)]).expect("added");
    assert_eq!(till.bill().order.lines[1].line.as_str(), "till-1.3");
    till.fire(&[]).expect("fired");
    assert!(till.fields.contains_key("line:till-2.2"));
}

#[test]
fn half_an_order_is_an_order() {
    let id = Till::order_id();
    let rules = rules(500, false);
    let empty = bill_from_fields(&id, &Fields::new(), &[], &rules);
    assert_eq!(empty.order.status, OrderStatus::Open);
    assert_eq!(empty.order.currency, "USD");
    assert_eq!(empty.order.totals.total_cents, Cents(0));
    assert_eq!(fields_of_bill(&empty).get("label"), None);
    // Everything of the wrong type is as if it were missing.
    let mut wrong = Fields::new();
    for name in fields_of_bill(&empty).into_keys() {
        wrong.insert(name, json!([1]));
    }
    for name in ["label", "void_reason", "kitchen:a.1"] {
        wrong.insert(name.to_owned(), json!({"x": 1}));
    }
    assert_eq!(bill_from_fields(&id, &wrong, &[], &rules), empty);
    // A line without its order, and a place in the kitchen without its line.
    let mut till = Till::with(rules.clone(), vec![line("cola", 1)]);
    till.fire(&[]).expect("fired");
    let mut line_alone = till.fields.clone();
    line_alone.retain(|name, _| name.starts_with("line:"));
    let bill = bill_from_fields(&id, &line_alone, &[], &rules);
    assert_eq!(bill.order.totals.total_cents, Cents(263));
    let mut place_alone = till.fields.clone();
    place_alone.retain(|name, _| name.starts_with("kitchen:"));
    assert_eq!(
        tickets(&bill_from_fields(&id, &place_alone, &[], &rules)),
        []
    );
}

#[test]
fn payments_are_read_with_what_they_cannot_be_without() {
    let mut till = Till::with(rules(0, false), vec![line("cola", 2)]);
    let (id, _) = till.pay(&by_card(None)).expect("paid");
    let payment = till.bill().order.payments[0].clone();
    let fields = fields_of_payment(&payment);
    assert_eq!(payment_from_fields(&id, &fields), Ok(payment.clone()));
    assert_eq!(fields.get("id"), None);
    // Secrets of the provider stay in the row, and out of what is shown.
    assert_eq!(fields.get("sealed"), None);
    assert!(till.payments[&id].contains_key("sealed"));
    let mut decreed = till.payments[&id].clone();
    decreed.insert("state".to_owned(), json!("approved"));
    decreed.insert("provider_reference".to_owned(), json!("p-9"));
    decreed.insert("decline_code".to_owned(), json!(null));
    let read = payment_from_fields(&id, &decreed).expect("a payment");
    assert_eq!(read.state, PaymentState::Approved);
    assert_eq!(read.provider_reference.as_deref(), Some("p-9"));
    for needed in ["order", "tender", "amount_cents"] {
        let mut less = fields.clone();
        less.remove(needed);
        let why = payment_from_fields(&id, &less).expect_err(needed);
        assert_eq!(why.code(), ErrorCode::Internal);
        assert!(why.to_string().contains(needed), "{why}");
    }
    let mut less = fields.clone();
    less.retain(|name, _| ["order", "tender", "amount_cents"].contains(&name.as_str()));
    let read = payment_from_fields(&id, &less).expect("a payment");
    assert_eq!(read.state, PaymentState::Requested);
}
