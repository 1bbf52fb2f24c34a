mod limits;
mod properties;

use super::{
    Author, Cart, Edit, FollowError, Line, LineId, LineModifier, OpId, Operation, Outcome,
};
use super::{Reason, Snapshot, rebase};
use olympus_proto::{Cents, ItemId, MenuItem, Modifier, ModifierGroup};

fn operation(id: &str, base_version: u64, edit: Edit) -> Operation {
    Operation {
        id: OpId::from(id),
        base_version,
        edit,
    }
}

fn add(line: &str, cents: i64) -> Edit {
    Edit::AddLine {
        line: LineId::from(line),
        item: ItemId::from("soup"),
        name: "Soup".to_owned(),
        unit_price_cents: Cents(cents),
        quantity: 1,
        modifiers: Vec::new(),
        note: String::new(),
    }
}

fn quantity(line: &str, quantity: u8) -> Edit {
    Edit::SetQuantity {
        line: LineId::from(line),
        quantity,
    }
}

fn note(line: &str, note: &str) -> Edit {
    Edit::SetNote {
        line: LineId::from(line),
        note: note.to_owned(),
    }
}

fn remove(line: &str) -> Edit {
    Edit::RemoveLine {
        line: LineId::from(line),
    }
}

fn modifier(id: &str, cents: i64) -> LineModifier {
    LineModifier {
        group: "extras".to_owned(),
        id: id.to_owned(),
        name: id.to_owned(),
        price_cents: Cents(cents),
    }
}

fn modifiers(line: &str, modifiers: Vec<LineModifier>) -> Edit {
    Edit::SetModifiers {
        line: LineId::from(line),
        modifiers,
    }
}

/// Does an edit by `author` that builds on the newest version, under an id of its own.
fn does(cart: &mut Cart, author: &str, edit: Edit) -> Outcome {
    let id = format!("{author}-{}-{}", cart.version(), cart.outcomes.len());
    let operation = operation(&id, cart.version(), edit);
    cart.apply(operation, Author::from(author))
}

fn refused(reason: Reason) -> Outcome {
    Outcome::Refused { reason }
}

fn applied(version: u64) -> Outcome {
    Outcome::Applied { version }
}

fn line<'a>(cart: &'a Cart, id: &str) -> &'a Line {
    &cart.lines()[&LineId::from(id)]
}

#[test]
fn lines_are_added_changed_and_summed() {
    let mut cart = Cart::new();
    assert_eq!(does(&mut cart, "ann", add("a", 500)), applied(1));
    assert_eq!(does(&mut cart, "bob", add("b", 250)), applied(2));
    assert_eq!(does(&mut cart, "bob", quantity("a", 3)), applied(3));
    let cheaper = vec![modifier("bread", 120), modifier("no cream", -20)];
    assert_eq!(does(&mut cart, "ann", modifiers("a", cheaper)), applied(4));
    assert_eq!(does(&mut cart, "ann", note("b", "hot")), applied(5));
    assert_eq!(cart.total(), Cents(3 * 600 + 250));
    assert_eq!(line(&cart, "b").note, "hot");
    assert_eq!(line(&cart, "b").added_by, Author::from("bob"));
    assert_eq!(does(&mut cart, "ann", remove("a")), applied(6));
    assert_eq!(cart.total(), Cents(250));
    assert_eq!(does(&mut cart, "ann", Edit::Clear {}), applied(7));
    assert!(cart.lines().is_empty() && cart.total() == Cents(0));
}

#[test]
fn the_later_of_two_quantities_stays_and_a_removed_line_stays_removed() {
    let mut cart = Cart::new();
    does(&mut cart, "ann", add("a", 500));
    let (ann, bob) = (Author::from("ann"), Author::from("bob"));
    // Both saw version 1.
    let twice = operation("1", 1, quantity("a", 2));
    let thrice = operation("2", 1, quantity("a", 3));
    assert_eq!(cart.apply(twice, ann.clone()), applied(2));
    assert_eq!(cart.apply(thrice, bob.clone()), applied(3));
    assert_eq!(line(&cart, "a").quantity, 3);
    assert_eq!(cart.apply(operation("3", 3, remove("a")), ann), applied(4));
    let gone = refused(Reason::Gone);
    for (id, edit) in [
        ("4", quantity("a", 4)),
        ("5", note("a", "x")),
        ("6", modifiers("a", Vec::new())),
        ("7", remove("a")),
        ("8", add("a", 500)),
    ] {
        assert_eq!(cart.apply(operation(id, 1, edit), bob.clone()), gone);
    }
    let never = does(&mut cart, "bob", quantity("never", 2));
    assert_eq!(never, refused(Reason::NoSuchLine));
    assert_eq!(cart.version(), 4);
}

