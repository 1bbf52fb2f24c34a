//! What a guest must not have: "nut allergy", "allergies: peanuts", "does it have egg? I'm allergic".
//!
//! Invariant: what stands in an allergy is never added, and what is said of one that nobody has orders nothing.

use super::super::draft::named;
use super::super::phrases::{Names, OptionRef};
use super::super::segment::{Kind, Segment};
use super::Reader;
use crate::menu::attributes::{Finding, Manner, Meaning, parse_beside_name};
use crate::menu::slips;
use crate::menu::text::{Word, words};
use olympus_proto::Span;

/// The words of allergies in a text.
pub(super) struct Allergies {
    /// Those that somebody has, with whether an allergen of the fourteen is named.
    stated: Vec<(Span, bool)>,
    /// Those that nobody has.
    denied: Vec<Span>,
}

impl Allergies {
    pub(super) fn of(text: &str) -> Self {
        let read = parse_beside_name(text, Manner::Order, &[]);
        // "Gluten free" is how a dish is wanted, which the menu may have a choice for.
        let is_free = |word: &Word| word.text.ends_with("free") || slips::is_of_free(&word.text);
        let stated = |found: &Finding| {
            let said = text.get(found.start..found.end).unwrap_or_default();
            let is_allergen = matches!(found.meaning, Meaning::Free(_));
            let is_refused = is_allergen || matches!(found.meaning, Meaning::Without(_));
            let (start, end) = (found.start, found.end);
            (is_refused && !words(said).iter().any(is_free))
                .then_some((Span { start, end }, is_allergen))
        };
        Self {
            stated: read.findings.iter().filter_map(stated).collect(),
            denied: read.denied,
        }
    }

    /// The words of those that somebody has.
    pub(super) fn spans(&self) -> impl Iterator<Item = Span> + Clone + '_ {
        self.stated.iter().map(|(span, _)| *span)
    }
}

fn is_within(segment: &Segment<'_>, span: Span) -> bool {
    span.start <= segment.start && segment.end <= span.end
}

impl<'a> Reader<'a> {
    /// Leaves out what an allergy names, where no word before it does already; its other words are read with
    /// the limit. `true` where the phrase is done with.
    pub(super) fn is_refused(
        &mut self,
        allergies: &Allergies,
        segment: &Segment<'a>,
        rest: &[Segment<'a>],
    ) -> bool {
        if allergies
            .denied
            .iter()
            .any(|span| is_within(segment, *span))
        {
            return true;
        }
        if let Kind::Names(names) = segment.kind
            && self.negated
            && self.is_of_free(names)
        {
            // "Can't have gluten, gluten free bun"
            self.negated = false;
        }
        let mut stated = allergies.stated.iter();
        let within = stated.find(|(span, _)| is_within(segment, *span));
        let is_open = self.negated && (!self.negation_used || self.joined);
        // A dish by the name of an allergen is neither ordered nor called off.
        if let (Kind::Names(names), Some((_, true))) = (segment.kind, within)
            && self.is_dish_of_its_own(names)
        {
            self.negation_used |= is_open;
            return true;
        }
        match (segment.kind, within) {
            _ if is_open => return false,
            (Kind::Names(names), Some(_)) => self.forgo(names, segment, rest),
            (Kind::Unknown, Some(_)) => {}
            _ => return false,
        }
        true
    }

    fn is_dish_of_its_own(&mut self, names: &Names) -> bool {
        if names.items.is_empty() {
            return false;
        }
        self.settle();
        self.lines.accepting(&names.options).is_none()
    }

    /// A gluten free bun is none that has it.
    fn is_of_free(&self, names: &Names) -> bool {
        let is_free = |at: &OptionRef| {
            let name = named(self.items, *at).map_or("", |(_, option)| option.name.as_str());
            words(name).iter().any(|word| word.text == "free")
        };
        names.items.is_empty() && !names.options.is_empty() && names.options.iter().all(is_free)
    }

    fn forgo(&mut self, names: &'a Names, segment: &Segment<'a>, rest: &[Segment<'a>]) {
        if self.is_of_free(names) {
            return;
        }
        self.settle();
        (self.negated, self.negation_used, self.negation_missed) = (true, false, false);
        self.names(names, segment, rest);
        (self.negated, self.negation_used, self.negation_missed) = (false, false, false);
    }
}
