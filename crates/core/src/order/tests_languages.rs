//! Orders in other languages, on a menu in English.

use super::OrderParser;
use olympus_proto::{MenuItem, ModifierAction};

fn group(name: &str, must: bool, options: &[&str]) -> serde_json::Value {
    let options: Vec<_> = options
        .iter()
        .map(|name| serde_json::json!({"id": name, "name": name}))
        .collect();
    let most = if must { Some(1) } else { None };
    serde_json::json!({"id": name, "name": name, "min": u8::from(must), "max": most, "options": options})
}

fn item(name: &str, groups: &[serde_json::Value]) -> MenuItem {
    let value = serde_json::json!({"id": name, "name": name, "modifier_groups": groups});
    serde_json::from_value(value).expect("an item")
}

fn parser() -> OrderParser {
    let size = || group("Size", true, &["Small", "Medium", "Large"]);
    let ice = || group("Ice", false, &["No Ice", "Lt Ice", "Xtra Ice"]);
    let bun = group("Bun", true, &["Brioche", "Rye", "Whole Wheat"]);
    let hold = group("Hold", false, &["No Pickles", "No Onion", "No Mayo"]);
    let extras = group("Extras", false, &["Add Bacon", "Xtra Cheese", "Add Egg"]);
    let prep = group("Prep", false, &["Warmed", "Cut in Half"]);
    let tea = group("Kind", false, &["Mint", "Black", "Unsweetened"]);
    OrderParser::new(vec![
        item("Cheeseburger", &[bun, hold, extras]),
        item("Apple Juice", &[size(), ice()]),
        item("Blueberry Muffin", &[prep]),
        item("Mushroom Soup", &[size()]),
        item("Tea", &[size(), tea]),
        item("Fries", &[size()]),
        item("Strawberry Banana Shake", &[size()]),
    ])
}

/// The lines, with what is left out after a "-".
fn told(text: &str) -> String {
    let parsed = parser().parse(text, &[]);
    let line = |line: &olympus_proto::OrderLine| {
        let size = line.size.as_deref().map(|size| format!("{size} "));
        let choices = line.modifiers.iter().map(|choice| match choice.action {
            ModifierAction::Add => format!(" +{}", choice.name),
            ModifierAction::Remove => format!(" -{}", choice.name),
        });
        let choices: String = choices.collect();
        format!(
            "{} {}{}{choices}",
            line.quantity,
            size.unwrap_or_default(),
            line.name
        )
    };
    let lines: Vec<String> = parsed.lines.iter().map(line).collect();
    lines.join("; ")
}

#[test]
fn things_stand_as_the_menu_has_them() {
    for text in [
        "dos magdalenas de arándanos",
        "deux muffins aux myrtilles",
        "zwei Blaubeermuffins",
        "due muffin ai mirtilli",
        "dois muffins de mirtilo",
    ] {
        assert_eq!(told(text), "2 Blueberry Muffin", "{text}");
    }
    for text in [
        "un batido de fresa y plátano",
        "un milkshake fraise banane, s'il vous plaît",
    ] {
        assert_eq!(told(text), "1 Strawberry Banana Shake", "{text}");
    }
}

#[test]
fn words_that_are_written_as_one_fall_apart() {
    assert_eq!(
        told("ich hätte gern eine Pilzsuppe groß"),
        "1 Large Mushroom Soup"
    );
    assert_eq!(told("einen Apfelsaft ohne Eis"), "1 Apple Juice -Ice");
}

#[test]
fn what_is_not_wanted_is_left_out() {
    for text in [
        "una hamburguesa con queso sin cebolla ni pepinillos con extra queso",
        "un cheeseburger sans oignons ni cornichons avec supplément fromage",
        "einen Cheeseburger ohne Zwiebeln und ohne Gurken mit extra Käse",
        "un cheeseburger senza cipolla né cetriolini con extra formaggio",
        "um hambúrguer com queijo sem cebola nem picles com queijo extra",
    ] {
        let meant = "1 Cheeseburger -Onion -Pickles +Xtra Cheese";
        assert_eq!(told(text), meant, "{text}");
    }
}

