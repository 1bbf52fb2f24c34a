//! Random commands at one till and at two: what always has to be true of the order, its payments
//! and the books.

use crate::fixture::{Till, back, burger, by_card, cash, line, rules};
use crate::merging::{copy, meet};
use olympus_core::pos::{
    Account, Bill, Decided, bill_from_fields, close, fields_of_bill, move_ticket, tickets, void,
};
use olympus_proto::Cents;
use olympus_proto::pos::{
    ChangeLine, Direction, LineState, MoveTicket, NewPayment, OrderStatus, Payment, PaymentState,
    TicketState, VoidOrder,
};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// A command by numbers: which line or payment is told modulo how many there are.
#[derive(Debug, Clone)]
enum Command {
    Add(u8, u32),
    Quantity(u8, u32),
    TakeOff(u8),
    Fire(u8),
    Move(u8, u8),
    Pay {
        card: bool,
        percent: i64,
        tip: i64,
    },
    Settle(u8, bool),
    Refund {
        which: u8,
        percent: i64,
        and_tip: bool,
    },
    Void,
    Close,
}

fn command() -> impl Strategy<Value = Command> {
    use Command::{Add, Close, Fire, Move, Pay, Quantity, Refund, Settle, TakeOff, Void};
    prop_oneof![
        4 => (any::<u8>(), 1..5_u32).prop_map(|(item, quantity)| Add(item, quantity)),
        1 => (any::<u8>(), 1..9_u32).prop_map(|(line, quantity)| Quantity(line, quantity)),
        2 => any::<u8>().prop_map(TakeOff),
        2 => any::<u8>().prop_map(Fire),
        1 => (any::<u8>(), 0..4_u8).prop_map(|(ticket, state)| Move(ticket, state)),
        5 => (any::<bool>(), 1..130_i64, 0..300_i64)
            .prop_map(|(card, percent, tip)| Pay { card, percent, tip }),
        3 => (any::<u8>(), any::<bool>()).prop_map(|(which, good)| Settle(which, good)),
        3 => (any::<u8>(), 1..120_i64, any::<bool>())
            .prop_map(|(which, percent, and_tip)| Refund { which, percent, and_tip }),
        1 => Just(Void),
        1 => Just(Close),
    ]
}

fn tax() -> impl Strategy<Value = (u32, bool)> {
    (
        prop_oneof![Just(0), Just(825), Just(1_900), 0..10_001_u32],
        any::<bool>(),
    )
}

fn pick<T: Clone>(all: &[T], which: u8) -> Option<T> {
    let index = usize::from(which).checked_rem(all.len())?;
    all.get(index).cloned()
}