#[test]
fn a_cleared_line_is_gone_and_what_is_added_at_the_same_time_stays() {
    let mut cart = Cart::new();
    does(&mut cart, "ann", add("a", 500));
    does(&mut cart, "ann", Edit::Clear {});
    let bob = Author::from("bob");
    let late = operation("1", 1, quantity("a", 2));
    assert_eq!(cart.apply(late, bob.clone()), refused(Reason::Gone));
    assert_eq!(cart.apply(operation("2", 1, add("b", 1)), bob), applied(3));
}

#[test]
fn a_line_is_added_once_and_an_id_taken_by_another_is_said_to_be() {
    let mut cart = Cart::new();
    assert_eq!(does(&mut cart, "ann", add("a", 500)), applied(1));
    does(&mut cart, "ann", quantity("a", 2));
    let again = does(&mut cart, "ann", add("a", 900));
    assert_eq!(again, Outcome::Repeated { version: 1 });
    assert_eq!(line(&cart, "a").unit_price_cents, Cents(500));
    let other = does(&mut cart, "bob", add("a", 500));
    assert_eq!(other, refused(Reason::LineTaken));
}

#[test]
fn an_id_has_one_outcome() {
    let mut cart = Cart::new();
    let ann = Author::from("ann");
    let first = operation("1", 0, add("a", 500));
    assert_eq!(cart.apply(first.clone(), ann.clone()), applied(1));
    let repeated = Outcome::Repeated { version: 1 };
    assert_eq!(cart.apply(first, ann.clone()), repeated);
    let other = operation("1", 1, remove("a"));
    assert_eq!(cart.apply(other, ann.clone()), repeated, "the id decides");
    let bad = operation("2", 1, quantity("a", 0));
    let no = refused(Reason::BadQuantity);
    assert_eq!(cart.apply(bad, ann.clone()), no);
    assert_eq!(cart.apply(operation("2", 1, quantity("a", 2)), ann), no);
    assert_eq!(cart.outcome(&OpId::from("1")), Some(repeated));
    assert_eq!(cart.outcome(&OpId::from("3")), None);
}

#[test]
fn who_comes_back_is_told_what_it_missed() {
    let mut cart = Cart::new();
    for number in 0..5 {
        does(&mut cart, "ann", add(&format!("l{number}"), 100));
    }
    let versions = |since: u64| -> Option<Vec<u64>> {
        let applied = cart.since(since)?;
        Some(applied.iter().map(|applied| applied.version).collect())
    };
    assert_eq!(versions(5), Some(vec![]));
    assert_eq!(versions(3), Some(vec![4, 5]));
    assert_eq!(versions(0), Some(vec![1, 2, 3, 4, 5]));
    assert_eq!(versions(6), None, "a version that never was");
    let all = cart.since(0).expect("remembered");
    let mut seen = Snapshot::default();
    assert_eq!(seen.follow(&all[0]), Ok(true));
    assert_eq!(seen.follow(&all[0]), Ok(false));
    let gap = Err(FollowError::Gap { have: 1, next: 3 });
    assert_eq!(seen.follow(&all[2]), gap);
    let mut other = Snapshot::default();
    let mut foreign = all[0].clone();
    foreign.operation.edit = remove("a");
    let reason = Reason::NoSuchLine;
    let diverged = Err(FollowError::Diverged { version: 1, reason });
    assert_eq!(other.follow(&foreign), diverged);
    assert_eq!(other, Snapshot::default());
}

#[test]
fn a_client_sees_its_own_edits_at_once_and_drops_those_that_fit_no_more() {
    let mut cart = Cart::new();
    does(&mut cart, "ann", add("a", 500));
    let ann = Author::from("ann");
    let pending = [
        operation("1", 1, quantity("a", 2)),
        operation("2", 1, add("b", 100)),
    ];
    let before = rebase(cart.snapshot(), &pending, &ann);
    assert_eq!(before.shown.total_cents, Cents(1_100));
    assert_eq!((before.shown.version, before.dropped.len()), (1, 0));
    does(&mut cart, "bob", remove("a"));
    let after = rebase(cart.snapshot(), &pending, &ann);
    assert_eq!(after.shown.total_cents, Cents(100));
    assert_eq!(after.dropped, [(OpId::from("1"), Reason::NoSuchLine)]);
}

