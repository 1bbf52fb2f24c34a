//! Dishes that are nothing but one of several sorts, and are ordered by the name of the sort: "a coke" is
//! the Fountain Drink.

use super::super::draft::{Choice, is_size, must_be_one, named};
use super::super::lines::is_meal;
use super::super::option;
use super::super::phrases::{Names, OptionRef};
use super::super::segment::{Kind, Segment};
use super::super::stems::stem;
use super::Reader;
use crate::menu::text::words;
use olympus_proto::{MenuItem, ModifierAction, ModifierGroup, Span};

/// What a drink or a side is called that says nothing before its sort is chosen.
#[rustfmt::skip]
const DRINKS: [&str; 16] = [
    "drink", "soda", "beverage", "pop", "juice", "tea", "shake", "smoothie", "slush", "slushie", "lemonade",
    "water", "beer", "wine", "dish", "side",
];

/// Words of a name that say that it is for many.
#[rustfmt::skip]
const BULK: [&str; 12] = [
    "l", "gallon", "pitcher", "jug", "pack", "carafe", "growler", "bucket", "tray", "dozen", "box", "party",
];
/// What groups are called that say nothing of what a dish is.
#[rustfmt::skip]
const BESIDE: [&str; 16] = [
    "side", "drink", "sauce", "bread", "dressing", "dip", "cooked", "temperature", "style", "bun", "cheese", "milk",
    "rice", "spice", "heat", "serve",
];
/// Those that are nothing but what was poured.
const POURED: [&str; 4] = ["drink", "soda", "beverage", "pop"];
/// What a group of sorts is called, where it is not called like the dish.
const SORTS: [&str; 9] = [
    "kind", "flavor", "flavour", "type", "variety", "sort", "brand", "varietal", "tap",
];

impl<'a> Reader<'a> {
    /// The drink of which an option is the sort.
    pub(super) fn drink_of(&self, options: &[OptionRef]) -> Option<usize> {
        let is_drink = |item: &MenuItem| {
            let name = option::key(&item.name);
            let last = name.rsplit(' ').next().unwrap_or_default();
            let listed = option::key(item.category.as_deref().unwrap_or_default());
            let is_drinks = |word: &str| DRINKS.contains(&word) && !matches!(word, "dish" | "side");
            let is_listed = listed.split(' ').any(is_drinks);
            // "Bottles & Cans", of which nothing else is told.
            let told = item.modifier_groups.iter().filter(|group| !is_size(group));
            let is_bottle = is_listed && told.count() == 1;
            DRINKS.contains(&last) || name.starts_with("side of ") || is_bottle
        };
        let must = |at: &&OptionRef| {
            let group = named(self.items, **at).map(|(group, _)| group);
            group.is_some_and(must_be_one)
        };
        let mut having: Vec<usize> = options.iter().filter(must).map(|at| at.item).collect();
        having.dedup();
        // Vanilla by itself is no shake where it may be a scoop.
        let item = self
            .one_of(having.clone())
            .or_else(|| self.one_of(self.only_sorts(having, options)))?;
        // Nobody who says "a lemonade" wants the gallon that can be had of it too.
        let is_drink = |item: &MenuItem| is_drink(item) && !is_bulk(item);
        self.items.get(item).is_some_and(is_drink).then_some(item)
    }

    /// "Side of honey mustard": a cup of it, where that is sold.
    pub(super) fn is_side_of_its_own(&self, names: &Names, choice: Choice) -> Option<usize> {
        let before = self.text.get(..choice.span.start).unwrap_or_default();
        let before = before.trim_end().to_lowercase();
        let is_side = [
            "side of",
            "sides of",
            "side order of",
            "cup of",
            "cups of",
            "tub of",
            "tubs of",
            "pot of",
        ]
        .iter()
        .any(|side| before.ends_with(side));
        if !is_side || choice.action == ModifierAction::Remove || names.is_size {
            return None;
        }
        let mut having: Vec<usize> = names.options.iter().map(|at| at.item).collect();
        having.dedup();
        self.one_of(self.only_sorts(having, &names.options))
    }

