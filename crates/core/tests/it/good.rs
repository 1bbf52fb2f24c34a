//! What a menu may look like, and what it is read as.

use crate::{json, read};
use olympus_core::menu::import::Format;
use olympus_proto::Allergen::{self, Crustaceans, Gluten, Milk, Molluscs, Nuts, Soybeans};
use olympus_proto::{Cents, MenuItem, Weekday};
use std::collections::BTreeSet;

const FULL: &str = r#"{
    "id": "gyros", "name": " Gýros  Píta ", "language": "el", "description": "Pork\nand pita",
    "category": "Grill", "price": "5,90 €", "tags": ["Gluten-free", "gluten free", "contains_dairy", "contains_alcohol"],
    "allergens": {"contains": ["wheat"], "may_contain": ["nuts", "gluten"], "free_of": ["shellfish", "lactose"]},
    "modifier_groups": [{"id": 1, "name": "Sauce", "min": 0, "max": 2, "options": [
        {"id": "tz", "name": "Tzatziki", "price_cents": 50},
        {"id": "none", "name": "Without", "price": -0.5, "pos_id": 77}]}],
    "availability": {"sold_out": true, "dayparts": [{"days": ["Mon", "sunday"], "from": "22:00", "to": "02:00"}]},
    "image": "/static/gyros.jpg", "pos_id": 1001, "aliases": ["gyro", "gyro", "pita wrap"],
    "kcal": 640, "restaurants": ["x"]
}"#;

fn only(text: &str) -> MenuItem {
    let mut items = json(&format!("[{text}]")).expect("a good menu");
    assert_eq!(items.len(), 1);
    items.remove(0)
}

fn set(allergens: &[Allergen]) -> BTreeSet<Allergen> {
    allergens.iter().copied().collect()
}

#[test]
fn every_field_is_read() {
    let item = only(FULL);
    assert_eq!(
        (item.id.as_str(), item.name.as_str()),
        ("gyros", "Gýros Píta")
    );
    assert_eq!(item.language.as_deref(), Some("el"));
    assert_eq!(item.description.as_deref(), Some("Pork\nand pita"));
    assert_eq!(item.category.as_deref(), Some("Grill"));
    assert_eq!(item.price_cents, Some(Cents(590)));
    assert_eq!(item.tags, ["gluten_free", "contains_alcohol"]);
    assert_eq!(item.allergens.contains, set(&[Gluten, Milk]));
    assert_eq!(
        item.allergens.may_contain,
        set(&[Nuts]),
        "what it contains is not said twice"
    );
    assert_eq!(
        item.allergens.free_of,
        set(&[Crustaceans]),
        "shellfish may mean no molluscs"
    );
    let group = &item.modifier_groups[0];
    assert_eq!((group.id.as_str(), group.min, group.max), ("1", 0, Some(2)));
    assert_eq!(group.options[0].price_cents, Cents(50));
    assert_eq!(group.options[1].price_cents, Cents(-50));
    assert_eq!(group.options[1].pos_id.as_deref(), Some("77"));
    assert!(item.availability.sold_out);
    assert_eq!(
        item.availability.dayparts[0].days,
        [Weekday::Mon, Weekday::Sun]
    );
    assert_eq!(item.image.as_deref(), Some("/static/gyros.jpg"));
    assert_eq!(item.pos_id.as_deref(), Some("1001"));
    assert_eq!(item.aliases, ["gyro", "pita wrap"]);
}

#[test]
fn what_is_read_is_read_the_same_again() {
    let item = only(FULL);
    let again = only(&serde_json::to_string(&item).expect("serialises"));
    assert_eq!(again, item);
}

#[test]
fn the_four_layouts_say_the_same() {
    let expected = json(
        r#"[{"id":"a","name":"Soup","price_cents":450,"sold_out":true},{"id":"7","name":"Tea"}]"#,
    );
    let layouts = [
        (
            r#"{"version":3,"items":[{"id":"a","name":"Soup","price":4.5,"availability":{"sold_out":true}},{"id":7,"name":"Tea","category":null}]}"#,
            Format::Json,
        ),
        (
            "\u{FEFF}{\"id\":\"a\",\"name\":\"Soup\",\"price\":\"4.50\",\"sold_out\":\"yes\"}\r\n\r\n{\"id\":7,\"name\":\"Tea\"}",
            Format::Jsonl,
        ),
        (
            "\u{FEFF}id,Name,Price,Sold Out,colour\r\na,Soup,$4.50,yes,red\r\n7,Tea,,,\r\n",
            Format::Csv,
        ),
        (
            "id;name;price_cents;sold-out\na;Soup;450;1\n7;Tea;;0\n",
            Format::Csv,
        ),
    ];
    for (text, format) in layouts {
        assert_eq!(read(text, format), expected, "{text}");
    }
}

#[test]
fn tables_hold_lists_and_structures() {
    let text = "id,name,tags,aliases,allergens_contains,allergens_may_contain,allergens_free_of,dayparts\n\
        a,Pad Thai,vegan;spicy,phad thai|thai noodles,soy,peanuts,dairy;molluscs,\
        \"[{\"\"from\"\":\"\"11:00\"\",\"\"to\"\":\"\"15:00\"\"}]\"\n";
    let items = read(text, Format::Csv).expect("a good table");
    assert_eq!(items[0].tags, ["vegan", "spicy"]);
    assert_eq!(items[0].aliases, ["phad thai", "thai noodles"]);
    assert_eq!(items[0].allergens.contains, set(&[Soybeans]));
    assert_eq!(items[0].allergens.may_contain, set(&[Allergen::Peanuts]));
    assert_eq!(items[0].allergens.free_of, set(&[Milk, Molluscs]));
    assert_eq!(items[0].availability.dayparts[0].to, "15:00");
}

#[test]
fn allergens_are_taken_from_wherever_menus_put_them_and_never_guessed() {
    for (fields, contains, may, free) in [
        (
            r#""tags":["contains_dairy","contains_soy"]"#,
            set(&[Milk, Soybeans]),
            set(&[]),
            set(&[]),
        ),
        (
            r#""tags":["may_contain_nuts"]"#,
            set(&[]),
            set(&[Nuts]),
            set(&[]),
        ),
        (
            r#""tags":["free_of_milk","free_of_oats"]"#,
            set(&[]),
            set(&[]),
            set(&[Milk]),
        ),
        // Diets are no statement about allergens.
        (
            r#""tags":["vegan","dairy_free","gluten-free","milk_free"]"#,
            set(&[]),
            set(&[]),
            set(&[]),
        ),
        (
            r#""allergens":["shellfish"]"#,
            set(&[Crustaceans, Molluscs]),
            set(&[]),
            set(&[]),
        ),
        (
            r#""allergens":"milk|soy""#,
            set(&[Milk, Soybeans]),
            set(&[]),
            set(&[]),
        ),
        (
            r#""allergens":{"free_of":"gluten; milk","contains":null}"#,
            set(&[]),
            set(&[]),
            set(&[Gluten, Milk]),
        ),
    ] {
        let item = only(&format!(r#"{{"id":"a","name":"A",{fields}}}"#));
        let said = &item.allergens;
        assert_eq!(
            (&said.contains, &said.may_contain, &said.free_of),
            (&contains, &may, &free),
            "{fields}"
        );
    }
}
