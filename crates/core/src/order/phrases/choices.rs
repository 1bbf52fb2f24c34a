//! Choices by a word that one of them alone has: the only cheese, what a meal is half of.

use super::{OptionRef, Phrases, SHORTEST_PART};
use crate::menu::text::words;
use crate::order::called::is_grammar;
use crate::order::draft::is_size;
use crate::order::lines::{is_for_children, is_meal};
use crate::order::option::is_cheese;
use crate::order::stems::stem;
use olympus_proto::MenuItem;
use std::collections::HashMap;

impl Phrases {
    /// "No cheese" where the only one of a dish is Shredded Cheddar.
    pub(super) fn add_only_cheese(&mut self, index: usize, item: &MenuItem) {
        let groups = item.modifier_groups.iter().enumerate();
        let all = groups.flat_map(|(group, choices)| {
            let options = choices.options.iter().enumerate();
            options.map(move |(option, choice)| (group, option, choice))
        });
        let is_cheese = |name: &str| {
            let mut words = words(name).into_iter();
            words.any(|word| word.text == "cheese" || is_cheese(&word.text))
        };
        // Blue cheese is what a salad is dressed with.
        let is_dressing = |group: usize| {
            let group = item.modifier_groups.get(group);
            let named = group.map(|group| format!("{} {}", group.id, group.name).to_lowercase());
            let mut kinds = ["dressing", "dip", "sauce"].iter();
            named.is_some_and(|named| kinds.any(|kind| named.contains(kind)))
        };
        let mut cheeses =
            all.filter(|(group, _, choice)| is_cheese(&choice.name) && !is_dressing(*group));
        let (Some((group, option, choice)), None) = (cheeses.next(), cheeses.next()) else {
            return;
        };
        if let Some(names) = self.names.get_mut("cheese") {
            names
                .options
                .retain(|at| at.item != index || !is_dressing(at.group));
        }
        if !choice.name.to_lowercase().contains("cheese") {
            let at = OptionRef {
                item: index,
                derived: true,
                group,
                option,
            };
            self.add("cheese", |names| names.options.push(at));
        }
    }

    /// Choices of a meal by what they are half of, where no other choice has that word: "tuna" of Half
    /// Tuna Salad.
    pub(super) fn add_words_of_meal(&mut self, index: usize, item: &MenuItem) {
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
}
