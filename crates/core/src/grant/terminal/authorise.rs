//! Whether a sale may go on without asking anybody.

use super::super::claims::{amount, reduced};
use super::super::document;
use super::super::{LEEWAY_MS, Reading, Refusal};
use super::{Effects, MAX_ORDER_MS, Row, Sale, Sold, Step, Tender, Terminal, done};
use crate::grant::CardState;
use olympus_proto::Cents;
use olympus_proto::grant::{Caps, CardToken, Grant, Policy, TenderKind};
use std::collections::BTreeMap;

/// What a sale that was authorised is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approved {
    /// How much the terminal might do when it was judged.
    pub step: Step,
    /// It had been authorised before; nothing was counted again.
    pub repeated: bool,
    /// What to write on a stored-value card.
    pub card: Option<CardState>,
}

/// What authorising a sale changes.
struct Change {
    step: Step,
    card: Option<(CardToken, CardState)>,
}

impl Terminal {
    /// Judges a sale. The outcome may be told, and a card written, only once the rows are written.
    pub fn authorise(&mut self, sale: &Sale, reading: Reading) -> Effects<Approved> {
        let now_ms = self.clock.observe(reading);
        match self.repeated(sale) {
            Ok(None) => {}
            Ok(Some(approved)) => return done(Vec::new(), approved),
            Err(why) => return Effects::refused(why),
        }
        match self.judge(sale, now_ms) {
            Ok(change) => self.count(sale, change, now_ms),
            Err(why) => Effects::refused(why),
        }
    }

    /// How old whoever buys goods of these kinds has to be: to be asked before an order that is paid
    /// in part closes without another payment.
    #[must_use]
    pub fn years_for(&self, categories: &[String]) -> Option<u8> {
        let policy = self.saved.policy.as_ref()?;
        years(policy, categories)
    }

    /// Whether it was authorised before; the card is to be written as it was then.
    fn repeated(&self, sale: &Sale) -> Result<Option<Approved>, Refusal> {
        let Some(sold) = self.saved.sales.get(&sale.id) else {
            return Ok(None);
        };
        if !sold.is(sale) {
            return Err(Refusal::SaleIdReused);
        }
        let card = match &sold.tender {
            Tender::StoredValue(_, shown) => Some(shown.spend(sold.cents)?),
            Tender::Cash | Tender::Card(_) => None,
        };
        Ok(Some(Approved {
            step: sold.step,
            repeated: true,
            card,
        }))
    }

    fn judge(&self, sale: &Sale, now_ms: u64) -> Result<Change, Refusal> {
        document::id(sale.id.as_str())?;
        sale.tender.card().map_or(Ok(()), document::card)?;
        if !amount(sale.cents) {
            return Err(Refusal::BadAmount);
        }
        let list = self.saved.list.as_ref();
        if list.is_some_and(|list| list.revokes_terminal(&self.saved.head.terminal)) {
            return Err(Refusal::TerminalRevoked);
        }
        let policy = self.saved.policy.as_ref();
        if let Some(policy) = policy {
            obey(policy, sale)?;
        }
        if sale.tender.kind() == TenderKind::Cash {
            let step = self.step_at(now_ms);
            return Ok(Change { step, card: None });
        }
        let grant = self.grant_for(sale, now_ms)?;
        let policy = policy.ok_or(Refusal::PolicyMissing)?;
        let step = self.step_for(sale, now_ms);
        match step {
            Step::Full => self.within(&grant.caps, sale.cents)?,
            Step::Reduced => {
                self.within(&grant.caps, sale.cents)?;
                let caps = reduced(&grant.caps, policy.reduced_percent);
                fits(&caps, self.saved.head.late, sale.cents)?;
            }
            Step::CashOnly => return Err(Refusal::CashOnly),
        }
        let card = self.spend_card(sale)?;
        Ok(Change { step, card })
    }

