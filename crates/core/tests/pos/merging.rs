//! Two tills at one order: what both did is kept, and their books come to the same together.

use crate::fixture::{T0, Till, back, by_card, cash, line, rules};
use olympus_core::pos::{Account, PosError, close, move_ticket, tickets, void};
use olympus_proto::Cents;
use olympus_proto::pos::{
    ChangeLine, LineState, MoveTicket, OrderStatus, PaymentState, TicketState, VoidOrder,
};

/// Another till that has the same rows.
pub(crate) fn copy(till: &Till, terminal: &str) -> Till {
    let mut other = till.clone();
    other.terminal = terminal.into();
    other.set.clear();
    other.ledger.clear();
    other.stock.clear();
    other
}

/// Both have what both did; where both set a field, the second one's stands.
pub(crate) fn meet(first: &mut Till, second: &mut Till) {
    let mut fields = first.fields.clone();
    fields.extend(second.set.clone());
    let mut payments = first.payments.clone();
    payments.extend(second.payments.clone());
    for till in [first, second] {
        till.fields = fields.clone();
        till.payments = payments.clone();
        till.set.clear();
    }
}

/// What both ledgers have in an account.
fn both(first: &Till, second: &Till, account: Account) -> i64 {
    first.sum(account) + second.sum(account)
}

fn closes(till: &mut Till) -> bool {
    let closed = till.act(|bill, at| Ok(close(bill, at).unwrap_or_default()));
    closed.expect("never refused").closes
}

#[test]
fn lines_of_both_are_kept() {
    let mut one = Till::with(rules(0, false), vec![line("cola", 1)]);
    let mut two = copy(&one, "till-2");
    one.set.clear();
    one.add(vec![line("wine", 1)]).expect("added");
    one.add(vec![line("cola", 3)]).expect("added");
    two.add(vec![line("burger", 1)])
        .expect_err("a size is missing");
    two.add(vec![line("free", 2)]).expect("added");
    two.fire(&[]).expect("fired");
    meet(&mut one, &mut two);
    let order = one.bill().order;
    let ids: Vec<_> = order.lines.iter().map(|l| l.line.as_str()).collect();
    assert_eq!(ids, ["till-1.1", "till-1.2", "till-2.2", "till-1.3"]);
    assert_eq!(order.totals.total_cents, Cents(250 + 600 + 750));
    assert_eq!(order.lines[0].state, LineState::Fired);
    assert_eq!(one.bill(), two.bill());
    // The next line comes after all of them, on either.
    two.add(vec![line("cola", 1)]).expect("added");
    assert_eq!(two.bill().order.lines[4].line.as_str(), "till-2.4");
}

#[test]
fn the_kitchen_writes_over_nothing() {
    let base = Till::with(rules(0, false), vec![line("cola", 2), line("wine", 1)]);
    // One takes a line off while the other says that it is ready.
    let mut one = base.clone();
    one.fire(&["till-1.1"]).expect("fired");
    let mut two = copy(&one, "till-2");
    one.set.clear();
    one.take_off("till-1.1").expect("taken off");
    let ready = MoveTicket {
        state: TicketState::Ready,
    };
    two.act(|bill, at| move_ticket(bill, &"ord-1.1".into(), &ready, at))
        .expect("moved");
    meet(&mut one, &mut two);
    let line_1 = &one.bill().order.lines[0];
    assert_eq!(line_1.state, LineState::Voided);
    // One changes the quantity while the other fires: both hold.
    let mut one = base.clone();
    let mut two = copy(&one, "till-2");
    one.set.clear();
    two.fire(&["till-1.2"]).expect("fired");
    let more = ChangeLine {
        quantity: Some(3),
        ..ChangeLine::default()
    };
    one.change("till-1.2", more).expect("changed");
    for second_wins in [true, false] {
        let (mut a, mut b) = (one.clone(), two.clone());
        if second_wins {
            meet(&mut a, &mut b);
        } else {
            meet(&mut b, &mut a);
        }
        let wine = a.bill().order.lines[1].clone();
        assert_eq!((wine.quantity, wine.state), (3, LineState::Fired));
        assert_eq!(tickets(&b.bill())[0].lines[0].quantity, 3);
    }
}

#[test]
fn a_ticket_that_was_done_comes_back_with_what_is_new_on_it() {
    let mut one = Till::with(rules(0, false), vec![line("cola", 1), line("wine", 1)]);
    let mut two = copy(&one, "till-2");
    one.set.clear();
    one.fire(&["till-1.1"]).expect("fired");
    let done = MoveTicket {
        state: TicketState::Done,
    };
    one.act(|bill, at| move_ticket(bill, &"ord-1.1".into(), &done, at))
        .expect("moved");
    two.fire(&["till-1.2"]).expect("fired");
    meet(&mut one, &mut two);
    let tickets = tickets(&one.bill());
    assert_eq!(tickets.len(), 1);
    assert_eq!(tickets[0].state, TicketState::New);
    assert_eq!(tickets[0].lines.len(), 2);
    assert_eq!(tickets[0].fired_ms, T0 + 2_000);
}

