//! Money given back. It never gives back leave to sell: caps bound what was at risk, and a refund
//! that is lost on its way would raise them.

use super::super::document;
use super::super::{Reading, Refusal};
use super::{Effects, Row, Sold, Terminal, done};
use olympus_proto::Cents;
use olympus_proto::grant::{SaleId, TenderKind};

/// Most refunds of one sale.
pub const MAX_REFUNDS: usize = 32;

impl Terminal {
    /// Gives back `cents` of a sale; `refund` names it, so that it is done once.
    pub fn refund(
        &mut self,
        sale: &SaleId,
        refund: SaleId,
        cents: Cents,
        reading: Reading,
    ) -> Effects<Cents> {
        let now_ms = self.clock.observe(reading);
        let sold = match self.refundable(sale, &refund) {
            Ok(sold) => sold,
            Err(why) => return Effects::refused(why),
        };
        if let Some(done_before) = sold.refunds.get(&refund).copied() {
            return if done_before == cents {
                done(Vec::new(), sold.left())
            } else {
                Effects::refused(Refusal::SaleIdReused)
            };
        }
        if cents.0 <= 0 {
            return Effects::refused(Refusal::BadAmount);
        }
        if cents > sold.left() || sold.refunds.len() >= MAX_REFUNDS {
            return Effects::refused(Refusal::OverRefund);
        }
        let mut sold = sold.clone();
        sold.refunds.insert(refund, cents);
        let left = sold.left();
        self.saved.sales.insert(sale.clone(), sold.clone());
        let row = Row::Sale(sale.clone(), Box::new(sold));
        done(vec![self.head_row(now_ms), row], left)
    }

    /// A refund was declined: nothing was given back, and it may be tried again.
    pub fn refund_declined(
        &mut self,
        sale: &SaleId,
        refund: &SaleId,
        reading: Reading,
    ) -> Effects<()> {
        let now_ms = self.clock.observe(reading);
        let Some(sold) = self.saved.sales.get_mut(sale) else {
            return done(Vec::new(), ());
        };
        if sold.refunds.remove(refund).is_none() {
            return done(Vec::new(), ());
        }
        let row = Row::Sale(sale.clone(), Box::new(sold.clone()));
        done(vec![self.head_row(now_ms), row], ())
    }

    /// Gives back all that is left of a sale.
    pub fn void(&mut self, sale: &SaleId, refund: SaleId, reading: Reading) -> Effects<Cents> {
        let known = self.saved.sales.get(sale);
        let cents = known.map_or(Cents(0), |sold| {
            let before = sold.refunds.get(&refund).copied();
            before.unwrap_or_else(|| sold.left())
        });
        self.refund(sale, refund, cents, reading)
    }

    fn refundable(&self, sale: &SaleId, refund: &SaleId) -> Result<&Sold, Refusal> {
        document::id(refund.as_str())?;
        let list = self.saved.list.as_ref();
        if list.is_some_and(|list| list.revokes_terminal(&self.saved.head.terminal)) {
            return Err(Refusal::TerminalRevoked);
        }
        let sold = self.saved.sales.get(sale).ok_or(Refusal::SaleUnknown)?;
        // The card is not here to be written, and its state is the authority's to raise.
        if sold.tender.kind() == TenderKind::StoredValue {
            return Err(Refusal::RefundNeedsLine);
        }
        let elsewhere = |(id, other): (&SaleId, &Sold)| {
            id == refund || (id != sale && other.refunds.contains_key(refund))
        };
        if self.saved.sales.iter().any(elsewhere) {
            return Err(Refusal::SaleIdReused);
        }
        Ok(sold)
    }
}
