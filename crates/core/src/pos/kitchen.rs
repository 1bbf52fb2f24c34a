//! Firing, and what the kitchen sees. A ticket is derived from the order's lines, so that every
//! till shows the same ones; where two tills fire at once, the lines share a ticket, and one that
//! was done comes back with what is new on it.

use super::close::finish;
use super::{At, Bill, Decided, InKitchen, PosError};
use olympus_proto::grant::OrderId;
use olympus_proto::pos::{
    Fire, LineId, LineState, MoveTicket, OrderStatus, SoldLine, SoldModifier, Ticket, TicketId,
    TicketLine, TicketState,
};
use olympus_proto::{Amount, ModifierAction};
use std::collections::BTreeSet;

/// Tells the kitchen of held lines. An order that is paid may be fired as well.
///
/// # Errors
/// [`PosError`] says what is wrong and what to do.
pub fn fire(bill: &Bill, fire: &Fire, at: At<'_>) -> Result<Decided, PosError> {
    if bill.order.status == OrderStatus::Voided {
        return Err(PosError::Voided);
    }
    let lines = wanted(bill, &fire.lines)?;
    let mut after = bill.clone();
    let mut decided = Decided::default();
    fire_lines(&mut after, &mut decided, &lines, at);
    finish(&mut after, &mut decided, at);
    Ok(decided.written(Some(bill), &after))
}

fn wanted(bill: &Bill, named: &[LineId]) -> Result<Vec<LineId>, PosError> {
    let held = |line: &&SoldLine| line.state == LineState::Held;
    if named.is_empty() {
        let all = bill.order.lines.iter().filter(held);
        let all: Vec<_> = all.map(|line| line.line.clone()).collect();
        return if all.is_empty() {
            Err(PosError::NothingHeld)
        } else {
            Ok(all)
        };
    }
    let once: BTreeSet<&LineId> = named.iter().collect();
    for id in &once {
        let line = bill.line(id);
        let line = line.ok_or_else(|| PosError::UnknownLine((*id).clone()))?;
        if !held(&line) {
            return Err(PosError::NotHeld((*id).clone()));
        }
    }
    Ok(once.into_iter().cloned().collect())
}

/// Fires held lines of the bill: one ticket, and what it takes from the stock. What a closing has
/// taken already is not taken again.
pub(super) fn fire_lines(bill: &mut Bill, decided: &mut Decided, lines: &[LineId], at: At<'_>) {
    let last = bill.kitchen.values().map(|one| one.firing).max();
    let firing = last.unwrap_or(0).saturating_add(1);
    for id in lines {
        let fired = InKitchen {
            firing,
            fired_ms: at.now_ms,
            state: TicketState::New,
            moved_ms: at.now_ms,
        };
        bill.kitchen.insert(id.clone(), fired);
        if let Some(line) = bill.line(id).filter(|_| !bill.sold.contains_key(id)) {
            decided.take(line);
        }
    }
    bill.refresh();
    decided.tickets.extend(ticket(bill, firing));
}

/// The order's tickets, one for each firing, oldest first.
#[must_use]
pub fn tickets(bill: &Bill) -> Vec<Ticket> {
    let firings: BTreeSet<u32> = bill.kitchen.values().map(|one| one.firing).collect();
    firings
        .into_iter()
        .filter_map(|firing| ticket(bill, firing))
        .collect()
}

/// The order of a ticket, and which firing of it.
#[must_use]
pub fn ticket_place(ticket: &TicketId) -> Option<(OrderId, u32)> {
    let (order, firing) = ticket.as_str().rsplit_once('.')?;
    Some((OrderId::from(order), firing.parse().ok()?))
}

/// Moves a ticket on, or back.
///
/// # Errors
/// [`PosError`] says what is wrong and what to do.
pub fn move_ticket(
    bill: &Bill,
    ticket_id: &TicketId,
    to: &MoveTicket,
    at: At<'_>,
) -> Result<Decided, PosError> {
    let unknown = || PosError::UnknownTicket(ticket_id.clone());
    let (order, firing) = ticket_place(ticket_id).ok_or_else(unknown)?;
    if order != bill.order.id {
        return Err(unknown());
    }
    let before = ticket(bill, firing).ok_or_else(unknown)?;
    if before.lines.iter().all(|line| line.voided) {
        return Err(PosError::TicketVoided(ticket_id.clone()));
    }
    let mut after = bill.clone();
    for line in before.lines.iter().filter(|line| !line.voided) {
        if let Some(place) = after.kitchen.get_mut(&line.line)
            && place.state != to.state
        {
            place.state = to.state;
            place.moved_ms = at.now_ms;
        }
    }
    after.refresh();
    let mut decided = Decided::default();
    decided.tickets.extend(ticket(&after, firing));
    Ok(decided.written(Some(bill), &after))
}

fn ticket(bill: &Bill, firing: u32) -> Option<Ticket> {
    let order = &bill.order;
    let all_off = order.status == OrderStatus::Voided;
    let mut lines = Vec::new();
    let mut places = Vec::new();
    for line in &order.lines {
        let Some(place) = bill.kitchen.get(&line.line) else {
            continue;
        };
        if place.firing == firing {
            let voided = all_off || line.state == LineState::Voided;
            lines.push(ticket_line(line, voided));
            places.push((*place, voided));
        }
    }
    let fired_ms = places.iter().map(|(place, _)| place.fired_ms).min()?;
    let moved = places.iter().map(|(place, _)| place.moved_ms).max()?;
    let made = places.iter().filter(|(_, voided)| !voided);
    let state = made.map(|(place, _)| place.state).min_by_key(step);
    Some(Ticket {
        id: TicketId(format!("{}.{firing}", order.id)),
        order: order.id.clone(),
        number: order.number,
        service: order.service,
        label: order.label.clone(),
        state: state.unwrap_or(TicketState::Done),
        fired_ms,
        moved_ms: moved.max(fired_ms),
        lines,
    })
}

const fn step(state: &TicketState) -> u8 {
    match state {
        TicketState::New => 0,
        TicketState::Cooking => 1,
        TicketState::Ready => 2,
        TicketState::Done => 3,
    }
}

fn ticket_line(line: &SoldLine, voided: bool) -> TicketLine {
    TicketLine {
        line: line.line.clone(),
        item: line.item.clone(),
        name: line.name.clone(),
        quantity: line.quantity,
        modifiers: line.modifiers.iter().map(in_words).collect(),
        note: line.note.clone(),
        voided,
    }
}

fn in_words(modifier: &SoldModifier) -> String {
    let name = &modifier.name;
    match (modifier.action, modifier.amount) {
        (ModifierAction::Remove, _) => format!("no {name}"),
        (ModifierAction::Add, Some(Amount::Extra)) => format!("extra {name}"),
        (ModifierAction::Add, Some(Amount::Light)) => format!("light {name}"),
        (ModifierAction::Add, None) => name.clone(),
    }
}
