//! One payment at the provider: sent once, asked about where nothing is known, never guessed.
//!
//! ```text
//!            Sent is durable, then: send
//! Requested ───────────────────────────► Sent ── answer ─────────► Approved | Declined
//!     ▲  ▲                                │ │ no answer                    ▲
//!     │  └──── busy: it was not looked at ┘ ▼                              │
//!     │                                   Unknown ── ask ── found ─────────┘
//!     └── nothing found, and nothing can arrive any more
//! ```
//! Driven by the location's authority, from its alarm. Invariant: while a request may still arrive
//! at the provider, no other one of the same payment is sent; so nothing is captured twice, whatever
//! is lost, delayed, answered twice or restarted, and whatever the provider forgets. It never gives
//! up: what is not settled in time is shown to a person and goes on being asked about. Never a
//! clock, I/O or randomness.
//!
//! The shell keeps two rules: what a call has changed is durable before anything is sent for it;
//! and within [`ANSWER_MS`] of [`Settlement::sending`] it sends the capture and waits for its answer,
//! then says [`Event::NoAnswer`]. What it could not begin in time it does not send: [`Event::Busy`].

mod cards;
mod on;

pub use cards::{CARD_UNKNOWN, CardBook};

use olympus_proto::Cents;
use olympus_proto::pos::{Direction, PaymentState};
use olympus_proto::provider::Captured;
use olympus_proto::sync::Fields;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How long sending a capture and waiting for its answer may take, together.
pub const ANSWER_MS: u64 = 30_000;
/// After an answer was waited for in vain, how long the request may still arrive at the provider.
pub const QUIET_MS: u64 = 120_000;
/// How long an idempotency key is relied on. The provider remembers it for a day.
pub const KEY_MS: u64 = 20 * 60 * 60 * 1_000;
/// How long it may take before a person is told.
pub const LATE_MS: u64 = 4 * 60 * 60 * 1_000;
/// First wait after something failed; each one after it is twice as long.
pub const FIRST_WAIT_MS: u64 = 5_000;
/// Longest wait.
pub const MOST_WAIT_MS: u64 = 15 * 60 * 1_000;
/// Decline code of a refund whose sale was declined: nothing is there to be given back.
pub const SALE_DECLINED: &str = "sale_declined";
/// Decline code of a refund that gives back of no sale that is known, or of nothing.
pub const NO_SALE: &str = "no_sale";
/// Decline code of a refund of another order or tender than its sale.
pub const REFUND_DIFFERS: &str = "refund_differs";
/// Decline code of a refund by which more would be given back than was taken.
pub const OVER_REFUND: &str = "over_refund";

/// What to do now. Nothing of it may be done before what the [`Settlement`] is now is durable.
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
    /// A refund that waits may not be made.
    Denied {
        /// Its decline code.
        code: &'a str,
    },
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

/// Where it stands, with what is needed to go on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
enum Phase {
    /// A refund whose sale is not settled.
    Waiting,
    /// To be sent.
    Requested {
        from_ms: u64,
        /// Nothing of it can be at the provider. Where it only said that it was busy, its key
        /// guards against that, as long as it is young.
        clear: bool,
    },
    /// Sent, perhaps.
    Sent { at_ms: u64 },
    /// Sent, and not answered.
    Unknown {
        ask_ms: u64,
        /// The provider refused to look at it, by this code.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        refused: Option<String>,
    },
    /// The money was moved.
    Approved { provider_reference: String },
    /// It was not, and never will be.
    Declined {
        code: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        provider_reference: Option<String>,
    },
}

/// One payment, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settlement {
    cents: Cents,
    direction: Direction,
    since_ms: u64,
    phase: Phase,
    /// How often it was sent.
    #[serde(default)]
    attempts: u32,
    /// When it was sent first: as old is its key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    first_sent_ms: Option<u64>,
    /// When it was sent last.
    #[serde(default)]
    last_sent_ms: u64,
    /// What failed in a row.
    #[serde(default)]
    failures: u32,
    /// The provider's last refusal, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refused: Option<String>,
    /// The provider has another amount.
    #[serde(default)]
    differs: bool,
}

impl Settlement {
    /// A card payment that has arrived. `cents` is amount and tip.
    #[must_use]
    pub fn sale(cents: Cents, now_ms: u64) -> Self {
        Self::new(cents, Direction::Sale, due(now_ms), now_ms)
    }

    /// A refund; `sale` is how the sale that it gives back of stands, where it is known.
    #[must_use]
    pub fn refund(cents: Cents, sale: Option<PaymentState>, now_ms: u64) -> Self {
        let mut refund = Self::new(cents, Direction::Refund, Phase::Waiting, now_ms);
        if let Some(state) = sale {
            refund.on(Event::Sale(state), now_ms);
        }
        refund
    }

