//! Settling cards' payments with the provider: what to send and to ask, and what became of it.
//!
//! `core::settlement` decides for each payment; here its state is kept. Invariant: what is to be
//! sent is durable as `sent` before [`Book::settle_due`] gives it out, so that after a crash at any
//! moment it is asked about, never sent blindly again. Every state that a row can show is decreed,
//! and told to the audit log, in the transaction that settles it.

use super::audit;
use super::book::{Book, BookError};
use super::payments::{Kept, entity_of, kept_of, misstated, without_card};
use super::shelf::{first, to_json};
use super::sql::{Line, Sql, atomically};
use super::taken::Taken;
use olympus_core::settlement::{ANSWER_MS, Action, Attention, Event, SALE_DECLINED};
use olympus_proto::grant::OrderId;
use olympus_proto::pos::{Direction, PaymentId};
use olympus_proto::provider::{Capture, Captured, Reference};
use olympus_proto::sync::{Entity, EntityKind};
use serde::{Deserialize, Serialize};

/// What cannot be sent now is looked at again so much later.
const AGAIN_MS: u64 = 60_000;
/// A refund whose sale is not here is looked at again so much later, should it never be told.
const SALE_AGAIN_MS: u64 = 3_600_000;

/// Why somebody should look at a payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trouble {
    /// The provider does not answer on it, or says what it should not.
    Provider(Attention),
    /// The row is not one of a payment.
    Unreadable,
    /// Its order is not here, so its currency is not known.
    NoOrder,
    /// It names no card, as one of before such ones were declined.
    NoCard,
    /// Cash was given back that the books do not have as taken: the code says why.
    Refund(String),
    /// The house's own card was declined: the code says why.
    Card(String),
}

/// What to do at the provider, now. All of it is durable.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Errand {
    /// Captures to send, each with its reference as the idempotency key.
    pub captures: Vec<Capture>,
    /// Names to ask about.
    pub asks: Vec<Reference>,
    /// When it was asked.
    pub asked_ms: u64,
}

impl Errand {
    /// Whether a capture may still be sent, where the provider has `timeout_ms` for its answer: once
    /// [`ANSWER_MS`] are over, nothing of the errand is under way any more.
    #[must_use]
    pub fn may_send(&self, now_ms: u64, timeout_ms: u64) -> bool {
        let over_ms = self.asked_ms.saturating_add(ANSWER_MS);
        (self.asked_ms..=over_ms.saturating_sub(timeout_ms)).contains(&now_ms)
    }
}

/// What the provider said of a payment.
#[derive(Debug, Clone, PartialEq)]
pub enum Heard {
    /// To a capture.
    Answered(Captured),
    /// To a question.
    Found(Captured),
    /// To a question: it has decided nothing.
    NothingFound {
        /// When it was asked.
        asked_ms: u64,
    },
    /// Nothing that can be used.
    NoAnswer,
    /// It was not sent: it was too late for that.
    NotSent,
    /// That it did not look at the request.
    Busy {
        /// When to come again, where it said so.
        retry_ms: Option<u64>,
    },
    /// That it will not look at it.
    Refused {
        /// Its code.
        code: String,
    },
}

impl Heard {
    fn event(&self) -> Event<'_> {
        match self {
            Self::Answered(captured) => Event::Answered(captured),
            Self::Found(captured) => Event::Found(captured),
            Self::NothingFound { asked_ms } => Event::NothingFound {
                asked_ms: *asked_ms,
            },
            Self::NoAnswer => Event::NoAnswer,
            Self::NotSent => Event::Busy { retry_ms: None },
            Self::Busy { retry_ms } => Event::Busy {
                retry_ms: *retry_ms,
            },
            Self::Refused { code } => Event::Refused { code },
        }
    }
}

/// What a payment is to do at the provider.
enum Step {
    Send(Box<Capture>),
    Ask,
    Nothing,
}

impl<S: Sql> Book<S> {
    /// What is due, at most `limit` payments; they are durable as what they become by it.
    ///
    /// # Errors
    /// As SQLite says.
    pub fn settle_due(&self, now_ms: u64, limit: u32) -> Result<Errand, BookError> {
        atomically(&self.sql, || {
            let due = self.sql.run(
                "SELECT payment, taken, state, open, wake_ms, at_ms, settlement, fault
                 FROM payments WHERE wake_ms <= ?1 ORDER BY wake_ms LIMIT ?2",
                &[now_ms.into(), u64::from(limit).into()],
            )?;
            let mut errand = Errand {
                asked_ms: now_ms,
                ..Errand::default()
            };
            for line in &due {
                let mut kept = kept_of(line)?;
                match self.step(&mut kept, now_ms)? {
                    Step::Send(capture) => errand.captures.push(*capture),
                    Step::Ask => {
                        errand.asks.push(Reference::of(&self.location, &kept.id));
                        // Where no answer ever comes, it is asked again.
                        kept.wake_ms = Some(now_ms.saturating_add(AGAIN_MS));
                    }
                    Step::Nothing => {}
                }
                self.settled(&mut kept, now_ms)?;
            }
            Ok(errand)
        })
    }

