//! What dishes are called that no menu prints: without praise, with what they are listed under, by some of their
//! words. Nothing is added that would name two, and all of it in the order of the alphabet, so that a menu is read the
//! same each time.

use super::super::called::{
    is_grammar, is_manner, listed_names, otherwise_called, plain_name, plain_names, runs_of,
};
use super::super::lines::is_of_a_meal;
use super::super::option::{first_word, is_inseparable};
use super::super::speech;
use super::super::stems::{is_amount, removed, stem};
use super::{MOST_OF_A_PART, Names, OptionRef, Phrases, SHORTEST_PART, items_by};
use crate::menu::text::words;
use olympus_proto::MenuItem;
use std::collections::{BTreeMap, HashMap};

/// A size by itself names no dish that has it in its name: "large" no Double Large Deal.
const SIZES: [&str; 5] = ["small", "medium", "large", "regular", "can"];

/// Words of a name that say something else in an order, and not beside another of the name: "bulgogi bowl" of
/// Bulgogi Rice Bowl, "loaded fries" of Loaded Gyro Fries.
const SERVED_IN: [&str; 6] = ["bowl", "plate", "cup", "loaded", "little", "side"];

fn head(name: &str) -> Option<String> {
    words(name).last().map(|last| stem(&last.text))
}

/// What a dish is whose name says it as one word: "burger" of Cheeseburger.
fn glued(name: &[crate::menu::text::Word]) -> Option<String> {
    const GLUED: [&str; 1] = ["burger"];
    let last = stem(&name.last()?.text);
    let of = |kind: &&&str| last.len() > kind.len() && last.ends_with(**kind);
    GLUED.iter().find(of).map(|kind| (*kind).to_owned())
}

impl Phrases {
    /// Names without what menus praise a dish with and nobody says: "The Classic Burger", "#1 Burger
    /// Combo", "Fresh Brewed Coffee", where that leaves no two the same.
    pub(super) fn add_plain_names(&mut self, items: &[MenuItem]) {
        for (name, of) in items_by(items, |item| plain_names(&item.name)) {
            let stems: Vec<String> = words(&name).iter().map(|word| stem(&word.text)).collect();
            let is_taken = self.find(&stems).is_some_and(|names| {
                // The latte of a meal is the latte.
                let is_apart = |at: &&OptionRef| {
                    let item = items.get(at.item);
                    let group =
                        item.and_then(|item| Some((item, item.modifier_groups.get(at.group)?)));
                    !group.is_some_and(|(item, group)| is_of_a_meal(item, group))
                };
                let is_option = names.options.iter().filter(is_apart).any(|at| !at.derived);
                !names.items.is_empty() || (is_option && stems.len() == 1)
            });
            if let ([index], false) = (of.as_slice(), is_taken) {
                for name in otherwise_called(&name).iter().chain([&name]) {
                    self.add(name, |names| names.add_item(*index));
                }
            }
        }
    }

    /// What a dish is called where it is a choice of another: "tots" are the Tater Tots.
    pub(super) fn add_aliases_of_choices(&mut self, items: &[MenuItem]) {
        let mut of_name: HashMap<String, Vec<usize>> = HashMap::new();
        for (index, item) in items.iter().enumerate() {
            of_name
                .entry(item.name.to_lowercase())
                .or_default()
                .push(index);
        }
        let groups = items.iter().flat_map(|item| &item.modifier_groups);
        let choices = groups.flat_map(|group| &group.options);
        let mut called: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for choice in choices {
            if let Some([index]) = of_name.get(&choice.name.to_lowercase()).map(Vec::as_slice) {
                for alias in &choice.aliases {
                    let of = called.entry(alias).or_default();
                    if !of.contains(index) {
                        of.push(*index);
                    }
                }
            }
        }
        for (alias, of) in called {
            let stems: Vec<String> = words(alias).iter().map(|word| stem(&word.text)).collect();
            let is_taken = self
                .find(&stems)
                .is_some_and(|names| !names.items.is_empty());
            if let ([index], false) = (of.as_slice(), is_taken) {
                self.add(alias, |names| names.add_item(*index));
            }
        }
    }

    /// Names with what a dish is listed under, where that leaves no two the same.
    pub(super) fn add_listed_names(&mut self, items: &[MenuItem]) {
        for (name, of) in items_by(items, listed_names) {
            let stems: Vec<String> = words(&name).iter().map(|word| stem(&word.text)).collect();
            if let ([index], None) = (of.as_slice(), self.find(&stems)) {
                self.add(&name, |names| names.add_item(*index));
            }
        }
    }

