//! A terminal that sells by itself: which grant it holds, how much of it is spent, what time it is.
//!
//! ```text
//!            expires + leeway           + reduced_ms
//!   Full ───────────────────► Reduced ──────────────► CashOnly
//!     ▲  the grant, or the list                          │
//!     └────────────── a new grant, a new list ◄──────────┘
//! ```
//! Invariant: under one grant no more is authorised than its caps, whatever is asked, told or lost
//! in between, as long as the rows are written before the outcome is told. A sale that is asked for
//! again counts once. An order goes on as it was opened, for [`MAX_ORDER_MS`]; what is revoked is
//! refused at once. Never reads a clock: the shell passes the reading.

mod authorise;
mod refund;
mod sale;
mod state;

pub use authorise::Approved;
pub use refund::MAX_REFUNDS;
pub use sale::{Sale, Sold, Tender, Totals};
pub use state::{Effects, Head, Opened, Row, Saved, Step};

use super::clock::{Clock, ClockState, Reading};
use super::document::{self, open};
use super::keys::KeySet;
use super::list::RevocationList;
use super::{LEEWAY_MS, Refusal};
use crate::route::Draw;
use olympus_proto::grant::{Grant, ListDelta, ListSnapshot, OrderId, Policy};

/// For how long an order goes on as it was opened.
pub const MAX_ORDER_MS: u64 = 12 * 60 * 60 * 1_000;
/// Most open orders.
pub const MAX_OPEN_ORDERS: usize = 512;
/// How long a sale is kept to be asked for again and refunded offline.
pub const KEEP_SALES_MS: u64 = 72 * 60 * 60 * 1_000;
/// How far time runs before it is written without another reason.
const TICK_MS: u64 = 60 * 1_000;
/// A grant that runs short is not renewed before it is so old.
const RENEW_MS: u64 = 60 * 1_000;
/// Shortest and longest wait after a refresh that failed.
const RETRY_MS: (u64, u64) = (5_000, 5 * 60 * 1_000);

/// The machine of one terminal.
#[derive(Debug, Clone)]
pub struct Terminal {
    saved: Saved,
    keys: KeySet,
    clock: Clock,
}

impl Terminal {
    /// From what is stored, after every start.
    ///
    /// # Errors
    /// [`Refusal::StateTorn`] where that contradicts itself, or what is wrong with the keys.
    pub fn restore(saved: Saved) -> Result<Self, Refusal> {
        saved.check()?;
        document::id(saved.head.terminal.as_str())?;
        document::id(saved.head.location.as_str())?;
        Ok(Self {
            keys: KeySet::pinned(&saved.keys)?,
            clock: Clock::new(saved.head.highest_ms),
            saved,
        })
    }

    /// What is kept.
    #[must_use]
    pub const fn saved(&self) -> &Saved {
        &self.saved
    }

    /// The time that it goes by.
    #[must_use]
    pub fn now_ms(&self, reading: Reading) -> u64 {
        self.clock.now_ms(reading)
    }

    /// Whether the wall clock is believed.
    #[must_use]
    pub fn clock(&self, reading: Reading) -> ClockState {
        self.clock.state(reading)
    }

    /// How much it may do by itself now, orders that are open left out.
    #[must_use]
    pub fn step(&self, reading: Reading) -> Step {
        self.step_at(self.now_ms(reading))
    }

    /// Time passes: written from time to time, so that a start does not turn it back far.
    pub fn tick(&mut self, reading: Reading) -> Effects<()> {
        let now_ms = self.clock.observe(reading);
        let due = now_ms >= self.saved.head.highest_ms.saturating_add(TICK_MS);
        let persist = if due {
            vec![self.head_row(now_ms)]
        } else {
            Vec::new()
        };
        done(persist, ())
    }

    /// The server says what time it is. Only for an answer that came over an authenticated line to
    /// a request of this process: it is the one way in which time runs back.
    pub fn told_time(&mut self, server_ms: u64, reading: Reading) -> Effects<()> {
        self.clock.tell(server_ms, reading);
        // An order that was opened by a clock ahead would outlive its time.
        let orders = self.saved.head.orders.values_mut();
        orders.for_each(|opened| opened.at_ms = opened.at_ms.min(server_ms));
        done(vec![self.head_row(server_ms)], ())
    }

    /// A key set came.
    pub fn take_keys(&mut self, token: &str, reading: Reading) -> Effects<()> {
        let now_ms = self.clock.observe(reading);
        let (location, terminal) = (&self.saved.head.location, &self.saved.head.terminal);
        let followed = self.keys.follow(token, location, terminal, now_ms);
        let (keys, published) = match followed {
            Ok(followed) => followed,
            Err(why) => return Effects::refused(why),
        };
        if self.revokes_key(&published.key) {
            return Effects::refused(Refusal::KeyRevoked);
        }
        self.keys = keys;
        self.saved.keys = published.clone();
        let row = Row::Keys(Box::new(published));
        done(vec![self.head_row(now_ms), row], ())
    }

