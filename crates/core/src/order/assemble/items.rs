//! Names of items, and the lines that are made of them.

use super::super::called::plain_name;
use super::super::draft::{Choice, Draft};
use super::super::lines::{is_for_children, is_meal};
use super::super::option;
use super::super::phrases::Names;
use super::super::segment::{Kind, Segment};
use super::super::speech::Cue;
use super::meant::option_of;
use super::{Pending, Reader, Verb};
use olympus_proto::{AmbiguousItem, MenuItem, ModifierAction, Span};

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
        let is_side = self.lines.accepting(&names.options).is_none()
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
            && (self.lines.accepting(&names.options).is_none() || self.is_another_dish(names))
            && self.next_item(names, rest).is_none()
            && !self.leads_to_sort(names, rest)
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
        let Some(item) = self.items.get(item) else {
            return false;
        };
        let plain = plain_name(&item.name);
        let name = option::key(plain.as_deref().unwrap_or(&item.name));
        let words: Vec<&str> = name.split(' ').filter(|word| *word != "and").collect();
        let whole = names.within.len();
        words.len() < 3
            || self.said_last.as_deref().is_none_or(|said| {
                let said: Vec<&str> = said.split(' ').collect();
                let is_rare = names.options.len() < 3 && !item.name.contains(['&', ',']);
                words.ends_with(&said) || (whole == 1 && (said.len() > 1 || is_rare))
            })
    }

    /// The item that comes right after (options and sizes may stand between) and has this option.
    pub(super) fn next_item(&self, names: &Names, rest: &[Segment<'_>]) -> Option<usize> {
        let waits = self.pending.start.is_some();
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
                Kind::Names(next) => {
                    let takes = |item: &&usize| option_of(&names.options, **item).is_some();
                    // "small fries", where "fries" is also a choice: a size needs its item.
                    let is_size = names.is_size;
                    // "Strawberry lemonade", where that is also a drink of the meals.
                    let is_free = self.lines.accepting(&next.options).is_none();
                    let parts = next.within.iter().filter(|_| is_size || is_free);
                    if let Some(item) = next.items.iter().chain(parts).find(takes) {
                        return Some(*item);
                    }
                    if next.options.is_empty() {
                        return None;
                    }
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
        match rest.first().map(|next| next.kind) {
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
                self.one_or_own(having).is_some()
                    && (is_another || is_sized || self.lines.accepting(&next.options).is_none())
            }
            _ => false,
        }
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

    pub(super) fn item(&mut self, items: &[usize], span: Span) {
        // "Minus the pico and chips": what is not on the order is wanted.
        // "No zorbl and the spring rolls": what the menu does not know ends there too.
        let said = self.text.get(..span.start).unwrap_or_default().trim_end();
        let is_and = [" and", " and the", " plus"]
            .iter()
            .any(|and| said.ends_with(and));
        let is_told = self.negation_used || (self.negation_missed && is_and);
        let was_negated = self.negated && self.negation_used;
        self.negated &= !is_told || self.lines.find(items).is_some();
        self.resumes = was_negated && !self.negated && (self.onto || self.towards);
        // "I'm allergic to zorbl, burger": what the menu does not know ends with the clause.
        let said = self.text.get(..span.start).unwrap_or_default();
        let begins = said
            .trim_end_matches(' ')
            .ends_with([',', '.', ';', '!', '?', '\n']);
        self.negated &= !(self.negation_missed && begins);
        if self.keep && self.lines.find(items).is_some() {
            return;
        }
        if self.negated {
            // "no fries": off the order, if they are on it
            if let Some(line) = self.lines.find(items) {
                self.take_off(line);
                // "Actually, instead of the coke an iced tea": what comes replaces nothing else.
                if self.contrast {
                    self.verb = None;
                }
            }
            self.negation_used = true;
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
        let pieces = self.pending.pieces.map(|(count, _)| count);
        let pieces = pieces.or(self.pending.number);
        let sold = pieces.and_then(|count| self.sold_by(&items, count));
        let chosen = self.choose(&items).or(sold);
        let chosen = chosen.or_else(|| self.of_kind(&items));
        let Some(item) = chosen.or_else(|| self.one_of(items.clone())) else {
            self.ask_which(&items, span);
            return;
        };
        self.place_item(item, span);
        self.run = Some((vec![item], true));
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
        let is_and = [" and", " plus", " then"]
            .iter()
            .any(|and| before.ends_with(and));
        // "Number one with fries. Number one with onion rings."
        let is_number = || self.said(span).to_lowercase().starts_with("number ");
        let is_next =
            self.ends_sentence(span.start) || (self.ends_phrase(span.start) && is_number());
        let is_more = (is_and || is_next) && !self.lines.is_bare();
        if self.pending.options.iter().any(is_other) || is_more {
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

    /// What waits, and what was said last, is of this line.
    pub(super) fn move_to(&mut self, line: usize) {
        for (names, choice) in std::mem::take(&mut self.pending).options {
            self.lines.put(line, &names.options, choice);
        }
        self.lines.move_recent(&[line]);
        (self.towards, self.onto) = (false, false);
    }

    /// A line of an item, with all that waits.
    pub(super) fn place_item(&mut self, item: usize, span: Span) {
        self.asked.clear();
        let pending = std::mem::take(&mut self.pending);
        let start = pending.start.unwrap_or(span.start).min(span.start);
        let whole = Span {
            start,
            end: span.end,
        };
        // "Four pieces of salmon nigiri" where each is one.
        let mut pending = pending;
        if let Some((count, _)) = pending.pieces.filter(|_| self.is_single_piece(item)) {
            (pending.number, pending.pieces) = (pending.number.or(Some(count)), None);
        }
        let of_pieces = pending.pieces.map(|(count, _)| count);
        let counted = of_pieces.or(pending.number);
        let counted_at = pending.pieces.map_or(whole, |(_, span)| span);
        let portions = counted.and_then(|count| self.portions(item, count));
        let pieces = portions.map(|(at, _)| at);
        let number = match portions {
            Some((_, times)) => (times > 1).then_some(times),
            None => {
                counted.and_then(
                    |count| match self.orders_of_pieces(item, count, counted_at) {
                        Some(orders) => Some(orders),
                        None => of_pieces.is_none().then_some(count),
                    },
                )
            }
        };
        let number = match (pending.pieces, pending.number) {
            (Some(_), Some(count)) => Some(count),
            _ => number,
        };
        if let Some((count, span)) = pending.pieces
            && portions.is_none()
            && self.orders_of_pieces(item, count, span).is_none()
        {
            self.not_understood(span.start, span.end);
        }
        let mut draft = Draft::new(item, number.unwrap_or(1), Some(whole));
        if let Some(at) = pieces {
            draft.put(self.items, at, Choice::added(whole));
        }
        for (names, choice) in self.sizes_of_kind(item) {
            draft.choose(self.items, &names.options, choice);
        }
        let mut strays = Vec::new();
        for (names, choice) in pending.options {
            // A word of the item's own name chooses nothing.
            let chooses = draft.choose(self.items, &names.options, choice).is_some();
            if !chooses && !names.within.contains(&item) {
                strays.push((names, choice));
            }
        }
        for (names, choice) in strays {
            self.attach(names, choice);
        }
        let is_first = self.lines.is_empty() || self.towards || self.onto || self.ahead_of_all;
        for (names, choice) in std::mem::take(&mut self.ahead) {
            // "Supreme, no sauce, and garlic knots": of the supreme, which has none.
            if !is_first && choice.action == ModifierAction::Remove && !self.leads_ahead(choice) {
                self.not_understood(choice.span.start, choice.span.end);
                continue;
            }
            let is_put = draft.choose(self.items, &names.options, choice).is_some();
            if is_put && self.ahead_of_all {
                self.ahead.push((names, choice));
            }
            if is_put {
                continue;
            }
            match choice.action {
                // What is left out may wait longer than what is added.
                ModifierAction::Remove => self.ahead.push((names, choice)),
                ModifierAction::Add => self.not_understood(choice.span.start, choice.span.end),
            }
        }
        self.place_stash(&draft);
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
        // "A burger, and no pickles on the sandwich": of what comes after "on".
        if std::mem::take(&mut self.towards) {
            self.lines.move_recent_to_last();
        }
        let told = number.unwrap_or(1);
        if !self.told {
            self.told_of_kind(item, told, span);
        }
        (self.amount, self.shared, self.lost) = (None, None, false);
        self.told_of_all = false;
        (self.all, self.place) = (None, None);
    }

    /// Whether what is left out begins a wish: "… and no onions on the burger" after a line.
    fn leads_ahead(&self, choice: Choice) -> bool {
        let before = self.text.get(..choice.span.start).unwrap_or_default();
        let before = before.trim_end().to_lowercase();
        [" and no", " and without", ". no", ". without"]
            .iter()
            .any(|no| before.ends_with(no))
    }

    /// The one item that is meant: where several share the name, the one that takes the options
    /// that wait.
    pub(super) fn choose(&self, items: &[usize]) -> Option<usize> {
        if let [item] = items {
            return Some(*item);
        }
        let waiting = &self.pending.options;
        let fitting = items.iter().copied().filter(|item| {
            let has = |(names, _): &(&Names, Choice)| option_of(&names.options, *item).is_some();
            !waiting.is_empty() && waiting.iter().all(has)
        });
        self.one_of(fitting.collect())
    }

    /// The one of several items; of a dish and meals with it the dish.
    pub(super) fn one_of(&self, mut items: Vec<usize>) -> Option<usize> {
        if items.len() > 1 {
            // "Nuggets" are Chicken Nuggets and no Kid's Nugget Meal.
            let is_dish = |item: &MenuItem| !is_meal(item) && !is_for_children(item);
            items.retain(|item| self.items.get(*item).is_some_and(is_dish));
        }
        // "A can of soda" is no two liters.
        let listed = |item: &usize| self.items.get(*item).map(|item| &item.category);
        let first = items.first().and_then(listed);
        if items.len() > 1 && items.iter().all(|item| listed(item) == first) {
            self.leave_bulk(&mut items);
        }
        // "Fries" are the French ones, where others are loaded.
        if items.len() > 1 && self.said_last.as_deref() == Some("frie") {
            let is_french = |item: &usize| {
                self.phrases
                    .name_of(*item)
                    .iter()
                    .any(|word| word == "french")
            };
            let french: Vec<usize> = items.iter().copied().filter(is_french).collect();
            if !french.is_empty() {
                items = french;
            }
        }
        match items.as_slice() {
            [item] => Some(*item),
            _ => None,
        }
    }

    /// Which of several is meant is not clear.
    pub(super) fn ask_which(&mut self, items: &[usize], span: Span) {
        self.out.ambiguous.push(AmbiguousItem {
            text: self.said(span),
            span,
            candidates: self.ids(items),
        });
        self.held = std::mem::take(&mut self.pending);
        self.asked = items.to_vec();
        self.run = Some((items.to_vec(), false));
    }

    /// "Breakfast wrap add avocado" where there are three such wraps: of whichever it is, and no avocado
    /// toast. `true` where it was said of what has to be asked.
    pub(super) fn is_of_asked(
        &mut self,
        names: &Names,
        segment: &Segment<'_>,
        rest: &[Segment<'_>],
    ) -> bool {
        if self.tells_asked(names, segment) {
            return false;
        }
        // "Tagliatelle ragu" tells which.
        let mut called = names.items.iter().chain(&names.within);
        let tells = called.any(|item| self.asked.contains(item));
        let leads = tells || names.is_size || self.next_item(names, rest).is_some();
        let is_exact = leads || (!names.items.is_empty() && !names.is_part);
        let takes = |item: &usize| option_of(&names.options, *item).is_some();
        let is_new = self.is_opened() && self.pending.start.is_some();
        let is_led = self.adds || self.after_name;
        if is_exact || is_new || !is_led || self.verb.is_some() || !self.asked.iter().any(takes) {
            return false;
        }
        self.not_understood(segment.start, segment.end);
        self.negation_used |= self.negated;
        true
    }

    /// "A philly with provolone" of a sub and a pizza: the one that can have it.
    fn tells_asked(&mut self, names: &Names, segment: &Segment<'_>) -> bool {
        let takes = |item: &&usize| option_of(&names.options, **item).is_some();
        // "Tenders, five piece"
        let is_portion = names.is_size && self.after_name;
        let is_led = self.with || self.adds || is_portion;
        let is_led = is_led && !self.negated && self.verb.is_none();
        let mut fitting = self.asked.iter().filter(takes).copied();
        let (Some(item), None) = (fitting.next(), fitting.next()) else {
            return false;
        };
        let asked = self.ids(&self.asked);
        let is_last = self
            .out
            .ambiguous
            .last()
            .is_some_and(|last| last.candidates == asked);
        if !is_led || !is_last || asked.len() < 2 || !names.items.is_empty() {
            return false;
        }
        let Some(asked) = self.out.ambiguous.pop() else {
            return false;
        };
        self.pending = std::mem::take(&mut self.held);
        let end = asked.span.end.min(segment.start);
        self.place_item(
            item,
            Span {
                start: asked.span.start,
                end,
            },
        );
        true
    }

    pub(super) fn ids(&self, items: &[usize]) -> Vec<olympus_proto::ItemId> {
        let items = items.iter().filter_map(|item| self.items.get(*item));
        items.map(|item| item.id.clone()).collect()
    }
}
