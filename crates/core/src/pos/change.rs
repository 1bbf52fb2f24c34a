//! Changing a held line, and taking a line off.

use super::bill::minus;
use super::close::finish;
use super::lines::{affordable, short_enough};
use super::{At, Bill, Decided, MAX_NOTE_BYTES, Menu, PosError, kitchen, price};
use olympus_proto::Cents;
use olympus_proto::pos::{ChangeLine, LineId, LineState, SoldLine};

/// Changes a held line, or takes a line off.
///
/// # Errors
/// [`PosError`] says what is wrong and what to do.
pub fn change_line(
    bill: &Bill,
    line: &LineId,
    change: &ChangeLine,
    menu: Menu<'_>,
    at: At<'_>,
) -> Result<Decided, PosError> {
    let held = bill
        .line(line)
        .ok_or_else(|| PosError::UnknownLine(line.clone()))?;
    bill.must_be_open()?;
    if bill.sold.contains_key(line) {
        return Err(PosError::LineSold(line.clone()));
    }
    if held.state == LineState::Voided {
        return Err(PosError::LineVoided(line.clone()));
    }
    let changed = match &change.void {
        Some(reason) => voided(held, change, reason)?,
        None => changed(held, change, menu)?,
    };
    let mut after = bill.clone();
    if let Some(place) = after.order.lines.iter_mut().find(|one| one.line == *line) {
        *place = changed;
    }
    after.refresh();
    affordable(&after)?;
    // A line can always be taken off, also where another till's came to it meanwhile.
    if change.void.is_none() {
        short_enough(&after)?;
    }
    let over = after.over();
    if over.0 > 0 {
        return Err(PosError::PaidMore(over));
    }
    let mut decided = Decided::default();
    finish(&mut after, &mut decided, at);
    // A held line is on no ticket.
    let firing = after.kitchen.get(line).map(|at| at.firing);
    let touched = |ticket: &olympus_proto::pos::Ticket| {
        firing.is_some() && kitchen::ticket_place(&ticket.id).map(|(_, n)| n) == firing
    };
    decided.tickets = kitchen::tickets(&after);
    decided.tickets.retain(touched);
    Ok(decided.written(Some(bill), &after))
}

fn voided(line: &SoldLine, change: &ChangeLine, reason: &str) -> Result<SoldLine, PosError> {
    if change.quantity.is_some() || change.modifiers.is_some() || change.note.is_some() {
        return Err(PosError::VoidStandsAlone);
    }
    if reason.len() > MAX_NOTE_BYTES {
        return Err(PosError::TooLong {
            what: "void",
            most: MAX_NOTE_BYTES,
        });
    }
    Ok(SoldLine {
        state: LineState::Voided,
        void_reason: Some(reason.to_owned()).filter(|text| !text.is_empty()),
        ..line.clone()
    })
}

/// The dish's own price stays what it was when the line was added; new choices cost what they cost
/// now.
fn changed(line: &SoldLine, change: &ChangeLine, menu: Menu<'_>) -> Result<SoldLine, PosError> {
    if line.state != LineState::Held {
        return Err(PosError::LineFired(line.line.clone()));
    }
    if change.quantity.is_none() && change.modifiers.is_none() && change.note.is_none() {
        return Err(PosError::NothingToChange);
    }
    let mut changed = line.clone();
    if let Some(quantity) = change.quantity {
        let more = quantity > line.quantity;
        if more && menu(&line.item).is_none_or(|offer| !offer.to_be_had) {
            return Err(PosError::NotToBeHad(line.name.clone()));
        }
        changed.quantity = quantity;
    }
    if let Some(wanted) = &change.modifiers {
        let offer = menu(&line.item).ok_or_else(|| PosError::NotOnMenu(line.item.clone()))?;
        let base = line
            .modifiers
            .iter()
            .fold(line.unit_cents, |base: Cents, one| {
                minus(base, one.price_cents)
            });
        changed.modifiers = price::choose(&offer.item, wanted)?;
        changed.unit_cents = price::unit(base, &changed.modifiers);
    }
    if let Some(note) = &change.note {
        changed.note = price::note(Some(note))?;
    }
    price::check(&changed)?;
    Ok(changed)
}
