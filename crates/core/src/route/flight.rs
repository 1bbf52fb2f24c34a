//! One run for identical requests that are under way at the same time.
//!
//! Invariant: a key has one leader; a follower is handed out exactly once, with the answer or as
//! the next leader; nobody follows a leader who may answer after the follower's own deadline.
//! Bookkeeping only: the shell says what identical means (task, normalised text, menu version,
//! policy, place) and what it needs to reach a follower (`F`, a channel or an id).

use super::time::Moment;
use std::collections::{BTreeMap, VecDeque};

/// What a request has to do.
#[derive(Debug, PartialEq, Eq)]
pub enum Role<F> {
    /// Run, and call [`SingleFlight::finish`] or [`SingleFlight::abandon`].
    Leader,
    /// Wait for the leader.
    Follower,
    /// Run by itself: there is no room, or the leader may be too late. Nothing to call.
    Alone(F),
}

#[derive(Debug)]
struct Flight<F> {
    answer_by: Moment,
    followers: VecDeque<(Moment, F)>,
}

/// The runs under way.
#[derive(Debug)]
pub struct SingleFlight<K, F> {
    flights: BTreeMap<K, Flight<F>>,
    most_keys: usize,
    most_followers: usize,
}

impl<K: Ord, F> SingleFlight<K, F> {
    /// Keeps at most `most_keys` runs, each with at most `most_followers`.
    #[must_use]
    pub const fn new(most_keys: usize, most_followers: usize) -> Self {
        Self {
            flights: BTreeMap::new(),
            most_keys,
            most_followers,
        }
    }

    /// A request for `key` that must be answered by `answer_by`.
    pub fn join(&mut self, key: K, follower: F, answer_by: Moment) -> Role<F> {
        if let Some(flight) = self.flights.get_mut(&key) {
            if flight.answer_by > answer_by || flight.followers.len() >= self.most_followers {
                return Role::Alone(follower);
            }
            flight.followers.push_back((answer_by, follower));
            return Role::Follower;
        }
        if self.flights.len() >= self.most_keys {
            return Role::Alone(follower);
        }
        self.flights.insert(
            key,
            Flight {
                answer_by,
                followers: VecDeque::new(),
            },
        );
        Role::Leader
    }

    /// The leader has its answer: whom else to give it to, in the order they came.
    pub fn finish(&mut self, key: &K) -> Vec<F> {
        self.flights
            .remove(key)
            .into_iter()
            .flat_map(|flight| flight.followers)
            .map(|(_, follower)| follower)
            .collect()
    }

    /// The leader went away without an answer: who runs in its place, the most urgent one; `None`
    /// where nobody waits.
    pub fn abandon(&mut self, key: &K) -> Option<F> {
        let flight = self.flights.get_mut(key)?;
        let urgent = flight
            .followers
            .iter()
            .enumerate()
            .min_by_key(|(index, (by, _))| (*by, *index))
            .map(|(index, _)| index);
        let next = urgent.and_then(|index| flight.followers.remove(index));
        match next {
            Some((answer_by, follower)) => {
                flight.answer_by = answer_by;
                Some(follower)
            }
            None => {
                self.flights.remove(key);
                None
            }
        }
    }

    /// Runs under way.
    #[must_use]
    pub fn len(&self) -> usize {
        self.flights.len()
    }

    /// Whether nothing is under way.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.flights.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::{Role, SingleFlight};
    use crate::route::Moment;

    fn at(millis: u64) -> Moment {
        Moment::from_millis(millis)
    }

    #[test]
    fn one_leads_and_the_others_get_its_answer() {
        let mut flights = SingleFlight::new(2, 2);
        assert_eq!(flights.join("a", 1, at(100)), Role::Leader);
        assert_eq!(flights.join("a", 2, at(110)), Role::Follower);
        assert_eq!(flights.join("a", 3, at(90)), Role::Alone(3), "more urgent");
        assert_eq!(flights.join("a", 4, at(100)), Role::Follower);
        assert_eq!(flights.join("a", 5, at(120)), Role::Alone(5), "no room");
        assert_eq!(flights.join("b", 6, at(120)), Role::Leader);
        assert_eq!(flights.join("c", 7, at(120)), Role::Alone(7), "no room");
        assert_eq!(flights.finish(&"a"), [2, 4]);
        assert_eq!(flights.finish(&"a"), [0; 0]);
        assert_eq!(flights.len(), 1);
    }

    #[test]
    fn the_most_urgent_follower_takes_over() {
        let mut flights = SingleFlight::new(8, 8);
        assert_eq!(flights.join("a", 1, at(100)), Role::Leader);
        assert_eq!(flights.join("a", 2, at(130)), Role::Follower);
        assert_eq!(flights.join("a", 3, at(120)), Role::Follower);
        assert_eq!(flights.abandon(&"a"), Some(3));
        assert_eq!(flights.join("a", 4, at(110)), Role::Alone(4));
        assert_eq!(flights.abandon(&"a"), Some(2));
        assert_eq!(flights.abandon(&"a"), None);
        assert!(flights.is_empty());
        assert_eq!(flights.abandon(&"a"), None);
    }
}
