//! A line for a dish, with all that waited for it.
//!
//! Invariant: nothing of what waits is lost. It becomes a choice of the new line or of one before, waits on, or
//! is reported as not understood.

use super::super::draft::{Choice, Draft, named};
use super::super::phrases::{Names, OptionRef};
use super::super::segment::Segment;
use super::{Pending, Reader, Verb};
use olympus_proto::{ModifierAction, Span};

impl<'a> Reader<'a> {
    /// A line of an item, with all that waits.
    pub(super) fn place_item(&mut self, item: usize, span: Span) {
        self.asked.clear();
        let mut pending = std::mem::take(&mut self.pending);
        let start = pending.start.unwrap_or(span.start).min(span.start);
        let whole = Span {
            start,
            end: span.end,
        };
        self.drop_own_words(item, &mut pending, span);
        let (number, portion) = self.counted(item, &mut pending, whole);
        let mut draft = Draft::new(item, number.unwrap_or(1), Some(whole));
        if let Some(at) = portion {
            draft.put(self.items, at, Choice::added(whole));
        }
        for (names, choice) in self.sizes_of_kind(item) {
            draft.choose(self.items, &names.options, choice);
        }
        self.take_measure(&mut draft, &pending, span);
        self.size_each(&mut draft, &pending);
        self.take_waiting(&mut draft, pending.options);
        self.take_ahead(&mut draft);
        self.place_stash(&draft);
        self.place_draft(draft, number);
        let is_told = self
            .items
            .get(item)
            .is_some_and(|item| item.description.is_some());
        if let Some(plain) = self.plain.take()
            && !self.makes_plain(plain)
            && is_told
        {
            self.not_understood(plain.start, plain.end);
        }
        // "A burger, and no pickles on the sandwich": of what comes after "on".
        if std::mem::take(&mut self.towards) {
            self.lines.move_recent_to_last();
        }
        if !self.told {
            self.told_of_kind(item, number.unwrap_or(1), span);
        }
        (self.amount, self.shared, self.lost) = (None, None, false);
        self.told_of_all = false;
        (self.all, self.place) = (None, None);
    }

    /// The same with one choice more.
    pub(super) fn place_with(&mut self, item: usize, names: &'a Names, choice: Choice) {
        self.pending.options.push((names, choice));
        self.place_item(item, choice.span);
    }

    /// How many of an item what waits says, and the portion that so many pieces are.
    fn counted(
        &mut self,
        item: usize,
        pending: &mut Pending<'a>,
        whole: Span,
    ) -> (Option<u32>, Option<OptionRef>) {
        // "Four pieces of salmon nigiri" where each is one.
        if let Some((count, _)) = pending.pieces.filter(|_| self.is_single_piece(item)) {
            (pending.number, pending.pieces) = (pending.number.or(Some(count)), None);
        }
        let Some((count, span)) = pending.pieces else {
            let Some(count) = pending.number else {
                return (None, None);
            };
            let is_sized = |(names, _): &(&Names, Choice)| {
                names.is_size && super::option_of(&names.options, item).is_some()
            };
            // "Four two piece baskets" are four, and so are four baskets.
            if pending.options.iter().any(is_sized) || self.is_served_whole(item) {
                return (Some(count), None);
            }
            return match self.portions(item, count) {
                Some((at, times)) => ((times > 1).then_some(times), Some(at)),
                None => {
                    let orders = self.orders_of_pieces(item, count, whole);
                    (Some(orders.unwrap_or(count)), None)
                }
            };
        };
        let (number, portion) = match self.portions(item, count) {
            Some((at, times)) => ((times > 1).then_some(times), Some(at)),
            None => match self.by_the_piece(item) {
                Some(at) => (Some(count), Some(at)),
                None => (self.orders_of_pieces(item, count, span), None),
            },
        };
        if number.is_none() && portion.is_none() {
            self.not_understood(span.start, span.end);
        }
        (pending.number.or(number), portion)
    }

    /// "A quart of slaw and beans": a quart of each.
    fn take_measure(&mut self, draft: &mut Draft, pending: &Pending<'a>, span: Span) {
        if let [(names, choice)] = pending.options.as_slice() {
            let between = self
                .text
                .get(choice.span.end..span.start)
                .unwrap_or_default();
            let is_of = names.is_size && matches!(between.trim(), "of" | "each of");
            self.measured = is_of.then_some((*names, *choice));
            return;
        }
        let is_next = self.listed && pending.start.is_none() && self.verb.is_none();
        self.measured = self.measured.take().filter(|_| is_next);
        if let Some((names, choice)) = self.measured {
            let choice = Choice { span, ..choice };
            draft.choose(self.items, &names.options, choice);
        }
    }

