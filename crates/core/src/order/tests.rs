use super::OrderParser;
use olympus_proto::{
    Amount, Cents, MenuItem, Modifier, ModifierAction, ModifierGroup, OrderLine, ParsedOrder,
};
use proptest::prelude::*;

fn group(id: &str, options: &[&str]) -> ModifierGroup {
    ModifierGroup {
        id: id.into(),
        name: id.into(),
        min: 0,
        max: None,
        options: options
            .iter()
            .map(|name| Modifier {
                id: name.replace(' ', "_"),
                name: (*name).into(),
                price_cents: Cents(0),
                pos_id: Some(format!("pos-{name}")),
                aliases: Vec::new(),
            })
            .collect(),
    }
}

fn parser() -> OrderParser {
    let size = || group("size", &["small", "medium", "large"]);
    let item = |name: &str, groups: Vec<ModifierGroup>| MenuItem {
        modifier_groups: groups,
        ..MenuItem::new(&name.replace(' ', "_"), name)
    };
    let toppings = [
        "cheese",
        "bacon",
        "onions",
        "pickles",
        "mushrooms",
        "ham",
        "olives",
    ];
    let mut pizza = item("pizza", vec![size(), group("topping", &toppings)]);
    pizza.aliases = vec!["pie".into()];
    let mut coke = item("coke", vec![size(), group("ice", &["ice"])]);
    coke.aliases = vec!["coca cola".into()];
    OrderParser::new(vec![
        item("hamburger", vec![group("topping", &toppings[..4])]),
        item("cheese burger", vec![group("topping", &toppings[..4])]),
        pizza,
        item("curly fries", vec![size()]),
        coke,
        item("diet coke", vec![size(), group("ice", &["ice"])]),
        item("sprite", vec![size(), group("ice", &["ice"])]),
        item("caramel latte", vec![size()]),
        item("onion rings", vec![]),
    ])
}

fn show_sign(action: ModifierAction) -> &'static str {
    match action {
        ModifierAction::Add => "+",
        ModifierAction::Remove => "-",
    }
}

/// `2 large pizza +ham -onions`, lines parted by `; `.
pub(super) fn show(order: &ParsedOrder) -> String {
    let line = |line: &OrderLine| {
        let size = line
            .size
            .as_ref()
            .map(|size| format!("{size} "))
            .unwrap_or_default();
        let modifiers: String = line
            .modifiers
            .iter()
            .map(|m| {
                let sign = show_sign(m.action);
                let amount = match m.amount {
                    Some(Amount::Extra) => "extra ",
                    Some(Amount::Light) => "light ",
                    None => "",
                };
                format!(" {sign}{amount}{}", m.name)
            })
            .collect();
        format!("{} {size}{}{modifiers}", line.quantity, line.name)
    };
    order.lines.iter().map(line).collect::<Vec<_>>().join("; ")
}

