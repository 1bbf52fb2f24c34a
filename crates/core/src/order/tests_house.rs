//! Orders at a family restaurant with a sandwich counter: initials, choices of sides, what is corrected
//! in the same breath, what is exchanged.

use super::OrderParser;
use super::tests::show;
use crate::menu::import::{Format, Limits, parse};
use serde_json::{Value, json};

pub(super) fn group(id: &str, min: u32, max: u32, options: &[&str]) -> Value {
    let options: Vec<Value> = options
        .iter()
        .map(|name| json!({"id": format!("{id}-{name}"), "name": name, "price_cents": 0}))
        .collect();
    json!({"id": id, "name": id, "min": min, "max": max, "options": options})
}

fn house() -> OrderParser {
    let size = |of: &[&str]| group("size", 1, 1, of);
    let bread = || group("bread", 1, 1, &["White", "Honey Wheat", "Rye"]);
    let top = || group("top", 0, 6, &["Lettuce", "Tomato", "Red Onion", "Mayo"]);
    let sides = || {
        group(
            "sides",
            0,
            2,
            &[
                "French Fries",
                "Sweet Potato Fries",
                "Onion Rings",
                "Mashed Potatoes",
                "Cole Slaw",
            ],
        )
    };
    let eggs = || group("eggs", 1, 1, &["Over Easy", "Over Medium", "Scrambled"]);
    let gravy = || group("gravy", 0, 2, &["No Gravy", "Gravy on Side"]);
    let dressing = || group("dressing", 0, 2, &["Ranch", "Chunky Blue Cheese Dressing"]);
    let items = json!([
        {"id": "turkey", "name": "#2 Oven Roasted Turkey Sub", "category": "Subs", "modifier_groups": [size(&["6 Inch", "12 Inch"]), bread(), top()]},
        {"id": "own", "name": "Build Your Own Sub", "category": "Subs", "modifier_groups": [size(&["6 Inch", "12 Inch"]), bread(), top(), group("meats", 1, 3, &["Turkey", "Tuna Salad"])]},
        {"id": "melt", "name": "Tuna Melt", "modifier_groups": [bread()]},
        {"id": "blt", "name": "B.L.T.", "modifier_groups": [bread(), top()]},
        {"id": "box", "name": "Box Lunch", "modifier_groups": [group("main", 1, 1, &["Turkey", "PB&J"]), group("chips", 1, 1, &["BBQ", "Sea Salt"])]},
        {"id": "chips", "name": "Bag of Chips", "modifier_groups": [group("chips", 1, 1, &["BBQ", "Sea Salt"])]},
        {"id": "chef", "name": "Chef Salad", "modifier_groups": [dressing()]},
        {"id": "basket", "name": "Fish Basket", "description": "Cod with fries and cole slaw", "modifier_groups": [sides()]},
        {"id": "two-egg", "name": "#4 Two-Egg Breakfast", "modifier_groups": [eggs(), bread()]},
        {"id": "steak", "name": "8 oz Top Sirloin", "modifier_groups": [sides(), gravy()]},
        {"id": "eggs", "name": "Sirloin & Eggs", "modifier_groups": [eggs()]},
        {"id": "biscuits", "name": "Biscuits & Sausage Gravy"},
        {"id": "biscuit", "name": "Egg Biscuit"},
        {"id": "stack", "name": "Buttermilk Pancakes", "modifier_groups": [size(&["Short Stack (2)", "Full Stack (4)"]), group("on", 0, 2, &["Butter"])]},
        {"id": "pie", "name": "Coconut Cream Pie", "modifier_groups": [size(&["Slice", "Whole Pie"])]},
        {"id": "shake", "name": "Hand-Dipped Milkshake", "modifier_groups": [size(&["Small", "Large"]), group("flavor", 1, 1, &["Chocolate", "Vanilla"])]},
        {"id": "soda", "name": "Bottomless Fountain Drink", "modifier_groups": [group("flavor", 1, 1, &["Coke", "Dr Pepper"])]},
        {"id": "kids", "name": "Lil' Grilled Cheese", "category": "Kids' Menu", "modifier_groups": [group("kids drink", 1, 1, &["Coke", "Chocolate Milk"])]},
        {"id": "milk", "name": "Cold Milk", "modifier_groups": [group("kind", 0, 1, &["2%", "Chocolate"])]},
        {"id": "sundae", "name": "Hot Fudge Sundae", "modifier_groups": [group("with", 0, 2, &["Nuts", "Cherry"])]},
    ]);
    let bytes = serde_json::to_vec(&json!({"items": items})).expect("JSON");
    OrderParser::new(parse(&bytes, Format::Json, &Limits::default()).expect("a menu"))
}

