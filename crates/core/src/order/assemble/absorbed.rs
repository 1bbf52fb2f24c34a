//! Words that are of the name before them, and names that stand for a drink.

use super::super::called::{ANY_DISH, LISTED_AS, plain_name};
use super::super::draft::{Choice, named};
use super::super::lines::is_of_a_meal;
use super::super::option;
use super::super::phrases::{Names, OptionRef};
use super::super::segment::{Kind, Segment};
use super::super::speech::Cue;
use super::super::stems::stem;
use super::Reader;
use crate::menu::text::words;
use olympus_proto::{ModifierAction, Span};

impl<'a> Reader<'a> {
    /// "Spicy Deluxe sandwich", "cobb salad" of The Big Cobb under "Salads": what the dish is, right after
    /// its name, and no other dish with that word in its name.
    pub(super) fn is_kind_of_last(&mut self, names: &Names, segment: &Segment<'_>) -> bool {
        let is_placed = matches!(self.run, Some((_, true)));
        // "Margherita pizza", where a pizza by itself is the one with cheese.
        let word = self.phrases.stems_of(&self.said_of(segment).to_lowercase());
        let is_listed = self
            .lines
            .last_item()
            .is_some_and(|last| self.is_listed_as(last, &word.concat()));
        let is_exact = (!names.items.is_empty() && !names.is_part && !is_listed)
            || self.lines.last_takes(&names.options).is_some();
        let waits = self.pending.start.is_some() || self.verb.is_some() || self.negated;
        if !is_placed || is_exact || waits || !self.after_name || self.ends_phrase(segment.start) {
            return false;
        }
        let Some(item) = self.lines.last_item().and_then(|last| self.items.get(last)) else {
            return false;
        };
        let said = self.phrases.stems_of(&self.said_of(segment).to_lowercase());
        let Some((kind, before)) = said.split_last() else {
            return false;
        };
        let printed = |text: Option<&String>| -> Vec<String> {
            let words = words(text.map_or("", String::as_str));
            words.iter().map(|word| stem(&word.text)).collect()
        };
        let category = printed(item.category.as_ref());
        let told = [
            printed(Some(&item.name)),
            printed(item.description.as_ref()),
        ]
        .concat();
        let is_of_kind = ANY_DISH.contains(&kind.as_str()) && !told.contains(kind)
            || (LISTED_AS.contains(&kind.as_str()) && category.contains(kind));
        if !is_of_kind || !before.iter().all(|word| told.contains(word)) {
            return false;
        }
        self.lines.lengthen(segment.end);
        true
    }

    /// "Strawberry banana smoothie" of a Strawberry Banana under "Smoothies".
    pub(super) fn is_category_of_last(&self, segment: &Segment<'_>) -> bool {
        let said = option::key(self.said_of(segment));
        let is_of = |item: usize| self.category_of(item).split(' ').any(|word| word == said);
        let is_next =
            self.after_name && self.pending.start.is_none() && !self.ends_phrase(segment.start);
        is_next && !self.negated && self.lines.last_item().is_some_and(is_of)
    }

    /// The words of where the menu lists an item.
    fn category_of(&self, item: usize) -> String {
        let category = self
            .items
            .get(item)
            .and_then(|item| item.category.as_deref());
        option::key(category.unwrap_or_default())
    }

    /// Whether the menu lists an item under a kind: the Margherita under "Pizza".
    pub(super) fn is_listed_as(&self, item: usize, kind: &str) -> bool {
        LISTED_AS.contains(&kind) && self.category_of(item).split(' ').any(|word| word == kind)
    }