#[test]
fn utterances_become_lines() {
    let parser = parser();
    for (text, expected) in [
        ("hamburger no onions bacon", "1 hamburger -onions +bacon"),
        (
            "hamburger no onions i would also like bacon",
            "1 hamburger -onions +bacon",
        ),
        (
            "a hamburger and a large order of curly fries",
            "1 hamburger; 1 large curly fries",
        ),
        (
            "one large with ham hold the olives",
            "1 large pizza +ham -olives",
        ),
        ("a coke", "1 coke"),
        ("two cokes please", "2 coke"),
        ("can i get 3 curly fries", "3 curly fries"),
        (
            "i'd like a cheeseburger and a large coca cola",
            "1 cheese burger; 1 large coke",
        ),
        ("half a dozen onion rings", "6 onion rings"),
        (
            "a hamburger with bacon and onions",
            "1 hamburger +bacon +onions",
        ),
        (
            "hamburger no onions or pickles",
            "1 hamburger -onions -pickles",
        ),
        (
            "hamburger without onions but with bacon",
            "1 hamburger -onions +bacon",
        ),
        ("no onions on the hamburger please", "1 hamburger -onions"),
        (
            "i don't want onions on my hamburger and a coke",
            "1 hamburger -onions; 1 coke",
        ),
        ("a hamburger with bacon sorry no bacon", "1 hamburger"),
        (
            "a hamburger with no onions no wait no pickles",
            "1 hamburger -pickles",
        ),
        (
            "a hamburger with bacon i mean cheese",
            "1 hamburger +cheese",
        ),
        (
            "a hamburger with bacon make it with cheese too",
            "1 hamburger +bacon +cheese",
        ),
        (
            "hamburger no onions extra bacon",
            "1 hamburger -onions +extra bacon",
        ),
        (
            "hamburger with not too much cheese",
            "1 hamburger +light cheese",
        ),
        (
            "a large ham and mushroom pizza",
            "1 large pizza +ham +mushrooms",
        ),
        ("two medium pizzas with olives", "2 medium pizza +olives"),
        (
            "a small pizza with ham and a coke no ice",
            "1 small pizza +ham; 1 coke -ice",
        ),
        (
            "one large with ham and olives",
            "1 large pizza +ham +olives",
        ),
        (
            "curly fries small and a medium coke",
            "1 small curly fries; 1 medium coke",
        ),
        ("side of curly fries large", "1 large curly fries"),
        ("a coke no wait make it a sprite", "1 sprite"),
        ("two no three hamburgers", "3 hamburger"),
        ("a hamburger and a coke scratch the coke", "1 hamburger"),
        ("a coke make that two", "2 coke"),
        ("pizzza with mushroms", "1 pizza +mushrooms"),
        ("a pie with bacn", "1 pizza"),
        (
            "a ham pizza and an olive pizza",
            "1 pizza +ham; 1 pizza +olives",
        ),
        ("what is the weather", ""),
    ] {
        let order = parser.parse(text, &[]);
        assert_eq!(show(&order), expected, "{text}: {order:?}");
    }
}

#[test]
fn an_order_is_changed_by_what_is_said_next() {
    let parser = parser();
    let order = parser
        .parse("a hamburger, a cheese burger and a coke", &[])
        .lines;
    for (text, expected) in [
        ("make that two", "1 hamburger; 1 cheese burger; 2 coke"),
        (
            "no onions on the second one",
            "1 hamburger; 1 cheese burger -onions; 1 coke",
        ),
        ("actually cancel the coke", "1 hamburger; 1 cheese burger"),
        (
            "change the coke to a diet coke",
            "1 hamburger; 1 cheese burger; 1 diet coke",
        ),
        (
            "add curly fries",
            "1 hamburger; 1 cheese burger; 1 coke; 1 curly fries",
        ),
        (
            "add bacon to all of them",
            "1 hamburger +bacon; 1 cheese burger +bacon; 1 coke",
        ),
    ] {
        assert_eq!(show(&parser.parse(text, &order)), expected, "{text}");
    }
}

#[test]
fn what_cannot_be_told_is_said() {
    let mut items = vec![
        MenuItem::new("a", "Caramel Latte"),
        MenuItem::new("b", "Oat Latte"),
    ];
    for item in &mut items {
        item.aliases.push("latte".into());
    }
    let order = OrderParser::new(items).parse("a latte and a zorbl", &[]);
    assert!(order.lines.is_empty());
    assert_eq!(order.ambiguous[0].candidates.len(), 2);
    assert_eq!(order.not_understood[0].text, "zorbl");
}

#[test]
fn options_that_take_away_are_taken_as_such() {
    let mut item = MenuItem::new("a", "Souvlaki");
    item.modifier_groups = vec![group("leave-out", &["No onion", "No tzatziki"])];
    let parser = OrderParser::new(vec![item]);
    for (text, expected) in [
        ("souvlaki no onions", "1 Souvlaki -onion"),
        (
            "souvlaki without onions or tzatziki",
            "1 Souvlaki -onion -tzatziki",
        ),
        ("souvlaki with onions", "1 Souvlaki"),
    ] {
        let order = parser.parse(text, &[]);
        assert_eq!(show(&order), expected, "{text}");
    }
    let line = &parser.parse("souvlaki no onions", &[]).lines[0];
    assert_eq!(line.modifiers[0].pos_id.as_deref(), Some("pos-No onion"));
}

