//! Taking money and giving it back: under the terminal's grant, where it has one.

use super::ask::key_reused;
use super::work::Work;
use super::write::Origin;
use crate::TillError;
use crate::command::Reply;
use crate::tables::payments;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use olympus_core::grant::{CardState, Refusal, Sale, Tender};
use olympus_core::pos::{self, Amounts, Authorised, Bill, GivenBack};
use olympus_core::sync::client::NotRecorded;
use olympus_proto::ErrorCode;
use olympus_proto::grant::{OrderId, SaleId, TenderKind};
use olympus_proto::pos::{CardPresented, Direction, NewPayment, NewRefund, Payment, PaymentId};

impl Work<'_> {
    pub(super) fn pay(
        &mut self,
        order: &OrderId,
        new: &NewPayment,
        revision: Option<u64>,
        origin: &Origin<'_>,
    ) -> Result<Reply, TillError> {
        let id = match self.new_payment(origin, |there| is_of(there, order, new))? {
            Known::New(id) => id,
            Known::Taken(payment) => return Ok(Reply::Payment(payment)),
        };
        let bill = &self.bill_if(order, revision)?;
        let amounts = pos::amounts(bill, new)?;
        // What sync would refuse is refused before the grant has counted it.
        let unauthorised = pos::pay(bill, &id, new, &Authorised::default(), self.at())?;
        self.room_for(&self.plans(&unauthorised)?)?;
        let authorised = self.authorise(&id, bill, new, &amounts)?;
        let decided = pos::pay(bill, &id, new, &authorised, self.at())?;
        self.taking = Some(id.clone());
        self.write_decided(&decided, Some(bill), origin)?;
        self.payment_reply(&id)
    }

    pub(super) fn refund(
        &mut self,
        payment: &PaymentId,
        new: &NewRefund,
        revision: Option<u64>,
        origin: &Origin<'_>,
    ) -> Result<Reply, TillError> {
        let id = match self.new_payment(origin, |there| gives_back(there, payment, new))? {
            Known::New(id) => id,
            Known::Taken(refund) => return Ok(Reply::Payment(refund)),
        };
        let Some((sale, _)) = payments::get(self.conn, payment)? else {
            return Err(TillError::refused(
                ErrorCode::NotFound,
                format!("there is no payment `{payment}` on this device; look it up anew"),
            ));
        };
        let bill = self.bill_if(&sale.order, revision)?;
        let back = pos::refund_amounts(&bill, payment, new)?;
        let decided = pos::refund(&bill, payment, &id, new, self.at())?;
        self.room_for(&self.plans(&decided)?)?;
        self.authorise_refund(&sale, &id, back)?;
        self.taking = Some(id.clone());
        self.write_decided(&decided, Some(&bill), origin)?;
        self.payment_reply(&id)
    }

    /// The id of what is asked for; or what is there under it already, where `same` says that it is
    /// that: it was taken before this disk was restored, came back by pull, and is asked for again.
    fn new_payment(
        &self,
        origin: &Origin<'_>,
        same: impl FnOnce(&Payment) -> bool,
    ) -> Result<Known, TillError> {
        let id = PaymentId(origin.id("payment"));
        match payments::get(self.conn, &id)? {
            None => Ok(Known::New(id)),
            Some((there, _)) if there.terminal == self.config.terminal && same(&there) => {
                Ok(Known::Taken(Box::new(there)))
            }
            Some(_) => Err(key_reused(&format!("payment `{id}`"))),
        }
    }

    fn payment_reply(&self, id: &PaymentId) -> Result<Reply, TillError> {
        match payments::get(self.conn, id)? {
            Some((payment, _)) => Ok(Reply::Payment(Box::new(payment))),
            None => Err(NotRecorded::NotThere.into()),
        }
    }

    /// Asks the terminal. One that was never welcomed takes cash alone.
    fn authorise(
        &mut self,
        id: &PaymentId,
        bill: &Bill,
        new: &NewPayment,
        amounts: &Amounts,
    ) -> Result<Authorised, TillError> {
        let tender = tender(new)?;
        let reading = self.reading();
        let Some(terminal) = self.terminal.as_mut() else {
            return match tender {
                Tender::Cash => Ok(Authorised::default()),
                Tender::Card(_) | Tender::StoredValue(..) => Err(Refusal::NoGrant.into()),
            };
        };
        let sale = Sale {
            id: SaleId(id.0.clone()),
            order: Some(bill.order.id.clone()),
            tender,
            cents: amounts.cents,
            categories: amounts.categories.clone(),
            age_shown: new.age_shown,
        };
        let effects = terminal.authorise(&sale, reading);
        let sold = terminal.saved().sales.get(&sale.id);
        let grant = sold.and_then(|sold| sold.grant.clone());
        let approved = self.granted(effects, None)??;
        Ok(Authorised {
            grant,
            card_state: approved.card.map(|state| STANDARD.encode(state.write())),
        })
    }

    /// What the terminal does not know, since it was taken elsewhere, before it was registered or
    /// long ago, is given back all the same: the order's own bounds hold, and the location's for
    /// what a provider gives back. So is cash for what a stored-value card paid.
    fn authorise_refund(
        &mut self,
        sale: &Payment,
        id: &PaymentId,
        back: GivenBack,
    ) -> Result<(), TillError> {
        let card = sale.tender == TenderKind::Card;
        let reading = self.reading();
        let Some(terminal) = self.terminal.as_mut() else {
            return if card {
                Err(Refusal::SaleUnknown.into())
            } else {
                Ok(())
            };
        };
        let (of, refund) = (SaleId(sale.id.0.clone()), SaleId(id.0.clone()));
        let effects = terminal.refund(&of, refund, back.cents, reading);
        match self.granted(effects, None)? {
            Ok(_) | Err(Refusal::SaleUnknown | Refusal::RefundNeedsLine) => Ok(()),
            Err(why) => Err(why.into()),
        }
    }
}

/// Whether something was taken under an id.
enum Known {
    New(PaymentId),
    Taken(Box<Payment>),
}

fn is_of(there: &Payment, order: &OrderId, new: &NewPayment) -> bool {
    there.direction == Direction::Sale
        && there.order == *order
        && there.tender == new.tender
        && there.tip_cents == new.tip_cents
        && new
            .amount_cents
            .is_none_or(|cents| cents == there.amount_cents)
}

fn gives_back(there: &Payment, sale: &PaymentId, new: &NewRefund) -> bool {
    let cents = there.amount_cents.0.saturating_add(there.tip_cents.0);
    there.direction == Direction::Refund
        && there.refund_of.as_ref() == Some(sale)
        && there.reason.as_ref() == Some(&new.reason)
        && new.amount_cents.is_none_or(|wanted| wanted.0 == cents)
}

fn tender(new: &NewPayment) -> Result<Tender, TillError> {
    let card = || {
        new.card.as_ref().ok_or_else(|| {
            TillError::refused(ErrorCode::InvalidRequest, "`card` is missing; present it")
        })
    };
    Ok(match new.tender {
        TenderKind::Cash => Tender::Cash,
        TenderKind::Card => Tender::Card(card()?.token.clone()),
        TenderKind::StoredValue => {
            let card = card()?;
            Tender::StoredValue(card.token.clone(), state_of(card)?)
        }
    })
}

fn state_of(card: &CardPresented) -> Result<CardState, TillError> {
    let text = card.state.as_deref().unwrap_or_default();
    let bytes = STANDARD.decode(text).map_err(|_| Refusal::CardDamaged)?;
    Ok(CardState::read(&bytes)?)
}
