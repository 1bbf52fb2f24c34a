//! The sale of an order that is paid: it goes from what is owed to the guest to what was earned.

use super::bill::{minus, plus};
use super::fields::as_ordered;
use super::ledger::negative;
use super::{Account, At, Bill, Closed, Decided, Entry};
use olympus_proto::pos::{LineState, OrderStatus, SoldLine};

/// The sale of an order that came to be paid by what several tills did, and that none of them has
/// closed; or a correction where more than one has. `None` where there is nothing to do, or the
/// order was opened on another terminal, which does it. The store asks after rows came by pull.
#[must_use]
pub fn close(bill: &Bill, at: At<'_>) -> Option<Decided> {
    if bill.order.terminal != *at.terminal {
        return None;
    }
    let mut after = bill.clone();
    let mut decided = Decided::default();
    finish(&mut after, &mut decided, at);
    decided.closes.then(|| decided.written(Some(bill), &after))
}

/// Posts what is missing of a paid order's sale, and takes from the stock what was never fired.
pub(super) fn finish(bill: &mut Bill, decided: &mut Decided, at: At<'_>) {
    if bill.order.status != OrderStatus::Paid {
        return;
    }
    let wanted = Closed {
        total_cents: bill.order.totals.total_cents,
        tax_cents: bill.order.totals.tax_cents,
        declined_cents: bill.declined(),
        times: 0,
    };
    let missing = bill.posted().missing(wanted);
    if missing.is_nothing() {
        return;
    }
    decided.postings.extend(post(bill, missing, at));
    decided.closes = true;
    let newly: Vec<SoldLine> = bill
        .order
        .lines
        .iter()
        .filter(|line| line.state != LineState::Voided && !bill.sold.contains_key(&line.line))
        .map(as_ordered)
        .collect();
    for line in newly {
        if !bill.kitchen.contains_key(&line.line) {
            decided.take(&line);
        }
        bill.sold.insert(line.line.clone(), line);
    }
}

/// Notes it under the terminal, and gives its ledger's entry.
pub(super) fn post(bill: &mut Bill, missing: Closed, at: At<'_>) -> Option<Entry> {
    let mine = bill.closed.entry(at.terminal.clone()).or_default();
    *mine = mine.plus(missing);
    let id = format!("sale:{}:{}:{}", bill.order.id, at.terminal, mine.times);
    let net = minus(missing.total_cents, missing.tax_cents);
    let postings = [
        (
            Account::Deposits,
            plus(missing.total_cents, missing.declined_cents),
        ),
        (Account::Sales, negative(net)),
        (Account::Tax, negative(missing.tax_cents)),
        (Account::Declined, negative(missing.declined_cents)),
    ];
    Entry::new(id, &bill.order.id, None, &postings, at)
}
