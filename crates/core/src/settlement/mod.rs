//! One payment at the provider: sent once, asked about where nothing is known, never guessed.
//!
//! ```text
//!            Sent is durable, then: send
//! Requested ───────────────────────────► Sent ── answer ─────────► Approved | Declined
//!     ▲                                   │ no answer                    ▲
//!     │ nothing found, and nothing        ▼                              │
//!     │ can arrive any more             Unknown ── ask ── found ─────────┘
//!     └───────────────────────────────────┘
//! ```
//! Driven by the location's authority, from its alarm. Invariant: at most one request of a payment
//! can be on its way to the provider or at it; so nothing is captured twice, whatever is lost,
//! delayed, answered twice or restarted, and whatever the provider forgets. It never gives up: what
//! is not settled in time is shown to a person and goes on being asked about. Never a clock, I/O
//! or randomness.

mod cards;

pub use cards::CardBook;

use olympus_proto::Cents;
use olympus_proto::pos::{Direction, PaymentState};
use olympus_proto::provider::Captured;
use olympus_proto::sync::Fields;
use serde::{Deserialize, Serialize};

/// What to do now. Nothing of it may be done before what [`Settlement`] is now is durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Send the capture: call [`Settlement::sending`], make what it leaves durable, then send. The
    /// idempotency key is the reference, every time.
    Send {
        /// From 1.
        attempt: u32,
    },
    /// Ask the provider what became of it.
    Ask,
    /// Nothing before that moment.
    Wait(u64),
    /// A refund: nothing before its sale is settled; tell it by [`Event::Sale`].
    WaitForSale,
    /// It is settled.
    Done,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event<'a> {
    /// The provider answered a capture.
    Answered(&'a Captured),
    /// The provider was asked and has it.
    Found(&'a Captured),
    /// The provider was asked, at that moment, and has decided nothing.
    NothingFound {
        /// When the question was sent.
        asked_ms: u64,
    },
    /// No answer in time, a broken line, or an error that does not say that nothing was done (any
    /// 5xx, a body that cannot be read).
    NoAnswer,
    /// It said that it did not look at the request (429), and when to come again, if it said so.
    Busy {
        /// In how many milliseconds.
        retry_ms: Option<u64>,
    },
    /// It refused to look at the request for good (4xx).
    Refused {
        /// Its code.
        code: &'a str,
    },
    /// The sale that this refund gives back of stands so now.
    Sale(PaymentState),
}

/// Why a person should look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Attention {
    /// It has not been settled for long.
    Late,
    /// The provider refused to look at it.
    Refused(String),
    /// The provider has another amount or direction under this name.
    Differs,
}

/// One payment, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settlement {
    amount_cents: Cents,
    direction: Direction,
    since_ms: u64,
}

impl Settlement {
    /// A card payment that has arrived. `cents` is amount and tip.
    #[must_use]
    pub fn sale(cents: Cents, now_ms: u64) -> Self {
        todo!()
    }

    /// A refund; `sale` is how the sale that it gives back of stands, where it is known.
    #[must_use]
    pub fn refund(cents: Cents, sale: Option<PaymentState>, now_ms: u64) -> Self {
        todo!()
    }

    /// What to do now.
    #[must_use]
    pub fn next(&self, now_ms: u64) -> Action {
        todo!()
    }

    /// It is about to be sent. Make this durable, then send.
    pub fn sending(&mut self, now_ms: u64) {
        todo!()
    }

    /// Something happened. Make this durable before anything else is done for it. True where the
    /// payment's row changes: see [`Settlement::fields`].
    pub fn on(&mut self, event: Event<'_>, now_ms: u64) -> bool {
        todo!()
    }

    /// A person wants it looked at now: waits are cut short, nothing else.
    pub fn hurry(&mut self, now_ms: u64) {
        todo!()
    }

    /// Where the payment stands.
    #[must_use]
    pub fn state(&self) -> PaymentState {
        todo!()
    }

    /// What the payment's row says of it: `state`, `decline_code`, `provider_reference`.
    #[must_use]
    pub fn fields(&self) -> Fields {
        todo!()
    }

    /// Whether a person should look, and why.
    #[must_use]
    pub fn attention(&self, now_ms: u64) -> Option<Attention> {
        todo!()
    }
}