    /// A policy came.
    pub fn take_policy(&mut self, token: &str, reading: Reading) -> Effects<()> {
        let now_ms = self.clock.observe(reading);
        let policy: Policy = match self.open(token, now_ms) {
            Ok(policy) => policy,
            Err(why) => return Effects::refused(why),
        };
        let held = self.saved.policy.as_ref();
        if held.is_some_and(|held| policy.version <= held.version) {
            return Effects::refused(Refusal::PolicyOlder);
        }
        self.saved.policy = Some(policy.clone());
        let row = Row::Policy(Box::new(policy));
        done(vec![self.head_row(now_ms), row], ())
    }

    /// A snapshot of what is revoked came.
    pub fn take_list(&mut self, token: &str, reading: Reading) -> Effects<()> {
        let now_ms = self.clock.observe(reading);
        let next = self
            .open::<ListSnapshot>(token, now_ms)
            .and_then(|list| RevocationList::follow_snapshot(self.saved.list.as_ref(), list));
        self.set_list(next, now_ms)
    }

    /// A change of what is revoked came.
    pub fn take_delta(&mut self, token: &str, reading: Reading) -> Effects<()> {
        let now_ms = self.clock.observe(reading);
        let next = self.open::<ListDelta>(token, now_ms).and_then(|delta| {
            let held = self.saved.list.as_ref().ok_or(Refusal::ListMissing)?;
            held.follow_delta(delta)
        });
        self.set_list(next, now_ms)
    }

    /// A grant came. It takes the place of the one before: from now on sales count under this one,
    /// from nothing, and those before stay counted under that one. `draw` spreads the refreshes of
    /// many terminals.
    pub fn take_grant(&mut self, token: &str, reading: Reading, draw: Draw) -> Effects<()> {
        let now_ms = self.clock.observe(reading);
        let grant = match self.judge_grant(token, now_ms) {
            Ok(grant) => grant,
            Err(why) => return Effects::refused(why),
        };
        let head = &mut self.saved.head;
        head.latest_issued_ms = grant.issued_ms;
        head.spent = Totals::default();
        head.late = Totals::default();
        // Between half and three quarters of its life: time enough to try again many times.
        let life = grant.expires_ms.saturating_sub(grant.not_before_ms);
        let jitter = draw.0 % (life / 4).max(1);
        head.refresh_ms = grant.not_before_ms.saturating_add(life / 2 + jitter);
        head.grant = Some(grant);
        let mut rows = self.forget_old(now_ms);
        rows.push(self.head_row(now_ms));
        done(rows, ())
    }

    /// When to ask for the next grant, by [`Terminal::now_ms`]; now, where nothing is held.
    #[must_use]
    pub fn refresh_at_ms(&self) -> u64 {
        self.saved.head.refresh_ms
    }

    /// Whether to ask for the next grant now: its time has come, or what is left of the one held is
    /// less than half of it or than one sale may be. A refresh that failed waits its time.
    #[must_use]
    pub fn is_refresh_due(&self, reading: Reading) -> bool {
        let now_ms = self.now_ms(reading);
        let head = &self.saved.head;
        let young = now_ms < head.latest_issued_ms.saturating_add(RENEW_MS);
        let soon = head.refresh_ms <= now_ms.saturating_add(RETRY_MS.1);
        now_ms >= head.refresh_ms || (!young && !soon && self.runs_short())
    }

    fn runs_short(&self) -> bool {
        let head = &self.saved.head;
        let Some(caps) = head.grant.as_ref().map(|grant| &grant.caps) else {
            return false;
        };
        let cents = caps.total_cents.0.saturating_sub(head.spent.cents.0);
        let sales = caps.sales.saturating_sub(head.spent.sales);
        cents <= 0
            || cents < caps.sale_cents.0
            || cents < caps.total_cents.0.saturating_sub(cents)
            || sales == 0
            || sales < caps.sales.saturating_sub(sales)
    }

    /// The refresh did not work: again after an eighth of the time that is left, within bounds,
    /// less up to half of it by chance.
    pub fn refresh_failed(&mut self, reading: Reading, draw: Draw) -> Effects<()> {
        let now_ms = self.clock.observe(reading);
        let expires_ms = self.saved.head.grant.as_ref().map_or(0, |g| g.expires_ms);
        let left = expires_ms.saturating_sub(now_ms);
        let wait = (left / 8).clamp(RETRY_MS.0, RETRY_MS.1);
        let wait = wait - draw.0 % (wait / 2);
        self.saved.head.refresh_ms = now_ms.saturating_add(wait);
        done(vec![self.head_row(now_ms)], ())
    }

