//! Every name on a menu that an order can mention, by its stemmed words.

mod choices;
mod counted;
mod derived;
mod described;
mod headed;
mod known;
mod lacking;
mod plain;

use super::assemble::option_of;
use super::called::{kinds, otherwise_called};
use super::draft::is_size;
use super::option::{self, Portion, Siblings, by_some_words};
use super::stems::{measures_of, removed, served_in, shortened, stem};
use crate::menu::text::words;
pub(super) use lacking::PERCENT;
use olympus_proto::{MenuItem, Modifier, ModifierGroup};
use std::collections::{BTreeMap, HashMap, HashSet};

/// An option of a group of an item, by their places. Ordered so that an item's options stand
/// together, those of exactly that name first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct OptionRef {
    pub(super) item: usize,
    /// Whether the phrase is only a part of the option's name, or another way to say it.
    pub(super) derived: bool,
    pub(super) group: usize,
    pub(super) option: usize,
}

impl OptionRef {
    /// The option itself, whatever it was called.
    pub(super) fn exact(self) -> Self {
        Self {
            derived: false,
            ..self
        }
    }
}

/// Every choice of every item with its group, as what is said otherwise for it.
pub(super) fn every_choice(
    items: &[MenuItem],
) -> impl Iterator<Item = (OptionRef, &ModifierGroup, &Modifier)> {
    let groups = items.iter().enumerate().flat_map(|(item, of)| {
        let groups = of.modifier_groups.iter().enumerate();
        groups.map(move |(group, choices)| (item, group, choices))
    });
    groups.flat_map(|(item, group, choices)| {
        let options = choices.options.iter().enumerate();
        options.map(move |(option, choice)| {
            let at = OptionRef {
                item,
                derived: true,
                group,
                option,
            };
            (at, choices, choice)
        })
    })
}

/// The items that go by each name, in the order of the names; `names` are those of one item.
fn items_by<N: Ord>(
    items: &[MenuItem],
    names: impl Fn(&MenuItem) -> Vec<N>,
) -> BTreeMap<N, Vec<usize>> {
    let mut by_name: BTreeMap<N, Vec<usize>> = BTreeMap::new();
    for (index, item) in items.iter().enumerate() {
        for name in names(item) {
            let of = by_name.entry(name).or_default();
            if of.last() != Some(&index) {
                of.push(index);
            }
        }
    }
    by_name
}

/// What a phrase can name.
#[derive(Debug, Clone, Default)]
pub(super) struct Names {
    pub(super) items: Vec<usize>,
    /// Sorted, so that an item's options are found by bisection.
    pub(super) options: Vec<OptionRef>,
    /// Items with this word in their names, though it names an option: "pepperoni".
    pub(super) within: Vec<usize>,
    /// Whether it is only a part of the items' names.
    pub(super) is_part: bool,
    /// Whether an option of that name is a size.
    pub(super) is_size: bool,
    /// Whether one is so much of something: "Glass 150 ml".
    pub(super) is_measured: bool,
}

impl Names {
    fn add_item(&mut self, item: usize) {
        if self.items.last() != Some(&item) {
            self.items.push(item);
        }
    }

    /// Whether dishes have it in their names, and none goes by it.
    pub(super) fn is_within_only(&self) -> bool {
        self.items.is_empty() && !self.within.is_empty()
    }

    /// Whether something on the menu goes by all of it.
    pub(super) fn is_whole(&self) -> bool {
        (!self.items.is_empty() && !self.is_part) || self.options.iter().any(|at| !at.derived)
    }
}

/// Whether a choice only says that something comes on the side, which is on the dish: "Sauce on the Side" where
/// there is a House Sauce.
fn is_beside(item: &MenuItem, name: &str, thing: &str) -> bool {
    let ending = format!(" {}", option::key(thing));
    let options = item.modifier_groups.iter().flat_map(|group| &group.options);
    let mut others = options.filter(|option| option.name != name);
    Portion::of(name) == Some(Portion::Side)
        && others.any(|option| format!(" {}", option::key(&option.name)).ends_with(&ending))
}

/// What "#" is read as.
pub(super) const NUMBER: &str = "number";
/// Characters that a word of a name must have to stand for it.
pub(super) const SHORTEST_PART: usize = 4;
/// A word of more items than these names a kind of dish and not a dish.
const MOST_OF_A_PART: usize = 6;

/// The phrases of a menu.
#[derive(Debug, Clone, Default)]
pub(super) struct Phrases {
    names: HashMap<String, Names>,
    /// Choices that say there is none of what they are found by.
    lacking: HashMap<String, Vec<OptionRef>>,
    pub(super) words: HashSet<String>,
    pub(super) by_length: HashMap<usize, Vec<String>>,
    pub(super) longest: usize,
    /// Words that several dishes' names end with: "pizza".
    kinds: HashSet<String>,
    /// The stems of each item's name.
    named: Vec<Vec<String>>,
}

