//! Opening an order, and adding lines to it.

use super::bill::place;
use super::kitchen::fire_lines;
use super::{
    At, Bill, Decided, MAX_LABEL_BYTES, MAX_LINES, MAX_LINES_BYTES, MAX_NEW_LINES, MAX_ORDER_CENTS,
    Menu, PosError, Rules, Tax, price,
};
use olympus_proto::grant::OrderId;
use olympus_proto::pos::{AddLines, LineId, NewLine, NewOrder, Order, OrderStatus, OrderTotals};
use std::collections::{BTreeMap, BTreeSet};

/// Opens an order. `number` is what is called out.
///
/// # Errors
/// [`PosError`] says what is wrong and what to do.
pub fn open_order(
    id: &OrderId,
    number: u32,
    new: &NewOrder,
    menu: Menu<'_>,
    rules: &Rules,
    at: At<'_>,
) -> Result<Decided, PosError> {
    if new.lines.len() > MAX_NEW_LINES {
        return Err(PosError::BadLineCount);
    }
    let label = new.label.as_deref().filter(|text| !text.is_empty());
    if label.is_some_and(|text| text.len() > MAX_LABEL_BYTES) {
        return Err(PosError::TooLong {
            what: "label",
            most: MAX_LABEL_BYTES,
        });
    }
    let order = Order {
        id: id.clone(),
        number,
        terminal: at.terminal.clone(),
        service: new.service,
        label: label.map(str::to_owned),
        status: OrderStatus::Open,
        void_reason: None,
        currency: rules.currency.clone(),
        day: at.day.to_owned(),
        opened_ms: at.now_ms,
        lines: Vec::new(),
        totals: OrderTotals::default(),
        payments: Vec::new(),
        revision: 0,
        pending: false,
    };
    let mut after = Bill {
        order,
        tax: Tax::from(rules),
        called_off: None,
        kitchen: BTreeMap::new(),
        sold: BTreeMap::new(),
        closed: BTreeMap::new(),
        unread: BTreeSet::new(),
    };
    let mut decided = Decided::default();
    add(&mut after, &mut decided, &new.lines, new.fire, menu, at)?;
    Ok(decided.written(None, &after))
}

/// Adds lines to an open order.
///
/// # Errors
/// [`PosError`] says what is wrong and what to do.
pub fn add_lines(
    bill: &Bill,
    new: &AddLines,
    menu: Menu<'_>,
    at: At<'_>,
) -> Result<Decided, PosError> {
    bill.must_be_open()?;
    if !(1..=MAX_NEW_LINES).contains(&new.lines.len()) {
        return Err(PosError::BadLineCount);
    }
    let mut after = bill.clone();
    let mut decided = Decided::default();
    add(&mut after, &mut decided, &new.lines, new.fire, menu, at)?;
    Ok(decided.written(Some(bill), &after))
}

fn add(
    bill: &mut Bill,
    decided: &mut Decided,
    new: &[NewLine],
    fire: bool,
    menu: Menu<'_>,
    at: At<'_>,
) -> Result<(), PosError> {
    let known = bill.order.lines.len().saturating_add(bill.unread.len());
    if known.saturating_add(new.len()) > MAX_LINES {
        return Err(PosError::TooManyLines);
    }
    let mut added = Vec::with_capacity(new.len());
    for one in new {
        let id = next_line(bill, at).ok_or(PosError::TooManyLines)?;
        bill.order.lines.push(price::line(id.clone(), one, menu)?);
        added.push(id);
    }
    bill.refresh();
    affordable(bill)?;
    short_enough(bill)?;
    if fire && !added.is_empty() {
        fire_lines(bill, decided, &added, at);
    }
    Ok(())
}

/// Refuses an order that is too dear.
pub(super) fn affordable(bill: &Bill) -> Result<(), PosError> {
    if bill.order.totals.total_cents > MAX_ORDER_CENTS {
        return Err(PosError::OrderTooDear);
    }
    Ok(())
}

/// Refuses an order whose lines could not be told in one piece.
pub(super) fn short_enough(bill: &Bill) -> Result<(), PosError> {
    let length = |line| serde_json::to_vec(line).map_or(0, |text| text.len());
    let bytes: usize = bill.order.lines.iter().map(length).sum();
    if bytes > MAX_LINES_BYTES {
        return Err(PosError::TooLongLines);
    }
    Ok(())
}

/// One more than any line has, so that lines of two tills stand in the order in which they came.
fn next_line(bill: &Bill, at: At<'_>) -> Option<LineId> {
    let read = bill.order.lines.iter().map(|line| place(&line.line).0);
    let unread = bill.unread.iter();
    let unread = unread.map(|field| place(&LineId::from(field.as_str())).0);
    // An id without a number is another's and not in the way.
    let numbers = read.chain(unread).filter(|number| *number < u32::MAX);
    let next = numbers.max().unwrap_or(0).checked_add(1)?;
    Some(LineId(format!("{}.{next}", at.terminal)))
}