    /// Takes in what the provider said; the version of the latest change, and whether there is one.
    ///
    /// # Errors
    /// As SQLite says.
    pub fn settle_heard(
        &self,
        heard: &[(PaymentId, Heard)],
        now_ms: u64,
    ) -> Result<(u64, bool), BookError> {
        atomically(&self.sql, || {
            let before = self.head()?;
            for (payment, heard) in heard {
                let Some(mut kept) = self.payment(payment)? else {
                    continue;
                };
                if let Some(settlement) = kept.settlement.as_mut() {
                    settlement.on(heard.event(), now_ms);
                    self.schedule(&mut kept, now_ms)?;
                    self.settled(&mut kept, now_ms)?;
                }
            }
            let head = self.head()?;
            Ok((head, head > before))
        })
    }

    /// When something is due next.
    ///
    /// # Errors
    /// As SQLite says.
    pub fn settle_wake(&self) -> Result<Option<u64>, BookError> {
        let lines = self.sql.run(
            "SELECT MIN(wake_ms) FROM payments WHERE wake_ms IS NOT NULL",
            &[],
        )?;
        let wake = first(&lines)?.maybe_number(0);
        Ok(wake.and_then(|wake| u64::try_from(wake).ok()))
    }

    /// A person wants all that is open looked at now; how many that is.
    ///
    /// # Errors
    /// As SQLite says.
    pub fn settle_hurry(&self, now_ms: u64) -> Result<u64, BookError> {
        atomically(&self.sql, || {
            let open = self.sql.run(
                "SELECT payment, taken, state, open, wake_ms, at_ms, settlement, fault
                 FROM payments WHERE open = 1",
                &[],
            )?;
            for line in &open {
                let mut kept = kept_of(line)?;
                if let Some(settlement) = kept.settlement.as_mut() {
                    settlement.hurry(now_ms);
                    self.schedule(&mut kept, now_ms)?;
                    // A refund as well: its sale may have been settled a moment ago.
                    let next = kept.settlement.as_ref().map(|it| it.next(now_ms));
                    if next == Some(Action::WaitForSale) {
                        kept.wake_ms = Some(now_ms);
                    }
                    self.keep_payment(&kept)?;
                }
            }
            Ok(u64::try_from(open.len()).unwrap_or(u64::MAX))
        })
    }

    /// What a payment that is due does now.
    fn step(&self, kept: &mut Kept, now_ms: u64) -> Result<Step, BookError> {
        let Some(taken) = kept.taken.clone() else {
            kept.wake_ms = None;
            return Ok(Step::Nothing);
        };
        let Some(settlement) = kept.settlement.as_mut() else {
            kept.wake_ms = None;
            return Ok(Step::Nothing);
        };
        if settlement.next(now_ms) == Action::WaitForSale {
            self.tell_of_sale(&kept.id, &taken, settlement, now_ms)?;
        }
        match settlement.next(now_ms) {
            Action::Send { .. } => {
                let capture = match self.capture(&kept.id, &taken)? {
                    Ok(capture) => capture,
                    Err(Trouble::NoCard) => {
                        kept.settlement = Some(without_card(&taken, now_ms));
                        self.schedule(kept, now_ms)?;
                        return Ok(Step::Nothing);
                    }
                    Err(trouble) => {
                        kept.trouble = Some(trouble);
                        kept.wake_ms = Some(now_ms.saturating_add(AGAIN_MS));
                        return Ok(Step::Nothing);
                    }
                };
                if let Some(settlement) = kept.settlement.as_mut() {
                    settlement.sending(now_ms);
                }
                self.schedule(kept, now_ms)?;
                Ok(Step::Send(Box::new(capture)))
            }
            Action::Ask => Ok(Step::Ask),
            Action::WaitForSale | Action::Wait(_) | Action::Done => {
                self.schedule(kept, now_ms)?;
                Ok(Step::Nothing)
            }
        }
    }

