//! Filters, pages and large menus.

use crate::{ids, index, search_with};
use olympus_proto::{Allergen, AvailabilityFilter, Cents, Filters, MenuItem};

/// 3,000 soups of which the last 20 are cheap, free of milk, vegan and in their own category.
fn soups() -> Vec<MenuItem> {
    (0..3000)
        .map(|number| {
            let mut item = MenuItem::new(&format!("s{number}"), "Lentil Soup");
            let rare = number >= 2980;
            item.price_cents = Some(Cents(if rare { 500 } else { 900 }));
            item.category = Some(if rare { "Rare" } else { "Common" }.to_owned());
            item.availability.sold_out = !rare;
            if rare {
                item.tags.push("vegan".to_owned());
                item.allergens.free_of.insert(Allergen::Milk);
            }
            item
        })
        .collect()
}

#[test]
fn a_narrow_filter_still_fills_the_page() {
    let menu = index(soups());
    let text = |value: &str| vec![value.to_owned()];
    for filters in [
        Filters {
            price_max_cents: Some(600),
            ..Filters::default()
        },
        Filters {
            categories: text("rare"),
            ..Filters::default()
        },
        Filters {
            diets: text("vegan"),
            ..Filters::default()
        },
        Filters {
            exclude_allergens: text("dairy"),
            ..Filters::default()
        },
        Filters {
            availability: AvailabilityFilter::Now,
            ..Filters::default()
        },
    ] {
        for query in ["lentil soup", "lentl suop", ""] {
            let hits = search_with(&menu, query, 10, &filters);
            let expected: Vec<String> = (2980..2990).map(|number| format!("s{number}")).collect();
            assert_eq!(ids(&hits), expected, "{query:?} {filters:?}");
        }
    }
}

#[test]
fn pages_are_as_long_as_asked_and_never_longer() {
    let menu = index(soups());
    for limit in [0, 1, 7, 1000, 3000, usize::MAX] {
        for query in ["soup", ""] {
            let hits = search_with(&menu, query, limit, &Filters::default());
            assert_eq!(hits.len(), limit.min(3000), "{query:?}");
        }
    }
}

#[test]
fn an_empty_menu_and_one_without_words_answer_with_nothing() {
    for items in [Vec::new(), vec![MenuItem::new("a", "🍕")]] {
        let count = items.len();
        let menu = index(items);
        assert!(search_with(&menu, "pizza", 10, &Filters::default()).is_empty());
        assert_eq!(search_with(&menu, "", 10, &Filters::default()).len(), count);
    }
}

#[test]
fn a_rambling_query_and_a_huge_one_are_answered() {
    let menu = index(soups());
    let huge = "lentil soup ".repeat(50_000);
    let long_word = "lentil".repeat(50_000);
    assert_eq!(search_with(&menu, &huge, 3, &Filters::default()).len(), 3);
    assert!(search_with(&menu, &long_word, 3, &Filters::default()).is_empty());
}
