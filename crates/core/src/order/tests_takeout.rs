//! Orders where a dish is listed several times, is nothing but one of several sorts, or goes by some of
//! its words: lunch specials, cans and bottles, shakes, halves with soup.

use super::OrderParser;
use super::tests::show;
use super::tests_house::group;
use crate::menu::import::{Format, Limits, parse};
use serde_json::json;

fn takeout() -> OrderParser {
    let size = |of: &[&str]| group("size", 1, 1, of);
    let soup = || group("soup", 1, 1, &["Egg Drop Soup", "Wonton Soup"]);
    let rice = || group("rice", 1, 1, &["White Rice", "Pork Fried Rice"]);
    let heat = || group("heat", 0, 1, &["Mild", "Medium", "Hot"]);
    let soda = |kind: &str| group(kind, 1, 1, &["Coke", "Sprite", "Hi-C Fruit Punch"]);
    let warm = || group("warming", 0, 1, &["Warmed", "Not Warmed"]);
    let eggs = || group("eggs", 0, 1, &["Over Hard", "Scrambled"]);
    let items = json!([
        {"id": "sesame", "name": "Sesame Chicken", "category": "Chicken", "modifier_groups": [size(&["Pint", "Quart"]), heat()]},
        {"id": "l5", "name": "L5. Sesame Chicken", "category": "Lunch Specials", "modifier_groups": [soup(), rice()]},
        {"id": "l4", "name": "L4. General Tso's Chicken", "category": "Lunch Specials", "modifier_groups": [soup(), rice()]},
        {"id": "c12", "name": "C12. Sesame Chicken", "category": "Dinner Combination Plates", "modifier_groups": [rice()]},
        {"id": "c6", "name": "C6. Beef w. Broccoli", "category": "Dinner Combination Plates", "modifier_groups": [rice()]},
        {"id": "beef", "name": "Beef w. Broccoli", "category": "Beef"},
        {"id": "egg-drop", "name": "Egg Drop Soup", "modifier_groups": [size(&["Pint", "Quart"])]},
        {"id": "rangoon", "name": "Crab Rangoon"},
        {"id": "can", "name": "Can Soda", "category": "Beverages", "modifier_groups": [soda("flavor")]},
        {"id": "liter", "name": "2 Liter Soda", "category": "Beverages", "modifier_groups": [group("flavor", 1, 1, &["Coke", "Sprite"])]},
        {"id": "float", "name": "Old-Time Float", "category": "Desserts", "modifier_groups": [size(&["Medium", "Large"]), group("soda", 1, 1, &["Coke", "Root Beer"])]},
        {"id": "sauce", "name": "Dipping Sauce", "category": "Sauces", "modifier_groups": [group("kind", 1, 1, &["Ranch", "Marinara"])]},
        {"id": "sticks", "name": "Mozzarella Sticks", "category": "Sides", "modifier_groups": [group("dip", 1, 1, &["Ranch", "Marinara"])]},
        {"id": "bottle", "name": "Bottles & Jars", "category": "Juice", "modifier_groups": [group("kind", 1, 1, &["Kombucha", "Topo Chico"])]},
        {"id": "cookie", "name": "Cookie", "modifier_groups": [group("kind", 1, 1, &["Oatmeal", "Molasses"]), warm()]},
        {"id": "muffin", "name": "Muffin", "modifier_groups": [group("kind", 1, 1, &["Blueberry", "Morning Glory"]), warm()]},
        {"id": "half", "name": "Half Sandwich & Soup", "modifier_groups": [group("half", 1, 1, &["Half Grilled Cheese", "Half BLT"]), group("soup", 1, 1, &["Tomato", "Noodle"])]},
        {"id": "grilled", "name": "Grilled Cheese"},
        {"id": "benedict", "name": "Eggs Benedict"},
        {"id": "lumber", "name": "The Lumberjack", "modifier_groups": [eggs(), group("on", 0, 2, &["Mustard", "Hash Brown"])]},
        {"id": "burger", "name": "Garden Burger", "modifier_groups": [group("bun", 0, 1, &["Lettuce Wrap (No Bun)"]), group("top", 0, 3, &["Pickles", "Cheese"]), group("prep", 0, 1, &["Plain"])]},
        {"id": "fries", "name": "Crinkle Fries", "modifier_groups": [group("extras", 0, 2, &["Cheese", "Salt"])]},
        {"id": "latte", "name": "Latte", "modifier_groups": [size(&["Small", "Medium"]), group("how", 0, 1, &["Hot", "Iced"]), group("ice", 0, 1, &["Light Ice"])]},
        {"id": "iced", "name": "Iced Coffee", "modifier_groups": [group("flavor", 0, 1, &["Mocha", "Vanilla"])]},
        {"id": "whirl", "name": "Whirl", "modifier_groups": [size(&["Small", "Medium"]), group("mix", 1, 2, &["M&M's", "Oreo"])]},
        {"id": "fountain", "name": "Fountain Drink", "category": "Drinks", "modifier_groups": [
            size(&["Medium", "44 oz"]), group("kind", 1, 1, &["Dr Pepper", "Lemonade"]), group("add", 0, 2, &["Cherry", "Vanilla"])]},
        {"id": "limeade", "name": "Cherry Limeade", "category": "Drinks"},
    ]);
    let bytes = serde_json::to_vec(&json!({"items": items})).expect("JSON");
    OrderParser::new(parse(&bytes, Format::Json, &Limits::default()).expect("a menu"))
}

