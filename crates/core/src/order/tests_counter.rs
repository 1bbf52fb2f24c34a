//! Orders at a counter that sells chicken, pizza and coffee: meals by number, sorts of one drink, pieces,
//! words that only say what a dish is.

use super::OrderParser;
use super::tests::show;
use super::tests_house::group;
use crate::menu::import::{Format, Limits, parse};
use serde_json::{Value, json};

fn chicken() -> Value {
    let size = || group("size", 1, 1, &["Small", "Medium", "Large"]);
    let meal = || group("size", 1, 1, &["Medium", "Large"]);
    let side = || group("side", 1, 1, &["Waffle Fries", "Onion Rings", "Side Salad"]);
    let drink = || group("drink", 1, 1, &["Coke", "Sprite", "Sweet Tea"]);
    let top = || group("toppings", 0, 6, &["Pickles", "Lettuce", "Tomato", "Bacon"]);
    let hold = || group("hold", 0, 3, &["No Onion", "No Pickle"]);
    let sauce = || group("sauce", 0, 2, &["Ranch", "BBQ Sauce"]);
    json!([
        {"id": "m1", "name": "#1 The Original Chicken Sandwich Meal", "modifier_groups": [meal(), top(), side(), drink()]},
        {"id": "m2", "name": "#2 The Spicy Deluxe Meal", "modifier_groups": [meal(), top(), side(), drink()]},
        {"id": "m3", "name": "#3 Smokehouse Bacon Burger Meal", "modifier_groups": [meal(), hold(), side(), drink()]},
        {"id": "kids", "name": "Little Peeps Kids Meal", "modifier_groups": [group("entree", 1, 1, &["Nuggets (4 pc)", "Lil' Burger"]), group("drink", 1, 1, &["Milk", "Apple Juice"])]},
        {"id": "spicy", "name": "The Spicy Deluxe", "category": "Chicken", "description": "Chicken breast, lettuce, tomato, pickles", "modifier_groups": [top()]},
        {"id": "club", "name": "Grilled Chicken Club", "category": "Chicken", "description": "Chicken, bacon, lettuce, tomato", "modifier_groups": [top()]},
        {"id": "lil", "name": "Lil' Bubba Hamburger", "modifier_groups": [hold()]},
        {"id": "tend3", "name": "Hand-Breaded Tenders (3 pc)", "modifier_groups": [sauce()]},
        {"id": "tend5", "name": "Hand-Breaded Tenders (5 pc)", "modifier_groups": [sauce()]},
        {"id": "nugs", "name": "Golden Nuggets", "modifier_groups": [group("size", 1, 1, &["6 Piece", "12 Piece"]), sauce()]},
        {"id": "knots", "name": "Garlic Knots (6 pc)"},
        {"id": "fries", "name": "Waffle Fries", "modifier_groups": [size()]},
        {"id": "salad", "name": "Garden Side Salad", "modifier_groups": [group("dressing", 0, 1, &["Italian"])]},
        {"id": "soda", "name": "Fountain Drink", "modifier_groups": [size(), group("flavor", 1, 1, &["Coke", "Sprite", "Root Beer"]), group("ice", 0, 1, &["No Ice"])]},
        {"id": "shake", "name": "Hand-Spun Milkshake", "modifier_groups": [size(), group("flavor", 1, 1, &["Vanilla", "Chocolate"])]},
        {"id": "bec", "name": "Bacon, Egg & Cheese", "modifier_groups": [group("bread", 1, 1, &["Biscuit", "Croissant"])]},
    ])
}

