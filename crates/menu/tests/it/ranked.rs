//! A ranking made elsewhere.

use crate::{NOON, index};
use olympus_core::menu::filter::Filter;
use olympus_menu::{Meaning, Overrides, Query, Wishes};
use olympus_proto::{Allergen, AvailabilityFilter, Filters, ItemId, MenuItem, State};

fn said_free_of(id: &str, name: &str, allergen: Allergen) -> MenuItem {
    let mut item = MenuItem::new(id, name);
    item.allergens.free_of = [allergen].into();
    item
}

#[test]
fn order_and_scores_are_taken_and_nothing_else() {
    let menu = index(vec![
        MenuItem::new("pho", "Phở Bò"),
        MenuItem::new("ramen", "Tonkotsu Ramen"),
        MenuItem::new("cola", "Cola"),
    ]);
    let ranking = [
        ("cola", 0.9),
        ("elsewhere", 0.8),
        ("ramen", 0.7),
        ("cola", 0.6),
        ("pho", f32::NAN),
    ];
    let ranking = ranking.map(|(id, score)| (ItemId::from(id), score));
    let filter = Filter::default();
    let query = Query {
        text: "ramen",
        meaning: Meaning::None,
        limit: 10,
        filter: &filter,
        as_you_type: false,
    };
    let hits = menu.ranked(
        &query,
        &Wishes::default(),
        &ranking,
        &Overrides::new(),
        NOON,
    );
    let found: Vec<(&str, f32)> = hits
        .iter()
        .map(|hit| (hit.id.as_str(), hit.score))
        .collect();
    assert_eq!(found, [("cola", 0.9), ("ramen", 0.7)]);
    assert_eq!(hits[0].reason, "close in meaning");
    assert_eq!(hits[1].reason, "name matches \"Ramen\"");
    let one = Query { limit: 1, ..query };
    let hits = menu.ranked(&one, &Wishes::default(), &ranking, &Overrides::new(), NOON);
    assert_eq!(hits.len(), 1);
}

#[test]
fn what_the_filter_or_the_staff_refuse_is_left_out() {
    let menu = index(vec![
        MenuItem::new("satay", "Chicken Satay"),
        said_free_of("rice", "Steamed Rice", Allergen::Peanuts),
        said_free_of("soup", "Miso Soup", Allergen::Peanuts),
    ]);
    let ranking = ["satay", "soup", "rice"].map(|id| (ItemId::from(id), 0.5));
    let filter = Filter::from_wire(&Filters {
        exclude_allergens: vec!["peanuts".to_owned()],
        availability: AvailabilityFilter::Now,
        ..Filters::default()
    })
    .expect("a filter");
    let query = Query {
        text: "something warm",
        meaning: Meaning::None,
        limit: 10,
        filter: &filter,
        as_you_type: false,
    };
    let gone = Overrides::from([(ItemId::from("soup"), true)]);
    let hits = menu.ranked(&query, &Wishes::default(), &ranking, &gone, NOON);
    let ids: Vec<&str> = hits.iter().map(|hit| hit.id.as_str()).collect();
    assert_eq!(ids, ["rice"]);
    assert_eq!(hits[0].state, State::Available);
}