#[test]
fn spans_and_till_ids_are_given() {
    let text = "Um, two hamburgers with bacon!";
    let order = parser().parse(text, &[]);
    let span = order.lines[0].span.unwrap();
    assert_eq!(&text[span.start..span.end], "two hamburgers with bacon");
    assert_eq!(
        order.lines[0].modifiers[0].pos_id.as_deref(),
        Some("pos-bacon")
    );
}

/// As tills name things.
fn counter() -> OrderParser {
    let sizes = || group("size", &["Sm", "Med", "Lg"]);
    let item = |name: &str, groups: Vec<ModifierGroup>| MenuItem {
        modifier_groups: groups,
        ..MenuItem::new(&name.replace(' ', "_"), name)
    };
    let hold = || group("hold", &["No Onion", "No Pickle"]);
    let extras = || group("extras", &["Add Bacon", "Add Cheese", "GF Bun", "Lt Mayo"]);
    let milk = || group("milk", &["Whole milk", "Oat drink", "Sub Soy Milk"]);
    OrderParser::new(vec![
        item("Dbl Cheeseburger", vec![hold(), extras()]),
        item("Hamburger", vec![hold(), extras()]),
        item(
            "Mac & Cheese",
            vec![group("size", &["Small 8oz", "Large 16oz"])],
        ),
        item("French Fries", vec![sizes()]),
        item(
            "Coke",
            vec![sizes(), group("ice", &["With Ice", "Lt Ice", "No Ice"])],
        ),
        item(
            "Latte",
            vec![milk(), group("extras", &["Extra Shot", "Add Sugar"])],
        ),
        item("Boneless Wings", vec![group("count", &["6 Pc", "10 Pc"])]),
        item(
            "Beef Taco",
            vec![group("shell", &["Soft Shell", "Crunchy Shell"])],
        ),
        item("Pepperoni Pizza", vec![sizes()]),
        item(
            "Cheese Pizza",
            vec![sizes(), group("top", &["Add Pepperoni", "Add Ham"])],
        ),
        item(
            "BBQ Spare Ribs",
            vec![group("side", &["Fries", "Side salad"])],
        ),
    ])
}

#[test]
fn tills_names_are_said_as_people_say_them() {
    let parser = counter();
    for (text, expected) in [
        (
            "lg coke no ice and sm fries",
            "1 Lg Coke -Ice; 1 Sm French Fries",
        ),
        ("a coke light ice", "1 Coke +Lt Ice"),
        ("small coke no large", "1 Lg Coke"),
        ("mac and cheese large", "1 Large 16oz Mac & Cheese"),
        ("mac n cheese twice", "2 Mac & Cheese"),
        ("coke x3 and fries", "3 Coke; 1 French Fries"),
        (
            "double cheeseburger gluten free bun",
            "1 Dbl Cheeseburger +GF Bun",
        ),
        ("ten boneless wings", "1 Boneless Wings +10 Pc"),
        ("six piece boneless wings", "1 Boneless Wings +6 Pc"),
        (
            "three beef tacos two soft one crunchy",
            "2 Beef Taco +Soft Shell; 1 Beef Taco +Crunchy Shell",
        ),
        (
            "two hamburgers one with no onions",
            "1 Hamburger; 1 Hamburger -Onion",
        ),
        (
            "two hamburgers one with bacon and one without pickles",
            "1 Hamburger +Add Bacon; 1 Hamburger -Pickle",
        ),
        (
            "four hamburgers no onions on two of them",
            "2 Hamburger; 2 Hamburger -Onion",
        ),
        (
            "a hamburger and a double cheeseburger both with no onions",
            "1 Hamburger -Onion; 1 Dbl Cheeseburger -Onion",
        ),
        ("can i have bacon on a hamburger", "1 Hamburger +Add Bacon"),
        (
            "a latte with oat milk and an extra shot",
            "1 Latte +Oat drink +Extra Shot",
        ),
        (
            "three hamburgers one with bacon one without pickles and one with cheese",
            "1 Hamburger +Add Bacon; 1 Hamburger -Pickle; 1 Hamburger +Add Cheese",
        ),
        // All are told apart by then: the third is one more, and never one of the first two.
        (
            "two hamburgers one with bacon one without pickles and one hamburger with cheese",
            "1 Hamburger +Add Bacon; 1 Hamburger -Pickle; 1 Hamburger +Add Cheese",
        ),
        ("a latte two pumps of sugar", "1 Latte +Add Sugar"),
        ("a latte two sugars", "1 Latte +Add Sugar"),
        (
            "a small pepperoni and a large cheese pizza",
            "1 Sm Pepperoni Pizza; 1 Lg Cheese Pizza",
        ),
        (
            "bbq ribs with fries and a coke",
            "1 BBQ Spare Ribs +Fries; 1 Coke",
        ),
        ("bbq ribs with a side salad", "1 BBQ Spare Ribs +Side salad"),
        (
            "a coke and fries make the fries large",
            "1 Coke; 1 Lg French Fries",
        ),
    ] {
        let order = parser.parse(text, &[]);
        assert_eq!(show(&order), expected, "{text}: {order:?}");
    }
    let order = parser
        .parse("a hamburger, a double cheeseburger", &[])
        .lines;
    let changed = parser.parse("add bacon to the hamburger", &order);
    assert_eq!(show(&changed), "1 Hamburger +Add Bacon; 1 Dbl Cheeseburger");
}