fn check(cases: &[(&str, &str)]) {
    let parser = takeout();
    for (text, expected) in cases {
        assert_eq!(show(&parser.parse(text, &[])), *expected, "{text}");
    }
}

#[test]
fn a_dish_is_told_from_the_same_by_what_it_is_listed_under() {
    check(&[
        ("a sesame chicken, quart", "1 Quart Sesame Chicken"),
        ("two lunch sesame chickens", "2 L5. Sesame Chicken"),
        (
            "sesame chicken dinner with white rice",
            "1 C12. Sesame Chicken +White Rice",
        ),
        ("sesame chicken combo", "1 C12. Sesame Chicken"),
        (
            "lunch special number four with white rice",
            "1 L4. General Tso's Chicken +White Rice",
        ),
        (
            "general tso's lunch special, egg drop",
            "1 L4. General Tso's Chicken +Egg Drop Soup",
        ),
        ("beef with broccoli combo", "1 C6. Beef w. Broccoli"),
        ("a beef and broccoli", "1 Beef w. Broccoli"),
        ("beef broccoli", "1 Beef w. Broccoli"),
        (
            "c6 with white rice, c12 with pork fried rice",
            "1 C6. Beef w. Broccoli +White Rice; 1 C12. Sesame Chicken +Pork Fried Rice",
        ),
        (
            "sesame chicken, pint, medium spicy",
            "1 Pint Sesame Chicken +Medium",
        ),
    ]);
}

#[test]
fn what_is_only_one_of_several_sorts_is_ordered_by_the_sort() {
    check(&[
        ("a coke", "1 Can Soda +Coke"),
        ("can of coke", "1 Can Soda +Coke"),
        ("a 2 liter of sprite", "1 2 Liter Soda +Sprite"),
        ("a hi-c", "1 Can Soda +Hi-C Fruit Punch"),
        ("two marinaras", "2 Dipping Sauce +Marinara"),
        ("mozzarella sticks with ranch", "1 Mozzarella Sticks +Ranch"),
        (
            "beef and broccoli, topo chico",
            "1 Beef w. Broccoli; 1 Bottles & Jars +Topo Chico",
        ),
        (
            "1 kombucha; morning glory muffin warmed",
            "1 Bottles & Jars +Kombucha; 1 Muffin +Morning Glory +Warmed",
        ),
        (
            "a medium cherry dr pepper",
            "1 Medium Fountain Drink +Cherry +Dr Pepper",
        ),
        ("a plain lemonade", "1 Fountain Drink +Lemonade"),
        (
            "a lemonade the big forty four",
            "1 44 oz Fountain Drink +Lemonade",
        ),
        ("an m and m whirl", "1 Whirl +M&M's"),
    ]);
}

