//! Why a command is refused, and what to do about it.

use super::{
    MAX_ADJUST, MAX_COUNT, MAX_LINE_CENTS, MAX_LINES, MAX_LINES_BYTES, MAX_MODIFIERS,
    MAX_NEW_LINES, MAX_NOTE_BYTES, MAX_ORDER_CENTS, MAX_QUANTITY,
};
use olympus_proto::grant::TenderKind;
use olympus_proto::pos::{LineId, PaymentId, TicketId};
use olympus_proto::{Cents, ErrorCode, ItemId};

/// Why a command is refused. Nothing was done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PosError {
    /// The menu in use does not have the dish.
    #[error("`{0}` is not on the menu in use; look it up anew")]
    NotOnMenu(ItemId),
    /// Sold out, or not at this hour.
    #[error("`{0}` cannot be had now; offer something else")]
    NotToBeHad(String),
    /// The dish has no such choice.
    #[error("`{item}` has no choice `{id}` in `{group}`; take one of its menu entry")]
    UnknownModifier {
        /// The dish's name.
        item: String,
        /// The group's id.
        group: String,
        /// The option's id.
        id: String,
    },
    /// A choice stands there twice.
    #[error("the choice `{0}` stands there twice; name each once")]
    RepeatedModifier(String),
    /// An amount of something that is left out.
    #[error("`{0}` is left out and has an amount; say one of the two")]
    AmountOfNothing(String),
    /// Fewer or more choices than the group asks for.
    #[error("`{item}` takes {wanted} of `{group}`, and {chosen} were chosen")]
    WrongChoices {
        /// The dish's name.
        item: String,
        /// The group's name.
        group: String,
        /// In words.
        wanted: String,
        /// So many were.
        chosen: usize,
    },
    /// The menu states no price.
    #[error("the menu states no price of `{0}`; say price_cents")]
    PriceMissing(String),
    /// The menu states a price.
    #[error("the menu states the price of `{0}`; leave price_cents out")]
    PriceStated(String),
    /// A line that costs less than nothing or too much.
    #[error(
        "`{0}` costs less than nothing or more than {MAX_LINE_CENTS}; look at its price and quantity"
    )]
    BadLinePrice(String),
    /// No such quantity.
    #[error("quantity has to be 1 to {MAX_QUANTITY}; split the line")]
    BadQuantity,
    /// A text is too long.
    #[error("{what} has to be at most {most} bytes; shorten it")]
    TooLong {
        /// Which.
        what: &'static str,
        /// Longest.
        most: usize,
    },
    /// A reason is asked for.
    #[error("reason has to be 1 to {MAX_NOTE_BYTES} bytes; say why")]
    BadReason,
    /// Too many choices on a line.
    #[error("a line has at most {MAX_MODIFIERS} choices; put the rest into a note")]
    TooManyModifiers,
    /// No lines, or too many at once.
    #[error("1 to {MAX_NEW_LINES} lines may be added at once; split them")]
    BadLineCount,
    /// The order is full.
    #[error("an order has at most {MAX_LINES} lines; open another one")]
    TooManyLines,
    /// Names, choices and notes of its lines are too long together.
    #[error("the lines of an order have at most {} KiB together; open another one", MAX_LINES_BYTES / 1024)]
    TooLongLines,
    /// The order is too dear.
    #[error("an order costs at most {MAX_ORDER_CENTS}; open another one")]
    OrderTooDear,
    /// There is no such line.
    #[error("the order has no line `{0}`; read the order anew")]
    UnknownLine(LineId),
    /// Nothing is asked for.
    #[error("nothing is to be changed; say quantity, modifiers, note or void")]
    NothingToChange,
    /// A line is taken off and changed at once.
    #[error("void stands alone; change the line, or take it off")]
    VoidStandsAlone,
    /// The kitchen has the line.
    #[error("the kitchen has line `{0}`; take it off and add another")]
    LineFired(LineId),
    /// The line was taken off.
    #[error("line `{0}` was taken off; add another")]
    LineVoided(LineId),
    /// The line was paid for.
    #[error("line `{0}` was paid for; refund it")]
    LineSold(LineId),
    /// Nothing is held.
    #[error("no line is held; all of them went to the kitchen or were taken off")]
    NothingHeld,
    /// The line is not held.
    #[error("line `{0}` is not held; the kitchen has it, or it was taken off")]
    NotHeld(LineId),
    /// More was paid than the order would cost.
    #[error("{0} more was paid than the order would cost then; refund that first")]
    PaidMore(Cents),
    /// The order is paid.
    #[error("the order is paid; open another one, or refund a payment")]
    Paid,
    /// The order was called off.
    #[error("the order was called off; open another one")]
    Voided,
    /// Some of its lines or payments are of a later version.
    #[error(
        "the order has lines or payments of a later version that this one cannot read; update this device, or go on at the till that wrote them"
    )]
    Unread,
    /// A stored-value payment that the location has not booked yet.
    #[error(
        "payment `{0}` by stored value is not booked yet; once it is, it is given back in cash: bring the line back, then try again"
    )]
    NotBooked(PaymentId),
    /// Nothing is due.
    #[error("nothing of the order is due; add lines, or call it off")]
    NothingDue,
    /// More than is due.
    #[error(
        "amount_cents has to be above 0 and at most the {0} that is due; the rest may be a tip"
    )]
    BadAmount(Cents),
    /// No such tip.
    #[error("tip_cents has to be 0 to {MAX_ORDER_CENTS}, and so has the payment with it")]
    BadTip,
    /// Too little cash.
    #[error("{0} is to be handed over; say amount_cents where only part is paid")]
    TooLittleHanded(Cents),
    /// Too much cash.
    #[error("handed_cents has to be at most {MAX_ORDER_CENTS}; count again")]
    TooMuchHanded,
    /// Cash with a card, or a card with cash in hand.
    #[error("{0} is paid without {1}; leave it out")]
    NotOfTender(TenderKind, &'static str),
    /// A card without one.
    #[error("{0} is paid with {1}; say it")]
    MissingOfTender(TenderKind, &'static str),
    /// What a reader said is not of its form.
    #[error("{0} is not as a reader tells it; read the card again")]
    BadCard(&'static str),
    /// The order has no such payment.
    #[error("the order has no payment `{0}`; read the order anew")]
    UnknownPayment(PaymentId),
    /// A refund is not refunded.
    #[error("`{0}` is a refund; name the payment that it gave back of")]
    IsRefund(PaymentId),
    /// It was declined.
    #[error("`{0}` was declined, so nothing of it is there to be given back")]
    PaymentDeclined(PaymentId),
    /// More than is left.
    #[error("{0} of the payment is left to be given back; refund at most that")]
    OverRefund(Cents),
    /// Something was paid.
    #[error("{0} was paid of the order; refund it first")]
    SomethingPaid(Cents),
    /// The sale stands in the ledger.
    #[error("the order was sold; refund its payments")]
    Sold,
    /// There is no such ticket.
    #[error("there is no ticket `{0}`; read the tickets anew")]
    UnknownTicket(TicketId),
    /// All of it was taken off.
    #[error("all of ticket `{0}` was taken off; there is nothing to move")]
    TicketVoided(TicketId),
    /// No such dish.
    #[error("a dish's id is 1 to 128 bytes")]
    BadItem,
    /// No such count.
    #[error("count and low_at have to be 0 to {MAX_COUNT}; count again")]
    BadCount,
    /// No such adjustment.
    #[error("by has to be 1 to {MAX_ADJUST}, or as much less; say how many more or fewer")]
    BadAdjust,
    /// A row that is no payment.
    #[error("the row of payment `{id}` cannot be read: {why}")]
    BadPaymentRow {
        /// Which.
        id: PaymentId,
        /// What is wrong.
        why: String,
    },
}

impl PosError {
    /// The code that it is answered with.
    #[must_use]
    pub const fn code(&self) -> ErrorCode {
        match self {
            Self::NotOnMenu(_)
            | Self::UnknownModifier { .. }
            | Self::RepeatedModifier(_)
            | Self::AmountOfNothing(_)
            | Self::WrongChoices { .. }
            | Self::PriceMissing(_)
            | Self::PriceStated(_)
            | Self::BadLinePrice(_)
            | Self::BadQuantity
            | Self::TooLong { .. }
            | Self::BadReason
            | Self::TooManyModifiers
            | Self::BadLineCount
            | Self::NothingToChange
            | Self::VoidStandsAlone
            | Self::BadAmount(_)
            | Self::BadTip
            | Self::TooLittleHanded(_)
            | Self::TooMuchHanded
            | Self::NotOfTender(..)
            | Self::MissingOfTender(..)
            | Self::BadCard(_)
            | Self::OverRefund(_)
            | Self::BadItem
            | Self::BadCount
            | Self::BadAdjust => ErrorCode::InvalidRequest,
            Self::UnknownLine(_) | Self::UnknownPayment(_) | Self::UnknownTicket(_) => {
                ErrorCode::NotFound
            }
            Self::NotToBeHad(_)
            | Self::TooManyLines
            | Self::TooLongLines
            | Self::OrderTooDear
            | Self::LineFired(_)
            | Self::LineVoided(_)
            | Self::LineSold(_)
            | Self::NothingHeld
            | Self::NotHeld(_)
            | Self::PaidMore(_)
            | Self::Paid
            | Self::Voided
            | Self::Unread
            | Self::NotBooked(_)
            | Self::NothingDue
            | Self::IsRefund(_)
            | Self::PaymentDeclined(_)
            | Self::SomethingPaid(_)
            | Self::Sold
            | Self::TicketVoided(_) => ErrorCode::WrongState,
            Self::BadPaymentRow { .. } => ErrorCode::Internal,
        }
    }
}