const WORDS: [&str; 38] = [
    "a",
    "two",
    "no",
    "without",
    "with",
    "and",
    "extra",
    "light",
    "coke",
    "pizza",
    "hamburger",
    "cheese",
    "onions",
    "small",
    "large",
    "make",
    "that",
    "it",
    "cancel",
    "the",
    "change",
    "to",
    "second",
    "one",
    "both",
    "wait",
    "sprite",
    "fries",
    "curly",
    "999",
    "x",
    "twice",
    "of",
    "them",
    "on",
    "one of them",
    "pumps",
    "with no",
];

#[test]
fn a_full_order_loses_none_when_a_line_is_parted() {
    let parser = counter();
    let mut order = vec![parser.parse("a coke", &[]).lines[0].clone(); super::MOST_LINES - 1];
    order.extend(parser.parse("three hamburgers", &[]).lines);
    let count = |lines: &[OrderLine]| lines.iter().map(|line| line.quantity).sum::<u32>();
    let parted = parser.parse("one without pickles", &order);
    assert_eq!(
        count(&parted.lines),
        count(&order),
        "{:?}",
        parted.lines.last()
    );
}

proptest! {
    /// Telling some of a line apart makes it neither more nor fewer.
    #[test]
    fn shares_of_a_line_add_up(many in 2_u32..9, first in 1_u32..4, second in 1_u32..4) {
        prop_assume!(first + second <= many);
        let text = format!("{many} hamburgers {first} with bacon {second} without pickles");
        let order = counter().parse(&text, &[]);
        let count: u32 = order.lines.iter().map(|line| line.quantity).sum();
        prop_assert_eq!(count, many, "{}: {}", text, show(&order));
        let of = |sign: &str| -> u32 {
            let lines = order.lines.iter().filter(|line| {
                line.modifiers.iter().any(|m| show_sign(m.action) == sign)
            });
            lines.map(|line| line.quantity).sum()
        };
        prop_assert_eq!((of("+"), of("-")), (first, second), "{}", show(&order));
    }

    #[test]
    fn any_words_give_an_order_of_the_menu(
        words in prop::collection::vec(prop::sample::select(&WORDS[..]), 0..24),
        noise in "\\PC{0,12}",
    ) {
        for parser in [parser(), counter()] {
        let text = format!("{} {noise}", words.join(" "));
        let first = parser.parse(&text, &[]);
        prop_assert_eq!(&first, &parser.parse(&text, &[]));
        for line in &first.lines {
            prop_assert!((1..=super::MOST).contains(&line.quantity));
            let span = line.span.unwrap();
            prop_assert!(text.get(span.start..span.end).is_some_and(|t| !t.is_empty()), "{line:?}");
            let item = parser.items.iter().find(|item| item.id == line.id).unwrap();
            for chosen in &line.modifiers {
                let group = item.modifier_groups.iter().find(|g| g.id == chosen.group).unwrap();
                prop_assert!(group.options.iter().any(|option| option.id == chosen.id));
            }
        }
        // An order goes on from its own answer.
        let again = parser.parse(&text, &first.lines);
        prop_assert!(again.lines.len() <= super::MOST_LINES);
        }
    }
}
