//! Firing, tickets and stock.

use crate::fixture::{T0, Till, burger, cash, line, menu, rules, with};
use olympus_core::pos::{
    PosError, add_lines, adjust, count, move_ticket, ticket_place, tickets, void,
};
use olympus_proto::pos::{
    AddLines, AdjustStock, CountStock, LineState, MoveTicket, NewLine, NewModifier, NewOrder,
    OrderStatus, Ticket, TicketState, VoidOrder,
};
use olympus_proto::{Amount, ErrorCode, ItemId, ModifierAction};
use serde_json::json;

fn moved(till: &mut Till, ticket: &str, state: TicketState) -> Result<Vec<Ticket>, PosError> {
    let to = MoveTicket { state };
    till.act(|bill, at| move_ticket(bill, &ticket.into(), &to, at))
        .map(|decided| decided.tickets)
}

fn states(till: &Till) -> Vec<LineState> {
    till.bill().order.lines.iter().map(|l| l.state).collect()
}

#[test]
fn a_ticket_says_what_to_make() {
    let burger = NewLine {
        modifiers: vec![
            with("size", "l"),
            NewModifier {
                amount: Some(Amount::Extra),
                ..with("extras", "cheese")
            },
            NewModifier {
                action: ModifierAction::Remove,
                ..with("extras", "onions")
            },
        ],
        note: Some("well done".to_owned()),
        ..line("burger", 2)
    };
    let mut till = Till::new(rules(0, false));
    let new = NewOrder {
        label: Some("Table 4".to_owned()),
        lines: vec![burger],
        fire: true,
        ..NewOrder::default()
    };
    let decided = till.open(&new).expect("opened");
    assert_eq!(
        json!(decided.tickets),
        json!([{
            "id": "ord-1.1", "order": "ord-1", "number": 7, "service": "counter",
            "label": "Table 4", "state": "new", "fired_ms": T0 + 1_000, "moved_ms": T0 + 1_000,
            "lines": [{"line": "till-1.1", "item": "burger", "name": "Burger", "quantity": 2,
                "modifiers": ["Large", "extra cheese", "no onions"], "note": "well done",
                "voided": false}],
        }])
    );
    assert_eq!(tickets(&till.bill()), decided.tickets);
    assert_eq!(till.stock, [("burger".into(), -2)].into());
    let line = &till.bill().order.lines[0];
    assert_eq!((line.state, line.firing), (LineState::Fired, Some(1)));
    assert_eq!(line.fired_ms, Some(T0 + 1_000));
}

#[test]
fn each_firing_is_a_ticket_of_its_own() {
    let mut till = Till::with(
        rules(0, false),
        vec![
            line("cola", 1),
            burger(1, &[]),
            line("wine", 2),
            line("wine", 1),
        ],
    );
    assert_eq!(
        till.fire(&["till-1.9"]),
        Err(PosError::UnknownLine("till-1.9".into()))
    );
    let first = till.fire(&["till-1.1", "till-1.1"]).expect("fired");
    assert_eq!(first.tickets.len(), 1);
    assert_eq!(first.tickets[0].lines.len(), 1, "named twice, fired once");
    assert_eq!(
        till.fire(&["till-1.1"]),
        Err(PosError::NotHeld("till-1.1".into()))
    );
    let rest = till.fire(&[]).expect("fired");
    assert_eq!(rest.tickets[0].id.as_str(), "ord-1.2");
    assert_eq!(rest.tickets[0].lines.len(), 3);
    assert_eq!(
        rest.stock,
        [(ItemId::from("burger"), -1), ("wine".into(), -3)]
    );
    assert_eq!(till.fire(&[]), Err(PosError::NothingHeld));
    assert_eq!(ticket_place(&"ord.1.2".into()), Some(("ord.1".into(), 2)));
    for wrong in ["ord", "ord.x", ""] {
        assert_eq!(ticket_place(&wrong.into()), None);
    }
    // Only what is new is fired with it.
    let new = AddLines {
        lines: vec![line("cola", 1)],
        fire: true,
    };
    let added = till.act(|bill, at| add_lines(bill, &new, &menu, at));
    assert_eq!(added.expect("added").tickets[0].lines.len(), 1);
}

