//! Who passes a filter.

use super::{Filter, FilterError};
use crate::menu::allergen::{self, Claim};
use olympus_proto::{Allergen, AvailabilityFilter, Cents, Filters, MenuItem, State};

fn dish() -> MenuItem {
    let mut item = MenuItem::new("a", "A");
    item.category = Some("Main  Dishes".to_owned());
    item.price_cents = Some(Cents(1000));
    item.tags = vec!["gluten_free".to_owned(), "Vegan".to_owned()];
    item.allergens.contains.insert(Allergen::Nuts);
    item.allergens.may_contain.insert(Allergen::Sesame);
    item.allergens.free_of.insert(Allergen::Milk);
    item.allergens.free_of.insert(Allergen::Crustaceans);
    item
}

fn list(values: &[&str]) -> Vec<String> {
    values.iter().map(|&value| value.to_owned()).collect()
}

fn admits(wire: &Filters, item: &MenuItem, state: State) -> bool {
    Filter::from_wire(wire)
        .expect("a good filter")
        .admits(item, state)
}

#[test]
fn what_a_guest_says_takes_the_restaurants_own_tag_but_never_against_a_statement() {
    let said = Filters {
        exclude_allergens: list(&["gluten"]),
        ..Filters::default()
    };
    let reads = |item: &MenuItem| {
        let filter = Filter::from_query(&said).expect("a good filter");
        filter.admits(item, State::Available)
    };
    assert!(reads(&dish()), "tagged gluten_free");
    assert!(
        !admits(&said, &dish(), State::Available),
        "a request takes no tag"
    );
    let mut item = dish();
    item.allergens.contains.insert(Allergen::Gluten);
    assert!(!reads(&item));
    let mut item = dish();
    item.allergens.may_contain.insert(Allergen::Gluten);
    assert!(!reads(&item));
    for tag in [
        "wheat_free",
        "gluten",
        "free",
        "gluten_free_option",
        "vegan",
    ] {
        let mut item = dish();
        item.tags = list(&[tag]);
        assert!(!reads(&item), "{tag}");
    }
    // Joined with a request's limits, both hold.
    let filter = Filter::from_wire(&said).expect("a good filter");
    let both = filter.and(&Filter::from_query(&said).expect("a good filter"));
    assert!(!both.admits(&dish(), State::Available));
}