#[test]
fn one_of_several_is_told_apart() {
    for text in [
        "dos jugos de manzana, uno grande y otro sin hielo",
        "zwei Apfelsaft, einer groß und einer ohne Eis",
        "dois sucos de maçã, um grande e outro sem gelo",
    ] {
        let meant = "1 Large Apple Juice; 1 Apple Juice -Ice";
        assert_eq!(told(text), meant, "{text}");
    }
}

#[test]
fn a_word_of_several_meanings_is_of_its_dish() {
    // Hot is what the muffin cannot be had; without sugar is how the tea is sold.
    assert_eq!(
        told("una magdalena de arándanos caliente"),
        "1 Blueberry Muffin +Warmed"
    );
    assert_eq!(told("un tè senza zucchero"), "1 Tea +Unsweetened");
    assert_eq!(told("quiero unas papas grandes"), "1 Large Fries");
}

#[test]
fn bread_of_a_kind_is_the_kind() {
    assert_eq!(
        told("un cheeseburger con pan de centeno"),
        "1 Cheeseburger +Rye"
    );
    assert_eq!(
        told("une soupe aux champignons et un cheeseburger sur pain complet"),
        "1 Mushroom Soup; 1 Cheeseburger +Whole Wheat"
    );
}

#[test]
fn what_was_said_is_taken_back() {
    for text in [
        "tres jugos de manzana, no, mejor dos",
        "drei Apfelsaft, nein, lieber zwei",
        "tre succhi di mela, anzi due",
        "três sucos de maçã, aliás, dois",
    ] {
        assert_eq!(told(text), "2 Apple Juice", "{text}");
    }
}

#[test]
fn spans_are_of_what_was_said() {
    let text = "hola, ¿me pone dos jugos de manzana y un zorblax?";
    let parsed = parser().parse(text, &[]);
    let span = parsed
        .lines
        .first()
        .and_then(|line| line.span)
        .expect("a line");
    let said = text.get(span.start..span.end).expect("in the text");
    assert!(said.ends_with("jugos de manzana"), "{said}");
    let unknown: Vec<&str> = parsed
        .not_understood
        .iter()
        .map(|it| it.text.as_str())
        .collect();
    assert_eq!(unknown, ["zorblax"]);
}

#[test]
fn english_is_read_as_english() {
    let text = "two apple juices, no ice, and a blueberry muffin warmed por favor";
    assert_eq!(told(text), "2 Apple Juice -Ice; 1 Blueberry Muffin +Warmed");
}

#[test]
fn all_but_one_thing_is_without_it() {
    for text in [
        "una hamburguesa con queso con todo menos cebolla",
        "un cheeseburger avec tout sauf les oignons",
        "einen Cheeseburger mit allem außer Zwiebeln",
        "einen Cheeseburger, die Zwiebeln bitte weglassen",
        "un cheeseburger con tutto tranne la cipolla",
        "um cheeseburger com tudo menos cebola",
    ] {
        assert_eq!(told(text), "1 Cheeseburger -Onion", "{text}");
    }
}

#[test]
fn an_answer_takes_back_and_leaves_nothing_out() {
    for text in [
        "un jugo de manzana chico, no, grande",
        "un petit jus de pomme, non, grand",
        "einen kleinen Apfelsaft, nein, groß",
    ] {
        assert_eq!(told(text), "1 Large Apple Juice", "{text}");
    }
}

#[test]
fn one_more_is_told_by_how_it_differs() {
    let meant = "1 Apple Juice -Ice; 1 Apple Juice +Lt Ice";
    assert_eq!(
        told("un jugo de manzana sin hielo y otro con poco hielo"),
        meant
    );
    assert_eq!(
        told("um suco de maçã sem gelo e outro com pouco gelo"),
        meant
    );
}