    /// The grant, where nothing of it, of its key or of the card is revoked and it has begun.
    fn grant_for(&self, sale: &Sale, now_ms: u64) -> Result<&Grant, Refusal> {
        let grant = self.saved.head.grant.as_ref().ok_or(Refusal::NoGrant)?;
        let list = self.saved.list.as_ref().ok_or(Refusal::ListMissing)?;
        if list.revokes_grant(&grant.grant) {
            return Err(Refusal::GrantRevoked);
        }
        if list.revokes_key(&grant.key) {
            return Err(Refusal::KeyRevoked);
        }
        if sale
            .tender
            .card()
            .is_some_and(|card| list.revokes_card(card))
        {
            return Err(Refusal::CardRevoked);
        }
        if !grant.tenders.contains(&sale.tender.kind()) {
            return Err(Refusal::TenderNotAllowed);
        }
        // Time can run back by the server's word after the grant was taken.
        if now_ms.saturating_add(LEEWAY_MS) < grant.not_before_ms {
            return Err(Refusal::NotYetValid);
        }
        Ok(grant)
    }

    /// What is allowed now, or was when its order was opened.
    fn step_for(&self, sale: &Sale, now_ms: u64) -> Step {
        let step = self.step_at(now_ms);
        let order = sale.order.as_ref();
        let opened = order.and_then(|order| self.saved.head.orders.get(order));
        let holds = |at_ms: u64| now_ms < at_ms.saturating_add(MAX_ORDER_MS);
        match opened {
            Some(opened) if holds(opened.at_ms) => step.min(opened.step),
            _ => step,
        }
    }

    fn within(&self, caps: &Caps, cents: Cents) -> Result<(), Refusal> {
        fits(caps, self.saved.head.spent, cents)
    }

    fn spend_card(&self, sale: &Sale) -> Result<Option<(CardToken, CardState)>, Refusal> {
        let Tender::StoredValue(card, shown) = &sale.tender else {
            return Ok(None);
        };
        shown.follows(self.saved.cards.get(card))?;
        Ok(Some((card.clone(), shown.spend(sale.cents)?)))
    }

    fn count(&mut self, sale: &Sale, change: Change, now_ms: u64) -> Effects<Approved> {
        let counts = sale.tender.kind() != TenderKind::Cash;
        let head = &mut self.saved.head;
        if counts {
            head.spent = head.spent.with(sale.cents);
            if change.step == Step::Reduced {
                head.late = head.late.with(sale.cents);
            }
        }
        let grant = head.grant.as_ref().filter(|_| counts);
        let sold = Sold {
            grant: grant.map(|grant| grant.grant.clone()),
            order: sale.order.clone(),
            tender: sale.tender.clone(),
            cents: sale.cents,
            step: change.step,
            at_ms: now_ms,
            refunds: BTreeMap::new(),
        };
        self.saved.sales.insert(sale.id.clone(), sold.clone());
        let row = Row::Sale(sale.id.clone(), Box::new(sold));
        let mut rows = vec![self.head_row(now_ms), row];
        let card = change.card.map(|(token, state)| {
            self.saved.cards.insert(token.clone(), state);
            rows.push(Row::Card(token, state));
            state
        });
        let approved = Approved {
            step: change.step,
            repeated: false,
            card,
        };
        done(rows, approved)
    }
}

/// The tender is one the policy knows, not too dear, and whoever buys is old enough.
fn obey(policy: &Policy, sale: &Sale) -> Result<(), Refusal> {
    let kind = sale.tender.kind();
    let rule = policy.tenders.iter().find(|rule| rule.tender == kind);
    let rule = rule.ok_or(Refusal::TenderNotAllowed)?;
    if sale.cents > rule.sale_cents {
        return Err(Refusal::OverSaleCap);
    }
    let needed = years(policy, &sale.categories);
    if needed.is_some_and(|years| sale.age_shown.is_none_or(|shown| shown < years)) {
        return Err(Refusal::AgeNotShown);
    }
    Ok(())
}

/// How old whoever buys goods of these kinds has to be.
fn years(policy: &Policy, categories: &[String]) -> Option<u8> {
    let limits = policy.age_limits.iter();
    let of_them = limits.filter(|limit| categories.contains(&limit.category));
    of_them.map(|limit| limit.years).max()
}

fn fits(caps: &Caps, spent: super::Totals, cents: Cents) -> Result<(), Refusal> {
    if cents > caps.sale_cents {
        return Err(Refusal::OverSaleCap);
    }
    let after = spent.with(cents);
    if after.cents > caps.total_cents {
        return Err(Refusal::OverTotalCap);
    }
    if after.sales > caps.sales {
        return Err(Refusal::OverCount);
    }
    Ok(())
}
