//! What the kitchen sees: a ticket for each firing.

use super::order::Service;
use super::{LineId, TicketId};
use crate::grant::OrderId;
use crate::ids::ItemId;
use serde::{Deserialize, Serialize};

/// Where a ticket stands.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TicketState {
    /// Nobody has begun it.
    #[default]
    New,
    /// It is being made.
    Cooking,
    /// It is ready to be handed over.
    Ready,
    /// It was handed over, or all of it was voided: it leaves the screens.
    Done,
}

/// A line on a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketLine {
    /// The order's line.
    pub line: LineId,
    /// The dish.
    pub item: ItemId,
    /// As the menu had it.
    pub name: String,
    /// How many.
    pub quantity: u32,
    /// Choices, ready to be read: `no onions`, `extra cheese`, `Large`.
    pub modifiers: Vec<String>,
    /// For the kitchen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// It was taken off after it had been fired: stop making it.
    pub voided: bool,
}

/// One firing of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    /// Its id.
    pub id: TicketId,
    /// The order.
    pub order: OrderId,
    /// What is called out.
    pub number: u32,
    /// How it reaches its guest.
    pub service: Service,
    /// Table, name or car.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Where it stands.
    pub state: TicketState,
    /// When it was fired.
    pub fired_ms: u64,
    /// When it last moved.
    pub moved_ms: u64,
    /// What to make.
    pub lines: Vec<TicketLine>,
}

/// Answer of `GET /v1/kitchen/tickets`: all that are not done, oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tickets {
    /// The tickets.
    pub tickets: Vec<Ticket>,
}

/// Body of `POST /v1/kitchen/tickets/{ticket}/state`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MoveTicket {
    /// Where it stands now; also backwards, for a mistaken touch.
    pub state: TicketState,
}

/// A message of `GET /v1/kitchen/live` (WebSocket, JSON text).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum KitchenEvent {
    /// The first message, and after messages were missed: everything there is.
    All {
        /// The tickets.
        tickets: Vec<Ticket>,
    },
    /// A ticket is new or has changed.
    Ticket {
        /// The ticket.
        ticket: Ticket,
    },
}
