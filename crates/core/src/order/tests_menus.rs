//! Orders from menus as restaurants print them: praised and numbered names, meals, what a dish comes
//! with in its description, drinks that are a choice of one item.

use super::OrderParser;
use super::tests::show;
use crate::menu::import::{Format, Limits, parse};
use olympus_proto::ModifierAction;
use serde_json::{Value, json};

fn group(id: &str, max: u32, options: &[&str]) -> Value {
    let options: Vec<Value> = options
        .iter()
        .map(|name| json!({"id": format!("{id}-{name}"), "name": name, "price_cents": 0}))
        .collect();
    json!({"id": id, "name": id, "min": 0, "max": max, "options": options})
}

fn grill() -> OrderParser {
    let size = || group("size", 1, &["Small", "Large"]);
    let top = || {
        group(
            "toppings",
            6,
            &[
                "Lettuce",
                "Tomato",
                "Diced Onion",
                "Grilled Onions",
                "American Cheese",
                "Swiss",
            ],
        )
    };
    let extra = || group("extras", 4, &["Bacon", "Extra Cheese", "Fried Egg"]);
    let meat = || group("meat", 1, &["Grilled Chicken", "Steak", "Al Pastor"]);
    let side = || group("combo side", 1, &["French Fries", "Onion Rings"]);
    let drink = || group("combo drink", 1, &["Cola", "Diet Cola", "Lemonade"]);
    let on = "American cheese, lettuce, tomato, diced onion";
    let items = json!([
        {"id": "house", "name": "The Grill Burger", "description": on, "modifier_groups": [top(), extra()]},
        {"id": "double", "name": "Double Grill Burger", "description": on, "modifier_groups": [top(), extra()]},
        {"id": "meal", "name": "#1 Grill Burger Combo", "description": format!("{on}; french fries, a drink"),
         "modifier_groups": [size(), side(), drink(), top(), extra()]},
        {"id": "crispy", "name": "Crispy Chicken Sandwich", "modifier_groups": [extra()]},
        {"id": "crispy-meal", "name": "#2 Crispy Chicken Combo", "modifier_groups": [size(), side(), drink()]},
        {"id": "taco", "name": "Street Taco", "modifier_groups": [meat(), group("hold", 2, &["No Onion"])]},
        {"id": "fish", "name": "Baja Fish Taco"},
        {"id": "leches", "name": "Aunt Rosa's Tres Leches Cake"},
        {"id": "soup", "name": "Hot & Sour Soup", "modifier_groups": [group("size", 1, &["Cup", "Bowl"])]},
        {"id": "pepperoni", "name": "Pepperoni Pizza", "modifier_groups": [size(), group("on", 4, &["Pepperoni", "Olives"])]},
        {"id": "cheese", "name": "Classic Cheese Pizza", "modifier_groups": [size(), group("on", 4, &["Pepperoni", "Olives"])]},
        {"id": "coffee", "name": "Fresh Brewed Coffee", "modifier_groups": [size()]},
        {"id": "iced", "name": "Iced Coffee", "modifier_groups": [size()]},
        {"id": "water", "name": "Still Water 0.5 L"},
        {"id": "fountain", "name": "Fountain Drink", "modifier_groups": [size(), group("flavor", 1, &["Cola", "Diet Cola", "Root Beer"]), group("ice", 1, &["No Ice"])]},
        {"id": "fries", "name": "French Fries", "modifier_groups": [size()]},
        {"id": "biscuits", "name": "Biscuits & Gravy"},
        {"id": "smoothie", "name": "Fruit Smoothie", "modifier_groups": [size(), group("top", 2, &["Whipped Cream", "Lemon Pepper Dry Rub"])]},
    ]);
    let bytes = serde_json::to_vec(&json!({"items": items})).expect("JSON");
    OrderParser::new(parse(&bytes, Format::Json, &Limits::default()).expect("a menu"))
}

fn check(cases: &[(&str, &str)]) {
    let grill = grill();
    for (text, expected) in cases {
        let order = grill.parse(text, &[]);
        assert_eq!(show(&order), *expected, "{text}: {order:?}");
    }
}