#[test]
fn tickets_go_on_and_back() {
    use TicketState::{Cooking, Done, New, Ready};
    let mut till = Till::with(rules(0, false), vec![line("cola", 1), burger(1, &[])]);
    till.fire(&[]).expect("fired");
    till.take_off("till-1.2").expect("taken off");
    for (state, wanted) in [
        (Cooking, LineState::Fired),
        (Ready, LineState::Ready),
        (Done, LineState::Served),
        (Ready, LineState::Ready),
        (New, LineState::Fired),
    ] {
        let tickets = moved(&mut till, "ord-1.1", state).expect("moved");
        assert_eq!(tickets[0].state, state);
        assert_eq!(tickets[0].moved_ms, till.now_ms);
        assert_eq!(states(&till), [wanted, LineState::Voided]);
    }
    // A second touch is none.
    let at = till.now_ms;
    let tickets = moved(&mut till, "ord-1.1", New).expect("moved");
    assert_eq!(tickets[0].moved_ms, at);
    for unknown in ["ord-1.2", "ord-2.1", "ord-1", "x"] {
        let why = moved(&mut till, unknown, Ready).expect_err("no ticket");
        assert_eq!(why.code(), ErrorCode::NotFound);
    }
    till.take_off("till-1.1").expect("taken off");
    let all_off = tickets_of(&till);
    assert_eq!(all_off[0].state, Done);
    assert!(all_off[0].lines.iter().all(|line| line.voided));
    assert_eq!(
        moved(&mut till, "ord-1.1", Ready),
        Err(PosError::TicketVoided("ord-1.1".into()))
    );
}

fn tickets_of(till: &Till) -> Vec<Ticket> {
    tickets(&till.bill())
}

#[test]
fn what_is_taken_off_is_told_to_the_kitchen() {
    let mut till = Till::with(rules(0, false), vec![line("cola", 1), line("wine", 1)]);
    till.fire(&["till-1.1"]).expect("fired");
    let held = till.take_off("till-1.2").expect("taken off");
    assert_eq!(held.tickets, [], "the kitchen never heard of it");
    let fired = till.take_off("till-1.1").expect("taken off");
    assert!(fired.tickets[0].lines[0].voided);
    assert_eq!(fired.stock, [], "what was begun is not put back");
    let reason = "left".to_owned();
    let mut till = Till::with(rules(0, false), vec![line("cola", 1)]);
    till.fire(&[]).expect("fired");
    let voided = till.act(|bill, at| void(bill, &VoidOrder { reason }, at));
    let voided = voided.expect("voided");
    assert_eq!(voided.tickets[0].state, TicketState::Done);
    assert!(voided.tickets[0].lines[0].voided);
    assert_eq!(till.fire(&[]), Err(PosError::Voided));
}

#[test]
fn stock_is_taken_once() {
    // Fired before it is paid, paid before it is fired, and never fired.
    let mut till = Till::with(
        rules(0, false),
        vec![line("cola", 2), line("wine", 3), line("free", 4)],
    );
    till.fire(&["till-1.1"]).expect("fired");
    assert_eq!(till.stock, [("cola".into(), -2)].into());
    till.pay(&cash(None)).expect("paid");
    let all = [
        ("cola".into(), -2),
        ("wine".into(), -3),
        ("free".into(), -4),
    ]
    .into();
    assert_eq!(till.stock, all);
    let late = till.fire(&["till-1.2"]).expect("fired after it was paid");
    assert_eq!(late.stock, []);
    assert_eq!(late.tickets[0].lines.len(), 1);
    assert_eq!(till.bill().order.status, OrderStatus::Paid);
    assert_eq!(till.stock, all);
}

#[test]
fn dishes_are_counted() {
    let cola = ItemId::from("cola");
    let counted = |number, low_at| {
        let new = CountStock {
            count: number,
            low_at,
        };
        count(&cola, &new).map(|decided| decided.count.map(|(_, one)| one.count))
    };
    assert_eq!(counted(0, 0), Ok(Some(0)));
    assert_eq!(counted(1_000_000, 5), Ok(Some(1_000_000)));
    for (number, low_at) in [(-1, 0), (1_000_001, 0), (1, -1), (1, 1_000_001)] {
        assert_eq!(counted(number, low_at), Err(PosError::BadCount));
    }
    let adjusted = |by: i64, reason: &str| {
        let new = AdjustStock {
            by,
            reason: reason.to_owned(),
        };
        adjust(&cola, &new).map(|decided| decided.stock)
    };
    assert_eq!(adjusted(-3, "broken"), Ok(vec![(cola.clone(), -3)]));
    for by in [0, 100_001, -100_001, i64::MIN] {
        assert_eq!(adjusted(by, "broken"), Err(PosError::BadAdjust));
    }
    for reason in [String::new(), "x".repeat(201)] {
        assert_eq!(adjusted(1, &reason), Err(PosError::BadReason));
    }
    let no_dish = count(
        &"".into(),
        &CountStock {
            count: 1,
            low_at: 0,
        },
    );
    assert_eq!(no_dish.map(|_| ()), Err(PosError::BadItem));
}
