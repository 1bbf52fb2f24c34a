//! Choices: of which line each is, and what waits for its item.

use super::super::draft::{Choice, is_size, must_be_one, named};
use super::super::lines::is_of_a_meal;
use super::super::option::{self, Portion};
use super::super::phrases::Names;
use super::super::segment::{Kind, Segment};
use super::super::speech::{self, Cue};
use super::super::stems::stem;
use super::meant::option_of;
use super::{Pending, Reader, Verb};
use crate::menu::text::words;
use olympus_proto::{Amount, ModifierAction, Span};

impl<'a> Reader<'a> {
    pub(super) fn option(&mut self, names: &'a Names, span: Span, rest: &[Segment<'a>]) {
        // "No beans, salsa on the side", "and add blueberries": these begin a wish of their own.
        let said = self.said(span);
        let begins = match Portion::of(&said) {
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
        let names = match self.portioned(&said) {
            Some(portioned) => {
                self.amount = None;
                portioned
            }
            None => names,
        };
        let choice = Choice {
            action: if self.negated {
                ModifierAction::Remove
            } else {
                ModifierAction::Add
            },
            amount: self.amount.take(),
            contrast: self.negated && self.contrast,
            span,
        };
        self.negation_used |= self.negated;
        if self.negated {
            self.negated_away = self.lines.can_leave_out(&names.options);
        }
        if self.keep {
            self.lines.restore(&names.options);
            return;
        }
        // A drink that the last line comes with is no line of its own, whatever article it has.
        if self.is_single() && !self.negated && self.belongs_to_last(names) {
            self.pending = Pending::default();
        }
        if let Some(at) = self.as_drink_of_meal(names, choice) {
            self.pending = Pending::default();
            self.lines.put_last(at, choice);
            return;
        }
        self.drop_size_of_meals_drink(names);
        // "Sticks with marinara and a side of ranch"
        if self.lines.last_has_other(&names.options)
            && let Some(item) = self.is_side_of_its_own(names, choice)
        {
            self.pending.options.push((names, choice));
            self.place_item(item, span);
            return;
        }
        if self.is_in_name(&said) {
            self.lines.lengthen(span.end);
            return;
        }
        if self.is_plain_item(&said, rest) || (!self.negated && self.is_complained_of(names, rest))
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
        // "The ham on wheat, the tuna on rye": told of the ham.
        let takes = |line| self.lines.takes(line, &names.options);
        let is_told = (self.onto || self.with) && self.place.is_some_and(takes);
        let is_told = is_told || self.is_sized_after(names, rest);
        let needs = self.pending.start.is_none() && self.lines.last_needs(&names.options);
        if self.is_pieces_of_next(&said, span, rest) {
            return;
        }
        let leads = !self.negated
            && !is_told
            && (!needs || (self.listed && !self.lines.last_is_meal()))
            && (self.next_item(names, rest).is_some()
                || self.leads_to_choice(names, rest)
                || self.leads_to_sort(names, rest)
                || self.leads_to_size(names, rest)
                || self.leads_to_called(names, rest)
                || self.leads_to_kind(names, rest));
        let is_open = self.pending.start.is_some() && !self.negated;
        let waits = is_open || self.begins_dish(names, span);
        // "Box lunch, turkey, barbecue chips": the chips of the meal.
        if needs
            && !leads
            && let Some(item) = self.next_item(names, rest)
        {
            // "Number one with coke number two": another meal begins.
            let is_number = |next: &&Segment<'_>| {
                let said = self.said_of(next).to_lowercase();
                said.starts_with("number") || said.starts_with(|c: char| c.is_ascii_digit())
            };
            let is_item = |next: &&Segment<'_>| {
                !is_number(next)
                    && matches!(next.kind, Kind::Names(next) if next.items.contains(&item) || next.within.contains(&item))
            };
            self.skip = rest.first().filter(is_item).map(|next| next.start);
        }
        if !leads
            && choice.action == ModifierAction::Add
            && let Some((item, names)) = self.named_within(names, &said)
        {
            // "Large iced green tea": of the iced drinks, the tea.
            if matches!(self.run.take(), Some((items, false)) if items.contains(&item)) {
                self.out.ambiguous.pop();
                self.pending = std::mem::take(&mut self.held);
            }
            self.pending.options.push((names, choice));
            self.place_item(item, span);
            return;
        }
        if leads || waits {
            self.pending.start.get_or_insert(span.start);
            self.pending.options.push((names, choice));
        } else {
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
    }

    /// "A wrap caesar" of the Chicken Caesar Wrap: a word of its own name chooses nothing.
    fn is_in_name(&self, said: &str) -> bool {
        let name = self
            .lines
            .last_item()
            .map(|item| self.phrases.name_of(item));
        let said = self.phrases.stems_of(said);
        let asks = self.with || self.onto || self.negated || self.listed || self.amount.is_some();
        self.after_name
            && !asks
            && self.verb.is_none()
            && self.pending.start.is_none()
            && self.lines.is_bare()
            && name.is_some_and(|name| said.iter().all(|word| name.contains(word)))
    }

    /// "No onions please, onions make me sick": what was left out is not wanted by its name alone.
    fn is_complained_of(&self, names: &Names, rest: &[Segment<'_>]) -> bool {
        let asks = self.with || self.adds || self.onto || self.keep || self.verb.is_some();
        let asks = asks || self.amount.is_some() || self.before == "actually";
        let next = rest
            .first()
            .map(|next| (next.kind, self.said_of(next).to_lowercase()));
        let moves = match next {
            Some((
                Kind::Cue(Cue::On | Cue::To | Cue::Place(_) | Cue::Fine | Cue::Amount(_)),
                _,
            )) => true,
            Some((_, said)) => said == "back",
            None => false,
        };
        !asks && !moves && self.pending.start.is_none() && self.lines.goes_without(&names.options)
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
        is_size(names)
            && self.after_name
            && self.pending.start.is_none()
            && self.lines.last_takes(&names.options) == Some(false)
            && !sized(item)
            && sized(item + 1)
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
        let goes_on = self.with || (names.is_part && (self.after_name || self.joined));
        if !goes_on || self.pending.start.is_some() || !names.options.is_empty() {
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

    /// The item that ends the name of its own choice: "two everything bagels" where bagels have
    /// that choice, and no line that is open does.
    fn named_within(&self, names: &'a Names, said: &str) -> Option<(usize, &'a Names)> {
        let is_new = self.pending.start.is_some() && !(self.with || self.onto);
        let is_more = !self.lines.is_empty() && Portion::of(said).is_some();
        if !is_new && (is_more || self.lines.accepting(&names.options).is_some()) {
            return None;
        }
        if (self.with || self.adds) && !self.lines.is_empty() {
            return None;
        }
        let stems: Vec<String> = self.phrases.stems_of(said);
        let (last, _) = stems.split_last().filter(|(_, first)| !first.is_empty())?;
        let mut items: Vec<usize> = names.options.iter().map(|at| at.item).collect();
        items.dedup();
        // Of a bagel and a lox bagel, the one that is nothing but a bagel.
        let length = |item: &usize| {
            let name = option::key(&self.items.get(*item)?.name);
            let names_it = name.split(' ').any(|word| word == last);
            names_it.then(|| name.split(' ').count())
        };
        // "A green tea" is hot where there is an iced tea too.
        let is_said = self.before == "iced" || said.to_lowercase().contains("iced");
        let is_iced = |item: &usize| {
            let named = self.items.get(*item);
            let name = named
                .map(|item| option::key(&item.name))
                .unwrap_or_default();
            let in_run = matches!(&self.run, Some((items, _)) if items.contains(item));
            name.split(' ').any(|word| word == "iced") && !(is_said || in_run)
        };
        let is_derived = |item: usize| option_of(&names.options, item).is_some_and(|at| at.derived);
        let named = items
            .into_iter()
            .filter_map(|item| Some((is_iced(&item), is_derived(item), length(&item)?, item)));
        let whole = named.min().map(|(.., item)| (item, names));
        // "A sesame bagel" where a sandwich can be had on one, and bagels with sesame; "a vanilla ice
        // cream" where a pie can be had with one.
        let parted = (1..stems.len()).rev().find_map(|at| {
            let (first, rest) = stems.split_at(at);
            let choice = self.phrases.find(first)?;
            let items = &self.phrases.find(rest)?.items;
            let mut having = items
                .iter()
                .filter(|item| option_of(&choice.options, **item).is_some());
            having.next().map(|item| (*item, choice))
        });
        whole.or(parted)
    }

    /// "Chips and salsa" where that is a side of a meal, and chips with a choice of salsa an item.
    fn told_in_parts(&self, choice: Choice) -> Option<(usize, &'a Names)> {
        let said = self.said(choice.span).replace('&', " and ");
        let mut stems = self.phrases.stems_of(&said);
        stems.retain(|stem| stem != "and");
        (1..stems.len()).rev().find_map(|at| {
            let (first, rest) = stems.split_at(at);
            let (first, rest) = (self.phrases.find(first)?, self.phrases.find(rest)?);
            let items = first.items.iter().chain(&first.within);
            let mut taking = items.filter(|item| option_of(&rest.options, **item).is_some());
            let told = taking.next().map(|item| (*item, rest));
            // "Sweet tea" of an iced tea that is sweet or not.
            let items = rest.items.iter().chain(&rest.within);
            let mut taking = items.filter(|item| option_of(&first.options, **item).is_some());
            told.or_else(|| taking.next().map(|item| (*item, first)))
        })
    }

    /// Whether a name of an item and of a choice means the choice of the line that is open.
    fn belongs_to_last(&self, names: &Names) -> bool {
        let takes = self.lines.last_takes(&names.options).is_some();
        let is_with = takes && (self.with || self.onto) && !names.items.is_empty();
        self.lines.last_needs(&names.options) || is_with
    }

    /// To the latest line that has such an option; to a place named before, if one was.
    pub(super) fn attach(&mut self, names: &'a Names, choice: Choice) -> bool {
        if let Some(item) = self.is_another_drink(names, choice) {
            self.pending.options.push((names, choice));
            self.place_item(item, choice.span);
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
        let mut placed = false;
        for line in targets {
            placed |= self.lines.put(line, &names.options, choice);
        }
        if placed || self.attach_amount(choice) {
            return true;
        }
        // "six wings, extra hot": a portion of the one item that is sold so.
        let mut of: Vec<usize> = names.options.iter().map(|at| at.item).collect();
        of.dedup();
        let is_portion = self
            .said(choice.span)
            .starts_with(|c: char| c.is_ascii_digit())
            || speech::begins_with_number(&self.said(choice.span));
        match of.as_slice() {
            [item]
                if (is_portion || self.is_size_of_one(names) || self.is_half_of(names))
                    && choice.action == ModifierAction::Add =>
            {
                self.pending.options.push((names, choice));
                self.place_item(*item, choice.span);
            }
            _ => match self.told_in_parts(choice) {
                Some((item, names)) if choice.action == ModifierAction::Add => {
                    self.pending.options.push((names, choice));
                    self.place_item(item, choice.span);
                }
                _ => match self
                    .is_drink_of_its_own(names, choice)
                    .or_else(|| self.is_side_of_its_own(names, choice))
                {
                    Some(item) => {
                        self.pending.options.push((names, choice));
                        self.place_item(item, choice.span);
                    }
                    None => {
                        self.ahead.push((names, choice));
                        return false;
                    }
                },
            },
        }
        true
    }

    /// "Short stack with blueberries": a size of two words that one dish alone has.
    fn is_size_of_one(&self, names: &Names) -> bool {
        let own = |at: &super::super::phrases::OptionRef| {
            let name = named(self.items, *at).map_or("", |(_, option)| option.name.as_str());
            self.lines.is_size(*at) && name.contains(' ')
        };
        names.options.iter().all(own) && names.options.iter().any(|at| !at.derived)
    }

    /// "Half grilled cheese" that one dish alone must have or something like it.
    fn is_half_of(&self, names: &Names) -> bool {
        names.options.iter().all(|at| {
            let of = named(self.items, *at);
            of.is_some_and(|(group, option)| {
                must_be_one(group)
                    && !is_size(group)
                    && option.name.to_lowercase().starts_with("half ")
            })
        })
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

    /// What waits without its item: the only item that it fits, else choices of a line before.
    pub(super) fn settle(&mut self) {
        if let Some(item) = self.in_other_pieces()
            && let Some((_, span)) = self.pending.pieces
        {
            self.place_item(item, span);
        }
        if let Some((item, at)) = self.called_by_choice() {
            // A word of its own name chooses nothing.
            let (_, choice) = self.pending.options.remove(at);
            self.place_item(item, choice.span);
        }
        if self.is_one_more()
            && let Some(item) = self.lines.last_item()
            && let Some((_, choice)) = self.pending.options.last()
        {
            self.place_item(item, choice.span);
        }
        if let Some(item) = self.implied().filter(|_| !self.goes_with_last()) {
            let span = self.pending.options.last().map(|(_, choice)| choice.span);
            if let Some(span) = span {
                self.place_item(item, span);
            }
        }
        self.settle_options();
        self.lines.forget_recent();
        if self.verb == Some(Verb::Correct) && self.pending.number.is_some() {
            self.verb = None;
        }
        self.pending = Pending::default();
    }

    /// "Two tacos with chicken and one with beef": of the item before, with another choice where
    /// there is only one.
    pub(super) fn is_one_more(&self) -> bool {
        let takes = |(names, _): &(&Names, Choice)| {
            names.items.is_empty() && self.lines.last_takes(&names.options).is_some()
        };
        // "Toast with bacon and a fried egg" has both.
        let is_single = |names: &Names| {
            let at = self
                .lines
                .last_item()
                .and_then(|item| option_of(&names.options, item));
            let group = at
                .and_then(|at| named(self.items, at))
                .map(|(group, _)| group);
            self.pending.number.is_some() || group.is_some_and(|group| group.max == Some(1))
        };
        let is_other = |(names, _): &(&Names, Choice)| {
            self.lines.last_has_other(&names.options) && is_single(names)
        };
        self.pending.joined
            && self.verb.is_none()
            && self.pending.options.iter().all(takes)
            && self.pending.options.iter().any(is_other)
    }

    /// "Ramen with an extra egg": what waits is of the line that is open, and no line of its own.
    pub(super) fn goes_with_last(&self) -> bool {
        let fits = |(names, _): &(&Names, Choice)| {
            let is_size = names.is_size;
            match self.lines.last_takes(&names.options) {
                Some(has_size) => !is_size || !(has_size || self.is_opened()),
                None => false,
            }
        };
        // "A coke, a sprite": another one.
        let is_another = |(names, _): &(&Names, Choice)| {
            let has =
                self.lines.last_has_other(&names.options) || self.lines.has_added(&names.options);
            self.drink_of(&names.options).is_some() && has
        };
        let is_anew = self.is_opened() || self.is_sized_anew();
        if is_anew && self.verb.is_none() && self.pending.options.iter().any(is_another) {
            return false;
        }
        // "two sugars" are no two coffees.
        let counts_item = self.pending.number.is_some() && self.pending.with;
        !counts_item && self.pending.options.iter().all(fits)
    }

    pub(super) fn settle_options(&mut self) {
        for (names, choice) in std::mem::take(&mut self.pending.options) {
            self.attach(names, choice);
        }
    }

    /// "A large pepperoni": the one item of the menu that has all that waits.
    pub(super) fn implied(&self) -> Option<usize> {
        self.pending.start?;
        if let Some(item) = self.within() {
            return Some(item);
        }
        let (first, others) = self.pending.options.split_first()?;
        let mut fitting: Vec<usize> = first.0.options.iter().map(|at| at.item).collect();
        fitting.dedup();
        fitting.retain(|item| {
            let has = |(names, _): &(&Names, Choice)| option_of(&names.options, *item).is_some();
            others.iter().all(has)
        });
        // "A cup of soup" that only comes with the lunch is no lunch.
        let of_meal = |item: &usize| {
            let is_part = |(names, _): &(&Names, Choice)| {
                let at = option_of(&names.options, *item);
                let group = at
                    .and_then(|at| named(self.items, at))
                    .map(|(group, _)| group);
                let item = self.items.get(*item);
                item.zip(group)
                    .is_some_and(|(item, group)| is_of_a_meal(item, group))
            };
            self.pending.options.iter().all(is_part)
        };
        fitting.retain(|item| !of_meal(item));
        let sorts = || {
            let mut told = self.pending.options.iter();
            let (sort, _) = told.find(|(names, _)| !names.is_size)?;
            self.one_of(self.only_sorts(fitting.clone(), &sort.options))
        };
        // "A medium" by itself is no pizza of one's own.
        let is_size = |(names, _): &(&Names, Choice)| names.is_size;
        let told = &self.pending.options;
        let is_sized = told.iter().any(is_size) && !told.iter().all(is_size);
        let one = match is_sized {
            true => self.one_or_own(fitting.clone()),
            false => self.one_of(fitting.clone()),
        };
        one.or_else(sorts)
    }

    /// "A small pepperoni": the one item with a word in its name that is an option elsewhere, and
    /// that has all else that waits.
    pub(super) fn within(&self) -> Option<usize> {
        let options = &self.pending.options;
        let mut found = options
            .iter()
            .enumerate()
            .flat_map(|(which, (names, choice))| {
                let items = names.within.iter().copied();
                items.filter(move |item| {
                    let takes = |(at, (names, _)): (usize, &(&Names, Choice))| {
                        at == which || option_of(&names.options, *item).is_some()
                    };
                    choice.action == ModifierAction::Add
                        && options.len() > 1
                        && option_of(&names.options, *item).is_none()
                        && options.iter().enumerate().all(takes)
                })
            });
        match (found.next(), found.next()) {
            (Some(item), None) => Some(item),
            _ => None,
        }
    }
}
