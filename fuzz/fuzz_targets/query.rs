//! Any text as a query and as names on a menu: a search answers, keeps to the filter, and every
//! highlight is the text that it marks.
#![no_main]

use libfuzzer_sys::fuzz_target;
use olympus_core::menu::availability::LocalTime;
use olympus_core::menu::filter::Filter;
use olympus_menu::{MenuIndex, Overrides, Query, Vectors};
use olympus_proto::{Allergen, AllergenStatement, Filters, Hit, MenuItem, MenuVersion, Weekday};
use std::sync::LazyLock;

const NOON: LocalTime = LocalTime {
    weekday: Weekday::Wed,
    minute_of_day: 720,
};

/// Names that bring every branch near: joined words, numbers, accents, scripts.
const NAMES: &[&str] = &[
    "Cheeseburger",
    "Ham and Cheese Toastie",
    "Coca-Cola Zero",
    "Chicken Nuggets 16 pieces",
    "7-Up",
    "Crème Brûlée",
    "Phở Bò",
    "Μουσακάς",
    "Борщ",
    "醤油ラーメン",
    "شاورما",
    "비빔밥",
    "समोसा",
    "ต้มยำกุ้ง",
    "French Fries",
    "Ben & Jerry's",
    "<b>Pie</b>",
];

fn index(names: &[&str]) -> MenuIndex {
    let items = names.iter().enumerate().map(|(at, name)| {
        let mut item = MenuItem::new(&format!("i{at}"), name);
        item.description = names.get(at + 1).map(|name| (*name).to_owned());
        if at % 2 == 0 {
            item.allergens.free_of.insert(Allergen::Milk);
        }
        item
    });
    MenuIndex::build(items.collect(), MenuVersion(1), Vectors::none()).expect("distinct ids")
}

static FIXED: LazyLock<MenuIndex> = LazyLock::new(|| index(NAMES));

static FILTERS: LazyLock<[Filter; 2]> = LazyLock::new(|| {
    let milk = Filters {
        exclude_allergens: vec!["dairy".to_owned()],
        ..Filters::default()
    };
    [
        Filter::default(),
        Filter::from_wire(&milk).expect("a good filter"),
    ]
});

fuzz_target!(|bytes: &[u8]| {
    let Some((first, bytes)) = bytes.split_first() else {
        return;
    };
    let text = String::from_utf8_lossy(bytes);
    let lines: Vec<&str> = text.lines().collect();
    // Building costs more than searching, so most runs search the fixed menu.
    let own = (*first & 7 == 7 && lines.len() > 1).then(|| index(&lines[1..lines.len().min(9)]));
    let menu = own.as_ref().unwrap_or(&FIXED);
    let query = if own.is_some() { lines[0] } else { &*text };
    for filter in FILTERS.iter() {
        let query = Query {
            text: query,
            vector: None,
            limit: usize::from(first >> 4),
            filter,
            as_you_type: first & 8 != 0,
        };
        let hits = menu
            .search(&query, &Overrides::new(), NOON)
            .expect("a search in RAM");
        assert!(hits.len() <= query.limit);
        hits.iter().for_each(|hit| check(hit, filter));
        for suggestion in menu.suggest(query.text, query.limit, filter, &Overrides::new(), NOON) {
            assert!(menu.get(suggestion.id.as_str()).is_some());
        }
    }
});

fn check(hit: &Hit, filter: &Filter) {
    assert!((0.0..=1.0).contains(&hit.score) && !hit.reason.is_empty());
    if *filter != Filter::default() {
        assert_eq!(
            hit.allergens.statement(Allergen::Milk),
            AllergenStatement::FreeOf
        );
    }
    if let Some(marked) = hit.highlights.get("name") {
        let plain = marked.replace("<mark>", "").replace("</mark>", "");
        assert!(!plain.contains(['<', '>']));
        assert_eq!(unescaped(&plain), hit.name);
    }
}

fn unescaped(html: &str) -> String {
    html.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&")
}