/// Does it, where it may be done. What it decided.
fn act(till: &mut Till, command: &Command) -> Option<Decided> {
    let bill = till.bill();
    let line_at = |which: u8| pick(&bill.order.lines, which).map(|one| one.line.0);
    let payment_at = |which: u8| pick(&bill.order.payments, which).map(|one| one.id);
    match *command {
        Command::Add(item, quantity) => {
            let new = match item % 4 {
                0 => line("cola", quantity),
                1 => burger(quantity, &["cheese"]),
                2 => line("wine", quantity),
                _ => line("free", quantity),
            };
            till.add(vec![new]).ok()
        }
        Command::Quantity(which, quantity) => {
            let change = ChangeLine {
                quantity: Some(quantity),
                ..ChangeLine::default()
            };
            till.change(&line_at(which)?, change).ok()
        }
        Command::TakeOff(which) => till.take_off(&line_at(which)?).ok(),
        Command::Fire(which) if which % 3 == 0 => till.fire(&[]).ok(),
        Command::Fire(which) => till.fire(&[&line_at(which)?]).ok(),
        Command::Move(which, state) => {
            use TicketState::{Cooking, Done, New, Ready};
            let id = pick(&tickets(&bill), which)?.id;
            let state = pick(&[New, Cooking, Ready, Done], state)?;
            till.act(|bill, at| move_ticket(bill, &id, &MoveTicket { state }, at))
                .ok()
        }
        Command::Pay { card, percent, tip } => {
            let due = bill.order.totals.due_cents.0;
            let part = (percent < 100).then_some(due * percent / 100);
            let new = NewPayment {
                tip_cents: Cents(tip),
                ..if card { by_card(part) } else { cash(part) }
            };
            till.pay(&new).ok().map(|(_, decided)| decided)
        }
        Command::Settle(which, good) => {
            let id = payment_at(which)?;
            let open = bill.order.payments.iter().find(|one| one.id == id)?;
            if open.terminal == till.terminal {
                settle(till, open, good);
            }
            None
        }
        Command::Refund {
            which,
            percent,
            and_tip,
        } => {
            let id = payment_at(which)?;
            let sale = bill.order.payments.iter().find(|one| one.id == id)?;
            // The terminal that took a payment keeps what was given back of it.
            if sale.terminal != till.terminal {
                return None;
            }
            let all = sale.amount_cents.0 + if and_tip { sale.tip_cents.0 } else { 0 };
            let part = (percent < 100).then_some(all * percent / 100);
            till.refund(&id, &back(part))
                .ok()
                .map(|(_, decided)| decided)
        }
        Command::Void => {
            let reason = "left".to_owned();
            till.act(|bill, at| void(bill, &VoidOrder { reason }, at))
                .ok()
        }
        Command::Close => till
            .act(|bill, at| Ok(close(bill, at).unwrap_or_default()))
            .ok(),
    }
}

/// As the provider would: a refund of a declined sale is declined, of an open one it waits.
fn settle(till: &mut Till, payment: &Payment, good: bool) {
    if payment.state.is_settled() {
        return;
    }
    let bill = till.bill();
    let sale = payment.refund_of.as_ref();
    let sale = sale.and_then(|id| bill.order.payments.iter().find(|one| one.id == *id));
    let state = match sale.map(|one| one.state) {
        Some(PaymentState::Declined) => PaymentState::Declined,
        Some(state) if !state.is_settled() => return,
        _ if good => PaymentState::Approved,
        _ => PaymentState::Declined,
    };
    till.settle(&payment.id, state);
}

fn sum<'a>(payments: impl Iterator<Item = &'a Payment>) -> i64 {
    payments.map(|one| one.amount_cents.0).sum()
}

fn declined(payment: &Payment) -> bool {
    payment.state == PaymentState::Declined
}

/// It gives back of a sale that was declined.
fn of_declined(bill: &Bill, refund: &Payment) -> bool {
    let mut sales = bill.order.payments.iter();
    sales.any(|sale| refund.refund_of.as_ref() == Some(&sale.id) && declined(sale))
}

/// What is true of any order, wherever it comes from.
fn sound(bill: &Bill) -> Result<(), TestCaseError> {
    let order = &bill.order;
    let totals = &order.totals;
    let lines: i64 = order
        .lines
        .iter()
        .filter(|line| line.state != LineState::Voided)
        .map(|line| line.unit_cents.0 * i64::from(line.quantity))
        .sum();
    prop_assert_eq!(totals.lines_cents.0, lines);
    let on_top = if bill.tax.included {
        0
    } else {
        totals.tax_cents.0
    };
    prop_assert_eq!(totals.total_cents.0, lines + on_top);
    prop_assert!(totals.due_cents.0 >= 0);
    prop_assert!(totals.due_cents <= totals.total_cents);
    prop_assert!(totals.refunded_cents <= totals.paid_cents);
    prop_assert!(totals.tip_cents.0 >= 0);
    if order.status == OrderStatus::Paid {
        prop_assert_eq!(totals.due_cents.0, 0);
    }
    for sale in order.payments.iter().filter(|one| one.refund_of.is_none()) {
        let of = order.payments.iter();
        let of = of.filter(|one| one.refund_of.as_ref() == Some(&sale.id) && !declined(one));
        let back: i64 = of.map(|one| one.amount_cents.0 + one.tip_cents.0).sum();
        prop_assert!(back <= sale.amount_cents.0 + sale.tip_cents.0);
    }
    let read = bill_from_fields(
        &order.id,
        &fields_of_bill(bill),
        &order.payments,
        &rules(0, false),
    );
    prop_assert_eq!(&read, bill);
    Ok(())
}

