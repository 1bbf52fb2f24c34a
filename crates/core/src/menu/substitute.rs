//! Which dish may be offered in place of another that cannot be had.
//!
//! Invariant: whoever chose a dish for what it is without gets nothing that has it: a substitute
//! keeps every diet that the wanted dish states, and states none of the allergens that the wanted
//! dish is free of. The guest's own limits come on top. Never ranks.

use super::filter::Filter;
use olympus_proto::{AllergenStatement, Filters, MenuItem};

/// Tags that a guest may depend on, beside those that end in `_free`.
const DIETS: [&str; 5] = ["vegan", "vegetarian", "pescatarian", "halal", "kosher"];

/// What a substitute of one dish must keep.
#[derive(Debug, Clone)]
pub struct Replacement<'a> {
    wanted: &'a MenuItem,
    diets: Filter,
}

impl<'a> Replacement<'a> {
    /// Of `wanted`.
    #[must_use]
    pub fn of(wanted: &'a MenuItem) -> Self {
        let is_diet = |tag: &&String| DIETS.contains(&tag.as_str()) || tag.ends_with("_free");
        let diets = Filters {
            diets: wanted.tags.iter().filter(is_diet).cloned().collect(),
            ..Filters::default()
        };
        Self {
            wanted,
            // A menu's tags are checked at import; were one not readable, nothing may replace it.
            diets: Filter::from_wire(&diets).unwrap_or_else(|_| Filter::nothing()),
        }
    }

    /// Whether `other` may stand in for it.
    #[must_use]
    pub fn may_be(&self, other: &MenuItem) -> bool {
        let has = |allergen| {
            matches!(
                other.allergens.statement(allergen),
                AllergenStatement::Contains | AllergenStatement::MayContain
            )
        };
        other.id != self.wanted.id
            && self.diets.admits(other, olympus_proto::State::Available)
            && !self.wanted.allergens.free_of.iter().any(|&a| has(a))
    }
}

#[cfg(test)]
mod tests {
    use super::Replacement;
    use olympus_proto::{Allergen, MenuItem};

    fn tagged(id: &str, tags: &[&str]) -> MenuItem {
        let mut item = MenuItem::new(id, id);
        item.tags = tags.iter().map(|tag| (*tag).to_owned()).collect();
        item
    }

    #[test]
    fn a_diet_is_kept_and_a_stricter_one_will_do() {
        let wanted = tagged("a", &["vegetarian", "spicy"]);
        let replacement = Replacement::of(&wanted);
        assert!(replacement.may_be(&tagged("b", &["vegetarian"])));
        assert!(replacement.may_be(&tagged("c", &["vegan"])));
        assert!(!replacement.may_be(&tagged("d", &["spicy"])));
        assert!(!replacement.may_be(&wanted), "not itself");
        let free = tagged("e", &["nut_free"]);
        assert!(!Replacement::of(&free).may_be(&tagged("f", &[])));
    }

    #[test]
    fn what_the_wanted_dish_is_free_of_is_not_in_it() {
        let mut wanted = tagged("a", &[]);
        wanted.allergens.free_of.insert(Allergen::Nuts);
        let silent = tagged("b", &[]);
        let (mut traces, mut milk) = (tagged("c", &[]), tagged("d", &[]));
        traces.allergens.may_contain.insert(Allergen::Nuts);
        milk.allergens.contains.insert(Allergen::Milk);
        let replacement = Replacement::of(&wanted);
        assert!(replacement.may_be(&silent) && replacement.may_be(&milk));
        assert!(!replacement.may_be(&traces));
    }
}
