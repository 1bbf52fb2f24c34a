//! The dish that is meant where only choices of it were said: "a large pepperoni".
//!
//! Invariant: one dish alone has all that waits, else none is implied.

use super::super::called::plain_name;
use super::super::draft::{Choice, comes_with, is_size, named};
use super::super::lines::{is_meal, is_of_a_meal};
use super::super::option::{self, Portion};
use super::super::phrases::{Names, OptionRef};
use super::super::segment::Segment;
use super::Reader;
use super::meant::option_of;
use olympus_proto::{ModifierAction, ModifierGroup};

/// Of so many dishes it is looked at what each comes with.
const HANDFUL: usize = 16;

impl<'a> Reader<'a> {
    /// "A large pepperoni": the one item of the menu that has all that waits.
    pub(super) fn implied(&self) -> Option<usize> {
        self.pending.start.filter(|_| !self.pending.after_with)?;
        // "White gravy on the side" is no dish that could have it so.
        let is_aside = |(_, choice): &(&Names, Choice)| {
            matches!(Portion::of(&self.said(choice.span)), Some(Portion::Side))
        };
        // "A zorbl with cheese" is no Garlic Bread With Cheese.
        let is_led = |(_, choice): &(&Names, Choice)| {
            let said = self.said(choice.span).to_lowercase();
            said.starts_with("with ") || said.starts_with("w/")
        };
        let options = &self.pending.options;
        if options.iter().all(is_aside) || options.iter().all(is_led) {
            return None;
        }
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
        // Of many it would take long, and one is never left.
        if fitting.len() <= HANDFUL {
            fitting.retain(|item| !self.comes_with_all(*item));
        }
        fitting.retain(|item| !self.is_all_of_meal(*item));
        if self.pending.headed || (self.lost && self.pending.with) {
            fitting.retain(|item| !self.is_with_extras(*item));
        }
        // "A plate with beans" is no burrito.
        if let Some((kind, _)) = &self.pending.kind {
            fitting.retain(|item| self.has_word(*item, kind) || self.is_listed_as(*item, kind));
            // Brisket is what a Beef Pho is chosen with, and lies on the Special Pho anyway.
            let is_chosen = |item: &usize| self.must_have_all(*item);
            if fitting.iter().any(is_chosen) {
                fitting.retain(is_chosen);
            }
        }
        // "The salmon" is the Fish of the Day, and no salad that can have some on top.
        let is_that = |item: &usize| {
            let mut told = self.pending.options.iter();
            told.any(|(names, _)| {
                option_of(&names.options, *item).is_some_and(|at| self.is_what_it_is(at))
            })
        };
        let mut told = self.pending.options.iter();
        let is_taken = told.any(|(names, _)| self.lines.last_takes(&names.options).is_some());
        if fitting.len() > 1 && !is_taken && fitting.iter().any(is_that) {
            fitting.retain(is_that);
        }
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

    /// Whether all that waits, but how large, is of what the dish must be chosen with.
    fn must_have_all(&self, item: usize) -> bool {
        let of_must = |(names, _): &(&Names, Choice)| {
            let at = option_of(&names.options, item);
            let group = at.and_then(|at| named(self.items, at));
            names.is_size || group.is_some_and(|(group, _)| group.min > 0)
        };
        self.pending.options.iter().all(of_must)
    }

    /// "Two biscuits with gravy" of a platter that has both is no platter.
    fn comes_with_all(&self, item: usize) -> bool {
        let is_on_it = |(names, _): &(&Names, Choice)| {
            let at = option_of(&names.options, item);
            let group = at.and_then(|at| named(self.items, at));
            // One of several is a sort of it: a can of coke.
            let is_sort = |group: &ModifierGroup| group.max == Some(1) && group.options.len() > 1;
            let is_free = group
                .is_some_and(|(group, _)| group.min == 0 && !is_size(group) && !is_sort(group));
            is_free && at.is_some_and(|at| comes_with(self.items, at.exact()))
        };
        self.pending.options.iter().all(is_on_it)
    }

    /// Whether all that waits can be left away: chocolate is a sort of cake here, or a drizzle on it.
    fn is_with_extras(&self, item: usize) -> bool {
        let is_extra = |(names, _): &(&Names, Choice)| {
            let at = option_of(&names.options, item);
            let group = at.and_then(|at| named(self.items, at));
            group.is_some_and(|(group, _)| group.min == 0 && !is_size(group))
        };
        self.pending.options.iter().all(is_extra)
    }

    /// "A cup of soup" that only comes with the lunch is no lunch.
    fn is_all_of_meal(&self, item: usize) -> bool {
        let is_part = |(names, _): &(&Names, Choice)| {
            let at = option_of(&names.options, item);
            let group = at
                .and_then(|at| named(self.items, at))
                .map(|(group, _)| group);
            let item = self.items.get(item);
            item.zip(group)
                .is_some_and(|(item, group)| is_of_a_meal(item, group))
        };
        let told = &self.pending.options;
        told.iter().all(is_part) || told.iter().all(|(names, _)| self.is_one_of_several(names))
    }

    /// "An oxtail" that only the meal of two pots has as one of them: it is no such meal.
    pub(super) fn is_one_of_several(&self, names: &Names) -> bool {
        let is_several = |at: &OptionRef| {
            let group = named(self.items, *at).map(|(group, _)| group);
            let item = self.items.get(at.item);
            item.is_some_and(is_meal) && group.is_some_and(|group| group.min > 1)
        };
        !names.options.is_empty() && names.options.iter().all(is_several)
    }

    /// "A small pepperoni": the one item with a word in its name that is an option elsewhere, and
    /// that has all else that waits.
    pub(super) fn within(&self) -> Option<usize> {
        let options = &self.pending.options;
        let is_sized = options.iter().any(|(names, _)| names.is_size);
        let mut found = options
            .iter()
            .enumerate()
            .flat_map(|(which, (names, choice))| {
                let items = names.within.iter().copied();
                let items = items.filter(|_| !self.is_sort_of_drink(names));
                items.filter(move |item| {
                    let takes = |(at, (names, _)): (usize, &(&Names, Choice))| {
                        at == which || option_of(&names.options, *item).is_some()
                    };
                    let said = self
                        .phrases
                        .stems_of(&self.said(choice.span).to_lowercase());
                    let name = self.items.get(*item).map(|item| item.name.as_str());
                    // "A large guac" may be Chips & Guac, eggs over easy are no Sirloin & Eggs.
                    let is_second = !is_sized
                        && name.is_some_and(|name| self.is_second_part(name, &said.concat()));
                    choice.action == ModifierAction::Add
                        && !is_second
                        && (options.len() > 1 || self.is_one_of_several(names))
                        && option_of(&names.options, *item).is_none()
                        && options.iter().enumerate().all(takes)
                })
            });
        match (found.next(), found.next()) {
            (Some(item), None) => Some(item),
            _ => None,
        }
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
        // "Two pistachio kulfi one mango" are three.
        let is_sort = |(names, _): &(&Names, Choice)| !names.is_size;
        let is_counted = self.pending.number.is_some() && self.pending.options.iter().all(is_sort);
        let goes_on = self.pending.joined || is_counted;
        goes_on
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
            // "One glazed one jelly" of a donut that is one of these.
            let is_sort = || {
                self.lines.last_has_other(&names.options)
                    && self.implied() == self.lines.last_item()
            };
            has && (self.drink_of(&names.options).is_some() || is_sort())
        };
        let is_anew = self.is_opened() || self.is_sized_anew();
        if is_anew && self.verb.is_none() && self.pending.options.iter().any(is_another) {
            return false;
        }
        // "two sugars" are no two coffees.
        let counts_item = self.pending.number.is_some() && self.pending.with;
        !counts_item && self.pending.options.iter().all(fits)
    }