/// What is true of all the books of an order together.
fn balanced(bill: &Bill, tills: &[&Till]) -> Result<(), TestCaseError> {
    let entries = || tills.iter().flat_map(|till| &till.ledger);
    for entry in entries() {
        let sum: i64 = entry.postings.iter().map(|(_, cents)| cents.0).sum();
        prop_assert_eq!(sum, 0, "{:?}", entry);
        prop_assert!(!entry.postings.is_empty());
        prop_assert!(entry.postings.iter().all(|(_, cents)| cents.0 != 0));
    }
    let book = |account: Account| tills.iter().map(|till| till.sum(account)).sum::<i64>();
    let payments = &bill.order.payments;
    let sales = || {
        payments
            .iter()
            .filter(|one| one.direction == Direction::Sale)
    };
    let refunds = || {
        payments
            .iter()
            .filter(|one| one.direction == Direction::Refund)
    };
    // Money by tender is what was taken and not given back.
    let both = |one: &Payment| one.amount_cents.0 + one.tip_cents.0;
    let taken: i64 = sales().map(both).sum::<i64>() - refunds().map(both).sum::<i64>();
    let money = [
        Account::Cash,
        Account::CardReceivable,
        Account::StoredValue,
        Account::Bank,
    ];
    let assets: i64 = money.iter().map(|one| book(*one)).sum();
    let unpaid: i64 = sales().filter(|one| declined(one)).map(both).sum::<i64>()
        - refunds().filter(|one| declined(one)).map(both).sum::<i64>();
    prop_assert_eq!(assets, taken - unpaid);
    prop_assert!(book(Account::Tips) <= 0);
    // Where both tills sold all of it, what one gave back is not taken out of the correction.
    if bill.closed.len() < 2 {
        prop_assert!(book(Account::Tax) <= 0, "more tax came back than was taken");
    }
    // Deposits: paid, not given back, not sold. What is declined is paid here until another
    // payment takes its place.
    let sold: i64 = bill.closed.values().map(|one| one.total_cents.0).sum();
    let replaced: i64 = bill.closed.values().map(|one| one.declined_cents.0).sum();
    let undone = |one: &Payment| declined(one) && !of_declined(bill, one);
    let given_back = sum(refunds().filter(|one| one.of_deposit && !undone(one)));
    prop_assert_eq!(
        book(Account::Deposits),
        sold + replaced - sum(sales()) + given_back
    );
    Ok(())
}

/// Once it is closed, only what was overpaid is owed.
fn closed(bill: &Bill, tills: &[&Till]) -> Result<(), TestCaseError> {
    let deposits: i64 = tills.iter().map(|till| till.sum(Account::Deposits)).sum();
    let totals = &bill.order.totals;
    let refunds = || {
        let all = bill.order.payments.iter();
        all.filter(|one| one.direction == Direction::Refund)
    };
    let done = |one: &&Payment| !declined(one) && !of_declined(bill, one);
    let returned = sum(refunds().filter(|one| one.of_deposit).filter(done));
    let waived = sum(refunds().filter(|one| !one.of_deposit && of_declined(bill, one)));
    let over = totals.paid_cents.0 - returned + waived - totals.total_cents.0;
    prop_assert_eq!(-deposits, over);
    let sales = tills
        .iter()
        .map(|till| till.sum(Account::Sales))
        .sum::<i64>();
    prop_assert_eq!(-sales, totals.total_cents.0 - totals.tax_cents.0);
    Ok(())
}