    /// Options by the first word of their names, where the item has no other such and the menu nothing
    /// of that name.
    pub(super) fn add_first_words(&mut self, items: &[MenuItem]) {
        let mut found: HashMap<String, Vec<OptionRef>> = HashMap::new();
        for (index, item) in items.iter().enumerate() {
            let mut of_item: HashMap<(String, bool), Vec<OptionRef>> = HashMap::new();
            for (group, choices) in item.modifier_groups.iter().enumerate() {
                for (option, choice) in choices.options.iter().enumerate() {
                    let first =
                        removed(&choice.name).map_or_else(|| first_word(&choice.name), |_| None);
                    let at = OptionRef {
                        item: index,
                        derived: true,
                        group,
                        option,
                    };
                    let is_meal = is_of_a_meal(item, choices);
                    if let Some(first) = first {
                        of_item.entry((first, is_meal)).or_default().push(at);
                    }
                }
            }
            // The side or the drink of a meal, whatever else is called so.
            let is_free = |first: &String, is_meal: bool| {
                let known = self.names.get(first);
                let is_own = |names: &Names| names.options.iter().any(|at| at.item == index);
                let may = |names: &Names| is_meal || names.items.is_empty();
                known.is_none_or(|names| may(names) && !is_own(names))
            };
            of_item.retain(|(first, is_meal), of| of.len() == 1 && is_free(first, *is_meal));
            for ((first, _), of) in of_item {
                found.entry(first).or_default().extend(of);
            }
        }
        for (first, of) in found {
            self.words.insert(first.clone());
            self.names.entry(first).or_default().options.extend(of);
        }
    }

    /// A meal by the whole name of what is in it: "crispy chicken sandwich combo" is the #3 Crispy
    /// Chicken Combo where there is a Crispy Chicken Sandwich; and by words that it alone has: "crispy
    /// meal".
    pub(super) fn add_meals(&mut self, items: &[MenuItem]) {
        let stems = |item: &MenuItem| -> Vec<String> {
            let plain = plain_name(&item.name);
            let name = plain.as_deref().unwrap_or(&item.name);
            words(name).iter().map(|word| stem(&word.text)).collect()
        };
        let names: Vec<Vec<String>> = items.iter().map(stems).collect();
        let mut said: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (index, name) in names.iter().enumerate() {
            let Some((last, kind)) = name.split_last() else {
                continue;
            };
            if !matches!(last.as_str(), "combo" | "meal") || kind.is_empty() {
                continue;
            }
            let is_inside =
                |dish: &&Vec<String>| dish.split_last().is_some_and(|(_, first)| first == kind);
            let dishes = names.iter().filter(is_inside).map(|dish| dish.join(" "));
            let opens = |word: &String| word == "kid" || !(is_grammar(word) || is_amount(word));
            let runs = (1..=kind.len()).flat_map(|length| kind.windows(length));
            let runs =
                runs.filter(|run| run.first().is_some_and(opens) && run.last().is_some_and(opens));
            let pairs = kind.iter().enumerate().flat_map(|(at, first)| {
                let rest = kind.get(at + 2..).unwrap_or_default().iter();
                rest.map(move |second| [first.clone(), second.clone()])
            });
            let pairs = pairs
                .filter(|pair| pair.iter().all(opens))
                .map(|pair| pair.join(" "));
            for dish in dishes.chain(runs.map(|run| run.join(" "))).chain(pairs) {
                let of = said.entry(dish).or_default();
                if of.last() != Some(&index) {
                    of.push(index);
                }
            }
        }
        for (dish, of) in said {
            let [index] = of.as_slice() else {
                continue;
            };
            for meal in ["combo", "meal"] {
                let name = format!("{dish} {meal}");
                if !self.names.contains_key(&name) {
                    self.add(&name, |names| names.add_item(*index));
                }
            }
        }
    }

