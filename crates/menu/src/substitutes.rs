//! What could stand in for a dish that cannot be had now.
//!
//! Invariant: `Replacement` and the guest's limits decide who may; this only ranks. A dish that is
//! neither under the same heading nor close in meaning is no substitute, however short the menu.

use crate::index::{MenuIndex, Overrides, View};
use crate::top::TopK;
use olympus_core::menu::availability::LocalTime;
use olympus_core::menu::filter::Filter;
use olympus_core::menu::substitute::Replacement;
use olympus_proto::{MenuItem, State, Substitute};
use std::collections::HashSet;

/// Nearness in meaning from which a dish of another heading is close.
const CLOSE: f32 = 0.55;
/// What the same heading and shared words of the name add to nearness.
const SAME_HEADING: f32 = 0.3;
const SHARED_WORDS: f32 = 0.3;

impl MenuIndex {
    /// Up to `limit` dishes that can be had now and come nearest to the item of that id, best
    /// first; none where no such item is.
    #[must_use]
    pub fn substitutes(
        &self,
        id: &str,
        limit: usize,
        filter: &Filter,
        overrides: &Overrides,
        now: LocalTime,
    ) -> Vec<Substitute> {
        let Some((position, wanted)) = self.find(id) else {
            return Vec::new();
        };
        let view = View {
            filter,
            overrides,
            now,
            allowed: None,
            judged: &[],
        };
        let replacement = Replacement::of(wanted);
        let near = self.near(position);
        let words = self.name_terms(position);
        let mut top = TopK::new(limit);
        for (other, item) in (0_u32..).zip(self.items()) {
            let nearness = near.get(other as usize).copied().unwrap_or(0.0);
            let same = is_same_heading(wanted, item);
            if !same && nearness < CLOSE {
                continue;
            }
            let shared = overlap(&words, &self.name_terms(other));
            let heading = if same { SAME_HEADING } else { 0.0 };
            top.offer(other, nearness + heading + SHARED_WORDS * shared, || {
                replacement.may_be(item)
                    && view.admits(other, item)
                    && view.state(item) == State::Available
            });
        }
        let best = top.into_sorted().into_iter();
        best.filter_map(|scored| {
            let item = self.items().get(scored.position as usize)?;
            Some(Substitute {
                id: item.id.clone(),
                name: item.name.clone(),
                price_cents: item.price_cents,
                reason: match item.category.as_deref() {
                    Some(category) if is_same_heading(wanted, item) => {
                        format!("also under {category}")
                    }
                    _ => "close in meaning".to_owned(),
                },
            })
        })
        .collect()
    }

    /// The terms of an item's name.
    fn name_terms(&self, position: u32) -> HashSet<crate::vocabulary::TermId> {
        let document = self.documents.get(position as usize);
        document
            .and_then(|document| document.phrases.first())
            .map(|name| name.terms.iter().copied().collect())
            .unwrap_or_default()
    }
}

fn is_same_heading(left: &MenuItem, right: &MenuItem) -> bool {
    left.category.is_some() && left.category == right.category
}

/// Shared terms as a share of all, 0 to 1.
fn overlap<T: Eq + std::hash::Hash>(left: &HashSet<T>, right: &HashSet<T>) -> f32 {
    let all = left.union(right).count();
    #[expect(clippy::cast_precision_loss, reason = "words of a name")]
    let share = left.intersection(right).count() as f32 / all.max(1) as f32;
    share
}
