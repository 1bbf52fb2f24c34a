//! What a query asks for besides a name, against a menu.

use crate::{NOON, ids, index};
use olympus_core::menu::attributes::Manner;
use olympus_menu::{Meaning, MenuIndex, Overrides, Query};
use olympus_proto::{Allergen, Cents, Hit, MenuItem};

fn item(name: &str, category: &str, cents: i64) -> MenuItem {
    let mut item = MenuItem::new(name, name);
    item.category = Some(category.to_owned());
    item.price_cents = Some(Cents(cents));
    item
}

fn cafe() -> MenuIndex {
    let mut cake = item("Nut Cake", "Desserts", 500);
    cake.allergens.contains.insert(Allergen::Nuts);
    let mut sorbet = item("Lemon Sorbet", "Desserts", 400);
    sorbet.tags.push("vegan".to_owned());
    for allergen in [Allergen::Nuts, Allergen::Peanuts, Allergen::Milk] {
        sorbet.allergens.free_of.insert(allergen);
    }
    // Says nothing of nuts.
    let brownie = item("Brownie", "Desserts", 300);
    let mut soup = item("Hot & Sour Soup", "Soups", 700);
    soup.description = Some("With mushrooms and onions".to_owned());
    let mut curry = item("Vindaloo Curry", "Mains", 1200);
    curry.description = Some("Very spicy, with chili".to_owned());
    curry.tags.push("vegetarian".to_owned());
    let mut korma = item("Korma", "Mains", 1100);
    korma.description = Some("Mild and creamy".to_owned());
    korma.tags.push("vegetarian".to_owned());
    index(vec![
        cake,
        sorbet,
        brownie,
        soup,
        curry,
        korma,
        item("Caffè Latte", "Coffee", 350),
        item("Iced Latte", "Coffee", 380),
        item("Espresso", "Coffee", 250),
        item("Cheese Pizza", "Mains", 900),
    ])
}

fn ask_as(menu: &MenuIndex, query: &str, manner: Manner, ignore: &[String]) -> Vec<Hit> {
    let reading = menu.read(query, manner, ignore);
    let query = Query {
        text: &reading.text,
        meaning: Meaning::None,
        limit: 20,
        filter: &reading.filter,
        as_you_type: false,
    };
    menu.search_wishing(&query, &reading.wishes, &Overrides::new(), NOON)
        .expect("a search in RAM")
}

fn ask(menu: &MenuIndex, query: &str) -> Vec<Hit> {
    ask_as(menu, query, Manner::Search, &[])
}

#[test]
fn an_allergen_that_is_refused_leaves_only_what_states_its_absence() {
    let menu = cafe();
    for query in [
        "dessert without nuts",
        "a nut free dessert",
        "dessert, i'm allergic to nuts",
        "desserts with no nuts please",
        "something with no dairy",
    ] {
        assert_eq!(ids(&ask(&menu, query)), ["Lemon Sorbet"], "{query}");
    }
    // In an order "no cheese" changes the dish; an allergy stays a limit.
    let hits = ask_as(&menu, "a cheese pizza with no cheese", Manner::Order, &[]);
    assert_eq!(hits[0].id.as_str(), "Cheese Pizza");
    let hits = ask_as(&menu, "a dessert, allergic to nuts", Manner::Order, &[]);
    assert_eq!(ids(&hits), ["Lemon Sorbet"]);
}

#[test]
fn courses_prices_and_tastes_work_together() {
    let menu = cafe();
    let hits = ask(&menu, "a dessert under 4.50");
    assert_eq!(ids(&hits).len(), 2, "{hits:?}");
    assert!(hits.iter().all(|hit| hit.price_cents <= Some(Cents(450))));
    let spicy = ask(&menu, "something spicy without meat");
    assert_eq!(spicy[0].id.as_str(), "Vindaloo Curry");
    assert!(
        spicy[0].reason.contains("fits spicy"),
        "{}",
        spicy[0].reason
    );
    let mild = ask(&menu, "something mild without meat");
    assert_eq!(mild[0].id.as_str(), "Korma");
    let both: std::collections::BTreeSet<&str> = ids(&mild).into_iter().collect();
    // What is vegan is without meat.
    assert_eq!(both, ["Korma", "Lemon Sorbet", "Vindaloo Curry"].into());
    let cheap = ask(&menu, "the cheapest coffee");
    assert_eq!(cheap[0].id.as_str(), "Espresso");
}

#[test]
fn words_of_a_dishs_name_are_that_name() {
    let menu = cafe();
    let reading = menu.read("hot and sour soup", Manner::Search, &[]);
    assert_eq!(reading.parse, None);
    assert_eq!(
        ask(&menu, "hot and sour soup")[0].id.as_str(),
        "Hot & Sour Soup"
    );
    // A limit is a limit beside a name, too.
    assert!(ask(&menu, "vegan hot and sour soup").is_empty());
}