fn burger() -> MenuItem {
    let option = |id: &str, cents| Modifier {
        id: id.to_owned(),
        name: format!("with {id}"),
        price_cents: Cents(cents),
        pos_id: None,
        aliases: Vec::new(),
    };
    let mut burger = MenuItem::new("burger", "Burger");
    burger.price_cents = Some(Cents(900));
    burger.modifier_groups = vec![ModifierGroup {
        id: "extras".to_owned(),
        name: "Extras".to_owned(),
        min: 1,
        max: Some(2),
        options: vec![option("bacon", 150), option("egg", 100), option("jam", 50)],
    }];
    burger
}

#[test]
fn names_and_prices_are_the_menus() {
    let (burger, unpriced) = (burger(), MenuItem::new("fish", "Fish of the day"));
    let menu = |id: &ItemId| [&burger, &unpriced].into_iter().find(|item| item.id == *id);
    let order = |item: &str, choices: &[&str]| Edit::AddLine {
        line: LineId::from("a"),
        item: ItemId::from(item),
        name: "Free burger".to_owned(),
        unit_price_cents: Cents(1),
        quantity: 2,
        modifiers: choices.iter().map(|id| modifier(id, -500)).collect(),
        note: String::new(),
    };
    let mut cart = Cart::new();
    let mut number = 0;
    let mut ask = |edit: Edit| {
        number += 1;
        let operation = operation(&number.to_string(), 0, edit);
        let outcome = cart.apply_from_menu(operation, Author::from("ann"), menu);
        (outcome, cart.total())
    };
    for (edit, reason) in [
        (order("salad", &[]), Reason::NotOnMenu),
        (order("fish", &[]), Reason::NoPrice),
        (order("burger", &["gold"]), Reason::UnknownModifier),
        (order("burger", &[]), Reason::WrongModifiers),
        (
            order("burger", &["bacon", "egg", "jam"]),
            Reason::WrongModifiers,
        ),
        (order("burger", &["egg", "egg"]), Reason::RepeatedModifier),
    ] {
        assert_eq!(ask(edit), (refused(reason), Cents(0)));
    }
    assert_eq!(ask(order("burger", &["bacon"])), (applied(1), Cents(2_100)));
    let eggs = modifiers("a", vec![modifier("egg", -900)]);
    assert_eq!(ask(eggs), (applied(2), Cents(2_000)));
    let nothing = modifiers("b", Vec::new());
    assert_eq!(ask(nothing).0, refused(Reason::NoSuchLine));
    let line = line(&cart, "a");
    assert_eq!(
        (line.name.as_str(), line.unit_price_cents),
        ("Burger", Cents(900))
    );
    assert_eq!(line.modifiers[0].name, "with egg");
}

#[test]
fn what_the_menu_alone_refused_is_done_once_under_another_menu() {
    let burger = burger();
    let mut bare = burger.clone();
    bare.modifier_groups.clear();
    let mut unpriced = burger.clone();
    unpriced.price_cents = None;
    let order = |id: &str| {
        let edit = Edit::AddLine {
            line: LineId::from("a"),
            item: ItemId::from("burger"),
            name: String::new(),
            unit_price_cents: Cents(0),
            quantity: 1,
            modifiers: vec![modifier("egg", 0)],
            note: String::new(),
        };
        operation(id, 0, edit)
    };
    let mut none = order("1");
    if let Edit::AddLine { modifiers, .. } = &mut none.edit {
        modifiers.clear();
    }
    let mut cart = Cart::new();
    let ann = Author::from("ann");
    let before = cart.clone();
    for (asked, menu, reason) in [
        (order("1"), None, Reason::NotOnMenu),
        (order("1"), Some(&unpriced), Reason::NoPrice),
        (order("1"), Some(&bare), Reason::UnknownModifier),
        (none, Some(&burger), Reason::WrongModifiers),
    ] {
        let outcome = cart.apply_from_menu(asked, ann.clone(), |_| menu);
        assert_eq!(outcome, refused(reason));
        assert_eq!(cart, before, "nothing is left of it");
    }
    let mut ask = |menu: Option<&'static str>| {
        let found = |item: &ItemId| (menu == Some(item.as_str())).then_some(&burger);
        cart.apply_from_menu(order("1"), ann.clone(), found)
    };
    assert_eq!(ask(Some("burger")), applied(1));
    let repeated = Outcome::Repeated { version: 1 };
    assert_eq!(ask(Some("burger")), repeated);
    assert_eq!(ask(None), repeated, "what was done stays done");
}

