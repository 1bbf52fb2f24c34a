//! Selling: orders, payments, stock, the kitchen, reports, and how the till stands.
//!
//! Bodies and answers of the local API under `/v1/orders`, `/v1/payments`, `/v1/inventory`,
//! `/v1/kitchen`, `/v1/reports` and `/v1/operations`. Invariant: money is in cents and is summed
//! from what is listed; times are milliseconds since 1970; a business day is `YYYY-MM-DD` in the
//! restaurant's own zone.

mod inventory;
mod kitchen;
mod operations;
mod order;
mod payment;
mod report;

pub use inventory::{AdjustStock, CountStock, Inventory, Stock};
pub use kitchen::{KitchenEvent, MoveTicket, Ticket, TicketLine, TicketState, Tickets};
pub use operations::{
    AttentionItem, Line, Operations, OperationsSync, Reconcile, ReconcileDifference,
    SettleAttention, Settlement, TerminalStanding,
};
pub use order::{
    AddLines, ChangeLine, Fire, LineState, NewLine, NewModifier, NewOrder, Order, OrderList,
    OrderStatus, OrderTotals, Service, SoldLine, SoldModifier, VoidOrder,
};
pub use payment::{CardPresented, Direction, NewPayment, NewRefund, Payment, PaymentState};
pub use report::{ByHour, ByItem, ByTender, OpenSettlement, SalesReport};

use crate::ids::string_id;
use serde::{Deserialize, Serialize};
use std::fmt;

string_id!(
    /// One payment or refund: the `SaleId` that it counts under in its grant.
    PaymentId
);
string_id!(
    /// One line of an order, unique in it: `<terminal>.<n>`, so that two tills never share one.
    LineId
);
string_id!(
    /// What one firing sent to the kitchen: `<order>.<n>`.
    TicketId
);
