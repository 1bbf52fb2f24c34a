//! Dishes by what they are, which only the heading says: "vanilla frosted donut" of Vanilla Frosted
//! under Donuts.

use super::super::called::{is_grammar, plain_name};
use super::super::stems::{is_amount, stem};
use super::{Phrases, items_by};
use crate::menu::text::words;
use olympus_proto::MenuItem;

/// More dishes than these are not asked about.
const MOST: usize = 6;
/// Headings that do not say what a dish is.
const NO_KIND: [&str; 17] = [
    "combo", "meal", "deal", "special", "kid", "side", "extra", "drink", "favorite", "box",
    "bakery", "starter", "main", "dessert", "snack", "beverage", "more",
];

impl Phrases {
    /// Words of a name with what it is listed under, where the menu has nothing of that name. Of a few that
    /// are called so it is asked which is meant.
    pub(super) fn add_headed(&mut self, items: &[MenuItem]) {
        for (name, of) in items_by(items, headed_names) {
            let stems: Vec<String> = name.split(' ').map(str::to_owned).collect();
            let is_taken = self
                .find(&stems)
                .is_some_and(|names| names.is_whole() || !names.items.is_empty());
            if !is_taken && of.len() <= MOST {
                self.add(&name, |names| {
                    for index in &of {
                        names.add_item(*index);
                    }
                });
            }
        }
    }
}

/// Runs of the stems of an item's name, each with the kind that its heading names, where the name does
/// not name it.
fn headed_names(item: &MenuItem) -> Vec<String> {
    let Some(kind) = item.category.as_deref().and_then(kind) else {
        return Vec::new();
    };
    let plain = plain_name(&item.name);
    let spoken = plain.as_deref().unwrap_or(&item.name).replace('&', " and ");
    let stems: Vec<String> = words(&spoken).iter().map(|word| stem(&word.text)).collect();
    if stems.contains(&kind) || stems.iter().any(|word| word.ends_with(&kind)) {
        return Vec::new();
    }
    let runs = (1..=stems.len()).flat_map(|length| stems.windows(length));
    let says = |word: &String| !(is_grammar(word) || is_amount(word));
    // "Double chocolate"
    let opens = |word: &String| says(word) || word == "double" || word == "triple";
    let runs = runs.filter(|run| run.first().is_some_and(opens) && run.last().is_some_and(says));
    runs.map(|run| format!("{} {kind}", run.join(" ")))
        .collect()
}

/// What the dishes under a heading are: "Specialty Pizzas", and of "Burgers & Sandwiches" nothing for
/// certain.
fn kind(heading: &str) -> Option<String> {
    let words = words(heading);
    let last = words.last()?;
    let kind = stem(&last.text);
    let is_one =
        !heading.contains(['&', '/', ',', '+']) && !words.iter().any(|word| word.text == "and");
    // A heading that names its dishes names several.
    let is_plural = kind != last.text;
    (is_one && is_plural && !NO_KIND.contains(&kind.as_str())).then_some(kind)
}