#[test]
fn a_name_goes_by_some_of_its_words() {
    check(&[
        ("an egg drop, quart", "1 Quart Egg Drop Soup"),
        (
            "half a grilled cheese and tomato soup",
            "1 Half Sandwich & Soup +Half Grilled Cheese +Tomato",
        ),
        ("a grilled cheese", "1 Grilled Cheese"),
        ("iced mocha coffee", "1 Iced Coffee +Mocha"),
        ("a medium ice latte", "1 Medium Latte +Iced"),
        ("a latte light ice", "1 Latte +Light Ice"),
    ]);
}

#[test]
fn what_is_said_of_a_dish_stays_with_it() {
    check(&[
        (
            "2 molasses cookies, don't warm any of them",
            "2 Cookie +Molasses +Not Warmed",
        ),
        (
            "lumberjack, skip the mustard, egg over hard",
            "1 The Lumberjack -Mustard +Over Hard",
        ),
        (
            "garden burger lettuce wrap no pickles",
            "1 Garden Burger +Lettuce Wrap (No Bun) -Pickles",
        ),
        (
            "garden burger add cheese, crinkle fries",
            "1 Garden Burger +Cheese; 1 Crinkle Fries",
        ),
        (
            "garden burger plain with just cheese",
            "1 Garden Burger +Plain +Cheese",
        ),
        (
            "garden burger, that's it oh wait also a coke",
            "1 Garden Burger; 1 Can Soda +Coke",
        ),
        (
            "crab rangoon and a coke. Hmm, skip the rangoon",
            "1 Can Soda +Coke",
        ),
        (
            "a coke, crab rangoon. Hmm skip the rangoon",
            "1 Can Soda +Coke",
        ),
    ]);
}

fn pizzeria() -> OrderParser {
    let size = |of: &[&str]| group("size", 1, 1, of);
    let top = || {
        group(
            "toppings",
            0,
            8,
            &["Pepperoni", "Sausage", "Mushrooms", "Peppers"],
        )
    };
    let soda = || group("soda", 1, 1, &["Coke", "Root Beer", "Dr Pepper"]);
    let items = json!([
        {"id": "own", "name": "Cheese Pizza (Build Your Own)", "category": "Pizza", "aliases": ["pizza", "plain pizza"],
            "modifier_groups": [size(&["Small", "Large"]), group("crust", 1, 1, &["Hand Tossed", "Thin Crust"]), top()]},
        {"id": "margherita", "name": "Margherita Classica", "category": "Specialty Pizzas",
            "modifier_groups": [size(&["Small", "Large"]), top(), group("with", 0, 2, &["Garlic", "Shredded Mozzarella"])]},
        {"id": "philly-pizza", "name": "Philly Steak Pizza", "category": "Specialty Pizzas", "modifier_groups": [size(&["Small", "Large"]), top()]},
        {"id": "philly", "name": "Philly Cheesesteak", "category": "Subs", "modifier_groups": [size(&["Small", "Large"]), group("cheese", 1, 1, &["Provolone", "American"])]},
        {"id": "pasta", "name": "Create Your Own Pasta", "category": "Pasta",
            "modifier_groups": [group("noodle", 1, 1, &["Spaghetti", "Fettuccine"]), group("sauce", 1, 1, &["Alfredo", "Meat Sauce"])]},
        {"id": "parm", "name": "Chicken Parm Dinner", "category": "Dinners", "modifier_groups": [group("noodle", 1, 1, &["Spaghetti", "Fettuccine"])]},
        {"id": "deal-1", "name": "Deal #1 Family Night", "category": "Family Deals", "modifier_groups": [soda()]},
        {"id": "deal-2", "name": "Deal #2 Double Large", "category": "Family Deals"},
        {"id": "lunch-2", "name": "Lunch #2 Small Sub & a Can", "category": "Lunch Specials", "modifier_groups": [soda()]},
        {"id": "fountain", "name": "Fountain Drink", "category": "Drinks", "modifier_groups": [size(&["Small", "Large"]), soda()]},
        {"id": "can", "name": "Can of Soda", "category": "Drinks", "aliases": ["can"]},
        {"id": "sticks", "name": "Mozzarella Sticks (6)", "modifier_groups": [group("dip", 0, 2, &["Ranch", "Marinara"])]},
        {"id": "cup", "name": "Dipping Cup", "category": "Dips", "modifier_groups": [group("kind", 1, 1, &["Ranch", "Honey Mustard"])]},
        {"id": "tenders", "name": "Homestyle Tenders", "modifier_groups": [size(&["3 Piece", "5 Piece"]), group("recipe", 1, 1, &["Original", "Hot & Spicy"])]},
        {"id": "meal", "name": "Tenders Family Meal", "category": "Family Deals"},
        {"id": "combo", "name": "#5 Three Piece Chicken Combo", "category": "Combos", "modifier_groups": [group("cut", 1, 1, &["White Meat", "Dark Meat"])]},
    ]);
    let bytes = serde_json::to_vec(&json!({"items": items})).expect("JSON");
    OrderParser::new(parse(&bytes, Format::Json, &Limits::default()).expect("a menu"))
}

