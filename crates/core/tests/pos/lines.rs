//! Lines: added, changed, taken off.

use crate::fixture::{Till, burger, cash, line, menu, rules};
use olympus_core::pos::{Offer, PosError, add_lines, change_line};
use olympus_proto::pos::{AddLines, ChangeLine, LineState, OrderStatus};
use olympus_proto::{ErrorCode, ItemId, MenuItem};
use serde_json::json;

fn quantity(quantity: u32) -> ChangeLine {
    ChangeLine {
        quantity: Some(quantity),
        ..ChangeLine::default()
    }
}

#[test]
fn an_order_is_what_its_lines_are() {
    let mut till = Till::with(
        rules(825, false),
        vec![burger(2, &["cheese"]), line("cola", 1)],
    );
    let order = till.bill().order;
    assert_eq!(order.number, 7);
    assert_eq!(order.status, OrderStatus::Open);
    assert_eq!(order.currency, "USD");
    let ids: Vec<_> = order.lines.iter().map(|one| one.line.as_str()).collect();
    assert_eq!(ids, ["till-1.1", "till-1.2"]);
    // 2 × 10.50 + 2.50 = 23.50; 8.25 % of it are 1.94 (1.93875)
    assert_eq!(
        json!(order.totals),
        json!({"lines_cents": 2350, "tax_cents": 194, "total_cents": 2544, "paid_cents": 0,
               "refunded_cents": 0, "tip_cents": 0, "due_cents": 2544})
    );
    till.add(vec![line("cola", 1)]).expect("added");
    till.change("till-1.3", quantity(4)).expect("changed");
    till.take_off("till-1.2").expect("taken off");
    let order = till.bill().order;
    assert_eq!(order.lines[1].state, LineState::Voided);
    assert_eq!(order.lines[1].void_reason.as_deref(), Some("dropped"));
    assert_eq!(order.totals.lines_cents.0, 2_100 + 1_000);
    // An id is never given again.
    till.add(vec![line("cola", 1)]).expect("added");
    assert_eq!(till.bill().order.lines[3].line.as_str(), "till-1.4");
}

#[test]
fn a_change_writes_its_line_alone() {
    let mut till = Till::with(rules(0, false), vec![line("cola", 1), line("wine", 1)]);
    let decided = till.change("till-1.2", quantity(2)).expect("changed");
    let (_, fields) = decided.order.expect("fields");
    let names: Vec<_> = fields.keys().map(String::as_str).collect();
    assert_eq!(names, ["line:till-1.2"]);
    // The same again is no change.
    let decided = till.change("till-1.2", quantity(2)).expect("nothing");
    assert_eq!(decided.order, None);
}

#[test]
fn notes_come_and_go() {
    let mut till = Till::with(rules(0, false), vec![line("cola", 1)]);
    let note = |text: &str| ChangeLine {
        note: Some(text.to_owned()),
        ..ChangeLine::default()
    };
    till.change("till-1.1", note("no ice")).expect("changed");
    let told = |till: &Till| till.bill().order.lines[0].note.clone();
    assert_eq!(told(&till).as_deref(), Some("no ice"));
    till.change("till-1.1", note("")).expect("changed");
    assert_eq!(told(&till), None);
    let long = till.change("till-1.1", note(&"x".repeat(201)));
    assert_eq!(
        long.map_err(|why| why.code()),
        Err(ErrorCode::InvalidRequest)
    );
}