fn cafe() -> Value {
    let size = || group("size", 1, 1, &["Small", "Large"]);
    let milk = || group("milk", 0, 1, &["Oat Milk", "Almond Milk"]);
    let syrup = || {
        group(
            "syrup",
            0,
            3,
            &["Vanilla Syrup", "Caramel Syrup", "Mocha Sauce"],
        )
    };
    let finish = || group("finish", 0, 3, &["Whipped Cream", "Caramel Drizzle"]);
    let topping = || group("toppings", 0, 4, &["Pepperoni", "Mushrooms", "Bacon"]);
    json!([
        {"id": "latte", "name": "Caffè Latte", "modifier_groups": [size(), milk(), syrup(), finish()]},
        {"id": "chai", "name": "Nana's Chai Latte", "modifier_groups": [size(), milk(), syrup(), finish()]},
        {"id": "capp", "name": "Cappuccino", "modifier_groups": [size(), milk(), syrup(), finish()]},
        {"id": "mocha", "name": "The Muddy Boot Mocha", "modifier_groups": [size(), milk(), finish()]},
        {"id": "cocoa", "name": "Hot Chocolate", "modifier_groups": [size()]},
        {"id": "tea", "name": "Fresh Brewed Iced Tea", "modifier_groups": [size(), group("sweet", 0, 1, &["Sweetened", "Unsweetened"])]},
        {"id": "soda", "name": "Fountain Soda", "modifier_groups": [size(), group("flavor", 1, 1, &["Coke", "Sprite"])]},
        {"id": "bagel", "name": "NY Style Bagel", "modifier_groups": [group("type", 1, 1, &["Plain", "Everything"]), group("spread", 0, 1, &["Butter"])]},
        {"id": "egg", "name": "Egg Sandwich", "category": "Breakfast", "modifier_groups": [group("bread", 1, 1, &["Plain Bagel", "Everything Bagel"])]},
        {"id": "club", "name": "#3 The Clubhouse", "category": "Sandwiches", "modifier_groups": [group("hold", 0, 2, &["No Tomato", "No Mayo"])]},
        {"id": "blt", "name": "#5 BLT", "category": "Sandwiches", "modifier_groups": [group("toppings", 0, 3, &["Bacon", "Mayo"])]},
        {"id": "cobb", "name": "The Big Cobb", "category": "Salads", "modifier_groups": [group("dressing", 0, 1, &["Ranch"])]},
        {"id": "caesar", "name": "Chicken Caesar Salad", "category": "Salads", "modifier_groups": [group("dressing", 0, 1, &["Ranch"])]},
        {"id": "combo", "name": "Lunch Combo", "modifier_groups": [group("sandwich", 1, 1, &["Half Turkey & Swiss", "Half Tuna Salad"]), group("side", 1, 1, &["Cup of Soup", "Kettle Chips"]), group("drink", 1, 1, &["Fountain Soda", "Latte"])]},
        {"id": "melt", "name": "Grandma's Famous Tuna Melt"},
        {"id": "pasta", "name": "Grandma's Spaghetti & Meatballs", "modifier_groups": [group("add", 0, 1, &["Meatballs"])]},
        {"id": "penne", "name": "Penne alla Vodka", "modifier_groups": [group("pasta", 1, 1, &["Spaghetti", "Penne"])]},
        {"id": "own", "name": "Build Your Own Cheese Pizza", "category": "Pizza", "modifier_groups": [size(), topping()]},
        {"id": "pep", "name": "Sal's Famous Pepperoni", "category": "Pizza", "modifier_groups": [size(), topping()]},
        {"id": "luau", "name": "Hawaiian Luau", "category": "Pizza", "modifier_groups": [size(), topping()]},
        {"id": "supreme", "name": "#4 The Works Supreme", "category": "Pizza", "modifier_groups": [size(), topping()]},
        {"id": "thai", "name": "Pad Thai", "modifier_groups": [group("protein", 1, 1, &["Chicken", "Tofu"]), group("hold", 0, 1, &["No Egg"])]},
    ])
}