#[test]
fn names_are_said_without_what_they_are_praised_with() {
    check(&[
        (
            "a grill burger and a small coffee",
            "1 The Grill Burger; 1 Small Fresh Brewed Coffee",
        ),
        ("a double grill burger", "1 Double Grill Burger"),
        (
            "a still water and one tres leches",
            "1 Still Water 0.5 L; 1 Aunt Rosa's Tres Leches Cake",
        ),
        ("a bowl of hot and sour", "1 Bowl Hot & Sour Soup"),
        ("large cheese pizza", "1 Large Classic Cheese Pizza"),
        (
            "1 lg pepperoni, 1 sm cheese",
            "1 Large Pepperoni Pizza; 1 Small Classic Cheese Pizza",
        ),
        ("biscuits and gravy no gravy", "1 Biscuits & Gravy"),
    ]);
}

#[test]
fn a_meal_goes_by_its_number_and_has_its_drink() {
    check(&[
        (
            "number one large with cola",
            "1 Large #1 Grill Burger Combo +Cola",
        ),
        (
            "a number 1 medium onion rings and a lemonade",
            "1 #1 Grill Burger Combo +Onion Rings +Lemonade",
        ),
        (
            "grill burger meal large lemonade no tomato",
            "1 Large #1 Grill Burger Combo +Lemonade -Tomato",
        ),
        (
            "crispy chicken sandwich combo with a diet cola",
            "1 #2 Crispy Chicken Combo +Diet Cola",
        ),
        (
            "combo two, onion rings instead of french fries",
            "1 #2 Crispy Chicken Combo +Onion Rings",
        ),
    ]);
}

#[test]
fn what_a_dish_comes_with_says_what_is_left_out() {
    check(&[
        (
            "grill burger no onion no cheese",
            "1 The Grill Burger -Diced Onion -American Cheese",
        ),
        (
            "grill burger swap the tomato for bacon",
            "1 The Grill Burger -Tomato +Bacon",
        ),
        (
            "grill burger with bacon instead of lettuce",
            "1 The Grill Burger +Bacon -Lettuce",
        ),
        (
            "grill burger with bacon no wait no bacon",
            "1 The Grill Burger",
        ),
        (
            "grill burger no tomato actually tomato is fine",
            "1 The Grill Burger",
        ),
        (
            "grill burger don't give me any tomato",
            "1 The Grill Burger -Tomato",
        ),
        (
            "grill burger no onion please onions make me sick",
            "1 The Grill Burger -Diced Onion",
        ),
        (
            "two grill burgers no onion on either and one with no tomato either",
            "1 The Grill Burger -Diced Onion; 1 The Grill Burger -Diced Onion -Tomato",
        ),
    ]);
}

#[test]
fn a_choice_and_a_kind_of_dish_are_a_dish() {
    check(&[
        (
            "three al pastor tacos no onion",
            "3 Street Taco +Al Pastor -Onion",
        ),
        (
            "two steak tacos one without onion",
            "1 Street Taco +Steak; 1 Street Taco +Steak -Onion",
        ),
        (
            "two large pizzas one pepperoni one cheese",
            "1 Large Pepperoni Pizza; 1 Large Classic Cheese Pizza",
        ),
        (
            "a large root beer no ice",
            "1 Large Fountain Drink +Root Beer -Ice",
        ),
        (
            "a grill burger large diet cola",
            "1 The Grill Burger; 1 Large Fountain Drink +Diet Cola",
        ),
        // What it names is no pizza.
        ("large mushroom pizza", ""),
    ]);
}

#[test]
fn so_many_more_or_fewer() {
    check(&[
        ("four waters take one water off", "3 Still Water 0.5 L"),
        (
            "four waters and a small coffee, take off two waters",
            "2 Still Water 0.5 L; 1 Small Fresh Brewed Coffee",
        ),
        ("a water and another one", "2 Still Water 0.5 L"),
        (
            "a grill burger and another one without tomato",
            "1 The Grill Burger; 1 The Grill Burger -Tomato",
        ),
        (
            "three burgers, I mean three three grill burgers",
            "3 The Grill Burger",
        ),
        ("street tacos steak two orders", "2 Street Taco +Steak"),
        (
            "a coffee, a water, and another coffee",
            "2 Fresh Brewed Coffee; 1 Still Water 0.5 L",
        ),
        (
            "no wait no toppings and a small coffee",
            "1 Small Fresh Brewed Coffee",
        ),
        ("two fries and cut the fries to one", "1 French Fries"),
        (
            "three grill burgers change one of those to a double grill burger",
            "2 The Grill Burger; 1 Double Grill Burger",
        ),
    ]);
}