#[test]
fn an_excluded_word_leaves_out_what_mentions_it_unless_the_dish_is_named() {
    let menu = cafe();
    let hits = ask(&menu, "something without onions");
    assert!(!hits.is_empty());
    assert!(!ids(&hits).contains(&"Hot & Sour Soup"));
    let hits = ask(&menu, "hot and sour soup without onions");
    assert_eq!(hits[0].id.as_str(), "Hot & Sour Soup");
}

#[test]
fn what_is_ignored_was_not_said() {
    let menu = cafe();
    let ignore = ["no nuts".to_owned()];
    let hits = ask_as(&menu, "dessert without nuts", Manner::Search, &ignore);
    assert!(ids(&hits).contains(&"Nut Cake"), "{hits:?}");
    let reading = menu.read("dessert without nuts", Manner::Search, &ignore);
    let parse = reading.parse.expect("the course is understood");
    assert!(parse.filters.exclude_allergens.is_empty());
}

#[test]
fn a_word_for_several_dishes_is_asked_back() {
    let menu = cafe();
    let hits = ask(&menu, "latte");
    let ambiguous = menu.ambiguous("latte", &hits).expect("two lattes");
    assert_eq!(ambiguous.question, "which latte?");
    assert_eq!(ambiguous.ids.len(), 2);
    for exact in ["iced latte", "espresso", "cheese pizza", "xyzzy"] {
        assert_eq!(menu.ambiguous(exact, &ask(&menu, exact)), None, "{exact}");
    }
}

#[test]
fn prices_that_exclude_one_another_find_nothing() {
    assert!(ask(&cafe(), "coffee over $5 and under $2").is_empty());
}

#[test]
fn a_query_in_another_language_is_read_and_searched_in_the_menus_words() {
    let menu = cafe();
    for (query, language, found) in [
        ("un postre sin frutos secos", "es", "Lemon Sorbet"),
        (
            "je suis allergique aux arachides et aux noix",
            "fr",
            "Lemon Sorbet",
        ),
        ("etwas ohne Milch bitte", "de", "Lemon Sorbet"),
        ("vorrei un dolce senza latte", "it", "Lemon Sorbet"),
        ("uma sobremesa sem leite", "pt", "Lemon Sorbet"),
        (
            "ich hätte gern was Scharfes ohne Fleisch",
            "de",
            "Vindaloo Curry",
        ),
        ("pizza con queso por favor", "es", "Cheese Pizza"),
        ("sorbet au citron", "fr", "Lemon Sorbet"),
    ] {
        let reading = menu.read(query, Manner::Search, &[]);
        let parse = reading.parse.expect(query);
        assert_eq!(parse.language.as_deref(), Some(language), "{query}");
        assert_eq!(ids(&ask(&menu, query))[0], found, "{query}: {parse:?}");
    }
    // What the menu prints is not translated.
    let reading = menu.read("sorbet de chocolate", Manner::Search, &[]);
    assert!(reading.text.contains("sorbet"), "{}", reading.text);
}

#[test]
fn a_name_on_the_menu_is_a_name_in_any_language() {
    let mut chili = item("Chili sin Carne", "Mains", 900);
    chili.tags.push("vegetarian".to_owned());
    let menu = index(vec![
        chili,
        item("Arroz con Pollo", "Mains", 1000),
        item("Pollo", "Mains", 800),
    ]);
    assert_eq!(ids(&ask(&menu, "arroz con pollo"))[0], "Arroz con Pollo");
    assert_eq!(ids(&ask(&menu, "chili sin carne"))[0], "Chili sin Carne");
    let english = menu.read("two pizzas and a coke", Manner::Search, &[]);
    assert!(english.parse.is_none(), "{:?}", english.parse);
}

#[test]
fn what_is_excluded_stays_so_where_a_dish_goes_by_another_name() {
    let mut wedges = item("Potato Wedges", "Sides", 400);
    wedges.description = Some("Our thick fries".to_owned());
    let mut plate = item("Seafood Plate", "Mains", 1900);
    plate.description = Some("Squid and prawns".to_owned());
    let garlic = [
        item("Garlic Pommes Frites", "Sides", 500),
        item("Ika Garlic Butter", "Mains", 1500),
    ];
    let index = index([vec![wedges, plate], garlic.to_vec()].concat());
    for (asked, left) in [
        ("fries without garlic", "Potato Wedges"),
        ("fries no garlic please", "Potato Wedges"),
        ("squid without garlic", "Seafood Plate"),
    ] {
        let hits = ask(&index, asked);
        assert_eq!(ids(&hits)[0], left, "{asked}");
        assert!(
            hits.iter().all(|hit| !hit.name.contains("Garlic")),
            "{asked}"
        );
    }
}
