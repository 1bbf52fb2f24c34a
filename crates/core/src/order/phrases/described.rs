//! Dishes of a house's own name by what their description begins with: "greek pizza" is The Acropolis, "Greek pizza
//! with spinach and feta".
//!
//! Invariant: only what the menu also lists the dish as, only where no dish is called so and no other described so.

use super::Phrases;
use crate::menu::text::words;
use crate::order::called::{ANY_DISH, LISTED_AS};
use crate::order::stems::stem;
use olympus_proto::MenuItem;
use std::collections::BTreeMap;

/// What a description may say before it.
const BEFORE: [&str; 7] = ["our", "a", "an", "the", "classic", "traditional", "famous"];
/// Most words before the kind.
const MOST: usize = 2;

impl Phrases {
    pub(super) fn add_described(&mut self, items: &[MenuItem]) {
        let mut told: BTreeMap<Vec<String>, Vec<usize>> = BTreeMap::new();
        for (index, item) in items.iter().enumerate() {
            for name in described(item) {
                told.entry(name).or_default().push(index);
            }
        }
        for (name, of) in told {
            let is_taken = self
                .find(&name)
                .is_some_and(|names| !names.items.is_empty());
            if let ([index], false) = (of.as_slice(), is_taken) {
                self.add(&name.join(" "), |names| names.add_item(*index));
            }
        }
    }
}

/// "Greek pizza" of "Greek pizza with feta" under Pizzas; "hawaiian" and "hawaiian pizza" of "Hawaiian style with ham".
fn described(item: &MenuItem) -> Vec<Vec<String>> {
    let stems =
        |text: &str| -> Vec<String> { words(text).iter().map(|word| stem(&word.text)).collect() };
    let told = item.description.as_deref().unwrap_or_default();
    // What it is stands before the first of these.
    let first = [":", ",", ".", " with ", " w. "]
        .iter()
        .filter_map(|end| told.find(end))
        .min();
    let told = stems(told.get(..first.unwrap_or(told.len())).unwrap_or_default());
    let told: Vec<String> = told
        .into_iter()
        .skip_while(|word| BEFORE.contains(&word.as_str()))
        .collect();
    let name = stems(&item.name);
    let listed = stems(item.category.as_deref().unwrap_or_default());
    let Some((kind, manner)) = told
        .split_last()
        .filter(|(_, manner)| (1..=MOST).contains(&manner.len()))
    else {
        return Vec::new();
    };
    if kind == "style" {
        let listed = listed.last().filter(|kind| !name.contains(*kind));
        let whole = listed.map(|kind| [manner, std::slice::from_ref(kind)].concat());
        return std::iter::once(manner.to_vec()).chain(whole).collect();
    }
    // "Donut holes" of Dough Dots under Donuts.
    if let Some(listed) = manner.last().filter(|word| listed.contains(word))
        && !name.contains(listed)
        && !name.contains(kind)
    {
        return vec![vec![listed.clone(), kind.clone()]];
    }
    let is_dish = [&ANY_DISH[..], &LISTED_AS[..]]
        .concat()
        .contains(&kind.as_str());
    match is_dish && listed.contains(kind) && !name.contains(kind) {
        true => vec![told],
        false => Vec::new(),
    }
}