    /// One of which nothing is left but its row: what was settled stays so, and what may have been
    /// sent is asked about before anything else. Nothing where the row says that it never was: it
    /// begins as any other.
    #[must_use]
    pub fn of_row(cents: Cents, direction: Direction, row: &Fields, now_ms: u64) -> Option<Self> {
        let text = |name: &str| row.get(name).and_then(Value::as_str).map(str::to_owned);
        let phase = match text("state")?.as_str() {
            "approved" => Phase::Approved {
                provider_reference: text("provider_reference").unwrap_or_default(),
            },
            "declined" => Phase::Declined {
                code: text("decline_code").unwrap_or_default(),
                provider_reference: text("provider_reference"),
            },
            "sent" | "unknown" => Phase::Unknown {
                ask_ms: now_ms.saturating_add(ANSWER_MS + QUIET_MS),
                refused: None,
            },
            _ => return None,
        };
        // As if it had been sent just now: so long it may still be on its way.
        Some(Self {
            attempts: 1,
            first_sent_ms: Some(now_ms),
            last_sent_ms: now_ms,
            ..Self::new(cents, direction, phase, now_ms)
        })
    }

    const fn new(cents: Cents, direction: Direction, phase: Phase, now_ms: u64) -> Self {
        Self {
            cents,
            direction,
            since_ms: now_ms,
            phase,
            attempts: 0,
            first_sent_ms: None,
            last_sent_ms: 0,
            failures: 0,
            refused: None,
            differs: false,
        }
    }

    /// What to do now.
    #[must_use]
    pub fn next(&self, now_ms: u64) -> Action {
        // A wait that is longer than any is of a clock that has been turned back.
        let come = |moment: u64| now_ms >= moment || moment - now_ms > 2 * MOST_WAIT_MS;
        let ask_from = |moment: u64| {
            if come(moment) {
                Action::Ask
            } else {
                Action::Wait(moment)
            }
        };
        match &self.phase {
            Phase::Waiting => Action::WaitForSale,
            Phase::Requested { from_ms, clear } => {
                if !clear && self.key_is_old(now_ms) {
                    return ask_from(*from_ms);
                }
                if come(*from_ms) {
                    Action::Send {
                        attempt: self.attempts.saturating_add(1),
                    }
                } else {
                    Action::Wait(*from_ms)
                }
            }
            Phase::Sent { at_ms } if now_ms < *at_ms => Action::Ask,
            Phase::Sent { at_ms } => ask_from(at_ms.saturating_add(ANSWER_MS)),
            Phase::Unknown { ask_ms, .. } => ask_from(*ask_ms),
            Phase::Approved { .. } | Phase::Declined { .. } => Action::Done,
        }
    }

    /// It is about to be sent. Make this durable, then send. Nothing changes where it may not be.
    pub fn sending(&mut self, now_ms: u64) {
        if matches!(self.next(now_ms), Action::Send { .. }) {
            self.phase = Phase::Sent { at_ms: now_ms };
            self.attempts = self.attempts.saturating_add(1);
            self.first_sent_ms.get_or_insert(now_ms);
            self.last_sent_ms = now_ms;
        }
    }

    /// A person wants it looked at now: waits are cut short, nothing else.
    pub fn hurry(&mut self, now_ms: u64) {
        match &mut self.phase {
            Phase::Requested { from_ms: at, .. } | Phase::Unknown { ask_ms: at, .. } => {
                *at = now_ms.min(*at);
            }
            _ => {}
        }
    }

    /// Where the payment stands.
    #[must_use]
    pub const fn state(&self) -> PaymentState {
        match self.phase {
            Phase::Waiting | Phase::Requested { .. } => PaymentState::Requested,
            Phase::Sent { .. } => PaymentState::Sent,
            Phase::Unknown { .. } => PaymentState::Unknown,
            Phase::Approved { .. } => PaymentState::Approved,
            Phase::Declined { .. } => PaymentState::Declined,
        }
    }

    /// What the payment's row says of it: `state`, `decline_code`, `provider_reference`.
    #[must_use]
    pub fn fields(&self) -> Fields {
        let (state, code, reference) = match &self.phase {
            Phase::Waiting | Phase::Requested { .. } => ("requested", None, None),
            Phase::Sent { .. } => ("sent", None, None),
            Phase::Unknown { .. } => ("unknown", None, None),
            Phase::Approved { provider_reference } => ("approved", None, Some(provider_reference)),
            Phase::Declined {
                code,
                provider_reference,
            } => ("declined", Some(code), provider_reference.as_ref()),
        };
        let told = [
            ("state", Some(state)),
            ("decline_code", code.map(String::as_str)),
            ("provider_reference", reference.map(String::as_str)),
        ];
        told.into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), Value::from(value?))))
            .collect()
    }

    /// Whether a person should look, and why.
    #[must_use]
    pub fn attention(&self, now_ms: u64) -> Option<Attention> {
        if self.state().is_settled() {
            return None;
        }
        if self.differs {
            return Some(Attention::Differs);
        }
        if let Some(code) = &self.refused {
            return Some(Attention::Refused(code.clone()));
        }
        (now_ms >= self.since_ms.saturating_add(LATE_MS)).then_some(Attention::Late)
    }

    /// Amount and tip.
    #[must_use]
    pub const fn cents(&self) -> Cents {
        self.cents
    }

    /// Since when it is to be settled.
    #[must_use]
    pub const fn since_ms(&self) -> u64 {
        self.since_ms
    }

    /// A key that the provider may have forgotten, or that a clock says nothing sound of.
    fn key_is_old(&self, now_ms: u64) -> bool {
        self.first_sent_ms
            .is_some_and(|first| now_ms < first || now_ms - first >= KEY_MS)
    }
}

/// To be sent at once, for the first time.
const fn due(now_ms: u64) -> Phase {
    Phase::Requested {
        from_ms: now_ms,
        clear: true,
    }
}
