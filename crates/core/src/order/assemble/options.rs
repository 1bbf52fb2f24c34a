//! Choices: of which line each is, and what waits for its item.

use super::super::draft::{Choice, named};
use super::super::option::{self, Portion};
use super::super::phrases::Names;
use super::super::segment::{Kind, Segment};
use super::super::speech::{self, Cue};
use super::super::stems::stem;
use super::{Pending, Reader, Verb};
use crate::menu::text::words;
use olympus_proto::{Amount, ModifierAction, Span};

impl<'a> Reader<'a> {
    /// A choice: of a line that is there, of a dish that comes, or a dish of its own.
    pub(super) fn option(&mut self, names: &'a Names, span: Span, rest: &[Segment<'a>]) {
        let said = self.said(span);
        self.ends_negation(names, &said, span);
        let names = match self.portioned(&said) {
            Some(portioned) => {
                self.amount = None;
                portioned
            }
            None => names,
        };
        let choice = self.choice_at(span);
        self.negation_used |= self.negated;
        if self.negated {
            self.negated_away = self.lines.can_leave_out(&names.options);
        }
        if self.keep {
            self.lines.restore(&names.options);
            return;
        }
        if let Some(item) = self.is_drink_beside(names, choice) {
            self.place_with(item, names, choice);
            return;
        }
        if self.is_of_meal_or_dish(names, choice, rest)
            || self.says_nothing_new(names, &said, choice, rest)
        {
            return;
        }
        if let Some(Verb::Put(line)) = self.verb {
            // "make the fries large"
            if self.lines.put(line, &names.options, choice) {
                self.verb = None;
                return;
            }
        }
        if self.is_pieces_of_next(names, &said, span, rest)
            || self.is_another_like_last(names, choice, rest)
        {
            return;
        }
        if let Some(item) = self.sized_before_its_word(names, rest) {
            self.skip = rest.first().map(|next| next.start);
            self.place_with(item, names, choice);
            return;
        }
        let leads = self.leads(names, rest);
        self.skip_word_of_need(names, leads, rest);
        if !leads
            && choice.action == ModifierAction::Add
            && let Some((item, names)) = self.named_within(names, &said)
        {
            // "Large iced green tea": of the iced drinks, the tea.
            if matches!(self.run.take(), Some((items, false)) if items.contains(&item)) {
                self.out.ambiguous.pop();
                self.pending = std::mem::take(&mut self.held);
            }
            self.place_with(item, names, choice);
            return;
        }
        let is_open = self.pending.start.is_some() && !self.negated;
        let begins = || self.begins_dish(names, span) && self.host_of(names, choice).is_none();
        if leads || is_open || begins() {
            self.pending.start.get_or_insert(span.start);
            self.pending.options.push((names, choice));
        } else {
            self.attach_now(names, choice);
        }
    }

    /// A negation ends where a choice begins a wish of its own, and before what must be chosen.
    fn ends_negation(&mut self, names: &Names, said: &str, span: Span) {
        // "No beans, salsa on the side", "and add blueberries"
        let begins = match Portion::of(said) {
            Some(Portion::Side) => self.negation_used,
            Some(Portion::Amount(_)) => {
                self.negation_used || (self.contrast && self.negation_missed)
            }
            None => said.to_lowercase().starts_with("add "),
        };
        self.negated &= !begins;
        // "No zorbl, fries, coke": what must be chosen is not left out.
        let is_next = self.negation_missed && !self.negation_used && self.ends_phrase(span.start);
        self.negated &= !(is_next && self.lines.can_only_add(&names.options));
    }

    /// How what is named here is wanted.
    fn choice_at(&mut self, span: Span) -> Choice {
        Choice {
            action: match self.negated {
                true => ModifierAction::Remove,
                false => ModifierAction::Add,
            },
            amount: self.amount.take(),
            contrast: self.negated && self.contrast,
            span,
        }
    }

    /// The drink of a meal that was ordered, or a side that is a dish of its own.
    fn is_of_meal_or_dish(
        &mut self,
        names: &'a Names,
        choice: Choice,
        rest: &[Segment<'a>],
    ) -> bool {
        // A drink that the last line comes with is no line of its own, whatever article it has.
        if self.is_single()
            && !self.negated
            && self.belongs_to_last(names)
            && !self.opens_next(names, rest)
        {
            self.pending = Pending::default();
        }
        self.give_size_to_meal(names);
        if let Some(at) = self.as_drink_of_meal(names, choice) {
            self.pending = Pending::default();
            self.lines.put_last(at, choice);
            return true;
        }
        self.drop_size_of_meals_drink(names);
        // "Sticks with marinara and a side of ranch"
        if self.lines.last_has_other(&names.options)
            && let Some(item) = self.is_side_of_its_own(names, choice)
        {
            self.place_with(item, names, choice);
            return true;
        }
        false
    }

    /// "A bhuna, a lamb madras": an article, what a dish can have, and right after it that dish.
    fn opens_next(&self, names: &Names, rest: &[Segment<'_>]) -> bool {
        let Some(next) = rest.first().filter(|next| !self.ends_phrase(next.start)) else {
            return false;
        };
        let opened = self.pending.start.is_some() && !self.with && !self.onto && !names.is_size;
        let Kind::Names(dish) = next.kind else {
            return false;
        };
        let takes = |item: &usize| super::option_of(&names.options, *item).is_some();
        // A side of the line that is open is no dish.
        let is_side = self.lines.last_takes(&dish.options).is_some();
        opened
            && names.items.is_empty()
            && !dish.is_part
            && !is_side
            && dish.items.iter().any(takes)
    }

    /// Words of the dish's own name, and those that only complain of what was left out.
    fn says_nothing_new(
        &mut self,
        names: &Names,
        said: &str,
        choice: Choice,
        rest: &[Segment<'a>],
    ) -> bool {
        if self.is_in_name(said)
            || self.is_with_own(names, said)
            || self.is_group_of_choice(names, said, choice.span)
        {
            self.lines.lengthen(choice.span.end);
            return true;
        }
        self.is_plain_item(said, rest)
            || (!self.negated && self.is_complained_of(names, choice.span.start, rest))
    }

    /// Whether the dish comes next that the choice is of.
    fn leads(&self, names: &Names, rest: &[Segment<'a>]) -> bool {
        // "The ham on wheat, the tuna on rye": told of the ham.
        let takes = |line| self.lines.takes(line, &names.options);
        let is_told = (self.onto || self.with) && self.place.is_some_and(takes);
        let is_told = is_told || self.is_sized_after(names, rest);
        // "Add cheese, fries, and a coke"
        let ends = rest.first().is_none_or(|next| self.ends_phrase(next.start));
        let is_added = self.adds && ends && self.lines.last_takes(&names.options).is_some();
        !self.negated
            && !is_told
            && !is_added
            && (!self.is_needed(names) || (self.listed && !self.lines.last_is_meal()))
            && (self.next_item(names, rest).is_some()
                || self.leads_to_choice(names, rest)
                || self.leads_to_parts(names, rest)
                || self.leads_to_sort(names, rest)
                || self.leads_to_size(names, rest)
                || self.leads_to_called(names, rest)
                || self.leads_to_kind(names, rest))
    }

    /// Whether the line that is open must have one such and has none.
    fn is_needed(&self, names: &Names) -> bool {
        self.pending.start.is_none() && self.lines.last_needs(&names.options)
    }

    /// "Box lunch, turkey, barbecue chips": the chips of the meal are no dish.
    fn skip_word_of_need(&mut self, names: &Names, leads: bool, rest: &[Segment<'_>]) {
        if leads || !self.is_needed(names) {
            return;
        }
        let Some(item) = self.next_item(names, rest) else {
            return;
        };
        if !self.is_of_called_group(names, rest) {
            return;
        }
        // "Number one with coke number two": another meal begins.
        let is_number = |next: &Segment<'_>| {
            let said = self.said_of(next).to_lowercase();
            said.starts_with("number") || said.starts_with(|c: char| c.is_ascii_digit())
        };
        let is_item = |next: &&Segment<'_>| {
            !is_number(next)
                && matches!(next.kind, Kind::Names(next) if next.items.contains(&item) || next.within.contains(&item))
        };
        self.skip = rest.first().filter(is_item).map(|next| next.start);
    }

    /// Whether the next word is what a choice of the open line is called with, or its group: the chips of the chips.
    fn is_of_called_group(&self, names: &Names, rest: &[Segment<'_>]) -> bool {
        let last = self.lines.last_item();
        let at = last.and_then(|item| super::option_of(&names.options, item));
        let named = at.and_then(|at| named(self.items, at));
        let Some((next, (group, choice))) = rest.first().zip(named) else {
            return false;
        };
        let said = self.phrases.stems_of(&self.said_of(next).to_lowercase());
        let called = option::key(&format!("{} {}", group.name, choice.name));
        said.iter()
            .any(|said| called.split(' ').any(|own| own == said))
    }

    /// To a line that is there, in the place of what is corrected.
    fn attach_now(&mut self, names: &'a Names, choice: Choice) {
        // Another of its kind takes the place of what was said by itself.
        let replaces = self.lines.last_has_other(&names.options);
        let takes_back =
            choice.action == ModifierAction::Remove && self.lines.has_added(&names.options);
        if self.verb == Some(Verb::Correct) && self.retracts && !replaces && !takes_back {
            self.lines.undo();
        }
        self.part_for_list(names);
        let is_placed = self.attach(names, choice);
        // "Extra caramel drizzle" where drizzle is all that the menu knows.
        if !is_placed {
            self.amount = choice.amount;
        }
        if self.verb == Some(Verb::Correct) && is_placed {
            self.verb = None;
        }
    }

    /// "Apple juice small orange juice large": sizes said after what they are of.
    fn is_sized_after(&self, names: &Names, rest: &[Segment<'_>]) -> bool {
        let is_size = |names: &Names| names.is_size;
        let sized = |at: usize| matches!(rest.get(at).map(|s| s.kind), Some(Kind::Names(next)) if is_size(next));
        // "Cola small no ice, lemonade large"
        let is_choice = |s: &&Segment<'_>| match s.kind {
            Kind::Names(next) => next.items.is_empty() && !is_size(next),
            Kind::Cue(Cue::Not | Cue::Filler | Cue::Amount(_)) => true,
            _ => false,
        };
        let item = rest.iter().take_while(is_choice).count();
        // "Fries large tots medium", where tots are a side of the combos too
        let is_dish = matches!(rest.first().map(|s| s.kind), Some(Kind::Names(next)) if !next.within.is_empty());
        let is_next = |item: usize| !sized(item) && sized(item + 1);
        is_size(names)
            && self.after_name
            && self.pending.start.is_none()
            && self.lines.last_takes(&names.options) == Some(false)
            && (is_next(item) || (is_dish && is_next(0)))
    }

    /// "Easy on the ice" where the menu has "Lt Ice": that option.
    fn portioned(&self, said: &str) -> Option<&'a Names> {
        let amount = match self.amount? {
            Amount::Extra => "extra",
            Amount::Light => "light",
        };
        let stems = std::iter::once(amount.to_owned());
        let stems: Vec<String> = stems.chain(self.phrases.stems_of(said)).collect();
        let portioned = self.phrases.find(&stems)?;
        let fits = self.lines.accepting(&portioned.options).is_some();
        fits.then_some(portioned)
    }

    /// "With lettuce tomato", "with ham and cheese", where the line that is open has each of them as a
    /// choice and a dish is called so.
    pub(super) fn choices_in(
        &self,
        names: &Names,
        span: Span,
    ) -> Option<Vec<(&'a Names, Segment<'a>)>> {
        // "Shave ice strawberry lilikoi", where that is a juice
        let is_next = self.after_name && !names.options.is_empty() && !self.ends_phrase(span.start);
        let goes_on = self.with || is_next || (names.is_part && (self.after_name || self.joined));
        let is_own = self.lines.last_takes(&names.options).is_some();
        let is_free = names.options.is_empty() || names.items.is_empty();
        if !goes_on || self.pending.start.is_some() || is_own || !is_free {
            return None;
        }
        let said = self.said(span);
        let mut choices = Vec::new();
        for word in words(&said) {
            if speech::cue(&stem(&word.text)) == Some(Cue::And) {
                continue;
            }
            let names = self.phrases.find(&[self.phrases.meant(&word.text)])?;
            self.lines.last_takes(&names.options)?;
            // "With cheese fries" are fries.
            if !names.items.is_empty() {
                return None;
            }
            let segment = Segment {
                kind: Kind::Names(names),
                start: span.start + word.start,
                end: span.start + word.end,
            };
            choices.push((names, segment));
        }
        (choices.len() > 1).then_some(choices)
    }

    /// Whether a name of an item and of a choice means the choice of the line that is open.
    fn belongs_to_last(&self, names: &Names) -> bool {
        // "A coke and another coke"
        let is_more = matches!(self.before.as_str(), "another" | "one more");
        let is_again = is_more || (self.pending.joined && self.is_opened());
        let is_again = is_again && self.lines.has_added(&names.options);
        if is_again && self.drink_of(&names.options).is_some() {
            return false;
        }
        let takes = self.lines.last_takes(&names.options).is_some();
        let is_with = takes && (self.with || self.onto) && !names.items.is_empty();
        self.lines.last_needs(&names.options) || is_with
    }

    /// To the latest line that has such an option; to a place named before, if one was. Where no line can
    /// have it, the dish that it orders by itself; else it waits, and `false`.
    pub(super) fn attach(&mut self, names: &'a Names, choice: Choice) -> bool {
        if let Some(item) = self.is_another_drink(names, choice) {
            self.place_with(item, names, choice);
            return true;
        }
        let targets = match (&self.all, self.place) {
            (Some(lines), _) => self.lines.narrowed(lines, &names.options, self.two),
            (_, Some(line)) if self.lines.takes(line, &names.options) => vec![line],
            _ => self
                .lines
                .fitting(&names.options, choice)
                .into_iter()
                .collect(),
        };
        // "A mango and a lychee, no wait, both mango": of each that alone.
        let takes_place = self.verb == Some(Verb::Correct)
            && self.all.is_some()
            && choice.action == ModifierAction::Add;
        let mut placed = false;
        for line in targets {
            if takes_place {
                self.lines.clear_like(line, &names.options);
            }
            placed |= self.lines.put(line, &names.options, choice);
        }
        if placed || self.attach_amount(choice) {
            return true;
        }
        // "No toum" of what comes with Toum Garlic Sauce and can have Extra Toum.
        if choice.action == ModifierAction::Remove
            && let Some(at) = self.choice_beginning_with(choice.span)
        {
            self.lines.put_last(at, choice);
            return true;
        }
        let host = self.host_of(names, choice);
        match host {
            Some((item, names)) => self.place_with(item, names, choice),
            None => self.ahead.push((names, choice)),
        }
        host.is_some()
    }

    /// "Extra cheese" or "with milk" where that is an option of another item, and the cheese or the
    /// milk one of this.
    pub(super) fn attach_amount(&mut self, choice: Choice) -> bool {
        let said = self.said(choice.span);
        let stems: Vec<String> = self.phrases.stems_of(&said);
        let Some((first, rest)) = stems.split_first() else {
            return false;
        };
        let amount = match speech::cue(first) {
            Some(Cue::Amount(amount)) => Some(amount),
            Some(Cue::With) => choice.amount,
            _ => return false,
        };
        let Some(names) = self.phrases.find(rest) else {
            return false;
        };
        let line = self.lines.accepting(&names.options);
        line.is_some_and(|line| {
            self.lines
                .put(line, &names.options, Choice { amount, ..choice })
        })
    }
}
