//! Payments as the authority takes them from the rows: what is to be settled, by whom, and what of
//! a payment no device may change.
//!
//! Invariant: a payment is taken once, as it first arrived. What a device says later of its state,
//! its tender, its sum or its card is decreed back in the same transaction: where a card's payment
//! stands is said by the authority alone. And it is of the terminal that sent it, whatever it says:
//! a till's open payments keep that till from new grants, and no other one.

use super::book::{Book, BookError};
use super::schema::{number, set_number};
use super::settle::Trouble;
use super::shelf::{from_json, name, to_json};
use super::sql::{Sql, Value, atomically};
use super::taken::{FIXED, Taken, shown};
use olympus_core::settlement::{NO_SALE, SALE_DECLINED, Settlement};
use olympus_proto::Cents;
use olympus_proto::grant::{TenderKind, TerminalId};
use olympus_proto::pos::{Direction, PaymentId, PaymentState};
use olympus_proto::sync::{DeviceId, Entity, EntityKind, Fields, Row};
use serde::{Deserialize, Serialize};

/// Decline code of a card's sale that names no card.
const NO_CARD: &str = "no_card";
/// Which payments this program can read: 2, refunds of a tip alone as well.
const ADOPTED: u64 = 2;
/// Rows that are read at once: their names are one text of SQLite.
const ADOPTED_AT_ONCE: usize = 500;

/// A payment as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Kept {
    pub(super) id: PaymentId,
    /// Nothing where its row cannot be read.
    pub(super) taken: Option<Taken>,
    pub(super) state: PaymentState,
    pub(super) open: bool,
    pub(super) wake_ms: Option<u64>,
    pub(super) at_ms: u64,
    /// Cards of the provider's have one.
    pub(super) settlement: Option<Settlement>,
    pub(super) trouble: Option<Trouble>,
}

/// What is unsettled of one terminal.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unsettled {
    /// Sum of its open sales.
    pub cents: Cents,
    /// How many.
    pub sales: u32,
}

/// The row of a payment.
pub(super) fn entity_of(payment: &PaymentId) -> Entity {
    Entity {
        kind: EntityKind::Payment,
        id: payment.as_str().to_owned(),
    }
}

impl<S: Sql> Book<S> {
    /// Takes payments whose rows a device just wrote, in the open transaction; the rows that it
    /// changed thereby.
    pub(super) fn adopt(
        &self,
        written: &[Entity],
        by: &DeviceId,
        now_ms: u64,
    ) -> Result<Vec<Row>, BookError> {
        self.adopt_as(written, Some(by), false, now_ms)
    }

    /// `known` ones may have been settled before: their rows say how they stand.
    fn adopt_as(
        &self,
        written: &[Entity],
        by: Option<&DeviceId>,
        known: bool,
        now_ms: u64,
    ) -> Result<Vec<Row>, BookError> {
        let mut decreed = Vec::new();
        let mut records = self.records(written)?;
        // A refund is looked at beside its sale, which may have come with it.
        records.sort_by_key(|record| {
            let direction = record.row.fields.get("direction");
            direction.and_then(serde_json::Value::as_str) == Some("refund")
        });
        for record in records {
            let row = record.row;
            let id = PaymentId(row.entity.id.clone());
            let kept = match self.payment(&id)? {
                // What could not be read may be readable by now: it was never settled.
                Some(kept) if kept.taken.is_some() || Taken::of(&row.fields).is_none() => kept,
                _ => {
                    let mut kept = self.take(&id, &row.fields, by, now_ms)?;
                    if known {
                        as_the_row_says(&mut kept, &row.fields, now_ms);
                    }
                    self.keep_payment(&kept)?;
                    kept
                }
            };
            let set = differing(&kept, &row.fields)?;
            if !set.is_empty() {
                decreed.push(self.decree_within(&row.entity, set, now_ms)?);
            }
        }
        Ok(decreed)
    }

