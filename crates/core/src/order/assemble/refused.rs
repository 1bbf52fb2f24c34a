//! What a guest must not have: "nut allergy", "allergies: peanuts", "does it have egg? I'm allergic".
//!
//! Invariant: what stands in an allergy is never added.

use super::super::phrases::Names;
use super::super::segment::{Kind, Segment};
use super::Reader;
use crate::menu::attributes::{Manner, Meaning, parse_hard};
use crate::menu::text::words;
use olympus_proto::Span;

/// Where `text` tells of an allergy.
pub(super) fn allergies_in(text: &str) -> Vec<Span> {
    let findings = parse_hard(text, Manner::Order, &[]).findings.into_iter();
    // "Gluten free" is how a dish is wanted, which the menu may have a choice for.
    let is_wish = |said: &str| words(said).iter().any(|word| word.text.ends_with("free"));
    let allergies = findings.filter(|found| {
        let said = text.get(found.start..found.end).unwrap_or_default();
        matches!(found.meaning, Meaning::Free(_)) && !is_wish(said)
    });
    allergies
        .map(|found| Span {
            start: found.start,
            end: found.end,
        })
        .collect()
}

impl<'a> Reader<'a> {
    /// Leaves out what an allergy names, where no word before it does already; its other words are read with
    /// the limit. `true` where the phrase is done with.
    pub(super) fn is_refused(
        &mut self,
        allergies: &[Span],
        segment: &Segment<'a>,
        rest: &[Segment<'a>],
    ) -> bool {
        let is_within = |span: &Span| span.start <= segment.start && segment.end <= span.end;
        if self.negated || !allergies.iter().any(is_within) {
            return false;
        }
        match segment.kind {
            Kind::Names(names) => self.forgo(names, segment, rest),
            Kind::Unknown => {}
            Kind::Cue(_) => return false,
        }
        true
    }

    fn forgo(&mut self, names: &'a Names, segment: &Segment<'a>, rest: &[Segment<'a>]) {
        self.settle();
        (self.negated, self.negation_used, self.negation_missed) = (true, false, false);
        self.names(names, segment, rest);
        (self.negated, self.negation_used, self.negation_missed) = (false, false, false);
    }
}