impl Phrases {
    pub(super) fn new(items: &[MenuItem]) -> Self {
        let mut all = Self::default();
        for (index, item) in items.iter().enumerate() {
            let names = std::iter::once(&item.name).chain(&item.aliases);
            let others: Vec<String> = names.flat_map(|name| otherwise_called(name)).collect();
            for name in std::iter::once(&item.name)
                .chain(&item.aliases)
                .chain(&others)
            {
                all.add(name, |names| names.add_item(index));
            }
            all.add_options(index, item);
        }
        all.add_lacking(items);
        all.add_levels(items);
        all.add_turned(items);
        all.add_aliases_of_choices(items);
        all.add_plain_names(items);
        all.add_listed_names(items);
        all.add_headed(items);
        all.add_counted(items);
        all.add_described(items);
        all.add_first_words(items);
        all.add_meals(items);
        all.sort_options();
        all.add_parts(items);
        all.add_plain_ones(items);
        all.add_known(items);
        all.add_deeds(items);
        all.mark_sizes(items);
        all.kinds = kinds(items);
        // Of "Crab Rangoon (8)" the last word is rangoon.
        let stems = |item: &MenuItem| {
            let bare = item.name.split('(').next().unwrap_or_default();
            let words = words(if bare.is_empty() { &item.name } else { bare });
            words.iter().map(|word| stem(&word.text)).collect()
        };
        all.named = items.iter().map(stems).collect();
        let mut sorted: Vec<&String> = all.words.iter().collect();
        sorted.sort_unstable();
        for word in sorted {
            let of_length = all.by_length.entry(word.chars().count()).or_default();
            of_length.push(word.clone());
        }
        all
    }

    fn mark_sizes(&mut self, items: &[MenuItem]) {
        for names in self.names.values_mut() {
            let mut groups = names.options.iter().filter_map(|at| {
                let item = items.get(at.item)?;
                item.modifier_groups.get(at.group)
            });
            names.is_size = groups.any(is_size);
            let mut called = names.options.iter().filter_map(|at| {
                let group = items.get(at.item)?.modifier_groups.get(at.group)?;
                Some(group.options.get(at.option)?.name.as_str())
            });
            names.is_measured = called.any(|name| !measures_of(name).is_empty());
        }
    }

    pub(super) fn sort_options(&mut self) {
        for names in self.names.values_mut() {
            names.options.sort_unstable();
            names.options.dedup();
        }
    }

    /// Under its words, and with "and" where it is written "&" or joined otherwise.
    pub(super) fn add(&mut self, name: &str, put: impl Fn(&mut Names)) {
        let joined = name.replace(['&', '+'], " and ");
        let stems: Vec<String> = words(&joined).iter().map(|word| stem(&word.text)).collect();
        // "Chocolate milk shake"
        if let Some(at) = stems.iter().position(|stem| stem == "shake") {
            let mut apart = stems.clone();
            apart.insert(at, "milk".to_owned());
            self.add_stems(apart, &put);
        }
        let is_join = |word: &String| matches!(word.as_str(), "and" | "n" | "y" | "w" | "with");
        if stems.iter().skip(1).any(is_join) {
            let bare = stems.iter().filter(|word| !is_join(word));
            self.add_stems(bare.cloned().collect(), &put);
            for join in ["and", "n", "with"] {
                let said = |word: &String| match is_join(word) {
                    true => join.to_owned(),
                    false => word.clone(),
                };
                self.add_stems(stems.iter().map(said).collect(), &put);
            }
        }
        self.add_stems(stems, put);
    }

    fn add_stems(&mut self, mut stems: Vec<String>, put: impl Fn(&mut Names)) {
        // "Lettuce wrap no" of Lettuce Wrap (No Bun) would take the no from what comes next.
        if stems.is_empty() || (stems.len() > 1 && stems.last().is_some_and(|last| last == "no")) {
            return;
        }
        // "#2" is asked for as number two: a bare "two" is how many.
        if stems.iter().all(|stem| stem.chars().all(char::is_numeric)) {
            stems.insert(0, NUMBER.to_owned());
        }
        self.longest = self.longest.max(stems.len());
        put(self.names.entry(stems.join(" ")).or_default());
        // "cheese burger" is also said as one word.
        if let [first, second] = stems.as_slice()
            && first.len() + second.len() > 5
        {
            put(self.names.entry(format!("{first}{second}")).or_default());
            self.words.insert(format!("{first}{second}"));
        }
        self.words.extend(stems);
    }

