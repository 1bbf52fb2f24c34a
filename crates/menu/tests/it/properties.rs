//! Whatever the menu, the filter and the query: no hit ever misses a limit, and no text makes a
//! search fail.

use crate::NOON;
use olympus_core::menu::availability;
use olympus_core::menu::filter::Filter;
use olympus_menu::{Meaning, MenuIndex, Overrides, Query, Vectors};
use olympus_proto::{
    Allergen, AllergenStatement, AvailabilityFilter, Cents, Daypart, Filters, Hit, ItemId,
    MenuItem, MenuVersion, SpaceId, State,
};
use proptest::prelude::*;
use std::collections::{HashMap, HashSet};

const WORDS: &[&str] = &[
    "chicken",
    "soup",
    "pizza",
    "burger",
    "with",
    "φακές",
    "ラーメン",
    "شاورما",
    "16",
    "6",
    "crème",
];
const CATEGORIES: &[&str] = &["Mains", "Drinks", "Σούπες"];
const DIETS: &[&str] = &["vegan", "halal", "gluten_free"];

fn words() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(WORDS), 1..4).prop_map(|words| words.join(" "))
}

fn allergens() -> impl Strategy<Value = Vec<Allergen>> {
    prop::collection::vec(prop::sample::select(&Allergen::ALL[..4]), 0..3)
}

fn item() -> impl Strategy<Value = MenuItem> {
    (
        words(),
        prop::option::of(words()),
        prop::option::of(prop::sample::select(CATEGORIES)),
        prop::option::of(0_i64..2000),
        prop::collection::vec(prop::sample::select(DIETS), 0..3),
        (allergens(), allergens(), allergens()),
        any::<bool>(),
        prop::option::of(any::<bool>()),
    )
        .prop_map(
            |(name, description, category, price, tags, said, sold_out, at_noon)| {
                let mut item = MenuItem::new("", &name);
                item.description = description;
                item.category = category.map(str::to_owned);
                item.price_cents = price.map(Cents);
                item.tags = tags.into_iter().map(str::to_owned).collect();
                item.allergens.contains.extend(said.0);
                item.allergens.may_contain.extend(said.1);
                item.allergens.free_of.extend(said.2);
                item.availability.sold_out = sold_out;
                item.availability
                    .dayparts
                    .extend(at_noon.map(|at_noon| Daypart {
                        days: Vec::new(),
                        from: if at_noon { "11:00" } else { "18:00" }.to_owned(),
                        to: "02:00".to_owned(),
                    }));
                item
            },
        )
}

fn filters() -> impl Strategy<Value = Filters> {
    (
        prop::collection::vec(prop::sample::select(CATEGORIES), 0..2),
        prop::collection::vec(prop::sample::select(DIETS), 0..2),
        allergens(),
        prop::option::of(0_i64..1000),
        prop::option::of(1000_i64..2000),
        any::<bool>(),
    )
        .prop_map(|(categories, diets, excluded, min, max, now)| Filters {
            categories: categories.into_iter().map(str::to_uppercase).collect(),
            diets: diets
                .into_iter()
                .map(|diet| diet.replace('_', "-"))
                .collect(),
            exclude_allergens: excluded.into_iter().map(|a| a.to_string()).collect(),
            price_min_cents: min,
            price_max_cents: max,
            availability: if now {
                AvailabilityFilter::Now
            } else {
                AvailabilityFilter::Any
            },
        })
}

fn texts() -> impl Strategy<Value = String> {
    prop_oneof![words(), "\\PC{0,24}", any::<String>(), Just(String::new())]
}

fn built(mut items: Vec<MenuItem>) -> MenuIndex {
    for (number, item) in items.iter_mut().enumerate() {
        item.id = ItemId(format!("i{number}"));
    }
    let rows: Vec<Vec<f32>> = items
        .iter()
        .flat_map(olympus_core::menu::text::passages)
        .map(|passage| {
            let angle = passage.len() as f32;
            vec![angle.cos(), angle.sin()]
        })
        .collect();
    let vectors = Vectors::from_rows(SpaceId::from("s"), 2, &items, rows).expect("they fit");
    MenuIndex::build(items, MenuVersion(1), vectors).expect("a good menu")
}