fn check(cases: &[(&str, &str)]) {
    let house = house();
    for (text, expected) in cases {
        let order = house.parse(text, &[]);
        assert_eq!(show(&order), *expected, "{text}: {order:?}");
    }
}

#[test]
fn names_are_cut_short_spelt_out_and_called_otherwise() {
    check(&[
        (
            "a turkey sub no tomato",
            "1 #2 Oven Roasted Turkey Sub -Tomato",
        ),
        ("blt on rye", "1 B.L.T. +Rye"),
        ("one b l t", "1 B.L.T."),
        (
            "a box lunch p b and j with sea salt chips",
            "1 Box Lunch +PB&J +Sea Salt",
        ),
        (
            "large chocolate shake",
            "1 Large Hand-Dipped Milkshake +Chocolate",
        ),
        (
            "short stack no butter",
            "1 Short Stack (2) Buttermilk Pancakes -Butter",
        ),
        (
            "the top sirloin with mash potatoes and slaw",
            "1 8 oz Top Sirloin +Mashed Potatoes +Cole Slaw",
        ),
        ("biscuits and gravy", "1 Biscuits & Sausage Gravy"),
        (
            "byo sub 6 inch with tuna on wheat bread",
            "1 6 Inch Build Your Own Sub +Tuna Salad +Honey Wheat",
        ),
        (
            "chef salad with blue cheese dressing",
            "1 Chef Salad +Chunky Blue Cheese Dressing",
        ),
    ]);
}

#[test]
fn a_drink_is_the_dish_of_its_own_unless_a_meal_needs_it() {
    check(&[
        ("a coke", "1 Bottomless Fountain Drink +Coke"),
        ("a doctor pepper", "1 Bottomless Fountain Drink +Dr Pepper"),
        (
            "lil grilled cheese and a chocolate milk",
            "1 Lil' Grilled Cheese +Chocolate Milk",
        ),
        ("box lunch, turkey, bbq chips", "1 Box Lunch +Turkey +BBQ"),
        ("a bag of chips bbq", "1 Bag of Chips +BBQ"),
    ]);
}

#[test]
fn of_two_that_are_exchanged_goes_what_the_dish_comes_with() {
    check(&[
        (
            "fish basket, sub onion rings for the fries",
            "1 Fish Basket -French Fries +Onion Rings",
        ),
        (
            "fish basket, swap the fries for onion rings",
            "1 Fish Basket -French Fries +Onion Rings",
        ),
        (
            "fish basket with onion rings instead of fries",
            "1 Fish Basket +Onion Rings -French Fries",
        ),
        ("fish basket no slaw", "1 Fish Basket -Cole Slaw"),
    ]);
}

#[test]
fn what_is_corrected_right_away_is_not_left_out() {
    check(&[
        (
            "number four over easy uh no over medium and white toast",
            "1 #4 Two-Egg Breakfast +Over Medium +White",
        ),
        (
            "the top sirloin no gravy actually put the gravy on the side",
            "1 8 oz Top Sirloin +Gravy on Side",
        ),
        (
            "a coconut cream pie and a coke. actually, leave out the pie",
            "1 Bottomless Fountain Drink +Coke",
        ),
        ("coconut cream pie, two slices", "2 Slice Coconut Cream Pie"),
    ]);
}

#[test]
fn some_of_several_are_told_apart() {
    check(&[
        (
            "two sundaes, leave the nuts off one of them",
            "1 Hot Fudge Sundae; 1 Hot Fudge Sundae -Nuts",
        ),
        (
            "two blts both without tomato and on the second one no mayo",
            "1 B.L.T. -Tomato; 1 B.L.T. -Tomato -Mayo",
        ),
        (
            "two turkey subs, one just regular and one with no tomato",
            "1 #2 Oven Roasted Turkey Sub; 1 #2 Oven Roasted Turkey Sub -Tomato",
        ),
    ]);
}