    /// The options of an item by their names, and by what is left of a till's name when nobody
    /// says the rest: "Add Bacon", "Oat drink", "Glass 150 ml".
    fn add_options(&mut self, index: usize, item: &MenuItem) {
        let mut siblings = Siblings::default();
        let mut exact = Vec::new();
        for (group, choices) in item.modifier_groups.iter().enumerate() {
            for (option, choice) in choices.options.iter().enumerate() {
                let at = OptionRef {
                    item: index,
                    derived: false,
                    group,
                    option,
                };
                for name in std::iter::once(&choice.name).chain(&choice.aliases) {
                    let takes_away = removed(name).is_some();
                    let name = removed(name).unwrap_or(name);
                    let shorter = shortened(name).filter(|thing| !is_beside(item, name, thing));
                    for said in std::iter::once(name).chain(shorter) {
                        exact.push((said, at, takes_away));
                    }
                }
            }
        }
        for at in exact.iter().filter(|(.., takes_away)| !takes_away) {
            self.add_with_group(item, at.0, at.1);
        }
        for (name, at, takes_away) in &exact {
            siblings.add(name, (at.group, at.option), *takes_away);
        }
        // A size that is called regular is the normal one.
        for (name, at, _) in exact.clone() {
            let group = item.modifier_groups.get(at.group);
            if stem(name) == "regular" && group.is_some_and(is_size) {
                exact.push(("normal", at, false));
            }
        }
        for (name, at, _) in exact.clone() {
            let is_size = item.modifier_groups.get(at.group).is_some_and(is_size);
            for measure in measures_of(name).iter().filter(|_| is_size) {
                self.add(measure, |names| names.options.push(at));
            }
            // "A can of coke", where no other size is one too.
            let holds = served_in(name).filter(|_| is_size);
            let is_only = |holds: &String| {
                let mut others = exact
                    .iter()
                    .filter(|(_, other, _)| other.option != at.option);
                !others.any(|(other, ..)| option::key(other).split(' ').any(|word| word == holds))
            };
            if let Some(holds) = holds.filter(is_only) {
                self.add(&format!("{holds} of"), |names| names.options.push(at));
            }
        }
        let described = item.description.as_deref().unwrap_or_default();
        let described: Vec<String> = words(described)
            .iter()
            .map(|word| stem(&word.text))
            .collect();
        let adding = exact.iter().filter(|(.., takes_away)| !takes_away);
        let adding: Vec<_> = adding
            .map(|(name, at, _)| (*name, (at.group, at.option)))
            .collect();
        let named: Vec<String> = words(&item.name)
            .iter()
            .map(|word| stem(&word.text))
            .collect();
        for (said, (group, option)) in by_some_words(&adding, &described) {
            // "Whole Pie" of an apple pie: the pie is no size.
            if item.modifier_groups.get(group).is_some_and(is_size) && named.contains(&said) {
                continue;
            }
            let at = OptionRef {
                item: index,
                derived: true,
                group,
                option,
            };
            self.add_with_group(item, &said, at);
            self.add(&said, |names| names.options.push(at));
        }
        self.add_words_of_meal(index, item);
        for (name, at, _) in exact {
            self.add(name, |names| names.options.push(at));
            let derived = OptionRef {
                derived: true,
                ..at
            };
            for said in otherwise_called(name) {
                self.add(&said, |names| names.options.push(derived));
            }
            let is_size = item.modifier_groups.get(at.group).is_some_and(is_size);
            for said in siblings.otherwise(name, (at.group, at.option)) {
                if is_size && named.contains(&said) {
                    continue;
                }
                // "Sauce on the side" is all that "Sauce on Side" says, "extra whipped cream" all
                // that "Xtra Whip" does.
                let as_said = if Portion::of(&said).is_some() {
                    at
                } else {
                    derived
                };
                self.add_with_group(item, &said, at);
                self.add(&said, |names| names.options.push(as_said));
            }
        }
        self.add_only_cheese(index, item);
    }

    /// "Chicken ramen" is all of Ramen with a choice of it, and only a part of Fried Chicken Ramen.
    fn is_choice_of_item(&self, choice: &str, item: &str) -> bool {
        let (Some(choice), Some(item)) = (self.names.get(choice), self.names.get(item)) else {
            return false;
        };
        let has = |item: &usize| option_of(&choice.options, *item).is_some();
        item.items.iter().any(has)
    }

    /// What stemmed words name; two words also as one.
    pub(super) fn find(&self, stems: &[String]) -> Option<&Names> {
        self.names.get(&stems.join(" ")).or_else(|| match stems {
            [first, second] => self.names.get(&format!("{first}{second}")),
            _ => None,
        })
    }

    /// The stems of an item's name.
    pub(super) fn name_of(&self, item: usize) -> &[String] {
        self.named.get(item).map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether several dishes' names end with this word.
    pub(super) fn is_kind(&self, stem: &str) -> bool {
        self.kinds.contains(stem)
    }

    pub(super) fn knows(&self, stem: &str) -> bool {
        self.words.contains(stem)
    }
}