    /// When the payment is looked at next, and whether it is settled.
    pub(super) fn schedule(&self, kept: &mut Kept, now_ms: u64) -> Result<(), BookError> {
        let Some(settlement) = kept.settlement.as_ref() else {
            return Ok(());
        };
        kept.state = settlement.state();
        kept.open = !kept.state.is_settled();
        kept.trouble = settlement.attention(now_ms).map(Trouble::Provider);
        kept.wake_ms = match settlement.next(now_ms) {
            Action::Send { .. } | Action::Ask => Some(now_ms),
            Action::Wait(until_ms) => Some(until_ms),
            Action::WaitForSale => Some(now_ms.saturating_add(SALE_AGAIN_MS)),
            Action::Done => None,
        };
        Ok(())
    }

    /// Keeps a payment; decrees what its row says, where that changed, and wakes its refunds.
    pub(super) fn settled(&self, kept: &mut Kept, now_ms: u64) -> Result<(), BookError> {
        // What a reader sealed is for the provider, and for nobody once that has it.
        if let Some(taken) = kept.taken.as_mut().filter(|_| !kept.open) {
            taken.sealed = None;
        }
        self.keep_payment(kept)?;
        let entity = entity_of(&kept.id);
        let Some(row) = self.row(&entity)? else {
            return Ok(());
        };
        let mut set = misstated(kept, &row.fields)?;
        let sealed = row.fields.get("sealed").is_some_and(|it| !it.is_null());
        if sealed && !kept.open {
            set.insert("sealed".to_owned(), serde_json::Value::Null);
        }
        if set.is_empty() {
            return Ok(());
        }
        let row = self.decree_within(&entity, set, now_ms)?;
        if let (Some(settlement), Some(taken)) = (&kept.settlement, &kept.taken) {
            let entry = audit::of_settlement(&kept.id, settlement, &row, taken.signed(), now_ms);
            self.write(Vec::new(), &[entry], "", now_ms)?;
        }
        if !kept.open {
            self.sql.run(
                "UPDATE payments SET wake_ms = ?2 WHERE refund_of = ?1 AND open = 1",
                &[kept.id.as_str().into(), now_ms.into()],
            )?;
        }
        Ok(())
    }

    /// What the provider is sent, or why that cannot be said.
    fn capture(
        &self,
        payment: &PaymentId,
        taken: &Taken,
    ) -> Result<Result<Capture, Trouble>, BookError> {
        // A refund goes back to the card that its sale was taken from, whatever it names itself.
        let back_of = match taken.direction {
            Direction::Sale => None,
            Direction::Refund => taken.refund_of.as_ref(),
        };
        let sale = match back_of {
            Some(sale) => self.payment(sale)?.and_then(|sale| sale.taken),
            None => None,
        };
        let paid = sale.as_ref().unwrap_or(taken);
        let Some(card) = paid.card.clone() else {
            return Ok(Err(Trouble::NoCard));
        };
        let currency = match &paid.currency {
            Some(currency) => Some(currency.clone()),
            None => self.currency_of(&taken.order)?,
        };
        let Some(currency) = currency else {
            return Ok(Err(Trouble::NoOrder));
        };
        let name = |payment: &PaymentId| Reference::of(&self.location, payment);
        Ok(Ok(Capture {
            reference: name(payment),
            direction: taken.direction,
            amount_cents: taken.cents(),
            currency,
            card,
            sealed: taken.sealed.clone(),
            refund_of: back_of.map(name),
        }))
    }

    fn currency_of(&self, order: &OrderId) -> Result<Option<String>, BookError> {
        let row = self.row(&Entity {
            kind: EntityKind::Order,
            id: order.as_str().to_owned(),
        })?;
        Ok(row.and_then(|row| row.fields.get("currency")?.as_str().map(str::to_owned)))
    }

    /// Payments that somebody should look at, at most so many: those first that are still open, and
    /// of either the latest. A refund that was declined with its sale is none: that is its sale's.
    pub(super) fn payments_in_trouble(&self, limit: u64) -> Result<Vec<Kept>, BookError> {
        let with_its_sale = to_json(&Trouble::Card(SALE_DECLINED.to_owned()))?;
        let lines: Vec<Line> = self.sql.run(
            "SELECT payment, taken, state, open, wake_ms, at_ms, settlement, fault
             FROM payments WHERE fault IS NOT NULL AND fault <> ?2
             ORDER BY open DESC, at_ms DESC, payment LIMIT ?1",
            &[limit.into(), with_its_sale.into()],
        )?;
        lines.iter().map(kept_of).collect()
    }
}