    /// "Pepperoni pizza" of Sal's Famous Pepperoni under "Pizza": a dish that is called so and nothing
    /// more, which the word after it tells from a choice.
    pub(super) fn is_named_by_kind(
        &mut self,
        names: &Names,
        segment: &Segment<'_>,
        rest: &[Segment<'_>],
    ) -> bool {
        let Some(next) = rest.first().filter(|next| !self.ends_phrase(next.start)) else {
            return false;
        };
        let waits = self.negated || self.verb.is_some() || self.with || self.onto;
        let kind = self
            .phrases
            .stems_of(&self.said_of(next).to_lowercase())
            .concat();
        if waits || !names.items.is_empty() || !LISTED_AS.contains(&kind.as_str()) {
            return false;
        }
        let said = option::key(self.said_of(segment));
        let is_called = |item: usize| {
            let plain = self.items.get(item).and_then(|item| plain_name(&item.name));
            option::key(&plain.unwrap_or_default()) == said && self.is_listed_as(item, &kind)
        };
        let takes = |item: usize| {
            let has =
                |(names, _): &(&Names, Choice)| super::option_of(&names.options, item).is_some();
            self.pending.options.iter().all(has)
        };
        let mut called = names
            .within
            .iter()
            .copied()
            .filter(|item| is_called(*item) && takes(*item));
        let (Some(item), None) = (called.next(), called.next()) else {
            return false;
        };
        let span = Span {
            start: segment.start,
            end: next.end,
        };
        self.place_item(item, span);
        self.skip = Some(next.start);
        true
    }

    /// "Ramen, medium spicy": a word of how it is, right after what was said of the dish, and no dish of its
    /// own. It is asked about where no level stands before it.
    pub(super) fn is_manner_of_last(&mut self, names: &Names, segment: &Segment<'_>) -> bool {
        let said = self.said_of(segment).to_lowercase();
        let is_part = names.is_part || names.items.is_empty();
        let is_manner = matches!(said.as_str(), "spicy" | "spice" | "hot")
            && is_part
            && self.after_name
            && self.pending.start.is_none()
            && self.verb.is_none()
            && !self.lines.is_empty()
            && !self.ends_phrase(segment.start)
            && self.lines.last_takes(&names.options).is_none();
        let is_told = matches!(self.before.as_str(), "mild" | "medium" | "hot");
        if is_manner && !is_told {
            self.not_understood(segment.start, segment.end);
        }
        is_manner
    }

    /// "A coke and a sprite, no sprite": the one line that is nothing but that.
    pub(super) fn is_drink_called_off(&mut self, names: &Names) -> bool {
        if !self.negated || self.negation_used || self.onto {
            return false;
        }
        let lines = self.lines.having(&names.options);
        let [line] = lines.as_slice() else {
            return false;
        };
        let item = self.lines.draft(*line).map(|draft| draft.item);
        let drink = self.drink_of(&names.options);
        if !self.lines.is_nothing_but(*line, &names.options) || drink.is_none() || drink != item {
            return false;
        }
        self.take_off(*line);
        self.negation_used = true;
        true
    }

    /// "Coke and fries", "root beer": of what waits for nothing else, the one drink that must be one of
    /// several.
    pub(super) fn is_drink_of_its_own(&self, names: &Names, choice: Choice) -> Option<usize> {
        let is_led = self.with || self.onto || self.adds || self.towards;
        let waits = self.pending.number.is_some() || !self.asked.is_empty();
        if is_led || waits || choice.action == ModifierAction::Remove || choice.amount.is_some() {
            return None;
        }
        let drink = self.drink_of(&names.options).filter(|_| !names.is_size)?;
        // "With bacon and tomato" orders no Tomato Juice.
        let is_topping = names.options.iter().any(|at| {
            let item = self.items.get(at.item).filter(|_| at.item != drink);
            let group = named(self.items, *at).map(|(group, _)| group);
            item.zip(group).is_some_and(|(item, group)| {
                group.min == 0 && !at.derived && !is_of_a_meal(item, group)
            })
        });
        (self.is_opened() || !self.listed || !is_topping).then_some(drink)
    }

    /// "A coke and a cheeseburger and lemonade": one more drink, and no other sort of the one before.
    pub(super) fn is_another_drink(&self, names: &Names, choice: Choice) -> Option<usize> {
        let is_told = self.all.is_some() || self.place.is_some() || self.lines.was_parted();
        if !self.listed || self.verb.is_some() || is_told {
            return None;
        }
        let item = self.is_drink_of_its_own(names, choice)?;
        let line = self.lines.find(&[item])?;
        self.lines.has_other(line, &names.options).then_some(item)
    }

    /// "Lunch combo with a coke" where the combo's drink is a Fountain Soda: that.
    pub(super) fn as_drink_of_meal(&self, names: &Names, choice: Choice) -> Option<OptionRef> {
        let item = self
            .lines
            .last_item()
            .filter(|_| self.lines.last_is_meal())?;
        let is_one = self.is_single() && choice.action == ModifierAction::Add;
        if !is_one || self.verb.is_some() || self.lines.last_takes(&names.options).is_some() {
            return None;
        }
        let drink = self.items.get(self.drink_of(&names.options)?)?;
        let stems = self.phrases.stems_of(&drink.name.to_lowercase());
        let options = &self.phrases.find(&stems)?.options;
        let at = super::option_of(options, item)?;
        self.lines.last_needs(&[at]).then_some(at)
    }

    /// "A club and a diet coke" where the club has a drink only as a combo, of which nothing was said.
    pub(super) fn is_drink_beside(&self, names: &Names, choice: Choice) -> Option<usize> {
        let waits =
            self.with || self.onto || self.adds || self.verb.is_some() || self.all.is_some();
        let start = self.pending.start.unwrap_or(choice.span.start);
        let before = self.text.get(..start).unwrap_or_default().trim_end();
        let is_led = self.is_opened() || before.ends_with('+');
        if waits || !is_led || choice.action == ModifierAction::Remove {
            return None;
        }
        let last = self.lines.last_item()?;
        let (group, _) = named(self.items, super::option_of(&names.options, last)?)?;
        let is_of_combo = super::super::lines::is_of_combo(group) && group.min == 0;
        if !is_of_combo || self.lines.last_is_made_meal() {
            return None;
        }
        let told = before.to_lowercase();
        let is_meal = ["meal", "combo"].iter().any(|meal| told.contains(meal));
        let drink = self.drink_of(&names.options)?;
        (!is_meal && drink != last).then_some(drink)
    }

    /// "A gallon of sweet tea" of the Gallon Sweet Tea: the rest of its name; or of the Gallon of Tea, which can be
    /// sweet.
    pub(super) fn is_of_placed(&mut self, names: &Names, segment: &Segment<'_>) -> bool {
        let before = self.text.get(..segment.start).unwrap_or_default();
        let placed = match &self.run {
            Some((items, true)) => self.one_of(items.clone()),
            _ => None,
        };
        let waits = self.pending.start.is_some() || self.negated;
        let Some(item) = placed.filter(|_| before.ends_with(" of ") && !waits) else {
            return false;
        };
        let is_rest = names.within.contains(&item) && !names.items.contains(&item);
        let sort = self.sort_in_name(item, segment);
        if let Some(at) = sort.filter(|_| !is_rest) {
            self.lines.put_last(at, Choice::added(segment.span()));
        }
        if is_rest || sort.is_some() {
            self.lines.lengthen(segment.end);
        }
        is_rest || sort.is_some()
    }

    /// The choice of an item that the words are beside those of its name: "sweet tea" of a Gallon of Tea.
    fn sort_in_name(&self, item: usize, segment: &Segment<'_>) -> Option<OptionRef> {
        let said = self.phrases.stems_of(&self.said_of(segment).to_lowercase());
        let name = self.phrases.name_of(item);
        let (of_name, sort): (Vec<_>, Vec<_>) =
            said.into_iter().partition(|word| name.contains(word));
        let found = self.phrases.find(&sort).filter(|_| !of_name.is_empty())?;
        super::option_of(&found.options, item)
    }

    /// "Number one with a medium sprite": the meal is had in the size of its drink.
    pub(super) fn give_size_to_meal(&mut self, names: &Names) {
        let sizes = &self.pending.options;
        let is_of_meal = |(size, _): &(&Names, Choice)| {
            size.is_size && self.lines.last_takes(&size.options) == Some(false)
        };
        let is_drink = self.lines.last_is_meal()
            && !self.lines.was_parted()
            && names.items.is_empty()
            && self.lines.last_needs(&names.options);
        let number = self.pending.number.unwrap_or(1);
        let is_one = self
            .lines
            .last()
            .is_some_and(|(_, quantity)| quantity == number);
        let waits = self.negated || self.verb.is_some() || sizes.is_empty();
        if waits || !is_drink || !is_one || !sizes.iter().all(is_of_meal) {
            return;
        }
        for (size, choice) in std::mem::take(&mut self.pending).options {
            self.attach(size, choice);
        }
    }

    /// "Gyro combo with a medium sprite" where the combo's drinks have no sizes: the sprite is the combo's.
    pub(super) fn drop_size_of_meals_drink(&mut self, names: &Names) {
        let is_stray = |(size, _): &(&Names, Choice)| {
            size.is_size && self.lines.last_takes(&size.options).is_none()
        };
        let sizes = &self.pending.options;
        let number = self.pending.number.unwrap_or(1);
        let must = |item: usize| {
            let at = super::option_of(&names.options, item);
            let group = at
                .and_then(|at| named(self.items, at))
                .map(|(group, _)| group);
            group.is_some_and(|group| group.min > 0)
        };
        let is_of_meal = self.lines.last_is_meal()
            && self.lines.last_item().is_some_and(must)
            && self.lines.last_needs(&names.options)
            && self
                .lines
                .last()
                .is_some_and(|(_, quantity)| quantity == number);
        let waits = self.negated || self.verb.is_some() || sizes.is_empty();
        if waits || !is_of_meal || !sizes.iter().all(is_stray) {
            return;
        }
        for (_, choice) in std::mem::take(&mut self.pending).options {
            self.not_understood(choice.span.start, choice.span.end);
        }
    }

    /// "No onion, wait, onion is ok" before any dish was named.
    pub(super) fn is_fine_after_all(&mut self, names: &Names, rest: &[Segment<'_>]) -> bool {
        let is_fine = matches!(
            rest.first().map(|next| next.kind),
            Some(Kind::Cue(Cue::Fine))
        );
        let is_choice = names.items.is_empty() || names.is_part;
        if !is_fine || !is_choice || self.ahead.is_empty() {
            return false;
        }
        let is_same = |other: &Names| {
            let mut options = other.options.iter();
            options.any(|at| names.options.iter().any(|own| own.exact() == at.exact()))
        };
        let before = self.ahead.len();
        self.ahead
            .retain(|(other, choice)| choice.action == ModifierAction::Add || !is_same(other));
        let is_back = self.ahead.len() < before;
        if is_back {
            (self.negated, self.verb) = (false, None);
        }
        is_back
    }

    /// "A wrap caesar" of the Chicken Caesar Wrap: a word of its own name chooses nothing.
    pub(super) fn is_in_name(&self, said: &str) -> bool {
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

    /// "Chips with cheese" of Chips & Nacho Cheese, where these have no such choice: nothing of a line before.
    pub(super) fn is_with_own(&self, names: &Names, said: &str) -> bool {
        let last = self.lines.last_item();
        let name = last.map(|item| self.phrases.name_of(item));
        let said = self.phrases.stems_of(said);
        let waits = self.negated || self.verb.is_some() || self.pending.start.is_some();
        self.with
            && !waits
            && self.amount.is_none()
            && self.lines.is_bare()
            && self.lines.last_takes(&names.options).is_none()
            && name.is_some_and(|name| said.iter().all(|word| name.contains(word)))
    }

    /// "No onions please, onions make me sick": what was left out is not wanted by its name alone.
    pub(super) fn is_complained_of(
        &self,
        names: &Names,
        start: usize,
        rest: &[Segment<'_>],
    ) -> bool {
        let asks = self.with || self.adds || self.onto || self.keep || self.verb.is_some();
        let is_led = matches!(self.before.as_str(), "actually" | "only" | "just");
        let last = self.lines.last().map(|(line, _)| line);
        let is_led = is_led || (last.is_some() && self.made_plain == last);
        // "… and I do want the onions"
        let is_led = is_led || self.is_wanted_anew(start);
        let asks = asks || self.amount.is_some() || is_led;
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

    /// Whether the words right before wish for what comes.
    fn is_wanted_anew(&self, start: usize) -> bool {
        let before = self.text.get(..start).unwrap_or_default();
        let before = before.trim_end().to_lowercase();
        ["i want", "do want"].iter().any(|wish| {
            let before = before.strip_suffix(" the").unwrap_or(&before);
            before.ends_with(wish)
        })
    }
}
