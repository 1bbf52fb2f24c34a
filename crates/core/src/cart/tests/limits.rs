//! What a cart refuses, and what it forgets.

use super::super::{
    MAX_CENTS, MAX_LINES, MAX_LOG, MAX_LOG_BYTES, MAX_MODIFIERS, MAX_NAME_BYTES, MAX_NOTE_BYTES,
    MAX_REMEMBERED, MAX_REMOVED,
};
use super::*;

#[test]
fn what_no_line_may_be_is_refused_and_changes_nothing() {
    let mut cart = Cart::new();
    does(&mut cart, "ann", add("a", 500));
    let before = cart.snapshot().clone();
    let named = |name: String| Edit::AddLine {
        line: LineId::from("b"),
        item: ItemId::from("soup"),
        name,
        unit_price_cents: Cents(1),
        quantity: 1,
        modifiers: Vec::new(),
        note: String::new(),
    };
    let many = (0..=MAX_MODIFIERS).map(|number| modifier(&number.to_string(), 0));
    let costly = |cents| modifiers("a", vec![modifier("x", cents)]);
    let long = "x".repeat(MAX_NOTE_BYTES + 1);
    for (edit, reason) in [
        (quantity("a", 0), Reason::BadQuantity),
        (quantity("a", 100), Reason::BadQuantity),
        (note("a", &long), Reason::NoteTooLong),
        (modifiers("a", many.collect()), Reason::TooManyModifiers),
        (
            modifiers("a", vec![modifier("x", 0), modifier("x", 1)]),
            Reason::RepeatedModifier,
        ),
        (named("x".repeat(MAX_NAME_BYTES + 1)), Reason::BadText),
        (add("b", -1), Reason::BadPrice),
        (add("b", i64::MAX), Reason::BadPrice),
        (costly(-501), Reason::BadPrice),
        (costly(i64::MIN), Reason::BadPrice),
        (costly(MAX_CENTS.0), Reason::BadPrice),
        (add("", 1), Reason::BadId),
        (add("a b", 1), Reason::BadId),
        (add(&"x".repeat(65), 1), Reason::BadId),
    ] {
        assert_eq!(
            does(&mut cart, "bob", edit.clone()),
            refused(reason),
            "{edit:?}"
        );
        assert_eq!(*cart.snapshot(), before);
    }
    let unnamed = cart.apply(operation("", 1, Edit::Clear {}), Author::from("bob"));
    assert_eq!(unnamed, refused(Reason::BadId));
    let nobody = cart.apply(operation("1", 1, Edit::Clear {}), Author::from(""));
    assert_eq!(nobody, refused(Reason::BadId));
    let future = cart.apply(operation("1", 2, Edit::Clear {}), Author::from("bob"));
    assert_eq!(future, refused(Reason::UnknownVersion));
}

#[test]
fn a_cart_has_an_end_and_totals_never_overflow() {
    let mut cart = Cart::new();
    for number in 0..MAX_LINES {
        let version = number as u64 + 1;
        let outcome = does(&mut cart, "ann", add(&format!("l{number}"), 1));
        assert_eq!(outcome, applied(version));
    }
    let more = does(&mut cart, "ann", add("more", 1));
    assert_eq!(more, refused(Reason::TooManyLines));
    let mut cart = Cart::new();
    assert_eq!(does(&mut cart, "ann", add("a", MAX_CENTS.0)), applied(1));
    assert_eq!(
        does(&mut cart, "ann", add("b", 1)),
        refused(Reason::CartFull)
    );
    assert_eq!(
        does(&mut cart, "ann", quantity("a", 2)),
        refused(Reason::BadPrice)
    );
    assert_eq!(cart.total(), MAX_CENTS);
    let mut cart = Cart::new();
    let long = |number: usize| LineModifier {
        group: "g".repeat(MAX_NAME_BYTES),
        id: format!("{number}"),
        name: "n".repeat(MAX_NAME_BYTES),
        price_cents: Cents(0),
    };
    let wordy: Vec<_> = (0..MAX_MODIFIERS).map(long).collect();
    let outcomes: Vec<_> = (0..12)
        .map(|number| {
            does(&mut cart, "ann", add(&format!("l{number}"), 1));
            does(
                &mut cart,
                "ann",
                modifiers(&format!("l{number}"), wordy.clone()),
            )
        })
        .collect();
    assert_eq!(outcomes[0], applied(2));
    assert_eq!(outcomes[11], refused(Reason::CartFull));
    let kept: usize = cart
        .log
        .iter()
        .map(|one| one.operation.edit.text_bytes())
        .sum();
    assert!(kept <= MAX_LOG_BYTES, "{kept}");
    assert_eq!(cart.since(0), None, "take the snapshot");
}

#[test]
fn what_is_forgotten_is_never_done_again() {
    let mut cart = Cart::new();
    let ann = Author::from("ann");
    let first = operation("first", 0, add("a", 1));
    assert_eq!(cart.apply(first.clone(), ann.clone()), applied(1));
    cart.apply(operation("second", 1, remove("a")), ann.clone());
    for number in 0..MAX_REMEMBERED {
        let id = format!("l{number}");
        let edit = if number % 2 == 0 {
            add("x", 1)
        } else {
            Edit::Clear {}
        };
        let operation = operation(&id, cart.version(), edit);
        cart.apply(operation, ann.clone());
    }
    assert_eq!(cart.outcomes.len(), MAX_REMEMBERED);
    assert_eq!(cart.log.len(), MAX_LOG);
    assert_eq!(cart.outcome(&first.id), None);
    assert_eq!(cart.apply(first, ann), refused(Reason::Stale));
    assert_eq!(cart.since(cart.version() - MAX_LOG as u64 - 1), None);
    let all = cart
        .since(cart.version() - MAX_LOG as u64)
        .expect("the log");
    assert_eq!(all.len(), MAX_LOG);
}

#[test]
fn removed_lines_are_remembered_up_to_a_number() {
    let mut cart = Cart::new();
    for number in 0..=MAX_REMOVED {
        does(&mut cart, "ann", add(&format!("l{number}"), 1));
        does(&mut cart, "ann", remove(&format!("l{number}")));
    }
    assert_eq!(cart.removed.len(), MAX_REMOVED);
    let oldest = does(&mut cart, "ann", quantity("l0", 2));
    assert_eq!(oldest, refused(Reason::NoSuchLine));
    assert_eq!(
        does(&mut cart, "bob", quantity("l1", 2)),
        refused(Reason::Gone)
    );
}
