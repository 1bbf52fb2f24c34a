//! Operations of one message, done in order.
//!
//! Invariant: names and prices are the menu's; a dish that cannot be had now gets into no cart and
//! never becomes more, and what was done before is answered as it was then, whatever is so since.
//! Never waits: all that it needs was looked up before.

use super::message::{Ack, Judged, Kitchen, Refusal, Verdict};
use olympus_core::cart::{Applied, Author, Cart, Edit, Operation};
use olympus_proto::{ItemId, MenuItem};
use std::collections::{BTreeMap, BTreeSet};

/// What menu and kitchen say of the dishes that a batch is about.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Dishes {
    /// As the live menu has them; those that it lacks are absent.
    pub(super) items: BTreeMap<ItemId, MenuItem>,
    /// Which of them cannot be had now, and why.
    pub(super) unavailable: BTreeMap<ItemId, Kitchen>,
}

/// What came of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Done {
    /// The version before.
    pub(super) from: u64,
    /// What was done, for all who watch.
    pub(super) applied: Vec<Applied>,
    /// What its sender is told.
    pub(super) ack: Ack,
}

/// The dish that an operation's price or presence depends on, as far as the cart tells yet.
fn dish<'a>(cart: &'a Cart, edit: &'a Edit) -> Option<&'a ItemId> {
    match edit {
        Edit::AddLine { item, .. } => Some(item),
        Edit::SetModifiers { line, .. } | Edit::SetQuantity { line, .. } => {
            cart.lines().get(line).map(|line| &line.item)
        }
        Edit::SetNote { .. } | Edit::RemoveLine { .. } | Edit::Clear {} => None,
    }
}

/// Which dishes have to be looked up before these operations can be done. A line that one of them
/// adds brings its dish with it.
pub(super) fn wanted(cart: &Cart, operations: &[Operation]) -> BTreeSet<ItemId> {
    operations
        .iter()
        .filter(|operation| cart.outcome(&operation.id).is_none())
        .filter_map(|operation| dish(cart, &operation.edit))
        .cloned()
        .collect()
}

/// Whether an edit would put more of its dish into the cart.
fn adds(cart: &Cart, edit: &Edit) -> bool {
    match edit {
        Edit::AddLine { .. } => true,
        Edit::SetQuantity { line, quantity } => cart
            .lines()
            .get(line)
            .is_some_and(|line| *quantity > line.quantity),
        _ => false,
    }
}

/// Does the operations.
pub(super) fn apply(
    cart: &mut Cart,
    operations: Vec<Operation>,
    author: &Author,
    dishes: &Dishes,
) -> Done {
    let from = cart.version();
    let outcomes = operations
        .into_iter()
        .map(|operation| Judged {
            id: operation.id.clone(),
            verdict: judge(cart, operation, author, dishes),
        })
        .collect();
    Done {
        from,
        applied: cart.since(from).unwrap_or_default(),
        ack: Ack {
            version: cart.version(),
            total_cents: cart.total().0,
            outcomes,
        },
    }
}

