//! The one of several dishes of a kind that is meant where nothing but the kind is said.

use super::super::stems::stem;
use super::Phrases;
use crate::menu::lexicon;
use crate::menu::text::words;
use olympus_proto::MenuItem;
use std::collections::{BTreeMap, HashMap, HashSet};

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

/// Kinds of which one dish alone has a name that says nothing of what is on it but whose it is: "The Zorbl
/// Burger" where there is a Zorbl Salad too. Of burgers alone: Kettle Chips are a sort of chips, and a burrito of the
/// house's name is one of its own.
fn houses_own(items: &[MenuItem]) -> BTreeMap<String, Vec<usize>> {
    let mut kinds: BTreeMap<String, (usize, Vec<usize>)> = BTreeMap::new();
    let mut openings: HashMap<String, HashSet<String>> = HashMap::new();
    for item in items {
        let name = words(&item.name);
        if let (Some(first), Some(last)) =
            (name.iter().find(|word| word.text != "the"), name.last())
        {
            let of = openings.entry(first.text.clone()).or_default();
            of.insert(last.text.clone());
        }
    }
    for (index, item) in items.iter().enumerate() {
        let name = words(&item.name);
        let Some((kind, first)) = name.split_last() else {
            continue;
        };
        let says = |word: &&str| APART.contains(&stem(word).as_str()) || lexicon::is_name(word);
        let first: Vec<&str> = first.iter().map(|word| word.text.as_str()).collect();
        let bare = first.strip_prefix(&["the"]);
        let is_house =
            |word: &str| bare.is_some() || openings.get(word).is_some_and(|kinds| kinds.len() > 1);
        let first = bare.unwrap_or(&first);
        let (all, own) = kinds.entry(kind.text.clone()).or_default();
        *all += 1;
        match first {
            [word] if !says(word) && is_house(word) => own.push(index),
            // Neither the plain one nor told apart from it.
            _ if !first.iter().any(says) => own.extend([index, index]),
            _ => {}
        }
    }
    kinds.retain(|kind, (all, _)| *all > 1 && kind == "burger");
    let own = kinds.into_iter();
    own.map(|(kind, (_, own))| (kind, own)).collect()
}