    /// Takes the payments that came before this program knew how: once.
    pub(super) fn adopt_all(&self, now_ms: u64) -> Result<(), BookError> {
        atomically(&self.sql, || {
            let adopted = number(&self.sql, "adopted")?;
            if adopted.is_some_and(|adopted| adopted >= ADOPTED) {
                return Ok(());
            }
            // Nor could an earlier program read what it had kept of numbers beyond 2^53: whoever asked
            // for it got nothing. It is looked at anew, as a row that is no payment.
            self.sql.run(
                "DELETE FROM payments WHERE at_ms NOT BETWEEN 0 AND 9007199254740991
                    OR cents NOT BETWEEN -9007199254740991 AND 9007199254740991",
                &[],
            )?;
            let lines = self.sql.run(
                "SELECT id FROM rows WHERE kind = 'payment' AND NOT EXISTS (SELECT 1 FROM payments
                    WHERE payments.payment = rows.id AND payments.taken <> 'null')",
                &[],
            )?;
            let ids: Result<Vec<_>, BookError> = lines
                .iter()
                .map(|line| Ok(entity_of(&line.text(0)?.into())))
                .collect();
            // Those that an earlier program could not read were never settled.
            let known = adopted.is_none();
            for part in ids?.chunks(ADOPTED_AT_ONCE) {
                self.adopt_as(part, None, known, now_ms)?;
            }
            Ok(set_number(&self.sql, "adopted", ADOPTED)?)
        })
    }

    fn take(
        &self,
        id: &PaymentId,
        fields: &Fields,
        by: Option<&DeviceId>,
        now_ms: u64,
    ) -> Result<Kept, BookError> {
        let mut kept = Kept {
            id: id.clone(),
            taken: Taken::of(fields),
            state: PaymentState::Requested,
            open: true,
            wake_ms: Some(now_ms),
            at_ms: now_ms,
            settlement: None,
            trouble: None,
        };
        let Some(mut taken) = kept.taken.clone() else {
            kept.open = false;
            kept.wake_ms = None;
            kept.trouble = Some(Trouble::Unreadable);
            return Ok(kept);
        };
        if let Some(by) = by {
            taken.terminal = TerminalId(by.0.clone());
            kept.taken = Some(taken.clone());
        }
        kept.at_ms = taken.at_ms;
        match taken.tender {
            TenderKind::Cash => {
                // What was given back in cash is gone, whoever says that it should not have been:
                // it stands, and somebody is told.
                if taken.direction == Direction::Refund
                    && let Err(code) = self.by_its_sale(id, &taken)?
                {
                    kept.trouble = Some(Trouble::Refund(code));
                }
                settle_at_once(&mut kept, PaymentState::Approved);
            }
            TenderKind::StoredValue => {
                let fits = self.by_card_book(id, &taken)?;
                let state = match fits {
                    Ok(()) => PaymentState::Approved,
                    Err(code) => {
                        kept.trouble = Some(Trouble::Card(code));
                        PaymentState::Declined
                    }
                };
                settle_at_once(&mut kept, state);
            }
            TenderKind::Card => {
                let settlement = self.begin(id, &taken, now_ms)?;
                if settlement.state().is_settled() {
                    settle_at_once(&mut kept, settlement.state());
                }
                kept.settlement = Some(settlement);
            }
        }
        Ok(kept)
    }

    fn begin(&self, id: &PaymentId, taken: &Taken, now_ms: u64) -> Result<Settlement, BookError> {
        if taken.direction == Direction::Sale {
            return Ok(match taken.card {
                Some(_) => Settlement::sale(taken.cents(), now_ms),
                None => without_card(taken, now_ms),
            });
        }
        let mut settlement = Settlement::refund(taken.cents(), None, now_ms);
        self.tell_of_sale(id, taken, &mut settlement, now_ms)?;
        Ok(settlement)
    }

    /// Whether a stored-value card covers it: by the last that is known of that card.
    fn by_card_book(&self, id: &PaymentId, taken: &Taken) -> Result<Result<(), String>, BookError> {
        if taken.direction == Direction::Refund {
            return self.by_its_sale(id, taken);
        }
        let (Some(card), Some(shown)) = (&taken.card, shown(taken)) else {
            return Ok(Err("card_unreadable".to_owned()));
        };
        self.spend_card(card, &shown, taken.cents())
    }

    /// Whether a refund that nobody has to be asked for gives back of what was taken.
    fn by_its_sale(&self, id: &PaymentId, taken: &Taken) -> Result<Result<(), String>, BookError> {
        Ok(match self.sale_of(id, taken)? {
            Some(Ok(PaymentState::Approved)) => Ok(()),
            Some(Ok(_)) => Err(SALE_DECLINED.to_owned()),
            Some(Err(code)) => Err(code.to_owned()),
            None => Err(NO_SALE.to_owned()),
        })
    }

    /// A payment, where it was taken.
    pub(super) fn payment(&self, id: &PaymentId) -> Result<Option<Kept>, BookError> {
        let lines = self.sql.run(
            "SELECT payment, taken, state, open, wake_ms, at_ms, settlement, fault
             FROM payments WHERE payment = ?1",
            &[id.as_str().into()],
        )?;
        lines.first().map(kept_of).transpose()
    }

    pub(super) fn keep_payment(&self, kept: &Kept) -> Result<(), BookError> {
        let taken = kept.taken.as_ref();
        let tender = taken.map(|taken| name(&taken.tender)).transpose()?;
        let text = |of: Option<&str>| Value::from(of.unwrap_or_default());
        self.sql.run(
            "INSERT OR REPLACE INTO payments (payment, terminal, day, tender, refund_of, cents,
                state, open, wake_ms, at_ms, taken, settlement, fault, order_id)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
            &[
                kept.id.as_str().into(),
                text(taken.map(|taken| taken.terminal.as_str())),
                text(taken.map(|taken| taken.day.as_str())),
                text(tender.as_deref()),
                taken
                    .and_then(|taken| taken.refund_of.as_ref())
                    .map(PaymentId::as_str)
                    .into(),
                taken.map_or(0, |taken| taken.signed().0).into(),
                name(&kept.state)?.into(),
                kept.open.into(),
                kept.wake_ms.into(),
                kept.at_ms.into(),
                to_json(&kept.taken)?.into(),
                kept.settlement.as_ref().map(to_json).transpose()?.into(),
                kept.trouble.as_ref().map(to_json).transpose()?.into(),
                text(taken.map(|taken| taken.order.as_str())),
            ],
        )?;
        Ok(())
    }

    /// What the authority knows to be unsettled of a terminal.
    ///
    /// # Errors
    /// As SQLite says.
    pub fn unsettled(&self, terminal: &TerminalId) -> Result<Unsettled, BookError> {
        let lines = self.sql.run(
            "SELECT COALESCE(SUM(cents), 0), COUNT(*) FROM payments
             WHERE terminal = ?1 AND open = 1 AND cents > 0",
            &[terminal.as_str().into()],
        )?;
        let line = super::shelf::first(&lines)?;
        Ok(Unsettled {
            cents: Cents(line.number(0)?),
            sales: u32::try_from(line.count(1)?).unwrap_or(u32::MAX),
        })
    }
}

