//! Searching menus: what is found, what never is, and what is said of it.

mod behaviour;
mod hits;
mod known;
mod limits;
mod properties;
mod ranked;
mod suggestions;
mod wishes;

use olympus_core::menu::availability::LocalTime;
use olympus_core::menu::filter::Filter;
use olympus_menu::{Meaning, MenuIndex, Overrides, Query, Vectors};
use olympus_proto::{Filters, Hit, MenuItem, MenuVersion, Weekday};

const NOON: LocalTime = LocalTime {
    weekday: Weekday::Wed,
    minute_of_day: 720,
};

/// An index without vectors.
fn index(items: Vec<MenuItem>) -> MenuIndex {
    MenuIndex::build(items, MenuVersion(1), Vectors::none()).expect("a good menu")
}

/// Items whose ids are their names.
fn named(names: &[&str]) -> Vec<MenuItem> {
    names.iter().map(|name| MenuItem::new(name, name)).collect()
}

fn search_with(index: &MenuIndex, text: &str, limit: usize, filters: &Filters) -> Vec<Hit> {
    let filter = Filter::from_wire(filters).expect("a good filter");
    let query = Query {
        text,
        meaning: Meaning::None,
        limit,
        filter: &filter,
        as_you_type: false,
    };
    index
        .search(&query, &Overrides::new(), NOON)
        .expect("a search in RAM")
}

fn search(index: &MenuIndex, text: &str) -> Vec<Hit> {
    search_with(index, text, 10, &Filters::default())
}

fn ids(hits: &[Hit]) -> Vec<&str> {
    hits.iter().map(|hit| hit.id.as_str()).collect()
}
