//! What words find.

use crate::{NOON, ids, index, named, search};
use olympus_core::menu::filter::Filter;
use olympus_menu::{Meaning, MenuIndex, Overrides, Query};

/// Names that get in each other's way, in several scripts.
const NAMES: &[&str] = &[
    "Tonkotsu Ramen",
    "Cheeseburger",
    "Double Cheeseburger",
    "Ham and Cheese Toastie",
    "French Fries",
    "Coca-Cola",
    "Coca-Cola Zero",
    "Grilled Prawns",
    "Chicken Nuggets 6 pieces",
    "Chicken Nuggets 16 pieces",
    "7-Up",
    "Cappuccino",
    "Caesar Salad",
    "Side Salad",
    "Phở Bò",
    "Crème Brûlée",
    "Σουβλάκι Κοτόπουλο",
    "Μουσακάς",
    "Борщ",
    "醤油ラーメン",
    "牛肉面",
    "牛肉汤",
    "شاورما دجاج",
    "비빔밥",
    "समोसा",
    "ต้มยำกุ้ง",
    "Ice Cream",
    "Iced Mocha",
    "Tofu Bowl",
    "Ben & Jerry's",
];

fn menu() -> MenuIndex {
    index(named(NAMES))
}

#[test]
fn the_best_hit_is_what_was_meant() {
    let menu = menu();
    for (query, first) in [
        // As printed, in part, in another order, with the words of speech around it.
        ("tonkotsu ramen", "Tonkotsu Ramen"),
        ("RAMEN", "Tonkotsu Ramen"),
        ("salad caesar", "Caesar Salad"),
        ("can i get a caesar salad please", "Caesar Salad"),
        ("cheeseburgers", "Cheeseburger"),
        // The name that says no more than was asked comes first.
        ("coca cola", "Coca-Cola"),
        ("coca cola zero", "Coca-Cola Zero"),
        // Typing errors: one from five letters, two from nine, a swap is one.
        ("tonkotsu ramne", "Tonkotsu Ramen"),
        ("chesseburger", "Cheeseburger"),
        ("capucinno", "Cappuccino"),
        ("ceaser salad", "Caesar Salad"),
        ("capuchino", "Cappuccino"),
        ("ramn", "Tonkotsu Ramen"),
        // Numbers are exact.
        ("chicken nuggets 6", "Chicken Nuggets 6 pieces"),
        ("16 chicken nuggets", "Chicken Nuggets 16 pieces"),
        ("7up", "7-Up"),
        ("7 up", "7-Up"),
        // Synonyms, one word and two.
        ("chips", "French Fries"),
        ("shrimp", "Grilled Prawns"),
        ("coke", "Coca-Cola"),
        ("gelato", "Ice Cream"),
        // Words joined and split.
        ("cheese burger", "Cheeseburger"),
        ("frenchfries", "French Fries"),
        ("cocacola", "Coca-Cola"),
        ("icecream", "Ice Cream"),
        ("ice mocha", "Iced Mocha"),
        // Apostrophes.
        ("ben and jerrys", "Ben & Jerry's"),
        // Accents.
        ("pho bo", "Phở Bò"),
        ("creme brulee", "Crème Brûlée"),
        // Other scripts, and Greek and Cyrillic in Latin letters.
        ("σουβλακι", "Σουβλάκι Κοτόπουλο"),
        ("ΣΟΥΒΛΑΚΙ ΚΟΤΟΠΟΥΛΟ", "Σουβλάκι Κοτόπουλο"),
        ("souvlaki", "Σουβλάκι Κοτόπουλο"),
        ("moussaka", "Μουσακάς"),
        ("борщ", "Борщ"),
        ("borshch", "Борщ"),
        ("ラーメン", "醤油ラーメン"),
        ("らーめん", "醤油ラーメン"),
        ("牛肉面", "牛肉面"),
        ("汤", "牛肉汤"),
        ("شاورما", "شاورما دجاج"),
        ("شَاوِرما", "شاورما دجاج"),
        ("비빔밥", "비빔밥"),
        ("समोसा", "समोसा"),
        ("ต้มยำ", "ต้มยำกุ้ง"),
    ] {
        let hits = search(&menu, query);
        assert_eq!(
            ids(&hits).first(),
            Some(&first),
            "{query}: {:?}",
            ids(&hits)
        );
    }
}

