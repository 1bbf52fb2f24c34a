//! What has to hold of a disk after the power was cut.

use super::tables;
use super::workload::{Call, Called, Live};
use crate::support;
use olympus_powercut::Disk;
use olympus_proto::pos::{Order, Payment};
use olympus_store::{Command, Now, OrderFilter, Reader, Reply, Synchronous, Till};
use std::collections::BTreeSet;

/// A disk after a cut.
pub(crate) struct Image<'a> {
    pub(crate) live: &'a Live,
    pub(crate) looked_at: Disk,
    pub(crate) disk: Disk,
    /// So many calls had returned.
    pub(crate) returned: usize,
}

pub(crate) enum Verdict {
    /// It is as it was after the last call that returned.
    AsReturned,
    /// It is as it was after the call that was under way.
    AsUnderWay,
    /// So many calls that had returned are not there.
    Lost(usize),
    Wrong(String),
}

impl Image<'_> {
    /// The tables, compared with those of the run.
    pub(crate) fn verdict(&self) -> Verdict {
        let whole = support::look(&self.looked_at).and_then(|it| support::is_whole(&it));
        match whole {
            Ok(true) => {}
            other => return Verdict::Wrong(format!("the file is damaged: {other:?}")),
        }
        let tables = match tables(&self.looked_at) {
            Ok(tables) => tables,
            Err(error) => return Verdict::Wrong(format!("the file cannot be read: {error}")),
        };
        let states = &self.live.states;
        if tables == states[self.returned] {
            return Verdict::AsReturned;
        }
        if states.get(self.returned + 1) == Some(&tables) {
            return Verdict::AsUnderWay;
        }
        if let Some(earlier) = states[..self.returned].iter().rposition(|it| *it == tables) {
            return Verdict::Lost(self.returned - earlier);
        }
        // The first opening makes the tables step by step.
        let opened = &states[1];
        let begun =
            |(name, held): (&String, &(u64, u64))| held.0 == 0 || opened.get(name) == Some(held);
        if tables.iter().all(begun) {
            return match self.returned {
                0 => Verdict::AsReturned,
                returned => Verdict::Lost(returned),
            };
        }
        let after = states.get(self.returned + 1);
        let other = |name: &&String| {
            let as_after = after.is_some_and(|it| it.get(*name) == tables.get(*name));
            states[self.returned].get(*name) != tables.get(*name) || !as_after
        };
        let other: Vec<&String> = tables.keys().filter(other).collect();
        Verdict::Wrong(format!("it is of no moment of the run: {other:?}"))
    }

    /// The till opens, still has what it told, and does what it is asked again once.
    pub(crate) fn goes_on(&self) -> Result<(), String> {
        let under_way = self.live.calls.get(self.returned);
        let last = under_way.or(self.live.calls.last()).expect("calls");
        let now = &last.now;
        let config = support::config(1, support::sync());
        let opened = support::open(&self.disk, Synchronous::Full, config, now);
        let (mut till, _) = opened.map_err(|error| format!("it does not open: {error}"))?;
        let reader = support::reader(&self.disk);
        self.shows_what_was_told(&reader)?;
        self.balances(&reader)?;
        for called in self.told().rev().take(3) {
            replays(&mut till, called, now)?;
        }
        if let Some(called) = under_way.filter(|_| self.returned > 0) {
            does_once(&mut till, called, now)?;
        }
        self.balances(&reader)?;
        labels_are_once(&reader)
    }

    fn told(&self) -> impl DoubleEndedIterator<Item = &Called> {
        let returned = self.live.calls.iter().take(self.returned);
        returned.filter(|called| called.reply.is_some())
    }

    /// Every order and payment, as the latest call that returned has told it, or further.
    fn shows_what_was_told(&self, reader: &Reader) -> Result<(), String> {
        let mut seen = BTreeSet::new();
        for called in self.told().rev() {
            match &called.reply {
                Some(Reply::Order(told)) if seen.insert(told.id.to_string()) => {
                    let held = reader.order(&told.id).map_err(|it| it.to_string())?;
                    let held = held.ok_or_else(|| format!("order {} is lost", told.id))?;
                    order_goes_on(told, &held)?;
                }
                Some(Reply::Payment(told)) if seen.insert(told.id.to_string()) => {
                    let held = reader.payment(&told.id).map_err(|it| it.to_string())?;
                    let held = held.ok_or_else(|| format!("payment {} is lost", told.id))?;
                    payment_stands(told, &held)?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn balances(&self, reader: &Reader) -> Result<(), String> {
        let sums = reader.ledger_sums().map_err(|error| error.to_string())?;
        let sum: i64 = sums.values().map(|cents| cents.0).sum();
        if sum != 0 {
            return Err(format!("the ledger is off by {sum}: {sums:?}"));
        }
        Ok(())
    }
}

fn order_goes_on(told: &Order, held: &Order) -> Result<(), String> {
    if held.revision < told.revision || held.lines.len() < told.lines.len() {
        return Err(format!("{told:?} was told, {held:?} is held"));
    }
    Ok(())
}

fn payment_stands(told: &Payment, held: &Payment) -> Result<(), String> {
    let money = |it: &Payment| {
        (
            it.amount_cents,
            it.tip_cents,
            it.direction,
            it.grant.clone(),
        )
    };
    if money(told) != money(held) {
        return Err(format!("{told:?} was told, {held:?} is held"));
    }
    Ok(())
}

/// What was told is told again, word for word.
fn replays(till: &mut Till, called: &Called, now: &Now) -> Result<(), String> {
    let Call::Ask(asked) = &called.call else {
        return Ok(());
    };
    let done = till.ask(asked.as_ref().clone(), &support::menu, now);
    let done = done.map_err(|error| format!("{} is refused now: {error}", asked.key))?;
    if !done.replayed || Some(&done.reply) != called.reply.as_ref() {
        return Err(format!("{} is told otherwise: {done:?}", asked.key));
    }
    Ok(())
}

/// The call under way is asked again under its key: done now, or done before the cut.
fn does_once(till: &mut Till, called: &Called, now: &Now) -> Result<(), String> {
    let Call::Ask(asked) = &called.call else {
        return Ok(());
    };
    let first = till.ask(asked.as_ref().clone(), &support::menu, now);
    let first = first.map_err(|error| format!("{} is refused now: {error}", asked.key))?;
    let again = till.ask(asked.as_ref().clone(), &support::menu, now);
    let again = again.map_err(|error| format!("{} is refused again: {error}", asked.key))?;
    if !again.replayed || again.reply != first.reply {
        return Err(format!("{} is done twice", asked.key));
    }
    if matches!(asked.command, Command::Pay(..)) != matches!(first.reply, Reply::Payment(_))
        && !matches!(asked.command, Command::Refund(..))
    {
        return Err(format!("{} is answered with {:?}", asked.key, first.reply));
    }
    Ok(())
}

/// Each guest has one order.
fn labels_are_once(reader: &Reader) -> Result<(), String> {
    let listed = reader.orders(&OrderFilter::default(), None, 500);
    let listed = listed.map_err(|error| error.to_string())?;
    let mut labels = BTreeSet::new();
    for order in &listed.orders {
        if !labels.insert(order.label.clone()) {
            return Err(format!("{:?} has two orders", order.label));
        }
    }
    Ok(())
}
