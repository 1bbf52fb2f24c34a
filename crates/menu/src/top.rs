//! The best `k` of many scored positions, without sorting the many.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

/// A position and its score; higher is better, and of equals the earlier position.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Scored {
    pub(crate) position: u32,
    pub(crate) score: f32,
}

impl Eq for Scored {}

impl Ord for Scored {
    fn cmp(&self, other: &Self) -> Ordering {
        self.score
            .total_cmp(&other.score)
            .then_with(|| other.position.cmp(&self.position))
    }
}

impl PartialOrd for Scored {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Keeps the best `k`; memory O(k), time O(n log k).
#[derive(Debug)]
pub(crate) struct TopK {
    limit: usize,
    heap: BinaryHeap<Reverse<Scored>>,
}

impl TopK {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            limit,
            heap: BinaryHeap::new(),
        }
    }

    /// Offers a position. `admits` is asked only where the score is good enough, so that an
    /// expensive filter runs on few.
    pub(crate) fn offer(&mut self, position: u32, score: f32, admits: impl FnOnce() -> bool) {
        let scored = Scored { position, score };
        if self.heap.len() < self.limit {
            if admits() {
                self.heap.push(Reverse(scored));
            }
        } else if self.heap.peek().is_some_and(|worst| scored > worst.0) && admits() {
            self.heap.pop();
            self.heap.push(Reverse(scored));
        }
    }

    /// The positions alone, in no particular order.
    pub(crate) fn into_positions(self) -> Vec<u32> {
        let scored = self.heap.into_iter();
        scored.map(|reversed| reversed.0.position).collect()
    }

    /// Best first.
    pub(crate) fn into_sorted(self) -> Vec<Scored> {
        self.heap
            .into_sorted_vec()
            .into_iter()
            .map(|reversed| reversed.0)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::TopK;

    #[test]
    fn keeps_the_best_admitted_and_breaks_ties_by_position() {
        let mut top = TopK::new(3);
        for (position, score) in [(0, 0.1), (1, 0.9), (2, 0.5), (3, 0.9), (4, 1.0), (5, 0.5)] {
            top.offer(position, score, || position != 4);
        }
        let kept: Vec<_> = top.into_sorted().into_iter().map(|s| s.position).collect();
        assert_eq!(kept, [1, 3, 2]);
        let mut none = TopK::new(0);
        none.offer(0, 1.0, || true);
        assert!(none.into_sorted().is_empty());
    }
}