fn judge(cart: &mut Cart, operation: Operation, author: &Author, dishes: &Dishes) -> Verdict {
    let why = dish(cart, &operation.edit).and_then(|item| dishes.unavailable.get(item).copied());
    if let Some(why) = why
        && cart.outcome(&operation.id).is_none()
        && adds(cart, &operation.edit)
    {
        return Verdict::Refused {
            reason: Refusal::Kitchen(why),
        };
    }
    cart.apply_from_menu(operation, author.clone(), |item| dishes.items.get(item))
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use olympus_core::cart::{LineId, Reason};
    use olympus_proto::Cents;

    fn dishes(sold_out: &[&str]) -> Dishes {
        without(sold_out, Kitchen::SoldOut)
    }

    fn without(unavailable: &[&str], why: Kitchen) -> Dishes {
        let mut latte = MenuItem::new("latte", "Latte");
        latte.price_cents = Some(Cents(450));
        Dishes {
            items: BTreeMap::from([(latte.id.clone(), latte)]),
            unavailable: unavailable
                .iter()
                .map(|item| (ItemId::from(*item), why))
                .collect(),
        }
    }

    fn op(id: &str, json: &str) -> Operation {
        let text = format!(r#"{{"id":"{id}","base_version":0,{json}}}"#);
        serde_json::from_str(&text).unwrap()
    }

    fn add(id: &str, line: &str, item: &str) -> Operation {
        op(
            id,
            &format!(
                r#""op":"add_line","line":"{line}","item":"{item}","quantity":2,"unit_price_cents":1,"name":"free""#
            ),
        )
    }

    fn quantity(id: &str, line: &str, quantity: u8) -> Operation {
        op(
            id,
            &format!(r#""op":"set_quantity","line":"{line}","quantity":{quantity}"#),
        )
    }

    fn run(cart: &mut Cart, operations: Vec<Operation>, dishes: &Dishes) -> Vec<Verdict> {
        let done = apply(cart, operations, &Author::from("kiosk"), dishes);
        assert_eq!(done.ack.version, cart.version());
        assert_eq!(
            done.applied.len() as u64,
            cart.version() - done.from,
            "one operation for each version"
        );
        done.ack
            .outcomes
            .into_iter()
            .map(|one| one.verdict)
            .collect()
    }

    const SOLD_OUT: Verdict = Verdict::Refused {
        reason: Refusal::Kitchen(Kitchen::SoldOut),
    };

    #[test]
    fn names_and_prices_are_the_menus() {
        let mut cart = Cart::new();
        let verdicts = run(
            &mut cart,
            vec![add("o1", "l1", "latte"), add("o2", "l2", "unicorn")],
            &dishes(&[]),
        );
        assert_eq!(
            verdicts,
            [
                Verdict::Applied { version: 1 },
                Verdict::Refused {
                    reason: Refusal::Cart(Reason::NotOnMenu)
                }
            ]
        );
        assert_eq!(cart.total(), Cents(900));
        assert_eq!(cart.lines().get(&LineId::from("l1")).unwrap().name, "Latte");
    }

    #[test]
    fn sold_out_dishes_never_become_more() {
        let mut cart = Cart::new();
        assert_eq!(
            run(
                &mut cart,
                vec![add("o1", "l1", "latte")],
                &dishes(&["latte"])
            ),
            [SOLD_OUT]
        );
        assert_eq!(
            run(&mut cart, vec![add("o1", "l1", "latte")], &dishes(&[])),
            [Verdict::Applied { version: 1 }],
            "the same operation may be tried again when the dish is back"
        );
        let gone = dishes(&["latte"]);
        assert_eq!(
            run(
                &mut cart,
                vec![
                    add("o1", "l1", "latte"),
                    quantity("o2", "l1", 3),
                    quantity("o3", "l1", 1),
                    op("o4", r#""op":"remove_line","line":"l1""#),
                ],
                &gone
            ),
            [
                Verdict::Repeated { version: 1 },
                SOLD_OUT,
                Verdict::Applied { version: 2 },
                Verdict::Applied { version: 3 },
            ]
        );
        assert_eq!(cart.total(), Cents(0));
    }

    #[test]
    fn what_is_not_served_at_this_hour_is_as_if_it_were_sold_out() {
        let closed = without(&["latte"], Kitchen::OutsideHours);
        let outside_hours = Verdict::Refused {
            reason: Refusal::Kitchen(Kitchen::OutsideHours),
        };
        let mut cart = Cart::new();
        let order = || vec![add("o1", "l1", "latte")];
        assert_eq!(run(&mut cart, order(), &closed), [outside_hours]);
        let in_time = run(&mut cart, order(), &dishes(&[]));
        assert_eq!(in_time, [Verdict::Applied { version: 1 }]);
        let late = vec![quantity("o2", "l1", 3), quantity("o3", "l1", 1)];
        assert_eq!(
            run(&mut cart, late, &closed),
            [outside_hours, Verdict::Applied { version: 2 }]
        );
        assert_eq!(
            serde_json::to_string(&outside_hours).unwrap(),
            r#"{"outcome":"refused","reason":"outside_hours"}"#
        );
    }

    #[test]
    fn a_batch_says_what_it_needs() {
        let mut cart = Cart::new();
        run(&mut cart, vec![add("o1", "l1", "latte")], &dishes(&[]));
        let operations = [
            add("o1", "l1", "latte"),
            add("o2", "l2", "tea"),
            quantity("o3", "l1", 4),
            quantity("o4", "l2", 4),
            op("o5", r#""op":"set_note","line":"l9","note":"hot""#),
        ];
        let ids = |items: BTreeSet<ItemId>| -> Vec<String> {
            items.into_iter().map(|item| item.0).collect()
        };
        assert_eq!(ids(wanted(&cart, &operations)), ["latte", "tea"]);
        assert!(wanted(&cart, operations.get(..1).unwrap()).is_empty());
        assert!(wanted(&cart, operations.get(4..).unwrap()).is_empty());
    }
}
