//! What a guest must not have: "nut allergy", "allergies: peanuts", "does it have egg? I'm allergic".
//!
//! Invariant: what stands in an allergy is never added.

use super::super::draft::named;
use super::super::phrases::{Names, OptionRef};
use super::super::segment::{Kind, Segment};
use super::Reader;
use crate::menu::attributes::{Manner, Meaning, parse_beside_name};
use crate::menu::slips;
use crate::menu::text::{Word, words};
use olympus_proto::Span;

/// Where `text` tells of an allergy.
pub(super) fn allergies_in(text: &str) -> Vec<Span> {
    let findings = parse_beside_name(text, Manner::Order, &[])
        .findings
        .into_iter();
    // "Gluten free" is how a dish is wanted, which the menu may have a choice for.
    let is_free = |word: &Word| word.text.ends_with("free") || slips::is_of_free(&word.text);
    let allergies = findings.filter(|found| {
        let said = text.get(found.start..found.end).unwrap_or_default();
        let is_refused = matches!(found.meaning, Meaning::Free(_) | Meaning::Without(_));
        is_refused && !words(said).iter().any(is_free)
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
        let is_open = self.negated && (!self.negation_used || self.joined);
        if is_open || !allergies.iter().any(is_within) {
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
        let is_free = |at: &OptionRef| {
            let name = named(self.items, *at).map_or("", |(_, option)| option.name.as_str());
            words(name).iter().any(|word| word.text == "free")
        };
        // A gluten free bun is none that has it.
        if names.items.is_empty() && names.options.iter().all(is_free) {
            return;
        }
        self.settle();
        (self.negated, self.negation_used, self.negation_missed) = (true, false, false);
        self.names(names, segment, rest);
        (self.negated, self.negation_used, self.negation_missed) = (false, false, false);
    }
}