fn cases() -> ProptestConfig {
    let told = std::env::var("POS_CASES").ok();
    let cases = told.and_then(|text| text.parse().ok()).unwrap_or(1_500);
    ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn any_commands_keep_the_books(
        (points, included) in tax(),
        commands in proptest::collection::vec(command(), 1..40),
    ) {
        let mut till = Till::with(rules(points, included), vec![line("cola", 2)]);
        for command in &commands {
            let decided = act(&mut till, command);
            let bill = till.bill();
            sound(&bill)?;
            balanced(&bill, &[&till])?;
            if decided.is_some_and(|one| one.closes) {
                prop_assert_eq!(bill.order.status, OrderStatus::Paid);
                closed(&bill, &[&till])?;
            }
            if bill.order.status == OrderStatus::Voided {
                prop_assert_eq!(bill.order.totals.due_cents, Cents(0));
                prop_assert_eq!(till.sum(Account::Deposits), 0);
            }
        }
        // What left the stock is what was fired or paid for.
        let bill = till.bill();
        let mut wanted: BTreeMap<_, i64> = BTreeMap::new();
        for one in &bill.order.lines {
            let gone = bill.kitchen.contains_key(&one.line) || bill.sold.contains_key(&one.line);
            if gone {
                *wanted.entry(one.item.clone()).or_default() -= i64::from(one.quantity);
            }
        }
        prop_assert_eq!(&till.stock, &wanted);
    }

    #[test]
    fn two_tills_keep_what_both_did(
        (points, included) in tax(),
        before in proptest::collection::vec(command(), 0..6),
        apart in proptest::collection::vec((any::<bool>(), command()), 1..24),
        after in proptest::collection::vec(command(), 0..8),
    ) {
        let mut one = Till::with(rules(points, included), vec![line("cola", 2)]);
        for command in &before {
            act(&mut one, command);
        }
        let mut two = copy(&one, "till-2");
        one.set.clear();
        for (second, command) in &apart {
            // What the cloud decrees both hear, so it is not done apart.
            if !matches!(command, Command::Settle(..)) {
                act(if *second { &mut two } else { &mut one }, command);
            }
        }
        let (alone_one, alone_two) = (one.bill(), two.bill());
        meet(&mut one, &mut two);
        prop_assert_eq!(one.bill(), two.bill());
        let bill = one.bill();
        sound_after_meeting(&bill, &[&alone_one, &alone_two])?;
        balanced(&bill, &[&one, &two])?;
        let closing = act(&mut one, &Command::Close);
        meet(&mut two, &mut one);
        let bill = one.bill();
        if closing.is_some_and(|decided| decided.closes) {
            closed(&bill, &[&one, &two])?;
        }
        for command in &after {
            let decided = act(&mut one, command);
            let bill = one.bill();
            balanced(&bill, &[&one, &two])?;
            if decided.is_some_and(|decided| decided.closes) {
                closed(&bill, &[&one, &two])?;
            }
        }
    }
}

/// No line, firing or payment of either is lost.
fn sound_after_meeting(bill: &Bill, before: &[&Bill]) -> Result<(), TestCaseError> {
    for alone in before {
        for line in &alone.order.lines {
            prop_assert!(bill.order.lines.iter().any(|one| one.line == line.line));
        }
        for line in alone.kitchen.keys() {
            prop_assert!(bill.kitchen.contains_key(line));
        }
        for payment in &alone.order.payments {
            prop_assert!(bill.order.payments.contains(payment));
        }
    }
    let lines: i64 = bill.order.lines.iter().map(|line| line.total().0).sum();
    prop_assert_eq!(bill.order.totals.lines_cents.0, lines);
    prop_assert!(bill.order.totals.due_cents.0 >= 0);
    Ok(())
}