#[test]
fn a_name_that_says_so_is_the_restaurants_own_claim() {
    for (name, heading, allergen, passes) in [
        ("Gluten Free Waffle", "", "gluten", true),
        ("Margherita Pizza (Gluten Free)", "", "gluten", true),
        ("Brownie - gluten-free", "", "gluten", true),
        ("Flourless Cake [Gluten and Dairy Free]", "", "milk", true),
        ("Granola (nut & gluten free)", "", "nuts", true),
        ("Gluten free and nut free granola", "", "nuts", true),
        // A dish may have what stands before the claim.
        ("Peanut Gluten Free Cookies", "", "peanuts", false),
        ("Egg and Gluten Free Toast", "", "eggs", false),
        ("Nut & gluten free granola", "", "nuts", false),
        ("Almond Milk Gluten Free Latte", "", "milk", false),
        ("Milk and Peanut Gluten Free", "", "peanuts", false),
        ("Gluten Free Waffle & Fried Chicken", "", "gluten", false),
        ("Gluten Free Pancakes, Sausage", "", "gluten", false),
        ("Burger bun gluten free", "", "gluten", false),
        ("Burger (peanut, gluten free bun)", "", "peanuts", false),
        ("Gluten Free Bread", "", "gluten", true),
        ("Margherita", "Gluten-free pizzas", "gluten", true),
        ("Gluten Free, Dairy Free Brownie", "", "milk", true),
        ("Gluten Free, Dairy Free Brownie", "", "gluten", true),
        ("Chicken with Gravy (Gluten Free)", "", "gluten", true),
        ("Gluten Free Waffle", "", "milk", false),
        ("Waffle (Gluten Free) (on request)", "", "gluten", false),
        ("Wheat Free Waffle", "", "gluten", false),
        ("Gluten Free Bun Burger", "", "gluten", false),
        ("Burger on Gluten Free Bun", "", "gluten", false),
        ("Burger (gluten free bun)", "", "gluten", false),
        ("Burger with bun gluten free", "", "gluten", false),
        ("Pizza (gluten free option)", "", "gluten", false),
        ("Pizza (gluten free available)", "", "gluten", false),
        ("Pancakes or Gluten Free Pancakes", "", "gluten", false),
        ("Gluten Free Pancakes with Sausage", "", "gluten", false),
        ("Gluten Free / Regular Waffle", "", "gluten", false),
        ("Waffle (not gluten free)", "", "gluten", false),
        ("Non Gluten Free Waffle", "", "gluten", false),
        ("Gluten Free?", "", "gluten", false),
        ("Free Gluten", "", "gluten", false),
        ("Soup", "Gluten-free options", "gluten", false),
    ] {
        let mut item = MenuItem::new("a", name);
        item.category = (!heading.is_empty()).then(|| heading.to_owned());
        let said = Filters {
            exclude_allergens: list(&[allergen]),
            ..Filters::default()
        };
        let filter = Filter::from_query(&said).expect("a good filter");
        let read = filter.admits(&item, State::Available);
        assert_eq!(read, passes, "{name}, {heading}, {allergen}");
        assert!(
            !admits(&said, &item, State::Available),
            "a request takes no name"
        );
        let named = allergen::named(allergen, Claim::Warns).expect("an allergen");
        item.allergens.may_contain.extend(named);
        assert!(!filter.admits(&item, State::Available), "against {name}");
    }
}

#[test]
fn silence_passes_only_where_it_is_let_pass_and_no_statement_does() {
    for (name, passes) in [("eggs", true), ("nuts", false), ("sesame", false)] {
        let wire = Filters {
            exclude_allergens: list(&[name]),
            ..Filters::default()
        };
        for filter in [Filter::from_wire(&wire), Filter::from_query(&wire)] {
            let filter = filter.expect("a good filter");
            assert!(filter.keeps_out() && !filter.admits(&dish(), State::Available));
            let lenient = filter.with_silent();
            assert_eq!(lenient.admits(&dish(), State::Available), passes, "{name}");
            let both = lenient.and(&filter);
            assert!(!both.admits(&dish(), State::Available), "{name}");
        }
    }
    assert!(!Filter::default().keeps_out());
}

#[test]
fn a_filter_that_admits_all_has_no_limit() {
    assert!(Filter::default().admits_all());
    let limits = [
        r#"{"categories": ["Mains"]}"#,
        r#"{"diets": ["vegan"]}"#,
        r#"{"exclude_allergens": ["milk"]}"#,
        r#"{"price_min_cents": 1}"#,
        r#"{"price_max_cents": 1}"#,
        r#"{"availability": "now"}"#,
    ];
    for limit in limits {
        let wire: Filters = serde_json::from_str(limit).expect("is one");
        let filter = Filter::from_wire(&wire).expect("a good filter");
        assert!(!filter.admits_all(), "{limit}");
        let said = Filter::from_query(&wire).expect("a good filter");
        assert!(!Filter::default().and(&said).admits_all(), "{limit}");
    }
}

