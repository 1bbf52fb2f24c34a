//! Every name on a menu that an order can mention, by its stemmed words.

use crate::menu::text::{typo_budget, words};
use olympus_proto::MenuItem;
use std::collections::{HashMap, HashSet};

/// An option of a group of an item, by their places.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct OptionRef {
    pub(super) item: usize,
    pub(super) group: usize,
    pub(super) option: usize,
}

/// What a phrase can name.
#[derive(Debug, Clone, Default)]
pub(super) struct Names {
    pub(super) items: Vec<usize>,
    /// Sorted, so that an item's options are found by bisection.
    pub(super) options: Vec<OptionRef>,
}

/// Characters that a word of a name must have to stand for it.
const SHORTEST_PART: usize = 4;
/// A word of more items than these names a kind of dish and not a dish.
const MOST_OF_A_PART: usize = 6;

/// The phrases of a menu.
#[derive(Debug, Clone, Default)]
pub(super) struct Phrases {
    names: HashMap<String, Names>,
    words: HashSet<String>,
    by_length: HashMap<usize, Vec<String>>,
    pub(super) longest: usize,
}

impl Phrases {
    pub(super) fn new(items: &[MenuItem]) -> Self {
        let mut all = Self::default();
        for (index, item) in items.iter().enumerate() {
            for name in std::iter::once(&item.name).chain(&item.aliases) {
                all.add(name, |names| {
                    if names.items.last() != Some(&index) {
                        names.items.push(index);
                    }
                });
            }
            for (group, choices) in item.modifier_groups.iter().enumerate() {
                for (option, choice) in choices.options.iter().enumerate() {
                    let at = OptionRef {
                        item: index,
                        group,
                        option,
                    };
                    for name in std::iter::once(&choice.name).chain(&choice.aliases) {
                        let name = removed(name).unwrap_or(name);
                        for said in std::iter::once(name).chain(shortened(name)) {
                            all.add(said, |names| {
                                if names.options.last() != Some(&at) {
                                    names.options.push(at);
                                }
                            });
                        }
                    }
                }
            }
        }
        all.add_parts(items);
        let mut sorted: Vec<&String> = all.words.iter().collect();
        sorted.sort_unstable();
        for word in sorted {
            let of_length = all.by_length.entry(word.chars().count()).or_default();
            of_length.push(word.clone());
        }
        all
    }

    fn add(&mut self, name: &str, put: impl Fn(&mut Names)) {
        let stems: Vec<String> = words(name).iter().map(|word| stem(&word.text)).collect();
        if stems.is_empty() {
            return;
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

    /// A word that only a few items' names hold stands for them: "margherita". Where it is also an
    /// option or a cue, it stays that.
    fn add_parts(&mut self, items: &[MenuItem]) {
        let mut parts: HashMap<String, Vec<usize>> = HashMap::new();
        for (index, item) in items.iter().enumerate() {
            for word in words(&item.name) {
                let part = stem(&word.text);
                let usable = part.chars().count() >= SHORTEST_PART && !super::speech::knows(&part);
                let of = parts.entry(part).or_default();
                if usable && of.last() != Some(&index) {
                    of.push(index);
                }
            }
        }
        for (part, items) in parts {
            if (1..=MOST_OF_A_PART).contains(&items.len()) {
                self.names.entry(part).or_insert(Names {
                    items,
                    options: Vec::new(),
                });
            }
        }
    }

    /// What stemmed words name; two words also as one.
    pub(super) fn find(&self, stems: &[String]) -> Option<&Names> {
        self.names.get(&stems.join(" ")).or_else(|| match stems {
            [first, second] => self.names.get(&format!("{first}{second}")),
            _ => None,
        })
    }

    pub(super) fn knows(&self, stem: &str) -> bool {
        self.words.contains(stem)
    }

    /// The word on the menu that a misspelt one most likely is: the nearest within the budget,
    /// with the same first letter where several are equally near.
    pub(super) fn nearest(&self, stem: &str) -> Option<&String> {
        let budget = usize::from(typo_budget(stem));
        let length = stem.chars().count();
        let first = stem.chars().next();
        (length.saturating_sub(budget)..=length + budget)
            .filter(|_| budget > 0)
            .filter_map(|length| self.by_length.get(&length))
            .flatten()
            .map(|word| (strsim::osa_distance(stem, word), word))
            .filter(|(distance, _)| *distance <= budget)
            .min_by_key(|(distance, word)| (*distance, word.chars().next() != first))
            .map(|(_, word)| word)
    }
}

/// What an option such as "No onion" takes away; `None` where a name adds something.
pub(super) fn removed(name: &str) -> Option<&str> {
    let (first, rest) = name.trim().split_once(' ')?;
    let takes_away = ["no", "without"]
        .iter()
        .any(|no| first.eq_ignore_ascii_case(no));
    takes_away.then(|| rest.trim_start())
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

/// A word without the ending of the plural; the same for menus and for speech, so it need not be
/// a word.
pub(super) fn stem(word: &str) -> String {
    let cut = |ending: &str| word.strip_suffix(ending).filter(|rest| rest.len() > 2);
    if let Some(rest) = cut("ies") {
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