    /// "A small cheese", "1 large pepperoni": the one item that is called so and has all else that
    /// waits, a size among it or its kind told before. Where it stands in what waits.
    pub(super) fn called_by_choice(&self) -> Option<(usize, usize)> {
        let options = &self.pending.options;
        let is_size = |names: &Names| names.is_size;
        let is_sized = options.iter().any(|(names, _)| is_size(names));
        let is_open = self.is_opened() || self.is_sized_anew() || self.lines.is_empty();
        if !is_open || self.pending.with || !(is_sized || self.kind.is_some()) {
            return None;
        }
        let (at, (names, choice)) = options.iter().enumerate().find(|(_, (names, choice))| {
            let is_named = !names.within.is_empty() && !self.is_sort_of_drink(names);
            choice.action == ModifierAction::Add && is_named && !is_size(names)
        })?;
        let said = self.phrases.stems_of(&self.said(choice.span));
        let is_told = |item: usize| {
            let kind = self.kind.as_ref();
            is_sized || kind.is_some_and(|kind| self.ends_with(item, &kind.word))
        };
        let mut items = names.within.iter().copied().filter(|item| {
            let mut others = options.iter().enumerate().filter(|(which, _)| *which != at);
            is_told(*item)
                && self.is_kind_of(*item, &said)
                && others.all(|(_, (names, _))| option_of(&names.options, *item).is_some())
        });
        let item = items.next()?;
        items.next().is_none().then_some((item, at))
    }

    /// "Half pepperoni half mushroom large pizza" where the menu has no halves: what lies on it, and no Pepperoni Pizza.
    pub(super) fn is_on_half(&mut self, names: &'a Names, segment: &Segment<'_>) -> bool {
        let is_topping = !names.options.is_empty()
            && !names.is_size
            && (names.items.is_empty() || names.is_part);
        let is_half = self.before == "half" && is_topping && !names.within.is_empty();
        let waits =
            self.negated || self.verb.is_some() || self.lines.last_takes(&names.options).is_some();
        if !is_half || waits {
            return false;
        }
        let span = segment.span();
        self.pending.start.get_or_insert(span.start);
        self.pending.options.push((names, Choice::added(span)));
        true
    }

    /// Whether a size was said where the line that is open has one.
    pub(super) fn is_sized_anew(&self) -> bool {
        let first = self.pending.options.first();
        first.is_some_and(|(names, _)| self.lines.last_takes(&names.options) == Some(true))
    }

    /// Whether an item's name is these words and one more, which says what sort of thing it is.
    pub(super) fn is_kind_of(&self, item: usize, said: &[String]) -> bool {
        let Some(item) = self.items.get(item) else {
            return false;
        };
        let plain = plain_name(&item.name);
        let name = option::key(plain.as_deref().unwrap_or(&item.name));
        let name = name.strip_prefix("build your own ").unwrap_or(&name);
        name.rsplit_once(' ')
            .is_some_and(|(kind, _)| kind == said.join(" "))
    }
}
