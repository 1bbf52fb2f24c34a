//! What could be asked about where nothing is known to fit: dishes that are silent about an allergen.
//!
//! Invariant: none of them is a hit and none states the allergen; those that usually have it come last.

use crate::error::MenuError;
use crate::index::{MenuIndex, Overrides, Query};
use crate::wishes::Wishes;
use olympus_core::menu::availability::LocalTime;
use olympus_proto::{Hit, Unstated};

/// Most dishes that are told of.
const MOST: usize = 3;
/// A dish that fits the words less is not what was asked for.
const FITS_FROM: f32 = 0.5;

impl MenuIndex {
    /// Where a search for words found no hit because of allergens: up to three dishes that it would have
    /// found, were they not silent about them. Empty otherwise.
    ///
    /// # Errors
    /// As [`MenuIndex::search`].
    pub fn unstated(
        &self,
        query: &Query<'_>,
        wishes: &Wishes,
        overrides: &Overrides,
        now: LocalTime,
        hits: &[Hit],
    ) -> Result<Vec<Unstated>, MenuError> {
        if !hits.is_empty() || !query.filter.keeps_out() || query.text.trim().is_empty() {
            return Ok(Vec::new());
        }
        let filter = query.filter.with_silent();
        let again = Query {
            filter: &filter,
            ..*query
        };
        let silent = self.search_wishing(&again, wishes, overrides, now)?;
        let fitting = silent.into_iter().filter(|hit| hit.score >= FITS_FROM);
        let told = fitting.filter_map(|hit| {
            let (position, item) = self.find(hit.id.as_str())?;
            let silent_about = query.filter.allergens_against(item).into_iter();
            let allergens: Vec<_> = silent_about.map(|stated| stated.allergen).collect();
            let usual = self.usually(position);
            let usual = usual.map_or(&[][..], |usual| &usual.possible_allergens);
            Some(Unstated {
                id: item.id.clone(),
                name: item.name.clone(),
                usually: allergens
                    .iter()
                    .copied()
                    .filter(|allergen| usual.contains(allergen))
                    .collect(),
                allergens,
            })
        });
        let mut told: Vec<Unstated> = told.collect();
        told.sort_by_key(|dish| !dish.usually.is_empty());
        told.truncate(MOST);
        Ok(told)
    }
}

#[cfg(test)]
mod tests {
    use crate::index::{Meaning, MenuIndex, Overrides, Query};
    use crate::vectors::Vectors;
    use crate::wishes::Wishes;
    use olympus_core::menu::availability::LocalTime;
    use olympus_core::menu::filter::Filter;
    use olympus_proto::{Allergen, Filters, MenuItem, MenuVersion, Weekday};

    fn asked(items: Vec<MenuItem>, text: &str, allergen: &str) -> Vec<(String, usize)> {
        let index = MenuIndex::build(items, MenuVersion(1), Vectors::none()).unwrap();
        let filter = Filter::from_query(&Filters {
            exclude_allergens: vec![allergen.to_owned()],
            ..Filters::default()
        })
        .unwrap();
        let query = Query {
            text,
            meaning: Meaning::None,
            limit: 10,
            filter: &filter,
            as_you_type: false,
        };
        let overrides = Overrides::new();
        let now = LocalTime {
            weekday: Weekday::Mon,
            minute_of_day: 720,
        };
        let hits = index.search(&query, &overrides, now).unwrap();
        let told = index.unstated(&query, &Wishes::default(), &overrides, now, &hits);
        let told = told.unwrap().into_iter();
        told.map(|dish| (dish.name, dish.usually.len())).collect()
    }

    #[test]
    fn who_is_silent_is_told_of_only_where_nobody_is_free() {
        let plain = || MenuItem::new("h", "Hearth Plate");
        let mut with = MenuItem::new("c", "Hearth Plate Deluxe");
        with.allergens.contains.insert(Allergen::Milk);
        let mut perhaps = MenuItem::new("p", "Old Hearth Plate");
        perhaps.allergens.may_contain.insert(Allergen::Milk);
        let silent = vec![plain(), with.clone(), perhaps, MenuItem::new("f", "Fries")];
        assert_eq!(
            asked(silent, "hearth plate", "milk"),
            [("Hearth Plate".to_owned(), 0)]
        );
        let mut free = MenuItem::new("v", "New Hearth Plate");
        free.allergens.free_of.insert(Allergen::Milk);
        assert!(asked(vec![plain(), with, free], "hearth plate", "milk").is_empty());
        assert!(asked(vec![plain()], "", "milk").is_empty());
    }

    #[test]
    fn what_usually_has_it_comes_last_and_says_so() {
        let menu = ["Hearth Macaroni and Cheese", "Hearth Plate"];
        let menu = menu.map(|name| MenuItem::new(name, name)).to_vec();
        let told = asked(menu, "hearth", "milk");
        let wanted = [("Hearth Plate", 0), ("Hearth Macaroni and Cheese", 1)];
        assert_eq!(told, wanted.map(|(name, usual)| (name.to_owned(), usual)));
    }
}
