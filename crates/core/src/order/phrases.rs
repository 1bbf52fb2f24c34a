//! Every name on a menu that an order can mention, by its stemmed words.

use super::assemble::option_of;
use super::called::{
    MANNERS, is_grammar, kinds, listed_names, otherwise_called, plain_name, plain_names, runs_of,
};
use super::draft::is_size;
use super::lines::{is_for_children, is_meal, is_of_a_meal};
use super::option::{Portion, Siblings, by_some_words, first_word, is_inseparable};
use crate::menu::text::words;
use olympus_proto::MenuItem;
use std::collections::{HashMap, HashSet};

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

    /// Whether something on the menu goes by all of it.
    pub(super) fn is_whole(&self) -> bool {
        (!self.items.is_empty() && !self.is_part) || self.options.iter().any(|at| !at.derived)
    }
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
            let others = otherwise_called(&item.name);
            for name in std::iter::once(&item.name)
                .chain(&item.aliases)
                .chain(&others)
            {
                all.add(name, |names| names.add_item(index));
            }
            all.add_options(index, item);
        }
        all.add_aliases_of_choices(items);
        all.add_plain_names(items);
        all.add_listed_names(items);
        all.add_first_words(items);
        all.add_meals(items);
        all.sort_options();
        all.add_parts(items);
        all.add_deeds(items);
        all.mark_sizes(items);
        all.kinds = kinds(items);
        let stems = |item: &MenuItem| {
            let words = words(&item.name);
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
                    for said in std::iter::once(name).chain(shortened(name)) {
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
                self.add(&said, |names| names.options.push(as_said));
            }
        }
    }

    /// Choices of a meal by what they are half of, where no other choice has that word: "tuna" of Half
    /// Tuna Salad.
    fn add_words_of_meal(&mut self, index: usize, item: &MenuItem) {
        if !(is_meal(item) || is_for_children(item)) {
            return;
        }
        let groups = item.modifier_groups.iter().enumerate();
        let all = groups.flat_map(|(group, choices)| {
            let options = choices.options.iter().enumerate();
            options.map(move |(option, choice)| (group, option, choices, choice))
        });
        let mut of_word: HashMap<String, Vec<OptionRef>> = HashMap::new();
        for (group, option, choices, choice) in all {
            let stems: Vec<String> = words(&choice.name)
                .iter()
                .map(|word| stem(&word.text))
                .collect();
            let at = OptionRef {
                item: index,
                derived: true,
                group,
                option,
            };
            let is_told = choices.max == Some(1) && !is_size(choices);
            let is_half = stems.first().is_some_and(|first| first == "half");
            for (place, word) in stems.iter().enumerate() {
                let of = of_word.entry(word.clone()).or_default();
                let is_usable = word.chars().count() >= SHORTEST_PART && !is_grammar(word);
                match is_told && is_half && place == 1 && is_usable {
                    true => of.push(at),
                    // Whatever else is called so, it is not told by that word.
                    false => of.extend([at, at]),
                }
            }
        }
        for (word, of) in of_word {
            if let [at] = of.as_slice() {
                self.add(&word, |names| names.options.push(*at));
            }
        }
    }

    /// Names without what menus praise a dish with and nobody says: "The Classic Burger", "#1 Burger
    /// Combo", "Fresh Brewed Coffee", where that leaves no two the same.
    fn add_plain_names(&mut self, items: &[MenuItem]) {
        let mut plain: HashMap<String, Vec<usize>> = HashMap::new();
        for (index, item) in items.iter().enumerate() {
            for name in plain_names(&item.name) {
                let of = plain.entry(name).or_default();
                if of.last() != Some(&index) {
                    of.push(index);
                }
            }
        }
        for (name, of) in plain {
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
    fn add_aliases_of_choices(&mut self, items: &[MenuItem]) {
        let mut of_name: HashMap<String, Vec<usize>> = HashMap::new();
        for (index, item) in items.iter().enumerate() {
            of_name
                .entry(item.name.to_lowercase())
                .or_default()
                .push(index);
        }
        let groups = items.iter().flat_map(|item| &item.modifier_groups);
        let choices = groups.flat_map(|group| &group.options);
        let mut called: HashMap<&str, Vec<usize>> = HashMap::new();
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
    fn add_listed_names(&mut self, items: &[MenuItem]) {
        let mut listed: HashMap<String, Vec<usize>> = HashMap::new();
        for (index, item) in items.iter().enumerate() {
            for name in listed_names(item) {
                let of = listed.entry(name).or_default();
                if of.last() != Some(&index) {
                    of.push(index);
                }
            }
        }
        for (name, of) in listed {
            let stems: Vec<String> = words(&name).iter().map(|word| stem(&word.text)).collect();
            if let ([index], None) = (of.as_slice(), self.find(&stems)) {
                self.add(&name, |names| names.add_item(*index));
            }
        }
    }

    /// Options by the first word of their names, where the item has no other such and the menu nothing
    /// of that name.
    fn add_first_words(&mut self, items: &[MenuItem]) {
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
    fn add_meals(&mut self, items: &[MenuItem]) {
        let stems = |item: &MenuItem| -> Vec<String> {
            let plain = plain_name(&item.name);
            let name = plain.as_deref().unwrap_or(&item.name);
            words(name).iter().map(|word| stem(&word.text)).collect()
        };
        let names: Vec<Vec<String>> = items.iter().map(stems).collect();
        let mut said: HashMap<String, Vec<usize>> = HashMap::new();
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
    fn add_parts(&mut self, items: &[MenuItem]) {
        let mut parts: HashMap<String, Vec<usize>> = HashMap::new();
        for (index, item) in items.iter().enumerate() {
            for name in std::iter::once(&item.name).chain(&item.aliases) {
                let printed = words(name);
                let runs = runs_of(name).into_iter().filter(|run| {
                    let (first, last) = (run.split(' ').next(), run.split(' ').next_back());
                    let (first, last) = (first.unwrap_or_default(), last.unwrap_or_default());
                    !self.is_choice_of_item(first, last)
                });
                let stems = printed.iter().map(|word| (stem(&word.text), &word.text));
                let is_name = *name == item.name;
                let usable = |part: &str| part == "kid" || !(is_grammar(part) || is_amount(part));
                let usable: Vec<_> = stems.filter(|(stem, _)| usable(stem)).collect();
                // As printed: "fries" is long enough, though one of them is a fry.
                // What a dish is may be short: "tea" of Iced Tea; chips and dip are no dip.
                let is_joined = name.contains('&') || printed.iter().any(|word| word.text == "and");
                let head = printed
                    .last()
                    .filter(|_| !is_joined)
                    .map(|word| word.text.as_str());
                let is_long = |printed: &str| {
                    let is_head = head == Some(printed) && !super::speech::knows(printed);
                    let shortest = SHORTEST_PART - usize::from(is_head);
                    printed.chars().count() >= shortest
                };
                let long = usable.iter().filter(|(stem, printed)| {
                    stem != "kid" && is_long(printed) && !MANNERS.contains(&printed.as_str())
                });
                // "Drip" of the alias "drip coffee" of Brewed Coffee.
                let is_sort = printed.len() == 2
                    && printed.last().map(|word| stem(&word.text))
                        == words(&item.name).last().map(|word| stem(&word.text));
                let many = if is_name {
                    usize::MAX
                } else {
                    usize::from(is_sort)
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
                for part in parts_of_name.into_iter().chain(veggie) {
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

/// What an option such as "No onion" takes away; `None` where a name adds something.
pub(super) fn removed(name: &str) -> Option<&str> {
    const AWAY: [&str; 10] = [
        "no ",
        "without ",
        "hold the ",
        "hold ",
        "omit ",
        "w/o ",
        "remove ",
        "minus ",
        "leave off ",
        "leave out ",
    ];
    let name = name.trim();
    let rest = AWAY.iter().find_map(|away| {
        let first = name.get(..away.len())?;
        first
            .eq_ignore_ascii_case(away)
            .then(|| name.get(away.len()..))
            .flatten()
    });
    rest.map(str::trim_start).filter(|rest| !rest.is_empty())
}

/// An option's name without what menus add to it and nobody says: "sugar (skétos)", "peanuts on
/// top".
pub(super) fn shortened(name: &str) -> Option<&str> {
    let said = name.split(['(', '[']).next().unwrap_or(name).trim_end();
    let said = [" on top", " on the side", " on it"]
        .iter()
        .find_map(|ending| said.strip_suffix(ending))
        .unwrap_or(said);
    (!said.is_empty() && said != name).then_some(said)
}

/// Whether a stem is a number or a unit: "300 g" names no dish.
pub(super) fn is_amount(stem: &str) -> bool {
    stem.chars().all(char::is_numeric) || UNITS.iter().any(|(unit, _)| *unit == stem)
}

/// The measures in the name of a size: "16 oz" of "16oz Medium", "14 inch" of `Large 14"`.
fn measures_of(name: &str) -> Vec<String> {
    let written = name.replace(['"', '\u{201d}'], " inch ");
    let all: Vec<String> = words(&written)
        .iter()
        .map(|word| stem(&word.text))
        .collect();
    // "1/2 lb" is no two pounds.
    let is_number = |word: &String| word.chars().all(char::is_numeric);
    let is_part = |at: usize| at > 0 && all.get(at - 1).is_some_and(is_number);
    let pairs = all
        .windows(2)
        .enumerate()
        .filter_map(|(at, pair)| match pair {
            [number, unit]
                if !is_part(at) && number.chars().all(char::is_numeric) && is_unit(unit) =>
            {
                Some(format!("{number} {unit}"))
            }
            _ => None,
        });
    pairs.filter(|pair| *pair != all.join(" ")).collect()
}

/// Whether a stem is a unit of measure.
pub(super) fn is_unit(stem: &str) -> bool {
    UNITS.iter().any(|(unit, _)| *unit == stem) && stem != "piece"
}

/// Units as menus write them, and as they are said.
const UNITS: [(&str, &[&str]); 10] = [
    ("cm", &["centimeter", "centimetre"]),
    ("ml", &["milliliter", "millilitre"]),
    ("cl", &["centiliter", "centilitre"]),
    ("l", &["liter", "litre", "ltr"]),
    ("g", &["gram", "gramme", "gr"]),
    ("kg", &["kilo", "kilogram"]),
    ("oz", &["ounce"]),
    ("lb", &["pound"]),
    ("inch", &[]),
    ("piece", &["pc", "pcs", "pce", "ct", "count"]),
];

/// What tills and hasty customers cut short, beside the whole word.
#[rustfmt::skip]
const SHORT: [(&str, &str); 56] = [
    ("sm", "small"), ("sml", "small"), ("med", "medium"), ("lg", "large"), ("lrg", "large"),
    ("reg", "regular"), ("dbl", "double"), ("xtra", "extra"), ("lt", "light"), ("lite", "light"),
    ("choc", "chocolate"), ("chix", "chicken"), ("chkn", "chicken"), ("guac", "guacamole"), ("avo", "avocado"),
    ("mozz", "mozzarella"), ("parm", "parmesan"), ("bbq", "barbecue"), ("barbeque", "barbecue"),
    ("mayonnaise", "mayo"), ("catsup", "ketchup"), ("veg", "vegetable"), ("veggie", "vegetable"),
    ("pepp", "pepperoni"), ("jala", "jalapeno"),
    ("broc", "broccoli"), ("cuke", "cucumber"), ("strawb", "strawberry"), ("shroom", "mushroom"),
    ("jalap", "jalapeno"), ("prov", "provolone"), ("moz", "mozzarella"), ("chz", "cheese"), ("stk", "steak"),
    ("grld", "grilled"), ("sammich", "sandwich"), ("sammie", "sandwich"), ("sandwhich", "sandwich"),
    ("tater", "potato"), ("doctor", "dr"), ("nvm", "nevermind"), ("chik", "chicken"), ("burg", "burger"),
    ("milkshake", "shake"), ("oj", "orange juice"), ("ojs", "orange juice"), ("capp", "cappuccino"), ("mlk", "milk"), ("dt", "diet"),
    ("whip", "whipped cream"), ("cinn", "cinnamon"),
    ("junior", "jr"), ("md", "medium"), ("qt", "quart"), ("brwn", "brown"),
    // One of the fries.
    ("fry", "frie"),
];

#[rustfmt::skip]
const NUMBERS: [&str; 21] = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
    "twenty",
];

const TENS: [&str; 7] = [
    "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
];

/// A word without the ending of the plural, written out where it is cut short; a number in digits, a
/// unit as menus write it. The same for menus and for speech, so it need not be a word.
pub(super) fn stem(word: &str) -> String {
    let number = |word: &str| {
        let ones = NUMBERS.iter().position(|number| *number == word);
        let tens = || TENS.iter().position(|tens| *tens == word);
        ones.or_else(|| tens().map(|at| 30 + 10 * at))
    };
    if let Some(number) = number(word) {
        return number.to_string();
    }
    let stem = singular(word);
    // "Number fours", "number sixes"; "the chicken ones" are no number.
    let of_many = number(&stem).or_else(|| number(word.strip_suffix("es")?));
    if let Some(number) = of_many.filter(|number| *number > 1) {
        return number.to_string();
    }
    // "Veggie" is a sort of dish and "veggies" a topping: only the one is written out.
    if let Some((_, whole)) = SHORT
        .iter()
        .find(|(short, _)| *short == stem || *short == word)
    {
        return (*whole).to_owned();
    }
    let unit = UNITS.iter().find(|(_, said)| said.contains(&stem.as_str()));
    unit.map_or(stem, |(unit, _)| (*unit).to_owned())
}

fn singular(word: &str) -> String {
    let cut = |ending: &str| word.strip_suffix(ending).filter(|rest| rest.len() > 2);
    // "cookies" and "cookie", "berries" and "berry"
    if let Some(rest) = cut("ies").or_else(|| cut("ie")) {
        return format!("{rest}y");
    }
    for ending in ["ches", "shes", "sses", "xes", "oes"] {
        if let Some(rest) = cut(ending) {
            return format!("{rest}{}", ending.strip_suffix("es").unwrap_or_default());
        }
    }
    match cut("s") {
        Some(rest) if !rest.ends_with(['s', 'u', 'i']) => rest.to_owned(),
        _ => word.to_owned(),
    }
}