fn smokehouse() -> Value {
    let meat = |min| {
        group(
            "meat",
            min,
            2,
            &["Pulled Pork", "Smoked Turkey Breast", "BBQ Chicken Quarter"],
        )
    };
    let sides = || {
        group(
            "sides",
            2,
            2,
            &[
                "Mac & Cheese",
                "Creamy Cole Slaw",
                "French Fries",
                "Fried Okra",
            ],
        )
    };
    let size = |of: &[&str]| group("size", 1, 1, of);
    let flavors = || group("flavors", 1, 1, &["Vanilla", "Chocolate"]);
    let top = || group("toppings", 0, 4, &["Lettuce", "Mayo", "Avocado"]);
    json!([
        {"id": "plate1", "name": "#1 One Meat Plate", "category": "Plates", "modifier_groups": [meat(1), sides()]},
        {"id": "plate2", "name": "#2 Two Meat Plate", "category": "Plates", "modifier_groups": [meat(1), sides()]},
        {"id": "club", "name": "Smoked Turkey Club", "category": "Sandwiches", "modifier_groups": [top()]},
        {"id": "chicken", "name": "Fried Chicken Plate (2 pc)", "category": "Plates", "modifier_groups": [sides()]},
        {"id": "pound", "name": "Pulled Pork by the Pound", "modifier_groups": [size(&["1/2 lb", "1 lb", "2 lb"])]},
        {"id": "side", "name": "Side Dish", "modifier_groups": [size(&["Small", "Pint", "Quart"]), group("choice", 1, 1, &["Mac & Cheese", "Creamy Cole Slaw", "French Fries"])]},
        {"id": "tea", "name": "Iced Tea", "modifier_groups": [size(&["Small", "Large"]), group("kind", 1, 1, &["Sweet", "Unsweet"])]},
        {"id": "double", "name": "Double Scoop", "modifier_groups": [group("flavors", 1, 2, &["Vanilla", "Chocolate"])]},
        {"id": "single", "name": "Single Scoop", "modifier_groups": [flavors()]},
        {"id": "shake", "name": "Old Fashioned Milkshake", "modifier_groups": [flavors()]},
        {"id": "berry", "name": "#5 Berry Blast", "category": "Smoothies", "modifier_groups": [size(&["Small", "Large"])]},
        {"id": "wrap", "name": "Sunrise Breakfast Wrap", "category": "Wraps", "modifier_groups": [top()]},
        {"id": "veg", "name": "Green Breakfast Wrap", "category": "Wraps", "modifier_groups": [top()]},
        {"id": "toast", "name": "Avocado Toast", "modifier_groups": [group("bread", 0, 1, &["Sourdough"])]},
        {"id": "pho", "name": "#3 Pho Chay (Vegetarian Pho)", "category": "Pho"},
        {"id": "shrimp", "name": "#4 Shrimp Pho", "category": "Pho", "modifier_groups": [group("broth", 1, 1, &["Beef Broth", "Vegetable Broth"])]},
        {"id": "gyro", "name": "Chicken Gyro", "modifier_groups": [top()]},
        {"id": "fries", "name": "Gyro Fries", "modifier_groups": [size(&["Regular", "Large"])]},
        {"id": "nigiri", "name": "Salmon Nigiri"},
        {"id": "stack", "name": "Bacon Stack", "modifier_groups": [top(), group("side", 1, 1, &["Potato Salad", "Fruit"])]},
        {"id": "water", "name": "Bottled Water"},
        {"id": "bubbles", "name": "Sparkling Water"},
        {"id": "soda", "name": "Fountain Drink", "modifier_groups": [size(&["Small", "Large"]), group("flavor", 1, 1, &["Coke", "Diet Coke"])]},
        {"id": "kids", "name": "Kids Cup", "modifier_groups": [flavors()]},
        {"id": "coffee", "name": "Drip Coffee", "modifier_groups": [size(&["Small", "Large"])]},
    ])
}

fn check(menu: &Value, cases: &[(&str, &str)]) {
    let bytes = serde_json::to_vec(&json!({"items": menu})).expect("JSON");
    let items = parse(&bytes, Format::Json, &Limits::default()).expect("a menu");
    let parser = OrderParser::new(items);
    for (text, expected) in cases {
        let order = parser.parse(text, &[]);
        assert_eq!(show(&order), *expected, "{text}: {order:?}");
    }
}