#[test]
fn a_pizza_of_ones_own_is_made_by_what_is_said() {
    let parser = pizzeria();
    let own = "Cheese Pizza (Build Your Own)";
    for (text, expected) in [
        ("a large pepperoni", format!("1 Large {own} +Pepperoni")),
        (
            "a small pepper and mushroom pizza",
            format!("1 Small {own} +Peppers +Mushrooms"),
        ),
        (
            "large thin crust with sausage and mushrooms",
            format!("1 Large {own} +Thin Crust +Sausage +Mushrooms"),
        ),
        ("1 lg pie, pepperoni", format!("1 Large {own} +Pepperoni")),
        (
            "margherita pizza small, no garlic",
            "1 Small Margherita Classica -Garlic".to_owned(),
        ),
        (
            "a margherita, no cheese",
            "1 Margherita Classica -Shredded Mozzarella".to_owned(),
        ),
        (
            "fettuccine alfredo",
            "1 Create Your Own Pasta +Fettuccine +Alfredo".to_owned(),
        ),
        (
            "spaghetti with meat sauce and a deal #2",
            "1 Create Your Own Pasta +Spaghetti +Meat Sauce; 1 Deal #2 Double Large".to_owned(),
        ),
        (
            "a philly with provolone",
            "1 Philly Cheesesteak +Provolone".to_owned(),
        ),
        (
            "deal number one with a coke",
            "1 Deal #1 Family Night +Coke".to_owned(),
        ),
        (
            "the family night deal with root beer",
            "1 Deal #1 Family Night +Root Beer".to_owned(),
        ),
        (
            "lunch special number two, coke",
            "1 Lunch #2 Small Sub & a Can +Coke".to_owned(),
        ),
        (
            "a large root beer",
            "1 Large Fountain Drink +Root Beer".to_owned(),
        ),
        ("a big coke", "1 Large Fountain Drink +Coke".to_owned()),
        (
            "can we do a large coke",
            "1 Large Fountain Drink +Coke".to_owned(),
        ),
        (
            "six mozzarella sticks with ranch",
            "1 Mozzarella Sticks (6) +Ranch".to_owned(),
        ),
        (
            "a margherita. Side of honey mustard too",
            "1 Margherita Classica; 1 Dipping Cup +Honey Mustard".to_owned(),
        ),
        (
            "tenders three piece original",
            "1 3 Piece Homestyle Tenders +Original".to_owned(),
        ),
        (
            "three piece combo dark",
            "1 #5 Three Piece Chicken Combo +Dark Meat".to_owned(),
        ),
    ] {
        assert_eq!(show(&parser.parse(text, &[])), expected, "{text}");
    }
}

#[test]
fn a_menu_read_anew_reads_the_same() {
    let texts = [
        "two lunch special number fours and a large pepperoni",
        "beef broccoli combo, egg drop, a coke",
        "two lunch number twos with a coke",
    ];
    let read = |parser: OrderParser| texts.map(|text| show(&parser.parse(text, &[])));
    let (takeout_once, pizzeria_once) = (read(takeout()), read(pizzeria()));
    // A hash map is ordered anew each time.
    for _ in 0..20 {
        assert_eq!(read(takeout()), takeout_once);
        assert_eq!(read(pizzeria()), pizzeria_once);
    }
}