    /// "A pint each of beans and slaw": the measure waits for them.
    pub(super) fn is_measure_of_each(&self, segment: &Segment<'_>) -> bool {
        let options = &self.pending.options;
        let after = self.text.get(segment.end..).unwrap_or_default();
        let is_each = self.said_of(segment).eq_ignore_ascii_case("each");
        is_each
            && after.trim_start().starts_with("of ")
            && !options.is_empty()
            && options.iter().all(|(names, _)| names.is_size)
    }

    /// What waits for the dish; what it cannot have is of a line before.
    fn take_waiting(&mut self, draft: &mut Draft, waiting: Vec<(&'a Names, Choice)>) {
        let mut strays = Vec::new();
        for (names, choice) in waiting {
            // A word of the item's own name chooses nothing.
            let chooses = draft.choose(self.items, &names.options, choice).is_some();
            if !chooses && !names.within.contains(&draft.item) {
                strays.push((names, choice));
            }
        }
        for (names, choice) in strays {
            self.attach(names, choice);
        }
    }

    /// "Pork chop plate" of the Pork Chop Rice Plate, where pork can lie on it: a word of its name.
    fn drop_own_words(&self, item: usize, pending: &mut Pending<'a>, span: Span) {
        let mut start = span.start;
        let mut said = self.phrases.stems_of(&self.said(span).to_lowercase());
        while let Some((names, choice)) = pending.options.last() {
            let gap = self.text.get(choice.span.end..start).unwrap_or_default();
            let word = self
                .phrases
                .stems_of(&self.said(choice.span).to_lowercase());
            said.splice(0..0, word);
            let at = super::option_of(&names.options, item).filter(|at| at.derived);
            let group = at.and_then(|at| named(self.items, at));
            let is_free = group.is_some_and(|(group, _)| group.min == 0 && !names.is_size);
            let mut name = self.phrases.name_of(item).iter();
            let is_name = said.iter().all(|word| name.any(|own| own == word));
            if !is_free || !is_name || !gap.chars().all(|c| c == ' ') {
                return;
            }
            start = choice.span.start;
            pending.options.pop();
        }
    }

    /// What was said of a dish to come.
    fn take_ahead(&mut self, draft: &mut Draft) {
        let is_first = self.lines.is_empty() || self.towards || self.onto || self.ahead_of_all;
        for (names, choice) in std::mem::take(&mut self.ahead) {
            let is_removed = choice.action == ModifierAction::Remove;
            // "Supreme, no sauce, and garlic knots": of the supreme, which has none.
            if !is_first && is_removed && !self.leads_ahead(choice) {
                self.not_understood(choice.span.start, choice.span.end);
                continue;
            }
            let is_put = draft.choose(self.items, &names.options, choice).is_some();
            match (is_put, is_removed) {
                (true, _) if self.ahead_of_all => self.ahead.push((names, choice)),
                (true, _) => {}
                // What is left out may wait longer than what is added.
                (false, true) => self.ahead.push((names, choice)),
                (false, false) => self.not_understood(choice.span.start, choice.span.end),
            }
        }
    }

    /// A line of its own, or in the place of the one that is corrected.
    fn place_draft(&mut self, mut draft: Draft, number: Option<u32>) {
        match self.verb.take() {
            Some(Verb::Correct) if !self.lost => {
                match self.retracts {
                    true => self.lines.told_as_meal(&mut draft),
                    false => self.lines.sized_as(None, &mut draft),
                }
                self.lines.replace_last(draft, number);
            }
            Some(Verb::Put(line)) => {
                self.lines.sized_as(Some(line), &mut draft);
                self.lines.replace(line, draft, number);
            }
            _ => self.lines.push(draft),
        }
    }

    /// Whether what is left out begins a wish: "… and no onions on the burger" after a line.
    fn leads_ahead(&self, choice: Choice) -> bool {
        let before = self.text.get(..choice.span.start).unwrap_or_default();
        let before = before.trim_end().to_lowercase();
        [" and no", " and without", ". no", ". without"]
            .iter()
            .any(|no| before.ends_with(no))
    }
}