#[test]
fn chicken_is_ordered_by_number_piece_and_sort() {
    check(
        &chicken(),
        &[
            (
                "let me get a 2 with coke",
                "1 #2 The Spicy Deluxe Meal +Coke",
            ),
            (
                "a one and a three",
                "1 #1 The Original Chicken Sandwich Meal; 1 #3 Smokehouse Bacon Burger Meal",
            ),
            (
                "two threes and a one",
                "2 #3 Smokehouse Bacon Burger Meal; 1 #1 The Original Chicken Sandwich Meal",
            ),
            (
                "1. spicy deluxe 2. club no tomato",
                "1 The Spicy Deluxe; 1 Grilled Chicken Club -Tomato",
            ),
            ("the $9.95 club", "1 Grilled Chicken Club"),
            ("vanilla shake", "1 Hand-Spun Milkshake +Vanilla"),
            (
                "sm choc shake & lg fry",
                "1 Small Hand-Spun Milkshake +Chocolate; 1 Large Waffle Fries",
            ),
            ("a coke and fries", "1 Fountain Drink +Coke; 1 Waffle Fries"),
            (
                "a large coke and fries",
                "1 Large Fountain Drink +Coke; 1 Waffle Fries",
            ),
            (
                "sprite and waffle fries",
                "1 Fountain Drink +Sprite; 1 Waffle Fries",
            ),
            (
                "medium coke and large sprite, both no ice",
                "1 Medium Fountain Drink +Coke -Ice; 1 Large Fountain Drink +Sprite -Ice",
            ),
            (
                "a coke, a sprite and a root beer",
                "1 Fountain Drink +Coke; 1 Fountain Drink +Sprite; 1 Fountain Drink +Root Beer",
            ),
            (
                "a coke, sprite and a root beer",
                "1 Fountain Drink +Coke; 1 Fountain Drink +Sprite; 1 Fountain Drink +Root Beer",
            ),
            (
                "two sodas, a coke and a sprite",
                "1 Fountain Drink +Coke; 1 Fountain Drink +Sprite",
            ),
            (
                "two sodas, coke and sprite",
                "1 Fountain Drink +Coke; 1 Fountain Drink +Sprite",
            ),
            ("a coke and a sprite, no sprite", "1 Fountain Drink +Coke"),
            ("a coke, no, a sprite", "1 Fountain Drink +Sprite"),
            (
                "a large coke and a small one",
                "1 Large Fountain Drink +Coke; 1 Small Fountain Drink +Coke",
            ),
            ("coke large, make that two", "2 Large Fountain Drink +Coke"),
            ("a beer", ""),
            ("root beer", "1 Fountain Drink +Root Beer"),
            (
                "number one with fries. number one with onion rings.",
                "1 #1 The Original Chicken Sandwich Meal +Waffle Fries; 1 #1 The Original Chicken Sandwich Meal +Onion Rings",
            ),
            (
                "number 1 with coke number 2 with sprite",
                "1 #1 The Original Chicken Sandwich Meal +Coke; 1 #2 The Spicy Deluxe Meal +Sprite",
            ),
            (
                "number one large with coke, same for him but no pickles",
                "1 Large #1 The Original Chicken Sandwich Meal +Coke; 1 Large #1 The Original Chicken Sandwich Meal +Coke -Pickles",
            ),
            (
                "one club no bacon, two no tomato",
                "1 Grilled Chicken Club -Bacon; 2 Grilled Chicken Club -Tomato",
            ),
            (
                "one lil bubba no onion, two with everything",
                "1 Lil' Bubba Hamburger -Onion; 2 Lil' Bubba Hamburger",
            ),
            (
                "two lil bubbas one with and one without onion",
                "1 Lil' Bubba Hamburger; 1 Lil' Bubba Hamburger -Onion",
            ),
            (
                "four clubs, half with no tomato",
                "2 Grilled Chicken Club; 2 Grilled Chicken Club -Tomato",
            ),
            (
                "there's 2 of us, number 1 and number 2",
                "1 #1 The Original Chicken Sandwich Meal; 1 #2 The Spicy Deluxe Meal",
            ),
            (
                "5 piece tenders, no make that 3 piece",
                "1 Hand-Breaded Tenders (3 pc)",
            ),
            (
                "kids meal nuggets and my wife wants a club",
                "1 Little Peeps Kids Meal +Nuggets (4 pc); 1 Grilled Chicken Club",
            ),
            ("smokehouse meal", "1 #3 Smokehouse Bacon Burger Meal"),
            (
                "spicy deluxe no tomato, make it a meal with coke",
                "1 #2 The Spicy Deluxe Meal -Tomato +Coke",
            ),
            ("spicy meal with coke", "1 #2 The Spicy Deluxe Meal +Coke"),
            (
                "kids meal nuggets and milk",
                "1 Little Peeps Kids Meal +Nuggets (4 pc) +Milk",
            ),
            (
                "5 piece tenders with ranch",
                "1 Hand-Breaded Tenders (5 pc) +Ranch",
            ),
            ("tenders five piece", "1 Hand-Breaded Tenders (5 pc)"),
            (
                "two tenders 3 piece and one 5 piece",
                "2 Hand-Breaded Tenders (3 pc); 1 Hand-Breaded Tenders (5 pc)",
            ),
            (
                "two orders of 5 piece tenders",
                "2 Hand-Breaded Tenders (5 pc)",
            ),
            ("10 piece nuggets", "1 Golden Nuggets"),
            ("half a dozen garlic knots", "1 Garlic Knots (6 pc)"),
            ("a dozen garlic knots", "2 Garlic Knots (6 pc)"),
            ("12 piece garlic knots", "2 Garlic Knots (6 pc)"),
            ("lil bubba burger", "1 Lil' Bubba Hamburger"),
            ("spicy deluxe sandwich", "1 The Spicy Deluxe"),
            (
                "everything on the club but tomato",
                "1 Grilled Chicken Club -Tomato",
            ),
            (
                "club, only bacon",
                "1 Grilled Chicken Club -Lettuce -Tomato",
            ),
            (
                "club with fries and coke",
                "1 Grilled Chicken Club; 1 Waffle Fries; 1 Fountain Drink +Coke",
            ),
            ("side salad with italian", "1 Garden Side Salad +Italian"),
            ("bec on a croissant", "1 Bacon, Egg & Cheese +Croissant"),
            (
                "no onion, wait, onion is fine on the lil bubba",
                "1 Lil' Bubba Hamburger",
            ),
            (
                "number one no toast, fries, coke",
                "1 #1 The Original Chicken Sandwich Meal +Waffle Fries +Coke",
            ),
        ],
    );
}

