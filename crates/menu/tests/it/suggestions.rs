//! Completing names while they are typed.

use crate::{NOON, index, named};
use olympus_core::menu::filter::Filter;
use olympus_menu::Overrides;
use olympus_proto::{AvailabilityFilter, Filters, State};

#[test]
fn names_and_aliases_go_on_from_what_was_typed() {
    let mut items = named(&[
        "Chicken Burger",
        "Fried Chicken",
        "Cappuccino",
        "Eggs Benedict",
        "Mac & Cheese",
        "Μουσακάς",
        "醤油ラーメン",
    ]);
    items[3].aliases = vec!["eggs benny".to_owned()];
    items[1].availability.sold_out = true;
    let menu = index(items);
    let suggest = |prefix: &str, filter: &Filter| -> Vec<(String, State)> {
        menu.suggest(prefix, 3, filter, &Overrides::new(), NOON)
            .into_iter()
            .map(|suggestion| (suggestion.text, suggestion.state))
            .collect()
    };
    let all = Filter::default();
    for (prefix, expected) in [
        ("chick", &["Chicken Burger", "Fried Chicken"][..]),
        ("CHICKEN b", &["Chicken Burger"]),
        ("chikcen b", &["Chicken Burger"]),
        ("fried chi", &["Fried Chicken"]),
        ("capuc", &["Cappuccino"]),
        ("eggs benn", &["eggs benny"]),
        ("eggs bened", &["Eggs Benedict"]),
        ("mac and", &["Mac & Cheese"]),
        ("μουσ", &["Μουσακάς"]),
        ("mous", &["Μουσακάς"]),
        ("ラーメ", &["醤油ラーメン"]),
        ("burger soup", &[]),
        ("", &[]),
        ("  ", &[]),
    ] {
        let texts: Vec<String> = suggest(prefix, &all)
            .into_iter()
            .map(|(text, _)| text)
            .collect();
        assert_eq!(texts, expected, "{prefix:?}");
    }
    assert_eq!(
        suggest("fried", &all),
        [("Fried Chicken".to_owned(), State::SoldOut)]
    );
    let now = Filter::from_wire(&Filters {
        availability: AvailabilityFilter::Now,
        ..Filters::default()
    })
    .expect("a good filter");
    assert!(suggest("fried", &now).is_empty());
}
