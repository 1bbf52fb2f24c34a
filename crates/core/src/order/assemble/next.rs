//! What comes next: whether what was said waits for a dish that is named only after it ("large root beer",
//! "pepperoni on a pizza").
//!
//! Invariant: nothing is changed here; a dish counts only where it can have what was said.

use super::super::phrases::Names;
use super::super::segment::{Kind, Segment};
use super::super::speech::Cue;
use super::Reader;
use super::meant::option_of;

impl<'a> Reader<'a> {
    /// The item that comes right after (options and sizes may stand between) and has this option.
    pub(super) fn next_item(&self, names: &Names, rest: &[Segment<'_>]) -> Option<usize> {
        let waits = self.pending.start.is_some();
        let is_dish = !names.items.is_empty() && !names.is_part && !names.is_size;
        let mut towards = false;
        for segment in rest {
            // "A burger with mayo, a wrap"
            let is_of_last = self.with || (!names.is_size && !waits);
            let is_told = is_of_last && self.lines.last_takes(&names.options).is_some();
            if self.ends_sentence(segment.start) || (is_told && self.ends_phrase(segment.start)) {
                return None;
            }
            let was_towards = std::mem::replace(
                &mut towards,
                matches!(segment.kind, Kind::Cue(Cue::On | Cue::To)),
            );
            match segment.kind {
                // "A bhuna lamb": the dish is named, and that is a choice of it.
                Kind::Names(next)
                    if is_dish
                        && names
                            .items
                            .iter()
                            .any(|item| option_of(&next.options, *item).is_some()) =>
                {
                    return None;
                }
                Kind::Names(next) => {
                    let takes = |item: &&usize| option_of(&names.options, **item).is_some();
                    // "small fries", where "fries" is also a choice: a size needs its item.
                    let is_size = names.is_size;
                    // "Strawberry lemonade", where that is also a drink of the meals.
                    let is_free = self.lines.accepting(&next.options).is_none();
                    let parts = next.within.iter().filter(|_| is_size || is_free);
                    // "Ham biscuit with mustard sausage biscuit": a whole name after "with" begins a dish.
                    let is_whole = !next.items.is_empty() && !next.is_part && !waits;
                    if self.with && !is_size && is_told && is_whole && !towards {
                        return None;
                    }
                    if let Some(item) = next.items.iter().chain(parts).find(takes) {
                        return Some(*item);
                    }
                    if next.options.is_empty() {
                        return None;
                    }
                }
                // "An ice cream of chocolate" is no scoop of it on a chocolate cake.
                Kind::Cue(Cue::Filler)
                    if is_dish && self.said_of(segment).eq_ignore_ascii_case("of") =>
                {
                    return None;
                }
                Kind::Cue(Cue::Filler | Cue::On | Cue::To | Cue::Amount(_)) => {}
                // "bacon on a cheeseburger"
                Kind::Cue(Cue::Article) if was_towards => {}
                // "a pepperoni and mushroom pizza": within what an article opened
                Kind::Cue(Cue::And) if waits => {}
                _ => return None,
            }
        }
        None
    }

    /// "Large root beer": after a size, a choice that no line takes and one item alone has in that
    /// size.
    pub(super) fn leads_to_choice(&self, names: &Names, rest: &[Segment<'_>]) -> bool {
        let is_size = names.is_size;
        // "Pint of slaw"
        let is_of = |next: &&Segment<'_>| self.said_of(next).eq_ignore_ascii_case("of");
        let of = usize::from(rest.first().filter(is_of).is_some());
        match rest.get(of).map(|next| next.kind) {
            Some(Kind::Names(next)) if is_size && next.items.is_empty() => {
                let mut having: Vec<usize> = next.options.iter().map(|at| at.item).collect();
                having.dedup();
                having.retain(|item| option_of(&names.options, *item).is_some());
                // "Small root beer no ice, large cola": another of the same.
                let is_another = self.verb.is_none()
                    && self.lines.last_takes(&names.options) == Some(true)
                    && (self.lines.last_has_other(&next.options)
                        || (self.listed && self.lines.has_added(&next.options)));
                // "A sub six inch, medium cola": the sub has its size.
                let is_sized = self.verb.is_none()
                    && self.lines.last_takes(&names.options) != Some(false)
                    && self.lines.last().is_some()
                    && !self.lines.last_needs(&next.options);
                // "A club, pint of slaw": no slaw of the club.
                let is_measured = of == 1
                    && self.listed
                    && self.verb.is_none()
                    && self.lines.last_takes(&names.options).is_none();
                self.one_or_own(having).is_some()
                    && (is_another
                        || is_sized
                        || is_measured
                        || self.lines.accepting(&next.options).is_none())
            }
            _ => false,
        }
    }

    /// "A dozen biscuits" of the Box of Biscuits, sold by the dozen: after a size, a word of the one dish's name
    /// that has it, where nothing that the word itself names does.
    pub(super) fn sized_before_its_word(
        &self,
        names: &Names,
        rest: &[Segment<'_>],
    ) -> Option<usize> {
        let next = rest.first().filter(|next| !self.ends_phrase(next.start))?;
        let is_of_last = self.lines.last_takes(&names.options).is_some();
        if !names.is_size || is_of_last || self.negated || self.verb.is_some() {
            return None;
        }
        let said = self.phrases.stems_of(&self.said_of(next).to_lowercase());
        let mut having: Vec<usize> = names.options.iter().map(|at| at.item).collect();
        having.dedup();
        let is_other = match next.kind {
            Kind::Names(next) => {
                let takes = |item: &usize| option_of(&next.options, *item).is_some();
                next.items.iter().any(|item| having.contains(item)) || having.iter().any(takes)
            }
            Kind::Unknown => false,
            Kind::Cue(_) => true,
        };
        if is_other {
            return None;
        }
        having.retain(|item| said.iter().all(|word| self.has_word(*item, word)));
        self.one_of(having)
    }

    /// "Diet cola medium": the size of what one item alone has as a choice.
    pub(super) fn leads_to_size(&self, names: &Names, rest: &[Segment<'_>]) -> bool {
        let is_size = |names: &Names| names.is_size;
        match rest.first().map(|next| next.kind) {
            Some(Kind::Names(next)) if is_size(next) && !is_size(names) => {
                let mut having: Vec<usize> = names.options.iter().map(|at| at.item).collect();
                having.dedup();
                having.retain(|item| option_of(&next.options, *item).is_some());
                self.one_of(having).is_some() && self.lines.accepting(&names.options).is_none()
            }
            _ => false,
        }
    }

    /// Whether the word that comes next says which dishes a choice is of: "chicken taco".
    pub(super) fn leads_to_kind(&self, names: &Names, rest: &[Segment<'_>]) -> bool {
        let Some(next) = rest.first().filter(|next| !self.ends_phrase(next.start)) else {
            return false;
        };
        let is_open = match next.kind {
            Kind::Unknown => true,
            Kind::Names(next) => {
                next.items.is_empty() && self.lines.accepting(&next.options).is_none()
            }
            Kind::Cue(_) => false,
        };
        let word = self.phrases.stems_of(&self.said_of(next).to_lowercase());
        let word = word.concat();
        let has = |item: usize| option_of(&names.options, item).is_some();
        is_open
            && self.phrases.is_kind(&word)
            && (0..self.items.len()).any(|item| self.has_word(item, &word) && has(item))
    }

    /// "…, large cheese": a size where the line that is open has one, and the one dish that is called
    /// so.
    pub(super) fn leads_to_called(&self, names: &Names, rest: &[Segment<'_>]) -> bool {
        let is_size = names.is_size;
        let Some(next) = rest.first().filter(|_| is_size) else {
            return false;
        };
        let Kind::Names(called) = next.kind else {
            return false;
        };
        let said = self.phrases.stems_of(&self.said_of(next).to_lowercase());
        let named = called.within.iter().filter(|item| {
            self.is_kind_of(**item, &said) && option_of(&names.options, **item).is_some()
        });
        self.verb.is_none()
            && (self.lines.is_empty() || self.lines.last_takes(&names.options) == Some(true))
            && called.items.is_empty()
            && named.count() == 1
    }
}
