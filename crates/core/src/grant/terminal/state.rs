//! What a terminal keeps, row by row.
//!
//! Invariant: the rows of one [`Effects`] are committed together or not at all, and before anybody
//! learns the outcome. What is restored is checked: the totals are those of the sales.

use super::super::Refusal;
use super::super::card::CardState;
use super::super::list::RevocationList;
use super::sale::{Sold, Totals};
use olympus_proto::LocationId;
use olympus_proto::grant::{CardToken, Grant, OrderId, Policy, PublishedKeys, SaleId, TerminalId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How much a terminal may still do by itself; the later, the less.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// All that the grant says.
    Full,
    /// The part of it that the policy leaves after expiry.
    Reduced,
    /// Cash.
    CashOnly,
}

/// An order that was opened while more was allowed than may be now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opened {
    /// What was allowed then.
    pub step: Step,
    /// When.
    pub at_ms: u64,
}

/// The one small row that every change writes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// Where it stands.
    pub location: LocationId,
    /// Who it is.
    pub terminal: TerminalId,
    /// The highest time seen.
    pub highest_ms: u64,
    /// The grant in use.
    pub grant: Option<Grant>,
    /// When the latest grant ever taken was signed; only later ones are taken.
    pub latest_issued_ms: u64,
    /// What was sold under the grant in use.
    pub spent: Totals,
    /// What of it was sold after it had expired.
    pub late: Totals,
    /// When to ask for the next grant.
    pub refresh_ms: u64,
    /// Open orders.
    pub orders: BTreeMap<OrderId, Opened>,
}

/// One row to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Row {
    /// In place of the one before.
    Head(Box<Head>),
    /// A sale, new or with another refund.
    Sale(SaleId, Box<Sold>),
    /// A sale that is not needed any more here.
    Forget(SaleId),
    /// The last known state of a stored-value card.
    Card(CardToken, CardState),
    /// In place of the set before.
    Keys(Box<PublishedKeys>),
    /// In place of the policy before.
    Policy(Box<Policy>),
    /// In place of the list before.
    List(Box<RevocationList>),
}

/// What to write, and what may be told once it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "the outcome counts only once the rows are written"]
pub struct Effects<T> {
    /// In one transaction. Where that fails, the terminal is to be restored from what is stored.
    pub persist: Vec<Row>,
    /// What to say then.
    pub outcome: Result<T, Refusal>,
}

impl<T> Effects<T> {
    /// Refused, with nothing to write.
    pub(super) const fn refused(why: Refusal) -> Self {
        Self {
            persist: Vec::new(),
            outcome: Err(why),
        }
    }
}

/// All that is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Saved {
    /// The head row.
    pub head: Head,
    /// Sales that may be asked for again or refunded.
    pub sales: BTreeMap<SaleId, Sold>,
    /// Stored-value cards as last seen.
    pub cards: BTreeMap<CardToken, CardState>,
    /// The key set.
    pub keys: PublishedKeys,
    /// The policy in force.
    pub policy: Option<Policy>,
    /// What is revoked.
    pub list: Option<RevocationList>,
}

impl Saved {
    /// A terminal that was just registered: `keys` came with it, and the server's time.
    #[must_use]
    pub fn registered(
        location: LocationId,
        terminal: TerminalId,
        keys: PublishedKeys,
        server_ms: u64,
    ) -> Self {
        Self {
            head: Head {
                location,
                terminal,
                highest_ms: server_ms,
                grant: None,
                latest_issued_ms: 0,
                spent: Totals::default(),
                late: Totals::default(),
                refresh_ms: server_ms,
                orders: BTreeMap::new(),
            },
            sales: BTreeMap::new(),
            cards: BTreeMap::new(),
            keys,
            policy: None,
            list: None,
        }
    }

    /// What is stored once `row` is written.
    pub fn write(&mut self, row: Row) {
        match row {
            Row::Head(head) => self.head = *head,
            Row::Sale(id, sold) => {
                self.sales.insert(id, *sold);
            }
            Row::Forget(id) => {
                self.sales.remove(&id);
            }
            Row::Card(card, state) => {
                self.cards.insert(card, state);
            }
            Row::Keys(keys) => self.keys = *keys,
            Row::Policy(policy) => self.policy = Some(*policy),
            Row::List(list) => self.list = Some(*list),
        }
    }

    /// Whether the totals are those of the sales.
    pub(super) fn check(&self) -> Result<(), Refusal> {
        let grant = self.head.grant.as_ref().map(|grant| &grant.grant);
        let counted = |sold: &&Sold| grant.is_some() && sold.grant.as_ref() == grant;
        let sum = self
            .sales
            .values()
            .filter(counted)
            .fold(Totals::default(), |sum, sold| sum.with(sold.cents));
        let late = &self.head.late;
        let within = late.cents <= sum.cents && late.sales <= sum.sales;
        (sum == self.head.spent && within)
            .then_some(())
            .ok_or(Refusal::StateTorn)
    }
}
