//! One rank score from two kinds of evidence: words in common and nearness in meaning.
//!
//! Invariant: the result lies in 0 to 1 and never falls when either part rises. The weight of
//! meaning is one number for a whole query, so that its items stay comparable.

/// The constants of the fusion, all in 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weights {
    /// Share of meaning where the best item matches the words fully: the customer named a dish.
    pub semantic_when_words_fit: f32,
    /// Share of meaning where no word of the query is on the menu.
    pub semantic_when_words_miss: f32,
    /// A best lexical score from here up counts as a full match.
    pub words_fit_from: f32,
    /// A best lexical score from here down counts as none.
    pub words_miss_to: f32,
    /// Cosines up to this are noise between any two dishes and count as 0; the rest is
    /// stretched to 0 to 1.
    pub cosine_floor: f32,
}

/// The weights in use: of a grid, one of the best for 1,200 bare names of 40 kinds of places that no
/// model had learnt (`eval/data/search_menus.jsonl`), and no worse for two cities' menus.
pub const WEIGHTS: Weights = Weights {
    semantic_when_words_fit: 0.4,
    semantic_when_words_miss: 0.8,
    words_fit_from: 0.8,
    words_miss_to: 0.2,
    cosine_floor: 0.0,
};

/// How one query is fused.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fusion {
    weights: Weights,
    semantic_share: f32,
}

impl Fusion {
    /// For a query whose best item scores `best_lexical` (0 to 1). `with_vectors` is false where
    /// no vector takes part; words then count alone.
    #[must_use]
    pub fn new(weights: Weights, best_lexical: f32, with_vectors: bool) -> Self {
        let span = (weights.words_fit_from - weights.words_miss_to).max(f32::EPSILON);
        let fit = ((best_lexical - weights.words_miss_to) / span).clamp(0.0, 1.0);
        let semantic_share = if with_vectors {
            weights.semantic_when_words_miss
                + fit * (weights.semantic_when_words_fit - weights.semantic_when_words_miss)
        } else {
            0.0
        };
        Self {
            weights,
            semantic_share,
        }
    }

    /// Share of meaning in this query's scores, 0 to 1.
    #[must_use]
    pub fn semantic_share(&self) -> f32 {
        self.semantic_share
    }

    /// The rank score of one item: both parts 0 to 1, the semantic one a cosine.
    #[must_use]
    pub fn score(&self, lexical: f32, cosine: f32) -> f32 {
        let floor = self.weights.cosine_floor;
        let meaning = ((cosine - floor) / (1.0 - floor).max(f32::EPSILON)).clamp(0.0, 1.0);
        let words = lexical.clamp(0.0, 1.0);
        words + self.semantic_share * (meaning - words)
    }
}

#[cfg(test)]
mod tests {
    use super::{Fusion, WEIGHTS};
    use proptest::prelude::*;

    #[test]
    fn meaning_weighs_more_where_words_fail() {
        let miss = Fusion::new(WEIGHTS, 0.0, true).semantic_share();
        let half = Fusion::new(WEIGHTS, 0.5, true).semantic_share();
        let fit = Fusion::new(WEIGHTS, 1.0, true).semantic_share();
        assert!(fit < half && half < miss, "{fit} {half} {miss}");
        assert!((fit - WEIGHTS.semantic_when_words_fit).abs() < 1e-6);
        assert!((miss - WEIGHTS.semantic_when_words_miss).abs() < 1e-6);
    }

    #[test]
    fn without_vectors_the_words_are_the_score() {
        let fusion = Fusion::new(WEIGHTS, 0.4, false);
        assert!((fusion.score(0.4, 0.9) - 0.4).abs() < 1e-6);
    }

    proptest! {
        #[test]
        fn scores_stay_in_range_and_rise_with_each_part(
            best in 0.0f32..1.0, words in 0.0f32..1.0, cosine in -1.0f32..1.0, more in 0.0f32..1.0,
        ) {
            let fusion = Fusion::new(WEIGHTS, best, true);
            let score = fusion.score(words, cosine);
            prop_assert!((0.0..=1.0).contains(&score));
            prop_assert!(fusion.score((words + more).min(1.0), cosine) >= score - 1e-6);
            prop_assert!(fusion.score(words, (cosine + more).min(1.0)) >= score - 1e-6);
        }
    }
}