/// A payment that was taken before these tables were: how it stands is in its row.
fn as_the_row_says(kept: &mut Kept, row: &Fields, now_ms: u64) {
    let Some(taken) = &kept.taken else { return };
    match taken.tender {
        TenderKind::Cash => {}
        TenderKind::StoredValue => match row.get("state").and_then(serde_json::Value::as_str) {
            Some("approved") => settle_at_once(kept, PaymentState::Approved),
            Some("declined") => settle_at_once(kept, PaymentState::Declined),
            _ => {}
        },
        TenderKind::Card => {
            let said = Settlement::of_row(taken.cents(), taken.direction, row, now_ms);
            if let Some(settlement) = said {
                kept.state = settlement.state();
                kept.open = !kept.state.is_settled();
                kept.wake_ms = kept.open.then_some(now_ms);
                kept.settlement = Some(settlement);
            }
        }
    }
}

/// A card's sale that names no card: nothing can be captured for it, now or ever.
pub(super) fn without_card(taken: &Taken, now_ms: u64) -> Settlement {
    let row = Fields::from([
        ("state".to_owned(), "declined".into()),
        ("decline_code".to_owned(), NO_CARD.into()),
    ]);
    Settlement::of_row(taken.cents(), taken.direction, &row, now_ms)
        .unwrap_or_else(|| Settlement::sale(taken.cents(), now_ms))
}

fn settle_at_once(kept: &mut Kept, state: PaymentState) {
    kept.state = state;
    kept.open = false;
    kept.wake_ms = None;
}

/// A line of `payment, taken, state, open, wake_ms, at_ms, settlement, fault`.
pub(super) fn kept_of(line: &super::sql::Line) -> Result<Kept, BookError> {
    let wake = line.maybe_number(4);
    Ok(Kept {
        id: line.text(0)?.into(),
        taken: from_json(line.text(1)?)?,
        state: from_json(&format!("\"{}\"", line.text(2)?))?,
        open: line.number(3)? == 1,
        wake_ms: wake.and_then(|wake| u64::try_from(wake).ok()),
        at_ms: line.count(5)?,
        settlement: line.maybe_text(6).map(from_json).transpose()?,
        trouble: line.maybe_text(7).map(from_json).transpose()?,
    })
}

/// Fields of the row that are not as the authority has them.
fn differing(kept: &Kept, fields: &Fields) -> Result<Fields, BookError> {
    let mut set = Fields::new();
    let Some(taken) = &kept.taken else {
        return Ok(set);
    };
    let null = serde_json::Value::Null;
    let fixed =
        serde_json::to_value(taken).map_err(|error| BookError::Unreadable(error.to_string()))?;
    for name in FIXED {
        // What is left out has its default: only what was written is put right.
        let (own, told) = (fixed.get(name), fields.get(name));
        if told.is_some() && told != own.or(Some(&null)) {
            set.insert(name.to_owned(), own.unwrap_or(&null).clone());
        }
    }
    set.extend(misstated(kept, fields)?);
    Ok(set)
}

/// Fields of the row that say of where it stands what is not so.
pub(super) fn misstated(kept: &Kept, fields: &Fields) -> Result<Fields, BookError> {
    let null = serde_json::Value::Null;
    let stands = stands(kept)?;
    let own = |name: &str| stands.get(name).unwrap_or(&null).clone();
    let names = ["state", "decline_code", "provider_reference"];
    Ok(names
        .into_iter()
        .filter(|name| fields.get(*name).unwrap_or(&null) != &own(name))
        .map(|name| (name.to_owned(), own(name)))
        .collect())
}

/// What the row says of where the payment stands.
fn stands(kept: &Kept) -> Result<Fields, BookError> {
    if let Some(settlement) = &kept.settlement {
        return Ok(settlement.fields());
    }
    let mut fields = Fields::from([("state".to_owned(), name(&kept.state)?.into())]);
    if let Some(Trouble::Card(code)) = &kept.trouble {
        fields.insert("decline_code".to_owned(), code.as_str().into());
    }
    Ok(fields)
}