#[test]
fn lines_are_told_by_a_word_of_their_names() {
    check(&[
        (
            "a fish taco and a steak taco, no onion on the steak one",
            "1 Baja Fish Taco; 1 Street Taco +Steak -Onion",
        ),
        (
            "a crispy chicken sandwich and a grill burger, no tomato on that burger",
            "1 Crispy Chicken Sandwich; 1 The Grill Burger -Tomato",
        ),
        (
            "actually scratch all that just give me a water",
            "1 Still Water 0.5 L",
        ),
        (
            "a pizza no a cheese pizza please. No, cancel the cheese pizza; I only want a water.",
            "1 Still Water 0.5 L",
        ),
        (
            "a cheese pizza actually the pepperoni pizza",
            "1 Pepperoni Pizza",
        ),
    ]);
}

#[test]
fn several_are_told_one_by_one() {
    check(&[
        (
            "a small and a large root beer",
            "1 Small Fountain Drink +Root Beer; 1 Large Fountain Drink +Root Beer",
        ),
        (
            "one steak, one al pastor, one chicken taco",
            "1 Street Taco +Steak; 1 Street Taco +Al Pastor; 1 Street Taco +Grilled Chicken",
        ),
        (
            "3 tacos: steak, al pastor and fish",
            "1 Street Taco +Steak; 1 Street Taco +Al Pastor; 1 Baja Fish Taco",
        ),
        (
            "two street tacos, one for me with steak and one for him no onion",
            "1 Street Taco +Steak; 1 Street Taco -Onion",
        ),
        (
            "two grill burgers, mine no tomato and my brother's with bacon",
            "1 The Grill Burger -Tomato; 1 The Grill Burger +Bacon",
        ),
        (
            "a grill burger with bacon and one without",
            "1 The Grill Burger +Bacon; 1 The Grill Burger",
        ),
        (
            "one grill burger with bacon, one no tomato",
            "1 The Grill Burger +Bacon; 1 The Grill Burger -Tomato",
        ),
        (
            "three french fries, two large and a small",
            "2 Large French Fries; 1 Small French Fries",
        ),
    ]);
}

#[test]
fn only_what_is_named_stays() {
    check(&[
        (
            "grill burger with only lettuce",
            "1 The Grill Burger -Tomato -Diced Onion -American Cheese",
        ),
        (
            "grill burger lettuce and tomato only",
            "1 The Grill Burger -Diced Onion -American Cheese",
        ),
        (
            "grill burger nothing but bacon",
            "1 The Grill Burger -Lettuce -Tomato -Diced Onion -American Cheese +Bacon",
        ),
        (
            "grill burger no onion, bacon only",
            "1 The Grill Burger -Lettuce -Tomato -Diced Onion -American Cheese +Bacon",
        ),
    ]);
}

#[test]
fn what_is_taken_back_stays_off() {
    check(&[
        (
            "a pepperoni pizza and take off the pepperoni",
            "1 Pepperoni Pizza -Pepperoni",
        ),
        (
            "a large pepperoni and a small cheese no sorry the small should be large",
            "1 Large Pepperoni Pizza; 1 Large Classic Cheese Pizza",
        ),
        (
            "a grill burger, no, a cheese pizza",
            "1 Classic Cheese Pizza",
        ),
        (
            "a fish taco with a small coffee, actually a water",
            "1 Baja Fish Taco; 1 Small Fresh Brewed Coffee; 1 Still Water 0.5 L",
        ),
        (
            "a water and a coffee, the coffee no, an iced coffee",
            "1 Still Water 0.5 L; 1 Iced Coffee",
        ),
        (
            "a grill burger no zorbl and the biscuits and gravy",
            "1 The Grill Burger; 1 Biscuits & Gravy",
        ),
        (
            "a grill burger with bacon. the bacon no",
            "1 The Grill Burger",
        ),
    ]);
}

#[test]
fn a_measure_is_no_number_of_dishes() {
    let items = json!([
        {"id": "latte", "name": "Latte", "modifier_groups": [group("size", 1, &["12oz Small", "16oz Large"])]},
        {"id": "pizza", "name": "Cheese Pizza", "modifier_groups": [group("size", 1, &["Small 10\"", "Large 16\""])]},
    ]);
    let bytes = serde_json::to_vec(&json!({"items": items})).expect("JSON");
    let menu = parse(&bytes, Format::Json, &Limits::default()).expect("a menu");
    let parser = OrderParser::new(menu);
    for (text, expected) in [
        ("two 16 ounce lattes", "2 16oz Large Latte"),
        (
            "a 12oz latte and a 16\" cheese pizza",
            "1 12oz Small Latte; 1 Large 16\" Cheese Pizza",
        ),
        ("a 20 oz latte", "1 Latte"),
        ("a 14\" cheese pizza", "1 Cheese Pizza"),
    ] {
        let order = parser.parse(text, &[]);
        assert_eq!(show(&order), expected, "{text}: {order:?}");
    }
}

