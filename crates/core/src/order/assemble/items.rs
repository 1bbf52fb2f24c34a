//! Names of items, and the lines that are made of them.

use super::super::called::plain_name;
use super::super::draft::Choice;
use super::super::option;
use super::super::phrases::{Names, OptionRef};
use super::super::segment::Segment;
use super::meant::option_of;
use super::{Pending, Reader};
use olympus_proto::{ModifierAction, Span};

/// What is ordered beside a dish, and never put on one.
const SIDES: [&str; 6] = [
    "frie",
    "french frie",
    "tot",
    "tater tot",
    "onion ring",
    "coleslaw",
];

impl<'a> Reader<'a> {
    /// A name that is both: an item unless it is negated, or fits a line that is open, or belongs
    /// to the item that follows it.
    pub(super) fn is_item(&mut self, names: &Names, rest: &[Segment<'_>]) -> bool {
        // "Minus the pico and chips": chips that nothing has cannot be left out.
        let is_left_out =
            self.negated && !(self.negation_used && self.lines.accepting(&names.options).is_none());
        if is_left_out || self.amount.is_some() || self.next_item(names, rest).is_some() {
            return false;
        }
        // "…, and a hash brown on it"
        let is_put_on = rest.first().is_some_and(|next| {
            let said = self.said_of(next).to_lowercase();
            matches!(said.as_str(), "on it" | "in it" | "on that" | "on top")
        });
        if is_put_on && self.lines.last_takes(&names.options).is_some() {
            self.pending = Pending::default();
            return false;
        }
        // "And throw a fried egg on there" is of no Stir Fried Egg Noodles.
        let is_added = self.adds && names.is_part && self.is_single();
        if is_added && self.lines.last_takes(&names.options).is_some() {
            self.pending = Pending::default();
            return false;
        }
        // "A pepper instead of the coke" that the meal was to have.
        let is_instead = rest.first().is_some_and(|next| {
            let said = self.said_of(next).to_lowercase();
            matches!(said.as_str(), "instead of" | "in place of")
        });
        if is_instead && self.lines.last_has_other(&names.options) {
            self.pending = Pending::default();
            return false;
        }
        let waits = |line: usize| self.lines.needs(line, &names.options);
        if self.pending.start.is_none() && self.place.is_some_and(waits) {
            return false;
        }
        let goes_on = self.with || self.onto;
        if goes_on && self.lines.last_takes(&names.options).is_some() {
            return false;
        }
        // "Number two with slaw and a lemonade": the drink that it comes with.
        if self.is_single() && self.lines.last_needs(&names.options) {
            return false;
        }
        // "Number four with slaw and a biscuit": what the meal comes with.
        let is_with_meal = self.lines.last_is_meal() && self.lines.last_comes_with(&names.options);
        if is_with_meal && self.is_single() && self.verb.is_none() {
            self.pending = Pending::default();
            return false;
        }
        if self.pending.start.is_some() {
            // "a large fries": what waits belongs to it
            let takes = |item: &&usize| {
                let has =
                    |(names, _): &(&Names, Choice)| option_of(&names.options, **item).is_some();
                self.pending.options.iter().all(has)
            };
            if names.items.iter().any(|item| takes(&item)) {
                return true;
            }
        }
        // "A soup and 4 slices of sourdough" where the soup can have one.
        if self.pending.number.is_some_and(|number| number > 1)
            && !goes_on
            && self.pending.options.is_empty()
        {
            return true;
        }
        // "A burrito and chips and guac": the guac goes with the chips.
        match self.lines.accepting(&names.options) {
            Some(line) => {
                self.before == "and"
                    && self.lines.last_takes(&names.options).is_none()
                    && !self.lines.needs(line, &names.options)
            }
            None => true,
        }
    }

    /// An option that nothing said so far has, and a word of an item's name: "small fries" where
    /// they are a choice of the ribs too.
    pub(super) fn is_part_of_name(&self, names: &Names, rest: &[Segment<'_>]) -> bool {
        // "Club with fries" where the club has none: a side of its own.
        let takes_none = self.lines.accepting(&names.options).is_none();
        let is_new = self.with && self.lines.last_takes(&names.options).is_none();
        let is_side = (takes_none || is_new)
            && self
                .said_last
                .as_deref()
                .is_some_and(|said| SIDES.contains(&said));
        let nothing_waits = !self.negated && self.amount.is_none() && (!self.with || is_side);
        let takes = |item: &&usize| {
            let has = |(names, _): &(&Names, Choice)| option_of(&names.options, **item).is_some();
            self.pending.options.iter().all(has)
        };
        names.items.is_empty()
            && nothing_waits
            && names
                .within
                .iter()
                .any(|item| takes(&item) && self.is_called_by(*item, names))
            && (takes_none || is_side || self.is_another_dish(names) || self.is_sized_apart(names))
            && self.next_item(names, rest).is_none()
            && !self.leads_to_sort(names, rest)
            && !self.is_sort_of_drink(names)
    }

    /// "A pint of chicken and a pint of white rice": what is sold by the pint too, and no rice of the chicken.
    fn is_sized_apart(&self, names: &Names) -> bool {
        let sizes = &self.pending.options;
        let is_anew = |(size, _): &(&Names, Choice)| {
            let has = |item: &usize| option_of(&size.options, *item).is_some();
            size.is_size
                && self.lines.last_takes(&size.options) == Some(true)
                && names.within.iter().any(has)
        };
        self.is_opened() && !sizes.is_empty() && sizes.iter().all(is_anew)
    }

    /// "A medium root beer" is the drink of that sort and no Root Beer Float.
    pub(super) fn is_sort_of_drink(&self, names: &Names) -> bool {
        let drink = self.drink_of(&names.options);
        let is_exact = |item| {
            names
                .options
                .iter()
                .any(|at| at.item == item && !at.derived)
        };
        drink.is_some_and(is_exact)
    }

    /// "A cappuccino and a mocha" where a cappuccino can have mocha sauce: with an article of its own, and
    /// the last word of one dish's name.
    fn is_another_dish(&self, names: &Names) -> bool {
        let said = self.said_last.as_deref().unwrap_or_default();
        let is_head = |item: &usize| {
            self.phrases
                .name_of(*item)
                .last()
                .is_some_and(|last| last == said)
        };
        let is_derived = names.options.iter().all(|at| at.derived);
        self.listed
            && self.is_opened()
            && is_derived
            && matches!(names.within.as_slice(), [item] if is_head(item))
            && !self.lines.last_needs(&names.options)
    }

    /// Whether the words that name a choice are the beginning of a name of two words, or its end:
    /// "strawberry" calls for a Strawberry Shake and no Bacon, Egg & Cheese is called for by "bacon".
    fn is_called_by(&self, item: usize, names: &Names) -> bool {
        let said = self.said_last.as_deref().unwrap_or_default();
        if self.begins_with_many(item, said) {
            return true;
        }
        let Some(item) = self.items.get(item) else {
            return false;
        };
        let plain = plain_name(&item.name);
        let name = option::key(plain.as_deref().unwrap_or(&item.name));
        let name = name.strip_suffix(" by the lb").unwrap_or(&name).to_owned();
        // Eggs are no Sirloin & Eggs.
        if self.is_second_part(&item.name, self.said_last.as_deref().unwrap_or_default()) {
            return false;
        }
        let words: Vec<&str> = name.split(' ').filter(|word| *word != "and").collect();
        let whole = names.within.len();
        words.len() < 3
            || self.said_last.as_deref().is_none_or(|said| {
                let said: Vec<&str> = said.split(' ').collect();
                let is_rare = names.options.len() < 3 && !item.name.contains(['&', ',']);
                words.ends_with(&said) || (whole == 1 && (said.len() > 1 || is_rare))
            })
    }

    /// "Burger combo, large coke": the drink of the meal, and its size.
    pub(super) fn is_of_meal(&self, names: &Names) -> bool {
        let is_size = |names: &Names| names.is_size;
        let fits = |(names, _): &(&Names, Choice)| {
            is_size(names) && self.lines.last_takes(&names.options) == Some(false)
        };
        let sizes = &self.pending.options;
        !names.items.is_empty()
            && !self.negated
            && !self.is_opened()
            && !sizes.is_empty()
            && sizes.iter().all(fits)
            && self.lines.last_needs(&names.options)
    }

    /// Whether no number but one waits, and no choice.
    pub(super) fn is_single(&self) -> bool {
        self.pending.number.is_none_or(|number| number == 1) && self.pending.options.is_empty()
    }

    /// A name of items: off the order, a line that is there, or a new one.
    pub(super) fn item(&mut self, items: &[usize], span: Span) {
        self.ends_negation_before(items, span);
        if self.keep && self.lines.find(items).is_some() {
            return;
        }
        if self.negated {
            self.leave_out(items, span);
            return;
        }
        if self.towards
            && let Some(line) = self.lines.find(items)
        {
            self.move_to(line);
            return;
        }
        if self.says_it_again(items, span) {
            self.settle_options();
            self.lines.lengthen(span.end);
            return;
        }
        // Names in a row that one item shares are that item's: "tagliatelle ragu".
        let before = self.run.take();
        let shared: Vec<usize> = before
            .iter()
            .flat_map(|(items, _)| items.iter().copied())
            .filter(|item| items.contains(item))
            .collect();
        let mut items = items.to_vec();
        if let (Some((_, is_placed)), false) = (&before, shared.is_empty()) {
            if *is_placed {
                self.lines.lengthen(span.end);
                self.run = before;
                return;
            }
            self.out.ambiguous.pop();
            self.pending = std::mem::take(&mut self.held);
            items = shared;
        }
        match self
            .meant_of(&items)
            .or_else(|| self.headed_by(&items, span))
        {
            Some(item) => {
                self.place_item(item, span);
                self.run = Some((vec![item], true));
            }
            None => self.ask_which(&items, span),
        }
    }

    /// "The prime rib" is the Slow-Roasted Prime Rib and no Prime Rib French Dip: of several dishes the one whose name
    /// ends so.
    fn headed_by(&self, items: &[usize], span: Span) -> Option<usize> {
        let said = self.phrases.stems_of(&self.said(span).to_lowercase());
        let ends = |item: &&usize| self.phrases.name_of(**item).ends_with(&said);
        let mut headed = items.iter().filter(ends).copied();
        let item = headed.next().filter(|_| headed.next().is_none())?;
        (said.len() > 1).then_some(item)
    }

    /// A negation ends before a dish that is not on the order: that one is wanted.
    fn ends_negation_before(&mut self, items: &[usize], span: Span) {
        // "Minus the pico and chips": what is not on the order is wanted.
        // "No zorbl and the spring rolls": what the menu does not know ends there too.
        let before = self.text.get(..span.start).unwrap_or_default();
        let said = before.trim_end();
        let is_and = [" and", " and the", " plus"]
            .iter()
            .any(|and| said.ends_with(and));
        let is_told = self.negation_used || (self.negation_missed && is_and);
        let was_negated = self.negated && self.negation_used;
        self.negated &= !is_told || self.lines.find(items).is_some();
        self.resumes = was_negated && !self.negated && (self.onto || self.towards);
        // "I'm allergic to zorbl, burger": what the menu does not know ends with the clause.
        let begins = before
            .trim_end_matches(' ')
            .ends_with([',', '.', ';', '!', '?', '\n']);
        self.negated &= !(self.negation_missed && begins);
    }

    /// "No fries": off the order, if they are on it; "no toum", where that is a dip too, of what comes with Toum Garlic
    /// Sauce.
    fn leave_out(&mut self, items: &[usize], span: Span) {
        if let Some(line) = self.lines.find(items) {
            self.take_off(line);
            // "Actually, instead of the coke an iced tea": what comes replaces nothing else.
            if self.contrast {
                self.verb = None;
            }
        } else if let Some(at) = self.choice_beginning_with(span) {
            let action = ModifierAction::Remove;
            let choice = Choice {
                action,
                ..Choice::added(span)
            };
            self.lines.put_last(at, choice);
        }
        self.negation_used = true;
    }

    /// The one choice of the line that is open whose name begins with these words.
    pub(super) fn choice_beginning_with(&self, span: Span) -> Option<OptionRef> {
        let item = self.lines.last_item()?;
        let said = self.phrases.stems_of(&self.said(span).to_lowercase());
        let said = format!("{} ", said.join(" "));
        let groups = self.items.get(item)?.modifier_groups.iter().enumerate();
        let mut found = groups.flat_map(|(group, choices)| {
            let options = choices.options.iter().enumerate();
            let options = options.filter(|(_, option)| {
                let is_how = option::Portion::of(&option.name).is_some();
                // Nut Free Brownie has none.
                let key = option::key(&option.name);
                !is_how
                    && key
                        .strip_prefix(&said)
                        .is_some_and(|rest| !rest.starts_with("free "))
            });
            options.map(move |(option, _)| OptionRef {
                item,
                derived: true,
                group,
                option,
            })
        });
        found.next().filter(|_| found.next().is_none())
    }

    /// Whether a number or an article opened what waits.
    pub(super) fn is_opened(&self) -> bool {
        let first = self.pending.options.first();
        let first = first.map(|(_, choice)| choice.span.start);
        self.pending.number.is_some() || self.pending.start != first
    }

    /// "Katsu curry bowl, hot curry": a word of the name of the line that is open, and none more.
    fn says_it_again(&self, items: &[usize], span: Span) -> bool {
        // "Mango mochi and matcha mochi"
        let is_other = |(names, _): &(&Names, Choice)| self.lines.last_has_other(&names.options);
        // "Nachos with chicken and nachos with beans"
        let before = self.text.get(..span.start).unwrap_or_default();
        let before = before.trim_end().to_lowercase();
        let is_and = [" and", " and the", " plus", " then"]
            .iter()
            .any(|and| before.ends_with(and));
        // "Number one with fries. Number one with onion rings."
        let is_number = || self.said(span).to_lowercase().starts_with("number ");
        let is_next =
            self.ends_sentence(span.start) || (self.ends_phrase(span.start) && is_number());
        let is_more = (is_and || is_next) && !self.lines.is_bare();
        if self.pending.options.iter().any(is_other) || is_more || self.is_sort_anew() {
            return false;
        }
        let Some(last) = self
            .lines
            .last_item()
            .filter(|_| !self.is_opened() && self.verb.is_none())
        else {
            return false;
        };
        let Some(item) = self.items.get(last).filter(|_| items == [last]) else {
            return false;
        };
        let said = option::key(&self.said(span));
        let is_name = |name: &String| option::key(name) == said;
        !std::iter::once(&item.name)
            .chain(&item.aliases)
            .any(is_name)
    }

    /// "Pineapple sundae no whip, strawberry sundae": after a comma of a sort of which the line has another.
    fn is_sort_anew(&self) -> bool {
        let start = self.pending.start.unwrap_or_default();
        let before = self.text.get(..start).unwrap_or_default().trim_end();
        let has_one = |(names, _): &(&Names, Choice)| {
            let at = self
                .lines
                .last_item()
                .and_then(|item| option_of(&names.options, item));
            at.is_some_and(|at| self.lines.chosen_of(at.group) > 0)
        };
        before.ends_with([',', '+', '.', ';', '&'])
            && !self.pending.options.is_empty()
            && self.pending.options.iter().any(has_one)
    }

    /// What waits, and what was said last, is of this line.
    pub(super) fn move_to(&mut self, line: usize) {
        for (names, choice) in std::mem::take(&mut self.pending).options {
            self.lines.put(line, &names.options, choice);
        }
        self.lines.move_recent(&[line]);
        (self.towards, self.onto) = (false, false);
    }
}