#[test]
fn coffee_and_pizza_are_ordered_by_what_they_are() {
    check(
        &cafe(),
        &[
            ("a cup of hot chocolate", "1 Hot Chocolate"),
            ("a small latte", "1 Small Caffè Latte"),
            (
                "two lattes one with oat milk and one with almond",
                "1 Caffè Latte +Oat Milk; 1 Caffè Latte +Almond Milk",
            ),
            ("a caramel latte", "1 Caffè Latte +Caramel Syrup"),
            ("a cappuccino with caramel", "1 Cappuccino +Caramel Syrup"),
            (
                "a cappuccino and a mocha, the second one with oat milk",
                "1 Cappuccino; 1 The Muddy Boot Mocha +Oat Milk",
            ),
            ("mocha with whip", "1 The Muddy Boot Mocha +Whipped Cream"),
            ("2 capps w oat", "2 Cappuccino +Oat Milk"),
            ("hot cocoa large", "1 Large Hot Chocolate"),
            ("a cup of soup", ""),
            ("sweet tea", "1 Fresh Brewed Iced Tea +Sweetened"),
            (
                "2 large iced teas 1 sweet 1 unsweet",
                "1 Large Fresh Brewed Iced Tea +Sweetened; 1 Large Fresh Brewed Iced Tea +Unsweetened",
            ),
            ("everything bagel", "1 NY Style Bagel +Everything"),
            (
                "two everything bagels and a plain bagel",
                "2 NY Style Bagel +Everything; 1 NY Style Bagel +Plain",
            ),
            ("cobb salad with ranch", "1 The Big Cobb +Ranch"),
            ("club sandwich", "1 #3 The Clubhouse"),
            (
                "blt and a club no mayo",
                "1 #5 BLT; 1 #3 The Clubhouse -Mayo",
            ),
            (
                "two blts, one with no mayo and one with extra bacon",
                "1 #5 BLT -Mayo; 1 #5 BLT +extra Bacon",
            ),
            (
                "lunch combo with tuna, chips and a coke",
                "1 Lunch Combo +Half Tuna Salad +Kettle Chips +Fountain Soda",
            ),
            ("tuna combo", "1 Lunch Combo +Half Tuna Salad"),
            ("tuna melt", "1 Grandma's Famous Tuna Melt"),
            (
                "spaghetti no meatballs",
                "1 Grandma's Spaghetti & Meatballs -Meatballs",
            ),
            ("large pepperoni pizza", "1 Large Sal's Famous Pepperoni"),
            (
                "large pepperoni and a large cheese",
                "1 Large Sal's Famous Pepperoni; 1 Large Build Your Own Cheese Pizza",
            ),
            (
                "large cheese with bacon",
                "1 Large Build Your Own Cheese Pizza +Bacon",
            ),
            ("large hawaiian pizza", "1 Large Hawaiian Luau"),
            (
                "two large pizzas, one hawaiian and one supreme",
                "1 Large Hawaiian Luau; 1 Large #4 The Works Supreme",
            ),
            (
                "two large pizzas and one hawaiian",
                "2 Large Build Your Own Cheese Pizza; 1 Hawaiian Luau",
            ),
            (
                "pad thai for me with chicken and one for my wife with tofu",
                "1 Pad Thai +Chicken; 1 Pad Thai +Tofu",
            ),
            ("pad thai no egg and tofu", "1 Pad Thai -Egg +Tofu"),
        ],
    );
}

