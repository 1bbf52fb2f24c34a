//! One call for identical questions that are under way at the same time in this isolate.
//!
//! A follower looks for the leader's answer by its own timer instead of being woken by it: the
//! runtime refuses work of one request that is woken by another. Invariant: nobody waits longer
//! than for the leader's own deadline, so a leader that went away holds nobody up for good.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// Where a leader leaves its answer.
pub(crate) type Slot<T> = Rc<RefCell<Option<T>>>;

/// Most questions that are kept track of; more run by themselves.
const MOST: usize = 256;

/// What a request has to do.
#[derive(Debug)]
pub(crate) enum Part<T> {
    /// Ask, fill the slot, and call [`Flights::land`].
    Lead(Slot<T>),
    /// Wait for the slot to be filled, until that time (milliseconds since 1970) at the latest.
    Follow(Slot<T>, u64),
    /// Ask by itself.
    Alone,
}

#[derive(Debug)]
struct Flight<T> {
    slot: Slot<T>,
    lead_by_ms: u64,
}

/// The questions under way.
#[derive(Debug)]
pub(crate) struct Flights<T> {
    flights: BTreeMap<String, Flight<T>>,
}

impl<T> Flights<T> {
    pub(crate) const fn new() -> Self {
        Self {
            flights: BTreeMap::new(),
        }
    }

    /// A question that must be answered by `answer_by_ms`.
    pub(crate) fn join(&mut self, key: &str, now_ms: u64, answer_by_ms: u64) -> Part<T> {
        if let Some(flight) = self.flights.get(key)
            && flight.lead_by_ms >= now_ms
        {
            if flight.lead_by_ms > answer_by_ms {
                return Part::Alone;
            }
            return Part::Follow(Rc::clone(&flight.slot), flight.lead_by_ms);
        }
        if self.flights.len() >= MOST {
            self.flights.retain(|_, flight| flight.lead_by_ms >= now_ms);
        }
        if self.flights.len() >= MOST {
            return Part::Alone;
        }
        let slot = Slot::default();
        let flight = Flight {
            slot: Rc::clone(&slot),
            lead_by_ms: answer_by_ms,
        };
        self.flights.insert(key.to_owned(), flight);
        Part::Lead(slot)
    }

    /// The leader of `slot` is done.
    pub(crate) fn land(&mut self, key: &str, slot: &Slot<T>) {
        if let Some(flight) = self.flights.get(key)
            && Rc::ptr_eq(&flight.slot, slot)
        {
            self.flights.remove(key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Flights, MOST, Part};

    #[test]
    fn one_leads_and_followers_see_its_answer() {
        let mut flights = Flights::new();
        let Part::Lead(slot) = flights.join("a", 0, 100) else {
            panic!("the first one leads");
        };
        let Part::Follow(seen, 100) = flights.join("a", 10, 110) else {
            panic!("the second one follows");
        };
        assert!(
            matches!(flights.join("a", 10, 90), Part::Alone),
            "more urgent"
        );
        assert!(matches!(flights.join("b", 10, 90), Part::Lead(_)));
        *slot.borrow_mut() = Some(7);
        flights.land("a", &slot);
        assert_eq!(*seen.borrow(), Some(7));
        assert!(matches!(flights.join("a", 10, 110), Part::Lead(_)));
    }

    #[test]
    fn a_leader_that_went_away_is_replaced() {
        let mut flights: Flights<u8> = Flights::new();
        let Part::Lead(lost) = flights.join("a", 0, 100) else {
            panic!("the first one leads");
        };
        assert!(matches!(flights.join("a", 101, 200), Part::Lead(_)));
        flights.land("a", &lost);
        assert!(matches!(flights.join("a", 102, 202), Part::Follow(..)));
    }

    #[test]
    fn there_is_an_end_to_what_is_kept() {
        let mut flights: Flights<u8> = Flights::new();
        for n in 0..MOST {
            assert!(matches!(flights.join(&n.to_string(), 0, 10), Part::Lead(_)));
        }
        assert!(matches!(flights.join("x", 5, 10), Part::Alone));
        assert!(matches!(flights.join("x", 11, 20), Part::Lead(_)));
    }
}