    /// An order is opened: it goes on as things stand now.
    pub fn open_order(&mut self, order: OrderId, reading: Reading) -> Effects<Step> {
        let now_ms = self.clock.observe(reading);
        if let Err(why) = document::id(order.as_str()) {
            return Effects::refused(why);
        }
        if let Some(opened) = self.saved.head.orders.get(&order) {
            return done(Vec::new(), opened.step);
        }
        let ended = |at_ms: u64| now_ms >= at_ms.saturating_add(MAX_ORDER_MS);
        self.saved.head.orders.retain(|_, o| !ended(o.at_ms));
        if self.saved.head.orders.len() >= MAX_OPEN_ORDERS {
            return Effects::refused(Refusal::TooManyOrders);
        }
        let step = self.step_at(now_ms);
        let at_ms = now_ms;
        self.saved.head.orders.insert(order, Opened { step, at_ms });
        done(vec![self.head_row(now_ms)], step)
    }

    /// An order is closed.
    pub fn close_order(&mut self, order: &OrderId, reading: Reading) -> Effects<()> {
        let now_ms = self.clock.observe(reading);
        if self.saved.head.orders.remove(order).is_none() {
            return done(Vec::new(), ());
        }
        done(vec![self.head_row(now_ms)], ())
    }

    fn judge_grant(&self, token: &str, now_ms: u64) -> Result<Grant, Refusal> {
        let grant: Grant = self.open(token, now_ms)?;
        if now_ms.saturating_add(LEEWAY_MS) < grant.not_before_ms {
            return Err(Refusal::NotYetValid);
        }
        if now_ms >= grant.expires_ms {
            return Err(Refusal::Expired);
        }
        let list = self.saved.list.as_ref().ok_or(Refusal::ListMissing)?;
        if list.revokes_terminal(&grant.terminal) {
            return Err(Refusal::TerminalRevoked);
        }
        if list.revokes_grant(&grant.grant) {
            return Err(Refusal::GrantRevoked);
        }
        // Which also refuses the one in use, or its totals would begin anew.
        if grant.issued_ms <= self.saved.head.latest_issued_ms {
            return Err(Refusal::GrantOlder);
        }
        // Sales of two grants under one id would be taken for those of one.
        let held = self.saved.head.grant.iter().map(|held| &held.grant);
        let sold = self.saved.sales.values().filter_map(|s| s.grant.as_ref());
        if held.chain(sold).any(|id| id == &grant.grant) {
            return Err(Refusal::GrantIdReused);
        }
        let policy = self.saved.policy.as_ref().ok_or(Refusal::PolicyMissing)?;
        if policy.version < grant.policy {
            return Err(Refusal::PolicyMissing);
        }
        Ok(grant)
    }

    fn open<D: document::Document>(&self, token: &str, now_ms: u64) -> Result<D, Refusal> {
        let head = &self.saved.head;
        let opened: D = open(token, &head.location, &head.terminal, &self.keys, now_ms)?;
        if self.revokes_key(opened.key()) {
            return Err(Refusal::KeyRevoked);
        }
        Ok(opened)
    }

    fn revokes_key(&self, key: &olympus_proto::grant::KeyId) -> bool {
        let list = self.saved.list.as_ref();
        list.is_some_and(|list| list.revokes_key(key))
    }

    fn set_list(&mut self, next: Result<RevocationList, Refusal>, now_ms: u64) -> Effects<()> {
        let list = match next {
            Ok(list) => list,
            Err(why) => return Effects::refused(why),
        };
        self.saved.list = Some(list.clone());
        let row = Row::List(Box::new(list));
        done(vec![self.head_row(now_ms), row], ())
    }

    /// The worse of what grant and list allow.
    fn step_at(&self, now_ms: u64) -> Step {
        let (Some(grant), Some(policy), Some(list)) = (
            self.saved.head.grant.as_ref(),
            self.saved.policy.as_ref(),
            self.saved.list.as_ref(),
        ) else {
            return Step::CashOnly;
        };
        let expires_ms = grant.expires_ms.min(list.expires_ms());
        let full_ms = expires_ms.saturating_add(LEEWAY_MS);
        if now_ms < full_ms {
            Step::Full
        } else if now_ms < full_ms.saturating_add(policy.reduced_ms) {
            Step::Reduced
        } else {
            Step::CashOnly
        }
    }

    /// Sales that are too old to be asked for again, but for those the totals are made of.
    fn forget_old(&mut self, now_ms: u64) -> Vec<Row> {
        let grant = self.saved.head.grant.as_ref().map(|g| &g.grant);
        let old: Vec<_> = self
            .saved
            .sales
            .iter()
            .filter(|(_, sold)| now_ms.saturating_sub(sold.at_ms) > KEEP_SALES_MS)
            .filter(|(_, sold)| sold.grant.is_none() || sold.grant.as_ref() != grant)
            .map(|(id, _)| id.clone())
            .collect();
        for id in &old {
            self.saved.sales.remove(id);
        }
        old.into_iter().map(Row::Forget).collect()
    }

    fn head_row(&mut self, now_ms: u64) -> Row {
        self.saved.head.highest_ms = now_ms;
        Row::Head(Box::new(self.saved.head.clone()))
    }
}

const fn done<T>(persist: Vec<Row>, outcome: T) -> Effects<T> {
    let outcome = Ok(outcome);
    Effects { persist, outcome }
}