    /// A word that only a few items' names hold stands for them: "margherita"; so do two words of
    /// a name in their order: "bbq ribs" of BBQ Spare Ribs. Where it is also an option or a cue,
    /// it stays that.
    pub(super) fn add_parts(&mut self, items: &[MenuItem]) {
        let mut parts: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        let heads: Vec<String> = items.iter().filter_map(|item| head(&item.name)).collect();
        for (index, item) in items.iter().enumerate() {
            for name in std::iter::once(&item.name).chain(&item.aliases) {
                let printed = words(name);
                let glued = glued(&printed).filter(|kind| !heads.contains(kind));
                let runs = runs_of(name).into_iter().filter(|run| {
                    let (first, last) = (run.split(' ').next(), run.split(' ').next_back());
                    let (first, last) = (first.unwrap_or_default(), last.unwrap_or_default());
                    !self.is_choice_of_item(first, last)
                });
                let stems = printed.iter().map(|word| (stem(&word.text), &word.text));
                let is_name = *name == item.name;
                let usable = |part: &str| {
                    part == "kid"
                        || SERVED_IN.contains(&part)
                        || !(is_grammar(part) || is_amount(part) || SIZES.contains(&part))
                };
                let usable: Vec<_> = stems.filter(|(stem, _)| usable(stem)).collect();
                // As printed: "fries" is long enough, though one of them is a fry.
                // What a dish is may be short: "tea" of Iced Tea; chips and dip are no dip.
                let is_joined = name.contains('&') || printed.iter().any(|word| word.text == "and");
                // "Beef Pho (Pho Bo)" is a pho.
                let bare = name.split('(').next().unwrap_or_default();
                let head = printed
                    .get(..words(bare).len())
                    .and_then(<[_]>::last)
                    .filter(|_| !is_joined)
                    .map(|word| word.text.as_str());
                // "Mac" of Mac & Cheese.
                let is_pair = is_joined && printed.len() < 4 && item.name.contains('&');
                let first = printed.first().map(|word| word.text.as_str());
                let first = first.filter(|first| is_pair && first.chars().count() < SHORTEST_PART);
                let is_long = |printed: &str| {
                    let is_head = (head == Some(printed) || first == Some(printed))
                        && !speech::knows(printed);
                    let shortest = SHORTEST_PART - usize::from(is_head);
                    printed.chars().count() >= shortest
                };
                let long = usable.iter().filter(|(stem, printed)| {
                    let is_apart = stem != "kid" && !SERVED_IN.contains(&stem.as_str());
                    is_apart && is_long(printed) && !is_manner(printed)
                });
                // "Drip" of the alias "drip coffee" of Brewed Coffee.
                let is_sort = printed.len() == 2
                    && printed.last().map(|word| stem(&word.text))
                        == words(&item.name).last().map(|word| stem(&word.text));
                let many = if is_name {
                    usize::MAX
                } else {
                    usize::from(is_sort || first.is_some())
                };
                let all: Vec<String> = printed.iter().map(|word| stem(&word.text)).collect();
                let is_apart = |word: &str| word != "beer" || !is_inseparable(&all);
                let alone = long
                    .filter(|(stem, _)| is_apart(stem))
                    .take(many)
                    .map(|(stem, _)| stem.clone());
                let pairs = usable.iter().enumerate().flat_map(|(at, (first, _))| {
                    // "Lettuce tomato" is no alias "bacon lettuce and tomato".
                    let rest = usable
                        .iter()
                        .skip(at + 1)
                        .filter(|_| is_name || printed.len() < 3);
                    let rest = rest.filter(|(second, _)| !self.is_choice_of_item(first, second));
                    // "Souvlaki chicken"
                    let turns = is_name && printed.len() == 2;
                    rest.flat_map(move |(second, _)| {
                        let turned = turns.then(|| format!("{second} {first}"));
                        let said = [format!("{first} {second}"), format!("{first}{second}")];
                        said.into_iter().chain(turned)
                    })
                });
                let parts_of_name: Vec<String> = alone.chain(pairs).chain(runs).collect();
                // "Veggie pho" is the Vegetarian Pho.
                let veggie: Vec<String> = parts_of_name
                    .iter()
                    .filter(|part| part.contains("vegetarian "))
                    .map(|part| part.replace("vegetarian", "vegetable"))
                    .collect();
                for part in parts_of_name.into_iter().chain(veggie).chain(glued) {
                    let of = parts.entry(part).or_default();
                    if of.last() != Some(&index) {
                        of.push(index);
                    }
                }
            }
        }
        for (part, items) in parts {
            if !(1..=MOST_OF_A_PART).contains(&items.len()) {
                continue;
            }
            if let Some(names) = self.names.get_mut(&part) {
                names.within = items;
            } else {
                self.longest = self.longest.max(part.split(' ').count());
                self.words.extend(part.split(' ').map(str::to_owned));
                let names = Names {
                    items,
                    is_part: true,
                    ..Names::default()
                };
                self.names.insert(part, names);
            }
        }
    }
}