#[test]
fn what_both_took_in_parts_is_closed_by_the_till_that_opened_it() {
    let mut one = Till::with(rules(1_000, false), vec![line("cola", 4)]);
    let mut two = copy(&one, "till-2");
    one.set.clear();
    one.pay(&cash(500)).expect("a part");
    let (_, last) = two.pay(&by_card(600)).expect("a part");
    assert!(!last.closes, "neither sees all of it");
    meet(&mut one, &mut two);
    assert_eq!(one.bill().order.status, OrderStatus::Paid);
    assert!(!closes(&mut two));
    assert!(closes(&mut one));
    assert!(!closes(&mut one), "once");
    assert_eq!(both(&one, &two, Account::Deposits), 0);
    assert_eq!(both(&one, &two, Account::Sales), -1_000);
    assert_eq!(both(&one, &two, Account::Tax), -100);
}

#[test]
fn what_both_took_in_full_is_sold_once_and_owed_once() {
    let mut one = Till::with(rules(0, false), vec![line("cola", 4)]);
    let mut two = copy(&one, "till-2");
    one.set.clear();
    one.pay(&cash(None)).expect("all of it");
    let (twice, _) = two.pay(&by_card(None)).expect("all of it");
    meet(&mut one, &mut two);
    assert!(closes(&mut one));
    assert_eq!(both(&one, &two, Account::Sales), -1_000);
    assert_eq!(both(&one, &two, Account::Deposits), -1_000);
    meet(&mut two, &mut one);
    // More than it costs goes back out of what is owed.
    two.refund(&twice, &back(None)).expect("given back");
    assert_eq!(both(&one, &two, Account::Deposits), 0);
    assert_eq!(both(&one, &two, Account::Refunds), 0);
    assert_eq!(two.bill().order.status, OrderStatus::Paid);
    assert_eq!(two.bill().order.totals.due_cents, Cents(0));
}

#[test]
fn a_line_that_comes_after_it_was_paid_is_due() {
    let mut one = Till::with(rules(0, false), vec![line("cola", 1)]);
    let mut two = copy(&one, "till-2");
    one.set.clear();
    one.pay(&cash(None)).expect("paid");
    two.add(vec![line("wine", 1)]).expect("added");
    meet(&mut one, &mut two);
    let order = two.bill().order;
    assert_eq!(order.status, OrderStatus::Open);
    assert_eq!(order.totals.due_cents, Cents(600));
    assert_eq!(
        two.take_off("till-1.1"),
        Err(PosError::LineSold("till-1.1".into()))
    );
    let (_, rest) = two.pay(&cash(None)).expect("the rest");
    assert!(rest.closes);
    assert_eq!(two.sum(Account::Sales), -600);
    assert_eq!(both(&one, &two, Account::Deposits), 0);
}

#[test]
fn what_was_paid_for_stays_as_it_was() {
    let mut one = Till::with(rules(0, false), vec![line("cola", 2), line("wine", 1)]);
    let mut two = copy(&one, "till-2");
    one.set.clear();
    one.pay(&cash(None)).expect("paid");
    two.take_off("till-1.2").expect("not paid here");
    let more = ChangeLine {
        quantity: Some(5),
        ..ChangeLine::default()
    };
    two.change("till-1.1", more).expect("not paid here");
    meet(&mut one, &mut two);
    let order = two.bill().order;
    assert_eq!(order.status, OrderStatus::Paid);
    assert_eq!(order.lines[0].quantity, 2);
    assert_eq!(order.lines[1].state, LineState::Held);
    assert_eq!(order.totals.total_cents, Cents(1_100));
}

#[test]
fn what_was_paid_is_not_called_off() {
    let mut one = Till::with(rules(0, false), vec![line("cola", 1)]);
    let mut two = copy(&one, "till-2");
    one.set.clear();
    let (paid, _) = one.pay(&cash(100)).expect("a part");
    let reason = "left".to_owned();
    two.act(|bill, at| void(bill, &VoidOrder { reason }, at))
        .expect("nothing is paid here");
    assert_eq!(two.bill().order.status, OrderStatus::Voided);
    meet(&mut one, &mut two);
    let order = one.bill().order;
    assert_eq!(order.status, OrderStatus::Open);
    assert_eq!(order.void_reason, None);
    // Once it is given back, the order is called off after all.
    one.refund(&paid, &back(None)).expect("given back");
    assert_eq!(one.bill().order.status, OrderStatus::Voided);
    assert_eq!(one.bill().order.void_reason.as_deref(), Some("left"));
    assert_eq!(one.sum(Account::Deposits), 0);
}

#[test]
fn a_payment_is_settled_in_the_books_of_the_till_that_took_it() {
    let mut one = Till::with(rules(0, false), vec![line("cola", 1)]);
    let mut two = copy(&one, "till-2");
    one.set.clear();
    let (id, _) = two.pay(&by_card(None)).expect("paid");
    meet(&mut one, &mut two);
    for till in [&mut one, &mut two] {
        till.settle(&id, PaymentState::Approved);
    }
    assert_eq!((one.sum(Account::Bank), two.sum(Account::Bank)), (0, 250));
}