#[test]
fn a_said_diet_is_a_tag_a_stricter_tag_or_a_plain_name() {
    for (name, tag, diet, passes) in [
        ("Caesar", "vegan", "vegetarian", true),
        ("Caesar", "vegetarian", "vegan", false),
        ("Vegan Caesar", "", "vegan", true),
        ("Vegan Caesar", "", "vegetarian", true),
        ("Vegetarian Caesar", "", "pescatarian", true),
        ("Vegetarian Caesar", "", "vegan", false),
        ("Veggie Burger", "", "vegetarian", true),
        ("Veggie & Chicken Wrap", "", "vegetarian", false),
        ("Vegan or Chicken Caesar", "", "vegan", false),
        ("Non Vegetarian Thali", "", "vegetarian", false),
        ("Vegan option available", "", "vegan", false),
        ("Veggie Chicken Soup", "", "vegetarian", false),
    ] {
        let mut item = MenuItem::new("a", name);
        item.tags = list(&[tag]);
        let said = Filters {
            diets: list(&[diet]),
            ..Filters::default()
        };
        let filter = Filter::from_query(&said).expect("a good filter");
        assert_eq!(
            filter.admits(&item, State::Available),
            passes,
            "{name} {tag}"
        );
    }
}

#[test]
fn only_a_stated_absence_passes_an_excluded_allergen() {
    for (name, passes) in [
        ("milk", true),
        ("Dairy", true),
        ("crustaceans", true),
        ("shellfish", false), // molluscs are not stated
        ("nuts", false),
        ("sesame", false),
        ("eggs", false), // unknown is not safe
    ] {
        let wire = Filters {
            exclude_allergens: list(&[name]),
            ..Filters::default()
        };
        assert_eq!(admits(&wire, &dish(), State::Available), passes, "{name}");
    }
}

#[test]
fn price_needs_a_price_and_both_ends_are_included() {
    let unpriced = MenuItem::new("b", "B");
    for (min, max, passes) in [
        (None, Some(1000), true),
        (Some(1000), None, true),
        (Some(1001), None, false),
        (None, Some(999), false),
    ] {
        let wire = Filters {
            price_min_cents: min,
            price_max_cents: max,
            ..Filters::default()
        };
        assert_eq!(admits(&wire, &dish(), State::Available), passes);
        assert!(!admits(&wire, &unpriced, State::Available));
    }
}

#[test]
fn categories_are_any_and_diets_are_all_of_the_list() {
    for (categories, diets, passes) in [
        (&["drinks", "MAIN dishes"][..], &[][..], true),
        (&["drinks"], &[], false),
        (&[], &["gluten-free", "vegan"], true),
        (&[], &["vegan", "halal"], false),
    ] {
        let wire = Filters {
            categories: list(categories),
            diets: list(diets),
            ..Filters::default()
        };
        assert_eq!(admits(&wire, &dish(), State::Available), passes);
    }
}

#[test]
fn availability_now_hides_what_cannot_be_had() {
    let now = Filters {
        availability: AvailabilityFilter::Now,
        ..Filters::default()
    };
    for (state, passes) in [
        (State::Available, true),
        (State::SoldOut, false),
        (State::OutsideHours, false),
    ] {
        assert_eq!(admits(&now, &dish(), state), passes);
        assert!(admits(&Filters::default(), &dish(), state));
    }
}

#[test]
fn a_filter_that_cannot_be_meant_is_an_error_naming_its_field() {
    let unknown = Filters {
        exclude_allergens: list(&["nutz"]),
        ..Filters::default()
    };
    let empty = Filters {
        diets: list(&[" "]),
        ..Filters::default()
    };
    let long = Filters {
        categories: vec!["x".to_owned(); 65],
        ..Filters::default()
    };
    let crossed = Filters {
        price_min_cents: Some(2),
        price_max_cents: Some(1),
        ..Filters::default()
    };
    for (wire, error) in [
        (unknown, FilterError::UnknownAllergen("nutz".to_owned())),
        (empty, FilterError::EmptyValue { field: "diets" }),
        (
            long,
            FilterError::TooManyValues {
                field: "categories",
                count: 65,
            },
        ),
        (crossed, FilterError::EmptyPriceRange { min: 2, max: 1 }),
    ] {
        assert_eq!(Filter::from_wire(&wire), Err(error.clone()));
        assert!(error.to_string().len() > 20 && !error.field().is_empty());
    }
}
