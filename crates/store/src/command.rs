//! What a till is asked, what it answers, and what the shell does once that is durable.

use olympus_core::grant::Refusal;
pub use olympus_core::pos::Menu;
use olympus_core::pos::Rules;
use olympus_core::route::Moment;
use olympus_core::sync::client::{self, ClientConfig, Identity};
use olympus_proto::grant::{OrderId, TerminalId};
use olympus_proto::location::{Documents, TerminalWelcome};
use olympus_proto::pos::{
    AddLines, AdjustStock, AttentionItem, ChangeLine, CountStock, Fire, LineId, MoveTicket,
    NewOrder, NewPayment, NewRefund, Order, Payment, PaymentId, SettleAttention, Stock,
    TerminalStanding, Ticket, TicketId, VoidOrder,
};
use olympus_proto::sync::OperationId;
use olympus_proto::{ItemId, LocationId};
use serde::{Deserialize, Serialize};

/// What the shell tells of time, fresh for every call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Now {
    /// Both clocks and random bits.
    pub sync: client::Now,
    /// Business day, `YYYY-MM-DD`.
    pub day: String,
    /// Hour in the restaurant's zone, 0 to 23.
    pub hour: u8,
}

impl Now {
    /// The wall clock; 0 where it stands before 1970.
    #[must_use]
    pub fn wall_ms(&self) -> u64 {
        u64::try_from(self.sync.wall_ms).unwrap_or(0)
    }
}

/// Who the till is, and what it goes by.
#[derive(Debug, Clone)]
pub struct TillConfig {
    /// Where it stands.
    pub location: LocationId,
    /// Which one it is; also the name under which it syncs.
    pub terminal: TerminalId,
    /// Currency and tax.
    pub rules: Rules,
    /// Sync's settings.
    pub sync: ClientConfig,
}

/// What a person or a program wants of the till.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// `POST /v1/orders`.
    OpenOrder(NewOrder),
    /// `POST /v1/orders/{order}/lines`.
    AddLines(OrderId, AddLines),
    /// `PATCH /v1/orders/{order}/lines/{line}`.
    ChangeLine(OrderId, LineId, ChangeLine),
    /// `POST /v1/orders/{order}/fire`.
    Fire(OrderId, Fire),
    /// `POST /v1/orders/{order}/payments`.
    Pay(OrderId, NewPayment),
    /// `POST /v1/orders/{order}/void`.
    VoidOrder(OrderId, VoidOrder),
    /// `POST /v1/payments/{payment}/refunds`.
    Refund(PaymentId, NewRefund),
    /// `PUT /v1/inventory/{item}`.
    CountStock(ItemId, CountStock),
    /// `DELETE /v1/inventory/{item}`.
    StopCounting(ItemId),
    /// `POST /v1/inventory/{item}/adjust`.
    AdjustStock(ItemId, AdjustStock),
    /// `POST /v1/kitchen/tickets/{ticket}/state`.
    MoveTicket(TicketId, MoveTicket),
    /// `POST /v1/operations/attention/{operation}`.
    SettleAttention(OperationId, SettleAttention),
}

/// What a command came to. Its JSON is kept, and told again to who asks again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// The order as it is now.
    Order(Box<Order>),
    /// The payment or refund that was made.
    Payment(Box<Payment>),
    /// The stock as it is now.
    Stock(Stock),
    /// The ticket as it is now.
    Ticket(Box<Ticket>),
    /// It is done.
    Nothing,
}

/// A command and the request that it came with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The idempotency key.
    pub key: String,
    /// SHA-256 of method, path and body.
    pub digest: [u8; 32],
    /// The revision that the order has to be of.
    pub if_match: Option<u64>,
    /// The command.
    pub command: Command,
}

/// A command that is done, durably.
#[derive(Debug, Clone, PartialEq)]
pub struct Done {
    /// What it came to.
    pub reply: Reply,
    /// It had been done before under this key.
    pub replayed: bool,
    /// What to do now.
    pub todo: Todo,
}

/// What the shell does once it is durable. After a [`crate::StoreError`] it sends a
/// [`client::Event::Tick`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Todo {
    /// To send to the cloud.
    pub send: Vec<client::Send>,
    /// When to send a [`client::Event::Tick`], unless something happens before. Absent: nothing
    /// new.
    pub wake: Option<Moment>,
    /// What to log and count.
    pub notices: Vec<client::Notice>,
    /// Tickets that are new or have changed.
    pub tickets: Vec<Ticket>,
    /// Stock that has changed.
    pub stock: Vec<Stock>,
    /// Dishes that are not counted any more.
    pub uncounted: Vec<ItemId>,
    /// Orders that have changed.
    pub orders: Vec<OrderId>,
}

/// What the cloud said about this terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GrantEvent {
    /// The terminal was registered. One that was before takes newer keys from it and keeps all else.
    Welcomed(TerminalWelcome),
    /// Documents came, over an authenticated line, to a request of this process.
    Told(Documents),
    /// The request failed.
    Failed,
    /// Time passes; every few seconds.
    Tick,
}

/// Refusals of documents that came, none where all of them were taken.
pub type Refusals = Vec<Refusal>;

/// How the till stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// What waits to be sent.
    pub sync: client::Standing,
    /// What may be sold.
    pub terminal: TerminalStanding,
    /// What was not done.
    pub attention: Vec<AttentionItem>,
    /// Who it is.
    pub identity: Identity,
    /// What was sold under the grant in use.
    pub spent_cents: olympus_proto::Cents,
    /// The disk failed, and what is stored could not be read since.
    pub poisoned: bool,
}