#[test]
fn what_cannot_be_changed_says_why() {
    let mut till = Till::with(rules(0, false), vec![line("cola", 1), line("wine", 1)]);
    till.fire(&["till-1.1"]).expect("fired");
    let refused = |till: &mut Till, line: &str, change: ChangeLine| {
        till.change(line, change).expect_err("refused")
    };
    assert_eq!(
        refused(&mut till, "till-1.1", quantity(2)),
        PosError::LineFired("till-1.1".into())
    );
    assert_eq!(
        refused(&mut till, "till-9.1", quantity(2)),
        PosError::UnknownLine("till-9.1".into())
    );
    assert_eq!(
        refused(&mut till, "till-1.2", ChangeLine::default()),
        PosError::NothingToChange
    );
    let both = ChangeLine {
        void: Some("no".to_owned()),
        ..quantity(2)
    };
    assert_eq!(
        refused(&mut till, "till-1.2", both),
        PosError::VoidStandsAlone
    );
    till.take_off("till-1.2").expect("taken off");
    assert_eq!(
        till.take_off("till-1.2"),
        Err(PosError::LineVoided("till-1.2".into()))
    );
    till.pay(&cash(None)).expect("paid");
    assert_eq!(till.take_off("till-1.1"), Err(PosError::Paid));
    assert_eq!(till.add(vec![line("cola", 1)]), Err(PosError::Paid));
    assert_eq!(PosError::Paid.code(), ErrorCode::WrongState);
}

#[test]
fn an_order_never_costs_less_than_was_paid_of_it() {
    let mut till = Till::with(rules(0, false), vec![line("cola", 2), line("wine", 1)]);
    till.pay(&cash(600)).expect("a part");
    // 11.00 − 6.00 = 5.00 are left
    let why = till.take_off("till-1.2").map(|_| ());
    assert_eq!(why, Err(PosError::PaidMore(olympus_proto::Cents(100))));
    // Taking off just what is not paid closes it.
    till.add(vec![line("wine", 1)]).expect("added");
    till.take_off("till-1.1").expect("taken off");
    let decided = till.take_off("till-1.3").expect("taken off");
    assert!(decided.closes);
    assert_eq!(till.bill().order.status, OrderStatus::Paid);
    assert_eq!(till.books(), json!({"cash": 600, "sales": -600}));
}

#[test]
fn lines_that_could_not_be_told_in_one_piece_are_refused() {
    let mut till = Till::with(rules(0, false), vec![line("cola", 1)]);
    let wordy = |id: &ItemId| {
        menu(id).map(|offer| Offer {
            item: MenuItem {
                name: "w".repeat(2_500),
                ..offer.item
            },
            ..offer
        })
    };
    let lines = vec![line("cola", 1); 50];
    let new = AddLines { lines, fire: true };
    till.act(|bill, at| add_lines(bill, &new, &wordy, at))
        .expect("half of it");
    let more = till.act(|bill, at| add_lines(bill, &new, &wordy, at));
    assert_eq!(more.map(|_| ()), Err(PosError::TooLongLines));
    let few = AddLines {
        lines: vec![line("cola", 1); 40],
        fire: true,
    };
    till.act(|bill, at| add_lines(bill, &few, &wordy, at))
        .expect("what fits");
    let (_, closing) = till.pay(&cash(None)).expect("paid");
    let (_, fields) = closing.order.expect("it closes");
    let told = serde_json::to_vec(&fields).expect("JSON");
    assert!(told.len() < 300 * 1024, "{}", told.len());
}

#[test]
fn a_change_does_not_make_an_order_too_long_either() {
    let mut till = Till::with(rules(0, false), vec![line("cola", 1)]);
    let wordy = |id: &ItemId| {
        menu(id).map(|offer| Offer {
            item: MenuItem {
                name: "w".repeat(2_500),
                ..offer.item
            },
            ..offer
        })
    };
    let one = AddLines {
        lines: vec![line("cola", 1)],
        fire: false,
    };
    let add = |till: &mut Till| till.act(|bill, at| add_lines(bill, &one, &wordy, at));
    while add(&mut till).is_ok() {}
    let ids: Vec<_> = till
        .bill()
        .order
        .lines
        .iter()
        .map(|one| one.line.clone())
        .collect();
    let change = ChangeLine {
        note: Some("n".repeat(200)),
        ..ChangeLine::default()
    };
    let mut refused = None;
    for id in &ids {
        let noted = till.act(|bill, at| change_line(bill, id, &change, &wordy, at));
        refused = refused.or(noted.err());
    }
    assert_eq!(refused, Some(PosError::TooLongLines));
    let off = ChangeLine {
        void: Some("r".repeat(200)),
        ..ChangeLine::default()
    };
    till.act(|bill, at| change_line(bill, &ids[0], &off, &wordy, at))
        .expect("a line can be taken off");
}
