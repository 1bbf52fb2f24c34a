//! What a refund may give back.
//!
//! Invariant: of a sale no more is given back than was taken, to whom it was taken from: whichever
//! till asks for it, and whatever it says of card, order and tender. Cash alone cannot be held back:
//! it was given before anybody was asked, so what is wrong with it is shown to a person.

use super::book::{Book, BookError};
use super::shelf::{first, name};
use super::sql::Sql;
use super::taken::Taken;
use olympus_core::settlement::{Event, NO_SALE, OVER_REFUND, REFUND_DIFFERS, Settlement};
use olympus_proto::grant::TenderKind;
use olympus_proto::pos::{Direction, PaymentId, PaymentState};

impl<S: Sql> Book<S> {
    /// Tells a refund how its sale stands, or that it may not be made.
    pub(super) fn tell_of_sale(
        &self,
        refund: &PaymentId,
        taken: &Taken,
        settlement: &mut Settlement,
        now_ms: u64,
    ) -> Result<(), BookError> {
        match self.sale_of(refund, taken)? {
            Some(Ok(state)) => settlement.on(Event::Sale(state), now_ms),
            Some(Err(code)) => settlement.on(Event::Denied { code }, now_ms),
            None => false,
        };
        Ok(())
    }

    /// How the sale stands that a refund gives back of, or the code by which the refund is declined.
    /// Nothing where the sale is not here yet.
    pub(super) fn sale_of(
        &self,
        refund: &PaymentId,
        taken: &Taken,
    ) -> Result<Option<Result<PaymentState, &'static str>>, BookError> {
        let Some(sale) = &taken.refund_of else {
            return Ok(Some(Err(NO_SALE)));
        };
        let Some(kept) = self.payment(sale)? else {
            return Ok(None);
        };
        let Some(of) = kept.taken else {
            return Ok(Some(Err(NO_SALE)));
        };
        // A card of the house is not there to be written: what it paid is given back in cash.
        let by_cash = taken.tender == TenderKind::Cash && of.tender == TenderKind::StoredValue;
        let same = of.tender == taken.tender || by_cash;
        if of.direction != Direction::Sale || of.order != taken.order || !same {
            return Ok(Some(Err(REFUND_DIFFERS)));
        }
        if kept.state == PaymentState::Approved {
            let back = self.given_back(sale, of.tender, refund)?;
            let left = of.cents().0.saturating_sub(back);
            if taken.cents().0 > left {
                return Ok(Some(Err(OVER_REFUND)));
            }
        }
        Ok(Some(Ok(kept.state)))
    }

    /// Of that sale, by other refunds: those that were made or are on their way. One that waits has
    /// no claim yet, and none that was declined; nor has cash that was given back against the books,
    /// or a till could keep a card from its refund by saying that it had paid it out.
    fn given_back(
        &self,
        sale: &PaymentId,
        tender: TenderKind,
        but: &PaymentId,
    ) -> Result<i64, BookError> {
        let lines = self.sql.run(
            "SELECT COALESCE(SUM(-cents), 0) FROM payments
             WHERE refund_of = ?1 AND payment <> ?2 AND cents < 0 AND state <> 'declined'
                AND COALESCE(json_extract(settlement, '$.phase.is'), '') <> 'waiting'
                AND (tender <> 'cash' OR (?3 <> 'card' AND fault IS NULL))",
            &[
                sale.as_str().into(),
                but.as_str().into(),
                name(&tender)?.into(),
            ],
        )?;
        Ok(first(&lines)?.number(0)?)
    }
}