/// The limits as the wire says them, checked without the code under test.
fn keeps(hit: &Hit, filters: &Filters) -> bool {
    let price = hit.price_cents.map(|price| price.0);
    let category = hit
        .category
        .as_ref()
        .map(|category| category.to_uppercase());
    filters
        .price_min_cents
        .is_none_or(|min| price.is_some_and(|price| price >= min))
        && filters
            .price_max_cents
            .is_none_or(|max| price.is_some_and(|price| price <= max))
        && (filters.categories.is_empty()
            || category.is_some_and(|category| filters.categories.contains(&category)))
        && filters
            .diets
            .iter()
            .all(|diet| hit.tags.contains(&diet.replace('-', "_")))
        && filters.exclude_allergens.iter().all(|name| {
            let allergen = Allergen::ALL.into_iter().find(|a| a.as_str() == name);
            allergen.is_some_and(|a| hit.allergens.statement(a) == AllergenStatement::FreeOf)
        })
        && (filters.availability == AvailabilityFilter::Any || hit.available)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn no_hit_ever_misses_a_limit(
        items in prop::collection::vec(item(), 0..24),
        filters in filters(),
        text in texts(),
        limit in 0_usize..12,
        as_you_type in any::<bool>(),
        angle in prop::option::of(-3.0_f32..3.0),
        gone in prop::collection::hash_set(0_usize..24, 0..6),
    ) {
        let menu = built(items);
        let filter = Filter::from_wire(&filters).expect("a good filter");
        let overrides: Overrides =
            gone.iter().map(|number| (ItemId(format!("i{number}")), true)).collect();
        let space = SpaceId::from("s");
        let vector = angle.map(|angle| [angle.cos(), angle.sin()]);
        let query = Query {
            text: &text,
            meaning: vector.as_ref().map_or(Meaning::None, |vector| Meaning::Vector(&space, vector)),
            limit,
            filter: &filter,
            as_you_type,
        };
        let hits = menu.search(&query, &overrides, NOON).expect("no text makes it fail");
        prop_assert!(hits.len() <= limit);
        let distinct: HashSet<_> = hits.iter().map(|hit| &hit.id).collect();
        prop_assert_eq!(distinct.len(), hits.len());
        for hit in &hits {
            prop_assert!(keeps(hit, &filters), "{:?} {:?}", hit, filters);
            let item = menu.get(hit.id.as_str()).expect("an item of the menu");
            let state = availability::state(item, overrides.get(&item.id).copied(), NOON);
            prop_assert_eq!(hit.state, state);
            prop_assert_eq!(hit.available, state == State::Available);
            prop_assert!(!hit.reason.is_empty());
            for part in [hit.score, hit.scores.lexical, hit.scores.semantic] {
                prop_assert!((0.0..=1.0).contains(&part), "{:?}", hit);
            }
        }
        prop_assert!(hits.is_sorted_by(|left, right| left.score >= right.score));
        if text.trim().is_empty() {
            let admitted = menu.items().iter().filter(|item| {
                let state = availability::state(item, overrides.get(&item.id).copied(), NOON);
                filter.admits(item, state)
            });
            prop_assert_eq!(hits.len(), admitted.count().min(limit), "the list hides nothing");
        }
        for suggestion in menu.suggest(&text, limit, &filter, &overrides, NOON) {
            let item = menu.get(suggestion.id.as_str()).expect("an item of the menu");
            prop_assert!(filter.admits(item, suggestion.state));
        }
    }

    #[test]
    fn what_is_told_of_meaning_is_held_to_the_same_limits(
        items in prop::collection::vec(item(), 0..24),
        filters in filters(),
        text in texts(),
        limit in 0_usize..12,
        told in prop::collection::hash_map(0_usize..30, any::<f32>(), 0..30),
        gone in prop::collection::hash_set(0_usize..24, 0..6),
    ) {
        let menu = built(items);
        let filter = Filter::from_wire(&filters).expect("a good filter");
        let by_number = |number: &usize| ItemId(format!("i{number}"));
        let overrides: Overrides = gone.iter().map(|number| (by_number(number), true)).collect();
        let cosines: HashMap<ItemId, f32> =
            told.iter().map(|(number, cosine)| (by_number(number), *cosine)).collect();
        let query = Query {
            text: &text,
            meaning: Meaning::Items(&cosines),
            limit,
            filter: &filter,
            as_you_type: false,
        };
        let hits = menu.search(&query, &overrides, NOON).expect("no nearness makes it fail");
        prop_assert!(hits.len() <= limit);
        for hit in &hits {
            prop_assert!(keeps(hit, &filters), "{:?} {:?}", hit, filters);
            prop_assert!((0.0..=1.0).contains(&hit.score), "{:?}", hit);
            let told = cosines.get(&hit.id).copied().filter(|cosine| cosine.is_finite());
            let semantic = told.map_or(0.0, |cosine| cosine.clamp(0.0, 1.0));
            prop_assert!(hit.scores.semantic == 0.0 || hit.scores.semantic == semantic);
        }
        prop_assert!(hits.is_sorted_by(|left, right| left.score >= right.score));
    }

    #[test]
    fn an_item_is_found_by_its_own_name(items in prop::collection::vec(item(), 1..24)) {
        let menu = built(items);
        let filter = Filter::default();
        for item in menu.items() {
            let query = Query {
                text: &item.name, meaning: Meaning::None, limit: 24, filter: &filter, as_you_type: false,
            };
            let hits = menu.search(&query, &Overrides::new(), NOON).expect("a search");
            prop_assert!(hits.iter().any(|hit| hit.id == item.id), "{}", item.name);
            let best = hits.first().map_or(0.0, |hit| hit.score);
            let own = hits.iter().find(|hit| hit.id == item.id).map_or(0.0, |hit| hit.score);
            prop_assert!(own >= best - 0.05, "{}: {own} of {best}", item.name);
        }
    }
}