    /// "Cherry coke" where a fountain drink takes both: the choice waits for the sort that comes next.
    pub(super) fn leads_to_sort(&self, names: &Names, rest: &[Segment<'_>]) -> bool {
        let next = rest.first().filter(|next| !self.ends_phrase(next.start));
        let Some(Kind::Names(next)) = next.map(|next| next.kind) else {
            return false;
        };
        let drink = self
            .drink_of(&next.options)
            .filter(|_| next.items.is_empty());
        !names.is_size
            && drink.is_some_and(|drink| super::option_of(&names.options, drink).is_some())
    }

    /// The one of several items, or of them the one that everybody makes of what he likes: a large pepperoni is no
    /// special pizza that could have pepperoni too.
    pub(super) fn one_or_own(&self, items: Vec<usize>) -> Option<usize> {
        let is_own = |item: &usize| self.items.get(*item).is_some_and(is_made_to_order);
        self.one_of(items.clone())
            .or_else(|| self.one_of(items.into_iter().filter(is_own).collect()))
    }

    /// "Fettuccine alfredo", "I'll have the plaice": by itself at the beginning, a choice that no line takes and that a
    /// dish must have, be it what everybody makes of what he likes or the Fish of the Day.
    pub(super) fn begins_dish(&self, names: &Names, span: Span) -> bool {
        let is_led = self.with || self.onto || self.adds || self.towards || self.negated;
        let is_led = is_led || self.negation_used || self.negation_missed;
        let is_wanted = self.is_wished_for(span);
        let is_first = self.lines.is_empty() || is_wanted;
        let begins = is_first || self.ends_phrase(span.start) || self.before == "and";
        let is_own = |at: &OptionRef| {
            let item = self.items.get(at.item).is_some_and(is_made_to_order);
            item && named(self.items, *at).is_some_and(|(group, _)| group.min > 0)
        };
        let is_must =
            |at: &OptionRef| (begins && is_own(at)) || (is_first && self.is_what_it_is(*at));
        // "The plaice, and she'll have the salmon"
        let is_free = self.lines.accepting(&names.options).is_none()
            || (is_wanted && self.lines.last_has_other(&names.options));
        !is_led
            && !names.is_size
            && self.verb.is_none()
            && self.pending.start.is_none()
            && self.asked.is_empty()
            && is_free
            && names.options.iter().any(is_must)
    }

    /// Whether the words right before wish for one of what comes.
    pub(super) fn is_wished_for(&self, span: Span) -> bool {
        const WISHES: [&str; 9] = [
            "have the",
            "having the",
            "take the",
            "like the",
            "try the",
            "get the",
            "wants the",
            "want the",
            "and the",
        ];
        let until = self.text.get(..span.start).unwrap_or_default();
        let until = until.trim_end().to_lowercase();
        WISHES.iter().any(|wish| until.ends_with(wish))
    }

    /// "The plaice with chips and the salmon with salad", "and my son's having the beef one": another dish like the last,
    /// where there can be only one of these on each. `true` where it was placed.
    pub(super) fn is_another_like_last(
        &mut self,
        names: &'a Names,
        choice: Choice,
        rest: &[Segment<'_>],
    ) -> bool {
        let waits = self.pending.start.is_some() || self.verb.is_some() || self.negated;
        let Some(last) = self.lines.last_item().filter(|_| !waits) else {
            return false;
        };
        let is_other = self.lines.last_has_other(&names.options) && !names.is_size;
        let Some(at) = super::option_of(&names.options, last).filter(|_| is_other) else {
            return false;
        };
        let one = rest
            .first()
            .filter(|next| self.said_of(next).eq_ignore_ascii_case("one"));
        let is_like = self.is_what_it_is(at) || one.is_some();
        // "Actually I'd like the salmon" is another wish for the same.
        let until = self.text.get(..choice.span.start).unwrap_or_default();
        let clause = until.rsplit([',', '.', ';', '!', '?', '\n']).next();
        let is_beside = format!(" {}", clause.unwrap_or_default().to_lowercase()).contains(" and ");
        if !is_like || !is_beside || !self.is_wished_for(choice.span) {
            return false;
        }
        self.skip = one.map(|one| one.start);
        (self.towards, self.onto) = (false, false);
        self.place_with(last, names, choice);
        true
    }

    /// Whether an option says what the dish is: of the first choice that it needs, where no other dish needs the like.
    pub(super) fn is_what_it_is(&self, at: OptionRef) -> bool {
        let first = |item: &MenuItem| {
            let mut groups = item.modifier_groups.iter();
            groups.position(|group| must_be_one(group) && !is_size(group))
        };
        let of = self.items.get(at.item).zip(named(self.items, at));
        let Some((item, (group, option))) = of.filter(|(item, _)| !is_meal(item)) else {
            return false;
        };
        let called = [option::key(&group.name), option::key(&group.id)];
        let is_beside = |word: &str| BESIDE.contains(&stem(word).as_str());
        let is_beside = called.iter().any(|name| name.split(' ').any(is_beside));
        let mut needing = self.items.iter().filter(|item| {
            let mut needed = item.modifier_groups.iter().filter(|group| group.min > 0);
            needed.any(|group| group.options.iter().any(|other| other.name == option.name))
        });
        first(item) == Some(at.group) && !is_beside && needing.nth(1).is_none()
    }

    /// Of the items that have one of these options those that are nothing but one of several sorts: a Fountain
    /// Drink and no float of the same, Dipping Sauce and no mozzarella sticks with it.
    pub(super) fn only_sorts(&self, mut items: Vec<usize>, options: &[OptionRef]) -> Vec<usize> {
        // "Pepper" is what lies on a pizza before it is a Dr Pepper.
        let is_exact = |item: &usize| options.iter().any(|at| at.item == *item && !at.derived);
        if items.iter().any(is_exact) {
            items.retain(is_exact);
        }
        items.retain(|item| {
            let at = super::option_of(options, *item);
            let group = at.and_then(|at| named(self.items, at));
            let item = self.items.get(*item).zip(group.map(|(group, _)| group));
            item.is_some_and(|(item, group)| is_sort_of(item, group))
        });
        let is_poured = |item: &usize| self.items.get(*item).is_some_and(is_poured);
        if items.iter().any(is_poured) {
            items.retain(is_poured);
        }
        items
    }

    /// Without what is for many where there is the same for one.
    pub(super) fn leave_bulk(&self, items: &mut Vec<usize>) {
        let is_bulk = |item: &usize| self.items.get(*item).is_some_and(is_bulk);
        if !items.iter().all(is_bulk) {
            items.retain(|item| !is_bulk(item));
        }
    }
}

/// Whether a dish is what its choices make of it.
fn is_made_to_order(item: &MenuItem) -> bool {
    let mut called = std::iter::once(&item.name).chain(&item.aliases);
    called.any(|name| {
        let name = name.to_lowercase();
        let is_own = [
            "build your own",
            "create your own",
            "make your own",
            "build-your-own",
        ];
        is_own.iter().any(|own| name.contains(own)) || name.starts_with("plain ")
    })
}

/// Whether a dish is for many. As printed: "Large Bottle (1.5 L)".
fn is_bulk(item: &MenuItem) -> bool {
    let mut words = words(&item.name).into_iter().map(|word| stem(&word.text));
    words.any(|word| BULK.contains(&word.as_str()))
}

/// Whether the dish is a Fountain Drink or the like.
fn is_poured(item: &MenuItem) -> bool {
    let name = option::key(&item.name);
    let last = name.rsplit(' ').next().unwrap_or_default();
    POURED.contains(&last)
}

/// Whether a group tells of which sort an item is, and nothing else has to be told but how large.
fn is_sort_of(item: &MenuItem, group: &ModifierGroup) -> bool {
    let words =
        |text: &str| -> Vec<String> { option::key(text).split(' ').map(str::to_owned).collect() };
    let named = [
        item.name.as_str(),
        item.category.as_deref().unwrap_or_default(),
    ];
    let named: Vec<String> = named.into_iter().flat_map(words).collect();
    let mut called = [group.name.as_str(), group.id.as_str()]
        .into_iter()
        .flat_map(words);
    let must = item.modifier_groups.iter();
    let mut others = must.filter(|other| other.min > 0 && !is_size(other) && other.id != group.id);
    must_be_one(group)
        && others.next().is_none()
        && called.any(|word| {
            let is_sort = SORTS.contains(&word.as_str()) || named.contains(&word);
            is_sort || (is_poured(item) && POURED.contains(&word.as_str()))
        })
}