#[test]
fn a_word_is_enough_of_what_a_dish_must_have() {
    check(
        &smokehouse(),
        &[
            ("4 pieces of salmon nigiri", "4 Salmon Nigiri"),
            (
                "bacon stack no mayo and fruit",
                "1 Bacon Stack -Mayo +Fruit",
            ),
            (
                "one meat plate with turkey",
                "1 #1 One Meat Plate +Smoked Turkey Breast",
            ),
            (
                "two meat plate with pulled pork and turkey and fries",
                "1 #2 Two Meat Plate +Pulled Pork +Smoked Turkey Breast +French Fries",
            ),
            (
                "one meat plate, turkey, fries and okra",
                "1 #1 One Meat Plate +Smoked Turkey Breast +French Fries +Fried Okra",
            ),
            (
                "two meat plate with chicken, mac and slaw",
                "1 #2 Two Meat Plate +BBQ Chicken Quarter +Mac & Cheese +Creamy Cole Slaw",
            ),
            (
                "2 pc fried chicken plate with slaw",
                "1 Fried Chicken Plate (2 pc) +Creamy Cole Slaw",
            ),
            ("a pound of pulled pork", "1 1 lb Pulled Pork by the Pound"),
            ("2 pounds of pulled pork", "1 2 lb Pulled Pork by the Pound"),
            (
                "half pound of pulled pork",
                "1 1/2 lb Pulled Pork by the Pound",
            ),
            ("a side of slaw", "1 Side Dish +Creamy Cole Slaw"),
            ("pint of slaw", "1 Pint Side Dish +Creamy Cole Slaw"),
            ("a large sweet tea", "1 Large Iced Tea +Sweet"),
            ("tea", "1 Iced Tea"),
            ("double scoop of vanilla", "1 Double Scoop +Vanilla"),
            ("small berry blast smoothie", "1 Small #5 Berry Blast"),
            ("breakfast wrap add avocado", ""),
            ("veggie pho", "1 #3 Pho Chay (Vegetarian Pho)"),
            (
                "one chicken gyro and two regular fries",
                "1 Chicken Gyro; 2 Regular Gyro Fries",
            ),
            (
                "two chicken gyros, one with everything and one no mayo",
                "1 Chicken Gyro; 1 Chicken Gyro -Mayo",
            ),
            ("a bottle of water", "1 Bottled Water"),
            (
                "large coke, large coke, small diet coke",
                "2 Large Fountain Drink +Coke; 1 Small Fountain Drink +Diet Coke",
            ),
            ("my kid wants a small coffee", "1 Small Drip Coffee"),
            (
                "chicken gyro no onion and a diet coke",
                "1 Chicken Gyro; 1 Fountain Drink +Diet Coke",
            ),
        ],
    );
}
