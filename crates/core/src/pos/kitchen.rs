//! Firing, and what the kitchen sees.
use super::{At, Bill, Decided, PosError};
use olympus_proto::grant::OrderId;
use olympus_proto::pos::{Fire, MoveTicket, Ticket, TicketId};

/// Tells the kitchen of held lines.
///
/// # Errors
/// [`PosError`] says what is wrong and what to do.
pub fn fire(bill: &Bill, fire: &Fire, at: At<'_>) -> Result<Decided, PosError> {
    todo!()
}

/// The order's tickets, one for each firing, oldest first.
#[must_use]
pub fn tickets(bill: &Bill) -> Vec<Ticket> {
    todo!()
}

/// The order of a ticket, and which firing of it.
#[must_use]
pub fn ticket_place(ticket: &TicketId) -> Option<(OrderId, u32)> {
    todo!()
}

/// Moves a ticket on, or back.
///
/// # Errors
/// [`PosError`] says what is wrong and what to do.
pub fn move_ticket(
    bill: &Bill,
    ticket: &TicketId,
    to: &MoveTicket,
    at: At<'_>,
) -> Result<Decided, PosError> {
    todo!()
}
