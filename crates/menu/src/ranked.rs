//! Hits of a ranking that was made elsewhere: order and scores are taken from there, everything
//! else from this menu.

use crate::fit::{Fitter, Room};
use crate::index::{MenuIndex, Overrides, Query, View};
use crate::render::Renderer;
use crate::wishes::Wishes;
use olympus_core::menu::availability::LocalTime;
use olympus_proto::{Hit, HitScores, ItemId};
use std::collections::HashSet;

impl MenuIndex {
    /// Renders `ranking`, best first. Ids that are not on this menu, ids named twice, scores that
    /// are no numbers, and whatever the query's filter, the wishes or the hour refuse are left
    /// out. The words of the query are judged here; what meaning each hit has by itself is not
    /// known, so that part of its scores is 0.
    #[must_use]
    pub fn ranked(
        &self,
        query: &Query<'_>,
        wishes: &Wishes,
        ranking: &[(ItemId, f32)],
        overrides: &Overrides,
        now: LocalTime,
    ) -> Vec<Hit> {
        let view = View {
            filter: query.filter,
            overrides,
            now,
            allowed: wishes.allowed.as_deref(),
            judged: &[],
        };
        let words = self.expander().words(query.text, query.as_you_type);
        let fitter = Fitter::new(&words, &self.vocabulary);
        let renderer = Renderer::new(self, &fitter, &words);
        let mut named = HashSet::new();
        let mut room = Room::default();
        ranking
            .iter()
            .filter(|(_, score)| score.is_finite())
            .filter_map(|(id, score)| {
                let (position, item) = self.find(id.as_str())?;
                let document = self.documents.get(position as usize)?;
                if !named.insert(position) || !view.admits(position, item) {
                    return None;
                }
                let fit = fitter.fit(document, &mut room);
                let scores = HitScores {
                    lexical: fit.score,
                    semantic: 0.0,
                };
                let score = score.clamp(0.0, 1.0);
                Some(renderer.hit(position, item, view.state(item), score, scores, Some(fit)))
            })
            .take(query.limit)
            .collect()
    }
}