#[test]
fn what_is_not_meant_is_not_found() {
    let menu = menu();
    for (query, absent) in [
        ("6", "Chicken Nuggets 16 pieces"),
        ("16", "Chicken Nuggets 6 pieces"),
        ("8 up", "Chicken Nuggets 6 pieces"),
        ("xylophone", "Cheeseburger"),
        ("牛", "醤油ラーメン"),
    ] {
        assert!(!ids(&search(&menu, query)).contains(&absent), "{query}");
    }
    assert!(search(&menu, "xylophone").is_empty());
}

#[test]
fn the_last_word_may_be_unfinished_while_typing() {
    let menu = menu();
    let filter = Filter::default();
    for (text, as_you_type, expected) in [
        ("tonk", true, Some("Tonkotsu Ramen")),
        ("ton", true, Some("Tonkotsu Ramen")),
        ("ton", false, None),
        ("capucc", true, Some("Cappuccino")),
        ("french f", true, Some("French Fries")),
        ("to", true, Some("Tofu Bowl")),
        // A space ends the word.
        ("ton ", true, None),
        ("шаурм", true, None),
        ("σουβ", true, Some("Σουβλάκι Κοτόπουλο")),
    ] {
        let query = Query {
            text,
            meaning: Meaning::None,
            limit: 3,
            filter: &filter,
            as_you_type,
        };
        let hits = menu
            .search(&query, &Overrides::new(), NOON)
            .expect("a search");
        assert_eq!(
            ids(&hits).first().copied(),
            expected,
            "{text:?} {as_you_type}"
        );
    }
}

#[test]
fn the_beginning_of_one_word_may_be_a_slip_of_another() {
    let menu = index(named(&["Fresh Chili Tofu", "Chili Fries", "Fresh Rolls"]));
    let filter = Filter::default();
    let query = Query {
        text: "chilii fres",
        meaning: Meaning::None,
        limit: 3,
        filter: &filter,
        as_you_type: true,
    };
    let hits = menu
        .search(&query, &Overrides::new(), NOON)
        .expect("a search");
    let fries = hits.iter().find(|hit| hit.name == "Chili Fries");
    let matched = fries.expect("it is found").highlights.get("name");
    assert!(
        matched.is_some_and(|name| name.contains("<mark>Fries</mark>")),
        "{matched:?}"
    );
}

#[test]
fn a_name_counts_more_than_a_description_and_exactness_more_than_likeness() {
    let mut items = named(&[
        "Soup of the day",
        "Lentil Soup",
        "Lentil Stew",
        "Lentils",
        "Dentil Bar",
    ]);
    items[0].description = Some("Today with lentil".to_owned());
    let menu = index(items);
    let hits = search(&menu, "lentil");
    assert_eq!(hits[0].id.as_str(), "Lentils");
    assert!((hits[0].scores.lexical - 1.0).abs() < 1e-6);
    assert_eq!(ids(&hits)[3..], ["Soup of the day", "Dentil Bar"]);
    let scores: Vec<f32> = hits.iter().map(|hit| hit.score).collect();
    assert!(scores.is_sorted_by(|l, r| l >= r) && scores.iter().all(|s| (0.0..=1.0).contains(s)));
}

#[test]
fn categories_tags_and_aliases_are_searched() {
    let mut items = named(&["Alpha", "Beta", "Gamma"]);
    items[0].category = Some("Starters".to_owned());
    items[1].tags = vec!["gluten_free".to_owned()];
    items[2].aliases = vec!["the green one".to_owned()];
    let menu = index(items);
    for (query, first) in [
        ("starter", "Alpha"),
        ("gluten free", "Beta"),
        ("green one", "Gamma"),
    ] {
        assert_eq!(ids(&search(&menu, query)), [first], "{query}");
    }
}