#[test]
fn a_refusal_is_of_the_dish_that_comes_after_on() {
    check(&[
        (
            "no tomato on the grill burger and no onion on the steak taco",
            "1 The Grill Burger -Tomato; 1 Street Taco +Steak -Onion",
        ),
        (
            "a grill burger and no tomato on the double grill burger",
            "1 The Grill Burger; 1 Double Grill Burger -Tomato",
        ),
        (
            "no tomato no lettuce on the double grill burger please",
            "1 Double Grill Burger -Tomato -Lettuce",
        ),
        (
            "a grill burger no tomato/lettuce",
            "1 The Grill Burger -Tomato -Lettuce",
        ),
        (
            "grill burger no onion or tomato and a fish taco",
            "1 The Grill Burger -Diced Onion -Tomato; 1 Baja Fish Taco",
        ),
    ]);
}

#[test]
fn what_follows_an_allergy_is_ordered() {
    check(&[
        (
            "he's allergic to nuts so grill burger no cheese and a small coffee",
            "1 The Grill Burger -American Cheese; 1 Small Fresh Brewed Coffee",
        ),
        (
            "i can't have onions so a grill burger",
            "1 The Grill Burger -Diced Onion",
        ),
        (
            "number one no onion with onion rings",
            "1 #1 Grill Burger Combo -Diced Onion +Onion Rings",
        ),
    ]);
}

#[test]
fn several_of_the_same_dish_keep_what_each_is_told() {
    check(&[
        (
            "four tacos al pastor two with no onion",
            "2 Street Taco +Al Pastor; 2 Street Taco +Al Pastor -Onion",
        ),
        (
            "large pepperoni with olives and large cheese",
            "1 Large Pepperoni Pizza +Olives; 1 Large Classic Cheese Pizza",
        ),
        (
            "still water and coffee large iced coffee small",
            "1 Still Water 0.5 L; 1 Large Fresh Brewed Coffee; 1 Small Iced Coffee",
        ),
        (
            "two waters and a coffee actually just one water",
            "1 Still Water 0.5 L; 1 Fresh Brewed Coffee",
        ),
        (
            "cancel the fries i'll just do a coffee",
            "1 Fresh Brewed Coffee",
        ),
    ]);
}

/// However it is said that something is not wanted, it is never ordered.
#[test]
fn what_is_refused_is_never_added() {
    let items = json!([
        {"id": "burger", "name": "Burger", "description": "Beef, lettuce, onion", "modifier_groups": [
            group("toppings", 8, &["Lettuce", "Onion", "Pickles", "Mayo", "Cheese"]),
        ]},
        {"id": "wrap", "name": "Wrap", "modifier_groups": [
            group("hold", 2, &["No Onion", "No Tomato"]), group("sauce", 4, &["Mayo", "Ranch"]),
        ]},
        {"id": "coke", "name": "Coke"},
    ]);
    let bytes = serde_json::to_vec(&json!({"items": items})).expect("JSON");
    let menu = parse(&bytes, Format::Json, &Limits::default()).expect("a menu");
    let parser = OrderParser::new(menu);
    let frames = [
        "a burger {} mayo",
        "a burger, {} mayo please",
        "a burger with cheese, {} mayo",
        "a coke and a burger {} the mayo",
        "a burger {} any mayo on it",
        "a burger {} onion and mayo",
        "a burger {} onion and the mayo",
        "a burger {} onion or mayo, and a coke",
        "a burger {} onion and mayo on it",
        "two burgers, one {} mayo",
        "a wrap {} onion and mayo",
    ];
    // These set one thing against another, or say that it is left as it is.
    let others = [
        "not",
        "instead of",
        "in place of",
        "leave",
        "leave the",
        "nix",
    ];
    let ways = super::speech::phrases_of(super::speech::Cue::Not);
    let mut checked = 0;
    for way in ways.iter().filter(|way| !others.contains(way)) {
        for frame in frames {
            let text = frame.replace("{}", way);
            for line in parser.parse(&text, &[]).lines {
                let added = line
                    .modifiers
                    .iter()
                    .any(|choice| choice.name == "Mayo" && choice.action == ModifierAction::Add);
                assert!(!added, "{text}: {line:?}");
            }
            checked += 1;
        }
    }
    assert!(checked > 1_000, "{checked}");
}
