//! The one of several dishes of a kind that is meant where nothing but the kind is said.

use super::super::stems::stem;
use super::Phrases;
use crate::menu::lexicon;
use crate::menu::text::words;
use olympus_proto::MenuItem;
use std::collections::BTreeMap;

/// What tells a dish from the plain one of its kind and is no food.
#[rustfmt::skip]
const APART: [&str; 14] = [
    "kid", "junior", "little", "mini", "baby", "double", "triple", "veggie", "vegan", "vegetarian", "spicy", "large",
    "small", "loaded",
];

impl Phrases {
    /// "A biscuit" is the one that is called a plain biscuit, where many end so; "the burger" The Hearth Burger, where
    /// all others say what is different on them.
    pub(super) fn add_plain_ones(&mut self, items: &[MenuItem]) {
        for (kind, of) in called_plain(items).into_iter().chain(houses_own(items)) {
            let stems: Vec<String> = words(&kind).iter().map(|word| stem(&word.text)).collect();
            let [index] = of.as_slice() else {
                continue;
            };
            match self.names.get_mut(&stems.join(" ")) {
                // A word of several names, of which one is meant.
                Some(names) if names.is_part => names.items = vec![*index],
                Some(names) if !names.items.is_empty() => {}
                _ => self.add(&kind, |names| names.add_item(*index)),
            }
        }
    }
}

fn called_plain(items: &[MenuItem]) -> BTreeMap<String, Vec<usize>> {
    let mut plain: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (index, item) in items.iter().enumerate() {
        let aliases = item.aliases.iter().map(String::as_str);
        for name in aliases.chain([item.name.as_str()]) {
            let first = name.get(..6).unwrap_or_default();
            let kind = name.get(6..);
            if let Some(kind) = kind.filter(|_| first.eq_ignore_ascii_case("plain ")) {
                plain.entry(kind.to_owned()).or_default().push(index);
            }
        }
    }
    plain
}

/// The burger whose name says nothing of what is on it but whose it is, where it is the only one: "The Zorbl Burger", or
/// "Zorbl Burger" where there is a Zorbl Salad too. Of burgers alone: kettle chips are a sort of chips, and a burrito of
/// the house's name is one of its own.
fn houses_own(items: &[MenuItem]) -> Option<(String, Vec<usize>)> {
    let names: Vec<Vec<String>> = items
        .iter()
        .map(|item| {
            words(&item.name)
                .into_iter()
                .map(|word| word.text)
                .collect()
        })
        .collect();
    let says = |word: &String| APART.contains(&stem(word).as_str()) || lexicon::is_name(word);
    let opens_another = |word: &String| {
        let mut others = names
            .iter()
            .filter(|name| name.iter().find(|word| *word != "the") == Some(word));
        others.any(|name| name.last().is_none_or(|last| last != BURGER))
    };
    let mut own = Vec::new();
    let mut all = 0;
    for (index, name) in names.iter().enumerate() {
        let Some((_, first)) = name.split_last().filter(|(last, _)| *last == BURGER) else {
            continue;
        };
        all += 1;
        let is_the = first.first().is_some_and(|word| word == "the");
        let first = first.get(usize::from(is_the)..).unwrap_or_default();
        match first {
            [word] if !says(word) && (is_the || opens_another(word)) => own.push(index),
            // Neither the plain one nor told apart from it.
            _ if !first.iter().any(says) => return None,
            _ => {}
        }
    }
    (all > 1).then(|| (BURGER.to_owned(), own))
}

const BURGER: &str = "burger";