#[test]
fn what_left_the_menu_never_becomes_more() {
    let burger = burger();
    let mut cart = Cart::new();
    does(
        &mut cart,
        "ann",
        Edit::AddLine {
            line: LineId::from("a"),
            item: ItemId::from("burger"),
            name: "Burger".to_owned(),
            unit_price_cents: Cents(900),
            quantity: 3,
            modifiers: Vec::new(),
            note: String::new(),
        },
    );
    let mut ask = |id: &str, edit: Edit, menu: Option<&'static str>| {
        let found = |item: &ItemId| (menu == Some(item.as_str())).then_some(&burger);
        cart.apply_from_menu(operation(id, 1, edit), Author::from("ann"), found)
    };
    let missing = refused(Reason::NotOnMenu);
    assert_eq!(ask("1", quantity("a", 4), None), missing);
    assert_eq!(ask("2", quantity("a", 3), None), applied(2));
    assert_eq!(ask("3", quantity("a", 2), None), applied(3));
    assert_eq!(ask("4", note("a", "rare"), None), applied(4));
    assert_eq!(ask("5", quantity("a", 4), Some("burger")), applied(5));
    let never = ask("6", quantity("b", 4), None);
    assert_eq!(never, refused(Reason::NoSuchLine));
    assert_eq!(ask("7", remove("a"), None), applied(6));
    assert_eq!(
        ask("8", quantity("a", 9), None),
        refused(Reason::Gone),
        "what is no more is said before what the menu lacks"
    );
}

#[test]
fn a_number_that_is_no_quantity_is_refused_by_itself() {
    let mut cart = Cart::new();
    does(&mut cart, "ann", add("a", 500));
    for (id, number) in ["0", "100", "255", "256", "300", "-1", "1.5", "2.0", "1e30"]
        .iter()
        .chain(&["18446744073709551616", "-9223372036854775809"])
        .enumerate()
    {
        let json = format!(
            r#"{{"op":"set_quantity","id":"q{id}","base_version":1,"line":"a","quantity":{number}}}"#
        );
        let read: Operation = serde_json::from_str(&json).expect("reads");
        let outcome = cart.apply(read, Author::from("ann"));
        assert_eq!(outcome, refused(Reason::BadQuantity), "{number}");
    }
    assert_eq!(line(&cart, "a").quantity, 1);
}

#[test]
fn operations_are_read_strictly() {
    let read = |json: &str| serde_json::from_str::<Operation>(json);
    let set = r#"{"op":"set_quantity","id":"1","base_version":7,"line":"a","quantity":2}"#;
    assert_eq!(
        read(set).expect("reads"),
        operation("1", 7, quantity("a", 2))
    );
    let clear = r#"{"op":"clear","id":"1","base_version":7}"#;
    assert_eq!(
        read(clear).expect("reads"),
        operation("1", 7, Edit::Clear {})
    );
    let add = r#"{"op":"add_line","id":"1","base_version":0,"line":"a","item":"pho","quantity":1,
        "modifiers":[{"group":"size","id":"l"}]}"#;
    assert!(read(add).is_ok(), "names and prices come from the menu");
    for bad in [
        r#"{"op":"set_quantity","id":"1","base_version":7,"line":"a","quantity":"2"}"#,
        r#"{"op":"set_quantity","id":"1","base_version":7,"line":"a","quantity":null}"#,
        r#"{"op":"set_quantity","id":"1","base_version":7,"line":"a","quantity":2,"more":1}"#,
        r#"{"op":"set_quantity","id":"1","base_version":7,"quantity":2}"#,
        r#"{"op":"set_quantity","id":"1","line":"a","quantity":2}"#,
        r#"{"op":"restore","id":"1","base_version":7}"#,
        r#"{"op":"clear","id":"1","base_version":7,"line":"a"}"#,
        r#"{"id":"1","base_version":7}"#,
    ] {
        assert!(read(bad).is_err(), "{bad}");
    }
    let outcome = serde_json::to_string(&refused(Reason::Gone)).expect("serialises");
    assert_eq!(outcome, r#"{"outcome":"refused","reason":"gone"}"#);
}
